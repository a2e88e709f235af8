"""Soldes and a family's account, through the real entry."""

import io
from collections.abc import Callable
from datetime import date

import pytest
from python_calamine import CalamineWorkbook
from sqlalchemy import func, select

from db.models import Account, FamilyBalance, Letter, Payment
from db.session import reading
from domain import balances
from domain.balances import Filters
from tests.cast import Cast
from tests.pages.conftest import Screens
from ui import tables
from ui.balances import columns

SignIn = Callable[[Account], Screens]
LATE = date(2026, 1, 20)


@pytest.fixture
def owing(cast: Cast) -> Cast:
    """Two families of Moreuil that owe, one of Ailly."""
    cast.invoice(cast.benali, 12_345, LATE), cast.invoice(cast.lefevre, 4_000, date(2026, 3, 20))
    cast.invoice(cast.family("Zola", "Zoé", site=cast.ailly), 7_000, LATE, cast.ailly)
    return cast


def test_the_balances_show_the_families_in_sight_and_their_totals(owing: Cast, sign_in_as: SignIn) -> None:
    screen = sign_in_as(owing.claire).open("staff/balances")
    assert [title.value for title in screen.title] == ["Soldes"]
    assert {metric.label: metric.value for metric in screen.metric} == {
        "Familles": "2",
        "Solde": "163,45\u00a0€",
        "En retard": "123,45\u00a0€",
    }
    rows = screen.dataframe[0].value
    assert list(rows["family"]) == ["Benali Amina", "Lefèvre Bruno"]
    assert list(rows["open_cents"]) == [123.45, 40.0]


def test_filters_live_in_the_address_and_a_name_does_not(owing: Cast, sign_in_as: SignIn) -> None:
    screen = sign_in_as(owing.denis).open("staff/balances", retard="to_60", tri="name")
    assert list(screen.dataframe[0].value["family"]) == ["Benali Amina", "Zola Zoé"]
    screen.text_input(key="balances-search").set_value("zo").run()
    assert list(screen.dataframe[0].value["family"]) == ["Zola Zoé"]
    assert "zo" not in str(dict(screen.query_params)).lower().replace("to_60", "")


def test_wrong_choices_in_the_address_change_nothing(owing: Cast, sign_in_as: SignIn) -> None:
    screen = sign_in_as(owing.claire).open(
        "staff/balances",
        retard="x",
        site=str(owing.ailly.id),
        minimum="-5",
        tri="'; drop",
        page="9",
        familles="?",
        rappel="7",
        depuis="1e9",
    )
    assert not screen.exception
    assert list(screen.dataframe[0].value["family"]) == ["Benali Amina", "Lefèvre Bruno"]


def test_a_site_is_told_apart_from_the_balances_of_its_families(owing: Cast, sign_in_as: SignIn) -> None:
    owing.invoice(owing.benali, 1_000, LATE, owing.ailly)
    screen = sign_in_as(owing.denis).open("staff/balances", site=owing.ailly.id)
    assert "80,00\u00a0€ à Ailly" in screen.words()
    assert "203,45\u00a0€" in screen.words()


@pytest.mark.parametrize("who", ["gaelle", "helene", "amina"])
def test_nobody_else_opens_the_screens_of_money(owing: Cast, sign_in_as: SignIn, who: str) -> None:
    screen = sign_in_as(getattr(owing, who))
    for key, choices in (("staff/balances", {}), ("staff/family_account", {"famille": owing.benali.id})):
        screen.open(key, **choices)
        assert "123,45" not in screen.words()
        assert not screen.metric or "163,45\u00a0€" not in [metric.value for metric in screen.metric]


@pytest.mark.parametrize("asked", ["999999", "99999999999999999999", "-1", "x", "", "²"])
def test_an_account_that_is_not_in_sight_does_not_exist(owing: Cast, sign_in_as: SignIn, asked: str) -> None:
    screen = sign_in_as(owing.farid).open("staff/family_account", famille=asked)
    assert "n’existe pas" in screen.error[0].value
    assert not screen.exception


def test_the_account_of_a_family_of_another_site_does_not_exist(owing: Cast, sign_in_as: SignIn) -> None:
    with reading() as session:
        theirs = session.scalars(select(FamilyBalance.family_id).where(FamilyBalance.open_cents == 7_000)).one()
    assert "n’existe pas" in sign_in_as(owing.farid).open("staff/family_account", famille=theirs).error[0].value
    assert sign_in_as(owing.denis).open("staff/family_account", famille=theirs).title[0].value == "Compte de Zola Zoé"


def pay(screen: Screens, amount: str, *, keep: bool = False) -> Screens:
    """Types an amount and records the payment."""
    screen.text_input[0].set_value(amount)
    next(box for box in screen.checkbox if "avoir" in box.label).set_value(keep)
    next(button for button in screen.button if button.label == "Enregistrer le règlement").click()
    screen.run()
    return screen


def test_a_payment_is_taken_at_the_desk(owing: Cast, sign_in_as: SignIn) -> None:
    screen = sign_in_as(owing.farid).open("staff/family_account", famille=owing.benali.id)
    pay(screen, "23,45")
    assert "23,45\u00a0€" in screen.success[0].value
    assert {metric.label: metric.value for metric in screen.metric}["Solde"] == "100,00\u00a0€"
    assert screen.text_input[0].value == ""
    with reading() as session:
        payment = session.scalars(select(Payment)).one()
    assert (payment.amount_cents, payment.method, payment.recorded_by_id) == (2_345, "cash", owing.farid.id)


def test_two_equal_payments_one_after_the_other_are_two(owing: Cast, sign_in_as: SignIn) -> None:
    screen = sign_in_as(owing.farid).open("staff/family_account", famille=owing.benali.id)
    pay(pay(screen, "10"), "10")
    with reading() as session:
        assert session.scalar(select(func.count()).select_from(Payment)) == 2


@pytest.mark.parametrize(
    ("amount", "told"), [("-5", "montant"), ("douze", "montant"), ("", "montant"), ("500", "Garder le surplus en avoir")]
)
def test_a_wrong_amount_is_told_and_kept_in_the_form(owing: Cast, sign_in_as: SignIn, amount: str, told: str) -> None:
    screen = pay(sign_in_as(owing.farid).open("staff/family_account", famille=owing.benali.id), amount)
    assert told in screen.error[0].value
    assert screen.text_input[0].value == amount
    with reading() as session:
        assert session.scalar(select(func.count()).select_from(Payment)) == 0


def test_what_is_above_the_balance_is_kept_when_ticked(owing: Cast, sign_in_as: SignIn) -> None:
    screen = pay(sign_in_as(owing.farid).open("staff/family_account", famille=owing.benali.id), "200", keep=True)
    values = {metric.label: metric.value for metric in screen.metric}
    assert (values["Solde"], values["Avoir gardé"]) == ("0,00\u00a0€", "76,55\u00a0€")


@pytest.mark.parametrize("tab", ["invoices", "payments", "statement", "reminders"])
def test_every_tab_of_an_account_opens(owing: Cast, sign_in_as: SignIn, tab: str) -> None:
    screen = pay(sign_in_as(owing.farid).open("staff/family_account", famille=owing.benali.id), "10")
    screen.open("staff/family_account", famille=owing.benali.id, onglet=tab)
    assert not screen.exception
    empty = sign_in_as(owing.denis).open("staff/family_account", famille=owing.family("Vide", "Anne").id, onglet=tab)
    assert not empty.exception
    assert not empty.dataframe


def test_reminders_are_prepared_read_and_sent_once(owing: Cast, sign_in_as: SignIn) -> None:
    screen = sign_in_as(owing.claire).open("staff/balances", relance=1)
    assert {metric.label: metric.value for metric in screen.metric}["Familles à relancer"] == "1"
    assert "Amina Benali" in screen.words()
    next(button for button in screen.button if "Envoyer 1 relance" in button.label).click()
    screen.run()
    assert screen.success[0].value == "1 relance est prête à partir."
    with reading() as session:
        assert session.scalars(select(Letter.kind)).all() == ["reminder_1"]
    screen.open("staff/balances", relance=1)
    assert not [button for button in screen.button if "Envoyer" in button.label]
    assert any("déjà reçu une relance" in expander.label for expander in screen.expander)


def test_every_family_goes_to_excel_as_real_amounts_and_days(owing: Cast) -> None:
    claire = owing.claire
    with reading() as session:
        (frame,) = balances.every(session, claire, Filters())
    sheet = CalamineWorkbook.from_filelike(io.BytesIO(tables.workbook(frame, columns()))).get_sheet_by_index(0).to_python()
    told = dict(zip(sheet[0], sheet[1], strict=True))
    assert (told["Famille"], told["Solde"], told["Plus ancienne échéance"]) == ("Benali", 123.45, LATE)
    assert [row[0] for row in sheet[1:]] == ["Benali", "Lefèvre"]

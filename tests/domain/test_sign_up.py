"""« Créer un compte »: what is typed is checked, kept once, and tells nobody who is known."""

import threading
from datetime import date, timedelta
from typing import Any

import pytest
import time_machine
from sqlalchemy import func, select

from db.models import Account, AccountRequest, Base, Consent, ConsentText, Family, FieldRule, Guardian, JournalEntry, Letter
from db.session import reading, writing
from domain import accounts, clock
from domain.accounts import consents, links, proof, requests, sign_up
from domain.accounts.passwords import matches
from domain.accounts.refusals import AccountNotOpen, PasswordTooLong, PasswordTooWeak, TooManyAttempts
from domain.families import NotSound
from domain.letters import outbox
from domain.refusals import Incomplete, Refusal, TooLong
from tests.cast import Cast, add
from tests.domain.requesting import ask, letters_of, states, token_of
from tests.proving import prove

HERE = accounts.Origin("198.51.100.7", "Firefox")
GOOD = "cerf-volant moutarde escalier 47"
FAMILY: dict[str, Any] = {
    "name": "  Öztürk ",
    "postcode": "80110",
    "town": "Moreuil",
    "street_number": "12",
    "street": "rue des Lilas",
    "phone_mobile": "06 39 98 12 34",
}
GUARDIAN: dict[str, Any] = {
    "civility": "mrs",
    "last_name": "Öztürk",
    "first_name": "Élif",
    "born_on": date(1990, 4, 2),
    "email": "Elif.Ozturk@Exemple.fr",
    "phone_mobile": "06 39 98 12 34",
}
ANSWERS: dict[str, bool | None] = {"notice": True, "photo": False, "newsletter": True}


def asked(*, answers: dict[str, bool | None] | None = None, language: str = "fr", **changed: Any) -> sign_up.Asked:
    """Élif's request; `family_…` changes a field of the family, anything else one of hers."""
    family = FAMILY | {name.removeprefix("family_"): value for name, value in changed.items() if name.startswith("family_")}
    guardian = GUARDIAN | {name: value for name, value in changed.items() if not name.startswith("family_")}
    return sign_up.Asked(family, guardian, ANSWERS if answers is None else answers, language)


def send(password: str = GOOD, *, worked: str | None = None, **changed: Any) -> None:
    sign_up.send(asked(**changed), password, origin=HERE, worked=prove() if worked is None else worked)


def number(model: type[Base]) -> int:
    with reading() as session:
        return session.scalar(select(func.count()).select_from(model)) or 0


def only(model: Any) -> Any:
    with reading() as session:
        return session.scalars(select(model)).one()


def nothing_is_kept() -> bool:
    return [number(model) for model in (Account, Family, Guardian, AccountRequest, Consent, Letter)] == [0] * 6


# -- one request ------------------------------------------------------------------------------------------------------------------


def test_a_request_waits_with_all_that_was_typed(cast: Cast) -> None:
    send()
    family, guardian, account, request = only(Family), only(Guardian), only(Account), only(AccountRequest)
    assert (family.name, family.search_name, family.state) == ("Öztürk", "ozturk", "requested")
    assert (family.postcode, family.town, family.phone_mobile) == ("80110", "Moreuil", "0639981234")
    assert (guardian.full_name, guardian.search_name, guardian.born_on) == ("Élif Öztürk", "elif ozturk", date(1990, 4, 2))
    assert (guardian.email, guardian.family_id, guardian.account_id) == ("elif.ozturk@exemple.fr", family.id, account.id)
    assert (account.email, account.role, account.state, account.language) == ("elif.ozturk@exemple.fr", "parent", "pending", "fr")
    assert matches(GOOD, account.password_hash)
    assert (request.state, request.requested_at, request.family_id) == ("waiting", clock.now(), family.id)
    with reading() as session:
        line = session.scalars(select(JournalEntry)).one()
    assert (line.act, line.by_id, line.family_id, line.changes) == ("ask_account", account.id, family.id, {})


def test_what_was_agreed_to_is_kept_with_its_version_and_its_instant(cast: Cast) -> None:
    for kind, version in (("notice", 3), ("notice", 4), ("photo", 1), ("newsletter", 2)):
        add(ConsentText(kind=kind, language="fr", version=version, body=kind, published_at=clock.now()))
    add(ConsentText(kind="notice", language="fr", version=5, body="to come", published_at=clock.now() + timedelta(days=1)))
    send()
    with reading() as session:
        rows = session.execute(
            select(ConsentText.kind, ConsentText.version, Consent.given, Consent.given_at).join(ConsentText).order_by(ConsentText.kind)
        ).all()
        noticed = session.scalars(select(Consent).where(Consent.id == only(AccountRequest).consent_id)).one()
    now = clock.now()
    assert [tuple(row) for row in rows] == [("newsletter", 2, True, now), ("notice", 4, True, now), ("photo", 1, False, now)]
    assert noticed.text_id == next(text.id for text in all_texts() if text.version == 4)


def all_texts() -> list[ConsentText]:
    with reading() as session:
        return list(session.scalars(select(ConsentText)))


def test_a_structure_without_a_notice_shows_ours_and_keeps_what_was_shown(cast: Cast) -> None:
    send()
    send(email="autre@exemple.fr")
    text = only(ConsentText)
    assert (text.kind, text.version, text.body) == ("notice", 1, consents.NOTICE["fr"])
    send(email="third@exemple.fr", language="en")
    with reading() as session:
        assert consents.texts(session, "en")["notice"].language == "fr", "the structure's own in French comes before ours in English"


def test_the_notice_is_shown_in_the_visitors_language_where_there_is_one(cast: Cast) -> None:
    for language in ("fr", "en"):
        add(ConsentText(kind="notice", language=language, version=1, body=language, published_at=clock.now()))
    with reading() as session:
        assert [consents.texts(session, language)["notice"].body for language in ("fr", "en")] == ["fr", "en"]


@pytest.mark.parametrize("answer", [False, None])
def test_without_the_notice_no_account_can_be_asked_for(cast: Cast, answer: bool | None) -> None:
    with pytest.raises(sign_up.NoticeNotRead):
        send(answers={"notice": answer, "photo": True})
    assert nothing_is_kept()


# -- wrong input ------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changed", "kind", "field"),
    [
        ({"family_name": "x" * 10_000}, TooLong, "name"),
        ({"family_name": "   "}, Incomplete, "name"),
        ({"family_town": ""}, Incomplete, "town"),
        ({"family_postcode": "8011"}, NotSound, "postcode"),
        ({"family_street": None}, Incomplete, "street"),
        ({"family_phone_mobile": "12"}, NotSound, "phone_mobile"),
        ({"last_name": "x" * 10_000}, TooLong, "last_name"),
        ({"first_name": ""}, Incomplete, "first_name"),
        ({"civility": "lord"}, NotSound, "civility"),
        ({"born_on": date(2026, 3, 3)}, NotSound, "born_on"),
        ({"born_on": date(1890, 1, 1)}, NotSound, "born_on"),
        ({"email": ""}, Incomplete, "email"),
        ({"email": "elif"}, NotSound, "email"),
        ({"email": "x" * 10_000 + "@exemple.fr"}, TooLong, "email"),
    ],
)
def test_a_field_that_does_not_fit_is_named_and_nothing_is_kept(
    cast: Cast, changed: dict[str, Any], kind: type[Refusal], field: str
) -> None:
    with pytest.raises(kind) as refused:
        send(**changed)
    assert refused.value.field == field  # type: ignore[attr-defined]
    assert nothing_is_kept()


@pytest.mark.parametrize("name", ["O'Brien-Ñandú", "李", "Robert'); DROP TABLE families;--"])
def test_a_strange_name_is_a_name(cast: Cast, name: str) -> None:
    send(family_name=name, last_name=name)
    assert only(Family).name == name


@pytest.mark.parametrize(
    ("password", "kind"),
    [("", Incomplete), ("elif.ozturk", PasswordTooWeak), ("Soleil123!", PasswordTooWeak), ("x" * 73, PasswordTooLong)],
)
def test_a_password_that_is_no_good_keeps_nothing(cast: Cast, password: str, kind: type[Refusal]) -> None:
    with pytest.raises(kind):
        send(password)
    assert nothing_is_kept()


def test_a_field_that_the_structure_hides_cannot_be_sent(cast: Cast) -> None:
    add(FieldRule(section="guardian", field="born_on", mode="hidden", waits_for_staff=False))
    send(born_on=date(1990, 4, 2), profession="spy", family_regime="caf", family_state="active")
    assert (only(Guardian).born_on, only(Guardian).profession) == (None, None)
    assert (only(Family).regime, only(Family).state) == (None, "requested")


def test_the_fields_without_which_there_is_no_account_keep_their_star_whatever_the_structure_hides(cast: Cast) -> None:
    for section, field in (("family", "town"), ("guardian", "email"), ("guardian", "last_name")):
        add(FieldRule(section=section, field=field, mode="hidden", waits_for_staff=False))
    send()
    assert (only(Family).town, only(Guardian).last_name) == ("Moreuil", "Öztürk")


# -- who is known -----------------------------------------------------------------------------------------------------------------


def test_who_has_an_account_reads_it_in_a_letter_and_the_visitor_sees_no_difference(cast: Cast) -> None:
    amina = cast.amina
    before = number(Family), number(Account), number(Guardian)
    send(email=amina.email.upper())
    assert (number(Family), number(Account), number(Guardian)) == before
    assert number(AccountRequest) == 0
    letter = letters_of("account_exists")[0]
    assert letter.to_email == amina.email
    assert "/mot-de-passe" in letter.text_body
    assert "Élif" not in letter.text_body, "nothing that was typed goes to another's letter box"


def test_the_hash_is_computed_for_who_is_known_too(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    hashed: list[str] = []
    real = sign_up.passwords.hashed
    monkeypatch.setattr(sign_up.passwords, "hashed", lambda password: hashed.append(password) or real(password))
    send(email=cast.amina.email)
    send()
    assert len(hashed) == 2


def test_the_staffs_own_address_makes_no_family(cast: Cast) -> None:
    send(email=cast.claire.email)
    assert number(Family) == 0
    assert letters_of("account_exists")[0].to_email == cast.claire.email


def test_asking_twice_is_one_request_and_a_letter_that_says_so(cast: Cast) -> None:
    send()
    send()
    assert (number(AccountRequest), number(Family)) == (1, 1)
    assert "attend notre réponse" in letters_of("account_exists")[0].text_body


def test_whoever_asked_first_with_somebody_elses_address_does_not_know_the_password_of_its_account(cast: Cast) -> None:
    """A stranger asks with Élif's address and a password of his own; then she does, is approved, and opens her link."""
    claire = cast.claire
    send("le mot de passe du voleur 88")
    send()
    with writing() as session:
        requests.approve(session, claire, only(AccountRequest).id)
    token = token_of(letters_of("account_approved")[0])
    with pytest.raises(Incomplete):
        links.confirm(token)
    kept = links.confirm(token, GOOD, GOOD).password_hash
    assert (matches(GOOD, kept), matches("le mot de passe du voleur 88", kept)) == (True, False)


def test_who_was_approved_and_asks_again_gets_the_link_again(cast: Cast, noon: time_machine.Traveller) -> None:
    claire = cast.claire
    send()
    with writing() as session:
        requests.approve(session, claire, only(AccountRequest).id)
    noon.move_to(clock.now() + timedelta(days=3))
    send()
    assert len(letters_of("account_approved")) == 2
    links.confirm(token_of(letters_of("account_approved")[-1]), GOOD, GOOD)
    assert states(only(AccountRequest).id) == ("approved", "active", "active")


def test_who_was_refused_may_ask_again_and_nothing_is_doubled(cast: Cast, noon: time_machine.Traveller) -> None:
    claire = cast.claire
    send()
    first = only(AccountRequest).id
    with writing() as session:
        requests.refuse(session, claire, first, "Il manque votre adresse.")
    noon.move_to(clock.now() + timedelta(hours=1))
    send("lanterne cassis velours 58", family_street="rue du Moulin")
    with reading() as session:
        second = session.scalars(select(AccountRequest).where(AccountRequest.state == "waiting")).one()
    assert second.id != first
    assert (number(Family), number(Guardian), number(Account), number(AccountRequest)) == (1, 1, 2, 2), "Élif's and Claire's"
    with reading() as session:
        account = session.scalars(select(Account).where(Account.role == "parent")).one()
    assert (only(Family).street, only(Family).state, account.state) == ("rue du Moulin", "requested", "pending")
    assert matches("lanterne cassis velours 58", account.password_hash)
    with writing() as session:
        requests.approve(session, claire, second.id)
    links.confirm(token_of(letters_of("account_approved")[-1]))
    assert only(Family).state == "active"


def test_a_family_that_the_staff_typed_with_this_email_is_a_likely_duplicate_and_not_an_obstacle(cast: Cast) -> None:
    claire = cast.claire
    typed = add(Family(name="Ozturk", search_name="ozturk", state="active", created_at=clock.now()))
    add(
        Guardian(
            family_id=typed.id,
            last_name="Ozturk",
            first_name="Elif",
            search_name="elif ozturk",
            email="elif.ozturk@exemple.fr",
            created_at=clock.now(),
        )
    )
    send()
    with reading() as session:
        frame, alike = requests.waiting(session, claire)
    assert frame.iloc[0]["sign_in"] == "elif.ozturk@exemple.fr"
    assert ("email", typed.id) in set(zip(alike["likeness"], alike["family_id"], strict=True))


def test_a_closed_account_of_somebody_who_left_is_not_opened_by_a_stranger(cast: Cast) -> None:
    amina = cast.amina
    with writing() as session:
        session.get_one(Account, amina.id).state = "closed"
    send(email=amina.email)
    with reading() as session:
        assert session.get_one(Account, amina.id).state == "closed"
        assert matches(GOOD, session.get_one(Account, amina.id).password_hash) is False
    assert "fermé" in letters_of("account_exists")[0].text_body


# -- many -------------------------------------------------------------------------------------------------------------------------


def test_a_double_click_is_one_request(cast: Cast) -> None:
    worked, start, outcomes = prove(), threading.Barrier(2), []

    def click() -> None:
        start.wait()
        try:
            send(worked=worked)
            outcomes.append("sent")
        except Refusal as refusal:
            outcomes.append(type(refusal).__name__)

    threads = [threading.Thread(target=click) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["ProofSpent", "sent"]
    assert number(AccountRequest) == 1


def test_of_eight_who_ask_with_one_email_at_once_one_makes_a_family(cast: Cast) -> None:
    proofs, start, problems = [prove() for _ in range(8)], threading.Barrier(8), []

    def click(worked: str) -> None:
        start.wait()
        try:
            send(worked=worked)
        except Exception as problem:
            problems.append(problem)

    threads = [threading.Thread(target=click, args=(worked,)) for worked in proofs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert problems == []
    assert (number(AccountRequest), number(Family), number(Account)) == (1, 1, 1)
    assert len(letters_of("account_exists")) == sign_up.LETTERS_TO_ONE


def test_without_proof_nothing_is_asked(cast: Cast) -> None:
    for worked in ("", "x" * 300):
        with pytest.raises(proof.ProofMissing):
            send(worked=worked)
    assert nothing_is_kept()


def test_one_place_does_not_ask_for_ever(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sign_up, "REQUESTS_FROM_ONE_ADDRESS", 2)
    send()
    send(email="deux@exemple.fr")
    with pytest.raises(TooManyAttempts):
        send(email="trois@exemple.fr")
    assert number(AccountRequest) == 2


# -- who is told ------------------------------------------------------------------------------------------------------------------


def test_those_who_may_approve_are_told(cast: Cast) -> None:
    told = [cast.claire, cast.denis, cast.helene]
    assert all((cast.farid, cast.gaelle, cast.amina))
    cast.account("Yann", "Parti", "coordinator", cast.moreuil, state="closed")
    send()
    assert sorted(letter.to_email for letter in letters_of("account_requested")) == sorted(person.email for person in told)
    assert all("Öztürk" not in letter.text_body + letter.subject for letter in letters_of("account_requested"))


def test_they_are_told_once_an_hour_at_most_and_what_came_within_it_is_told_at_its_end(cast: Cast, noon: time_machine.Traveller) -> None:
    assert cast.claire
    began = clock.now()
    sent = []
    for minutes in range(0, 150, 5):
        noon.move_to(began + timedelta(minutes=minutes))
        if minutes < 60:
            send(email=f"famille{minutes}@exemple.fr")
        if outbox.send_due():
            sent.append(minutes)
    assert sent == [0, 60]
    noon.move_to(began + timedelta(hours=4))
    send(email="tard@exemple.fr")
    assert outbox.send_due() == 1


# -- from end to end --------------------------------------------------------------------------------------------------------------


def test_a_family_goes_from_its_request_to_its_first_sign_in(cast: Cast) -> None:
    claire = cast.claire
    send()
    with reading() as session:
        frame, _ = requests.waiting(session, claire)
    assert frame.iloc[0]["guardian_name"] == "Élif Öztürk"
    assert bool(frame.iloc[0]["given"])
    with pytest.raises(AccountNotOpen):
        accounts.sign_in("elif.ozturk@exemple.fr", GOOD, remember=False, origin=HERE, worked=prove())
    with writing() as session:
        requests.approve(session, claire, int(frame.iloc[0]["request_id"]))
    links.confirm(token_of(letters_of("account_approved")[0]))
    assert isinstance(accounts.sign_in("elif.ozturk@exemple.fr", GOOD, remember=False, origin=HERE, worked=prove()), str)


def test_a_request_typed_by_the_tests_is_like_one_that_was_sent(cast: Cast) -> None:
    """The other tests of requests make theirs straight as rows: the same columns are filled."""
    ask("Neuf")
    send()
    with reading() as session:
        made, sent = session.scalars(select(Account).order_by(Account.id)).all()
    filled = [
        {column.key for column in Account.__mapper__.column_attrs if getattr(account, column.key) is not None} for account in (made, sent)
    ]
    assert filled[1] - filled[0] == {"password_changed_at"}

"""The staff's accounts: invited, changed, closed; and always an administrator left."""

import threading
from datetime import timedelta

import pytest
from sqlalchemy import select

from db.models import Account, JournalEntry, SignInSession
from db.session import reading, writing
from domain import clock
from domain.accounts import account_of, directory, links, staff
from domain.accounts.sign_in import hash_of_secret
from domain.refusals import ChangedMeanwhile, DoesNotExist, Incomplete, NotAllowed, Refusal, TooLong
from tests.cast import Cast, add, fresh
from tests.domain.requesting import letters_of, token_of

NEW = {"email": "Ines.Roux@Exemple.fr ", "first_name": " Inès", "last_name": "Roux", "role": "coordinator"}


def act(verb: object, by: Account, *args: object, **more: object) -> object:
    """One verb in one transaction."""
    with writing() as session:
        return verb(session, by, *args, **more)  # type: ignore[operator]


def as_is(account: Account) -> dict[str, object]:
    """What `change` takes, as the account stands."""
    names = ("first_name", "last_name", "role", "sees_all_sites")
    return {name: getattr(account, name) for name in names} | {"site_ids": [site.id for site in account.sites]}


def session_of(account: Account) -> str:
    """Signs somebody in; gives the token."""
    token = f"token-{account.id}"
    moment = clock.now()
    add(SignInSession(token_hash=hash_of_secret(token), account_id=account.id, created_at=moment, expires_at=moment + timedelta(hours=8)))
    return token


def test_an_administrator_invites_and_the_person_chooses_a_password(cast: Cast) -> None:
    helene, moreuil = cast.helene, cast.moreuil
    account = act(staff.invite, helene, **NEW, site_ids=[moreuil.id])
    assert isinstance(account, Account)
    assert (account.email, account.full_name, account.state) == ("ines.roux@exemple.fr", "Inès Roux", "pending")
    opened = links.confirm(token_of(letters_of("account_invited")[0]), "trois grues au-dessus de la Luce")
    assert opened.state == "active"
    assert [site.id for site in fresh(opened).sites] == [moreuil.id]
    with reading() as session:
        entry = session.scalars(select(JournalEntry).where(JournalEntry.act == "invite")).one()
    assert entry.changes == {"role": [None, "coordinator"], "sites": [None, [moreuil.id]], "sees_all_sites": [None, False]}


@pytest.mark.parametrize("email", ["", "ines", "ines@", "ines roux@exemple.fr", "ines@exemple", "a@b@c.fr", "x" * 300 + "@exemple.fr"])
def test_what_is_no_e_mail_is_refused(cast: Cast, email: str) -> None:
    helene, moreuil = cast.helene, cast.moreuil
    with pytest.raises(staff.EmailInvalid):
        act(staff.invite, helene, **NEW | {"email": email}, site_ids=[moreuil.id])


def test_an_invitation_is_refused_with_what_is_wrong(cast: Cast) -> None:
    helene, moreuil, amina = cast.helene, cast.moreuil, cast.amina
    wrong: list[tuple[dict[str, object], type[Refusal]]] = [
        ({"email": amina.email.upper()}, staff.EmailTaken),
        ({"first_name": " "}, Incomplete),
        ({"last_name": "x" * 10_000}, TooLong),
        ({"role": "parent"}, DoesNotExist),
        ({"role": "king"}, DoesNotExist),
        ({"site_ids": [moreuil.id, 999_999]}, DoesNotExist),
        ({"site_ids": []}, staff.NoSite),
    ]
    for values, kind in wrong:
        with pytest.raises(kind):
            act(staff.invite, helene, **NEW | {"site_ids": [moreuil.id]} | values)
    assert letters_of("account_invited") == []


def test_only_administrators_keep_the_staff(cast: Cast) -> None:
    gaelle = cast.gaelle
    for nobody in (cast.amina, cast.claire, cast.denis, cast.farid, gaelle):
        for verb in (staff.close, staff.reopen, staff.unlock, staff.reset_second_factor, staff.invite_again):
            with pytest.raises(NotAllowed):
                act(verb, nobody, gaelle.id)
        with pytest.raises(NotAllowed):
            act(staff.invite, nobody, **NEW)
        with pytest.raises(NotAllowed):
            act(staff.change, nobody, gaelle.id, **as_is(gaelle))
        with pytest.raises(NotAllowed), reading() as session:
            directory.users(session, nobody)


def test_families_are_no_staff(cast: Cast) -> None:
    helene, amina = cast.helene, cast.amina
    for verb in (staff.close, staff.reopen, staff.unlock, staff.reset_second_factor, staff.invite_again):
        with pytest.raises(DoesNotExist):
            act(verb, helene, amina.id)


def test_a_change_of_role_and_sites_counts_at_once_and_is_in_the_journal(cast: Cast) -> None:
    helene, claire, moreuil, ailly = cast.helene, cast.claire, cast.moreuil, cast.ailly
    act(staff.change, helene, claire.id, **as_is(claire) | {"role": "leader", "site_ids": [ailly.id], "last_name": "Durand"})
    changed = fresh(claire)
    assert (changed.role, changed.full_name, [site.id for site in changed.sites]) == ("leader", "Claire Durand", [ailly.id])
    with reading() as session:
        entry = session.scalars(select(JournalEntry)).one()
    assert entry.changes == {"role": ["coordinator", "leader"], "last_name": ["•••", "•••"], "sites": [[moreuil.id], [ailly.id]]}


def test_nobody_changes_the_own_role_but_the_own_name(cast: Cast) -> None:
    helene = cast.helene
    cast.account("Autre", "Admin", "administrator")
    with pytest.raises(staff.OwnRole):
        act(staff.change, helene, helene.id, **as_is(helene) | {"role": "director", "sees_all_sites": True})
    act(staff.change, helene, helene.id, **as_is(helene) | {"last_name": "Marchand-Petit"})
    assert fresh(helene).last_name == "Marchand-Petit"


def test_the_last_administrator_stays(cast: Cast) -> None:
    helene = cast.helene
    cast.account("Ancienne", "Admin", "administrator", state="closed")
    cast.account("Future", "Admin", "administrator", state="pending")
    with pytest.raises(staff.LastAdministrator):
        act(staff.close, helene, helene.id)
    other = cast.account("Autre", "Admin", "administrator")
    act(staff.change, helene, other.id, **as_is(other) | {"role": "director", "sees_all_sites": True})
    with pytest.raises(staff.LastAdministrator):
        act(staff.close, helene, helene.id)


def test_two_administrators_who_close_each_other_at_once_leave_one(cast: Cast) -> None:
    for turn in range(6):
        pair = [cast.account(f"Admin{turn}", name, "administrator") for name in ("Un", "Deux")]
        start, outcomes = threading.Barrier(2), []

        def end(by: Account, other: Account, turn: int = turn, start: object = start, outcomes: list[object] = outcomes) -> None:
            start.wait()  # type: ignore[attr-defined]
            try:
                if turn % 2:
                    act(staff.close, by, other.id)
                else:
                    act(staff.change, by, other.id, **as_is(other) | {"role": "director", "sees_all_sites": True})
                outcomes.append("done")
            except Refusal as refusal:
                outcomes.append(type(refusal).__name__)

        threads = [threading.Thread(target=end, args=who) for who in (pair, reversed(pair))]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sorted(outcomes) == ["NotAllowed", "done"]
        with reading() as session:
            living = select(Account).where(Account.role == "administrator", Account.state == "active")
            (left,) = session.scalars(living).all()
        with writing() as session:
            session.get_one(Account, left.id).state = "closed"


def test_closing_takes_back_sessions_and_reopening_gives_the_password_back(cast: Cast) -> None:
    helene, claire = cast.helene, cast.claire
    token = session_of(claire)
    with reading() as session:
        assert account_of(session, token) is not None
    act(staff.close, helene, claire.id)
    with reading() as session:
        assert account_of(session, token) is None
    with pytest.raises(ChangedMeanwhile):
        act(staff.close, helene, claire.id)
    act(staff.reopen, helene, claire.id)
    with reading() as session:
        assert account_of(session, token) is None
    assert fresh(claire).state == "active"
    with pytest.raises(ChangedMeanwhile):
        act(staff.reopen, helene, claire.id)


def test_who_never_chose_a_password_is_invited_again_on_reopening(cast: Cast) -> None:
    helene, moreuil = cast.helene, cast.moreuil
    account = act(staff.invite, helene, **NEW, site_ids=[moreuil.id])
    assert isinstance(account, Account)
    act(staff.invite_again, helene, account.id)
    act(staff.close, helene, account.id)
    for letter in letters_of("account_invited"):
        with pytest.raises(links.LinkUnknown):
            links.confirm(token_of(letter), "trois grues au-dessus de la Luce")
    act(staff.reopen, helene, account.id)
    assert fresh(account).state == "pending"
    links.confirm(token_of(letters_of("account_invited")[-1]), "trois grues au-dessus de la Luce")
    with pytest.raises(ChangedMeanwhile):
        act(staff.invite_again, helene, account.id)


def test_an_administrator_opens_a_lock_and_takes_a_lost_second_factor_away(cast: Cast) -> None:
    helene, claire = cast.helene, cast.claire
    token = session_of(claire)
    with writing() as session:
        account = session.get_one(Account, claire.id)
        account.failed_sign_ins, account.locked_until_at = 5, clock.now() + timedelta(minutes=15)
        account.totp_sealed, account.totp_confirmed_at = b"\0\1sealed", clock.now()
    with reading() as session:
        assert list(directory.users(session, helene, state="locked")[0]["account_id"]) == [claire.id]
    act(staff.unlock, helene, claire.id)
    act(staff.reset_second_factor, helene, claire.id)
    changed = fresh(claire)
    assert (changed.failed_sign_ins, changed.locked_until_at, changed.totp_sealed, changed.totp_confirmed_at) == (0, None, None, None)
    assert letters_of("account_second_factor_reset")[0].to_email == claire.email
    with reading() as session:
        assert account_of(session, token) is None
        assert session.scalars(select(JournalEntry.act).order_by(JournalEntry.id)).all() == ["unlock_user", "second_factor_reset"]
    with pytest.raises(staff.OwnAccount):
        act(staff.reset_second_factor, helene, helene.id)
    with pytest.raises(ChangedMeanwhile):
        act(staff.reset_second_factor, helene, claire.id)


def test_the_list_is_searched_filtered_sorted_and_paged(cast: Cast) -> None:
    helene, claire, denis, farid = cast.helene, cast.claire, cast.denis, cast.farid
    amina, ailly = cast.amina, cast.ailly
    elodie = cast.account("Élodie", "Œuvrard", "leader", ailly, state="pending", email="e.o@exemple.fr", password_hash=None)
    with writing() as session:
        links.send(session, session.get_one(Account, elodie.id), "invite")

    def ids(**chosen: object) -> list[int]:
        with reading() as session:
            frame, total = directory.users(session, helene, **chosen)  # type: ignore[arg-type]
        assert total >= len(frame)
        return list(frame["account_id"])

    assert ids() == [claire.id, farid.id, helene.id, denis.id, elodie.id]
    assert amina.id not in ids()
    assert ids(search="elodie") == ids(search="OEUVRARD") == ids(search="e.o@") == [elodie.id]
    assert ids(search=".*") == ids(search="(") == ids(search="[") == []
    assert ids(role="cashier") == [farid.id]
    assert ids(site_id=ailly.id) == [helene.id, denis.id, elodie.id]
    assert ids(state="pending") == [elodie.id]
    assert ids(sort="newest")[0] == elodie.id
    assert ids(page=2, size=2) == [helene.id, denis.id]
    assert ids(page=99, size=2) == [elodie.id]
    with reading() as session:
        rows = directory.users(session, helene)[0].set_index("account_id")
    assert (rows.sites[elodie.id], rows.sites[denis.id], rows.sites[claire.id]) == ("Ailly-sur-Noye", "*", "Moreuil")
    assert rows.link_until[elodie.id] == clock.now() + timedelta(hours=48)

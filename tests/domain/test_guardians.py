"""Each guardian has an own sign-in: invited without telling who has an account, never taken over, closed by the staff alone."""

import threading
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from sqlalchemy import select

from db.models import Account, Guardian, SignInSession
from db.session import reading, writing
from domain import clock
from domain.accounts import links, own, own_email
from domain.accounts.refusals import CurrentPasswordWrong, TooManyAttempts
from domain.accounts.staff import EmailInvalid, EmailTaken
from domain.families import invitations, joining
from domain.families.changing import OthersEmail
from domain.families.invitations import AccessClosed, HasAccess, InvitedJustNow
from domain.refusals import DoesNotExist, Incomplete, NotAllowed, TooLong
from tests.cast import PASSWORD, Cast, add, fresh
from tests.domain.requesting import letters_of, token_of

CHOSEN = "quatre mots sans aucun lien 73"


@pytest.fixture(autouse=True)
def everybody(cast: Cast) -> None:
    """The people are there before anybody acts."""
    assert all((cast.sami, cast.lia, cast.claire, cast.denis, cast.farid))


def added(by: Account, email: str | None, first_name: str = "Karim") -> Guardian:
    """A second guardian, as the form of the family adds one."""
    typed: dict[str, Any] = {"civility": "mr", "first_name": first_name, "last_name": "Benali", "email": email}
    with writing() as session:
        return joining.add_guardian(session, by, typed)


def invited(by: Account, guardian: Guardian) -> None:
    with writing() as session:
        invitations.invite(session, by, guardian.id)


def access(guardian: Guardian) -> invitations.Access:
    with reading() as session:
        return invitations.accesses(session, [session.get_one(Guardian, guardian.id)])[guardian.id]


def read(guardian: Guardian) -> tuple[Guardian, Account | None]:
    with reading() as session:
        kept = session.get_one(Guardian, guardian.id)
        return kept, session.get(Account, kept.account_id) if kept.account_id else None


def test_a_second_guardian_answers_an_invitation_and_signs_in_to_the_same_family(cast: Cast) -> None:
    karim = added(cast.amina, "Karim@Exemple.fr")
    assert access(karim) == invitations.Access("none", "karim@exemple.fr")
    assert read(karim)[0].email is None, "nobody writes to an address that nobody answered for"
    invited(cast.amina, karim)
    assert access(karim).state == "invited"
    letter = letters_of("guardian_invited")[0]
    assert (letter.to_email, "Amina Benali" in letter.text_body) == ("karim@exemple.fr", True)
    links.confirm(token_of(letter), CHOSEN, CHOSEN)
    guardian, account = read(karim)
    assert account is not None
    assert (account.state, account.role, guardian.email) == ("active", "parent", "karim@exemple.fr")
    assert access(karim) == invitations.Access("open", "karim@exemple.fr")
    from domain.families import finding

    with reading() as session:
        assert finding.own_family(session, fresh(account)).id == cast.benali.id


@pytest.mark.parametrize("whose", ["parent", "staff", "guardian without a sign-in"])
def test_the_inviter_gets_the_same_answer_when_the_e_mail_is_somebody_else_s(cast: Cast, whose: str) -> None:
    taken = {"parent": cast.bruno.email, "staff": cast.claire.email}.get(whose)
    if taken is None:
        taken = "ici@exemple.fr"
        values = {"last_name": "Ici", "first_name": "Paul", "search_name": "paul ici", "created_at": clock.now()}
        add(Guardian(family_id=cast.lefevre.id, email=taken, **values))
    known, free = added(cast.amina, taken), added(cast.amina, "libre@exemple.fr", "Rayan")
    before = access(known).state, access(free).state
    invited(cast.amina, known)
    invited(cast.amina, free)
    assert before == ("none", "none")
    assert (access(known).state, access(free).state) == ("invited", "invited")
    assert read(known)[1] is None
    assert [letter.to_email for letter in letters_of("guardian_invited")] == ["libre@exemple.fr"]
    assert [letter.to_email for letter in letters_of("guardian_known")] == ([] if whose.startswith("guardian") else [taken])
    with reading() as session:
        assert session.scalars(select(Account.state).where(Account.email == taken)).all() == (
            [] if whose.startswith("guardian") else ["active"]
        )


def test_an_invitation_that_has_lapsed_can_be_sent_again(cast: Cast, noon: time_machine.Traveller) -> None:
    karim = added(cast.amina, "karim@exemple.fr")
    invited(cast.amina, karim)
    with pytest.raises(InvitedJustNow):
        invited(cast.amina, karim)
    noon.shift(timedelta(hours=49))
    assert access(karim).state == "expired"
    invited(cast.amina, karim)
    first, second = letters_of("guardian_invited")
    with pytest.raises(links.LinkExpired):
        links.confirm(token_of(first), CHOSEN, CHOSEN)
    links.confirm(token_of(second), CHOSEN, CHOSEN)
    with pytest.raises(HasAccess):
        invited(cast.amina, karim)


def test_a_corrected_e_mail_kills_the_link_sent_to_the_wrong_one(cast: Cast, noon: time_machine.Traveller) -> None:
    karim = added(cast.amina, "faux@exemple.fr")
    invited(cast.amina, karim)
    wrong = token_of(letters_of("guardian_invited")[0])
    with writing() as session:
        invitations.set_email(session, cast.amina, karim.id, "faux@exemple.fr", "karim@exemple.fr")
    with pytest.raises(links.LinkUnknown):
        links.confirm(wrong, CHOSEN, CHOSEN)
    noon.shift(timedelta(hours=1))
    invited(cast.amina, karim)
    count = len(letters_of("guardian_invited")) + len(letters_of("account_invited"))
    with writing() as session:
        links.ask_again(session, wrong)
    assert len(letters_of("guardian_invited")) + len(letters_of("account_invited")) == count, "the stranger gets no new link"
    links.confirm(token_of(letters_of("guardian_invited")[-1]), CHOSEN, CHOSEN)
    assert read(karim)[0].email == "karim@exemple.fr"
    rayan = added(cast.amina, "faux@exemple.fr", "Rayan")
    invited(cast.amina, rayan)
    links.confirm(token_of(letters_of("guardian_invited")[-1]), CHOSEN, CHOSEN)
    assert read(rayan)[0].email == "faux@exemple.fr", "the owner of the first address can still be invited"


def test_nobody_changes_the_e_mail_of_somebody_who_signs_in(cast: Cast) -> None:
    karim = added(cast.amina, "karim@exemple.fr")
    invited(cast.amina, karim)
    links.confirm(token_of(letters_of("guardian_invited")[0]), CHOSEN, CHOSEN)
    _, account = read(karim)
    assert account is not None
    for by, whose in ((cast.amina, karim), (account, cast.guardian(cast.benali)), (cast.amina, cast.guardian(cast.benali))):
        with pytest.raises(OthersEmail), writing() as session:
            invitations.set_email(session, fresh(by), whose.id, None, "voleur@exemple.fr")
    with pytest.raises(DoesNotExist), writing() as session:
        invitations.set_email(session, cast.bruno, karim.id, None, "voleur@exemple.fr")
    assert read(karim)[0].email == "karim@exemple.fr"


def test_an_invitation_needs_an_e_mail_and_a_guardian_of_one_s_own(cast: Cast) -> None:
    karim = added(cast.amina, None)
    with pytest.raises(Incomplete):
        invited(cast.amina, karim)
    for by, refusal in ((cast.bruno, DoesNotExist), (cast.claire, NotAllowed), (None, NotAllowed)):
        with pytest.raises(refusal), writing() as session:
            invitations.invite(session, by, karim.id)


def test_a_family_cannot_flood_the_post(cast: Cast) -> None:
    people = [added(cast.amina, f"ami{number}@exemple.fr", f"Ami {number}") for number in range(joining.MOST_GUARDIANS - 1)]
    for guardian in people:
        invited(cast.amina, guardian)
    for number, guardian in enumerate(people):
        with writing() as session:
            invitations.set_email(session, cast.amina, guardian.id, f"ami{number}@exemple.fr", f"autre{number}@exemple.fr")
    invited(cast.amina, people[0])
    with pytest.raises(InvitedJustNow):
        invited(cast.amina, people[1])
    assert len(letters_of("guardian_invited")) == invitations.AT_ONCE


def test_of_two_families_that_invite_one_address_at_once_one_has_it(cast: Cast) -> None:
    mine, theirs = added(cast.amina, "moi@exemple.fr"), added(cast.bruno, "moi@exemple.fr")
    people, ready, raised = [(cast.amina, mine), (cast.bruno, theirs)], threading.Barrier(2), []

    def send(by: Account, guardian: Guardian) -> None:
        ready.wait()
        try:
            invited(by, guardian)
        except Exception as problem:
            raised.append(problem)

    threads = [threading.Thread(target=send, args=pair) for pair in people]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert raised == []
    assert [letter.to_email for letter in letters_of("guardian_invited")] == ["moi@exemple.fr"]
    assert [access(guardian).state for _, guardian in people] == ["invited", "invited"]


# -- the staff --------------------------------------------------------------------------------------------------------------------


def test_the_staff_closes_an_access_at_once_and_opens_it_again_by_an_invitation(cast: Cast) -> None:
    guardian, amina = cast.guardian(cast.benali), cast.amina
    add(SignInSession(token_hash="x" * 64, account_id=amina.id, created_at=clock.now(), expires_at=clock.now() + timedelta(hours=1)))
    with pytest.raises(Incomplete), writing() as session:
        invitations.close_access(session, cast.claire, guardian.id, " ")
    with writing() as session:
        invitations.close_access(session, cast.claire, guardian.id, "Décision du juge")
    with reading() as session:
        assert session.scalars(select(SignInSession.revoked_at)).one() is not None
    assert (access(guardian).state, read(guardian)[1].state) == ("closed", "closed")  # type: ignore[union-attr]
    assert "juge" not in letters_of("access_closed")[0].text_body
    karim = cast.account("Karim", "Benali", "parent")
    values = {"last_name": "Benali", "first_name": "Karim", "search_name": "karim benali", "created_at": clock.now()}
    add(Guardian(family_id=cast.benali.id, account_id=karim.id, email=karim.email, **values))
    with pytest.raises(AccessClosed), writing() as session:
        invitations.invite(session, karim, guardian.id)
    with writing() as session:
        invitations.invite_by_staff(session, cast.claire, guardian.id)
    links.confirm(token_of(letters_of("guardian_invited")[0]), CHOSEN, CHOSEN)
    assert access(guardian).state == "open"
    with pytest.raises(HasAccess), writing() as session:
        invitations.invite_by_staff(session, cast.claire, guardian.id)


def test_the_staff_is_told_that_an_e_mail_is_taken(cast: Cast) -> None:
    karim = added(cast.amina, cast.bruno.email)
    with pytest.raises(EmailTaken), writing() as session:
        invitations.invite_by_staff(session, cast.claire, karim.id)
    for by in (cast.farid, cast.amina, None):
        with pytest.raises(NotAllowed), writing() as session:
            invitations.close_access(session, by, karim.id, "x")
        with pytest.raises(NotAllowed), writing() as session:
            invitations.invite_by_staff(session, by, karim.id)


# -- the own e-mail ---------------------------------------------------------------------------------------------------------------


def test_the_own_e_mail_changes_when_the_new_address_has_answered(cast: Cast) -> None:
    amina = cast.amina
    own_email.ask(amina, PASSWORD, " Amina.Neuve@Exemple.fr ")
    asked, notice = letters_of("email_to_confirm")[0], letters_of("email_asked")[0]
    assert (asked.to_email, notice.to_email) == ("amina.neuve@exemple.fr", amina.email)
    assert cast.amina.email == amina.email, "nothing changes before the link"
    with reading() as session:
        assert own_email.look(session, token_of(asked)) == "amina.neuve@exemple.fr"
    assert cast.amina.email == amina.email, "a scanner that follows the link changes nothing"
    with writing() as session:
        own_email.confirm(session, token_of(asked))
    assert (cast.amina.email, cast.guardian(cast.benali).email) == ("amina.neuve@exemple.fr", "amina.neuve@exemple.fr")
    assert letters_of("email_changed")[0].to_email == amina.email
    with pytest.raises(links.LinkUsed), writing() as session:
        own_email.confirm(session, token_of(asked))


def test_an_open_session_alone_does_not_take_an_account_over(cast: Cast) -> None:
    for _ in range(5):
        with pytest.raises(CurrentPasswordWrong):
            own_email.ask(cast.amina, "deviné", "voleur@exemple.fr")
    with pytest.raises(TooManyAttempts):
        own_email.ask(cast.amina, PASSWORD, "voleur@exemple.fr")
    assert letters_of("email_to_confirm") == []


def test_a_changed_password_stops_a_change_of_e_mail_that_somebody_else_asked_for(cast: Cast) -> None:
    own_email.ask(cast.amina, PASSWORD, "voleur@exemple.fr")
    stolen = token_of(letters_of("email_to_confirm")[0])
    own.change_password(fresh(cast.amina), PASSWORD, CHOSEN, CHOSEN, keep=None)
    with pytest.raises(links.LinkExpired), writing() as session:
        own_email.confirm(session, stolen)
    assert fresh(cast.amina).email == "amina.benali@exemple.fr"


def test_a_new_e_mail_that_is_taken_gets_the_same_answer_and_no_link(cast: Cast) -> None:
    own_email.ask(cast.amina, PASSWORD, cast.bruno.email)
    assert len(letters_of("email_asked")) == 1
    assert letters_of("email_to_confirm") == []
    assert cast.bruno.state == "active"


@pytest.mark.parametrize(
    ("typed", "refusal"),
    [("", EmailInvalid), ("x" * 10_000, TooLong), ("amina@", EmailInvalid), ("a\x00mina.benali@exemple.fr", own_email.EmailUnchanged)],
)
def test_what_is_no_new_e_mail_is_refused(cast: Cast, typed: str, refusal: type[Exception]) -> None:
    with pytest.raises(refusal):
        own_email.ask(cast.amina, PASSWORD, typed)


def test_an_altered_expired_or_overtaken_link_changes_nothing(cast: Cast, noon: time_machine.Traveller) -> None:
    old = cast.amina.email
    own_email.ask(cast.amina, PASSWORD, "une@exemple.fr")
    own_email.ask(cast.amina, PASSWORD, "deux@exemple.fr")
    first, second = (token_of(letter) for letter in letters_of("email_to_confirm"))
    for token, refusal in ((first, links.LinkExpired), (second + "x", links.LinkUnknown), ("", links.LinkUnknown)):
        with pytest.raises(refusal), writing() as session:
            own_email.confirm(session, token)
    invitation = added(cast.bruno, "deux@exemple.fr")
    invited(cast.bruno, invitation)
    with pytest.raises(links.LinkExpired), writing() as session:
        own_email.confirm(session, second)
    noon.shift(timedelta(hours=49))
    with pytest.raises(links.LinkExpired), writing() as session:
        own_email.confirm(session, second)
    assert cast.amina.email == old


def test_a_link_of_a_new_e_mail_opens_nothing_else(cast: Cast) -> None:
    own_email.ask(cast.amina, PASSWORD, "une@exemple.fr")
    with pytest.raises(links.LinkUnknown):
        links.confirm(token_of(letters_of("email_to_confirm")[0]), CHOSEN, CHOSEN)

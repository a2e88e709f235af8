"""Families' requests for an account: read whole, decided once, told to the family and to the journal."""

import threading
from datetime import date, timedelta

import pytest
from sqlalchemy import event, func, select, text

from db.models import AccountLink, AccountRequest, Family, Guardian, JournalEntry
from db.session import engine, reading, writing
from domain import clock
from domain.accounts import requests
from domain.refusals import AlreadyDecided, DoesNotExist, Incomplete, NotAllowed, NothingChosen, Refusal, TooLong
from tests.cast import Cast
from tests.domain.requesting import NOTICE, ask, grown_up, letters_of, states


def test_a_coordinator_reads_the_whole_request_oldest_first(cast: Cast) -> None:
    young = ask("Zola", at=clock.now() - timedelta(days=1), phone_mobile="0639980001")
    old = ask("Aubert", at=clock.now() - timedelta(days=9))
    with reading() as session:
        frame, alike = requests.waiting(session, cast.claire)
        newest, _ = requests.waiting(session, cast.claire, sort="newest")
        by_name, _ = requests.waiting(session, cast.claire, sort="name")
    assert list(frame["request_id"]) == [old, young]
    assert list(newest["request_id"]) == [young, old]
    assert list(by_name["family_name"]) == ["Aubert", "Zola"]
    read = frame.iloc[1]
    assert (read["guardian_name"], read["guardian_mobile"], read["email"]) == ("Nadia Zola", "0639980001", "nadia.zola@exemple.fr")
    assert (read["postcode"], read["town"], bool(read["given"])) == ("80110", "Moreuil", True)
    assert (read["text_body"], read["text_version"], read["text_language"]) == (NOTICE, 3, "fr")
    assert (alike.empty, list(frame["alike"])) == (True, [0, 0])


def test_a_search_finds_names_without_accents_and_e_mails(cast: Cast) -> None:
    wanted = ask("Lévêque", "Gaëlle")
    ask("Martin")
    with reading() as session:
        for words in ("leveque", "Gaëlle LÉVÊQUE", "gaelle.leveque@"):
            assert list(requests.waiting(session, cast.claire, search=words)[0]["request_id"]) == [wanted]
        assert requests.counts(session, cast.claire, "leveque") == (1, 0)
        assert requests.waiting(session, cast.claire, search="%")[0].empty


def test_likely_duplicates_stand_beside_the_request(cast: Cast) -> None:
    claire, benali, elsewhere = cast.claire, cast.benali, cast.family("Ailleurs", "Zoé", site=cast.ailly)
    grown_up(benali.id, date(1990, 4, 1))
    amina = cast.guardian(benali)
    by_email = ask("Un", sign_in="un@exemple.fr", email=None)
    with writing() as session:
        session.get_one(type(amina), amina.id).email = "un@exemple.fr"
    by_phone = ask("Deux", phone_mobile=amina.phone_mobile)
    by_family_phone = ask("Trois", family_phone=elsewhere.phone_mobile)
    by_name = ask("Bénali", "AMINA", born_on=date(1990, 4, 1), search_name="amina benali", sign_in="quatre@exemple.fr", email=None)
    other_birth = ask("Benali", "Amina", born_on=date(1991, 4, 1), email="cinq@exemple.fr")
    with reading() as session:
        frame, alike = requests.waiting(session, claire)
    found = {(row.request_id, row.likeness, row.in_sight): row for row in alike.itertuples()}
    assert set(found) == {(by_email, "email", True), (by_phone, "phone", True), (by_name, "name", True), (by_family_phone, "phone", False)}
    assert found[by_phone, "phone", True].guardian_name == "Amina Benali"
    assert found[by_phone, "phone", True].family_id == benali.id
    hidden = alike[alike["request_id"] == by_family_phone].iloc[0]
    assert hidden[["family_id", "name", "guardian_name", "town", "state"]].isna().all()
    assert dict(zip(frame["request_id"], frame["alike"], strict=True))[other_birth] == 0


@pytest.mark.parametrize("asked", ["phone_mobile", "phone_landline", "phone_work", "phone_work_mobile", "family_phone", "family_landline"])
def test_any_number_of_a_request_finds_a_family_by_any_of_its_numbers(cast: Cast, asked: str) -> None:
    claire, benali = cast.claire, cast.benali
    numbers = {f"03530100{place:02}": place for place in range(6)}
    with writing() as session:
        family, guardian = session.get_one(Family, benali.id), session.get_one(Guardian, cast.guardian(benali).id)
        family.phone_mobile, family.phone_landline, guardian.phone_mobile, guardian.phone_landline, *work = numbers
        guardian.phone_work, guardian.phone_work_mobile = work
    requests_of = {ask(f"N{place}", **{asked: number}) for number, place in numbers.items()}
    other = ask("Autre", **{asked: "0353010099"})
    with reading() as session:
        _, alike = requests.waiting(session, claire)
    found = alike[alike["family_id"] == benali.id]
    assert sorted(found["request_id"]) == sorted(requests_of)
    assert set(found["likeness"]) == {"phone"}
    assert other not in set(alike["request_id"])


def test_likely_duplicates_walk_an_index_for_every_number(cast: Cast) -> None:
    """PostgreSQL reads so small a table whole unless it is told not to; in a town it walks the index by itself."""
    ask("Un", phone_landline="0353010001")
    denis, seen = cast.denis, []
    event.listen(engine(), "before_cursor_execute", lambda *told: seen.append((told[2], told[3])))
    with writing() as session:
        requests.waiting(session, denis)
        statement, values = next(told for told in seen if "alike" in told[0])
        if engine().name == "postgresql":
            session.execute(text("SET LOCAL enable_seqscan = off"))
        explain = "EXPLAIN " if engine().name == "postgresql" else "EXPLAIN QUERY PLAN "
        plan = " ".join(str(row) for row in session.connection().exec_driver_sql(explain + statement, values))
    guardians = [f"guardians_phone_{number}" for number in ("landline", "mobile", "work", "work_mobile")]
    for index in ("families_phone_landline", "families_phone_mobile", *guardians):
        assert f"ix_{index} " in plan


def test_the_page_costs_three_statements_whatever_is_on_it(cast: Cast) -> None:
    claire = cast.claire
    seen: list[str] = []
    event.listen(engine(), "before_cursor_execute", lambda *told: seen.append(told[2]))

    def statements() -> int:
        seen.clear()
        with reading() as session:
            requests.counts(session, claire)
            requests.waiting(session, claire)
        return sum("account_requests" in statement or "ranked" in statement for statement in seen)

    for rounds in range(2):
        for number in range(12):
            ask(f"Famille {number}", email=f"f{rounds}.{number}@exemple.fr", phone_mobile="0639981111")
        assert statements() == 3, seen


def test_an_approval_sends_a_link_and_is_in_the_journal(cast: Cast) -> None:
    claire, request_id = cast.claire, ask("Neuf")
    with writing() as session:
        requests.approve(session, claire, request_id)
    assert states(request_id) == ("approved", "approved", "pending")
    (letter,) = letters_of("account_approved")
    assert (letter.to_email, "/confirmer?lien=" in letter.text_body) == ("nadia.neuf@exemple.fr", True)
    assert "4 mars 2026 12:00" in letter.text_body
    with reading() as session:
        entry = session.scalars(select(JournalEntry)).one()
    assert (entry.act, entry.object_kind, entry.object_id, entry.by_id) == ("approve_account", "account_requests", request_id, claire.id)
    assert entry.changes["state"] == ["waiting", "approved"]


def test_a_refusal_needs_a_reason_and_tells_it(cast: Cast) -> None:
    claire, request_id = cast.claire, ask("Neuf")
    for reason, kind in (("", Incomplete), ("  \n", Incomplete), ("x" * 10_000, TooLong)):
        with pytest.raises(kind), writing() as session:
            requests.refuse(session, claire, request_id, reason)
    assert states(request_id) == ("waiting", "requested", "pending")
    with writing() as session:
        requests.refuse(session, claire, request_id, "Vous habitez hors de la communauté de communes.")
    assert states(request_id) == ("refused", "refused", "closed")
    (letter,) = letters_of("account_refused")
    assert "hors de la communauté" in letter.text_body
    with reading() as session:
        assert session.scalars(select(JournalEntry.act)).one() == "refuse_account"


def test_a_request_is_decided_once(cast: Cast) -> None:
    denis, claire, request_id = cast.denis, cast.claire, ask("Neuf")
    with writing() as session:
        requests.approve(session, denis, request_id)
    for again in (requests.approve, lambda *who: requests.refuse(*who, "Trop tard.")):
        with pytest.raises(AlreadyDecided) as told, writing() as session:
            again(session, claire, request_id)
        assert (told.value.by_name, told.value.at, told.value.outcome) == ("Denis Moreau", clock.now(), "approved")
    assert len(letters_of("account_approved")) == 1


def test_of_many_those_already_decided_are_told_and_the_rest_is_done(cast: Cast) -> None:
    claire, denis = cast.claire, cast.denis
    first, second, third = ask("Un"), ask("Deux"), ask("Trois")
    with writing() as session:
        requests.refuse(session, denis, second, "Déjà connue.")
    with writing() as session:
        lines = requests.approve_many(session, claire, [third, second, first, 999_999])
    assert [(line.request_id, line.family_name, type(line.refusal)) for line in lines] == [
        (third, "Trois", type(None)),
        (second, "Deux", AlreadyDecided),
        (first, "Un", type(None)),
        (999_999, None, DoesNotExist),
    ]
    assert [states(request_id)[0] for request_id in (first, second, third)] == ["approved", "refused", "approved"]
    assert len(letters_of("account_approved")) == 2


def test_nothing_chosen_is_told(cast: Cast) -> None:
    claire = cast.claire
    with pytest.raises(NothingChosen), writing() as session:
        requests.approve_many(session, claire, [])
    with pytest.raises(NothingChosen), writing() as session:
        requests.refuse_many(session, claire, [], "Pour rien.")


def test_requests_are_for_those_who_validate_accounts(cast: Cast) -> None:
    request_id = ask("Neuf")
    for nobody in (cast.amina, cast.gaelle, cast.farid):
        with pytest.raises(NotAllowed), reading() as session:
            requests.waiting(session, nobody)
        for act in (requests.approve, requests.send_again, lambda *who: requests.refuse(*who, "Non.")):
            with pytest.raises(NotAllowed), writing() as session:
                act(session, nobody, request_id)
    assert states(request_id)[0] == "waiting"


def test_a_request_out_of_sight_does_not_exist(cast: Cast) -> None:
    claire, request_id = cast.claire, ask("Neuf")
    with reading() as session:
        family_id = session.get_one(AccountRequest, request_id).family_id
    cast.sight(type("Known", (), {"id": family_id}), cast.ailly)  # type: ignore[arg-type]
    with pytest.raises(DoesNotExist), writing() as session:
        requests.approve(session, claire, request_id)
    with reading() as session:
        assert requests.waiting(session, claire)[0].empty
        assert len(requests.waiting(session, cast.denis)[0]) == 1


def test_of_two_coordinators_at_once_one_decides_and_the_other_is_told(cast: Cast) -> None:
    claire, denis = cast.claire, cast.denis
    for turn in range(8):
        request_id = ask(f"Famille {turn}", email=f"f{turn}@exemple.fr")
        start, outcomes = threading.Barrier(2), []

        def decide(by: object, act: object, request_id: int = request_id, start: object = start, outcomes: list[object] = outcomes) -> None:
            start.wait()  # type: ignore[attr-defined]
            try:
                with writing() as session:
                    act(session, by, request_id)  # type: ignore[operator]
                outcomes.append("done")
            except Refusal as refusal:
                outcomes.append(refusal)

        refuse = lambda *who: requests.refuse(*who, "Doublon.")  # noqa: E731 (a verb with its reason)
        pair = [threading.Thread(target=decide, args=who) for who in ((claire, requests.approve), (denis, refuse))]
        for thread in pair:
            thread.start()
        for thread in pair:
            thread.join()
        (told,) = [outcome for outcome in outcomes if outcome != "done"]
        assert isinstance(told, AlreadyDecided)
        winner = {"approved": "Claire Dubois", "refused": "Denis Moreau"}[told.outcome]
        assert (told.by_name, states(request_id)[0]) == (winner, told.outcome)
    assert len(letters_of("account_approved")) + len(letters_of("account_refused")) == 8
    with reading() as session:
        assert session.scalar(select(func.count()).select_from(JournalEntry)) == 8


def test_an_approved_family_waits_until_it_confirms_and_may_get_a_new_link(cast: Cast) -> None:
    claire, request_id = cast.claire, ask("Neuf")
    with pytest.raises(DoesNotExist), writing() as session:
        requests.send_again(session, claire, request_id)
    with writing() as session:
        requests.approve(session, claire, request_id)
    with writing() as session:
        requests.send_again(session, claire, request_id)
    with reading() as session:
        frame = requests.unconfirmed(session, claire)
        assert requests.counts(session, claire) == (0, 1)
        living = session.scalars(select(AccountLink).where(AccountLink.expires_at > clock.now())).all()
    assert frame[["request_id", "family_name", "decided_by"]].values.tolist() == [[request_id, "Neuf", "Claire Dubois"]]
    assert len(letters_of("account_approved")) == 2
    assert len(living) == 1

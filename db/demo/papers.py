"""The papers asked for, and what families sent of them: accepted, to check, refused, expired, about to expire, or nothing."""

from typing import Any

import numpy as np
import pandas as pd

from db import storage
from db.demo import specimens
from db.demo.town import People, Registered, Told, Town, day_of
from db.models import Document, DocumentFile, DocumentKind, DocumentKindActivity, FamilyFile, StoredFile

FOR_EVER = np.datetime64("9999-12-31", "D")
COURT, QUOTIENT = "court_decision", "quotient_proof"
# name, subject, compulsory, health, blocks, validity, months, purpose
KINDS = [
    ("Fiche sanitaire de liaison", "child", True, True, "booking", "school_year", None, None),
    ("Copie des vaccinations", "child", True, True, "booking", "months", 24, None),
    ("Attestation d'assurance", "child", True, False, "booking", "school_year", None, None),
    ("Attestation CAF ou MSA (quotient familial)", "family", True, False, "nothing", "months", 12, QUOTIENT),
    ("Justificatif de domicile", "family", True, False, "registration", "months", 12, None),
    ("Pièce d'identité du responsable", "guardian", True, False, "registration", "months", 120, None),
    ("Attestation employeur", "guardian", False, False, "nothing", "months", 12, None),
    ("Projet d'accueil individualisé (PAI)", "child", False, True, "nothing", "school_year", None, None),
    ("Jugement fixant la résidence de l'enfant", "child", False, False, "nothing", "for_ever", None, COURT),
    ("Test d'aisance aquatique (CAJ)", "child", True, False, "booking", "for_ever", None, None),
]
_REASONS = ["Le document n'est pas lisible.", "Ce n'est pas le document demandé.", "Il manque une page.", "Le document est périmé."]
ACCEPTED, TO_CHECK, REFUSED, MISSING = range(4)


def file_away(town: Town, people: People, registered: Registered) -> None:
    """Plants the kinds, the documents and what is kept of each family's file."""
    load = town.loader
    names = ("name", "subject", "is_compulsory", "is_health", "blocks", "validity", "months", "purpose")
    kinds = load.rows(DocumentKind, [dict(zip(names, kind, strict=True)) | {"position": place} for place, kind in enumerate(KINDS)])
    young = [activity.id for site in town.sites for activity in site.activities if activity.name == "CAJ"]
    load.rows(DocumentKindActivity, [{"kind_id": kinds[-1], "activity_id": number} for number in young])
    sheets = [_specimen(town, kind[0]) for kind in KINDS]
    caj = np.array([[a.name == "CAJ" for a in site.activities] + [False] * (4 - len(site.activities)) for site in town.sites])
    in_caj = caj[registered.site, registered.activity]
    families, children = np.unique(registered.family), np.unique(registered.child)
    guardians = np.flatnonzero(np.isin(people.guardian_family, families))
    sums = pd.DataFrame({"expected": 0, "accepted": 0, "until": FOR_EVER}, index=families)
    for place, kind in enumerate(KINDS):
        rng = town.rng("papers", place)
        if kind[1] == "family":
            subjects, of = families, families
        elif kind[1] == "guardian":
            subjects, of = guardians, people.guardian_family[guardians]
        else:
            subjects = children if place < len(KINDS) - 1 else np.unique(registered.child[in_caj])
            of = people.child_family[subjects]
        state, until = _sent(town, rng, people, kinds[place], kind, subjects, of, sheets[place])
        if kind[2]:
            part = pd.DataFrame(
                {"of": of, "expected": 1, "accepted": state == ACCEPTED, "until": np.where(np.isnat(until), FOR_EVER, until)}
            )
            by = part.groupby("of").agg(expected=("expected", "sum"), accepted=("accepted", "sum"), until=("until", "min"))
            sums.loc[by.index, "expected"] += by["expected"]
            sums.loc[by.index, "accepted"] += by["accepted"]
            sums.loc[by.index, "until"] = np.minimum(sums.loc[by.index, "until"], by["until"])
    expected, accepted = sums["expected"].to_numpy(), sums["accepted"].to_numpy()
    load.columns(
        FamilyFile,
        family_id=people.family_ids[families],
        expected=expected,
        accepted=accepted,
        missing=expected - accepted,
        complete_until_on=np.where(expected == accepted, sums["until"].to_numpy().astype("datetime64[D]"), np.datetime64("NaT")),
    )


def _sent(
    town: Town, rng: np.random.Generator, people: People, kind_id: int, kind: Any, subjects: Any, of: Any, sheet: tuple[str, str]
) -> tuple[Any, Any]:
    count, (_, subject, compulsory, _, _, validity, months, purpose) = len(subjects), kind
    careful, quick = people.diligence[of] < 0.66, rng.random(count)
    lot = rng.random(count)
    state = np.select([careful | (lot < 0.62), lot < 0.74, lot < 0.8], [ACCEPTED, TO_CHECK, REFUSED], MISSING)
    if not compulsory:
        state = np.where(quick < 0.12, np.where(lot < 0.15, TO_CHECK, ACCEPTED), MISSING)
    ends = day_of(town.year.ends_on)
    until = np.full(count, np.datetime64("NaT"), "datetime64[D]")
    if validity == "school_year":
        until[:] = ends
    elif validity == "months":
        until = town.today + np.minimum(rng.integers(31, months * 30, count), 3_000)
    if validity != "for_ever":
        lapse = rng.random(count)
        until = np.where(~careful & (lapse < 0.05), town.today - rng.integers(1, 90, count), until)
        until = np.where((lapse > 0.975), town.today + rng.integers(1, 30, count), until)
    until = np.where(state == ACCEPTED, until, np.datetime64("NaT"))
    sent = np.flatnonzero(state != MISSING)
    ago = np.where(state[sent] == TO_CHECK, rng.integers(1, 15, len(sent)), rng.integers(10, 80, len(sent)))
    sent_at = town.at(town.today - ago, rng.integers(25_000, 80_000, len(sent)))
    decided = state[sent] != TO_CHECK
    ids = town.loader.ids(Document, len(sent))
    nobody = [None] * len(sent)
    who = people.guardian_ids[subjects[sent]] if subject == "guardian" else people.child_ids[subjects[sent]] if subject == "child" else None
    words = np.array(["accepted", "to_check", "refused"], object)
    town.loader.columns(
        Document,
        id=ids,
        kind_id=kind_id,
        family_id=people.family_ids[of[sent]],
        guardian_id=who if subject == "guardian" else nobody,
        child_id=who if subject == "child" else nobody,
        state=words[state[sent]],
        is_current=purpose != COURT,
        sent_at=sent_at,
        sent_by_id=people.account_ids[of[sent]],
        decided_at=np.where(decided, np.minimum(sent_at + np.timedelta64(2, "D"), town.now), np.datetime64("NaT")),
        decided_by_id=[town.staff["claire"] if done else None for done in decided.tolist()],
        refusal_reason=[_REASONS[place % 4] if code == REFUSED else None for place, code in enumerate(state[sent].tolist())],
        valid_until_on=until[sent],
    )
    for one in np.flatnonzero(decided)[: 2 + 2 * compulsory].tolist():
        word = "accept_document" if state[sent][one] == ACCEPTED else "refuse_document"
        change = {"state": ["to_check", words[state[sent][one]]]}
        town.told.append(Told("claire", word, "documents", int(ids[one]), int(people.family_ids[of[sent][one]]), None, change))
    town.loader.columns(DocumentFile, document_id=ids, sha256=np.full(len(ids), sheet[0], object), name=sheet[1])
    return state, until


def _specimen(town: Town, kind: str) -> tuple[str, str]:
    """The file that stands for every paper of a kind, and its name: a PDF, or a photo for what is photographed most.

    Health papers of the demo are not sealed: a seal is never twice the same, and the same town must be.
    """
    is_photo = kind.startswith("Copie")
    content = specimens.photo(kind) if is_photo else specimens.page(kind)
    stored = storage.put(content, specimens.JPEG if is_photo else specimens.PDF, sealed=False)
    town.loader.rows(StoredFile, [{"sha256": stored.sha256, "size": stored.size, "mime": stored.mime, "stored_at": town.ago(200)}])
    return stored.sha256, f"{kind.partition(' (')[0].lower()}{'.jpg' if is_photo else '.pdf'}"

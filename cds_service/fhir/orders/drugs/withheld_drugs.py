"""Find the objections to the next dose of a bone drug: an order, or a diagnosis.

"Denosumab: next 28 December, do not miss it" is wrong next to an order that was put on
hold, "Switch denosumab to zoledronate" or an allergy to it.
"""

import re
from collections.abc import Iterator
from datetime import date, timedelta

from cds_service.core.drugs.bone_drugs import FOR_PAIN
from cds_service.core.facts.leaving import DOSE_MONTHS, Objection
from cds_service.fhir.certainty import certainty_of
from cds_service.fhir.element_names import WORDED
from cds_service.fhir.entries.entry import Entry
from cds_service.fhir.entries.medication.drug_groups import BONE_DRUG, MEDICATION_TYPES
from cds_service.fhir.entries.medication.reasons_against_drugs import (
    OF_STOPS,
    STOPPED_FOR,
)
from cds_service.fhir.entries.words.asides import VOID
from cds_service.fhir.entries.words.problem_words import named_in, undenied_parts
from cds_service.fhir.gathering.record import PatientRecord
from cds_service.fhir.leaves import words_in
from cds_service.fhir.mapping.terminology import Terminology
from cds_service.fhir.mapping.texts.clauses import clauses, sentences_once
from cds_service.fhir.mapping.texts.text_rules import LONGEST_TEXT, Place, folded
from cds_service.fhir.onset import recorded_on
from cds_service.fhir.orders.drafts import NO_DRAFTS, Order, codeables
from cds_service.fhir.orders.drugs.asked_stops import (
    GOES_ON,
    PUT_OFF,
    drugs_to_stop,
    is_about_drug,
    is_said_of,
    past_year_of_stop,
    stops_now,
)
from cds_service.fhir.raw_json import is_prohibition, member, objects, text, texts_of
from cds_service.fhir.settings_of_care import WARD, settings_of
from cds_service.fhir.site_calendar import WRITTEN_YEAR, years_in

STATED, GIVEN = "MedicationStatement", "MedicationAdministration"
PRESCRIBED, ORDERED, DIAGNOSED = "MedicationRequest", "ServiceRequest", "Condition"
# Statuses of an order by which a drug does not go on: a renewal is an order of its own.
WITHHELD = frozenset({"stopped", "on-hold", "cancelled"})
IN_FORCE = frozenset({"active", "completed", "unknown"})
# What is over, or was never asked, says nothing of a dose to come.
NEVER = VOID | {"draft", "completed"}
# Rules of `kinds/`: `@` is the drug.
NOT_TOLERATED = ("drug-not-tolerated",)
PUT_OFF_ALONE = ("put-off-alone",)
PAUSED = ("bone-drugs-paused",)
SINCE = ("drug-since",)
CHANGED_TO = ("changed-to-drug",)
# Prefetch keys of the lists of drugs; a broken entry of them names no drug for certain.
DRUG_LISTS = frozenset({"medications", "administrations", "statements", "dispenses"})
ANY_DRUG = "bone drug"  # of `MAY_MEAN`
# Elements with the day on which an entry was written, made or planned. The time at
# which a drug is taken is none of them: a statement is newer than what it states.
TIMES = (
    "authoredOn",
    "recordedDate",
    "dateAsserted",
    "effectiveDateTime",
    "issued",
    "performedDateTime",
    "started",
    "start",
)
SAYING = WORDED | {"conclusion"}
# Policy: words on a drug count this long, since denosumab is due twice a year.
SAID_WITHIN = timedelta(days=183)
# Statuses of a statement or a dose by which a drug is not taken.
NOT_TAKEN = frozenset({"stopped", "on-hold", "not-taken", "not-done"})
# "Switch denosumab to zoledronate" stops the first alone.
_INSTEAD = re.compile(
    r"(?:\b(?:to|auf|zu|vers|pour|par|por|naar|na|with|mit|a)\s+|→\s*|->\s*|换成|改为|へ)$"
)
_SINCE_YEAR = re.compile(
    r"\b(?:since|seit|depuis|desde|dal|da|sinds|od)\s+(?:\w+[\s./]+)?(?:19|20)\d\d"
    r"|(?:19|20)\d\d\s?(?:年)?(?:から|より|以来|起|부터|년 ?부터|년 ?이후)"
)


def objections_to_doses(
    record: PatientRecord, terminology: Terminology, today: date
) -> tuple[Objection, ...]:
    """Return what the record has against a further dose of a bone drug.

    The newest order of a drug counts, whatever its status. An order of another act that
    names a bone drug has to be one that gives, checks or prepares for it.

    Args:
        record: the patient's.
        terminology: the service's terminology.
        today: the day of the answer.
    """
    objections = [*_withheld_orders(record, terminology), *_unread_entries(record)]
    objections += _withheld_doses(record, terminology)
    objections += _replaced(record, terminology)
    for entry in record.entries:
        if entry.status in VOID:
            continue
        if entry.resource_type in MEDICATION_TYPES:
            objections += _harmed_by(entry, record, terminology)
        is_over = entry.status in NEVER and entry.resource_type != GIVEN
        if is_over and entry.resource_type in {ORDERED, *MEDICATION_TYPES}:
            continue
        if entry.resource_type == ORDERED:
            objections += _told_by_order(entry, record, today, terminology)
        elif entry.resource_type in MEDICATION_TYPES:
            objections += _told_by_notes(entry, record, today, terminology)
        elif entry.resource_type == DIAGNOSED:
            objections += _not_tolerated(entry, terminology)
        objections += _put_off_in_words(entry, record, today, terminology)
    return tuple(dict.fromkeys(objections))


def _withheld_doses(
    record: PatientRecord, terminology: Terminology
) -> Iterator[Objection]:
    """Yield the statements and doses by which a drug of intervals is not given.

    The state of a tablet says if it is taken (`core/drugs/drug_states.py`); one that
    was left out in the ward is taken again at home.
    """
    for entry in record.entries:
        is_stated = entry.resource_type in {GIVEN, STATED}
        if not is_stated or entry.status not in NOT_TAKEN:
            continue
        drugs = [name for name in _names(entry, terminology) if name in DOSE_MONTHS]
        period = member(entry.raw, "effectivePeriod", "end")
        times = (*map(entry.raw.get, ("dateAsserted", "effectiveDateTime")), period)
        days = [*filter(None, map(terminology.calendar.last_day, times))]
        day = max(days, default=None)
        for name in drugs:
            if not _is_resumed(name, day, record, terminology):
                yield Objection(name, entry.reference, day)


def _is_resumed(
    name: str, day: date | None, record: PatientRecord, terminology: Terminology
) -> bool:
    """Tell if a drug was ordered, given or taken on a later day than this one."""
    if day is None:
        return False
    days = (
        terminology.calendar.first_day(time)
        for entry in record.entries
        if entry.resource_type in MEDICATION_TYPES
        and entry.status in IN_FORCE
        and name in _names(entry, terminology)
        for time in (
            entry.raw.get("authoredOn"),
            entry.raw.get("effectiveDateTime"),
            member(entry.raw, "effectivePeriod", "start"),
        )
    )
    return any(one > day for one in days if one)


def _replaced(record: PatientRecord, terminology: Terminology) -> Iterator[Objection]:
    """Yield the drugs of intervals next to which another bone drug was begun.

    Two are seldom meant: the newer one may replace what is due. `bone-drug-withheld`
    asks if it was begun since the last dose.
    """
    older = _on_record(record, terminology)
    for entry in record.entries:
        if entry.resource_type not in {PRESCRIBED, STATED} or not _is_in_force(entry):
            continue
        names = {*_names(entry, terminology)}
        if not names or names & FOR_PAIN:
            continue
        times = (
            entry.raw.get("authoredOn"),
            entry.raw.get("effectiveDateTime"),
            member(entry.raw, "effectivePeriod", "start"),
        )
        days = [*filter(None, map(terminology.calendar.first_day, times))]
        day = max(days, default=None)
        for name in sorted(older - names):
            if day and not _is_resumed(name, day, record, terminology):
                yield Objection(name, entry.reference, day)


def _unread_entries(record: PatientRecord) -> Iterator[Objection]:
    """Yield the broken entries of bone drugs: each may be of a dose, or of a stop."""
    for broken in record.unreadable:
        if broken.key in DRUG_LISTS and BONE_DRUG in broken.concepts:
            yield Objection(ANY_DRUG, broken.reference)


def _harmed_by(
    entry: Entry, record: PatientRecord, terminology: Terminology
) -> Iterator[Objection]:
    """Yield the bone drug that by its own entry was not tolerated, or did harm.

    A dose that was given later was given in spite of it.
    """
    names = frozenset(_names(entry, terminology))
    if entry.resource_type == PRESCRIBED:
        # Such words leave a prescribed tablet open by its state.
        names &= DOSE_MONTHS.keys()
    told = _told_in(entry) if names else ()
    if not any(_is_harm(words, names, terminology) for words in told):
        return
    days = [*filter(None, map(terminology.calendar.last_day, _times_of(entry)))]
    day = max(days, default=None)
    for name in sorted(names):
        if not _is_resumed(name, day, record, terminology):
            yield Objection(name, entry.reference, day, is_harm=True)


def _told_in(entry: Entry) -> Iterator[str]:
    """Yield the notes of a drug's own entry, and the reasons of its status."""
    for note in objects(entry.raw.get("note")):
        yield text(note.get("text"))
    for code in codeables(entry.raw, *STOPPED_FOR):
        yield from texts_of(code)


def _is_harm(words: str, names: frozenset[str], terminology: Terminology) -> bool:
    """Tell if words in the entry of these drugs tell of a harm that they did.

    What they may do is none, nor what is to be prevented.
    """
    stems = terminology.grave_stems
    sentences = [
        sentence
        for sentence in sentences_once([words[:LONGEST_TEXT]])
        if not stems.is_prevention(sentence)
    ]
    # Next to the name of another bone drug it is said of that one.
    return any(
        terminology.kinds.named(f"@ {folded(sentence)}", NOT_TOLERATED)
        for sentence in sentences
        if not _bone_drugs_in(sentence, terminology).keys() - names
    ) or any(
        not named_in([part], terminology).isdisjoint(OF_STOPS)
        for sentence in sentences
        for part in undenied_parts(
            stems.deficits.without_conditions(sentence), terminology
        )
    )


def _put_off_in_words(
    entry: Entry, record: PatientRecord, today: date, terminology: Terminology
) -> Iterator[Objection]:
    """Yield the bone drugs that known words of an entry stop, hold or put off.

    Any entry may say so: a visit, a note at a diagnosis, the follow-up of an operation.
    In the entry of the drug itself the words need not name it: "hold until calcium is
    normal". What was said long ago is left out: doses were given since.
    """
    days = [*filter(None, map(terminology.calendar.last_day, _times_of(entry)))]
    day = max(days, default=None)
    if day is not None and day < today - SAID_WITHIN:
        return
    # A visit to come was made on a day that we do not know.
    told_on = day if day is not None and day <= today else None
    own = _names(entry, terminology) if entry.resource_type in MEDICATION_TYPES else []
    if entry.resource_type == PRESCRIBED:
        # Words that were not understood leave a prescribed tablet open by its state.
        own = [name for name in own if name in DOSE_MONTHS]
    named: set[str] = set()
    for words in words_in(entry.raw, SAYING):
        for sentence in sentences_once([words[:LONGEST_TEXT]]):
            named |= _put_off_in(sentence, own, record, today, terminology)
    for name in sorted(named):
        if not _is_resumed(name, told_on, record, terminology):
            yield Objection(name, entry.reference, told_on)


def _put_off_in(
    sentence: str,
    own: list[str],
    record: PatientRecord,
    today: date,
    terminology: Terminology,
) -> set[str]:
    """Return the bone drugs that a sentence stops, holds or puts off.

    What stops, without a name, is the drug of another part ("Prolia: no further doses")
    or the entry's own. "Change to zoledronate" stops the others on record.
    """
    kinds = terminology.kinds
    named: set[str] = set()
    told = {*_bone_drugs_in(sentence, terminology)}
    for part in dict.fromkeys(clauses(sentence)):
        if _is_of_past_year(part, today):
            continue
        drugs = _bone_drugs_in(part, terminology)
        for name, place in drugs.items():
            if is_said_of(part, place, PUT_OFF, terminology):
                named.add(name)
            is_new = is_said_of(part, place, CHANGED_TO, terminology)
            if is_new or _is_since_late(part, place, today, terminology):
                named |= _on_record(record, terminology) - drugs.keys()
        plain = WRITTEN_YEAR.sub("", folded(part))
        if kinds.named(plain, PAUSED):
            named |= {*own} or {ANY_DRUG}
        # "Changed to zoledronate" names what is taken instead.
        if drugs.keys().isdisjoint(own) and kinds.named(plain, PUT_OFF_ALONE):
            named |= {*own} or told - drugs.keys()
    return named


def _is_since_late(
    part: str, place: Place, today: date, terminology: Terminology
) -> bool:
    """Tell if a drug is taken since this year: "alendronate since 11/2026"."""
    is_since = is_said_of(part, place, SINCE, terminology)
    lately = (today - SAID_WITHIN).year
    return is_since and any(year >= lately for year in years_in(part))


def _on_record(record: PatientRecord, terminology: Terminology) -> set[str]:
    """Return the drugs of intervals that entries of drugs name."""
    return {
        name
        for entry in record.entries
        if entry.resource_type in MEDICATION_TYPES
        for name in _names(entry, terminology)
        if name in DOSE_MONTHS
    }


def _is_of_past_year(part: str, today: date) -> bool:
    """Tell if words tell of an earlier year: "discontinued in 2019"."""
    years = years_in(part)
    if not years or _SINCE_YEAR.search(folded(part)):
        return False
    return date(max(years), 12, 31) < today - SAID_WITHIN


def _times_of(entry: Entry) -> Iterator[object]:
    """Yield when an entry was written, made or planned, and when its notes were."""
    yield from map(entry.raw.get, TIMES)
    for element in ("performedPeriod", "effectivePeriod"):
        if entry.resource_type != STATED:
            yield member(entry.raw, element, "start")
    for note in objects(entry.raw.get("note")):
        yield note.get("time")


def _withheld_orders(
    record: PatientRecord, terminology: Terminology
) -> Iterator[Objection]:
    """Yield the newest order of each bone drug that forbids, stops or pauses it.

    One that ends with the ward stops no tablet at home.
    """
    orders = [
        entry
        for entry in record.entries
        if entry.resource_type == PRESCRIBED
        and entry.drug
        and BONE_DRUG in entry.drug.concepts
    ]
    for name in sorted({one for entry in orders for one in _names(entry, terminology)}):
        of_drug = [one for one in orders if name in _names(one, terminology)]
        standing = [_authored(one, terminology) for one in of_drug if _is_in_force(one)]
        newest = max(filter(None, standing), default=None)
        for entry in of_drug:
            if not _is_withheld(entry):
                continue
            day = _authored(entry, terminology)
            is_older = newest is not None and day is not None and day < newest
            is_renewed = day == newest and entry.status in {"stopped", "cancelled"}
            is_prohibited = is_prohibition(entry.raw)
            if not is_older and not (is_renewed and newest and not is_prohibited):
                yield Objection(name, entry.reference, day)


def _is_in_force(order: Entry) -> bool:
    return order.status in IN_FORCE and not is_prohibition(order.raw)


def _is_withheld(order: Entry) -> bool:
    if is_prohibition(order.raw):
        return order.status not in VOID
    is_of_ward = not WARD.isdisjoint(settings_of(order.raw))
    return order.status in WITHHELD and not (is_of_ward and order.status != "on-hold")


def _names(entry: Entry, terminology: Terminology) -> list[str]:
    ingredients = entry.drug.ingredients if entry.drug else ()
    groups = terminology.drugs.groups_of
    return [one for one in ingredients if BONE_DRUG in groups(one)]


def _authored(order: Entry, terminology: Terminology) -> date | None:
    return terminology.calendar.last_day(order.raw.get("authoredOn"))


def _told_by_order(
    entry: Entry, record: PatientRecord, today: date, terminology: Terminology
) -> Iterator[Objection]:
    """Yield what an order of another act has against the drugs that it names.

    What it tells of an earlier year is over.
    """
    day = _authored(entry, terminology)
    titles = [
        one
        for code in codeables(entry.raw, "code")
        for one in texts_of(code)
        if not _is_of_past_year(one, today) or stops_now(one, terminology)
    ]
    is_forbidden = is_prohibition(entry.raw)
    plain = set() if is_forbidden else {*_plain_titles(entry, titles, terminology)}
    rest = {name: one for name, one in entry.raw.items() if name != "code"}
    rest["code"] = [{"text": title} for title in titles if title not in plain]
    stopped = _stopped_by(Order(entry.reference, rest), record, today, terminology)
    for title in () if stopped else titles:
        if title not in plain:
            stopped |= {*_bone_drugs_in(title, terminology)}
    for name in sorted(stopped):
        yield Objection(name, entry.reference, day)


def _plain_titles(
    entry: Entry, titles: list[str], terminology: Terminology
) -> Iterator[str]:
    """Yield the titles that give a drug, book it, check it or prepare for it."""
    is_about = is_about_drug(Order(entry.reference, entry.raw), terminology)
    for title in titles:
        places = _bone_drugs_in(title, terminology).values()
        if (
            is_about
            or any(is_said_of(title, one, GOES_ON, terminology) for one in places)
            or (places and _is_dose(title, terminology))
        ):
            yield title


def _told_by_notes(
    entry: Entry, record: PatientRecord, today: date, terminology: Terminology
) -> Iterator[Objection]:
    """Yield the bone drugs that the words of another drug's entry stop."""
    if entry.drug and BONE_DRUG in entry.drug.concepts:
        return
    stopped = _stopped_by(Order(entry.reference, entry.raw), record, today, terminology)
    for name in sorted(stopped):
        yield Objection(name, entry.reference, _authored(entry, terminology))


def _stopped_by(
    order: Order, record: PatientRecord, today: date, terminology: Terminology
) -> set[str]:
    year = past_year_of_stop(order, today, terminology)
    if year and date(year, 12, 31) < today - SAID_WITHIN:
        told = map(folded, words_in(order.resource))
        if not any(map(_SINCE_YEAR.search, told)):
            return set()
    words = drugs_to_stop(order, NO_DRAFTS, record, terminology)
    stopped = {name for one in words for name in _bone_drugs_in(one, terminology)}
    kept = {
        name
        for one in words_in(order.resource)
        for name, (start, _) in _bone_drugs_in(one, terminology).items()
        if _INSTEAD.search(folded(one)[:start])
    }
    return stopped - kept


def _bone_drugs_in(words: str, terminology: Terminology) -> dict[str, Place]:
    groups = terminology.drugs.groups_of
    return {
        name: place
        for name, place in terminology.drug_places(folded(words)).items()
        if name != BONE_DRUG and BONE_DRUG in groups(name)
    }


def _is_dose(title: str, terminology: Terminology) -> bool:
    """Tell if all words of a title give a drug, book it or prepare for it."""
    plain = terminology.plain
    left = " ".join(plain.doses.left_in(title))
    starts = [start for start, _ in _bone_drugs_in(title, terminology).values()]
    return plain.referrals.are_all(left) or any(
        plain.preparing.names_any(folded(title)[:start]) for start in starts
    )


def _not_tolerated(entry: Entry, terminology: Terminology) -> Iterator[Objection]:
    """Yield the bone drugs that a diagnosis says are not tolerated."""
    if certainty_of(entry.raw) == "denied":
        return
    day = terminology.calendar.last_day(recorded_on(entry.raw))
    for title in texts_of(entry.raw.get("code")):
        for name, place in _bone_drugs_in(title, terminology).items():
            if is_said_of(title, place, NOT_TOLERATED, terminology):
                yield Objection(name, entry.reference, day, is_harm=True)

"""Tell which entries of the last months name a cause, a deficit or an unstable spine.

A suspicion of years ago that was never closed is one line under *Not known*. One of the
last months, or of no known day, comes before the cement.
"""

from collections.abc import Iterator
from datetime import date, timedelta
from functools import partial

from cds_service.fhir.entries.entry import Entry
from cds_service.fhir.entries.grave.grave_concepts import CANCERS, SPINAL_INFECTIONS
from cds_service.fhir.entries.harm.act_words import names_of_reasons
from cds_service.fhir.entries.harm.unusual_titles import SCAN
from cds_service.fhir.entries.medication.drug_groups import MEDICATION_TYPES
from cds_service.fhir.entries.reports import day_of_report
from cds_service.fhir.entries.words.dated_in_prose import is_there_again
from cds_service.fhir.entries.words.old_deficits import (
    ALL_DEFICITS,
    are_old_alone,
    is_lasting_deficit,
)
from cds_service.fhir.entries.words.own_words import (
    from_name_on,
    kinds_alone,
    only_dates,
    own_dated_words,
    without_neighbours,
)
from cds_service.fhir.entries.words.problem_words import in_doubt
from cds_service.fhir.entries.words.spoken_of import is_doubted, only_speaks
from cds_service.fhir.gathering.record import PatientRecord
from cds_service.fhir.mapping.files.letters import LETTER
from cds_service.fhir.mapping.terminology import Terminology
from cds_service.fhir.mapping.texts.clauses import clauses, sentences, sentences_once
from cds_service.fhir.onset import OF_FRACTURE, begun, recorded_on
from cds_service.fhir.orders.since.dated_notes import (
    notes_of_these_days,
    written_on,
)
from cds_service.fhir.raw_json import is_prohibition, member, objects, text, texts_of
from cds_service.fhir.site_calendar import is_dated_before

# Policy: as long as an infection that is over counts (fact F1).
LATELY = timedelta(days=90)
CAUSES = (
    CANCERS
    | SPINAL_INFECTIONS
    | {"bone-metastasis", "myeloma-ever", "pathological-fracture"}
)
TELLING = CAUSES | {
    "neurological-deficit",
    "leg-weakness",
    "spinal-cord-disease",
    "unstable-fracture",
    "spinal-instability",
}
# What mostly has another reason tells of the spine only for as long as its fact asks.
SHORTER = {
    "sepsis": timedelta(days=14),
    "sphincter-trouble": OF_FRACTURE,
    "paralysis-elsewhere": OF_FRACTURE,
}
COUNTED = {**dict.fromkeys(TELLING, LATELY), **SHORTER}
# What counts for ever (fact F6), whatever its words call it.
EVER = frozenset({"bone-malignancy-ever", "bone-metastasis", "myeloma-ever"})
LONGEST_ABBREVIATION = 4
# Rule E9: a cancer counts for so long.
CANCER_YEARS = 5
# By concept, stated or in doubt: for how long an entry that names it counts.
LIMITS = {**COUNTED, **{in_doubt(name): limit for name, limit in COUNTED.items()}}
# Rules of `kinds/`.
LASTING, PAST = "long-standing", ("history", "past-in-reason")
OLD, SUSPECTED = (LASTING, *PAST), ("open-suspicion",)
# Elements of a report that may tell more than its conclusion.
_BESIDE_CONCLUSION = ("conclusionCode", "extension", "contained", "text")
_ANY_DEFICIT = ALL_DEFICITS | {*map(in_doubt, ALL_DEFICITS)}
DEFICITS_NAMED = frozenset(
    map(in_doubt, ("neurological-deficit", "leg-weakness", "sphincter-trouble"))
)
ORDER, IN_FORCE = "ServiceRequest", frozenset({"active", "completed"})
LISTS = ("conditions", "diagnosticReports", "cultures", "serviceRequests")
RESULTS = frozenset({"DiagnosticReport", "Observation"})
# What they name came before the operation: at a discharge it was known when that was
# ordered.
BEFORE_SIGNING = (
    "encounter",
    "medications",
    "statements",
    "administrations",
    "dispenses",
    "procedures",
)
ACT = "Procedure"
# Elements of an act that say what was found, or what came of it.
_RESULTS = ("outcome", "complication")
STAY, OVER = "Encounter", frozenset({"finished", "cancelled", "entered-in-error"})
DRUG_IN_FORCE = frozenset({"active", "in-progress", "completed", "unknown"})
# Bladder and bowel, a palsy of long standing and a weak leg are treated for years.
OF_DRUG = CAUSES | {"neurological-deficit", "spinal-cord-disease", "sepsis"}
DRUG_LIMITS = {
    name: limit
    for name, limit in LIMITS.items()
    if name in OF_DRUG or name in set(map(in_doubt, OF_DRUG))
}
# Policy: what an order is for, or an act tells, is new for as long as a new deficit
# (fact F5): most are answered within days, and stay active.
OF_ORDER = timedelta(days=14)


def told_lately(
    record: PatientRecord,
    terminology: Terminology,
    today: date,
    *,
    is_signed: bool = False,
) -> frozenset[str]:
    """Return the references of these diagnoses, reports and orders.

    A diagnosis or a report without a day counts; an order has one, and is in force.

    Args:
        record: the patient's.
        terminology: the service's terminology.
        today: the day of the answer.
        is_signed: the operation is signed now, so that the reasons of the present stay
            and of the drugs in force count too, and what acts of these days tell.
    """
    calendar = terminology.calendar
    birth = calendar.named_day(member(record.patient, "birthDate"))
    days_of_scans = (
        day_of_report(report, calendar)
        for report in record.of_key("diagnosticReports")
        if _is_scan(report, terminology)
    )
    reported = max(filter(None, days_of_scans), default=None)
    entries = [
        entry
        for key in (*LISTS, *(BEFORE_SIGNING if is_signed else ()))
        for entry in record.of_key(key)
    ]
    if is_signed:
        entries += notes_of_these_days(record, today - OF_ORDER, terminology)

    def is_of_now(entry: Entry) -> bool:
        if _is_order(entry):
            return _is_recent_order(entry, reported, terminology, today)
        if entry.resource_type == ACT:
            return _is_recent_act(entry, terminology, today)
        return _is_in_force(entry, terminology) and _is_within(
            max(_limits_of(entry)), _day_of(entry, birth, terminology), today
        )

    return frozenset(
        entry.reference
        for entry in entries
        if _limits_of(entry)
        and is_of_now(entry)
        and not _names_earlier_year(entry, (today - LATELY).year, terminology)
        and not _only_speaks_of_it(entry, terminology)
        and not _is_old_deficit(entry, terminology)
    )


def _limits_of(entry: Entry) -> list[timedelta]:
    """List for how long each grave thing that an entry names counts."""
    limits = DRUG_LIMITS if entry.resource_type in MEDICATION_TYPES else LIMITS
    return [limits[one] for one in entry.concepts & limits.keys()]


def _is_in_force(entry: Entry, terminology: Terminology) -> bool:
    """Tell if a stay goes on, or a drug is still given.

    Any other entry counts as in force.
    """
    if entry.resource_type == STAY:
        if entry.status in OVER:
            return False
    elif entry.resource_type not in MEDICATION_TYPES:
        return True
    elif entry.status not in DRUG_IN_FORCE or is_prohibition(entry.raw):
        return False
    return not _are_old(_titles_of(entry), terminology)


def _is_recent_order(
    order: Entry, reported: date | None, terminology: Terminology, today: date
) -> bool:
    """Tell if an order of the last two weeks says that something is there.

    What a scan looks for, a report of its day or later has answered; it does not end
    a deficit that is there.
    """
    day = terminology.calendar.last_day(order.raw.get("authoredOn"))
    reasons = names_of_reasons(order.raw)
    if day is None or _are_old(reasons, terminology):
        return False
    is_question = order.concepts.isdisjoint(DEFICITS_NAMED) or any(
        terminology.kinds.named(one, SUSPECTED) for one in reasons
    )
    is_reported = reported is not None and reported >= day
    if is_question and is_reported and _is_scan(order, terminology):
        return False
    return (
        today - day <= OF_ORDER
        and order.status in IN_FORCE
        and not is_prohibition(order.raw)
    )


def _is_recent_act(act: Entry, terminology: Terminology, today: date) -> bool:
    """Tell if an act of the last two weeks, as a nurse's note, says what is there."""
    when = terminology.calendar.effective(act.raw, "performed")
    is_recent = when is not None and today - when.day <= OF_ORDER
    return is_recent and not _are_old(_told_by_act(act), terminology)


def _told_by_act(act: Entry) -> list[str]:
    """List the reasons, results and notes of an act, without its title."""
    found = [one for name in _RESULTS for one in objects(act.raw.get(name))]
    notes = [text(one.get("text")) for one in objects(act.raw.get("note"))]
    words = [*names_of_reasons(act.raw), *notes]
    return [*filter(None, words), *(word for one in found for word in texts_of(one))]


def _are_old(words: list[str], terminology: Terminology) -> bool:
    """Tell if words call old whatever they name.

    "Known diabetes, new foot drop" calls the diabetes known.
    """
    telling = _telling_parts(words, terminology)
    if not telling:
        return bool(words) and all(terminology.kinds.named(one, OLD) for one in words)
    return all(_is_called_old(one, terminology) for one in telling)


def _is_called_old(part: str, terminology: Terminology) -> bool:
    """Tell if a part calls what it names old; what is known or chronic is there.

    Of a deficit that lasts, nobody asks before the cement.
    """
    named = terminology.text_concepts(part) & COUNTED.keys()
    if named & EVER:
        return False
    kinds = terminology.kinds
    if named <= ALL_DEFICITS:
        return is_lasting_deficit(part, terminology)
    # "Known" alone says both that it lasts and that it is past.
    counted = partial(_names_counted, terminology=terminology)
    own = without_neighbours(part, counted, OLD, terminology)
    rest = [
        word
        for word in own.split()
        if not (kinds.named(word, (LASTING,)) and kinds.named(word, PAST))
    ]
    return bool(kinds.named(" ".join(rest), PAST))


def _telling_parts(words: list[str], terminology: Terminology) -> list[str]:
    """List the parts of words that name what counts, each with what dates it.

    A name may run over several parts of a sentence, which then counts as one.
    """
    telling = []
    for sentence in _unbroken(words):
        parts = clauses(sentence)
        counted = [_names_counted(part, terminology) for part in parts]
        for at, part in enumerate(parts):
            if counted[at]:
                # In "COPD (known), discitis" the COPD is known.
                opening = parts[:1] if at == 1 else []
                beside = [*opening, *parts[at + 1 : at + 2]]
                dating = [one for one in beside if _only_dates(one, terminology)]
                telling.append(", ".join([part, *dating]))
        if not any(counted) and _names_counted(sentence, terminology):
            telling.append(sentence)
    return telling


def _unbroken(words: list[str]) -> Iterator[str]:
    """Yield the sentences of words; an abbreviation as "Z.n." ends none."""
    for whole in dict.fromkeys(words):
        begun = ""
        for one in sentences(whole):
            begun += one
            if _is_short(one):
                begun += "."
                continue
            yield begun
            begun = ""
        if begun:
            yield begun


def _names_counted(words: str, terminology: Terminology) -> bool:
    return bool(
        terminology.text_concepts(words) & COUNTED.keys()
    ) or terminology.grave_stems.deficits.are_in(words)


def _only_dates(words: str, terminology: Terminology) -> bool:
    is_named = LETTER.search(words) and not _is_short(words)
    if not is_named or only_dates(words, terminology):
        return True
    return bool(kinds_alone(words, OLD, terminology))


def _is_short(words: str) -> bool:
    """Tell if words may be an abbreviation, and no more."""
    return words.isascii() and len(words.strip()) <= LONGEST_ABBREVIATION


def _is_scan(entry: Entry, terminology: Terminology) -> bool:
    titles = texts_of(entry.raw.get("code"))
    return any(terminology.kinds.named(one, (SCAN,)) for one in titles)


def _day_of(entry: Entry, birth: date | None, terminology: Terminology) -> date | None:
    """Return the last day on which it may have begun, else that of recording."""
    calendar = terminology.calendar
    if entry.resource_type in RESULTS:
        return day_of_report(entry, calendar)
    if entry.resource_type == STAY:
        return None
    if entry.resource_type in MEDICATION_TYPES:
        when = calendar.effective(entry.raw, "effective")
        return when.day if when else calendar.last_day(written_on(entry.raw))
    _, last = begun(entry.raw, birth, calendar)
    return last or calendar.last_day(recorded_on(entry.raw))


def _is_within(limit: timedelta, day: date | None, today: date) -> bool:
    return day is None or today - day <= limit


def _titles_of(entry: Entry) -> list[str]:
    """List the titles of an entry; those of an order begin with its reasons.

    For a stay and a drug they are the reasons, for a drug also the notes.
    """
    titles = texts_of(entry.raw.get("code"))
    if entry.resource_type in MEDICATION_TYPES:
        notes = [text(one.get("text")) for one in objects(entry.raw.get("note"))]
        return [*names_of_reasons(entry.raw), *filter(None, notes)]
    if entry.resource_type == STAY or _is_order(entry):
        return [*names_of_reasons(entry.raw), *titles]
    if entry.resource_type == ACT:
        return [*_told_by_act(entry), *titles]
    return titles


def _is_order(entry: Entry) -> bool:
    return entry.resource_type == ORDER


def _names_earlier_year(entry: Entry, since: int, terminology: Terminology) -> bool:
    """Tell if the title of an entry dates it by an earlier year: `Sepsis 2019`.

    Reasons and notes tell of more than one thing, and each has its own year. A later
    one anywhere may be of a relapse, and so may one without a year: "discitis 2019,
    relapse 2026", "discitis 2019, now recurrence".
    """
    titles = _titles_of(entry)
    if any(is_there_again(one, entry.concepts, terminology) for one in titles):
        return False
    if not is_dated_before("\n".join(titles), since):
        return False
    if entry.resource_type not in (STAY, ORDER, ACT, *MEDICATION_TYPES):
        counted = partial(_names_counted, terminology=terminology)
        named = [one for one in titles if counted(one)]
        is_deficit = entry.concepts & LIMITS.keys() <= _ANY_DEFICIT
        dating = own_dated_words if is_deficit else from_name_on
        own = [dating(one, counted, terminology) for one in named or titles]
        return is_dated_before("\n".join(own), since)
    telling = _telling_parts(titles, terminology)
    return all(_is_of_earlier_year(one, since, terminology) for one in telling)


def _is_of_earlier_year(part: str, since: int, terminology: Terminology) -> bool:
    """Tell if a part dates what it names by a year in which that no longer counts."""
    named = terminology.text_concepts(part)
    if named & EVER:
        return False
    if named & CANCERS:
        since -= CANCER_YEARS
    counted = partial(_names_counted, terminology=terminology)
    return is_dated_before(from_name_on(part, counted, terminology), since)


def _is_old_deficit(entry: Entry, terminology: Terminology) -> bool:
    """Tell if a diagnosis or a report names a deficit alone, and calls it old."""
    told = entry.concepts & LIMITS.keys()
    if _is_order(entry) or told - _ANY_DEFICIT:
        return False
    titles = _titles_of(entry)
    if entry.resource_type == "DiagnosticReport":
        if any(entry.raw.get(one) for one in _BESIDE_CONCLUSION):
            return False
        titles = sentences(text(entry.raw.get("conclusion")))
    if entry.resource_type == ACT:
        titles = sentences_once(titles)
    return are_old_alone(titles, terminology)


def _only_speaks_of_it(entry: Entry, terminology: Terminology) -> bool:
    """Tell if the words of an entry name it as feared, prevented or of a relative.

    "Fear of myeloma" and "breast cancer gene" reassure of nothing, and lead no card. A
    suspicion does, and so do words in which nothing calls it less than there.
    """
    if entry.resource_type in RESULTS:
        return False
    titles = _titles_of(entry)
    if entry.resource_type == ACT:
        titles = sentences_once(titles)
    # "Cannot walk" denies by its words what the patient can, and so names a deficit.
    if any(map(terminology.grave_stems.deficits.are_in, titles)):
        return False
    # A title in which nothing is named, as that of an unknown code, decides nothing.
    telling = [
        one
        for one in titles
        if is_doubted(one, terminology) or terminology.text_concepts(one)
    ]
    return bool(telling) and all(
        only_speaks(one, COUNTED.keys(), terminology) for one in telling
    )

"""Find the entries since an operation that name an infection, a sepsis or a tumour.

A visit booked for discitis, a note of sepsis at a dressing or a report of metastases
may be the only word of it. What is only asked, denied, prevented, feared or of before
leads no card.
"""

import re
from collections.abc import Collection, Iterator, Mapping
from datetime import date, timedelta
from functools import partial
from itertools import chain

from cds_service.core.risk.grave_findings import INFECTIONS
from cds_service.fhir.entries.entry import Entry
from cds_service.fhir.entries.grave.cultures import grown_in_prose, with_genus
from cds_service.fhir.entries.grave.grave_concepts import CANCERS, SPINAL_INFECTIONS
from cds_service.fhir.entries.medication.drug_groups import MEDICATION_TYPES
from cds_service.fhir.entries.words.dated_in_prose import is_there_again
from cds_service.fhir.entries.words.own_words import (
    is_called_new,
    kinds_alone,
    own_dated_words,
    without_neighbours,
)
from cds_service.fhir.entries.words.past_by_words import PAST_BY_WORDS
from cds_service.fhir.entries.words.problem_words import in_doubt, undenied_parts
from cds_service.fhir.entries.words.spoken_of import only_speaks
from cds_service.fhir.entries.words.told_before_asked import CLAUSE, told_before_asked
from cds_service.fhir.gathering.record import PatientRecord
from cds_service.fhir.leaves import words_in
from cds_service.fhir.mapping.files.letters import LETTER
from cds_service.fhir.mapping.terminology import Terminology
from cds_service.fhir.mapping.texts.clauses import sentences, sentences_once
from cds_service.fhir.mapping.texts.text_rules import LONGEST_TEXT, folded
from cds_service.fhir.orders.drafts import codeables
from cds_service.fhir.orders.since.acts import NEVER, is_since
from cds_service.fhir.orders.since.asides_as_reasons import told_at_diagnoses
from cds_service.fhir.orders.since.reports import is_pathology
from cds_service.fhir.orders.since.told_entries import entries_since, titles_of
from cds_service.fhir.raw_json import Json, is_prohibition, objects, text
from cds_service.fhir.site_calendar import (
    day_of_answer,
    is_dated_before,
    names_year_over,
)

IN_BONE = frozenset({"myeloma", "bone-metastasis", "bone-malignancy-ever"})
# The findings of F1, F2, F6 and F7, and the concepts that name each.
CAUSES: Mapping[str, frozenset[str]] = {
    "present-spinal-infection": SPINAL_INFECTIONS,
    "sepsis": frozenset({"sepsis"}),
    "bone-malignancy": IN_BONE,
    "recent-cancer": CANCERS - IN_BONE,
}
CONCEPTS = frozenset[str]().union(*CAUSES.values())
NAMED = {
    **{name: name for name in CONCEPTS},
    **{in_doubt(name): name for name in CONCEPTS},
}
# Policy of F7; that of F1 and F2, counted from the last day of a year.
YEARS_OF_CANCER = 5
DAYS_OF_INFECTION, DAYS_OF_SEPSIS = timedelta(days=90), timedelta(days=14)
# Rules of `kinds/`.
OVER = ("past-in-reason", *PAST_BY_WORDS)
SUSPECTED = ("suspected-by-title", "open-suspicion")
CONFIRMED = ("suspicion-confirmed",)
ANSWER = "answer-follows"
HEADING = re.compile("[:→]")
# "V.a." is no end of a sentence.
ABBREVIATED = re.compile(r"\bV\. ?a\.", re.IGNORECASE)
# What is asked, and not seen, also in a report.
ASKS = re.compile(
    r"\?|？|\br ?/ ?o\b|\brul(?:e|ed|ing)[ -]out\b|\bexclu|\bquery\b|\bsearch for\b"
    r"|ausschlu|auszuschlie|\bsuche nach\b|\beliminer\b|\brecherche|\bdescartar"
    r"|\bbusqueda|\bescluder|\bricerca\b|\buitsluiten|\bwyklucz|\bposzukiw"
    r"|除外|排除|鑑別|鉴别|배제|감별",
    re.IGNORECASE,
)
# Elements whose codes name what an entry is for, or what came of it.
CODED = ("code", "reasonCode", "conclusionCode", "outcome", "complication")


def causes_told_since(
    record: PatientRecord,
    since: date,
    performed: Collection[str],
    terminology: Terminology,
) -> Mapping[str, frozenset[str]]:
    """Return the entries of this day or later by the finding that they name.

    A report of a biopsy has a fact of its own. Of a drug only an infection counts: what
    else it is for may be years old.

    Args:
        record: the patient's.
        since: the day of the operation, or the first that counts.
        performed: references of all entries of the operation.
        terminology: the service's terminology.
    """
    told: dict[str, set[str]] = {name: set() for name in CAUSES}
    for entry in entries_since(record, since, performed, terminology):
        if is_pathology(entry.raw, terminology):
            continue
        words = [*titles_of(entry.raw), *words_in(entry.raw)]
        for name in _named_by(entry, words, terminology):
            told[name].add(entry.reference)
    for entry in told_at_diagnoses(record, since, terminology):
        for name in _named_in([*words_in(entry.raw)], terminology) or ():
            told[name].add(entry.reference)
    for drug in _drugs_begun(record, since, terminology):
        words = [*titles_of(drug.raw), *words_in(drug.raw)]
        for name in _named_by(drug, words, terminology) & INFECTIONS:
            told[name].add(drug.reference)
    return {name: frozenset(entries) for name, entries in told.items() if entries}


def _drugs_begun(
    record: PatientRecord, since: date, terminology: Terminology
) -> Iterator[Entry]:
    """Yield the drugs of a later day than the operation's."""
    later = since + timedelta(days=1)
    for drug in record.entries:
        if drug.resource_type not in MEDICATION_TYPES or is_prohibition(drug.raw):
            continue
        is_void = text(drug.raw.get("status")) in NEVER
        if not is_void and is_since(drug.raw, later, terminology.calendar):
            yield drug


def _named_by(
    entry: Entry, words: list[str], terminology: Terminology
) -> frozenset[str]:
    """Return what the words of an entry name, else what its codes do."""
    is_report = entry.resource_type == "DiagnosticReport"
    named = _named_in(words, terminology, is_report=is_report)
    if named is not None:
        return named
    # "Rule out" next to a code asks for what it names.
    if any(_is_less(one, terminology) for one in words):
        return frozenset()
    return _findings_of(
        NAMED[one]
        for code in codeables(entry.raw, *CODED)
        for coding in objects(code.get("coding"))
        for one in terminology.concepts({"coding": [_bare(coding)]}) & NAMED.keys()
    )


def _bare(coding: Json) -> Json:
    return {name: coding[name] for name in ("system", "code") if name in coding}


def _named_in(
    words: list[str], terminology: Terminology, *, is_report: bool = False
) -> frozenset[str] | None:
    """Return the findings that words name as there; None if they name none at all."""
    told = [
        _without_other_risks(with_genus(one), terminology)
        for one in words
        if not terminology.own_words.fullmatch(one)
    ]
    # What one part prevents or asks may hide what another names.
    if not any(
        _concepts_in(part, terminology)
        for one in told
        for sentence in (one, *sentences_once([one[:LONGEST_TEXT]]))
        for clause in (sentence, *CLAUSE.split(sentence[:LONGEST_TEXT]))
        for part in (clause, *terminology.clauses.cut_at_contrasts(clause))
    ):
        return None
    return _findings_of(
        name
        for one in told
        for part in _parts_of_now(one, terminology, is_report=is_report)
        for name in _concepts_in(part, terminology)
        # The year beside a return is that of the first time.
        if is_there_again(one, {name}, terminology)
        or not _is_of_earlier_year(part, name, terminology)
    )


def _concepts_in(part: str, terminology: Terminology) -> frozenset[str]:
    """Return the causes that a part names, else what grew in a sample that it tells of.

    A biopsy that is positive for a tumour grew nothing.
    """
    named = terminology.text_concepts(part) & CONCEPTS
    return named or (grown_in_prose([part], terminology) & CONCEPTS)


def _without_other_risks(words: str, terminology: Terminology) -> str:
    """Return words without the risk of another harm, "sepsis with fall risk"."""
    plain = words[:LONGEST_TEXT]
    rest = terminology.grave_stems.without_other_risks(plain)
    return words if rest == folded(plain) else rest.rstrip()


def _findings_of(concepts: Iterator[str]) -> frozenset[str]:
    named = frozenset(concepts)
    return frozenset(name for name, own in CAUSES.items() if own & named)


def _parts_of_now(
    words: str, terminology: Terminology, *, is_report: bool
) -> Iterator[str]:
    """Yield the parts of a text that say what is there now.

    What an order suspects it asks for; what a report suspects was seen.
    """
    plain = ABBREVIATED.sub("suspected", words[:LONGEST_TEXT])
    stems = terminology.grave_stems
    here = stems.without_failed_prevention(stems.deficits.without_conditions(plain))
    told = chain.from_iterable(_answered(one, terminology) for one in sentences(here))
    cut = chain.from_iterable(_cut_behind_denials(one, terminology) for one in told)
    for sentence in cut:
        if only_speaks(sentence, CONCEPTS, terminology):
            if stems.is_prevention(sentence):
                yield from _stated_before(sentence, terminology, is_report=is_report)
            continue
        for part in undenied_parts(sentence, terminology):
            is_asked = _is_asked(part, terminology, is_report=is_report)
            if not is_asked and not _is_less(part, terminology):
                yield part
            elif not names_year_over(part):
                yield from _stated_before(part, terminology, is_report=is_report)
    # What is "not excluded" was looked for.
    for sentence in filter(terminology.clauses.turned_denials, sentences(plain)):
        yield from undenied_parts(sentence, terminology)


def _cut_behind_denials(sentence: str, terminology: Terminology) -> list[str]:
    """Cut a sentence behind each denial: "no fever despite discitis, fall prevention".

    What prevents or is of a relative is then not of the whole sentence.
    """
    parts = terminology.clauses.cut_behind_denials(sentence)
    return [*parts] if len(parts) > 1 else [sentence]


def _answered(sentence: str, terminology: Terminology) -> list[str]:
    """Return what a sentence tells that asks and answers, else the sentence.

    "Discitis L4, MRI to rule out an abscess: psoas abscess" tells before it asks, too.
    The answer may stand before its word, "rule out an abscess, discitis found", or be
    no more than that word: "rule out discitis: confirmed".
    """
    question, *answers = terminology.kinds.pieces(sentence, ANSWER)
    if not answers or not _asks(question, terminology):
        return [sentence]
    if not _concepts_in(question, terminology):
        return [sentence]
    answer = " ".join(answers)
    clauses = CLAUSE.split(question)
    asking = [at for at, one in enumerate(clauses) if _asks(one, terminology)]
    if not asking:
        return [answer]
    is_asked = partial(_asks, terminology=terminology)
    told = told_before_asked(question, is_asked, terminology)
    if LETTER.search(answer):
        return [*told, answer]
    return [*told, *_affirmed_in(sentence, clauses[asking[0]], asking[0])]


def _asks(words: str, terminology: Terminology) -> bool:
    """Tell if words ask for what they name."""
    return bool(ASKS.search(words)) or terminology.grave_stems.is_searched(words)


def _affirmed_in(sentence: str, asking: str, at: int) -> list[str]:
    """Return what a sentence affirms whose answer is one word, as "confirmed".

    Args:
        sentence: the whole of it, with its answer.
        asking: the clause that asks, without the answer.
        at: the place of that clause among those of the sentence.
    """
    if not LETTER.search(sentence.rstrip(" .!")[-1:]):
        return []
    asked = [ASKS.sub(" ", asking)] if HEADING.search(sentence) else []
    return [*asked, *CLAUSE.split(sentence)[at + 1 :]]


def _stated_before(
    part: str, terminology: Terminology, *, is_report: bool
) -> Iterator[str]:
    """Yield the clauses before the first that asks: "discitis, MRI for an abscess?".

    One that only prevents, or is of before, asks nothing and is none of them; a clause
    that says no more than "in remission" is about those before it.
    """
    if any(kinds_alone(one, OVER, terminology) for one in CLAUSE.split(part)):
        return

    def is_asked(clause: str) -> bool:
        is_searched = terminology.grave_stems.is_searched(clause)
        return is_searched or _is_asked(clause, terminology, is_report=is_report)

    for clause in told_before_asked(part, is_asked, terminology):
        is_less = _is_less(clause, terminology)
        if not is_less and not only_speaks(clause, CONCEPTS, terminology):
            yield clause


def _is_asked(part: str, terminology: Terminology, *, is_report: bool) -> bool:
    """Tell if a part asks for what it names; what a report suspects was seen."""
    return bool(ASKS.search(part)) or (
        not is_report and _is_suspected(part, terminology)
    )


def _is_suspected(part: str, terminology: Terminology) -> bool:
    if terminology.kinds.named(part, CONFIRMED):
        return False
    return terminology.clauses.without_suspicion(part) != part or bool(
        terminology.kinds.named(part, SUSPECTED)
    )


def _is_less(part: str, terminology: Terminology) -> bool:
    """Tell if words prevent, search or call old what they name."""
    stems = terminology.grave_stems
    if stems.is_searched(part) or stems.is_prevention(part) or ASKS.search(part):
        return True
    return _is_over(part, terminology)


def _is_over(part: str, terminology: Terminology) -> bool:
    """Tell if a part calls past each thing that it names.

    "History of breast cancer and bone metastasis" has a past cancer alone.
    """
    if not terminology.kinds.named(part, OVER) or is_called_new(part, terminology):
        return False
    named = _concepts_in(part, terminology)
    return all(_calls_over(part, one, terminology) for one in named)


def _calls_over(part: str, concept: str, terminology: Terminology) -> bool:
    """Tell if a part calls past what it names, not what stands next to that."""
    names_concept = partial(_names, concept, terminology=terminology)
    own = without_neighbours(part, names_concept, OVER, terminology)
    return bool(terminology.kinds.named(own, OVER))


def _names(concept: str, words: str, terminology: Terminology) -> bool:
    return concept in _concepts_in(words, terminology)


def _is_of_earlier_year(part: str, concept: str, terminology: Terminology) -> bool:
    """Tell if the years that a part names ended before what it names still counts.

    In "hysterectomy 2010, discitis" and "discitis, hysterectomy 2010" the year is of
    the operation.
    """
    if concept in CANCERS:
        limit = day_of_answer().year - YEARS_OF_CANCER
    else:
        lasts = DAYS_OF_SEPSIS if concept == "sepsis" else DAYS_OF_INFECTION
        limit = (day_of_answer() - lasts).year
    if not is_dated_before(part, limit):
        return False
    names_concept = partial(_names, concept, terminology=terminology)
    return is_dated_before(own_dated_words(part, names_concept, terminology), limit)

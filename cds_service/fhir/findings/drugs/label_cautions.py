"""Read the diagnoses that labels of bone drugs warn of, by their codes.

They answer no finding: the card names them next to the drug, with what is known of
their day.
"""

from collections.abc import Iterator
from datetime import timedelta

from cds_service.core.findings import LabelCaution, Precision
from cds_service.fhir.certainty import ACTIVE, PAST, certainty_of, clinical_status
from cds_service.fhir.entries.entry import Entry
from cds_service.fhir.entries.words.past_by_words import (
    PAST_BY_WORDS,
    is_onset_of_recording,
)
from cds_service.fhir.entries.words.problem_words import OF_RELATIVES, is_denial
from cds_service.fhir.findings.chart import Chart
from cds_service.fhir.findings.worded_dates import date_in_words
from cds_service.fhir.mapping.codes.caution_codes import Caution
from cds_service.fhir.mapping.terminology import SUSPICION, Terminology
from cds_service.fhir.mapping.texts.text_rules import folded
from cds_service.fhir.onset import begun, has_end, recorded_on
from cds_service.fhir.raw_json import Json, member, text, texts_of
from cds_service.fhir.site_calendar import PRECISIONS

_SUSPECTED = frozenset({SUSPICION})
# Of the day of an onset that is told by an age or in words.
_OF_YEAR: Precision = "year"


def cautions_in(chart: Chart) -> tuple[LabelCaution, ...]:
    """Read the diagnoses of this patient, each as sure as the record has it."""
    return tuple(
        found for entry in chart.of_kind("Condition") for found in _read(entry, chart)
    )


def _read(entry: Entry, chart: Chart) -> Iterator[LabelCaution]:
    raw, terminology = entry.raw, chart.terminology
    codings = terminology.codings(raw.get("code"))
    # A site's map may give standard codes for its own.
    codings += [
        (to.system, to.code)
        for code in codings
        for to in terminology.local_meanings(*code)
    ]
    codes = terminology.caution_codes
    warned = dict.fromkeys(one for code in codings for one in codes.of(*code))
    if not warned or _is_not_of_patient(entry, chart):
        return
    certainty, words = certainty_of(raw), texts_of(raw.get("code"))
    if certainty == "denied":
        return
    is_suspected = certainty == "doubted" or any(
        _is_in_doubt(one, terminology) for one in words
    )
    for caution in warned:
        if caution.counts == "state" and (certainty == "past" or _is_over(raw)):
            continue
        found = LabelCaution(
            caution.kind, caution.name, entry.reference, not is_suspected
        )
        dated = _dated(found, caution, raw, chart)
        if _is_in_time(dated, caution, chart):
            yield dated


def _is_in_time(found: LabelCaution, caution: Caution, chart: Chart) -> bool:
    """Tell if a diagnosis is not of later, and not too old for what it warns of."""
    if caution.counts == "recent":
        since = chart.today - timedelta(days=caution.days)
        return found.day is not None and since <= found.day <= chart.read_on
    return found.day is None or found.day <= chart.read_on


def _is_not_of_patient(entry: Entry, chart: Chart) -> bool:
    """Tell if an entry is of the family, or its words only deny something."""
    terminology, words = chart.terminology, texts_of(entry.raw.get("code"))
    return entry.is_of_relatives or any(
        is_denial(one, terminology) or terminology.kinds.named(one, OF_RELATIVES)
        for one in words
    )


def _is_in_doubt(words: str, terminology: Terminology) -> bool:
    """Tell if words next to a code suspect or deny something, or name a relative."""
    clauses = terminology.clauses
    return bool(
        terminology.text_concepts(words, _SUSPECTED)
        or clauses.joints.relatives.search(folded(words))
        or any(one.denies_at == 0 for one in clauses.read(words))
    )


def _is_over(raw: Json) -> bool:
    status = clinical_status(raw)
    return has_end(raw) or bool(status & PAST and not status & ACTIVE)


def _dated(
    found: LabelCaution, caution: Caution, raw: Json, chart: Chart
) -> LabelCaution:
    """Add its day: the one of its words, else of its onset, else of its recording.

    The day on which somebody entered a history is no day of it, nor is an onset on
    that day.
    """
    calendar = chart.calendar
    words = (*texts_of(raw.get("code")), text(raw.get("onsetString")))
    if worded := date_in_words(words, raw, chart):
        exactness = PRECISIONS.get(len(worded), "day")
        return found._replace(day=calendar.first_day(worded), dated_to=exactness)
    is_history = (
        caution.counts == "history"
        or certainty_of(raw) == "past"
        or any(
            chart.terminology.kinds.named(one, PAST_BY_WORDS)
            for one in texts_of(raw.get("code"))
        )
    )
    if is_history and is_onset_of_recording(raw, calendar):
        return found
    first, _ = begun(raw, chart.birth, calendar)
    if first:
        written = text(raw.get("onsetDateTime")) or text(
            member(raw, "onsetPeriod", "start")
        )
        exactness = PRECISIONS.get(len(written.strip()), "day")
        return found._replace(day=first, dated_to=exactness if written else _OF_YEAR)
    recorded = text(recorded_on(raw)).strip()
    if is_history or not recorded:
        return found
    day = calendar.first_day(recorded)
    exactness = PRECISIONS.get(len(recorded), "day")
    return found._replace(day=day, dated_to=exactness, is_recording=True)

"""Find numbers in the words of reports that the record holds.

Each comes with the words around it, for a person to confirm. They are found by
patterns, not by a model. Nothing of a report is kept but a number that the person
takes.
"""

import re
from base64 import b64decode
from binascii import Error as NotBase64
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import islice

from cds_service.errors import FhirReadError
from cds_service.fhir.gathering.fetching import read_apart
from cds_service.fhir.gathering.fhir_reader import FhirReader
from cds_service.fhir.gathering.subjects import Person
from cds_service.fhir.mapping.measured.report_numbers import Number, ReportNumbers
from cds_service.fhir.mapping.terminology import Terminology
from cds_service.fhir.raw_json import Json, member, objects, text
from cds_service.launch.authorizing import Launched
from cds_service.measures.observations import WITHDRAWN
from cds_service.protocol.messages import is_fhir_id

MOST = 20  # reports, newest first
LONGEST = 20_000  # characters of one report
AROUND = 60  # characters quoted on either side of a number
MOST_NUMBERS = 200  # looked at in one report
# Characters of a sentence; a longer one is not searched for vertebra and site.
LONGEST_SENTENCE = 1000
TAGS = re.compile(r"<[^<>]*>")
SENTENCE = re.compile(r"[;\r\n]+|\.(?=\s|$)")
# By field of a number: the field of its place, a vertebra or a site of DXA.
PLACES = {"hu": "level", "t-score": "dxa"}
LEVEL = re.compile(r"\b([TL])[ -]?(1[0-2]|[1-9])\b")


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """A number in a report.

    Attributes:
        key: key of this span, unique in the record.
        field: field of the worksheet.
        value: in the form that the field takes.
        before: the words before the number.
        quoted: the number as written.
        after: the words after it.
        place: the field of its place with a value, if the sentence names one.
    """

    key: str
    field: str
    value: str
    before: str
    quoted: str
    after: str
    place: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """A report with numbers in it.

    Attributes:
        reference: `DiagnosticReport/id`.
        day: day of the examination; None if the report does not say.
    """

    reference: str
    title: str
    day: date | None
    spans: tuple[Span, ...]


def _read_reports(
    reader: FhirReader, person: Person, terminology: Terminology, *, until: float
) -> tuple[Sequence[Report], str]:
    """Read the patient's newest reports that hold numbers of the worksheet.

    Returns:
        The reports, and why some are missing; empty if none is.

    Raises:
        FhirReadError: they cannot be read.
    """
    query = f"DiagnosticReport?patient={person.patient_id}&_sort=-date&_count={MOST}"
    read = read_apart(reader, query, person.bases, until=until)
    ours = [
        raw
        for raw in read.resources
        if person.is_subject_of(raw)
        and is_fhir_id(raw.get("id"))
        and raw.get("status") not in WITHDRAWN
    ]
    reports = [_report(raw, terminology) for raw in ours[:MOST]]
    with_numbers = [report for report in reports if report.spans]
    return with_numbers, read.note.removeprefix("incomplete: ")


def span_of(key: str, reports: Sequence[Report]) -> tuple[Report, Span] | None:
    """Return the span of this key with its report; None if there is none now."""
    for report in reports:
        for span in report.spans:
            if span.key == key:
                return report, span
    return None


def _report(raw: Json, terminology: Terminology) -> Report:
    moment = terminology.calendar.effective(raw)
    reference = f"DiagnosticReport/{raw['id']}"
    words = "\n".join(_texts(raw))[:LONGEST]
    title = text(member(raw, "code", "text")) or "Report"
    spans = tuple(_spans(words, reference, terminology.report_numbers))
    day = moment.day if moment else None
    return Report(reference=reference, title=title, day=day, spans=spans)


def _texts(raw: Json) -> Iterator[str]:
    """Yield the words of the report.

    An attachment counts only if its data are in the report, as plain text.
    """
    yield text(raw.get("conclusion"))
    yield TAGS.sub(" ", text(member(raw, "text", "div")))
    for form in objects(raw.get("presentedForm")):
        if text(form.get("contentType")).partition(";")[0] == "text/plain":
            try:
                content = b64decode(text(form.get("data")), validate=True)
            except (NotBase64, ValueError):
                continue
            yield content.decode("utf-8", "replace")


def _spans(words: str, reference: str, numbers: ReportNumbers) -> Iterator[Span]:
    spans: set[tuple[str, str, str]] = set()
    for sentence, number in islice(_numbers(words, numbers), MOST_NUMBERS):
        if numbers.ends_range(sentence, number):
            continue
        start, end = number.start, number.end
        quoted = sentence[start:end]
        place = _place(sentence, start, numbers)
        # Conclusion and narrative often say the same.
        if (number.field, quoted, str(place)) in spans:
            continue
        spans.add((number.field, quoted, str(place)))
        yield Span(
            key=f"{reference}#{len(spans)}",
            field=number.field,
            value=number.value,
            before=sentence[max(0, start - AROUND) : start].lstrip(),
            quoted=quoted,
            after=sentence[end : end + AROUND].rstrip(),
            place=_filled(number.field, place),
        )


def _numbers(words: str, numbers: ReportNumbers) -> Iterator[tuple[str, Number]]:
    """Yield each number with its sentence."""
    for sentence in SENTENCE.split(words):
        for number in numbers.find(sentence):
            yield sentence, number


def _place(sentence: str, at: int, numbers: ReportNumbers) -> Mapping[str, str]:
    """Return the one vertebra and the one site of DXA that a number belongs to.

    The vertebra is that of the part between commas, or else of the sentence. Two of
    them leave it open, and so does a text that is too long for a sentence.

    Args:
        at: where the number begins in the sentence.
    """
    if len(sentence) > LONGEST_SENTENCE:
        return {}
    part = sentence[:at].rpartition(", ")[2] + sentence[at:].partition(", ")[0]
    levels = _levels(part) or _levels(sentence)
    place: dict[str, str] = {}
    if len(levels) == 1:
        (place["level"],) = levels
    if site := numbers.site_of(sentence):
        place["dxa"] = site
    return place


def _levels(words: str) -> set[str]:
    return {f"{letter.upper()}{number}" for letter, number in LEVEL.findall(words)}


def _filled(field: str, place: Mapping[str, str]) -> Mapping[str, str]:
    """Return the part of the place that belongs to this field."""
    name = PLACES.get(field, "")
    return {name: place[name]} if name in place else {}


def read_or_why(
    reader: FhirReader,
    launched: Launched,
    person: Person,
    terminology: Terminology,
    *,
    until: float,
) -> tuple[Sequence[Report], str]:
    """Read the reports, and why all or some of them are not shown."""
    if not launched.may("DiagnosticReport", "s"):
        return (), "the record system did not allow this launch to read reports"
    try:
        return _read_reports(reader, person, terminology, until=until)
    except FhirReadError as fault:
        return (), str(fault)

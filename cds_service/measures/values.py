"""Values of measures as their sources print them, and those that are not taken."""

import re
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import NamedTuple

from cds_service.measures.definitions import Measure, Measures

NUMBER = re.compile(r"([-−–+]?)\s?(\d{1,7}(?:[.,]\d{1,10})?)(?:\s*(\S.{0,23}))?")
THOUSANDS = re.compile(r"[-−–+]?\s*\d{1,3}(?:,\d{3})+(?![\d.,])")
DAY = re.compile(r"(\d{4})-?(\d\d)-?(\d\d)")
YES = frozenset({"1", "true", "yes"})
NO = frozenset({"0", "false", "no"})


class NotTaken(NamedTuple):
    """A value of a source that is not taken.

    Attributes:
        where: the file, and the place in it.
        what: the value, as the source names it.
        why: the reason, as a phrase for people.
    """

    where: str
    what: str
    why: str


class Note(StrEnum):
    """The sentences that may be written next to a value.

    The service reads them itself at the next order. So `mappings/plain-value-words/`
    has their words, or the value would count as one with words not understood.
    """

    NOT_VERIFIED = "The report is not verified: nobody has confirmed this value yet."
    NOT_RECORDED = "Not recorded: {detail}."
    OF_ONE_SLICE = "Millilitres of one slice over its {detail} mm."


class Remark(NamedTuple):
    """A note on one value.

    Attributes:
        detail: what the sentence names; empty if it names nothing.
    """

    note: Note
    detail: str = ""

    @property
    def sentence(self) -> str:
        return self.note.format(detail=self.detail)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reported:
    """One value as its source says it.

    Attributes:
        where: the file, and the place in it, for people.
        key: identifies the value among those of all sources; the same at every reading
            of its source.
        confirmed_key: the key of the same value once a person vouches for it, if that
            is another.
        number: None for yes and no.
        unit: as printed; empty if the source prints none, which means that of the
            finding.
        answer: the answer, for a measure that is yes or no.
        day: day of the examination; None if the source does not say it.
        levels: vertebrae, head to foot; empty if the source does not say them.
        site: where it was measured, if not at vertebrae: `total hip`.
        method: how it was measured, in the source's words.
        device: tool or scanner, with its version.
        study: UID of the DICOM study.
        is_verified: a person vouches for it; False of a report that nobody has
            verified.
        remarks: sentences for readers of the value.
    """

    measure: Measure
    where: str
    key: str
    confirmed_key: str = ""
    number: Decimal | None = None
    unit: str = ""
    answer: bool | None = None
    day: date | None = None
    levels: tuple[str, ...] = ()
    site: str = ""
    method: str = ""
    device: str = ""
    study: str = ""
    is_verified: bool = True
    remarks: tuple[Remark, ...] = ()

    @property
    def printed(self) -> str:
        """Return the value with its unit, as the source prints it."""
        if self.number is None:
            return "yes" if self.answer else "no"
        return f"{self.number} {self.unit or self.measure.finding.unit}".removesuffix(
            " 1"
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Supplement:
    """Statements of the person who imports, for what a source does not say.

    Attributes:
        day: day of the examination.
        levels: if a source has several levels, those that count.
        method: how it was measured.
        thickness: thickness of the slice, in mm.
    """

    day: date | None = None
    levels: tuple[str, ...] = ()
    method: str = ""
    thickness: Decimal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """One source, read.

    Attributes:
        name: name of the file, for people.
        kind: the format, in words; empty if it was not recognised.
        system: system of its identity: that of a DICOM object, or of the digest of a
            file.
        identity: the same at every reading of the same source.
        person: identifier with its issuer, birth date and sex of the patient, as far as
            the source says them.
    """

    name: str
    kind: str = ""
    system: str = ""
    identity: str = ""
    person: "Subject | None" = None
    reported: tuple[Reported, ...] = ()
    refused: tuple[NotTaken, ...] = ()


class Subject(NamedTuple):
    """The patient as a source names them; never a name.

    Attributes:
        issuer: issuer of the identifier.
    """

    identifier: str = ""
    born: date | None = None
    sex: str = ""
    issuer: str = ""


@dataclass(slots=True)
class Contents:
    """The values that a reader takes and refuses of one source."""

    name: str
    reported: list[Reported] = field(default_factory=list)
    refused: list[NotTaken] = field(default_factory=list)

    def refuse(self, place: str, what: str, why: str) -> None:
        """Note what is not taken."""
        where = f"{self.name}, {place}" if place else self.name
        self.refused.append(NotTaken(where, what, why))


def completed(value: Reported, stated: Supplement) -> Reported:
    """Fill in the day, levels and method that the source does not say."""
    return replace(
        value,
        day=value.day or stated.day,
        levels=value.levels or (stated.levels if value.measure.level_is_free else ()),
        method=value.method or stated.method,
    )


def has_two_meanings(text: str) -> bool:
    """Tell if a comma may mean thousands or decimals, as in `1,234 mm2`."""
    return THOUSANDS.match(text.strip()) is not None


def read_number(text: str) -> tuple[Decimal, str] | None:
    """Read a number and the unit after it; None if the text is no number."""
    parts = NUMBER.fullmatch(text.strip())
    if parts is None:
        return None
    sign = "-" if parts[1] and parts[1] != "+" else ""
    return Decimal(sign + parts[2].replace(",", ".")), parts[3] or ""


def read_day(text: str) -> date | None:
    """Read a day as ISO 8601 or DICOM writes it; None for any other order."""
    parts = DAY.fullmatch(text.strip()[:10])
    if parts is None:
        return None
    try:
        return date(int(parts[1]), int(parts[2]), int(parts[3]))
    except ValueError:
        return None


def read_answer(text: str) -> bool | None:
    """Read yes or no; None for anything else."""
    word = text.strip().lower()
    if word in YES:
        return True
    return False if word in NO else None


def measure_named(name: str, measures: Measures) -> Measure | None:
    """Return the measure of this name, whatever its case."""
    return measures.get(name.strip().lower())

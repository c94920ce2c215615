"""Compute the measures that follow from a worksheet, and the text to paste.

The reader of the record judges each measure: would the service read it?
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Literal

from cds_service.core.data_file import Closed, DataFile, read_toml, validated
from cds_service.core.derivations.derived import derive
from cds_service.core.derivations.indices import INDICES
from cds_service.core.findings import METHOD_NOT_RECORDED, Finding, Findings, Gap
from cds_service.core.words.wording import date_text, number_text, with_unit
from cds_service.fhir.mapping.files.units import UnitTable
from cds_service.fhir.mapping.levels.level_names import LEVELS
from cds_service.fhir.raw_json import Json
from cds_service.measures.definitions import Measure, Measures
from cds_service.measures.observations import Writer, Written, read_back
from cds_service.measures.values import (
    Reported,
    has_two_meanings,
    read_day,
    read_number,
)

FILE = Path(__file__).with_name("worksheet.toml")
CONFIRMED = "worksheet"  # the key of a value for which a person vouches
MAYBE = {"yes": True, "no": False}
CONTRAST = {"no": "unenhanced CT", "yes": "CT with contrast medium"}
MRI_WAYS = {"study": "MRI T2, one axial slice", "ct": "CT", "other": ""}
DXA_SITES = {"spine": "lumbar spine", "hip": "total hip", "neck": "femoral neck"}
LONGEST = 40  # characters of one field
AHEAD = "lies in the future"
NO_DAY = "is no day; write it as 2026-02-28"
TWO_NUMBERS = "may be thousands or decimals: write a point"
DEVICE = re.compile(r"[\w .,;:()/+-]{1,40}")
CRITERIA = "awgs-2019"  # of the muscle's verdict, which the worksheet does not show


class Field(Closed):
    """One number that is entered."""

    name: str
    title: str
    unit: str
    range: tuple[float, float]


class Drawing(Closed):
    """A drawing of the slice.

    Attributes:
        view: view of the body.
        marks: structures that are outlined.
        words: a description for those who do not see it.
    """

    view: Literal["axial", "sagittal"]
    marks: tuple[Literal["region", "psoas", "body", "erector", "multifidus"], ...]
    words: str


class Part(Closed):
    """Fields that belong together, and the measures that follow from them.

    Attributes:
        way: the set of questions on how it was measured: `ct`, `dxa`, `mri` or `vbq`
            (bone quality score); empty for none.
    """

    title: str
    way: str = ""
    drawing: Drawing | None = None
    fields: tuple[Field, ...]
    results: tuple[str, ...]


class Formula(Closed):
    """The formula of a measure: the fields that it needs, and the words for it."""

    needs: tuple[str, ...]
    text: str


class Sheet(DataFile):
    """`worksheet.toml`."""

    parts: tuple[Part, ...]
    formulas: Mapping[str, Formula]


@cache
def load_sheet() -> Sheet:
    """Read the fields and formulas, once.

    Raises:
        DataFileError: the file is wrong.
    """
    return validated(Sheet, read_toml(FILE), FILE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """One measure that follows from what was entered.

    Attributes:
        value: with its unit, for people; empty if it is refused.
        formula: in words.
        problem: why the service would not read it.
        is_way_known: the service reads it, and knows how it was measured.
    """

    measure: Measure
    value: str = ""
    formula: str = ""
    problem: str = ""
    is_way_known: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """The results of one form.

    Attributes:
        faults: by field, why a number cannot be taken.
        day: day of the examination; None if it is not given.
        written: the values as they would be written to the record.
        text: to paste into a report.
    """

    faults: Mapping[str, str]
    day: date | None = None
    results: tuple[Result, ...] = ()
    written: tuple[Written, ...] = ()
    text: str = ""

    @property
    def observations(self) -> tuple[Json, ...]:
        return tuple(written.observation for written in self.written)


@dataclass(frozen=True, slots=True)
class Worksheet:
    """Computes the results of a form, and keeps nothing of it.

    Attributes:
        has_to_confirm: a value is preliminary until the form confirms it.
    """

    sheet: Sheet
    measures: Measures
    writer: Writer
    has_to_confirm: bool = False

    def outcome(self, form: Mapping[str, str], today: date) -> Outcome:
        """Compute what follows from a form: texts by the name of their field.

        An empty field is not known.
        """
        entered, faults = self._numbers(form)
        written_day = read_day(form.get("date", ""))
        if written_day is not None and written_day > today:
            faults["date"], written_day = AHEAD, None
        elif written_day is None and form.get("date", "").strip():
            faults["date"] = NO_DAY
        # Without a day the reader judges the values as of today, which is not printed.
        day = written_day or today
        known: dict[str, Finding] = {}
        results: list[Result] = []
        values: list[Written] = []
        for name, formula in self.sheet.formulas.items():
            if name not in INDICES or not entered.keys() >= set(formula.needs):
                continue
            result, written = self._measured(
                name, self._value(name, entered, form, day)
            )
            results.append(result)
            if written is not None:
                values.append(written)
                finding = read_back(
                    written.value.measure,
                    written.observation,
                    self.writer.terminology,
                    day,
                )
                if isinstance(finding, Finding):
                    known[name] = finding
        results += self._derived(known)
        return Outcome(
            faults=faults,
            day=written_day,
            results=tuple(results),
            written=tuple(values),
            text="\n".join(self._lines(results, form, written_day)),
        )

    def _numbers(
        self, form: Mapping[str, str]
    ) -> tuple[dict[str, float], dict[str, str]]:
        entered: dict[str, float] = {}
        faults: dict[str, str] = {}
        for part in self.sheet.parts:
            for field in part.fields:
                text = form.get(field.name, "").strip()[:LONGEST]
                if not text:
                    continue
                number = _number_of(field, text, self.writer.terminology.units)
                if isinstance(number, str):
                    faults[field.name] = number
                else:
                    entered[field.name] = number
        return entered, faults

    def _value(
        self,
        name: str,
        entered: Mapping[str, float],
        form: Mapping[str, str],
        day: date,
    ) -> Reported:
        measure = self.measures[name]
        number = INDICES[name](entered)
        method = measure.method
        levels = method.levels or () if method else ()
        if measure.level_is_free and form.get("level") in LEVELS:
            levels = (form["level"],)
        is_verified = not self.has_to_confirm or form.get("confirmed") == "yes"
        return Reported(
            measure=measure,
            where="worksheet",
            # A value that is confirmed later has to be written as a new one.
            key=CONFIRMED if is_verified else "worksheet, not confirmed",
            confirmed_key="" if is_verified else CONFIRMED,
            number=Decimal(str(round(number, 6))),
            day=day,
            levels=levels,
            method=self._method(name, form),
            site=site_of(name, form),
            device=_device_of(form),
            is_verified=is_verified,
        )

    def _method(self, name: str, form: Mapping[str, str]) -> str:
        way = next((part.way for part in self.sheet.parts if name in part.results), "")
        if way == "ct":
            volts = read_number(form.get("kv", ""))
            parts = [
                (
                    "trabecular ROI, axial"
                    if MAYBE.get(form.get("trabecular", ""))
                    else ""
                ),
                CONTRAST.get(form.get("contrast", ""), ""),
                f"{volts[0]} kV" if volts else "",
            ]
            return ", ".join(filter(None, parts))
        if way == "dxa":
            return "DXA"
        if way == "mri":
            return MRI_WAYS.get(form.get("mri", ""), "")
        return "MRI T1, marrow of L1-L4 over CSF at L3" if way == "vbq" else ""

    def _measured(self, name: str, value: Reported) -> tuple[Result, Written | None]:
        written = self.writer.write(value)
        formula = self.sheet.formulas[name].text
        if not isinstance(written, Written):
            return (
                Result(measure=value.measure, formula=formula, problem=written.why),
                None,
            )
        amount = float(written.observation["valueQuantity"]["value"])
        finding = read_back(
            value.measure,
            written.observation,
            self.writer.terminology,
            value.day or date.min,
        )
        is_known = (
            isinstance(finding, Finding) and METHOD_NOT_RECORDED not in finding.concerns
        )
        words = _amount_words(value.measure, amount)
        return (
            Result(
                measure=value.measure,
                value=words,
                formula=formula,
                is_way_known=is_known,
            ),
            written,
        )

    def _derived(self, known: Mapping[str, Finding]) -> Iterator[Result]:
        """Derive what follows from the measures by the service's own rules."""
        specs = {name: measure.finding for name, measure in self.measures.items()}
        gaps = {
            name: Gap(name=name, reason="absent", detail="")
            for name in specs
            if name not in known
        }
        derived = derive(
            Findings(known=dict(known), gaps=gaps),
            specs,
            None,
            sarcopenia_criteria=CRITERIA,
        )
        for name, formula in self.sheet.formulas.items():
            if name in INDICES or name in known:
                continue
            measure, finding = self.measures[name], derived.known.get(name)
            if finding is not None:
                is_known = METHOD_NOT_RECORDED not in finding.concerns
                words = _amount_words(measure, float(finding.value))
                yield Result(
                    measure=measure,
                    value=words,
                    formula=formula.text,
                    is_way_known=is_known,
                )
            elif derived.gaps[name].reason == "conflicting":
                yield Result(
                    measure=measure,
                    formula=formula.text,
                    problem=derived.gaps[name].detail,
                )

    def _lines(
        self, results: list[Result], form: Mapping[str, str], day: date | None
    ) -> Iterator[str]:
        """Write one line for each measure: value, vertebra or site, way, day."""
        for result in results:
            if not result.value:
                continue
            place = (
                form["level"]
                if result.measure.level_is_free and form.get("level") in LEVELS
                else ""
            )
            place = place or site_of(result.measure.name, form)
            when = date_text(day) if day else "day not said"
            parts = (
                f"{result.measure.display}: {result.value}",
                place,
                self._method(result.measure.name, form),
                when,
            )
            yield ", ".join(filter(None, parts))


def _number_of(field: Field, text: str, units: UnitTable) -> float | str:
    """Read a number in the field's unit, or say why it cannot be taken."""
    if has_two_meanings(text):
        return TWO_NUMBERS
    parsed = read_number(text)
    if parsed is None:
        return "a number is expected"
    number, unit = (
        float(parsed[0]),
        units.canonical(parsed[1]) if parsed[1] else field.unit,
    )
    value = None if unit is None else units.convert(number, unit, field.unit)
    if value is None:
        return f"the unit {parsed[1]} does not fit"
    low, high = field.range
    if low <= value <= high:
        return value
    hint = ""
    if not parsed[1] and field.unit == "cm2" and low <= number / 100 <= high:
        hint = (
            f"; {number_text(number, 0)} mm² would be"
            f" {number_text(number / 100, 1)} cm²: write the unit"
        )
    if not parsed[1] and field.unit == "m" and low <= number / 100 <= high:
        hint = (
            f"; {number_text(number, 0)} cm would be {number_text(number / 100, 2)} m:"
            " write the unit"
        )
    return f"{low:g} to {high:g} is plausible{hint}"


def _amount_words(measure: Measure, amount: float) -> str:
    number = number_text(amount, max(measure.finding.decimals, 1))
    return with_unit(number, measure.finding.unit)


def _device_of(form: Mapping[str, str]) -> str:
    """Read the name of the viewer or tool; empty if it cannot be a name."""
    name = form.get("device", "").strip()
    return name if DEVICE.fullmatch(name) else ""


def site_of(name: str, form: Mapping[str, str]) -> str:
    """Name the site of a T-score; empty for other measures, or if it is not given."""
    is_dxa = name == "bmd-t-score"
    return DXA_SITES.get(form.get("dxa", ""), "") if is_dxa else ""

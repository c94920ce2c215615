"""A table of measurements as it was read: its rows, its cells, its patients."""

import re
from collections.abc import Container, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple

from cds_service.fhir.mapping.levels.level_names import in_order
from cds_service.fhir.mapping.terminology import Terminology
from cds_service.measures.definitions import Measure, Measures
from cds_service.measures.values import Supplement, measure_named, read_number

NUMBER_EXPECTED = "no number"


class Table(NamedTuple):
    """A table as text.

    Attributes:
        name: name of the file.
        digest: SHA-256 of its bytes.
        rows: the number of each line, and its cells by column.
        too_long: numbers of the lines with more cells than columns.
        delimiter: the sign between cells; a tab for Excel.
    """

    name: str
    digest: str
    columns: tuple[str, ...]
    rows: tuple[tuple[int, Mapping[str, str]], ...]
    too_long: tuple[int, ...] = ()
    delimiter: str = "\t"


@dataclass(frozen=True, slots=True)
class ImportContext:
    """All that a reader of tables needs in addition to the table.

    Attributes:
        patient: id of the patient; rows of others are passed over.
        stated: day, levels and method, as the person who imports states them.
        findings: every name of the vocabulary.
    """

    measures: Measures
    terminology: Terminology
    patient: str
    stated: Supplement
    findings: Container[str]

    def has(self, column: str) -> bool:
        """Tell if a table of findings may have this column."""
        name = column.lower()
        measure, _ = measure_and_unit(column, self.measures)
        return measure is not None or name in OF_A_ROW or name in self.findings


PATIENT = frozenset({"patient", "id", "patientid", "subject"})


def is_of_patients(column: str) -> bool:
    return re.sub(r"[\W_]", "", column.lower()) in PATIENT


OF_A_ROW = ("date", "level", "method", "device", "unit", "study")


def measure_and_unit(column: str, measures: Measures) -> tuple[Measure | None, str]:
    """Find the measure and the unit that a column names, as in `pma-rate [%]`."""
    name, _, unit = column.partition("[")
    return measure_named(name, measures), unit.rstrip("] ").strip()


def cell_text(row: Mapping[str, str], name: str) -> str:
    """Read the cell under this column, whatever the column's case."""
    return next((text for column, text in row.items() if column.lower() == name), "")


def number_in(row: Mapping[str, str], name: str) -> Decimal | None:
    value = read_number(cell_text(row, name))
    return value[0] if value and not value[1] else None


def levels_in(text: str, terminology: Terminology) -> tuple[str, ...]:
    return in_order(frozenset(terminology.levels.named(text))) if text else ()


def joined(*words: str) -> str:
    return "; ".join(filter(None, words))

"""OUTCOMES.csv as departments keep it: the same values whatever program wrote them."""

from datetime import UTC, date, datetime
from zipfile import ZipFile

import pytest
from openpyxl import Workbook

from cds_service.errors import CdsError
from cds_service.population.outcomes.outcomes_file import read_outcomes
from tests.chart_builders import open_service

HEAD = (
    "id",
    "date",
    "bmd-t-score",
    "bmi",
    "diabetes",
    "treated-levels",
    "outcome-refracture",
)
TODAY = date(2026, 11, 20)
FORMS = {
    "comma": (
        (",", "utf-8"),
        ("a", "2025-03-01", "-2.8", "21.5", "yes", '"T12,L1"', "1"),
    ),
    "quoted-decimal-comma": (
        (",", "utf-8"),
        ("a", "2025-03-01", '"-2,8"', '"21,5"', "1.0", '"T12,L1"', "1.0"),
    ),
    "semicolon": (
        (";", "utf-8"),
        ("a", "01.03.2025", "-2,8", "21,5", "ja", "T12, L1", "1,0"),
    ),
    "excel-german": (
        (";", "cp1252"),
        ("a", "1.3.2025", "\u20132,8", "21,5", "WAHR", "T12/L1", "1"),
    ),
    "tab": (
        ("\t", "utf-8-sig"),
        ("a", "2025-03-01", "\u22122.8", "21.5", "TRUE", "T12 L1", "1"),
    ),
    "unicode-text": (
        ("\t", "utf-16"),
        ("a", "2025-03-01 00:00:00", "-2,8", "21,5", "y", "T12 L1", "1.0"),
    ),
}


def read(path):
    return read_outcomes(path, open_service().finding_specs, TODAY)


def values_of(file):
    (patient,) = file.patients
    known = {name: one.value for name, one in patient.findings.known.items()}
    return patient, {name: known.get(name) for name in HEAD[2:6]}


EXPECTED = {
    "bmd-t-score": -2.8,
    "bmi": 21.5,
    "diabetes": True,
    "treated-levels": "T12,L1",
}


@pytest.mark.parametrize(("form", "cells"), FORMS.values(), ids=FORMS)
def test_the_same_row_in_every_form(tmp_path, form, cells):
    delimiter, encoding = form
    lines = (delimiter.join(HEAD), delimiter.join(cells), "")
    (tmp_path / "o.csv").write_bytes("\r\n".join(lines).encode(encoding))
    file = read(tmp_path / "o.csv")
    patient, values = values_of(file)
    assert values == EXPECTED
    assert (patient.day, patient.outcomes) == (date(2025, 3, 1), {"refracture": True})
    assert file.faults == ()


def test_excel_is_read(tmp_path):
    book = Workbook()
    book.active.append(HEAD)
    book.active.append(
        [
            "a",
            datetime(2025, 3, 1, tzinfo=UTC).replace(tzinfo=None),
            -2.8,
            21.5,
            True,
            "T12, L1",
            1.0,
        ]
    )
    book.save(tmp_path / "o.xlsx")
    patient, values = values_of(read(tmp_path / "o.xlsx"))
    assert values == EXPECTED
    assert (patient.day, patient.outcomes) == (date(2025, 3, 1), {"refracture": True})


def column(tmp_path, name, cells, outcome="1"):
    lines = (f"{name};outcome-refracture", *(f"{cell};{outcome}" for cell in cells))
    (tmp_path / "o.csv").write_text("\n".join(lines), encoding="utf-8")
    return tmp_path / "o.csv"


def test_a_column_that_is_not_what_it_seems_stops(tmp_path):
    """6 of 100 are more than 5 %, 5 are not."""
    path = column(tmp_path, "bmi", ["21.5"] * 94 + ["about 20"] * 6)
    with pytest.raises(
        CdsError, match="6 of 100 rows cannot be read in the column bmi"
    ):
        read(path)
    file = read(column(tmp_path, "bmi", ["21.5"] * 95 + ["about 20"] * 5))
    assert len(file.faults) == 5


def test_no_message_repeats_what_a_cell_holds(tmp_path):
    path = column(tmp_path, "bmi", ["21.5"] * 50 + ["Jane Doe"] * 50)
    with pytest.raises(CdsError) as caught:
        read(path)
    assert "Jane" not in str(caught.value)
    assert "row 52" in str(caught.value)


@pytest.mark.parametrize(
    ("scores", "asks"),
    [
        pytest.param(["2.5", "2.8", "3.1"], True, id="sign-lost"),
        pytest.param(["-2.5", "-2.8", "0.4"], False, id="one-is-positive"),
        pytest.param(["-2.5", "2.8", "2.1"], True, id="most-are-positive"),
    ],
)
def test_t_scores_without_a_sign_are_questioned(tmp_path, scores, asks):
    file = read(column(tmp_path, "bmd-t-score", scores))
    assert ("minus sign" in file.question) is asks
    assert (file.question in file.faults) is asks


def test_a_sheet_that_is_no_xml_is_refused(tmp_path):
    book = Workbook()
    book.active.append(HEAD)
    book.save(tmp_path / "good.xlsx")
    with (
        ZipFile(tmp_path / "good.xlsx") as good,
        ZipFile(tmp_path / "o.xlsx", "w") as bad,
    ):
        for name in good.namelist():
            is_sheet = name.startswith("xl/worksheets/")
            bad.writestr(name, b"<x" if is_sheet else good.read(name))
    with pytest.raises(CdsError, match="no Excel file"):
        read(tmp_path / "o.xlsx")


def test_what_is_no_table_is_refused(tmp_path):
    (tmp_path / "o.xlsx").write_bytes(b"PK\x03\x04 but no workbook")
    with pytest.raises(CdsError, match="no Excel file"):
        read(tmp_path / "o.xlsx")

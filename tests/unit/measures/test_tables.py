"""What tables of tools and of departments say of our measures, and what is refused by name."""

import json
import zipfile
from datetime import date
from decimal import Decimal

import pytest
from openpyxl import Workbook

from cds_service.fhir.mapping.terminology import Terminology
from cds_service.loading import load_measures_in_force, load_vocabulary, mapping_folders
from cds_service.measures import table_file
from cds_service.measures.reading import read_source
from cds_service.measures.table_file import NoTable
from cds_service.measures.table_rows import ImportContext
from cds_service.measures.values import Supplement

MUSCLEMAP = "Anatomy,Label,Slices with segmentation,Muscle (%),Fat (%),Total volume (ml),Fat volume (ml)\n"


@pytest.fixture(scope="module")
def load():
    measures, terminology, findings = (
        load_measures_in_force(),
        Terminology(*mapping_folders()),
        load_vocabulary(),
    )
    return lambda told: ImportContext(measures, terminology, "p1", told, findings)


@pytest.fixture
def read(load, tmp_path):
    """The values of a table, and why the rest is refused, by what stands there."""

    def reader(text, *, name="table.csv", **told):
        file = tmp_path / name
        file.write_text(text, encoding="utf-8")
        source = read_source(file, load(Supplement(**told)))
        taken = {one.measure.name: one for one in source.reported}
        return taken, {one.what: one.why for one in source.refused}

    return reader


# --- Comp2Comp


def test_the_ball_of_trabecular_bone_is_read_and_the_whole_vertebra_refused(read):
    taken, refused = read("Level,ROI HU,Seg HU\nL1,101.5,160.1\n")
    hu = taken["ct-attenuation"]
    assert (hu.number, hu.levels, hu.device) == (Decimal("101.5"), ("L1",), "Comp2Comp")
    assert "cortex" in refused["Seg HU 160.1"]


def test_a_newer_table_without_the_ball_gives_nothing(read):
    taken, refused = read("Level,Seg HU\nL1,160.1\n")
    assert taken == {}
    assert "Seg HU 160.1" in refused


def test_all_muscle_of_a_slice_is_no_measure(read):
    taken, refused = read("Level,Index,Muscle HU,Muscle CSA (cm^2)\nL3,100,30,120\n")
    assert taken == {}
    assert "all muscle" in refused["Muscle CSA (cm^2)"]


def test_a_row_with_more_cells_than_headings_is_refused(read):
    """22,5 without quotes would make a grip of 5 kg."""
    taken, refused = read("patient,date,bmi,grip-strength\np1,2026-01-01,22,5,18\n")
    assert taken == {}
    assert any("more cells than headings" in why for why in refused.values())


# --- MuscleMap

SLICE = f"""{MUSCLEMAP}multifidus left,5101,1,60,40,2.0,0.8
multifidus right,5102,1,60,40,2.0,0.8
erector spinae left,5111,1,50,50,6.0,3.0
erector spinae right,5112,1,50,50,6.0,3.0
psoas left,5121,1,80,20,3.0,0.6
psoas right,5122,1,80,20,2.6,0.7
"""
OF_L4 = {"levels": ("L4",), "thickness": Decimal(4)}


def test_one_slice_gives_area_and_fat(read):
    taken, _ = read(SLICE, name="id_gmm_2component_results.csv", **OF_L4)
    assert taken["psoas-total-area"].number == Decimal("14.000")  # 5.6 ml over 0.4 cm
    assert taken["psoas-fat-fraction"].number == Decimal("23.21")  # 1.3 of 5.6
    assert taken["es-mf-fat-fraction"].number == Decimal("47.50")  # 7.6 of 16
    assert "gmm" in taken["es-mf-fat-fraction"].method


@pytest.mark.parametrize(
    ("text", "name", "told", "why"),
    [
        pytest.param(
            SLICE.replace(",1,", ",31,"),
            "gmm.csv",
            OF_L4,
            "whole muscle (31 slices)",
            id="whole-muscle",
        ),
        pytest.param(
            SLICE,
            "gmm.csv",
            {"levels": ("L4",)},
            "needs the thickness",
            id="no-thickness",
        ),
        pytest.param(
            SLICE,
            "gmm.csv",
            {"thickness": Decimal(4)},
            "the level of the slice",
            id="no-level",
        ),
        pytest.param(
            SLICE, "results.csv", OF_L4, "the method that separates fat", id="no-method"
        ),
        pytest.param(
            SLICE.replace("5122", "7000"), "gmm.csv", OF_L4, "one side", id="one-side"
        ),
    ],
)
def test_what_is_no_slice_with_a_way_is_refused(read, text, name, told, why):
    _, refused = read(text, name=name, **told)
    assert any(why in reason for reason in refused.values())


# --- tables of the findings' names


def test_every_named_column_is_read_with_its_unit(read):
    taken, _ = read(
        "patient,date,level,psoas-total-area [mm2],plvi,fascia-injury,method,device\n"
        "p1,2026-05-01,L4,1441,0.8,yes,MRI T2,PACS 7\n"
    )
    area = taken["psoas-total-area"]
    assert (area.number, area.unit, area.levels, area.day) == (
        Decimal(1441),
        "mm2",
        ("L4",),
        date(2026, 5, 1),
    )
    assert (area.method, area.device) == ("MRI T2", "PACS 7")
    assert taken["fascia-injury"].answer is True


def test_rows_of_others_are_counted_and_not_read(read):
    taken, refused = read("patient,date,plvi\np2,2026-05-01,0.6\np3,2026-05-01,0.7\n")
    assert taken == {}
    assert "other patients" in refused["2 rows"]


def test_columns_that_are_no_measure_are_named(read):
    taken, refused = read(
        "patient,date,plvi,diabetes,PLVI index\np1,2026-05-01,0.8,yes,\n"
    )
    assert taken["plvi"].number == Decimal("0.8")
    assert refused["column diabetes"].startswith("a finding that is not measured")
    assert refused["column PLVI index"] == "no finding has this name"


@pytest.mark.parametrize(
    ("column", "cell"),
    [
        ("side", "left"),
        ("Datum", "2019-02-03"),
        ("subject class", "phantom"),
        ("status", "entered in error"),
        ("MRN", "9999"),
        ("PLVI index", "3"),
        ("", "baseline"),
    ],
)
def test_a_column_that_is_not_understood_refuses_the_rows_that_fill_it(
    read, column, cell
):
    table = f"patient,date,plvi,{column}\np1,2026-05-01,0.8,%s\np2,2026-05-01,0.7,%s\n"
    taken, refused = read(table % (cell, ""))
    assert not taken
    name = f"column {column}" if column else "a column without a heading"
    assert "of what or of when" in refused[name]
    taken, _ = read(table % ("", cell))
    assert taken["plvi"].number == Decimal("0.8")


def test_a_semicolon_and_a_decimal_comma_are_read(read):
    assert read("date;plvi\n2026-05-01;0,82\n")[0]["plvi"].number == Decimal("0.82")


@pytest.mark.parametrize(
    ("row", "why"),
    [
        pytest.param(
            "01/05/2026,L4,0.8",
            "not written as year-month-day",
            id="day-of-unknown-order",
        ),
        pytest.param(
            "2026-13-01,L4,0.8", "not written as year-month-day", id="no-month"
        ),
        pytest.param("2026-05-01,S7,0.8", "not one of T1 to L5", id="no-level"),
        pytest.param("2026-05-01,L4,about 1", "no number", id="words"),
    ],
)
def test_a_cell_that_is_unclear_is_refused(read, row, why):
    taken, refused = read(f"date,level,plvi\n{row}\n")
    assert taken == {}
    assert why in next(iter(refused.values()))


def test_two_units_of_one_cell_are_refused(read):
    taken, refused = read("date,psoas-total-area [cm2]\n2026-05-01,1441 mm2\n")
    assert taken == {}
    assert refused["psoas-total-area [cm2] 1441 mm2"] == "two units: mm2 and cm2"


def test_the_first_sheet_of_a_workbook_is_read(load, tmp_path):
    book = Workbook()
    for row in (["date", "level", "plvi"], [date(2026, 5, 1), "L4", 0.8]):
        book.active.append(row)
    book.save(tmp_path / "table.xlsx")
    source = read_source(tmp_path / "table.xlsx", load(Supplement()))
    value = source.reported[0]
    assert (value.measure.name, value.number, value.day) == (
        "plvi",
        Decimal("0.8"),
        date(2026, 5, 1),
    )


@pytest.mark.parametrize(
    ("sheet", "why"),
    [
        pytest.param(b" " * 300_000_000, "unpacks to more", id="unpacked"),
        pytest.param(
            b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/'
            b'main"><dimension ref="A1:XFD1048576"/><sheetData><row r="1048576"><c'
            b' r="XFD1048576"><v>1</v></c></row></sheetData></worksheet>',
            "more cells",
            id="a-last-cell-far-away",
        ),
    ],
)
def test_a_small_workbook_that_grows_without_bound_is_no_table(tmp_path, sheet, why):
    book = Workbook()
    book.save(tmp_path / "small.xlsx")
    with (
        zipfile.ZipFile(tmp_path / "small.xlsx") as small,
        zipfile.ZipFile(tmp_path / "large.xlsx", "w", zipfile.ZIP_DEFLATED) as large,
    ):
        for name in small.namelist():
            is_sheet = name.endswith("sheet1.xml")
            large.writestr(name, sheet if is_sheet else small.read(name))
    assert (tmp_path / "large.xlsx").stat().st_size < 1_000_000
    with pytest.raises(NoTable, match=why):
        table_file.read_table(tmp_path / "large.xlsx")


# --- whose the rows are

OF_TWO = "".join(
    f"{patient},psoas,{label},1,80,20,{volume},0.5\n"
    for patient, volume in (("p1", 2), ("p2", 9))
    for label in (5121, 5122)
)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("patient,Level,ROI HU\np2,L1,55\n", id="comp2comp"),
        pytest.param("PatientID,Level,ROI HU\np2,L1,55\n", id="one-word"),
        pytest.param("patient,Level,ROI HU\np1,L1,\np2,L1,55\n", id="second-row"),
        pytest.param("Patient ID,date,plvi\np2,2026-05-01,0.6\n", id="two-words"),
        pytest.param("subject,date,plvi\np2,2026-05-01,0.6\n", id="subject"),
        pytest.param("\u200bpatient,date,plvi\np2,2026-05-01,0.6\n", id="unseen-sign"),
        pytest.param("patient,id,date,plvi\np2,p3,2026-05-01,0.6\n", id="two-others"),
    ],
)
def test_rows_of_others_are_passed_over_in_every_table(read, text):
    taken, refused = read(text, levels=("L4",))
    assert taken == {}
    assert "other patients" in refused["1 row"]


def test_a_tools_table_of_two_patients_gives_the_rows_of_one(read):
    taken, refused = read(f"patient,{MUSCLEMAP}{OF_TWO}", name="gmm.csv", **OF_L4)
    assert taken["psoas-total-area"].number == Decimal("10.000")  # 4 ml over 0.4 cm
    assert "other patients" in refused["2 rows"]


def test_a_row_without_its_cell_of_the_patient_is_nobodys(read):
    taken, refused = read("plvi,level,date,patient\n0.6,L4,2026-05-01\n")
    assert taken == {}
    assert refused["patient"].startswith("it names no patient")


@pytest.mark.parametrize("row", ["p1,p2", "p2,p1", "p1,17"])
def test_two_columns_that_differ_on_the_patient_leave_the_row_out(read, row):
    taken, refused = read(f"patient,id,date,plvi\n{row},2026-05-01,0.6\n")
    assert taken == {}
    assert refused["patient and id"] == "two columns say whose it is, and differ"


@pytest.mark.parametrize(
    ("text", "column"),
    [
        pytest.param(
            "patient,date,plvi,Patient\np2,2026-05-01,0.6,p1\n",
            "column Patient",
            id="patient",
        ),
        pytest.param(
            "date,plvi,plvi\n2026-05-01,0.6,0.9\n", "column plvi", id="measure"
        ),
        pytest.param(
            "plvi,date,date\n0.6,2026-05-01,2019-01-01\n", "column date", id="day"
        ),
    ],
)
def test_a_heading_that_stands_twice_refuses_the_table(read, text, column):
    taken, refused = read(text)
    assert taken == {}
    assert "several columns" in refused[column]


@pytest.mark.parametrize(
    ("text", "column"),
    [
        pytest.param("MRN,date,plvi\n9999,2026-05-01,0.6\n", "column MRN", id="mrn"),
        pytest.param("side,date,plvi\nleft,2026-05-01,0.6\n", "column side", id="side"),
        pytest.param(
            ",date,plvi\n9999,2026-05-01,0.6\n",
            "a column without a heading",
            id="no-heading",
        ),
        pytest.param("MRN,Level,ROI HU\n9999,L1,55\n", "column MRN", id="of-a-tool"),
        pytest.param(
            "patient,unit,Level,ROI HU\np1,mg/cm3,L1,55\n", "column unit", id="unit"
        ),
    ],
)
def test_a_column_that_may_say_whose_a_row_is_refuses_the_table(read, text, column):
    taken, refused = read(text)
    assert taken == {}
    assert "may say whose" in refused[column]


def test_an_empty_column_and_findings_say_nothing_of_whose_a_row_is(read):
    taken, _ = read("MRN,date,diabetes,plvi\n,2026-05-01,yes,0.6\n")
    assert list(taken) == ["plvi"]


def test_two_rows_of_one_level_in_a_tools_table_are_both_refused(read):
    taken, refused = read("Level,ROI HU\nL1,101.5\nL1,55\n")
    assert taken == {}
    assert "in several rows" in refused["ROI HU 101.5"]
    assert "in several rows" in refused["ROI HU 55"]


def test_two_rows_of_one_muscle_are_refused(read):
    taken, refused = read(f"{SLICE}psoas right,5122,1,80,20,9.0,0.7\n", **OF_L4)
    assert "psoas-total-area" not in taken
    assert "in several rows; which of them counts is not said" in refused.values()


def test_the_day_in_a_tools_table_counts(read):
    taken, _ = read("date,Level,ROI HU\n2019-01-01,L1,101.5\n", day=date(2026, 5, 1))
    assert taken["ct-attenuation"].day == date(2019, 1, 1)


def test_a_day_of_unknown_order_in_a_tools_table_is_refused(read):
    taken, refused = read("date,Level,ROI HU\n01/05/2026,L1,101.5\n")
    assert taken == {}
    assert "not written as year-month-day" in refused["ROI HU 101.5"]


# --- segmentations and what is nothing


@pytest.mark.parametrize(
    ("text", "what", "why"),
    [
        pytest.param(
            '{"vertebrae_L1": {"volume": 58239.0, "intensity": 196.2}}',
            "vertebrae_L1 intensity",
            "cortex and arch, not HU",
            id="vertebra",
        ),
        pytest.param(
            '{"iliopsoas_left": {"volume": 11421.0, "intensity": 34.7}}',
            "iliopsoas_left",
            "iliopsoas, not the psoas",
            id="iliopsoas",
        ),
        pytest.param(
            '{"autochthon_left": {"volume": 191079.0, "intensity": 25.6}}',
            "autochthon_left",
            "all muscles of the back together",
            id="autochthonous",
        ),
        pytest.param(
            '{"results": {"vertebrae_L1_intensity": 132.6}, "metadata": {"version": "0.1.0"}}',
            "vertebrae_L1_intensity",
            "not HU of its trabecular bone",
            id="spine-report",
        ),
        pytest.param(
            '{"aggregated": {"l3": {"measurements": {"muscle": {"mean": 140}}}}, "slices": []}',
            "measurements of l3",
            "none of them a muscle of a measure",
            id="boa",
        ),
    ],
)
def test_segmentations_are_refused_each_with_its_reason(read, text, what, why):
    taken, refused = read(text, name="any.json")
    assert taken == {}
    assert why in refused[what]


def test_every_number_of_a_spine_report_is_named(read):
    """Shaped as the file in TotalSegmentator's own tests."""
    heights = {
        f"vertebrae_L1_height_{one}_mm": 24.0
        for one in ("posterior", "middle", "anterior")
    }
    results = {**heights, "vertebrae_L1_volume_ml": 35.6, "LWS_max": 0.22}
    taken, refused = read(json.dumps({"results": results, "metadata": {}}))
    assert taken == {}
    assert set(refused) == set(results)


def test_what_the_image_does_not_show_is_not_listed(read):
    _, refused = read(
        '{"vertebrae_L1": {"volume": 0.0, "intensity": 0.0}, "spleen": {"volume": 9, "intensity": 3}}'
    )
    assert list(refused) == ["1 other structures"]


@pytest.mark.parametrize(
    "content",
    [
        b"\x89PNG\r\n",
        b"\xff\xd8\xff\xe0",
        b"\x1f\x8b\x08",
        b"%PDF-1.7",
        b"",
        b"\0\1\2",
        b"{",
        b"[]",
        b"a",
        b"a,b\n",
    ],
)
def test_what_is_no_source_is_refused(load, tmp_path, content):
    file = tmp_path / "anything"
    file.write_bytes(content)
    source = read_source(file, load(Supplement()))
    assert source.reported == ()
    assert source.refused


def test_unicode_text_of_excel_is_read(load, tmp_path):
    """As "Unicode text" is saved: UTF-16, with tabs."""
    file = tmp_path / "table.txt"
    file.write_text("date\tplvi\n2026-05-01\t0,82\n", encoding="utf-16")
    (one,) = read_source(file, load(Supplement())).reported
    assert one.number == Decimal("0.82")


def test_a_comma_that_may_mean_thousands_is_not_read(read):
    head = "date,level,psoas-total-area [mm2]"
    taken, refused = read(f'{head}\n2026-05-01,L4,"1,441"\n')
    assert taken == {}
    (why,) = refused.values()
    assert "thousands or decimals" in why

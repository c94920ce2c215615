"""Codes of grave things that no list of ours may pass over: a warning, or nothing reassures."""

import pytest

from tests.chart_builders import (
    problem,
)
from tests.codes import GM, ICD_9, SCT, WHO, codeable
from tests.patients.reassuring import REASSURING, card_of, cards_of, end_is_selected


def coded(system, code):
    return problem("x", days=3, code=codeable(system, code))


def test_without_them_the_patient_is_told_to_be_below():
    assert REASSURING in card_of()["detail"]


@pytest.mark.parametrize(
    ("system", "code"),
    [
        pytest.param(SCT, "1734006", id="fracture with injury of the cord"),
        pytest.param(ICD_9, "806.4", id="the same in ICD-9-CM"),
    ],
)
def test_a_fracture_with_injury_of_the_cord_is_a_deficit_and_unstable(system, code):
    cards = cards_of(coded(system, code))
    card = cards["rehabilitation"]
    assert card["indicator"] == "warning"
    assert card["summary"].startswith("Neurological deficit")
    assert not end_is_selected(cards)
    assert "nstable" in cards["braceLimit"]["summary"] + cards["braceLimit"]["detail"]


@pytest.mark.parametrize(
    "code",
    [
        pytest.param("90584004", id="injury of the cord"),
        pytest.param("71286001", id="compression of the cord"),
        pytest.param("192970008", id="cauda equina"),
        pytest.param("60389000", id="paraplegia"),
        pytest.param("290411000119106", id="incomplete paraplegia"),
        pytest.param("372310001", id="paralysis by the cord"),
    ],
)
def test_a_lesion_of_the_cord_in_snomed_is_a_deficit(code):
    card = card_of(coded(SCT, code))
    assert card["indicator"] == "warning"
    assert card["summary"].startswith("Neurological deficit")


@pytest.mark.parametrize("code", ["698754002", "48522003", "262711004"])
def test_another_disease_of_the_cord_in_snomed_is_named(code):
    card = card_of(coded(SCT, code))
    assert REASSURING not in card["detail"]
    assert "neurological deficit not excluded" in card["detail"]


@pytest.mark.parametrize(
    "code", ["A02.1", "A22.7", "A26.7", "A39.2", "A42.7", "A54.86", "R57.2", "T80.211A"]
)
def test_sepsis_in_icd_10(code):
    card = card_of(problem(code, days=3))
    assert card["indicator"] == "warning"
    assert card["summary"].startswith("Sepsis")


@pytest.mark.parametrize(
    "code", ["038.9", "038.42", "995.91", "995.92", "785.52", "790.7"]
)
def test_sepsis_in_icd_9(code):
    card = card_of(coded(ICD_9, code))
    assert card["indicator"] == "warning"
    assert card["summary"].startswith("Sepsis")


@pytest.mark.parametrize("code", ["K68.12", "T84.63XA"])
def test_infection_of_the_spine(code):
    card = card_of(problem(code, days=3))
    assert card["indicator"] == "warning"
    assert card["summary"].startswith("Spinal infection")


@pytest.mark.parametrize("code", ["G06.2", "A17.81", "T81.42XA", "I33.0"])
def test_an_infection_that_may_be_of_the_spine(code):
    detail = card_of(problem(code, days=3))["detail"]
    assert "spinal infection not excluded" in detail
    assert REASSURING not in detail


@pytest.mark.parametrize(
    "entry",
    [
        *(
            problem(code, days=3)
            for code in ("R33.9", "R15.9", "N31.9", "K59.2", "R26.1")
        ),
        *(problem(code, days=3) for code in ("G04.91", "S14.109A", "G54.4")),
        *(coded(ICD_9, code) for code in ("336.9", "788.20", "787.60")),
    ],
    ids=lambda entry: entry["code"]["coding"][0]["code"],
)
def test_a_deficit_that_may_be(entry):
    detail = card_of(entry)["detail"]
    assert "neurological deficit not excluded" in detail
    assert REASSURING not in detail


def test_a_sepsis_that_is_over_is_not():
    assert (
        REASSURING in card_of(problem("A41.9", days=200, status="resolved"))["detail"]
    )


# In no value set, and in no range that is harmless: pneumonia, cellulitis, a lump of the
# lung, fever, follow-up of a cancer, a mastectomy, numbness.
IN_NO_LIST = (
    *("O85", "J18.9", "L03.115", "R50.9", "Z08", "Z90.11"),
    *("R20.2", "R32", "R29.898", "G57.30", "M46.90", "S12.000D"),
    *("M84.30XA", "I76", "K61.0", "D61.9", "R63.4", "Z17.0", "N61.1", "K57", "E83"),
)
IN_NO_LIST_9 = ("788.30", "324.9", "599.0", "V58.11", "722.73", "486", "239.2", "V86.0")


@pytest.mark.parametrize(
    "entry",
    [
        *(problem(code, days=3) for code in IN_NO_LIST),
        *(coded(ICD_9, code) for code in IN_NO_LIST_9),
    ],
    ids=lambda entry: entry["code"]["coding"][0]["code"],
)
def test_a_code_that_no_list_holds_reassures_nobody(entry):
    known, unknown = card_of(), card_of(entry)
    assert REASSURING not in unknown["detail"]
    assert "1 entry of the problem list not understood" in unknown["detail"]
    assert unknown["indicator"] == known["indicator"]
    assert len(unknown["suggestions"]) == len(known["suggestions"])


def test_words_that_are_harmless_do_not_hide_a_code_that_no_list_holds():
    entry = problem("J18.9", days=3)
    entry["code"]["text"] = "Hypertension"
    assert REASSURING not in card_of(entry)["detail"]


# Hypertension, cataract, an old appendicectomy, varicose veins and what else lists hold.
HARMLESS = (
    *("I10", "E78.5", "K21.9", "H25.9", "Z98.890", "Z90.49", "I83.90", "M17.0"),
    *("M54.50", "F32.9", "N40.0", "E03.9", "D64.9", "G47.33", "I48.91", "Z79.4"),
    *("Z87.891", "Z96.651", "H91.90", "L57.0", "M19.90", "Z88.0", "E55.9", "I25.10"),
    *("J44.9", "N39.3", "M85.80", "Z86.010", "D12.6", "S52.501A", "M48.061", "M47.816"),
    *(
        "Z90.710",
        "C44.91",
        "D05.12",
        "D47.2",
        "M43.16",
        "I63.9",
        "G62.9",
        "K57.30",
        "E11.65",
    ),
)
HARMLESS_9 = (
    "401.9",
    "250.00",
    "272.4",
    "366.9",
    "V45.89",
    "715.90",
    "724.2",
    "V15.82",
)


@pytest.mark.parametrize(
    "entry",
    [
        *(problem(code, days=400) for code in HARMLESS),
        *(coded(ICD_9, code) for code in HARMLESS_9),
    ],
    ids=lambda entry: entry["code"]["coding"][0]["code"],
)
def test_a_code_of_a_harmless_chapter_opens_nothing(entry):
    detail = card_of(entry)["detail"]
    assert REASSURING in detail
    assert "Not known" not in detail


# Grave among codes that are harmless: septic embolism, mediastinitis, Fournier,
# abscess, malignant effusion, paraplegia, and what radiation or chemotherapy did.
GRAVE_AMONG_HARMLESS = (
    *("I26.90", "I26.01", "N49.3", "J98.51", "E06.0", "K51.014", "I31.31", "M62.3"),
    *("Z86.61", "N08.1", "G63.1", "D64.81", "K52.0", "J70.1", "L58.9", "G62.82"),
    *("T45.1X5A", "Z93.59", "Z99.3"),
    # What a virus did to the spinal cord, and what HIV brings with it.
    *("B00.82", "B02.24", "B20"),
    # Hormones of a tumour, tumours of several glands, and what tumours press upon.
    *("E24.3", "E31.20", "E31.22", "H47.42", "H47.521", "H47.631", "L10.81", "Z86.03"),
    # After radiation, drugs against cancer or an operation for it.
    *("K62.7", "L59.8", "L59.9", "T66.XXXA", "T38.6X5A", "Y84.2", "Y63.2"),
    *("N46.024", "N46.124", "N52.31", "N52.32", "N52.35", "N52.36", "N52.37", "N52.39"),
    # Abscesses, tuberculosis, an infected mastoid, and muscles of a palsy.
    *("E32.1", "K50.114", "N48.21", "J65", "H75.00", "M61.20"),
)
GRAVE_AMONG_HARMLESS_9 = (
    *("415.12", "519.2", "780.72", "728.3", "608.83", "285.3", "E933.1", "423.0"),
    *("V13.51", "V13.52", "V54.17", "V54.27"),
    *("558.1", "508.0", "508.1", "692.82", "457.0", "963.1", "E873.2", "E879.2"),
    *("258.0", "258.01", "255.0", "254.1", "357.3", "377.51", "377.52", "377.62"),
    # an acquired foot drop
    *("377.72", "736.79"),
)
# The same where a version splits its codes less: the whole may be the grave part.
GRAVE_AMONG_HARMLESS_ELSEWHERE = (
    *("B20", "B20.0", "B21", "B21.2", "B22", "B22.7", "B23.1", "B02.2", "B00.8"),
    *("E24.3", "K62.7", "L59.8", "T66", "T38.6", "J65", "H47.5"),
)


@pytest.mark.parametrize(
    "entry",
    [
        *(problem(code, days=5) for code in GRAVE_AMONG_HARMLESS),
        *(coded(ICD_9, code) for code in GRAVE_AMONG_HARMLESS_9),
        *(
            coded(system, code)
            for system in (WHO, GM)
            for code in GRAVE_AMONG_HARMLESS_ELSEWHERE
        ),
    ],
    ids=lambda entry: entry["code"]["coding"][0]["code"],
)
def test_a_grave_code_in_a_harmless_range_reassures_nobody(entry):
    assert REASSURING not in card_of(entry)["detail"]


# Septic thrombosis does not make every embolism grave, nor an ankle every fracture.
@pytest.mark.parametrize(
    "code",
    [
        *("I26.99", "K51.90", "J98.4", "N49.9", "S82.891A"),
        *("B24", "B00.89", "B02.29", "E23.0", "E31.0", "E05.30", "K62.5", "L59.0"),
        *(
            "N52.34",
            "N52.9",
            "N46.01",
            "H47.20",
            "J64",
            "K50.10",
            "T78.40XA",
            "Z86.010",
        ),
        "Y83.1",
    ],
)
def test_their_neighbours_stay_harmless(code):
    assert REASSURING in card_of(problem(code, days=400))["detail"]


@pytest.mark.parametrize("code", ["D64.8", "I26.9", "K51.0"])
def test_a_german_code_that_is_not_split_stays_harmless(code):
    entry = problem(code, days=400, code=codeable(GM, code))
    assert REASSURING in card_of(entry)["detail"]


@pytest.mark.parametrize("code", ["S72", "S72.9", "S72.90XA", "S72.8X1A", "S79.001A"])
def test_a_fracture_of_the_femur_may_be_of_the_hip(code):
    card = card_of(problem(code, days=5))
    assert "hip fracture within 2 years not excluded" in card["detail"]
    assert REASSURING not in card["detail"]
    assert card["indicator"] == "info"


@pytest.mark.parametrize("code", ["V54.13", "V54.23", "733.96", "821.00", "821.10"])
def test_a_fracture_of_the_hip_or_femur_in_icd_9_reassures_nobody(code):
    assert REASSURING not in card_of(coded(ICD_9, code))["detail"]


def test_a_fracture_of_the_femur_of_long_ago_or_of_its_shaft_opens_nothing():
    assert "hip fracture" not in card_of(problem("S72.90XA", days=900))["detail"]
    assert "hip fracture" not in card_of(problem("S72.301A", days=5))["detail"]


@pytest.mark.parametrize(
    "code",
    ["G21.11", "G21.19", "G21.3", "G21.4", "G21.9", "G22", "G23.1", "G23.2", "G90.3"],
)
def test_another_parkinsonism_is_open(code):
    card = card_of(problem(code, days=400))
    assert "Parkinson" not in card["summary"]
    assert "Parkinson" in card["detail"].partition("**Not known:**")[2]
    assert REASSURING not in card["detail"]


@pytest.mark.parametrize("code", ["G21.0", "G24.9", "G25.0", "G25.81"])
def test_another_movement_disorder_leaves_the_figure(code):
    assert REASSURING in card_of(problem(code, days=400))["detail"]


@pytest.mark.parametrize("code", ["G83.40", "G83.41", "G83.49", "M21.36", "M21.37"])
def test_palsies_in_icd_10_gm(code):
    card = card_of(coded(GM, code))
    assert card["indicator"] == "warning"
    assert card["summary"].startswith("Neurological deficit")

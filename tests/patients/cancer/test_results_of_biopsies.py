"""At discharge the result of a vertebral biopsy is read, and only its own closes it."""

import pytest

from tests.chart_builders import ordered
from tests.codes import ICD, codeable
from tests.patients.leaving import (
    everything_arranged,
    leave,
    leaving_chart,
    pathology,
    worn_now,
)

MYELOMA = {"conclusionCode": [codeable(ICD, "C90.00")]}


def cards_with(report):
    """Give the cards of one who has all else arranged."""
    sent = ordered("biopsy", days=3)
    return leave(leaving_chart(*everything_arranged(), sent, pathology() | report))


@pytest.mark.parametrize(
    ("report", "named"),
    [
        pytest.param({"conclusion": "Metastatic adenocarcinoma"}, "a malignancy"),
        pytest.param({"conclusion": "Multiples Myelom"}, "a malignancy"),
        pytest.param(MYELOMA, "a malignancy"),
        pytest.param({"conclusion": "Vertebral osteomyelitis"}, "an infection"),
    ],
)
def test_a_grave_result_leads_the_card(report, named):
    (card,) = cards_with(report)
    assert card["indicator"] == "warning"
    assert f"the biopsy names {named} (" in card["summary"]
    assert not any(one.get("isRecommended") for one in card.get("suggestions", ()))


@pytest.mark.parametrize(
    "conclusion",
    [
        "No malignancy.",
        "Kein Anhalt für Malignität.",
        "Healing fracture callus.",
        "Osteoporotic bone, no malignant cells.",
        "Osteoporotisches Knochengewebe, keine Tumorzellen.",
    ],
)
def test_a_result_that_names_nothing_grave_opens_nothing(conclusion):
    assert not any(
        "biopsy" in one["summary"] for one in cards_with({"conclusion": conclusion})
    )


UNCLEAR = "the biopsy result of 20 Nov was not understood. Who reads it?"


@pytest.mark.parametrize(
    "words",
    [
        "Acid-fast bacilli seen",
        "Clonal plasma cells, kappa restricted",
        "Staphylococcus aureus isolated",
        "Eitrige Entzündung",
        "Maligne Zellen",
        "Cellules malignes",
        "Komórki nowotworowe",
        "悪性細胞",
    ],
)
def test_a_result_whose_words_are_not_all_plain_is_to_be_read(words):
    (card,) = cards_with({"conclusion": words})
    assert UNCLEAR in card["summary"] or "the biopsy names" in card["summary"]


@pytest.mark.parametrize(
    "report",
    [
        pytest.param({"conclusionCode": [codeable(ICD, "D48.0")]}, id="uncertain"),
        pytest.param(
            {"conclusionCode": [codeable("urn:local", "8140/3")]}, id="unknown"
        ),
        pytest.param(
            {"conclusion": "Osteoporotic bone. " * 900 + "Adenocarcinoma."}, id="long"
        ),
        pytest.param(
            {"presentedForm": [{"contentType": "application/pdf", "url": "Binary/1"}]},
            id="attachment",
        ),
        pytest.param({"result": [{"reference": "Observation/1"}]}, id="elsewhere"),
    ],
)
def test_a_result_that_nobody_read_is_to_be_read(report):
    (card,) = cards_with(report)
    assert UNCLEAR in card["summary"]
    assert card["indicator"] == "info"


@pytest.mark.parametrize("code", ["M86.18", "A18.03"])
def test_an_infection_of_bone_is_one_of_the_vertebra_that_was_sampled(code):
    (card,) = cards_with({"conclusionCode": [codeable(ICD, code)]})
    assert "an infection" in card["summary"] or UNCLEAR in card["summary"]


PENDING = "biopsy result pending"


@pytest.mark.parametrize(
    "title",
    [
        "Surgical pathology: colon polyp",
        "Histologie Magenbiopsie",
        "Pathology report, skin of the back",
    ],
)
def test_a_report_of_another_organ_answers_no_biopsy_of_a_vertebra(title):
    (card,) = cards_with({"code": {"text": title}})
    assert PENDING in card["summary"]


@pytest.mark.parametrize(
    "title",
    [
        "Surgical pathology",
        "Histopathology report",
        "Histologischer Befund",
        "Pathology, vertebral body L1",
        "病理报告",
    ],
)
def test_a_report_of_the_spine_or_of_no_organ_answers_it(title):
    assert cards_with({"code": {"text": title}}) == []


LOINC = "http://loinc.org"
UNNAMED = {"conclusion": "Metastatic adenocarcinoma."}


def panel(code, display):
    return {"code": {"coding": [{"system": LOINC, "code": code, "display": display}]}}


PANELS = [
    panel("60567-5", "Comprehensive pathology report panel"),
    panel("60568-3", "Pathology Synoptic report"),
    {"code": {"text": "CR d'anatomie et de cytologie pathologiques"}},
]


@pytest.mark.parametrize("title", PANELS, ids=["whole", "synoptic", "French"])
def test_a_report_under_the_title_of_a_panel_answers_it(title):
    assert cards_with(title) == []


@pytest.mark.parametrize("title", PANELS, ids=["whole", "synoptic", "French"])
def test_a_grave_result_under_the_title_of_a_panel_is_said(title):
    (card,) = without_order(title | UNNAMED)
    assert "the biopsy names a malignancy" in card["summary"]


# --- tissue that was taken in the operation, without an order of its own

TUMOUR = {"conclusion": "Vertebral body L1, biopsy: metastatic adenocarcinoma."}
OF_L1 = {"code": {"text": "Pathology report vertebra L1"}}
ELSEWHERE = {"basedOn": [{"reference": "ServiceRequest/skin"}]}


def without_order(report, **when):
    """The cards of one who has all arranged, with a report that nobody asked for."""
    return leave(leaving_chart(*everything_arranged(), pathology(**when) | report))


@pytest.mark.parametrize(
    ("report", "named"),
    [
        pytest.param(TUMOUR, "a malignancy", id="tumour"),
        pytest.param(TUMOUR | OF_L1, "a malignancy", id="title of the vertebra"),
        pytest.param(TUMOUR | OF_L1 | ELSEWHERE, "a malignancy", id="another order"),
        pytest.param(
            {"conclusion": "Osteomyelitis of the vertebral body."},
            "an infection",
            id="infection",
        ),
    ],
)
def test_a_grave_result_without_an_order_leads(report, named):
    (card,) = without_order(report)
    assert card["indicator"] == "warning"
    assert f"the biopsy names {named} (" in card["summary"]


def test_a_result_without_an_order_that_was_not_understood_is_to_be_read():
    (card,) = without_order({"conclusion": "Acid-fast bacilli seen"})
    assert UNCLEAR in card["summary"]


@pytest.mark.parametrize(
    ("report", "when"),
    [
        pytest.param({"conclusion": "No malignancy."}, {}, id="plain"),
        pytest.param(TUMOUR, {"days": 9}, id="of before the operation"),
        pytest.param(TUMOUR, {"status": "preliminary"}, id="preliminary"),
        pytest.param(TUMOUR | ELSEWHERE, {}, id="of another order"),
        pytest.param(
            TUMOUR | {"code": {"text": "Skin biopsy, nose"}}, {}, id="of another organ"
        ),
    ],
)
def test_other_reports_are_no_result_of_the_operation(report, when):
    cards = without_order(report, **when)
    assert not any("the biopsy" in card["summary"] for card in cards)


def test_a_plain_result_without_an_order_opens_nothing():
    assert without_order({"conclusion": "No malignancy."}) == []


def leaving_with(*entries):
    """Give the cards of one who has all else arranged and a biopsy sent."""
    sent = ordered("biopsy", days=3)
    return leave(leaving_chart(*everything_arranged(), sent, *entries))


def result(words, **members):
    return pathology(order="s-biopsy", **members) | {"conclusion": words}


BENIGN = result("Osteoporotic bone, no malignancy.", days=1)


@pytest.mark.parametrize(
    ("words", "named"),
    [
        pytest.param("Metastatic adenocarcinoma.", "a malignancy", id="cancer"),
        pytest.param("Vertebral osteomyelitis.", "an infection", id="infection"),
    ],
)
@pytest.mark.parametrize("status", ["preliminary", "partial"])
@pytest.mark.parametrize("others", [(), (BENIGN,)])
def test_a_grave_result_that_is_not_final_leads_the_card(others, status, words, named):
    """An addendum to a final report is preliminary first."""
    early = result(words, status=status, number="addendum")
    (card,) = leaving_with(*others, early)
    assert f"a preliminary biopsy result names {named}." in card["summary"]
    assert not any(one.get("isRecommended") for one in card.get("suggestions", ()))


def test_a_preliminary_result_is_settled_by_a_later_final_one():
    early = result("Metastasis?", days=2, status="preliminary", number="early")
    cards = leaving_with(BENIGN, early)
    assert not any("preliminary" in card["summary"] for card in cards)


@pytest.mark.parametrize("words", ["keep until fusion", "Not before the CT control"])
def test_no_end_is_said_of_a_brace_whose_note_was_not_understood(words):
    late = {"occurrencePeriod": {"start": "2026-11-20", "end": "2027-03-10"}}
    (read,) = leaving_with(BENIGN, worn_now(**late))
    assert "Off by 15 Jan?" in read["summary"]
    (card,) = leaving_with(BENIGN, worn_now(**late, note=[{"text": words}]))
    assert card["summary"].endswith("who ends the TLSO, and when?")
    assert "Corrected order" not in card["detail"]


APPENDED = {"status": "appended"}


@pytest.mark.parametrize(
    "conclusion",
    [
        "Metastatic adenocarcinoma",
        "Multiples Myelom",
        "Métastase osseuse",
        "Metástasis ósea",
        "Metastasi ossea",
        "Botmetastase",
        "Przerzut do kości",
        "骨転移",
    ],
)
def test_an_appended_report_names_what_it_found(conclusion):
    (card,) = cards_with({"conclusion": conclusion} | APPENDED)
    assert "the biopsy names a malignancy (" in card["summary"]


@pytest.mark.parametrize(
    "conclusion",
    [
        "No malignancy.",
        "Kein Anhalt für Malignität.",
        "Healing fracture callus.",
        "Osteoporotic bone, no malignant cells.",
    ],
)
def test_an_appended_report_settles_the_biopsy(conclusion):
    cards = cards_with({"conclusion": conclusion} | APPENDED)
    assert not any("biopsy" in one["summary"] for one in cards)


@pytest.mark.parametrize("status", ["registered", "partial", "preliminary", "unknown"])
def test_any_other_report_leaves_the_biopsy_open(status):
    (card,) = cards_with({"conclusion": "No malignancy.", "status": status})
    assert "biopsy" in card["summary"]

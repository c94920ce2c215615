"""Cement that was put in for something else tells of no earlier fracture."""

import pytest

from tests.chart_builders import days_ago, of_patient
from tests.codes import CPT, ICD, codeable
from tests.patients.reassuring import cards_of, dated

PRESENT = dated(codeable(ICD, "S32.010A"), days=20, number="present")
REFERENCE = {"reference": "Condition/h"}


def titled(words):
    return {"code": {"text": words}}


def reason(words="", code=""):
    return {"reasonCode": [codeable(ICD, code) if code else {"text": words}]}


def card_with(members, *besides, days=400):
    said = titled("Vertebroplasty T12") | {"performedDateTime": days_ago(days)}
    done = of_patient("Procedure", "done", status="completed", **said | members)
    return cards_of(PRESENT, done, *besides)["rehabilitation"]


@pytest.mark.parametrize(
    "members",
    [
        pytest.param(reason("haemangioma"), id="words"),
        pytest.param(reason("Hämangiom BWK 12"), id="German"),
        pytest.param(reason("angiome vertébral"), id="French"),
        pytest.param(reason(code="D18.09"), id="code"),
        pytest.param(reason("Aneurysmal bone cyst"), id="bone cyst"),
        pytest.param(reason("Scheidt-Morley sign"), id="not understood"),
        pytest.param({"reasonReference": [{"display": "Haemangioma"}]}, id="reference"),
        pytest.param(titled("Vertebroplasty T12 for haemangioma"), id="title"),
        pytest.param(titled("Vertebroplastie BWK 12 bei Hämangiom"), id="German title"),
        pytest.param(
            titled("Prophylactic vertebroplasty T12 above fusion"), id="prophylactic"
        ),
        pytest.param(
            titled("Prophylaktische Vertebroplastie BWK 12"), id="prophylactic, German"
        ),
        pytest.param(titled("Vertebroplasty T12, impending fracture"), id="impending"),
        pytest.param(titled("Vertebroplasty T12, augmentation of screws"), id="screws"),
        pytest.param(titled("Vertebroplasty T12 for PJK"), id="purpose"),
    ],
)
def test_another_reason_leaves_an_earlier_fracture_open(members):
    card = card_with(members)
    assert card["indicator"] == "info"
    assert "vertebral fracture in 2 years" not in card["summary"]
    assert "earlier vertebral fracture not excluded" in card["detail"]
    assert "below the usual" not in card["detail"]


def test_a_reason_on_the_problem_list_is_read():
    haemangioma = dated(codeable(ICD, "D18.09"), days=900, number="h")
    card = card_with({"reasonReference": [REFERENCE]}, haemangioma)
    assert card["indicator"] == "info"


@pytest.mark.parametrize("code", ["C79.51", "C90.00"])
def test_of_a_tumour_its_own_finding_speaks(code):
    card = card_with(reason(code=code))
    assert card["indicator"] == "info"
    assert "start with this order" not in card["summary"]
    assert "malignancy of bone not excluded" in card["detail"]


@pytest.mark.parametrize(
    "members",
    [
        pytest.param({}, id="no reason"),
        pytest.param(reason("T12 compression fracture"), id="words"),
        pytest.param(reason(code="M80.08XA"), id="code"),
        pytest.param(reason("Back pain"), id="pain"),
        pytest.param(reason(code="M81.0"), id="osteoporosis"),
        pytest.param(titled("Vertebroplasty T12 for painful VCF"), id="title"),
        pytest.param(
            titled("Vertebroplasty T12 under local anaesthesia"), id="how it was done"
        ),
        pytest.param(titled("Vertebroplastie BWK 12 in ITN"), id="German title"),
        pytest.param(
            {
                "code": {
                    "coding": [
                        {
                            "system": CPT,
                            "code": "22513",
                            "display": "Percutaneous vertebral augmentation, including"
                            " cavity creation (fracture reduction and bone biopsy"
                            " included when performed), thoracic",
                        }
                    ]
                }
            },
            id="CPT",
        ),
    ],
)
def test_cement_without_another_reason_is_an_earlier_fracture(members):
    card = card_with(members)
    assert card["indicator"] == "warning"
    assert card["summary"].startswith("Second vertebral fracture in 2 years")


def test_a_fracture_that_is_the_reason_on_the_problem_list_counts():
    fracture = dated(codeable(ICD, "S22.080A"), days=410, number="h")
    card = card_with({"reasonReference": [REFERENCE]}, fracture)
    assert card["summary"].startswith("Second vertebral fracture in 2 years")


@pytest.mark.parametrize(
    "words",
    [
        "History of vertebroplasty T12",
        "Status post kyphoplasty T12",
        "Previous kyphoplasty T12",
        "Z.n. Kyphoplastie BWK 12",
        "Antécédent de vertébroplastie T12",
        "Vertebroplastia previa T12",
    ],
)
@pytest.mark.parametrize("days", [10, 40])
def test_cement_that_its_title_calls_past_is_not_of_the_day_it_was_typed(words, days):
    card = card_with(titled(words), days=days)
    assert card["indicator"] == "info"
    assert card["summary"].startswith("Earlier vertebral fracture, T")


@pytest.mark.parametrize(
    "words",
    [
        "Z.n. Kyphoplastie BWK 12 2010",
        "Vertebroplasty T12 in 2012",
        "Kyphoplasty T12 ten years ago, 03/2016",
    ],
)
def test_an_earlier_year_in_its_title_dates_cement(words):
    card = card_with(titled(words), days=10)
    assert card["indicator"] == "info"
    assert card["summary"].startswith("Earlier vertebral fracture")
    assert "Nov 2026" not in card["summary"]


@pytest.mark.parametrize(
    "words",
    [
        "Kyphoplasty of an old T12 fracture",
        "Vertebroplasty T12 for old fracture",
        "Vertebroplasty T12 for fracture of 2019",
        "Vertebroplasty T12, history of falls",
    ],
)
def test_what_else_is_old_leaves_cement_its_day(words):
    card = card_with(titled(words))
    assert card["summary"].startswith("Second vertebral fracture in 2 years")


def test_cement_of_the_past_with_a_year_of_its_own_is_dated():
    said = titled("History of vertebroplasty T12") | {"performedDateTime": "2025"}
    card = card_with(said)
    assert card["summary"].startswith("Second vertebral fracture in 2 years (T12, 2025")


@pytest.mark.parametrize(
    "members",
    [
        {"outcome": {"text": "malignant histology"}},
        {"complication": [{"text": "tumour found"}]},
        {"followUp": [{"text": "Radiotherapy"}]},
        {"category": {"text": "Oncology"}},
        {"note": [{"text": "Histologie: Plasmozytom"}]},
    ],
    ids=lambda members: next(iter(members)),
)
def test_cement_after_which_a_tumour_was_found_proves_no_fracture(members):
    card = card_with(members)
    assert card["indicator"] == "info"
    assert "vertebral fracture in 2 years" not in card["summary"]
    names = ("malignancy of bone not excluded", "cancer within 5 years not excluded")
    assert any(name in card["detail"] for name in names)
    assert "start with this order" not in card["summary"]


@pytest.mark.parametrize(
    "members",
    [
        {"outcome": {"text": "Pain relieved"}},
        {"complication": [{"text": "Cement leak into disc"}]},
        {"followUp": [{"text": "Physiotherapy"}]},
        {"category": {"text": "Surgical procedure"}},
        {"outcome": {"text": "no malignancy in histology"}},
    ],
)
def test_an_ordinary_outcome_leaves_cement_a_fracture(members):
    card = card_with(members)
    assert card["summary"].startswith("Second vertebral fracture in 2 years")

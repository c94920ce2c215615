"""A day of recording is not the day of what began, or ended, before it."""

import pytest

from tests.chart_builders import NOW, days_ago, problem
from tests.codes import ICD, UCUM, codeable
from tests.patients.reassuring import cards_of

HIP, CANCER, DISCITIS, SEPSIS = "S72.001A", "C50.911", "M46.46", "A41.9"
RECORDED = 10  # days ago

# The patient turned 76 on 15 January 2026.
NO_TIME = [
    pytest.param({"onsetString": "childhood"}, id="childhood"),
    pytest.param({"onsetString": "long ago"}, id="words"),
    pytest.param({"onsetString": "in her 50s"}, id="decade"),
    pytest.param({"onsetString": "19 ans"}, id="age in words"),
    pytest.param({"onsetAge": {"value": 50}}, id="age without a unit"),
    pytest.param({"_onsetDateTime": {"extension": [{"url": "x"}]}}, id="unknown"),
    pytest.param({"abatementString": "healed"}, id="end in words"),
]
LONG_AGO = [
    pytest.param({"onsetAge": {"value": 50, "unit": unit}}, id=unit)
    for unit in ("Jahre", "ans", "anni", "años", "lat", "jaar", "let", "歳")
] + [
    pytest.param({"onsetString": "20 lat temu"}, id="Polish"),
    pytest.param({"onsetString": "20 jaar geleden"}, id="Dutch"),
    pytest.param({"abatementDateTime": "1999"}, id="ended in 1999"),
    pytest.param({"abatementString": "1999"}, id="ended in 1999, in words"),
    pytest.param(
        {"abatementAge": {"value": 9, "unit": "a", "system": UCUM, "code": "a"}},
        id="ended at nine",
    ),
]


def card_with(code, *, recorded=RECORDED, **members):
    entry = problem(
        code, number="q", days=recorded, code=codeable(ICD, code), **members
    )
    return cards_of(entry)["rehabilitation"]


@pytest.mark.parametrize("members", NO_TIME)
def test_a_hip_without_a_day_is_left_open(members):
    card = card_with(HIP, **members)
    assert card["indicator"] == "info"
    assert "Hip fracture" not in card["summary"]
    assert "hip fracture within 2 years not excluded" in card["detail"]
    assert "below the usual" not in card["detail"]


@pytest.mark.parametrize("members", LONG_AGO)
def test_a_hip_of_long_ago_is_none_of_two_years(members):
    card = card_with(HIP, **members)
    assert card["indicator"] == "info"
    assert "ip fracture" not in card["summary"]


@pytest.mark.parametrize("members", NO_TIME)
def test_a_cancer_without_a_day_has_none(members):
    summary = card_with(CANCER, **members)["summary"]
    assert summary.startswith("Breast cancer: could this be a metastasis?")


@pytest.mark.parametrize("members", LONG_AGO)
def test_a_cancer_of_long_ago_is_no_recent_one(members):
    card = card_with(CANCER, **members)
    assert card["indicator"] == "info"
    assert "late bone metastasis occurs" in card["detail"]


@pytest.mark.parametrize("members", [*NO_TIME, *LONG_AGO])
def test_an_infection_keeps_its_warning_without_the_day(members):
    card = card_with(DISCITIS, **members)
    assert card["indicator"] == "warning"
    assert "Nov" not in card["summary"].partition(":")[0]


@pytest.mark.parametrize("members", NO_TIME[:-1])
def test_a_sepsis_that_is_there_keeps_its_warning(members):
    summary = card_with(SEPSIS, recorded=2, **members)["summary"]
    assert summary.startswith("Sepsis: contraindication to cement.")


def test_an_infection_that_ended_of_late_keeps_its_warning():
    ended = {"abatementDateTime": days_ago(5), "clinicalStatus": {}}
    summary = card_with(SEPSIS, recorded=2, **ended)["summary"]
    assert summary.startswith("Sepsis")


@pytest.mark.parametrize(
    "members",
    [
        pytest.param({}, id="recorded alone"),
        pytest.param({"onsetDateTime": days_ago(40)}, id="day"),
        pytest.param({"onsetString": f"{NOW:%m/%Y}"}, id="month in words"),
        pytest.param(
            {"abatementDateTime": NOW.date().isoformat()}, id="ended after recording"
        ),
    ],
)
def test_a_hip_of_two_years_is_still_warned_of(members):
    card = card_with(HIP, **members)
    assert card["indicator"] == "warning"
    assert card["summary"].startswith("Hip fracture")


def test_a_wide_range_does_not_name_its_first_year():
    summary = card_with(CANCER, onsetString="between 2010 and 2025")["summary"]
    assert summary.startswith("Breast cancer")
    assert "2010" not in summary

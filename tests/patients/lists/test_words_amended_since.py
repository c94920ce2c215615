"""A day of recording of long ago dates nothing that the entry says is newer."""

import pytest

from tests.chart_builders import problem
from tests.codes import ICD, UCUM, codeable
from tests.patients.reassuring import REASSURING, cards_of, end_is_selected

RECORDED = "2014-05-01"
HIP, CANCER, DISCITIS, TWELFTH = "S72.001A", "C50.911", "M46.46", "S22.080A"


def cards_with(title, code=None, **members):
    named = codeable(ICD, code) if code else {}
    if title:
        named["text"] = title
    return cards_of(
        problem("I10", number="q", code=named, **{"recordedDate": RECORDED} | members)
    )


def summary_of(title, code=None, **members):
    return cards_with(title, code, **members)["rehabilitation"]["summary"]


# The patient turned 76 on 15 January 2026.
AGE_OF_NOW = {"value": 76, "unit": "years", "system": UCUM, "code": "a"}
READ = [
    pytest.param({"onsetString": "10/2026"}, id="words"),
    pytest.param({"onsetString": "October 2026"}, id="month"),
    pytest.param({"onsetAge": AGE_OF_NOW}, id="age"),
    pytest.param({"onsetRange": {"low": AGE_OF_NOW, "high": AGE_OF_NOW}}, id="range"),
]
UNREAD = [
    pytest.param({"onsetString": "3 weeks ago"}, id="weeks ago"),
    pytest.param({"onsetString": "last month"}, id="last month"),
    pytest.param({"onsetAge": {"value": 76, "unit": "zz"}}, id="unknown unit"),
]


@pytest.mark.parametrize("code", [HIP, None])
@pytest.mark.parametrize(
    "title", ["Femoral neck fracture 2026", "Hip fracture 2012 and 2025"]
)
def test_a_hip_of_later_words_is_warned_of(title, code):
    assert summary_of(title, code).startswith("Hip fracture 202")


@pytest.mark.parametrize("members", READ)
def test_so_is_one_of_a_later_onset(members):
    assert summary_of("", HIP, **members).startswith("Hip fracture 2026")


@pytest.mark.parametrize("members", UNREAD)
def test_an_onset_that_is_not_read_leaves_a_hip_open(members):
    cards = cards_with("", HIP, **members)
    card = cards["rehabilitation"]
    assert "hip fracture within 2 years not excluded" in card["detail"]
    assert REASSURING not in card["detail"]


@pytest.mark.parametrize(
    ("title", "code"),
    [
        ("Breast Ca 2014 rec 2025", None),
        ("Lung cancer 2025", None),
        ("Mammakarzinom, OP 2025", CANCER),
        ("乳腺癌 2025年", None),
    ],
)
def test_a_cancer_of_later_words_is_a_recent_one(title, code):
    assert "cancer (2025): could this be" in summary_of(title, code)


def test_words_later_than_the_onset_count_too():
    assert "(2025)" in summary_of("Breast cancer 2025", onsetDateTime="2014")


@pytest.mark.parametrize("members", [*READ, *UNREAD])
def test_a_cancer_of_another_onset_is_none_of_long_ago(members):
    assert "could this be a metastasis?" in summary_of("", CANCER, **members)


@pytest.mark.parametrize("title", ["", "Discitis", "Discitis 10/2026"])
def test_words_of_late_keep_the_warning_of_an_infection(title):
    assert summary_of(title, DISCITIS).startswith("Spinal infection (discitis")


@pytest.mark.parametrize("code", [TWELFTH, None])
@pytest.mark.parametrize("year", ["2025", "10/2026", "2026"])
def test_another_vertebra_of_later_words_is_a_second_fracture(year, code):
    summary = summary_of(f"T12 compression fracture {year}", code)
    assert summary.startswith("Second vertebral fracture in")


def test_so_is_one_of_a_later_onset_in_words():
    summary = summary_of("", TWELFTH, onsetString="10/2026")
    assert summary.startswith("Second vertebral fracture in")


@pytest.mark.parametrize(
    "members",
    [
        pytest.param({}, id="none"),
        pytest.param({"onsetString": "childhood"}, id="childhood"),
        pytest.param({"onsetString": "1998"}, id="earlier"),
        pytest.param({"onsetDateTime": "2014-05-01"}, id="same"),
        pytest.param({"onsetAge": {**AGE_OF_NOW, "value": 60}}, id="age"),
    ],
)
@pytest.mark.parametrize("title", ["", "Femoral neck fracture 2012"])
def test_what_is_old_by_all_it_says_stays_old(title, members):
    cards = cards_with(title, HIP, **members)
    assert REASSURING in cards["rehabilitation"]["detail"]
    assert end_is_selected(cards)

"""Numbers, shares and days as people read them."""

from datetime import date
from typing import get_args

import pytest

from cds_service.core.findings import GapReason
from cds_service.core.words.wording import (
    GAP_REASONS,
    date_text,
    month_text,
    near_date_text,
    number_text,
    percent_text,
    range_text,
)
from tests.chart_builders import open_service
from tests.fact_builders import finding

# Floor and ceiling of print of sarcopenia-pvm-2022 (evidence page, step 9).
LIMITS = {"lowest": 0.02, "highest": 0.96}


@pytest.mark.parametrize(
    ("share", "said"),
    [
        (0.019, "under 2 %"),
        (0.02, "2 %"),
        (0.384, "38 %"),
        (0.385, "39 %"),
        (0.96, "96 %"),
        (0.961, "over 96 %"),
    ],
)
def test_a_share_is_said_in_whole_percent_within_the_limits_of_print(share, said):
    assert percent_text(share, **LIMITS) == said


# Cards, rule D1: rounded to 5 from 10 up, whole ones below; P1 and P2 of the examples
# at the ends.
def test_a_range_is_said_with_one_sign():
    assert range_text((0.264, 0.526)) == "26–53 %"


@pytest.mark.parametrize(
    ("value", "decimals", "said"),
    [(-3.2, 1, "−3.2"), (-0.04, 1, "0.0"), (57.0, 0, "57"), (10.0, 1, "10.0")],
)
def test_a_number_has_a_true_minus_and_no_negative_zero(value, decimals, said):
    assert number_text(value, decimals) == said


def test_a_day_is_written_out():
    assert date_text(date(2026, 5, 1)) == "1 May 2026"


def test_says_month_and_year():
    assert month_text(date(2024, 11, 19)) == "Nov 2024"


@pytest.mark.parametrize(
    ("day", "words"),
    [
        pytest.param(date(2026, 3, 9), "9 Mar", id="same year"),
        pytest.param(
            date(2025, 12, 19), "19 Dec 2025", id="last year, over half a year"
        ),
        pytest.param(date(2027, 1, 15), "15 Jan", id="next year, near"),
        pytest.param(date(2027, 11, 20), "20 Nov 2027", id="next year, far"),
    ],
)
def test_leaves_the_year_out_of_near_days(day, words):
    assert near_date_text(day, date(2026, 11, 20)) == words


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("psoas-total-area", 10.0, "psoas area 10.0 cm²"),
        ("bmd-t-score", -3.2, "T-score −3.2"),
        ("es-mf-fat-fraction", 58.0, "L4 muscle fat 58 %"),
        ("ct-attenuation", 45.0, "CT attenuation 45 HU"),
        ("diabetes", True, "diabetes"),
        ("diabetes", False, "no diabetes"),
    ],
)
def test_a_finding_is_named_with_value_and_unit(name, value, said):
    assert open_service().wording.phrase(finding(name, value)) == said


def test_every_finding_has_a_name_for_people():
    words = open_service().wording
    for name in open_service().finding_specs:
        assert words.name(name).strip() == words.name(name) != ""


def test_each_reason_for_a_gap_has_words():
    assert GAP_REASONS.keys() == set(get_args(GapReason))

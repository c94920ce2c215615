"""Death, loss and hospitals where the truth is known."""

import csv
import json
from datetime import date, timedelta

import numpy as np
import pytest
from click.testing import CliRunner
from lifelines import AalenJohansenFitter

from cds_service.cli import main
from cds_service.population.outcomes.follow_up import (
    Days,
    FollowUp,
    censoring_weights,
    follow_up_of,
    incidence_of,
)
from cds_service.population.validation.hospitals import Result, pool_results

DAY = date(2022, 1, 1)
MONTHS = 24
OUTCOME = "outcome-refracture"
WHOLE = (date(2024, 1, 1) - DAY).days
# Rates a horizon: 16.6 % have the event before death (0.1935 / 0.3135 of 1 -
# exp(-0.3135)).
EVENT_RATE, DEATH_RATE, LOSS_RATE = 0.1935, 0.12, 0.30


def truth():
    both = EVENT_RATE + DEATH_RATE
    return EVENT_RATE / both * (1 - np.exp(-both))


def rows_followed(n, seed=1):
    """Patients who have the event, die or are lost at known rates."""
    random = np.random.default_rng(seed)
    rows = []
    for number in range(n):
        event, death, loss = (
            random.exponential(1 / rate) for rate in (EVENT_RATE, DEATH_RATE, LOSS_RATE)
        )
        end = min(event, death, loss, 1.0)
        day = (DAY + timedelta(days=round(end * WHOLE))).isoformat()
        row = {
            "id": number,
            "date": DAY.isoformat(),
            "months-refracture": MONTHS,
            "age": 75,
        }
        row |= {
            "outcome-refracture": "",
            "event-date": "",
            "died": "",
            "last-contact": day,
        }
        if end == event:
            row |= {"outcome-refracture": 1, "event-date": day}
        elif end == death:
            row |= {"died": day}
        elif end == 1.0:
            row |= {"outcome-refracture": 0}
        rows.append(row)
    return rows


def judged(path, rows, *options):
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, rows[0])
        writer.writeheader()
        writer.writerows(rows)
    return CliRunner().invoke(
        main, ["validate", str(path), "--json", *map(str, options)]
    )


def test_the_true_incidence_is_found_although_patients_die_and_are_lost(tmp_path):
    """True: 16.6 %. Leaving out who died or was lost gives over 20 %."""
    assert truth() == pytest.approx(0.166, abs=0.0005)
    rows = rows_followed(6000)
    found = json.loads(judged(tmp_path / "o.csv", rows).stdout)["models"]["pooled-2026"]
    assert found["incidence"]["value"] == pytest.approx(truth(), abs=0.01)
    low, high = found["incidence"]["interval"]
    assert low < truth() < high
    known = [
        one["outcome-refracture"] for one in rows if one["outcome-refracture"] != ""
    ]
    assert sum(known) / len(known) > 0.20
    expected = found["expected"] * found["observedExpected"]["value"] / 6000
    assert expected == pytest.approx(found["incidence"]["value"], abs=0.001)


def test_a_zero_of_a_lost_patient_is_no_zero(tmp_path):
    """Registries write 0 for everybody of whom they know no fracture."""
    rows = [
        row if row["died"] or row["outcome-refracture"] else row | {OUTCOME: 0}
        for row in rows_followed(6000)
    ]
    result = judged(tmp_path / "o.csv", rows)
    found = json.loads(result.stdout)["models"]["pooled-2026"]
    assert found["incidence"]["value"] == pytest.approx(truth(), abs=0.01)
    assert "outcome-refracture: 0, but last-contact is long before" in result.stderr


@pytest.mark.parametrize(
    ("outcome", "day", "words"),
    [
        pytest.param(
            1, DAY + timedelta(days=900), "1, but event-date is after", id="too-late"
        ),
        pytest.param(
            0, DAY + timedelta(days=90), "0, but event-date is within", id="in-time"
        ),
    ],
)
def test_an_outcome_that_its_own_day_contradicts_is_not_used(
    tmp_path, outcome, day, words
):
    rows = rows_followed(100)
    wrong = rows[0] | {OUTCOME: outcome, "event-date": day.isoformat(), "died": ""}
    left = judged(tmp_path / "left.csv", rows[1:])
    result = judged(tmp_path / "all.csv", [wrong, *rows[1:]])
    assert f"row 2, outcome-refracture: {words} the 24 months" in result.stderr
    pooled = [json.loads(one.stdout)["models"]["pooled-2026"] for one in (left, result)]
    assert pooled[0]["n"] == pooled[1]["n"]
    assert pooled[0]["incidence"] == pooled[1]["incidence"]


@pytest.mark.parametrize("empty", ["NA", "NaN", "n/a", "#N/A", "null", "."])
def test_empty_cells_of_statistics_programs_are_empty(tmp_path, empty):
    rows = rows_followed(100)
    theirs = [
        {name: empty if value == "" else value for name, value in row.items()}
        for row in rows
    ]
    ours = judged(tmp_path / "ours.csv", rows)
    found = judged(tmp_path / "theirs.csv", theirs)
    assert found.exit_code == 0, found.output
    assert json.loads(found.stdout)["models"] == json.loads(ours.stdout)["models"]


def test_it_is_the_estimate_of_aalen_and_johansen():
    random = np.random.default_rng(3)
    ends = {0: "loss", 1: "event", 2: "death"}
    causes = random.integers(0, 3, 300)
    times = np.sort(random.permutation(np.linspace(0.01, 0.99, 300)))
    followed = [
        FollowUp(time, ends[int(cause)])
        for time, cause in zip(times, causes, strict=True)
    ]
    theirs = AalenJohansenFitter().fit(times, causes, event_of_interest=1)
    expected = theirs.cumulative_density_.iloc[-1, 0]
    assert incidence_of(followed).value == pytest.approx(expected)
    weights = censoring_weights(followed)
    is_event = np.array([one.end == "event" for one in followed])
    assert weights @ is_event / len(followed) == pytest.approx(expected)


def after(**numbers):
    """What was noted so many days after the procedure."""
    days = {name: DAY + timedelta(days=number) for name, number in numbers.items()}
    return Days(procedure=DAY, **days)


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize(
    ("ends", "value"),
    [
        pytest.param([(1.0, "event")], 1.0, id="one patient"),
        pytest.param([(0.2, "event"), (0.6, "death")], 0.5, id="all ended"),
        pytest.param([(0.2, "loss"), (0.6, "event")], 1.0, id="one was lost before"),
    ],
)
def test_of_patients_who_all_had_an_end_no_interval_is_known(ends, value):
    found = incidence_of([FollowUp(time, end) for time, end in ends])
    assert found.value == pytest.approx(value)
    assert found.interval == (0.0, 1.0)


@pytest.mark.parametrize(
    ("outcome", "days", "expected"),
    [
        pytest.param(
            None, after(died=365), FollowUp(0.5, "death"), id="death-is-no-loss"
        ),
        pytest.param(False, after(died=365), FollowUp(0.5, "death"), id="death-and-0"),
        pytest.param(
            True, after(event=365, died=400), FollowUp(0.5, "event"), id="event"
        ),
        pytest.param(True, after(), FollowUp(0.5, "event"), id="event-without-a-day"),
        pytest.param(None, after(last_contact=365), FollowUp(0.5, "loss"), id="lost"),
        pytest.param(None, after(last_contact=900), None, id="seen-and-nobody-said"),
        pytest.param(
            False, after(last_contact=900), FollowUp(1.0, "whole"), id="whole"
        ),
        pytest.param(
            False, after(last_contact=365), FollowUp(0.5, "loss"), id="0-and-not-seen"
        ),
        pytest.param(
            False, after(last_contact=700), FollowUp(1.0, "whole"), id="the-last-visit"
        ),
        pytest.param(
            False,
            after(last_contact=365, died=900),
            FollowUp(1.0, "whole"),
            id="0-and-died-later",
        ),
        pytest.param(
            False,
            after(last_contact=365, event=900),
            FollowUp(1.0, "whole"),
            id="0-and-the-first-one-later",
        ),
        pytest.param(None, after(event=365), FollowUp(0.5, "event"), id="day-alone"),
        pytest.param(
            None, after(event=365, died=400), FollowUp(0.5, "event"), id="then-died"
        ),
        pytest.param(None, after(event=900), FollowUp(1.0, "whole"), id="too-late"),
        pytest.param(None, after(), None, id="nothing-known"),
        pytest.param(
            None, after(died=-5, last_contact=-5), None, id="before-the-procedure"
        ),
    ],
)
def test_how_a_patients_time_ended(outcome, days, expected):
    assert follow_up_of(days, MONTHS, outcome=outcome) == expected


def test_a_refit_waits_while_too_many_outcomes_are_unknown(tmp_path):
    result = judged(
        tmp_path / "o.csv", rows_followed(1500), "--refit", tmp_path / "r.toml"
    )
    assert result.exit_code == 1
    assert (
        "outcomes are not known: the share with the outcome lies anywhere"
        in result.output
    )
    assert not (tmp_path / "r.toml").exists()


def test_nine_in_ten_prediction_intervals_hold_the_next_hospital():
    """Eight hospitals whose true intercepts have an SD of 0.5."""
    random = np.random.default_rng(8)
    covered = 0
    for _ in range(400):
        true = random.normal(-0.3, 0.5, 9)
        errors = random.uniform(0.1, 0.3, 8)
        found = [
            {"calibrationIntercept": Result(random.normal(mean, error), error)}
            for mean, error in zip(true[:8], errors, strict=True)
        ]
        low, high = pool_results(found).pooled["calibrationIntercept"].next_hospital
        covered += low < true[8] < high
    assert covered / 400 >= 0.9


def test_hospitals_and_periods_are_told_apart(tmp_path):
    """Each of four hospitals has its own rate; the file says which row is whose."""
    random, rows = np.random.default_rng(2), []
    for number in range(1200):
        hospital = "ABCD"[number % 4]
        rate = {"A": 0.1, "B": 0.15, "C": 0.2, "D": 0.3}[hospital]
        rows.append(
            {"id": number, "hospital": hospital, "period": 2020 + number % 2, "age": 75}
            | {
                "outcome-refracture": int(random.random() < rate),
                "months-refracture": 24,
            }
        )
    found = json.loads(judged(tmp_path / "o.csv", rows).stdout)["models"]["pooled-2026"]
    groups = found["groups"]
    assert (
        groups["hospital D"]["observedExpected"]["value"]
        > 2 * (groups["hospital A"]["observedExpected"]["value"])
    )
    assert {"period 2020", "period 2021"} <= set(groups)
    across = found["hospitals"]["observedExpected"]
    low, high = across["nextHospital"]
    assert across["hospitals"] == 4
    assert low < across["interval"][0] < across["mean"] < across["interval"][1] < high

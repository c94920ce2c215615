"""Records as hospitals write them, read by the real path from prefetch to findings; each says why by which source."""

import pytest

from tests.gathered_records import read
from tests.reading.record_cases import CASES


@pytest.mark.parametrize("case", CASES)
def test_a_record_is_read_as_a_careful_person_reads_it(case):
    found = read(case)
    for name, expected in case["expect"].items():
        if expected == "gap":
            assert name in found.gaps, (
                f"{name} is {found.known[name].value}: {case['why']}"
            )
            continue
        if expected == "not no":
            assert name in found.gaps or found.known[name].value is True, (
                f"{name} is no: {case['why']}"
            )
            continue
        if expected == "not yes":
            assert name in found.gaps or found.known[name].value is False, (
                f"{name} is yes: {case['why']}"
            )
            continue
        assert name in found.known, f"{name}: {found.gaps[name].detail}: {case['why']}"
        value = found.known[name].value
        assert value == (
            expected
            if isinstance(expected, bool)
            else pytest.approx(expected, abs=0.05)
        )
    for name, label in case.get("labels", {}).items():
        assert found.known[name].label == label
    for name, site in case.get("sites", {}).items():
        assert found.known[name].site == site


def test_there_are_cases_and_each_names_why_and_its_source():
    assert len(CASES) >= 170
    assert all(
        one.values[0]["why"] and one.values[0]["source"] and one.values[0]["expect"]
        for one in CASES
    )

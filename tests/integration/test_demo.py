"""`kyphoplasty-cds demo`: the main job end to end, in a process of its own."""

import re
import subprocess
import sys

import pytest

from tests.tables import cases


@pytest.fixture(scope="module")
def demo():
    return subprocess.run(
        [sys.executable, "-m", "cds_service.cli", "demo"],
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )


def test_the_demonstration_ends_well_and_complains_of_nothing(demo):
    assert (demo.returncode, demo.stderr) == (0, "")
    assert "could not be read" not in demo.stdout
    assert "incomplete" not in demo.stdout


def part_of(demo, number):
    """What is shown of one patient: the first whole, of the others a row for each card."""
    if number == 1:
        return demo.stdout.split("\nP1, ", 1)[1].split("\nThe other patients", 1)[0]
    table = demo.stdout.split("\nThe other patients", 1)[1].split("\nP15, ", 1)[0]
    return table.split(f"\n p{number}-", 1)[1].split(f"\n p{number + 1}-", 1)[0]


def test_one_patient_is_shown_whole_and_every_other_in_a_table(demo):
    assert "╭" in part_of(demo, 1)
    for number in range(2, 14):
        colour = "no card" if number == 13 else "(info|warning)"
        assert re.search(f" {colour} ", part_of(demo, number)), number


def test_piped_output_is_plain_text_of_at_most_100_columns(demo):
    assert "\x1b" not in demo.stdout
    assert max(len(line) for line in demo.stdout.splitlines()) <= 100


@pytest.mark.parametrize(
    ("number", "words"), cases(__file__, "what_each_card_says_first")
)
def test_each_card_says_first_what_the_surgeon_wants_to_read(demo, number, words):
    said = " ".join(line.strip("│ ") for line in part_of(demo, number).splitlines())
    assert words in re.sub(r"\s+", " ", said)

"""`kyphoplasty-cds demo`: the main job end to end, in processes of its own."""

import subprocess
import sys

import pytest

COMMAND = (sys.executable, "-m", "cds_service.cli", "demo")


@pytest.fixture(scope="module")
def demo():
    return subprocess.run(COMMAND, capture_output=True, text=True, timeout=240, check=False)


def test_the_demonstration_ends_well_and_complains_of_nothing(demo):
    assert (demo.returncode, demo.stderr) == (0, "")


def test_every_patient_is_shown_with_a_card_about_rehabilitation(demo):
    titles = [line for line in demo.stdout.splitlines() if line.startswith("P") and line.endswith("─")]
    assert [title[:2] for title in titles] == [f"P{number}" for number in range(1, 10)]
    for number in range(1, 10):
        part = demo.stdout.split(f"\nP{number}, ", 1)[1].split(f"\nP{number + 1}, ", 1)[0]
        assert "│" in part, f"P{number} has no card"


def test_piped_output_is_plain_text_of_at_most_100_columns(demo):
    assert "\x1b" not in demo.stdout
    assert max(len(line) for line in demo.stdout.splitlines()) <= 100


def test_nothing_of_the_record_was_left_unread(demo):
    assert "could not be read" not in demo.stdout
    assert "incomplete" not in demo.stdout


# cards.md, section 2: what each card says first.
@pytest.mark.parametrize(
    ("number", "words"),
    [
        (1, "above 90 %"),
        (2, "under 5 %"),
        (3, "No refracture figure: BMI 28 is outside the study"),
        (4, "about 35 %"),
        (5, "No figure: no bone density or muscle data found"),
        (6, "TLSO ordered without an end date"),
        (7, "Sarcopenia: rehabilitation"),  # from lean mass in g and height in inches, with gait or grip in newton
        (8, "Denosumab overdue"),
    ],
)
def test_the_cards_say_what_the_surgeon_wants_to_read(demo, number, words):
    part = demo.stdout.split(f"\nP{number}, ", 1)[1].split(f"\nP{number + 1}, ", 1)[0]
    cards = part[part.index("╭") :]
    assert words in " ".join(line.strip("│ ") for line in cards.splitlines())


def test_one_patient_can_be_asked_for():
    demo = subprocess.run((*COMMAND, "--patient", "p5"), capture_output=True, text=True, timeout=120, check=False)
    assert demo.returncode == 0
    assert "P5, nothing known" in demo.stdout
    assert "P1, " not in demo.stdout

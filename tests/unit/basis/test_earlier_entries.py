"""Answers from before the pooled model: replayed as far as they go, and never redrawn as new ones."""

import json
from copy import deepcopy
from pathlib import Path

from cds_service.basis.page import basis_page
from cds_service.review.replay import EARLIER, replay
from tests.chart_builders import HOOK, open_service

# An entry as version 5ec8f896 wrote it: T -2.8, BMI 19.6, quiet lists, 34.5 % by one
# study.
ENTRY = json.loads(
    Path(__file__)
    .with_name("entry_of_the_five_studies.json")
    .read_text(encoding="utf-8")
)


def test_the_studies_figures_are_computed_again_and_the_rule_is_named():
    found = replay(ENTRY, open_service(), HOOK)
    assert found.is_identical
    assert found.notes[0] == EARLIER


def test_a_changed_figure_is_still_found():
    entry = deepcopy(ENTRY)
    (study,) = [
        one
        for one in entry["assessments"][0]["models"]
        if one["model"] == "sarcopenia-pvm-2022"
    ]
    study["risk"] = 0.5
    (difference,) = replay(entry, open_service(), HOOK).differences
    assert difference.startswith("refracture.sarcopenia-pvm-2022.risk: 0.5 then")


def test_nothing_is_drawn_that_was_not_shown_then():
    found = replay(ENTRY, open_service(), HOOK)
    page = basis_page(found, ENTRY, open_service())
    assert page.outcomes == ()
    assert page.differences == (EARLIER,)

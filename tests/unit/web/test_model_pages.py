"""The page of each study in force, whatever kind of study it is."""

import re
from html import escape

import pytest

from tests.chart_builders import application, open_service

MODELS = open_service().model_cards


@pytest.mark.parametrize("accepted", ["text/html", "*/*"])
@pytest.mark.parametrize("model_id", MODELS)
def test_every_study_has_a_page_for_people(model_id, accepted):
    page = application().get(f"/models/{model_id}", accepted)
    assert (page.status_code, page.mimetype) == (200, "text/html")
    assert escape(MODELS[model_id]["title"]) in page.text
    assert f"{MODELS[model_id]['n']:,} patients" in page.text


def test_the_page_of_a_model_shows_its_numbers():
    """Table 3 of the study."""
    text = application().get("/models/sarcopenia-pvm-2022", "text/html").text
    assert all(f">{number}<" in text for number in ("−0.59", "−0.87 to −0.32", "17.54"))
    assert "Table 3" in text


def test_a_model_is_json_for_programs():
    model_id, card = next(iter(MODELS.items()))
    assert application().get(f"/models/{model_id}", "application/json").json == card
    assert application().get("/models", "application/json").json == list(
        MODELS.values()
    )


def test_each_card_line_finds_its_place_on_the_guidelines_page():
    page = application().get("/guidelines", "text/html").text
    hooks = open_service().hooks.values()
    for rule in [one for hook in hooks for one in hook.rules]:
        assert f'id="{rule.id}"' in page
        assert all(f'id="{rule.id}-{name}"' in page for name in rule.guidelines)
    for name in ("bracing", "exercise"):
        section = page.partition(f'id="{name}"')[2].partition("</section>")[0]
        assert all(
            f"<h3>{heading}</h3>" in section
            for heading in ("For", "Against", "Undecided")
        )
        assert re.search(r"Owner: maintainers · review by 20\d\d-", section)
        assert section.count("· read 20") >= 5
    assert 'id="junction-opposite"' in page.partition('id="contrary"')[2]


def test_each_section_of_the_guidelines_page_says_what_it_is_about():
    """A heading such as "Measure" stands over several recommendations."""
    page = application().get("/guidelines", "text/html").text
    headings = re.findall(r"<h2>(.+?)</h2>", page)
    assert len(headings) == len(set(headings))
    assert "Order bedside measurements" in headings
    assert "Measure" not in headings

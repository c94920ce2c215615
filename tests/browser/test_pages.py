"""The pages for people in Chromium: wide and narrow, light and dark, on paper, for a screen reader."""

import pytest

from tests.browser.watching import axe_violations, every_screen, hard_to_read
from tests.chart_builders import open_service

STUDIES = tuple(f"/models/{name}" for name in open_service().model_cards)
PAGES = ("/", "/models", *STUDIES, "/guidelines", "/no-such-page")
ASKED = ("Who was studied", "What was found", "How sure", "For whom not")
SCREEN = 900  # pixels of height


@every_screen
def test_no_page_is_wider_than_the_screen_or_hard_to_read(look, width, scheme):
    for path in PAGES:
        page = look(path, width, scheme, bypass_csp=True)  # for axe alone
        assert hard_to_read(page) == [], path
        assert axe_violations(page) == [], path


@pytest.mark.parametrize("path", STUDIES)
def test_a_study_answers_four_questions_in_one_screen(look, path):
    page = look(path)
    for heading in ASKED:
        panel = page.locator(
            "section", has=page.get_by_role("heading", name=heading, exact=True)
        ).bounding_box()
        assert panel["y"] + panel["height"] <= SCREEN, heading


def test_the_start_page_is_one_screen_that_leads_each_reader_to_a_place(look):
    page = look("/")
    assert page.evaluate("document.documentElement.scrollHeight") <= SCREEN
    assert page.locator("article.card").is_visible()
    for reader in ("Clinician", "Integrator", "Reviewer", "Operator"):
        place = (
            page.locator("section", has=page.get_by_role("heading", name=reader))
            .get_by_role("link")
            .first
        )
        assert not place.inner_text().startswith("/")


def test_by_keys_from_the_start_page_past_the_bar_to_a_study(look):
    page = look("/")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to the content"
    page.get_by_role("link", name="The five studies behind the figures").focus()
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="The studies behind the figures").wait_for()
    page.get_by_role("link", name="CT attenuation").focus()
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="Who was studied").wait_for()


def test_paper_shows_what_is_folded_and_no_bar(look):
    page = look("/models/nvcf-nomogram-2024")
    table = page.locator("#attributes table").first
    assert not table.is_visible()
    page.emulate_media(media="print")
    assert table.is_visible()
    assert not page.locator("header nav").is_visible()
    assert page.evaluate("getComputedStyle(document.body).color") == "rgb(0, 0, 0)"


def test_a_browser_is_told_in_a_page_that_nothing_is_there(look):
    page = look("/models/canary-of-an-address")
    page.get_by_role("heading", name="Nothing here").wait_for()
    assert "canary" not in page.content()

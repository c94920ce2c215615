"""The page that a patient takes home in Chromium: wide, narrow, by keys, on paper."""

import re
from datetime import UTC, datetime, timedelta
from functools import partial

import pytest

from tests.browser.watching import axe_violations, every_screen, hard_to_read
from tests.patients.leaving import SERVICE, appointment, discharge, leaving_chart

LANGUAGES = {"en": "emergency", "de": "Notaufnahme", "zh": "急诊"}
INK, PAPER = "rgb(0, 0, 0)", "rgb(255, 255, 255)"
POINTS = 18 * 4 / 3  # CSS pixels
A4_HEIGHT = (297 - 2 * 20) * 96 / 25.4  # within the margins
LETTER_HEIGHT = (11 - 40 / 25.4) * 96


@pytest.fixture(scope="session")
def handout(service):
    """The address of the page that a discharge card links to."""
    soon = datetime.now(UTC).date() + timedelta(days=11)
    visit = appointment("Physiotherapy", day=soon.isoformat())
    body = discharge(leaving_chart(visit))
    reply = service.call(body, path=f"/cds-services/{SERVICE}")
    card = reply.json()["cards"][0]
    (url,) = [one["url"] for one in card["links"] if "/handout/" in one["url"]]
    return url


@pytest.fixture
def look(look, handout):
    """Opens the page."""
    return partial(look, handout)


def in_language(page, language):
    if language != "en":
        page.locator(f'nav a[lang="{language}"]').first.click()
        page.wait_for_url(re.compile(f"~{language}~html"))
    page.get_by_text(LANGUAGES[language]).wait_for()
    return page


@every_screen
@pytest.mark.parametrize("language", list(LANGUAGES))
def test_it_is_read_on_any_screen_and_by_a_screen_reader(look, width, scheme, language):
    page = in_language(look(width, scheme, bypass_csp=True), language)
    assert hard_to_read(page) == []
    assert axe_violations(page) == []
    assert page.locator("html").get_attribute("lang") == language


def test_large_black_letters_on_white(look):
    page = look()
    said = page.locator("main > p:not(.screen)")
    style = "getComputedStyle(document.querySelector('main > p:not(.screen)'))"
    assert said.count() >= 6
    assert page.evaluate(f"{style}.fontSize") == f"{POINTS:.0f}px"
    assert page.evaluate(f"{style}.color") == INK
    ground = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert ground == PAPER


@pytest.mark.parametrize("language", list(LANGUAGES))
def test_it_prints_on_one_sheet_without_what_is_for_the_screen(look, language):
    page = in_language(look(), language)
    page.emulate_media(media="print")
    page.set_viewport_size({"width": 643, "height": 900})  # A4 within the margins
    height = page.evaluate("document.documentElement.scrollHeight")
    content = page.evaluate("document.body.getBoundingClientRect().height")
    assert content <= min(A4_HEIGHT, LETTER_HEIGHT), (height, content)
    for name in ("nav", ".notice", ".hint"):
        assert not page.locator(name).is_visible(), name


def test_name_and_date_are_typed_by_keys_and_stay(look):
    page = look()
    calls = []
    page.on("request", lambda request: calls.append(request.url))
    page.get_by_label("Name:").focus()
    page.keyboard.type("Mrs Example")
    page.keyboard.press("Tab")
    page.keyboard.type("23 November")
    page.keyboard.press("Enter")
    assert page.get_by_label("Name:").input_value() == "Mrs Example"
    assert page.get_by_label("Date:").input_value() == "23 November"
    assert [one for one in calls if "/static/" not in one] == []
    assert "Mrs" not in page.url


def test_it_is_whole_without_scripts(browser, handout):
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(handout)
    assert page.get_by_text("emergency").is_visible()
    assert not page.get_by_role("button", name="Print").is_visible()
    context.close()

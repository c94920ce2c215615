"""From a card to its basis, to what if, to the model card: in Chromium, by mouse, keys, without scripts, on paper."""

import re
from functools import partial

import pytest

from tests.browser.ordering import add_kyphoplasty
from tests.browser.watching import axe_violations, every_screen, hard_to_read
from tests.chart_builders import kyphoplasty, measured, order_sign, patient, quiet_lists

RECORD = {
    "bmi": 19.6,
    "bmd-t-score": -2.8,
    "psoas-total-area": 9.5,
    "psoas-muscle-area": 7.0,
    "es-mf-fat-fraction": 61,
    "fascia-injury": False,
}


@pytest.fixture(scope="session")
def basis(service):
    """The address of the basis of an answer with figures for both outcomes, signed once."""
    record = (
        patient(),
        *quiet_lists(),
        *(measured(name, value) for name, value in RECORD.items()),
    )
    return service.call(order_sign(record, kyphoplasty())).json()["cards"][0]["links"][
        0
    ]["url"]


@pytest.fixture
def look(look, basis):
    """Opens the basis."""
    return partial(look, basis)


def figure_of(page, row):
    return (
        page.locator("#trial .plot tr", has_text=row)
        .locator("td[data-label=said]")
        .first.inner_text()
    )


def test_from_the_card_to_its_basis_to_what_if_to_the_model_card_by_mouse(open_page):
    watched = open_page()
    watched.choose("P1, thin")
    add_kyphoplasty(watched.page, "L1")
    watched.sign()
    with watched.page.expect_popup() as opened:
        watched.card("no bone drug").get_by_role("link", name="the basis").first.click()
    page = opened.value
    page.get_by_role("heading", name="The basis of one answer").wait_for()
    assert re.fullmatch(r".*/basis/[0-9a-f-]{36}\.[\w-]{43}", page.url)
    page.get_by_label("T-score", exact=True).fill("-2.0")
    page.get_by_role("button", name="Show such a patient").click()
    page.get_by_text("A trial: another patient, not this one").wait_for()
    assert page.url.count("?") == 0
    page.get_by_role("button", name="Back to the record").click()
    assert page.locator("#trial").inner_text() == ""
    assert page.get_by_label("T-score", exact=True).input_value() == "-3.2"
    page.get_by_role("link", name="Sarcopenia and paravertebral muscle").first.click()
    page.wait_for_url("**/models/sarcopenia-pvm-2022")
    page.close()


def test_by_keys_a_slider_moves_the_figure_and_the_record_stays(look):
    page = look()
    number = page.get_by_label("T-score", exact=True)
    number.focus()
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.type") == "range"
    for _ in range(5):
        page.keyboard.press("ArrowRight")
    page.locator("#trial .trial").first.wait_for()
    assert number.input_value() == "-2.3"
    row = page.locator("#trial .plot tr", has_text="This patient, as on record").first
    assert row.locator("td[role=cell]").first.inner_text() == "about 1 in 6"
    told = page.locator("#refracture ~ dl dd").first.inner_text()
    assert told.startswith("About 1 in 6")
    assert figure_of(page, "Another patient").startswith("about 1 in")
    link = page.get_by_role("link", name="Sarcopenia and paravertebral muscle").first
    link.focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/models/sarcopenia-pvm-2022")


def test_without_scripts_the_form_does_the_same(look):
    page = look(java_script_enabled=False)
    assert not page.locator("input[type=range]").first.is_visible()
    page.get_by_label("T-score", exact=True).fill("-2.0")
    page.get_by_role("button", name="Show such a patient").click()
    page.get_by_text("A trial: another patient, not this one").wait_for()
    assert "?" not in page.url
    page.get_by_role("link", name="Back to the record").click()
    assert page.locator("#trial").inner_text().strip() == ""


@every_screen
def test_nothing_is_cut_off_hidden_from_a_reader_or_too_pale(look, width, scheme):
    page = look(width, scheme, bypass_csp=True)  # for axe alone
    if width == 400:  # folded on a phone
        page.get_by_text("Change or add a measurement", exact=True).click()
    page.get_by_label("T-score", exact=True).fill("-2.0")
    page.keyboard.press("Tab")
    page.locator("#trial .trial").first.wait_for()
    assert hard_to_read(page) == []
    assert axe_violations(page) == []


def test_on_paper_it_is_one_page(look):
    page = look()
    paper = page.pdf(prefer_css_page_size=True)
    assert len(re.findall(rb"/Type\s*/Page[^s]", paper)) == 1


def test_the_log_of_the_process_knows_no_address_and_no_value(look, basis, service):
    page = look()
    page.get_by_label("T-score", exact=True).fill("-1.7")
    page.keyboard.press("Tab")
    page.locator("#trial .trial").first.wait_for()
    written = "\n".join(service.lines())
    assert basis.rpartition("/")[2] not in written
    assert "/basis" not in written
    assert "-1.7" not in written

"""The whole way in the sandbox: sign, operate, discharge, print the patient's page."""

import re

import pytest

from tests.browser.watching import axe_violations, hard_to_read

PAGES = {
    "en": "A bone in your back broke. Cement now supports it.",
    "de": "Ein Knochen in Ihrem Rücken ist gebrochen. Zement stützt ihn jetzt.",
    "zh": "您背部的一块骨头断了，现在有骨水泥支撑。",
}


def copied_by_keys(page, card):
    """Copy the lines of the letter with the keyboard: they are the card's own."""
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    button = page.get_by_role("button", name="Copy the lines")
    button.focus()
    page.keyboard.press("Enter")
    page.get_by_text("Copied.").wait_for()
    letter = page.evaluate("navigator.clipboard.readText()")
    summary, *lines = letter.splitlines()
    shown = card.inner_text()
    assert summary.startswith("Leaving after kyphoplasty")
    assert summary in shown
    assert lines
    for line in lines:
        assert line.removeprefix("- ").partition(": ")[2] in shown, line


@pytest.mark.parametrize("width", [1400, 400])
def test_from_the_signing_to_the_printed_page(open_own_page, width, tmp_path):
    watched = open_own_page(width=width, bypass_csp=True)
    page = watched.page
    watched.choose("P6")
    assert page.locator("#leave").is_hidden()
    page.get_by_role("button", name="Add this sample's orders").click()
    watched.sign()
    brace = watched.card("TLSO")
    brace.get_by_label("Set end").uncheck()
    page.locator("#finish").click()
    page.locator("dialog").wait_for(state="hidden")
    assert "Signed:" in page.locator("#status").inner_text()

    page.get_by_role("button", name="Operated: discharge the patient").click()
    page.locator("dialog[open]").wait_for()
    heading = page.locator("#answer-heading").inner_text()
    assert heading == "Before the patient leaves: 1 message"
    card = watched.card("Leaving after kyphoplasty")
    assert "TLSO off by" in card.inner_text(), "the brace was signed without an end"
    assert "malignancy" not in card.inner_text(), "our own referral asks about it"
    assert hard_to_read(page) == []
    page.screenshot(path=tmp_path / f"card-{width}.png")

    with page.context.expect_page() as opened:
        card.get_by_role("link", name="Copy lines for the letter").click()
    basis = opened.value
    copied_by_keys(basis, card)
    assert hard_to_read(basis) == []
    assert axe_violations(basis) == []
    basis.screenshot(path=tmp_path / f"letter-{width}.png")

    with page.context.expect_page() as opened:
        card.get_by_role("link", name="Print the patient's page").click()
    handout = opened.value
    for language, said in PAGES.items():
        if language != "en":
            handout.locator(f'nav a[lang="{language}"]').first.click()
            handout.wait_for_url(re.compile(f"~{language}~html"))
        handout.get_by_text(said, exact=True).wait_for()
        assert hard_to_read(handout) == []
        handout.screenshot(path=tmp_path / f"{language}-{width}.png", full_page=True)

"""The sandbox page in real Chromium against the real service: from the patient to the feedback."""

import re
from datetime import UTC, datetime, timedelta

import pytest

from tests.browser.ordering import add_brace, add_kyphoplasty
from tests.browser.watching import IN_SIGHT, every_screen, hard_to_read

UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
RECORDED = re.compile(r"Feedback recorded\.")


def test_from_patient_to_feedback(open_own_page):
    watched = open_own_page()
    page = watched.page
    watched.choose("P1, thin")
    assert (
        page.get_by_role("row", name="T-score").inner_text().split("\t")[1].strip()
        == "−3.2"
    )
    add_kyphoplasty(page, "L1")
    add_brace(page)
    assert page.locator("#drafts li").all_inner_texts() == [
        "Kyphoplasty L1\nRemove",
        "TLSO (L0456)\nno end date\nRemove",
    ]
    watched.sign()

    brace = watched.card("TLSO")
    tone = " ".join(brace.locator(".tone").inner_text().split())
    assert tone.startswith("i For information")
    suggestion = brace.get_by_label("Set end")
    assert suggestion.is_checked()  # it is recommended
    in_eight_weeks = datetime.now(UTC).date() + timedelta(weeks=8)  # the default policy
    basket = page.locator("#basket li").all_inner_texts()
    assert f"until {in_eight_weeks:%-d %b %Y}" in basket[1]
    assert "changed" in basket[1]

    risk = watched.card("Weak grip (12 kg)")
    # E10: F22 pre-selects exercise and, by MNA, the dietitian; a falls clinic is
    # offered.
    offers = {
        "Refer to fracture liaison service": True,
        "Refer to rehabilitation": True,
        "Refer to dietitian": True,
        "Refer to falls clinic": False,
    }
    chosen = {label: risk.get_by_label(label).is_checked() for label in offers}
    assert chosen == offers
    risk.get_by_label("Refer to dietitian").uncheck()
    assert page.locator("#basket .mark").all_inner_texts() == [
        "changed",
        "added",
        "added",
    ]
    assert watched.feedback == [], "nothing is accepted before it is signed"
    sign = page.locator("dialog").get_by_role("button", name="Sign 4 orders")
    assert sign.inner_text() == "Sign 4 orders: 2 (1 changed) and 2 accepted"
    sign.click()
    page.locator("dialog").wait_for(state="hidden")
    assert "Signed: Kyphoplasty L1" in page.locator("#status").inner_text()

    (call,) = watched.feedback
    item, other = sorted(
        call["feedback"], key=lambda item: len(item["acceptedSuggestions"])
    )
    assert UUID.fullmatch(item["card"])
    assert item["outcome"] == "accepted"
    (accepted,) = item["acceptedSuggestions"]
    assert set(accepted) == {"id"}
    assert re.fullmatch(
        r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d+Z", item["outcomeTimestamp"]
    )
    assert len(other["acceptedSuggestions"]) == 2


def test_without_signing_nothing_of_a_card_is_left_behind(open_page):
    watched = open_page()
    page = watched.page
    watched.choose("P6,")
    page.get_by_role("button", name="Add this sample's orders").click()
    before = page.locator("#drafts li").all_inner_texts()
    watched.sign()
    page.get_by_role("button", name="Back to the orders").click()
    assert page.locator("#drafts li").all_inner_texts() == before
    assert watched.feedback == []


def test_ticked_orders_are_not_lost_without_a_question(open_page):
    watched = open_page()
    page = watched.page
    watched.choose("P4,")
    page.get_by_role("button", name="Add this sample's orders").click()
    watched.sign()
    risk = watched.card("No bone drug after a fragility fracture")
    box = risk.get_by_role("checkbox").first
    box.set_checked(False)
    box.set_checked(True)
    asked = []

    def refuse(dialog):
        asked.append(dialog.message)
        dialog.dismiss()

    page.on("dialog", refuse)
    risk.get_by_text("Or say why not").click()
    risk.get_by_role("button", name="Dismiss").click()
    assert "would not be signed" in asked[0]
    assert box.is_checked()
    page.get_by_role("button", name="Back to the orders").click()
    page.get_by_role("button", name="Start over").click()
    assert "not signed. Leave" in asked[1]
    assert "P4," in page.locator("#banner").inner_text()
    page.remove_listener("dialog", refuse)
    page.on("dialog", lambda dialog: dialog.accept())
    page.get_by_role("button", name="Start over").click()
    page.get_by_text("No patient chosen.").wait_for()


def test_the_same_order_as_an_ehr_with_a_profile_would_show_it(open_page):
    watched = open_page()
    page = watched.page
    page.get_by_label("Show as").select_option("Epic")
    page.locator("#as-ehr").wait_for()
    assert "ehr=epic" in page.url
    watched.choose("P1, thin")
    add_kyphoplasty(page, "L1")
    watched.sign()
    risk = watched.card("Weak grip (12 kg)")
    assert risk.get_by_role("checkbox").count() == 0, (
        "nothing is mapped: no dead button"
    )
    assert "For the referral" in risk.inner_text()
    finish = page.locator("dialog").get_by_role("button", name="Sign 1 order")
    assert finish.inner_text() == "Sign 1 order"


def test_a_card_is_dismissed_with_a_reason(open_own_page):
    watched = open_own_page()
    watched.choose("P4,")
    watched.page.get_by_role("button", name="Add this sample's orders").click()
    watched.sign()
    risk = watched.card("No bone drug after a fragility fracture")
    risk.get_by_text("Or say why not").click()
    risk.get_by_label("Reason").select_option("Patient declines")
    assert "This site keeps no comments" in risk.inner_text()
    assert risk.get_by_label("Comment").count() == 0
    watched.page.once("dialog", lambda dialog: dialog.accept())
    risk.get_by_role("button", name="Dismiss").click()
    watched.wait_for_feedback()
    assert "Dismissed: Patient declines" in risk.inner_text()
    (item,) = watched.feedback[0]["feedback"]
    system = "https://kyphoplasty-cds.org/fhir/CodeSystem/override-reason"
    reason = {"reason": {"code": "patientDeclines", "system": system}}
    assert (item["outcome"], item["overrideReason"]) == ("overridden", reason)


@pytest.mark.parametrize("patient", [f"P{number}," for number in range(1, 10)])
def test_every_sample_patient_can_be_answered_without_scrolling(open_page, patient):
    watched = open_page()
    page = watched.page
    watched.choose(patient)
    page.get_by_role("button", name="Add this sample's orders").click()
    watched.sign()
    page.wait_for_timeout(300)  # the popup has appeared
    assert page.locator("article").count() > 0
    assert page.locator("dialog button.primary").count() == 1
    assert page.locator("#finish").evaluate(IN_SIGHT)


def test_request_and_response_stand_beside_the_cards_when_asked_for(open_page):
    watched = open_page()
    page = watched.page
    watched.choose("P5,")
    add_kyphoplasty(page, "T12", "L1")
    watched.sign()
    assert not page.locator("#wire").is_visible()
    page.get_by_role("button", name="Show JSON").click()
    request, response = page.locator("#wire pre").all_inner_texts()
    assert '"hook": "order-sign"' in request
    assert '"fhirServer": "http://127.0.0.1' in request
    assert '"Kyphoplasty T12, L1"' in request
    assert '"cards": [' in response
    assert (
        page.locator(".popup").bounding_box()["x"]
        < page.locator("#wire").bounding_box()["x"]
    )
    page.get_by_role("button", name="Hide JSON").click()
    assert not page.locator("#wire").is_visible()


def test_an_order_that_is_not_ours_gets_no_popup(open_page):
    watched = open_page()
    watched.choose("P2,")
    add_brace(watched.page, end="2030-01-01")
    watched.page.get_by_role("button", name="Sign 1 order").click()
    watched.page.get_by_text("No card: the service has nothing to say").wait_for()
    assert not watched.page.locator("dialog").is_visible()


def test_a_server_that_was_not_named_is_refused_in_words(open_page):
    watched = open_page()
    page = watched.page
    page.get_by_label("FHIR server").select_option("Another address …")
    page.get_by_label("Address of the server").fill("http://fhir.example.org/r4")
    page.get_by_role("button", name="Find").click()
    page.get_by_text("may not call the fhirServer").wait_for()
    # The browser logs a refused call.
    assert all("403" in complaint for complaint in watched.complaints)
    watched.complaints.clear()


def test_a_record_that_cannot_be_read_is_said(open_page):
    watched = open_page()
    page = watched.page
    page.get_by_label("FHIR server").select_option("http://127.0.0.1:9/fhir")
    page.get_by_text("cannot be reached").wait_for()


def press_until(page, key: str, selector: str, most: int = 60) -> None:
    """Press a key until the focus is on an element that matches."""
    for _ in range(most):
        if page.evaluate(
            "(selector) => document.activeElement.matches(selector)", selector
        ):
            return
        page.keyboard.press(key)
    pytest.fail(f"the keyboard does not reach {selector}")


def test_it_works_by_keyboard_alone(open_own_page):
    watched = open_own_page()
    page = watched.page
    press_until(page, "Tab", "#patients input")
    page.keyboard.press("Space")
    for _ in range(5):
        page.keyboard.press("ArrowDown")  # P6
    watched.wait_for_record()
    assert "P6," in page.locator("#banner").inner_text()
    press_until(page, "Tab", "#sample-orders")
    page.keyboard.press("Enter")
    press_until(page, "Tab", "#sign")
    page.keyboard.press("Enter")
    page.wait_for_selector("dialog[open]")
    assert page.evaluate("document.activeElement.id") == "answer-heading"
    page.on("dialog", lambda dialog: dialog.accept())
    press_until(page, "Tab", "article.info summary")
    page.keyboard.press("Enter")
    press_until(page, "Tab", "article.info select")
    page.keyboard.press("ArrowDown")
    press_until(page, "Tab", "article.info form.override button")
    page.keyboard.press("Enter")
    page.get_by_text("Dismissed: Already arranged").wait_for()
    assert page.evaluate("document.activeElement.className") == "settled-words"
    page.keyboard.press("Escape")
    assert not page.locator("dialog").is_visible()
    # the browser says a little later that the dialog is closed
    page.wait_for_selector("#sign:focus")
    press_until(page, "Tab", "#again")
    page.keyboard.press("Enter")
    # what was done stays done
    assert page.get_by_text("Dismissed: Already arranged").is_visible()


@every_screen
def test_everything_fits_and_can_be_read(open_page, width, scheme):
    watched = open_page(width, scheme)
    page = watched.page
    watched.choose("P6,")
    page.get_by_role("button", name="Add this sample's orders").click()
    assert hard_to_read(page) == []
    watched.sign()
    page.wait_for_timeout(300)  # the popup has appeared
    assert hard_to_read(page) == []
    page.get_by_role("button", name="Show JSON").click()
    assert hard_to_read(page) == []


# What a card may hold that is no markdown of ours: it stays text.
HOSTILE = """**Bold** and <b>not</b> <img src=x onerror="alert(1)">
- one [link](javascript:alert(1))
- **two**: 5 %

after \\* and **open"""


def test_markdown_becomes_paragraphs_bullets_and_bold_and_nothing_else(open_page):
    page = open_page().page
    tree = page.evaluate(
        """async (text) => {
            const { markdown } = await import("/static/sandbox.cards.js");
            const box = document.createElement("div");
            box.append(...markdown(text));
            return box.innerHTML;
        }""",
        HOSTILE,
    )
    assert tree == (
        '<p><strong>Bold</strong> and &lt;b&gt;not&lt;/b&gt; &lt;img src=x onerror="alert(1)"&gt;</p>'
        "<ul><li>one [link](javascript:alert(1))</li><li><strong>two</strong>: 5&nbsp;%</li></ul>"
        "<p>after * and **open</p>"
    )

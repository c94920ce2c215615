"""Every page in a real browser under its own policy, with markup in all that a client may name: nothing acts."""

from urllib.parse import quote

import pytest

from tests.browser.reviewed_service import CALL, PASSWORD, REVIEWER, post, reviewed_service
from tests.browser.watching import ON_VIOLATION, log_in
from tests.chart_builders import kyphoplasty, order_sign, thin_and_weak

MARKUP = '"><img src=x onerror="document.title=1"><script>document.title=2</script><style>*{display:none}</style>'
OPEN_PAGES = ("/", "/models", "/models/sarcopenia-pvm-2022", "/sandbox", "/audit/login", "/no-such-page")
REVIEW_PAGES = ("/audit", "/audit/patients/pat-1", "ENTRY", "ENTRY/replay", "/audit/figures", "/audit/integrity")
ACTING = """
() => [...document.querySelectorAll("*")]
  .filter((one) => (one.tagName === "SCRIPT" && !one.src) || one.tagName === "STYLE" || one.hasAttribute("style")
    || [...one.attributes].some((each) => each.name.startsWith("on") || /^javascript:/i.test(each.value)))
  .map((one) => one.outerHTML)
"""


@pytest.fixture
def service(browser):  # noqa: ARG001 - no process is started without a browser
    """A log in which a client named markup wherever it may name anything."""
    with reviewed_service() as url:
        body = order_sign(thin_and_weak(), kyphoplasty())
        body["context"]["userId"] = MARKUP
        card = post(url + CALL, body)["cards"][0]["uuid"]
        reason = {"reason": {"code": MARKUP, "system": MARKUP}, "userComment": MARKUP}
        told = {"card": card, "outcome": "overridden", "overrideReason": reason}
        post(f"{url}{CALL}/feedback", {"feedback": [{**told, "outcomeTimestamp": "2026-11-20T09:00:00Z"}]})
        yield url


@pytest.fixture
def look(browser, service):
    """Opens a page, and tells what the browser complained of and what in the page could act."""
    context = browser.new_context()
    page = context.new_page()
    complaints = []
    page.add_init_script(ON_VIOLATION)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("console", lambda message: complaints.append(message.text) if "blocked by policy" in message.text else None)
    page.on("dialog", lambda dialog: (complaints.append("a dialog"), dialog.dismiss()))

    def at(path):
        answer = page.goto(service + path)
        policy = answer.headers["content-security-policy"]
        assert policy.startswith("default-src 'none'; ")
        assert "unsafe" not in policy
        assert "*" not in policy
        assert page.evaluate(ACTING) == [], path
        assert page.title() not in {"1", "2"}
        return page

    yield at
    context.close()
    assert complaints == []


def test_no_page_has_script_or_style_of_its_own_and_none_breaks_its_policy(look):
    for path in OPEN_PAGES:
        look(path)


def test_markup_that_a_client_sends_is_text_on_the_review_pages(look):
    page = look("/audit/login")
    log_in(page, REVIEWER, PASSWORD)
    entry = page.locator("table.list tbody th a").first.get_attribute("href")
    for path in (*REVIEW_PAGES, f"/audit?user={quote(MARKUP)}"):
        shown = look(path.replace("ENTRY", entry))
        assert shown.locator("main").is_visible()
    assert "<script>document.title=2</script>" in look("/audit").locator("main").inner_text()

"""The hospital's own login in real Chromium: to an issuer on another site, which asks for a click, and back."""

import pytest

from tests.browser.reviewed_service import PASSWORD, REVIEWER, reviewed_service
from tests.browser.watching import every_screen, hard_to_read, log_in
from tests.issuer_desk import SITE
from tests.stub_issuer import StubIssuer

LOG_IN, PROVE = "Log in at Example Hospital", "Prove it"


@pytest.fixture
def stub():
    """For a browser `localhost` is another site than 127.0.0.1."""
    with StubIssuer(host="localhost", asks=True) as found:
        yield found


@pytest.fixture
def service(browser, stub, tmp_path):  # noqa: ARG001 - no process is started without a browser
    more = 'name-claim = "email"'
    (tmp_path / "site.toml").write_text(SITE.format(issuer=stub.issuer, more=more))
    with reviewed_service(tmp_path) as running:
        yield running


@pytest.fixture
def open_page(service, stub, watched):
    """Nothing but the issuer may be called besides us; that nobody is let in is Chromium's own line on a status."""
    tolerates = (stub.origin, *(f"status of {status}" for status in (401, 403, 503)))
    return lambda *how: watched(service.url, *how, tolerates=tolerates).page


def log_in_at_issuer(page):
    """From the form of our login to the first page behind it."""
    page.get_by_role("link", name=LOG_IN).click()
    page.get_by_role("link", name=PROVE).click()
    page.get_by_role("heading", name="Find entries").wait_for()
    page.wait_for_load_state()  # the sheet may come after the heading


def test_to_the_issuer_and_back_to_the_page_that_was_wanted(open_page, service, stub):
    stub.claims = {"email": "a.smith@hospital.example"}
    page = open_page()
    page.goto(f"{service.url}/audit?patient=p1-thin-high")
    log_in_at_issuer(page)
    assert page.url == f"{service.url}/audit?patient=p1-thin-high"
    assert (
        page.locator(".who .name").inner_text().startswith("a.smith@hospital.example")
    )
    page.get_by_role("link", name="Figures").click()
    page.get_by_role("heading", name="Figures").first.wait_for()
    page.get_by_role("button", name="Log out").click()
    page.get_by_role("link", name=LOG_IN).wait_for()
    page.goto(f"{service.url}/audit/figures")
    assert page.get_by_role("link", name=LOG_IN).is_visible()


def test_markup_in_a_claim_runs_nowhere(open_page, service, stub):
    stub.claims = {
        "email": "<img src=x onerror=alert(1)>@x",
        "sub": "<img/src=x/onerror=alert(1)>",
    }
    page = open_page()
    page.goto(f"{service.url}/audit/login")
    log_in_at_issuer(page)
    assert page.locator("img").count() == 0
    assert "<img/src=x/onerror=alert(1)>" in page.locator(".who .name").inner_text()


def test_without_the_issuer_a_local_account_still_opens_the_pages(
    open_page, service, stub
):
    stub.close()
    page = open_page()
    page.goto(f"{service.url}/audit")
    page.get_by_role("link", name=LOG_IN).click()
    assert "cannot be reached now" in page.get_by_role("alert").inner_text()
    log_in(page, REVIEWER, PASSWORD)  # the form stands open
    page.wait_for_load_state()  # the sheet may come after the heading


@every_screen
def test_every_step_fits_and_can_be_read(open_page, service, stub, width, scheme):
    page = open_page(width, scheme)
    stub.claims = {"sub": "x" * 200}

    for path in ("/audit", "/audit/login/callback?state=x"):
        page.goto(service.url + path)
        assert hard_to_read(page) == [], path
    page.goto(f"{service.url}/audit")
    log_in_at_issuer(page)
    assert hard_to_read(page) == []

"""The worksheet opened from an EHR on another site, in Chromium: walked by mouse and by keys, on every screen."""

import pytest

from tests.browser.watching import axe_violations, every_screen, hard_to_read
from tests.launch_desk import HU, SITE
from tests.running_service import RunningService
from tests.stub_ehr import StubEhr

PERSON = {
    "resourceType": "Patient",
    "id": "p1",
    "name": [{"family": "Example", "given": ["Ada"]}],
    "gender": "female",
    "birthDate": "1950-01-15",
}


@pytest.fixture
def ehr():
    """For a browser `localhost` is another site than 127.0.0.1."""
    with StubEhr(PERSON, host="localhost", asks=True) as found:
        yield found


@pytest.fixture
def service(browser, ehr, tmp_path):  # noqa: ARG001 - no process is started without a browser
    """Two workers: the one that begins a session is seldom the one that goes on."""
    site = tmp_path / "site"
    site.mkdir()
    (site / "site.toml").write_text(SITE.format(base=ehr.base, more=""))
    settings = {"KYPHOPLASTY_CDS_SITE": str(site)}
    with RunningService(
        tmp_path / "run", arguments=["--workers", "2"], environment=settings
    ) as running:
        ehr.app = running.url
        yield running


@pytest.fixture
def open_sheet(service, ehr, watched):
    """From the chart in the EHR to the worksheet of its patient.

    The pages are closed before the servers stop: what still loads would be refused.
    """

    def at(*screen, **options):
        tolerates = (ehr.origin, "status of 403")
        page = watched(service.url, *screen, tolerates=tolerates, **options).page
        page.goto(f"{ehr.origin}/chart")
        page.get_by_role("link", name="Open the worksheet").click()
        page.get_by_role("link", name="Prove it").click()
        page.get_by_role("heading", name="Ada Example").wait_for()
        return page

    return at


def fill(page):
    page.locator("#w-hu").fill(HU["hu"])
    page.locator("#w-date").fill(HU["date"])
    page.locator("#w-level").select_option("L1")
    page.locator("#w-treated").select_option("T12")
    page.locator("#w-contrast").select_option("no")
    page.locator("#w-kv").fill("120")
    page.locator("#w-trabecular").select_option("yes")
    page.get_by_role("button", name="Compute").click()
    page.get_by_role("heading", name="Results").wait_for()


def saved(ehr):
    return [one for one in ehr.resources if one["resourceType"] == "Observation"]


def test_from_the_chart_to_a_saved_value_that_is_read_back(open_sheet, ehr):
    page = open_sheet()
    fill(page)
    page.get_by_label("I have measured or checked these values").check()
    page.get_by_role("button", name="Save 1 value").click()
    assert "Saved: 1 new" in page.get_by_role("status").inner_text()
    assert "40.0 HU" in page.get_by_role("table", name="On record").inner_text()
    assert [one["status"] for one in saved(ehr)] == ["final"]

    page.reload()  # sends the same form once more
    assert "there already" in page.get_by_role("status").inner_text()
    assert len(saved(ehr)) == 1


def test_keys_alone_are_enough(open_sheet, ehr):
    page = open_sheet()
    fill(page)
    page.get_by_label("I have measured or checked these values").focus()
    page.keyboard.press("Space")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.get_by_role("status").wait_for()
    assert [one["status"] for one in saved(ehr)] == ["final"]


def test_a_record_that_refuses_leaves_the_fields_and_the_text(open_sheet, ehr):
    ehr.refuses = 403
    page = open_sheet()
    fill(page)
    page.get_by_role("button", name="Save 1 value").click()
    assert "wrote nothing" in page.get_by_role("alert").inner_text()
    assert page.locator("#w-hu").input_value() == "40"
    assert "40.0 HU, L1" in page.locator("pre").inner_text()


def test_after_the_end_the_way_back_shows_no_patient(open_sheet):
    page = open_sheet()
    place = page.url
    page.get_by_role("button", name="End").click()
    page.get_by_text("no patient is named").wait_for()
    page.goto(place)
    assert "Ada" not in page.content()


def test_no_token_is_in_the_browser(open_sheet, ehr):
    page = open_sheet()
    fill(page)
    (token,) = ehr.tokens
    held = [page.content(), str(page.context.cookies()), page.url]
    assert all(token not in one for one in held)


@every_screen
def test_every_screen_fits_and_can_be_read(open_sheet, width, scheme):
    page = open_sheet(width, scheme, bypass_csp=True)  # for axe alone
    fill(page)
    page.get_by_role("button", name="Save 1 value").click()
    page.get_by_role("status").wait_for()
    assert hard_to_read(page) == []
    assert axe_violations(page) == []

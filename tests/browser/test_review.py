"""The review pages in real Chromium against the real service: log in, find, open, replay, export, mark."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from cds_service.samples import load_samples
from cds_service.samples.requests import order_sign_request
from tests.browser.reviewed_service import PASSWORD, REVIEWER, reviewed_service
from tests.browser.watching import (
    axe_violations,
    every_screen,
    hard_to_read,
    log_in,
)
from tests.chart_builders import open_service
from tests.live_service import FEEDBACK

PAGES = (
    "/audit",
    "/audit/patients/p1-thin-high",
    "ENTRY",
    "ENTRY/replay",
    "/audit/figures",
    "/audit/integrity",
)


@pytest.fixture
def log(browser, tmp_path):  # noqa: ARG001 - no process is started without a browser
    """A service of its own, since these tests count entries: three patients signed, feedback on a card, a reviewer."""
    with reviewed_service() as running:
        plan = running.send("GET", "/cds-services").json()["services"][0]["prefetch"]
        now = datetime.now(UTC)
        for sample in load_samples(now.date())[:3]:
            first = running.call(order_sign_request(sample, plan=plan)).json()["cards"][
                0
            ]
        reason = {key: first["overrideReasons"][1][key] for key in ("system", "code")}
        item = {
            "card": first["uuid"],
            "outcome": "overridden",
            "overrideReason": {"reason": reason},
        }
        told = running.call(
            {"feedback": [{**item, "outcomeTimestamp": now.isoformat()}]}, path=FEEDBACK
        )
        assert told.status == 200
        person = {"resourceType": "Patient", "id": "p1-thin-high"}
        export = tmp_path / "Patient.ndjson"
        export.write_text(json.dumps(person) + "\n", encoding="utf-8")
        running.command("loop", str(export))
        yield running.url


@pytest.fixture
def open_desk(log, watched):
    """A reviewer who is logged in."""

    def at(*how, **options):
        page = watched(log, *how, **options).page
        page.goto(f"{log}/audit/login")
        log_in(page, REVIEWER, PASSWORD)
        return page

    return at


def entry_links(page):
    return page.locator("table.list tbody th a")


def test_log_in_find_open_replay_export_and_mark(open_desk):
    page = open_desk()
    page.get_by_label("Patient id").fill("p1-thin-high")
    page.get_by_role("button", name="Find", exact=True).click()
    page.get_by_role("heading", name="1 entry, newest first").wait_for()
    assert page.url.endswith("/audit?patient=p1-thin-high")

    with page.expect_download() as download:
        page.get_by_role("button", name="NDJSON").click()
    lines = [
        json.loads(line)
        for line in Path(download.value.path()).read_text().splitlines()
    ]
    assert lines[-1]["manifest"]["count"] == 1
    assert lines[0]["payload"]["facts"]["patient"] == "p1-thin-high"

    entry_links(page).click()
    card = page.get_by_role("article").first
    assert "Weak grip (12 kg)" in card.inner_text()
    assert card.locator(".tone").inner_text().split()[:3] == ["i", "For", "information"]

    page.get_by_role("link", name="Replay").click()
    page.get_by_text("Identical: every figure is the same").wait_for()
    page.go_back()

    page.get_by_label("For the committee").check()
    page.get_by_label("Note").fill("high with every input known")
    page.get_by_role("button", name="Add to the log").click()
    page.get_by_text("high with every input known").wait_for()
    assert "Mark: For the committee" in page.locator(".saying").last.inner_text()

    page.get_by_role("link", name="Integrity", exact=True).click()
    page.get_by_text("kyphoplasty-cds audit verify", exact=True).wait_for()
    page.get_by_role("link", name="Figures").click()
    page.get_by_role("heading", name="Figures for the committee").wait_for()
    assert (
        page.get_by_role("row", name="All months")
        .get_by_role("cell")
        .all_inner_texts()[0]
        == "3"
    )

    done = page.get_by_role("region", name="Was it done?").inner_text()
    assert "No signing can be judged yet." in done
    assert "1 whose days are not over" in done

    page.get_by_role("button", name="Log out").click()
    page.wait_for_url("**/audit/login")
    assert page.get_by_label("Password").is_visible()


def test_feedback_is_found_and_stands_beside_its_answer(open_desk):
    page = open_desk()
    page.get_by_label("Feedback", exact=True).select_option("overridden")
    page.get_by_role("button", name="Find", exact=True).click()
    page.get_by_role("heading", name="1 entry, newest first").wait_for()
    assert "overridden: patientDeclines" in page.locator("table.list").inner_text()
    page.get_by_role("link", name="p3-typical-western").click()
    page.get_by_role("heading", name="Patient p3-typical-western").wait_for()


def test_it_works_by_keyboard_alone(open_desk):
    page = open_desk()
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.get_by_label("Patient id").focus()
    page.keyboard.type("p2-low")
    page.keyboard.press("Enter")
    page.wait_for_url("**/audit?patient=p2-low")
    for _ in range(60):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.matches('table.list th a')"):
            break
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="Cards as they were shown").wait_for()


@every_screen
def test_everything_fits_and_can_be_read(open_desk, log, width, scheme):
    page = open_desk(width, scheme)
    entry = entry_links(page).last.get_attribute("href")
    for address in PAGES:
        page.goto(log + address.replace("ENTRY", entry))
        assert hard_to_read(page) == [], address


def test_on_paper_there_are_no_buttons(open_desk, log):
    page = open_desk()
    page.goto(log + entry_links(page).last.get_attribute("href"))
    page.emulate_media(media="print")
    assert page.locator("button:visible").count() == 0
    assert page.get_by_role("article").first.is_visible()


# Each question of a reviewer: what is done from the start page on, by keyboard alone,
# and what then stands there. One line of steps is at most three; keys between are Tab.
def tab_to(page, wanted):
    """Press Tab until the element has the focus."""
    wanted.wait_for()
    target = wanted.element_handle()
    for _ in range(150):
        if target.evaluate("one => one === document.activeElement"):
            return
        page.keyboard.press("Tab")
    pytest.fail(f"no Tab leads to {wanted}")


def pressed(wanted):
    def step(page):
        tab_to(page, wanted(page))
        page.keyboard.press("Enter")

    return step


def link(name):
    return pressed(lambda page: page.get_by_role("link", name=name).first)


def typed(label, text):
    def step(page):
        tab_to(page, page.get_by_label(label, exact=True))
        page.keyboard.type(text)

    return step


def enter(page):
    page.keyboard.press("Enter")


FIGURES = link("Figures")
UNFOLD = pressed(lambda page: page.locator("summary", has_text="More fields"))
PATIENT = "Patient id, or *part*"


@pytest.mark.parametrize("width", [1400, 400])
def test_a_reviewers_question_takes_at_most_three_steps(open_desk, log, width):
    page = open_desk(width, bypass_csp=True)  # for axe alone
    digest = open_service().pooled.study.digest
    questions = {
        "cards last month, by kind, and the trend": ([FIGURES], "Rates by month"),
        "overridden, and why": ([FIGURES], "patientDeclines"),
        "overridden, by unit": ([FIGURES], "no EHR named"),
        "was it done": ([FIGURES], "Was it done?"),
        "all about a patient": ([typed(PATIENT, "p1-thin-high"), enter], "1 entry"),
        "a part of an id": ([typed(PATIENT, "*thin*"), enter], "1 entry"),
        "figures of a model": (
            [UNFOLD, typed("A card said a figure of model", "pooled-2026"), enter],
            "newest first",
        ),
        "figures of a digest": (
            [UNFOLD, typed("Digest of its numbers", digest), enter],
            "newest first",
        ),
        "what was shown": (
            [pressed(lambda page: entry_links(page).last)],
            "Cards as they were shown",
        ),
        "is the log whole": ([link("Integrity")], "audit verify"),
    }
    for question, (steps, said) in questions.items():
        page.goto(f"{log}/audit")
        assert len(steps) <= 3, question
        for step in steps:
            step(page)
        page.get_by_text(said).first.wait_for()
        assert hard_to_read(page) == [], question
        assert axe_violations(page) == [], question
    for name, ending in (("These tables as CSV", ".csv"), ("As PDF", ".pdf")):
        page.goto(f"{log}/audit")
        FIGURES(page)
        with page.expect_download() as download:
            link(name)(page)
        assert download.value.suggested_filename.endswith(ending)


@pytest.mark.parametrize("width", [1400, 400])
def test_observed_and_expected_by_quarter_is_read_on_any_screen(
    watched, tmp_path, width
):
    quarters = "".join(
        f'[[pooled-2026.quarters]]\nquarter = "2025 Q{number}"\nn = 60\nevents = 9\n'
        f"expected = {expected}\nratio = {9 / expected}\n"
        f"interval = [{4 / expected}, {18 / expected}]\n"
        for number, expected in ((1, 9.0), (2, 1.5), (3, 12.0))
    )
    (tmp_path / "site.toml").write_text('[site]\nname = "T"\n', encoding="utf-8")
    (tmp_path / "observed-expected.toml").write_text(
        '[pooled-2026]\nversion = "1"\nmeasured = 2026-11-01\n'
        f'outcomes-digest = "00"\n{quarters}',
        encoding="utf-8",
    )
    with reviewed_service(tmp_path) as running:
        page = watched(running.url, width, bypass_csp=True).page  # for axe alone
        page.goto(f"{running.url}/audit/login")
        log_in(page, REVIEWER, PASSWORD)
        FIGURES(page)
        page.get_by_text("Observed / expected by quarter: pooled-2026 1").wait_for()
        assert page.get_by_role("row", name="2025 Q2").inner_text().split()[-4:] == [
            "6.00",
            "2.67",
            "to",
            "12.00",
        ]
        assert hard_to_read(page) == []
        assert axe_violations(page) == []
        page.context.close()

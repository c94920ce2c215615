"""The committee's book holds what is in force, and a running service is held against its patients."""

import html
import re
import shutil
from datetime import UTC, date, datetime, timedelta

import pytest
from click.testing import CliRunner

from cds_service.cli import main
from cds_service.commands.book import book_patients, committee_book
from cds_service.commands.changes import read_book
from cds_service.loading import load_service
from cds_service.protocol.messages import HookResponse
from cds_service.samples import SITE_FOLDER
from cds_service.settings import Settings
from cds_service.site.folder import load_site
from tests.live_service import LiveService

TODAY = date(2026, 11, 20)
SITE = load_site(SITE_FOLDER)
SERVICE = load_service(SITE)
HOOK = SERVICE.hooks["kyphoplasty-order-sign"]


@pytest.fixture(scope="module")
def book() -> str:
    return committee_book(Settings(), SITE, TODAY)


@pytest.fixture(scope="module")
def said(book) -> str:
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", book)).split())


def test_every_rule_order_guideline_and_study_in_force_is_in_it(said):
    for rule in HOOK.rules:
        assert f"{rule.heading} {rule.id}" in said
        assert f"{rule.owner}, {rule.approved}, {rule.review_by}" in said
    for template in HOOK.order_templates.values():
        assert template.resource["code"]["text"] in said
    for one in HOOK.guidelines.values():
        assert one.statement in said
        assert f"({one.citation}) {one.owner} {one.approved} {one.review_by}" in said
    for card in SERVICE.model_cards.values():
        assert card["title"] in said
    for digest in SERVICE.digests.values():
        assert digest in said
    for one in (one for reasons in HOOK.texts.reasons.values() for one in reasons):
        assert f"{one.code} {one.display}" in said
    assert "brace.max-weeks 6" in said  # the site's own


def test_every_fact_sentence_and_closure_in_force_is_in_it(said):
    for fact in HOOK.facts:
        assert (
            f"{fact.owner}, {fact.approved}, {fact.review_by}"
            in said[said.index(f"{fact.id} {fact.signal}") :]
        )
        for text in (
            *(one.say for one in fact.phrases),
            *(one.say for one in fact.lines),
            fact.joins,
        ):
            assert " ".join(text.split()) in said
    for closure in HOOK.closures.closures:
        assert f"{closure.topic} {closure.reason} {closure.part}" in said
    for table in ("brace", "risk", "lines"):
        for sentence in HOOK.texts.tables[table].values():
            assert " ".join(sentence.split()) in said


def test_book_patients_show_their_cards_and_one_shows_none(book):
    patients = book_patients(HOOK, TODAY)
    assert len(patients) == len({one.id for one in patients}) == 16
    cards = re.findall(
        r'<section class="panel patient">(.*?)</section>', book, re.DOTALL
    )
    counts = {
        one.id: len(re.findall("<article", card))
        for one, card in zip(patients, cards, strict=True)
    }
    assert [name for name, count in counts.items() if not count] == [
        "p13-all-ordered",
        "p16-other-order",
    ]
    ill = cards[-2]
    assert "myeloma" in ill
    assert "Refer to rehabilitation" not in ill
    assert "Weak grip (12 kg), repeated falls, no bone drug: start one" in cards[0]


def test_it_is_one_file_without_scripts_or_parts_from_elsewhere(book):
    assert not re.search(r"<script|<link|<img|<iframe|src=|@import|url\(", book)
    ids = re.findall(r'\sid="([^"]+)"', book)
    assert len(ids) == len(set(ids))
    assert set(re.findall(r'href="#([^"]+)"', book)) <= set(ids)


def test_what_is_overdue_is_marked():
    later = committee_book(Settings(), SITE, date(2027, 12, 1))
    closures = 1  # all in one file
    assert (
        later.count(": overdue")
        == len(HOOK.facts) + len(HOOK.rules) + len(HOOK.guidelines) + closures
    )


@pytest.fixture
def live(tmp_path):
    with LiveService(tmp_path) as service:
        service.now = datetime.now(UTC)
        yield service


def check(url, *options, site=""):
    return CliRunner().invoke(
        main,
        ["preview", "--check", url, *options],
        env={"KYPHOPLASTY_CDS_SITE": str(site)},
    )


def test_a_service_with_the_same_configuration_answers_as_in_the_book(live):
    done = check(live.url)
    assert (done.exit_code, done.output.count("as in the book")) == (0, 16), done.output


def test_a_service_with_another_configuration_differs_by_name(live):
    done = check(live.url, site=SITE_FOLDER)  # other incidence, other weeks
    assert done.exit_code == 1
    assert "p1-thin-high: differs" in done.output
    # The site observes 12 % in 12 months, to which the studies of that horizon are
    # shifted.
    assert re.search(
        r"rehabilitation: detail: .*average 1 in 3.* instead of .*average 1 in 8",
        done.output,
    )
    assert re.search(
        r"braceLimit: summary: .*\(8 weeks\).* instead of .*\(6 weeks\)", done.output
    )
    assert "p16-other-order: as in the book" in done.output


def test_a_service_that_is_off_is_said_to_be(tmp_path):
    with LiveService(tmp_path, flow=lambda *_: HookResponse(cards=[])) as live:
        done = check(live.url)
    assert done.exit_code == 1
    assert done.output.count("no card: the service is off") == 14
    assert "p16-other-order: as in the book" in done.output


def test_a_service_that_refuses_differs(live):
    live.close()
    done = check(live.url)
    assert (done.exit_code, done.output.startswith("error: ")) == (1, True)


def test_the_command_writes_the_book(tmp_path):
    out = tmp_path / "book.html"
    done = CliRunner().invoke(
        main, ["preview", "--site", str(SITE_FOLDER), "--out", str(out)]
    )
    assert (done.exit_code, "Committee book: Sample Hospital" in out.read_text()) == (
        0,
        True,
    )


# --- what changed since the approved book


@pytest.fixture
def approved(book, tmp_path):
    file = tmp_path / "approved.html"
    file.write_text(book, encoding="utf-8")
    return read_book(file)


def test_another_day_is_no_change(approved):
    """Days of doses and of braces move with the calendar; what is in force does not."""
    later = committee_book(
        Settings(), SITE, TODAY + timedelta(days=100), since=approved
    )
    assert "What changed since the book of 2026-11-20" in later
    assert "Nothing changed." in later


def test_a_changed_week_of_the_brace_is_told_with_the_cards_that_it_changes(
    approved, tmp_path
):
    folder = shutil.copytree(SITE_FOLDER, tmp_path / "site")
    text = (folder / "site.toml").read_text(encoding="utf-8")
    changed = re.sub(r"brace-max-weeks = \d+", "brace-max-weeks = 10", text)
    assert changed != text
    (folder / "site.toml").write_text(changed, encoding="utf-8")
    site = load_site(folder)
    page = committee_book(Settings(), site, TODAY, since=approved)
    said = " ".join(html.unescape(re.sub(r"<[^>]+>", " ", page)).split())
    assert "policy: brace.max-weeks 6 10" in said
    assert "Test patients with another card: p6-open-ended-brace" in said
    assert "fact 1" not in said


def test_what_is_no_book_is_refused(tmp_path):
    file = tmp_path / "page.html"
    file.write_text("<html></html>", encoding="utf-8")
    result = CliRunner().invoke(main, ["preview", "--since", str(file)])
    assert result.exit_code == 1
    assert "holds no data of a book" in result.output

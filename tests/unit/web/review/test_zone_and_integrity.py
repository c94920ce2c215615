"""Times of the site, and what the integrity page knows of the last verification."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from click.testing import CliRunner
from werkzeug.datastructures import MultiDict

from cds_service.cli import main
from cds_service.review.filtering import read_filter
from cds_service.review.words import moment_words
from tests.audit_builders import tamper
from tests.review_desk import words

BERLIN = ZoneInfo("Europe/Berlin")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        pytest.param(
            "2026-07-01T22:30:00.000Z", "2 Jul 2026, 00:30:00 CEST", id="summer"
        ),
        pytest.param(
            "2026-11-20T09:12:33.000Z", "20 Nov 2026, 10:12:33 CET", id="winter"
        ),
    ],
)
def test_times_are_those_of_the_site(text, said):
    assert moment_words(text, BERLIN) == said


def test_a_day_of_the_filter_is_a_day_of_the_site():
    found = read_filter(
        MultiDict({"since": "2026-07-02", "until": "2026-07-02"}), BERLIN
    ).query
    assert found.since == datetime(2026, 7, 1, 22, 0, tzinfo=UTC)
    assert found.until == datetime(2026, 7, 2, 22, 0, tzinfo=UTC)


def verify(desk, monkeypatch, *options):
    monkeypatch.setenv("KYPHOPLASTY_CDS_DATABASE_URL", desk.url)
    return CliRunner().invoke(main, ["audit", "verify", "--record", *options])


def test_the_page_tells_the_last_verification_and_its_scope(desk, monkeypatch):
    desk.sign()
    page = words(desk.reviewer().get("/audit/integrity"))
    assert "no verification is on record" in page
    result = verify(desk, monkeypatch)
    assert result.exit_code == 0, result.output
    entries = desk.newest("verify").sequence - 1
    desk.sign(number=2)
    page = words(desk.reviewer().get("/audit/integrity"))
    assert "found whole when it was last verified" in page
    assert (
        f": {entries} entries, up to number {entries}, compared with 0 checkpoints"
        in page
    )
    assert "entries came since" in page


def test_a_log_that_is_not_whole_is_told(desk, monkeypatch):
    desk.sign()
    tamper(desk.url, "UPDATE audit_payload SET body = replace(body, 'shown', 'other')")
    assert verify(desk, monkeypatch).exit_code == 1
    page = words(desk.reviewer().get("/audit/integrity"))
    assert "not whole:" in page


def test_an_export_is_not_recorded_as_the_log(desk, monkeypatch, tmp_path):
    (tmp_path / "x.ndjson").write_text("{}", encoding="utf-8")
    assert (
        verify(desk, monkeypatch, "--export", str(tmp_path / "x.ndjson")).exit_code == 2
    )

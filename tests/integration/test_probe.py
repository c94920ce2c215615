"""`probe` through running services, and the count of hours that its orders do not reset."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from click.testing import CliRunner

from cds_service.cli import main
from tests.audit_builders import rows_of
from tests.chart_builders import brace, kyphoplasty, order_sign, thin_and_weak
from tests.client_tokens import client_of, site_folder
from tests.live_service import LiveService
from tests.running_service import RunningService


def probe(url, *options, site=None):
    return CliRunner().invoke(
        main, ["probe", url, *options], env={"KYPHOPLASTY_CDS_SITE": str(site or "")}
    )


@pytest.fixture
def live(tmp_path):
    with LiveService(tmp_path) as service:
        service.now = datetime.now(UTC)
        yield service


def silence(live) -> float:
    (hours,) = re.findall(
        r"^kyphoplasty_cds_hours_since_order (\S+)$",
        live.send("GET", "/metrics").text,
        re.MULTILINE,
    )
    return float(hours)


def test_a_probe_says_what_came_back_and_ends_badly_without_its_card(live):
    good = probe(live.url)
    assert (good.exit_code, good.output.splitlines()[-1]) == (0, "good")
    assert (
        "rehabilitation (info): Weak grip (12 kg), repeated falls, no bone drug: start one"
        in good.output
    )
    unknown = probe(live.url, "--procedure", "https://hospital.example|K-1")
    assert unknown.exit_code == 1
    assert "the order was not recognised" in unknown.output


def test_an_address_where_nobody_answers_is_a_line():
    done = probe("http://127.0.0.1:9")
    assert (done.exit_code, done.output.startswith("error: http://127.0.0.1:9")) == (
        1,
        True,
    )


def test_only_a_persons_kyphoplasty_ends_the_silence(live):
    begun = live.now
    silence(live)
    live.cards(order_sign(thin_and_weak(), kyphoplasty()))
    live.now = begun + timedelta(hours=2)
    assert silence(live) == pytest.approx(2, abs=0.01)
    live.cards(order_sign(thin_and_weak(), brace()))  # no kyphoplasty
    assert probe(live.url).exit_code == 0
    live.now = begun + timedelta(hours=50)
    assert silence(live) == pytest.approx(50, abs=0.01)
    live.cards(order_sign(thin_and_weak(), kyphoplasty()))
    assert silence(live) == pytest.approx(0, abs=0.01)


def test_a_log_without_any_order_counts_from_its_beginning(live):
    assert probe(live.url).exit_code == 0  # makes the log
    live.now += timedelta(hours=9)
    assert silence(live) == pytest.approx(9, abs=0.1)


def test_a_key_is_made_the_site_takes_its_public_half_and_the_entry_names_the_probe(
    tmp_path,
):
    key = tmp_path / "probe.pem"
    first = probe("http://127.0.0.1:9", "--key", str(key))
    assert first.exit_code == 1
    issuer, jwks = re.findall(
        r'issuer = "(.+?)" and jwks-file = "(.+?)"', first.output
    )[0]
    assert key.stat().st_mode & 0o077 == 0
    site = site_folder(
        tmp_path / "site", client_of(issuer=issuer, keys=f'jwks-file = "{jwks}"')
    )
    (site / jwks).write_bytes((tmp_path / jwks).read_bytes())
    with RunningService(
        tmp_path / "run", environment={"KYPHOPLASTY_CDS_SITE": str(site)}
    ) as service:
        for _ in range(2):  # each call has a token of its own
            done = probe(service.url, "--key", str(key), site=site)
            assert done.exit_code == 0, done.output
        nobody = probe(service.url, site=site)
        assert (nobody.exit_code, "status 401" in nobody.output) == (1, True)
    query = "SELECT DISTINCT client, \"user\", patient FROM audit_search WHERE kind = 'answer'"
    assert rows_of(f"sqlite:///{tmp_path / 'run/audit.sqlite3'}", query) == [
        (issuer, "Practitioner/kyphoplasty-cds-probe", "kyphoplasty-cds-probe")
    ]

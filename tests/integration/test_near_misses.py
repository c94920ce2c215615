"""Near misses: counted, listed by `mappings gaps`, and without a word about the patient."""

import json

import pytest
from click.testing import CliRunner

from cds_service.cli import main
from tests.chart_builders import brace, bundle, kyphoplasty, measured, order_sign
from tests.live_service import DEADLINE_SECONDS, LiveService
from tests.tables import cases

LOCAL = "https://hospital.example/orderable"
WORDS = "PEDICLE KYPHOPLASTY TRAY for Mrs Canary7"


@pytest.fixture
def live(tmp_path, monkeypatch):
    # The entry of a near miss is given up after half a second, which a busy machine may
    # need for the first one.
    monkeypatch.setattr("cds_service.service.NOTE_SECONDS", DEADLINE_SECONDS)
    with LiveService(tmp_path) as service:
        yield service


@pytest.fixture
def gaps(tmp_path):
    def run(*options):
        url = f"sqlite:///{tmp_path / 'audit.sqlite3'}"
        words = ["mappings", "gaps", "--from", "2026-11-01", *options]
        done = CliRunner().invoke(
            main, words, env={"KYPHOPLASTY_CDS_DATABASE_URL": url}
        )
        assert done.exit_code == 0, done.output
        return done.stdout

    return run


def order(code: str, words: str, **members):
    return {
        **kyphoplasty(),
        "code": {"coding": [{"system": LOCAL, "code": code}], "text": words},
        **members,
    }


def near(gaps) -> set[tuple[str, str, str, int]]:
    return {
        (one["kind"], one["system"], one["code"], one["seen"])
        for one in json.loads(gaps("--json"))["nearMisses"]
    }


@pytest.mark.parametrize(("code", "words", "kind", "cards"), cases(__file__, "orders"))
def test_an_order_that_was_nearly_recognised_is_listed_by_its_code(
    live, gaps, code, words, kind, cards
):
    assert bool(live.cards(order_sign([], order(code, words)))) == cards
    shown = code if code.startswith("SURG") else "(not shown)"
    if not kind:
        # so that there is a log
        live.cards(order_sign([], order("SURG-1", "Percutaneous kyphoplasty L1")))
        assert near(gaps) == {("order-by-words", LOCAL, "SURG-1", 1)}
        return
    live.cards(order_sign([], order(code, words)))
    assert near(gaps) == {(kind, LOCAL, shown, 2)}
    counted = live.send("GET", "/metrics").body.decode()
    assert f'kyphoplasty_cds_near_misses_total{{kind="{kind}"}} 2.0' in counted
    said = gaps() + gaps("--json") + counted
    assert "Canary" not in said
    assert shown in said


def test_an_order_by_a_known_code_is_none(live, gaps):
    live.cards(order_sign([], kyphoplasty()))
    assert near(gaps) == set()


def test_the_entry_of_a_near_miss_names_nobody(live, tmp_path):
    live.cards(order_sign([], order("SURG-2", WORDS)))
    log = (tmp_path / "audit.sqlite3").read_bytes() + (
        tmp_path / "audit.sqlite3-wal"
    ).read_bytes()
    assert b"SURG-2" in log
    for words in (
        b"Canary7",
        order_sign([], kyphoplasty())["context"]["patientId"].encode(),
    ):
        assert words not in log


@pytest.mark.parametrize(("code", "quantity", "found"), cases(__file__, "t_scores"))
def test_a_t_score_under_a_code_that_we_do_not_know_is_listed(
    live, gaps, code, quantity, found
):
    value = {
        **measured("bmi", 22.0),
        "id": "dxa",
        "code": code,
        "valueQuantity": quantity,
    }
    body = order_sign([], kyphoplasty())
    body["prefetch"]["boneDensity"] = bundle(value)
    live.cards(body)
    assert near(gaps) == ({("t-score", LOCAL, "DXA-1", 1)} if found else set())


def test_what_is_not_known_is_tallied_over_the_answers(live, gaps):
    live.cards(order_sign([measured("bmi", 22.0)], kyphoplasty()))
    live.cards(order_sign([], kyphoplasty()))
    found = json.loads(gaps("--json"))
    assert found["answers"] == 2
    assert {"finding": "bmi", "reason": "absent", "answers": 1} in found["gaps"]
    assert "bmi: absent in 1" in gaps()


def test_what_kept_the_end_of_a_brace_from_being_pre_selected_is_counted_by_its_element(
    live, gaps
):
    noted = brace(
        note=[{"text": WORDS}], reasonReference=[{"reference": "Condition/none"}]
    )
    live.cards(order_sign([], kyphoplasty(), noted))
    assert near(gaps) == {
        ("brace-unread", "", "note", 1),
        ("brace-unread", "", "reasonReference", 1),
    }
    counted = live.send("GET", "/metrics").body.decode()
    assert 'kyphoplasty_cds_near_misses_total{kind="brace-unread"} 2.0' in counted
    said = gaps() + gaps("--json") + counted
    assert "Canary" not in said
    assert "note" in said

"""Figures for a committee: the last feedback of a card, small cells hidden, never by user."""

import base64
import json
import re
import zlib
from datetime import UTC, datetime, timedelta

import pytest
from click.testing import CliRunner

from cds_service.audit.chain import PROBE, PROBE_PATIENTS, AuditEntry, ShownCard
from cds_service.audit.counts import count_months
from cds_service.cli import main
from tests.audit_builders import tamper
from tests.review_desk import words

MAY = datetime(2026, 5, 10, 9, 0, tzinfo=UTC)


def answer(
    desk,
    number,
    *,
    at=MAY,
    rules=("rehabilitation", "dietitian"),
    user="Practitioner/7",
    topic="rehabilitation",
    **facts,
):
    card = ShownCard(card=f"card-{number}", topic=topic, indicator="info", rules=rules)
    whose = {"patient": f"p{number}", "user": user, **facts}
    entry = AuditEntry(kind="answer", at=at, cards=(card,), content={}, **whose)
    desk.store.append(entry)
    return entry


def tell(desk, entry, outcome, *, reason=None, rules=(), after=timedelta(minutes=5)):
    content = {
        "outcomeTimestamp": (entry.at + after).isoformat(),
        **({"acceptedRules": list(rules)} if rules else {}),
    }
    whole = {
        "at": entry.at + after,
        "about": entry.id,
        "card": entry.cards[0].card,
        "topic": "rehabilitation",
    }
    desk.store.append(
        AuditEntry(
            kind="feedback", result=outcome, reason=reason, content=content, **whole
        )
    )


def counts(desk, since="2026-01", until="2026-12"):
    with desk.store.reader.reading() as connection:
        return {
            key: count
            for key, count in count_months(connection, since, until).items()
            if count
        }


def test_what_was_shown_is_counted_by_card_and_recommendation(desk):
    for number in range(3):
        answer(desk, number, partial=number == 0, refracture_band="high")
    found = counts(desk)
    assert found["2026-05", "", "", "answer"] == 3
    assert found["2026-05", "", "", "partial"] == 1
    assert found["2026-05", "", "", "band:refracture:high"] == 3
    assert found["2026-05", "rehabilitation", "", "shown"] == 3
    assert found["2026-05", "rehabilitation", "dietitian", "fired"] == 3


def test_feedback_counts_in_the_month_of_its_card(desk):
    entry = answer(desk, 1, at=datetime(2026, 5, 31, 23, 0, tzinfo=UTC))
    tell(desk, entry, "accepted", rules=["dietitian"], after=timedelta(days=2))
    found = counts(desk)
    assert found["2026-05", "rehabilitation", "", "accepted"] == 1
    assert found["2026-05", "rehabilitation", "dietitian", "accepted"] == 1
    assert ("2026-05", "rehabilitation", "rehabilitation", "accepted") not in found


def test_of_several_feedbacks_on_one_card_the_last_counts(desk):
    entry = answer(desk, 1)
    tell(desk, entry, "overridden", reason="patientDeclines")
    tell(desk, entry, "accepted", rules=["rehabilitation"], after=timedelta(minutes=9))
    found = counts(desk)
    assert found["2026-05", "rehabilitation", "", "accepted"] == 1
    assert ("2026-05", "rehabilitation", "", "overridden") not in found
    assert ("2026-05", "rehabilitation", "", "reason:patientDeclines") not in found


def test_only_the_months_asked_for_are_counted(desk):
    for month in (4, 5, 6):
        tell(
            desk,
            answer(desk, month, at=MAY.replace(month=month)),
            "accepted",
            rules=["dietitian"],
        )
    found = counts(desk, since="2026-05", until="2026-05")
    assert {period for period, *_ in found} == {"2026-05"}
    assert found["2026-05", "rehabilitation", "", "accepted"] == 1
    assert (
        counts(desk, since="2026-04", until="2026-06")["2026-06", "", "", "answer"] == 1
    )


def test_feedback_on_an_unknown_card_counts_nowhere_else(desk):
    desk.store.append(
        AuditEntry(kind="feedback", at=MAY, result="accepted", card="x", content={})
    )
    assert counts(desk) == {}


# --- the page


def figures_page(desk):
    return words(desk.reviewer().get("/audit/figures?since=2026-05&until=2026-05"))


def test_the_page_shows_counts_by_month_recommendation_and_reason_and_no_user(desk):
    for number in range(12):
        tell(desk, answer(desk, number), "overridden", reason="patientDeclines")
    for number in range(20, 28):
        answer(desk, number)
    text = figures_page(desk)
    assert "May 2026 20 0 0 20 0 0 12 8" in text
    assert "dietitian 20 0 12" in text
    assert "rehabilitation: patientDeclines 12" in text
    assert "Practitioner" not in text


def test_cards_are_counted_by_unit_too(desk):
    """Two EHRs, one of them with a tenant; discharges are in no rate of signings."""
    unit = {"client": "https://north.example", "tenant": "spine"}
    for number in range(12):
        entry = answer(desk, number, **unit)
        tell(desk, entry, "overridden" if number < 7 else "accepted", reason="x")
    for number in range(20, 28):
        answer(desk, number, client="https://south.example")
    answer(desk, 40, topic="discharge", rules=("open",), **unit)
    text = figures_page(desk)
    assert "https://north.example spine 12 0 5 7 0" in text
    assert "https://south.example 8 0 0 0 8" in text
    assert "All units 20 0 5 7 8" in text


def test_one_to_four_are_shown_to_those_alone_who_may_list_entries(desk):
    for number in range(3):
        tell(desk, answer(desk, number), "overridden", reason="patientDeclines")
    text = figures_page(desk)
    assert "May 2026 3 0 0 3 0 0 3 0" in text
    assert "rehabilitation: patientDeclines 3" in text
    hidden = words(
        desk.reviewer("olga", "operator").get(
            "/audit/figures?since=2026-05&until=2026-05"
        )
    )
    assert "2026-01 to 2026-12" in hidden
    assert "May 2026 … 0 0 … 0 0 … 0" in hidden
    assert "rehabilitation: patientDeclines …" in hidden
    assert "dietitian … 0 …" in hidden


def test_rates_and_the_same_as_csv(desk):
    for number in range(12):
        tell(desk, answer(desk, number), "overridden", reason="patientDeclines")
    for number in range(20, 28):
        answer(desk, number)
    assert "May 2026 100 0 0 60" in figures_page(desk)
    anna = desk.reviewer()
    text = anna.get("/audit/figures.csv?since=2026-05&until=2026-05")
    assert "By month,May 2026,20,0,0,20,0,0,12,8" in text
    assert "Why cards were overridden,rehabilitation: patientDeclines,12" in text
    anna.get("/audit/figures?from=2026-05", 400)


def pdf_text(octets):
    """The words of the pages, as reportlab writes its streams."""
    streams = re.findall(rb"stream\s(.*?)~>endstream", octets, re.DOTALL)
    pages = [zlib.decompress(base64.a85decode(one)).decode("cp1252") for one in streams]
    return " ".join(re.findall(r"\((.*?)\) Tj", "\n".join(pages)))


def test_the_same_as_pdf(desk):
    for number in range(12):
        answer(desk, number, at=MAY + timedelta(days=number))
    readers = {"anna": desk.reviewer(), "olga": desk.reviewer("olga", "operator")}
    for name, reader in readers.items():
        response = reader.client.get("/audit/figures.pdf?since=2026-05&until=2026-05")
        assert response.content_type == "application/pdf"
        text = pdf_text(response.data)
        assert "Figures for the committee" in text
        assert "May 2026 12 0 0 12 0 0 0 12" in text
        assert ("Counts of 1 to 4 are hidden" in text) == (name == "olga")
        assert desk.newest("read").user == name


def test_discharges_do_not_thin_the_rates_of_signings(desk):
    """At a discharge no operation is signed: ten signings with ten cards are 100 %."""
    for number in range(10):
        answer(desk, number)
    for number in range(10, 40):
        facts = {"service_id": "kyphoplasty-discharge"} if number < 25 else {}
        entry = answer(desk, number, topic="discharge", rules=("open",), **facts)
    tell(desk, entry, "accepted", rules=["open"])
    desk.store.append(
        AuditEntry(
            kind="answer", at=MAY, content={}, service_id="kyphoplasty-discharge"
        )
    )
    found = counts(desk)
    assert found["2026-05", "", "", "answer"] == 10
    assert found["2026-05", "discharge", "", "answer"] == 31
    assert found["2026-05", "", "", "band:refracture:none"] == 10
    page = figures_page(desk)
    assert "May 2026 100 0 0 0" in page
    assert "discharge 31 30 0 1 0 29" in page


def test_a_silent_discharge_is_no_brace_order(desk, monkeypatch):
    for _ in range(5):
        content = {"leaving": {}, "silent": {"milliseconds": 1}}
        entry = AuditEntry(kind="answer", at=MAY, result="silent", content=content)
        desk.store.append(entry)
    monkeypatch.setenv("KYPHOPLASTY_CDS_DATABASE_URL", desk.url)
    done = CliRunner().invoke(main, ["audit", "report", "--silent", "--json"])
    found = json.loads(done.stdout)
    assert "brace orders after an augmentation" not in found
    (row,) = found["discharges after an augmentation"]
    assert (row["what"], row["count"]) == ("answered", 5)


@pytest.mark.parametrize(
    "period", ["since=2026", "until=x", "since=2026-13", "since=2%D9%A026-05"]
)
def test_a_period_that_is_none_is_refused(desk, period):
    anna = desk.reviewer()
    anna.get(f"/audit/figures?{period}", 400)
    anna.get(f"/audit/figures.csv?{period}", 400)


def test_a_period_the_wrong_way_round_is_turned(desk):
    assert "2026-03 to 2026-05" in words(
        desk.reviewer().get("/audit/figures?since=2026-05&until=2026-03")
    )


def test_bars_say_the_same_as_the_table(desk):
    for number in range(10):
        answer(
            desk,
            number,
            rules=("rehabilitation",) if number else ("rehabilitation", "alignment"),
        )
    page = desk.reviewer().get("/audit/figures?since=2026-05&until=2026-05")
    assert (
        '<meter value="1.0" aria-label="Fired: 10" title="Fired: 10"></meter>' in page
    )


def test_what_was_changed_counts_as_nothing_and_is_told(desk):
    entry = answer(desk, 1)
    tell(desk, entry, "accepted", rules=["dietitian"])
    desk.store.append(AuditEntry(kind="gap", at=MAY, content={"lost": 3}))
    tamper(desk.store.url, "UPDATE audit_payload SET body = '{}'")
    found = counts(desk)
    assert found["2026-05", "", "", "unread"] == 2
    assert not {
        name
        for _, _, rule, name in found
        if name == "lost" or (rule, name) == ("dietitian", "accepted")
    }
    assert "What 2 of these entries said was changed" in figures_page(desk)


@pytest.mark.parametrize("body", ["", "no JSON", "[]", '{"content": {}}'])
def test_a_statement_that_cannot_be_read_costs_no_page(desk, body):
    tell(desk, answer(desk, 1), "accepted", rules=["dietitian"])
    tamper(desk.store.url, f"UPDATE audit_payload SET body = '{body}'")
    assert "accepted" in figures_page(desk).lower()
    assert ("2026-05", "rehabilitation", "dietitian", "accepted") not in counts(desk)


def test_a_probe_is_no_answer_to_anybody(desk):
    answer(desk, 1)
    answer(desk, 2, user=PROBE, patient=f"{PROBE_PATIENTS}probe")
    found = counts(desk)
    assert found["2026-05", "", "", "answer"] == 1
    assert found["2026-05", "rehabilitation", "dietitian", "fired"] == 1
    answer(desk, 3, user=PROBE)  # somebody's order, whatever user it names
    assert counts(desk)["2026-05", "", "", "answer"] == 2


def test_the_command_reports_the_burden_by_month(desk, monkeypatch):
    for number in range(12):
        tell(desk, answer(desk, number), "overridden", reason="patientDeclines")
    answer(desk, 50, at=MAY.replace(month=7))
    monkeypatch.setenv("KYPHOPLASTY_CDS_DATABASE_URL", desk.url)
    asked = [
        "audit",
        "report",
        "--by",
        "month",
        "--from",
        "2026-01-01",
        "--to",
        "2026-12-01",
    ]
    months = json.loads(CliRunner().invoke(main, [*asked, "--json"]).stdout)["months"]
    # with July's single one it would tell that
    assert months["May 2026"]["Cards"] is None
    assert months["Jul 2026"]["Cards"] is None
    assert months["Mar 2026"]["Cards"] == 0
    printed = CliRunner().invoke(main, asked)
    assert printed.exit_code == 0, printed.output
    assert "Jul 2026" in printed.stdout
    # as a pipe of eighty columns gets it
    assert {"Warnings", "Accepted", "Overridden"} <= set(printed.stdout.split())


def test_a_report_of_months_without_an_answer_says_so(desk, monkeypatch):
    answer(desk, 1, at=MAY.replace(year=2020))
    monkeypatch.setenv("KYPHOPLASTY_CDS_DATABASE_URL", desk.url)
    printed = CliRunner().invoke(main, ["audit", "report"])
    assert printed.stdout.startswith("no live answers in these months")

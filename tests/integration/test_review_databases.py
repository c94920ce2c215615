"""The review pages over each kind of database, from login to export."""

from __future__ import annotations

import json
import threading

import pytest

from cds_service.audit.figures import Figures
from tests.chart_builders import strong_and_nourished
from tests.review_desk import PASSWORD, ReviewDesk, Reviewer, words


@pytest.fixture
def desk(tmp_path, audit_url):
    found = ReviewDesk(tmp_path, url=audit_url)
    found.sign(patient="pat-a")
    card = found.content(found.sign(patient="pat-b"))["cards"][0]
    found.tell(card["uuid"], "accepted", suggestion=card["suggestions"][0]["uuid"])
    found.sign(*strong_and_nourished(), patient="pat-b", number=2)
    found.refuse()
    yield found
    found.store.close()


def test_every_page_answers(desk):
    anna = desk.reviewer()
    a, b = (one.id for one in desk.all("answer")[:2])
    for query in (
        "",
        "patient=pat-b",
        "rule=rehabilitation",
        "rule=none",
        "kind=log",
        "partial=no",
        "feedback=accepted",
    ):
        anna.get(f"/audit?{query}")
    assert "rehabilitation accepted" in words(anna.get("/audit/patients/pat-b"))
    assert "The fields give the hash" in words(anna.get(f"/audit/entries/{a}"))
    assert "Identical" in words(anna.get(f"/audit/entries/{a}/replay"))
    assert "differs" in words(anna.get(f"/audit/compare?a={a}&b={b}"))
    assert "Nov 2026 < 5" in words(anna.get("/audit/figures"))
    anna.post(f"/audit/entries/{a}/mark", mark="reviewed")
    assert desk.newest("mark").about == a
    for span in ({}, {"first": "2", "last": "4"}):
        anna.post("/audit/integrity", **span)
    text = words(anna.get("/audit/integrity"))
    assert "whole: nothing changed" in text
    assert "nothing wrong in this part" in text
    lines = anna.post("/audit/export", format="ndjson").text.splitlines()
    assert json.loads(lines[-1])["manifest"]["count"] == 4


def test_wrong_passwords_at_once_are_limited_as_one_after_the_other(desk):
    desk.accounts.add("anna", "reviewer", PASSWORD)
    statuses = []

    def guess():
        statuses.append(Reviewer(desk).log_in("anna", "wrong").status_code)

    threads = [threading.Thread(target=guess) for _ in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert statuses.count(401) <= 5
    assert Reviewer(desk).log_in("anna", PASSWORD).status_code == 429


def test_entries_are_counted_once_by_many_at_once(desk):
    threads = [
        threading.Thread(target=Figures(lambda: desk.store.database).count_on, kwargs={"seconds": 30}) for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    figures = Figures(lambda: desk.store.database)
    assert figures.count_on(seconds=30).is_complete
    counts = {(one.topic, one.rule, one.name): one.count for one in figures.read("2026-11", "2026-11")}
    assert counts["", "", "answer"] == 3
    assert counts["rehabilitation", "", "accepted"] == 1

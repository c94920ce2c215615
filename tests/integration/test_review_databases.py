"""The review pages over each kind of database, from login to export."""

import json
from concurrent.futures import ThreadPoolExecutor

import pytest

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
    a = desk.newest("answer").id
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
    assert "Hash of the entry before" in words(anna.get(f"/audit/entries/{a}"))
    assert "Identical" in words(anna.get(f"/audit/entries/{a}/replay"))
    assert "Nov 2026 3" in words(anna.get("/audit/figures"))
    anna.post(f"/audit/entries/{a}/mark", mark="reviewed")
    assert desk.newest("mark").about == a
    assert "audit verify" in words(anna.get("/audit/integrity"))
    lines = anna.post("/audit/export", format="ndjson").text.splitlines()
    assert json.loads(lines[-1])["manifest"]["count"] == 4


def test_wrong_passwords_at_once_are_limited_as_one_after_the_other(desk):
    desk.accounts.add("anna", "reviewer", PASSWORD)
    with ThreadPoolExecutor(10) as pool:
        guesses = pool.map(
            lambda _: Reviewer(desk).log_in("anna", "wrong").status_code, range(10)
        )
        statuses = list(guesses)
    assert statuses.count(401) <= 5
    assert Reviewer(desk).log_in("anna", PASSWORD).status_code == 429

"""A call without draft orders is answered, and leaves a trace by which somebody finds the cure."""

import json
import logging

import pytest

from cds_service.errors import AuditUnavailable
from cds_service.web.logs import JsonLines
from cds_service.web.missing_orders import HOUR, MissingOrders
from tests.chart_builders import Asked
from tests.signings import kyphoplasty, order_sign

MRI = kyphoplasty(id="mri", code={"text": "MRI lumbar spine"}, bodySite=None)
NOTHING = [
    pytest.param({"resourceType": "Bundle", "entry": []}, id="empty"),
    pytest.param({"resourceType": "Bundle"}, id="no entries"),
    pytest.param(
        {"resourceType": "Bundle", "entry": [{}]}, id="an entry without a resource"
    ),
    pytest.param({}, id="an empty object"),
    pytest.param(None, id="null"),
    pytest.param("absent", id="absent"),
]


def without_orders(drafts):
    body = order_sign()
    if drafts == "absent":
        del body["context"]["draftOrders"]
    else:
        body["context"]["draftOrders"] = drafts
    return body


def counted(asked):
    lines = asked.client.get("/metrics").text.splitlines()
    (line,) = [
        one for one in lines if one.startswith("kyphoplasty_cds_orders_missing_total")
    ]
    return float(line.split()[1])


def call_line(asked, body, caplog):
    caplog.clear()
    with caplog.at_level(logging.INFO, "kyphoplasty_cds.calls"):
        response = asked.post(body)
    assert (response.status_code, response.json) == (200, {"cards": []})
    (record,) = [one for one in caplog.records if one.name == "kyphoplasty_cds.calls"]
    return json.loads(JsonLines().format(record))


@pytest.mark.parametrize("drafts", NOTHING)
def test_a_call_without_orders_is_answered_logged_and_counted(drafts, caplog):
    asked = Asked()
    assert counted(asked) == 0, "there before the first: an alert sees the increase"
    line = call_line(asked, without_orders(drafts), caplog)
    assert (line["status"], line["reason"]) == (200, "orders-missing")
    assert counted(asked) == 1


def test_another_order_is_none_of_these(caplog):
    asked = Asked()
    assert "reason" not in call_line(asked, order_sign(MRI), caplog)
    assert counted(asked) == 0
    assert asked.log.entries == []


def test_the_log_holds_counts_and_nobody():
    asked = Asked()
    asked.post(order_sign(MRI))
    asked.post(without_orders(None))
    (entry,) = asked.log.entries
    assert entry.kind == "near-miss"
    assert entry.content["ordersMissing"] == {"calls": 2, "missing": 1}
    assert (entry.patient, entry.user, entry.hook_instance) == (None, None, None)


def test_of_many_calls_few_are_entries():
    asked = Asked()
    for _ in range(120):
        asked.post(without_orders(None))
    counts = [one.content["ordersMissing"]["missing"] for one in asked.log.entries]
    assert counts == [1, 9, 90]
    assert counted(asked) == 120


def test_an_hour_later_the_rest_is_written():
    now = [0.0]
    seen = MissingOrders(monotonic=lambda: now[0])
    assert seen.note("a", is_missing=True) == (1, 1)
    for _ in range(4):
        assert seen.note("a", is_missing=True) is None
    assert seen.note("a", is_missing=False) is None
    now[0] = HOUR
    assert seen.note("a", is_missing=True) == (6, 5)


def test_ehrs_are_counted_apart():
    seen = MissingOrders()
    for _ in range(5):
        seen.note("a", is_missing=False)
    assert seen.note("b", is_missing=True) == (1, 1)
    assert seen.note("a", is_missing=True) == (6, 1)


def test_what_could_not_be_written_is_in_the_next():
    seen = MissingOrders()
    due = seen.note("a", is_missing=True)
    seen.keep("a", due)
    for _ in range(8):
        assert seen.note("a", is_missing=True) is None
    assert seen.note("a", is_missing=True) == (10, 10)


def test_without_a_log_the_call_is_answered_all_the_same(monkeypatch):
    asked = Asked()

    def refuse(*_):
        raise AuditUnavailable("away")

    monkeypatch.setattr(asked.log, "append", refuse)
    assert asked.post(without_orders(None)).status_code == 200

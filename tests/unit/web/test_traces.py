"""The trace of a caller's system, by which its log and ours are put side by side (W3C Trace Context)."""

import json
import logging

import pytest

from cds_service.web.logs import JsonLines
from tests.chart_builders import HOOK, Asked
from tests.signings import kyphoplasty, order_sign

MRI = kyphoplasty(id="mri", code={"text": "MRI lumbar spine"}, bodySite=None)
TRACE, PARENT = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"


def call_line(caplog, **headers):
    client = Asked().client
    with caplog.at_level(logging.INFO, "kyphoplasty_cds.calls"):
        response = client.post(
            f"/cds-services/{HOOK}", json=order_sign(MRI), headers=headers
        )
    assert response.status_code == 200
    (record,) = [one for one in caplog.records if one.name == "kyphoplasty_cds.calls"]
    return json.loads(JsonLines().format(record))


@pytest.mark.parametrize(
    "header",
    [
        pytest.param(f"00-{TRACE}-{PARENT}-01", id="sampled"),
        pytest.param(f"00-{TRACE}-{PARENT}-00", id="not sampled"),
        pytest.param(
            f"cc-{TRACE}-{PARENT}-01-of-a-later-version", id="a later version"
        ),
    ],
)
def test_the_trace_of_a_call_is_in_its_line(caplog, header):
    assert call_line(caplog, traceparent=header)["trace"] == TRACE


@pytest.mark.parametrize(
    "header",
    [
        pytest.param("", id="empty"),
        pytest.param("Canary", id="a word"),
        pytest.param(f"ff-{TRACE}-{PARENT}-01", id="a version that is none"),
        pytest.param(f"00-{TRACE}-{PARENT}-01-more", id="more than its version has"),
        pytest.param(f"00-{TRACE.upper()}-{PARENT}-01", id="capitals"),
        pytest.param(f"00-{'0' * 32}-{PARENT}-01", id="no trace"),
        pytest.param(f"00-{TRACE}-{'0' * 16}-01", id="no parent"),
        pytest.param(f"00-{TRACE}-{PARENT}", id="no flags"),
    ],
)
def test_what_is_no_trace_is_not_in_the_log(caplog, header):
    line = call_line(caplog, traceparent=header)
    assert "trace" not in line
    assert "Canary" not in json.dumps(line)


def test_a_call_without_one_has_none(caplog):
    assert "trace" not in call_line(caplog)

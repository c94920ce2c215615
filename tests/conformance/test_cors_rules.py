"""CH-58: browsers that run a CDS Hooks client may call, and may read every answer."""

import pytest

from tests.live_service import CALL, DISCOVERY, FEEDBACK
from tests.signings import empty_prefetch, kyphoplasty, order_sign

ORIGIN = "https://sandbox.cds-hooks.org"


@pytest.mark.parametrize("path", [DISCOVERY, CALL, FEEDBACK])
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_ch_58_a_preflight_is_answered_without_a_token(service, path, method):
    reply = service.send(
        "OPTIONS",
        path,
        Origin=ORIGIN,
        Access_Control_Request_Method=method,
        Access_Control_Request_Headers="authorization,content-type",
    )
    assert reply.status == 204
    assert reply.headers["Access-Control-Allow-Origin"] in ("*", ORIGIN)
    assert {"GET", "POST", "OPTIONS"} <= set(
        listed(reply.headers["Access-Control-Allow-Methods"])
    )
    assert {"authorization", "content-type"} <= set(
        listed(reply.headers["Access-Control-Allow-Headers"].lower())
    )


def listed(value):
    return [one.strip() for one in value.split(",")]


def test_ch_58_every_answer_may_be_read_by_a_page_of_another_origin_errors_too(
    service, failing, templates
):
    request = order_sign(kyphoplasty(), prefetch=empty_prefetch(templates))
    replies = [
        (200, service.send("GET", DISCOVERY, Origin=ORIGIN)),
        (200, service.post(request)),
        (400, service.post(b"{")),
        (404, service.post({"feedback": []}, f"{DISCOVERY}/other/feedback")),
        (405, service.send("GET", CALL)),
        (412, service.post(order_sign(kyphoplasty()))),
        (401, failing[401].post(request)),
        (500, failing[500].post(request)),
    ]
    for status, reply in replies:
        assert reply.status == status
        assert reply.headers["Access-Control-Allow-Origin"] in ("*", ORIGIN)
        assert reply.headers["Access-Control-Allow-Credentials"] is None

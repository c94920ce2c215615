"""A call that is answered leaves nothing in memory: its body may be of four megabytes."""

import gc
import json

import pytest

from cds_service.web.exchange import Exchange
from tests.chart_builders import HOOK, Asked, kyphoplasty, order_sign, patient

PATH, JSON = f"/cds-services/{HOOK}", "application/json"
SIGNED = json.dumps(order_sign([patient()], kyphoplasty())).encode()


@pytest.fixture
def _no_collector():
    """So that only what nothing refers to goes."""
    gc.collect()
    gc.disable()
    yield
    gc.enable()


@pytest.mark.usefixtures("_no_collector")
@pytest.mark.parametrize(
    ("body", "status"),
    [
        pytest.param(SIGNED, 200, id="answered"),
        pytest.param(b'{"hook": "order-sign"}', 400, id="no hook call"),
        pytest.param(b'{"hook": ', 400, id="no JSON"),
    ],
)
def test_nothing_of_an_answered_call_waits_for_the_garbage_collector(body, status):
    asked, before = Asked(), calls()
    assert asked.client.post(PATH, data=body, content_type=JSON).status_code == status
    assert calls() - before == set()


def calls():
    """The calls that are in memory, by their identity."""
    return {id(one) for one in gc.get_objects() if isinstance(one, Exchange)}

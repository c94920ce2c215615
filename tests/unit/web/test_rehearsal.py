"""What a server answers before it listens."""

import logging
from dataclasses import replace

import pytest

from cds_service.web.rehearsal import rehearse
from tests.chart_builders import NOW, open_service


def test_an_order_and_a_discharge_are_answered(caplog: pytest.LogCaptureFixture):
    with caplog.at_level(logging.WARNING):
        rehearse(open_service(), NOW)
    assert not caplog.records


def test_what_a_sample_is_refused_is_told_by_its_kind_alone(
    caplog: pytest.LogCaptureFixture,
):
    """A site may ask for lists that no sample has; the server starts all the same."""
    service = open_service()
    signing = service.signing_hook
    unasked = replace(signing, discovery={**signing.discovery, "prefetch": {}})
    hooks = {**service.hooks, signing.id: unasked}
    with caplog.at_level(logging.WARNING):
        rehearse(replace(service, hooks=hooks), NOW)
    (line,) = caplog.records
    assert line.fields == {
        "event": "rehearsal",
        "hook": "order-sign",
        "reason": "EvidenceUnavailable",
    }

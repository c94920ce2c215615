"""Which line a request stands in: calls of the service in that of the service, however the address is written."""

from __future__ import annotations

import pytest

from cds_service.web.transport.gate import Kind, kind_of


@pytest.mark.parametrize(
    "path", ["/cds-services/x", "//cds-services//x/feedback", "/cds%2Dservices/x", "/%63ds-services/x"]
)
def test_a_call_of_the_service_takes_no_place_of_pages_or_operators(path):
    assert kind_of("POST", path) is Kind.ANSWER
    assert kind_of("GET", path) is Kind.PAGE
    assert kind_of("OPTIONS", path) is Kind.OPERATOR


@pytest.mark.parametrize("path", ["/health/live", "/metrics", "/%68ealth/ready"])
def test_operators_never_stand_behind_anything_else(path):
    assert kind_of("GET", path) is Kind.OPERATOR


@pytest.mark.parametrize("path", ["/", "/models", "/audit/login", "/cds-service", "/healthy"])
def test_everything_else_is_a_page(path):
    assert kind_of("POST", path) is Kind.PAGE

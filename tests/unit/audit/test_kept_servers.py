"""One FHIR server has one spelling in the log, however an EHR writes it."""

import pytest

from tests.chart_builders import Asked, kyphoplasty, order_sign
from tests.chart_builders import strong_and_nourished as whole_record

SERVER = "http://localhost:9/fhir"


@pytest.mark.parametrize(
    "written",
    [SERVER, f"{SERVER}/", "http://LOCALHOST:9/fhir", "http://localhost:9//fhir"],
)
def test_a_server_is_kept_in_one_spelling(written):
    asked = Asked()
    body = order_sign(whole_record(), kyphoplasty(), fhir_server=written)
    assert asked.post(body).status_code == 200
    (entry,) = asked.log.entries
    assert entry.content["record"]["server"] == SERVER

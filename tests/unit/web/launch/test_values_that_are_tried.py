"""The values of a sheet, tried on the record: they are none of what the server counted."""

import pytest

from cds_service.fhir.gathering.fhir_reader import Fetched
from cds_service.fhir.gathering.plan import Template
from cds_service.fhir.gathering.query_results import read_result
from cds_service.launch.record import SheetReader
from tests.stub_fhir import observation, page

VALUES = Template("values", "Observation?patient=p1", "Observation", is_search=True)


class OneList:
    """A server that has one answer."""

    def __init__(self, bundle):
        self.bundle = bundle

    def fetch(self, _query, **_limits):
        return Fetched((self.bundle,))


@pytest.mark.parametrize(
    ("total", "is_cut"),
    [pytest.param(1, False, id="whole"), pytest.param(2, True, id="cut")],
)
def test_a_value_that_is_tried_fills_no_gap_of_the_list(total, is_cut):
    server = OneList(page(observation(1), total=total))
    reader = SheetReader(server, [observation("tried")])
    fetched = reader.fetch(VALUES.text, until=0)
    result = read_result(VALUES, fetched.documents, note=fetched.note)
    assert [one["id"] for one in result.resources] == ["o1", "otried"]
    assert result.is_cut == is_cut

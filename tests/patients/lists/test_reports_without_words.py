"""Reports whose words are where nobody reads them: in a file, or in other resources."""

import pytest

from tests.codes import codeable
from tests.patients.reassuring import cards_of, end_is_selected, imaging

PATHOLOGY = codeable("http://terminology.hl7.org/CodeSystem/v2-0074", "SP")
PDF = [{"contentType": "application/pdf", "url": "Binary/1"}]
INLINE = [{"contentType": "text/plain", "data": "TXVsdGlwbGUgbWV0YXN0YXNlcw=="}]
NARRATIVE = {"status": "generated", "div": "<div>Multiple bone metastases</div>"}
UNREAD = [
    pytest.param(imaging(presentedForm=PDF), id="file"),
    pytest.param(imaging(presentedForm=INLINE), id="text inside"),
    pytest.param(imaging(text=NARRATIVE), id="narrative"),
    pytest.param(imaging(result=[{"reference": "Observation/x"}]), id="results"),
    pytest.param(
        imaging(category=[PATHOLOGY], code={"text": "Biopsy of L1"}, presentedForm=PDF),
        id="pathology",
    ),
]


@pytest.mark.parametrize("report", UNREAD)
def test_a_report_that_nobody_read_reassures_nobody(report):
    cards = cards_of(report)
    detail = cards["rehabilitation"]["detail"]
    assert "below the usual" not in detail
    assert "a report not fully understood" in detail
    assert not end_is_selected(cards)


def test_a_plain_conclusion_beside_its_file_is_read():
    report = imaging("Acute compression fracture of L1.", presentedForm=PDF)
    assert "below the usual" in cards_of(report)["rehabilitation"]["detail"]

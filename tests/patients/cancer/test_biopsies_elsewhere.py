"""A biopsy of another vertebra tells nothing of the one that is treated."""

import pytest

from tests.chart_builders import (
    ask,
    by_topic,
    days_ago,
    drafted,
    kyphoplasty,
    of_patient,
    order_sign,
    problem,
)
from tests.codes import CPT, SCT, codeable
from tests.patients.leaving import everything_arranged, leave, leaving_chart
from tests.patients.reassuring import quiet_record

ICD_10_PCS = "http://www.cms.gov/Medicare/Coding/ICD10"
L4 = codeable(SCT, "11994002")  # lumbar vertebra 4


def biopsy(words, *, level="L1", stored=False, **members):
    code = {"code": {"text": words}} | members
    metastasis = problem("C79.51", days=100)
    record = quiet_record(metastasis)
    drafts = [kyphoplasty(level)]
    if stored:
        said = {"status": "active", "intent": "order", "authoredOn": days_ago(2)}
        record.append(of_patient("ServiceRequest", "biopsy", **said | code))
    else:
        drafts.append(drafted("ServiceRequest", "biopsy", **code))
    return by_topic(ask(order_sign(record, *drafts)))["rehabilitation"]


@pytest.mark.parametrize("stored", [False, True])
@pytest.mark.parametrize(
    ("words", "members"),
    [
        pytest.param("Biopsy L4", {}, id="words"),
        pytest.param("Biopsy T8 vertebral body", {}, id="thoracic"),
        pytest.param("Biopsie LWK 4", {}, id="German"),
        pytest.param("Vertebral biopsy", {"bodySite": [L4]}, id="body site"),
    ],
)
def test_a_biopsy_of_another_vertebra_closes_nothing(words, members, stored):
    card = biopsy(words, stored=stored, **members)
    assert card["indicator"] == "warning"
    assert "biopsy if the cause is open" in card["summary"]


@pytest.mark.parametrize("stored", [False, True])
@pytest.mark.parametrize(
    "words", ["Biopsy of vertebra L1", "Vertebral biopsy", "Biopsy L1 and L4"]
)
def test_a_biopsy_that_may_be_of_the_treated_vertebra_closes_it(words, stored):
    card = biopsy(words, stored=stored)
    assert card["indicator"] == "info"
    assert "biopsy is ordered" in card["summary"]


def test_where_no_level_is_treated_by_name_a_biopsy_counts():
    assert biopsy("Biopsy L4", level=None)["indicator"] == "info"


def taken(code, system):
    said = {"status": "completed", "performedDateTime": days_ago(2)}
    return of_patient("Procedure", "taken", code=codeable(system, code), **said)


@pytest.mark.parametrize(
    ("code", "system"),
    [
        *(pytest.param(one, CPT, id=one) for one in ("20225", "20250", "20251")),
        *(pytest.param(one, ICD_10_PCS, id=one) for one in ("0PB43ZX", "0QB03ZX")),
    ],
)
def test_a_biopsy_by_a_standard_code_is_pending_until_its_report(code, system):
    """A needle biopsy of deep bone, open ones of a vertebra, diagnostic excisions."""
    stay = leaving_chart(*everything_arranged(), taken(code, system))
    (card,) = leave(stay)
    assert "biopsy result pending" in card["summary"]

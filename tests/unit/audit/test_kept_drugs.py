"""The log holds the history of bone drugs that a card rests on: our names, days and references, nothing else."""

import json

from cds_service.audit.chain import seal
from tests.builders import statement
from tests.chart_builders import application, ask, dose, drug, kyphoplasty, order_sign


def kept(*resources):
    log = application().log
    log.entries.clear()
    ask(order_sign(resources, kyphoplasty()))
    (entry,) = log.entries
    return json.loads(seal(entry).body)["content"]["boneDrugs"]


def test_a_dose_and_an_order_are_kept_apart():
    found = kept(dose("denosumab", days=150), drug("alendronate", days=30))
    assert found["uses"] == [
        {
            "name": "alendronate",
            "ordered": "2026-10-21",
            "standingOrder": True,
            "sources": ["MedicationRequest/m-alendronate"],
        },
        {
            "name": "denosumab",
            "started": "2026-06-23",
            "lastDose": "2026-06-23",
            "taken": True,
            "running": True,
            "sources": ["MedicationAdministration/a-denosumab-150"],
        },
    ]
    assert found["entries"] == 2


def test_a_bare_month_is_kept_as_its_days_and_words_of_the_record_are_not():
    named = {"text": "Fosamax for Mrs Example"}
    reported = {
        **statement(named, effectiveDateTime="2023-04"),
        "subject": {"reference": "Patient/pat-1"},
    }
    found = kept(reported)
    assert found["uses"][0]["started"] == "2023-04-01/2023-04-30"
    assert "Example" not in json.dumps(found)


def test_why_no_none_is_said_is_kept():
    assert kept() == {"uses": [], "unclear": "medication list empty"}

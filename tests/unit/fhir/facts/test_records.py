"""Records of a few resources, and what is found in them: `test_records.toml`.

Today is 20 November 2026.
"""

import pytest

from cds_service.core.derived import derive
from cds_service.core.facts import AugmentationOrder
from cds_service.fhir.gathering.picking import Unreadable
from tests.builders import RECORD, findings_of, says, specs
from tests.tables import cases


def broken(reference, key, concept):
    return Unreadable(reference=reference, key=key, concepts=frozenset({concept}))


def order(levels, reasons=()):
    references = ("ServiceRequest/1",)
    return AugmentationOrder(
        references=references,
        procedure="PKP",
        levels=tuple(levels),
        reasons=frozenset(reasons),
    )


RECORDS = cases(__file__, "records", RECORD | {"broken": broken})


@pytest.mark.parametrize(
    "case", RECORDS, ids=lambda case: case["why"].replace(" ", "-")
)
def test_what_a_record_says(case):
    found = findings_of(*case["record"], **case.get("read", {}))
    if "order" in case:
        found = derive(
            found, specs(), order(**case["order"]), sarcopenia_criteria="ewgsop2"
        )
    for name, elements in case["says"].items():
        for element, expected in elements.items():
            assert says(found, name, element, expected), (
                name,
                found.known.get(name) or found.gaps[name],
            )
    passed_over = [f"{one.reason}: {one.detail}" for one in found.passed_over]
    for words in case.get("passed-over", ()):
        assert any(words in one for one in passed_over), passed_over
    assert not (case.get("silent") and passed_over)

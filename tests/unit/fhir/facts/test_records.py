"""Records of a few resources, and what is found in them: `test_records.toml`. Today is 20 November 2026."""

import pytest

from tests.builders import RECORD, findings_of, says
from tests.tables import cases


@pytest.mark.parametrize("case", cases(__file__, "records", RECORD), ids=lambda case: case["why"].replace(" ", "-"))
def test_what_a_record_says(case):
    found = findings_of(*case["record"], **case.get("read", {}))
    for name, elements in case["says"].items():
        for element, expected in elements.items():
            assert says(found, name, element, expected), (name, found.known.get(name) or found.gaps[name])
    passed_over = [f"{one.reason}: {one.detail}" for one in found.passed_over]
    for words in case.get("passed-over", ()):
        assert any(words in one for one in passed_over), passed_over

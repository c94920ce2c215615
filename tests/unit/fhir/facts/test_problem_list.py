"""Yes/no from conditions and procedures: no only from a list that was read and is not empty."""

import pytest

from tests.builders import RECORD, coded, condition, findings_of, procedure
from tests.codes import CPT, SCT
from tests.tables import cases


def other() -> dict:
    """An entry that is none of ours, so that the list is not empty."""
    return condition("I10")


def worded(text, code="I10", **members):
    entry = condition(code, **members)
    return entry | {
        "id": "worded",
        "code": {**(entry["code"] if code != "I10" else {}), "text": text},
    }


def augmented(on="2025-06-01", status="completed", code=None):
    return procedure(code or coded("22514", CPT), on, status)


ROWS = RECORD | {"worded": worded, "augmented": augmented}


@pytest.mark.parametrize(
    ("name", "entry", "value"), cases(__file__, "what_lists_that_were_read_say", ROWS)
)
def test_what_lists_that_were_read_say(name, entry, value):
    found = findings_of(
        entry, other(), entries={"procedures": 3, "conditions": 9, "medications": 3}
    )
    assert (
        found.known[name].value if name in found.known else found.gaps[name].reason
    ) == value
    assert value is not False or name != "diabetes" or found.known[name].concerns == ()


@pytest.mark.parametrize(
    ("finding", "words"),
    cases(__file__, "a_condition_named_only_in_words_is_neither_yes_nor_no"),
)
@pytest.mark.parametrize(
    "coding",
    [
        [],
        [{"system": SCT, "code": "422034002"}],
        [{"system": "urn:local", "code": "X1"}],
    ],
)
def test_a_condition_named_only_in_words_is_neither_yes_nor_no(finding, words, coding):
    entry = condition("I10") | {
        "id": "worded",
        "code": {"coding": coding, "text": words} if coding else {"text": words},
    }
    found = findings_of(entry, other())
    assert found.gaps[finding].reason == "undetermined"
    assert "words" in found.gaps[finding].detail
    # words of the record stay in the record
    assert "Metastasis" not in found.gaps[finding].detail

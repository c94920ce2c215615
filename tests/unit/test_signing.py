"""Ids of answers: of one signing alone, the same for its repeat."""

from dataclasses import fields, replace
from uuid import UUID

import pytest

from cds_service.protocol.signing import Signing

SIGNING = Signing(
    client="https://ehr.example.org",
    tenant="north",
    server="https://ehr.example.org/fhir",
    patient="p1",
    orders="f" * 64,
    hook_instance="1caf890a-68ed-4526-b666-046ab9d88869",
)
CARD = ["rehabilitation", "summary", "detail"]


def test_a_repeat_has_the_same_id():
    assert SIGNING.derive_id("card", CARD) == replace(SIGNING).derive_id(
        "card", list(CARD)
    )
    assert UUID(SIGNING.derive_id("card", CARD)).version == 5


@pytest.mark.parametrize("part", [one.name for one in fields(Signing)])
def test_another_part_is_another_id(part):
    other = replace(SIGNING, **{part: "other"})
    assert other.derive_id("card", CARD) != SIGNING.derive_id("card", CARD)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        pytest.param(
            {"client": "a", "tenant": "bc"},
            {"client": "ab", "tenant": "c"},
            id="a border that moved",
        ),
        pytest.param(
            {"patient": 'a","b'}, {"patient": "a", "orders": "b"}, id="a quote"
        ),
        pytest.param({"client": None}, {"client": ""}, id="no client"),
        pytest.param({"client": None}, {"client": "null"}, id="a client of that name"),
        pytest.param(
            {"patient": "a\nb", "orders": ""},
            {"patient": "a", "orders": "b"},
            id="a line",
        ),
    ],
)
def test_no_two_signings_are_written_alike(one, other):
    assert Signing(**one).derive_id("card", CARD) != Signing(**other).derive_id(
        "card", CARD
    )


def test_content_is_no_continuation_of_the_role():
    assert SIGNING.derive_id("card", ["a", "b"]) != SIGNING.derive_id("card", ["a\nb"])
    assert SIGNING.derive_id("card", ["x"]) != SIGNING.derive_id("resource", ["x"])

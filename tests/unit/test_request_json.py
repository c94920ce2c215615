"""The text of a hook call: what is decoded at once, and what stays text."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cds_service.protocol.json_text import JsonTextError
from cds_service.protocol.request_json import decode_call

PARTS = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | st.sampled_from(["", "prefetch", '"', "\\", "}", "ü", "\u2028"]),
    lambda parts: st.lists(parts, max_size=3) | st.dictionaries(st.sampled_from(["a", "prefetch", '"']), parts),
    max_leaves=8,
)
INDENTS = st.sampled_from([None, 0, 2, "\t"])


def read(text: bytes):
    """The document, with its prefetch decoded where it was left as text."""
    document = decode_call(text)
    if isinstance(document, dict) and isinstance(document.get("prefetch"), bytes):
        return {**document, "prefetch": json.loads(document["prefetch"])}
    return document


@given(st.dictionaries(st.sampled_from(["hook", "prefetch", "context", "a"]), PARTS) | PARTS, INDENTS)
def test_nothing_of_a_call_is_lost_or_moved(document, indent):
    text = json.dumps(document, indent=indent, ensure_ascii=False).encode()
    assert read(text) == document
    assert list(read(text)) == list(document) if isinstance(document, dict) else True


def test_prefetch_stays_text_and_the_rest_does_not():
    found = decode_call(b'{"hook": "order-sign", "prefetch": {"a": [1, 2]}, "context": {}}')
    assert found == {"hook": "order-sign", "prefetch": b'{"a": [1, 2]}', "context": {}}


@pytest.mark.parametrize("value", [None, [], [{}], "{}", 5, True])
def test_prefetch_that_is_no_object_is_decoded(value):
    assert decode_call(json.dumps({"prefetch": value}).encode()) == {"prefetch": value}


def test_the_same_text_in_another_place_is_not_taken_for_prefetch():
    document = {"extension": {"a": 1}, "context": {"extension": {"a": 1}}, "prefetch": {"a": 1}}
    assert read(json.dumps(document).encode()) == document


@pytest.mark.parametrize(
    "text",
    [
        b'{"hook": 1, "hook": 2, "prefetch": {}}',
        b'{"prefetch": {}, "prefetch": {}}',
        b'{"prefetch": {"a": 1}, "prefetch": {"b": 1}}',
        b'{"prefetch": null, "prefetch": {"b": 1}}',
        b'{"context": {"patientId": "1", "patientId": "2"}, "prefetch": {}}',
        b'{"prefetch": {"a": }}',
        b'{"prefetch": {"a": NaN}}',
        b'{"prefetch": {"a": "\xff"}}',
        b'{"prefetch": {"a": 1}',
        b'{"prefetch": {"a": 1}} {}',
        b'{"prefetch": {"a": ' + b"[" * 100_000 + b"}}",
        b'{"prefetch": {}, "a": "\\u0000"}',
        b'{"prefetch": {}, "a": 1e999}',
    ],
)
def test_a_broken_call_is_refused_wherever_it_is_broken(text):
    with pytest.raises(JsonTextError):
        decode_call(text)

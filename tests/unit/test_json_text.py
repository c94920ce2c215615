"""What JSON from outside is, and is not."""

import json
import math
from itertools import islice

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cds_service.errors import DeadlinePassed
from cds_service.protocol.json_text import (
    MAX_DEPTH,
    JsonTextError,
    canonical_json,
    decode_call,
    decode_json,
    decode_record_json,
    decode_unguarded,
    levels,
    needs_no_guard,
)

PLAIN_TEXT = st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\0"))
DOCUMENTS = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**18), 10**18)
    | st.floats(allow_nan=False, allow_infinity=False)
    | PLAIN_TEXT,
    lambda parts: (
        st.lists(parts, max_size=4) | st.dictionaries(PLAIN_TEXT, parts, max_size=4)
    ),
    max_leaves=20,
)


@given(DOCUMENTS)
def test_every_proper_document_comes_through_unchanged(document):
    text = json.dumps(document).encode()
    assert decode_json(text) == document
    assert decode_record_json(text) == document


def test_a_byte_order_mark_is_tolerated():
    assert decode_json(b"\xef\xbb\xbf{}") == {}


def test_the_refusal_repeats_nothing_of_the_text():
    with pytest.raises(JsonTextError) as caught:
        decode_json(b'{"name": "Hallie Hoeger", "name": 1e999}')
    assert "Hallie" not in str(caught.value)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (b'{"a": 1, "a": 2}', "the same key twice"),
        (b"[1e999]", "too large"),
        (b"[-1E+309]", "too large"),
        (b"[2.5e0400]", "too large"),
        (b"[" + b"7" * 60 + b"e250]", "too large"),
        (b"[" + b"7" * 320 + b".5]", "too large"),
        (b"[" + b"9" * 5000 + b"]", "too large"),
        (b"[" + b"9" * 65 + b"]", "too large"),
        (b"[-" + b"9" * 65 + b"]", "too large"),
        (b"[" * 65 + b"]" * 65, "too deep"),
        (b'{"a":' * 65 + b"1" + b"}" * 65, "too deep"),
        (b"[" * 1000, "too deep"),
        (b'"' + b"x" * 20_000 + b'"], ["y"', "not JSON"),
        (b'"' + b"x" * 20_000 + b'", 1', "not JSON"),
        (b" " * 20_000, "not JSON"),
        (b'["\xff"]', "UTF-8"),
        (b'{"a": ["\\u0000"]}', "NUL"),
        (b'{"\\u0000": 1}', "NUL"),
        (b"{", "cut off"),
    ],
)
def test_the_refusal_says_what_is_wrong(text, why):
    with pytest.raises(JsonTextError, match=why):
        decode_json(text)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(b'{"a": 1e+999}', id="large-with-a-plus"),
        pytest.param(b"[" + b"9" * 65 + b"]", id="many-digits"),
        pytest.param(b'{"a": "\\u0000"}', id="nul"),
        pytest.param(b"[" * 65 + b"]" * 65, id="deep"),
    ],
)
def test_what_only_a_guard_refuses_needs_one(text):
    assert decode_unguarded(text) is not None
    assert not needs_no_guard(text)


def test_an_id_that_looks_like_a_large_number_needs_no_guard():
    assert needs_no_guard(b'{"id": "4e123-2026-11-20T08:00:00+01:00"}')


def test_words_about_a_nul_are_no_nul():
    assert decode_json(b'["\\\\u0000"]') == ["\\u0000"]


@pytest.mark.parametrize("dose", ["2.50", "2"])
def test_decimals_of_the_context_stay_as_written_and_those_of_the_record_are_numbers(
    dose,
):
    call = decode_call(
        f'{{"context": {{"dose": {dose}}}, "prefetch": {{"value": 1.50}}}}'.encode()
    )
    assert canonical_json(call["context"]) == f'{{"dose":{dose}}}'
    assert canonical_json(call["prefetch"]) == '{"value":1.5}'


def test_behind_a_decimal_that_is_kept_as_written_there_is_nothing():
    call = decode_call(b'{"context": {"dose": 2.50}}')
    assert [len(level) for level in islice(levels(call), 4)] == [1, 1]


def test_nesting_up_to_the_limit_is_read():
    text = b"[" * MAX_DEPTH + b"]" * MAX_DEPTH
    assert decode_json(text) == json.loads(text)


def test_a_record_keeps_what_stands_beside_a_number_that_no_float_holds():
    found = decode_record_json(b'{"a": 1e999, "b": ' + b"9" * 5000 + b', "c": 2.5}')
    assert math.isinf(found["a"])
    assert math.isinf(found["b"])
    assert found["c"] == 2.5


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(b'{"a": [%s "b\\u0000"]}', id="NUL"),
        pytest.param(b'{"a": [%s 1e999]}', id="no float"),
        pytest.param(b'{"a": [%s "\xff"]}', id="not UTF-8"),
    ],
)
def test_a_record_is_decoded_anew_only_while_there_is_time(text):
    """Python's decoder takes seconds for the largest, next to those of other lists."""
    looks = iter(range(3))
    whole = text % (b"{}," * 1000)

    def check():
        if next(looks, None) is None:
            raise DeadlinePassed("no time")

    with pytest.raises((DeadlinePassed, JsonTextError)) as ended:
        decode_record_json(whole, check)
    is_utf_8 = b"\xff" not in whole
    assert isinstance(ended.value, DeadlinePassed) is is_utf_8

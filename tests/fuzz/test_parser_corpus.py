"""Octets that the coverage-guided fuzzer found worth keeping: each is read, or refused, by every rule of the oracle."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.fuzz import bases
from tests.fuzz.amount import CORPUS, examples
from tests.fuzz.changes import apply, changes, splice, splices
from tests.fuzz.nasty import OCTETS, any_json, dump
from tests.fuzz.parser_oracle import Refused, look, reference

TEXTS_KEPT = sorted(CORPUS.iterdir())


@pytest.mark.parametrize("file", TEXTS_KEPT, ids=lambda file: file.name[:12])
def test_every_text_of_the_corpus_is_read_or_refused_by_the_rules(file):
    look(file.read_bytes())


@st.composite
def damaged(draw):
    """A request broken as a document and damaged as a text."""
    body = bases.request(draw(st.sampled_from(bases.names())))
    apply(body, draw(changes))
    return splice(dump(body), draw(st.just([]) | splices))


TEXTS = st.binary(max_size=40) | any_json.map(dump) | st.lists(st.sampled_from(OCTETS), max_size=8).map(b"".join)
UNUSABLE = (b"NaN", b'{"a":1,"a":2}', b'"\\ud800"', b'"\\u0000"', b"[" * 65 + b"]" * 65, b"9" * 65, b"1e999", b"\xff")


@examples(0.05)
@given(text=TEXTS | damaged())
def test_any_text_is_read_as_the_standard_library_reads_it_or_refused(tally, text):
    started = time.monotonic()
    look(text)
    tally.add(0, time.monotonic() - started)


@pytest.mark.parametrize("text", UNUSABLE, ids=repr)
def test_the_reference_itself_refuses_what_is_not_usable(text):
    with pytest.raises(Refused):
        reference(text)

"""The two hashes of the format, against vectors computed with a shell and sha256sum; and what sealing does."""

import json
import re
from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cds_service.audit.chain import (
    FACTS,
    AuditEntry,
    SealedEntry,
    ShownCard,
    canonical_json,
    seal,
    time_text,
)
from cds_service.audit.tables import SEARCH
from cds_service.audit.verification.hashes import commitment_of, link_of
from tests.audit_builders import answer_entry

FORMAT_PAGE = (Path(__file__).resolve().parents[3] / "docs/audit-format.md").read_text(
    encoding="utf-8"
)
SALT = "00112233445566778899aabbccddeeff"
ENTRY_ID = "11111111-2222-4333-8444-555555555555"
VECTORS = re.findall(r"^    ([0-9a-f]{64})$", FORMAT_PAGE, re.MULTILINE)
ENTRY = SealedEntry(
    id=ENTRY_ID,
    kind="answer",
    at="2026-11-20T09:00:00.000Z",
    salt=SALT,
    facts={"warning": "1", "patient": "pat-1"},
    cards=(
        ShownCard(
            card="c", topic="rehabilitation", indicator="warning", rules=("a", "b")
        ),
    ),
    body='{"content":{}}',
)


def test_the_verifier_gives_the_vectors_of_the_format():
    cards = [("c", "rehabilitation", "warning", "a b")]
    commitment = commitment_of(
        SALT, {"warning": "1", "patient": "pat-1"}, cards, '{"content":{}}'
    )
    link = link_of(
        2, ENTRY_ID, "2026-11-20T09:00:00.000Z", "answer", commitment, "a" * 64
    )
    assert [commitment, link] == VECTORS


TEXT = st.text(max_size=20)


@given(
    facts=st.dictionaries(TEXT, TEXT, max_size=4),
    cards=st.lists(
        st.tuples(
            TEXT,
            TEXT,
            TEXT,
            st.lists(st.from_regex(r"[a-z-]{1,8}", fullmatch=True), max_size=3),
        ),
        max_size=2,
    ),
    salt=TEXT,
    body=TEXT,
    sequence=st.integers(1, 10**12),
)
def test_writer_and_verifier_agree_on_anything(facts, cards, salt, body, sequence):
    shown = tuple(
        ShownCard(card=a, topic=b, indicator=c, rules=tuple(d)) for a, b, c, d in cards
    )
    entry = replace(ENTRY, salt=salt, facts=facts, cards=shown, body=body)
    rows = [(a, b, c, " ".join(d)) for a, b, c, d in cards]
    assert entry.commitment == commitment_of(salt, facts, rows, body)
    link = link_of(sequence, entry.id, entry.at, entry.kind, entry.commitment, "b" * 64)
    assert entry.link(sequence, "b" * 64) == link


@pytest.mark.parametrize(
    "other",
    [
        replace(ENTRY, facts={"warning": "1", "patient": "pat-", "x": "1"}),
        replace(ENTRY, facts={"warning": "1patient", "pat-1": ""}),
        replace(ENTRY, facts={"warning": "1"}),
        replace(ENTRY, cards=()),
        replace(ENTRY, body=ENTRY.body + " "),
        replace(ENTRY, salt=SALT[:-1] + "e"),
    ],
)
def test_another_payload_has_another_commitment(other):
    assert other.commitment != ENTRY.commitment


def test_an_entry_is_sealed_with_its_facts_cards_and_content_in_one_text():
    sealed = seal(answer_entry(1))
    document = json.loads(sealed.body)
    assert document["facts"] == sealed.facts
    assert document["facts"]["partial"] == "0"
    assert document["cards"] == [
        [sealed.cards[0].card, "rehabilitation", "warning", "a b"]
    ]
    assert document["content"]["risk"] == 0.35
    assert (document["id"], document["kind"], document["at"]) == (
        sealed.id,
        "answer",
        sealed.at,
    )
    assert sealed.body == canonical_json(document)


def test_every_fact_has_a_column_and_every_column_is_a_fact():
    assert {column.name for column in SEARCH.columns} == {
        *FACTS,
        "sequence",
        "at",
        "kind",
    }
    assert set(FACTS) <= {one.name for one in fields(AuditEntry)}


def test_times_are_utc_with_milliseconds():
    assert (
        time_text(datetime(2026, 11, 20, 10, tzinfo=timezone(timedelta(hours=1))))
        == "2026-11-20T09:00:00.000Z"
    )
    assert (
        time_text(datetime(2026, 1, 2, 3, 4, 5, 678999, tzinfo=UTC))
        == "2026-01-02T03:04:05.678Z"
    )


def test_a_text_that_is_no_id_by_its_length_is_kept_as_its_hash():
    """An index takes no row of any length, and a long text is no id."""
    sealed = seal(answer_entry(1, user="u" * 257))
    assert re.fullmatch("sha256:[0-9a-f]{64}", sealed.facts["user"])
    assert seal(answer_entry(1, user="u" * 256)).facts["user"] == "u" * 256


def test_what_json_cannot_say_is_no_entry():
    with pytest.raises(ValueError, match=r"(?i)json"):
        seal(answer_entry(1, content={"risk": float("nan")}))


def test_the_page_names_every_kind_and_every_table():
    for word in (
        "genesis",
        "answer",
        "refusal",
        "feedback",
        "read",
        "export",
        "mark",
        "note",
        "checkpoint",
        "purge",
    ):
        assert f"`{word}`" in FORMAT_PAGE
    for word in (
        "gap",
        "start",
        "stop",
        "audit_entry",
        "audit_payload",
        "audit_search",
        "audit_card",
    ):
        assert f"`{word}`" in FORMAT_PAGE

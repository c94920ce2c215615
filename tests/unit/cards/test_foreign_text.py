"""Nothing that a record says in its own words becomes markup on a card, or appears there raw."""

import json
import unicodedata
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cds_service.cards.texts import escape_markdown
from tests.card_rules import MARKDOWN, PLAIN, tokens_of
from tests.chart_builders import (
    ask,
    bed_rest,
    brace,
    drug,
    kyphoplasty,
    order_sign,
    ordered,
    patient,
    problem,
    texts_of,
    thin_and_weak,
)
from tests.foreign_words import (
    BARE_LINK,
    INVISIBLE,
    MARK,
    PAYLOADS,
    drafts,
    faults_in,
    record,
    unescaped,
)

# Elements whose strings steer the reading and are therefore left alone in the walk
# below.
STEERING = frozenset(
    {
        *(
            "resourceType",
            "status",
            "intent",
            "system",
            "effectiveDateTime",
            "authoredOn",
            "recordedDate",
            "birthDate",
        ),
        *("reference", "gender", "start", "end", "type"),
    }
)


@pytest.mark.parametrize("payload", PAYLOADS)
def test_words_of_a_record_never_become_markup_and_are_not_repeated(payload):
    words = PAYLOADS[payload]
    cards = ask(order_sign(record(words), *drafts(words)))
    assert cards
    assert faults_in(cards) == []
    assert MARK not in json.dumps([texts_of(card) for card in cards])


@pytest.mark.parametrize("payload", ["html", "link", "bare link", "signs", "lines"])
@pytest.mark.parametrize("place", ["record", "drafts"])
def test_ids_become_no_markup_either(payload, place):
    """Ids that FHIR would refuse, from a client that does not care."""
    words = PAYLOADS[payload]
    held = [
        {**one, "id": f"{words}{number}"}
        if place == "record" and one["resourceType"] != "Patient"
        else one
        for number, one in enumerate(
            (*thin_and_weak(), ordered("rehabilitation"), drug("prednisolone"))
        )
    ]
    signed = [
        kyphoplasty("L1"),
        kyphoplasty("T12", number="k2", code="22513"),
        brace(),
        bed_rest(72),
    ]
    if place == "drafts":
        signed = [
            {**one, "id": f"{words}{number}"} for number, one in enumerate(signed)
        ]
    cards = ask(order_sign(held, *signed))
    assert cards
    assert faults_in(cards) == []


@pytest.mark.parametrize("identifier", ["www.evil.example", "a.b-c", "x" * 64])
def test_ids_that_fhir_allows_are_no_links(identifier):
    unresolved = drug(
        "losartan",
        number=identifier,
        medicationCodeableConcept={"text": "a white pill"},
    )
    unreadable = problem("diabetes", number=f"p{identifier}"[:64]) | {
        "recordedDate": "yesterday"
    }
    cards = ask(
        order_sign(
            [*thin_and_weak(), unresolved, unreadable],
            kyphoplasty(),
            brace(number=identifier),
        )
    )
    assert faults_in(cards) == []


def walk(value: Any, words: str) -> Any:
    """Every string of a resource replaced, but those that steer the reading."""
    if isinstance(value, dict):
        return {
            key: inner if key in STEERING else walk(inner, words)
            for key, inner in value.items()
        }
    if isinstance(value, list):
        return [walk(inner, words) for inner in value]
    return f"{words}{value}" if isinstance(value, str) else value


@pytest.mark.parametrize("payload", PAYLOADS)
def test_a_whole_record_of_such_words_does_no_harm(payload):
    """Nothing of it can be recognised any more; the answer says what is not known and nothing else."""
    held = [patient(), *(walk(one, PAYLOADS[payload]) for one in thin_and_weak()[1:])]
    cards = ask(order_sign(held, kyphoplasty()))
    assert faults_in(cards) == []
    assert MARK not in json.dumps([texts_of(card) for card in cards])


def test_what_could_not_be_read_is_said_without_the_words_of_the_server():
    words = PAYLOADS["html"]
    body = order_sign(thin_and_weak(), kyphoplasty())
    failed = {
        "resourceType": "OperationOutcome",
        "issue": [{"severity": "error", "code": words, "diagnostics": words}],
    }
    body["prefetch"] |= {
        "imaging": failed,
        "medications": failed,
        "conditions": {"resourceType": words},
    }
    cards = ask(body)
    assert faults_in(cards) == []
    assert MARK not in json.dumps([texts_of(card) for card in cards])
    assert "could not be read" in cards[0]["detail"]


FRAGMENTS = (
    *(
        "a",
        "b ",
        " ",
        "\n",
        "\n\n",
        "*",
        "**",
        "_",
        "`",
        "~~",
        "[",
        "](",
        ")",
        "!",
        "<b>",
        "<!--",
        "&lt;",
        "&#60;",
    ),
    *("|", "\\"),
    *(
        "# ",
        "- ",
        "1. ",
        "> ",
        "---",
        "http://e.example",
        "www.e.example",
        "m@e.example",
        "<http://e.example>",
    ),
    *("\u202e",),
)


@given(st.text(max_size=80) | st.lists(st.sampled_from(FRAGMENTS)).map("".join))
@settings(max_examples=300, deadline=None, derandomize=True)
def test_escaped_text_is_plain_text_on_one_line(words):
    escaped = escape_markdown(words)
    assert "\n" not in escaped
    assert tokens_of(f"x {escaped} x") <= PLAIN - {"strong_open"}
    assert tokens_of(f"- x: {escaped}") <= PLAIN - {"strong_open"}
    assert not BARE_LINK.search(unescaped(f"x {escaped}"))
    assert all(unicodedata.category(sign) not in INVISIBLE for sign in escaped)


@given(st.text(st.characters(codec="ascii", exclude_categories=["Cc"]), max_size=60))
@settings(max_examples=200, deadline=None, derandomize=True)
def test_escaped_text_reads_as_it_was_written(words):
    one_line = " ".join(words.split())
    shown = (
        MARKDOWN.render(f"x {escape_markdown(words)} x")
        .removeprefix("<p>")
        .removesuffix("</p>\n")
    )
    plain = (
        shown.replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&quot;", '"')
        .replace("&amp;", "&")
    )
    assert plain.split() == f"x {one_line} x".split()

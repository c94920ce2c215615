"""No summary is longer than CDS Hooks allows (fewer than 140 characters), whatever words fill it."""

from __future__ import annotations

import itertools
import json
import string
from pathlib import Path

import pytest

from cds_service.core.wording import say_coarse_percent, say_date, say_percent
from cds_service.fhir.orders.order_text import name_brace
from tests.chart_builders import (
    HOOK,
    TODAY,
    cards_for,
    kyphoplasty,
    measured,
    open_service,
    ordered,
    problem,
    thin_and_weak,
)

LONGEST = 139
HOOK_FOLDER = Path(__file__).resolve().parents[3] / "hooks" / HOOK
TEXTS = open_service().hooks[HOOK].texts
RULES = open_service().hooks[HOOK].rules
WORDING = open_service().wording
EXCLUSIONS = ("malignancy", "spinal-infection", "unstable-fracture", "neurological-deficit")
REFERRALS = ("rehabilitation", "dietitian", "bone treatment")


def longest(words):
    return max(words, key=len)


def subsets(names):
    return [part for size in range(len(names) + 1) for part in itertools.combinations(names, size)]


def brace_titles():
    """What a brace can be called: by its HCPCS code, or by no code."""
    value_set = json.loads((HOOK_FOLDER.parents[1] / "mappings/valueset/brace.json").read_text(encoding="utf-8"))
    codes = [one["code"] for include in value_set["compose"]["include"] for one in include["concept"]]
    words = ("", "TLSO", "LSO", "Jewett", "lumbar")
    return [name_brace(title, code) for title in words for code in ("", *codes) if code[:1] in ("", "L")]


# The longest value of each placeholder, from what the code can put there.
WORDS = {
    "figure": longest(
        say_coarse_percent(share / 1000, lowest=0.02, highest=limit) for share in range(1001) for limit in (0.89, 0.96)
    ),
    "horizon": longest(["12 months", "2 years"]),
    "average": longest(
        f"{whose} average {say_percent(share / 100)}" for whose in ("study", "site") for share in (1, 99)
    ),
    "last_dose": f"last dose {say_date(TODAY.replace(month=9, day=30))}",
    "title": longest(brace_titles()),
    "because": f"{longest(brace_titles())} ordered without an end date",
    "end": say_date(TODAY.replace(month=9, day=30)),
    "rest": "Bed rest for 48 h is ordered in words, for 24.5 h in dates",
    "policy": TEXTS.raw("brace.policy-site"),
    "policy_first": TEXTS.raw("brace.policy-site"),
    "max_weeks": "52",  # the most a site may set
    "review_weeks": "52",
    "bed_rest_hours": "168",
    "apply": longest(TEXTS.tables["apply"].values()),
}
TODOS = [
    *(TEXTS.say("summaries.rehabilitation-todo.open", open=", ".join(part)) for part in subsets(REFERRALS) if part),
    TEXTS.raw("summaries.rehabilitation-todo.done"),
]
REASONS = ["stable burst fracture on record, a posterior wall injury (and 4 more)"]
MEASURE_PHRASES = [rule.summary for rule in RULES if rule.summary]


def variants():
    """Every summary that is said as it stands, with the longest words."""
    tables = TEXTS.tables["summaries"]
    for name, text in tables["rehabilitation"].items():
        fields = fields_of(text)
        if "todo" in fields and "why" not in fields:
            yield from ((f"rehabilitation.{name}", text, {"todo": todo}) for todo in TODOS)
        elif not {"why", "reason"} & fields:
            yield f"rehabilitation.{name}", text, {}
    for name, text in tables["braceLimit"].items():
        yield (
            f"braceLimit.{name}",
            text,
            {"reason": longest(REASONS) if name == "keep" else "unstable fracture on record"},
        )
    for first, second in itertools.permutations(MEASURE_PHRASES, 2):
        yield "missingData.two", tables["missingData"]["two"], {"first": first, "second": second}
    for first in MEASURE_PHRASES:
        yield "missingData.one", tables["missingData"]["one"], {"first": first}


def fields_of(text):
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


@pytest.mark.parametrize(("name", "text", "words"), [pytest.param(*one, id=one[0]) for one in variants()])
def test_the_longest_words_fit(name, text, words):
    said = text.format_map({**WORDS, **words})
    assert len(said) <= LONGEST, (name, len(said), said)


def test_every_summary_of_the_texts_is_tried_here():
    """Those with reasons in them are tried below, with every reason that can be given."""
    tried = {name for name, _, _ in variants()}
    by_reason = {
        f"rehabilitation.{name}"
        for name, text in TEXTS.tables["summaries"]["rehabilitation"].items()
        if {"why", "reason"} & fields_of(text)
    }
    everything = {
        f"{topic}.{name}"
        for topic in ("rehabilitation", "braceLimit", "missingData")
        for name in TEXTS.tables["summaries"][topic]
    }
    assert tried | by_reason == everything
    assert by_reason == {
        f"rehabilitation.{name}"
        for name in ("high-no-figure", "above-no-figure", "no-figure", "insufficient", "not-applicable")
    }


@pytest.mark.parametrize("names", [part for part in subsets(EXCLUSIONS) if part], ids=" ".join)
def test_every_mixture_of_exclusions_fits(names):
    cards = cards_for((*thin_and_weak(), *(problem(name, days=20) for name in names)), kyphoplasty())
    summary = cards["rehabilitation"]["summary"]
    assert len(summary) <= LONGEST
    assert "estimate" in summary
    said = {"malignancy": "bone metastasis", "spinal-infection": "osteomyelitis of the spine"}
    assert any(said.get(name, WORDING.name(name)).lower() in summary.lower() for name in names)


# Records without a usable figure: what is held, what is missing, which referrals are open.
HELD = {
    "bmi": 41.9,
    "pma-rate": 30.0,
    "bmd-t-score": 0.9,
    "ct-attenuation": 399,
    "multifidus-smi": 499,
}


@pytest.mark.parametrize("names", [part for part in subsets(tuple(HELD)) if part], ids=" ".join)
@pytest.mark.parametrize("done", [(), ("rehabilitation", "dietitian", "bone-treatment")], ids=["open", "ordered"])
@pytest.mark.parametrize("t_score", [None, -3.1])
def test_every_mixture_of_held_and_missing_inputs_fits(names, done, t_score):
    values = {name: HELD[name] for name in names}
    if t_score is not None:
        values["bmd-t-score"] = t_score
    record = [*(measured(name, value) for name, value in values.items()), *(ordered(kind) for kind in done)]
    for draft in (kyphoplasty(), kyphoplasty(None, code="22511")):
        for card in cards_for([*record, measured("mna-score", 9)], draft).values():
            assert 0 < len(card["summary"]) <= LONGEST
            assert not fields_of(card["summary"])


@pytest.mark.parametrize(
    "seen", [part for part in subsets(("mna-score", "es-mf-fat-fraction", "vbq")) if part], ids=" ".join
)
def test_too_little_known_fits(seen):
    cards = cards_for([measured(name, 12 if name == "mna-score" else 3.0) for name in seen], kyphoplasty(None))
    assert len(cards["rehabilitation"]["summary"]) <= LONGEST
    assert "not estimated" in cards["rehabilitation"]["summary"]

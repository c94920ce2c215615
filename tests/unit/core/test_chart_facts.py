"""Which fact leads, in which colour and words, what closes it, and when no card is shown."""

from datetime import UTC, date, datetime
from typing import Any

import pytest

from cds_service.cards.texts import SUMMARY_LENGTH
from cds_service.core.earlier_cards.closures import (
    CardFeedback,
    CardGround,
    Closure,
    Closures,
)
from cds_service.core.facts.chart_facts import (
    COMMON_WORDS,
    ChartFacts,
    placeholders,
    rank_facts,
)
from cds_service.core.facts.situation import Signal
from tests.chart_builders import HOOK, open_service

SERVICE_HOOK = open_service().hooks[HOOK]
FILES = SERVICE_HOOK.facts
NO_TRAINING = next(
    one.unless_signal for one in SERVICE_HOOK.rules if one.id == "rehabilitation"
)
COMMON = {
    "place": "before discharge",
    "t": "−2.8",
    "age": "75",
    "start": "start before discharge",
    "start_one": "start one",
    "listed": "none in 9 medication entries",
    "biopsy_ordered": "ordered (19 Nov)",
    "rehabilitation_ordered": "ordered (19 Nov)",
}
NONE = Signal(
    "no bone drug",
    name="no-bone-drug",
    words={"drugs": "no bone drug", "entries": "9 medication entries"},
)
UNKNOWN = Signal(
    "medication list empty",
    name="bone-drug-unknown",
    words={"drugs": "bone drugs unknown"},
)
ALENDRONATE = {"drug": "alendronate", "Drug": "Alendronate", "drugs": "on alendronate"}
ON = Signal(
    "fracture on alendronate (since 2021)", name="long-on-drug", words=ALENDRONATE
)
STARTED = Signal(
    "alendronate started 3 Nov for this fracture",
    name="drug-started-for-fracture",
    words=ALENDRONATE | {"started": "3 Nov"},
)
OVERDUE = Signal(
    "denosumab overdue (last 9 Mar 2026)",
    name="denosumab-overdue",
    words={
        "drug": "denosumab",
        "drugs": "denosumab overdue",
        "followed": "nothing since",
        "last": "9 Mar 2026",
    },
)
ORDERED = Signal(
    "denosumab ordered, last dose not found",
    name="drug-without-dose",
    words={"drug": "denosumab", "drugs": "denosumab ordered", "open": "ordered 2 May"},
)


def chart_signal(name: str, because: str, fact: str = "", **words: str) -> Signal:
    said = {"fact": fact or because, **words}
    return Signal(because, name=name, words=said)


HIP = chart_signal("hip-fracture-two-years", "hip fracture Aug 2026")
FALLS = chart_signal("falls", "two falls this year", "two falls")
DIALYSIS = chart_signal("kidney-failure", "dialysis")
CALCIUM = chart_signal(
    "bone-drug-caution",
    "hypocalcaemia (12 Nov)",
    "hypocalcaemia",
    drug="denosumab",
    drugs="denosumab due",
)
THREE = chart_signal("three-levels", "three fractures at once")
SEPSIS = chart_signal("sepsis", "sepsis (18 Nov)", "sepsis")
CANCER = chart_signal("recent-cancer", "breast cancer (2023)", "breast cancer")
REVIEW = Signal("ordered (19 Nov)", name="review-ordered")
TRAINING = Signal("ordered (19 Nov)", name="rehabilitation-ordered")


def ranked(
    *signals: Signal, ordered: Any = (), closures: Closures | None = None, **common: str
) -> ChartFacts:
    return rank_facts(
        FILES,
        signals,
        ordered,
        common=COMMON | common,
        closures=closures or Closures(),
        no_training=NO_TRAINING,
    )


def summary(*signals: Signal, join: str = "", **options: Any) -> str:
    return next(ranked(*signals, **options).phrases(join))


@pytest.mark.parametrize(
    ("signals", "leads", "colour"),
    [
        pytest.param((NONE,), "F27", "info", id="no-bone-drug"),
        pytest.param((NONE, FALLS), "F23", "info", id="falls-before-no-drug"),
        pytest.param((NONE, FALLS, HIP), "F12", "warning", id="hip-before-falls"),
        pytest.param((OVERDUE, HIP), "F8", "warning", id="denosumab-before-hip"),
        pytest.param((OVERDUE, SEPSIS), "F2", "warning", id="sepsis-before-denosumab"),
        pytest.param((UNKNOWN,), "F26", "info", id="list-unknown"),
    ],
)
def test_the_first_by_rank_leads_and_colours(
    signals: Any, leads: str, colour: str
) -> None:
    facts = ranked(*signals)
    assert facts.leading is not None
    assert (facts.leading.id, facts.colour) == (leads, colour)


@pytest.mark.parametrize(
    ("signals", "said"),
    [
        pytest.param(
            (HIP, NONE),
            "Hip fracture Aug 2026, now the spine, no bone drug: start before discharge (FLS).",
            id="none",
        ),
        pytest.param(
            (HIP, ON),
            "Hip fracture Aug 2026, now the spine, on alendronate: change of drug? (FLS)",
            id="on",
        ),
        pytest.param(
            (HIP, UNKNOWN),
            "Hip fracture Aug 2026, now the spine, bone drugs unknown: ask, then review (FLS).",
            id="unknown",
        ),
        pytest.param(
            (THREE, DIALYSIS, NONE),
            "Three fractures at once, no bone drug: choose one with nephrology; look for another cause.",
            id="start-with-nephrology",
        ),
        pytest.param(
            (STARTED, DIALYSIS),
            "Alendronate started 3 Nov, dialysis: check the drug with nephrology.",
            id="E8",
        ),
        pytest.param(
            (NONE, TRAINING),
            "Rehabilitation is ordered (19 Nov), bone treatment is not: FLS before discharge.",
            id="E6",
        ),
        pytest.param(
            (REVIEW,),
            "Bone treatment review is ordered (19 Nov), rehabilitation is not.",
            id="F28",
        ),
    ],
)
def test_the_phrase_follows_bone_treatment_and_orders(signals: Any, said: str) -> None:
    assert summary(*signals) == said


def test_a_second_fact_joins() -> None:
    facts = ranked(HIP, FALLS, NONE)
    assert next(facts.short_forms_behind()) == "two falls"
    assert next(facts.phrases("two falls")).startswith(
        "Hip fracture Aug 2026, two falls, now the spine, no bone drug"
    )


def test_no_t_score_leaves_its_words_out() -> None:
    assert (
        summary(NONE, t="")
        == "No bone drug after a fragility fracture: start before discharge (FLS)."
    )


@pytest.mark.parametrize(
    ("signals", "ordered", "colour"),
    [
        pytest.param(
            (HIP, NONE, REVIEW),
            {"bone-treatment"},
            "info",
            id="a-review-closes-the-hip",
        ),
        pytest.param(
            (OVERDUE, REVIEW),
            {"bone-treatment"},
            "warning",
            id="only-a-dose-closes-denosumab",
        ),
        pytest.param((CANCER, NONE), {"biopsy"}, "info", id="a-biopsy-closes-cancer"),
        pytest.param(
            (SEPSIS, NONE),
            {"bone-treatment", "rehabilitation"},
            "warning",
            id="no-order-closes-sepsis",
        ),
    ],
)
def test_orders_close_what_they_answer(signals: Any, ordered: Any, colour: str) -> None:
    assert ranked(*signals, ordered=ordered).colour == colour


@pytest.mark.parametrize(
    ("signals", "is_shown"),
    [
        pytest.param((NONE, REVIEW, TRAINING), False, id="all-ordered"),
        pytest.param((STARTED, TRAINING), False, id="F18"),
        pytest.param((STARTED, DIALYSIS, TRAINING), True, id="F18-with-dialysis"),
        pytest.param((ORDERED, REVIEW, TRAINING), True, id="F14"),
        pytest.param((OVERDUE, REVIEW, TRAINING), True, id="F8"),
        pytest.param((UNKNOWN, REVIEW, TRAINING), True, id="list-not-read"),
        pytest.param((NONE, REVIEW), True, id="rehabilitation-open"),
        pytest.param((NONE, Signal(name="end-of-life")), False, id="hospice"),
        pytest.param(
            (SEPSIS, Signal(name="end-of-life")), True, id="hospice-with-sepsis"
        ),
        pytest.param((SEPSIS, Signal(name="deceased")), False, id="deceased"),
    ],
)
def test_no_card_where_nothing_is_open(signals: Any, is_shown: bool) -> None:  # noqa: FBT001 - a case
    names = {one.name for one in signals}
    ordered = {
        kind
        for kind, name in (
            ("bone-treatment", "review-ordered"),
            ("rehabilitation", "rehabilitation-ordered"),
        )
        if name in names
    }
    assert ranked(*signals, ordered=ordered).is_shown is is_shown


def closing(
    part: Any, what: str, key: str = "", fact: str = "", *, is_warning: bool = False
) -> Closures:
    """An override in force, of a card that this fact led."""
    ground = CardGround(
        topic="rehabilitation", fact=fact, key=key, is_warning=is_warning
    )
    given = CardFeedback(
        ground=ground,
        outcome="overridden",
        answered=datetime(2026, 11, 19, tzinfo=UTC),
        entries=("a", "b"),
    )
    closed_key = key if part == "fact" else ""
    closure = Closure(part, what, closed_key, date(2026, 12, 19), given)
    return Closures(in_force=(closure,))


def arranged(fact: str, *, is_warning: bool = False, key: str = "") -> Closures:
    return closing("act", "bone-treatment", key, fact, is_warning=is_warning)


def test_an_act_that_was_arranged_closes_its_facts() -> None:
    override = arranged("F12", is_warning=True, key="hip fracture Aug 2026")
    facts = ranked(HIP, NONE, closures=override)
    assert facts.colour == "info"
    assert facts.leading is None


def test_an_act_that_was_arranged_for_a_warning_closes_no_newer_one() -> None:
    override = arranged("F12", is_warning=True, key="hip fracture Jan 2025")
    facts = ranked(HIP, NONE, closures=override)
    assert facts.colour == "warning"
    assert facts.leading is not None
    assert facts.leading.id == "F12"


@pytest.mark.parametrize(
    ("signals", "override", "leads"),
    [
        pytest.param((HIP, NONE), arranged("F27"), "F12", id="info-card-and-hip"),
        pytest.param(
            (THREE, HIP), arranged("F12", is_warning=True), "F10", id="hip-and-three"
        ),
        pytest.param(
            (HIP, NONE),
            arranged("F11", is_warning=True),
            None,
            id="graver-card-and-hip",
        ),
        pytest.param((FALLS, NONE), arranged("F27"), None, id="info-card-and-falls"),
        pytest.param(
            (HIP, NONE),
            arranged("F99", is_warning=True),
            "F12",
            id="fact-of-another-release",
        ),
    ],
)
def test_an_override_of_a_lesser_card_silences_no_warning(
    signals: Any, override: Closures, leads: str
) -> None:
    facts = ranked(*signals, closures=override)
    assert (facts.leading.id if facts.leading else None) == leads
    assert facts.colour == ("warning" if leads else "info")
    assert ("bone-treatment" in facts.open_acts) is bool(leads)


WEAK = chart_signal("weak-muscle", "weak grip (14 kg)")
DEMENTIA = chart_signal("dementia-or-frailty", "severe dementia")
INFECTION = chart_signal(
    "spinal-infection", "spinal infection (discitis, 12 Nov)", "discitis"
)
UNSTABLE = Signal("unstable fracture", name="unstable-spine")
NOT_ABLE = closing("act", "rehabilitation")


def considered(signal: Signal, fact: str) -> Closures:
    return closing("fact", fact, ranked(signal).ranked[0].key)


@pytest.mark.parametrize(
    ("signals", "closures", "said"),
    [
        pytest.param(
            (WEAK, NONE),
            NOT_ABLE,
            "no bone drug: start before discharge (FLS).",
            id="F22",
        ),
        pytest.param(
            (FALLS, NONE),
            NOT_ABLE,
            "no bone drug: start before discharge (FLS).",
            id="F23",
        ),
        pytest.param(
            (WEAK, UNKNOWN),
            NOT_ABLE,
            "bone drugs unknown: ask, then review (FLS).",
            id="F22-unknown",
        ),
        pytest.param((STARTED,), NOT_ABLE, None, id="F18-closed-with-its-act"),
        pytest.param(
            (INFECTION, WEAK, NONE),
            considered(INFECTION, "F1"),
            "no bone drug: start before discharge (FLS).",
            id="infection-considered",
        ),
        pytest.param(
            (INFECTION, STARTED),
            considered(INFECTION, "F1"),
            "this fracture: continue.",
            id="F18-infection",
        ),
        pytest.param(
            (UNSTABLE, FALLS, NONE),
            None,
            "no bone drug: start before discharge (FLS).",
            id="unstable",
        ),
        pytest.param(
            (WEAK, DEMENTIA, NONE),
            None,
            "no bone drug: choose one that a carer or nurse can give (FLS).",
            id="only-offered-with-dementia",
        ),
        pytest.param(
            (WEAK, NONE),
            None,
            "no bone drug: start one, add rehabilitation.",
            id="open",
        ),
    ],
)
def test_rehabilitation_is_asked_for_only_while_it_is_open(
    signals: Any, closures: Any, said: str | None
) -> None:
    facts = ranked(*signals, closures=closures)
    if said is None:
        assert facts.leading is None
        return
    assert next(facts.phrases()).endswith(said)


@pytest.mark.parametrize(
    ("signals", "said"),
    [
        pytest.param(
            (DEMENTIA,),
            "severe dementia: choose a drug that a carer or nurse can give.",
            id="dementia",
        ),
        pytest.param(
            (UNSTABLE,),
            "unstable fracture: no training before it is stable.",
            id="unstable",
        ),
        pytest.param(
            (WEAK,), "weak grip (14 kg): rehabilitation is not ordered.", id="weak"
        ),
    ],
)
def test_an_ordered_review_leaves_the_next_act(signals: Any, said: str) -> None:
    facts = ranked(
        REVIEW, NONE, *signals, ordered={"bone-treatment"}, unstable="unstable fracture"
    )
    assert next(facts.phrases()) == f"Bone treatment review is ordered (19 Nov); {said}"


UNSTABLE_BONE = Signal("unstable fracture", name="unstable-bone")


def test_an_unstable_fracture_leads_where_nothing_else_does() -> None:
    """Bone treatment was declined, and what is unstable forbids training."""
    declined = closing("act", "bone-treatment")
    facts = ranked(UNSTABLE, UNSTABLE_BONE, NONE, closures=declined)
    (phrase,) = facts.phrases()
    assert facts.is_shown
    assert phrase == "Unstable fracture: no training before it is stable."


def test_an_unstable_fracture_keeps_no_card_next_to_what_is_ordered() -> None:
    orders = {"bone-treatment", "rehabilitation"}
    facts = ranked(UNSTABLE, UNSTABLE_BONE, REVIEW, NONE, ordered=orders)
    assert not facts.is_shown


def test_sepsis_is_closed_by_considered_alone() -> None:
    key = ranked(SEPSIS).ranked[0].key
    assert (
        ranked(SEPSIS, closures=closing("act", "confirm-treated")).colour == "warning"
    )
    assert ranked(SEPSIS, closures=closing("fact", "F2", key)).colour == "info"
    assert (
        ranked(SEPSIS, closures=closing("fact", "F2", "another day")).colour
        == "warning"
    )


def test_facts_say_what_the_model_does_not_count_and_what_raises() -> None:
    facts = ranked(HIP, FALLS, NONE)
    assert facts.is_at_least
    assert facts.not_counted == ("hip", "falls")
    assert facts.raises
    assert not ranked(NONE).raises
    assert ranked(CANCER).forbids_risk


LONGEST = {
    "because": "rapid onset weakness of both legs (30 Sep 2025)",
    "fact": "secondary malignant neoplasm of bone",
    "drug": "zoledronate",
    "drugs": "zoledronate stopped Sep 2025",
    "place": "before discharge",
    "t": "−2.8 in 2017",
    "age": "49",
    "start": "choose one that a carer or nurse can give",
    "start_one": "choose one with nephrology",
    "listed": "none in 100 medication entries",
    "state": "teriparatide stopped 2023",
    "review": "change of drug?",
}


@pytest.mark.parametrize(
    "file", [one for one in FILES if one.leads], ids=lambda one: one.id
)
def test_a_phrase_fits_with_the_longest_words(file: Any) -> None:
    """Of the phrases without a condition at least one fits: none is ever cut."""
    words = (
        dict.fromkeys(
            (*COMMON_WORDS, *file.words, *(one.id for one in FILES)), "30 Sep 2025"
        )
        | LONGEST
    )
    capitals = {name[:1].upper() + name[1:]: said for name, said in words.items()}
    lengths = [
        len(one.say.format_map(words | capitals | {"join": ""})) for one in file.phrases
    ]
    assert min(lengths) <= SUMMARY_LENGTH


@pytest.mark.parametrize("file", FILES, ids=lambda one: one.id)
def test_every_word_of_a_text_has_a_source(file: Any) -> None:
    ids = {one.id for one in FILES}
    for text in file.texts:
        names = {
            name[:1].lower() + name[1:]
            for name in placeholders(text)
            if name not in ids
        }
        assert names <= {*COMMON_WORDS, *file.words}, text


def test_one_line_tells_the_bone_drug_that_is_taken() -> None:
    """`Review` says it; a second heading with the drug would say it again."""
    two = chart_signal("two-levels", "two fractures at once")
    for fact in (HIP, two):
        headings = [
            heading for heading, _ in ranked(fact, ON, listed="on alendronate").lines()
        ]
        assert headings == ["Review before discharge"]

"""What holds for every answer, each a function that lists what is wrong; written from the pages, not from the code.

They stand beside `tests/card_rules.py` (CDS Hooks) and judge what a surgeon reads.
"""

import math
import re
import tomllib
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from cds_service.core.data_file import data_root
from cds_service.hook_files.wording import banned_patterns
from tests import card_rules
from tests.chart_builders import ASSESSMENTS, by_topic, texts_of
from tests.generated_patients import Signing
from tests.patients.reading import count_words, sentences_of, text_of, words_of

Cards = Sequence[Mapping[str, Any]]
Rule = Callable[[Cards, Signing], Iterator[str]]

TABLES = tomllib.loads(
    Path(__file__).with_name("rules.toml").read_text(encoding="utf-8")
)
MOST_WORDS, LONGEST = TABLES["most-words"], TABLES["longest-summary"]
REASONS = {topic: set(codes) for topic, codes in TABLES["reasons"].items()}
STEPS = TABLES["ladder"]
NEVER, BANNED, EFFECT, UNFINISHED, IN_NO_SUMMARY, WARNS = (
    re.compile(TABLES["patterns"][name]) for name in TABLES["patterns"]
)
MEDICATIONS = {"MedicationRequest", "MedicationAdministration", "MedicationStatement"}
BONE_DRUGS = ("M05B", "H05AA")  # ATC
SHINGLE = 8  # so many words in a row that stand twice are the same thing said twice
OF_HOOKS = banned_patterns([data_root("hooks")])


def faults_of(cards: Cards, signing: Signing) -> list[str]:
    return [
        f"{rule.__name__}: {fault}" for rule in RULES for fault in rule(cards, signing)
    ]


def protocol(cards: Cards, _signing: Signing) -> Iterator[str]:
    """What holds of every answer, whatever a surgeon thinks of it."""
    yield from card_rules.faults_of({"cards": list(cards)})


def shape(cards: Cards, _signing: Signing) -> Iterator[str]:
    """Warnings come first."""
    indicators = [card["indicator"] for card in cards]
    if indicators != sorted(indicators, reverse=True):
        yield f"indicators {indicators}"


def reasons(cards: Cards, _signing: Signing) -> Iterator[str]:
    """At most seven override reasons, of those the contract names for the topic."""
    for topic, card in by_topic(cards).items():
        codes = [reason["code"] for reason in card.get("overrideReasons", ())]
        if not 1 <= len(codes) <= 7 or set(codes) - REASONS[topic]:
            yield f"{topic} has {codes}"


def length(cards: Cards, _signing: Signing) -> Iterator[str]:
    """Words of a card (E12)."""
    for topic, card in by_topic(cards).items():
        most = MOST_WORDS[topic]
        if count_words(card) > most:
            yield f"{count_words(card)} words on {topic}, at most {most}"


def wording(cards: Cards, _signing: Signing) -> Iterator[str]:
    for card in cards:
        for text in texts_of(card):
            for pattern in (NEVER, BANNED, EFFECT, *OF_HOOKS):
                if found := pattern.search(text):
                    yield f"{found[0]!r} in {text!r}"


def plain(cards: Cards, _signing: Signing) -> Iterator[str]:
    """An EHR that shows markdown as it stands shows no escapes; one that renders it shows no remains of it."""
    for card in cards:
        for text in texts_of(card):
            if found := re.search(r"\\.|&#?\w+;", text):
                yield f"escaped {found[0]!r} in {text!r}"
        if found := re.search(r"\*\*|`|\]\(|^#+ ", text_of(card), re.MULTILINE):
            yield f"{found[0]!r} left in {text_of(card)!r}"
        if found := UNFINISHED.search(card.get("detail", "")):
            yield f"unfinished {found[0]!r} in {card['detail']!r}"


def said_twice(cards: Cards, _signing: Signing) -> Iterator[str]:
    """No sentence twice within an answer, nor eight words in a row within one card."""
    sentences = Counter(
        " ".join(words_of(sentence)).casefold()
        for card in cards
        for sentence in sentences_of(text_of(card))
        if len(words_of(sentence)) > 3
    )
    yield from (
        f"twice: {sentence!r}" for sentence, times in sentences.items() if times > 1
    )
    for card in cards:
        words = [word.casefold().strip(".,;:()") for word in words_of(text_of(card))]
        runs = Counter(
            tuple(words[start : start + SHINGLE])
            for start in range(len(words) - SHINGLE + 1)
        )
        yield from (
            f"twice: {' '.join(run)!r}" for run, times in runs.items() if times > 1
        )


def headline_of(cards: Cards) -> Mapping[str, Any] | None:
    """The model that speaks for refracture, where one does."""
    refracture = refracture_of(cards)
    if refracture is None:
        return None
    return next(
        (
            one
            for one in refracture.get("models", ())
            if one["model"] == refracture.get("headline")
        ),
        None,
    )


def refracture_of(cards: Cards) -> Mapping[str, Any] | None:
    """What the extension has of refracture."""
    card = by_topic(cards).get("rehabilitation")
    if card is None or ASSESSMENTS not in card.get("extension", {}):
        return None
    return next(
        one for one in card["extension"][ASSESSMENTS] if one["outcome"] == "refracture"
    )


def summaries(cards: Cards, _signing: Signing) -> Iterator[str]:
    """E1 and E2: whole sentences of at most 120 characters, and what never stands in one."""
    for card in cards:
        summary = card["summary"]
        if len(summary) > LONGEST:
            yield f"{len(summary)} characters: {summary!r}"
        if not summary.endswith((".", "?", ")")):
            yield f"half a sentence: {summary!r}"
        if found := IN_NO_SUMMARY.search(summary):
            yield f"{found[0]!r} in {summary!r}"


def none_is_none(cards: Cards, signing: Signing) -> Iterator[str]:
    """E2: "no bone drug" only of a list that was read, and where none was ever found."""
    read = [one for one in signing.record if one["resourceType"] in MEDICATIONS]
    drugs = [
        code for one in read for code in _drug_codes(one) if code.startswith(BONE_DRUGS)
    ]
    is_read = "medications" not in signing.failed and bool(read)
    for card in cards:
        if re.search(r"no bone drug|none in \d", text_of(card), re.IGNORECASE) and (
            drugs or not is_read
        ):
            yield f"none said with {drugs}, {len(read)} entries: {text_of(card)!r}"


def _drug_codes(one: Mapping[str, Any]) -> list[str]:
    coded = one.get("medicationCodeableConcept", {})
    return [each.get("code", "") for each in coded.get("coding", ())]


def one_risk(cards: Cards, _signing: Signing) -> Iterator[str]:
    """E3 and E12: one line of risk with horizon, usual and how sure; or that none is given."""
    card = by_topic(cards).get("rehabilitation")
    if card is None:
        return
    lines = [line for line in text_of(card).splitlines() if line.startswith("Risk:")]
    if len(lines) != 1:
        yield f"{len(lines)} lines of risk"
        return
    (line,) = lines
    is_sure = sum(one.startswith("How sure:") for one in text_of(card).splitlines())
    if "none given" in line:
        if is_sure or re.search(r"\b1 in \d", text_of(card)):
            yield f"none given, and more: {text_of(card)!r}"
        return
    if "about 2 years" not in line or "usual" not in line or is_sure != 1:
        yield f"no horizon, no average or not how sure: {text_of(card)!r}"
    said = (refracture_of(cards) or {}).get("said", {})
    if said.get("words", "") not in line:
        yield f"{said} is not {line!r}"


def ladder(cards: Cards, _signing: Signing) -> Iterator[str]:
    """The words of an own figure are the step of the ladder nearest to it (method, step 7)."""
    headline, refracture = headline_of(cards), refracture_of(cards)
    said = (refracture or {}).get("said", {})
    step = re.fullmatch(r"about (1 in \d+|2 in 5)", said.get("words", ""))
    if headline is None or "risk" not in headline or step is None:
        return
    logit = math.log(headline["risk"] / (1 - headline["risk"]))
    share = {name: eval_step(name) for name in STEPS}
    nearest = min(
        share, key=lambda name: abs(math.log(share[name] / (1 - share[name])) - logit)
    )
    if nearest != step[1]:
        yield f"{headline['risk']} said as {step[0]}"


def eval_step(name: str) -> float:
    part, whole = re.findall(r"\d+", name)
    return int(part) / int(whole)


def below(cards: Cards, _signing: Signing) -> Iterator[str]:
    """Below the usual: only in a detail, of a figure that is, with bone known and nothing open."""
    card, headline = by_topic(cards).get("rehabilitation"), headline_of(cards)
    if card is None or "below the usual" not in text_of(card):
        return
    text = text_of(card)
    if headline is None or headline.get("band") != "below" or "bone" not in headline:
        yield f"below, and the figure is not: {headline}"
    begins = (
        "No bone drug after",
        "Rehabilitation is ",
        "Bone treatment review is ",
        "Medication list",
    )
    if "Not known:" in text or not card["summary"].startswith(begins):
        yield f"below beside a fact, or with something open: {text!r}"
    age = next(
        (
            one["value"]
            for one in (headline or {}).get("inputs", ())
            if one["name"] == "age"
        ),
        99,
    )
    if age >= 80:
        yield f"below at {age}"


def warnings(cards: Cards, _signing: Signing) -> Iterator[str]:
    """E4: only the facts of rows W warn, and bed rest."""
    for topic, card in by_topic(cards).items():
        if (
            card["indicator"] == "warning"
            and topic == "rehabilitation"
            and not WARNS.search(card["summary"])
        ):
            yield f"a warning of no row W: {card['summary']!r}"
        if (
            card["indicator"] == "warning"
            and topic == "braceLimit"
            and "ed rest" not in card["summary"]
        ):
            yield f"a brace warns: {card['summary']!r}"


def nothing_chosen_unread(cards: Cards, signing: Signing) -> Iterator[str]:
    """E10: nothing is pre-selected where a list was not read."""
    card = by_topic(cards).get("rehabilitation")
    if card is None or not signing.failed & {
        "conditions",
        "medications",
        "serviceRequests",
    }:
        return
    yield from (
        one["label"] for one in card.get("suggestions", ()) if one["isRecommended"]
    )


def duplicates(cards: Cards, signing: Signing) -> Iterator[str]:
    """Nothing is suggested that is in the draft bundle or already active."""
    read = () if signing.failed else signing.record
    orders = [
        *signing.drafts,
        *(one for one in read if one["resourceType"] == "ServiceRequest"),
    ]
    held = {code for order in orders for code in _codes(order)}
    for card in cards:
        for suggestion in card.get("suggestions", ()):
            for action in suggestion["actions"]:
                if action["type"] == "create" and _codes(action["resource"]) & held:
                    yield f"{suggestion['label']!r} is ordered already"
    offered = [one["label"] for card in cards for one in card.get("suggestions", ())]
    yield from (
        f"{label!r} twice" for label, times in Counter(offered).items() if times > 1
    )


def _codes(order: Mapping[str, Any]) -> set[tuple[str, str]]:
    coded = order.get("code") or order.get("codeCodeableConcept") or {}
    return {(one.get("system", ""), one["code"]) for one in coded.get("coding", ())}


def orders(cards: Cards, _signing: Signing) -> Iterator[str]:
    """What a suggestion holds: a draft, under a label that begins with a verb."""
    for one in (one for card in cards for one in card.get("suggestions", ())):
        (action,) = one["actions"]
        if not re.match(r"(?:Refer|Order|Ask|Add|Set) ", one["label"]):
            yield f"no verb: {one['label']!r}"
        if (
            action["type"] not in ("create", "update")
            or action["resource"]["status"] != "draft"
        ):
            yield f"{action['type']} of a {action['resource']['status']} order"
        if (
            "reference" not in action["resource"]["subject"]
            and action["type"] != "update"
        ):
            yield "an order for nobody"


RULES: tuple[Rule, ...] = (
    protocol,
    shape,
    reasons,
    length,
    wording,
    plain,
    said_twice,
    summaries,
    none_is_none,
    one_risk,
    ladder,
    below,
    warnings,
    nothing_chosen_unread,
    duplicates,
    orders,
)
# What holds for any request at all; the others judge the length of what real charts
# make.
RULES_OF_ANY_REQUEST = tuple(rule for rule in RULES if rule not in (length, said_twice))

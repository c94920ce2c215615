"""What holds for every answer, each a function that lists what is wrong; written from the pages, not from the code.

They stand beside `tests/card_rules.py` (CDS Hooks) and judge what a surgeon reads.
"""

import re
import tomllib
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from cds_service.loading import banned_patterns
from tests import card_rules
from tests.chart_builders import ASSESSMENTS, by_topic, texts_of
from tests.generated_patients import Signing
from tests.patients.charts import age_in_days
from tests.patients.reading import count_words, sentences_of, text_of, words_of

Cards = Sequence[Mapping[str, Any]]
Rule = Callable[[Cards, Signing], Iterator[str]]

TABLES = tomllib.loads(Path(__file__).with_name("rules.toml").read_text(encoding="utf-8"))
MOST_WORDS, COHORTS, FRESH = (TABLES[name] for name in ("most-words", "cohorts", "fresh"))
REASONS = {topic: set(codes) for topic, codes in TABLES["reasons"].items()}

MOST_WORDS_IN_CONFLICT = 75
NEVER, BANNED, EFFECT, UNFINISHED = (re.compile(TABLES["patterns"][name]) for name in TABLES["patterns"])
IMAGING = {name for name in FRESH if name.startswith(("ct-", "pma", "multifidus", "psoas", "es-mf", "vbq"))}
# A share that is this patient's; an average alone, or a measure in percent, is none.
FIGURE = re.compile(r"\d+ % in (?:12 months|2 years)")
RANGE = r"\d+ ?(?:–|to) ?\d+ %|under \d+ %|over \d+ %"  # both ends beyond the floor or ceiling of print are one
STATED = {"method", "device", "bodySite", "note", "component"}  # where a record may say how it was measured
SHINGLE = 8  # so many words in a row that stand twice are the same thing said twice


def faults_of(cards: Cards, signing: Signing) -> list[str]:
    return [f"{rule.__name__}: {fault}" for rule in RULES for fault in rule(cards, signing)]


def protocol(cards: Cards, _signing: Signing) -> Iterator[str]:
    """What holds of every answer, whatever a surgeon thinks of it."""
    yield from card_rules.faults_of({"cards": list(cards)})


def shape(cards: Cards, _signing: Signing) -> Iterator[str]:
    """There is a card, and warnings come first."""
    indicators = [card["indicator"] for card in cards]
    if not indicators or indicators != sorted(indicators, reverse=True):
        yield f"indicators {indicators}"


def reasons(cards: Cards, _signing: Signing) -> Iterator[str]:
    """At most seven override reasons, of those the contract names for the topic."""
    for topic, card in by_topic(cards).items():
        codes = [reason["code"] for reason in card.get("overrideReasons", ())]
        if not 1 <= len(codes) <= 7 or set(codes) - REASONS[topic]:
            yield f"{topic} has {codes}"


def length(cards: Cards, _signing: Signing) -> Iterator[str]:
    """Words of a card."""
    for topic, card in by_topic(cards).items():
        most = MOST_WORDS.get(topic, 120)
        if topic == "braceLimit" and (card.get("suggestions") or card["indicator"] == "warning"):
            most = MOST_WORDS_IN_CONFLICT
        if count_words(card) > most:
            yield f"{count_words(card)} words on {topic}, at most {most}"


def wording(cards: Cards, _signing: Signing) -> Iterator[str]:
    for card in cards:
        for text in texts_of(card):
            for pattern in (NEVER, BANNED, EFFECT, *banned_patterns()):
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
    yield from (f"twice: {sentence!r}" for sentence, times in sentences.items() if times > 1)
    for card in cards:
        words = [word.casefold().strip(".,;:()") for word in words_of(text_of(card))]
        runs = Counter(tuple(words[start : start + SHINGLE]) for start in range(len(words) - SHINGLE + 1))
        yield from (f"twice: {' '.join(run)!r}" for run, times in runs.items() if times > 1)


def headline_of(cards: Cards) -> Mapping[str, Any] | None:
    """The study that speaks for refracture, where one does."""
    card = by_topic(cards).get("rehabilitation")
    if card is None or ASSESSMENTS not in card.get("extension", {}):
        return None
    refracture = next(one for one in card["extension"][ASSESSMENTS] if one["outcome"] == "refracture")
    return next((one for one in refracture.get("models", ()) if one["model"] == refracture.get("headline")), None)


def company(cards: Cards, _signing: Signing) -> Iterator[str]:
    """No probability without study, horizon, average, study uncertainty and what is missing beside it.

    A figure that no summary may print stands with the range that says why instead of the study uncertainty (P3).
    """
    card, headline = by_topic(cards).get("rehabilitation"), headline_of(cards)
    if card is None or headline is None or not FIGURE.search(text_of(card)):
        return
    detail, (patients, horizon) = text_of(card), COHORTS[headline["model"]]
    if not re.search(rf"\b{patients}\b", detail):
        yield f"no study of {patients}: {detail!r}"
    if horizon not in detail:
        yield f"no horizon: {detail!r}"
    if not re.search(r"average", detail):
        yield f"no average: {detail!r}"
    if not re.search(rf"(?:uncertainty|measured|from)[^.\n]*?(?:{RANGE})", detail):
        yield f"no range: {detail!r}"
    if "%" in card["summary"] and not re.search(f"study uncertainty (?:of )?(?:{RANGE})", detail):
        yield f"no study uncertainty: {detail!r}"
    if headline["missing"] and not re.search(r"missing|measured|without|to get a figure", detail, re.IGNORECASE):
        yield f"nothing of what is missing: {detail!r}"
    if headline["baseline"]["source"] == "study" and "ot calibrated here" not in detail and "%" in card["summary"]:
        yield f"calibrated nowhere, and not said: {detail!r}"


def printable(cards: Cards, signing: Signing) -> Iterator[str]:
    """D1, and "nothing old or doubtful reassures": when a percentage may stand in a summary."""
    for topic, card in by_topic(cards).items():
        summary = card["summary"]
        if not re.search(r"\d ?%", summary):
            continue
        headline = headline_of(cards)
        if topic != "rehabilitation" or headline is None or "risk" not in headline:
            yield f"no study speaks: {summary!r}"
            continue
        for name in ("studyUncertainty", "ifMeasured"):
            low, high = headline.get(name, (0, 0))
            if high - low > 0.5:
                yield f"{name} {low}–{high}: {summary!r}"
        yield from (f"{doubt}: {summary!r}" for doubt in _doubtful(headline, signing))


def rounded(cards: Cards, _signing: Signing) -> Iterator[str]:
    """D1: a percentage of a summary is rounded, has its horizon, and what it is compared with."""
    headline = headline_of(cards)
    for card in cards:
        summary = card["summary"]
        if headline is None or "risk" not in headline or not re.search(r"\d ?%", summary):
            continue
        if not re.search(r"average|study \d", summary):
            yield f"compared with nothing: {summary!r}"
        if "not clearly different" in summary:
            continue  # the average alone
        if COHORTS[headline["model"]][1] not in summary:
            yield f"no horizon: {summary!r}"
        figure = re.search(r"(about|under|above|over) (\d+) %", summary)
        if figure is None:
            yield f"no figure that is rounded in words: {summary!r}"
        elif figure[1] == "about" and int(figure[2]) != _seen(headline["risk"]):
            yield f"{headline['risk']} said as {figure[0]!r}"


def bands(cards: Cards, signing: Signing) -> Iterator[str]:
    """Lower and above average by the evidence page's conditions, as far as the extension shows them."""
    headline, text = headline_of(cards), "\n".join(text_of(card) for card in cards)
    below = re.search(r"fracture[^.\n]*(?:below (?:the )?average|lower than average)", text, re.IGNORECASE)
    above = re.search(r"fracture[^.\n]*(?:above average|risk high)", text, re.IGNORECASE)
    if headline is None or "risk" not in headline:
        if found := below or above:
            yield f"no figure, and {found[0]!r}"
        return
    reference = headline.get("reference", headline["baseline"]["incidence"])
    said, average = _seen(headline["risk"]), _seen(reference)
    if above and said - average < (5 if said >= 10 else 2):
        yield f"above average: {said} beside {average}"
    if not below:
        return
    if max(headline[name][1] for name in ("studyUncertainty", "ifMeasured") if name in headline) >= reference:
        yield "below average, and the ranges reach it"
    if not {each["name"] for each in headline["inputs"]} & {"bmd-t-score", "ct-attenuation"}:
        yield "below average without T-score and HU"
    if not re.search(r"review|ordered", text):
        yield "below average without the treatment review"
    yield from (f"below average with {doubt}" for doubt in _doubtful(headline, signing))


def _doubtful(headline: Mapping[str, Any], signing: Signing) -> Iterator[str]:
    """Inputs that may not reassure: held on that side, older than fresh, or an imaging value of no stated method."""
    unstated = {f"Observation/{one['id']}" for one in signing.record if not STATED & one.keys()}
    for each in headline["inputs"]:
        if each["use"] == "held-reassuring":
            yield f"{each['name']} held"
        if "date" in each and age_in_days(each["date"][:10]) > FRESH.get(each["name"], 10**6):
            yield f"{each['name']} of {each['date']}"
        if each["name"] in IMAGING and each.get("source") in unstated:
            yield f"{each['name']} without a method"


def _seen(risk: float) -> int:
    percent = 100 * risk
    return 5 * round(percent / 5) if percent >= 10 else round(percent)


def warnings(cards: Cards, _signing: Signing) -> Iterator[str]:
    """When the rehabilitation card may warn (contract, "Cards"); a card on measurements never does."""
    card, headline = by_topic(cards).get("rehabilitation"), headline_of(cards)
    if by_topic(cards).get("missingData", {}).get("indicator", "info") != "info":
        yield "a measurement is no warning"
    if card is None or card["indicator"] != "warning":
        return
    if headline is None or headline.get("band") != "high":
        yield f"a warning without a high figure: {card['summary']!r}"
        return
    if headline["studyUncertainty"][0] <= headline["baseline"]["incidence"]:
        yield f"a warning from {headline['studyUncertainty']}: {card['summary']!r}"
    if not {each["name"] for each in headline["inputs"]} & {"bmd-t-score", "ct-attenuation"}:
        yield "a warning without T-score and HU"
    if not any(one["isRecommended"] for one in card.get("suggestions", ())):
        yield "a warning with nothing to do"
    if any(concern.startswith("outside the study population") for concern in headline["concerns"]):
        yield f"a warning outside the study: {headline['concerns']}"


def duplicates(cards: Cards, signing: Signing) -> Iterator[str]:
    """Nothing is suggested that is in the draft bundle or already active."""
    read = () if signing.failed else signing.record
    orders = [*signing.drafts, *(one for one in read if one["resourceType"] == "ServiceRequest")]
    held = {code for order in orders for code in _codes(order)}
    for card in cards:
        for suggestion in card.get("suggestions", ()):
            for action in suggestion["actions"]:
                if action["type"] == "create" and _codes(action["resource"]) & held:
                    yield f"{suggestion['label']!r} is ordered already"
    offered = [one["label"] for card in cards for one in card.get("suggestions", ())]
    yield from (f"{label!r} twice" for label, times in Counter(offered).items() if times > 1)


def _codes(order: Mapping[str, Any]) -> set[tuple[str, str]]:
    coded = order.get("code") or order.get("codeCodeableConcept") or {}
    return {(one.get("system", ""), one["code"]) for one in coded.get("coding", ())}


def orders(cards: Cards, _signing: Signing) -> Iterator[str]:
    """What a suggestion holds: a draft, under a label that begins with a verb."""
    for one in (one for card in cards for one in card.get("suggestions", ())):
        (action,) = one["actions"]
        if not re.match(r"(?:Refer|Order|Ask|Add|Set) ", one["label"]):
            yield f"no verb: {one['label']!r}"
        if action["type"] not in ("create", "update") or action["resource"]["status"] != "draft":
            yield f"{action['type']} of a {action['resource']['status']} order"
        if "reference" not in action["resource"]["subject"] and action["type"] != "update":
            yield "an order for nobody"


def figures_for_programs(cards: Cards, _signing: Signing) -> Iterator[str]:
    """A model without a figure has no range and no band either (contract, "Cards")."""
    card = by_topic(cards).get("rehabilitation", {})
    for outcome in card.get("extension", {}).get(ASSESSMENTS, ()):
        for model in outcome.get("models", ()):
            if "risk" not in model and {"studyUncertainty", "ifMeasured", "band"} & model.keys():
                yield f"{model['model']} has a range without a figure"


RULES: tuple[Rule, ...] = (
    protocol,
    shape,
    reasons,
    length,
    wording,
    plain,
    said_twice,
    company,
    printable,
    rounded,
    bands,
    warnings,
    duplicates,
    orders,
    figures_for_programs,
)
# What holds for any request at all; the others judge the length of what real charts make.
RULES_OF_ANY_REQUEST = tuple(rule for rule in RULES if rule not in (length, said_twice, shape))

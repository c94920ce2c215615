"""Our display rules for the cards of any patient at all, each a function of one answer; `CHECKS` is all of them."""

from __future__ import annotations

import re
from typing import Any

from fhir.resources.R4B import get_fhir_model_class
from markdown_it import MarkdownIt

from cds_service.loading import banned_patterns
from tests.chart_builders import ASSESSMENTS, by_topic, outcome, texts_of

# governance, section 2.3, written out here again: whole words, whatever the case.
BANNED = re.compile(
    r"""\b(?:must|required\ to|do\ not\ (?:operate|proceed|sign)|contraindicat(?!ions?\ to\ cement)\w*
    |diagnos(?:e|is|ed)\ (?:of|with)
    |will\ (?:re)?fracture|prevents?|reduces?\ (?:the\ )?risk|lowers?\ (?:your|the|this\ patient)|guarantee\w*|safe\ to
    |urgent\w*|immediately|stat|within\ 24\ ?(?:h|hours?)|AI[-\ ](?:says|decides)|FDA[-\ ](?:approved|cleared)
    |ONC[-\ ]certified|accurate|proven|the\ patient\ needs)\b
    |(?<!not\ )\bvalidated\b(?!\ once)""",
    re.IGNORECASE | re.VERBOSE,
)
# No effect of a treatment as a number (evidence page, "Never").
EFFECT = re.compile(
    r"\b(?:lower(?! figure)|reduc|cut|halv|decreas|prevent|sav)(?:e?s|e)?\b[^.\n]{0,60}\d+ ?%", re.IGNORECASE
)
# Never as a target (cards, section 3), and never of the procedure (P4).
SURGICAL_TARGETS = re.compile(r"\b(?:6\.7|16\.0|11\.7|9\.9) ?°|PVP raises|vertebroplasty (?:raises|increases)")
MARKDOWN = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])
PLAIN = {
    *("paragraph_open", "paragraph_close", "inline", "bullet_list_open", "bullet_list_close"),
    *("list_item_open", "list_item_close", "text", "strong_open", "strong_close", "softbreak", "text_special"),
}
UNFINISHED = re.compile(r"\S {2,}\S|\.\.|\{(?!score\})[a-z_]+\}| ,|,,|:\*\*\s*$|\bNone\b|\bnan\b", re.MULTILINE)
HORIZON = re.compile(r"in (?:12 months|2 years)\b")
REFERRALS = {"Refer to rehabilitation", "Refer to dietitian", "Refer to fracture liaison service"}


def tokens_of(markdown):
    flat = []
    for token in MARKDOWN.parse(markdown):
        flat.append(token.type)
        flat += [child.type for child in token.children or ()]
    return set(flat)


def check_shape(cards: list[dict[str, Any]]) -> None:
    topics = [card["source"]["topic"]["code"] for card in cards]
    assert 1 <= len(cards) <= 3
    assert len(set(topics)) == len(topics)
    assert set(topics) <= {"rehabilitation", "braceLimit", "missingData"}
    assert "rehabilitation" in topics
    for card in cards:
        assert card["indicator"] in ("info", "warning")
        assert 0 < len(card["summary"]) <= 139
        assert not re.search(r"[\r\n{}]", card["summary"])
        assert card.get("detail", "-").strip()
        assert card["overrideReasons"]
    indicators = [card["indicator"] for card in cards]
    assert indicators == sorted(indicators, reverse=True)  # warnings first


def check_markdown(cards: list[dict[str, Any]]) -> None:
    """Plain GFM without HTML, tables, headings, links or code."""
    for card in cards:
        detail = card.get("detail", "")
        assert tokens_of(detail) <= PLAIN
        assert not UNFINISHED.search(detail), UNFINISHED.search(detail)


def check_wording(cards: list[dict[str, Any]]) -> None:
    for card in cards:
        for text in texts_of(card):
            for pattern in (BANNED, EFFECT, SURGICAL_TARGETS, *banned_patterns()):
                assert not pattern.search(text), (pattern.pattern, text)


def headline_of(cards: list[dict[str, Any]]) -> dict[str, Any] | None:
    """The study that speaks for refracture, where one does."""
    refracture = outcome(by_topic(cards))
    return next((one for one in refracture.get("models", ()) if one["model"] == refracture.get("headline")), None)


def check_percentages(cards: list[dict[str, Any]]) -> None:
    """D1: a percentage only from narrow ranges and nothing held to reassure, with horizon and average beside it."""
    found = by_topic(cards)
    for topic, card in found.items():
        if "%" not in card["summary"]:
            continue
        assert topic == "rehabilitation"
        assert HORIZON.search(card["summary"])
        assert re.search(r"(?:study|site's|after kyphoplasty|after vertebroplasty)(?: average)? \d+ %", card["summary"])
        headline = headline_of(cards)
        assert headline is not None
        for interval in (headline["studyUncertainty"], headline.get("ifMeasured", (0, 0))):
            assert interval[1] - interval[0] <= 0.5
        assert "held-reassuring" not in {one["use"] for one in headline["inputs"]}
        figure = re.search(r"(?:about|under|above) (\d+) %", card["summary"])
        assert int(figure[1]) % 5 == 0 or int(figure[1]) < 10


def check_figures_have_company(cards: list[dict[str, Any]]) -> None:
    """No probability without study uncertainty, average and what is missing; not calibrated without a site baseline."""
    found = by_topic(cards)
    for each in found["rehabilitation"]["extension"][ASSESSMENTS]:
        for model in each.get("models", ()):
            if "risk" not in model:
                assert not {"studyUncertainty", "ifMeasured", "band"} & model.keys()
            assert isinstance(model["concerns"], list)
            assert isinstance(model["missing"], list)
    said = "\n".join(texts_of(found["rehabilitation"]))
    if headline_of(cards) and "%" in said:
        figures = [line for line in said.splitlines() if re.search(r"\d %.* in (?:12 months|2 years)", line)]
        assert not figures or ("study uncertainty" in said and "average" in said)
        has_figure = "%" in found["rehabilitation"]["summary"]
        is_own = headline_of(cards)["baseline"]["source"] == "study"
        assert not has_figure or ("ot calibrated here" in said) == is_own


def check_reassurance(cards: list[dict[str, Any]]) -> None:
    """D2: "below average" only by its band, and never without the treatment review."""
    card, headline = by_topic(cards)["rehabilitation"], headline_of(cards)
    if "below average" not in card["summary"]:
        return
    assert headline["band"] == "lower"
    assert re.search(r"review|ordered", card["summary"])
    ranges = [headline["studyUncertainty"], headline.get("ifMeasured", (0, 0))]
    assert max(high for _, high in ranges) < headline["reference"]
    assert "held-reassuring" not in {one["use"] for one in headline["inputs"]}
    assert not [one for one in headline["concerns"] if one.startswith("outside the study population")]


def check_warnings(cards: list[dict[str, Any]]) -> None:
    """D3: only where high, with the study uncertainty above the average, and a recommended referral not ordered yet."""
    found, headline = by_topic(cards), headline_of(cards)
    card = found["rehabilitation"]
    offered = {one["label"] for one in card.get("suggestions", ()) if one["isRecommended"]}
    if card["indicator"] == "warning":
        assert headline["band"] == "high"
        assert headline["studyUncertainty"][0] > headline["baseline"]["incidence"]
        assert REFERRALS & offered
    if "missingData" in found:
        assert found["missingData"]["indicator"] == "info"


def check_suggestions(cards: list[dict[str, Any]]) -> None:
    seen = []
    for card in cards:
        suggestions = card.get("suggestions", [])
        assert ("selectionBehavior" in card) == bool(suggestions)
        seen.append(card["uuid"])
        for one in suggestions:
            seen.append(one["uuid"])
            assert isinstance(one["isRecommended"], bool)
            assert re.match(r"(?:Refer|Order|Ask|Add|Set) ", one["label"])
            (action,) = one["actions"]
            assert action["type"] in ("create", "update")
            resource = action["resource"]
            get_fhir_model_class(resource["resourceType"]).model_validate(resource)
            assert resource["status"] == "draft"
            whose = resource["subject"].get("reference")  # a draft that is corrected may name nobody by reference
            assert "p" in whose if whose is not None else action["type"] == "update"
    assert len(set(seen)) == len(seen)


CHECKS = (
    check_shape,
    check_markdown,
    check_wording,
    check_percentages,
    check_figures_have_company,
    check_reassurance,
    check_warnings,
    check_suggestions,
)

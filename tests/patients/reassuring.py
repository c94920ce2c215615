"""A patient whose T-score and weight would reassure, and what else the record holds."""

from collections.abc import Sequence
from typing import Any

from tests.chart_builders import (
    Resource,
    ask,
    brace,
    by_topic,
    days_ago,
    kyphoplasty,
    measured,
    of_patient,
    order_sign,
    patient,
    problem,
    quiet_lists,
)
from tests.codes import codeable

REASSURING = "below the usual"
RADIOLOGY = codeable("http://terminology.hl7.org/CodeSystem/v2-0074", "RAD")


Cards = dict[str, Resource]


def quiet_record(*entries: Resource) -> list[Resource]:
    """Return a record whose lists are there and say nothing of ours, with these."""
    return [patient(), *quiet_lists(), *entries]


def first_card(*entries: Resource, drafts: Sequence[Resource] = ()) -> Resource:
    """Return the card of rehabilitation, of such a record, of a kyphoplasty."""
    body = order_sign(quiet_record(*entries), kyphoplasty(), *drafts)
    return by_topic(ask(body))["rehabilitation"]


def reassuring_record(*entries: Resource, t_score: float = -1.5) -> list[Resource]:
    """Return a record that says "below the usual", with these entries."""
    values = measured("bmd-t-score", t_score), measured("bmi", 27)
    return quiet_record(*values, *entries)


def card_of(*entries: Resource, order: Resource | None = None) -> Resource:
    """Return the patient's card of rehabilitation with these entries on record."""
    body = order_sign(reassuring_record(*entries), order or kyphoplasty())
    return by_topic(ask(body))["rehabilitation"]


def cards_of(
    *entries: Resource, order: Resource | None = None, t_score: float = -1.5
) -> Cards:
    """Return the cards, by topic, if a brace without an end is signed as well."""
    record = reassuring_record(*entries, t_score=t_score)
    return by_topic(ask(order_sign(record, order or kyphoplasty(), brace())))


def selected(cards: Cards) -> set[tuple[str, str]]:
    """Return what is pre-selected, by topic and label."""
    return {
        (topic, suggestion["label"])
        for topic, card in cards.items()
        for suggestion in card.get("suggestions", ())
        if suggestion.get("isRecommended")
    }


def end_is_selected(cards: Cards) -> bool:
    """Tell if the end of the brace is pre-selected. With a metastasis it has no card."""
    if "braceLimit" not in cards:
        return False
    (end,) = cards["braceLimit"]["suggestions"]
    return end.get("isRecommended") is True


def imaging(
    conclusion: str | None = None, *, days: int = 5, **members: Any
) -> Resource:
    """Return a report of an MRI of the lumbar spine."""
    report = {
        "status": "final",
        "category": [RADIOLOGY],
        "code": {"text": "MRI lumbar spine"},
        "effectiveDateTime": days_ago(days),
        "conclusion": conclusion,
    }
    return of_patient("DiagnosticReport", "mri", **report | members)


def dated(code: Resource, *, days: int, number: str = "x", **members: Any) -> Resource:
    """Return a diagnosis that began, and was recorded, so many days ago."""
    begun = {"onsetDateTime": days_ago(days), "recordedDate": days_ago(days)}
    return problem("x", number=number, **{"code": code} | begun | members)

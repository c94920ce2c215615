"""A patient with a brace whose order has a note, at the signing and at the discharge."""

from typing import Any

from tests.chart_builders import (
    Resource,
    ask,
    brace,
    by_topic,
    kyphoplasty,
    order_sign,
)
from tests.patients.inpatients import statement
from tests.patients.leaving import everything_arranged, leave, leaving_chart, worn_now
from tests.patients.reassuring import Cards, reassuring_record


def signed_with(note: str, **members: Any) -> Cards:
    """Return the cards, by topic, of a brace with this note that is signed."""
    draft = brace(note=[{"text": note}], **members)
    return by_topic(ask(order_sign(reassuring_record(), kyphoplasty(), draft)))


def left_with(note: str, **members: Any) -> list[Resource]:
    """Return the cards of somebody who leaves with a brace with this note."""
    worn = worn_now(note=[{"text": note}], **members)
    drug = statement("alendronate", "M05BA04", 1)
    return leave(leaving_chart(*everything_arranged(), drug, worn))

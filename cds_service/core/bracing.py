"""Brace orders against the site's limit: which one breaks it, and what would keep it."""

from __future__ import annotations

from datetime import date, timedelta

from cds_service.core.facts import SupportOrders
from cds_service.core.policy import BracePolicy
from cds_service.core.recommendations import Correction
from cds_service.core.wording import say_date


def find_over_limit(
    support: SupportOrders, limit: BracePolicy, today: date, *, draft: bool
) -> tuple[Correction, str] | None:
    """The first brace order, draft or active, that ends after the limit or not at all, with words for it.

    The weeks count from the brace's start, else the order's writing, else today (contract, "Cards").
    """
    for order in support.of_kind("brace"):
        start = order.start or order.authored or today
        end = start + timedelta(weeks=limit.max_weeks)
        ordered_end = order.end or (start + timedelta(hours=order.hours) if order.hours is not None else None)
        if order.draft != draft or (ordered_end is not None and ordered_end <= end):
            continue
        ends = "has no end date" if ordered_end is None else f"ends {say_date(ordered_end)}"
        if end < today:
            ends = f"{ends}; {limit.max_weeks} weeks passed on {say_date(end)}"
        review = start + timedelta(weeks=limit.review_weeks)
        found = Correction(order=order, start=None if order.start else start, review=review, end=end)
        return found, f"{order.title} {ends}"
    return None

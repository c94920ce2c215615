"""The second card: limits on bracing and bed rest."""

from __future__ import annotations

from cds_service.cards.answer import Answer, make_card
from cds_service.cards.rehabilitation import record_notices
from cds_service.core.facts import SupportOrder
from cds_service.protocol import Card


def brace_limit_card(answer: Answer) -> Card | None:
    """The card, or None when the record forbids any word on braces or there is nothing to say."""
    recommendations = answer.of_topic("braceLimit")
    if not recommendations or (_is_routine(answer) and _all_is_done(answer)):
        return None
    breaks_limit = answer.has("brace-limit-broken") and not answer.has("brace-keep-reason")
    is_warning = breaks_limit or (answer.has("bed-rest-long") and not answer.has("no-exercise"))
    return make_card(
        answer,
        "braceLimit",
        summary=_summary(answer),
        detail=_detail(answer),
        indicator="warning" if is_warning else "info",
    )


def _is_routine(answer: Answer) -> bool:
    return not (answer.has("brace-ordered") or answer.has("bed-rest-long"))


def _all_is_done(answer: Answer) -> bool:
    """Every referral is ordered: then one line on the first card is enough (contract, "Cards")."""
    referrals = [one for one in answer.of_topic("rehabilitation") if one.short]
    return bool(referrals) and all(one.already for one in referrals)


def _words(answer: Answer) -> dict[str, str | int]:
    braces = answer.support.of_kind("brace")
    unread = {"DeviceRequest", "ServiceRequest"} & set(answer.support.unchecked)
    is_site = bool(answer.policy.set_by_site & {"brace-max-weeks", "brace-review-weeks"})
    if answer.has("brace-limit-broken"):
        braces = tuple(fact for fact in answer.signal("brace-limit-broken").facts if isinstance(fact, SupportOrder))
    return {
        "because": answer.signal("brace-limit-broken").because if answer.has("brace-limit-broken") else "",
        "title": braces[0].title if braces else "",
        "max_weeks": answer.policy.brace.max_weeks,
        "review_weeks": answer.policy.brace.review_weeks,
        "bed_rest_hours": answer.policy.bed_rest.max_hours,
        "found": answer.texts.raw("brace.unchecked" if unread else "brace.none-found"),
        "reason": answer.signal("brace-keep-reason").because.capitalize() if answer.has("brace-keep-reason") else "",
        "source": answer.texts.raw("brace.policy-site" if is_site else "brace.policy-default"),
    }


def _summary(answer: Answer) -> str:
    return answer.texts.say(f"summaries.braceLimit.{_case(answer)}", **_words(answer))


def _case(answer: Answer) -> str:
    """Which of the card's situations this is, the gravest first."""
    if answer.has("brace-limit-broken"):
        if answer.has("brace-keep-reason"):
            return "keep-reason"
        if answer.has("brace-limit-passed"):
            return "passed"
        return "draft" if answer.has("brace-draft-broken") else "active"
    if answer.has("bed-rest-long"):
        return "bed-rest"
    return "within" if answer.has("brace-ordered") else "none"


def _detail(answer: Answer) -> str:
    texts, words = answer.texts, _words(answer)
    recommendations = answer.of_topic("braceLimit")
    # The summary says the plain limit already.
    said = [one for one in recommendations if one.rule_id != "brace-limit" or answer.has("brace-ordered")]
    return texts.render(
        "brace-limit",
        {
            # Alone on the screen this card has to say itself what could not be read.
            "notices": record_notices(answer) if answer.order is None else (),
            "options": [answer.option_line(one) for one in said],
            "walking": "" if answer.has("no-exercise") else texts.raw("brace.walking"),
            "reasons": texts.raw("brace.keep-reasons"),
            "evidence": texts.raw("brace.evidence"),
            "policy": texts.say("brace.policy", **words),
        },
    )

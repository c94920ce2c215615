"""At most two cards, the more important first; of these, the card on bracing."""

from collections.abc import Iterator

from cds_service.cards.answer import Answer, Option, make_card
from cds_service.cards.rehabilitation import record_notices, rehabilitation_card
from cds_service.cards.texts import first_that_fits
from cds_service.core.wording import capital, say_date
from cds_service.protocol.messages import Card

CORRECTION, BED_REST = "brace-correction", "bed-rest"
CONFLICTS = ("passed", "draft", "active")
WARNINGS = (*CONFLICTS, "bed-rest")


def brace_limit_card(answer: Answer) -> Card | None:
    """The card, or None where the record forbids any word on braces, or there is nothing to say."""
    if not answer.of_topic("braceLimit"):
        return None
    case = _case(answer)
    return make_card(
        answer,
        "braceLimit",
        summary=_summary(answer, case),
        detail=_detail(answer, case),
        indicator="warning" if case in WARNINGS else "info",
    )


def _summary(answer: Answer, case: str) -> str:
    """The case's sentence, and a shorter one where dates and words of an order make it too long."""
    words = _words(answer)
    shorter = {"keep-reason": ("keep",), "undated": ("undated-short",)}.get(case, ("dated", "short"))
    return capital(
        first_that_fits(answer.texts.say(f"summaries.braceLimit.{one}", **words) for one in (case, *shorter))
    )


def _case(answer: Answer) -> str:
    """Which of the card's situations this is, the gravest first."""
    rules = {one.rule.id for one in answer.of_topic("braceLimit")}
    is_broken = CORRECTION in rules and answer.has("brace-limit-broken")
    is_kept = answer.has("brace-keep-reason")
    if is_broken and not is_kept:
        draft_or_active = "draft" if answer.has("brace-draft-broken") else "active"
        return "passed" if answer.has("brace-limit-passed") else draft_or_active
    if BED_REST in rules and answer.has("bed-rest-long"):
        return "bed-rest"
    if CORRECTION in rules:
        return "keep-reason" if is_kept else "undated"
    if "brace-limit" in rules and is_kept:
        return "keep"
    return "bed-rest-open" if BED_REST in rules else "usual"


def _words(answer: Answer) -> dict[str, str | int]:
    broken = next((one for one in answer.signals if one.name in ("brace-limit-broken", "brace-undated")), None)
    rest = next((one for one in answer.signals if one.name == "bed-rest-long"), None)
    first, *more = _reasons(answer) or [""]
    is_site = bool(answer.policy.set_by_site & {"brace-max-weeks", "brace-review-weeks"})
    policy = answer.texts.raw("brace.policy-site" if is_site else "brace.policy-default")
    return {
        "because": broken.because if broken else "",
        "end": say_date(broken.correction.end) if broken and broken.correction else "",
        "rest": rest.because if rest else "",
        "reason": answer.texts.say("brace.more-reasons", first=first, count=len(more)) if more else first,
        "max_weeks": answer.policy.brace.max_weeks,
        "review_weeks": answer.policy.brace.review_weeks,
        "bed_rest_hours": answer.policy.bed_rest.max_hours,
        "policy": policy,
        "policy_first": capital(policy),
    }


def _reasons(answer: Answer) -> list[str]:
    """What the record holds for keeping a brace longer."""
    return answer.signal("brace-keep-reason").because.split(" · ") if answer.has("brace-keep-reason") else []


def _detail(answer: Answer, case: str) -> str:
    texts = answer.texts
    reasons = _reasons(answer)
    has_rest = any(one.rule.id == BED_REST for one in answer.of_topic("braceLimit"))
    return texts.render(
        "brace-limit",
        {
            # Alone on the screen this card has to say itself what could not be read.
            "notices": record_notices(answer) if answer.order is None else (),
            "options": list(_options(answer, case)),
            "reasons": texts.raw("brace.keep-reasons")
            if case in CONFLICTS
            else " · ".join(reasons if len(reasons) > 1 else ()),
            "evidence": texts.raw("brace.evidence") if case in CONFLICTS and not has_rest else "",
        },
    )


def _options(answer: Answer, case: str) -> Iterator[Option]:
    for one in answer.of_topic("braceLimit"):
        option = answer.option_line(one)
        if one.rule.id == "brace-limit":
            continue  # the summary says all of it
        # An active order, or a draft that cannot be corrected with certainty, is described here, without a button.
        if one.rule.id == CORRECTION and CORRECTION not in answer.suggestions:
            option = option._replace(heading=answer.texts.raw("brace.by-hand"))
        elif one.rule.id == CORRECTION and answer.has("brace-keep-reason"):
            option = option._replace(heading=answer.texts.raw("brace.kept"))
        if one.rule.id == BED_REST and not case.startswith(BED_REST):
            option = option._replace(heading=capital(", ".join(signal.because for signal in one.because)))
        yield option


def build_cards(answer: Answer) -> tuple[Card, ...]:
    """All cards of an augmentation order; for a later brace or bed-rest order the brace card alone.

    Warnings come first, since clients need not keep our order but many do.
    """
    if answer.order is None:
        cards = [brace_limit_card(answer)]
    elif answer.has("end-of-life"):
        cards = [rehabilitation_card(answer)]
    else:
        cards = [rehabilitation_card(answer), brace_limit_card(answer)]
    return tuple(sorted((card for card in cards if card is not None), key=lambda card: card.indicator != "warning"))

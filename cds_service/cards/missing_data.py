"""The third card: which acts would sharpen the figure most, and what is not there, not readable, not usable."""

from __future__ import annotations

from cds_service.cards.answer import Answer, make_card
from cds_service.cards.unusable import NOT_READ, NOT_THERE, unusable_names, unusable_values
from cds_service.core.facts import Gap
from cds_service.protocol import Card

# What sarcopenia is measured by (evidence page, sarcopenia-pvm-2022).
MEASURES = ("grip-strength", "gait-speed", "appendicular-muscle-index")


def missing_data_card(answer: Answer) -> Card | None:
    """The card, or None when no act before surgery would sharpen the refracture figure, or all are ordered."""
    acts = answer.of_topic("missingData")
    if all(one.already for one in acts):
        return None
    phrases = [one.summary for one in acts if not one.already]
    first = phrases[0][:1].upper() + phrases[0][1:]
    summary = (
        answer.texts.say("summaries.missingData.two", first=first, second=phrases[1])
        if len(phrases) > 1
        else answer.texts.say("summaries.missingData.one", first=first)
    )
    return make_card(answer, "missingData", summary=summary, detail=_detail(answer), indicator="info")


def _detail(answer: Answer) -> str:
    gaps = [gap for gap in _gaps_of_interest(answer) if gap.name not in unusable_names(answer)]
    return answer.texts.render(
        "missing-data",
        {
            "options": [answer.option_line(one) for one in answer.of_topic("missingData")],
            "known": _known_parts(answer),
            "absent": ", ".join(answer.wording.name(gap.name) for gap in gaps if gap.reason in NOT_THERE),
            "unread": ", ".join(answer.wording.name(gap.name) for gap in gaps if gap.reason in NOT_READ),
            "unusable": unusable_values(answer),
        },
    )


def _known_parts(answer: Answer) -> str:
    """Measures of sarcopenia that are there and do not decide it alone."""
    if "sarcopenia" not in answer.findings.gaps:
        return ""
    known = (answer.findings.known.get(name) for name in MEASURES)
    return ", ".join(answer.wording.phrase(one, dated=True) for one in known if one is not None)


def _gaps_of_interest(answer: Answer) -> tuple[Gap, ...]:
    """Gaps among the inputs of the models and what those are derived from, that could be known before surgery."""
    wanted = dict.fromkeys(
        name for outcome in answer.assessment.outcomes for result in outcome.models for name in result.prediction.gains
    )
    return tuple(answer.findings.gaps[name] for name in (*wanted, *MEASURES) if name in answer.findings.gaps)

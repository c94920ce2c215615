"""The summary of the first card: the act first, then the risk in coarse words."""

from itertools import accumulate

from cds_service.cards.answer import Answer
from cds_service.cards.texts import first_that_fits


def say_summary(answer: Answer) -> str:
    """The acts and at most one word of risk, at most 120 characters."""
    if answer.has("end-of-life"):
        return answer.texts.raw("summaries.rehabilitation.end-of-life")
    said, acts = answer.said, _fewer(answer)
    if said is None or not said.in_summary:
        return first_that_fits(acts)
    risk = f"{said.words[:1].upper()}{said.words[1:]}."
    return first_that_fits((*(f"{act} {risk}" for act in acts[:2]), *acts))


def _acts(answer: Answer, *, brief: bool = False) -> list[str]:
    """The recommendations' short forms, gravest first; what leads stands before what does not."""
    recommendations = [one for one in answer.of_topic("rehabilitation") if one.summary and not one.already]
    ordered = sorted(recommendations, key=lambda one: not one.leads)
    said = [one.brief if brief else one.summary for one in ordered]
    return said or [answer.texts.raw("summaries.rehabilitation-todo.done")]


def _fewer(answer: Answer) -> list[str]:
    """The acts in fewer and fewer words: shortened, then those that do not lead are left to the detail."""
    return [" ".join(_acts(answer)), *list(accumulate(_acts(answer, brief=True), "{} {}".format))[::-1]]

"""Write the risk in coarse words, and how sure it is (docs/cards.md, E3)."""

from collections.abc import Iterator

from cds_service.cards.answer import Answer
from cds_service.cards.study_words import phrase
from cds_service.core.models.pooled_result import PooledResult
from cds_service.core.risk.risk_words import RiskWords
from cds_service.core.words.phrases import joined, say
from cds_service.core.words.wording import capital, join_words

MOST_DRIVERS = 2  # of a study's line, the strongest


def risk_phrases(answer: Answer) -> tuple[str, ...]:
    """Return the risk phrases of a summary, from full to short; it may have none."""
    risk_words = answer.risk_words
    if answer.closures.closes_risk() or risk_words is None:
        return ()
    if not risk_words.in_summary:
        return ()
    words = capital(risk_words.words)
    short = answer.texts.say("risk.summary-short", words=words)
    if not risk_words.is_as_usual:
        return answer.texts.say("risk.summary", words=words), short
    leading = answer.facts.leading
    # The usual figure next to a fact that raises the risk would reassure.
    is_raised = leading is not None and leading.file.raises
    return () if is_raised else (short,)


def risk_lines(answer: Answer) -> Iterator[tuple[str, str]]:
    """Yield the risk with its average, and how sure it is; or that none is given."""
    texts, risk_words = answer.texts, answer.risk_words
    pooled = answer.assessment.pooled
    heading = texts.raw("headings.risk")
    if answer.closures.closes_risk():
        return
    if risk_words is None or pooled is None:
        yield heading, texts.raw("risk.none")
        return
    yield heading, joined((_risk(answer, risk_words, pooled), _pain(answer)), ". ")
    yield texts.raw("headings.sure"), _certainty(answer, pooled)


def _risk(answer: Answer, risk_words: RiskWords, pooled: PooledResult) -> str:
    """Write `about 1 in 5 fracture another vertebra within about 2 years`."""
    texts, kind = answer.texts, _risk_kind(answer, risk_words)
    words = risk_words.words
    if not words.startswith(("about", "at least", "more")):
        words = say("the {step}", step=words)
    sentence: str = texts.say(
        f"risk.{kind}",
        words=words,
        usual=risk_words.usual,
        horizon=pooled.figure.baseline.horizon,
    )
    if risk_words.at_least and kind != "usual":
        names = join_words(answer.facts.not_counted)
        sentence = joined((sentence, texts.say("risk.not-counted", names=names)), "; ")
    return sentence


def _risk_kind(answer: Answer, risk_words: RiskWords) -> str:
    """Choose the sentence of `texts.toml` that fits these words."""
    if "usual" in risk_words.words:
        return "usual"
    if risk_words.is_as_usual:
        return "as-usual"
    is_raised = answer.facts.raises or risk_words.at_least
    if not is_raised and answer.assessment.may_say_below():
        return "below"
    return "own"


def _pain(answer: Answer) -> str:
    """Write the pooled rate of lasting pain, "at least" if a factor is on record."""
    pain = answer.assessment.pain
    return answer.texts.say("risk.pain", words=pain.words) if pain else ""


def _certainty(answer: Answer, pooled: PooledResult) -> str:
    local = answer.policy.recalibration.get(pooled.model.study.id)
    if local is not None:
        return answer.texts.say("risk.sure-here", patients=local.n)
    return answer.texts.say("risk.sure", studies=len(pooled.model.study.rates))


def study_lines(answer: Answer) -> Iterator[tuple[str, str]]:
    """Yield a line for each study that has one (docs/evidence.md)."""
    if answer.risk_words is None:
        return
    for line in answer.assessment.study_lines:
        study = line.result.model.study
        drivers = joined(
            phrase(answer, line.result, finding)
            for group in line.drivers[:MOST_DRIVERS]
            for finding in group
        )
        words = {"words": line.words, "average": line.average, "drivers": drivers}
        path = "risk.study" if drivers else "risk.study-alone"
        if study.outcome == "residual-pain":
            path = "risk.study-pain"
        heading = answer.texts.say("headings.study", patients=study.cohort.n)
        unknown = joined(line.unknown_criteria, "; ")
        text: str = answer.texts.say(path, **words)
        if unknown:
            criteria = answer.texts.say("risk.unknown-criteria", criteria=unknown)
            text = joined((text, criteria), "; ")
        yield heading, text

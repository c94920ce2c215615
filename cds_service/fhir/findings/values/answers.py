"""Read yes/no findings and categories from Observations.

An answer is a boolean, coded or free text.
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from cds_service.core.findings import Gap
from cds_service.core.vocabulary import AnswerSpec
from cds_service.core.words.wording import date_text
from cds_service.fhir.findings.chart import (
    Chart,
    FindingOrGap,
    Problem,
    Reading,
    age_in_words,
    make_finding,
    make_gap,
)
from cds_service.fhir.findings.values import measurements
from cds_service.fhir.findings.values.names_of_measures import problem_of_name
from cds_service.fhir.findings.values.observations import (
    RETRACTED,
    has_plain_notes,
    issued_later,
    note_problem,
    status_problem,
    time_problem,
)
from cds_service.fhir.findings.values.quantities import Refused
from cds_service.fhir.raw_json import Json, objects, text, texts_of
from cds_service.fhir.site_calendar import Moment

NO_ANSWER = Problem("no-value", "no answer that we know")
BOTH = Problem("conflicting", "its parts say both yes and no")
# HL7's codes of an interpretation that answer a question.
JUDGED = {"POS": "true", "DET": "true", "NEG": "false", "ND": "false"}
FOUND = ("says-found",)
YES_OR_NO = frozenset({"answer-yes", "answer-no"})


class Answered(NamedTuple):
    """An answer of the record.

    Attributes:
        word: `true`, `false` or the category in our spelling.
    """

    moment: Moment
    word: str
    reading: Reading


def find_answer(spec: AnswerSpec, chart: Chart) -> FindingOrGap:
    """Read a yes/no finding or a category from the newest answer."""
    answered: list[Answered] = []
    refused: list[Refused] = []
    for reading in chart.readings_of(spec.value_sets):
        if reading.entry.status in RETRACTED:
            continue
        word = _answer(reading, spec, chart)
        problem = status_problem(reading) or time_problem(reading, spec, chart)
        problem = problem or note_problem(reading, chart.terminology.methods)
        if problem is None and _says_both(reading, spec, chart):
            problem = BOTH
        problem = problem or problem_of_name(reading, spec, chart.terminology)
        if problem or word is None:
            refused.append(Refused(reading, *(problem or NO_ANSWER), printed=""))
        elif reading.entry.moment is not None:
            answered.append(Answered(reading.entry.moment, word, reading))
    refused.sort(key=measurements.refusal_key, reverse=True)
    return _choose_answer(spec, chart, answered, refused)


def _answer(reading: Reading, spec: AnswerSpec, chart: Chart) -> str | None:
    """Return `true`, `false` or the category in our spelling.

    None if the reading gives no answer that we know, or several.
    """
    answers = _answers_of_value(reading.holder, spec, chart)
    return answers.pop() if len(answers) == 1 else None


def _answers_of_value(holder: Json, spec: AnswerSpec, chart: Chart) -> set[str]:
    """Return each answer that a value gives: as a boolean, in codes or in words."""
    answers: set[str] = set()
    if spec.kind == "boolean" and isinstance(holder.get("valueBoolean"), bool):
        answers.add("true" if holder["valueBoolean"] else "false")
    coded = holder.get("valueCodeableConcept")
    if spec.answers:
        answers |= {*chart.terminology.translate(spec.answers, coded)}
    for words in (text(holder.get("valueString")), *texts_of(coded)):
        if answer := _written_answer(words, spec, chart):
            answers.add(answer)
    return answers


def _says_both(reading: Reading, spec: AnswerSpec, chart: Chart) -> bool:
    """Tell if a reading gives one answer, and another part of it the opposite.

    A note and other parts of a panel count only if they say yes next to a no: that one
    must not reassure.
    """
    answers = _answers_of_value(reading.holder, spec, chart)
    if spec.kind == "boolean":
        answers |= set(_judged(reading.holder, spec, chart))
        if "false" in answers and _finds_beside(reading, spec, chart):
            answers.add("true")
    return len(answers) > 1


def _judged(holder: Json, spec: AnswerSpec, chart: Chart) -> Iterator[str]:
    """Yield what an interpretation says: by HL7's codes, or in words."""
    for judged in objects(holder.get("interpretation")):
        for coding in objects(judged.get("coding")):
            if answer := JUDGED.get(text(coding.get("code"))):
                yield answer
        for words in texts_of(judged):
            if answer := _written_answer(words, spec, chart):
                yield answer


def _finds_beside(reading: Reading, spec: AnswerSpec, chart: Chart) -> bool:
    """Tell if a note, or a part whose name is not known, says yes.

    In a panel they may be about another of its parts.
    """
    if reading.is_component:
        return False
    parts = (part for part, matches in reading.entry.components if not matches)
    if any("true" in _answers_of_value(part, spec, chart) for part in parts):
        return True
    kinds = chart.terminology.kinds
    return any(kinds.named(note, FOUND) for note in reading.notes)


def _written_answer(words: str, spec: AnswerSpec, chart: Chart) -> str | None:
    if spec.kind == "category":
        letter = words.strip().upper()
        letters = chart.terminology.answers(spec.answers or "")
        return letter if letter in letters else None
    named = chart.terminology.text_concepts(words, YES_OR_NO)
    if len(named) != 1:
        return None
    return "true" if "answer-yes" in named else "false"


def _choose_answer(
    spec: AnswerSpec,
    chart: Chart,
    answered: Sequence[Answered],
    refused: Sequence[Refused],
) -> FindingOrGap:
    passed = (*chart.broken(spec), *(one.passed_over(spec) for one in refused))
    usable = [
        answer for answer in answered if spec.is_usable(answer.moment.day, chart.today)
    ]
    if not usable:
        return _no_answer(spec, chart, answered, refused), passed
    day = max(one.moment.day for one in usable)
    newest = [one for one in usable if one.moment.day == day]
    if all(one.moment.instant for one in newest):
        last = max(one.moment for one in newest)
        newest = [one for one in newest if one.moment == last]
    newest += [
        one for one in usable if one not in newest and _is_of_one_form(one, newest)
    ]
    sources = tuple(one.reading.provenance(spec, one.word) for one in newest)
    words = {one.word for one in newest}
    if len(words) > 1:
        why = f"two answers on {date_text(day)}"
        return make_gap(spec, "conflicting", why, *sources), passed
    first_day = measurements.first_day_of(
        [one.reading for one in newest], day, chart.calendar
    )
    age = measurements.age_concern(spec, first_day, chart.today)
    method = measurements.method_concern(spec, [newest[0].reading], chart.terminology)
    readings = [one.reading for one in newest]
    is_plain = all(has_plain_notes(one, chart.terminology) for one in readings)
    unread = () if is_plain else (measurements.NOTE_NOT_UNDERSTOOD,)
    concerns = (*age, *method, *unread)
    value = _as_value(words.pop(), spec)
    finding = make_finding(spec, value, sources[0], observed=day, concerns=concerns)
    dated_to = measurements.dated_to([one.reading for one in newest], chart.calendar)
    return finding._replace(may_reassure=not concerns, dated_to=dated_to), passed


def _is_of_one_form(answer: Answered, others: Sequence[Answered]) -> bool:
    """Tell if an answer was taken from the same questionnaire as one of these."""
    forms = {name for other in others for name in _forms_of(other)}
    return not forms.isdisjoint(_forms_of(answer))


def _forms_of(answer: Answered) -> Iterator[str]:
    for reference in objects(answer.reading.entry.raw.get("derivedFrom")):
        name = text(reference.get("reference"))
        if "QuestionnaireResponse/" in name:
            yield name


def _no_answer(
    spec: AnswerSpec,
    chart: Chart,
    answered: Sequence[Answered],
    refused: Sequence[Refused],
) -> Gap:
    if answered:
        newest = max(
            answered, key=lambda answer: (answer.moment, answer.reading.entry.reference)
        )
        age = age_in_words(newest.moment.day, chart.today)
        source = newest.reading.provenance(spec, newest.word)
        if problem := _any_issued_later(answered, spec, chart):
            return make_gap(spec, problem.reason, problem.why, source)
        stale = make_gap(spec, "stale", f"{age} old, too old to use", source)
        value = _as_value(newest.word, spec)
        return stale._replace(value=value, observed=newest.moment.day)
    return measurements.gap_if_unusable(spec, chart, (), refused)


def _any_issued_later(
    answered: Sequence[Answered], spec: AnswerSpec, chart: Chart
) -> Problem | None:
    problems = (issued_later(one.reading, spec, chart) for one in answered)
    return next(filter(None, problems), None)


def _as_value(word: str, spec: AnswerSpec) -> bool | str:
    return word == "true" if spec.kind == "boolean" else word

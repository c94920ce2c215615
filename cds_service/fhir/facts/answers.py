"""Reads yes/no findings and categories from boolean, coded or free-text Observations."""

from collections.abc import Sequence

from cds_service.core.facts import Gap
from cds_service.core.vocabulary import FindingSpec
from cds_service.core.wording import say_date
from cds_service.fhir.facts.chart import Chart, FindingOrGap, age_in_words, gap, known
from cds_service.fhir.facts.measurements import age_concern, is_stale, method_concern, nothing_usable, refused_by_time
from cds_service.fhir.facts.observations import RETRACTED, Reading, find_readings, status_problem, time_problem
from cds_service.fhir.facts.quantities import Refused
from cds_service.fhir.raw_json import Moment, text, texts_of

YES_OR_NO = frozenset({"answer-yes", "answer-no"})


def find_answer(spec: FindingSpec, chart: Chart) -> FindingOrGap:
    """Read a yes/no finding or a category from the newest coded, boolean or free-text answer."""
    answered: list[tuple[Moment, str, Reading]] = []
    refused: list[Refused] = []
    for reading in find_readings(chart, spec.value_sets):
        if reading.entry.status in RETRACTED:
            continue
        word = _answer(reading, spec, chart)
        problem = status_problem(reading) or time_problem(reading, chart)
        if word is None and problem is None:
            problem = ("no-value", "no answer that we know")
        if problem or word is None:
            why = problem or ("no-value", "no answer that we know")
            refused.append(Refused(reading=reading, reason=why[0], why=why[1], printed=""))
        elif reading.entry.moment is not None:
            answered.append((reading.entry.moment, word, reading))
    return _pick_answer(spec, chart, answered, sorted(refused, key=refused_by_time, reverse=True))


def _answer(reading: Reading, spec: FindingSpec, chart: Chart) -> str | None:
    """`true`, `false` or the category in our spelling."""
    holder = reading.holder
    if spec.kind == "boolean" and isinstance(holder.get("valueBoolean"), bool):
        return "true" if holder["valueBoolean"] else "false"
    coded = holder.get("valueCodeableConcept")
    terminology = chart.terminology
    assert spec.answers is not None  # noqa: S101 - the schema asks for it
    if found := terminology.translate(spec.answers, coded):
        return found[0] if len(found) == 1 else None
    words = [text(holder.get("valueString")), *texts_of(coded)]
    return next((answer for word in words if (answer := _written_answer(word, spec, chart))), None)


def _written_answer(word: str, spec: FindingSpec, chart: Chart) -> str | None:
    if spec.kind == "category":
        return word.strip().upper() if word.strip().upper() in chart.terminology.answers(spec.answers or "") else None
    named = chart.terminology.text_concepts(word, YES_OR_NO)
    return None if len(named) != 1 else ("true" if "answer-yes" in named else "false")


def _pick_answer(
    spec: FindingSpec, chart: Chart, answered: Sequence[tuple[Moment, str, Reading]], refused: Sequence[Refused]
) -> FindingOrGap:
    passed = (*chart.broken(spec), *(one.passed_over(spec) for one in refused))
    usable = [one for one in answered if not is_stale(one[0], spec, chart)]
    if not usable:
        return _no_answer(spec, chart, answered, refused), passed
    day = max(moment.day for moment, _, _ in usable)
    of_day = [one for one in usable if one[0].day == day]
    last = max(moment for moment, _, _ in of_day)
    newest = of_day if any(not moment.instant for moment, _, _ in of_day) else [one for one in of_day if one[0] == last]
    seen = tuple(reading.provenance(spec, word) for _, word, reading in newest)
    words = {word for _, word, _ in newest}
    if len(words) > 1:
        return gap(spec, "conflicting", f"two answers on {say_date(day)}", *seen), passed
    aged, unknown = age_concern(spec, chart, day), method_concern(spec, chart, [newest[0][2]])
    value, may_reassure = _as_value(words.pop(), spec), not (aged or unknown)
    return known(spec, value, seen[0], observed=day, concerns=(*aged, *unknown), may_reassure=may_reassure), passed


def _no_answer(
    spec: FindingSpec, chart: Chart, answered: Sequence[tuple[Moment, str, Reading]], refused: Sequence[Refused]
) -> Gap:
    if answered:
        newest = max(answered, key=lambda one: (one[0], one[2].entry.reference))
        age = age_in_words(newest[0].day, chart.today)
        old = gap(spec, "stale", f"{age} old, too old to use", newest[2].provenance(spec, newest[1]))
        return old._replace(value=_as_value(newest[1], spec), observed=newest[0].day)
    return nothing_usable(spec, chart, (), refused)


def _as_value(word: str, spec: FindingSpec) -> bool | str:
    return word == "true" if spec.kind == "boolean" else word

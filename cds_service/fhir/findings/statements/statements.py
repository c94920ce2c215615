"""Find what the entries of a list state of a finding.

Conditions and procedures state it. Reports, orders and drugs only name it, which leaves
the finding open.
"""

from collections.abc import Sequence
from functools import cache

from cds_service.core.vocabulary import ConditionSpec, YesNoSpec
from cds_service.fhir.entries.words.problem_words import in_doubt
from cds_service.fhir.findings.chart import STATING, Chart, Problem, age_in_words
from cds_service.fhir.findings.statements.asides import (
    OPEN_CONCEPTS,
    is_reason_alone,
    look_back,
    read_aside,
)
from cds_service.fhir.findings.statements.conditions import read_condition
from cds_service.fhir.findings.statements.procedures import read_procedure
from cds_service.fhir.findings.statements.stated import WORDED, Stated
from cds_service.fhir.mapping.terminology import Match
from cds_service.fhir.onset import recorded_on
from cds_service.fhir.raw_json import member, texts_of

# Elements of a procedure that may add to its name that it ended or was declined.
SAID_OF_ACTS = frozenset({"note", "outcome", "statusReason", "modifierExtension"})


def find_stated(chart: Chart, spec: YesNoSpec, concepts: Sequence[str]) -> list[Stated]:
    """Find the entries with any of these concepts; denied ones are left out."""
    if not concepts:
        return []
    wanted = or_in_doubt(tuple(concepts))
    if chart.mentions.keys().isdisjoint(wanted):  # most conditions of most records
        return []
    statements: list[Stated] = []
    for entry in chart.mentions_of(wanted):
        coded = [one for one in entry.matches if one.concept in concepts]
        named = sorted(one for one in concepts if entry.named & {one, in_doubt(one)})
        matches = coded or [Match(concept, "") for concept in named]
        concept = matches[0].concept
        is_stated = entry.resource_type in STATING and concept not in OPEN_CONCEPTS
        if not is_stated or is_reason_alone(entry, concept):
            within = look_back(spec, concept)
            if aside := read_aside(entry, concept, chart, within=within):
                statements.append(aside)
            continue
        read = read_condition if entry.resource_type == "Condition" else read_procedure
        codes = tuple(one.code for one in matches)
        if stated := read(entry, concept, codes, spec, chart):
            is_sure = coded or spec.by_words
            statements.append(stated if is_sure else _doubt_if_worded(stated))
    current = [_doubt_if_old(statement, spec, chart) for statement in statements]
    return _doubt_unless_plain(current, spec, chart)


@cache
def or_in_doubt(concepts: tuple[str, ...]) -> tuple[str, ...]:
    """List these concepts, and the names that they have in doubt."""
    return (*concepts, *map(in_doubt, concepts))


def _doubt_if_old(statement: Stated, spec: YesNoSpec, chart: Chart) -> Stated:
    """Leave open what may be over: it is of long ago, or of no known day."""
    days = spec.current_days if isinstance(spec, ConditionSpec) else None
    if not days or statement.problem or statement.is_past:
        return statement
    if statement.day is None:
        return statement._replace(problem=Problem("undetermined", "no date"))
    recorded = chart.calendar.last_day(recorded_on(statement.entry.raw))
    last = max(statement.day, recorded or statement.day)
    if (chart.today - last).days <= days:
        return statement
    age = f"{age_in_words(last, chart.today)} old"
    return statement._replace(problem=Problem("undetermined", age))


def _doubt_if_worded(stated: Stated) -> Stated:
    """Leave open a condition that only words name; for procedures words suffice."""
    if stated.entry.resource_type == "Procedure" or stated.is_past or stated.problem:
        return stated
    return stated._replace(problem=WORDED)


def _doubt_unless_plain(
    statements: list[Stated], spec: YesNoSpec, chart: Chart
) -> list[Stated]:
    """Leave open what the words of procedures name, unless they name it plainly.

    Words that are not plain may deny it, end it or be about a relative. If one entry
    has such words, no entry in words alone counts.
    """
    if not isinstance(spec, ConditionSpec) or not spec.plain_acts:
        return statements
    worded = [one for one in statements if not one.code and not one.problem]
    if all(_is_plain_act(one, spec, chart) for one in worded):
        return statements
    return [
        statement._replace(problem=WORDED) if statement in worded else statement
        for statement in statements
    ]


def _is_plain_act(stated: Stated, spec: ConditionSpec, chart: Chart) -> bool:
    """Tell if a dated procedure is named plainly, and goes on if it has an end."""
    raw, day = stated.entry.raw, stated.day
    if day is None or raw.keys() & SAID_OF_ACTS:
        return False
    if end := member(raw, "performedPeriod", "end"):
        last = chart.calendar.first_day(end)
        if last is None or last < chart.today:
            return False
    return all(
        chart.terminology.text_concepts(word, frozenset(spec.plain_acts))
        for word in texts_of(raw.get("code"))
    )

"""Find the vertebrae that a report of these weeks calls newly broken.

Before a signing such a fracture may be treated with the other one; a report that only
names a vertebra as broken may tell of an old one.
"""

from datetime import timedelta

from cds_service.fhir.entries.exams.awaited_reports import NO_REPORT
from cds_service.fhir.entries.exams.bone_reports import words_of_report
from cds_service.fhir.mapping.clauses import clauses, sentences
from cds_service.fhir.mapping.levels.level_names import in_order
from cds_service.fhir.mapping.text_rules import LONGEST_TEXT
from cds_service.fhir.orders.injuries.injury_times import Search
from cds_service.fhir.orders.levels.broken_levels import covers
from cds_service.fhir.orders.since.coded_fractures import day_of_report
from cds_service.fhir.orders.since.new_fractures import NEW_FRACTURE, OF_BEFORE

# Policy: a report this recent is of the fracture that is being treated.
OF_THESE_WEEKS = timedelta(days=30)


def newly_broken(search: Search) -> tuple[str, ...]:
    """List the vertebrae that no order treats; none if the treated are not known."""
    treated = {*search.treated}
    reports = search.record.of_key("diagnosticReports") if treated else ()
    named = set[str]()
    for report in reports:
        day = day_of_report(report, search.calendar)
        is_made = report.status not in NO_REPORT
        if is_made and (day is None or search.today - day <= OF_THESE_WEEKS):
            for words in words_of_report(report.raw):
                for sentence in sentences(words[:LONGEST_TEXT]):
                    named |= _called_new(sentence, search)
    named -= search.operation.planned
    return in_order({level for level in named if not covers(level, treated)})


def _called_new(sentence: str, search: Search) -> set[str]:
    terminology = search.terminology
    kinds, rules = terminology.kinds, terminology.clauses
    if not kinds.named(sentence, NEW_FRACTURE) or kinds.named(sentence, OF_BEFORE):
        return set()
    return {
        level
        for clause in clauses(sentence)
        for part in rules.cut_at_denials(clause)
        if kinds.named(part, NEW_FRACTURE) and not rules.denies(part)
        # The part is in small letters, and `bwk 11` is no vertebra.
        for level in terminology.levels.of_fractures(part.upper())
    }

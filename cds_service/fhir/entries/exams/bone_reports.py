"""Find what the reports of bone density say in prose, next to the measured values.

A number in prose is never a value: it may be of any bone, and of another person. It can
only leave a measured value in doubt, as `lower_in_reports` in
`fhir/findings/values/lower_t_scores.py` does.
"""

from collections.abc import Iterator

from cds_service.fhir.mapping.terminology import Terminology
from cds_service.fhir.raw_json import Json, objects, text, texts_of

# Any report whose words name a T-score.
TELLS_T_SCORE = "tells-t-score"
OF_BONE = frozenset({"dxa-exam", "dxa", TELLS_T_SCORE})


def names_t_score(report: Json, terminology: Terminology) -> bool:
    """Tell if the words of a report name a T-score."""
    return any(map(terminology.reports.names_t_score, words_of_report(report)))


def codes_of_report(report: Json) -> Iterator[Json]:
    """Yield what a report concludes, or a procedure found, as codes."""
    for name in ("conclusionCode", "outcome"):
        yield from objects(report.get(name))


def words_of_report(report: Json) -> Iterator[str]:
    """Yield the words of a report: conclusion, names of its codes, notes."""
    yield text(report.get("conclusion"))
    for code in codes_of_report(report):
        yield from texts_of(code)
    for note in objects(report.get("note")):
        yield text(note.get("text"))

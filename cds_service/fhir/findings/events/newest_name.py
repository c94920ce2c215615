"""Name what the newest year of a title is of: "Breast cancer 2009, melanoma 2024".

An entry may name several cancers, each with its year. The newest year dates the entry,
so the name next to that year goes with it.
"""

import re
from collections.abc import Iterator

from cds_service.core.vocabulary import EventSpec
from cds_service.fhir.entries.words.problem_words import words_but_denials
from cds_service.fhir.findings.chart import Chart
from cds_service.fhir.findings.problem_list import label_of
from cds_service.fhir.findings.statements.stated import Stated
from cds_service.fhir.findings.worded_dates import date_in_words
from cds_service.fhir.raw_json import texts_of
from cds_service.fhir.site_calendar import WRITTEN_YEAR, with_whole_years

_BEGINS_WITH_YEAR = re.compile(rf"\W*{WRITTEN_YEAR.pattern}")


def label_of_newest(stated: Stated, spec: EventSpec, chart: Chart) -> str:
    """Return what we call the disease of an entry, or "" if we have no name for it.

    If a title names several, each with its year, the one with the newest year counts.
    """
    whole = label_of(stated, spec, chart)
    terminology = chart.terminology
    for title in texts_of(stated.entry.raw.get("code")):
        parts = [*_dated_parts(with_whole_years(title, chart.today))]
        if len(parts) < 2:
            continue
        newest = max(
            parts, key=lambda part: date_in_words((part,), stated.entry.raw, chart)
        )
        words = words_but_denials(newest, terminology)
        kinds = terminology.kinds.named(words, tuple(spec.kinds))
        label = next((spec.kinds[one] for one in spec.kinds if one in kinds), "")
        concepts = terminology.text_concepts(words)
        if label or not concepts.isdisjoint(spec.value_sets):
            return label or spec.label_of(concepts)
    return whole


def _dated_parts(title: str) -> Iterator[str]:
    """Yield the parts of a title, each with the year next to it."""
    years = [*WRITTEN_YEAR.finditer(title)]
    if len(years) < 2:
        return
    if _BEGINS_WITH_YEAR.match(title):
        cuts = [year.start() for year in years[1:]]
    else:
        cuts = [year.end() for year in years[:-1]]
    yield from (
        title[start:end]
        for start, end in zip([0, *cuts], [*cuts, len(title)], strict=True)
    )

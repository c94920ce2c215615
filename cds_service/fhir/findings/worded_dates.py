"""Read the months and years that the words of an entry name."""

import re
from collections.abc import Iterable, Sequence

from cds_service.fhir.findings.chart import Chart
from cds_service.fhir.mapping.terminology import Terminology
from cds_service.fhir.onset import recorded_on
from cds_service.fhir.raw_json import Json
from cds_service.fhir.site_calendar import WRITTEN_MONTH, WRITTEN_YEAR, with_whole_years

# Rules of `kinds/`.
ANOTHER_CANCER = ("another-cancer-treated",)
ORGANS = (
    "organ-breast",
    "organ-prostate",
    "organ-lung",
    "organ-kidney",
    "organ-thyroid",
    "organ-melanoma",
)
# Numbers of years that `fhir/mapping/harmless/everyday_diseases.py` does not leave out:
# 术后12年, 2 lata.
_YEARS = re.compile(r"\d{1,2} ?(?:[余多]?[年년]|lata?\b)")


def date_in_words(words: Iterable[str], raw: Json, chart: Chart) -> str:
    """Return the newest month or year that these words name, as FHIR writes it.

    Words like `3 years ago` count from the day of recording. Empty if there is none.
    """
    year_words = chart.terminology.years
    named = [with_whole_years(one, chart.today) for one in words]
    title = " ".join(named)
    title = year_words.without_editions(title)
    months = [
        f"{year}-{int(month):02d}" for month, year in WRITTEN_MONTH.findall(title)
    ]
    months += year_words.months(title)
    years_of_months = {month[:4] for month in months}
    years = [one for one in WRITTEN_YEAR.findall(title) if one not in years_of_months]
    written = chart.calendar.first_day(recorded_on(raw)) or chart.today
    counts = [*year_words.ago(title), *_years_treated(named, chart.terminology)]
    years += [f"{written.year - count}" for count in counts]
    now = chart.today.isoformat()
    past = (
        date
        for date in (*months, *years)
        if date <= now and chart.calendar.first_day(date)
    )
    return max(past, default="")


def _years_treated(titles: Sequence[str], terminology: Terminology) -> list[int]:
    """List the years since the treatment of the one cancer that these titles name.

    They date nothing but that cancer: a discitis 12 years after a colectomy is of now,
    and so is a lung cancer 12 years after a mastectomy. So each word has to be known
    for an old cancer.
    """
    counts = [count for one in titles for count in terminology.years.treated(one)]
    rest = [_YEARS.sub(" ", one) for one in titles]
    is_known = terminology.everyday_diseases.is_of_old_cancer
    if not counts or not all(map(is_known, rest)):
        return []
    is_of_another = any(
        terminology.kinds.named(one, ANOTHER_CANCER)
        or len(terminology.kinds.named(one, ORGANS)) > 1
        for one in titles
    )
    return [] if is_of_another else counts

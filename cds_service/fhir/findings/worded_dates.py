"""Read the months and years that the words of an entry name."""

import re
from collections.abc import Iterable

from cds_service.fhir.findings.chart import Chart
from cds_service.fhir.onset import recorded_on
from cds_service.fhir.raw_json import Json
from cds_service.fhir.site_calendar import WRITTEN_YEAR, with_whole_years

MONTH = re.compile(r"(?<!\d)(0?[1-9]|1[0-2])[/.]((?:19|20)\d\d)(?!\d)")


def date_in_words(words: Iterable[str], raw: Json, chart: Chart) -> str:
    """Return the newest month or year that these words name, as FHIR writes it.

    Words like `3 years ago` count from the day of recording. Empty if there is none.
    """
    year_words = chart.terminology.years
    title = with_whole_years(" ".join(words), chart.today)
    title = year_words.without_editions(title)
    months = [f"{year}-{int(month):02d}" for month, year in MONTH.findall(title)]
    months += year_words.months(title)
    years_of_months = {month[:4] for month in months}
    years = [one for one in WRITTEN_YEAR.findall(title) if one not in years_of_months]
    written = chart.calendar.first_day(recorded_on(raw)) or chart.today
    years += [f"{written.year - count}" for count in year_words.ago(title)]
    now = chart.today.isoformat()
    past = (
        date
        for date in (*months, *years)
        if date <= now and chart.calendar.first_day(date)
    )
    return max(past, default="")

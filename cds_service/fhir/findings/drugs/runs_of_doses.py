"""Tell which doses that a ward gave make one treatment.

A few doses around an operation are none; doses that follow each other for weeks, or
come again and again, are one.
"""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta

from cds_service.core.months import months_before
from cds_service.fhir.entries.medication.other_doses import dosages_of
from cds_service.fhir.findings.chart import Chart
from cds_service.fhir.findings.courses.drug_times import dated
from cds_service.fhir.findings.drugs.use import Use, prefix_of_day
from cds_service.fhir.raw_json import Json, member, objects, text
from cds_service.fhir.site_calendar import Span

# Words of a drug that is taken for long.
GOING_ON = frozenset({"goes-on"})
LONG_STANDING_MONTHS = 24
# Of doses given in a ward: a later one begins another occasion, a shorter occasion is
# no treatment, and a treatment goes on so long after its last dose.
NEXT_DOSE = timedelta(days=7)
LEAST_RUN = timedelta(days=14)
STILL_GIVEN = timedelta(days=35)
# Of such occasions: a later one begins another series. So many in a series, or so many
# of several days, are more than the doses around one or two operations.
RECURS_WITHIN = timedelta(days=93)
SEVERAL_DAYS = timedelta(days=2)
REPEATED, REPEATED_IF_SEVERAL_DAYS = 3, 2


def runs_of_doses(uses: Iterable[Use]) -> list[list[Use]]:
    """Find the doses given in a ward that follow each other for weeks: a treatment.

    One entry may be of all doses of a period. A few doses around an operation are none.
    """
    return [run for run in _occasions(uses) if _length(run) >= LEAST_RUN]


def days_of_run(run: Sequence[Use]) -> Span:
    """Return the first and the last day of doses that follow each other."""
    return Span(_first(run), _last(run))


def doses_repeated(uses: Iterable[Use], since: date) -> list[Use]:
    """Find the doses that were given again and again, the last since this day.

    A pulse or an injection into a muscle every few weeks is a treatment; a dose at one
    or two operations is none.
    """
    series: list[list[list[Use]]] = []
    for occasion in _occasions(uses):
        if series and _first(occasion) - _last(series[-1][-1]) <= RECURS_WITHIN:
            series[-1].append(occasion)
        else:
            series.append([occasion])
    return [
        use
        for occasions in series
        if _last(occasions[-1]) >= since and _is_repeated(occasions)
        for occasion in occasions
        for use in occasion
    ]


def _is_repeated(occasions: Sequence[Sequence[Use]]) -> bool:
    long_ones = [one for one in occasions if _length(one) >= SEVERAL_DAYS]
    return len(occasions) >= REPEATED or len(long_ones) >= REPEATED_IF_SEVERAL_DAYS


def _occasions(uses: Iterable[Use]) -> list[list[Use]]:
    """Group the doses given in a ward that follow each other, the oldest first."""
    doses = [one for one in uses if one.given and not one.is_ahead]
    occasions: list[list[Use]] = []
    for use in sorted(doses, key=lambda use: (_given(use), use.entry.reference)):
        if occasions and _given(use).first - _last(occasions[-1]) <= NEXT_DOSE:
            occasions[-1].append(use)
        else:
            occasions.append([use])
    return occasions


def _given(use: Use) -> Span:
    return use.given or Span(date.min, date.min)


def _first(occasion: Sequence[Use]) -> date:
    return min(_given(use).first for use in occasion)


def _last(occasion: Sequence[Use]) -> date:
    return max(_given(use).last for use in occasion)


def _length(occasion: Sequence[Use]) -> timedelta:
    return _last(occasion) - _first(occasion)


def is_recent(run: Sequence[Use], chart: Chart) -> bool:
    return _last(run) >= chart.today - STILL_GIVEN


def may_be_run(uses: Iterable[Use], since: date, chart: Chart) -> list[Use]:
    """Find the doses given in a ward that may be a treatment, the last since this day.

    A period without an end may have gone on until now, and one without a start may have
    begun long before. The words of a dose may say that the drug is taken for long. If
    an old one went on, a newer entry would be on record.
    """
    lately = months_before(chart.today, LONG_STANDING_MONTHS)
    doses = [one for one in uses if one.given and not one.is_ahead]
    widest = [
        _at_most(one, chart) if _given(one).last >= lately else one for one in doses
    ]
    longer = {
        perhaps.entry.reference
        for use, perhaps in zip(doses, widest, strict=True)
        if use.given != perhaps.given
    }
    runs = (one for one in runs_of_doses(widest) if _last(one) >= since)
    return [use for run in runs for use in run if use.entry.reference in longer]


def _at_most(use: Use, chart: Chart) -> Use:
    """Return a use with the first and the last day on which it may have been given."""
    span, long_ago = _given(use), months_before(chart.today, LONG_STANDING_MONTHS)
    prefix = prefix_of_day(use.entry)
    period = use.entry.raw.get(f"{prefix}Period")
    if not period and not _is_said_to_go_on(use.entry.raw, chart):
        return use
    has_start = bool(dated(member(period, "start"), chart))
    has_end = bool(chart.calendar.moment(member(period, "end")))
    first = span.first if has_start else min(long_ago, span.first)
    last = span.last if has_end else max(chart.today, span.last)
    return use._replace(given=Span(first, last))


def _is_said_to_go_on(dose: Json, chart: Chart) -> bool:
    """Tell if the words of a dose say that the drug is taken for long."""
    entries = (*dosages_of(dose), *objects(dose.get("note")))
    words = [text(one.get("text")) for one in entries]
    return any(chart.terminology.text_concepts(one, GOING_ON) for one in words)

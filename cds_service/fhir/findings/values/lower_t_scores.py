"""Pass over lower T-scores that leave the chosen one open.

They are of another place, of heel or humerus, or in words: of the value itself, of its
components, or of a report of bone density.
"""

import math
import re
from collections.abc import Iterable, Iterator, Sequence

from cds_service.core.derivations.from_order import OSTEOPOROSIS
from cds_service.core.findings import Finding, Gap, PassedOver, Provenance
from cds_service.core.vocabulary import QuantitySpec, TScoreSpec
from cds_service.core.words.wording import date_text
from cds_service.fhir.certainty import PAST, certainty_of, clinical_status
from cds_service.fhir.entries.entry import Entry
from cds_service.fhir.entries.exams.bone_reports import (
    OF_BONE,
    codes_of_report,
    words_of_report,
)
from cds_service.fhir.entries.exams.exam_concepts import EXAM_TYPES
from cds_service.fhir.entries.exams.t_scores_in_words import (
    NAMING,
    T_SCORE_ASIDE,
    t_scores_of_condition,
    t_scores_of_entry,
)
from cds_service.fhir.entries.words.problem_words import named_in, read_problem_words
from cds_service.fhir.findings.chart import Chart, Reading
from cds_service.fhir.findings.values.observations import (
    RETRACTED,
    device_words,
    interpretations,
    site_key,
    words_of_extensions,
)
from cds_service.fhir.findings.values.quantities import (
    Measured,
    Refused,
    measure,
    shortened,
)
from cds_service.fhir.findings.values.t_score_sites import (
    ANY_ONE,
    CENTRAL,
    CONTRADICTED,
    NOT_STATED,
    WHOLE_SPINE,
    concepts_named,
    is_single,
    share_site,
)
from cds_service.fhir.mapping.terminology import Terminology
from cds_service.fhir.orders.injuries.injury_times import moment_of
from cds_service.fhir.raw_json import Json, member, number, objects, text, texts_of
from cds_service.fhir.site_calendar import Moment

Z_SCORE = frozenset({"z-score"})
# T-scores that are refused for their place.
ELSEWHERE = frozenset({"t-score-peripheral", "t-score-elsewhere"})
T_SCORE_UNITS = frozenset({"t-score", "tscore"})
OSTEOPOROTIC = -2.5  # a T-score from here down is osteoporosis (WHO)
# A component of a T-score with another unit is a density or a change.
NO_UNIT = frozenset({"", "1", "t-score", "tscore", "t", "sd", "score"})
# Statuses of a report that was taken back, not done, or is not written yet.
NO_REPORT = RETRACTED | {"registered", "not-done"}


def lower_in_words(
    used: Sequence[Measured], spec: QuantitySpec, chart: Chart
) -> Iterator[PassedOver]:
    """Pass over the chosen values whose words name a lower one, or osteoporosis.

    A report may name several sites although its Observation holds one number.
    """
    reports = chart.terminology.reports
    for measured in used:
        reading = measured.reading
        notes = map(reports.without_definition, reading.notes)
        remarks = (*notes, *interpretations(reading))
        remarks += (*reading.site_words, *reading.method_words)
        remarks += (*device_words(reading.entry.raw), *words_of_extensions(reading))
        members = objects(reading.entry.raw.get("hasMember"))
        remarks += tuple(text(one.get("display")) for one in members)
        words = (*remarks, *reading.words)
        if any(
            lower < measured.value for lower in below_zero_in(words, chart.terminology)
        ):
            why = "its words name a lower one"
        elif measured.value > OSTEOPOROTIC and is_osteoporosis_named(
            remarks, chart.terminology
        ):
            why = "its words name osteoporosis"
        else:
            continue
        yield measured.refused("conflicting", why).passed_over(spec)


def is_osteoporosis_named(words: Iterable[str], terminology: Terminology) -> bool:
    problems = read_problem_words(frozenset(), words, terminology)
    return any(not named.isdisjoint(OSTEOPOROSIS) for named in problems)


def lower_in_parts(
    value: float, usable: Sequence[Measured], spec: QuantitySpec, chart: Chart
) -> Iterator[PassedOver]:
    """Pass over values with a lower number in a component that words alone name.

    Such a component is called `Femoral neck`, and what it measures is not known. The
    values of one Observation share its components, which are read once.
    """
    is_lower: dict[int, bool] = {}
    for measured in usable:
        if not spec.is_fresh(measured.moment.day, chart.today):
            continue
        entry = measured.reading.entry
        if id(entry) not in is_lower:
            is_lower[id(entry)] = any(
                lower < value
                for part, is_known in entry.components
                if not is_known
                for lower in _below_zero(part, chart.terminology)
            )
        if is_lower[id(entry)]:
            why = "a component names a lower one"
            yield measured.refused("conflicting", why).passed_over(spec)


def _below_zero(part: Json, terminology: Terminology) -> list[float]:
    """Return the numbers below zero of a component that may be a T-score."""
    if concepts_named(texts_of(part.get("code")), Z_SCORE, terminology):
        return []
    quantity = part.get("valueQuantity")
    unit = text(member(quantity, "code")) or text(member(quantity, "unit"))
    value = number(member(quantity, "value"))
    if value is not None:
        has_no_other_unit = unit.strip("{}").lower() in NO_UNIT
        return [value] if value < 0 and has_no_other_unit else []
    numbers = below_zero_in([text(part.get("valueString"))], terminology)
    whole = number(part.get("valueInteger"))
    if whole is not None:
        numbers.append(whole)
    return [one for one in numbers if one < 0]


def below_zero_in(texts: Iterable[str], terminology: Terminology) -> list[float]:
    """Return the numbers below zero that words name."""
    below_zero = terminology.reports.below_zero
    return [value for words in texts for value in below_zero(words)]


def lower_in_reports(
    value: float, usable: Sequence[Measured], spec: QuantitySpec, chart: Chart
) -> Iterator[PassedOver]:
    """Pass over reports of bone density that name a lower T-score, or osteoporosis.

    A number that is also a value of that day is left out: it is judged by its site.
    """
    reports = chart.terminology.reports
    for entry in chart.of_kind(*EXAM_TYPES, "Procedure"):
        if not entry.concepts & OF_BONE or entry.status in NO_REPORT:
            continue
        when = _moment_of_report(entry, chart)
        if when and chart.is_ahead(when):
            continue
        if when and not spec.is_fresh(when.day, chart.today):
            continue
        words = [*map(reports.without_definition, words_of_report(entry.raw))]
        of_day = {one.value for one in usable if when and one.moment.day == when.day}
        coded = chart.terminology.concepts(list(codes_of_report(entry.raw)))
        named = coded | named_in(words, chart.terminology)
        if any(
            lower < value
            for lower in {*below_zero_in(words, chart.terminology)} - of_day
        ):
            why = "a report of bone density names a lower one"
        elif value > OSTEOPOROTIC and not named.isdisjoint(OSTEOPOROSIS):
            why = "a report of bone density names osteoporosis"
        else:
            continue
        yield PassedOver(spec.name, "conflicting", why, entry.source(spec, ""))


def lower_in_problems(
    value: float, usable: Sequence[Measured], spec: QuantitySpec, chart: Chart
) -> Iterator[PassedOver]:
    """Pass over diagnoses, orders and the like whose words name a lower T-score.

    A number that is also a value is left out: that one is judged by its site.
    """
    measured = {one.value for one in usable}
    why = "its words name a lower one"
    for entry in chart.of_kind("Condition"):
        if not _is_in_force(entry, spec, chart):
            continue
        numbers = t_scores_of_condition(entry.raw, entry.concepts, chart.terminology)
        if any(number < value for number in {*numbers} - measured):
            yield PassedOver(spec.name, "conflicting", why, entry.source(spec, ""))
    for entry in chart.of_kind(*NAMING):
        if T_SCORE_ASIDE not in entry.concepts or not _is_lately(entry, spec, chart):
            continue
        numbers = t_scores_of_entry(entry.raw, chart.terminology)
        if any(number < value for number in {*numbers} - measured):
            yield PassedOver(spec.name, "conflicting", why, entry.source(spec, ""))
    ordered = chart.ordered
    if any(number < value for number in {*ordered.t_scores} - measured):
        source = Provenance(ordered.reference, "fhir", "", "", spec.rule)
        yield PassedOver(spec.name, "conflicting", why, source)


def _is_lately(entry: Entry, spec: QuantitySpec, chart: Chart) -> bool:
    """Tell if an entry may have been written while a T-score still counts."""
    when = moment_of(entry, chart.calendar)
    return when is None or spec.is_fresh(when.day, chart.today)


def _is_in_force(condition: Entry, spec: QuantitySpec, chart: Chart) -> bool:
    """Tell if a diagnosis is the patient's, is not over and was written lately."""
    raw = condition.raw
    if certainty_of(raw) in ("denied", "past") or clinical_status(raw) & PAST:
        return False
    if condition.is_of_relatives:
        return False
    written = chart.calendar.moment(raw.get("recordedDate"))
    return written is None or spec.is_fresh(written.day, chart.today)


def _moment_of_report(entry: Entry, chart: Chart) -> Moment | None:
    """Return when it was done, else when it was written; None if neither is known."""
    if entry.resource_type == "ImagingStudy":
        return chart.calendar.moment(entry.raw.get("started"))
    element = "performed" if entry.resource_type == "Procedure" else "effective"
    done = chart.calendar.effective(entry.raw, element)
    return done or chart.calendar.moment(entry.raw.get("issued"))


def lower_at_the_heel(
    outcome: Finding | Gap, spec: TScoreSpec, chart: Chart
) -> Iterator[PassedOver]:
    """Pass over fresh, lower values of heel or humerus that show osteoporosis.

    They are never used in place of another one.
    """
    if isinstance(outcome, Gap) or not isinstance(outcome.value, float | int):
        return
    for reading in chart.readings_of(("t-score-peripheral",)):
        measured = measure(reading, spec, chart)
        if not isinstance(measured, Measured):
            continue
        if not spec.is_fresh(measured.moment.day, chart.today):
            continue
        if measured.value <= OSTEOPOROTIC and measured.value < outcome.value:
            why = "it is lower, at heel or humerus"
            yield measured.refused("conflicting", why).passed_over(spec)


def lower_in_look_alikes(
    outcome: Finding | Gap, spec: TScoreSpec, chart: Chart
) -> Iterator[PassedOver]:
    """Pass over densities and Z-scores that hold or name a lower T-score.

    A density is never below zero: such a number is a T-score with the wrong code.
    """
    value = math.inf if isinstance(outcome, Gap) else float(outcome.value)
    kinds = [one for one in (*spec.never, *spec.panels) if one not in ELSEWHERE]
    for reading in chart.readings_of(kinds):
        when = reading.entry.moment
        is_old = when is not None and not spec.is_fresh(when.day, chart.today)
        if reading.entry.status in RETRACTED or is_old:
            continue
        remarks = (*reading.notes, *interpretations(reading))
        numbers = below_zero_in(remarks, chart.terminology)
        is_z_score = reading.match.concept in Z_SCORE or concepts_named(
            reading.words, Z_SCORE, chart.terminology
        )
        if _is_in_t_scores(reading) or not is_z_score:
            numbers += _below_zero(reading.holder, chart.terminology)
        if any(lower < value for lower in numbers):
            why = "a density or another value names a lower one"
        elif value > OSTEOPOROTIC and is_osteoporosis_named(remarks, chart.terminology):
            why = "the words of a density or another value name osteoporosis"
        else:
            continue
        yield Refused(reading, "conflicting", why, printed="").passed_over(spec)


def _is_in_t_scores(reading: Reading) -> bool:
    """Tell if its unit is that of a T-score, whatever its code."""
    quantity = reading.holder.get("valueQuantity")
    units = (text(member(quantity, "code")), text(member(quantity, "unit")))
    return any(unit.strip("{}").lower() in T_SCORE_UNITS for unit in units)


def lower_elsewhere(
    usable: Sequence[Measured], spec: QuantitySpec, chart: Chart
) -> Iterator[PassedOver]:
    """Pass over values that show osteoporosis at a place not measured since.

    A newer value of another place does not undo them, nor do years: an osteoporotic
    spine is measured again before it is called dense. A value of the forearm, of a
    place not stated or of a single vertebra never counts while there is a better one;
    it is passed over even if nothing is newer, as long as it is fresh.
    """
    best_values = _best_values(usable)
    for measured in usable:
        is_lower = all(measured.value < value for value in best_values)
        if measured.value > OSTEOPOROTIC or not is_lower:
            continue
        since = [other for other in usable if other.moment.day > measured.moment.day]
        counts_less = measured.site not in CENTRAL or is_single(measured)
        if counts_less and not spec.is_fresh(measured.moment.day, chart.today):
            continue
        is_undone = any(_undoes(other, measured, chart) for other in since)
        if is_undone or not (since or counts_less):
            continue
        why = _lower_at_another_site(measured, since)
        yield measured.refused("conflicting", why).passed_over(spec)


def _lower_at_another_site(measured: Measured, since: Sequence[Measured]) -> str:
    """Say that a value is lower; if a newer one shares its site, only perhaps there."""
    may_be_same = any(share_site(other, measured) for other in since)
    where = "perhaps at another site" if may_be_same else "at another site"
    day = date_text(measured.moment.day)
    return f"{shortened(measured.printed)} of {day} is lower, {where}"


def _best_values(usable: Sequence[Measured]) -> list[float]:
    """Return the values among which one is chosen: of the best places, the newest.

    Best are spine, hip and femur, then a place not stated, then any other; and regions
    before single vertebrae.
    """
    central = [one for one in usable if one.site in CENTRAL]
    unstated = [one for one in usable if one.site == NOT_STATED]
    best = central or unstated or usable
    day = max((one.moment.day for one in best), default=None)
    of_day = [one for one in best if one.moment.day == day]
    regions = [one for one in of_day if not is_single(one)]
    return [one.value for one in regions or of_day]


def _undoes(newer: Measured, older: Measured, chart: Chart) -> bool:
    """Tell if a newer value is known to be of the older one's place.

    One hip says nothing of the other, nor of its own neck, and part of a lumbar region
    nothing of the rest. So two values of a hip must have the same words and codes, and
    so must two whose code and words name different sites.
    """
    if not share_site(newer, older):
        return False
    is_contradicted = CONTRADICTED in (*newer.doubts, *older.doubts)
    if newer.site != "lumbar spine" or is_contradicted:
        return _name_of_place(newer) == _name_of_place(older)
    region_of = chart.terminology.level_names.lumbar_region
    noted = filter(None, map(region_of, newer.reading.notes))
    return all(
        older.levels <= _all_measured(levels) for levels in (newer.levels, *noted)
    )


def _all_measured(levels: frozenset[int]) -> frozenset[int]:
    """Return the vertebrae of a region; the whole spine has any single one too."""
    return levels | ANY_ONE if levels == WHOLE_SPINE else levels


def _name_of_place(measured: Measured) -> tuple[object, ...]:
    """Return all that may tell where it was measured, whatever the order of words."""
    reading = measured.reading
    names = (*reading.words, *reading.site_words, *reading.panel_words)
    words = {*re.findall(r"\w+", " ".join(names).casefold())}
    noted = {*re.findall(r"\w+", " ".join(reading.notes).casefold())}
    return reading.match.code, site_key(reading), words, noted

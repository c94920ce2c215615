"""Chooses the T-score that counts.

The measurement site decides, then the newest day, then the lowest value.
"""

import math
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import Literal

from cds_service.core.derived import DENSE, OSTEOPOROSIS, minus_missing_text
from cds_service.core.findings import Finding, Gap, PassedOver
from cds_service.core.vocabulary import QuantitySpec, TScoreSpec
from cds_service.core.wording import date_text
from cds_service.fhir.findings.chart import Chart, FindingOrGap, Reading
from cds_service.fhir.findings.measurements import Picked, conflict_of, find_quantity
from cds_service.fhir.findings.methods import ABOUT_FRACTURE, judge_method
from cds_service.fhir.findings.observations import (
    RETRACTED,
    device_words,
    interpretations,
    site_key,
)
from cds_service.fhir.findings.quantities import Measured, Refused, measure, shortened
from cds_service.fhir.gathering.bone_reports import (
    OF_BONE,
    codes_of_report,
    words_of_report,
)
from cds_service.fhir.gathering.drugs import BONE_DRUG, MEDICATION_TYPES
from cds_service.fhir.gathering.entries import Entry
from cds_service.fhir.gathering.picking import EXAM_TYPES
from cds_service.fhir.gathering.problem_words import named_in, read_problem_words
from cds_service.fhir.raw_json import Json, member, number, objects, text, texts_of
from cds_service.fhir.site_calendar import Moment

Site = Literal[
    "lumbar spine",
    "hip",
    "femur",
    "forearm",
    "",  # not stated
    "heel or humerus",
    "part of the femur",
]
NOT_STATED: Site = ""

# LOINC defines this code for the forearm. Synthea and others use it for any T-score;
# the display then shows the site.
FOREARM_OR_ANY = "http://loinc.org|38265-5"
CENTRAL = ("lumbar spine", "hip", "femur")
# If the words name several sites, the first of them here is used: "femoral neck of the
# left hip".
SITE_OF_CONCEPT: dict[str, Site] = {
    "t-score-peripheral": "heel or humerus",
    "t-score-elsewhere": "part of the femur",
    "t-score-forearm": "forearm",
    "t-score-hip": "hip",
    "t-score-femur": "femur",
    "t-score-lumbar-spine": "lumbar spine",
}
SITES = frozenset(SITE_OF_CONCEPT)
SITE_OF_PLACE: dict[str, Site] = {
    "lumbar-vertebra": "lumbar spine",
    "lumbar-spine-site": "lumbar spine",
    "femur-site": "femur",
    "hip-site": "hip",
    "forearm-site": "forearm",
    "peripheral-site": "heel or humerus",
}
ONE_PLACE = frozenset({"hip", "femur"})
Z_SCORE = frozenset({"z-score"})
# T-scores that are judged by their place.
ELSEWHERE = frozenset({"t-score-peripheral", "t-score-elsewhere"})
T_SCORE_UNITS = frozenset({"t-score", "tscore"})
POROTIC = -2.5  # a T-score from here down is osteoporosis (WHO)
# A component of a T-score with another unit is a density or a change.
NO_UNIT = frozenset({"", "1", "t-score", "tscore", "t", "sd", "score"})
MINUS = "is a minus sign missing?"
WRONG = frozenset({"entered-in-error", "refuted", "cancelled", "not-taken"})
# What was taken back, not done, or not yet said.
NO_REPORT = RETRACTED | {"registered", "not-done"}
WHOLE_SPINE = frozenset({1, 2, 3, 4})  # assumed unless another region is stated
ANY_ONE = frozenset({0})  # a single vertebra whose number is not stated
CONCERNS: dict[str, str] = {
    NOT_STATED: "Where the T-score was measured is not stated.",
    "forearm": "The T-score is of the forearm; none of spine or hip was found.",
}
SINGLE = "The T-score is of a single vertebra."
CONTRADICTED = (
    "Code and words of the T-score name different sites; the more cautious one is"
    " taken."
)
UNREAD = "Not all that is said of the T-score was understood."
NOTED_FRACTURE = "A note of the T-score names a fracture."
NOTED_Z_SCORE = "A note of the T-score calls it a Z-score."
DECIMAL = re.compile(r"(?<![\d.,])\d[.,]\d{1,2}(?![\d.,]*\d)")
NEVER = {
    "t-score-peripheral": "measured at heel or humerus",
    "t-score-elsewhere": "measured at trochanter, shaft or Ward's triangle",
    "z-score": "a Z-score, compared with people of the same age",
    "areal-bone-density": "a density, not a T-score",
}
# the same by site, if the words name it and the code does not
NEVER_AT: dict[Site, str] = {
    SITE_OF_CONCEPT[concept]: why
    for concept, why in NEVER.items()
    if concept in SITE_OF_CONCEPT
}


def find_t_score(spec: TScoreSpec, chart: Chart) -> FindingOrGap:
    """Find the T-score that counts.

    Passed over are also the values that only resemble a T-score, and each lower one
    that is not taken.
    """
    outcome, passed = find_quantity(spec, chart, judge=judge_t_score, pick=pick_t_score)
    if isinstance(outcome, Gap):
        outcome = _with_minus(outcome)
    at_the_heel = _lower_at_the_heel(outcome, spec, chart)
    disguised = _lower_in_look_alikes(outcome, spec, chart)
    return outcome, (*passed, *at_the_heel, *disguised, *_look_alikes(spec, chart))


def pick_t_score(
    usable: Sequence[Measured], spec: QuantitySpec, chart: Chart
) -> Picked:
    """Choose the T-score that counts, and pass over each lower one."""
    picked = _pick_value(usable, spec)
    lower = (
        *_lower_elsewhere(usable, spec, chart),
        *_lower_in_words(picked.used, spec, chart),
        *_lower_in_parts(picked.value, usable, spec, chart),
        *_lower_in_reports(picked.value, usable, spec, chart),
    )
    return picked._replace(passed=lower)


def _with_minus(outcome: Gap) -> Gap:
    """Say of a value whose minus sign is missing what it would be with one."""
    if outcome.reason != "out-of-range" or outcome.why != MINUS:
        return outcome
    printed = outcome.provenance[0].printed.split()[0]
    return outcome._replace(detail=minus_missing_text(printed), why="")


def judge_t_score(
    measured: Measured, spec: QuantitySpec, chart: Chart
) -> Measured | Refused:
    """Add site, vertebrae and doubts of a T-score, or refuse what is not one."""
    judged = judge_method(measured, spec, chart)
    if isinstance(judged, Refused):
        return judged
    reading = measured.reading
    if _named(_words_of_value(reading), Z_SCORE, chart):
        return judged.refused("no-value", NEVER["z-score"])
    code_site = _site_by_code(reading)
    body_site = _site_by_place(reading, chart)
    line = text(reading.holder.get("valueString"))
    line_site = _site_named([line], chart)
    named_site = body_site or line_site or _site_by_words(reading, chart)
    is_unclear = not line_site and chart.terminology.reports.names_place(line)
    if why := _why_misplaced(code_site, body_site, line_site, is_unclear=is_unclear):
        return judged.refused("conflicting", why)
    site = _site(reading, code_site, named_site)
    if why := NEVER_AT.get(site, ""):
        return judged.refused("other-method", why)
    if measured.value >= DENSE and _has_osteoporosis(chart):
        return judged.refused("out-of-range", MINUS)
    judged = judged._replace(site=site, levels=_levels(reading, chart))
    doubts = (
        CONCERNS.get(site, ""),
        SINGLE if _is_single(judged) else "",
        CONTRADICTED if _differ(code_site, named_site) else "",
        "" if _is_described_plainly(reading, chart) else UNREAD,
        NOTED_FRACTURE if _is_fracture_noted(reading, chart) else "",
        NOTED_Z_SCORE if _is_noted_as_z_score(measured, chart) else "",
    )
    return judged._replace(doubts=tuple(filter(None, doubts)))


def _words_of_value(reading: Reading) -> Iterator[str]:
    """Yield the words that say what the value is, wherever they stand."""
    yield from reading.words
    yield from reading.method_words
    yield from reading.site_words
    yield from interpretations(reading)
    yield from device_words(reading.entry.raw)


def _is_fracture_noted(reading: Reading, chart: Chart) -> bool:
    """Tell if what is said of it names a fracture: a broken vertebra is dense.

    It may also be one that nobody else has recorded.
    """
    methods = chart.terminology.methods
    words = (*reading.notes, *interpretations(reading), *reading.site_words)
    return any(methods.named(one, ABOUT_FRACTURE) for one in words)


def _is_noted_as_z_score(measured: Measured, chart: Chart) -> bool:
    """Tell if a note calls a Z-score, and gives no other number than the value."""
    for note in measured.reading.notes:
        written = {abs(one) for one in _below_zero_in([note], chart)}
        written |= {float(one.replace(",", ".")) for one in DECIMAL.findall(note)}
        has_other = bool(written - {abs(measured.value)})
        if not has_other and _named([note], Z_SCORE, chart):
            return True
    return False


def _why_misplaced(
    code_site: Site | None,
    body_site: Site | None,
    line_site: Site | None,
    *,
    is_unclear: bool,
) -> str:
    """Say why code, body site and value cannot be of one place; empty if they can."""
    if _differ(code_site, body_site):
        return "its code and its body site are of different places"
    if is_unclear:
        return "the words of its value name a place that is not known"
    if _differ(code_site or body_site, line_site):
        return "its code and the words of its value are of different places"
    return ""


def _differ(coded: Site | None, named: Site | None) -> bool:
    """Tell if both are known, and not of one place: a femur may be that of the hip."""
    return bool(coded and named and coded != named and {coded, named} != ONE_PLACE)


def _is_single(measured: Measured) -> bool:
    """Tell if it is of a single vertebra."""
    return measured.site == "lumbar spine" and len(measured.levels) == 1


def _has_osteoporosis(chart: Chart) -> bool:
    """Tell if the record shows osteoporosis or a drug for it, now or past."""
    for mention in chart.mentions_of(OSTEOPOROSIS):
        codings = objects(member(mention.raw, "verificationStatus", "coding"))
        if WRONG.isdisjoint(text(coding.get("code")) for coding in codings):
            return True
    for entry in chart.of_kind(*MEDICATION_TYPES):
        is_for_bone = entry.drug and BONE_DRUG in entry.drug.concepts
        if is_for_bone and entry.status not in WRONG:
            return True
    return False


def _look_alikes(spec: TScoreSpec, chart: Chart) -> tuple[PassedOver, ...]:
    """Pass over the newest value of each kind that only resembles a T-score."""
    newest: dict[str, Reading] = {}
    for reading in chart.readings_of(spec.never):
        if reading.entry.status not in RETRACTED:
            kind = reading.match.concept
            newest[kind] = max(reading, newest.get(kind, reading), key=_age_key)
    refused = (
        Refused(reading, "absent", NEVER.get(kind, "something else"), printed="")
        for kind, reading in sorted(newest.items())
    )
    return tuple(one.passed_over(spec) for one in refused)


def _age_key(reading: Reading) -> tuple[str, str]:
    when = reading.entry.moment
    return (when.day.isoformat() if when else "", reading.entry.reference)


def _pick_value(usable: Sequence[Measured], spec: QuantitySpec) -> Picked:
    """Choose a value by its site, then the newest day, then the lowest.

    Spine, hip and femur come first, then an unstated site, then the forearm. A region
    is preferred to a single vertebra, and the region with the most vertebrae to the
    others.
    """
    tiers = [
        [one for one in usable if one.site in sites]
        for sites in (CENTRAL, (NOT_STATED,), ("forearm",))
    ]
    tier = next(filter(None, tiers))
    day = max(one.moment.day for one in tier)
    of_day = [one for one in tier if one.moment.day == day]
    regions = [one for one in of_day if not _is_single(one)]
    candidates, fewer = _widest(regions) if regions else (of_day, [])
    lowest = min(
        candidates,
        key=lambda measured: (
            measured.value,
            measured.site,
            measured.reading.entry.reference,
        ),
    )
    conflict, between = _conflict(candidates, spec)
    if conflict:
        return Picked(value=lowest.value, used=between, conflict=conflict)
    measured_too = tuple(
        f"{measured.printed} was measured too, of fewer lumbar vertebrae."
        for measured in fewer
    )
    return Picked(value=lowest.value, used=(lowest,), concerns=measured_too)


def _is_described_plainly(reading: Reading, chart: Chart) -> bool:
    """Tell if all is understood that says where and how it was measured."""
    plain, raw = chart.terminology.plain.values, reading.entry.raw
    words = [*device_words(raw)]
    words += [text(member(one.get("code"), "text")) for one in (raw, reading.holder)]
    for name in ("bodySite", "method"):
        codeable = raw.get(name)
        is_coded = bool(chart.terminology.concepts(codeable))
        words += [text(member(codeable, "text"))] if is_coded else texts_of(codeable)
    return all(map(plain.are_all, words))


def _lower_in_words(
    used: Sequence[Measured], spec: QuantitySpec, chart: Chart
) -> Iterator[PassedOver]:
    """Pass over the chosen values whose words name a lower one, or osteoporosis.

    A report names several sites though its Observation holds one number.
    """
    reports = chart.terminology.reports
    for measured in used:
        reading = measured.reading
        notes = map(reports.without_definition, reading.notes)
        remarks = (*notes, *interpretations(reading))
        remarks += (*reading.site_words, *reading.method_words)
        words = (*remarks, *reading.words)
        if any(lower < measured.value for lower in _below_zero_in(words, chart)):
            why = "its words name a lower one"
        elif measured.value > POROTIC and _is_osteoporosis_named(remarks, chart):
            why = "its words name osteoporosis"
        else:
            continue
        yield measured.refused("conflicting", why).passed_over(spec)


def _lower_in_parts(
    value: float, usable: Sequence[Measured], spec: QuantitySpec, chart: Chart
) -> Iterator[PassedOver]:
    """Pass over values with a lower number in a component that words alone name.

    Such a component is called `Femoral neck`, and what it measures is not known.
    """
    for measured in usable:
        if not spec.is_fresh(measured.moment.day, chart.today):
            continue
        unknown = [
            part for part, known in measured.reading.entry.components if not known
        ]
        if any(lower < value for part in unknown for lower in _below_zero(part, chart)):
            why = "a component names a lower one"
            yield measured.refused("conflicting", why).passed_over(spec)


def _below_zero(part: Json, chart: Chart) -> list[float]:
    """Return the numbers below zero of a component that may be a T-score."""
    if _named(texts_of(part.get("code")), Z_SCORE, chart):
        return []
    quantity = part.get("valueQuantity")
    unit = text(member(quantity, "code")) or text(member(quantity, "unit"))
    value = number(member(quantity, "value"))
    if value is None:
        whole = number(part.get("valueInteger"))
        numbers = _below_zero_in([text(part.get("valueString"))], chart)
        return [one for one in (*numbers, whole) if one is not None and one < 0]
    return [value] if value < 0 and unit.strip("{}").lower() in NO_UNIT else []


def _lower_at_the_heel(
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
        if measured.value <= POROTIC and measured.value < outcome.value:
            why = "it is lower, at heel or humerus"
            yield measured.refused("conflicting", why).passed_over(spec)


def _lower_in_look_alikes(
    outcome: Finding | Gap, spec: TScoreSpec, chart: Chart
) -> Iterator[PassedOver]:
    """Pass over densities and Z-scores that hold or name a lower T-score.

    A density is never below zero: such a number is a T-score under its code.
    """
    value = math.inf if isinstance(outcome, Gap) else float(outcome.value)
    kinds = [one for one in (*spec.never, *spec.panels) if one not in ELSEWHERE]
    for reading in chart.readings_of(kinds):
        when = reading.entry.moment
        is_old = when is not None and not spec.is_fresh(when.day, chart.today)
        if reading.entry.status in RETRACTED or is_old:
            continue
        remarks = (*reading.notes, *interpretations(reading))
        numbers = _below_zero_in(remarks, chart)
        is_z_score = reading.match.concept in Z_SCORE or _named(
            reading.words, Z_SCORE, chart
        )
        if _is_in_t_scores(reading) or not is_z_score:
            numbers += _below_zero(reading.holder, chart)
        if any(number < value for number in numbers):
            why = "a density or another value names a lower one"
        elif value > POROTIC and _is_osteoporosis_named(remarks, chart):
            why = "the words of a density or another value name osteoporosis"
        else:
            continue
        yield Refused(reading, "conflicting", why, printed="").passed_over(spec)


def _is_in_t_scores(reading: Reading) -> bool:
    """Tell if its unit is that of a T-score, whatever its code."""
    quantity = reading.holder.get("valueQuantity")
    units = (text(member(quantity, "code")), text(member(quantity, "unit")))
    return any(unit.strip("{}").lower() in T_SCORE_UNITS for unit in units)


def _below_zero_in(texts: Iterable[str], chart: Chart) -> list[float]:
    """Return the numbers below zero that words name."""
    below_zero = chart.terminology.reports.below_zero
    return [value for words in texts for value in below_zero(words)]


def _lower_in_reports(
    value: float, usable: Sequence[Measured], spec: QuantitySpec, chart: Chart
) -> Iterator[PassedOver]:
    """Pass over reports of bone density that name a lower T-score, or osteoporosis.

    A number that was measured on its day is known, and judged by its site.
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
        if any(lower < value for lower in {*_below_zero_in(words, chart)} - of_day):
            why = "a report of bone density names a lower one"
        elif value > POROTIC and not named.isdisjoint(OSTEOPOROSIS):
            why = "a report of bone density names osteoporosis"
        else:
            continue
        yield PassedOver(spec.name, "conflicting", why, entry.source(spec, ""))


def _moment_of_report(entry: Entry, chart: Chart) -> Moment | None:
    """Find when it was done, else when it was written; None if it does not say."""
    if entry.kind == "ImagingStudy":
        return chart.calendar.moment(entry.raw.get("started"))
    element = "performed" if entry.kind == "Procedure" else "effective"
    done = chart.calendar.effective(entry.raw, element)
    return done or chart.calendar.moment(entry.raw.get("issued"))


def _is_osteoporosis_named(words: Iterable[str], chart: Chart) -> bool:
    problems = read_problem_words(frozenset(), words, chart.terminology)
    named = problems.stated | problems.suspected | problems.unclear
    return not named.isdisjoint(OSTEOPOROSIS)


def _lower_elsewhere(
    usable: Sequence[Measured], spec: QuantitySpec, chart: Chart
) -> Iterator[PassedOver]:
    """Pass over fresh values that show osteoporosis at a place not measured since.

    A newer value of another place does not undo them. A value of the forearm, of a
    place not stated or of a single vertebra never counts while there is a better one;
    it is passed over even if nothing is newer.
    """
    central = [one for one in usable if one.site in CENTRAL]
    unstated = [one for one in usable if one.site == NOT_STATED]
    best = central or unstated or usable
    day = max((one.moment.day for one in best), default=None)
    of_day = [one for one in best if one.moment.day == day]
    regions = [one for one in of_day if not _is_single(one)]
    newest = [one.value for one in regions or of_day]
    for measured in usable:
        is_fresh = spec.is_fresh(measured.moment.day, chart.today)
        is_lowest = all(value > measured.value for value in newest)
        if measured.value > POROTIC or not is_fresh or not is_lowest:
            continue
        since = [other for other in usable if other.moment.day > measured.moment.day]
        counts_less = measured.site not in CENTRAL or _is_single(measured)
        if not (since or counts_less):
            continue
        if not any(_undoes(other, measured, chart) for other in since):
            day_text = date_text(measured.moment.day)
            may_be_same = any(_share_site(other, measured) for other in since)
            where = "perhaps at another site" if may_be_same else "at another site"
            why = f"{shortened(measured.printed)} of {day_text} is lower, {where}"
            yield measured.refused("conflicting", why).passed_over(spec)


def _share_site(measured: Measured, other: Measured) -> bool:
    """Tell if both are known to be of the same part of the body."""
    sites = {measured.site, other.site}
    return NOT_STATED not in sites and (len(sites) == 1 or sites == ONE_PLACE)


def _undoes(newer: Measured, older: Measured, chart: Chart) -> bool:
    """Tell if a newer value is known to be of the older one's place.

    One hip says nothing of the other, nor of its own neck, and part of a lumbar region
    nothing of the rest. So two values of a hip must have the same words and codes.
    """
    if not _share_site(newer, older):
        return False
    if newer.site == "lumbar spine":
        notes = map(chart.terminology.levels.lumbar_region, newer.reading.notes)
        named = (newer.levels, *filter(None, notes))
        return all(
            older.levels <= levels | (ANY_ONE if levels == WHOLE_SPINE else set())
            for levels in named
        )
    return _name_of_place(newer) == _name_of_place(older)


def _name_of_place(measured: Measured) -> tuple[object, ...]:
    """Collect all that may tell where it was measured, whatever the order of words."""
    reading = measured.reading
    names = (*reading.words, *reading.site_words, *reading.panel_words)
    words = {*re.findall(r"\w+", " ".join(names).casefold())}
    noted = {*re.findall(r"\w+", " ".join(reading.notes).casefold())}
    return reading.match.code, site_key(reading), words, noted


def _widest(regions: Sequence[Measured]) -> tuple[list[Measured], list[Measured]]:
    """Split off the smaller lumbar regions; the widest and all other sites are kept.

    A value whose words name another site than its code does not make a region smaller.
    """
    spine = [one for one in regions if one.site == "lumbar spine"]
    certain = [one for one in spine if CONTRADICTED not in one.doubts]
    most = max((len(one.levels) for one in certain), default=0)
    fewer = [one for one in spine if len(one.levels) < most]
    return [one for one in regions if one not in fewer], fewer


def _conflict(
    candidates: Sequence[Measured], spec: QuantitySpec
) -> tuple[str, tuple[Measured, ...]]:
    """Find two values of the same site and time that cannot both be right."""
    groups: dict[tuple[str, ...], list[Measured]] = {}
    for measured in candidates:
        groups.setdefault(_place(measured), []).append(measured)
    for _, values in sorted(groups.items()):
        together = _of_one_moment(values)
        if conflict := conflict_of(together, spec):
            return conflict, tuple(together)
    return "", ()


def _of_one_moment(values: Sequence[Measured]) -> list[Measured]:
    """List the values that may share their time with another.

    A value with only a date may be from any time of that day.
    """
    counts = Counter(one.moment.instant for one in values)
    if "" in counts:
        return list(values) if len(values) > 1 else []
    return [one for one in values if counts[one.moment.instant] > 1]


def _place(measured: Measured) -> tuple[str, ...]:
    """Make a key of the exact place: hips differ by code, vertebrae by number."""
    reading, site = measured.reading, measured.site
    if site == "lumbar spine" and not _is_single(measured):
        return site, *map(str, sorted(measured.levels))
    is_named = site in ("hip", "femur") or _is_single(measured)
    words = " ".join(sorted(reading.words)).lower() if is_named else ""
    code = reading.match.code if site in ("hip", "femur") else ""
    return site, code, site_key(reading), words


def _site(reading: Reading, code_site: Site | None, named_site: Site | None) -> Site:
    """Return the site by code, or the named one if that counts for less.

    A code that states no site leaves it to the name. Without a name the code for the
    forearm is taken at its word only if nothing is written with it.
    """
    if code_site is not None:
        counts_less = named_site is not None and named_site not in CENTRAL
        return named_site if named_site and counts_less else code_site
    if named_site:
        return named_site
    is_forearm = reading.match.code == FOREARM_OR_ANY and not reading.words
    return "forearm" if is_forearm else NOT_STATED


def _site_by_code(reading: Reading) -> Site | None:
    """Return the site that the code states; None for the code used for any T-score."""
    if reading.match.code == FOREARM_OR_ANY:
        return None
    return SITE_OF_CONCEPT.get(reading.match.concept)


def _site_by_place(reading: Reading, chart: Chart) -> Site | None:
    """Return the site that the body site's code states; None if none, or several."""
    named = chart.terminology.concepts(reading.entry.raw.get("bodySite"))
    sites = {site for concept, site in SITE_OF_PLACE.items() if concept in named}
    return sites.pop() if len(sites) == 1 else None


def _site_by_words(reading: Reading, chart: Chart) -> Site | None:
    """Return the site that the words of body site or code state; None if none."""
    return _site_named(reading.site_words, chart) or _site_named(reading.words, chart)


def _site_named(words: Iterable[str], chart: Chart) -> Site | None:
    """Return the first of the sites that words name; None if they name none."""
    named = _named(words, SITES, chart)
    sites = (site for concept, site in SITE_OF_CONCEPT.items() if concept in named)
    return next(sites, None)


def _levels(reading: Reading, chart: Chart) -> frozenset[int]:
    """Return the lumbar vertebrae that a spine value covers."""
    for words in (reading.site_words, reading.words, reading.panel_words):
        regions = map(chart.terminology.levels.lumbar_region, words)
        named = max(regions, key=len, default=frozenset())
        if named:
            return named
    place = reading.entry.raw.get("bodySite")
    if "lumbar-vertebra" in chart.terminology.concepts(place):
        return ANY_ONE
    return WHOLE_SPINE


def _named(words: Iterable[str], among: frozenset[str], chart: Chart) -> set[str]:
    """Return the concepts among these that the words name."""
    return {
        concept
        for word in set(words)
        for concept in chart.terminology.text_concepts(word, among)
    }

"""Find the T-score that counts.

The measurement site decides, then the newest day, then the region with most vertebrae,
then the lowest value (`choose_t_score`). `t_score_sites.py` finds the site, and
`lower_t_scores.py` the lower values that leave the chosen one open.
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence

from cds_service.core.derivations.from_order import (
    DENSE,
    OSTEOPOROSIS,
    minus_missing_text,
)
from cds_service.core.findings import PassedOver
from cds_service.core.vocabulary import QuantitySpec, TScoreSpec
from cds_service.fhir.certainty import certainty_of
from cds_service.fhir.entries.medication.drug_groups import BONE_DRUG, MEDICATION_TYPES
from cds_service.fhir.findings.chart import Chart, FindingOrGap, Reading
from cds_service.fhir.findings.values.impossible_changes import contradicted_before
from cds_service.fhir.findings.values.lower_t_scores import (
    Z_SCORE,
    below_zero_in,
    is_osteoporosis_named,
    lower_at_the_heel,
    lower_elsewhere,
    lower_in_look_alikes,
    lower_in_parts,
    lower_in_problems,
    lower_in_reports,
    lower_in_words,
)
from cds_service.fhir.findings.values.measurements import (
    Chosen,
    conflict_of,
    find_measurement,
)
from cds_service.fhir.findings.values.methods import ABOUT_FRACTURE, judge_method
from cds_service.fhir.findings.values.observations import (
    RETRACTED,
    device_words,
    interpretations,
    site_key,
    words_of_extensions,
)
from cds_service.fhir.findings.values.quantities import Measured, Refused
from cds_service.fhir.findings.values.t_score_sites import (
    CENTRAL,
    CONTRADICTED,
    NOT_STATED,
    SITE_OF_CONCEPT,
    Site,
    concepts_named,
    differ,
    is_elsewhere,
    is_single,
    lumbar_levels,
    may_share_site,
    site_by_code,
    site_by_place,
    site_by_words,
    site_named,
    site_of,
)
from cds_service.fhir.mapping.terminology import Terminology
from cds_service.fhir.mapping.texts.naming_rules import NamingRules
from cds_service.fhir.raw_json import member, text, texts_of

MINUS = "is a minus sign missing?"
NOT_TAKEN_STATUSES = frozenset({"entered-in-error", "cancelled", "not-taken"})
CONCERNS: dict[str, str] = {
    NOT_STATED: "Where the T-score was measured is not stated.",
    "forearm": "The T-score is of the forearm; none of spine or hip was found.",
}
SINGLE = "The T-score is of a single vertebra."
UNREAD = "Not all that is said of the T-score was understood."
NOTED_FRACTURE = "A note of the T-score names a fracture."
FRACTURED_SITE = ("fractured-site",)
AT_A_FRACTURE = "of a fractured vertebra, which is denser than it was"
NO_PLACE = "its body site is not known as spine, hip or forearm"
DECIMAL = re.compile(r"(?<![\d.,])\d[.,]\d{1,2}(?![\d.,]*\d)")
# Why a value of this concept is never the T-score.
NEVER = {
    "t-score-peripheral": "measured at heel or humerus",
    "t-score-elsewhere": "measured at trochanter, shaft or Ward's triangle",
    "z-score": "a Z-score, compared with people of the same age",
    "areal-bone-density": "a density, not a T-score",
}
# The same by site, for a value whose words name the site and whose code does not.
NEVER_AT: dict[Site, str] = {
    SITE_OF_CONCEPT[concept]: why
    for concept, why in NEVER.items()
    if concept in SITE_OF_CONCEPT
}


def find_t_score(spec: TScoreSpec, chart: Chart) -> FindingOrGap:
    """Find the T-score that counts.

    Passed over are the values that only resemble a T-score, and the lower ones that
    leave the chosen one open.
    """
    outcome, passed_over = find_measurement(
        spec, chart, judge=judge_t_score, choose=choose_t_score
    )
    at_the_heel = lower_at_the_heel(outcome, spec, chart)
    in_look_alikes = lower_in_look_alikes(outcome, spec, chart)
    look_alikes = _newest_look_alikes(spec, chart)
    return outcome, (*passed_over, *at_the_heel, *in_look_alikes, *look_alikes)


def choose_t_score(
    usable: Sequence[Measured], spec: QuantitySpec, chart: Chart
) -> Chosen:
    """Choose the T-score that counts; pass over lower ones that leave it open."""
    chosen = _choose_value(usable, spec)
    elsewhere = tuple(lower_elsewhere(usable, spec, chart))
    lower = (
        *elsewhere,
        *_lower_shortly_before(chosen.used[0], usable, spec, elsewhere),
        *lower_in_words(chosen.used, spec, chart),
        *lower_in_parts(chosen.value, usable, spec, chart),
        *lower_in_reports(chosen.value, usable, spec, chart),
        *lower_in_problems(chosen.value, usable, spec, chart),
    )
    return chosen._replace(passed_over=lower)


def _lower_shortly_before(
    used: Measured,
    usable: Sequence[Measured],
    spec: QuantitySpec,
    elsewhere: Sequence[PassedOver],
) -> Iterator[PassedOver]:
    """Pass over lower values of the same place that cannot have risen so.

    Those that are perhaps of another place have been named.
    """
    named = {one.provenance.resource for one in elsewhere}
    of_place = [
        one
        for one in usable
        if may_share_site(one, used) and one.reading.entry.reference not in named
    ]
    return contradicted_before(used, of_place, spec)


def judge_t_score(
    measured: Measured, spec: QuantitySpec, chart: Chart
) -> Measured | Refused:
    """Add site, vertebrae and doubts of a T-score, or refuse what is not one."""
    judged = judge_method(measured, spec, chart)
    if isinstance(judged, Refused):
        return judged
    reading = measured.reading
    terminology = chart.terminology
    is_z_score = concepts_named(_words_of_value(reading), Z_SCORE, terminology)
    if is_z_score or _is_noted_as_z_score(measured, terminology):
        return judged.refused("no-value", NEVER["z-score"])
    code_site = site_by_code(reading)
    placed = terminology.concepts(reading.entry.raw.get("bodySite"))
    body_site = site_by_place(placed)
    line = text(reading.holder.get("valueString"))
    line_site = site_named([line], terminology)
    named_site = body_site or line_site or site_by_words(reading, terminology)
    is_unclear = not line_site and terminology.reports.names_place(line)
    if why := _why_misplaced(code_site, body_site, line_site, is_unclear=is_unclear):
        return judged.refused("conflicting", why)
    site = site_of(reading, code_site, named_site)
    other_place = _why_of_another_place(reading, body_site, terminology)
    if why := other_place or NEVER_AT.get(site, ""):
        return judged.refused("other-method", why)
    if measured.value >= DENSE and _is_of_thin_bone(reading, chart):
        in_words = minus_missing_text(judged.printed.partition(" ")[0])
        return judged.refused("out-of-range", MINUS, as_gap=in_words)
    levels = lumbar_levels(reading, placed, terminology)
    judged = judged._replace(site=site, levels=levels)
    doubts = (
        CONCERNS.get(site, ""),
        SINGLE if is_single(judged) else "",
        CONTRADICTED if differ(code_site, named_site) else "",
        "" if _is_described_plainly(reading, placed, terminology) else UNREAD,
        NOTED_FRACTURE if _is_fracture_noted(reading, terminology.methods) else "",
    )
    return judged._replace(doubts=tuple(filter(None, doubts)))


def _words_of_value(reading: Reading) -> Iterator[str]:
    """Yield the words that may name another kind of value, from all elements."""
    yield from reading.words
    yield from reading.method_words
    yield from reading.site_words
    yield from interpretations(reading)
    yield from device_words(reading.entry.raw)
    yield from words_of_extensions(reading)


def _is_fracture_noted(reading: Reading, methods: NamingRules) -> bool:
    """Tell if words on the value name a fracture: a broken vertebra is dense.

    The fracture may also be recorded nowhere else.
    """
    words = (*reading.notes, *interpretations(reading), *reading.site_words)
    words += (*reading.method_words, *device_words(reading.entry.raw))
    words += (*words_of_extensions(reading),)
    return any(methods.named(one, ABOUT_FRACTURE) for one in words)


def _is_noted_as_z_score(measured: Measured, terminology: Terminology) -> bool:
    """Tell if a note names a Z-score, and no other number than the value."""
    for note in measured.reading.notes:
        written = {abs(one) for one in below_zero_in([note], terminology)}
        written |= {float(one.replace(",", ".")) for one in DECIMAL.findall(note)}
        has_other = bool(written - {abs(measured.value)})
        if not has_other and concepts_named([note], Z_SCORE, terminology):
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
    if differ(code_site, body_site):
        return "its code and its body site are of different places"
    if is_unclear:
        return "the words of its value name a place that is not known"
    if differ(code_site or body_site, line_site):
        return "its code and the words of its value are of different places"
    return ""


def _why_of_another_place(
    reading: Reading, body_site: Site | None, terminology: Terminology
) -> str:
    """Say why its body site is no place of a T-score; empty if it is, or is absent."""
    methods = terminology.methods
    if any(methods.named(one, FRACTURED_SITE) for one in reading.site_words):
        return AT_A_FRACTURE
    return NO_PLACE if is_elsewhere(reading, body_site, terminology) else ""


def _is_described_plainly(
    reading: Reading, placed: frozenset[str], terminology: Terminology
) -> bool:
    """Tell if all words on where and how it was measured were understood."""
    plain, raw = terminology.plain.values, reading.entry.raw
    words = [*device_words(raw)]
    words += [text(member(one.get("code"), "text")) for one in (raw, reading.holder)]
    place, method = raw.get("bodySite"), raw.get("method")
    for codeable, coded in ((place, placed), (method, terminology.concepts(method))):
        words += [text(member(codeable, "text"))] if coded else texts_of(codeable)
    return all(map(plain.are_all, words))


def _is_of_thin_bone(reading: Reading, chart: Chart) -> bool:
    """Tell if words on the value, or the record, name osteoporosis or its drug."""
    remarks = (*reading.notes, *interpretations(reading))
    is_named = is_osteoporosis_named(remarks, chart.terminology)
    return is_named or _has_osteoporosis_or_drug(chart)


def _has_osteoporosis_or_drug(chart: Chart) -> bool:
    """Tell if the record shows osteoporosis or a drug for it, now or past."""
    for mention in chart.mentions_of(OSTEOPOROSIS):
        if certainty_of(mention.raw) != "denied":
            return True
    for entry in chart.of_kind(*MEDICATION_TYPES):
        is_for_bone = entry.drug and BONE_DRUG in entry.drug.concepts
        if is_for_bone and entry.status not in NOT_TAKEN_STATUSES:
            return True
    return False


def _newest_look_alikes(spec: TScoreSpec, chart: Chart) -> tuple[PassedOver, ...]:
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


def _choose_value(usable: Sequence[Measured], spec: QuantitySpec) -> Chosen:
    """Choose a value by its site, the newest day, the widest region, then the lowest.

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
    regions = [one for one in of_day if not is_single(one)]
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
        return Chosen(value=lowest.value, used=between, conflict=conflict)
    measured_too = tuple(
        f"{measured.printed} was measured too, of fewer lumbar vertebrae."
        for measured in fewer
    )
    return Chosen(value=lowest.value, used=(lowest,), concerns=measured_too)


def _widest(regions: Sequence[Measured]) -> tuple[list[Measured], list[Measured]]:
    """Return the widest lumbar regions with all other sites, and the smaller regions.

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
    """Find two values of the same site and time that cannot both be right.

    The phrase that says so is empty if there are none.
    """
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
    if site == "lumbar spine" and not is_single(measured):
        return site, *map(str, sorted(measured.levels))
    is_named = site in ("hip", "femur") or is_single(measured)
    words = " ".join(sorted(reading.words)).lower() if is_named else ""
    code = reading.match.code if site in ("hip", "femur") else ""
    return site, code, site_key(reading), words

"""Chooses the T-score that counts: by measurement site, then the newest day, then the lowest value."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from cds_service.core.derived import DENSE, OSTEOPOROSIS, say_minus_missing
from cds_service.core.facts import Gap, GapReason, PassedOver
from cds_service.core.vocabulary import QuantitySpec
from cds_service.core.wording import say_date
from cds_service.fhir.facts.chart import Chart, FindingOrGap
from cds_service.fhir.facts.measurements import Picked, conflict_of, find_quantity
from cds_service.fhir.facts.observations import (
    RETRACTED,
    Reading,
    find_readings,
    site_key,
)
from cds_service.fhir.facts.quantities import Measured, Refused, shortened
from cds_service.fhir.gathering.picking import MEDICATION_TYPES
from cds_service.fhir.raw_json import member, objects, text, texts_of

Site = Literal[
    "lumbar spine",
    "hip",
    "femur",
    "forearm",
    "site not stated",
    "heel or humerus",
    "part of the femur",
]

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
POROTIC = -2.5  # a T-score from here down is osteoporosis (WHO)
MINUS = "is a minus sign missing?"
WRONG = frozenset({"entered-in-error", "refuted", "cancelled", "not-taken"})
WHOLE_SPINE = frozenset({1, 2, 3, 4})  # assumed unless another region is stated
CONCERNS = {
    "site not stated": "Where the T-score was measured is not stated.",
    "forearm": "The T-score is of the forearm; none of spine or hip was found.",
}
SINGLE = "The T-score is of a single vertebra."
CONTRADICTED = "Code and words of the T-score name different sites; the more cautious one is taken."
NEVER = {
    "t-score-peripheral": "measured at heel or humerus",
    "t-score-elsewhere": "measured at trochanter, shaft or Ward's triangle",
    "z-score": "a Z-score, compared with people of the same age",
    "areal-bone-density": "a density, not a T-score",
}


@dataclass(frozen=True, slots=True)
class _Sited:
    """A T-score with its measurement site.

    Attributes:
        levels: the lumbar vertebrae that it averages; {0} if only a code says that it
            is of a single vertebra.
        is_contradicted: the code and the words name different sites.
    """

    measured: Measured
    site: Site
    levels: frozenset[int]
    is_contradicted: bool

    @property
    def is_single(self) -> bool:
        return self.site == "lumbar spine" and len(self.levels) == 1


def find_t_score(spec: QuantitySpec, chart: Chart) -> FindingOrGap:
    """Find the T-score that counts, and list the values that resemble a T-score but are not one."""
    lower: list[PassedOver] = []

    def pick(usable: Sequence[Measured], spec: QuantitySpec, chart: Chart) -> Picked:
        lower.extend(_lower_elsewhere(usable, spec, chart))
        return _pick_site(usable, spec, chart)

    outcome, passed = find_quantity(spec, chart, pick, why_no_t_score)
    if (
        isinstance(outcome, Gap)
        and outcome.reason == "out-of-range"
        and outcome.why == MINUS
    ):
        outcome = outcome._replace(
            detail=say_minus_missing(outcome.seen[0].printed.split()[0]), why=""
        )
    return outcome, (*passed, *lower, *_look_alikes(spec, chart))


def why_no_t_score(one: Measured, chart: Chart) -> tuple[GapReason, str] | None:
    """Explain why a value with a T-score code cannot be used as one; None if it can."""
    if _named(one.reading.words, Z_SCORE, chart):
        return "no-value", NEVER["z-score"]
    coded, placed = _site_by_code(one.reading), _site_by_place(one.reading, chart)
    if coded and placed and coded != placed and {coded, placed} != ONE_PLACE:
        return "conflicting", "its code and its body site are of different places"
    site = _site(one.reading, coded, placed or _site_by_words(one.reading, chart))
    if never := [
        why for concept, why in NEVER.items() if SITE_OF_CONCEPT.get(concept) == site
    ]:
        return "other-method", never[0]
    return (
        ("out-of-range", MINUS)
        if one.value >= DENSE and _has_osteoporosis(chart)
        else None
    )


def _has_osteoporosis(chart: Chart) -> bool:
    """Whether the record shows osteoporosis or an osteoporosis drug, current or past."""
    named = (
        member(one.raw, "verificationStatus", "coding")
        for one in chart.mentions_of(OSTEOPOROSIS)
    )
    conditions = (
        {text(coding.get("code")) for coding in objects(codings)} for codings in named
    )
    drugs = (
        one
        for one in chart.of_kind(*MEDICATION_TYPES)
        if one.drug and "bone-drug" in one.drug.concepts
    )
    return any(not WRONG & codes for codes in conditions) or any(
        one.status not in WRONG for one in drugs
    )


def _look_alikes(spec: QuantitySpec, chart: Chart) -> tuple[PassedOver, ...]:
    """The newest value of each kind that resembles a T-score but is never one."""
    newest: dict[str, Reading] = {}
    for reading in find_readings(chart, spec.never):
        if reading.entry.status not in RETRACTED:
            kind = reading.match.concept
            newest[kind] = max(reading, newest.get(kind, reading), key=_age_key)
    return tuple(
        Refused(
            reading, "absent", NEVER.get(kind, "something else"), printed=""
        ).passed_over(spec)
        for kind, reading in sorted(newest.items())
    )


def _age_key(reading: Reading) -> tuple[str, str]:
    when = reading.entry.moment
    return (when.day.isoformat() if when else "", reading.entry.reference)


def _pick_site(usable: Sequence[Measured], spec: QuantitySpec, chart: Chart) -> Picked:
    """Choose the lowest value of the newest day: spine and hip first, then an unstated site, then the forearm.

    A region is preferred to a single vertebra, and the region with the most vertebrae
    to the others.
    """
    sited = [_sited(one, chart) for one in usable]
    tiers = (CENTRAL, ("site not stated",), ("forearm",))
    tier = next(
        found
        for sites in tiers
        if (found := [one for one in sited if one.site in sites])
    )
    day = max(one.measured.moment.day for one in tier)
    of_day = [one for one in tier if one.measured.moment.day == day]
    regions = [one for one in of_day if not one.is_single]
    candidates, fewer = _widest(regions) if regions else (of_day, [])
    lowest = min(
        candidates,
        key=lambda one: (
            one.measured.value,
            one.site,
            one.measured.reading.entry.reference,
        ),
    )
    conflict, between = _conflict(candidates, spec)
    if conflict:
        return Picked(value=lowest.measured.value, used=between, conflict=conflict)
    contradicted = CONTRADICTED if lowest.is_contradicted else None
    concerns = tuple(
        filter(
            None,
            (
                CONCERNS.get(lowest.site),
                SINGLE if lowest.is_single else None,
                contradicted,
            ),
        )
    )
    is_doubtful = bool(concerns)
    concerns += tuple(
        f"{one.measured.printed} was measured too, of fewer lumbar vertebrae."
        for one in fewer
    )
    return Picked(
        value=lowest.measured.value,
        used=(lowest.measured,),
        concerns=concerns,
        site="" if lowest.site == "site not stated" else lowest.site,
        is_doubtful=is_doubtful,
    )


def _lower_elsewhere(
    usable: Sequence[Measured], spec: QuantitySpec, chart: Chart
) -> Iterator[PassedOver]:
    """Older values, still fresh, that show osteoporosis at a place not measured since.

    A newer value of another place does not undo them.
    """
    sited = [
        one
        for one in (_sited(value, chart) for value in usable)
        if one.site in (*CENTRAL, "site not stated")
    ]
    central = [one for one in sited if one.site in CENTRAL] or sited
    day = max((one.measured.moment.day for one in central), default=None)
    newest = [one for one in central if one.measured.moment.day == day]
    for one in sited:
        measured = one.measured
        is_fresh = (
            spec.fresh_days is None
            or (chart.today - measured.moment.day).days <= spec.fresh_days
        )
        if (
            measured.value > POROTIC
            or not is_fresh
            or any(_is_at_least_as_low(other, one) for other in newest)
        ):
            continue
        since = [
            other for other in sited if other.measured.moment.day > measured.moment.day
        ]
        if since and not any(_are_of_one_place(other, one) for other in since):
            why = f"{shortened(measured.printed)} of {say_date(measured.moment.day)} is lower, at another site"
            yield Refused(
                measured.reading, "conflicting", why, measured.printed
            ).passed_over(spec)


def _is_at_least_as_low(one: _Sited, other: _Sited) -> bool:
    return one.measured.value <= other.measured.value


def _are_of_one_place(one: _Sited, other: _Sited) -> bool:
    """Whether both are known to be of the same place."""
    sites = {one.site, other.site}
    return "site not stated" not in sites and (len(sites) == 1 or sites == ONE_PLACE)


def _sited(one: Measured, chart: Chart) -> _Sited:
    coded, named = (
        _site_by_code(one.reading),
        _site_by_place(one.reading, chart) or _site_by_words(one.reading, chart),
    )
    is_contradicted = (
        coded is not None
        and named is not None
        and {coded, named} not in ({coded}, ONE_PLACE)
    )
    return _Sited(
        one,
        _site(one.reading, coded, named),
        _levels(one.reading, chart),
        is_contradicted,
    )


def _widest(regions: Sequence[_Sited]) -> tuple[list[_Sited], list[_Sited]]:
    """Split off the smaller lumbar regions; the widest one and all other sites are kept.

    A value whose words name another site than its code does not make a region smaller.
    """
    spine = [one for one in regions if one.site == "lumbar spine"]
    most = max((len(one.levels) for one in spine if not one.is_contradicted), default=0)
    fewer = [
        one for one in regions if one.site == "lumbar spine" and len(one.levels) < most
    ]
    return [one for one in regions if one not in fewer], fewer


def _conflict(
    candidates: Sequence[_Sited], spec: QuantitySpec
) -> tuple[str, tuple[Measured, ...]]:
    """Two values of the same site and time that cannot both be right."""
    groups: dict[tuple[str, ...], list[Measured]] = {}
    for one in candidates:
        groups.setdefault(_place(one), []).append(one.measured)
    for _, values in sorted(groups.items()):
        together = _of_one_moment(values)
        if found := conflict_of(together, spec):
            return found, tuple(together)
    return "", ()


def _of_one_moment(values: Sequence[Measured]) -> list[Measured]:
    """Values that may share their time with another; a value with only a date may be from any time of that day."""
    counts = Counter(one.moment.instant for one in values)
    if "" in counts:
        return list(values) if len(values) > 1 else []
    return [one for one in values if counts[one.moment.instant] > 1]


def _place(sited: _Sited) -> tuple[str, ...]:
    """A key for the exact place: left and right hip differ by code, vertebrae and regions by number."""
    reading = sited.measured.reading
    if sited.site == "lumbar spine" and not sited.is_single:
        return sited.site, *map(str, sorted(sited.levels))
    is_named = sited.site in ("hip", "femur") or sited.is_single
    words = " ".join(sorted(reading.words)).lower() if is_named else ""
    return (
        sited.site,
        reading.match.code if sited.site in ("hip", "femur") else "",
        site_key(reading),
        words,
    )


def _site(reading: Reading, coded: Site | None, named: Site | None) -> Site:
    """The site by code, or by words if they name a site that counts for less."""
    if coded is not None:
        return named if named is not None and named not in CENTRAL else coded
    is_forearm = reading.match.code == FOREARM_OR_ANY and not reading.words
    return named or ("forearm" if is_forearm else "site not stated")


def _site_by_code(reading: Reading) -> Site | None:
    """The site that the code states; None for the code that is used for any T-score."""
    return (
        None
        if reading.match.code == FOREARM_OR_ANY
        else SITE_OF_CONCEPT.get(reading.match.concept)
    )


def _site_by_place(reading: Reading, chart: Chart) -> Site | None:
    """The site that the code of the body site states; None if it states none, or several."""
    named = chart.terminology.concepts(reading.entry.raw.get("bodySite"))
    sites = {site for concept, site in SITE_OF_PLACE.items() if concept in named}
    return sites.pop() if len(sites) == 1 else None


def _site_by_words(reading: Reading, chart: Chart) -> Site | None:
    """The site that the words of body site or code state; None if they state none."""
    for words in (texts_of(reading.entry.raw.get("bodySite")), reading.words):
        named = _named(words, SITES, chart)
        if site := next(
            (site for concept, site in SITE_OF_CONCEPT.items() if concept in named),
            None,
        ):
            return site
    return None


def _levels(reading: Reading, chart: Chart) -> frozenset[int]:
    """The lumbar vertebrae that a spine value covers."""
    place = reading.entry.raw.get("bodySite")
    for words in (texts_of(place), reading.words):
        if named := [
            region
            for word in words
            if (region := chart.terminology.levels.lumbar_region(word))
        ]:
            return max(named, key=len)
    return (
        frozenset({0})
        if "lumbar-vertebra" in chart.terminology.concepts(place)
        else WHOLE_SPINE
    )


def _named(words: Iterable[str], among: frozenset[str], chart: Chart) -> set[str]:
    """The concepts among these that the words name."""
    return {
        concept
        for word in set(words)
        for concept in chart.terminology.text_concepts(word, among)
    }

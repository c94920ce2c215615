"""Tell an earlier vertebral fracture from the one that is being treated.

The present fracture is on the problem list as well, often without its level. A fracture
that is or may be the treated one does not count as earlier; if the two cannot be told
apart, the finding is a gap that says so.
"""

from collections.abc import Sequence
from datetime import date, timedelta

from cds_service.core.findings import Finding
from cds_service.core.risk.grave_findings import FRACTURE_NOT_CLEAR
from cds_service.core.vocabulary import FractureSpec
from cds_service.fhir.entries.entry import BILLED_TYPES
from cds_service.fhir.entries.fractures.called_old import may_be_called_old
from cds_service.fhir.entries.fractures.earlier_in_words import (
    are_reasons_only_of,
    says_augmented,
)
from cds_service.fhir.entries.fractures.levels_of_entries import (
    fracture_levels,
    vertebrae_apart,
)
from cds_service.fhir.entries.medication.drug_groups import MEDICATION_TYPES
from cds_service.fhir.entries.medication.products import DEVICE_ORDERS
from cds_service.fhir.entries.words.asides import VOID
from cds_service.fhir.entries.words.problem_words import HISTORIES, in_doubt
from cds_service.fhir.findings.augmentations.cement_reasons import is_for_something_else
from cds_service.fhir.findings.augmentations.first_stages import (
    OF_ONE_INJURY,
    Injury,
    find_injury,
)
from cds_service.fhir.findings.augmentations.same_operation import SUBACUTE
from cds_service.fhir.findings.chart import (
    STATING,
    Chart,
    FindingOrGap,
    age_in_words,
    make_finding,
    make_gap,
)
from cds_service.fhir.findings.fractures.day_of_fracture import (
    HISTORY,
    day_of,
    is_augmentation_listed,
    is_history,
    is_late_effect,
    precision_of,
)
from cds_service.fhir.findings.fractures.fractures_of_old_entries import (
    augmentations_of_long_ago,
    fractures_of_long_ago,
)
from cds_service.fhir.findings.problem_list import BY_WORDS, conclude_from_silence
from cds_service.fhir.findings.statements.asides import read_aside
from cds_service.fhir.findings.statements.stated import (
    DOUBTED,
    FIRST_STAGE,
    LATER_THAN_ORDER,
    LATER_THAN_TODAY,
    NAMED_ASIDE,
    SUSPECTED,
    UNFINISHED,
    Stated,
)
from cds_service.fhir.findings.statements.statements import find_stated
from cds_service.fhir.findings.worded_dates import date_in_words
from cds_service.fhir.mapping.levels.level_names import LEVELS
from cds_service.fhir.mapping.texts.text_rules import AUGMENTATIONS
from cds_service.fhir.onset import WITHOUT_DAY, begun
from cds_service.fhir.orders.drafts import NO_DRAFTS
from cds_service.fhir.orders.levels.broken_levels import (
    covers,
    fractured_places,
    fractured_regions,
    names_another_fracture,
)
from cds_service.fhir.orders.levels.treated_levels import find_levels
from cds_service.fhir.raw_json import (
    Json,
    is_prohibition,
    member,
    objects,
    text,
    texts_of,
)
from cds_service.fhir.site_calendar import with_whole_years, years_in

# policy: fractures of several levels within a month are one event
AT_ONCE = timedelta(days=30)
# policy: a day of onset is remembered that exactly
SAME_ONSET = timedelta(days=92)
VAGUE = (*WITHOUT_DAY, "abatement")
CHRONIC = frozenset({"long-standing"})
OLD = CHRONIC | {HISTORY}
# Types that may name a fracture, besides orders, drugs and procedures.
NAMING_TOO = (
    "Appointment",
    "Condition",
    "DiagnosticReport",
    "Encounter",
    "ImagingStudy",
)
# Problems of an entry with which it decides nothing.
NOT_SURE = (SUSPECTED, DOUBTED, UNFINISHED, LATER_THAN_TODAY)
ORDINALS = ("second", "third", "fourth", "fifth", "sixth")


def find_earlier_fracture(spec: FractureSpec, chart: Chart) -> FindingOrGap:
    """Find if there was an earlier fracture, or why that is not known.

    `observed` is the day of the latest earlier fracture. The label tells the number of
    fractures and the period, if recorded: `second vertebral fracture in 14 months`.
    """
    stated = [
        _dated_by_title(statement, chart)
        for statement in _stated(chart, spec, spec.value_sets)
        if not _is_of_this_signing(statement, chart)
    ]
    injury = find_injury(chart)
    judged = [(one, _is_earlier(one, chart, injury)) for one in stated]
    earlier = [_dated_later(one, chart) for one, verdict in judged if verdict]
    present = [one for one, verdict in judged if verdict is False]
    earlier += _followed_by_another(present, chart)
    passed = chart.broken(spec)
    if earlier:
        return _finding_of(spec, chart, earlier), passed
    # An older fracture of an unknown bone may be of a vertebra. A fresh one is taken to
    # be the treated fracture.
    sited = {one.entry.reference for one in stated}
    unsited = [
        statement
        for statement in _stated(chart, spec, spec.unsited)
        if statement.entry.reference not in sited
        and _is_earlier(statement, chart, injury) is not False
    ]
    doubtful = [one for one, verdict in judged if verdict is None]
    doubtful += _begun_long_before_another(present, chart)
    elsewhere = [
        *_outside_region(present, chart),
        *_ordered_elsewhere(chart, injury),
        *_reasons_elsewhere(spec, chart, injury),
        *fractures_of_long_ago(spec.value_sets[0], chart),
        *augmentations_of_long_ago(chart),
    ]
    open_ones = [*doubtful, *unsited, *elsewhere]
    if open_ones:
        sources = (one.provenance(spec) for one in open_ones)
        return make_gap(spec, "undetermined", FRACTURE_NOT_CLEAR, *sources), passed
    return conclude_from_silence(spec, chart, ()), passed


def _stated(chart: Chart, spec: FractureSpec, concepts: Sequence[str]) -> list[Stated]:
    """Find the entries that state such a fracture.

    Future ones are left out, and so is the first stage of the present treatment.

    The words of a procedure name the fracture that it was done for, `CT of a vertebral
    fracture`, and are left out, too. Its code names what was treated.
    """
    by_occasion = {"vertebral-fracture", *spec.unsited}
    statements = []
    for statement in find_stated(chart, spec, concepts):
        is_worded_act = (
            statement.entry.resource_type == "Procedure" and not statement.code
        )
        is_occasion = is_worded_act and statement.concept in by_occasion
        is_future = statement.problem and statement.problem.reason == "future"
        is_of_now = is_future or statement.problem == FIRST_STAGE
        if is_occasion and _is_other_cement(statement, chart):
            statements.append(statement._replace(problem=DOUBTED))
        elif not (is_occasion or is_of_now):
            statements.append(statement)
    return statements


def _is_other_cement(stated: Stated, chart: Chart) -> bool:
    """Tell if a procedure is an augmentation for something else: a fracture to come."""
    is_cement = bool(stated.entry.named & AUGMENTATIONS)
    return is_cement and is_for_something_else(stated.entry, chart)


def _dated_by_title(stated: Stated, chart: Chart) -> Stated:
    """Date a fracture of another vertebra, without onset, by the year in its title.

    Its day of recording is that of a list typed at admission: `T8 fracture 2018`. The
    last day of a month or year counts, up to the day of recording. The treated vertebra
    may have been called broken in 2018, and be broken anew.
    """
    worded = _worded_date(stated, chart)
    last = chart.calendar.last_day(worded)
    if last is None:
        return stated
    day = min(last, stated.day or chart.today)
    return stated._replace(day=day, worded=worded)


def _dated_later(stated: Stated, chart: Chart) -> Stated:
    """Date an earlier fracture by a title that names a later time than its entry.

    The words were amended since. Those of the treated vertebra, or of one that is not
    named, may be of the present fracture unless they name a time before it.
    """
    if stated.entry.resource_type != "Condition" or stated.day is None:
        return stated
    raw, calendar = stated.entry.raw, chart.calendar
    worded = date_in_words(texts_of(raw.get("code")), raw, chart)
    first, last = calendar.first_day(worded), calendar.last_day(worded)
    begins = begun(raw, chart.birth, calendar)
    days = [day for day in (stated.day, *begins) if day is not None]
    if first is None or last is None or first <= max(days):
        return stated
    is_past = chart.not_after - last > SUBACUTE
    if not (is_past or _is_of_another_vertebra(stated, chart)):
        return stated
    middle = first + (min(last, chart.today) - first) / 2
    return stated._replace(day=middle, worded=worded)


def _worded_date(stated: Stated, chart: Chart) -> str:
    """Return the month or year in the title of such a diagnosis, or nothing."""
    raw = stated.entry.raw
    has_onset = any(name.startswith("onset") for name in raw)
    if stated.entry.resource_type != "Condition" or has_onset:
        return ""
    is_done = is_augmentation_listed(stated) and _is_said_done(stated, chart)
    if not (is_done or _is_of_another_vertebra(stated, chart)):
        return ""
    return date_in_words(texts_of(raw.get("code")), raw, chart)


def _followed_by_another(present: Sequence[Stated], chart: Chart) -> list[Stated]:
    """Find the present fractures that one of another vertebra came after.

    The treated vertebra may have broken weeks before the newest one. Fractures within a
    month of each other are one event, and so are all entries of the same vertebra.
    """
    dated = [
        (one, one.day, _levels_or_treated(one, chart))
        for one in present
        if one.day and one.entry.resource_type == "Condition"
    ]
    return [
        first
        for first, day, levels in dated
        if any(
            newer_day - day > AT_ONCE and levels.isdisjoint(newer_levels)
            for _, newer_day, newer_levels in dated
            if levels and newer_levels
        )
    ]


def _begun_long_before_another(present: Sequence[Stated], chart: Chart) -> list[Stated]:
    """Find the present fractures after which another began over three months later.

    One of the two does not name its vertebra. The days of recording do not count: the
    same fracture is coded again at each visit.
    """
    onsets = [
        (one, onset.day, fracture_levels(one.entry.raw, chart.terminology))
        for one in present
        if one.entry.resource_type == "Condition"
        and (onset := chart.calendar.effective(one.entry.raw, "onset"))
    ]
    return [
        first
        for first, day, levels in onsets
        if any(
            later - day > SAME_ONSET and not (levels and others)
            for _, later, others in onsets
        )
    ]


def _levels_or_treated(stated: Stated, chart: Chart) -> frozenset[str]:
    """Return the vertebrae that an entry names, else those that are treated now."""
    named = fracture_levels(stated.entry.raw, chart.terminology)
    return named or frozenset(chart.treated)


def _outside_region(present: Sequence[Stated], chart: Chart) -> list[Stated]:
    """Find present fractures outside the region of the order, if none lies in it.

    Another vertebra broke as well, or the order is for another one than its code says.
    """
    region = {*chart.region}
    if not region:
        return []
    named = [
        (one, fractured_places(one.entry.raw, chart.terminology))
        for one in present
        if one.entry.resource_type == "Condition"
    ]
    if any(covers(place, region) for _, places in named for place in places):
        return []
    return [one for one, places in named if places]


def _ordered_elsewhere(chart: Chart, injury: Injury | None) -> list[Stated]:
    """Find the augmentations on record that were ordered for another vertebra.

    That vertebra broke as well, now or earlier. The order counts even if it was carried
    out: some hospitals keep what was done as an order. Those of a first stage do not.
    """
    treated = _treated_in_stages(chart, injury)
    if not treated:
        return []
    statements: list[Stated] = []
    for entry in chart.of_kind("ServiceRequest"):
        named = sorted(entry.concepts & AUGMENTATIONS)
        if not named or entry.status in VOID or is_prohibition(entry.raw):
            continue
        levels = find_levels(entry.raw, NO_DRAFTS, chart.terminology).levels
        if not {*levels} <= treated:
            written = chart.calendar.moment(entry.raw.get("authoredOn"))
            day = written.day if written else None
            statements.append(Stated(entry, named[0], "", day, NAMED_ASIDE))
    return statements


def _treated_in_stages(chart: Chart, injury: Injury | None) -> set[str]:
    """Return the vertebrae of the order or its region, and those of a first stage."""
    treated = {*chart.treated} or {*chart.region}
    return treated | injury.operated if injury else treated


def _reasons_elsewhere(
    spec: FractureSpec, chart: Chart, injury: Injury | None
) -> list[Stated]:
    """Return the entries whose reasons, notes or results name another broken vertebra.

    Their titles are read elsewhere.
    """
    treated = _treated_in_stages(chart, injury)
    kinds = (*BILLED_TYPES, *DEVICE_ORDERS, *MEDICATION_TYPES, *NAMING_TOO)
    statements = [
        read_aside(entry, spec.value_sets[0], chart, within=None)
        for entry in chart.of_kind(*kinds)
        if entry.status not in VOID
        and names_another_fracture(entry.raw, NO_DRAFTS, treated, chart.terminology)
    ]
    return [statement for statement in statements if statement is not None]


def find_index_fracture(spec: FractureSpec, chart: Chart) -> FindingOrGap:
    """Find the day of the fracture that is treated now.

    If entries name a treated level, only they are looked at. The newest entry and those
    that lie within a month of each other before it are one event; its first day counts.
    """
    stated = find_stated(chart, spec, spec.value_sets)
    injury = find_injury(chart)
    present = [
        (statement.day, statement)
        for statement in stated
        if statement.entry.resource_type == "Condition"
        and statement.day
        and not statement.problem
        and _is_present(statement, statement.day, chart, injury)
    ]
    if not present:
        no_day = make_gap(spec, "absent", "its day is not on record")
        unread = chart.unread(spec)
        outcome = make_gap(spec, "not-read", unread) if unread else no_day
        return outcome, chart.broken(spec)
    treated = set(chart.treated)
    at_level = [
        (day, one)
        for day, one in present
        if fracture_levels(one.entry.raw, chart.terminology) & treated
    ]
    event = _newest_event(at_level or present)
    began = event[-1][0]
    sources = (one.provenance(spec) for _, one in event)
    finding = make_finding(spec, True, *sources, observed=began)
    at_once = [one for day, one in present if abs(day - began) <= AT_ONCE]
    return finding._replace(site=_fractured(at_once, chart)), chart.broken(spec)


def _newest_event(
    dated: Sequence[tuple[date, Stated]],
) -> list[tuple[date, Stated]]:
    """List the newest entry, and each that is within a month of the one after it."""
    newest, *older = sorted(
        dated, key=lambda pair: (pair[0], pair[1].entry.reference), reverse=True
    )
    event = [newest]
    for day, statement in older:
        first, _ = event[-1]
        if first - day <= AT_ONCE:
            event.append((day, statement))
    return event


def _fractured(stated: Sequence[Stated], chart: Chart) -> str:
    """Return the vertebrae that broke in one event: `T11-T12, L3`.

    A code that names two gives a pair. The treated vertebrae are included, even if the
    list does not name them.
    """
    single, pairs = set(chart.treated), set[frozenset[str]]()
    for statement in stated:
        for levels in vertebrae_apart(statement.entry.raw, chart.terminology):
            if len(levels) == 2:
                pairs.add(levels)
            else:
                single |= levels
    named: list[tuple[str, ...]] = [(level,) for level in LEVELS if level in single]
    named += [
        tuple(level for level in LEVELS if level in pair)
        for pair in pairs
        if not pair & single
    ]
    from_head = sorted(named, key=lambda levels: list(LEVELS).index(levels[0]))
    places = ["-".join(one) for one in from_head]
    return ", ".join([*places, *_other_regions(stated, chart)])


def _other_regions(stated: Sequence[Stated], chart: Chart) -> list[str]:
    """Name the parts of the spine that broke and hold no treated vertebra."""
    treated = set(chart.treated)
    if not treated:
        return []
    regions = {
        region
        for statement in stated
        if not fracture_levels(statement.entry.raw, chart.terminology)
        for region in fractured_regions(statement.entry.raw, chart.terminology)
    }
    return sorted(one for one in regions if not covers(one, treated))


def _is_present(stated: Stated, day: date, chart: Chart, injury: Injury | None) -> bool:
    is_recent = chart.not_after - SUBACUTE <= day <= chart.not_after
    if stated.is_later_encounter or not is_recent:
        return False
    return _is_earlier(stated, chart, injury) is False


def _finding_of(spec: FractureSpec, chart: Chart, earlier: Sequence[Stated]) -> Finding:
    days = sorted({day for one in earlier if (day := day_of(one, chart))})
    ordered = sorted(
        earlier,
        key=lambda statement: (
            day_of(statement, chart) or date.min,
            statement.entry.reference,
        ),
        reverse=True,
    )
    is_coded = any(one.code for one in earlier)
    finding = make_finding(
        spec,
        True,
        *(one.provenance(spec) for one in ordered),
        concerns=() if is_coded else (BY_WORDS,),
    )._replace(
        site=_site_of(ordered[0], chart), dated_to=precision_of(ordered[0], chart)
    )
    if not days:
        return finding
    counted = _counted(days, chart.today)
    return finding._replace(observed=days[-1], since=days[0], label=counted)


def _site_of(stated: Stated, chart: Chart) -> str:
    """Return the vertebrae of a fracture as a card names them, from head to foot."""
    named = fracture_levels(stated.entry.raw, chart.terminology)
    return ", ".join(level for level in LEVELS if level in named)


def _counted(days: Sequence[date], today: date) -> str:
    """Write `third vertebral fracture in 6 years`.

    Entries within half a year are one fracture and its treatment.
    """
    episodes = [days[0]]
    for day in days:
        if day - episodes[-1] > SUBACUTE:
            episodes.append(day)
    count = len(episodes)
    ordinal = ORDINALS[count - 1] if count <= len(ORDINALS) else f"{count + 1}th"
    return f"{ordinal} vertebral fracture in {age_in_words(episodes[0], today)}"


def _is_earlier(stated: Stated, chart: Chart, injury: Injury | None) -> bool | None:
    """Tell if the entry is an earlier fracture; None if that is not known.

    It may be the one being treated, or only a report or an order names it.

    Args:
        stated: the entry.
        chart: the patient's record.
        injury: that of the treated vertebra, if it has a first stage.
    """
    if stated.entry.resource_type not in STATING or stated.problem in NOT_SURE:
        return None
    if _is_cement_of_the_past(stated):
        return True
    if is_augmentation_listed(stated):
        return _is_augmented_earlier(stated, chart)
    if stated.problem == LATER_THAN_ORDER:
        # A new fracture, unless it is an old one that was recorded on that day.
        may_be_old = is_history(stated, chart) or _may_be_older(stated, chart)
        return None if may_be_old else False
    if is_history(stated, chart):
        return None if _may_be_treated_now(stated, chart) else True
    return _is_earlier_by_day(stated, chart, injury)


def _may_be_treated_now(stated: Stated, chart: Chart) -> bool:
    """Tell if a fracture of the past may be the treated one.

    That may be called chronic, or be coded as its own sequela.
    """
    levels = fracture_levels(stated.entry.raw, chart.terminology)
    if levels.isdisjoint(chart.treated):
        return False
    if _is_chronic(stated, chart):
        return True
    is_recent = stated.day is not None and chart.not_after - stated.day <= SUBACUTE
    return is_recent and is_late_effect(stated, chart)


def _is_earlier_by_day(
    stated: Stated, chart: Chart, injury: Injury | None
) -> bool | None:
    """Tell by its day if a fracture is an earlier one; None if that does not tell.

    One of the treated vertebra is an earlier one after half a year, one of another
    vertebra after a month.
    """
    levels = fracture_levels(stated.entry.raw, chart.terminology)
    is_another = _is_of_another_vertebra(stated, chart)
    is_another = is_another and not _is_of_injury(stated, levels, injury)
    is_elsewhere = stated.entry.resource_type == "Procedure" or is_another
    # `2026` may be any day of it.
    last = chart.calendar.last_day(stated.entry.raw.get("onsetDateTime"))
    latest = last or stated.day
    age = chart.not_after - latest if latest else timedelta()
    if age > SUBACUTE:
        return True
    if is_elsewhere and age > AT_ONCE:
        # The same fracture may have been treated otherwise before it got cement.
        return None if _is_treatment(stated) else True
    if stated.day is None:
        may_be_present = not levels.isdisjoint(chart.treated)
    else:
        may_be_present = is_elsewhere or bool(levels) or not stated.is_later_encounter
    return False if may_be_present and not _may_be_older(stated, chart) else None


def _is_cement_of_the_past(stated: Stated) -> bool:
    """Tell if it is an augmentation that counts, and its title calls it past."""
    is_counted = stated.entry.resource_type == "Procedure" and not stated.problem
    return is_counted and stated.day is None and stated.concept in AUGMENTATIONS


def _is_augmented_earlier(stated: Stated, chart: Chart) -> bool | None:
    """Tell if an augmentation on the problem list is an earlier one, or None.

    Its title says that it was done, and names a month or year, or another vertebra. A
    day of recording is the last on which it may have been done.
    """
    is_told = stated.worded or _is_of_another_vertebra(stated, chart)
    if not is_told or stated.day is None or not _is_said_done(stated, chart):
        return None
    last = chart.calendar.last_day(stated.worded)
    titles = texts_of(stated.entry.raw.get("code"))
    kinds = chart.terminology.kinds
    is_past = any(kinds.named(title, HISTORIES) for title in titles)
    # `Kyphoplasty 2026`, written in January, may be a plan.
    if not is_past and (last is None or last >= chart.not_after):
        return None
    return True if chart.not_after - stated.day > AT_ONCE else None


def _is_said_done(stated: Stated, chart: Chart) -> bool:
    titles = texts_of(stated.entry.raw.get("code"))
    named = [
        title
        for title in titles
        if chart.terminology.text_concepts(title, AUGMENTATIONS)
    ]
    return bool(named) and all(says_augmented(one, chart.terminology) for one in named)


def _is_of_another_vertebra(stated: Stated, chart: Chart) -> bool:
    """Tell if it names vertebrae, and none of those that are treated now."""
    levels = fracture_levels(stated.entry.raw, chart.terminology)
    return bool(levels and chart.treated) and levels.isdisjoint(chart.treated)


def _is_of_injury(
    stated: Stated, levels: frozenset[str], injury: Injury | None
) -> bool:
    """Tell if a diagnosis is of vertebrae that a first stage of this injury treated."""
    if (
        injury is None
        or stated.entry.resource_type != "Condition"
        or stated.day is None
    ):
        return False
    if levels in injury.pairs:
        return abs(stated.day - injury.began) <= OF_ONE_INJURY
    return levels <= injury.operated and stated.day >= injury.began - OF_ONE_INJURY


def _is_of_this_signing(stated: Stated, chart: Chart) -> bool:
    """Tell if an order of this signing names the augmentation that is signed now."""
    entry, treated = stated.entry, frozenset(chart.treated)
    return (
        entry.resource_type == "ServiceRequest"
        and entry.status == "draft"
        and not entry.matches
        and are_reasons_only_of(entry.raw, treated, chart.terminology)
    )


def _is_treatment(stated: Stated) -> bool:
    """Tell if it is a treatment of a vertebral fracture without cement, by its code."""
    is_coded = stated.entry.resource_type == "Procedure" and bool(stated.code)
    return is_coded and not stated.concepts & AUGMENTATIONS


def _may_be_older(stated: Stated, chart: Chart) -> bool:
    """Tell if the fracture may be older than its day, which may be that of recording.

    It may if the entry is over, or tells the beginning as an age, in words or as long
    ago. So it may if its words call a fracture old, or name several, or if the end of
    its code, its category, stage or severity is not understood.
    """
    raw = stated.entry.raw
    if in_doubt(HISTORY) in stated.entry.named:
        return True
    if chart.terminology.has_unread_end(raw.get("code")):
        return True
    is_diagnosis = stated.entry.resource_type == "Condition"
    if is_diagnosis and may_be_called_old(raw, chart.terminology):
        return True
    if _is_old_by_words(raw, chart) or _is_begun_long_ago(raw, chart):
        return True
    return stated.is_past or any(name.startswith(VAGUE) for name in raw)


def _is_old_by_words(raw: Json, chart: Chart) -> bool:
    """Tell if titles or notes call a fracture old, or name a year long before."""
    words = [
        *texts_of(raw.get("code")),
        *(text(note.get("text")) for note in objects(raw.get("note"))),
    ]
    dated = (with_whole_years(word, chart.today) for word in words)
    years = {year for word in dated for year in years_in(word)}
    if min(years, default=date.max.year) < (chart.not_after - SUBACUTE).year:
        return True
    return any(chart.terminology.text_concepts(word, OLD) for word in words)


def _is_begun_long_ago(raw: Json, chart: Chart) -> bool:
    """Tell if a day on which a fracture began, or was asserted, is half a year ago."""
    asserted = (
        extension
        for extension in objects(raw.get("extension"))
        if text(extension.get("url")).endswith("assertedDate")
    )
    written = (
        raw.get("onsetDateTime"),
        member(raw, "onsetPeriod", "start"),
        *(one.get("valueDateTime") for one in asserted),
    )
    days = [day for one in written if (day := chart.calendar.first_day(one))]
    return any(chart.not_after - day > SUBACUTE for day in days)


def _is_chronic(stated: Stated, chart: Chart) -> bool:
    words = texts_of(stated.entry.raw.get("code"))
    return any(chart.terminology.text_concepts(word, CHRONIC) for word in words)

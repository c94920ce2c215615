"""Find other fractures and operations of the spine that a brace may be for.

They are on record or in the orders being signed. With the reasons that a brace's own
order names (`fhir/orders/keep_reasons.py`) and the findings,
`core/braces/brace_reasons.py` decides if it stays. `injury_times.py` says which entries
are recent enough to count.
"""

from collections.abc import Sequence

from cds_service.core.braces.brace_reasons import KEEP_REASONS
from cds_service.core.orders import OtherInjuries, SupportOrder
from cds_service.fhir.certainty import certainty_of, is_of_sequela
from cds_service.fhir.entries.entry import Entry
from cds_service.fhir.entries.exams.bone_reports import words_of_report
from cds_service.fhir.entries.fractures.bones import CARRYING, CERVICAL
from cds_service.fhir.entries.fractures.broken_in_words import told_by_words
from cds_service.fhir.entries.grave.grave_concepts import (
    MAY_BEAR_ON_SPINE,
    OF_THE_SPINE,
    SPINAL_SURGERY,
    UNREAD_REASON,
)
from cds_service.fhir.entries.harm.harm_words import bones_in_words
from cds_service.fhir.entries.medication.drug_groups import GOES_ON, MEDICATION_TYPES
from cds_service.fhir.entries.medication.products import DEVICE_ORDERS
from cds_service.fhir.entries.words.bystanders import SPINAL, is_plain_fracture
from cds_service.fhir.entries.words.fracture_sites import UNSITED
from cds_service.fhir.entries.words.open_concepts import (
    MAY_BE_GRAVE,
    MAY_NEED_BRACE,
    NOT_UNDERSTOOD,
)
from cds_service.fhir.entries.words.problem_words import in_doubt, is_denial
from cds_service.fhir.leaves import codes_of, words_in
from cds_service.fhir.mapping.durations.duration_parts import blank
from cds_service.fhir.mapping.levels.level_names import LEVELS
from cds_service.fhir.mapping.terminology import Terminology
from cds_service.fhir.mapping.texts.text_rules import LONGEST_TEXT
from cds_service.fhir.orders.drafts import NO_DRAFTS, codeables
from cds_service.fhir.orders.injuries.bystander_orders import is_bystander
from cds_service.fhir.orders.injuries.fresh_fractures import broken_before_operation
from cds_service.fhir.orders.injuries.injury_times import (
    Search,
    days_begun,
    freshness_of,
    is_after_operation,
    is_long_over,
    is_recent_act,
    is_recent_entry,
    is_recent_result,
    is_unsettled,
    moment_of,
)
from cds_service.fhir.orders.keep_reasons import reasons_of_order
from cds_service.fhir.orders.levels.broken_levels import (
    NECK,
    broken_beside,
    covers,
    fractured_places,
    places_first_coded,
)
from cds_service.fhir.orders.levels.named_levels import named_levels
from cds_service.fhir.orders.levels.treated_levels import find_levels
from cds_service.fhir.orders.operations.operation import HELD, Operation
from cds_service.fhir.orders.operations.untreated import UNNAMED, Broken, untreated
from cds_service.fhir.orders.order_reasons import note_texts, read_reasons
from cds_service.fhir.orders.order_times import IN_FORCE, read_times
from cds_service.fhir.orders.recognition import (
    FRACTURES,
    TITLES,
    recognise_augmentation,
)
from cds_service.fhir.orders.since.injuries_in_acts import PAST, is_told_as_past
from cds_service.fhir.orders.since.reports import is_made_since
from cds_service.fhir.orders.unread.unread_in_augmentation import (
    is_plain_note,
    is_whole_augmentation,
    levels_of_reasons,
    unread_of_augmentation,
)
from cds_service.fhir.orders.unread.unread_in_brace import unread_in
from cds_service.fhir.orders.worded_ends import texts_on_time
from cds_service.fhir.raw_json import Json, is_prohibition, objects, text, texts_of
from cds_service.fhir.site_calendar import is_dated_before

# Vertebrae that the words of a diagnosis suspect to be broken.
SUSPECTED = frozenset(map(in_doubt, FRACTURES | {CERVICAL}))
# Concepts of a fracture next to whose code something else may be written.
UNREAD_NEXT_TO_CODE = frozenset({MAY_BE_GRAVE, in_doubt(UNREAD_REASON)})
# What `_is_named_elsewhere` looks for on other lists than that of problems: as what an
# entry is, or in doubt as an aside. Reasons to keep a brace are left out, since they
# are findings; so is surgery, since `_is_operated` looks for it.
NAMED_ELSEWHERE = (SPINAL | OF_THE_SPINE) - {*KEEP_REASONS} - SPINAL_SURGERY
NAMED_ELSEWHERE |= frozenset(map(in_doubt, NAMED_ELSEWHERE))
# A broken hip, pelvis or leg that only an aside names: of an accident of which nothing
# else is known.
BONES = CARRYING | {"leg-fracture"}
BONES_ELSEWHERE = frozenset(map(in_doubt, BONES))


def find_other_injuries(
    search: Search, braces: Sequence[SupportOrder]
) -> OtherInjuries:
    """Find other fractures and operations that a brace may be needed for.

    Args:
        search: where to look.
        braces: the brace orders, of this signing and on record.
    """
    drafts, terminology = search.drafts, search.terminology
    broken = _broken_on_record(search)
    broken.open.update(_levels_named_by_orders(search, braces))
    fractures = untreated(broken, search.operation)
    if not braces:
        return OtherInjuries(*fractures)

    signed = _augmentations_in(search)
    signed_reasons = (
        reasons_of_order(order, read_reasons(order, drafts, terminology), terminology)
        for order in signed
    )
    unread = {
        element
        for order in signed
        for element in unread_of_augmentation(
            order, drafts, search.treated, terminology
        )
    }
    is_problem_open = (
        _is_problem_open(search)
        or _is_named_elsewhere(search)
        or _is_device_unread(search)
    )
    return OtherInjuries(
        fractures=fractures.sure,
        possible=fractures.possible,
        doubtful=fractures.doubtful,
        has_other_surgery=_is_operated(search),
        signed_reasons=frozenset().union(*signed_reasons),
        is_brace_noted=_is_brace_noted(signed, terminology),
        unread=tuple(sorted(unread)),
        has_other_order=_has_other_order(search),
        has_unread_problem=is_problem_open,
    )


def _levels_named_by_orders(search: Search, braces: Sequence[SupportOrder]) -> set[str]:
    """Return the levels that the brace orders name.

    If the treated levels are known, also those that the augmentations being signed
    name, and those that the other orders being signed name as broken.
    """
    drafts, terminology = search.drafts, search.terminology
    levels = {level for brace in braces for level in brace.levels}
    if search.treated:
        for order in _augmentations_in(search):
            levels.update(named_levels(order, drafts, terminology))
        for order in _braces_in(search):
            levels.update(levels_of_reasons(order, drafts, terminology))
        for draft in drafts.each():
            if not draft.meaning.is_augmentation:
                levels.update(broken_beside(draft.resource, terminology))
    return levels


def _is_brace_noted(signed: Sequence[Json], terminology: Terminology) -> bool:
    """Tell if a note of an augmentation names a brace, or was not understood."""
    notes = [
        words
        for order in signed
        for words, is_title in texts_on_time(order)
        if not is_title
    ]
    if any(note.strip() and not is_plain_note(note, terminology) for note in notes):
        return True
    return any(map(terminology.durations.names_brace, notes))


def _broken_on_record(search: Search) -> Broken:
    """Return the broken vertebrae that the record names."""
    broken = Broken()
    terminology = search.terminology
    for entry in search.record.of_key("conditions"):
        is_stated = not entry.concepts.isdisjoint(FRACTURES | {CERVICAL})
        is_suspected = not entry.concepts.isdisjoint(SUSPECTED)
        if is_stated or is_suspected or _is_coded_as_several(entry.raw, terminology):
            _add_fracture(entry.raw, broken, search, is_stated=is_stated)
        elif UNSITED in entry.concepts and _may_be_after_operation(entry.raw, search):
            broken.perhaps_later.add(UNNAMED)
    for entry in search.record.entries:
        if _is_order_in_force(entry, search):
            broken.open.update(levels_of_reasons(entry.raw, NO_DRAFTS, terminology))
        if not _may_name_fracture(entry, search):
            continue
        named = broken_beside(entry.raw, terminology)
        is_report = entry.resource_type == "DiagnosticReport"
        if is_report and in_doubt(CERVICAL) in entry.concepts:
            named.add(NECK)
        if _is_result_since_operation(entry, search):
            named = _with_told_ages(named, entry, search)
            broken.perhaps_later.update(_untreated_of(named, search.operation))
        broken.open.update(named)
    told = broken_before_operation(search)
    broken.told.update(_untreated_of(told, search.operation))
    return broken


def _is_result_since_operation(entry: Entry, search: Search) -> bool:
    """Tell if this is a report or a study of the day of the operation or later.

    A report with a month, a year or no day may be as recent: one that is not understood
    counts then, and one that is understood says no less.
    """
    operated = search.operation.first_day
    when = moment_of(entry, search.calendar)
    if operated is None:
        return False
    if entry.resource_type == "DiagnosticReport":
        return is_made_since(entry, operated, search.calendar)
    return entry.resource_type == "ImagingStudy" and bool(when and when.day >= operated)


def _with_told_ages(named: set[str], entry: Entry, search: Search) -> set[str]:
    """Leave out the vertebrae that a result calls broken before; add what it calls new.

    Those that it calls broken without an age are added too.

    Args:
        named: the vertebrae that it names next to a fracture.
        entry: the result.
        search: the record that is searched.
    """
    told = told_by_words(
        words_of_report(entry.raw),
        search.today.year,
        search.terminology,
        is_report=True,
    )
    return (named - told.known) | told.new | told.ageless


def _untreated_of(places: set[str], operation: Operation) -> set[str]:
    """Return those of these places that the operation did not reach, as far as known.

    A report since then names the treated vertebra as broken, too.
    """
    treated = {*operation.levels} or {*operation.region}
    return {one for one in places if treated and not covers(one, treated)}


def _add_fracture(
    condition: Json, broken: Broken, search: Search, *, is_stated: bool
) -> None:
    """Add the vertebrae of a fracture, unless it is old.

    One that is only suspected is perhaps fresh. "Multiple vertebral fractures" are more
    than one treated vertebra, and name none of the others.

    | it began             | surely fresh    | perhaps fresh   |
    |----------------------|-----------------|-----------------|
    | before the operation | `fresh`         | `open`          |
    | after it             | `later`         | `perhaps_later` |
    | perhaps after it     | `perhaps_later` | `perhaps_later` |

    Of the fractures that began before, those that no status calls over are `unsettled`
    too.

    If the day of the operation is not sure, `later` becomes `perhaps_later`. A fracture
    that began perhaps after it counts as an earlier one if it names vertebrae and the
    treated ones are known: a visit records the treated fracture once more.
    """
    freshness = freshness_of(condition, search)
    if freshness == "old":
        return
    is_fresh = freshness == "fresh" and is_stated
    places = fractured_places(condition, search.terminology)
    if _is_one_of_several(condition, places, search):
        unnamed = broken.unsettled if is_unsettled(condition, search) else broken.open
        unnamed.add(UNNAMED)
    is_after = is_after_operation(condition, places, search)
    is_recent = not search.is_old(search.operation.day_of(places))
    is_recorded_again = is_after is None and places and search.treated and is_recent
    if is_after is False or is_recorded_again:
        before = broken.fresh if is_fresh else broken.open
        before.update(places)
        if is_unsettled(condition, search):
            broken.unsettled.update(places_first_coded(condition, search.terminology))
    else:
        is_sure = is_after and is_fresh and search.operation.is_day_sure
        after = broken.later if is_sure else broken.perhaps_later
        after.update(places or {UNNAMED})


def _is_one_of_several(condition: Json, places: set[str], search: Search) -> bool:
    """Tell if this is of several fractures, without a vertebra, and one was treated.

    Words that name an earlier time, or no more than an earlier year, are history.
    """
    terminology = search.terminology
    is_single = len(search.treated) == 1 and search.operation.count == 1
    if not is_single or not places.isdisjoint(LEVELS):
        return False
    words = texts_of(condition.get("code"))
    if any(_is_of_earlier_time(word, search) for word in words):
        return False
    return _is_coded_as_several(condition, terminology) or any(
        map(terminology.grave_stems.are_several, words)
    )


def _is_of_earlier_time(words: str, search: Search) -> bool:
    is_earlier = is_dated_before(words, search.recent_since.year)
    return is_earlier or bool(search.terminology.kinds.named(words, PAST))


def _is_coded_as_several(condition: Json, terminology: Terminology) -> bool:
    codes = terminology.complication_codes
    codings = terminology.codings(condition.get("code"))
    return any(codes.is_of_several(*one) for one in codings)


def _may_be_after_operation(condition: Json, search: Search) -> bool:
    is_old = freshness_of(condition, search) == "old"
    return not is_old and is_after_operation(condition, (), search) is not False


def _has_other_order(search: Search) -> bool:
    """Tell if another order of this signing may bear on a brace.

    An order does if it is neither the augmentation nor a brace, and is not known to
    leave the spine alone. If several braces are signed, a brace that was not read whole
    does, too.
    """
    drafts, terminology = search.drafts, search.terminology
    braces: list[Json] = []
    for order in drafts.each():
        if order.meaning.is_augmentation:
            continue
        support = order.meaning.support
        if support and "brace" in support.concepts:
            braces.append(order.resource)
        elif not is_bystander(order.resource, drafts, search.treated, terminology):
            return True
    return len(braces) > 1 and any(_is_brace_unread(one, terminology) for one in braces)


def _is_brace_unread(brace: Json, terminology: Terminology) -> bool:
    """Tell if a brace order was not read whole.

    A note that only gives a payer's length of need does not count.
    """
    notes = [
        note
        for note in objects(brace.get("note"))
        if not _is_payers_length(text(note.get("text")), terminology)
    ]
    times = read_times(brace, terminology.calendar)
    return bool(unread_in({**brace, "note": notes}, times, terminology))


def _is_payers_length(words: str, terminology: Terminology) -> bool:
    """Tell if a note gives a payer's length of need, and otherwise plain words."""
    mentions = terminology.durations.read(words, "brace")
    if {one.kind for one in mentions} != {"payer"}:
        return False
    remainder = words
    for mention in mentions:
        remainder = blank(remainder, mention.start, mention.end)
    return terminology.plain.braces.are_all(remainder, has_lengths=False)


def _is_problem_open(search: Search) -> bool:
    """Tell if an entry of the problem list may be what a brace is for.

    Spinal surgery is left out: `_is_operated` looks for it.
    """
    if any(_may_be_for(entry, search) for entry in search.record.of_key("conditions")):
        return True
    return any(
        broken.key == "conditions" and MAY_NEED_BRACE in broken.concepts
        for broken in search.record.unreadable
    )


def _may_be_for(entry: Entry, search: Search) -> bool:
    """Tell if a brace may be for this entry; not for a plain fracture alone."""
    if MAY_NEED_BRACE not in entry.concepts or entry.concepts & SPINAL_SURGERY:
        return False
    if certainty_of(entry.raw) == "denied" or is_long_over(entry.raw, search):
        return False
    if not entry.concepts & FRACTURES or entry.concepts & UNREAD_NEXT_TO_CODE:
        return True
    _, last = days_begun(entry.raw, search)
    return not is_plain_fracture(
        entry.raw, search.terminology, is_old=search.is_old(last)
    )


def _is_device_unread(search: Search) -> bool:
    """Tell if a device that may be a brace was ordered lately.

    It may be the first brace, from whose beginning the weeks count.
    """
    return any(
        entry.resource_type in DEVICE_ORDERS
        and MAY_NEED_BRACE in entry.concepts
        and is_recent_act(entry.raw, search)
        for entry in search.record.entries
    )


def _is_order_in_force(entry: Entry, search: Search) -> bool:
    """Tell if this is an order or a drug of the last half year, still in force."""
    is_order = entry.resource_type in ("ServiceRequest", *MEDICATION_TYPES)
    return is_order and is_recent_act(entry.raw, search)


def _may_name_fracture(entry: Entry, search: Search) -> bool:
    """Tell if an entry that is no brace order may name a recent fracture.

    An entry without a day may.
    """
    if entry.resource_type in DEVICE_ORDERS:
        return False
    if entry.resource_type == "Condition":
        return not is_long_over(entry.raw, search)
    # An entry has days of one of the two kinds; the other kind then says "recent".
    return is_recent_result(entry.raw, search) and is_recent_act(entry.raw, search)


def _is_named_elsewhere(search: Search) -> bool:
    """Tell if another list than the problem list names what a brace may be for.

    That is a tumour, an infection or another disease of the spine. The entry must be of
    the last half year or undated, or a drug that is still taken.
    """
    for entry in search.record.entries:
        named = entry.named | (entry.drug.concepts if entry.drug else frozenset())
        # The code and words of a device are read with the brace.
        if entry.resource_type in DEVICE_ORDERS:
            named -= {in_doubt(MAY_BEAR_ON_SPINE), in_doubt(UNREAD_REASON)}
        is_named = not named.isdisjoint(NAMED_ELSEWHERE) or (
            not named.isdisjoint(BONES_ELSEWHERE) and _is_bone_of_now(entry, search)
        )
        if entry.resource_type == "Condition" or not is_named:
            continue
        is_taken = entry.resource_type in MEDICATION_TYPES and entry.status in GOES_ON
        if is_taken or is_recent_entry(entry, search):
            return True
    return False


def _is_bone_of_now(entry: Entry, search: Search) -> bool:
    """Tell if an entry names a broken bone, and not only in words of an earlier time.

    A code alone counts as recent, unless it is that of a sequela.
    """
    terminology = search.terminology
    told = [
        words[:LONGEST_TEXT]
        for words in dict.fromkeys(words_in(entry.raw))
        if bones_in_words(words[:LONGEST_TEXT], terminology)
    ]
    if not told:
        codes = [
            one
            for one in codes_of(entry.raw)
            if not terminology.concepts(one).isdisjoint(BONES)
        ]
        return not codes or not all(map(is_of_sequela, codes))
    return not all(
        is_told_as_past(words, search.recent_since, terminology) for words in told
    )


def _augmentations_in(search: Search) -> list[Json]:
    return [
        order.resource
        for order in search.drafts.each()
        if order.meaning.is_augmentation
    ]


def _braces_in(search: Search) -> list[Json]:
    braces = []
    for order in search.drafts.each():
        recognition = order.meaning.support
        if recognition and "brace" in recognition.concepts:
            braces.append(order.resource)
    return braces


# --- operations


def _is_operated(search: Search) -> bool:
    """Tell if another operation of the spine is ordered, or was done lately.

    It may be among the orders being signed, on the problem list (whenever it was), or
    among recent procedures and orders; of these, what was not understood may be one.
    """
    record, terminology = search.record, search.terminology
    for order in search.drafts.each():
        is_other = order.meaning.augmentation is None
        if is_other and _is_surgery(order.resource, terminology):
            return True
    is_of_brace = any(_is_for_surgery(one, terminology) for one in _braces_in(search))
    if is_of_brace or any(
        one.concepts & SPINAL_SURGERY for one in record.of_key("conditions")
    ):
        return True
    entries = [
        entry
        for key in ("procedures", "serviceRequests")
        for entry in record.of_key(key)
    ]
    recent = [entry for entry in entries if is_recent_act(entry.raw, search)]
    for entry in recent:
        if _may_need_brace(entry, terminology):
            return True
        is_other = recognise_augmentation(entry.raw, terminology) is None
        if is_other and _is_surgery(entry.raw, terminology):
            return True
        if not is_other and _is_second_stage(entry, search):
            return True
    return False


def _is_for_surgery(brace: Json, terminology: Terminology) -> bool:
    """Tell if the reasons or notes of a brace order name an operation of the spine.

    `No fusion` names none. `Fusion L3-L5 2015` may be why the brace is worn.
    """
    reasons = codeables(brace, "reasonCode")
    named = (word for reason in reasons for word in texts_of(reason))
    words = [word for word in (*named, *note_texts(brace)) if word]
    return bool(terminology.concepts(reasons) & SPINAL_SURGERY) or any(
        terminology.text_concepts(word, SPINAL_SURGERY)
        and not is_denial(word, terminology)
        for word in words
    )


def _is_second_stage(entry: Entry, search: Search) -> bool:
    """Tell if an order in force is for a vertebra that is not treated now."""
    treated = search.operation.levels
    if entry.resource_type != "ServiceRequest" or entry.status not in IN_FORCE | HELD:
        return False
    named = find_levels(entry.raw, NO_DRAFTS, search.terminology).levels
    return bool(treated and {*named} - {*treated})


def _may_need_brace(entry: Entry, terminology: Terminology) -> bool:
    if not entry.concepts & {NOT_UNDERSTOOD, MAY_NEED_BRACE}:
        return False
    return not is_whole_augmentation(entry.raw, terminology)


def _is_surgery(resource: Json, terminology: Terminology) -> bool:
    """Tell if an entry that is no augmentation names an operation of the spine."""
    if is_prohibition(resource):
        return False
    titles = codeables(resource, *TITLES)
    for word in (word for title in titles for word in texts_of(title)):
        # "Fusion, scheduled" was not done, but a brace may be for it.
        named = terminology.text_concepts(word, SPINAL_SURGERY)
        if (named | terminology.ruled_out(word)) & SPINAL_SURGERY:
            return True
    return bool(terminology.concepts(titles) & SPINAL_SURGERY)

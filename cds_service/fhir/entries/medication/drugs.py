"""Identify the drug of a medication resource, by its codes, else by its name."""

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from cds_service.fhir.entries.medication.other_doses import Dose, dosages_of, dose_named
from cds_service.fhir.entries.medication.plain_doses import (
    is_plain_dose,
    is_plain_order,
    is_plain_title,
)
from cds_service.fhir.entries.medication.steroid_asides import (
    is_put,
    names_dose,
    without_asides,
    without_places,
)
from cds_service.fhir.mapping.drug_table import ATC
from cds_service.fhir.mapping.terminology import Match, Terminology
from cds_service.fhir.mapping.texts.clauses import (
    LONGEST_STATEMENT,
    ONLY_DENIED,
    clauses,
)
from cds_service.fhir.mapping.texts.text_rules import folded
from cds_service.fhir.raw_json import Json, member, objects, text, texts_of
from cds_service.fhir.site_calendar import WRITTEN_YEAR

MEDICATION_TYPES = frozenset(
    {
        "MedicationRequest",
        "MedicationAdministration",
        "MedicationDispense",
        "MedicationStatement",
    }
)
ANY_BONE_DRUG = "other bone drug"
GOES_ON = frozenset({"active", "on-hold", "in-progress"})
STEROID, BONE_DRUG = "systemic-steroid", "bone-drug"
IF_SWALLOWED = "budesonide"
CANCER_DRUG = "cancer-drug"
# Given for weeks against an infection of bone; for days against many others.
DEEP_INFECTION_DRUG = "deep-infection-drug"
# Given for weeks against an infection of bone too, but mostly against others.
BROAD_ANTIBIOTIC = "broad-antibiotic"
INFECTION_DRUGS = frozenset(
    {DEEP_INFECTION_DRUG, BROAD_ANTIBIOTIC, "tuberculosis-drug"}
)
# Hardly anybody takes them without the disease, which does not end when they do.
TELL_OF_DISEASE = frozenset({"dementia-drug", "parkinson-drug"})
# Given in an office or a day clinic, and on no other list.
GIVEN_THERE = frozenset({BONE_DRUG, CANCER_DRUG})
LOCAL = frozenset({"local-route", "local-place"})
# Glucocorticoids that act on the whole body, and those that are injected into a joint.
ATC_SYSTEMIC = "H02"
SYSTEMIC = frozenset({"systemic-route"})
ONCE = frozenset({"single-dose"})
OSTEOPOROSIS = frozenset({"osteoporosis"})
# Codes of a timing in HL7's and in local tables: once, at once.
TIMING_ONCE = frozenset({"ONCE", "1X", "STAT"})
RECURRING = frozenset({"recurring-dose"})
REASON = frozenset({"reason-of-dose"})
INJECTION_ASIDE = frozenset({"injection-aside"})
ENDED = frozenset({"drug-ended"})
LAST_TAKEN = ("drug-last-taken",)  # a rule of `kinds.toml`
# Elements with the day on which the words of a drug were written.
WRITTEN = ("authoredOn", "dateAsserted", "effectiveDateTime", "whenHandedOver")
# Policy: a drug that was last taken in the year before may still be taken.
YEARS_OVER = 2
# The last year that was over for every reader when this was written.
LONG_OVER = 2024
# The year in which this was written: nobody reads an entry before it.
BEGUN = 2026
BY_ANOTHER = frozenset({"by-another-doctor"})
BLINDED = frozenset({"blinded"})
# With the mark `@` for a drug: it was never taken.
NEVER_TAKEN = frozenset({"steroid-denied"})
# A rule of `kinds.toml`.
START_WAITS = ("start-waits",)
_UNIT = ("code", "unit")  # of an amount
_REST_OF_WORD = re.compile(r"^[a-z]+")  # of folded text; `bisfosfonato|s`
# How often in a day, as German lists write it of every form: `1-0-1`, `0-0-0-1`.
_TIMES_OF_DAY = re.compile(r"\b[0-9½](?: ?- ?[0-9½]){2,3}\b")


class Drug(NamedTuple):
    """The drug of a medication resource.

    Attributes:
        concepts: its ingredients and drug groups; empty if it is not a drug that we
            look for.
        ingredients: the ingredients among them, sorted.
        code: `system|code` that matched; empty if only the name identified the drug.
        is_by_name: only the name identifies the drug.
        is_doubtful: its words say that it is not taken, or may be a placebo, or its
            code is that of another drug.
        is_ended: words next to the name of a bone drug say that it is not taken any
            more.
        is_understood: all that the entry says was understood; of an order, the names of
            the drug. Judged for bone drugs alone.
        is_plain: the other words of an order were understood too.
    """

    concepts: frozenset[str]
    ingredients: tuple[str, ...]
    code: str
    is_by_name: bool
    is_doubtful: bool = False
    is_ended: bool = False
    is_understood: bool = True
    is_plain: bool = True


def read_drug(
    resource: Json, medication: Json | None, terminology: Terminology
) -> Drug:
    """Identify the drug of a request, administration, dispense or statement.

    A topical steroid, or one that is given once, does not count as systemic, nor does a
    topical antibiotic.

    Args:
        resource: raw JSON.
        medication: the Medication that it refers to, if any.
        terminology: the service's terminology.
    """
    names, codes = drug_names(resource, medication), drug_codes(resource, medication)
    matches = _drug_matches(terminology.matches(codes), terminology)
    by_code = frozenset(one.concept for one in matches)
    by_name = _concepts_of_names(names, resource, terminology)
    is_by_name = bool(by_name and not by_code)
    concepts = by_code | by_name
    if STEROID in concepts and _is_for_once(resource, names, terminology):
        concepts = _without_group(concepts, STEROID, terminology)
    own_names = names
    if STEROID in concepts:
        own_names = {without_asides(one, terminology) for one in names}
    for group in sorted(concepts & {STEROID, DEEP_INFECTION_DRUG, BROAD_ANTIBIOTIC}):
        if _is_local(names, resource, medication, terminology):
            concepts = _without_group(concepts, group, terminology)
    concepts, is_clear = _by_dose(concepts, names, resource, medication, terminology)
    is_denied = any(map(terminology.clauses.is_not_done, own_names))
    is_denied = is_denied or _is_not_taken(names, concepts, resource, terminology)
    told = (*names, *words_aside(resource))
    is_understood, is_plain, is_ended = True, True, False
    if BONE_DRUG in concepts:
        is_ended = _is_ended(resource, concepts, terminology)
        # "Osteoporosis injection" does not say which bone drug it is.
        is_clear &= ANY_BONE_DRUG not in concepts or bool(by_code)
        is_understood = is_clear and _is_understood(
            resource, medication, terminology, concepts
        )
        # A start that is left to another doctor is open.
        is_plain = resource.get("resourceType") != "MedicationRequest" or (
            is_plain_order(resource, medication, terminology, concepts)
            and not _any_names(told, BY_ANOTHER, terminology)
        )
    return Drug(
        concepts=concepts,
        ingredients=tuple(sorted(concepts & terminology.drugs.ingredients)),
        code=matches[0].code if matches else "",
        is_by_name=is_by_name,
        is_doubtful=is_denied
        or _any_names(told, BLINDED, terminology)
        or (is_by_name and terminology.identifies("drugs", codes)),
        is_ended=is_ended,
        is_understood=is_understood,
        is_plain=is_plain,
    )


def _is_for_once(resource: Json, names: set[str], terminology: Terminology) -> bool:
    """Tell if a drug is given once, by its times or its names."""
    is_once = is_given_once(resource, terminology)
    return is_once or _is_named_as_single(resource, names, terminology)


def _concepts_of_names(
    names: set[str], resource: Json, terminology: Terminology
) -> frozenset[str]:
    """Return the drugs and groups that the names, or what was swallowed, name."""
    named = frozenset[str]().union(*(_drugs_named(one, terminology) for one in names))
    named |= swallowed(names, resource, terminology)
    return named & terminology.drugs.concepts


def _is_not_taken(
    names: set[str],
    concepts: frozenset[str],
    resource: Json,
    terminology: Terminology,
) -> bool:
    """Tell if words deny a steroid or a bone drug, or say that it is over.

    Args:
        names: names of the drug.
        concepts: what it is; any other drug is not read for that.
        resource: raw JSON.
        terminology: the service's terminology.
    """
    if not concepts & {STEROID, BONE_DRUG}:
        return False
    is_over = _is_of_another(names, terminology)
    is_over = is_over or any(_is_denial(one, terminology) for one in names)
    marked = [marked_later_years(one, resource) for one in names]
    is_over = is_over or any(_is_over(one, terminology) for one in marked)
    if is_over or STEROID not in concepts:
        return is_over
    return _is_said_to_be_over(resource, terminology) or _is_awaited(
        names, resource, terminology
    )


def _without_group(
    concepts: frozenset[str], group: str, terminology: Terminology
) -> frozenset[str]:
    """Leave out a group of drugs, and the drugs of it."""
    groups_of = terminology.drugs.groups_of
    return frozenset(one for one in concepts if group not in groups_of(one))


def _is_of_another(names: Iterable[str], terminology: Terminology) -> bool:
    """Tell if a name of a drug is also that of another person: `the mother's`."""
    of_others = terminology.clauses.joints.persons.search
    return any(of_others(folded(one)) for one in names)


def _is_denial(name: str, terminology: Terminology) -> bool:
    """Tell if a part of a name only denies the drugs in it: `no bisphosphonates`."""
    for part in clauses(folded(name)[:LONGEST_STATEMENT]):
        places = [
            place
            for concept, place in terminology.drug_places(part).items()
            if {STEROID, BONE_DRUG} & set(terminology.drugs.groups_of(concept))
        ]
        if not places:
            continue
        before = part[: min(begins for begins, _ in places)]
        after = _REST_OF_WORD.sub("", part[max(ends for _, ends in places) :], 1)
        # A mark takes the drugs' place, so that only the words around it are judged.
        marked = f"{before}@{after}"
        if terminology.clauses.places(marked, ONLY_DENIED):
            return True
        if terminology.text_concepts(marked, NEVER_TAKEN):
            return True
    return False


def _is_over(name: str, terminology: Terminology) -> bool:
    """Tell if words behind the only drug of a name end it: `- weaned off in May`."""
    plain = folded(name)[:LONGEST_STATEMENT]
    resting = _resting(plain, terminology)
    places = [
        place
        for drug, place in terminology.drug_places(plain).items()
        if drug not in resting
    ]
    if not places:
        return False
    after = _REST_OF_WORD.sub("", plain[max(ends for _, ends in places) :], 1)
    is_alone = terminology.drug_words(after) <= _resting(after, terminology)
    return is_alone and (
        bool(terminology.text_concepts(after, ENDED))
        or _is_last_taken_by(after, LONG_OVER, terminology)
    )


def _was_taken_last(resource: Json, terminology: Terminology) -> bool:
    """Tell if words next to a drug say that it was last taken two years before them.

    The words are as old as their entry, "last taken 2025" written in 2027, or younger.
    """
    latest = _year_written(resource) - YEARS_OVER
    return any(
        _is_last_taken_by(word, max(latest, LONG_OVER), terminology)
        for word in words_aside(resource)
    )


def _year_written(resource: Json) -> int:
    """Return the year in which an entry was written; 0 if it has no day."""
    days = (text(resource.get(element)) for element in WRITTEN)
    return max((int(day[:4]) for day in days if WRITTEN_YEAR.match(day)), default=0)


def marked_later_years(words: str, resource: Json) -> str:
    """Mark the years after that in which words were written: `in 2027+`.

    A rest in such a year is planned.
    """
    begun = max(_year_written(resource), BEGUN)
    return WRITTEN_YEAR.sub(
        lambda year: f"{year[0]}+" if int(year[0]) > begun else year[0], words
    )


def _is_last_taken_by(words: str, year: int, terminology: Terminology) -> bool:
    """Tell if words say that a drug was last taken by the end of a year."""
    if not terminology.kinds.named(folded(words), LAST_TAKEN):
        return False
    return max(map(int, WRITTEN_YEAR.findall(words)), default=year + 1) <= year


def _resting(words: str, terminology: Terminology) -> frozenset[str]:
    """Return what words of a rest name, which is no other drug: `drug holiday`."""
    plain = folded(words)[:LONGEST_STATEMENT]
    places = terminology.drug_places(plain)
    rests = [
        (begins, ends)
        for begins, ends in places.values()
        if terminology.text_concepts(plain[begins:ends], ENDED)
    ]
    return frozenset(
        drug
        for drug, (begins, ends) in places.items()
        if any(start <= begins and ends <= end for start, end in rests)
    )


def _is_said_to_be_over(resource: Json, terminology: Terminology) -> bool:
    """Tell if words next to the name of a drug end it.

    Lists go on saying "active". Of a bone drug every word has to be understood.
    """
    said = (marked_later_years(word, resource) for word in words_aside(resource))
    return _any_names(said, ENDED, terminology) or _was_taken_last(
        resource, terminology
    )


def _is_awaited(names: Iterable[str], resource: Json, terminology: Terminology) -> bool:
    """Tell if a drug is to be begun only after something: `once review is done`."""
    said = [text(dosage.get("text")) for dosage in dosages_of(resource)]
    return any(terminology.kinds.named(one, START_WAITS) for one in (*names, *said))


def _is_ended(
    resource: Json, concepts: frozenset[str], terminology: Terminology
) -> bool:
    """Tell if words next to the name of a bone drug end it, and no other drug.

    Why it was stopped adds nothing to a status that says so.
    """
    is_stopped = text(resource.get("status")) == "stopped"
    said = {**resource, "statusReason": None} if is_stopped else resource
    return _was_taken_last(said, terminology) or any(
        terminology.text_concepts(marked_later_years(word, said), ENDED)
        and terminology.drug_words(word) - _resting(word, terminology) <= concepts
        for word in words_aside(said)
    )


def words_aside(resource: Json) -> list[str]:
    """Return the notes, the dosages and the reason of the status of an entry."""
    words = [text(one.get("text")) for one in objects(resource.get("note"))]
    words += [text(dosage.get("text")) for dosage in dosages_of(resource)]
    reason = resource.get("statusReason")
    for one in reason if isinstance(reason, list) else [reason]:
        words += texts_of(one)
    return words


def _drugs_named(name: str, terminology: Terminology) -> frozenset[str]:
    """Return the drugs that a name names.

    Next to a bone drug, plain words such as `weekly tablet` are its own dose and no
    other drug; an injection may be one.
    """
    named = terminology.drug_words(name)
    groups_of = terminology.drugs.groups_of
    own = {one for one in named if BONE_DRUG in groups_of(one)}
    if ANY_BONE_DRUG not in named or not own - {ANY_BONE_DRUG, BONE_DRUG}:
        return named
    rest = folded(name)
    while place := terminology.drug_places(rest).get(ANY_BONE_DRUG):
        phrase = rest[slice(*place)]
        is_given = terminology.drugs.injection.search(phrase)
        if is_given or not terminology.plain.doses.are_all(phrase):
            return named
        rest = f"{rest[: place[0]]} {rest[place[1] :]}"
    return named - {ANY_BONE_DRUG}


def swallowed(
    names: Iterable[str], resource: Json, terminology: Terminology
) -> frozenset[str]:
    """Return a steroid that is systemic by its route or dosage alone: `9 mg po`.

    Budesonide is mostly inhaled.
    """
    dosages = dosages_of(resource)
    said = [text(dosage.get("text")) for dosage in dosages]
    said += [word for dosage in dosages for word in texts_of(dosage.get("route"))]
    named = (
        terminology.drug_words(f"{name} {words}")
        for name in names
        for words in said
        if terminology.text_concepts(words, SYSTEMIC)
    )
    found = frozenset[str]().union(*named)
    if IF_SWALLOWED not in found:
        return frozenset()
    return frozenset(terminology.drugs.groups_of(IF_SWALLOWED))


def _by_dose(
    concepts: frozenset[str],
    names: Iterable[str],
    resource: Json,
    medication: Json | None,
    terminology: Terminology,
) -> tuple[frozenset[str], bool]:
    """Replace an ingredient by the drug that its dose shows, and tell if that is clear.

    An entry that names both doses is not clear.
    """
    is_clear = True
    for other in terminology.drugs.other_doses.values():
        if concepts.isdisjoint({other.ingredient, other.name}):
            continue
        dose = dose_named(other, frozenset(names), resource, medication, terminology)
        if dose is not Dose.USUAL:
            of_both = terminology.drugs.groups_of(other.name)
            concepts = (concepts - {other.ingredient}) | frozenset(of_both)
        is_clear = is_clear and dose is not Dose.BOTH
    return concepts, is_clear


def _is_understood(
    resource: Json,
    medication: Json | None,
    terminology: Terminology,
    concepts: frozenset[str],
) -> bool:
    """Tell if all that an entry of a bone drug says was understood.

    An order is no dose, so only its names matter here.
    """
    if resource.get("resourceType") == "MedicationRequest":
        return is_plain_title(resource, medication, terminology)
    return is_plain_dose(resource, medication, terminology, concepts)


def read_billed(resource: Json, terminology: Terminology) -> Drug | None:
    """Identify the drug of a procedure or order by its billing code, else by its name.

    Only a drug against osteoporosis or cancer is identified by its name. One that is
    billed as unclassified may be any. The result is None without a drug.
    """
    code = resource.get("code")
    names = texts_of(code)
    matches = _drug_matches(terminology.matches(code), terminology)
    concepts = frozenset(one.concept for one in matches)
    if not concepts:
        by_name = frozenset[str]().union(
            *(drugs_given(name, terminology) for name in names)
        )
        concepts = by_name & terminology.drugs.concepts
    if not concepts:
        is_any = is_unclassified(resource, terminology)
        return Drug(frozenset(), (), "", is_by_name=False) if is_any else None
    concepts, is_clear = _by_dose(concepts, names, resource, None, terminology)
    is_understood = True
    if BONE_DRUG in concepts:
        is_clear &= ANY_BONE_DRUG not in concepts or bool(matches)
        is_understood = is_clear and is_plain_dose(
            resource, None, terminology, concepts
        )
    return Drug(
        concepts,
        tuple(sorted(concepts & terminology.drugs.ingredients)),
        matches[0].code if matches else "",
        is_by_name=not matches,
        is_understood=is_understood,
    )


def is_for_bone(act: Json, terminology: Terminology) -> bool:
    """Tell if a procedure or order is an injection or infusion for osteoporosis.

    It names no drug: its code or words name the act, and its reason the disease.
    """
    reasons = objects(act.get("reasonCode"))
    words = [word for reason in reasons for word in texts_of(reason)]
    words += [text(one.get("display")) for one in objects(act.get("reasonReference"))]
    named = terminology.concepts(reasons).union(
        *(terminology.text_concepts(word, OSTEOPOROSIS) for word in words)
    )
    return not named.isdisjoint(OSTEOPOROSIS) and _is_injection(act, terminology)


def is_billed_for_bone(act: Json, terminology: Terminology) -> bool:
    """Tell if it is one by its code, with which chemotherapy is billed, too."""
    return is_for_bone(act, terminology) and _is_administered(act, terminology)


def _is_administered(act: Json, terminology: Terminology) -> bool:
    codings = terminology.codings(act.get("code"))
    return not terminology.drugs.administered.isdisjoint(codings)


def _is_injection(act: Json, terminology: Terminology) -> bool:
    drugs, code = terminology.drugs, act.get("code")
    titles = [folded(title) for title in texts_of(code)]
    if any(map(drugs.other_injection.search, titles)):
        return False
    if _is_administered(act, terminology):
        return True
    return any(map(drugs.injection.search, titles))


def is_unclassified(resource: Json, terminology: Terminology) -> bool:
    """Tell if a procedure or order bills a drug that neither code nor words name."""
    code = resource.get("code")
    if terminology.drugs.unclassified.isdisjoint(terminology.codings(code)):
        return False
    return terminology.drugs.concepts.isdisjoint(
        terminology.concepts(code)
    ) and not any(
        terminology.drug_words(word)
        for word in texts_of(code)
        if not terminology.languages.is_foreign(word)
    )


def _drug_matches(matches: Iterable[Match], terminology: Terminology) -> list[Match]:
    return [one for one in matches if one.concept in terminology.drugs.concepts]


def _is_local(
    names: Iterable[str],
    resource: Json,
    medication: Json | None,
    terminology: Terminology,
) -> bool:
    """Tell if product, form or route show that the drug acts locally.

    A tablet acts on the whole body, whatever it is taken for, and so does a dose in mg
    a day. The words of a dosage that give a reason say nothing of the place: `daily for
    joint pain`, nor does an injection next to an oral rate: `10 mg daily, after knee
    injection`.
    """
    dosages = dosages_of(resource)
    names = [
        without_asides(without_places(one, terminology), terminology) for one in names
    ]
    is_dosed = any(names_dose(one, terminology) for one in names)
    instructions = [
        _own_words(dosage, terminology, is_dosed=is_dosed) for dosage in dosages
    ]
    places = [*(one.get("route") for one in dosages), member(medication, "form")]
    codes = [*places, *drug_codes(resource, medication)]
    coded = terminology.concepts([one for one in codes if isinstance(one, dict)])
    words = [*names, *(word for place in places for word in texts_of(place))]
    words += [unit for dosage in dosages for unit in _units_of(dosage)]
    told = [*words, *instructions]
    if _any_names(names, LOCAL, terminology):
        # Of an ointment, `0-0-0-1` says how often, and not that it is swallowed.
        told = [_TIMES_OF_DAY.sub(" ", one) for one in told]
    if SYSTEMIC & coded or _any_names(told, SYSTEMIC, terminology):
        return False
    if _any_names((*words, *instructions), INJECTION_ASIDE, terminology):
        return bool(LOCAL & coded)
    letters = (f" {word}" for place in places for word in _letters_of(place))
    if any(map(terminology.drugs.local_form.search, (*names, *letters))):
        return True
    if LOCAL & coded or _any_names(words, LOCAL, terminology):
        return True
    without_reasons = [
        one for one in instructions if not terminology.text_concepts(one, REASON)
    ]
    if _is_systemic_code(codes, terminology):
        # The class is of tablets and injections: a word of the eye or skin is an aside.
        without_reasons = [one for one in without_reasons if is_put(one, terminology)]
    # `1%` of the name may make eyes of `OD`.
    with_names = [f"{name} {one}" for name in names for one in without_reasons]
    return _any_names((*without_reasons, *with_names), LOCAL, terminology)


def _own_words(dosage: Json, terminology: Terminology, *, is_dosed: bool) -> str:
    """Return the words of a dosage without those about another drug or a complaint."""
    words = text(dosage.get("text"))
    if not _is_daily_in_mg(dosage):
        words = without_places(words, terminology, is_dosed=is_dosed)
    elif not is_put(words, terminology):
        # The rate and the dose are elements; only words of a route say more.
        return ""
    return without_asides(words, terminology)


def _is_daily_in_mg(dosage: Json) -> bool:
    """Tell if the elements of a dosage make it a dose in mg, every day or oftener."""
    repeat = member(dosage, "timing", "repeat")
    if text(member(repeat, "periodUnit")) not in {"d", "h"}:
        return False
    return "mg" in _units_of(dosage)


def _units_of(dosage: Json) -> set[str]:
    """Return the units of the amounts of a dosage, and their codes."""
    rates = [dosage, *objects(dosage.get("doseAndRate"))]
    amounts = [dosage.get("dose"), *(one.get("doseQuantity") for one in rates)]
    return {text(member(one, key)).lower() for one in amounts for key in _UNIT}


def _is_systemic_code(codes: Iterable[object], terminology: Terminology) -> bool:
    return any(
        system == ATC and code.startswith(ATC_SYSTEMIC)
        for one in codes
        for system, code in terminology.codings(one)
    )


def _letters_of(place: object) -> Iterator[str]:
    """Yield the words and codes of a route or form.

    Pharmacies write `TOP` there, as they do at the end of a drug's name.
    """
    yield from texts_of(place)
    yield from (text(one.get("code")) for one in objects(member(place, "coding")))


def _any_names(
    words: Iterable[str], among: frozenset[str], terminology: Terminology
) -> bool:
    return any(terminology.text_concepts(word, among) for word in words)


def is_given_once(resource: Json, terminology: Terminology) -> bool:
    """Tell if there are dosages, and each is a single dose, as around an operation."""
    dosages = dosages_of(resource)
    return bool(dosages) and all(_is_single(one, terminology) for one in dosages)


def _is_named_as_single(
    resource: Json, names: Iterable[str], terminology: Terminology
) -> bool:
    """Tell if there is no dosage, and a name is of single doses: `1 h before contrast`.

    At the end of a name `once` and `x1` may lack the rest, as "daily".
    """
    closed = (f"{name} ." for name in names)
    return not dosages_of(resource) and _is_once(closed, terminology)


def _is_once(words: Iterable[str], terminology: Terminology) -> bool:
    single = ONCE | RECURRING
    return any(terminology.text_concepts(one, single) == ONCE for one in words)


def _is_single(dosage: Json, terminology: Terminology) -> bool:
    timing = member(dosage, "timing")
    repeat = member(timing, "repeat")
    if 1 in (member(repeat, "count"), member(repeat, "countMax")):
        return True
    events = member(timing, "event")
    if isinstance(events, list) and len(events) == 1 and not repeat:
        return True
    code = member(timing, "code")
    codes = {text(one.get("code")).upper() for one in objects(member(code, "coding"))}
    words = (text(dosage.get("text")), *texts_of(code))
    return bool(codes & TIMING_ONCE) or _is_once(words, terminology)


def drug_codes(resource: Json, medication: Json | None) -> list[Json]:
    """Return the codes of a medication and its ingredients, inline or referred to."""
    parts = [resource.get("medicationCodeableConcept")]
    if medication is not None:
        ingredients = objects(medication.get("ingredient"))
        parts += [
            medication.get("code"),
            *(one.get("itemCodeableConcept") for one in ingredients),
        ]
    return [part for part in parts if isinstance(part, dict)]


def drug_names(resource: Json, medication: Json | None) -> set[str]:
    """Return texts and displays of a medication and its ingredients."""
    displays = [member(resource, "medicationReference", "display")]
    displays += [
        member(ingredient, "itemReference", "display")
        for ingredient in objects(member(medication, "ingredient"))
    ]
    named = {
        word for code in drug_codes(resource, medication) for word in texts_of(code)
    }
    return named | {word for word in displays if isinstance(word, str) and word}


def drugs_given(words: str, terminology: Terminology) -> frozenset[str]:
    """Return the drugs that the words of a procedure or order name.

    There are none unless one of them is against osteoporosis or cancer.
    """
    named = terminology.drug_words(words)
    return frozenset() if named.isdisjoint(GIVEN_THERE) else named

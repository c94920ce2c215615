"""Tell which drugs act only where they are given, or are given once."""

import re
from collections.abc import Iterable, Iterator

from cds_service.fhir.entries.medication.drugs_over import any_names
from cds_service.fhir.entries.medication.other_doses import dosages_of
from cds_service.fhir.entries.medication.steroid_asides import (
    LOCAL,
    REASON,
    is_put,
    names_dose,
    without_asides,
    without_places,
)
from cds_service.fhir.mapping.drug_table import ATC
from cds_service.fhir.mapping.terminology import Terminology
from cds_service.fhir.raw_json import Json, member, objects, text, texts_of

IF_SWALLOWED = "budesonide"
# Glucocorticoids that act on the whole body, and those that are injected into a joint.
ATC_SYSTEMIC = "H02"
SYSTEMIC = frozenset({"systemic-route"})
ONCE = frozenset({"single-dose"})
# Codes of a timing in HL7's and in local tables: once, at once.
TIMING_ONCE = frozenset({"ONCE", "1X", "STAT"})
RECURRING = frozenset({"recurring-dose"})
INJECTION_ASIDE = frozenset({"injection-aside"})
_UNIT = ("code", "unit")  # of an amount
# How often in a day, as German lists write it of every form: `1-0-1`, `0-0-0-1`.
_TIMES_OF_DAY = re.compile(r"\b[0-9½](?: ?- ?[0-9½]){2,3}\b")


def is_for_once(resource: Json, names: set[str], terminology: Terminology) -> bool:
    """Tell if a drug is given once, by its times or its names."""
    is_once = is_given_once(resource, terminology)
    return is_once or _is_named_as_single(resource, names, terminology)


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


def is_local(
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
    if any_names(names, LOCAL, terminology):
        # Of an ointment, `0-0-0-1` says how often, and not that it is swallowed.
        told = [_TIMES_OF_DAY.sub(" ", one) for one in told]
    if SYSTEMIC & coded or any_names(told, SYSTEMIC, terminology):
        return False
    if any_names((*words, *instructions), INJECTION_ASIDE, terminology):
        return bool(LOCAL & coded)
    letters = (f" {word}" for place in places for word in _letters_of(place))
    if any(map(terminology.drugs.local_form.search, (*names, *letters))):
        return True
    if LOCAL & coded or any_names(words, LOCAL, terminology):
        return True
    without_reasons = [
        one for one in instructions if not terminology.text_concepts(one, REASON)
    ]
    if _is_systemic_code(codes, terminology):
        # The class is of tablets and injections: a word of the eye or skin is an aside.
        without_reasons = [one for one in without_reasons if is_put(one, terminology)]
    # `1%` of the name may make eyes of `OD`.
    with_names = [f"{name} {one}" for name in names for one in without_reasons]
    return any_names((*without_reasons, *with_names), LOCAL, terminology)


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

"""Recognise the dose that a bone drug has if it is given for another disease.

Denosumab of 120 mg every four weeks, against metastases of bone, has the code and the
name of the 60 mg that are given every six months against osteoporosis. The brand, the
strength, an amount or an interval shows which it is. The same holds for zoledronate of
4 mg every three to four weeks (5 mg a year against osteoporosis), and for pamidronate
of 90 mg.
"""

from collections.abc import Iterator
from enum import Enum
from math import inf

from cds_service.fhir.leaves import words_in
from cds_service.fhir.mapping.drug_table import OtherDose
from cds_service.fhir.mapping.terminology import Terminology
from cds_service.fhir.mapping.texts.text_rules import LONGEST_TEXT, folded
from cds_service.fhir.raw_json import Json, member, number, objects, text

_DAYS = {"h": 1 / 24, "d": 1, "wk": 7, "mo": 30, "a": 365}
_WORDS = frozenset({"text", "display", "patientInstruction"})
_WORDED = ("dosage", "dosageInstruction", "note")


class Dose(Enum):
    """The dose that an entry names: the usual one of osteoporosis, another, or both."""

    USUAL = "usual"
    OTHER = "other"
    BOTH = "both"


def dose_named(
    other: OtherDose,
    names: frozenset[str],
    resource: Json,
    medication: Json | None,
    terminology: Terminology,
) -> Dose:
    """Return the dose that an entry names; the usual one if it does not say.

    Args:
        other: the signs of the other dose.
        names: the names of the drug in the entry.
        resource: a request, administration, dispense, statement, procedure or order.
        medication: the Medication that it refers to, if any.
        terminology: the service's terminology.
    """
    words = folded(" \n ".join((*sorted(names), *_words_of(resource))))[:LONGEST_TEXT]
    is_other = (
        other.name in terminology.drug_words(words)
        or other.words.search(words) is not None
        or any(_is_amount_of(one, other) for one in _amounts_of(resource))
        or any(_is_strength_of(one, other) for one in _strengths_of(medication))
        or any(_is_interval_of(one, other) for one in _intervals_of(resource))
        or other.units_billed <= _units_of(resource) <= other.most.get("units", inf)
    )
    if not is_other:
        return Dose.USUAL
    return Dose.BOTH if other.usual.search(words) else Dose.OTHER


def _words_of(resource: Json) -> Iterator[str]:
    """Yield the words of an entry's dosages and notes."""
    yield from words_in({name: resource.get(name) for name in _WORDED}, _WORDS)


def dosages_of(resource: Json) -> list[Json]:
    """List the dosages of a request or statement, or the one of an administration."""
    return [
        *objects(resource.get("dosageInstruction")),
        *objects(resource.get("dosage")),
    ]


def _amounts_of(resource: Json) -> Iterator[Json]:
    """Yield each amount of a dose, and each amount that was handed over."""
    amounts = [
        resource.get("quantity"),
        member(resource, "dispenseRequest", "quantity"),
    ]
    for dosage in dosages_of(resource):
        rates = [dosage, *objects(dosage.get("doseAndRate"))]
        amounts += [dosage.get("dose"), *(one.get("doseQuantity") for one in rates)]
        amounts += [member(one, "doseRange", "high") for one in rates]
    yield from (one for one in amounts if isinstance(one, dict))


def _unit_of(amount: object) -> str:
    return (text(member(amount, "code")) or text(member(amount, "unit"))).lower()


def _is_amount_of(amount: Json, other: OtherDose) -> bool:
    """Tell if an amount is one that only the other dose has."""
    unit = _unit_of(amount)
    least, most = other.least.get(unit), other.most.get(unit, inf)
    value = number(amount.get("value")) or 0
    return least is not None and least <= value <= most


def _strengths_of(medication: Json | None) -> Iterator[Json]:
    for ingredient in objects(member(medication, "ingredient")):
        if isinstance(strength := ingredient.get("strength"), dict):
            yield strength


def _is_strength_of(strength: Json, other: OtherDose) -> bool:
    """Tell if a strength is that of the other dose: 120 mg in 1.7 mL, 70 mg in 1 mL."""
    numerator, denominator = strength.get("numerator"), strength.get("denominator")
    if isinstance(numerator, dict) and _is_amount_of(numerator, other):
        return True
    amount = number(member(numerator, "value"))
    volume = number(member(denominator, "value"))
    if not amount or not volume:
        return False
    is_per_ml = (_unit_of(numerator), _unit_of(denominator)) == ("mg", "ml")
    return is_per_ml and amount / volume >= other.per_ml


def _intervals_of(resource: Json) -> Iterator[float]:
    """Yield the days between two doses, by the dosages' timing."""
    for dosage in dosages_of(resource):
        repeat = member(dosage, "timing", "repeat")
        period = number(member(repeat, "period"))
        unit = _DAYS.get(text(member(repeat, "periodUnit")))
        if period and unit:
            yield period * unit / (number(member(repeat, "frequency")) or 1)


def _is_interval_of(days: float, other: OtherDose) -> bool:
    least, most = other.days
    return least <= days <= most


def _units_of(resource: Json) -> float:
    """Return the units that an order bills."""
    return number(member(resource, "quantityQuantity", "value")) or 0

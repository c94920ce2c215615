"""Identify the drug of a medication resource, by its codes, else by its name."""

from collections.abc import Iterable
from typing import NamedTuple

from cds_service.fhir.entries.coded import Coded
from cds_service.fhir.entries.medication.drug_groups import (
    ANY_BONE_DRUG,
    BONE_DRUG,
    BROAD_ANTIBIOTIC,
    DEEP_INFECTION_DRUG,
    GIVEN_THERE,
    STEROID,
)
from cds_service.fhir.entries.medication.drugs_over import (
    any_names,
    ends_in_words,
    is_not_taken,
    words_aside,
)
from cds_service.fhir.entries.medication.local_drugs import (
    drug_codes,
    is_for_once,
    is_local,
    swallowed,
)
from cds_service.fhir.entries.medication.other_doses import Dose, dose_named
from cds_service.fhir.entries.medication.plain_doses import (
    is_plain_dose,
    is_plain_order,
    is_plain_title,
)
from cds_service.fhir.entries.medication.steroid_asides import without_asides
from cds_service.fhir.mapping.terminology import Match, Terminology
from cds_service.fhir.mapping.texts.text_rules import folded
from cds_service.fhir.raw_json import Json, member, objects, text, texts_of

OSTEOPOROSIS = frozenset({"osteoporosis"})
BY_ANOTHER = frozenset({"by-another-doctor"})
BLINDED = frozenset({"blinded"})
# Groups that count only if the drug acts on the whole body.
BODY_WIDE = frozenset({STEROID, DEEP_INFECTION_DRUG, BROAD_ANTIBIOTIC})


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
    concepts = by_code | by_name
    if STEROID in concepts and is_for_once(resource, names, terminology):
        concepts = _without_group(concepts, STEROID, terminology)
    own_names = names
    if STEROID in concepts:
        own_names = {without_asides(one, terminology) for one in names}
    body_wide = concepts & BODY_WIDE
    if body_wide and is_local(names, resource, medication, terminology):
        for group in sorted(body_wide):
            concepts = _without_group(concepts, group, terminology)
    concepts, is_clear = _by_dose(concepts, names, resource, medication, terminology)

    is_by_name = bool(by_name and not by_code)
    told = (*names, *words_aside(resource))
    is_doubtful = (
        any(map(terminology.clauses.is_not_done, own_names))
        or is_not_taken(names, concepts, resource, terminology)
        or (is_by_name and terminology.identifies("drugs", codes))
        or any_names(told, BLINDED, terminology)
    )
    drug = Drug(
        concepts=concepts,
        ingredients=tuple(sorted(concepts & terminology.drugs.ingredients)),
        code=matches[0].code if matches else "",
        is_by_name=is_by_name,
        is_doubtful=is_doubtful,
    )
    if BONE_DRUG not in concepts:
        return drug
    # "Osteoporosis injection" does not say which bone drug it is.
    is_clear = is_clear and (ANY_BONE_DRUG not in concepts or bool(by_code))
    # A start that is left to another doctor is open.
    is_plain = resource.get("resourceType") != "MedicationRequest" or (
        is_plain_order(resource, medication, terminology, concepts)
        and not any_names(told, BY_ANOTHER, terminology)
    )
    return drug._replace(
        is_ended=ends_in_words(resource, concepts, terminology),
        is_understood=(
            is_clear and _is_understood(resource, medication, terminology, concepts)
        ),
        is_plain=is_plain,
    )


def _concepts_of_names(
    names: set[str], resource: Json, terminology: Terminology
) -> frozenset[str]:
    """Return the drugs and groups that the names, or what was swallowed, name."""
    named = frozenset[str]().union(*(_drugs_named(one, terminology) for one in names))
    named |= swallowed(names, resource, terminology)
    return named & terminology.drugs.concepts


def _without_group(
    concepts: frozenset[str], group: str, terminology: Terminology
) -> frozenset[str]:
    """Leave out a group of drugs, and the drugs of it."""
    groups_of = terminology.drugs.groups_of
    return frozenset(one for one in concepts if group not in groups_of(one))


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


def read_billed(coded: Coded, terminology: Terminology) -> Drug | None:
    """Identify the drug of a procedure or order by its billing code, else by its name.

    Only a drug against osteoporosis or cancer is identified by its name. One that is
    billed as unclassified may be any. The result is None without a drug.
    """
    resource = coded.raw
    names = texts_of(resource.get("code"))
    matches = _drug_matches(coded.matches, terminology)
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

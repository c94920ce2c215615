"""Tells which entries of a record have nothing to do with the stability of the spine.

Only what is known counts: a code in a range of `bystanders.toml`, a name of
`harmless.toml`, words of an order that all are known. Words beside such a code may say
more than it does, and then it does not count.
"""

from collections.abc import Iterable
from typing import Any, Literal

from cds_service.fhir.gathering.fracture_sites import (
    UNSITED,
    fractured_there,
    is_at_vertebra,
)
from cds_service.fhir.gathering.problem_words import is_denial
from cds_service.fhir.leaves import codes_of, words_in
from cds_service.fhir.mapping.code_systems import Listed
from cds_service.fhir.mapping.terminology import Terminology
from cds_service.fhir.raw_json import Json, objects, text, texts_of

# Concepts of the spine that words next to a harmless code may name.
SPINAL = frozenset(
    {
        "prior-spinal-surgery",
        "spinal-surgery-unstated",
        "spinal-instability",
        "unstable-fracture",
        "stable-burst-fracture",
        "neurological-deficit",
        "bone-metastasis",
        "bone-malignancy-ever",
        "malignancy",
        "myeloma",
        "spinal-infection",
        "discitis",
        "vertebral-osteomyelitis",
        "spinal-tuberculosis",
        "leg-weakness",
    }
)
PROBLEM = "Condition"
# Extensions of FHIR's own that tell of another diagnosis.
RULED_OUT = "condition-ruledOut"
CAUSES = ("condition-dueTo", "condition-related", "occurredFollowing")
FRACTURED = frozenset({"vertebral-fracture", "osteoporotic-vertebral-fracture"})
OF_A_FRACTURE = FRACTURED | {"osteoporosis", "pathological-fracture"}
Verdict = Literal["apart", "spinal", "unknown"]


def is_bystander_problem(condition: Json, terminology: Terminology) -> bool:
    """Tell if a condition leaves the spine as stable as it is."""
    code = condition.get("code")
    words = texts_of(code)
    asides = words_beside(condition)
    beside = [*words, *(word for word in asides if not is_denial(word, terminology))]
    if any(_speaks_of_spine(word, terminology, SPINAL | FRACTURED) for word in beside):
        is_denied = all(is_denial(word, terminology) for word in words)
        return bool(words) and not _judged(code, terminology) and is_denied
    beside_it = [_judged(one, terminology) for one in causes_of(condition)]
    if any("spinal" in one for one in beside_it):
        return False
    if _judged(code, terminology) - {"apart"} or fractured_there(
        condition, terminology.concepts(code), terminology
    ):
        return False
    if _judged(code, terminology):
        return True
    if not words:
        return False
    return terminology.harmless.is_social(condition, words) or all(
        terminology.harmless.is_harmless(word) or is_denial(word, terminology)
        for word in words
    )


def is_plain_fracture(
    condition: Json, terminology: Terminology, *, is_old: bool
) -> bool:
    """Tell if a condition is a plain, osteoporotic fracture of a vertebra."""
    code = condition.get("code")
    words = texts_of(code)
    beside = [*words, *words_beside(condition)]
    if any(_speaks_of_spine(word, terminology, SPINAL) for word in beside):
        return False
    if any("spinal" in _judged(one, terminology) for one in causes_of(condition)):
        return False
    is_sited = is_at_vertebra(condition, terminology)
    verdicts = {
        "apart"
        if is_sited and UNSITED in terminology.concepts({"coding": [coding]})
        else _of_fracture(coding, terminology, is_old=is_old)
        for coding in _codings(code)
    } - {"unknown"}
    if verdicts:
        return verdicts == {"apart"}
    return bool(words) and all(
        terminology.harmless.is_harmless(word)
        or terminology.plain.braces.are_all(word, has_lengths=False)
        for word in words
    )


def is_bystander_act(titles: Iterable[Json], terminology: Terminology) -> bool:
    """Tell if titles of an order or a procedure name what leaves the spine alone."""
    listed = list(titles)
    rules = terminology.bystanders
    verdicts = {
        _of_act(coding, terminology) for title in listed for coding in _codings(title)
    } - {"unknown"}
    if verdicts:
        return verdicts == {"apart"} and not any(
            _is_against_code(word, title, terminology)
            for title in listed
            for word in texts_of(title)
        )
    words = [word for one in listed for word in texts_of(one)]
    return bool(words) and all(map(rules.names_act, words))


def _is_against_code(word: str, title: Json, terminology: Terminology) -> bool:
    """Tell if a word speaks against a code that leaves the spine alone.

    A display is the title that the code's system gives it: it does so only if it names
    something of the spine. "Kapselfixierte Hinterkammerlinse" fixes no vertebra.
    """
    if terminology.bystanders.names_act(word):
        return False
    names = {text(coding.get("display")) for coding in _codings(title)}
    if word not in names and terminology.bystanders.is_against(word):
        return True
    return bool(terminology.text_concepts(word) & SPINAL)


def is_bystander_procedure(procedure: Json, terminology: Terminology) -> bool:
    """Tell if a procedure leaves the spine alone, by its code and its notes."""
    return is_bystander_act(objects(procedure.get("code")), terminology) and not any(
        _speaks_of_spine(word, terminology, SPINAL) for word in words_beside(procedure)
    )


def words_beside(entry: Json) -> list[str]:
    """Return an entry's other words: notes, sites, stages, evidence, reasons."""
    named = [
        word
        for key in ("bodySite", "reasonCode", "severity", "complication", "outcome")
        for codeable in objects(entry.get(key))
        for word in texts_of(codeable)
    ]
    inner = [
        word
        for key, part in (("stage", "summary"), ("evidence", "code"))
        for holder in objects(entry.get(key))
        for codeable in objects(holder.get(part))
        for word in texts_of(codeable)
    ]
    notes = [text(one.get("text")) for one in objects(entry.get("note"))]
    times = [text(entry.get(name)) for name in ("onsetString", "abatementString")]
    added = words_in(added_to(entry)) if entry.get("resourceType") == PROBLEM else ()
    return [word for word in (*named, *inner, *notes, *times, *added) if word]


def added_to(condition: Json) -> list[Any]:
    """Return what is added to a diagnosis: its cause, what it rests on, its category.

    What an extension says was ruled out is left out.
    """
    added = [
        extension
        for name in ("extension", "modifierExtension")
        for extension in objects(condition.get(name))
        if not text(extension.get("url")).endswith(RULED_OUT)
    ]
    evidence = (one.get("detail") for one in objects(condition.get("evidence")))
    categories = objects(condition.get("category"))
    named = [{"text": word} for one in categories for word in texts_of(one)]
    return [*added, *filter(None, evidence), *named]


def causes_of(condition: Json) -> list[Json]:
    """List codes of what an extension of a diagnosis calls its cause, or the like."""
    causes = (
        extension
        for extension in objects(condition.get("extension"))
        if text(extension.get("url")).endswith(CAUSES)
    )
    return list(codes_of(list(causes)))


def _speaks_of_spine(
    words: str, terminology: Terminology, concepts: frozenset[str]
) -> bool:
    return terminology.bystanders.is_against(words) or bool(
        terminology.text_concepts(words) & concepts
    )


def _judged(code: Any, terminology: Terminology) -> set[Verdict]:
    """Return what the codings of a diagnosis say.

    Those that nobody knows say nothing.
    """
    return {_of_problem(one, terminology) for one in _codings(code)} - {"unknown"}


def _codings(code: Any) -> list[Json]:
    return [
        coding
        for codeable in objects(code)
        for coding in objects(codeable.get("coding"))
    ]


def _of_problem(coding: Json, terminology: Terminology) -> Verdict:
    rules, codeable = terminology.bystanders, {"coding": [coding]}
    concepts = terminology.concepts(codeable)
    if concepts & (SPINAL | FRACTURED):
        return "spinal"
    if any(rules.is_problem(*one) for one in terminology.codings(codeable)):
        return "apart"
    if concepts and concepts <= rules.problem_concepts:
        return "apart"
    return _otherwise("conditions", coding, concepts, terminology)


def _of_fracture(coding: Json, terminology: Terminology, *, is_old: bool) -> Verdict:
    rules, codeable = terminology.bystanders, {"coding": [coding]}
    codes = terminology.codings(codeable)
    if any(rules.is_fracture(*one, is_old=is_old) for one in codes):
        return "apart"
    concepts = terminology.concepts(codeable)
    is_identified = terminology.identifies("conditions", codeable)
    if not is_identified and concepts and concepts <= OF_A_FRACTURE:
        return "apart"
    return _otherwise("conditions", coding, concepts, terminology)


def _of_act(coding: Json, terminology: Terminology) -> Verdict:
    rules, codeable = terminology.bystanders, {"coding": [coding]}
    concepts = terminology.concepts(codeable)
    if concepts and concepts <= rules.act_concepts:
        return "apart"
    codes = terminology.codings(codeable)
    if not concepts & SPINAL and any(rules.is_act(*one) for one in codes):
        return "apart"
    return _otherwise("procedures", coding, concepts, terminology)


def _otherwise(
    kind: Listed, coding: Json, concepts: frozenset[str], terminology: Terminology
) -> Verdict:
    """Return `spinal` for a code of a system whose codes we know.

    Any other code says nothing.
    """
    is_identified = terminology.identifies(kind, {"coding": [coding]})
    return "spinal" if concepts or is_identified else "unknown"

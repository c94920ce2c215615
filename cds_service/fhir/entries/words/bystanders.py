"""Tell which entries of a record have nothing to do with the stability of the spine.

Such an entry is a bystander only by what is known: a code in a range of
`bystanders.toml`, a name of `harmless.toml`, or words of an order that are all known.
If other words of the entry may say more than its code, the code does not count.
"""

from collections.abc import Iterable
from typing import Any, Literal

from cds_service.fhir.entries.coded import Coded
from cds_service.fhir.entries.words.fracture_sites import (
    UNSITED,
    fractured_there,
    is_at_vertebra,
)
from cds_service.fhir.entries.words.problem_words import is_denial
from cds_service.fhir.leaves import codes_of, words_in
from cds_service.fhir.mapping.codes.code_systems import Listed
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
# Extensions that FHIR defines for another diagnosis.
RULED_OUT = "condition-ruledOut"
CAUSES = ("condition-dueTo", "condition-related", "occurredFollowing")
FRACTURED = frozenset({"vertebral-fracture", "osteoporotic-vertebral-fracture"})
OF_A_FRACTURE = FRACTURED | {"osteoporosis", "pathological-fracture"}
Verdict = Literal["apart", "spinal", "unknown"]


def is_bystander_problem(diagnosis: Coded, terminology: Terminology) -> bool:
    """Tell if a condition has nothing to do with the stability of the spine."""
    condition = diagnosis.raw
    verdicts = _verdicts_on(diagnosis, terminology)
    names = texts_of(condition.get("code"))
    others = [
        word for word in other_words_of(condition) if not is_denial(word, terminology)
    ]
    spinal = SPINAL | FRACTURED
    if any(_names_spine(word, terminology, spinal) for word in (*names, *others)):
        is_denied = all(is_denial(name, terminology) for name in names)
        return bool(names) and not verdicts and is_denied
    if any("spinal" in _verdicts(one, terminology) for one in _causes_of(condition)):
        return False
    is_fracture = fractured_there(condition, diagnosis.concepts, terminology)
    if is_fracture or "spinal" in verdicts:
        return False
    if verdicts:
        return True
    if not names:
        return False
    return terminology.harmless.is_social(condition, names) or all(
        terminology.harmless.is_harmless(name) or is_denial(name, terminology)
        for name in names
    )


def is_plain_fracture(
    condition: Json, terminology: Terminology, *, is_old: bool
) -> bool:
    """Tell if a condition is a plain, osteoporotic fracture of a vertebra.

    Args:
        condition: a Condition.
        terminology: the service's terminology.
        is_old: the fracture is an old one, so codes of later visits count too.
    """
    code = condition.get("code")
    names = texts_of(code)
    words = [*names, *other_words_of(condition)]
    if any(_names_spine(word, terminology, SPINAL) for word in words):
        return False
    if any("spinal" in _verdicts(one, terminology) for one in _causes_of(condition)):
        return False
    is_sited = is_at_vertebra(condition, terminology)
    verdicts = set[Verdict]()
    for coding in _codings(code):
        if is_sited and UNSITED in terminology.concepts({"coding": [coding]}):
            verdicts.add("apart")
        else:
            verdicts.add(_of_fracture(coding, terminology, is_old=is_old))
    verdicts.discard("unknown")
    if verdicts:
        return verdicts == {"apart"}
    return bool(names) and all(
        terminology.harmless.is_harmless(name)
        or terminology.plain.braces.are_all(name, has_lengths=False)
        for name in names
    )


def is_bystander_act(titles: Iterable[Json], terminology: Terminology) -> bool:
    """Tell if titles of an order or a procedure name what leaves the spine alone."""
    listed = list(titles)
    verdicts = {
        _of_act(coding, terminology) for title in listed for coding in _codings(title)
    } - {"unknown"}
    if verdicts:
        return verdicts == {"apart"} and not any(
            _is_against_code(word, title, terminology)
            for title in listed
            for word in texts_of(title)
        )
    words = [word for title in listed for word in texts_of(title)]
    return bool(words) and all(map(terminology.bystanders.names_act, words))


def leaves_spine_alone(titles: Iterable[Json], terminology: Terminology) -> bool:
    """Tell if titles name a bystander, or an ordinary operation of another part.

    Such an operation is no everyday care: only the spine is left alone by it.
    """
    listed = list(titles)
    return is_bystander_act(listed, terminology) or names_operation(listed, terminology)


def names_operation(titles: Iterable[Json], terminology: Terminology) -> bool:
    """Tell if titles name an ordinary operation of another part of the body.

    A code that we know decides before the words do.
    """
    listed = list(titles)
    codings = (coding for title in listed for coding in _codings(title))
    if any(_of_act(coding, terminology) != "unknown" for coding in codings):
        return False
    words = [word for title in listed for word in texts_of(title)]
    return bool(words) and all(map(terminology.harmless_acts.is_operation, words))


def _is_against_code(word: str, title: Json, terminology: Terminology) -> bool:
    """Tell if a word contradicts a code that leaves the spine alone.

    A display is what the code's system calls it, so it contradicts the code only if it
    names something of the spine. "Kapselfixierte Hinterkammerlinse" fixes no vertebra.
    """
    if terminology.bystanders.names_act(word):
        return False
    displays = {text(coding.get("display")) for coding in _codings(title)}
    if word not in displays and terminology.bystanders.is_against(word):
        return True
    return bool(terminology.text_concepts(word) & SPINAL)


def is_bystander_procedure(procedure: Json, terminology: Terminology) -> bool:
    """Tell if a procedure leaves the spine alone, by its code and its notes."""
    return leaves_spine_alone(objects(procedure.get("code")), terminology) and not any(
        _names_spine(word, terminology, SPINAL) for word in other_words_of(procedure)
    )


def other_words_of(entry: Json) -> list[str]:
    """Return the words of an entry outside of its code: notes, sites, stages, reasons.

    For a Condition, the words in extensions and categories count too.
    """
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
    """Return the extensions, details of evidence, and categories of a diagnosis.

    An extension that says what was ruled out is left out.
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


def _causes_of(condition: Json) -> list[Json]:
    """List the codes in extensions that name a diagnosis' cause or a related one."""
    causes = (
        extension
        for extension in objects(condition.get("extension"))
        if text(extension.get("url")).endswith(CAUSES)
    )
    return list(codes_of(list(causes)))


def _names_spine(
    words: str, terminology: Terminology, concepts: frozenset[str]
) -> bool:
    return terminology.bystanders.is_against(words) or bool(
        terminology.text_concepts(words) & concepts
    )


def _verdicts_on(diagnosis: Coded, terminology: Terminology) -> set[Verdict]:
    code = diagnosis.raw.get("code")
    codings = _codings(code)
    if len(codings) != 1 or not isinstance(code, dict):
        return _verdicts(code, terminology)
    # A single coding names what the diagnosis does.
    return {_of_problem(codings[0], diagnosis.concepts, terminology)} - {"unknown"}


def _verdicts(code: Any, terminology: Terminology) -> set[Verdict]:
    """Return the verdicts on the codings of a diagnosis; none on unknown ones."""
    verdicts = {
        _of_problem(one, terminology.concepts({"coding": [one]}), terminology)
        for one in _codings(code)
    }
    return verdicts - {"unknown"}


def _codings(code: Any) -> list[Json]:
    return [
        coding
        for codeable in objects(code)
        for coding in objects(codeable.get("coding"))
    ]


def _of_problem(
    coding: Json, concepts: frozenset[str], terminology: Terminology
) -> Verdict:
    rules, codeable = terminology.bystanders, {"coding": [coding]}
    if concepts & (SPINAL | FRACTURED):
        return "spinal"
    if any(rules.is_problem(*one) for one in terminology.codings(codeable)):
        return "apart"
    if concepts and concepts <= rules.problem_concepts:
        return "apart"
    return _verdict_on_unlisted("conditions", coding, concepts, terminology)


def _of_fracture(coding: Json, terminology: Terminology, *, is_old: bool) -> Verdict:
    rules, codeable = terminology.bystanders, {"coding": [coding]}
    codes = terminology.codings(codeable)
    if any(rules.is_fracture(*one, is_old=is_old) for one in codes):
        return "apart"
    concepts = terminology.concepts(codeable)
    is_identified = terminology.identifies("conditions", codeable)
    if not is_identified and concepts and concepts <= OF_A_FRACTURE:
        return "apart"
    return _verdict_on_unlisted("conditions", coding, concepts, terminology)


def _of_act(coding: Json, terminology: Terminology) -> Verdict:
    rules, codeable = terminology.bystanders, {"coding": [coding]}
    concepts = terminology.concepts(codeable)
    if concepts and concepts <= rules.act_concepts:
        return "apart"
    codes = terminology.codings(codeable)
    if not concepts & SPINAL and any(rules.is_act(*one) for one in codes):
        return "apart"
    return _verdict_on_unlisted("procedures", coding, concepts, terminology)


def _verdict_on_unlisted(
    kind: Listed, coding: Json, concepts: frozenset[str], terminology: Terminology
) -> Verdict:
    """Return `spinal` for a code that we know, or whose system we know; else `unknown`.

    It is asked for codes that no list of bystanders has.
    """
    is_identified = terminology.identifies(kind, {"coding": [coding]})
    return "spinal" if concepts or is_identified else "unknown"

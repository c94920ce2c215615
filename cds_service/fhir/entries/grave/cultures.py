"""Read what microbiology says: where a sample came from, and what grew in it.

A culture states no infection, since samples are contaminated: it leaves one open, of
the blood or of the spine. Cultures of urine, sputum and nose are of every ward. Any
other specimen, and any result that is not plain, is asked about.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Literal

from cds_service.fhir.entries.grave.grave_concepts import (
    MAY_BEAR_ON_SPINE,
    UNJUDGED,
    UNREAD_PROSE,
    UNREAD_REASON,
)
from cds_service.fhir.entries.words.asides import OBSERVATION, VOID
from cds_service.fhir.entries.words.problem_words import in_doubt
from cds_service.fhir.mapping.terminology import Terminology
from cds_service.fhir.mapping.texts.clauses import sentences_once
from cds_service.fhir.mapping.texts.text_rules import LONGEST_TEXT
from cds_service.fhir.raw_json import Json, member, objects, text, texts_of
from cds_service.fhir.references import Targets, are_of_one, contained_in

MICROBIOLOGY = frozenset({"microbiology-report"})
# Categories of any report of the laboratory: HL7 table 0074, LOINC, FHIR.
LABORATORY = frozenset({"LAB", "26436-6", "laboratory"})
LOINC = "http://loinc.org"
V2_0074 = "http://terminology.hl7.org/CodeSystem/v2-0074"
# What grew in blood, in tissue, in any specimen. `service.json` asks for them.
CULTURE_CODES = frozenset(
    {
        *("600-7", "17928-3", "17934-1"),
        *("43408-4", "627-0", "628-8"),
        *("6463-4", "634-6", "635-3", "11475-1"),
    }
)
Site = Literal["blood", "spine", "deep", "everyday", "other"]
Outcome = Literal["positive", "unread", "pending", "negative"]
UNREAD = frozenset(map(in_doubt, (UNREAD_PROSE, MAY_BEAR_ON_SPINE)))
# What other readers leave open in a report whose words are read here.
READ_HERE = UNREAD | frozenset(
    map(in_doubt, (UNJUDGED, UNREAD_REASON, "infection-search", "sample-of-spine"))
)
DEEP = frozenset({in_doubt("deep-infection")})
GROWN: dict[Site, frozenset[str]] = {
    "blood": frozenset({in_doubt("sepsis")}),
    "spine": frozenset({in_doubt("spinal-infection")}),
    "deep": DEEP,
    "other": UNREAD,
}
PENDING_CULTURE = frozenset({in_doubt("infection-search")})
AWAITED_OF: dict[Site, frozenset[str]] = {
    **dict.fromkeys(("blood", "deep", "other"), PENDING_CULTURE),
    # Some grow for longer than a result is awaited.
    "spine": PENDING_CULTURE | UNREAD,
}
# What a culture names that is told in a note or a reason.
PROSE: dict[Site, str] = {"blood": "sepsis", "spine": "spinal-infection"}
SAMPLES = frozenset({"sample-of-spine"})
WORST_FIRST: tuple[Site, ...] = ("spine", "blood", "deep", "other")
# Statuses of a report or a value that may change without a word.
UNFINISHED = frozenset({"registered", "partial", "preliminary", "unknown"})
# Elements in which a report may say something that is not read here.
ELSEWHERE = frozenset({"presentedForm", "media", "_conclusion"})
# Values of an Observation that are read; any other is not understood.
READ_VALUES = frozenset({"valueCodeableConcept", "valueString", "valueBoolean"})
# Rules of `kinds/`.
BLOOD, SPINE, EVERYDAY = "culture-of-blood", "culture-of-spine", "culture-of-ward"
LIMB, PLAIN, SEEDED = "culture-of-limb", "culture-plain", "culture-seeded"
BY_NEEDLE = "culture-by-needle"
INNER, CALLED_NEGATIVE = "culture-deep", "culture-negative-germ"
NOTHING, PENDING, GREW = "culture-negative", "culture-pending", "culture-grew"
_PART = re.compile(r"[,;\n，；、。]|\.(?=\s|$)")
_WORD = re.compile(r"\w")
_GENUS = re.compile(r"\b([A-Z])\.\s+(?=[a-z]{3})")  # E. coli


def is_culture(exam: Json, terminology: Terminology) -> bool:
    """Tell if a report is of microbiology, by its category, code or title.

    Many hospitals keep cultures with all other reports of the laboratory.
    """
    if text(exam.get("resourceType")) != "DiagnosticReport":
        return False
    named = [*objects(exam.get("category")), *objects(exam.get("code"))]
    if any(terminology.concepts(one) & MICROBIOLOGY for one in named):
        return True
    return _is_of_laboratory(exam) and any(
        terminology.search_parts.names_culture(words)
        or terminology.search_parts.names_other_culture(words)
        or bool(CULTURE_CODES & {words})
        for words in _named(exam.get("code"))
    )


def is_culture_value(observation: Json, terminology: Terminology) -> bool:
    """Tell if an Observation says what grew in a culture, by its code.

    Many hospitals send no report of microbiology, or the values beside it.
    """
    return text(observation.get("resourceType")) == OBSERVATION and any(
        system == LOINC and code in CULTURE_CODES
        for system, code in terminology.codings(observation.get("code"))
    )


def as_report(observation: Json) -> Json:
    """Return the report of microbiology that says what such an Observation says."""
    inside = {**observation, "id": "value", "contained": []}
    return {
        "resourceType": "DiagnosticReport",
        "status": observation.get("status"),
        "category": {"coding": {"system": V2_0074, "code": "MB"}},
        "code": observation.get("code"),
        "subject": observation.get("subject"),
        "specimen": observation.get("specimen"),
        "result": {"reference": "#value"},
        "contained": [*objects(observation.get("contained")), inside],
    }


def _is_of_laboratory(exam: Json) -> bool:
    """Tell if every category of a report is of the laboratory; one without has none."""
    codes = {
        text(coding.get("code"))
        for category in objects(exam.get("category"))
        for coding in objects(category.get("coding"))
    }
    return bool(codes) and LABORATORY.issuperset(codes)


def concepts_of_culture(
    report: Json, targets: Targets, terminology: Terminology
) -> frozenset[str]:
    """Return what a report of microbiology leaves open.

    Args:
        report: a report that is not void.
        targets: the results and specimens that came along.
        terminology: the service's terminology.
    """
    words = list(_results_of(report, targets))
    grown = _outcome(words, terminology)
    if grown in ("negative", None) and text(report.get("status")) in UNFINISHED:
        grown = "pending"
    elif grown is None:
        grown = "unread"
    site = _site_of(report, targets, terminology)
    if site == "everyday":
        is_seeded = any(_is_seeded(word, terminology) for word in words if word)
        return DEEP if is_seeded else frozenset()
    if grown == "positive":
        return GROWN[site]
    if grown == "pending":
        return AWAITED_OF[site]
    return UNREAD if grown == "unread" else frozenset()


def grown_in_prose(words: Iterable[str], terminology: Terminology) -> frozenset[str]:
    """Return the infections that notes and reasons name by what grew in a sample.

    "Blood cultures: MSSA" is a sepsis. What grew is of the sample named last before it.
    """
    found = set[str]()
    for sentence in sentences_once(map(with_genus, words)):
        sample: Site | None = None
        for part in filter(None, _parts_of((sentence,))):
            sample = _sample_in(part, terminology) or sample
            if sample in PROSE and _outcome_of(part, terminology) == "positive":
                found.add(PROSE[sample])
    return frozenset(found)


def with_genus(words: str) -> str:
    """Return words without the full stop of a germ's genus, "E. coli"."""
    return _GENUS.sub(r"\1 ", words)


def _sample_in(part: str, terminology: Terminology) -> Site | None:
    """Return where the sample is from that a part of a sentence names, if any."""
    kinds = terminology.kinds
    is_culture = terminology.search_parts.names_culture(part)
    if is_culture and kinds.named(part, (BLOOD,)):
        return "blood"
    is_sample = is_culture or bool(terminology.text_concepts(part, SAMPLES))
    # Bone may be of a limb, where a needle is put too.
    is_sample = is_sample or (
        bool(kinds.named(part, (BY_NEEDLE,))) and not kinds.named(part, (LIMB,))
    )
    if is_sample and kinds.named(part, (SPINE,)):
        return "spine"
    return "everyday" if kinds.named(part, (EVERYDAY,)) else None


def results_to_read(
    report: Json, targets: Targets, terminology: Terminology
) -> list[str]:
    """List the references to results without which a report is not understood.

    What grew in an everyday specimen is not asked for, nor what the report says itself.
    """
    is_void = text(report.get("status")) in VOID
    if is_void or not is_culture(report, terminology):
        return []
    if _site_of(report, targets, terminology) == "everyday":
        return []
    if text(report.get("conclusion")) or report.get("conclusionCode"):
        return []
    addresses = (text(one.get("reference")) for one in objects(report.get("result")))
    return [
        one
        for one in addresses
        if one and not one.startswith("#") and targets.find(one) is None
    ]


def _site_of(report: Json, targets: Targets, terminology: Terminology) -> Site:
    sites = {_site_in(word, terminology) for word in _titles_of(report, targets)} - {
        None
    }
    for site in WORST_FIRST:
        if site in sites:
            return site
    return "everyday" if sites else "other"


def _site_in(words: str, terminology: Terminology) -> Site | None:
    """Return where a title or a specimen says a sample is from; None if it does not."""
    kinds = terminology.kinds
    if len(words) > LONGEST_TEXT:
        return "other"
    named = kinds.named(words, (BLOOD, SPINE, LIMB, INNER, EVERYDAY))
    if BLOOD in named:
        return "blood"
    if SPINE in named or terminology.names_spine(words):
        return "deep" if LIMB in named else "spine"
    if INNER in named:
        return "deep"
    rest = words
    for rule in (EVERYDAY, PLAIN):
        rest = kinds.without(rest, rule)
    if _WORD.search(rest):
        return "other"
    return "everyday" if EVERYDAY in named else None


def _titles_of(report: Json, targets: Targets) -> Iterator[str]:
    """Yield what a report and its specimens are called, and their codes."""
    yield from _named(report.get("code"))
    inside = contained_in(report)
    for specimen in objects(report.get("specimen")):
        yield from filter(None, (text(specimen.get("display")),))
        found = _target(specimen, inside, targets)
        if found is not None and _is_of_subject(found, report):
            yield from _named(found.get("type"))
            yield from _named(member(found, "collection", "bodySite"))


def _results_of(report: Json, targets: Targets) -> Iterator[str]:
    """Yield the words and codes of what grew; an empty one for what was not read."""
    yield from filter(None, (text(report.get("conclusion")),))
    for code in objects(report.get("conclusionCode")):
        yield " | ".join(_named(code))
    if not ELSEWHERE.isdisjoint(report) and not text(report.get("conclusion")):
        yield ""
    yield from _pointed_to(report, "result", report, targets)


def _pointed_to(
    holder: Json, element: str, report: Json, targets: Targets
) -> Iterator[str]:
    """Yield what the values say that a report, or a value of it, points to."""
    inside = contained_in(report)
    for reference in objects(holder.get(element)):
        found = _target(reference, inside, targets)
        if found is None or not _is_of_subject(found, report):
            yield ""
            continue
        yield from _values_of(found)
        if element == "result":
            yield from _pointed_to(found, "hasMember", report, targets)
        elif found.get("hasMember"):
            yield ""


def _values_of(observation: Json) -> Iterator[str]:
    status = text(observation.get("status"))
    if status in VOID:
        return
    if text(observation.get("resourceType")) != OBSERVATION:
        yield ""
        return
    if status in UNFINISHED:
        yield "pending"
    for part in (observation, *objects(observation.get("component"))):
        yield from _value_of(part)
    for note in objects(observation.get("note")):
        yield text(note.get("text"))


def _value_of(part: Json) -> Iterator[str]:
    values = [name for name in part if name.startswith("value")]
    if not READ_VALUES.issuperset(values):
        yield ""
    if not (values or part.get("component") or part.get("hasMember")):
        yield "" if part.get("dataAbsentReason") else "pending"
    if isinstance(answer := part.get("valueBoolean"), bool):
        yield "positive" if answer else "negative"
    yield from filter(None, (text(part.get("valueString")),))
    if value := part.get("valueCodeableConcept"):
        yield " | ".join(_named(value))


def _target(
    reference: Json, inside: Mapping[str, Json | None], targets: Targets
) -> Json | None:
    address = text(reference.get("reference"))
    return inside.get(address) if address.startswith("#") else targets.find(address)


def _is_of_subject(found: Json, report: Json) -> bool:
    """Tell if what a report points to is of its own patient; inside it, it may be."""
    subject = report.get("subject")
    return are_of_one(found.get("subject", subject), subject)


def _named(codeable: object) -> Iterator[str]:
    """Yield the words of a CodeableConcept; of a coding without a word its code."""
    words = [word for one in objects(codeable) for word in texts_of(one)]
    codes = [
        text(coding.get("code"))
        for one in objects(codeable)
        for coding in objects(one.get("coding"))
    ]
    yield from words or filter(None, codes)


def _outcome(results: Iterable[str], terminology: Terminology) -> Outcome | None:
    """Return the worst that results say; None if there is none."""
    found = {_outcome_of(part, terminology) for part in _parts_of(results)}
    outcomes: tuple[Outcome, ...] = ("positive", "unread", "pending", "negative")
    return next((one for one in outcomes if one in found), None)


def _parts_of(results: Iterable[str]) -> Iterator[str]:
    for words in results:
        if not words or len(words) > LONGEST_TEXT:
            yield ""
        else:
            yield from filter(_WORD.search, _PART.split(words))


def _outcome_of(part: str, terminology: Terminology) -> Outcome:
    kinds = terminology.kinds
    if not part:
        return "unread"
    rest = kinds.without(part, NOTHING)
    if not _WORD.search(rest):
        return "negative"
    if not _WORD.search(kinds.without(rest, PENDING)):
        return "pending"
    is_grown = bool(kinds.named(rest, (GREW,)))
    is_denied = terminology.clauses.denies(kinds.without(part, CALLED_NEGATIVE))
    return "positive" if is_grown and not is_denied else "unread"


def _is_seeded(words: str, terminology: Terminology) -> bool:
    """Tell if words name a germ that goes to the spine from any organ."""
    return any(
        terminology.kinds.named(part, (SEEDED,))
        and _outcome_of(part, terminology) != "negative"
        and not terminology.clauses.denies(part)
        for part in _parts_of((words,))
    )

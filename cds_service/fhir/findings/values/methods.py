"""Judge how a value was measured: accepted, unknown, or another quantity.

The table `[method]` in a finding's file decides. The code, method, device, body site,
notes and components of the Observation are searched for words. The performer is not,
since it says nothing about the method.
"""

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from cds_service.core.vocabulary import Method, QuantitySpec
from cds_service.fhir.findings.chart import Chart, Reading
from cds_service.fhir.findings.values.names_of_measures import names_of_code
from cds_service.fhir.findings.values.observations import device_words
from cds_service.fhir.findings.values.quantities import Measured, Refused
from cds_service.fhir.mapping.codes.expansions import SNOMED
from cds_service.fhir.mapping.levels.from_words import LevelRules
from cds_service.fhir.mapping.levels.level_names import LEVELS, in_order
from cds_service.fhir.mapping.texts.clauses import sentences
from cds_service.fhir.mapping.texts.text_rules import LONGEST_TEXT
from cds_service.fhir.raw_json import member, objects, text, texts_of

NEXT_TO_FRACTURE = "next to the fracture"
OF_A_SAMPLE = "of a sample, not of the patient"
TOO_LONG = "described in more words than are read"
NO_VERTEBRA = "its body site is not known as a vertebral body of T1 to L5"
NO_LEVELS = frozenset({"T1", "T2"})  # in words about an image, MRI sequences
# Notes cover more than the measurement: sentences about the fracture do not say where
# the value was measured.
ABOUT_FRACTURE = ("about-fracture",)


class Place(NamedTuple):
    """The vertebrae of a value, compared with those that the finding requires.

    Attributes:
        site: for people; empty if the finding fixes it, or it is not stated.
        is_right: it is known to be where the finding requires.
        elsewhere: why it is of other vertebrae; empty if it may be of the right ones.
    """

    site: str
    is_right: bool
    elsewhere: str


def judge_method(
    measured: Measured, spec: QuantitySpec, chart: Chart
) -> Measured | Refused:
    """Compare the method on record with what the finding requires; add the site."""
    method, reading = spec.method, measured.reading
    if method is None:
        return measured
    chart.check_time()
    plain = chart.terminology.plain.values
    samples = objects(reading.entry.raw.get("specimen"))
    if not all(plain.are_all(text(sample.get("display"))) for sample in samples):
        return measured.refused("other-method", OF_A_SAMPLE)
    words, notes = tuple(_words_on_measuring(reading)), reading.notes
    if sum(map(len, (*words, *notes))) > LONGEST_TEXT:
        unknown = measured._replace(is_method_known=False)
        return unknown.refused("other-method", TOO_LONG)
    named = _methods_named(words, notes, method, chart)
    of_title = _methods_named(words, (), method, chart)
    against = [why for name, why in method.other.items() if name in named]
    against += [why for name, why in method.elsewhere.items() if name in of_title]
    other = next(iter(against), "")
    is_known = _is_required(reading, method, named)
    if method.levels is None:
        judged = measured._replace(is_method_known=is_known)
    else:
        place = _place(reading, method.levels, words, chart)
        other = other or place.elsewhere
        is_known = is_known and place.is_right
        judged = measured._replace(site=place.site, is_method_known=is_known)
    return judged.refused("other-method", other) if other else judged


def _methods_named(
    words: Iterable[str], notes: Iterable[str], method: Method, chart: Chart
) -> frozenset[str]:
    """Return those of the method's rules that the words or notes name."""
    methods, ways = chart.terminology.methods, method.ways
    return frozenset[str]().union(
        *(methods.named(one, ways) for one in {*words}),
        *(methods.named(note, ways) for note in notes),
    )


def _is_required(reading: Reading, method: Method, named: frozenset[str]) -> bool:
    """Tell if a value is known, by code or words, to be measured as required."""
    systems = tuple(f"{system}|" for system in method.systems)
    is_coded = reading.match.code.startswith(systems)
    is_named = is_coded or named.issuperset(method.all_of)
    return is_named and named.isdisjoint(method.none_of)


def _place(
    reading: Reading, expected: tuple[str, ...], words: Sequence[str], chart: Chart
) -> Place:
    """Find the vertebrae of a value by body site or words, else by its notes.

    Args:
        reading: the value.
        expected: the vertebrae that the finding requires; none if any will do.
        words: about the measurement itself.
        chart: the patient's record.
    """
    rules, methods = chart.terminology.levels, chart.terminology.methods
    of_site = _site_levels(reading, chart)
    levels = of_site or _levels_in(words, rules)
    elsewhere = _elsewhere(levels, expected)
    of_value = (
        sentence
        for note in reading.notes
        for sentence in sentences(note)
        if not methods.named(sentence, ABOUT_FRACTURE)
    )
    levels = levels or _levels_in(of_value, rules)
    if expected:
        return Place("", levels == expected, elsewhere)
    if not _is_vertebral(reading, chart):
        elsewhere = NO_VERTEBRA
    site = ", ".join(levels)
    if not of_site:
        # `reading.words` add the display of our own code for that vertebra.
        everything = "\n".join((*words, *reading.notes, *reading.words))
        is_beside = methods.named(everything, ("beside-fracture",))
        site = NEXT_TO_FRACTURE if is_beside else site
    return Place(site, is_right=True, elsewhere=elsewhere)


def _is_vertebral(reading: Reading, chart: Chart) -> bool:
    """Tell if all that the body site says is a vertebral body, or it says nothing.

    Another organ, bone or part of the vertebra is denser or softer than the body.
    """
    words, terminology = reading.site_words, chart.terminology
    if not all(map(terminology.plain.places.are_all, words)):
        return False
    # A local code may only repeat its words; a code of SNOMED CT is a place itself.
    codings = objects(member(reading.entry.raw.get("bodySite"), "coding"))
    bare = [
        {"coding": [coding]}
        for coding in codings
        if not coding.get("display")
        and (coding.get("system") == SNOMED or not any(words))
    ]
    return all(
        terminology.translate("vertebral-level", one)
        or "lumbar-spine-site" in terminology.concepts(one)
        for one in bare
    )


def _elsewhere(levels: tuple[str, ...], expected: tuple[str, ...]) -> str:
    """Say why these vertebrae are not those of the study; empty if they may be."""
    if len(levels) > 2 and not set(levels) <= set(expected):
        return "a mean over several levels"
    if levels and expected and not set(levels) & set(expected):
        return (
            f"measured at {' and '.join(levels)}, in the study at"
            f" {' to '.join(expected)}"
        )
    return ""


def _site_levels(reading: Reading, chart: Chart) -> tuple[str, ...]:
    site = reading.entry.raw.get("bodySite")
    coded = in_order(
        frozenset(chart.terminology.translate("vertebral-level", site)) & set(LEVELS)
    )
    return coded or _levels_in(reading.site_words, chart.terminology.levels)


def _levels_in(texts: Iterable[str], rules: LevelRules) -> tuple[str, ...]:
    return in_order(
        {level for words in texts for level in rules.named(words)} - NO_LEVELS
    )


def _words_on_measuring(reading: Reading) -> Iterable[str]:
    """Yield words about the measurement itself, element by element."""
    observation = reading.entry.raw
    yield from names_of_code(reading.holder.get("code"))
    for name in ("method", "bodySite"):
        yield from _of_coded(observation.get(name))
    yield from device_words(observation)
    for name in ("basedOn", "partOf", "derivedFrom"):
        yield from (text(one.get("display")) for one in objects(observation.get(name)))
    if reading.is_component:
        yield from names_of_code(observation.get("code"))
        return
    for component in objects(observation.get("component")):
        yield from _of_component(component)


def _of_coded(codeable: Any) -> list[str]:
    """Return text and displays, or the bare code if there are none.

    DICOM writes `CT` and `MR`.
    """
    if not codeable:  # of most values
        return []
    bare = [
        text(coding.get("code"))
        for coding in objects(member(codeable, "coding"))
        if not coding.get("display")
    ]
    return [*texts_of(codeable), *bare]


def _of_component(component: Any) -> Iterable[str]:
    """Yield `contrast: none`, `tube voltage: 120 kV`."""
    value, answer = component.get("valueQuantity"), component.get("valueBoolean")
    parts = [
        *_of_coded(component.get("valueCodeableConcept")),
        text(component.get("valueString")),
    ]
    if isinstance(value, dict):
        parts.append(f"{value.get('value')} {text(value.get('unit'))}")
    if isinstance(answer, bool):
        parts.append("yes" if answer else "none")
    for name in _of_coded(component.get("code")):
        yield ": ".join((name, " ".join(filter(None, parts))))

"""Recognise what segmentation tools print in JSON, and refuse each number by name.

TotalSegmentator: `statistics.json`, `spine_report.json`, `contrast_phase.json`. BOA:
`bca-measurements.json`.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from cds_service.fhir.raw_json import Json
from cds_service.measures.values import NotTaken, Source

TOTAL = "TotalSegmentator"
VOLUME = "a volume, not the area of one slice"
ILIOPSOAS = "iliopsoas, not the psoas; and a volume, not the area of one slice"
AUTOCHTHONOUS = (
    "all muscles of the back together, not multifidus and erector spinae; and a volume,"
    " not an area"
)
WHOLE_VERTEBRA = (
    "intensity of the whole vertebra with cortex and arch, not HU of its trabecular"
    " bone"
)
BODY_COMPOSITION = (
    "all muscle, fat or bone of the slices, none of them a muscle of a measure here"
)
HEIGHTS = "height of a vertebra, no measure that is read here"
NO_NUMBER = "no measurement"
MOST = 40  # sentences of one file

# Why volume and intensity of a class are not taken, by the beginning of its name.
CLASSES: Mapping[str, tuple[str, str]] = {
    "vertebrae": (VOLUME, WHOLE_VERTEBRA),
    "iliopsoas": (ILIOPSOAS, ILIOPSOAS),
    "autochthon": (AUTOCHTHONOUS, AUTOCHTHONOUS),
}


def read_segmentation(name: str, document: Any, digest: str) -> Source | None:
    """Refuse, by name, every number in a file that might be taken for one of ours.

    The result is None if the file is not of one of these tools.
    """
    if not isinstance(document, dict):
        return None
    for kind, is_of_kind, reasons in KINDS:
        if is_of_kind(document):
            numbers = [NotTaken(name, what, why) for what, why in reasons(document)]
            refused = numbers[:MOST] or [NotTaken(name, kind, NO_NUMBER)]
            if len(numbers) > MOST:
                refused.append(
                    NotTaken(
                        name, f"{len(numbers) - MOST} more", "for the same reasons"
                    )
                )
            return Source(name=name, kind=kind, identity=digest, refused=tuple(refused))
    return None


def _is_statistics(document: Json) -> bool:
    parts = [part for part in document.values() if isinstance(part, dict)]
    return (
        bool(parts)
        and len(parts) == len(document)
        and all({"volume", "intensity"} <= part.keys() for part in parts)
    )


def _of_statistics(document: Json) -> Iterator[tuple[str, str]]:
    others = 0
    for name, structure in document.items():
        # What is not in the image has a volume and an intensity of 0.
        if not structure.get("volume"):
            continue
        reasons = next(
            (reasons for start, reasons in CLASSES.items() if name.startswith(start)),
            None,
        )
        if reasons is None:
            others += 1
            continue
        if reasons[0] == reasons[1]:
            yield name, reasons[0]
        else:
            yield f"{name} volume", reasons[0]
            yield f"{name} intensity", reasons[1]
    if others:
        yield f"{others} other structures", "none of a measure here"


def _is_spine_report(document: Json) -> bool:
    results = document.get("results")
    return isinstance(results, dict) and any(
        str(key).startswith("vertebrae_") for key in results
    )


def _of_spine_report(document: Json) -> Iterator[tuple[str, str]]:
    for name in document["results"]:
        if "_volume" in name:
            yield name, VOLUME
        elif "_intensity" in name:
            yield name, WHOLE_VERTEBRA
        elif "_height" in name:
            yield name, HEIGHTS
        else:
            yield name, "none of a measure here"


def _is_phase(document: Json) -> bool:
    return {"phase", "probability"} <= document.keys() or "pi_time" in document


def _of_phase(_document: Json) -> Iterator[tuple[str, str]]:
    yield (
        "contrast phase",
        (
            "says how a CT was made, measures nothing; name it in --method or in the"
            " column method"
        ),
    )


def _is_body_composition(document: Json) -> bool:
    return isinstance(document.get("aggregated"), dict) or (
        isinstance(document.get("slices"), list) and "body_parts" in document
    )


def _of_body_composition(document: Json) -> Iterator[tuple[str, str]]:
    aggregated = document.get("aggregated")
    for region in aggregated if isinstance(aggregated, dict) else ("slices",):
        yield f"measurements of {region}", BODY_COMPOSITION


KINDS: tuple[
    tuple[str, Callable[[Json], bool], Callable[[Json], Iterator[tuple[str, str]]]], ...
] = (
    (f"{TOTAL}, statistics", _is_statistics, _of_statistics),
    (f"{TOTAL}, spine report", _is_spine_report, _of_spine_report),
    (f"{TOTAL}, contrast phase", _is_phase, _of_phase),
    ("BOA, body composition", _is_body_composition, _of_body_composition),
)

"""Find word tables that would not be read, and codes that contradict each other.

The words of a table under a misspelt name would simply be absent.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from difflib import get_close_matches
from itertools import combinations
from pathlib import Path

from cds_service.core.data_file import label, read_toml
from cds_service.core.vocabulary import FindingSpec, QuantitySpec
from cds_service.errors import DataFileError, DataFileErrors
from cds_service.fhir.mapping.files.language import Language
from cds_service.fhir.mapping.files.overlay import files_in_force, required
from cds_service.fhir.mapping.harmless import bystander_rules
from cds_service.fhir.mapping.terminology import Terminology

# Tables of `texts/` that are no concept of a code. Their words deny or suspect what a
# text names, or tell apart what no code does. The program asks for them by name.
HELPERS = frozenset(
    {
        "denial",
        "whole-denial",
        "suspicion",
        "not-done",
        "occasion",
        "declined",
        "not-worn",
        "asked-in-title",
        "grave-in-title",
        "taken-off",
        "kept-on",
        "brace-visit",
        "withdrawn",
        "held",
        "other-order",
        "orders-first",
        "purpose",
        "asks-for",
        "aside",
        "who",
        "fracture-elsewhere",
        "fracture-liaison",
        "hospice-care",
        "old-fracture",
        "long-standing",
        "not-this-level",
        "only-this-level",
        "other-at-level",
        "perhaps-this-level",
        "treated-here",
        "spine",
        "tlso",
        "lso",
        "jewett-brace",
        "lumbar-brace",
        "answer-no",
        "answer-yes",
        "left-side",
        "right-side",
        "dominant-hand",
        "exam-contrast",
        "exam-ct",
        "exam-lumbar",
        "exam-mri",
        "exam-other",
        "exam-trunk",
        "dxa-method",
        "bioimpedance",
        "ct-derived-density",
        "t-score-elsewhere",
        "reason-of-dose",
        "injection-aside",
        "oral-rate",
        "by-another-doctor",
        "oral-dose",
        "route-of-its-own",
        "local-place",
        "other-act-aside",
        "drug-was-taken",
        "recurring-dose",
        "single-dose",
        "limited-course",
        "drug-ended",
        "drug-to-stop",
        "blinded",
        "goes-on",
        "steroid-named",
        "steroid-denied",
        "steroid-put",
    }
)
# Keys of a finding whose concepts are refused, or leave it open.
_AGAINST = ("never", "unclear")


def check_names(
    folders: Sequence[Path],
    specs: Mapping[str, FindingSpec],
    terminology: Terminology,
) -> None:
    """Refuse names that do not exist, and codes that contradict each other.

    Raises:
        DataFileError: names file, table and key of each.
    """
    faults = [
        *_unknown_tables(folders, terminology),
        *_unknown_bystanders(folders, terminology),
        *_contradictions(specs, terminology),
    ]
    if faults:
        raise DataFileErrors(faults)


def _unknown_tables(
    folders: Sequence[Path], terminology: Terminology
) -> Iterator[DataFileError]:
    known = terminology.names | HELPERS
    keys = {
        (field.alias or name).replace("_", "-")
        for name, field in Language.model_fields.items()
    }
    units = terminology.durations.words.units
    for path in files_in_force(folders, "texts", ".toml").values():
        content = read_toml(path)
        for table in content.keys() - keys - known:
            message = (
                "is no concept, so its words would not be read: add"
                f" valueset/{table}.json, or mend the name{_meant(table, known)}"
            )
            yield DataFileError(label(path), table, message)
        for unit in content.get("durations", {}).get("units", {}).keys() - units.keys():
            message = f"is no unit of durations.toml: {', '.join(units)}"
            yield DataFileError(label(path), f"durations.units.{unit}", message)


def _unknown_bystanders(
    folders: Sequence[Path], terminology: Terminology
) -> Iterator[DataFileError]:
    known = terminology.names | HELPERS
    path, content = required(
        folders, bystander_rules.FILE, bystander_rules.BystandersFile
    )
    for table, concepts in (
        ("problem-concepts", content.problem_concepts),
        ("act-concepts", content.act_concepts),
    ):
        for name in sorted(concepts.names - known):
            message = f"{name} is no concept{_meant(name, known)}"
            yield DataFileError(label(path), f"{table}.names", message)


def _contradictions(
    specs: Mapping[str, FindingSpec], terminology: Terminology
) -> Iterator[DataFileError]:
    """Yield codes in two concepts of which a finding takes only one.

    The concepts of quantities are different measures, sites or sides, so a code may be
    in one of them alone.
    """
    pairs: dict[tuple[str, str], str] = {}
    quantities: list[str] = []
    for spec in specs.values():
        taken = getattr(spec, "value_sets", ())
        against = (one for key in _AGAINST for one in getattr(spec, key, ()))
        pairs |= {(ours, other): spec.name for other in against for ours in taken}
        if isinstance(spec, QuantitySpec):
            quantities += [one for one in taken if one not in quantities]
    pairs |= dict.fromkeys(combinations(quantities, 2), "")
    for (ours, other), finding in pairs.items():
        if ours == other or not {ours, other} <= terminology.names:
            continue
        # a class of codes is a rule of last resort: a listed code outweighs it
        shared = {*terminology.codes(ours)} & {*terminology.codes(other)}
        for system, code in sorted(shared):
            why = (
                f"the finding {finding} takes the one and not the other"
                if finding
                else "they are two measures"
            )
            message = f"{system}|{code} is in {other} too, and {why}"
            yield DataFileError(f"valueset/{ours}.json", "compose", message)


def _meant(name: str, known: Collection[str]) -> str:
    near = get_close_matches(name, sorted(known), 2)
    return f"; did you mean {' or '.join(near)}?" if near else ""

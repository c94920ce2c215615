"""What was learned of local codes, and the ConceptMap that proposes their meanings."""

from dataclasses import dataclass
from typing import Any

from cds_service.fhir.learning.answer_costs import NO_COST, Cost, Kind
from cds_service.fhir.mapping.codes.code_systems import MEASURES, ORDERS
from cds_service.fhir.mapping.codes.mapping_files import UNIT_PROPERTY

WITHHELD = "(text not shown)"


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """A local code, and what it may mean.

    Attributes:
        kind: for `problem` and `drug`, nothing is proposed: the code is of an entry
            that is not understood, so that its list denies nothing.
        text: the code's own text.
        units: those of the records, the most frequent first; an empty text for none.
        seen: number of resources or components with this code.
        cost: number of answers that lacked something without it.
        proposed: a code of ours; empty if no word says what it is.
        unit: UCUM unit to be implied if the record has none; empty if none is needed
            or none can be told.
        why: the reasons for the proposal, as phrases.
    """

    kind: Kind
    system: str
    code: str
    text: str
    units: tuple[str, ...]
    seen: int
    cost: Cost = NO_COST
    proposed: str = ""
    unit: str = ""
    why: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class UnknownUnit:
    """A spelling of a unit that `units.toml` lacks, under a code known or proposed.

    Attributes:
        unit: the unit as written.
        seen: number of values with it.
        records: number of calls or charts with such a value.
        codes: the codes of these values.
    """

    unit: str
    seen: int
    records: int
    codes: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class UnreadTitle:
    """The title of a local code that a map knows, with words that no list has.

    Attributes:
        system, code: the local code.
        text: its title, as a proposal shows it.
        concept: what the map says that it orders.
        folder: of `mappings/`, where a site's file of these words belongs.
        left: the words that are not known.
        seen: number of resources with this code.
    """

    system: str
    code: str
    text: str
    concept: str
    folder: str
    left: tuple[str, ...]
    seen: int


@dataclass(frozen=True, slots=True)
class Learned:
    """The result of learning; each list begins with what cost the most answers.

    Attributes:
        proposals: codes whose words say what they may mean.
        others: codes that no word explains.
        units: units that are not known.
        answers: number of calls that were due an answer, and of charts.
        titles: those of local codes that a map knows, the most frequent first.
    """

    proposals: tuple[Proposal, ...]
    others: tuple[Proposal, ...]
    units: tuple[UnknownUnit, ...]
    answers: int = 0
    titles: tuple[UnreadTitle, ...] = ()


def times(count: int) -> str:
    """Write how often: `once`, `12 times`."""
    return "once" if count == 1 else f"{count} times"


def concept_map(name: str, learned: Learned) -> dict[str, Any]:
    """Return the proposals as a ConceptMap of a site folder.

    Its status is draft: the service refuses it until a person has read each line and
    made it active.
    """
    groups: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for proposal in learned.proposals:
        if not proposal.system:
            continue
        why = "; ".join(proposal.why)
        target: dict[str, Any] = {
            "code": proposal.proposed,
            "equivalence": "equivalent",
            "comment": f"proposal, seen {times(proposal.seen)}; {why}",
        }
        if proposal.unit:
            depends = {"property": UNIT_PROPERTY, "value": proposal.unit}
            target["dependsOn"] = [depends]
        element: dict[str, Any] = {"code": proposal.code}
        if proposal.text != WITHHELD:
            element["display"] = proposal.text
        element["target"] = [target]
        ours = MEASURES if proposal.kind == "measure" else ORDERS
        groups.setdefault((proposal.system, ours), []).append(element)
    lines = [
        {"source": source, "target": to, "element": elements}
        for (source, to), elements in groups.items()
    ]
    document: dict[str, Any] = {
        "resourceType": "ConceptMap",
        "id": name,
        "title": (
            "Proposal by `mappings learn`: read each line, take out what is wrong, then"
            " set status to active"
        ),
        "status": "draft",
    }
    if lines:
        document["group"] = lines
    return document

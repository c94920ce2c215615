"""One grave fact in every place of a record, and every door of the service that reads.

A fact is told by a code or in words; a place puts it into the record, or into the
orders; a door asks the service about that patient.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from tests.chart_builders import (
    CPT,
    ICD,
    SCT,
    Resource,
    codeable,
    days_ago,
    drafted,
    inpatient,
    of_patient,
    problem,
)

GM = "http://fhir.de/CodeSystem/bfarm/icd-10-gm"
TERMINOLOGY = "http://terminology.hl7.org/CodeSystem"
RADIOLOGY = codeable(f"{TERMINOLOGY}/v2-0074", "RAD")
PROVISIONAL = codeable(f"{TERMINOLOGY}/condition-ver-status", "provisional")
OF_THE_STAY = codeable(f"{TERMINOLOGY}/condition-category", "encounter-diagnosis")


@dataclass(frozen=True)
class Fact:
    """Something that must not be passed over.

    Attributes:
        kind: what the doors must not do next to it; see `test_doors`.
        german: of ICD-10-GM.
    """

    name: str
    kind: str
    icd: str
    german: str
    snomed: str
    english: str
    in_german: str


# "xqz" is what nobody understands.
FACTS = (
    *(
        Fact(name, "cause", *codes)
        for name, *codes in (
            ("metastasis", "C79.51", "C79.5", "94222008", "Bone metastases", "Knochenmetastasen"),
            ("myeloma", "C90.00", "C90.00", "109989006", "Multiple myeloma", "Multiples Myelom"),
            ("breast cancer", "C50.911", "C50.9", "254837009", "Breast cancer", "Mammakarzinom"),
            ("discitis", "M46.46", "M46.46", "202756004", "Spondylodiscitis", "Spondylodiszitis"),
            ("abscess", "G06.1", "G06.1", "61974008", "Epidural abscess", "Epiduralabszess"),
            ("sepsis", "A41.9", "A41.9", "91302008", "Sepsis", "Sepsis"),
            ("cancer drug", "Z79.811", "", "", "on letrozole", "unter Letrozol"),
        )
    ),
    *(
        Fact(name, "deficit", *codes)
        for name, *codes in (
            ("paraplegia", "G82.20", "G82.29", "60389000", "Paraplegia", "Querschnittslähmung"),
            ("cauda", "G83.4", "G83.49", "192970008", "Cauda equina syndrome", "Cauda-equina-Syndrom"),
            ("foot drop", "M21.371", "M21.37", "6077001", "Foot drop", "Fußheberschwäche"),
        )
    ),
    *(
        Fact(name, "stability", *codes)
        for name, *codes in (
            ("unstable", "S32.012A", "", "", "Unstable burst fracture L1", "Instabile Berstungsfraktur LWK 1"),
            ("instability", "M53.2X6", "M53.26", "", "Spinal instability", "Instabilität der Wirbelsäule"),
        )
    ),
    *(
        Fact(name, "fracture", *codes)
        for name, *codes in (
            ("L3", "S32.030A", "", "", "Compression fracture L3", "LWK-3-Fraktur"),
            ("T12", "S22.080A", "S22.06", "", "Acute compression fracture T12", "Frische BWK-12-Fraktur"),
        )
    ),
    *(
        Fact(name, "raising", *codes)
        for name, *codes in (
            ("earlier", "Z87.310", "", "", "Old compression fracture T11", "Z.n. BWK-11-Fraktur 2019"),
            ("sequela", "S22.080S", "", "", "Previous vertebral fracture", "Alte Wirbelfraktur"),
            ("hip", "S72.001A", "S72.00", "5913000", "Hip fracture", "Schenkelhalsfraktur"),
            ("steroid", "Z79.52", "", "", "long-term prednisone", "Dauertherapie mit Prednisolon"),
            ("dialysis", "Z99.2", "Z99.2", "", "on dialysis", "Dialyse"),
            ("kidney", "N18.4", "N18.4", "431857002", "eGFR 20", "eGFR 20"),
            ("dementia", "F03.90", "F03", "52448006", "Dementia", "Demenz"),
            ("parkinson", "G20", "G20.00", "49049000", "Parkinson's disease", "Morbus Parkinson"),
            ("falls", "R29.6", "R29.6", "", "Repeated falls", "Rezidivierende Stürze"),
        )
    ),
    *(
        Fact(name, "drug", *codes)
        for name, *codes in (
            ("denosumab", "", "", "", "Prolia last given March 2026", "Prolia zuletzt März 2026"),
            ("bone drug", "Z79.83", "", "", "on alendronate", "unter Alendronat"),
        )
    ),
    Fact("xqz", "unread", "xqz", "xqz", "999999999", "xqz", "xqz"),
)  # fmt: skip


@dataclass(frozen=True)
class Statement:
    """A fact as somebody wrote it.

    Attributes:
        code: a CodeableConcept.
        words: of free text; empty for a code.
    """

    fact: Fact
    manner: str
    code: Resource
    words: str = ""


def statements(fact: Fact) -> Iterator[Statement]:
    """Yield a fact by each code, alone and with its name, and in words, sure or not."""
    spoken = {
        "en": fact.english,
        "de": fact.in_german,
        "perhaps en": f"suspected {fact.english}",
        "perhaps de": f"V.a. {fact.in_german}",
    }
    for manner, words in spoken.items():
        yield Statement(fact, manner, {"text": words}, words)
    systems = {
        "cm": (ICD, fact.icd),
        "gm": (GM, fact.german),
        "sct": (SCT, fact.snomed),
    }
    for manner, (system, code) in systems.items():
        if code:
            named = codeable(system, code, display=fact.english)
            yield Statement(fact, manner, codeable(system, code))
            yield Statement(fact, f"{manner} named", named)


@dataclass(frozen=True)
class Placed:
    """Where a statement stands.

    Attributes:
        record: entries.
        stay: elements of the present Encounter.
        operation: elements of the augmentation, ordered or done.
        brace: elements of the brace order.
        drafts: other orders of the signing.
    """

    record: tuple[Resource, ...] = ()
    stay: Resource = field(default_factory=dict)
    operation: Resource = field(default_factory=dict)
    brace: Resource = field(default_factory=dict)
    drafts: tuple[Resource, ...] = ()


NOWHERE = Placed()


def _diagnosis(statement: Statement, **members: Any) -> Resource:
    day = {"onsetDateTime": days_ago(5), "recordedDate": days_ago(5)}
    return problem("x", number="told", **{"code": statement.code} | day | members)


def _order(**members: Any) -> Resource:
    title = {"text": "Full blood count"}
    usual = {"status": "active", "intent": "order", "authoredOn": days_ago(5)}
    return of_patient("ServiceRequest", "told", **usual | {"code": title} | members)


def _drug(kind: str, **members: Any) -> Resource:
    when = "authoredOn" if kind == "MedicationRequest" else "effectiveDateTime"
    intent = "order" if kind == "MedicationRequest" else None
    return of_patient(
        kind,
        "told",
        status="active",
        intent=intent,
        medicationCodeableConcept={"text": "Cefazolin 2 g"},
        **{when: days_ago(5)} | members,
    )


def _done(**members: Any) -> Resource:
    colonoscopy = codeable(CPT, "45378")
    usual = {"status": "completed", "code": colonoscopy}
    day = {"performedDateTime": days_ago(5)}
    return of_patient("Procedure", "told", **usual | day | members)


def _report(**members: Any) -> Resource:
    usual = {"status": "final", "category": [RADIOLOGY]}
    title = {"code": {"text": "MRI lumbar spine"}}
    day = {"effectiveDateTime": days_ago(5)}
    return of_patient("DiagnosticReport", "told", **usual | title | day | members)


def _stay_for(statement: Statement) -> Placed:
    diagnosis = _diagnosis(statement, category=[OF_THE_STAY])
    named = [{"condition": {"reference": "Condition/told"}}]
    return Placed(record=(diagnosis,), stay={"diagnosis": named})


def _series(statement: Statement) -> Resource:
    return of_patient(
        "ImagingStudy",
        "told",
        status="available",
        started=days_ago(5),
        reasonCode=[statement.code],
    )


def _reason(statement: Statement) -> Resource:
    return {"reasonCode": [statement.code]}


def _note(statement: Statement) -> Resource:
    return {"note": [{"text": statement.words}]}


def _drafted(kind: str, statement: Statement) -> Resource:
    title = (
        {"medicationCodeableConcept": {"text": "Cefazolin 2 g"}}
        if kind == "MedicationRequest"
        else {"code": {"text": "Full blood count"}}
    )
    return drafted(kind, "draft", **title, **_reason(statement))


PLACES: dict[str, Callable[[Statement], Placed]] = {
    "problem list": lambda told: Placed((_diagnosis(told),)),
    "problem list, provisional": lambda told: Placed(
        (_diagnosis(told, verificationStatus=PROVISIONAL),)
    ),
    "problem list, undated": lambda told: Placed(
        (_diagnosis(told, onsetDateTime=None, recordedDate=None),)
    ),
    "diagnosis of the stay": _stay_for,
    "reason of the stay": lambda told: Placed(stay=_reason(told)),
    "reason of the operation": lambda told: Placed(operation=_reason(told)),
    "reason of the brace": lambda told: Placed(brace=_reason(told)),
    "reason of an order": lambda told: Placed((_order(**_reason(told)),)),
    "reason of a drug": lambda told: Placed(
        (_drug("MedicationRequest", **_reason(told)),)
    ),
    "reason of an intake": lambda told: Placed(
        (_drug("MedicationStatement", **_reason(told)),)
    ),
    "reason of a procedure": lambda told: Placed((_done(**_reason(told)),)),
    "reason of an imaging study": lambda told: Placed((_series(told),)),
    "result of a report": lambda told: Placed((_report(conclusionCode=[told.code]),)),
    "reason of a draft": lambda told: Placed(
        drafts=(_drafted("ServiceRequest", told),)
    ),
    "reason of a drug that is signed": lambda told: Placed(
        drafts=(_drafted("MedicationRequest", told),)
    ),
}
# Where only words stand.
WORDED: dict[str, Callable[[Statement], Placed]] = {
    "note of the operation": lambda told: Placed(operation=_note(told)),
    "note of the brace": lambda told: Placed(brace=_note(told)),
    "note of an order": lambda told: Placed((_order(**_note(told)),)),
    "note of a drug": lambda told: Placed((_drug("MedicationRequest", **_note(told)),)),
    "note of a diagnosis": lambda told: Placed(
        (problem("M54.50", number="told", days=20, **_note(told)),)
    ),
    "words of a report": lambda told: Placed((_report(conclusion=f"{told.words}."),)),
}


def places(statement: Statement) -> dict[str, Placed]:
    """Return each place where this may stand, by its name."""
    named = PLACES | (WORDED if statement.words else {})
    return {name: build(statement) for name, build in named.items()}


def stay_of(placed: Placed) -> Resource:
    """Return the present Encounter."""
    return inpatient() | placed.stay

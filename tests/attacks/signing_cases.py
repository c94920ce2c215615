"""Cases of section H that sign orders over a record: wrong patients, wrong orders, values that must not count.

Their `sends` is what `scenarios_h.signing` reads. Places like `{patient}` are filled
when the case is played.
"""

from typing import Any

from tests.attacks.cases import Case
from tests.chart_builders import (
    LEVELS,
    Resource,
    brace,
    drug,
    kyphoplasty,
    measured,
    of_patient,
    problem,
)
from tests.codes import ATC, HCPCS, ICD, LOINC, SCT, codeable
from tests.faults.records import FOREIGN_VALUE, numbered

BMD = "bmd-t-score"
LEFT_OUT = "1 entry of another patient, or of none, left out"
STARTS_DRUG = (
    "3.2, no bone drug: start one, add rehabilitation. About 1 in 3 fracture again."
)
OXYGEN = {"text": "Oxygen concentrator"}
RULES = "https://ehr.example.org/not"  # an extension that says the opposite
REVERSED = [{"url": RULES, "valueBoolean": True}]
ANOTHER_PATIENT = {"reference": "Patient/p2"}


def patient_with(number: str) -> Resource:
    """The patient's id with this number of the hospital, which is 4711."""
    return numbered(number, reference="Patient/{patient}")


def group_of(order: Resource, **members: Any) -> Resource:
    return of_patient("RequestGroup", "g", contained=[order], **members)


def draft_group_of(order: Resource) -> Resource:
    return group_of(order, status="draft", intent="order")


def prescription(number: str, **members: Any) -> Resource:
    """An active one of what these members say."""
    return of_patient(
        "MedicationRequest", number, status="active", intent="order", **members
    )


def referred_drug(medication: str) -> list[Resource]:
    """A prescription of this Medication, and alendronate with the id x1."""
    return [
        prescription(
            "m-x",
            medicationReference={"reference": medication},
            authoredOn="2026-10-01",
        ),
        {
            "resourceType": "Medication",
            "id": "x1",
            "code": codeable(ATC, "M05BA04"),
        },
    ]


# --- H1: the orders


def foreign_brace(title: str, subject: Resource) -> Case:
    return Case(
        row="H1",
        title=f"a brace beside the order is of {title}",
        scenario="signs",
        sends={"drafts": [kyphoplasty(), brace(subject=subject)]},
        says=(LEFT_OUT,),
        silent=("braceLimit", '"update"'),
    )


def order_for_fracture(number: str) -> Resource:
    """An order without a level, for a fracture of L1 of the patient with this number."""
    fracture = problem(
        "M80.08XA",
        number="x",
        subject=patient_with(number),
        bodySite=[codeable(SCT, LEVELS["L1"])],
    )
    return kyphoplasty(
        None, reasonReference=[{"reference": "#x"}], contained=[fracture]
    )


ORDERS = [
    *(
        foreign_brace(reference, {"reference": reference})
        for reference in (
            "Patient/p2/",
            "patient/p2",
            "{evil}/Patient/{patient}",
            "urn:other:{patient}",
        )
    ),
    foreign_brace("this id, with somebody else's number", patient_with("4712")),
    Case(
        row="H1",
        title="the order is inside a group with somebody else's number",
        scenario="signs",
        sends={
            "drafts": [
                group_of(kyphoplasty(subject=None), subject=patient_with("4712"))
            ]
        },
        status=400,
        issue="business-rule",
    ),
    Case(
        row="H1",
        title="the level is that of a Condition with somebody else's number",
        scenario="signs",
        sends={"drafts": [order_for_fracture("4712")]},
        silent=('"name":"tl-junction","source"',),
    ),
    Case(
        row="H1",
        title="the level is that of a Condition with the patient's number",
        scenario="signs",
        sends={"drafts": [order_for_fracture("4711")]},
        says=('"name":"tl-junction","source"',),
    ),
    Case(
        row="H1",
        title="the order is inside a group of another patient",
        scenario="signs",
        sends={"drafts": [group_of(kyphoplasty(), subject=ANOTHER_PATIENT)]},
        status=400,
        issue="business-rule",
    ),
]

# --- H2, H3: values of the record


def foreign_value(**members: Any) -> Resource:
    """A T-score of yesterday, newer than the patient's own."""
    return measured(BMD, FOREIGN_VALUE, number="x", days=1, **members)


def value_of_another(reference: str) -> Case:
    value = foreign_value(subject={"reference": reference})
    return Case(
        row="H2",
        title=f"a value in the record is of {reference}",
        scenario="signs",
        sends={"prefetch": {"boneDensity": [value]}},
        says=(LEFT_OUT,),
        silent=("7.77",),
    )


def value_about_another(whom: str, **members: Any) -> tuple[Case, Case]:
    """Next to an older value of the patient, which counts, and in its place."""
    record = [foreign_value(**members)]
    next_to_own = Case(
        row="H3",
        title=f"a value is about {whom}, beside an older one of the patient",
        scenario="signs",
        sends={"record": record},
        says=('"value":-3.2',),
        silent=('"value":-7.77',),
    )
    alone = Case(
        row="H3",
        title=f"a value is about {whom}",
        scenario="signs",
        sends={"record": record, "without": ["o-bmd-t-score"]},
        says=("about another person or thing",),
        silent=('"value":-7.77',),
    )
    return next_to_own, alone


FOCUS_CODE = {
    "url": "http://hl7.org/fhir/StructureDefinition/observation-focusCode",
    "valueCodeableConcept": {"text": "fetus"},
}
VALUES = [
    value_of_another("{evil}/Patient/{patient}"),
    value_of_another("Patient/{patient}/"),
    value_of_another("Patient//{patient}"),
    value_of_another("patient/{patient}"),
    value_of_another("urn:other:{patient}"),
    *value_about_another("another person", focus=[{"reference": "Patient/child"}]),
    *value_about_another("a device", focus=[{"reference": "Device/1"}]),
    *value_about_another("somebody who is not named", focus=[{"display": "donor"}]),
    *value_about_another("an unborn child", extension=[FOCUS_CODE]),
]

# --- H4: references


def metastasis(**members: Any) -> Resource:
    code = codeable(ICD, "C79.51")
    return of_patient("Condition", "x1", code=code, **members)


def order_for(reason: str) -> Resource:
    return kyphoplasty(reasonReference=[{"reference": reason}])


def brace_of_device(device: str) -> list[Resource]:
    """A brace that is this Device, and a TLSO with the id x1."""
    return [
        brace(codeCodeableConcept=None, codeReference={"reference": device}),
        {
            "resourceType": "Device",
            "id": "x1",
            "type": codeable(HCPCS, "L0456"),
        },
    ]


REFERENCES = [
    Case(
        row="H4",
        title="reasonReference to this server, beside a resource of the same id",
        scenario="signs",
        sends={"drafts": [order_for("{ehr}/Condition/x1"), metastasis()]},
        says=("Bone metastasis on record",),
        silent=("fracture again", "fracture another", "usual 1 in"),
    ),
    Case(
        row="H4",
        title="reasonReference to another server, beside a resource of the same id",
        scenario="signs",
        sends={"drafts": [order_for("{evil}/Condition/x1"), metastasis()]},
        # The resource next to the order is not its reason, and is of this patient: it
        # is asked about, not stated.
        says=("Malignancy of bone not excluded",),
        silent=("etastasis", "C79"),
    ),
    Case(
        row="H4",
        title="codeReference to this server, beside a resource of the same id",
        scenario="signs",
        sends={"drafts": [kyphoplasty(), *brace_of_device("{ehr}/Device/x1")]},
        says=("braceLimit",),
    ),
    Case(
        row="H4",
        title="codeReference to another server, beside a resource of the same id",
        scenario="signs",
        sends={"drafts": [kyphoplasty(), *brace_of_device("{evil}/Device/x1")]},
        silent=("braceLimit",),
    ),
    Case(
        row="H4",
        title="medicationReference to this server, beside a resource of the same id",
        scenario="signs",
        sends={"prefetch": {"medications": referred_drug("{ehr}/Medication/x1")}},
        says=("Alendronate prescribed Oct 2026, intake not recorded",),
    ),
    Case(
        row="H4",
        title="medicationReference to another server, beside a resource of the same id",
        scenario="signs",
        sends={"prefetch": {"medications": referred_drug("{evil}/Medication/x1")}},
        says=("bone drugs unknown: ask",),
        silent=("alendron",),
    ),
    Case(
        row="H4",
        title="a reason of another patient that came along",
        scenario="signs",
        sends={
            "drafts": [order_for("Condition/x1"), metastasis(subject=ANOTHER_PATIENT)]
        },
        says=(STARTS_DRUG,),
        silent=("etastasis", "C79"),
        connects=("ehr",),
    ),
]

# --- H5: drafts that we must not correct


def uncorrected(title: str, *braces: Resource) -> Case:
    """The card names the brace, and corrects none of the drafts."""
    return Case(
        row="H5",
        title=f"a brace {title}",
        scenario="signs",
        sends={"drafts": [kyphoplasty(), *braces]},
        says=("braceLimit",),
        silent=('"update"',),
    )


CONCENTRATOR = brace(codeCodeableConcept=OXYGEN)  # with the id of the brace
CORRECTIONS = [
    uncorrected("whose reference stands twice", brace(), CONCENTRATOR),
    uncorrected(
        "whose reference stands inside a group",
        draft_group_of(brace()),
        CONCENTRATOR,
    ),
    uncorrected(
        "whose reference stands inside a group as well",
        brace(),
        draft_group_of(CONCENTRATOR),
    ),
    uncorrected(
        "whose reference stands as the address of another",
        brace(),
        brace(
            id=None,
            fullUrl="https://ehr.example.org/fhir/DeviceRequest/brace",
            codeCodeableConcept=OXYGEN,
        ),
    ),
    uncorrected("under rules that we do not know", brace(implicitRules=RULES)),
    uncorrected(
        "with a part that an extension reverses",
        brace(
            parameter=[
                {
                    "code": {"text": "size"},
                    "modifierExtension": REVERSED,
                    "valueBoolean": True,
                }
            ]
        ),
    ),
]

# --- H6: much of everything


def lengthy(title: str, **sends: Any) -> Case:
    return Case(row="H6", title=title, scenario="takes_no_long_time", sends=sends)


def order_with_codings() -> Resource:
    words = "X-ray of the spine, patient asks, cancelled, declined, " * 30
    coding = [
        {"system": f"urn:s{n}", "code": "x", "display": f"{n} {words}"}
        for n in range(500)
    ]
    return kyphoplasty(number="other") | {"code": {"coding": coding}}


def order_with_notes() -> Resource:
    words = "T12, L1-L3, old fracture of T11, not L4, status post kyphoplasty T10, "
    return kyphoplasty(note=[{"text": f"{n} {words}" * 20} for n in range(500)])


def contained_medications() -> Resource:
    medications = [
        {"resourceType": "Medication", "id": f"d{n}", "code": OXYGEN}
        for n in range(5000)
    ]
    return prescription(
        "m0", medicationReference={"reference": "#d0"}, contained=medications
    )


def prescriptions_of_contained() -> list[Resource]:
    return [
        prescription(f"m{n}", medicationReference={"reference": "#d0"})
        for n in range(5000)
    ]


def problem_with(code: Resource) -> Resource:
    return problem("I10", number="c", code=code)


def drug_with(code: Resource) -> Resource:
    return prescription("m1", medicationCodeableConcept=code)


LENGTHS = [
    lengthy("codings with displays", drafts=[order_with_codings(), kyphoplasty()]),
    lengthy("notes", drafts=[order_with_notes()]),
    lengthy(
        "contained Medications x prescriptions",
        prefetch={"medications": prescriptions_of_contained()},
        record=[contained_medications()],
    ),
    lengthy(
        "a problem in a long text",
        record=[problem_with({"text": "fracture of L1 no " * 30_000})],
    ),
    lengthy(
        "a problem with many displays",
        record=[
            problem_with(
                {
                    "coding": [
                        {"display": f"{n} fracture of L1 no " * 100} for n in range(400)
                    ]
                }
            )
        ],
    ),
    lengthy("a drug with a long name", record=[drug_with({"text": "a " * 600_000})]),
    lengthy(
        "a drug with a long code",
        record=[drug_with(codeable(ATC, "H02AB06" + "a " * 200_000))],
    ),
]

# --- H7 to H9: servers, requests, ids

ONE = "https://one.example.org/fhir/"
TWO = "https://two.example.org/fhir/"
OF_ONE = kyphoplasty(subject={"reference": f"{ONE}Patient/{{patient}}"})
NAME = "Canary Smith, born 1950"


def asked(method: str, number: str) -> Resource:
    """The request of an entry of a transaction."""
    return {"method": method, "url": f"x/{number}"}


def named(title: str, draft: Resource) -> Case:
    """No answer holds the name."""
    return Case(
        row="H9",
        title=title,
        scenario="signs",
        sends={"drafts": [draft]},
        says=(STARTS_DRUG,),
        silent=("Canary",),
    )


ENTRIES = [
    Case(
        row="H7",
        title="order and record under two servers, and none is named",
        scenario="names_two_servers",
        sends={"drafts": [OF_ONE], "bases": [TWO]},
        status=400,
        issue="business-rule",
    ),
    Case(
        row="H7",
        title="a drug under another server than the patient's",
        scenario="names_two_servers",
        sends={
            "drafts": [OF_ONE],
            "bases": [ONE],
            "prefetch": {"medications": referred_drug(f"{TWO}Medication/x1")},
        },
        silent=("alendron",),
    ),
    Case(
        row="H8",
        title="an order that is withdrawn",
        scenario="signs",
        sends={"drafts": [kyphoplasty(request=asked("DELETE", "kypho")), brace()]},
        says=('"cards":[]',),
    ),
    Case(
        row="H8",
        title="a brace that is withdrawn",
        scenario="signs",
        sends={"drafts": [kyphoplasty(), brace(request=asked("delete", "brace"))]},
        says=(STARTS_DRUG,),
        silent=("braceLimit",),
    ),
    Case(
        row="H8",
        title="an order that is looked up",
        scenario="signs",
        sends={"drafts": [kyphoplasty(request=asked("GET", "kypho")), brace()]},
        says=('"cards":[]',),
    ),
    named("an id that is words", kyphoplasty(number=NAME)),
    named("an address that is words", kyphoplasty(id=None, fullUrl=NAME)),
    named(
        "an id inside a group that is words", draft_group_of(kyphoplasty(number=NAME))
    ),
]

# --- H10: versions and corrections of a value

ACCESSION = {"system": "https://ehr.example.org/accession", "value": "A-1"}
SPINE = codeable(LOINC, "38267-1")
REASSURING = -1.0


def hip(**members: Any) -> Resource:
    """The patient's own low T-score, of the hip."""
    return measured(
        BMD,
        -3.2,
        code=codeable(LOINC, "38263-0"),
        identifier=[ACCESSION, {"value": "1"}],
        **members,
    )


def own_value_stays(
    title: str,
    *,
    says: str = STARTS_DRUG,
    own: Resource | None = None,
    **prefetch: Resource,
) -> Case:
    """What else is sent takes the place of no value of the patient."""
    more = {key: [resource] for key, resource in prefetch.items()}
    return Case(
        row="H10",
        title=title,
        scenario="signs_on_its_day",
        sends={"record": [own or hip()], "prefetch": more},
        says=(says, '"value":-3.2'),
        silent=('"value":-1.0',),
    )


def reassuring(number: str = "x", **members: Any) -> Resource:
    return measured(BMD, REASSURING, number=number, **members)


VERSIONS = [
    own_value_stays(
        "a corrected hip of the same examination",
        boneDensity=reassuring(
            status="corrected",
            identifier=[ACCESSION],
            code=codeable(LOINC, "80946-7"),
        ),
    ),
    own_value_stays(
        "a corrected weight of the same visit",
        body=measured(
            "weight", 50.0, number="x", status="amended", identifier=[ACCESSION]
        ),
    ),
    own_value_stays(
        "a corrected value of long ago whose number names no system",
        boneDensity=reassuring(
            days=900, status="corrected", identifier=[{"value": "1"}]
        ),
    ),
    own_value_stays(
        "something else of the same id",
        boneDensity=measured("bmi", 18.5, number="o-bmd-t-score", code={"text": "zzz"}),
    ),
    own_value_stays(
        "another value of the same id, older",
        boneDensity=reassuring("o-bmd-t-score", days=40),
    ),
    own_value_stays(
        "an older version in another list",
        own=hip(meta={"versionId": "10"}),
        body=reassuring("o-bmd-t-score", days=1, meta={"versionId": "1"}),
    ),
    own_value_stays(
        "a newer value with somebody else's number",
        boneDensity=reassuring(days=1, subject=patient_with("4712")),
    ),
    own_value_stays(
        "a newer value under rules that we do not know",
        boneDensity=reassuring(days=1, implicitRules=RULES),
    ),
    own_value_stays(
        "a newer value in a part that an extension reverses",
        boneDensity=of_patient(
            "Observation",
            "x",
            status="final",
            code={"text": "DXA"},
            effectiveDateTime="2026-11-19",
            component=[
                {
                    "code": SPINE,
                    "valueQuantity": {"value": REASSURING},
                    "modifierExtension": REVERSED,
                }
            ],
        ),
    ),
    own_value_stays(
        "a bone drug that is not to be given",
        says="bone drugs unknown: ask, add rehabilitation. "
        "About 1 in 3 fracture again.",
        medications=prescription(
            "x",
            doNotPerform="true",
            medicationCodeableConcept=codeable(ATC, "M05BA04"),
            authoredOn="2026-10-01",
        ),
    ),
]

# --- H11, H12: dates

MORE_THAN_TWO_WEEKS = {
    "repeat": {"boundsDuration": {"value": 2, "code": "wk", "comparator": ">"}}
}
NOT_EXCLUDED = (
    "malignancy of bone not excluded (on the problem list",
    "dated in the future",
)
DATES = [
    Case(
        row="H11",
        title="a brace for more than two weeks",
        scenario="signs_on_its_day",
        sends={"drafts": [kyphoplasty(), brace(occurrenceTiming=MORE_THAN_TWO_WEEKS)]},
        says=("TLSO: end date? A time in its words was not understood.",),
    ),
    Case(
        row="H11",
        title="a brace that ends before it begins",
        scenario="signs_on_its_day",
        sends={
            "drafts": [
                kyphoplasty(),
                brace(occurrencePeriod={"start": "2027-11-20", "end": "2026-12-01"}),
            ]
        },
        says=("TLSO: end date? It ends before it begins.",),
    ),
    Case(
        row="H12",
        title="a metastasis that begins next year",
        scenario="signs_on_its_day",
        sends={
            "record": [
                problem(
                    "malignancy",
                    onsetDateTime="2027-01-01",
                    recordedDate="2024-05-01",
                )
            ]
        },
        says=NOT_EXCLUDED,
    ),
    Case(
        row="H12",
        title="a metastasis that was written down next year",
        scenario="signs_on_its_day",
        sends={"record": [problem("malignancy", recordedDate="2027-01-01")]},
        says=NOT_EXCLUDED,
    ),
    Case(
        row="H12",
        title="a bone drug that is prescribed next year",
        scenario="signs_on_its_day",
        sends={"record": [drug("alendronate", authoredOn="2027-01-01")]},
        says=(
            "Alendronate on the list, intake not recorded",
            "ask, then review (FLS).",
        ),
        silent=("no bone drug", "2027"),
    ),
]

CASES = [
    *ORDERS,
    *VALUES,
    *REFERENCES,
    *CORRECTIONS,
    *LENGTHS,
    *ENTRIES,
    *VERSIONS,
    *DATES,
]

"""Which order is an augmentation, of which kind, of whom."""

import pytest
from hypothesis import given, settings

from cds_service.errors import PatientMismatch
from cds_service.fhir.gathering.subjects import Person
from cds_service.fhir.orders.operations.augmentation import (
    BY_TEXT,
    find_augmentation_order,
)
from cds_service.fhir.orders.recognition import read_drafts
from cds_service.fhir.references import bases_of, bases_of_call
from tests.codes import CPT, SCT, codeable
from tests.order_builders import (
    PATIENT,
    brace,
    bundle,
    cpt,
    junk,
    junk_members,
    order,
    signing,
    terminology,
    worded,
)


def find(*resources, patient_id=PATIENT):
    return find_augmentation_order(
        signing(bundle(*resources), patient_id), terminology()
    )


@pytest.mark.parametrize(
    ("system", "code", "procedure"),
    [
        ("http://www.ama-assn.org/go/cpt", "22513", "PKP"),
        ("http://www.ama-assn.org/go/cpt", "22514", "PKP"),
        ("http://www.ama-assn.org/go/cpt", "22515", "PKP"),
        ("http://www.ama-assn.org/go/cpt", "22510", "PVP"),
        ("http://www.ama-assn.org/go/cpt", "22511", "PVP"),
        ("http://www.ama-assn.org/go/cpt", "22512", "PVP"),
        ("http://loinc.org", "72552-3", "PKP"),
        ("http://loinc.org", "72553-1", "PKP"),
        ("http://loinc.org", "35934-9", "PVP"),
        ("http://loinc.org", "70925-3", "PVP"),
        ("http://fhir.de/CodeSystem/bfarm/ops", "5-839.a0", "PKP"),
        ("http://fhir.de/CodeSystem/bfarm/ops", "5-839.90", "PVP"),
        ("http://www.cms.gov/Medicare/Coding/ICD10", "0PU43JZ", None),
        ("http://www.cms.gov/Medicare/Coding/ICD10", "0QU03JZ", None),
        ("https://kyphoplasty-cds.org/fhir/CodeSystem/orders", "kyphoplasty", "PKP"),
        ("urn:oid:2.16.840.1.113883.6.12", "22514", "PKP"),
    ],
)
def test_a_code_says_which_procedure_is_ordered(system, code, procedure):
    found = find(order(codeable(system, code)))
    assert found is not None
    assert (found.procedure, found.recognised_by) == (procedure, "code")
    assert found.code.endswith(f"|{code}")


@pytest.mark.parametrize(
    ("code", "count"),
    [("5-839.a0", None), ("5-839.a1", 2), ("5-839.92", 3), ("5-839.a3", 4)],
)
def test_codes_of_ops_tell_the_number(code, count):
    found = find(order(codeable("http://fhir.de/CodeSystem/bfarm/ops", code)))
    assert found.levels.count == count


@pytest.mark.parametrize(
    ("words", "procedure"),
    [
        ("Kyphoplasty L1", "PKP"),
        ("Balloon kyphoplasty T12, left approach", "PKP"),
        ("Case request: vertebroplasty", "PVP"),
        ("IR referral for vertebroplasty L2", "PVP"),
        ("Kyphoplastie LWK 1", "PKP"),
        ("椎体后凸成形术", "PKP"),
        ("Vertebral augmentation L1", None),
        ("Kyphoplasty or vertebroplasty L1", None),
    ],
)
def test_words_are_the_last_resort_and_named_as_such(words, procedure):
    found = find(worded(words))
    assert (found.procedure, found.recognised_by, found.code) == (procedure, "text", "")
    assert BY_TEXT in found.notes


@pytest.mark.parametrize(
    "words",
    [
        "KYPHO/VERTEBRO",
        "VERTEBRO/KYPHO T12",
        "Kypho or vertebro L1",
        "Vertebro-/Kyphoplastie",
    ],
)
def test_words_that_name_both_say_of_neither_that_it_is_done(words):
    found = find(worded(words))
    assert (found.procedure, found.recognised_by) == (None, "text")


@pytest.mark.parametrize(
    "words",
    [
        "No kyphoplasty",
        "status post kyphoplasty",
        "s/p kyphoplasty L1",
        "Status-post vertebroplasty, wound check",
        "Post-kyphoplasty brace",
        "post kyphoplasty physiotherapy",
        "Kyphoplasty follow-up",
        "Follow-up visit, kyphoplasty",
        "TLSO after vertebroplasty",
        "Physical therapy for kyphoplasty patient",
        "X-ray lumbar spine, kyphoplasty",
        "Anesthesia for kyphoplasty",
        "Consult: kyphoplasty",
        "Z.n. Kyphoplastie L1",
        "Cancel kyphoplasty",
        "椎体后凸成形术后",
    ],
)
def test_words_that_only_mention_the_procedure_do_not_trigger(words):
    assert find(worded(words)) is None
    assert find(order(codeable("urn:local", "123", display=words))) is None


@pytest.mark.parametrize(
    "resource",
    [
        brace(None, reasonCode=[{"text": "kyphoplasty L1"}]),
        order(
            codeable(SCT, code="78429003", text="Rehabilitation, kyphoplasty"),
            reasonCode=[{"text": "kyphoplasty"}],
        ),
        order(
            codeable(SCT, code="78429003"), orderDetail=[codeable(CPT, code="22514")]
        ),
        worded("Chest X-ray", reasonCode=[codeable(CPT, code="22514")]),
        order({"coding": [{}]}, reasonCode=[]),
        order(None),
    ],
)
def test_why_something_is_ordered_is_not_what_is_ordered(resource):
    assert find(resource) is None


@pytest.mark.parametrize(
    "reference",
    [
        "Patient/other",
        "https://ehr.example/fhir/Patient/other",
        "Patient/other/_history/2",
        "Group/pat-1",
    ],
)
def test_an_order_of_another_patient_is_refused(reference):
    with pytest.raises(PatientMismatch):
        find(
            cpt("22514", number=1),
            cpt("22515", number=2, subject={"reference": reference}),
        )


UNCLEAR = [
    {},
    "Patient/other",
    {"display": "A"},
    {"identifier": {"system": "https://ehr.example.org/mrn", "value": "4711"}},
    {"reference": "Patient/pat-1/"},
    {"reference": "Patient/pat-1#x"},
    {"reference": "Patient/other/"},
    {"reference": "Patient/other#x"},
    {"reference": "Patient//other"},
    {"reference": "patient/pat-1"},
    {"reference": "pat-1"},
    {"reference": "https://x/fhir/Patient/pat-1"},
    {"reference": "Patient?identifier=https://ehr.example.org/mrn|4711"},
    {"reference": "urn:uuid:1"},
    {"reference": "#pat"},
]


@pytest.mark.parametrize("subject", UNCLEAR)
def test_an_order_of_nobody_named_plainly_is_refused(subject):
    with pytest.raises(PatientMismatch, match="not plainly"):
        find(
            cpt(
                "22514",
                subject=subject,
                contained=[{"resourceType": "Patient", "id": "pat"}],
            )
        )


def test_without_a_server_in_the_request_an_address_is_of_the_ehr_that_sends_it():
    drafts = bundle(
        cpt("22514", subject={"reference": f"https://x/fhir/Patient/{PATIENT}"})
    )
    person = Person(PATIENT, bases_of_call([None], drafts))
    assert (
        find_augmentation_order(
            read_drafts(drafts, person, terminology()), terminology()
        ).procedure
        == "PKP"
    )


@pytest.mark.parametrize("subject", UNCLEAR)
def test_beside_an_order_of_the_patient_one_of_nobody_is_left_out_and_named(subject):
    found = find(cpt("22514", number=1), cpt("22510", number=2, subject=subject))
    assert found.references == ("ServiceRequest/draft-1",)
    assert found.procedure == "PKP"
    assert (
        found.notes[0]
        == "ServiceRequest/draft-2 is left out: its subject is not plainly this"
        " patient."
    )


@pytest.mark.parametrize(
    "base", ["https://ehr.example.org/fhir", "https://EHR.example.org:443/fhir/"]
)
def test_an_order_that_names_the_patient_on_the_requests_server_is_the_patients(base):
    person = Person(PATIENT, bases_of(["https://ehr.example.org/fhir"]))
    drafts = bundle(
        cpt("22514", subject={"reference": f"{base.rstrip('/')}/Patient/{PATIENT}"})
    )
    assert (
        find_augmentation_order(
            read_drafts(drafts, person, terminology()), terminology()
        )
        is not None
    )
    drafts = bundle(
        cpt("22514", subject={"reference": f"{base.rstrip('/')}/Patient/other"})
    )
    with pytest.raises(PatientMismatch, match="another patient"):
        find_augmentation_order(
            read_drafts(drafts, person, terminology()), terminology()
        )


@settings(max_examples=150, deadline=None)
@given(drafts=junk())
def test_junk_in_place_of_draft_orders_never_raises(drafts):
    assert find_augmentation_order(
        signing(drafts), terminology()
    ) is None or isinstance(drafts, dict)


@settings(max_examples=150, deadline=None)
@given(members=junk_members())
def test_junk_inside_an_order_never_raises(members):
    draft = order(codeable(CPT, "22514"))
    find_augmentation_order(
        signing(bundle(draft | members, None, "x", {"resource": members})),
        terminology(),
    )


def test_an_entry_that_is_broken_costs_only_itself():
    drafts = {
        "entry": [
            None,
            "x",
            {},
            {"resource": None},
            {"resource": {"id": "no-type"}},
            {"resource": cpt("22514")},
        ]
    }
    assert find_augmentation_order(signing(drafts), terminology()).procedure == "PKP"


def test_a_title_without_end_is_read_as_far_as_titles_go():
    assert find(worded("Kyphoplasty L1; " + "no " * 100_000)).procedure == "PKP"
    assert find(worded("L" + " " * 300_000), worded("T1-" * 100_000, number=2)) is None

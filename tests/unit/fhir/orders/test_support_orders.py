"""Brace, bed rest and referrals, being signed and on record."""

from datetime import date

import pytest
from fhir.resources.R4B.devicerequest import DeviceRequest
from fhir.resources.R4B.procedure import Procedure
from fhir.resources.R4B.servicerequest import ServiceRequest
from hypothesis import given, settings

from cds_service.core.facts import AugmentationOrder
from cds_service.fhir.gathering.picking import Sourced, Unreadable
from cds_service.fhir.gathering.record import PatientRecord, Read
from cds_service.fhir.orders.support_orders import find_draft_support_orders, find_support_orders
from tests.codes import CPT, HCPCS, SCT, codeable
from tests.codes import ORDERS as OWN
from tests.order_builders import ORDERS, brace, bundle, cpt, junk, junk_members, order, signing, terminology, worded
from tests.tables import cases

MODELS = {"DeviceRequest": DeviceRequest, "ServiceRequest": ServiceRequest, "Procedure": Procedure}
KEYS = {"DeviceRequest": "deviceRequests", "ServiceRequest": "serviceRequests", "Procedure": "procedures"}


def drafts(*resources):
    return find_draft_support_orders(signing(bundle(*resources)), terminology())


def only(*resources):
    (found,) = drafts(*resources)
    return found


def record(*resources, reads=None, unreadable=()):
    sourced = tuple(
        Sourced(
            raw=MODELS[one["resourceType"]].model_validate(one).model_dump(mode="json"),
            key=KEYS[one["resourceType"]], origin="fhir",
            concepts=frozenset(),
        )
        for one in resources
    )  # fmt: skip
    given = {key: Read(state="given", origin="fhir") for key in KEYS.values()} | (reads or {})
    return PatientRecord(patient=None, resources=sourced, unreadable=unreadable, reads=given, foreign={})


def support(*resources, now=(), **named):
    return find_support_orders(now, record(*resources, **named), terminology())


TLSO = [450, 452, *range(454, 459), 460, 462, 464, *range(466, 471), 472, 480, 482, 484, 486, 488, 490, 491, 492]
LUMBAR = [*range(625, 644), *range(648, 652)]
THORACOLUMBAR = [f"L{number:04d}" for number in (*TLSO, *LUMBAR)]


@pytest.mark.parametrize("code", THORACOLUMBAR)
def test_every_thoracolumbar_orthosis_is_a_brace(code):
    assert only(brace(codeable(HCPCS, code))).kind == "brace"


@pytest.mark.parametrize(
    ("code", "words", "title"), cases(__file__, "a_brace_is_called_as_it_was_ordered_from_a_closed_list")
)
def test_a_brace_is_called_as_it_was_ordered_from_a_closed_list(code, words, title):
    assert only(brace(codeable(HCPCS, code, words) if code else {"text": words})).title == title


@pytest.mark.parametrize(
    ("system", "code", "kind"), cases(__file__, "an_order_that_does_it_already_is_known_by_its_code")
)
def test_an_order_that_does_it_already_is_known_by_its_code(system, code, kind):
    assert [one.kind for one in drafts(order(codeable(system, code)))] == [kind]


@pytest.mark.parametrize(("members", "start", "end"), cases(__file__, "times_are_read_from_every_form"))
def test_times_are_read_from_every_form(members, start, end):
    found = only(brace(**members))
    assert (found.start, found.end) == (start, end)


@pytest.mark.parametrize(("duration", "hours", "says"), cases(__file__, "a_length_without_a_day_keeps_its_hours"))
def test_a_length_without_a_day_keeps_its_hours(duration, hours, says):
    """From which day they count the core decides: the procedure's may be known."""
    found = only(brace(occurrenceTiming={"repeat": {"boundsDuration": duration}}))
    assert (found.start, found.end, found.hours, found.worded.says) == (None, None, hours, says)


def parameter(name, value, unit):
    return {"code": {"text": name}, "valueQuantity": {"value": value, "unit": unit}}


@pytest.mark.parametrize(
    ("members", "says", "said"),
    [
        *cases(__file__, "the_end_is_read_from_every_text_of_an_order", ORDERS | {"measured": parameter}),
        ({"note": [{"text": f"note {number}"} for number in range(60)]}, "doubtful", ""),  # more than is read
    ],
)  # fmt: skip
def test_the_end_is_read_from_every_text_of_an_order(members, says, said):
    found = only(brace(members.pop("code", None), **members))
    assert (found.worded.says, found.worded.said) == (says, said)


def test_a_brace_whose_words_ended_it_long_ago_is_no_brace_any_more():
    worn = brace(status="active", authoredOn="2026-05-01", note=[{"text": "for 6 weeks"}])
    assert find_support_orders((), record(worn), terminology(), today=date(2026, 11, 20)).orders == ()
    assert len(find_support_orders((), record(worn), terminology(), today=date(2026, 6, 1)).orders) == 1


@pytest.mark.parametrize(
    ("planned", "counted"),
    [
        (date(2026, 12, 1), date(2026, 12, 1)),
        (date(2026, 11, 1), None),  # over
        (date(2028, 1, 1), None),  # a year away
        (None, None),
    ],
)
def test_a_brace_follows_the_procedure_that_is_signed_with_it(planned, counted):
    order = AugmentationOrder(references=("ServiceRequest/1",), procedure="PKP", planned=planned)
    done = {**DONE, "performedDateTime": "2026-10-01"}
    found = find_support_orders((), record(done), terminology(), signed=order, today=date(2026, 11, 20))
    assert found.procedure_on == counted
    later = find_support_orders((), record(done), terminology(), today=date(2026, 11, 20))
    assert later.procedure_on is None  # nothing is signed but the brace, whose weeks begin with it


DONE = order(codeable(CPT, "22514"), kind="Procedure", status="completed", intent=None, authoredOn=None)


@pytest.mark.parametrize(("period", "hours"), cases(__file__, "bed_rest_says_how_long_it_lasts"))
def test_bed_rest_says_how_long_it_lasts(period, hours):
    found = only(worded("Strict bed rest", occurrencePeriod=period))
    assert (found.kind, found.hours) == ("bed-rest", hours)


@settings(max_examples=150, deadline=None)
@given(anything=junk(), members=junk_members())
def test_junk_never_raises(anything, members):
    find_draft_support_orders(signing(anything), terminology())
    drafts(brace() | members)


def test_an_active_order_of_the_record_stands_beside_the_drafts():
    now = drafts(brace(number=1))
    found = support(
        brace(number=9, status="active"), order(codeable(SCT, "103699006"), number=3, status="active"), now=now
    )
    assert [(one.reference, one.draft) for one in found.of_kind("brace")] == [
        ("DeviceRequest/draft-1", True),
        ("DeviceRequest/draft-9", False),
    ]
    assert [one.kind for one in found.of_kind("dietitian")] == ["dietitian"]


def test_a_draft_that_the_server_knows_is_counted_once():
    now = drafts(brace())
    assert support(brace(status="active"), now=now).orders == now


@pytest.mark.parametrize("status", ["draft", "completed", "revoked", "entered-in-error", "unknown"])
def test_only_orders_in_force_count_in_the_record(status):
    assert support(brace(status=status)).orders == ()


@pytest.mark.parametrize("intent", ["proposal", "plan", "option"])
def test_what_is_only_proposed_is_not_ordered(intent):
    assert support(order(codeable(OWN, "rehabilitation"), status="active", intent=intent)).orders == ()


def test_the_newest_augmentation_of_the_record_is_dated():
    older = {**DONE, "id": "p1", "performedDateTime": "2026-08-01"}
    newer = {**DONE, "id": "p2", "performedPeriod": {"start": "2026-10-02T09:00:00Z", "end": "2026-10-02T10:00:00Z"}}
    found = support(older, newer, cpt("22511", status="completed", authoredOn="2026-09-01"))
    assert found.augmented_on == date(2026, 10, 2)


@pytest.mark.parametrize("status", ["preparation", "not-done", "entered-in-error", "stopped"])
def test_a_procedure_that_was_not_done_is_no_augmentation(status):
    assert support({**DONE, "status": status, "performedDateTime": "2026-10-02"}).augmented_on is None


def test_an_augmentation_without_a_date_gives_no_day():
    assert support(DONE).augmented_on is None


def test_what_could_not_be_read_in_full_is_named():
    reads = {
        "serviceRequests": Read(state="failed", origin="fhir"),
        "deviceRequests": Read(state="given", origin="fhir", note="incomplete: two of three pages", is_cut=True),
    }
    broken = Unreadable(reference="Procedure/1", key="procedures", concepts=frozenset({"kyphoplasty"}))
    assert support().unchecked == ()
    assert support(reads=reads, unreadable=(broken,)).unchecked == ("ServiceRequest", "DeviceRequest", "Procedure")


# --- reasons to keep a brace


def fracture(code, day="2026-11-01", **members):
    return {
        "resourceType": "Condition", "id": f"c-{code}", "subject": {"reference": "Patient/p1"}, "recordedDate": day,
        "clinicalStatus": {"coding": [{"code": "active"}]},
        "code": {"coding": [{"system": "http://hl7.org/fhir/sid/icd-10-cm", "code": code}]}, **members,
    }  # fmt: skip


def other_levels(*conditions, treated=("L1",)):
    concepts = [terminology().concepts(one["code"]) for one in conditions]
    sourced = tuple(
        Sourced(raw=one, key="conditions", origin="fhir", concepts=named)
        for one, named in zip(conditions, concepts, strict=True)
    )
    read = {key: Read(state="given", origin="fhir") for key in (*KEYS.values(), "conditions")}
    chart = PatientRecord(patient=None, resources=sourced, unreadable=(), reads=read, foreign={})
    signed = AugmentationOrder(references=(), procedure=None, levels=treated)
    return find_support_orders((), chart, terminology(), signed=signed, today=date(2026, 11, 20)).other_fractures


def test_a_recent_fracture_of_another_level_is_found():
    assert other_levels(fracture("S32.030A"), fracture("S32.010A")) == ("L3",)


def test_the_treated_level_an_old_a_closed_and_a_healing_fracture_are_no_other_fracture():
    closed = fracture("S32.040A", clinicalStatus={"coding": [{"code": "resolved"}]})
    assert other_levels(fracture("S32.010A"), fracture("S32.030A", "2025-11-01"), closed, fracture("S32.050D")) == ()


def test_without_a_treated_level_no_fracture_is_another():
    assert other_levels(fracture("S32.030A"), treated=()) == ()


@pytest.mark.parametrize(("reason", "concept"), cases(__file__, "a_brace_order_names_its_own_reason"))
def test_a_brace_order_names_its_own_reason(reason, concept):
    found = only(brace(reasonCode=[reason]))
    assert found.reasons == {concept}


def test_an_active_brace_that_ended_is_no_brace_any_more():
    worn = brace(status="active", authoredOn=None, occurrencePeriod={"start": "2026-05-01", "end": "2026-06-01"})
    assert find_support_orders((), record(worn), terminology(), today=date(2026, 11, 20)).of_kind("brace") == ()
    assert find_support_orders((), record(worn), terminology(), today=date(2026, 5, 20)).of_kind("brace") != ()

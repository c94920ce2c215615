"""Prefetch as text: what is passed over, and that the record is the same as if all of it had been decoded."""

from __future__ import annotations

import json

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from cds_service.errors import MalformedRequest
from cds_service.fhir.gathering.prefetch import plan_prefetch
from cds_service.fhir.gathering.record import gather
from cds_service.fhir.gathering.skimming import decode_prefetch
from cds_service.fhir.gathering.subjects import Person
from cds_service.outgoing.deadline import Deadline
from cds_service.protocol.messages import parse_request
from tests.order_builders import terminology
from tests.wire_builders import hook_request

PLAN = plan_prefetch(
    {
        "patient": "Patient/{{context.patientId}}",
        "boneDensity": "Observation?patient={{context.patientId}}",
        "conditions": "Condition?patient={{context.patientId}}",
    }
)
T_SCORE, SODIUM = "38267-1", "2951-2"
MRN = [{"system": "https://ehr.example.org/mrn", "value": "4711"}]
PATIENT = {"resourceType": "Patient", "id": "p1", "gender": "female", "birthDate": "1950-02-03", "identifier": MRN}


def coded(code):
    return {"coding": [{"system": "http://loinc.org", "code": code}], "text": "a long text that nobody reads"}


def observation(code=SODIUM, **members):
    return {
        "resourceType": "Observation",
        "id": "o1",
        "status": "final",
        "subject": {"reference": "Patient/p1"},
        "code": coded(code),
        "valueQuantity": {"value": -2.5},
    } | members


def bundle(*entries, **members):
    return {"resourceType": "Bundle", "type": "searchset", "entry": list(entries), **members}


def entry(resource):
    return {"fullUrl": "https://ehr.example.org/x", "resource": resource, "search": {"mode": "match"}}


def decoded(*resources):
    text = json.dumps({"boneDensity": bundle(*map(entry, resources))}).encode()
    return [one["resource"] for one in decode_prefetch(text, terminology())["boneDensity"]["entry"]]


def gathered(body):
    request = parse_request(body, "order-sign")
    person = Person(request.context.patient_id)
    return gather(request, PLAN, None, terminology(), person, deadline=Deadline.after(60))


# --- what stays


def test_an_observation_of_a_mapped_code_stays_whole():
    assert decoded(observation(T_SCORE)) == [observation(T_SCORE)]
    by_component = observation(component=[{"code": coded(T_SCORE), "valueQuantity": {"value": -2}}])
    assert decoded(by_component) == [by_component]


def test_of_an_observation_that_nobody_reads_stays_which_it_is_and_whose():
    meta = {"versionId": "3", "lastUpdated": "2026-01-02T03:04:05Z"}
    (found,) = decoded(observation(id="o7", meta={**meta, "profile": ["x"]}))
    assert found == {
        "resourceType": "Observation",
        "id": "o7",
        "meta": meta,
        "status": "final",
        "subject": {"reference": "Patient/p1"},
    }


def test_all_other_types_stay_whole():
    others = [{**observation(), "resourceType": kind} for kind in ("Condition", "Procedure", "Patient", "x", 5, None)]
    others.append({"id": "o1", "code": coded(SODIUM)})
    assert decoded(*others) == others


def test_a_coding_that_stands_for_its_list_counts():
    bare = observation(code=coded(T_SCORE)["coding"][0])
    assert decoded(bare) == [bare]


def test_entries_that_begin_alike_are_told_apart():
    url = f"https://ehr.example.org/{'a' * 100}/"
    entries = [{"fullUrl": url, "resource": observation(code, id=code)} for code in (T_SCORE, SODIUM, "718-7")]
    text = json.dumps({"boneDensity": bundle(*entries)}).encode()
    first, *rest = [one["resource"] for one in decode_prefetch(text, terminology())["boneDensity"]["entry"]]
    assert first == entries[0]["resource"]
    assert [one["id"] for one in rest] == [SODIUM, "718-7"]
    assert not any("code" in one for one in rest)


def test_of_two_that_have_one_id_both_stay_whole():
    odd = observation(T_SCORE, component={}, id="o2")
    same = [observation(), observation(T_SCORE), observation(id="o2"), odd]
    assert decoded(*same) == same


# --- what is refused, and what is not


@pytest.mark.parametrize(
    "prefetch",
    [
        b'{"boneDensity": null, "boneDensity": null}',
        b'{"boneDensity": {"resourceType": "Bundle", "entry": [], "entry": [{}]}}',
        b'{"boneDensity": {"resourceType": "Bundle", "entry": [{"resource": {"id": "1", "id": "2"}}]}}',
        b'{"boneDensity": {"entry": [{"resource": {"resourceType": "Observation", "subject": {"a": 1, "a": 2}}}]}}',
        b'{"patient": {"id": "\\ud800"}}',
        b'{"patient": {"id": "\\u0000"}}',
        b'{"patient": {"id": 1e999}}',
        b'{"patient": %b1%b}' % (b"[" * 70, b"]" * 70),
    ],
)
def test_prefetch_that_is_ambiguous_or_broken_refuses_the_call(prefetch):
    body = json.dumps(hook_request(prefetch={"@": 1})).encode().replace(b'{"@": 1}', prefetch)
    with pytest.raises(MalformedRequest):
        gathered(body)


def test_what_is_passed_over_costs_no_answer():
    odd = b'"note": [{"text": 1, "text": 2}], "valueQuantity": {"value": 1e999}'
    body = json.dumps(hook_request(prefetch={"patient": PATIENT, "boneDensity": bundle(entry(observation()))})).encode()
    broken = body.replace(b'"valueQuantity": {"value": -2.5}', odd)
    assert broken != body
    assert gathered(broken) == gathered(body)


# --- the same record

SUBJECTS = st.sampled_from(
    [
        {"reference": "Patient/p1"},
        {"reference": "Patient/p2"},
        {"identifier": MRN[0]},
        {"reference": "#p"},
        None,
        "Patient/p1",
        [],
    ]
)
BARE = [coded(code)["coding"][0] for code in (T_SCORE, SODIUM)]
MEMBERS = {
    "id": st.sampled_from(["o1", "o2", "", None, 3]),
    "meta": st.fixed_dictionaries({}, optional={"versionId": st.sampled_from(["1", "2", 3])})
    | st.sampled_from([None, 1]),
    "status": st.sampled_from(["final", "entered-in-error", 1]),
    "subject": SUBJECTS,
    "patient": SUBJECTS,
    "code": st.sampled_from(
        [coded(T_SCORE), coded(SODIUM), {}, [], None, {"coding": coded(T_SCORE)["coding"][0]}, *BARE]
    ),
    "component": st.sampled_from([[], [{"code": coded(T_SCORE)}], [{"code": coded(SODIUM)}], {}, "x"]),
    "contained": st.just([{"resourceType": "Patient", "id": "p", "identifier": MRN}]),
    "resourceType": st.sampled_from(["Observation", "Condition", "OperationOutcome", "", 5]),
}
RESOURCES = st.fixed_dictionaries({}, optional=MEMBERS).map(lambda members: observation() | members)
RESOURCES |= RESOURCES.map(lambda resource: {name: resource[name] for name in resource if name != "resourceType"})
ENTRIES = RESOURCES.map(entry) | st.sampled_from([None, {}, {"resource": None}, "x", {"resource": []}])
ANSWERS = (
    st.lists(ENTRIES, max_size=6).map(lambda entries: bundle(*entries))
    | st.lists(ENTRIES, max_size=2).map(lambda entries: bundle(*entries, total=9))
    | RESOURCES
    | st.sampled_from([None, 5, [], {"resourceType": "Bundle", "entry": {}}, {"resourceType": "Bundle"}])
)


@example({"patient": PATIENT, "boneDensity": bundle(entry(observation()), entry(observation(T_SCORE)))})
@given(st.fixed_dictionaries({"patient": st.just(PATIENT)}, optional={"boneDensity": ANSWERS, "conditions": ANSWERS}))
def test_the_record_is_the_same_as_if_all_of_it_had_been_decoded(prefetch):
    body = hook_request(prefetch=prefetch)
    assert gathered(json.dumps(body).encode()) == gathered(body)

"""Suggestions: complete orders from templates, and the corrected brace that keeps everything else."""

import json
import re
from copy import deepcopy
from datetime import date
from uuid import UUID

import pytest
from fhir.resources.R4B.devicerequest import DeviceRequest
from fhir.resources.R4B.servicerequest import ServiceRequest
from hypothesis import given, settings
from hypothesis import strategies as st

from cds_service.core.bracing import Correction
from cds_service.core.recommendations import Recommendation, Rule, When
from cds_service.errors import DataFileError
from cds_service.fhir.orders.augmentation import find_augmentation_order
from cds_service.fhir.orders.suggestions import draft_suggestions, make_template, read_placeholders
from cds_service.fhir.orders.support_orders import find_draft_support_orders
from tests.codes import HCPCS, SCT, codeable
from tests.order_builders import ORDERS, PATIENT, ROOT, brace, bundle, order, signing, terminology
from tests.tables import cases

CALL = "1caf890a-68ed-4526-b666-046ab9d88869"
TODAY = date(2026, 11, 20)
END, REVIEW = date(2027, 1, 15), date(2026, 12, 4)  # 8 and 2 weeks from today
FOLDER = ROOT / "hooks" / "kyphoplasty-order-sign" / "orders"
TEMPLATES = {
    path.stem: make_template(path.stem, json.loads(path.read_text(encoding="utf-8")))
    for path in sorted(FOLDER.glob("*.json"))
}
KINDS = cases(__file__, "kinds")


def recommend(template=None, rule_id="rule-1", **members):
    said = {"topic": "rehabilitation", "heading": "Rehabilitation", "text": "as pain allows"}
    rule = Rule(id=rule_id, when=When(), owner="nobody", approved=TODAY, review_by=TODAY, **said)
    whole = {"rule": rule, "text": rule.text, "summary": "", "brief": "", "leads": False, "order": template}
    whole |= {"label": "Refer to rehabilitation", "recommended": True, "already": (), "because": ()}
    whole |= {"correction": None, "gain": 0.0, "values": {"review_weeks": "2", "asked": "grip and gait"}}
    return Recommendation(**(whole | members))


def correction_of(*resources, **members):
    (found,) = find_draft_support_orders(signing(bundle(*resources)), terminology())
    start = None if found.start else TODAY
    return Correction(**({"order": found, "start": start, "review": REVIEW, "end": END} | members))


def suggest(*recommendations, call=CALL, **named):
    request = {"patient_id": PATIENT, "encounter_id": "enc-1", "user_id": "Practitioner/doc-1"} | named
    return draft_suggestions(
        recommendations,
        templates=TEMPLATES,
        durations=terminology().durations,
        hook_instance=call,
        today=TODAY,
        **request,
    )


def correct(resource, **members):
    """The corrected resource, None when nothing is offered."""
    recommendation = recommend(label="Set end date 15 Jan 2027", correction=correction_of(resource, **members))
    found = suggest(recommendation)
    return dict(found["rule-1"].actions[0].resource) if found else None


def test_there_is_a_template_for_every_order_we_offer():
    assert set(TEMPLATES) == set(KINDS)


@pytest.mark.parametrize("name", KINDS)
def test_a_template_becomes_a_whole_valid_order_of_this_patient(name):
    (suggestion,) = suggest(recommend(name)).values()
    (action,) = suggestion.actions
    resource = dict(action.resource)
    ServiceRequest.model_validate(resource)
    assert (action.type, resource["status"], resource["intent"]) == ("create", "draft", "order")
    assert resource["subject"] == {"reference": f"Patient/{PATIENT}"}
    assert resource["encounter"] == {"reference": "Encounter/enc-1"}
    assert resource["requester"] == {"reference": "Practitioner/doc-1"}
    assert (resource["authoredOn"], resource["occurrencePeriod"]) == ("2026-11-20", {"start": "2026-11-20"})
    assert not any("{" in note["text"] for note in resource["note"])
    assert UUID(resource["id"]) != UUID(suggestion.uuid)


@pytest.mark.parametrize("name", KINDS)
def test_an_accepted_order_is_recognised_as_done_when_it_is_signed_and_triggers_nothing(name):
    resource = dict(suggest(recommend(name))["rule-1"].actions[0].resource)
    assert [one.kind for one in find_draft_support_orders(signing(bundle(resource)), terminology())] == [KINDS[name]]
    assert find_augmentation_order(signing(bundle(resource)), terminology()) is None


@pytest.mark.parametrize("name", KINDS)
def test_every_standard_code_of_a_template_is_one_of_our_value_sets(name):
    known = {f"{system}|{code}" for concept in terminology().names for system, code in terminology().codes(concept)}
    codings = [one for key in ("code", "orderDetail") for one in re.findall(r'"system": "([^"]+)", "code": "([^"]+)"',
               json.dumps(TEMPLATES[name].resource.get(key)))]  # fmt: skip
    assert codings
    assert {f"{system}|{code}" for system, code in codings} <= known


@pytest.mark.parametrize("name", ["ct-attenuation-measurement", "mri-muscle-measurement"])
def test_no_template_asks_for_a_new_scan_for_the_figure(name):
    assert "no new scan" in json.dumps(TEMPLATES[name].resource, ensure_ascii=False)


def test_the_therapy_order_is_one_a_physiotherapist_can_work_from():
    notes = " ".join(
        note["text"] for note in suggest(recommend("rehabilitation-referral"))["rule-1"].actions[0].resource["note"]
    )
    for part in (
        *("Goal:", "Start:", "Content:", "Precautions:", "Falls:", "leg weakness", "bladder", "Review:"),
        "2-week review",
    ):
        assert part in notes
    assert "no loaded bending or twisting" in notes


def test_placeholders_are_filled_from_the_rules_words_only():
    assert read_placeholders(TEMPLATES["rehabilitation-referral"].resource) == {"review_weeks"}
    with pytest.raises(DataFileError, match="review_weeks"):
        suggest(recommend("rehabilitation-referral", values={}))


def test_a_template_that_is_no_order_stops_the_start():
    ours = TEMPLATES["dxa-body-composition"].resource
    for broken in ({"resourceType": "ServiceRequest"}, [], {**ours, "subject": {}}):
        with pytest.raises(DataFileError, match=r"orders/x\.json"):
            make_template("x", broken)


def test_nothing_is_offered_that_is_ordered_already_or_has_no_label():
    (existing,) = find_draft_support_orders(signing(bundle(order(codeable(SCT, "78429003")))), terminology())
    assert suggest(recommend("rehabilitation-referral", already=(existing,))) == {}
    assert suggest(recommend("rehabilitation-referral", label="")) == {}
    assert suggest(recommend(None)) == {}


@pytest.mark.parametrize("recommended", [True, False])
def test_is_recommended_always_stands_there(recommended):
    (suggestion,) = suggest(recommend("dietitian-referral", recommended=recommended)).values()
    assert suggestion.to_json()["isRecommended"] is recommended


@pytest.mark.parametrize(("named", "absent"), cases(__file__, "what_is_no_reference_is_left_out"))
def test_what_is_no_reference_is_left_out(named, absent):
    assert absent not in suggest(recommend("dietitian-referral"), **named)["rule-1"].actions[0].resource


def test_the_same_call_gives_the_same_ids_and_another_call_others():
    one, same = suggest(recommend("dietitian-referral")), suggest(recommend("dietitian-referral"))
    other = suggest(recommend("dietitian-referral"), call="00000000-0000-4000-8000-000000000000")
    assert one == same
    assert one["rule-1"].uuid != other["rule-1"].uuid
    assert one["rule-1"].actions[0].resource["id"] != other["rule-1"].actions[0].resource["id"]


def test_two_rules_with_one_template_get_different_ids():
    found = suggest(recommend("dietitian-referral"), recommend("dietitian-referral", rule_id="rule-2"))
    assert len({one.uuid for one in found.values()} | {one.actions[0].resource["id"] for one in found.values()}) == 4


@pytest.mark.parametrize("case", cases(__file__, "corrected", ORDERS), ids=lambda case: case["why"])
def test_a_brace_is_corrected_or_left_to_its_author(case):
    found = suggest(recommend(label="Set end date", correction=correction_of(*case["drafts"])))
    assert bool(found) is ("changes" in case)
    if found:
        (action,) = found["rule-1"].actions
        changed = case["drafts"][0] | case["changes"]
        assert (action.type, action.resource) == (
            "update",
            {name: value for name, value in changed.items() if value is not None},
        )
        assert case.get("says", "") in action.description


def test_words_longer_than_are_read_are_left_to_their_author():
    assert correct(brace(note=[{"text": "TLSO. " + "x" * 2000 + " for 3 months"}])) is None


@pytest.mark.parametrize(
    ("written", "becomes"), cases(__file__, "a_length_in_words_is_corrected_where_it_stands_and_nothing_else")
)
def test_a_length_in_words_is_corrected_where_it_stands_and_nothing_else(written, becomes):
    for place in ("code", "note", "patientInstruction"):
        draft = {
            "code": brace(codeable(HCPCS, "L0456", written)),
            "note": brace(note=[{"text": written, "time": "2026-11-20T08:00:00Z"}, {"text": "Mr B, fitted by us"}]),
            "patientInstruction": order(codeable(SCT, "77476009"), patientInstruction=written),
        }[place]
        expected = json.loads(json.dumps(draft, ensure_ascii=False).replace(written, becomes))
        assert correct(draft) == {**expected, "occurrencePeriod": {"start": "2026-11-20", "end": "2027-01-15"}}, place


def test_an_active_order_of_the_record_is_never_updated():
    found = correction_of(brace())
    active = type(found.order)(kind="brace", reference=found.order.reference, draft=False)
    recommendation = recommend(label="Set end date", correction=correction_of(brace(), order=active))
    assert suggest(recommendation) == {}


EXTRAS = st.fixed_dictionaries(
    {},
    optional={
        "note": st.lists(
            st.fixed_dictionaries({"text": st.text("äß椎 a-z", min_size=1).filter(str.strip)}), min_size=1, max_size=2
        ),
        "priority": st.sampled_from(["routine", "asap"]),
        "reasonCode": st.just([codeable(SCT, "240198002")]),
        "parameter": st.just([{"code": {"text": "length of need"}, "valueQuantity": {"value": 99, "unit": "months"}}]),
        "extension": st.just([{"url": "https://ehr.example.org/x", "valueString": "kept"}]),
        "meta": st.just({"versionId": "3", "lastUpdated": "2026-11-20T08:00:00.120Z"}),
        "identifier": st.just([{"system": "urn:local", "value": "0042"}]),
        "performer": st.just({"display": "Orthotist"}),
    },
)
TIMES = st.sampled_from(
    [
        {},
        {"occurrencePeriod": {"start": "2026-11-21"}},
        {"occurrencePeriod": {"start": "2026-11-21", "end": "2027-06-01"}},
        {"occurrencePeriod": {"end": "2027-06"}},
        {"occurrenceTiming": {"repeat": {"boundsPeriod": {"start": "2026-11-21", "end": "2028"}, "frequency": 2}}},
        {"occurrenceTiming": {"repeat": {"frequency": 1, "period": 1.0, "periodUnit": "d"}}},
        {"occurrenceTiming": {"code": {"text": "daily"}}},
    ]
)


@settings(max_examples=60, deadline=None)
@given(extras=EXTRAS, times=TIMES, code=st.sampled_from(["L0456", "L0631"]))
def test_a_correction_changes_nothing_but_end_and_start(extras, times, code):
    draft = brace(codeable(HCPCS, code), **extras, **times)
    before = deepcopy(draft)
    corrected = correct(draft)
    DeviceRequest.model_validate(corrected)
    assert draft == before
    assert _without_ends(corrected) == _without_ends(draft)
    assert json.dumps(_bounds(corrected)["end"]) == '"2027-01-15"'
    assert _bounds(corrected)["start"] == _bounds(draft).get("start", "2026-11-20")


def _bounds(resource):
    timing = resource.get("occurrenceTiming", {}).get("repeat", {}).get("boundsPeriod", {})
    return resource.get("occurrencePeriod", timing)


def _without_ends(resource):
    """The order without start and end, and without what holds nothing else."""
    bare = deepcopy(resource)
    bare.pop("occurrencePeriod", None)
    repeat = bare.get("occurrenceTiming", {}).get("repeat", {})
    repeat.pop("boundsPeriod", None)
    if not repeat and "occurrenceTiming" in bare:
        bare["occurrenceTiming"].pop("repeat", None)
    return bare

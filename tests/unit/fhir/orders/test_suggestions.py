"""Suggestions: complete orders from templates, and the corrected brace that keeps everything else."""

import json
from copy import copy, deepcopy
from datetime import date
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from fhir.resources.R4B.servicerequest import ServiceRequest

from cds_service.core.acts.recommendations import Recommendation
from cds_service.core.acts.rule_file import Rule, When
from cds_service.core.braces.bracing import Correction
from cds_service.errors import DataFileError
from cds_service.fhir.orders.operations.augmentation import find_augmentation_order
from cds_service.fhir.orders.suggested.suggestions import (
    SharedParts,
    make_suggestions,
    make_template,
)
from cds_service.fhir.orders.support.signed_support import find_draft_support_orders
from cds_service.fhir.site_calendar import SiteCalendar
from cds_service.protocol.signing import Signing
from cds_service.site.clients import Capabilities
from tests.codes import HCPCS, SCT, codeable
from tests.order_builders import (
    PATIENT,
    ROOT,
    brace,
    bundle,
    order,
    signing,
    terminology,
)

SIGNING = Signing(patient=PATIENT, hook_instance="1caf890a-68ed-4526-b666-046ab9d88869")
TODAY = date(2026, 11, 20)
END, REVIEW = date(2027, 1, 15), date(2026, 12, 4)  # 8 and 2 weeks from today
FOLDER = ROOT / "hooks" / "kyphoplasty-order-sign" / "orders"
TEMPLATES = {
    path.stem: make_template(path.stem, json.loads(path.read_text(encoding="utf-8")))
    for path in sorted(FOLDER.glob("*.json"))
}


def recommend(template=None, rule_id="rule-1", **members):
    said = {
        "topic": "rehabilitation",
        "heading": "Rehabilitation",
        "text": "as pain allows",
    }
    rule = Rule(
        id=rule_id, when=When(), owner="nobody", approved=TODAY, review_by=TODAY, **said
    )
    whole = {"rule": rule, "text": rule.text, "template": template}
    whole |= {
        "label": "Refer to rehabilitation",
        "is_preselected": True,
        "already": (),
        "fired_by": (),
    }
    whole |= {
        "corrections": (),
        "gain": 0.0,
        "values": {"review_weeks": "2", "asked": "grip and gait"},
    }
    return Recommendation(**(whole | members))


def suggest(*recommendations, there=None, **named):
    there = there or terminology()
    request = {
        "signing": SIGNING,
        "encounter_id": "enc-1",
        "user_id": "Practitioner/doc-1",
    } | named
    shared = SharedParts(templates=TEMPLATES, terminology=there, today=TODAY, **request)
    return make_suggestions(recommendations, shared)


def corrected(*drafts, there=None):
    """The action that corrects the one support order of these drafts, None when nothing is offered."""
    (found,) = find_draft_support_orders(signing(bundle(*drafts)), terminology())
    correction = Correction(
        order=found, start=None if found.start else TODAY, review=REVIEW, end=END
    )
    suggestion = recommend(label="Set an end", corrections=(correction,))
    offers = suggest(suggestion, there=there).get("rule-1")
    return offers and offers[0].actions[0]


@pytest.mark.parametrize("name", TEMPLATES)
def test_a_template_becomes_a_whole_order_of_this_patient_that_is_recognised_once_it_is_signed(
    name,
):
    expected = {
        "rehabilitation-referral": {
            "kind": "rehabilitation",
            "says": [
                "Goal:",
                "Start:",
                "Content:",
                "no loaded bending or twisting",
                "Precautions:",
                "Falls:",
                "leg weakness",
                "bladder",
                "Review:",
                "2-week review",
            ],
        },
        "dietitian-referral": {"kind": "dietitian", "says": []},
        "bone-treatment-referral": {"kind": "bone-treatment", "says": []},
        "ct-attenuation-measurement": {
            "kind": "ct-attenuation-measurement",
            "says": ["no new scan"],
        },
        "bedside-measurement": {"kind": "bedside-measurement", "says": []},
        "dxa-body-composition": {"kind": "dxa", "says": []},
        "biopsy": {"kind": "biopsy", "says": []},
        "falls-clinic-referral": {"kind": "falls-clinic", "says": []},
    }[name]
    ((suggestion,),) = suggest(recommend(name)).values()
    (action,) = suggestion.actions
    resource = dict(action.resource)
    ServiceRequest.model_validate(resource)
    assert (action.type, resource["status"], resource["intent"]) == (
        "create",
        "draft",
        "order",
    )
    assert resource["subject"] == {"reference": f"Patient/{PATIENT}"}
    assert resource["encounter"] == {"reference": "Encounter/enc-1"}
    assert resource["requester"] == {"reference": "Practitioner/doc-1"}
    assert (resource["authoredOn"], resource["occurrencePeriod"]) == (
        "2026-11-20",
        {"start": "2026-11-20"},
    )
    assert UUID(resource["id"]) != UUID(suggestion.uuid)
    notes = " ".join(note["text"] for note in resource["note"])
    assert "{" not in notes
    assert all(part in notes for part in expected["says"])
    signed = signing(bundle(resource))
    assert [one.kind for one in find_draft_support_orders(signed, terminology())] == [
        expected["kind"]
    ]
    assert find_augmentation_order(signed, terminology()) is None
    known = {
        code for concept in terminology().names for code in terminology().codes(concept)
    }
    for codeable_concept in (resource["code"], *resource.get("orderDetail", ())):
        assert {
            (one["system"], one["code"]) for one in codeable_concept.get("coding", ())
        } <= known


def test_a_template_that_is_no_order_stops_the_start():
    ours = TEMPLATES["dxa-body-composition"].resource
    for broken in ({"resourceType": "ServiceRequest"}, [], {**ours, "subject": {}}):
        with pytest.raises(DataFileError, match=r"orders/x\.json"):
            make_template("x", broken)


@pytest.mark.parametrize(
    ("named", "absent"),
    [
        ({"encounter_id": None}, "encounter"),
        ({"encounter_id": "a b"}, "encounter"),
        ({"user_id": "dr. who"}, "requester"),
    ],
)
def test_what_is_no_reference_is_left_out(named, absent):
    assert (
        absent
        not in suggest(recommend("dietitian-referral"), **named)["rule-1"][0]
        .actions[0]
        .resource
    )


def test_two_rules_with_one_template_get_different_ids():
    found = suggest(
        recommend("dietitian-referral"),
        recommend("dietitian-referral", rule_id="rule-2"),
    )
    offers = [one for group in found.values() for one in group]
    assert (
        len(
            {one.uuid for one in offers}
            | {one.actions[0].resource["id"] for one in offers}
        )
        == 4
    )


@pytest.mark.parametrize(
    ("drafts", "changes", "words"),
    [
        pytest.param(
            [
                brace(
                    None,
                    occurrencePeriod={"start": "2026-11-21T08:00:00+01:00"},
                    note=[{"text": "L1"}],
                )
            ],
            {
                "occurrencePeriod": {
                    "start": "2026-11-21T08:00:00+01:00",
                    "end": "2027-01-15",
                }
            },
            "",
            id="an open-ended brace gets an end and keeps its start",
        ),
        pytest.param(
            [brace(None)],
            {"occurrencePeriod": {"start": "2026-11-20", "end": "2027-01-15"}},
            "",
            id="a brace without any time gets both",
        ),
        pytest.param(
            [brace(None, occurrenceTiming={"event": ["2026-11-20"]})],
            {
                "occurrenceTiming": {
                    "event": ["2026-11-20"],
                    "repeat": {
                        "boundsPeriod": {"start": "2026-11-20", "end": "2027-01-15"}
                    },
                }
            },
            "",
            id="an event within the limit is kept",
        ),
        pytest.param(
            [brace(None, occurrenceTiming={"event": ["2026-11-20", "2027-06-01"]})],
            None,
            "",
            id="a brace with an event beyond the new end is left to its author",
        ),
        pytest.param(
            [brace(None, occurrenceTiming={"event": ["2027"]})],
            None,
            "",
            id="so is one with an event without a day",
        ),
        pytest.param(
            [
                brace(
                    None,
                    occurrenceTiming={
                        "repeat": {"frequency": 1, "period": 1, "periodUnit": "d"},
                        "code": {"text": "when upright"},
                    },
                )
            ],
            {
                "occurrenceTiming": {
                    "repeat": {
                        "frequency": 1,
                        "period": 1,
                        "periodUnit": "d",
                        "boundsPeriod": {"start": "2026-11-20", "end": "2027-01-15"},
                    },
                    "code": {"text": "when upright"},
                }
            },
            "",
            id="a timing is bounded in place",
        ),
        pytest.param(
            [
                brace(
                    None,
                    occurrenceTiming={
                        "repeat": {"boundsDuration": {"value": 12, "unit": "wk"}}
                    },
                )
            ],
            {
                "occurrenceTiming": {
                    "repeat": {
                        "boundsPeriod": {"start": "2026-11-20", "end": "2027-01-15"}
                    }
                }
            },
            "is replaced by this period",
            id="a length is replaced by the period and the clinician is told",
        ),
        pytest.param(
            [brace(None, occurrenceDateTime="2026-11-22")],
            {
                "occurrenceDateTime": None,
                "occurrencePeriod": {"start": "2026-11-22", "end": "2027-01-15"},
            },
            "Set the end of this TLSO (L0456) order to 15 Jan 2027; its date"
            " becomes the start of the period, all else stays as written. The order"
            " plans no review: arrange it for 4 Dec 2026",
            id="a single date becomes the start and the clinician is told",
        ),
        pytest.param(
            [brace(None, note=[{"text": "x 3 months"}])],
            {
                "note": [{"text": "until 15 Jan 2027"}],
                "occurrencePeriod": {"start": "2026-11-20", "end": "2027-01-15"},
            },
            "the length stated in its words is replaced by this end",
            id="the clinician is told that words are replaced",
        ),
        pytest.param(
            [
                brace(
                    None,
                    parameter=[
                        {
                            "code": {"text": "height"},
                            "valueQuantity": {"value": 21.5, "unit": "cm"},
                        }
                    ],
                    note=[{"text": "Æ: TLSO x 3 months"}],
                )
            ],
            {
                "note": [{"text": "Æ: TLSO until 15 Jan 2027"}],
                "occurrencePeriod": {"start": "2026-11-20", "end": "2027-01-15"},
            },
            "",
            id="decimals and strange letters stay as they are",
        ),
        pytest.param(
            [order(codeable(SCT, code="77476009"))],
            {"occurrencePeriod": {"start": "2026-11-20", "end": "2027-01-15"}},
            "",
            id="a brace as a ServiceRequest is corrected too",
        ),
        pytest.param(
            [
                brace(
                    codeable(HCPCS, code="L0631"),
                    occurrencePeriod={"start": "2026-11-21", "end": "2027-06-01"},
                    note=[{"text": "äß椎"}, {"text": "fitted by us"}],
                    priority="asap",
                    reasonCode=[codeable(SCT, code="240198002")],
                    parameter=[
                        {
                            "code": {"text": "length of need"},
                            "valueQuantity": {"value": 99, "unit": "months"},
                        }
                    ],
                    extension=[
                        {"url": "https://ehr.example.org/x", "valueString": "kept"}
                    ],
                    meta={"versionId": "3", "lastUpdated": "2026-11-20T08:00:00.120Z"},
                    identifier=[{"system": "urn:local", "value": "0042"}],
                    performer={"display": "Orthotist"},
                )
            ],
            {"occurrencePeriod": {"start": "2026-11-21", "end": "2027-01-15"}},
            "",
            id="all else stays as it was written",
        ),
        pytest.param(
            [brace(None, occurrencePeriod={"end": "2027-06"})],
            {"occurrencePeriod": {"start": "2026-11-20", "end": "2027-01-15"}},
            "",
            id="an end without a start, to the month",
        ),
        pytest.param(
            [
                brace(
                    None,
                    occurrenceTiming={
                        "repeat": {
                            "boundsPeriod": {"start": "2026-11-21", "end": "2028"},
                            "frequency": 2,
                        }
                    },
                )
            ],
            {
                "occurrenceTiming": {
                    "repeat": {
                        "boundsPeriod": {"start": "2026-11-21", "end": "2027-01-15"},
                        "frequency": 2,
                    }
                }
            },
            "",
            id="bounds of a timing keep their start, and the rest of it stays",
        ),
        pytest.param(
            [brace(None, occurrenceTiming={"code": {"text": "daily"}})],
            {
                "occurrenceTiming": {
                    "code": {"text": "daily"},
                    "repeat": {
                        "boundsPeriod": {"start": "2026-11-20", "end": "2027-01-15"}
                    },
                }
            },
            "",
            id="a timing in words alone",
        ),
        pytest.param(
            [
                brace(
                    None,
                    note=[{"text": "TLSO. " + "x" * 2_000 + " for 3 months"}],
                )
            ],
            None,
            "",
            id="words longer than are read",
        ),
        pytest.param(
            [
                brace(None),
                brace({"text": "Oxygen concentrator"}, note=[{"text": "at night"}]),
            ],
            None,
            "",
            id="one of two drafts with one reference",
        ),
        pytest.param(
            [
                brace(None),
                {
                    "resourceType": "RequestGroup",
                    "id": "g",
                    "status": "draft",
                    "intent": "order",
                    "contained": [brace({"text": "Oxygen concentrator"})],
                },
            ],
            None,
            "",
            id="an order that stands inside a group as well",
        ),
        pytest.param(
            [
                {
                    "resourceType": "RequestGroup",
                    "id": "g",
                    "status": "draft",
                    "intent": "order",
                    "contained": [brace(None)],
                }
            ],
            None,
            "",
            id="an order inside another",
        ),
        pytest.param(
            [brace(None, status="active")],
            None,
            "",
            id="an order that is signed again or of an unknown status: active",
        ),
        pytest.param(
            [brace(None, status="on-hold")],
            None,
            "",
            id="an order that is signed again or of an unknown status: on-hold",
        ),
        pytest.param(
            [brace(None, status="no-such-status")],
            None,
            "",
            id="an order that is signed again or of an unknown status: no-such-status",
        ),
        pytest.param(
            [brace(None, status=7)],
            None,
            "",
            id="an order that is signed again or of an unknown status: 7",
        ),
        pytest.param(
            [brace(None, status=None)],
            None,
            "",
            id="an order that is signed again or of an unknown status: None",
        ),
        pytest.param(
            [brace(None, note=[{"text": "3 month TLSO"}])],
            None,
            "",
            id='words that cannot be corrected with certainty: "until 15 Jan 2027 TLSO" is no English',
        ),
        pytest.param(
            [brace(None, note=[{"text": "TLSO for 12 weeks after surgery"}])],
            None,
            "",
            id="words that cannot be corrected with certainty: nor is an end after surgery",
        ),
        pytest.param(
            [brace(None, note=[{"text": "TLSO until 03/04/2027"}])],
            None,
            "",
            id="words that cannot be corrected with certainty: March or April",
        ),
        pytest.param(
            [brace(None, note=[{"text": "TLSO 12 weeks with X-ray"}])],
            None,
            "",
            id="words that cannot be corrected with certainty: doubtful",
        ),
        pytest.param(
            [brace(None, note=[{"text": "Discontinue brace after 12 weeks"}])],
            None,
            "",
            id="words that cannot be corrected with certainty: note Discontinue brace after 12 weeks",
        ),
        pytest.param(
            [brace(codeable(HCPCS, code="L0456", display="TLSO x 3 months"))],
            None,
            "",
            id="words that cannot be corrected with certainty: a display is the code system's",
        ),
        pytest.param(
            [
                brace(
                    None,
                    text={
                        "status": "generated",
                        "div": (
                            '<div xmlns="http://www.w3.org/1999/xhtml">TLSO x 3'
                            " months</div>"
                        ),
                    },
                )
            ],
            None,
            "",
            id="words that cannot be corrected with certainty: text",
        ),
        pytest.param(
            [
                brace(
                    None,
                    parameter=[
                        {
                            "code": {"text": "Duration of wear"},
                            "valueQuantity": {"value": 3, "unit": "months"},
                        }
                    ],
                )
            ],
            None,
            "",
            id="words that cannot be corrected with certainty: parameter",
        ),
        pytest.param(
            [brace(None, note=[{"text": "ＴＬＳＯ x 3 months"}])],
            None,
            "",
            id="words that cannot be corrected with certainty: places are not those of the text",
        ),
        pytest.param(
            [brace(None, intent=None)],
            None,
            "",
            id="a draft that is no valid R4: required in R4",
        ),
        pytest.param(
            [brace(None, id=None)],
            None,
            "",
            id="a draft that is no valid R4: id",
        ),
        pytest.param(
            [brace(None, unknownMember=1)],
            None,
            "",
            id="a draft that is no valid R4: unknownMember",
        ),
        pytest.param(
            [brace(None, category={"coding": []})],
            None,
            "",
            id="a draft that is no valid R4: category",
        ),
        pytest.param(
            [brace(None, _authoredOn="4.25")],
            None,
            "",
            id="a draft that is no valid R4: over which the classes of R4 fall",
        ),
        pytest.param(
            [
                brace(
                    None,
                    occurrencePeriod={"start": "2026-11-20"},
                    occurrenceDateTime="2026-11-20",
                )
            ],
            None,
            "",
            id="a draft that is no valid R4: occurrencePeriod, occurrenceDateTime",
        ),
    ],
)
def test_a_brace_is_corrected_or_left_to_its_author(drafts, changes, words):
    draft = deepcopy(drafts[0])
    action = corrected(*drafts)
    assert bool(action) is (changes is not None)
    if action:
        changed = {
            name: value
            for name, value in (draft | changes).items()
            if value is not None
        }
        assert (action.type, action.resource) == ("update", changed)
        assert words in action.description
        assert drafts[0] == draft


@pytest.mark.parametrize(
    ("zone", "is_offered"), [("UTC", True), ("Australia/Sydney", False)]
)
def test_an_event_is_of_the_day_at_the_site(zone, is_offered):
    last = brace(occurrenceTiming={"event": ["2026-11-20", "2027-01-15T20:00:00Z"]})
    there = copy(terminology())
    there.calendar = SiteCalendar(ZoneInfo(zone))
    assert bool(corrected(last, there=there)) is is_offered


@pytest.mark.parametrize(
    ("written", "becomes"),
    [
        ("TLSO x 3 months", "TLSO until 15 Jan 2027"),
        ("LSO for 12 weeks when out of bed", "LSO until 15 Jan 2027 when out of bed"),
        ("TLSO (3 months)", "TLSO (until 15 Jan 2027)"),
        (
            "TLSO until 15 Mar 2027, day and night",
            "TLSO until 15 Jan 2027, day and night",
        ),
        ("Korsett für 3 Monate", "Korsett bis 2027-01-15"),
        ("corset pendant 12 semaines", "corset jusqu'au 2027-01-15"),
        ("corsé durante 3 meses", "corsé hasta el 2027-01-15"),
        ("busto per 3 mesi", "busto fino al 2027-01-15"),
        ("佩戴3个月", "佩戴至2027-01-15"),
        (
            "TLSO x 3 months; follow-up in 6 weeks",
            "TLSO until 15 Jan 2027; follow-up in 6 weeks",
        ),
        # ends earlier than the correction: stays
        ("TLSO for 6 weeks", "TLSO for 6 weeks"),
        # the payer's
        ("TLSO, length of need 99", "TLSO, length of need 99"),
        # earlier when pain allows
        ("TLSO until pain subsides", "TLSO until pain subsides"),
    ],
)
def test_a_length_in_words_is_corrected_where_it_stands_and_nothing_else(
    written, becomes
):
    for place in ("code", "note", "patientInstruction"):
        draft = {
            "code": brace(codeable(HCPCS, "L0456", written)),
            "note": brace(
                note=[
                    {"text": written, "time": "2026-11-20T08:00:00Z"},
                    {"text": "Mr B, fitted by us"},
                ]
            ),
            "patientInstruction": order(
                codeable(SCT, "77476009"), patientInstruction=written
            ),
        }[place]
        expected = json.loads(
            json.dumps(draft, ensure_ascii=False).replace(written, becomes)
        )
        assert corrected(draft).resource == {
            **expected,
            "occurrencePeriod": {"start": "2026-11-20", "end": "2027-01-15"},
        }, place


def test_a_correction_as_a_new_order_keeps_all_that_is_not_of_one_version():
    meta = {
        "versionId": "3",
        "profile": ["https://ehr.example.org/p"],
        "security": [{"code": "R"}],
    }
    draft = brace(
        meta=meta,
        note=[{"text": "wear when up"}],
        _intent={"extension": [{"url": "u:x"}]},
    )
    (found,) = find_draft_support_orders(signing(bundle(draft)), terminology())
    correction = Correction(order=found, start=TODAY, review=REVIEW, end=END)
    one = recommend(label="Set an end", corrections=(correction,))
    (offer,) = suggest(one, capabilities=Capabilities(actions=frozenset({"create"})))[
        "rule-1"
    ]
    new = dict(offer.actions[0].resource)
    assert (offer.actions[0].type, offer.is_recommended) == ("create", False)
    assert new.pop("id") != draft["id"]
    assert new == {
        **{name: value for name, value in draft.items() if name != "id"},
        "meta": {name: value for name, value in meta.items() if name != "versionId"},
        "occurrencePeriod": {"start": "2026-11-20", "end": "2027-01-15"},
    }

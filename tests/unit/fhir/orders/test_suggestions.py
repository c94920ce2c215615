"""Suggestions: complete orders from templates, and the corrected brace that keeps everything else."""

import json
from copy import copy, deepcopy
from datetime import date
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from fhir.resources.R4B.servicerequest import ServiceRequest

from cds_service.core.bracing import Correction
from cds_service.core.recommendations import Recommendation, Rule, When
from cds_service.errors import DataFileError
from cds_service.fhir.orders.augmentation import find_augmentation_order
from cds_service.fhir.orders.suggestions import (
    Ordering,
    draft_suggestions,
    make_template,
)
from cds_service.fhir.orders.support_orders import find_draft_support_orders
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
    whole = {"rule": rule, "text": rule.text, "order": template}
    whole |= {
        "label": "Refer to rehabilitation",
        "recommended": True,
        "already": (),
        "because": (),
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
    ordering = Ordering(templates=TEMPLATES, terminology=there, today=TODAY, **request)
    return draft_suggestions(recommendations, ordering)


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
    "case",
    [
        {
            "why": "an open-ended brace gets an end and keeps its start",
            "drafts": [
                brace(
                    None,
                    occurrencePeriod={"start": "2026-11-21T08:00:00+01:00"},
                    note=[{"text": "L1"}],
                )
            ],
            "changes": {
                "occurrencePeriod": {
                    "start": "2026-11-21T08:00:00+01:00",
                    "end": "2027-01-15",
                }
            },
        },
        {
            "why": "a brace without any time gets both",
            "drafts": [brace(None)],
            "changes": {
                "occurrencePeriod": {"start": "2026-11-20", "end": "2027-01-15"}
            },
        },
        {
            "why": "an event within the limit is kept",
            "drafts": [brace(None, occurrenceTiming={"event": ["2026-11-20"]})],
            "changes": {
                "occurrenceTiming": {
                    "event": ["2026-11-20"],
                    "repeat": {
                        "boundsPeriod": {"start": "2026-11-20", "end": "2027-01-15"}
                    },
                }
            },
        },
        {
            "why": "a brace with an event beyond the new end is left to its author",
            "drafts": [
                brace(None, occurrenceTiming={"event": ["2026-11-20", "2027-06-01"]})
            ],
        },
        {
            "why": "so is one with an event without a day",
            "drafts": [brace(None, occurrenceTiming={"event": ["2027"]})],
        },
        {
            "why": "a timing is bounded in place",
            "drafts": [
                brace(
                    None,
                    occurrenceTiming={
                        "repeat": {"frequency": 1, "period": 1, "periodUnit": "d"},
                        "code": {"text": "when upright"},
                    },
                )
            ],
            "changes": {
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
        },
        {
            "why": "a length is replaced by the period and the clinician is told",
            "drafts": [
                brace(
                    None,
                    occurrenceTiming={
                        "repeat": {"boundsDuration": {"value": 12, "unit": "wk"}}
                    },
                )
            ],
            "changes": {
                "occurrenceTiming": {
                    "repeat": {
                        "boundsPeriod": {"start": "2026-11-20", "end": "2027-01-15"}
                    }
                }
            },
            "says": "is replaced by this period",
        },
        {
            "why": "a single date becomes the start and the clinician is told",
            "drafts": [brace(None, occurrenceDateTime="2026-11-22")],
            "changes": {
                "occurrenceDateTime": None,
                "occurrencePeriod": {"start": "2026-11-22", "end": "2027-01-15"},
            },
            "says": (
                "Set the end of this TLSO (L0456) order to 15 Jan 2027; its date"
                " becomes the start of the period, all else stays as written. The order"
                " plans no review: arrange it for 4 Dec 2026"
            ),
        },
        {
            "why": "the clinician is told that words are replaced",
            "drafts": [brace(None, note=[{"text": "x 3 months"}])],
            "changes": {
                "note": [{"text": "until 15 Jan 2027"}],
                "occurrencePeriod": {"start": "2026-11-20", "end": "2027-01-15"},
            },
            "says": "the length stated in its words is replaced by this end",
        },
        {
            "why": "decimals and strange letters stay as they are",
            "drafts": [
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
            "changes": {
                "note": [{"text": "Æ: TLSO until 15 Jan 2027"}],
                "occurrencePeriod": {"start": "2026-11-20", "end": "2027-01-15"},
            },
        },
        {
            "why": "a brace as a ServiceRequest is corrected too",
            "drafts": [order(codeable(SCT, code="77476009"))],
            "changes": {
                "occurrencePeriod": {"start": "2026-11-20", "end": "2027-01-15"}
            },
        },
        {
            "why": "all else stays as it was written",
            "changes": {
                "occurrencePeriod": {"start": "2026-11-21", "end": "2027-01-15"}
            },
            "drafts": [
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
        },
        {
            "why": "an end without a start, to the month",
            "drafts": [brace(None, occurrencePeriod={"end": "2027-06"})],
            "changes": {
                "occurrencePeriod": {"start": "2026-11-20", "end": "2027-01-15"}
            },
        },
        {
            "why": "bounds of a timing keep their start, and the rest of it stays",
            "drafts": [
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
            "changes": {
                "occurrenceTiming": {
                    "repeat": {
                        "boundsPeriod": {"start": "2026-11-21", "end": "2027-01-15"},
                        "frequency": 2,
                    }
                }
            },
        },
        {
            "why": "a timing in words alone",
            "drafts": [brace(None, occurrenceTiming={"code": {"text": "daily"}})],
            "changes": {
                "occurrenceTiming": {
                    "code": {"text": "daily"},
                    "repeat": {
                        "boundsPeriod": {"start": "2026-11-20", "end": "2027-01-15"}
                    },
                }
            },
        },
        {
            "why": "words longer than are read",
            "drafts": [
                brace(
                    None,
                    note=[{"text": "TLSO. " + "x" * 2_000 + " for 3 months"}],
                )
            ],
        },
        {
            "why": "one of two drafts with one reference",
            "drafts": [
                brace(None),
                brace({"text": "Oxygen concentrator"}, note=[{"text": "at night"}]),
            ],
        },
        {
            "why": "an order that stands inside a group as well",
            "drafts": [
                brace(None),
                {
                    "resourceType": "RequestGroup",
                    "id": "g",
                    "status": "draft",
                    "intent": "order",
                    "contained": [brace({"text": "Oxygen concentrator"})],
                },
            ],
        },
        {
            "why": "an order inside another",
            "drafts": [
                {
                    "resourceType": "RequestGroup",
                    "id": "g",
                    "status": "draft",
                    "intent": "order",
                    "contained": [brace(None)],
                }
            ],
        },
        {
            "why": "an order that is signed again or of an unknown status: active",
            "drafts": [brace(None, status="active")],
        },
        {
            "why": "an order that is signed again or of an unknown status: on-hold",
            "drafts": [brace(None, status="on-hold")],
        },
        {
            "why": (
                "an order that is signed again or of an unknown status: no-such-status"
            ),
            "drafts": [brace(None, status="no-such-status")],
        },
        {
            "why": "an order that is signed again or of an unknown status: 7",
            "drafts": [brace(None, status=7)],
        },
        {
            "why": "an order that is signed again or of an unknown status: None",
            "drafts": [brace(None, status=None)],
        },
        {
            "why": (
                'words that cannot be corrected with certainty: "until 15 Jan 2027'
                ' TLSO" is no English'
            ),
            "drafts": [brace(None, note=[{"text": "3 month TLSO"}])],
        },
        {
            "why": (
                "words that cannot be corrected with certainty: nor is an end after"
                " surgery"
            ),
            "drafts": [brace(None, note=[{"text": "TLSO for 12 weeks after surgery"}])],
        },
        {
            "why": "words that cannot be corrected with certainty: March or April",
            "drafts": [brace(None, note=[{"text": "TLSO until 03/04/2027"}])],
        },
        {
            "why": "words that cannot be corrected with certainty: doubtful",
            "drafts": [brace(None, note=[{"text": "TLSO 12 weeks with X-ray"}])],
        },
        {
            "why": (
                "words that cannot be corrected with certainty: note Discontinue brace"
                " after 12 weeks"
            ),
            "drafts": [
                brace(None, note=[{"text": "Discontinue brace after 12 weeks"}])
            ],
        },
        {
            "why": (
                "words that cannot be corrected with certainty: a display is the code"
                " system's"
            ),
            "drafts": [brace(codeable(HCPCS, code="L0456", display="TLSO x 3 months"))],
        },
        {
            "why": "words that cannot be corrected with certainty: text",
            "drafts": [
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
        },
        {
            "why": "words that cannot be corrected with certainty: parameter",
            "drafts": [
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
        },
        {
            "why": (
                "words that cannot be corrected with certainty: places are not those of"
                " the text"
            ),
            "drafts": [brace(None, note=[{"text": "ＴＬＳＯ x 3 months"}])],
        },
        {
            "why": "a draft that is no valid R4: required in R4",
            "drafts": [brace(None, intent=None)],
        },
        {"why": "a draft that is no valid R4: id", "drafts": [brace(None, id=None)]},
        {
            "why": "a draft that is no valid R4: unknownMember",
            "drafts": [brace(None, unknownMember=1)],
        },
        {
            "why": "a draft that is no valid R4: category",
            "drafts": [brace(None, category={"coding": []})],
        },
        {
            "why": "a draft that is no valid R4: over which the classes of R4 fall",
            "drafts": [brace(None, _authoredOn="4.25")],
        },
        {
            "why": "a draft that is no valid R4: occurrencePeriod, occurrenceDateTime",
            "drafts": [
                brace(
                    None,
                    occurrencePeriod={"start": "2026-11-20"},
                    occurrenceDateTime="2026-11-20",
                )
            ],
        },
    ],
    ids=lambda case: case["why"],
)
def test_a_brace_is_corrected_or_left_to_its_author(case):
    draft = deepcopy(case["drafts"][0])
    action = corrected(*case["drafts"])
    assert bool(action) is ("changes" in case)
    if action:
        changed = {
            name: value
            for name, value in (draft | case["changes"]).items()
            if value is not None
        }
        assert (action.type, action.resource) == ("update", changed)
        assert case.get("says", "") in action.description
        assert case["drafts"][0] == draft


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

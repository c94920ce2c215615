"""What orders that are being signed ask for: augmentation, levels, braces, referrals."""

from datetime import date

import pytest

from cds_service.fhir.orders.levels.treated_levels import (
    UNUSUAL_NUMBERING,
    WEAK_JUNCTION,
)
from cds_service.fhir.orders.missed_orders import missed_orders
from cds_service.fhir.orders.operations.augmentation import (
    BOTH,
    BY_TEXT,
    FROM_WORDS,
    OPEN,
    find_augmentation_order,
)
from cds_service.fhir.orders.recognition import may_concern_us
from cds_service.fhir.orders.support.signed_support import find_draft_support_orders
from cds_service.outgoing.deadline import Deadline
from tests.codes import CPT, HCPCS, ICD, PCS, SCT, codeable
from tests.order_builders import (
    brace,
    bundle,
    cpt,
    order,
    signing,
    terminology,
    worded,
)

OSTEOPOROTIC_FRACTURE, L1_FRACTURE = "240198002", "S32.010A"
T12_SITE, L1_SITE, L4_SITE = "23215003", "66794005", "11994002"


def read_orders(*drafts):
    """Return the augmentation that is signed, and its support orders.

    Asserts that an order of which something is read, or nearly, concerns us.
    """
    signed = signing(bundle(*drafts))
    augmentation = find_augmentation_order(signed, terminology())
    support = find_draft_support_orders(signed, terminology())
    if augmentation or support or missed_orders(signed, terminology()):
        assert concern_us(*drafts)
    return augmentation, support


def augmentation_of(*drafts):
    """Return the one augmentation of a signing that orders no support."""
    augmentation, support = read_orders(*drafts)
    assert augmentation is not None
    assert not support
    return augmentation


def support_of(*drafts):
    """Return the kinds of support of a signing that orders no augmentation."""
    augmentation, support = read_orders(*drafts)
    assert augmentation is None
    return [order.kind for order in support]


def assert_nothing_ordered(*drafts):
    assert support_of(*drafts) == []


def has_note(augmentation, words):
    return any(words in note for note in augmentation.notes)


def sites(*codes):
    """Return a bodySite with these codes of SNOMED CT."""
    return [codeable(SCT, code=code) for code in codes]


# --- the procedure


def test_a_supplement_alone_leaves_the_procedure_open_and_says_so():
    augmentation = augmentation_of(order(codeable(PCS, code="0QU03JZ")))
    assert augmentation.procedure is None
    assert augmentation.notes == (OPEN,)


def test_supplement_and_reposition_on_one_order_are_a_kyphoplasty():
    codings = [{"system": PCS, "code": code} for code in ("0QU03JZ", "0QS03ZZ")]
    assert augmentation_of(order({"coding": codings})).procedure == "PKP"


def test_supplement_and_reposition_on_two_orders_are_one_kyphoplasty():
    augmentation = augmentation_of(
        order(codeable(PCS, code="0PU43JZ")),
        order(codeable(PCS, code="0PS43ZZ"), number=2),
    )
    assert augmentation.procedure == "PKP"
    assert augmentation.references == (
        "ServiceRequest/draft-1",
        "ServiceRequest/draft-2",
    )


def test_reposition_alone_is_no_augmentation():
    assert_nothing_ordered(order(codeable(PCS, code="0PS43ZZ")))


def test_words_settle_what_an_open_code_leaves_open():
    augmentation = augmentation_of(
        order(codeable(PCS, code="0QU03JZ", text="Kyphoplasty L1"))
    )
    assert augmentation.procedure == "PKP"
    assert augmentation.recognised_by == "code"
    assert has_note(augmentation, FROM_WORDS)


def test_both_procedures_in_one_signing_are_named_and_neither_is_chosen():
    augmentation = augmentation_of(cpt("22514"), cpt("22511", number=2))
    assert augmentation.procedure is None
    assert augmentation.notes == (BOTH,)
    assert augmentation.references == (
        "ServiceRequest/draft-1",
        "ServiceRequest/draft-2",
    )


def test_several_orders_are_one_answer_that_names_them_all():
    augmentation, support = read_orders(
        cpt("22514", number=2), brace(None, number=3), cpt("22515")
    )
    assert augmentation.references == (
        "ServiceRequest/draft-1",
        "ServiceRequest/draft-2",
    )
    assert augmentation.titles == ("kyphoplasty (22515)", "kyphoplasty (22514)")
    assert [order.kind for order in support] == ["brace"]


def test_the_display_of_an_unknown_code_counts_as_words():
    augmentation = augmentation_of(
        order(codeable("urn:local", code="4711", display="Kyphoplasty"))
    )
    assert augmentation.recognised_by == "text"
    assert has_note(augmentation, BY_TEXT)


# --- where an order may be written


def test_a_procedure_named_only_in_the_detail_of_an_order_counts():
    request = order(
        {"text": "Surgical case request"}, orderDetail=[codeable(CPT, code="22514")]
    )
    assert augmentation_of(request).procedure == "PKP"


def test_dstu2_names_the_procedure_in_a_procedure_request():
    request = {
        "resourceType": "ProcedureRequest",
        "id": "1",
        "code": codeable(CPT, code="22514"),
        "subject": {"reference": "Patient/pat-1"},
    }
    assert augmentation_of(request).procedure == "PKP"


def test_stu3_names_the_procedure_in_a_referral_request():
    request = {
        "resourceType": "ReferralRequest",
        "id": "2",
        "serviceRequested": [codeable(CPT, code="22511")],
        "patient": {"reference": "Patient/pat-1"},
    }
    assert augmentation_of(request).procedure == "PVP"


INSIDE = {
    "resourceType": "ServiceRequest",
    "id": "inside",
    "status": "draft",
    "intent": "order",
    "code": codeable(CPT, code="22514"),
    "subject": {"reference": "Patient/pat-1"},
}


def test_an_order_inside_a_request_group_is_found():
    augmentation = augmentation_of(order(None, kind="RequestGroup", contained=[INSIDE]))
    assert augmentation.references == ("RequestGroup/draft-1#inside",)


def test_an_order_inside_a_nested_bundle_is_found():
    nested = bundle(INSIDE) | {"id": "b", "type": "collection"}
    assert augmentation_of(nested).references == ("Bundle/b#inside",)


# --- which orders count


@pytest.mark.parametrize(
    "members",
    [
        pytest.param({"status": "revoked"}, id="revoked"),
        pytest.param({"status": "completed"}, id="completed"),
        pytest.param({"doNotPerform": True}, id="not to perform"),
    ],
)
def test_an_order_that_is_withdrawn_or_done_is_none(members):
    a_brace = order(codeable(SCT, code="77476009"), number=2, **members)
    assert_nothing_ordered(cpt("22514", **members), a_brace)


def test_an_order_that_was_entered_in_error_is_none():
    assert_nothing_ordered(cpt("22514", status="entered-in-error"))


@pytest.mark.parametrize(
    "status", ["draft", "active", "on-hold", "unknown", None, 7], ids=str
)
def test_an_order_of_any_other_status_counts(status):
    assert augmentation_of(cpt("22514", status=status)).procedure == "PKP"


def test_an_order_that_names_nobody_is_for_the_patient_of_the_call():
    assert augmentation_of(cpt("22514", subject=None)).procedure == "PKP"


def test_another_patients_brace_is_left_out_and_no_reason_to_refuse():
    a_brace = brace(None, number=2, subject={"reference": "Patient/other"})
    assert augmentation_of(cpt("22514"), a_brace).procedure == "PKP"


def kyphoplasty_of_l1(**members):
    return cpt("22514", bodySite=sites(L1_SITE), **members)


def kyphoplasty_of_t12(**members):
    return cpt("22513", number=2, bodySite=sites(T12_SITE), **members)


def replacing(number):
    return [{"reference": f"ServiceRequest/draft-{number}"}]


@pytest.mark.parametrize(
    "drafts",
    [
        pytest.param(
            [kyphoplasty_of_l1(replaces=replacing(2)), kyphoplasty_of_t12()],
            id="replaced",
        ),
        pytest.param(
            [kyphoplasty_of_l1(replaces=[]), kyphoplasty_of_t12(status="Cancelled")],
            id="withdrawn",
        ),
    ],
)
def test_of_two_orders_the_one_that_is_replaced_or_withdrawn_is_none(drafts):
    assert augmentation_of(*drafts).levels.names == ("L1",)


def test_an_order_does_not_replace_itself():
    augmentation = augmentation_of(
        kyphoplasty_of_l1(replaces=replacing(1)), kyphoplasty_of_t12(status="revoked")
    )
    assert augmentation.levels.names == ("L1",)


def test_of_two_orders_that_replace_each_other_both_count():
    augmentation = augmentation_of(
        kyphoplasty_of_l1(replaces=replacing(2)),
        kyphoplasty_of_t12(replaces=replacing(1)),
    )
    assert augmentation.levels.names == ("T12", "L1")


# --- the day of writing


def test_the_earliest_day_of_writing_counts_in_utc():
    augmentation = augmentation_of(
        cpt("22514", authoredOn="2026-11-20T23:30:00-05:00"),
        cpt("22515", number=2, authoredOn="2026-11-22"),
    )
    assert augmentation.authored == date(2026, 11, 21)


@pytest.mark.parametrize(
    "authored",
    ["2026", "2026-11", "soon", "2026-13-45", None, 20261120],
    ids=str,
)
def test_a_day_that_is_not_stated_is_not_made_up(authored):
    assert augmentation_of(cpt("22514", authoredOn=authored)).authored is None


# --- the levels: body sites


@pytest.mark.parametrize(
    ("code", "level", "is_at_junction"),
    [
        pytest.param("64864005", "T1", False, id="T1 of DICOM"),
        pytest.param("56094003", "T1", False, id="T1 of mCODE"),
        pytest.param("82687006", "T9", False, id="T9 of DICOM"),
        pytest.param("33766003", "T9", False, id="T9 of mCODE"),
        pytest.param("7610001", "T10", True, id="T10 of DICOM"),
        pytest.param("48405002", "T10", True, id="T10 of mCODE"),
        pytest.param("12989004", "T11", True, id="T11 of DICOM"),
        pytest.param("52120002", "T11", True, id="T11 of mCODE"),
        pytest.param("23215003", "T12", True, id="T12 of DICOM"),
        pytest.param("280849005", "T12", True, id="T12 of mCODE"),
        pytest.param("66794005", "L1", True, id="L1 of DICOM"),
        pytest.param("61032001", "L1", True, id="L1 of mCODE"),
        pytest.param("14293000", "L2", True, id="L2 of DICOM"),
        pytest.param("53983007", "L2", True, id="L2 of mCODE"),
        pytest.param("36470004", "L3", False, id="L3 of DICOM"),
        pytest.param("55492004", "L3", False, id="L3 of mCODE"),
        pytest.param("49668003", "L5", False, id="L5 of DICOM"),
        pytest.param("21799000", "L5", False, id="L5 of mCODE"),
    ],
)
def test_a_body_site_of_dicom_cid_7603_or_mcode_is_its_level(
    code, level, is_at_junction
):
    levels = augmentation_of(cpt("22514", bodySite=sites(code))).levels
    assert (levels.names, levels.count) == ((level,), 1)
    assert levels.source == "bodySite"
    assert levels.is_at_junction is is_at_junction


@pytest.mark.parametrize(
    "second",
    [
        pytest.param({"text": "T12"}, id="words"),
        pytest.param(
            codeable("urn:site", code="VB-T12", display="T12 vertebral body"),
            id="unknown code with words",
        ),
    ],
)
def test_each_body_site_counts_coded_or_worded(second):
    augmentation = augmentation_of(cpt("22514", bodySite=[*sites(L1_SITE), second]))
    assert augmentation.levels.names == ("T12", "L1")
    assert augmentation.levels.count == 2
    assert augmentation.notes == ()


def test_a_body_site_that_is_only_worded_is_read():
    augmentation = augmentation_of(cpt("22514", bodySite=[{"text": "Th12"}]))
    assert augmentation.levels.names == ("T12",)


def test_a_body_site_is_believed_before_the_text_and_the_difference_is_said():
    augmentation = augmentation_of(
        order(
            codeable(CPT, code="22514", text="Kyphoplasty L2"), bodySite=sites(L1_SITE)
        )
    )
    assert augmentation.levels.names == ("L1",)
    assert has_note(augmentation, "its text says L2")


OF_A_CODED_LEVEL = pytest.mark.parametrize(
    ("element", "system", "code"),
    [
        pytest.param("bodySite", SCT, L1_SITE, id="body site"),
        pytest.param("reasonCode", ICD, L1_FRACTURE, id="reason"),
    ],
)


@OF_A_CODED_LEVEL
def test_words_of_another_level_than_the_code_are_said(element, system, code):
    coded = codeable(system, code=code, text="L2 fracture")
    augmentation = augmentation_of(cpt("22514", **{element: [coded]}))
    assert augmentation.levels.names == ("L1",)
    assert augmentation.notes == (
        f"The order's {element} says L1, its text says L2; L1 is used.",
    )


@OF_A_CODED_LEVEL
def test_words_of_the_same_level_as_the_code_are_not_said(element, system, code):
    coded = codeable(system, code=code, text="L1 fracture")
    augmentation = augmentation_of(cpt("22514", **{element: [coded]}))
    assert augmentation.levels.names == ("L1",)
    assert augmentation.notes == ()


def test_a_thirteenth_thoracic_vertebra_is_named_and_not_used():
    augmentation = augmentation_of(cpt("22513", bodySite=sites("1186895000")))
    assert augmentation.levels.names == ()
    assert augmentation.levels.is_at_junction is None
    assert has_note(augmentation, UNUSUAL_NUMBERING)


def test_a_sixth_lumbar_vertebra_is_named():
    augmentation = augmentation_of(
        order(codeable(CPT, code="22514", text="Kyphoplasty L6"))
    )
    assert has_note(augmentation, UNUSUAL_NUMBERING)


# --- the levels: at the junction, and how many


def test_the_region_of_the_code_alone_does_not_decide_the_junction():
    levels = augmentation_of(cpt("22514")).levels
    assert levels.region == "lumbar"
    assert levels.names == ()
    assert levels.is_at_junction is None
    assert levels.source == ""


def test_the_weak_code_of_the_junction_is_named_as_weak():
    augmentation = augmentation_of(
        cpt("22514", reasonCode=[codeable(ICD, code="M48.55XA")])
    )
    assert has_note(augmentation, WEAK_JUNCTION)


def test_one_level_at_the_junction_is_enough():
    levels = augmentation_of(cpt("22514", bodySite=sites(L4_SITE, L1_SITE))).levels
    assert levels.names == ("L1", "L4")
    assert levels.count == 2
    assert levels.is_at_junction is True


def test_an_additional_level_that_is_not_named_leaves_the_junction_open():
    levels = augmentation_of(
        cpt("22514", bodySite=sites(L4_SITE)), cpt("22515", number=2)
    ).levels
    assert levels.names == ("L4",)
    assert levels.count == 2
    assert levels.is_at_junction is None


@pytest.mark.parametrize(
    ("codes", "count"),
    [
        pytest.param(["22514", "22511"], 1, id="both procedures"),
        pytest.param(["22513", "22514"], 2, id="two regions"),
        pytest.param(["22514", "22511", "22515"], 2, id="an additional level"),
    ],
)
def test_orders_of_one_body_site_are_as_many_levels_as_their_codes_say(codes, count):
    augmentation = augmentation_of(
        *(
            cpt(code, number=number, bodySite=sites(L4_SITE))
            for number, code in enumerate(codes, 1)
        )
    )
    assert augmentation.levels.count == count


# --- the levels: notes and reasons


def test_a_note_on_something_else_names_no_level():
    augmentation = augmentation_of(
        cpt("22514", note=[{"text": "spinal stimulator T9"}])
    )
    assert augmentation.levels.names == ()


@pytest.mark.parametrize(
    "note",
    [
        "rods L3-L5 in place",
        "spinal stimulator T9",
        "L2 also if time",
        "fracture at T8 as well",
    ],
)
def test_a_note_does_not_move_the_level_that_the_order_names(note):
    levels = augmentation_of(
        order(codeable(CPT, code="22514", text="Kyphoplasty L1"), note=[{"text": note}])
    ).levels
    assert (levels.names, levels.source) == (("L1",), "text")


def test_a_note_is_believed_before_the_reason():
    levels = augmentation_of(
        cpt(
            "22514",
            note=[{"text": "treat L1 and T12"}],
            reasonCode=[codeable(ICD, code="S32.030A")],
        )
    ).levels
    assert (levels.names, levels.source) == (("T12", "L1"), "note")


@pytest.mark.parametrize(
    "code",
    [
        pytest.param("S32.010D", id="routine healing"),
        pytest.param("S32.010G", id="delayed healing"),
        pytest.param("S32.010S", id="sequela"),
        pytest.param("S32.01", id="code of another edition"),
    ],
)
def test_a_reason_that_is_no_fracture_of_today_names_no_level(code):
    augmentation = augmentation_of(cpt("22514", reasonCode=[codeable(ICD, code=code)]))
    assert augmentation.levels.names == ()


def fracture_of_t12(**members):
    return {
        "resourceType": "Condition",
        "id": "c1",
        "bodySite": sites("280849005"),
        **members,
    }


@pytest.mark.parametrize(
    "drafts",
    [
        pytest.param(
            [
                cpt("22513", reasonReference=[{"reference": "Condition/c1"}]),
                fracture_of_t12(),
            ],
            id="came along",
        ),
        pytest.param(
            [
                cpt(
                    "22513",
                    reasonReference=[{"reference": "#c1"}],
                    contained=[fracture_of_t12()],
                )
            ],
            id="contained",
        ),
    ],
)
def test_the_body_site_of_a_reason_is_read(drafts):
    levels = augmentation_of(*drafts).levels
    assert (levels.names, levels.source) == (("T12",), "reasonReference")


def test_a_reason_that_did_not_come_along_is_not_looked_for():
    elsewhere = [{"reference": "Condition/elsewhere"}]
    augmentation = augmentation_of(cpt("22513", reasonReference=elsewhere))
    assert augmentation.levels.names == ()


def test_a_reason_that_was_entered_in_error_says_no_level():
    retracted = codeable(
        "http://terminology.hl7.org/CodeSystem/condition-ver-status",
        code="entered-in-error",
    )
    augmentation = augmentation_of(
        cpt("22513", reasonReference=[{"reference": "Condition/c1"}]),
        fracture_of_t12(verificationStatus=retracted),
    )
    assert augmentation.levels.names == ()


def test_reasons_are_read_from_codes_and_from_conditions_that_came_along():
    metastasis = {
        "resourceType": "Condition",
        "id": "c1",
        "code": codeable(ICD, code="C79.51"),
    }
    augmentation = augmentation_of(
        cpt(
            "22514",
            reasonCode=[codeable(SCT, code=OSTEOPOROTIC_FRACTURE)],
            reasonReference=[{"reference": "Condition/c1"}],
        ),
        metastasis,
    )
    assert augmentation.reasons >= {"malignancy", "osteoporotic-vertebral-fracture"}


# --- braces


def test_a_brace_may_be_a_service_request():
    assert support_of(order(codeable(SCT, code="77476009"))) == ["brace"]


@pytest.mark.parametrize(
    "named",
    [
        pytest.param({"type": codeable(HCPCS, code="L0456")}, id="type"),
        pytest.param(
            {"deviceName": [{"name": "Jewett back brace", "type": "model-name"}]},
            id="name",
        ),
    ],
)
def test_a_brace_may_be_a_contained_device(named):
    device = {"resourceType": "Device", "id": "d", **named}
    request = brace(None, codeReference={"reference": "#d"}, contained=[device])
    assert support_of(request) == ["brace"]


@pytest.mark.parametrize(
    "words",
    [
        "TLSO",
        "TLSO when out of bed, off in bed",
        "Back brace after kyphoplasty",
        "Thoracolumbar brace",
    ],
)
def test_a_brace_may_be_only_worded(words):
    assert support_of(brace({"text": words})) == ["brace"]


@pytest.mark.parametrize(
    "words",
    [
        "Cervical collar",
        "Knee brace",
        "Sacroiliac belt",
        "No brace",
        "Wean TLSO",
        "Discontinue back brace",
        "Brace",
        "Wrist orthosis",
    ],
)
def test_other_words_are_no_brace_order(words):
    assert_nothing_ordered(brace({"text": words}), worded(words, number=2))


@pytest.mark.parametrize(
    "code", ["L0120", "L0172", "L0621", "L0623", "L0700", "L1832", "L3908"]
)
def test_another_orthosis_is_no_brace_whatever_its_words(code):
    orthosis = codeable(
        HCPCS, code=code, text="TLSO back brace", display="Lumbar orthosis"
    )
    assert_nothing_ordered(brace(orthosis))


@pytest.mark.parametrize(
    ("code", "title"),
    [
        pytest.param(None, "TLSO (L0456)", id="code alone"),
        pytest.param(
            codeable(HCPCS, code="L0627", text="Mr Smith's corset"),
            "lumbar brace (L0627)",
            id="code with words",
        ),
        pytest.param({"text": "TLSO for Mr Smith"}, "TLSO", id="words alone"),
    ],
)
def test_the_title_of_a_brace_is_ours_and_not_what_the_order_calls_it(code, title):
    augmentation, support = read_orders(brace(code))
    assert augmentation is None
    assert [(order.kind, order.title) for order in support] == [("brace", title)]


# --- bed rest and referrals


def worded_orders(*texts):
    return [worded(text, number=number) for number, text in enumerate(texts, 1)]


def test_words_against_bed_rest_are_no_bed_rest():
    assert_nothing_ordered(
        *worded_orders("No bed rest", "Out of bed today", "Avoid bed rest")
    )


def test_referrals_that_are_only_worded_count_as_ordered():
    referrals = worded_orders(
        "Referral to physical therapy",
        "Dietitian",
        "Fracture liaison service",
        "DXA hip and spine",
    )
    assert support_of(*referrals) == [
        "rehabilitation",
        "dietitian",
        "bone-treatment",
        "dxa",
    ]


def test_words_of_another_referral_do_not_count_as_ordered():
    assert_nothing_ordered(
        *worded_orders(
            "No physical therapy",
            "Cardiac rehabilitation",
            "Discontinue physiotherapy",
            "DXA forearm",
        )
    )


# --- what is read no further


@pytest.mark.parametrize(
    "title", ["Colonoscopy", "X-ray of the knee", "Knee brace, hinged", ""]
)
def test_an_order_of_another_kind_is_read_no_further(title):
    order = {"resourceType": "ServiceRequest", "code": {"text": title}}
    assert not concern_us(order)
    assert not concern_us(order, {"code": "no order"})
    assert concern_us(
        order, order | {"status": "revoked", "code": {"text": "Kyphoplasty L1"}}
    )


@pytest.mark.parametrize(("count", "read"), [(100, 100), (101, 100)])
def test_of_a_long_list_the_beginning_is_read_and_the_answer_says_so(count, read):
    order = {
        "resourceType": "ServiceRequest",
        "id": "1",
        "code": {"coding": [{"display": "Kyphoplasty L1"}] * count},
    }
    drafts = signing(bundle(order))
    (draft,) = drafts.drafts
    assert len(draft.resource["code"]["coding"]) == read
    assert (drafts.cut != (), draft.source is None) == (count > read, count > read)
    assert concern_us(order)


def concern_us(*orders):
    return may_concern_us(bundle(*orders), terminology(), Deadline.after(60))

"""Diagnoses and procedures of a record, and what is left open.

Today is 20 November 2026.
"""

from datetime import date

import pytest

from tests.builders import (
    broken,
    clinical,
    coded,
    condition,
    of_patient,
    on_record,
    prescription,
    procedure,
    words,
)
from tests.codes import ATC, CPT, HCPCS, SCT
from tests.expected import Known, Missing, check

# A condition that is none of ours: a list with it was read.
HYPERTENSION = "I10"


def says(*resources, **record):
    return on_record(*resources, **record).findings()


# --- yes and no


def test_an_active_condition_is_a_yes_with_its_place():
    diabetes = Known(
        True,
        observed=date(2019, 5, 3),
        printed="on the problem list since 3 May 2019",
    )
    found = says(condition("E11.9", onsetDateTime="2019-05-03"))
    check(found, {"diabetes": diabetes})


def test_no_is_said_with_how_many_entries_were_read():
    found = says(condition(HYPERTENSION), entries={"conditions": 14})
    said = Known(False, printed="not on the problem list (14 entries read)")
    check(found, {"diabetes": said})


@pytest.mark.parametrize("status", ["inactive", "remission", "resolved"])
def test_a_condition_of_the_past_is_named_and_not_counted(status):
    found = says(condition("E11.9", status=status), condition(HYPERTENSION))
    check(found, {"diabetes": Known(False, concern="past entry")})


def test_what_is_written_down_between_an_order_and_its_signing_makes_no_no():
    found = says(
        condition("C79.51", recordedDate="2026-11-10"),
        condition(HYPERTENSION),
        prescription(coded("H02AB06", system=ATC), on="2026-11-10"),
        procedure(coded("63047", system=CPT), on="2026-11-10"),
        not_after=date(2026, 11, 5),
    )
    later = Missing(detail="after the order")
    check(
        found,
        {"malignancy": later, "steroid-use": later, "prior-spinal-surgery": later},
    )


@pytest.mark.parametrize("character", ["D", "G", "K", "S"])
def test_an_unstable_fracture_of_an_old_encounter_is_named_and_not_of_today(character):
    found = says(condition(f"S32.012{character}"), condition(HYPERTENSION))
    check(found, {"unstable-fracture": Known(False)})
    assert any("old fracture" in value.detail for value in found.passed_over)


def test_a_later_visit_for_the_same_fall_is_no_second_fall():
    found = says(
        condition("W01.0XXA", onsetDateTime="2026-10-05"),
        condition("W01.0XXD", onsetDateTime="2026-11-05"),
        condition(HYPERTENSION),
        entries={"procedures": 3, "conditions": 9, "medications": 3},
    )
    check(found, {"repeated-falls": Known(False)})


# --- lists that do not say no


@pytest.mark.parametrize(
    ("record", "reason"),
    [
        pytest.param(on_record(failed=["conditions"]), "not-read", id="failed"),
        pytest.param(
            on_record(incomplete=["conditions"], entries={"conditions": 14}),
            "not-read",
            id="cut",
        ),
        pytest.param(on_record(), "undetermined", id="empty"),
    ],
)
def test_a_list_that_failed_was_cut_or_is_empty_says_no_no(record, reason):
    check(record.findings(), {"diabetes": Missing(reason)})


def test_what_was_not_understood_of_a_list_that_was_cut_is_shown():
    found = says(
        condition(HYPERTENSION),
        words("Сыпь", id="strange"),
        incomplete=["conditions"],
    )
    seen = Missing("not-read", seen=["Condition/strange"])
    check(found, {"malignancy": seen})


def test_a_broken_entry_makes_no_no_of_its_concept_and_costs_no_other():
    found = says(
        condition(HYPERTENSION),
        unreadable=[broken("Condition/b", key="conditions", concept="diabetes")],
    )
    check(found, {"diabetes": Missing("unreadable"), "spinal-infection": Known(False)})


@pytest.mark.parametrize(
    ("entry", "detail"),
    [
        pytest.param(
            condition("271807003", system=SCT, id="strange"),
            "1 of 3 entries on the problem list has a code without words",
            id="a bare code",
        ),
        pytest.param(
            of_patient(
                "Condition",
                "c",
                clinicalStatus=clinical("active"),
                code=coded("271807003", system=SCT, display="Сыпь"),
            ),
            "could not be read",
            id="a code with words of no language of ours",
        ),
        pytest.param(
            words("Сыпь"), "could not be read", id="words of no language of ours"
        ),
    ],
)
def test_an_entry_that_is_not_understood_makes_no_no_and_is_said(entry, detail):
    found = says(condition(HYPERTENSION), entry, entries={"conditions": 3})
    check(found, {"diabetes": Missing(detail=detail)})


def test_a_code_of_another_system_is_not_read_and_forbids_no():
    found = says(
        condition("C34.11", system="urn:local"),
        condition(HYPERTENSION),
        entries={"procedures": 3, "conditions": 9, "medications": 3},
    )
    check(found, {"active-cancer": Missing()})


# --- cancer


def test_cancer_elsewhere_leaves_open_if_the_fracture_comes_from_it():
    found = says(condition("C50.911"), condition(HYPERTENSION))
    check(found, {"malignancy": Missing("undetermined")})


def test_cancer_elsewhere_with_a_bone_metastasis_is_one_of_the_bone():
    found = says(condition("C50.911"), condition("C79.51"))
    check(found, {"malignancy": Known(True)})


def test_two_cancers_are_both_named_the_newer_first():
    found = says(
        condition("C61", onsetDateTime="2019"),
        condition("C34.11", onsetDateTime="2026-05-01"),
    )
    check(found, {"active-cancer": Known(label="lung cancer and prostate cancer")})


def test_a_personal_history_of_cancer_is_named_and_is_not_cancer():
    found = says(condition("Z85.3"), condition(HYPERTENSION))
    check(found, {"malignancy": Known(False, has_concerns=True)})


# --- operations on the spine


@pytest.mark.parametrize(
    "record",
    [
        pytest.param(
            on_record(
                procedure(coded("359586003", system=SCT)), condition(HYPERTENSION)
            ),
            id="procedures",
        ),
        pytest.param(
            on_record(condition("Z98.1"), entries={"conditions": 4, "procedures": 9}),
            id="conditions",
        ),
    ],
)
def test_an_earlier_spinal_operation_is_read_from_procedures_and_conditions(record):
    check(record.findings(), {"prior-spinal-surgery": Known(True)})


def test_no_earlier_spinal_operation_is_said_with_the_procedures_that_were_read():
    found = says(entries={"conditions": 4, "procedures": 9})
    said = Known(printed="not among the procedures (9 entries read)")
    check(found, {"prior-spinal-surgery": said})


@pytest.mark.parametrize("status", ["unknown", "in-progress", "stopped", "on-hold"])
def test_an_operation_that_may_have_been_done_makes_no_no(status):
    found = says(
        procedure(coded("22514", system=CPT), on="2025-09-20", status=status),
        procedure(coded("22612", system=CPT), on="2025-09-20", status=status),
        condition(HYPERTENSION),
        entries={"procedures": 3, "conditions": 4},
        treated=["L1"],
    )
    check(
        found,
        {
            "prior-vertebral-fracture": Missing(),
            "prior-spinal-surgery": Missing("undetermined"),
        },
    )


# --- an earlier fracture


@pytest.mark.parametrize(
    "code",
    [
        pytest.param(coded("22521", system=CPT), id="22521"),
        pytest.param(coded("22524", system=CPT), id="22524"),
        pytest.param(coded("S2360", system=HCPCS), id="S2360"),
        pytest.param(coded("S2362", system=HCPCS), id="S2362"),
        pytest.param(coded("C7505", system=HCPCS), id="C7505"),
        pytest.param(coded("C7507", system=HCPCS), id="C7507"),
    ],
)
def test_an_augmentation_under_an_older_or_joint_code_is_an_earlier_fracture(code):
    found = says(
        procedure(code, on="2014-03-01"),
        condition(HYPERTENSION),
        entries={"procedures": 1},
    )
    check(
        found,
        {"prior-augmentation": Known(True), "prior-vertebral-fracture": Known(True)},
    )


def test_an_earlier_augmentation_is_an_earlier_fracture():
    found = says(procedure(coded("22514", system=CPT), on="2025-09-20"), treated=["L1"])
    check(
        found,
        {
            "prior-vertebral-fracture": Known(
                True, label="second vertebral fracture in 14 months"
            ),
            "prior-augmentation": Known(label="kyphoplasty"),
        },
    )


def test_fractures_more_than_half_a_year_apart_are_counted_and_the_rest_is_one():
    found = says(
        condition("M80.08XA", onsetDateTime="2020-11-01"),
        condition("M48.54XA", onsetDateTime="2025-06-01"),
        procedure(coded("22513", system=CPT), on="2025-07-01"),
        treated=["L1"],
    )
    third = Known(
        label="third vertebral fracture in 6 years", observed=date(2025, 7, 1)
    )
    check(found, {"prior-vertebral-fracture": third})


def fracture_of_t12(onset):
    site = [coded("23215003", system=SCT)]
    return condition("M80.08XA", bodySite=site, onsetDateTime=onset)


def test_without_the_levels_of_the_order_a_fracture_of_3_months_ago_is_this_one():
    found = says(
        fracture_of_t12("2026-08-01"),
        condition(HYPERTENSION),
        entries={"procedures": 3, "conditions": 4},
    )
    check(found, {"prior-vertebral-fracture": Known(False)})


def test_without_the_levels_of_the_order_a_fracture_of_8_months_ago_is_earlier():
    earlier = Known(label="second vertebral fracture in 8 months")
    check(says(fracture_of_t12("2026-03-01")), {"prior-vertebral-fracture": earlier})


def with_fracture(*, not_after=None, **members):
    """Return what a record with this fracture says of an order for L1."""
    return says(
        condition("M80.08XA", **members),
        condition(HYPERTENSION),
        entries={"procedures": 3, "conditions": 4},
        treated=["L1"],
        not_after=not_after,
    )


def test_a_fracture_after_the_order_is_no_earlier_one():
    found = with_fracture(onsetDateTime="2026-11-15", not_after=date(2026, 11, 10))
    check(found, {"prior-vertebral-fracture": Known(False)})


def test_a_fracture_resolved_and_recorded_after_the_order_is_neither_yes_nor_no():
    found = with_fracture(
        status="resolved", recordedDate="2026-11-15", not_after=date(2026, 11, 10)
    )
    check(found, {"prior-vertebral-fracture": Missing()})


def test_a_fracture_that_lies_ahead_has_a_wrong_day_and_is_left_open():
    found = with_fracture(onsetDateTime="2026-12-01")
    check(found, {"prior-vertebral-fracture": Missing()})


@pytest.mark.parametrize(
    ("procedures", "fracture"),
    [
        pytest.param({"failed": ["procedures"]}, Missing(), id="not read"),
        pytest.param({"entries": {"procedures": 3}}, Known(False), id="read"),
    ],
)
def test_no_earlier_fracture_is_said_only_if_procedures_were_read(procedures, fracture):
    found = says(condition(HYPERTENSION), treated=["L1"], **procedures)
    check(found, {"prior-vertebral-fracture": fracture})

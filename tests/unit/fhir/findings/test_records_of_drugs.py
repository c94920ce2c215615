"""Drugs of a record, and what is left open.

Today is 20 November 2026.
"""

from datetime import date

import pytest

from tests.builders import (
    coded,
    dose,
    on_record,
    prescription,
    statement,
)
from tests.codes import ATC, RXNORM
from tests.expected import Known, Missing, check

DENOSUMAB = coded("M05BX04", system=ATC)
ZOLEDRONATE = coded("M05BA08", system=ATC)
ROMOSOZUMAB = coded("M05BX06", system=ATC)
ALENDRONATE = coded("M05BA04", system=ATC)
# A product of alendronate.
ALENDRONATE_TABLET = coded("904419", system=RXNORM)


def says(*resources, **record):
    return on_record(*resources, **record).findings()


def amlodipine():
    """Build a prescription that makes a list one that was read."""
    return prescription(coded("C08CA01", system=ATC, text="Amlodipine 5 mg"))


# --- a bone drug


def test_a_drug_that_is_recognised_by_its_name_is_said_to_be():
    found = says(prescription({"text": "Prolia"}))
    check(found, {"bone-drug": Known(True, concern="by its name")})


def test_an_old_active_prescription_counts_and_its_age_is_said():
    found = says(prescription(ALENDRONATE_TABLET, on="2012-08-16"))
    check(found, {"bone-drug": Known(True, concern="14 years old")})


def test_a_prescription_after_the_order_does_not_count():
    found = says(
        prescription(ALENDRONATE_TABLET, on="2026-11-21"),
        prescription(coded("C08CA01", system=ATC)),
    )
    check(found, {"bone-drug": Missing("undetermined")})
    assert "future" in [value.reason for value in found.passed_over]


@pytest.mark.parametrize(
    ("drug", "last_day"),
    [
        pytest.param(ZOLEDRONATE, "2025-08-20", id="zoledronate"),
        pytest.param(DENOSUMAB, "2026-03-20", id="denosumab"),
        pytest.param(ALENDRONATE, "2026-07-20", id="alendronate"),
    ],
)
def test_a_dose_counts_for_the_months_of_its_drug(drug, last_day):
    check(says(dose(drug, on=last_day)), {"bone-drug": Known(True)})


@pytest.mark.parametrize(
    ("drug", "day"),
    [
        pytest.param(ZOLEDRONATE, "2025-08-19", id="zoledronate"),
        pytest.param(DENOSUMAB, "2026-03-19", id="denosumab"),
        pytest.param(ALENDRONATE, "2026-07-19", id="alendronate"),
    ],
)
def test_a_dose_does_not_count_a_day_longer(drug, day):
    found = says(dose(drug, on=day), amlodipine())
    no_more = Known(
        False, concern="last recorded", prints="not current on the medication list"
    )
    check(found, {"bone-drug": no_more})


@pytest.mark.parametrize(
    "supplement",
    [
        pytest.param(coded("A12AA04", system=ATC), id="code of calcium"),
        pytest.param(coded("A11CC05", system=ATC), id="code of vitamin D3"),
        pytest.param(coded("A11CC04", system=ATC), id="code of calcitriol"),
        pytest.param({"text": "Calcium and vitamin D"}, id="words"),
    ],
)
def test_calcium_and_vitamin_d_alone_are_no_bone_drug(supplement):
    found = says(prescription(supplement), entries={"medications": 11})
    said = Known(False, printed="not on the medication list (11 entries read)")
    check(found, {"bone-drug": said})


# --- lists that do not say no


def test_an_empty_list_leaves_a_bone_drug_open():
    check(says(), {"bone-drug": Missing("undetermined")})


@pytest.mark.parametrize("key", ["medications", "administrations", "statements"])
def test_no_bone_drug_is_not_said_if_one_of_the_lists_could_not_be_read(key):
    unread = Missing("not-read", detail="could not be read")
    check(says(amlodipine(), failed=[key]), {"bone-drug": unread})


def test_no_bone_drug_is_not_said_of_a_list_that_was_cut():
    found = says(amlodipine(), incomplete=["medications"])
    check(found, {"bone-drug": Missing("not-read")})


@pytest.mark.parametrize(
    "unclear",
    [
        pytest.param(
            prescription(
                None, medicationReference={"reference": "Medication/elsewhere"}
            ),
            id="refers elsewhere",
        ),
        pytest.param(
            prescription({"coding": [{"system": RXNORM, "code": "999999"}]}),
            id="unknown code",
        ),
    ],
)
def test_a_drug_that_is_not_understood_makes_no_no(unclear):
    found = says(amlodipine(), unclear)
    drugs = ("bone-drug", "steroid-use", "denosumab-overdue")
    check(found, dict.fromkeys(drugs, Missing("undetermined")))


# --- entries whose words say that the drug is not taken


@pytest.mark.parametrize(
    "entry",
    [
        pytest.param(
            prescription(ALENDRONATE, note=[{"text": "Pt stopped this in April"}]),
            id="an order, by its note",
        ),
        pytest.param(
            prescription(ALENDRONATE, dosageInstruction=[{"text": "no longer taking"}]),
            id="an order, by its dosage",
        ),
        pytest.param(
            statement(ALENDRONATE, note=[{"text": "Abgesetzt wegen Sodbrennen"}]),
            id="a statement, by its note",
        ),
        pytest.param(
            statement({"text": "Fosamax 70 mg (nimmt die Mutter)"}),
            id="it is another person's, by its name",
        ),
        pytest.param(
            statement({"text": "Alendronate 70 mg - unable to tolerate"}),
            id="it was not tolerated, by its name",
        ),
        pytest.param(
            prescription({"text": "Study drug (romosozumab or placebo)"}),
            id="it may be a placebo",
        ),
        pytest.param(
            dose(ROMOSOZUMAB, "2026-11-01") | {"note": [{"text": "double-blind"}]},
            id="a dose of a blinded study",
        ),
    ],
)
def test_a_bone_drug_that_may_not_be_taken_is_open(entry):
    found = says(amlodipine(), entry)
    check(found, {"bone-drug": Missing("undetermined")})


@pytest.mark.parametrize(
    "note", ["Stopped in April, restarted in June", "Amlodipine stopped in April"]
)
def test_a_bone_drug_goes_on_if_another_was_stopped_or_it_was_resumed(note):
    found = says(amlodipine(), prescription(ALENDRONATE, note=[{"text": note}]))
    check(found, {"bone-drug": Known(True)})


def test_denosumab_that_a_note_ends_is_not_excluded():
    order = prescription(
        DENOSUMAB, on="2025-01-10", note=[{"text": "Stopped by dentist in 2025"}]
    )
    found = says(amlodipine(), order)
    check(
        found,
        dict.fromkeys(("bone-drug", "denosumab-overdue"), Missing("undetermined")),
    )


def test_a_blinded_dose_of_denosumab_excludes_nothing():
    blinded = dose(DENOSUMAB, "2025-11-01") | {"note": [{"text": "placebo-controlled"}]}
    found = says(amlodipine(), blinded)
    check(
        found,
        dict.fromkeys(("bone-drug", "denosumab-overdue"), Missing("undetermined")),
    )


# --- denosumab that is overdue


def test_denosumab_is_overdue_seven_months_after_the_last_dose():
    found = says(dose(DENOSUMAB, on="2025-10-01"), dose(DENOSUMAB, on="2026-04-19"))
    overdue = Known(True, observed=date(2026, 4, 19), printed="given on 19 Apr 2026")
    check(found, {"denosumab-overdue": overdue})


def test_denosumab_is_not_overdue_a_day_before():
    found = says(dose(DENOSUMAB, on="2026-04-20"))
    check(found, {"denosumab-overdue": Known(False)})


def test_a_dose_that_is_on_hold_is_neither_given_nor_absent():
    found = says(dose(DENOSUMAB, on="2026-08-01", status="on-hold"))
    unclear = Missing(detail="whether it is taken")
    check(found, {"bone-drug": unclear, "denosumab-overdue": unclear})


def test_a_prescription_alone_does_not_say_when_denosumab_was_given():
    found = says(prescription(DENOSUMAB, on="2025-12-01", status="completed"))
    unknown = Missing(detail="the day of the last denosumab dose is not recorded")
    check(found, {"denosumab-overdue": unknown})


def test_denosumab_prescribed_without_a_day_is_undetermined():
    found = says(prescription(DENOSUMAB, on=None))
    check(found, {"denosumab-overdue": Missing("undetermined")})


def test_a_prescription_after_the_last_dose_is_no_dose():
    found = says(
        dose(DENOSUMAB, on="2026-02-13"), prescription(DENOSUMAB, on="2026-09-21")
    )
    check(found, {"denosumab-overdue": Known(True)})


def test_a_prescription_after_a_dose_in_time_leaves_that_dose_the_last():
    found = says(
        dose(DENOSUMAB, on="2026-08-01"), prescription(DENOSUMAB, on="2026-09-21")
    )
    in_time = Known(False, observed=date(2026, 8, 1))
    check(found, {"denosumab-overdue": in_time})


def test_an_unread_list_of_doses_is_said_next_to_an_overdue_one():
    found = says(
        statement(DENOSUMAB, status="completed", effectiveDateTime="2025-12-01"),
        failed=["administrations"],
    )
    check(found, {"denosumab-overdue": Known(concern="could not be read")})

"""Each state of a bone drug from records as hospitals write them: a dose proves intake, a prescription does not."""

from datetime import date

import pytest

from cds_service.core.bone_drugs import state_of
from tests.builders import (
    TODAY,
    coded,
    condition,
    dose,
    findings_of,
    of_patient,
    prescription,
    procedure,
    statement,
    verification,
)
from tests.codes import ATC, RXNORM

HCPCS = "http://www.cms.gov/Medicare/Coding/HCPCSReleaseCodeSets"
FRACTURED = date(2026, 10, 15)

ALENDRONATE = coded("46041", RXNORM, text="alendronate 70 MG Oral Tablet")
RISEDRONATE = {"text": "Risedronate 35 mg"}
ZOLEDRONATE = coded("M05BA08", ATC)
DENOSUMAB = coded("M05BX04", ATC)
TERIPARATIDE = coded("H05AA02", ATC)
ABALOPARATIDE = {"text": "Tymlos 80 mcg pen"}
ROMOSOZUMAB = coded("M05BX06", ATC)
AMLODIPINE = {"text": "Amlodipine 5 mg"}
CALCIUM = {"text": "Calcium carbonate 600 mg"}
VITAMIN_D = {"text": "Cholecalciferol 1000 IU"}
MYSTERY = {"text": "Zyxoral 10"}


def billed(code, on, status="completed"):
    return procedure(coded(code, HCPCS), on, status)


def billed_order(code, status="completed", **members):
    named = {"status": status, "intent": "order", "code": coded(code, HCPCS)}
    return of_patient("ServiceRequest", "r", **named, **members)


def taken(drug, start, end=None, status="active", **members):
    """A MedicationStatement of a period."""
    period = {"start": start, "end": end} if end else {"start": start}
    return statement(drug, status, effectivePeriod=period, **members)


def supplied(drug, on, days, repeats=0, status="active"):
    """A MedicationRequest with its supply."""
    each = {
        "value": days,
        "unit": "days",
        "system": "http://unitsofmeasure.org",
        "code": "d",
    }
    request = {"expectedSupplyDuration": each, "numberOfRepeatsAllowed": repeats}
    return prescription(drug, on=on, status=status, dispenseRequest=request)


def valid(drug, start, end, status="active"):
    """A MedicationRequest with the period for which it is valid."""
    period = {"validityPeriod": {"start": start, "end": end}}
    return prescription(drug, on=start, status=status, dispenseRequest=period)


def state(*resources, fractured=None, **record):
    """The state of a record that has another drug on its list, too."""
    found = findings_of(*resources, prescription(AMLODIPINE), **record)
    return state_of(found.bone_drugs, TODAY, fractured)


# What is on record, the day of the fracture if it is known, the signal, and the clause
# that the card begins with.
STATES = [
    # F8: given, and too late
    pytest.param(
        [dose(DENOSUMAB, "2026-03-09")],
        None,
        "denosumab-overdue",
        "denosumab overdue (last 9 Mar 2026)",
        id="given in March",
    ),
    pytest.param(
        [dose(DENOSUMAB, "2026-03-09"), prescription(DENOSUMAB, on="2026-09-01")],
        None,
        "denosumab-overdue",
        "denosumab overdue (last 9 Mar 2026)",
        id="an order does not close it",
    ),
    pytest.param(
        [dose(DENOSUMAB, "2026-03-09"), prescription(ALENDRONATE, on="2026-09-01")],
        None,
        "denosumab-overdue",
        "denosumab overdue (last 9 Mar 2026)",
        id="nor an order of another drug",
    ),
    pytest.param(
        [dose(DENOSUMAB, "2026-03-09"), taken(ALENDRONATE, "2018-01-01")],
        None,
        "denosumab-overdue",
        "denosumab overdue (last 9 Mar 2026)",
        id="nor one that was on the list before",
    ),
    pytest.param(
        [billed("J0897", "2025-10-02")],
        None,
        "denosumab-overdue",
        "denosumab overdue (last 2 Oct 2025)",
        id="billed, J0897",
    ),
    pytest.param(
        [billed_order("J0897", occurrenceDateTime="2026-01-05")],
        None,
        "denosumab-overdue",
        "denosumab overdue (last 5 Jan 2026)",
        id="billed as a completed order",
    ),
    pytest.param(
        [billed_order("J0897", authoredOn="2026-01-05")],
        None,
        "denosumab-overdue",
        "denosumab overdue (last 5 Jan 2026)",
        id="a completed order with its billing code alone",
    ),
    pytest.param(
        [
            statement(
                {"text": "Prolia 60 mg s.c."},
                "completed",
                effectiveDateTime="2026-02-01",
            )
        ],
        None,
        "denosumab-overdue",
        "denosumab overdue (last 1 Feb 2026)",
        id="a dated statement by brand",
    ),
    pytest.param(
        [dose({"text": "Denosumab Fertigspritze 60 mg"}, "2026-03")],
        None,
        "denosumab-overdue",
        "denosumab overdue (last Mar 2026)",
        id="German, by month",
    ),
    pytest.param(
        [dose({"text": "地舒单抗注射液"}, "2025")],
        None,
        "denosumab-overdue",
        "denosumab overdue (last 2025)",
        id="Chinese, by year",
    ),
    pytest.param(
        [taken(DENOSUMAB, "2021-01-01", "2024-06-30", "completed")],
        None,
        "denosumab-overdue",
        "denosumab overdue (ended 30 Jun 2024)",
        id="a period that ended",
    ),
    pytest.param(
        [dose(DENOSUMAB, "2026-04-19")],
        None,
        "denosumab-overdue",
        "denosumab overdue (last 19 Apr 2026)",
        id="a day over seven months",
    ),
    # F9: an anabolic drug ended, nothing since
    pytest.param(
        [taken(TERIPARATIDE, "2024-09-01", "2026-03-15", "completed")],
        None,
        "anabolic-ended",
        "teriparatide ended Mar 2026, nothing since",
        id="teriparatide to March",
    ),
    pytest.param(
        [prescription(TERIPARATIDE, on="2024-09-01", status="stopped")],
        None,
        "anabolic-ended",
        "teriparatide stopped (prescribed 2024), nothing since",
        id="a stopped prescription without a day",
    ),
    pytest.param(
        [valid(TERIPARATIDE, "2024-09-01", "2026-03-15", "completed")],
        None,
        "anabolic-ended",
        "teriparatide ended Mar 2026, nothing since",
        id="a prescription with its period",
    ),
    pytest.param(
        [taken(ABALOPARATIDE, "2025-03-01", "2026-09-20", "completed")],
        None,
        "anabolic-ended",
        "abaloparatide ended Sep 2026, nothing since",
        id="abaloparatide ended two months ago, by brand",
    ),
    pytest.param(
        [dose(ROMOSOZUMAB, "2026-05-01")],
        None,
        "anabolic-ended",
        "romosozumab last given May 2026, nothing since",
        id="romosozumab not given again",
    ),
    pytest.param(
        [
            dose({"text": "Evenity 105 mg"}, "2026-05-01"),
            prescription(ALENDRONATE, on="2026-09-01"),
        ],
        None,
        "anabolic-ended",
        "romosozumab last given May 2026, alendronate only ordered since",
        id="an order is no follow-on drug",
    ),
    pytest.param(
        [supplied({"text": "テリパラチド皮下注"}, "2026-01-10", 28, 5)],
        None,
        "anabolic-ended",
        "teriparatide supply ended Jun 2026, nothing since",
        id="Japanese, supply over",
    ),
    # F14: an order, and no dose
    pytest.param(
        [prescription(DENOSUMAB, on="2026-05-02")],
        None,
        "drug-without-dose",
        "denosumab ordered, last dose not found",
        id="denosumab ordered",
    ),
    pytest.param(
        [prescription(DENOSUMAB, on="2024-05-02", status="stopped")],
        None,
        "drug-without-dose",
        "denosumab ordered, last dose not found",
        id="denosumab ordered and stopped",
    ),
    pytest.param(
        [prescription(ZOLEDRONATE, on="2026-08-02", status="completed")],
        None,
        "drug-without-dose",
        "zoledronate ordered, last dose not found",
        id="zoledronate ordered",
    ),
    pytest.param(
        [prescription(ALENDRONATE, on="2021-03-01")],
        None,
        "drug-without-dose",
        "alendronate prescribed 2021, intake not recorded",
        id="alendronate prescribed",
    ),
    pytest.param(
        [prescription(ALENDRONATE, on="2026-11-03")],
        FRACTURED,
        "drug-without-dose",
        "alendronate prescribed Nov 2026, intake not recorded",
        id="prescribed for this fracture is not started",
    ),
    pytest.param(
        [prescription(ROMOSOZUMAB, on="2026-08-01")],
        None,
        "drug-without-dose",
        "romosozumab ordered, last dose not found",
        id="romosozumab ordered",
    ),
    pytest.param(
        [statement(ALENDRONATE)],
        None,
        "drug-without-dose",
        "alendronate on the list, intake not recorded",
        id="a statement without a day",
    ),
    pytest.param(
        [statement(DENOSUMAB, dateAsserted="2026-11-18")],
        None,
        "drug-without-dose",
        "denosumab on the list, last dose not found",
        id="denosumab told of is not given",
    ),
    pytest.param(
        [taken(DENOSUMAB, "2024-01-01")],
        None,
        "drug-without-dose",
        "denosumab on record since 2024, last dose not found",
        id="denosumab taken since 2024, no dose",
    ),
    pytest.param(
        [dose(DENOSUMAB, "2026")],
        None,
        "drug-without-dose",
        "denosumab last dose 2026, day not recorded",
        id="a year says not when",
    ),
    pytest.param(
        [dose(ZOLEDRONATE, "2024-03-05"), prescription(ZOLEDRONATE, on="2026-09-01")],
        None,
        "drug-without-dose",
        "zoledronate ordered, last dose 2024",
        id="ordered again, last dose long ago",
    ),
    pytest.param(
        [
            prescription(DENOSUMAB, on="2026-05-02"),
            dose(DENOSUMAB, "2026-05-02", "not-done"),
        ],
        None,
        "drug-without-dose",
        "denosumab ordered, last dose not found",
        id="a dose that was not given",
    ),
    pytest.param(
        [statement(ALENDRONATE, dateAsserted="2026-11-01")],
        FRACTURED,
        "drug-without-dose",
        "alendronate on the list, start not recorded",
        id="told of after the fracture, start unknown",
    ),
    pytest.param(
        [condition("Z79.83")],
        None,
        "drug-without-dose",
        "bone drug on the list, intake not recorded",
        id="long-term use on the problem list",
    ),
    pytest.param(
        [billed_order("J0897", "active", authoredOn="2026-05-01")],
        None,
        "drug-without-dose",
        "denosumab ordered, last dose not found",
        id="an open order with a billing code",
    ),
    # F15: denosumab in time, or due
    pytest.param(
        [dose(DENOSUMAB, "2026-06-28")],
        FRACTURED,
        "denosumab-in-time",
        "fracture on denosumab (28 Jun)",
        id="denosumab five months ago",
    ),
    pytest.param(
        [dose(DENOSUMAB, "2026-06-20"), prescription(DENOSUMAB, on="2026-06-01")],
        None,
        "denosumab-in-time",
        "fracture on denosumab (20 Jun)",
        id="given and ordered",
    ),
    pytest.param(
        [dose(DENOSUMAB, "2026-05-08")],
        None,
        "denosumab-due",
        "denosumab was due 8 Nov (last 8 May)",
        id="due, not overdue",
    ),
    pytest.param(
        [dose(DENOSUMAB, "2026-04-20")],
        None,
        "denosumab-due",
        "denosumab was due 20 Oct (last 20 Apr)",
        id="seven months to the day",
    ),
    pytest.param(
        [dose(DENOSUMAB, "2026-10-28")],
        None,
        "denosumab-in-time",
        "denosumab (last 28 Oct)",
        id="given lately, fracture's day unknown",
    ),
    pytest.param(
        [taken(ALENDRONATE, "2021-04-01")],
        FRACTURED,
        "long-on-drug",
        "fracture on alendronate (since 2021)",
        id="alendronate since 2021",
    ),
    pytest.param(
        [taken(RISEDRONATE, "2023-11")],
        None,
        "long-on-drug",
        "fracture on risedronate (since 2023)",
        id="risedronate three years",
    ),
    pytest.param(
        [statement(ALENDRONATE, effectiveDateTime="2021")],
        FRACTURED,
        "long-on-drug",
        "fracture on alendronate (since 2021)",
        id="patient-reported, by year",
    ),
    pytest.param(
        [dose(ZOLEDRONATE, "2025-09-20")],
        FRACTURED,
        "long-on-drug",
        "fracture on zoledronate (since Sep 2025)",
        id="zoledronate 13 months before",
    ),
    pytest.param(
        [billed("J3489", "2024-10-01"), billed("J3489", "2025-10-05")],
        FRACTURED,
        "long-on-drug",
        "fracture on zoledronate (since 2024)",
        id="two infusions, J3489",
    ),
    pytest.param(
        [statement(ALENDRONATE, dateAsserted="2024-03-01")],
        FRACTURED,
        "long-on-drug",
        "fracture on alendronate (since 2024)",
        id="told of long before the fracture",
    ),
    pytest.param(
        [taken({"text": "Evista 60 mg"}, "2019-01-01")],
        FRACTURED,
        "long-on-drug",
        "fracture on raloxifene (since 2019)",
        id="raloxifene by brand",
    ),
    pytest.param(
        [taken(RISEDRONATE, "2026-06-10")],
        FRACTURED,
        "early-on-drug",
        "fracture 4 months into risedronate",
        id="risedronate four months",
    ),
    pytest.param(
        [dose(DENOSUMAB, "2026-03-18"), dose(ZOLEDRONATE, "2026-09-16")],
        date(2026, 11, 18),
        "early-on-drug",
        "fracture 2 months into zoledronate",
        id="denosumab eight months, zoledronate two",
    ),
    pytest.param(
        [dose(ROMOSOZUMAB, f"2026-{month:02}-20") for month in (7, 8, 9, 10)],
        None,
        "early-on-drug",
        "fracture 4 months into romosozumab",
        id="romosozumab month four",
    ),
    pytest.param(
        [taken(RISEDRONATE, "2026-10-01")],
        FRACTURED,
        "early-on-drug",
        "fracture 2 weeks into risedronate",
        id="two weeks",
    ),
    pytest.param(
        [taken(ALENDRONATE, "2026-11-03")],
        None,
        "early-on-drug",
        "alendronate started 3 Nov",
        id="started lately, fracture's day unknown",
    ),
    pytest.param(
        [taken(ALENDRONATE, "2026-11-03")],
        FRACTURED,
        "drug-started-for-fracture",
        "alendronate started 3 Nov for this fracture",
        id="after the fracture",
    ),
    pytest.param(
        [dose(ZOLEDRONATE, "2026-11-03")],
        FRACTURED,
        "drug-started-for-fracture",
        "zoledronate started 3 Nov for this fracture",
        id="infusion after the fracture",
    ),
    pytest.param(
        [billed("J0897", "2026-11-05")],
        FRACTURED,
        "drug-started-for-fracture",
        "denosumab started 5 Nov for this fracture",
        id="denosumab after the fracture",
    ),
    pytest.param(
        [taken(ALENDRONATE, "2015-01-01", "2023-05-01", "completed")],
        None,
        "drug-stopped",
        "alendronate stopped 2023",
        id="a period that ended in 2023",
    ),
    pytest.param(
        [taken(ALENDRONATE, "2015-01-01", "2023-05-01", "stopped")],
        None,
        "drug-stopped",
        "alendronate stopped 2023",
        id="stopped in 2023",
    ),
    pytest.param(
        [prescription(ALENDRONATE, on="2015-01-01", status="stopped")],
        None,
        "drug-stopped",
        "alendronate stopped (prescribed 2015)",
        id="a stopped prescription",
    ),
    pytest.param(
        [supplied(ALENDRONATE, "2024-01-10", 90, 3)],
        None,
        "drug-stopped",
        "alendronate supply ended Jan 2025",
        id="supply with its repeats over",
    ),
    pytest.param(
        [dose(ZOLEDRONATE, "2023-02-01")],
        None,
        "drug-stopped",
        "zoledronate last given 2023",
        id="an infusion that no longer acts",
    ),
    pytest.param(
        [
            taken(ALENDRONATE, "2015-01-01", "2019-01-01", "completed"),
            taken(RISEDRONATE, "2020-01-01", "2022-01-01", "completed"),
        ],
        None,
        "drug-stopped",
        "risedronate stopped 2022",
        id="the last of two",
    ),
    pytest.param(
        [taken(ALENDRONATE, "2015-01-01"), dose(DENOSUMAB, "2026-06-20")],
        FRACTURED,
        "denosumab-in-time",
        "fracture on denosumab (20 Jun)",
        id="replaced by a newer drug",
    ),
    pytest.param(
        [prescription(MYSTERY)],
        None,
        "bone-drug-unknown",
        "1 of 2 entries on the medication list are drugs that we do not know",
        id="an entry that is not understood",
    ),
    pytest.param([], None, "no-bone-drug", "no bone drug", id="none"),
    pytest.param(
        [prescription(CALCIUM), prescription(VITAMIN_D)],
        None,
        "no-bone-drug",
        "no bone drug",
        id="calcium and vitamin D",
    ),
    pytest.param(
        [prescription(ALENDRONATE, status="entered-in-error")],
        None,
        "no-bone-drug",
        "no bone drug",
        id="entered in error",
    ),
    pytest.param(
        [prescription(ALENDRONATE, intent="proposal")],
        None,
        "drug-without-dose",
        "alendronate on the list, intake not recorded",
        id="a proposal",
    ),
    pytest.param(
        [prescription(ALENDRONATE, doNotPerform=True)],
        None,
        "bone-drug-unknown",
        "1 of 2 entries on the medication list not clear: a drug is forbidden there",
        id="a prohibition",
    ),
    pytest.param(
        [billed("J0897", "2026-08-02", "not-done")],
        None,
        "drug-without-dose",
        "denosumab ordered, last dose not found",
        id="an injection that was not done",
    ),
    pytest.param(
        [dose(DENOSUMAB, "2026-10-31", "not-done")],
        None,
        "drug-without-dose",
        "denosumab ordered, last dose not found",
        id="refused, and no other trace",
    ),
    pytest.param(
        [dose(ALENDRONATE, "2026-10-31", "not-done")],
        None,
        "drug-without-dose",
        "alendronate on the list, intake not recorded",
        id="a tablet that was left out",
    ),
    pytest.param(
        [dose(DENOSUMAB, "2026-09-09"), dose(DENOSUMAB, "2026-10-31", "not-done")],
        None,
        "denosumab-in-time",
        "denosumab (last 9 Sep)",
        id="given, and then left out",
    ),
    pytest.param(
        [dose(DENOSUMAB, "2026-10-31", "entered-in-error")],
        None,
        "no-bone-drug",
        "no bone drug",
        id="a dose that was never recorded",
    ),
    pytest.param(
        [statement(ALENDRONATE, "not-taken")],
        None,
        "drug-without-dose",
        "alendronate on the list, intake not recorded",
        id="not taken",
    ),
    pytest.param(
        [condition("Z79.83", verificationStatus=verification("refuted"))],
        None,
        "no-bone-drug",
        "no bone drug",
        id="refuted on the problem list",
    ),
]


@pytest.mark.parametrize(("resources", "fractured", "signal", "because"), STATES)
def test_the_state_of_a_record(resources, fractured, signal, because):
    found = state(*resources, fractured=fractured)
    assert (found.signal, found.because) == (signal, because)


PREDNISONE = coded("8640", RXNORM, text="prednisone 10 MG Oral Tablet")
MONTHLY = [
    prescription(PREDNISONE, on=f"2026-{month:02}-01", status="completed")
    for month in (5, 6, 7, 8, 9)
]


@pytest.mark.parametrize(
    ("resources", "start"),
    [
        pytest.param(
            [prescription(PREDNISONE, on="2024-02-01")],
            date(2024, 2, 1),
            id="active since 2024",
        ),
        pytest.param(
            [prescription(PREDNISONE, on="2026-08-22")],
            date(2026, 8, 22),
            id="ninety days",
        ),
        pytest.param(
            [prescription(PREDNISONE, on="2026-08-23")], None, id="a day less"
        ),
        pytest.param(
            [taken(PREDNISONE, "2026-01-01", "2026-09-01", "completed")],
            date(2026, 1, 1),
            id="ended lately",
        ),
        pytest.param(
            [taken(PREDNISONE, "2024-01-01", "2024-09-01", "completed")],
            None,
            id="ended long ago",
        ),
        pytest.param(
            [taken(PREDNISONE, "2026-08-01", "2026-08-14", "completed")],
            None,
            id="two weeks",
        ),
        pytest.param(
            [supplied(PREDNISONE, "2026-06-01", 30, 3, "completed")],
            date(2026, 6, 1),
            id="its supply",
        ),
        pytest.param(
            [supplied(PREDNISONE, "2026-06-01", 10)],
            None,
            id="ten days' supply, still on the list",
        ),
        pytest.param(MONTHLY, date(2026, 5, 1), id="renewed each month"),
        pytest.param([MONTHLY[0], MONTHLY[-1]], None, id="twice in half a year"),
        pytest.param(
            [dose(PREDNISONE, "2026-06-01"), dose(PREDNISONE, "2026-10-01")],
            None,
            id="doses in hospital",
        ),
        pytest.param(
            [prescription({"text": "Prednisolone eye drops"}, on="2024-01-01")],
            None,
            id="eye drops",
        ),
        pytest.param(
            [prescription({"text": "Budesonide inhaler"}, on="2024-01-01")],
            None,
            id="inhaled",
        ),
    ],
)
def test_a_steroid_counts_from_three_months_on(resources, start):
    found = findings_of(*resources, prescription(AMLODIPINE)).known.get(
        "long-term-steroid"
    )
    assert (found and found.observed) == start


@pytest.mark.parametrize(
    ("record", "because"),
    [
        pytest.param(
            {"failed": ("medications",)}, "medication list not readable", id="403"
        ),
        pytest.param(
            {"failed": ("statements",)},
            "medication list not wholly readable",
            id="one of its parts",
        ),
        pytest.param(
            {"incomplete": ("medications",)},
            "medication list not wholly readable",
            id="cut",
        ),
    ],
)
def test_a_list_that_was_not_read_says_no_none(record, because):
    found = state(**record)
    assert (found.signal, found.because) == ("bone-drug-unknown", because)


def test_an_empty_list_says_no_none():
    found = state_of(findings_of().bone_drugs, TODAY, None)
    assert (found.signal, found.because) == (
        "bone-drug-unknown",
        "medication list empty",
    )


def test_of_none_every_entry_is_counted():
    others = [
        prescription(CALCIUM),
        prescription(VITAMIN_D),
        dose(AMLODIPINE, "2026-11-01"),
    ]
    assert state(*others).words["entries"] == "4 medication entries"


@pytest.mark.parametrize(
    "later",
    [
        pytest.param(dose(DENOSUMAB, "2026-12-01"), id="a dose dated ahead"),
        pytest.param(
            statement(DENOSUMAB, "completed", effectiveDateTime="2026-12-01"),
            id="a statement dated ahead",
        ),
        pytest.param(billed("J0897", "2026-12-01"), id="a bill dated ahead"),
        pytest.param(dose(DENOSUMAB, "2026-11-01", "not-done"), id="not given"),
        pytest.param(
            dose(ZOLEDRONATE, "2026-11-01", "entered-in-error"), id="entered in error"
        ),
        pytest.param(
            billed_order("J3489", "active", authoredOn="2026-11-01"), id="an open order"
        ),
        pytest.param(
            billed_order(
                "J0897", authoredOn="2026-11-01", occurrenceDateTime="2026-12-10"
            ),
            id="a completed order for a day to come",
        ),
        pytest.param(
            billed_order(
                "J0897",
                authoredOn="2026-11-01",
                occurrencePeriod={"start": "2026-12-10"},
            ),
            id="a completed order for a time to come",
        ),
        pytest.param(
            prescription(ZOLEDRONATE, on="2026-11-01", status="completed"),
            id="a completed order",
        ),
    ],
)
def test_what_is_no_dose_leaves_denosumab_overdue(later):
    assert state(dose(DENOSUMAB, "2026-03-09"), later).signal == "denosumab-overdue"


@pytest.mark.parametrize(
    "later",
    [
        pytest.param(dose(DENOSUMAB, "2026-09-01"), id="denosumab"),
        pytest.param(billed("J3489", "2026-09-01"), id="zoledronate, billed"),
        pytest.param(
            taken({"text": "Alendronsäure 70 mg"}, "2026-09-01"),
            id="alendronate in German",
        ),
        pytest.param(
            taken({"text": "リセドロン酸Na錠"}, "2026-09-01"),
            id="risedronate in Japanese",
        ),
        pytest.param(
            statement(
                {"text": "唑来膦酸注射液"}, "completed", effectiveDateTime="2026-09-01"
            ),
            id="Chinese",
        ),
    ],
)
def test_a_later_dose_ends_the_gap_after_denosumab(later):
    assert state(dose(DENOSUMAB, "2026-03-09"), later).signal != "denosumab-overdue"


def test_the_order_of_the_record_changes_nothing():
    listed = [
        dose(DENOSUMAB, "2026-03-09"),
        taken(ALENDRONATE, "2018-01-01"),
        prescription(DENOSUMAB, on="2026-09-01"),
    ]
    drugs = [findings_of(*listed, shuffled=seed).bone_drugs for seed in range(6)]
    assert all(one == drugs[0] for one in drugs)


@pytest.mark.parametrize("days", [0, -3, 1e9, "thirty"])
def test_a_supply_that_makes_no_sense_is_none(days):
    raw = supplied(ALENDRONATE, "2026-10-01", 30)
    raw["dispenseRequest"]["expectedSupplyDuration"]["value"] = (
        days if isinstance(days, int | float) else None
    )
    assert state(raw).because == "alendronate prescribed Oct 2026, intake not recorded"


def handed(drug, on, days=None, **members):
    """A MedicationDispense, with its days of supply if they are stated."""
    supply = {"daysSupply": {"value": days, "unit": "days"}} if days else {}
    named = {
        "status": "completed",
        "medicationCodeableConcept": drug,
        "whenHandedOver": on,
    }
    return of_patient("MedicationDispense", "d", **{**named, **supply, **members})


@pytest.mark.parametrize(
    ("resources", "because"),
    [
        pytest.param(
            [handed(ALENDRONATE, "2026-11-03", 84)],
            "alendronate started 3 Nov for this fracture",
            id="new",
        ),
        pytest.param(
            [
                handed(ALENDRONATE, day, 90)
                for day in ("2025-08-01", "2025-10-28", "2026-02-01", "2026-05-02")
            ]
            + [
                handed(ALENDRONATE, "2026-08-03", 90),
                handed(ALENDRONATE, "2026-11-01", 90),
            ],
            "fracture on alendronate (since Aug 2025)",
            id="renewed every three months",
        ),
        pytest.param(
            [handed(ALENDRONATE, "2024-01-10", 90)],
            "alendronate supply ended 2024",
            id="not renewed",
        ),
        pytest.param(
            [handed(TERIPARATIDE, "2026-05-01", 28)],
            "teriparatide supply ended May 2026, nothing since",
            id="anabolic",
        ),
        pytest.param(
            [handed(DENOSUMAB, "2026-03-09")],
            "denosumab overdue (last 9 Mar 2026)",
            id="denosumab",
        ),
        pytest.param(
            [
                prescription(ALENDRONATE, on="2021-03-01"),
                handed(ALENDRONATE, "2026-10-01", 90),
            ],
            "alendronate on the list, start not recorded",
            id="prescribed for years, first dispensed now",
        ),
        pytest.param(
            [handed(ALENDRONATE, "2026-11-03", status="declined")],
            "alendronate on the list, intake not recorded",
            id="declined",
        ),
    ],
)
def test_what_was_dispensed_was_taken(resources, because):
    assert state(*resources, fractured=FRACTURED).because == because


# As lists write them: English, German, French, Spanish, Italian, Chinese, Japanese,
# Korean, brands.
ANABOLIC = {
    "teriparatide": [
        *(
            "Teriparatide 20 mcg/dose pen",
            "Teriparatid 20 µg Fertigpen",
            "tériparatide stylo",
            "Teriparatida 20 mcg",
        ),
        *(
            "Teriparatide soluzione iniettabile",
            "特立帕肽注射液",
            "テリパラチド酢酸塩",
            "테리파라타이드 주사",
        ),
        *("Forsteo", "FORTEO 600 MCG/2.4 ML", "포스테오"),
    ],
    "abaloparatide": [
        *(
            "Abaloparatide 80 mcg",
            "Abaloparatid Injektionslösung",
            "abaloparatide injection",
            "Abaloparatida",
        ),
        *("阿巴洛肽", "アバロパラチド酢酸塩", "아발로파라타이드", "Tymlos", "Eladynos"),
    ],
    "romosozumab": [
        *(
            "romosozumab-aqqg 105 mg",
            "Romosozumab Fertigspritze",
            "romosozumab solution",
            "Romosozumab jeringa",
        ),
        *(
            "罗莫佐单抗",
            "ロモソズマブ",
            "로모소주맙",
            "Evenity",
            "이베니티",
            "益穩挺注射液",
        ),
    ],
}


@pytest.mark.parametrize(
    ("drug", "words"),
    [
        pytest.param(drug, words, id=words)
        for drug, names in ANABOLIC.items()
        for words in names
    ],
)
def test_an_anabolic_drug_is_read_in_every_language(drug, words):
    found = state(taken({"text": words}, "2025-03-01", "2026-03-15", "completed"))
    assert (found.signal, found.because) == (
        "anabolic-ended",
        f"{drug} ended Mar 2026, nothing since",
    )


@pytest.mark.parametrize("status", ["stopped", "on-hold", "completed"])
def test_the_start_of_what_is_over_is_not_its_last_day(status):
    drug = state(taken(ALENDRONATE, "2021-05-01", status=status))
    assert (drug.signal, drug.because) == ("drug-stopped", "alendronate stopped")

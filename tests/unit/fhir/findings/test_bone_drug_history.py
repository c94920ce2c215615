"""Each state of a bone drug from records as hospitals write them: a dose proves intake, a prescription does not."""

from datetime import date

import pytest

from cds_service.core.drugs.drug_states import state_of
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


def assert_state(resources, signal, because, fractured=None):
    """Assert the signal of a record, and the clause that its card begins with."""
    found = state(*resources, fractured=fractured)
    assert (found.signal, found.because) == (signal, because)


# --- denosumab that is overdue


@pytest.mark.parametrize(
    ("given", "when"),
    [
        pytest.param(dose(DENOSUMAB, "2026-03-09"), "last 9 Mar 2026", id="in March"),
        pytest.param(
            dose(DENOSUMAB, "2026-04-19"),
            "last 19 Apr 2026",
            id="a day over seven months ago",
        ),
        pytest.param(billed("J0897", "2025-10-02"), "last 2 Oct 2025", id="billed"),
        pytest.param(
            billed_order("J0897", occurrenceDateTime="2026-01-05"),
            "last 5 Jan 2026",
            id="billed as a completed order",
        ),
        pytest.param(
            billed_order("J0897", authoredOn="2026-01-05"),
            "last 5 Jan 2026",
            id="a completed order without its day",
        ),
        pytest.param(
            statement(
                {"text": "Prolia 60 mg s.c."},
                "completed",
                effectiveDateTime="2026-02-01",
            ),
            "last 1 Feb 2026",
            id="a dated statement by brand",
        ),
        pytest.param(
            dose({"text": "Denosumab Fertigspritze 60 mg"}, "2026-03"),
            "last Mar 2026",
            id="German, by month",
        ),
        pytest.param(
            dose({"text": "地舒单抗注射液"}, "2025"), "last 2025", id="Chinese, by year"
        ),
        pytest.param(
            taken(DENOSUMAB, "2021-01-01", "2024-06-30", "completed"),
            "ended 30 Jun 2024",
            id="a period that ended",
        ),
    ],
)
def test_denosumab_given_over_seven_months_ago_is_overdue(given, when):
    assert_state([given], "denosumab-overdue", f"denosumab overdue ({when})")


@pytest.mark.parametrize(
    "other",
    [
        pytest.param(prescription(DENOSUMAB, on="2026-09-01"), id="an order"),
        pytest.param(
            prescription(ALENDRONATE, on="2026-09-01"), id="an order of another drug"
        ),
        pytest.param(
            taken(ALENDRONATE, "2018-01-01"), id="a drug that was taken before"
        ),
    ],
)
def test_neither_an_order_nor_an_earlier_drug_closes_the_gap(other):
    assert_state(
        [dose(DENOSUMAB, "2026-03-09"), other],
        "denosumab-overdue",
        "denosumab overdue (last 9 Mar 2026)",
    )


# --- an anabolic drug that ended


@pytest.mark.parametrize(
    ("anabolic", "ended"),
    [
        pytest.param(
            taken(TERIPARATIDE, "2024-09-01", "2026-03-15", "completed"),
            "teriparatide ended Mar 2026",
            id="a period",
        ),
        pytest.param(
            prescription(TERIPARATIDE, on="2024-09-01", status="stopped"),
            "teriparatide stopped (prescribed 2024)",
            id="a stopped prescription without a day",
        ),
        pytest.param(
            valid(TERIPARATIDE, "2024-09-01", "2026-03-15", "completed"),
            "teriparatide ended Mar 2026",
            id="a prescription with its period",
        ),
        pytest.param(
            taken(ABALOPARATIDE, "2025-03-01", "2026-09-20", "completed"),
            "abaloparatide ended Sep 2026",
            id="two months ago, by brand",
        ),
        pytest.param(
            dose(ROMOSOZUMAB, "2026-05-01"),
            "romosozumab last given May 2026",
            id="not given again",
        ),
        pytest.param(
            supplied({"text": "テリパラチド皮下注"}, "2026-01-10", 28, 5),
            "teriparatide supply ended Jun 2026",
            id="Japanese, supply over",
        ),
    ],
)
def test_an_anabolic_drug_that_ended_leads_if_nothing_followed(anabolic, ended):
    assert_state([anabolic], "anabolic-ended", f"{ended}, nothing since")


def test_an_order_is_no_follow_on_drug():
    assert_state(
        [
            dose({"text": "Evenity 105 mg"}, "2026-05-01"),
            prescription(ALENDRONATE, on="2026-09-01"),
        ],
        "anabolic-ended",
        "romosozumab last given May 2026, alendronate only ordered since",
    )


# --- an order or an entry, and no dose


@pytest.mark.parametrize(
    ("resources", "drug"),
    [
        pytest.param(
            [prescription(DENOSUMAB, on="2026-05-02")], "denosumab", id="denosumab"
        ),
        pytest.param(
            [prescription(DENOSUMAB, on="2024-05-02", status="stopped")],
            "denosumab",
            id="denosumab, stopped",
        ),
        pytest.param(
            [prescription(ZOLEDRONATE, on="2026-08-02", status="completed")],
            "zoledronate",
            id="zoledronate",
        ),
        pytest.param(
            [prescription(ROMOSOZUMAB, on="2026-08-01")],
            "romosozumab",
            id="romosozumab",
        ),
        pytest.param(
            [billed_order("J0897", "active", authoredOn="2026-05-01")],
            "denosumab",
            id="an open order with a billing code",
        ),
        pytest.param(
            [
                prescription(DENOSUMAB, on="2026-05-02"),
                dose(DENOSUMAB, "2026-05-02", "not-done"),
            ],
            "denosumab",
            id="ordered and not given",
        ),
        pytest.param(
            [dose(DENOSUMAB, "2026-10-31", "not-done")],
            "denosumab",
            id="refused, and no other trace",
        ),
        pytest.param(
            [billed("J0897", "2026-08-02", "not-done")],
            "denosumab",
            id="an injection that was not done",
        ),
    ],
)
def test_an_injection_that_was_ordered_has_no_dose(resources, drug):
    assert_state(resources, "drug-without-dose", f"{drug} ordered, last dose not found")


@pytest.mark.parametrize(
    "entry",
    [
        pytest.param(statement(ALENDRONATE), id="a statement without a day"),
        pytest.param(prescription(ALENDRONATE, intent="proposal"), id="a proposal"),
        pytest.param(
            dose(ALENDRONATE, "2026-10-31", "not-done"), id="a tablet left out"
        ),
        pytest.param(statement(ALENDRONATE, "not-taken"), id="not taken"),
    ],
)
def test_a_tablet_that_is_only_listed_leaves_its_intake_open(entry):
    assert_state(
        [entry], "drug-without-dose", "alendronate on the list, intake not recorded"
    )


@pytest.mark.parametrize(
    ("resources", "because"),
    [
        pytest.param(
            [prescription(ALENDRONATE, on="2021-03-01")],
            "alendronate prescribed 2021, intake not recorded",
            id="a tablet that was prescribed",
        ),
        pytest.param(
            [statement(DENOSUMAB, dateAsserted="2026-11-18")],
            "denosumab on the list, last dose not found",
            id="told of",
        ),
        pytest.param(
            [taken(DENOSUMAB, "2024-01-01")],
            "denosumab on record since 2024, last dose not found",
            id="taken since 2024",
        ),
        pytest.param(
            [dose(DENOSUMAB, "2026")],
            "denosumab last dose 2026, day not recorded",
            id="given in a year",
        ),
        pytest.param(
            [
                dose(ZOLEDRONATE, "2024-03-05"),
                prescription(ZOLEDRONATE, on="2026-09-01"),
            ],
            "zoledronate ordered, last dose 2024",
            id="given long ago and ordered again",
        ),
        pytest.param(
            [condition("Z79.83")],
            "bone drug on the list, intake not recorded",
            id="on the problem list",
        ),
    ],
)
def test_what_is_known_of_a_drug_without_a_dose_is_said(resources, because):
    assert_state(resources, "drug-without-dose", because)


@pytest.mark.parametrize(
    ("entry", "because"),
    [
        pytest.param(
            prescription(ALENDRONATE, on="2026-11-03"),
            "alendronate prescribed Nov 2026, intake not recorded",
            id="prescribed",
        ),
        pytest.param(
            statement(ALENDRONATE, dateAsserted="2026-11-01"),
            "alendronate on the list, start not recorded",
            id="told of",
        ),
    ],
)
def test_a_drug_prescribed_or_told_of_after_the_fracture_was_not_started(
    entry, because
):
    assert_state([entry], "drug-without-dose", because, FRACTURED)


# --- denosumab in time, or due


@pytest.mark.parametrize(
    ("resources", "fractured", "because"),
    [
        pytest.param(
            [dose(DENOSUMAB, "2026-06-28")],
            FRACTURED,
            "fracture on denosumab (28 Jun)",
            id="five months ago",
        ),
        pytest.param(
            [dose(DENOSUMAB, "2026-06-20"), prescription(DENOSUMAB, on="2026-06-01")],
            None,
            "fracture on denosumab (20 Jun)",
            id="ordered and given",
        ),
        pytest.param(
            [taken(ALENDRONATE, "2015-01-01"), dose(DENOSUMAB, "2026-06-20")],
            FRACTURED,
            "fracture on denosumab (20 Jun)",
            id="after another drug",
        ),
        pytest.param(
            [dose(DENOSUMAB, "2026-10-28")],
            None,
            "denosumab (last 28 Oct)",
            id="lately, day of the fracture unknown",
        ),
        pytest.param(
            [dose(DENOSUMAB, "2026-09-09"), dose(DENOSUMAB, "2026-10-31", "not-done")],
            None,
            "denosumab (last 9 Sep)",
            id="and then left out",
        ),
    ],
)
def test_denosumab_of_the_last_six_months_is_in_time(resources, fractured, because):
    assert_state(resources, "denosumab-in-time", because, fractured)


@pytest.mark.parametrize(
    ("last", "because"),
    [
        pytest.param(
            "2026-05-08", "denosumab was due 8 Nov (last 8 May)", id="over six months"
        ),
        pytest.param(
            "2026-04-20",
            "denosumab was due 20 Oct (last 20 Apr)",
            id="seven months to the day",
        ),
    ],
)
def test_denosumab_is_due_from_six_to_seven_months(last, because):
    assert_state([dose(DENOSUMAB, last)], "denosumab-due", because)


# --- on a drug when it broke


@pytest.mark.parametrize(
    ("resources", "because"),
    [
        pytest.param(
            [taken(ALENDRONATE, "2021-04-01")],
            "fracture on alendronate (since 2021)",
            id="alendronate since 2021",
        ),
        pytest.param(
            [statement(ALENDRONATE, effectiveDateTime="2021")],
            "fracture on alendronate (since 2021)",
            id="patient-reported, by year",
        ),
        pytest.param(
            [statement(ALENDRONATE, dateAsserted="2024-03-01")],
            "fracture on alendronate (since 2024)",
            id="told of long before",
        ),
        pytest.param(
            [dose(ZOLEDRONATE, "2025-09-20")],
            "fracture on zoledronate (since Sep 2025)",
            id="an infusion 13 months before",
        ),
        pytest.param(
            [billed("J3489", "2024-10-01"), billed("J3489", "2025-10-05")],
            "fracture on zoledronate (since 2024)",
            id="two infusions, billed",
        ),
        pytest.param(
            [taken({"text": "Evista 60 mg"}, "2019-01-01")],
            "fracture on raloxifene (since 2019)",
            id="raloxifene by brand",
        ),
    ],
)
def test_a_drug_of_over_a_year_was_taken_long_when_it_broke(resources, because):
    assert_state(resources, "long-on-drug", because, FRACTURED)


def test_a_drug_of_three_years_is_taken_long_if_the_day_of_the_fracture_is_unknown():
    assert_state(
        [taken(RISEDRONATE, "2023-11")],
        "long-on-drug",
        "fracture on risedronate (since 2023)",
    )


@pytest.mark.parametrize(
    ("resources", "fractured", "because"),
    [
        pytest.param(
            [taken(RISEDRONATE, "2026-06-10")],
            FRACTURED,
            "fracture 4 months into risedronate",
            id="four months",
        ),
        pytest.param(
            [taken(RISEDRONATE, "2026-10-01")],
            FRACTURED,
            "fracture 2 weeks into risedronate",
            id="two weeks",
        ),
        pytest.param(
            [dose(DENOSUMAB, "2026-03-18"), dose(ZOLEDRONATE, "2026-09-16")],
            date(2026, 11, 18),
            "fracture 2 months into zoledronate",
            id="zoledronate after denosumab",
        ),
        pytest.param(
            [dose(ROMOSOZUMAB, f"2026-{month:02}-20") for month in (7, 8, 9, 10)],
            None,
            "fracture 4 months into romosozumab",
            id="romosozumab each month",
        ),
        pytest.param(
            [taken(ALENDRONATE, "2026-11-03")],
            None,
            "alendronate started 3 Nov",
            id="lately, day of the fracture unknown",
        ),
    ],
)
def test_a_drug_of_less_than_a_year_was_taken_early_when_it_broke(
    resources, fractured, because
):
    assert_state(resources, "early-on-drug", because, fractured)


@pytest.mark.parametrize(
    ("started", "because"),
    [
        pytest.param(
            taken(ALENDRONATE, "2026-11-03"), "alendronate started 3 Nov", id="tablet"
        ),
        pytest.param(
            dose(ZOLEDRONATE, "2026-11-03"), "zoledronate started 3 Nov", id="infusion"
        ),
        pytest.param(
            billed("J0897", "2026-11-05"), "denosumab started 5 Nov", id="injection"
        ),
    ],
)
def test_a_drug_begun_after_the_fracture_was_started_for_it(started, because):
    assert_state(
        [started],
        "drug-started-for-fracture",
        f"{because} for this fracture",
        FRACTURED,
    )


# --- stopped, none, or not known


@pytest.mark.parametrize(
    ("resources", "because"),
    [
        pytest.param(
            [taken(ALENDRONATE, "2015-01-01", "2023-05-01", "completed")],
            "alendronate stopped 2023",
            id="a period that ended",
        ),
        pytest.param(
            [taken(ALENDRONATE, "2015-01-01", "2023-05-01", "stopped")],
            "alendronate stopped 2023",
            id="a period that was stopped",
        ),
        pytest.param(
            [prescription(ALENDRONATE, on="2015-01-01", status="stopped")],
            "alendronate stopped (prescribed 2015)",
            id="a stopped prescription",
        ),
        pytest.param(
            [supplied(ALENDRONATE, "2024-01-10", 90, 3)],
            "alendronate supply ended Jan 2025",
            id="supply with its repeats over",
        ),
        pytest.param(
            [dose(ZOLEDRONATE, "2023-02-01")],
            "zoledronate last given 2023",
            id="an infusion that no longer acts",
        ),
        pytest.param(
            [
                taken(ALENDRONATE, "2015-01-01", "2019-01-01", "completed"),
                taken(RISEDRONATE, "2020-01-01", "2022-01-01", "completed"),
            ],
            "risedronate stopped 2022",
            id="the last of two",
        ),
    ],
)
def test_a_drug_that_ended_says_how_and_when(resources, because):
    assert_state(resources, "drug-stopped", because)


@pytest.mark.parametrize("status", ["stopped", "on-hold", "completed"])
def test_the_start_of_what_is_over_is_not_its_last_day(status):
    over = taken(ALENDRONATE, "2021-05-01", status=status)
    assert_state([over], "drug-stopped", "alendronate stopped")


@pytest.mark.parametrize(
    "resources",
    [
        pytest.param([], id="none"),
        pytest.param(
            [prescription(CALCIUM), prescription(VITAMIN_D)], id="calcium and vitamin D"
        ),
        pytest.param(
            [prescription(ALENDRONATE, status="entered-in-error")],
            id="a prescription entered in error",
        ),
        pytest.param(
            [dose(DENOSUMAB, "2026-10-31", "entered-in-error")],
            id="a dose entered in error",
        ),
        pytest.param(
            [condition("Z79.83", verificationStatus=verification("refuted"))],
            id="refuted on the problem list",
        ),
    ],
)
def test_a_record_without_a_bone_drug_says_none(resources):
    assert_state(resources, "no-bone-drug", "no bone drug")


@pytest.mark.parametrize(
    ("entry", "problem"),
    [
        pytest.param(
            prescription(MYSTERY), "are drugs that we do not know", id="an unknown drug"
        ),
        pytest.param(
            prescription(ALENDRONATE, doNotPerform=True),
            "not clear: a drug is forbidden there",
            id="a prohibition",
        ),
    ],
)
def test_an_entry_that_is_not_understood_leaves_bone_drugs_unknown(entry, problem):
    assert_state(
        [entry],
        "bone-drug-unknown",
        f"1 of 2 entries on the medication list {problem}",
    )


# --- a steroid


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


# --- lists that say no "none"


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


# --- after denosumab


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


def handed(drug, on, days=None, **members):
    """A MedicationDispense, with its days of supply if they are stated."""
    supply = {"daysSupply": {"value": days, "unit": "days"}} if days else {}
    named = {
        "status": "completed",
        "medicationCodeableConcept": drug,
        "whenHandedOver": on,
    }
    return of_patient("MedicationDispense", "d", **{**named, **supply, **members})


def tablets(number):
    return {"quantity": {"value": number, "unit": "tablet"}}


# Gaps that warn, and that only another drug closes.
GAPS = [
    pytest.param(
        dose(DENOSUMAB, "2026-03-09"), "denosumab-overdue", id="late denosumab"
    ),
    pytest.param(
        taken(TERIPARATIDE, "2024-03-01", "2026-05-01", "completed"),
        "anabolic-ended",
        id="ended teriparatide",
    ),
]


@pytest.mark.parametrize(("earlier", "signal"), GAPS)
@pytest.mark.parametrize(
    "later",
    [
        pytest.param([handed(ALENDRONATE, "2026-08-10", 28)], id="28 days"),
        pytest.param([handed(ALENDRONATE, "2026-08-10", 7)], id="a week"),
        pytest.param([handed(ALENDRONATE, "2026-11-19", 1)], id="a day, lately"),
        pytest.param(
            [handed(ALENDRONATE, "2026-08-10", **tablets(1))], id="one tablet"
        ),
        pytest.param(
            [handed(ALENDRONATE, "2026-11-19", **tablets(1))], id="one, lately"
        ),
        pytest.param(
            [handed(ALENDRONATE, "2026-08-10", **tablets(4))], id="four tablets"
        ),
        pytest.param([dose(ALENDRONATE, "2026-08-10")], id="one on the ward"),
        pytest.param([dose(ALENDRONATE, "2026-11-19")], id="one on the ward, lately"),
        pytest.param(
            [dose(ALENDRONATE, "2026-08-10"), dose(ALENDRONATE, "2026-08-17")],
            id="two on the ward",
        ),
        pytest.param(
            [dose(ALENDRONATE, "2026-06-10"), dose(ALENDRONATE, "2026-09-17")],
            id="one in each of two stays",
        ),
        pytest.param(
            [dose(ALENDRONATE, "2026-08-10"), handed(ALENDRONATE, "2026-08-10", 28)],
            id="28 days, the first on the ward",
        ),
        pytest.param(
            [taken(ALENDRONATE, "2026-08-10", "2026-08-20", "completed")],
            id="ten days, completed",
        ),
        pytest.param(
            [
                taken(
                    ALENDRONATE,
                    "2026-08-10",
                    dosage=[{"text": "70 mg", "timing": {"code": {"text": "once"}}}],
                )
            ],
            id="once, on the list",
        ),
        pytest.param(
            [taken({"text": "Calcitonin nasal spray"}, "2026-08-10")], id="calcitonin"
        ),
        pytest.param([taken({"text": "Raloxifene 60 mg"}, "2026-08-10")], id="evista"),
        pytest.param([taken({"text": "Protelos"}, "2026-08-10")], id="strontium"),
        pytest.param(
            [taken({"text": "Bazedoxifene"}, "2026-08-10")], id="bazedoxifene"
        ),
        pytest.param([taken({"text": "Vitamin D3"}, "2026-08-10")], id="vitamin D"),
        pytest.param([taken({"text": "Calcium"}, "2026-08-10")], id="calcium"),
    ],
)
def test_a_short_supply_or_a_weak_drug_closes_no_gap(earlier, signal, later):
    assert state(earlier, *later).signal == signal


@pytest.mark.parametrize(("earlier", "signal"), GAPS)
@pytest.mark.parametrize(
    "later",
    [
        pytest.param([handed(ALENDRONATE, "2026-08-10", 84)], id="twelve weeks, ended"),
        pytest.param([handed(ALENDRONATE, "2026-11-10", 28)], id="28 days, not over"),
        pytest.param(
            [handed(ALENDRONATE, f"2026-{month}-10", 28) for month in ("08", "09")],
            id="28 days, twice",
        ),
        pytest.param(
            [handed(ALENDRONATE, "2026-08-10", **tablets(12))], id="twelve tablets"
        ),
        pytest.param([taken(ALENDRONATE, "2026-08-10")], id="on the list"),
        pytest.param(
            [taken(ALENDRONATE, "2026-08-10"), dose(ALENDRONATE, "2026-11-19")],
            id="on the list, and on the ward",
        ),
        pytest.param([dose(ZOLEDRONATE, "2026-08-10")], id="one zoledronate"),
    ],
)
def test_a_drug_that_goes_on_or_acts_for_long_closes_the_gap(earlier, signal, later):
    assert state(earlier, *later).signal != signal


def test_the_dose_that_ended_the_gap_is_named():
    """The page behind the card lists it as a source of "not overdue"."""
    entries = dose(DENOSUMAB, "2026-03-09"), dose(ZOLEDRONATE, "2026-09-01")
    found = findings_of(*entries, dose(ZOLEDRONATE, "2019-01-01"))
    overdue = found.known["denosumab-overdue"]
    assert overdue.value is False
    assert [one.printed for one in overdue.provenance] == [
        "given on 9 Mar 2026",
        "given on 1 Sep 2026",
    ]


def test_the_order_of_the_record_changes_nothing():
    listed = [
        dose(DENOSUMAB, "2026-03-09"),
        taken(ALENDRONATE, "2018-01-01"),
        prescription(DENOSUMAB, on="2026-09-01"),
    ]
    drugs = [findings_of(*listed, shuffled=seed).bone_drugs for seed in range(6)]
    assert all(one == drugs[0] for one in drugs)


# --- the supply


@pytest.mark.parametrize("days", [0, -3, 1e9, None])
def test_a_supply_that_makes_no_sense_is_none(days):
    raw = supplied(ALENDRONATE, "2026-10-01", days)
    assert state(raw).because == "alendronate prescribed Oct 2026, intake not recorded"


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


# --- names


# As lists write them: English, German, French, Spanish, Italian, Chinese, Japanese,
# Korean, brands.
ANABOLIC = {
    "teriparatide": [
        "Teriparatide 20 mcg/dose pen",
        "Teriparatid 20 µg Fertigpen",
        "tériparatide stylo",
        "Teriparatida 20 mcg",
        "Teriparatide soluzione iniettabile",
        "特立帕肽注射液",
        "テリパラチド酢酸塩",
        "테리파라타이드 주사",
        "Forsteo",
        "FORTEO 600 MCG/2.4 ML",
        "포스테오",
    ],
    "abaloparatide": [
        "Abaloparatide 80 mcg",
        "Abaloparatid Injektionslösung",
        "abaloparatide injection",
        "Abaloparatida",
        "阿巴洛肽",
        "アバロパラチド酢酸塩",
        "아발로파라타이드",
        "Tymlos",
        "Eladynos",
    ],
    "romosozumab": [
        "romosozumab-aqqg 105 mg",
        "Romosozumab Fertigspritze",
        "romosozumab solution",
        "Romosozumab jeringa",
        "罗莫佐单抗",
        "ロモソズマブ",
        "로모소주맙",
        "Evenity",
        "이베니티",
        "益穩挺注射液",
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

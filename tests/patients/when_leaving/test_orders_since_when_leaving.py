"""Orders and procedures since the operation may tell of what went wrong after it."""

import re
import tomllib
from pathlib import Path

import pytest

from tests.chart_builders import days_ago, of_patient
from tests.codes import CPT, codeable
from tests.patients.inpatients import statement
from tests.patients.leaving import everything_arranged, leave, leaving_chart

UNREAD = "1 recent entry not understood. Read before leaving."
EXAMINE = "new neurological deficit not excluded. Examine before leaving."
MAPPING = Path(__file__).parents[2] / "unit" / "fhir" / "mapping"
# What is written once somebody has fallen, not before.
OF_HARM = {"Sturzprotokoll"}
HEART = re.compile("(?i)echo|tte")
EVERYDAY = tomllib.loads((MAPPING / "everyday_orders.toml").read_text("utf-8"))


def said(words):
    return [{"text": words}]


def order(title, days=1, status="active", number="order", **members):
    return of_patient(
        "ServiceRequest",
        number,
        status=status,
        intent="order",
        code={"text": title},
        authoredOn=days_ago(days),
        **members,
    )


def done(code, days=1):
    return of_patient(
        "Procedure",
        "again",
        status="completed",
        code=code,
        performedDateTime=days_ago(days),
    )


def leaving(*entries):
    drug = statement("alendronate", "M05BA04", 1)
    chart = leaving_chart(*everything_arranged(), drug, *entries)
    return [card["summary"] for card in leave(chart)]


@pytest.mark.parametrize(
    "entry",
    [
        pytest.param(
            order("MRI lumbar spine", reasonCode=said("cannot feel legs")), id="reason"
        ),
        pytest.param(
            order(
                "MRI lumbar spine",
                status="completed",
                reasonCode=said("post-op deterioration"),
            ),
            id="carried out",
        ),
        pytest.param(
            order("MRI lumbar spine", reasonCode=said("saddle qwertz")),
            id="a reason of no list",
        ),
        pytest.param(
            order("Full blood count", note=said("cannot feel legs")), id="note"
        ),
        pytest.param(
            order("Neurologisches Konsil", reasonCode=said("Beine taub seit heute")),
            id="consultation",
        ),
        pytest.param(order("MRT LWS notfallmässig"), id="at once"),
        pytest.param(order("Scanner, hématome ?"), id="title"),
        pytest.param(done({"text": "Revision wegen Nachblutung"}), id="in words"),
    ],
)
def test_what_may_have_gone_wrong_is_to_be_read(entry):
    (card,) = leaving(entry)
    assert card.endswith(UNREAD) or EXAMINE in card


def test_what_was_taken_out_of_the_spinal_canal_is_asked_about():
    (card,) = leaving(done(codeable(CPT, "63267")))
    assert card.endswith("spinal infection not excluded. Who settles the cause?")


ORDINARY = [
    *("Urinary catheter", "Full blood count", "Physiotherapy", "Discharge letter"),
    *("X-ray lumbar spine control", "Röntgen LWS Kontrolle", "MRI lumbar spine"),
    *("Bladder scan if unable to void", "Neuro checks q4h", "Wound check"),
    *("Embolism prophylaxis", "Preoperative clearance", "Bleeding precautions"),
]


@pytest.mark.parametrize("title", ORDINARY)
def test_an_ordinary_order_brings_no_line(title):
    assert leaving(order(title)) == []


@pytest.mark.parametrize(
    ("title", "note"),
    [
        ("Physiotherapy", "gait training with walker, 20 min, please bring shoes"),
        ("Physiotherapy", "no new deficit, no bleeding; call if worsening"),
        ("Full blood count", "fasting"),
        ("MRI lumbar spine", "follow-up"),
    ],
)
def test_nor_does_an_ordinary_note(title, note):
    assert leaving(order(title, note=said(note))) == []


@pytest.mark.parametrize("code", ["51702", "97110"])
def test_nor_does_an_ordinary_procedure(code):
    assert leaving(done(codeable(CPT, code))) == []


def test_what_was_ordered_before_the_operation_was_for_the_fracture():
    asked = said("sudden pain, worsening")
    assert leaving(order("MRI lumbar spine", days=20, reasonCode=asked)) == []


def test_a_hundred_everyday_orders_bring_no_line():
    titles = [
        title
        for kinds in EVERYDAY.values()
        for listed in kinds["everyday"].values()
        for title in listed
    ][::5]
    # Of the heart an ultrasound is everyday only before the operation.
    titles = [one for one in titles if one not in OF_HARM and not HEART.search(one)]
    orders = [order(title, number=f"o{at}") for at, title in enumerate(titles)]
    assert len(orders) >= 99
    assert leaving(*orders) == []

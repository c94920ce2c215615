"""A fall since the operation, or another broken bone, is read before leaving."""

import re
from typing import Any

import pytest

from tests.chart_builders import days_ago, of_patient, problem
from tests.codes import CPT, ICD, OPS, PCS, SCT, codeable
from tests.patients.inpatients import chart, coded, statement
from tests.patients.leaving import (
    STAY,
    everything_arranged,
    kyphoplasty_done,
    leave,
    leaving_chart,
)

FALL = re.compile(r": fall \((recorded )?1[89] Nov\)\. Read before leaving\.$")
INJURY = re.compile(
    r": (head injury|[a-z ]*fracture[a-z ]*) \((recorded )?(day unknown|\d+ \w{3})\)\."
    r" Read before leaving\.$"
)
DENIED = {
    "verificationStatus": codeable(
        "http://terminology.hl7.org/CodeSystem/condition-ver-status", "refuted"
    )
}
OVER = {
    "clinicalStatus": codeable(
        "http://terminology.hl7.org/CodeSystem/condition-clinical", "resolved"
    )
}
OF_STAY = {"encounter": {"reference": f"Encounter/{STAY}"}}
OF_ANOTHER_STAY = {"encounter": {"reference": "Encounter/before"}}
ICD_GM = "http://fhir.de/CodeSystem/bfarm/icd-10-gm"
NO_DAY = {"onsetDateTime": None, "recordedDate": None}


def cards_beside(*entries: Any) -> list[Any]:
    """The cards of somebody for whom all else is arranged, treated two days ago."""
    drug = statement("alendronate", "M05BA04", 1)
    return leave(leaving_chart(*everything_arranged(), drug, *entries))


def snomed(code: str, *, days: int = 1) -> Any:
    """A diagnosis of so many days ago by SNOMED CT."""
    begun = {"onsetDateTime": days_ago(days), "recordedDate": days_ago(days)}
    return problem("x", number="g", code=codeable(SCT, code), **begun)


def recorded(code: str, days: int, **members: Any) -> Any:
    """A diagnosis without an onset that was recorded so many days ago."""
    return coded(code, days=None, **{"recordedDate": days_ago(days)} | members)


def hip_operated(days: int, **members: Any) -> Any:
    """An operation of a broken hip."""
    said = {
        "status": "completed",
        "code": codeable(CPT, "27236"),
        "performedDateTime": days_ago(days),
    }
    return of_patient("Procedure", "hip", **said | members)


@pytest.mark.parametrize(
    "entry",
    [
        *(
            pytest.param(coded(code, days=1), id=code)
            for code in ("W06.XXXA", "W18.30XA", "W18.2", "W19.XXXA", "W13.9XXA")
        ),
        pytest.param(coded("W06.XXXA", days=2), id="on the day of the operation"),
        pytest.param(recorded("W19.XXXA", 1), id="without an onset"),
        pytest.param(
            coded("W19.XXXA", days=1, clinicalStatus=OVER["clinicalStatus"]),
            id="over",
        ),
        pytest.param(snomed("20902002"), id="SNOMED CT"),
    ],
)
def test_a_fall_since_the_operation_is_to_be_read(entry: Any) -> None:
    (card,) = cards_beside(entry)
    assert FALL.search(card["summary"])


@pytest.mark.parametrize("days", [1, 5, 13])
@pytest.mark.parametrize(
    "code",
    [
        *("S72.001A", "S72.141A", "S32.10XA", "S32.501A", "M80.051A", "S72.9"),
        *("S72.301A", "S72.401A"),
        *("M84.750A", "M84.754A", "S79.101A", "M80.0B1A", "M80.8B2A"),
    ],
)
def test_so_is_a_broken_hip_or_pelvis_of_these_weeks(code: str, days: int) -> None:
    (card,) = cards_beside(coded(code, days=days))
    assert INJURY.search(card["summary"])


@pytest.mark.parametrize(
    "entry",
    [
        pytest.param(recorded("S72.001A", 40, **OF_STAY), id="of a long stay"),
        pytest.param(coded("S72.001A", days=None, **NO_DAY, **OF_STAY), id="no day"),
        pytest.param(snomed("359817006"), id="SNOMED CT"),
        pytest.param(coded("S72.001D", days=1), id="later visit, of these days"),
        *(
            pytest.param(coded(code, days=1), id=code)
            for code in ("S22.31XA", "S52.501A", "S42.201A", "S06.5X0A", "M80.031A")
        ),
        *(
            pytest.param(coded(code, days=1), id=code)
            for code in ("M80.0AXA", "M80.8AXA", "M80.0C1A", "S49.001A", "S89.101A")
        ),
        *(
            pytest.param(snomed(code) | {"code": codeable(ICD_GM, code)}, id=code)
            for code in ("M80.83", "M80.06")
        ),
        pytest.param(coded("S09.90XA", days=1), id="injury of the head"),
        pytest.param(snomed("65966004"), id="forearm"),
    ],
)
def test_so_is_another_fracture_since_the_operation(entry: Any) -> None:
    (card,) = cards_beside(entry)
    assert INJURY.search(card["summary"])


def of_month(code: str, **members: Any) -> Any:
    """A diagnosis of this month that was recorded on no day."""
    undated = {"onsetDateTime": "2026-11", "recordedDate": None}
    return coded(code, days=None, **undated | members)


@pytest.mark.parametrize(
    ("code", "name"),
    [
        ("S72.001A", "hip fracture"),
        ("S06.5X0A", "head injury"),
        ("S52.501A", "fracture of arm or hand"),
        ("M80.0B1A", "pelvic fracture"),
        ("W19.XXXA", "fall"),
    ],
)
def test_what_has_a_month_alone_may_be_of_these_days(code: str, name: str) -> None:
    (card,) = cards_beside(of_month(code))
    assert f": {name} (Nov 2026). Read before leaving." in card["summary"]
    (card,) = cards_beside(recorded(code, 1, recordedDate="2026-11"))
    assert f": {name} (recorded Nov 2026). Read before leaving." in card["summary"]


@pytest.mark.parametrize(
    ("code", "name"), [("S72.001A", "hip fracture"), ("S06.5X0A", "head injury")]
)
def test_so_may_what_has_no_day_and_is_of_this_stay(code: str, name: str) -> None:
    (card,) = cards_beside(coded(code, days=None, **NO_DAY, **OF_STAY))
    assert f": {name} (day unknown). Read before leaving." in card["summary"]


def test_a_day_to_come_is_not_said() -> None:
    (card,) = cards_beside(recorded("S72.001A", 1, recordedDate="2026-11-25"))
    assert ": hip fracture (day unknown). Read before leaving." in card["summary"]


@pytest.mark.parametrize(
    "entry",
    [
        pytest.param(of_month("S52.501A", recordedDate=days_ago(10)), id="recorded"),
        pytest.param(of_month("S72.001A", onsetDateTime="2026-10"), id="last month"),
        pytest.param(of_month("S72.001A", **OVER), id="over"),
        pytest.param(
            of_month("S72.001A", abatementDateTime="2026-11-03"), id="ended before"
        ),
        pytest.param(of_month("W19.XXXA", recordedDate=days_ago(2)), id="a fall"),
        pytest.param(of_month("S52.501D"), id="a later visit"),
    ],
)
def test_a_month_whose_entry_is_older_brings_no_card(entry: Any) -> None:
    assert cards_beside(entry) == []


def test_both_are_named() -> None:
    (card,) = cards_beside(coded("W06.XXXA", days=1), coded("S72.001A", days=1))
    assert ": hip fracture (19 Nov) and fall (19 Nov). Read" in card["summary"]


@pytest.mark.parametrize(
    "entry",
    [
        pytest.param(coded("W19.XXXA", days=5), id="the fall that broke L1"),
        pytest.param(recorded("W19.XXXA", 2), id="recorded with the operation"),
        pytest.param(recorded("W19.XXXD", 1), id="fall of a later visit"),
        pytest.param(coded("W19.XXXA", days=None, **NO_DAY, **OF_STAY), id="no day"),
        pytest.param(coded("S52.501A", days=5), id="a wrist of that fall"),
        pytest.param(coded("S72.001A", days=400), id="a hip of last year"),
        pytest.param(recorded("S72.001D", 1), id="a hip at a later visit"),
        pytest.param(coded("S72.001S", days=1), id="a sequela"),
        pytest.param(coded("M84.750D", days=400), id="a thigh of last year"),
        pytest.param(recorded("M80.0B1D", 1), id="a pelvis at a later visit"),
        pytest.param(
            coded("S72.001A", days=None, **NO_DAY, **OF_ANOTHER_STAY),
            id="a hip of another stay without a day",
        ),
        pytest.param(
            coded("S72.001A", days=None, **NO_DAY, **OVER), id="a hip long over"
        ),
        pytest.param(
            coded("S72.001D", days=None, **NO_DAY), id="a later visit, no day"
        ),
        pytest.param(
            coded("W19.XXXA", days=None, **NO_DAY), id="a fall, no day at all"
        ),
        pytest.param(coded("S72.001A", days=1, **DENIED), id="ruled out"),
        pytest.param(coded("W06.XXXA", days=1, **DENIED), id="a fall ruled out"),
        pytest.param(coded("W18.40XA", days=1), id="slipped without a fall"),
        pytest.param(coded("Z91.81", days=1), id="history of falling"),
        pytest.param(recorded("S72.001A", 2, **OVER), id="a hip that is over"),
        pytest.param(
            recorded("S72.001A", 2, abatementDateTime="2019-05-01", **OVER),
            id="a hip that was over years ago",
        ),
        pytest.param(
            problem(
                "x",
                number="g",
                code=codeable(ICD, "S72.001A", "History of hip fracture 2015"),
                onsetDateTime=None,
                recordedDate=days_ago(2),
            ),
            id="a hip of long ago, by its title",
        ),
        pytest.param(
            coded(
                "S72.001A", days=None, onsetDateTime="2026", recordedDate=days_ago(200)
            ),
            id="a hip of this year",
        ),
        pytest.param(
            coded(
                "W19.XXXA",
                days=None,
                onsetDateTime="2026-11",
                recordedDate=days_ago(20),
            ),
            id="a fall of this month",
        ),
        pytest.param(hip_operated(300), id="a hip operated last year"),
        pytest.param(hip_operated(1, status="not-done"), id="not operated"),
    ],
)
def test_what_was_before_or_is_over_brings_no_card(entry: Any) -> None:
    assert cards_beside(entry) == []


def test_one_in_words_is_asked_about_once() -> None:
    begun = {"onsetDateTime": days_ago(1), "recordedDate": days_ago(1)}
    entry = problem("x", number="g", code={"text": "Fall on the ward"}, **begun)
    (card,) = cards_beside(entry)
    assert ": 1 recent entry not understood. Read before leaving." in card["summary"]
    assert "fall (" not in card["detail"]


def test_it_is_a_line_where_something_else_leads() -> None:
    (card,) = leave(leaving_chart(coded("W06.XXXA", days=1)))
    line = "**Injury:** fall (19 Nov): examined, imaged? Who follows it up?"
    assert line in card["detail"]


def test_a_broken_hip_comes_before_what_was_not_understood() -> None:
    begun = {"onsetDateTime": days_ago(1), "recordedDate": days_ago(1)}
    entry = problem("x", number="odd", code={"text": "Fall on the ward"}, **begun)
    (card,) = cards_beside(coded("S72.001A", days=1), entry)
    assert INJURY.search(card["summary"])
    assert "1 recent entry not understood" in card["detail"]


# --- which, and when


@pytest.mark.parametrize(
    ("entry", "name"),
    [
        (coded("S72.001A", days=1), "hip fracture (19 Nov)"),
        (coded("M80.051A", days=1), "hip fracture (19 Nov)"),
        (coded("S72.301A", days=1), "femur fracture (19 Nov)"),
        (coded("S72.9", days=1), "femur or pelvic fracture (19 Nov)"),
        (coded("S32.10XA", days=1), "pelvic fracture (19 Nov)"),
        (coded("M80.0B1A", days=1), "pelvic fracture (19 Nov)"),
        (coded("M84.754A", days=1), "femur fracture (19 Nov)"),
        (coded("M80.0AXA", days=1), "fracture outside the spine (19 Nov)"),
        (coded("S06.5X0A", days=1), "head injury (19 Nov)"),
        (coded("S09.90XA", days=1), "head injury (19 Nov)"),
        (coded("S22.31XA", days=1), "rib or sternum fracture (19 Nov)"),
        (coded("S52.501A", days=1), "fracture of arm or hand (19 Nov)"),
        (coded("M80.031A", days=1), "fracture of arm or hand (19 Nov)"),
        (snomed("65966004"), "fracture of arm or hand (19 Nov)"),
        (coded("S82.001A", days=1), "fracture of leg or foot (19 Nov)"),
        (snomed("16114001"), "fracture of leg or foot (19 Nov)"),
        (coded("S32.2XXA", days=1), "fracture outside the spine (19 Nov)"),
        (recorded("S72.001A", 1), "hip fracture (recorded 19 Nov)"),
        (
            coded("S72.001A", days=None, **NO_DAY, **OF_STAY),
            "hip fracture (day unknown)",
        ),
    ],
)
def test_the_card_says_which_injury_and_when(entry: Any, name: str) -> None:
    (card,) = cards_beside(entry)
    assert f"(18 Nov): {name}. Read before leaving." in card["summary"]
    assert f"**Injury:** {name}: examined" in card["detail"]


def test_more_than_two_are_counted_and_the_gravest_is_named() -> None:
    codes = ("W06.XXXA", "S52.501A", "S72.001A", "S22.31XA", "S82.001A", "S06.5X0A")
    entries = [
        coded(code, days=1) | {"id": f"g{number}"} for number, code in enumerate(codes)
    ]
    (card,) = cards_beside(*entries)
    assert (
        ": hip fracture (19 Nov), head injury (19 Nov) and 4 more." in card["summary"]
    )
    assert len(card["summary"]) <= 120


# --- a hip that was repaired


REPAIRS = [
    pytest.param({"code": codeable(CPT, "27236")}, id="CPT"),
    pytest.param({"code": codeable(CPT, "27130")}, id="CPT, replacement"),
    pytest.param({"code": codeable(OPS, "5-820.41")}, id="OPS"),
    pytest.param({"code": codeable(OPS, "5-790.5f")}, id="OPS, nail"),
    pytest.param({"code": codeable(PCS, "0QS604Z")}, id="ICD-10-PCS"),
    pytest.param({"code": codeable(PCS, "0SRR0JZ")}, id="ICD-10-PCS, head"),
    *(
        pytest.param({"code": {"text": words}}, id=words)
        for words in (
            "ORIF right hip",
            "Hemiarthroplasty of right hip",
            "Total hip replacement",
            "Intramedullary nailing of right femur",
            "Dynamic hip screw",
            "PFNA rechts",
            "Hüft-TEP rechts",
            "Duokopfprothese Hüfte rechts",
            "Osteosynthese proximaler Femur",
            "Prothèse intermédiaire de hanche droite",
            "Ostéosynthèse du col fémoral par vis",
            "Prótesis parcial de cadera derecha",
            "Osteosíntesis de fémur con clavo",
            "Endoprotesi d'anca destra",
            "Kophalsprothese rechts",
            "Endoprotezoplastyka stawu biodrowego prawego",
            "Zespolenie kości udowej prawej",
            "人工骨頭置換術",
            "右大腿骨骨接合術",
            "右侧人工股骨头置换术",
            "右股骨近端骨折内固定术",
        )
    ),
]


def repair(days: int, **members: Any) -> Any:
    """A repair of a hip that was done so many days ago."""
    return hip_operated(days, **members)


@pytest.mark.parametrize("repaired", REPAIRS)
def test_a_hip_that_was_repaired_before_is_no_news(repaired: Any) -> None:
    broken = coded("S72.001A", days=8)
    assert cards_beside(broken) != []
    assert cards_beside(broken, repair(7, **repaired)) == []


@pytest.mark.parametrize("repaired", REPAIRS)
def test_one_that_broke_since_is_named_with_its_repair(repaired: Any) -> None:
    (card,) = cards_beside(coded("S72.001A", days=1), repair(0, **repaired))
    name = "hip fracture (19 Nov, treated 20 Nov)"
    assert card["summary"].endswith(f": {name}. Who follows it up?")
    assert f"**Injury:** {name}: who follows it up?" in card["detail"]


def test_the_operation_alone_names_the_fracture() -> None:
    (card,) = cards_beside(hip_operated(1))
    assert ": hip fracture (treated 19 Nov). Who follows it up?" in card["summary"]


def test_a_repair_before_is_a_line_where_something_else_leads() -> None:
    (card,) = leave(leaving_chart(coded("S72.001A", days=8), repair(7)))
    line = "**Repaired before:** hip fracture (12 Nov, treated 13 Nov): who follows"
    assert line in card["detail"]


@pytest.mark.parametrize(
    ("broken", "repaired"),
    [
        pytest.param(coded("S72.001A", days=5), repair(7), id="broke later"),
        pytest.param(recorded("S72.001A", 5), repair(7), id="recorded later"),
        pytest.param(
            coded("S72.002A", days=8),
            repair(7, code={"text": "ORIF right hip"}),
            id="another side",
        ),
        pytest.param(
            coded("S72.001A", days=8), repair(7, status="not-done"), id="not done"
        ),
        pytest.param(
            coded("S72.001A", days=8), repair(7, status="preparation"), id="prepared"
        ),
        pytest.param(
            coded("S72.001A", days=8), repair(7, status="stopped"), id="broken off"
        ),
        pytest.param(
            coded("S72.001A", days=8),
            repair(7, performedDateTime="2026-11"),
            id="without a day",
        ),
        pytest.param(coded("S32.10XA", days=8), repair(7), id="a pelvis"),
        *(
            pytest.param(
                coded("S72.001A", days=8), repair(7, code={"text": words}), id=words
            )
            for words in (
                "Removal of dynamic hip screw",
                "Planned hip hemiarthroplasty",
                "X-ray after hip fixation",
                "Metallentfernung Femurnagel",
                "Retrait de clou fémoral",
                "Osteosynthesis of distal radius",
                "Knee replacement",
                "抜釘術 大腿骨髄内釘",
            )
        ),
    ],
)
def test_what_repaired_nothing_leaves_it_open(broken: Any, repaired: Any) -> None:
    (card,) = cards_beside(broken, repaired)
    assert "treated" not in card["summary"]
    assert card["summary"].endswith("Read before leaving.")


def sided(system: str, code: str, side: str) -> Any:
    """A German code with its extension for the side."""
    url = "http://fhir.de/StructureDefinition/icd-10-gm-seitenlokalisation"
    extension = {"url": url, "valueCoding": {"code": side}}
    return {"coding": [{"system": system, "code": code, "extension": [extension]}]}


def broken_hip(**members: Any) -> Any:
    """A hip that broke yesterday, of no side."""
    return coded("S72.009A", days=1) | members


OTHER_SIDE = [
    pytest.param(
        broken_hip(code=sided(ICD_GM, "S72.01", "L")),
        {"code": sided(OPS, "5-820.00", "R")},
        id="German extensions",
    ),
    pytest.param(
        broken_hip(code=sided(ICD_GM, "S72.01", "B")),
        {"code": sided(OPS, "5-820.00", "R")},
        id="both hips",
    ),
    pytest.param(
        broken_hip(bodySite=[codeable(SCT, "7771000")]),
        {"bodySite": [codeable(SCT, "24028007")]},
        id="SNOMED CT without a display",
    ),
    *(
        pytest.param(
            broken_hip(code=codeable(ICD, "S72.009A", title)),
            {"bodySite": [{"text": "R"}]},
            id=title,
        )
        for title in (
            "Schenkelhalsfraktur L",
            "Schenkelhalsfraktur (L)",
            "L femoral neck fracture",
        )
    ),
    pytest.param(
        coded("S72.002A", days=1),
        {"reasonCode": [codeable(ICD, "S72.001A")]},
        id="a reason with another side",
    ),
]


@pytest.mark.parametrize(("broken", "repaired"), OTHER_SIDE)
def test_the_repair_of_one_side_leaves_the_other_open(
    broken: Any, repaired: Any
) -> None:
    (card,) = cards_beside(broken, repair(1, **repaired))
    assert ": hip fracture (19 Nov)" in card["summary"]
    assert card["summary"].endswith("Read before leaving.")


@pytest.mark.parametrize(
    "repaired",
    [
        pytest.param({"reasonCode": [codeable(ICD, "M16.11")]}, id="arthrosis"),
        pytest.param({"reasonCode": [{"text": "Coxarthrose"}]}, id="in words"),
        pytest.param({"performedDateTime": "2026-11-19T08:00:00Z"}, id="before it"),
    ],
)
def test_what_was_no_repair_of_this_fracture_leaves_it_open(repaired: Any) -> None:
    onset = {"onsetDateTime": "2026-11-19T20:00:00Z"}
    broken = coded("S72.001A", days=1) | onset
    (card,) = cards_beside(broken, repair(1, **repaired))
    assert ": hip fracture (19 Nov)" in card["summary"]
    assert card["summary"].endswith("Read before leaving.")


@pytest.mark.parametrize(
    ("broken", "repaired"),
    [
        pytest.param({}, {"reasonCode": [codeable(ICD, "S72.001A")]}, id="reason"),
        pytest.param({}, {"reasonCode": [{"text": "Hip fracture"}]}, id="in words"),
        pytest.param({}, {"reasonCode": [{"text": "Schenkelhalsfraktur R"}]}, id="R"),
        pytest.param({}, {"bodySite": [codeable(SCT, "24028007")]}, id="same side"),
        pytest.param(
            {"code": sided(ICD_GM, "S72.01", "R")},
            {"code": sided(OPS, "5-820.00", "R")},
            id="German extensions",
        ),
        pytest.param(
            {"onsetDateTime": "2026-11-19T08:00:00Z"},
            {"performedDateTime": "2026-11-19T20:00:00Z"},
            id="later that day",
        ),
    ],
)
def test_the_repair_of_this_fracture_is_named(broken: Any, repaired: Any) -> None:
    entry = coded("S72.001A", days=1) | broken
    (card,) = cards_beside(entry, repair(1, **repaired))
    assert "hip fracture (19 Nov, treated 19 Nov)" in card["summary"]


def test_a_later_fracture_is_named_beside_one_that_was_repaired() -> None:
    later = coded("S72.002A", days=1) | {"id": "later"}
    (card,) = cards_beside(coded("S72.001A", days=8), repair(7), later)
    assert ": hip fracture (19 Nov). Read before leaving." in card["summary"]


def test_a_later_fall_is_named_beside_a_repair_of_these_days() -> None:
    fall = coded("W06.XXXA", days=0)
    (card,) = cards_beside(coded("S72.001A", days=1), repair(0), fall)
    assert "fall (20 Nov) and hip fracture (19 Nov, treated 20 Nov)." in card["summary"]
    assert card["summary"].endswith("Read before leaving.")


@pytest.mark.parametrize("days", [0, 1])
def test_a_repair_after_the_kyphoplasty_is_named(days: int) -> None:
    (card,) = cards_beside(coded("S72.001A", days=6), repair(days))
    assert ": hip fracture (14 Nov, treated " in card["summary"]
    assert card["summary"].endswith("Who follows it up?")


@pytest.mark.parametrize(
    ("broken", "repaired"),
    [
        pytest.param(
            [coded("S72.001A", days=1), coded("S72.002A", days=1) | {"id": "left"}],
            repair(0, code=codeable(CPT, "27236")),
            id="both sides",
        ),
        pytest.param(
            [coded("S72.301A", days=1)],
            repair(0, code=codeable(CPT, "27130")),
            id="a shaft, and a new hip",
        ),
        pytest.param(
            [coded("S72.001A", days=1)],
            repair(0, code={"text": "PTH measurement"}),
            id="parathyroid hormone",
        ),
        pytest.param(
            [coded("S72.001A", days=1)],
            repair(0, code={"text": "Femoral artery closure, fixation of device"}),
            id="an artery",
        ),
    ],
)
def test_a_repair_of_something_else_treats_nothing(broken: Any, repaired: Any) -> None:
    (card,) = cards_beside(*broken, repaired)
    assert " fracture (19 Nov)" in card["summary"]
    assert card["summary"].endswith("Read before leaving.")


def test_a_repair_treats_no_head_injury_of_the_same_entry() -> None:
    broken = coded("S72.001A", days=1)
    broken["code"]["coding"] += codeable(ICD, "S06.0X0A")["coding"]
    (card,) = cards_beside(broken, repair(0))
    assert ": hip fracture (19 Nov)" in card["summary"]
    assert card["summary"].endswith("Read before leaving.")


@pytest.mark.parametrize(
    "code",
    [
        *("S72.001A", "S72.301A", "S32.810A", "S32.10XA", "M80.051A"),
        *("S82.101A", "S92.301A", "S52.501A", "S42.201A"),
        *("S22.41XA", "S22.20XA", "S06.5X0A", "S06.0X0A", "S02.0XXA"),
    ],
)
def test_a_coded_injury_without_any_day_says_no_less_than_unknown_words(
    code: str,
) -> None:
    (card,) = cards_beside(coded(code, days=None, **NO_DAY))
    assert INJURY.search(card["summary"])
    assert "(day unknown)" in card["summary"]


def test_a_stay_says_nothing_if_that_of_the_operation_is_unknown() -> None:
    operated = kyphoplasty_done(encounter=None)
    hip = coded("S72.001A", days=None, **NO_DAY, **OF_STAY)
    drug = statement("alendronate", "M05BA04", 1)
    broken = coded("M80.08XA", days=20)
    (card,) = leave(chart(broken, operated, *everything_arranged(), drug, hip))
    assert "hip fracture (day unknown)" in card["summary"]

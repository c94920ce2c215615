"""Who does not walk, or may put no weight on a leg, is not told to walk every day."""

from typing import Any

import pytest

from tests.chart_builders import Resource, days_ago, of_patient
from tests.codes import CPT, HCPCS, ICD, codeable
from tests.patients.doors import GM
from tests.patients.leaving import act_ordered, page_after
from tests.patients.reassuring import card_of, dated
from tests.patients.training import FALLS, REFER, WALK, chosen


def device(title: str, note: str = "", code: str = "", **members: Any) -> Resource:
    """The order of a device, of yesterday."""
    coded = codeable(HCPCS, code, title) if code else {"text": title}
    said: dict[str, Any] = {
        "status": "active",
        "intent": "order",
        "authoredOn": days_ago(1),
        "codeCodeableConcept": coded,
    }
    if note:
        said["note"] = [{"text": note}]
    return of_patient("DeviceRequest", "device", **said | members)


def diagnosis(
    code: str = "", title: str = "", *, days: int = 60, **members: Any
) -> Any:
    """A diagnosis by a code of ICD-10-CM, or in words."""
    coded = codeable(ICD, code) if code else {"text": title}
    return dated(coded, days=days, **members)


def operated(title: str = "", cpt: str = "", *, days: int = 20, **members: Any) -> Any:
    """An operation that was done."""
    said = {
        "status": "completed",
        "code": codeable(CPT, cpt) if cpt else {"text": title},
        "performedDateTime": days_ago(days),
    }
    return of_patient("Procedure", "leg", **said | members)


WEIGHT = [
    "NWB LLE",
    "Non weight bearing 6 weeks",
    "TTWB right",
    "PWB 20 kg",
    "Teilbelastung 20 kg",
    "Keine Belastung",
    "Décharge complète 6 semaines",
    "Sin apoyo 6 semanas",
    "Carico vietato",
    "Onbelast",
    "免荷",
    "禁止负重",
]


@pytest.mark.parametrize("note", WEIGHT)
@pytest.mark.parametrize("title", ["CAM walker boot", "Crutches", "Rollator"])
def test_a_note_of_a_device_that_limits_weight_is_heard(title: str, note: str) -> None:
    assert page_after(device(title, note))["mayTrain"] is False


@pytest.mark.parametrize(
    "entry",
    [
        pytest.param(device("Wheelchair"), id="wheelchair"),
        pytest.param(device("", code="E1130"), id="E1130"),
        pytest.param(device("Patient lift"), id="lift"),
        pytest.param(device("Hoist"), id="hoist"),
        pytest.param(device("Rollstuhl"), id="Rollstuhl"),
        pytest.param(device("Fauteuil roulant"), id="fauteuil roulant"),
        pytest.param(device("車椅子"), id="ja"),
        pytest.param(device("轮椅"), id="zh"),
        pytest.param(device("Short leg cast"), id="cast"),
        pytest.param(device("Vorfußentlastungsschuh"), id="shoe"),
        pytest.param(
            device("CAM boot", "NWB", status="completed"), id="a boot that came"
        ),
    ],
)
def test_so_is_a_device_that_carries_or_splints(entry: Resource) -> None:
    assert page_after(entry)["mayTrain"] is False


@pytest.mark.parametrize(
    "title",
    [
        *("CAM boot, x-ray in 2 weeks", "Posterior leg splint, no weight bearing"),
        *("Below-knee cast, no shower", "CAM boot; compression stocking other leg"),
        *("Gips Unterschenkel, kein Baden", "Plâtre de jambe, sans appui"),
        *("Short leg cast, elbow crutches", "Long leg cast with soft padding"),
        *("Knee brace, do not remove", "Knieorthese, nicht entfernen"),
        *("Walking boot, off at night", "膝装具、除去禁止", "小腿石膏，不可拆除"),
    ],
)
def test_what_is_said_next_to_a_boot_or_a_cast_takes_it_from_no_leg(title):
    assert page_after(device(title))["mayTrain"] is False


@pytest.mark.parametrize(
    "title",
    [
        *("Remove knee brace", "Knee brace off", "CAM boot removal", "No knee brace"),
        *("Unterschenkelgips Entfernung", "Keine Knieorthese", "Soft knee brace"),
        *("Elastic knee brace", "Night splint ankle", "X-ray ankle in cast"),
        *("Knee brace no longer needed", "膝装具 除去", "膝关节支具拆除"),
    ],
)
def test_one_that_is_taken_off_or_soft_limits_nothing(title):
    assert page_after(device(title))["mayTrain"] is True


@pytest.mark.parametrize(
    ("title", "note"),
    [
        *((title, "") for title in ("Walking frame", "Rollator", "Crutches")),
        ("Compression stockings", ""),
        ("Shower chair", ""),
        ("Stair lift", ""),
        ("Transport chair", ""),
        ("Wheelchair", "for long distances"),
        ("Wheelchair for outpatient transport", ""),
        ("Walker boots size 8", ""),
        ("CAM walker boot", "WBAT"),
        ("CAM walker boot", "Vollbelastung"),
        ("Walking frame", "Mobilise as tolerated"),
        ("Walking frame", "FWB"),
    ],
)
def test_ordinary_devices_limit_nothing(title: str, note: str) -> None:
    assert page_after(device(title, note))["mayTrain"] is True


@pytest.mark.parametrize(
    "members",
    [
        {"authoredOn": days_ago(300)},
        {"status": "revoked"},
        {"status": "completed", "authoredOn": days_ago(150)},
    ],
)
def test_nor_does_one_of_long_ago(members: dict[str, Any]) -> None:
    assert page_after(device("CAM boot", "NWB", **members))["mayTrain"] is True


CODES = ["Z74.01", "Z99.3", "Z89.511", "Z89.611", "Z89.441", "R26.3", "M62.3"]
TENDONS = ["S86.011A", "S86.021A", "S76.111A"]
TITLES = [
    "Bedridden",
    "Wheelchair dependent",
    "Non-ambulatory at baseline",
    "Bettlägerig",
    "Rollstuhlpflichtig",
    "Grabataire",
    "Encamado",
    "Allettato",
    "Bedlegerig",
    "Leżący",
    "寝たきり",
    "卧床不起",
    "Left BKA",
    "Unterschenkelamputation",
    "Achilles tendon rupture",
    "跟腱断裂",
]


@pytest.mark.parametrize(
    "entry",
    [
        *(pytest.param(diagnosis(one), id=one) for one in (*CODES, *TENDONS)),
        *(pytest.param(diagnosis(one, days=700), id=f"old {one}") for one in CODES),
        *(pytest.param(diagnosis(title=one), id=one) for one in TITLES),
        *(
            pytest.param(dated(codeable(GM, one), days=60), id=f"GM {one}")
            for one in ("Z89.6", "S86.0", "U50.50")
        ),
        pytest.param(
            diagnosis(title="Gout", note=[{"text": "NWB LLE 6 weeks"}]), id="note"
        ),
    ],
)
def test_so_is_a_diagnosis_of_somebody_who_does_not_walk(entry: Resource) -> None:
    assert page_after(entry)["mayTrain"] is False


@pytest.mark.parametrize(
    "entry",
    [
        pytest.param(diagnosis("Z74.09"), id="reduced mobility"),
        pytest.param(diagnosis("Z89.411"), id="a toe"),
        pytest.param(diagnosis("Z89.021"), id="a finger"),
        pytest.param(diagnosis("S86.011A", days=300), id="torn long ago"),
        pytest.param(diagnosis("S86.011S"), id="sequela"),
        pytest.param(
            diagnosis("Z74.01", clinicalStatus={"coding": [{"code": "resolved"}]}),
            id="resolved",
        ),
        *(
            pytest.param(diagnosis(title=one), id=one)
            for one in (
                "Not bedbound",
                "No longer bedridden",
                "Walks with frame",
                "Reduced mobility",
                "Toe amputation",
                "TKA left",
                "Achilles tendinopathy",
                "Mother bedridden",
                "Uses wheelchair for long distances",
                "Wheelchair user at airports",
                "In wheelchair today for transport",
                "Gangunsicherheit",
            )
        ),
    ],
)
def test_ordinary_diagnoses_limit_nothing(entry: Resource) -> None:
    assert page_after(entry)["mayTrain"] is True


@pytest.mark.parametrize(
    "entry",
    [
        *(
            pytest.param(operated(one), id=one)
            for one in (
                "IM nail femur",
                "ORIF left ankle",
                "Achilles tendon repair",
                "Osteosynthese Sprunggelenk",
                "Below knee amputation",
            )
        ),
        *(
            pytest.param(operated(cpt=one), id=one)
            for one in ("27506", "27814", "28415", "27880", "27650", "29405")
        ),
        pytest.param(operated(cpt="27880", days=500), id="a leg lost long ago"),
        pytest.param(
            operated("Skin graft", note=[{"text": "NWB LLE 6 weeks"}]), id="note"
        ),
        pytest.param(
            operated("Skin graft", followUp=[{"text": "NWB 6 weeks"}]), id="follow-up"
        ),
    ],
)
def test_so_is_an_operation_of_a_leg(entry: Resource) -> None:
    assert page_after(entry)["mayTrain"] is False


@pytest.mark.parametrize(
    "entry",
    [
        pytest.param(operated("Total knee replacement", days=60), id="knee"),
        pytest.param(operated("ORIF distal radius", days=60), id="arm"),
        pytest.param(operated("Toenail avulsion foot"), id="toenail"),
        pytest.param(operated("Removal of hardware ankle"), id="removal"),
        pytest.param(operated("ORIF left ankle", days=700), id="long ago"),
        pytest.param(operated("ORIF left ankle", status="not-done"), id="not done"),
    ],
)
def test_ordinary_operations_limit_nothing(entry: Resource) -> None:
    assert page_after(entry)["mayTrain"] is True


@pytest.mark.parametrize(
    "title", ["Wheelchair mobility", "Wheelchair for all mobility", "Lifter-Transfer"]
)
def test_so_is_an_order_to_be_moved(title: str) -> None:
    assert page_after(act_ordered(title))["mayTrain"] is False


@pytest.mark.parametrize(
    ("entry", "reason"),
    [
        (device("Boot", "NWB"), "an order limits training or weight-bearing"),
        (device("Wheelchair"), "a wheelchair or a lift is ordered"),
        (device("CAM boot"), "a boot, cast or brace of a leg is ordered"),
        (diagnosis("Z99.3"), "the record says that the patient does not walk"),
        (diagnosis("Z89.511"), "a leg or foot was lost"),
        (diagnosis("S86.011A"), "an injury of pelvis or leg may still be healing"),
        (operated(cpt="27814"), "an operation on pelvis or leg may still be healing"),
    ],
)
def test_at_the_signing_training_is_not_chosen_and_the_card_says_why(
    entry: Resource, reason: str
) -> None:
    card = card_of(FALLS, entry)
    assert REFER in {one["label"] for one in card["suggestions"]}
    assert REFER not in chosen(card)
    assert f"not pre-selected: {reason}" in card["detail"]
    assert WALK not in card["detail"]

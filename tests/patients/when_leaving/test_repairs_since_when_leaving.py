"""What was done since the operation may be the only word of what happened."""

from typing import Any

import pytest

from tests.chart_builders import days_ago, of_patient, problem
from tests.codes import CPT, ICD, OPS, PCS, codeable
from tests.patients.leaving import STAY, act_ordered, summaries_beside

HARM = "1 recent entry names an injury or grave illness. Read before leaving."
UNREAD = "1 recent entry not understood. Read before leaving."
READ = (HARM, UNREAD)
BREAK_CPT = [
    *("21400", "21811", "22310", "22315", "22318", "22325", "22327", "23500", "23600"),
    *("23615", "23650", "24515", "24600", "25600", "25609", "26600", "27125", "27197"),
    *("27215", "27220", "27228", "27250", "27254", "27267", "27506", "27507", "27511"),
    *("27514", "27524", "27530", "27766", "27823", "27840", "28400", "29345", "29075"),
]
RESCUE_CPT = [
    *("22612", "22849", "62273", "63047", "63005", "61312", "31500", "94002", "36430"),
    *("92928", "37184", "61645", "33210", "33016", "35840", "22842"),
]


def coding(system: str, code: str) -> Any:
    return codeable(system, code)


def done(code: Any, days: int = 1, number: str = "act", **members: Any) -> Any:
    """A procedure of so many days ago, in this stay."""
    code = {"text": code} if isinstance(code, str) else code
    return of_patient(
        "Procedure",
        number,
        **{
            "status": "completed",
            "code": code,
            "performedDateTime": days_ago(days),
            "encounter": {"reference": f"Encounter/{STAY}"},
            **members,
        },
    )


@pytest.mark.parametrize("code", BREAK_CPT)
def test_a_bone_repaired_since_is_to_be_read(code: str) -> None:
    (card,) = summaries_beside(done(coding(CPT, code)))
    assert card.endswith(READ)


@pytest.mark.parametrize(
    ("system", "code"),
    [
        *((OPS, code) for code in ("5-790.16", "5-794.k6", "5-79b.h1", "8-200.6")),
        *((OPS, code) for code in ("8-201.0", "5-820.31", "5-820.41")),
        *((PCS, code) for code in ("0QSH04Z", "0QS204Z", "0PSJ04Z", "0RSJXZZ")),
        *((PCS, code) for code in ("0SS9XZZ", "0SRR019", "0QS806Z")),
    ],
)
def test_so_is_one_by_other_codes(system: str, code: str) -> None:
    (card,) = summaries_beside(done(coding(system, code)))
    assert card.endswith(READ)


REPAIRS = [
    *("Hip hemiarthroplasty", "Hemiarthroplasty hip", "DHS right hip"),
    *("Gammanagel rechts", "PFN rechts", "Cannulated screws left hip"),
    *("Cannulated screw fixation femoral neck", "ORIF distal radius", "ORIF ankle"),
    *("Osteosynthese Radius", "Closed treatment of hip dislocation"),
    *("Reposition Hüftluxation", "Long leg cast right", "Radiusgips rechts"),
    "Open treatment of femoral fracture, proximal end, neck, internal fixation",
    *("Open treatment of distal femoral fracture", "ORIF ankle after fall"),
    *("DHS nach Sturz", "Cannulated screws hip after fall"),
    "Open treatment of distal radial extra-articular fracture",
    "Open treatment of greater trochanteric fracture",
    *("Open treatment of acetabulum fracture", "Open treatment of odontoid fracture"),
    "Closed treatment of proximal humeral (surgical or anatomical neck) fracture",
    *("Closed treatment of vertebral body fracture(s)", "Plattenosteosynthese Humerus"),
    *("Closed reduction of shoulder dislocation", "Reposition Schulterluxation"),
    *("Tibial nailing", "Tibiamarknagelung", "Kirschner-Draht-Osteosynthese Hand"),
    *("External fixator pelvis", "Fixateur externe Becken", "Unterarmgips links"),
    *(
        "Ostéosynthèse du radius",
        "Réduction de luxation d'épaule",
        "Plâtre antébrachial",
    ),
    *("Enclouage fémoral", "Intramedullary nailing humerus", "K-wire wrist fracture"),
]


@pytest.mark.parametrize("title", REPAIRS)
@pytest.mark.parametrize("build", [done, act_ordered])
def test_so_is_one_in_words(build: Any, title: str) -> None:
    (card,) = summaries_beside(build(title))
    assert card.endswith(READ)


@pytest.mark.parametrize(
    "code", ["27236", "27506", "27125"], ids=["neck", "shaft", "half a joint"]
)
def test_a_repair_of_before_the_operation_is_not(code: str) -> None:
    assert summaries_beside(done(coding(CPT, code), days=60)) == []


def test_nor_is_one_of_a_bone_that_the_list_names_with_a_day() -> None:
    wrist = problem(
        "wrist",
        number="wrist",
        code=codeable(ICD, "S52.501A"),
        onsetDateTime=days_ago(12),
        recordedDate=days_ago(12),
    )
    assert summaries_beside(wrist, done("ORIF distal radius")) == []
    assert summaries_beside(wrist, done(coding(CPT, "25607"))) == []


@pytest.mark.parametrize("code", RESCUE_CPT)
def test_a_rescue_since_is_to_be_read(code: str) -> None:
    (card,) = summaries_beside(done(coding(CPT, code)))
    assert card.endswith(UNREAD)


@pytest.mark.parametrize(
    ("system", "code"),
    [
        *((OPS, code) for code in ("8-800.c0", "5-836.41", "5-83b.53", "8-981.0")),
        *((OPS, code) for code in ("8-836.80", "8-837.00", "5-031.01", "8-701")),
        *((PCS, code) for code in ("00NY0ZZ", "0SG00AJ", "5A1935Z", "30233N1")),
        *((PCS, code) for code in ("0RG70AJ", "0BH17EZ", "02703DZ")),
    ],
)
def test_so_is_one_by_another_code(system: str, code: str) -> None:
    (card,) = summaries_beside(done(coding(system, code)))
    assert card.endswith(UNREAD)


@pytest.mark.parametrize(
    "title",
    [
        *(
            "Spondylodese T12-L2",
            "Pedicle screw fixation T12-L2",
            "Explantation of cement",
        ),
        *("Thoracic drain", "Reintubation", "Transfer to stroke unit"),
        *("Transfusion", "Erythrozytenkonzentrat transfundiert", "Cardiac arrest call"),
        *("Blood transfusion 2 units", "Verlegung auf Stroke Unit", "Re-Intubation"),
        *("Posterior spinal fusion T11-L1", "Dorsale Stabilisierung BWK 11 - LWK 1"),
        *("Fixateur interne LWK 1", "Rapid response team call", "Notfallintubation"),
        *(
            "Emergency intubation",
            "Mechanical thrombectomy",
            "Thrombektomie A. cerebri",
        ),
        *(
            "Kraniotomie",
            "Burr hole evacuation",
            "Arthrodèse T12-L2",
            "Transfusion de 2 CGR",
        ),
        *("Laparotomy", "Appendectomy", "Splenektomie", "Fasziotomie", "Craniectomie"),
        *("Intubation en urgence", "Transfert en USI neurovasculaire"),
    ],
)
def test_so_is_one_by_its_title(title: str) -> None:
    (card,) = summaries_beside(done(title))
    assert card.endswith(UNREAD)


@pytest.mark.parametrize(
    "code",
    [
        coding(CPT, "31500"),
        coding(CPT, "94002"),
        coding(CPT, "22612"),
        coding(OPS, "8-701"),
        {"text": "Intubation"},
    ],
    ids=["tube", "ventilation", "fusion", "OPS", "title"],
)
def test_what_belongs_to_the_operation_of_that_day_is_not(code: Any) -> None:
    assert summaries_beside(done(code, days=2)) == []


# Ordinary procedures of a stay after a kyphoplasty.
ORDINARY = [
    *("Blood drawing", "Venipuncture", "ECG", "12-lead ECG", "X-ray lumbar spine"),
    *("Chest X-ray", "Physiotherapy session", "Removal of urinary catheter"),
    *("Dressing change", "Wound check", "Insertion of peripheral IV cannula"),
    *("Suture removal", "Bladder scan", "Occupational therapy", "Nursing assessment"),
    *("Discharge planning", "Medication reconciliation", "Removal of cast"),
    *("Blutentnahme", "EKG", "Röntgen Thorax", "Krankengymnastik", "Verbandswechsel"),
    *("Entfernung Blasenkatheter", "Wundkontrolle", "Mobilisation", "Pflegevisite"),
    *("Sozialdienst", "Physiotherapie", "Anlage Venenverweilkanüle"),
    *("Sonographie Abdomen", "Gipsabnahme", "Prise de sang", "ECG 12 dérivations"),
    *("Radiographie thoracique", "Séance de kinésithérapie", "Pansement"),
    *("Ablation sonde urinaire", "Pose de voie veineuse", "Contrôle de la plaie"),
    *("Soins infirmiers", "Type and screen", "Reposition every 2 hours"),
    *("X-ray after spinal fusion", "Physio after ORIF ankle"),
    *(
        "Total knee replacement evaluation",
        "Metallentfernung",
        "Phlebotomy",
        "Colostomy care",
        "Plastic bag change",
    ),
]


@pytest.mark.parametrize("title", ORDINARY)
def test_an_ordinary_procedure_brings_no_line(title: str) -> None:
    assert summaries_beside(done(title)) == []

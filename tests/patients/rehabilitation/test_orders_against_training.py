"""What limits training: an order against it, a broken leg or pelvis, a joint out."""

import pytest

from tests.chart_builders import Resource, days_ago, problem
from tests.codes import ICD, codeable
from tests.patients.doors import GM
from tests.patients.reassuring import card_of, cards_of, dated, end_is_selected
from tests.patients.training import (
    FALLS,
    REFER,
    WALK,
    assert_training_is_chosen,
    chosen,
    detail_without_training,
    ordered,
)

HELD = [
    "No physiotherapy until cleared by neurosurgery",
    "Hold PT",
    "PT on hold until MRI",
    "Non-weight-bearing both legs",
    "NWB LLE",
    "Keine KG bis Rö-Kontrolle",
    "Teilbelastung 20 kg links",
    "Pas de kinésithérapie",
    "Sin apoyo MID",
    "Carico vietato",
    "Onbelast mobiliseren",
    "Zakaz chodzenia",
    "免荷",
    "禁止负重",
    "Bed rest",
    "Bed rest until further notice",
    "Bed rest until MRI",
    "安静臥床",
    "Do not mobilise",
]


@pytest.mark.parametrize("title", HELD)
def test_an_order_in_force_withholds_training_and_the_card_says_so(title: str) -> None:
    card = card_of(FALLS, ordered(title))
    assert REFER not in chosen(card)
    assert "not pre-selected:" in card["detail"]
    assert WALK not in card["detail"]
    assert "balance training" not in card["summary"]


@pytest.mark.parametrize(
    "title",
    [
        "Bed rest until cleared by PT",
        "Bed rest until PT eval",
        "Bed rest until seen by physiotherapy",
        "Do not ambulate unless cleared by PT",
        "Do not get out of bed until seen by PT",
        "Bettruhe bis Freigabe durch Physio",
        "Bettruhe bis zur Mobilisation durch die Physiotherapie",
        "Alitement jusqu'à avis kiné",
        "Reposo hasta valoración por fisioterapia",
        "Bedrust tot beoordeling fysiotherapeut",
    ],
)
def test_bed_rest_until_a_therapist_was_there_offers_training_and_says_so(
    title: str,
) -> None:
    card = card_of(FALLS, ordered(title))
    assert REFER in {one["label"] for one in card["suggestions"]}
    assert REFER not in chosen(card)
    assert (
        "not pre-selected: getting up waits for a therapist's clearance"
        in card["detail"]
    )
    assert "an order limits training" not in card["detail"]
    assert WALK not in card["detail"]


@pytest.mark.parametrize(
    "entries",
    [
        [ordered("Bed rest until cleared by PT and neurosurgery")],
        [ordered("NWB LLE until cleared by PT")],
        [ordered("Strict bed rest")],
        [ordered("Do not mobilise")],
        [ordered("Log roll only")],
        [ordered("Bed rest until cleared by PT", note=[{"text": "Do not mobilise"}])],
        [ordered("Bed rest until cleared by PT", note=[{"text": "NWB LLE"}])],
        [ordered("Bed rest until PT eval"), ordered("Hold PT") | {"id": "held"}],
    ],
)
def test_what_others_decide_as_well_is_named_as_before(entries: list[Resource]) -> None:
    assert "an order limits training" in detail_without_training(*entries)


@pytest.mark.parametrize("title", ["Physiotherapy", "Mobilisation"])
def test_so_does_an_order_that_forbids_it(title: str) -> None:
    detail = detail_without_training(ordered(title, doNotPerform=True))
    assert "an order limits training" in detail


LIMITING = [
    "Dangle only",
    "Supine only",
    "Transfers only",
    "Wheelchair only",
    "Activity: bed to chair only",
    "Bedside commode only",
    "Rest",
    "Liegen",
    "Rollstuhl",
    "No OOB",
    "Chair rest",
    "Immobilise",
    "Keep supine",
    "HOB flat at all times",
    "Halo traction",
    "Hoist transfers only",
    "Nonambulatory",
    "Zero activity",
    "nur Bett-Stuhl-Transfer",
    "Aufstehen verboten",
    "Lever interdit",
    "No levantar",
    "Non alzare",
    "Niet uit bed",
    "绝对卧床",
    "車椅子",
]


@pytest.mark.parametrize("title", LIMITING)
def test_an_order_that_limits_moving_withholds_training(title: str) -> None:
    assert "an order limits training" in detail_without_training(ordered(title))


UNREAD = [
    "Ambulate after x-ray",
    "OOB only after review",
    "Limit activity",
    "Activity per spine team",
    "Sit max 10 min",
    "Mobilisation nach Rücksprache",
    "Lever après avis",
    "Movilización pendiente",
]


@pytest.mark.parametrize(
    "order",
    [
        *(pytest.param(ordered(title), id=title) for title in UNREAD),
        pytest.param(
            ordered("Level 2b", category=[{"text": "Activity"}]), id="by its category"
        ),
    ],
)
def test_so_does_one_of_activity_with_words_that_are_not_known(order: Resource) -> None:
    detail = detail_without_training(order)
    assert "an order of activity was not understood" in detail


ORDINARY = [
    "Up ad lib",
    "OOB TID",
    "OOB to chair",
    "Ambulate with assist",
    "Activity as tolerated",
    "Ambulate TID",
    "Up with assist x2",
    "Up in chair for meals",
    "Ambulate in hallway with walker",
    "Mobilise with assistance",
    "Mobilise in TLSO",
    "OOB with brace only",
    "No weight bearing restrictions",
    "Full weight bearing",
    "Bathroom privileges",
    "No activity restrictions",
    "Walk 3 times daily",
    "HOB 30 degrees",
    "Bedside commode",
    "Lie flat 4 h after procedure",
    "Mobilisation nach Standard",
    "Mobilisation unter Vollbelastung",
    "Frühmobilisation am OP-Tag",
    "Aufstehen erlaubt",
    "Rollstuhlversorgung",
    "Lever autorisé",
    "Mise au fauteuil",
    "Deambulación precoz",
    "Mobilizzazione precoce",
    "Mobiliseren op geleide van pijn",
    "Pionizacja z pomocą",
    "Resting ECG",
    "MRI spine supine",
    "Shoulder immobiliser",
]


@pytest.mark.parametrize("title", ORDINARY)
def test_ordinary_orders_of_activity_limit_nothing(title: str) -> None:
    assert_training_is_chosen(ordered(title))


@pytest.mark.parametrize("title", ["Dangle only", "Ambulate after x-ray"])
def test_an_order_that_is_over_limits_nothing(title: str) -> None:
    assert_training_is_chosen(ordered(title, status="completed"))


# By codes of other chapters than that of fractures.
BROKEN = [
    "M84.350A",
    "M84.351A",
    "M84.353A",
    "M84.361A",
    "M84.374A",
    "M84.450A",
    "M84.451A",
    "M84.454A",
    "M84.459A",
    "M84.461A",
    "M84.471A",
    "M84.650A",
    "M84.651A",
    "M97.01XA",
    "M97.11XA",
    "T84.040A",
    "M96.661",
    "M96.65",
]
INJURED = [
    "S33.2XXA",
    "S33.4XXA",
    "S73.001A",
    "S73.004A",
    "S83.101A",
    "S93.04XA",
    "S88.111A",
]
GERMAN = ["M84.15", "M84.25", "M84.35", "M84.45", "M96.6", "T84.14", "T02.10"]
TITLES = [
    "Pelvic fracture",
    "Pubic ramus fracture",
    "Tibial plateau fracture",
    "Ankle fracture",
    "Distal femur fracture",
    "Fracture of left calcaneus",
    "Oberschenkelfraktur",
    "Schambeinastfraktur",
    "Fracture de cheville",
    "Fractura de pelvis",
    "Frattura di bacino",
    "Enkelfractuur",
    "Złamanie miednicy",
    "骨盤骨折",
    "踝关节骨折",
]


def worded(title: str, *, days: int = 5) -> Resource:
    """Return a diagnosis in words, without a code."""
    return dated({"text": title}, days=days)


@pytest.mark.parametrize(
    "entry",
    [
        *(
            pytest.param(dated(codeable(ICD, code), days=3), id=code)
            for code in ("S32.810A", "S82.101A", "S92.001A", "S72.301A")
        ),
        *(pytest.param(dated(codeable(ICD, code), days=5), id=code) for code in BROKEN),
        *(pytest.param(dated(codeable(GM, code), days=5), id=code) for code in GERMAN),
        *(pytest.param(worded(title), id=title) for title in TITLES),
    ],
)
def test_a_fresh_fracture_of_pelvis_or_leg_withholds_training(entry: Resource) -> None:
    detail = detail_without_training(entry)
    assert "a fracture of pelvis or leg may still be healing" in detail


@pytest.mark.parametrize(
    "entry",
    [
        *(
            pytest.param(dated(codeable(ICD, code), days=5), id=code)
            for code in INJURED
        ),
        pytest.param(dated(codeable(GM, "S73.00"), days=5), id="GM S73.00"),
        pytest.param(worded("Hip dislocation"), id="hip"),
        pytest.param(worded("Hüftluxation"), id="Hüfte"),
        pytest.param(worded("Luxation de hanche"), id="hanche"),
    ],
)
def test_so_does_a_joint_that_went_out_lately(entry: Resource) -> None:
    detail = detail_without_training(entry)
    assert "an injury of pelvis or leg may still be healing" in detail


@pytest.mark.parametrize(
    "entry",
    [
        pytest.param(worded("Pelvic fracture", days=200), id="long ago"),
        pytest.param(worded("Old ankle fracture"), id="old"),
        pytest.param(worded("Z.n. Sprunggelenkfraktur"), id="Z.n."),
        pytest.param(worded("No pelvic fracture"), id="denied"),
        pytest.param(worded("Family history of pelvic fracture"), id="family"),
        pytest.param(worded("Wrist fracture"), id="wrist"),
        pytest.param(worded("Pelvic pain"), id="pain"),
        pytest.param(dated(codeable(ICD, "M84.321A"), days=5), id="arm"),
        pytest.param(dated(codeable(ICD, "M84.48XA"), days=200), id="vertebra"),
        pytest.param(dated(codeable(ICD, "S93.401A"), days=5), id="sprain"),
        pytest.param(dated(codeable(ICD, "M84.351S"), days=5), id="sequela"),
    ],
)
def test_what_is_old_denied_or_elsewhere_does_not(entry: Resource) -> None:
    card = card_of(FALLS, entry)
    assert "may still be healing" not in card["detail"]
    assert WALK in card["detail"]


def test_it_says_no_more_of_the_bones_than_before() -> None:
    # A pathological fracture of the pelvis may be of a tumour: it stays not understood.
    cards = cards_of(dated(codeable(ICD, "M84.454A"), days=5))
    detail = cards["rehabilitation"]["detail"]
    assert "1 entry of the problem list not understood" in detail
    assert not end_is_selected(cards)


@pytest.mark.parametrize(
    "entry",
    [
        pytest.param(ordered("WBAT"), id="as-tolerated"),
        pytest.param(ordered("No weight bearing restrictions"), id="no-restriction"),
        pytest.param(ordered("NWB RUE"), id="arm"),
        pytest.param(ordered("PT/INR"), id="clotting"),
        pytest.param(ordered("Vollbelastung"), id="full-weight"),
        pytest.param(ordered("Bed rest for 2 hours"), id="brief-rest"),
        pytest.param(ordered("Bettruhe bis OP"), id="until-the-operation"),
        pytest.param(ordered("Do not get out of bed until brace is on"), id="brace"),
        pytest.param(ordered("NWB LLE", status="revoked"), id="revoked"),
        pytest.param(ordered("NWB LLE", authoredOn=days_ago(400)), id="forgotten"),
        pytest.param(
            ordered("NWB LLE", occurrencePeriod={"end": days_ago(5)}), id="ended"
        ),
        pytest.param(dated(codeable(ICD, "S82.101A"), days=200), id="old-fracture"),
        pytest.param(dated(codeable(ICD, "S52.501A"), days=3), id="arm-fracture"),
    ],
)
def test_what_limits_no_walking_withholds_nothing(entry: Resource) -> None:
    assert_training_is_chosen(entry)


SARCOPENIA = ["Sarcopenia", "Severe sarcopenia", "Sarkopenie", "Sarcopénie", "肌少症"]


@pytest.mark.parametrize("title", SARCOPENIA)
@pytest.mark.parametrize("place", ["list", "reason", "note"])
def test_sarcopenia_by_its_name_is_open(title: str, place: str) -> None:
    entry = {
        "list": problem("x", days=60, code={"text": title}),
        "reason": ordered("Full blood count", reasonCode=[{"text": title}]),
        "note": ordered("Full blood count", note=[{"text": title}]),
    }[place]
    card = card_of(entry)
    assert "below the usual" not in card["detail"]
    assert "sarcopenia not excluded" in card["detail"]

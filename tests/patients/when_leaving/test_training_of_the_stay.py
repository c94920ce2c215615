"""Physiotherapy of the ward ends with the stay; what is meant for later settles it."""

from typing import Any

import pytest

from tests.chart_builders import Resource, days_ago, of_patient, ordered
from tests.codes import CPT, codeable
from tests.patients.inpatients import statement
from tests.patients.leaving import STAY, appointment, leave, leaving_chart

MAY_END = "physiotherapy ordered, perhaps only for the stay. Does it go on?"
NOT_ORDERED = "physiotherapy not ordered. Refer, or by letter?"
THIS_STAY = {"encounter": {"reference": f"Encounter/{STAY}"}}
V3_ACT_CODE = "http://terminology.hl7.org/CodeSystem/v3-ActCode"
ARRANGED = (
    ordered("bone-treatment", days=1),
    appointment(order="s-bone-treatment", day="2026-12-04"),
    statement("alendronate", "M05BA04", 1),
)


def training(title: str = "Physiotherapy", **members: Any) -> Resource:
    """An order of training of yesterday, in force."""
    said = {
        "status": "active",
        "intent": "order",
        "code": {"text": title},
        "authoredOn": days_ago(1),
    }
    return of_patient("ServiceRequest", "training", **said | members)


def period(start: int, end: int) -> Resource:
    """A time by days before today."""
    days = {"start": days_ago(start), "end": days_ago(end)}
    return {"occurrencePeriod": days}


def bounds(start: int, end: int) -> Resource:
    """The same as the bounds of a timing, daily."""
    days = {"start": days_ago(start), "end": days_ago(end)}
    repeat = {"boundsPeriod": days, "frequency": 1, "period": 1, "periodUnit": "d"}
    return {"occurrenceTiming": {"repeat": repeat}}


def summaries(order: Resource) -> list[str]:
    """The cards of somebody for whom only training may be open."""
    return [card["summary"] for card in leave(leaving_chart(*ARRANGED, order))]


OF_THE_STAY = [
    pytest.param(training(category=[{"text": "Inpatient"}]), id="category"),
    pytest.param(
        training(category=[codeable(V3_ACT_CODE, "IMP")]), id="category by code"
    ),
    pytest.param(
        training(code=codeable(CPT, "97110"), category=[{"text": "inpatient"}]),
        id="billed",
    ),
    pytest.param(training(**period(2, 0)), id="until today"),
    pytest.param(training("Rehabilitation", **period(2, 0)), id="until today, rehab"),
    pytest.param(training(**bounds(2, 0), **THIS_STAY), id="bounds of the stay"),
    pytest.param(
        training(occurrenceDateTime=days_ago(1), **THIS_STAY), id="once, in the stay"
    ),
    pytest.param(training(note=[{"text": "until discharge"}]), id="note"),
    *(
        pytest.param(training(title), id=title)
        for title in (
            "Inpatient physiotherapy",
            "PT evaluation and treatment, inpatient",
            "Physiotherapy on the ward",
            "Bedside physiotherapy",
            "Physiotherapie stationär",
            "Krankengymnastik auf Station",
            "Kinésithérapie au lit",
            "Fisioterapia durante el ingreso",
            "Fisioterapia durante il ricovero",
            "病棟リハビリテーション",
            "床旁康复",
        )
    ),
]
FOR_LATER = [
    pytest.param(training(), id="nothing said"),
    pytest.param(training(**THIS_STAY), id="written in the stay"),
    pytest.param(training(**period(1, -20), **THIS_STAY), id="goes on"),
    pytest.param(
        training(occurrencePeriod={"start": days_ago(1)}, **THIS_STAY), id="open-ended"
    ),
    pytest.param(
        training(occurrenceDateTime=days_ago(-5), **THIS_STAY), id="once, later"
    ),
    pytest.param(
        training(category=[codeable(V3_ACT_CODE, "AMB")], **period(1, -20)),
        id="clinic by code",
    ),
    pytest.param(
        training(
            "Outpatient physiotherapy", occurrenceDateTime=days_ago(0), **THIS_STAY
        ),
        id="outpatient, ordered in the stay",
    ),
    pytest.param(
        training("Inpatient rehabilitation", category=[{"text": "Inpatient"}]),
        id="rehabilitation in hospital",
    ),
    *(
        pytest.param(training(title, **THIS_STAY), id=title)
        for title in (
            "Physiotherapie ambulant",
            "Rehabilitation stationär",
            "Geriatric rehabilitation (inpatient)",
            "Anschlussheilbehandlung",
            "AHB",
            "Day hospital",
            "Geriatric day hospital",
            "Rehabilitation day hospital",
            "Geriatrische Tagesklinik",
            "Hôpital de jour gériatrique",
            "Hospital de día geriátrico",
            "Day hospital geriatrico",
            "Rehabilitación ambulatoria",
            "康复门诊",
        )
    ),
]


@pytest.mark.parametrize("order", OF_THE_STAY)
def test_training_of_the_stay_settles_nothing(order: Resource) -> None:
    (said,) = summaries(order)
    assert said.endswith(NOT_ORDERED)


@pytest.mark.parametrize("order", FOR_LATER)
def test_what_may_be_for_later_settles_it(order: Resource) -> None:
    assert summaries(order) == []


def test_one_for_later_beside_that_of_the_ward_settles_it() -> None:
    ward = training("Inpatient physiotherapy")
    later = training("Outpatient physiotherapy") | {"id": "later"}
    assert leave(leaving_chart(*ARRANGED, ward, later)) == []


@pytest.mark.parametrize(
    "title",
    [
        "Physiotherapy for degenerative lumbar spine",
        "Physiotherapy, degenerative disc disease",
        "Physiotherapie, klinische Abteilung",
    ],
)
def test_words_that_only_resemble_a_hospital_are_none(title: str) -> None:
    assert not any(NOT_ORDERED in one for one in summaries(training(title)))


# --- appointments


def booked(words: str = "", *, day: str = "2026-11-27", order: str = "") -> Resource:
    """An appointment for training."""
    return appointment(words, day=day, order=order, number="training-visit")


@pytest.mark.parametrize(
    "entries",
    [
        pytest.param([booked("Inpatient physiotherapy")], id="inpatient"),
        pytest.param([booked("Physiotherapie stationär")], id="stationär"),
        pytest.param([booked("Bedside physiotherapy")], id="bedside"),
        pytest.param(
            [
                training("Inpatient physiotherapy"),
                booked("Physiotherapy", order="training"),
            ],
            id="its order",
        ),
        pytest.param([booked("Physiotherapy", day="2026-11-20")], id="today"),
    ],
)
def test_an_appointment_of_the_stay_settles_nothing(entries: list[Resource]) -> None:
    (card,) = leave(leaving_chart(*ARRANGED, *entries))
    assert card["summary"].endswith(NOT_ORDERED)


@pytest.mark.parametrize(
    "entries",
    [
        pytest.param([booked("Physiotherapy")], id="plain"),
        pytest.param([booked("Outpatient physiotherapy")], id="outpatient"),
        pytest.param([booked("Rehabilitation")], id="rehabilitation"),
        pytest.param(
            [
                training("Inpatient physiotherapy"),
                booked("Outpatient physiotherapy", order="training"),
            ],
            id="after an order of the ward",
        ),
    ],
)
def test_an_appointment_for_later_settles_it(entries: list[Resource]) -> None:
    assert leave(leaving_chart(*ARRANGED, *entries)) == []


# --- places of the ward, and everyday titles of its physiotherapy


WARDS = [
    "auf Station",
    "on the ward",
    "Ward",
    "Ward 3B",
    "Station 3 Unfallchirurgie",
    "Normalstation",
    "bedside",
    "Bettseitig",
    "inpatient",
    "stationär",
    "Patientenzimmer 12",
    "Unité d'hospitalisation",
    "Planta 3",
    "Reparto ortopedia",
    "Verpleegafdeling C3",
    "Oddział ortopedii",
    "3階病棟",
    "骨科病房",
]
TEAMS = ["Physiotherapie Station", "Ward physiotherapist", "Inpatient PT"]


@pytest.mark.parametrize("place", WARDS)
def test_training_in_a_place_of_the_ward_settles_nothing(place: str) -> None:
    for element, value in (
        ("locationCode", {"text": place}),
        ("locationReference", {"display": place}),
    ):
        (said,) = summaries(training(**{element: [value]}))
        assert said.endswith(NOT_ORDERED), element


@pytest.mark.parametrize("team", TEAMS)
def test_training_by_who_works_on_the_ward_settles_nothing(team: str) -> None:
    for members in (
        {"performer": [{"display": team}]},
        {"performerType": {"text": team}},
    ):
        (said,) = summaries(training(**members))
        assert said.endswith(NOT_ORDERED)


@pytest.mark.parametrize(
    "members",
    [
        *(
            pytest.param({"locationReference": [{"display": place}]}, id=place)
            for place in (
                "Praxis am Bahnhof",
                "Physiotherapy department",
                "Physiotherapie, Zimmer 3",
                "Ward's End Physiotherapy",
                "Station Road Surgery",
                "Sozialstation Mitte",
                "Station thermale",
                "Outpatient clinic, former ward 3",
                "Rehabilitation ward",
                "Centre hospitalier",
                "Home",
            )
        ),
        *(
            pytest.param({"performer": [{"display": name}]}, id=name)
            for name in ("Anna Ward", "Praxis für Physiotherapie")
        ),
    ],
)
def test_training_in_another_place_settles_it(members: Any) -> None:
    assert summaries(training(**members)) == []


def test_training_for_outpatients_that_a_ward_ordered_settles_it() -> None:
    place = {"locationReference": [{"display": "Station 3"}]}
    assert summaries(training("Physiotherapie ambulant", **place)) == []


@pytest.mark.parametrize(
    "title",
    [
        "IP CONSULT TO PHYSICAL THERAPY",
        "IP CONSULT TO PT",
        "IP PHYSICAL THERAPY EVAL AND TREAT",
        "Konsil Physiotherapie",
        "Physiotherapie-Konsil",
        "Interconsulta fisioterapia",
        "Consulenza fisioterapica",
        "Physiotherapie postoperativ Tag 1",
        "Physiotherapie 1. Tag post OP",
        "Physiotherapy POD 1",
        "Kinésithérapie J1 postopératoire",
        "Fisioterapia postoperatoria día 1",
        "理学療法 術後1日目",
        "Physiotherapy pre-op",
        "Preoperative physiotherapy",
        "Physiotherapie präoperativ",
        "Kinésithérapie préopératoire",
        "Fisioterapia preoperatoria",
        "Fysiotherapie preoperatief",
        "Fizjoterapia przedoperacyjna",
        "術前リハビリ",
        "术前康复",
    ],
)
def test_everyday_titles_of_the_wards_physiotherapy_settle_nothing(title: str) -> None:
    (said,) = summaries(training(title))
    assert said.endswith(NOT_ORDERED)


@pytest.mark.parametrize("reason", ["pre-op", "Präoperativ", "postoperativ Tag 1"])
def test_nor_does_one_whose_reason_is_the_operation_itself(reason: str) -> None:
    (said,) = summaries(training(reasonCode=[{"text": reason}]))
    assert said.endswith(NOT_ORDERED)


@pytest.mark.parametrize(
    "title",
    [
        "AMB REFERRAL TO PHYSICAL THERAPY",
        "IP REHAB REFERRAL",
        "Physiotherapie nach Entlassung, Konsil",
    ],
)
def test_what_goes_on_after_the_operation_settles_it(title: str) -> None:
    assert summaries(training(title)) == []


# --- what may be of the ward, or of the first days


@pytest.mark.parametrize(
    "title",
    [
        "Physiotherapie postoperativ",
        "Physiotherapy post-op",
        "Physiotherapie ab postoperativ Tag 1",
        "Physiotherapie ab 1. postoperativem Tag",
        "Physiotherapie postoperativ Tag 14",
        "Kinésithérapie postopératoire",
        "術後リハビリ",
        "Ambulate with PT",
        "Out of bed with PT",
        "PT daily",
        "Physiotherapie 2x täglich",
        "Fysiotherapie klinisch",
        "Kinésithérapie dans le service",
        "Rééducation en service",
        "Pionizacja z fizjoterapeutą",
        "Mobilizzazione precoce fisioterapia",
        "離床リハビリ",
        "住院康复",
        "术后早期康复",
        "出院前康复指导",
        "Rehabilitación hospitalaria",
    ],
)
def test_what_may_be_of_the_ward_is_asked_about(title: str) -> None:
    (summary,) = summaries(training(title))
    assert summary.endswith(MAY_END)


@pytest.mark.parametrize(
    "members",
    [
        pytest.param({"occurrenceDateTime": days_ago(1)}, id="once, yesterday"),
        pytest.param(
            {
                "occurrenceTiming": {
                    "repeat": {"frequency": 3, "period": 1, "periodUnit": "d"}
                }
            },
            id="three times a day",
        ),
    ],
)
def test_so_is_what_its_times_may_end_with_the_stay(members: Any) -> None:
    (summary,) = summaries(training(**members))
    assert summary.endswith(MAY_END)


@pytest.mark.parametrize(
    "title",
    [
        "Physiotherapie 6x KG",
        "Outpatient PT 2x/week",
        "Rezept KG",
        "Heilmittelverordnung KG",
        "Kinésithérapie à domicile 20 séances",
        "Kinésithérapie 3 fois par semaine",
        "Geriatrische Reha",
        "fysiotherapie 1e lijn",
        "Fysiotherapie rug",
        "rehabilitacja ambulatoryjna",
        "Fizjoterapia kręgosłupa",
        "Fisioterapia 2 veces por semana",
        "Fisioterapia 10 sedute",
        "外来リハビリ",
        "门诊康复",
        "康复治疗 每周2次",
    ],
)
def test_ordinary_orders_for_later_settle_it(title: str) -> None:
    assert summaries(training(title)) == []


# --- times a week after the operation, rehabilitation elsewhere, the place of a fall


def each_week(times: int) -> Resource:
    """A timing of so many times a week."""
    repeat = {"frequency": times, "period": 1, "periodUnit": "wk"}
    return {"occurrenceTiming": {"repeat": repeat}}


@pytest.mark.parametrize(
    "order",
    [
        pytest.param(
            training("Postoperative physical therapy", **each_week(2)), id="timing"
        ),
        *(
            pytest.param(training(title), id=title)
            for title in (
                "Postoperative physical therapy 2x/week",
                "Physical therapy post-op, 2-3 times a week",
                "Post-op PT 2-3x/week for 6 weeks",
                "PT 2-3x/week",
                "Postoperative physiotherapy twice weekly",
                "Postoperative physiotherapy for 6 weeks",
                "Physiotherapie postoperativ 2x/Woche",
                "Physiotherapie postoperativ für 6 Wochen",
                "Kinésithérapie postopératoire 3 fois par semaine",
                "Fisioterapia postoperatoria 2 veces por semana",
                "Fisioterapia postoperatoria 3 sedute a settimana",
                "Fysiotherapie postoperatief 2x per week",
                "術後リハビリ 週2回",
                "术后康复治疗 每周3次",
                "Acute rehab",
                "Acute inpatient rehabilitation",
                "Subacute rehab",
                "Acute rehab unit",
                "Discharge to acute rehab",
            )
        ),
    ],
)
def test_some_times_a_week_or_a_rehabilitation_elsewhere_settles_it(
    order: Resource,
) -> None:
    assert summaries(order) == []


@pytest.mark.parametrize(
    "order",
    [
        pytest.param(
            training("Postoperative physical therapy", **each_week(7)), id="timing"
        ),
        *(
            pytest.param(training(title), id=title)
            for title in (
                "Postoperative physical therapy",
                "Postoperative physical therapy 7x/week",
                "PT 5-7x/week",
                "Physical therapy 7 days per week",
                "Physiotherapy 7 times a week",
                "Physiotherapie 7x pro Woche",
                "Postoperative early mobilisation physiotherapy 3x per week",
                "Physiotherapie postoperativ täglich, 5x/Woche",
                "Kinésithérapie postopératoire 2 fois par jour",
            )
        ),
    ],
)
def test_every_day_after_the_operation_may_be_of_the_stay(order: Resource) -> None:
    (summary,) = summaries(order)
    assert summary.endswith(MAY_END)


def test_an_acute_therapist_is_of_the_ward() -> None:
    (said,) = summaries(training(performer=[{"display": "Acute care PT"}]))
    assert said.endswith(NOT_ORDERED)


FALLS_ELSEWHERE = [
    "fall in the bathroom at home",
    "Mechanical fall down the stairs at home",
    "L1 fracture after fall in the kitchen",
    "tripped over a rug at home",
    "Sturz im Bad zu Hause",
    "Sturz auf der Treppe zu Hause",
    "Sturz im Pflegeheim",
    "chute dans la salle de bain à domicile",
    "caída en el baño en casa",
    "caduta in bagno a casa",
    "val in de badkamer thuis",
    "upadek w łazience w domu",
    "自宅の浴室で転倒",
    "在家中浴室跌倒",
]


@pytest.mark.parametrize("reason", FALLS_ELSEWHERE)
def test_the_place_of_a_fall_is_no_place_of_the_training(reason: str) -> None:
    assert summaries(training(reasonCode=[{"text": reason}])) == []
    assert summaries(training(note=[{"text": reason}])) == []


@pytest.mark.parametrize(
    "reason", ["fall on the ward", "fell in bathroom", "Sturz auf Station"]
)
def test_a_fall_that_may_be_of_the_stay_is_read_before_leaving(reason: str) -> None:
    (said,) = summaries(training(reasonCode=[{"text": reason}]))
    assert said.endswith("Read before leaving.")


def test_the_place_of_the_training_still_counts_next_to_a_fall() -> None:
    fall = [{"text": "fall in the bathroom at home"}]
    (said,) = summaries(training("Physiotherapy on the ward", reasonCode=fall))
    assert said.endswith(NOT_ORDERED)

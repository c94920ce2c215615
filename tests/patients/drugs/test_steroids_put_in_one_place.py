"""A steroid that is put into a joint, a bursa or the spine is no systemic one (F20)."""

import pytest

from tests.chart_builders import days_ago, of_patient
from tests.patients.reassuring import card_of
from tests.patients.steroids import steroid

PUT = [
    ("triamcinolone 40 mg injection", "inject into left knee every 3 months"),
    ("triamcinolone 40 mg", "subacromial bursa injection, may repeat every 3 months"),
    ("methylprednisolone acetate 80 mg", "epidural injection every 3 months"),
    ("methylprednisolone 40 mg", "facet joint injection L4/5 every 6 months"),
    ("dexamethasone 4 mg/mL", "by iontophoresis twice weekly"),
    ("triamcinolone 40 mg", "glenohumeral injection every 6 months"),
    ("Volon A 40", "Facetteninfiltration LWK 4/5 alle 6 Monate"),
    ("Dexamethason", "peridural alle 4 Wochen"),
    ("Triamcinolona 40 mg", "infiltración rodilla cada 3 meses"),
    ("betametasone", "infiltrazione ginocchio ogni 3 mesi"),
    ("Triamcinolon 0,1% vaselinecrème FNA", "2 maal per dag dun op de benen"),
    ("Hydrocortison 1% vaselinecrème FNA", "2 maal per dag"),
    ("Triamcinolon 0,1% cetomacrogolcrème FNA", "2 maal per dag"),
    ("Hydrocortison 1% koelzalf", "1 maal per dag"),
    ("Betamethason 0,1% in vaseline", "1 maal per dag"),
    ("Betamethason 0,1% Basiscreme", "2x täglich"),
    ("Hydrocortison 1% Fettcreme", "2x täglich"),
    ("Triamcinolon 0,1% in Basiscreme DAC", "1x täglich"),
    ("Prednisolon 0,5% in Unguentum leniens", "1x täglich"),
]
SWALLOWED = [
    ("prednisolone 5 mg", "daily, trochanteric bursitis"),
    ("prednisone 20 mg", "daily, carpal tunnel syndrome"),
    ("prednisone 20 mg", "daily, subacromial bursitis"),
    ("dexamethasone 4 mg", "twice daily, facet arthropathy"),
    ("dexamethasone 4 mg", "twice daily, epidural metastasis"),
    ("Prednisolon 5 mg", "1 maal per dag 5 mg, daarnaast huidcrème"),
    ("Prednisolon 5 mg, geen vaselinecrème", "1 maal per dag 5 mg"),
    ("Prednisolon 5 mg tabletten", "1 maal per dag 5 mg, vaselinecrème stoppen"),
    ("Prednisolon 5 mg Tabletten", "5 mg täglich, Hautcreme weiter"),
    ("Prednisolon 10 mg Tabletten", "10 mg täglich, Basiscreme bei Bedarf"),
]


@pytest.mark.parametrize(("name", "words"), PUT)
def test_what_is_put_in_one_place_is_neither_a_steroid_nor_a_bone_drug(name, words):
    summary = card_of(steroid(name, words))["summary"]
    assert summary.startswith("No bone drug after a fragility fracture")


@pytest.mark.parametrize(("name", "words"), SWALLOWED)
def test_a_disease_of_such_a_place_makes_no_steroid_local(name, words):
    card = card_of(steroid(name, words))
    assert "since May 2026" in card["summary"]
    assert "below the usual" not in card["detail"]


BESIDE = [
    "Prednisolone 10 mg daily, after knee injection",
    "Prednisolone 10 mg daily; had knee injection",
    "Prednisolone 10 mg daily. ESI last week",
    "Prednisolone 5 mg daily long-term, shoulder injections not helpful",
    "Prednisolone daily, trigger finger injection planned",
    "Prednisolone 10 mg, transforaminal injection refused",
    "Prednisone perineural invasion",
    "Prednisona 10 mg diario, infiltracion de rodilla",
    "泼尼松 10mg 每日 关节内注射后",
]


@pytest.mark.parametrize("words", BESIDE)
@pytest.mark.parametrize("name", [None, "prednisolone"])
def test_an_injection_beside_a_steroid_makes_it_no_local_one(name, words):
    card = card_of(steroid(name or words, words if name else ""))
    assert "below the usual" not in card["detail"]


RATE_BESIDE = [
    "daily, trigger finger injection planned",
    "5 mg daily; transforaminal injection refused",
    "5 mg daily, epidural considered",
    "5 mg daily, nerve block planned",
    "5 mg täglich, Facetteninfiltration geplant",
    "5 mg par jour, infiltration du genou refusée",
    "5 mg daily, salbutamol inhaler prn",
    "5 mg daily; timolol eye drops",
    "daily and hydrocortisone cream",
]
PUT_DAILY = [
    "1% eye drops daily, left eye",
    "10 mg suppository daily, rectally",
    "1 drop twice daily; timolol eye drops",
    "0.1% cream; apply daily",
]


@pytest.mark.parametrize("words", RATE_BESIDE)
def test_another_thing_beside_a_daily_rate_leaves_the_steroid(words):
    for order in (
        steroid(f"Prednisolone {words}"),
        steroid("Prednisolone", words),
    ):
        assert "rednisolone since May 2026" in card_of(order)["summary"]


@pytest.mark.parametrize("words", PUT_DAILY)
def test_a_steroid_put_in_one_place_each_day_is_no_systemic_one(words):
    for order in (
        steroid(f"Prednisolone {words}"),
        steroid("Prednisolone", words),
    ):
        assert "since May 2026" not in card_of(order)["summary"]


def test_an_injection_that_nobody_names_may_still_be_a_bone_drug():
    summary = card_of(steroid("injection every 6 months", "s.c."))["summary"]
    assert summary.startswith("Bone drug recorded, not understood")


@pytest.mark.parametrize("name", ["risedronate 35 mg", "teriparatide"])
@pytest.mark.parametrize("status", ["active", "completed"])
def test_a_statement_that_begins_next_month_is_of_no_intake(name, status):
    statement = of_patient(
        "MedicationStatement",
        "ahead",
        status=status,
        medicationCodeableConcept={"text": name},
        dateAsserted=days_ago(2),
        effectivePeriod={"start": days_ago(-11)},
    )
    summary = card_of(statement)["summary"]
    assert "on the list, intake not recorded: ask" in summary

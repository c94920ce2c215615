"""Lengths of bed rest and braces next to those of pumps, waits and payers."""

import pytest

from cds_service.fhir.orders.support.signed_support import find_draft_support_orders
from tests.order_builders import bundle, signing, terminology

WEEK = 168


def hours_of(kind, code, title):
    """Return the hours that an order's title says; None if it says none."""
    order = {
        "resourceType": kind,
        "id": "act",
        "status": "draft",
        "intent": "order",
        code: {"text": title},
    }
    supports = find_draft_support_orders(signing(bundle(order)), terminology())
    return supports[0].worded.hours


def of_brace(title):
    return hours_of("DeviceRequest", "codeCodeableConcept", title)


def of_bed_rest(title):
    return hours_of("ServiceRequest", "code", title)


@pytest.mark.parametrize(
    "title",
    [
        "Bed rest; PCA pump for 48 hours",
        "Bettruhe; PCA 48 Stunden",
        "Repos au lit ; PCA de morphine pendant 48 heures",
        "Reposo en cama; bomba de PCA durante 48 horas",
        "Riposo a letto; pompa elastomerica per 48 ore",
        "Bedrust; PCA-pomp gedurende 48 uur",
        "Leżenie w łóżku; PCA przez 48 godzin",
        "ベッド上安静、PCAポンプ48時間",
        "卧床休息；吸氧24小时",
    ],
)
def test_the_hours_of_a_pump_are_not_those_of_bed_rest(title):
    assert of_bed_rest(title) is None


@pytest.mark.parametrize(
    ("title", "hours"),
    [
        ("Bed rest for 24 hours with morphine", 24),
        ("Repos au lit 24 heures ; PCA de morphine pendant 48 heures", 24),
        ("Bettruhe 24 Stunden, Infusion 1000 ml", 24),
        ("Strict bed rest for 72 hours", 72),
    ],
)
def test_bed_rest_next_to_a_pump_keeps_its_own(title, hours):
    assert of_bed_rest(title) == hours


@pytest.mark.parametrize(
    "title",
    [
        "BEDREST. CONTACT ISOLATION X 10 DAYS",
        "Bed rest. Droplet precautions x 5 days",
        "Bed rest; telemetry x 48 hours",
        "Bed rest; sitter x 24 h",
        "Bed rest; O2 for 2 days",
        "Bettruhe. Isolation 10 Tage",
        "Bettruhe; Sitzwache 24 Stunden",
        "Bettruhe; Telemetrie 48 Stunden",
        "Repos au lit. Isolement contact 10 jours",
        "Repos au lit ; scope 48 heures",
        "Reposo en cama. Aislamiento 10 días",
        "Riposo a letto. Isolamento 10 giorni",
        "Bedrust. Isolatie 10 dagen",
        "Leżenie w łóżku. Izolacja 10 dni",
        "ベッド上安静。隔離10日間",
        "卧床休息；陪护两周",
    ],
)
def test_days_of_isolation_or_company_are_not_those_of_bed_rest(title):
    assert of_bed_rest(title) is None


@pytest.mark.parametrize(
    ("title", "hours"),
    [
        ("Bed rest for 2 days, isolation 10 days", 48),
        ("Isolation 10 days, bed rest 2 days", 48),
        ("Bed rest x 24 hours, contact isolation", 24),
        ("Bed rest for 24 hours in isolation", 24),
        ("Bettruhe 2 Tage; Isolation 10 Tage", 48),
        ("Bettruhe für 24 Stunden, Isolation", 24),
        ("Repos au lit 24 heures ; isolement 10 jours", 24),
        ("Reposo en cama 24 horas; aislamiento 10 días", 24),
        ("绝对卧床48小时，隔离10天", 48),
        ("Bed rest, 24 hours", 24),
    ],
)
def test_bed_rest_next_to_isolation_keeps_its_own(title, hours):
    assert of_bed_rest(title) == hours


@pytest.mark.parametrize(
    "title",
    [
        "TLSO brace; sitter 2 weeks",
        "Korsett; AU 4 Wochen",
        "Korsett; Haushaltshilfe 4 Wochen",
        "Corset ; aide à domicile 3 semaines",
    ],
)
def test_weeks_of_company_or_leave_are_not_those_of_a_brace(title):
    assert of_brace(title) is None


@pytest.mark.parametrize(
    "title",
    [
        "TLSO, wear 6 weeks after surgery",
        "TLSO, tragen 6 Wochen nach OP",
        "TLSO, porter 6 semaines après l'intervention",
        "TLSO, llevar 6 semanas tras la intervención",
        "TLSO, portare 6 settimane dopo l'intervento",
        "TLSO, dragen 6 weken na de ingreep",
        "Gorset trójpunktowy, nosić 6 tygodni po zabiegu",
        "Gorset na 6 tygodni po zabiegu",
    ],
)
def test_a_length_after_a_word_of_wearing_is_the_braces(title):
    assert of_brace(title) == 6 * WEEK


@pytest.mark.parametrize(
    "title",
    [
        "TLSO, X-ray 6 weeks after surgery",
        "Gorset, kontrola 6 tygodni po zabiegu",
        "Gorset od 6 tygodni po zabiegu",
    ],
)
def test_a_time_to_wait_is_not(title):
    assert of_brace(title) is None


@pytest.mark.parametrize(
    "title",
    [
        "Gorset ortopedyczny; limit NFZ: 1 szt. na 2 lata",
        "Gorset 1 szt. na 3 lata",
        "Gorset, limit 1 sztuka na 36 miesięcy",
    ],
)
def test_the_limit_of_a_payer_is_no_length(title):
    assert of_brace(title) is None


@pytest.mark.parametrize(
    "title",
    [
        "LSO for low back pain x 3 weeks",
        "LSO for low back pain for 3 weeks",
        "LSO for sciatica x 3 weeks",
        "LSO for 3 weeks of back pain",
        "LSO for 3 weeks of severe low back pain",
        "Spinal brace for lumbar pain for 6 weeks",
    ],
)
def test_how_long_a_back_has_hurt_is_no_length_of_the_brace(title):
    assert of_brace(title) is None


@pytest.mark.parametrize(
    ("title", "weeks"),
    [
        ("TLSO x 6 weeks for back pain", 6),
        ("TLSO x 6 weeks, back pain x 3 weeks", 6),
        ("TLSO for back pain, wear x 6 weeks", 6),
        ("LSO 6 weeks of wear for back pain", 6),
        ("TLSO for pain x 6 weeks", 6),
        ("Thoracic brace for back pain, wear for 8 weeks", 8),
        ("佩戴腰围6周", 6),
    ],
)
def test_a_brace_next_to_pain_keeps_its_own(title, weeks):
    assert of_brace(title) == weeks * WEEK


def test_three_points_of_a_corset_are_no_second_time():
    assert of_brace("Corsetto a 3 punti, da indossare per 60 gg") == 60 * 24

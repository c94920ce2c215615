"""A second fracture that was named shortly before the operation, and not treated."""

from typing import Any

import pytest

from tests.chart_builders import Resource, days_ago, of_patient
from tests.codes import ICD, codeable
from tests.patients.inpatients import chart, coded, statement
from tests.patients.leaving import everything_arranged, kyphoplasty_done, leave
from tests.patients.reassuring import dated, imaging

TAKES = statement("alendronate", "M05BA04", 1)


def said_of(*entries: Resource, operation: Resource | None = None) -> str:
    """The summary of somebody whose L1 was treated two days ago."""
    treated = coded("M80.08XA", days=20)
    done = operation or kyphoplasty_done()
    record = chart(treated, done, *everything_arranged(), TAKES, *entries)
    cards = leave(record)
    return cards[0]["summary"] if cards else ""


def asks_about(said: str, level: str) -> bool:
    return f"recent fracture of {level} perhaps not treated" in said


def of_list(words: str) -> Resource:
    return dated({"text": words}, days=20, number="other")


@pytest.mark.parametrize(
    ("words", "level"),
    [
        ("Acute compression fractures of L1 and L3.", "L3"),
        ("Acute fracture L1. Subacute fracture T8 with marrow oedema.", "T8"),
        ("Acute fracture of L3 without retropulsion. Acute fracture L1.", "L3"),
        ("Suspected fresh fracture of L3. Fracture L1.", "L3"),
        ("Acute-on-chronic fracture L3. Acute fracture L1.", "L3"),
        ("Known osteoporosis with fractures L1 and L3.", "L3"),
        ("Impression: two acute fractures, L1 and L3.", "L3"),
        ("Fractures of L1,3.", "L3"),
        ("Old T12 fracture. Acute T8 and L1 fractures.", "T8"),
        ("Frische Frakturen LWK 1 und LWK 3.", "L3"),
        ("Fraktur LWK 3 nicht ausgeschlossen. Fraktur LWK 1.", "L3"),
        ("Fractures récentes de L1 et L3.", "L3"),
        ("Fracturas agudas de L1 y L3.", "L3"),
        ("Fratture recenti di L1 e L3.", "L3"),
        ("Recente fracturen L1 en L3.", "L3"),
        ("Świeże złamania L1 i L3.", "L3"),
        ("L1およびL3の新鮮圧迫骨折。", "L3"),
        ("L1、L3椎体新鲜压缩性骨折。", "L3"),
        ("Frakturen LWK 1 (frisch), BWK 12 (alt), LWK 3 (frisch).", "L3"),
        ("Frakturen LWK 1 (frisch), LWK 3 (frisch).", "L3"),
        ("Fractures: L1 (acute), T12 (old), L3 (acute).", "L3"),
        ("Fractures L1 (acute), L3 (acute), T8 (chronic).", "L3"),
    ],
)
def test_one_in_a_report_before_the_operation_is_asked_about(
    words: str, level: str
) -> None:
    assert asks_about(said_of(imaging(words, days=5)), level)


@pytest.mark.parametrize(
    ("entry", "level"),
    [
        (imaging("See codes.", conclusionCode=[codeable(ICD, "S32.020A")]), "L2"),
        (imaging("See above.", code={"text": "MRI spine: fractures L1, L3"}), "L3"),
        (
            of_patient(
                "ImagingStudy",
                "study",
                status="available",
                started=days_ago(5),
                description="CT spine new T8 fracture",
            ),
            "T8",
        ),
        (
            of_patient(
                "ServiceRequest",
                "wanted",
                status="completed",
                intent="order",
                authoredOn=days_ago(6),
                code={"text": "Kyphoplasty L1"},
                reasonCode=[{"text": "Frakturen LWK 1 und LWK 3"}],
            ),
            "L3",
        ),
    ],
    ids=["coded result", "title", "study", "order of the operation"],
)
def test_so_is_one_in_a_code_a_title_or_the_order(entry: Any, level: str) -> None:
    assert asks_about(said_of(entry), level)


@pytest.mark.parametrize(
    "reason",
    [
        {"text": "Fractures L1 and L3"},
        {"text": "Frische Frakturen LWK 1 und LWK 3"},
        {"text": "VCF L1/L3"},
        codeable(ICD, "S32.030A"),
    ],
    ids=str,
)
def test_so_is_one_in_the_reasons_of_the_operation(reason: Any) -> None:
    done = kyphoplasty_done(reasonCode=[reason])
    assert asks_about(said_of(operation=done), "L3")


@pytest.mark.parametrize(
    "words", ["Fx L1-L3", "Fx L1, L3", "Fx: L3", "Fxs L1/L3", "Fx's L1 and L3"]
)
def test_short_names_on_the_problem_list_are_fractures(words: str) -> None:
    assert "L3 not treated" in said_of(of_list(words))


@pytest.mark.parametrize(
    "words",
    [
        "Known old fracture T8. Acute fracture L1.",
        "Bekannte Fraktur BWK 8 alt. Frische Fraktur LWK 1.",
        "Fraktur BWK 8, bekannt. Fraktur LWK 1, frisch.",
        "Acute fracture L1. T8 fracture, known since 2019.",
        "Acute fracture of L1 and known T8 fracture.",
        "Acute fracture L1. Fracture of T8, T9 and L3, all old.",
        "Acute L1 fracture. Unchanged appearance of T8 compression fracture.",
        "Acute L1 fracture. History: fracture T8 2015.",
        "Fracture L1. Status post kyphoplasty L3.",
        "MRI T10-L5. Acute fracture of L1.",
        "Acute fracture L1. Degenerative disc disease L3-L5.",
        "Acute fracture L1. Modic changes L3-L5, disc bulge L4/5.",
        "Acute L1 fracture with canal stenosis at L1/2.",
        "Acute L1 fracture with 30% height loss compared with T12.",
        "Compression fracture of L1 with kyphosis T12-L2.",
        "Acute fracture of L1. No fracture of L3.",
        "Frische Fraktur LWK 1. Fraktur LWK 3 ausgeschlossen.",
        "Indication: suspected L3 fracture. Findings: acute fracture L1.",
        "Acute fracture L1. Left rib fractures 8 and 9.",
        "Fracture récente de L1. Fracture connue de T8.",
        "Fractura aguda de L1. Fractura antigua de T8.",
        "L1椎体新鲜压缩骨折。T8陈旧性骨折。",
    ],
)
def test_what_is_old_denied_or_no_fracture_is_not(words: str) -> None:
    assert said_of(imaging(words, days=5)) == ""


def test_one_that_the_problem_list_calls_old_is_known() -> None:
    old = dated(codeable(ICD, "S22.060A"), days=2500, number="old")
    assert said_of(imaging("Fractures of L1 and T8."), old) == ""
    again = said_of(imaging("New fracture of T8. Fracture of L1."), old)
    assert asks_about(again, "T8")


def test_one_in_an_older_report_is_not_of_these_days() -> None:
    assert said_of(imaging("Acute fractures of L1 and L3.", days=60)) == ""


@pytest.mark.parametrize(
    "denial", ["No fracture of L3.", "Fraktur LWK 3 ausgeschlossen."]
)
def test_one_that_a_later_report_rules_out_is_none(denial: str) -> None:
    suspected = imaging("Suspected fracture of L3.", days=8, id="x-ray")
    ruled_out = imaging(f"Acute fracture of L1. {denial}", days=5)
    assert said_of(suspected, ruled_out) == ""
    assert asks_about(said_of(suspected), "L3")


def test_one_that_was_treated_as_well_is_not_asked_about() -> None:
    report = imaging("Acute compression fractures of L1 and L3.", days=5)
    assert said_of(report, kyphoplasty_done("L3", number="second")) == ""


def test_one_that_the_problem_list_has_as_fresh_is_surely_not_treated() -> None:
    report = imaging("Acute compression fractures of L1 and L3.", days=5)
    fresh = dated(codeable(ICD, "S32.030A"), days=20, number="fresh")
    assert "recent fracture of L3 not treated" in said_of(report, fresh)


@pytest.mark.parametrize(
    "words",
    [
        "Frakturen LWK 1 (frisch), BWK 12 (alt).",
        "Frakturen LWK 1 (frisch), BWK 12 (alt, kein Ödem).",
        "Fractures: L1 (acute), T12 (old).",
        "Fractures: L1 (acute), T12 (chronic), L3 (chronic).",
        "Frakturen LWK 1 (neu), LWK 3 (bekannt).",
    ],
)
def test_an_age_in_brackets_is_of_its_vertebra_alone(words: str) -> None:
    assert said_of(imaging(words, days=5)) == ""


@pytest.mark.parametrize("days", [20, 5])
@pytest.mark.parametrize(
    "words",
    [
        "Fracture of L1 with old T12 and new T11",
        "L1 fracture, old T12 and acute T11 fracture",
        "Alte BWK 12-Fraktur, neue BWK 11-Fraktur",
        "Fracture ancienne T12, fracture récente T11",
        "Fractura antigua T12, fractura reciente T11",
        "T12陈旧性骨折，T11新鲜骨折",
    ],
)
def test_one_called_new_beside_an_old_one_is_asked_about(words: str, days: int) -> None:
    listed = coded("M80.08XA", days=days) | {"id": "list"}
    listed["code"]["text"] = words
    assert "fracture of T11 not treated" in said_of(listed)


@pytest.mark.parametrize(
    "words",
    [
        "Old T12 fracture",
        "Old T12 fracture, no new fracture",
        "Acute L1 fracture with old T12 fracture",
        "Frische LWK 1-Fraktur, alte BWK 12-Fraktur",
        "Old T12 fracture, new back pain",
        "Fracture ancienne T12, pas de fracture récente",
    ],
)
def test_an_old_one_beside_nothing_new_is_not(words: str) -> None:
    listed = coded("M80.08XA", days=20) | {"id": "list"}
    listed["code"]["text"] = words
    assert said_of(listed) == ""

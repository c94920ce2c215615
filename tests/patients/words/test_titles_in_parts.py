"""A title in parts names what its parts name together: noun, site and stage."""

from typing import Any

import pytest

from tests.chart_builders import ordered
from tests.patients.leaving import act_noting, summaries_beside
from tests.patients.reassuring import Cards, cards_of, dated, selected

DEFICIT = "New neurological deficit not excluded: examine"
INFECTION = "Spinal infection not excluded: settle this"
TURNED = [
    ("Muscle weakness, left leg", DEFICIT),
    ("Weakness (left leg)", DEFICIT),
    ("Numbness, perineum", DEFICIT),
    ("Drop, foot, left", DEFICIT),
    ("Retention, urinary", DEFICIT),
    ("Schwäche, linkes Bein", DEFICIT),
    ("Schwäche, beide Beine", DEFICIT),
    ("Lähmung, linkes Bein", DEFICIT),
    ("Abscess, epidural", INFECTION),
    ("Abscess, vertebral", INFECTION),
    ("Infektion, Wirbelsäule", INFECTION),
]
PLACED = [
    ("Muscle weakness", "Left lower limb", DEFICIT),
    ("Weakness", "Left leg", DEFICIT),
    ("Numbness", "Perineum", DEFICIT),
    ("Schwäche", "Beide Beine", DEFICIT),
    ("Schwäche", "Linkes Bein", DEFICIT),
    ("Abscess", "Paravertebral L2", INFECTION),
    ("Infection", "Lumbar spine", INFECTION),
    ("Infektion", "Wirbelsäule", INFECTION),
]
ELSEWHERE = [
    ("Weakness", "Left arm"),
    ("Numbness", "Fingers"),
    ("Fracture", "Right wrist"),
    ("Infection", "Urinary tract"),
    ("Schwäche", "Linker Arm"),
    ("Infektion", "Harnwege"),
    ("Hematoma", "Left forearm"),
    ("Fraktur", "Radius"),
]


def placed(title: str, site: str) -> Cards:
    return cards_of(
        dated({"text": title}, days=2, bodySite=[{"text": site}]),
    )


@pytest.mark.parametrize(("title", "told"), TURNED)
def test_a_turned_title_leads(title: str, told: str) -> None:
    card = cards_of(dated({"text": title}, days=2))["rehabilitation"]
    assert card["summary"].startswith(told)


@pytest.mark.parametrize(("title", "told"), TURNED[:5] + TURNED[8:10])
def test_a_turned_reason_of_an_order_leads(title: str, told: str) -> None:
    reason: dict[str, Any] = {"reasonCode": [{"text": title}]}
    order = ordered("o1", days=3, code={"text": "Consult internal medicine"}, **reason)
    assert cards_of(order)["rehabilitation"]["summary"].startswith(told)


def test_who_leaves_with_a_turned_deficit_is_examined() -> None:
    (said,) = summaries_beside(act_noting("Weakness, left leg"))
    assert "Examine before leaving" in said


@pytest.mark.parametrize(("title", "site", "told"), PLACED)
def test_a_title_with_its_site_leads(title: str, site: str, told: str) -> None:
    card = placed(title, site)["rehabilitation"]
    assert card["summary"].startswith(told)


@pytest.mark.parametrize(("title", "site"), ELSEWHERE)
def test_another_site_leads_nothing(title: str, site: str) -> None:
    for cards in (
        placed(title, site),
        cards_of(dated({"text": f"{title}, {site}"}, days=2)),
    ):
        summary = cards["rehabilitation"]["summary"]
        assert "not excluded" not in summary
        assert selected(cards)


@pytest.mark.parametrize(
    ("title", "site"), [("Fracture", "Left hip"), ("Fraktur", "Oberschenkelhals links")]
)
def test_a_broken_hip_in_parts_is_open(title: str, site: str) -> None:
    for entry in (
        dated({"text": title}, days=90, bodySite=[{"text": site}]),
        dated({"text": f"{title}, {site}"}, days=90),
    ):
        detail = cards_of(entry)["rehabilitation"]["detail"]
        assert "hip fracture within 2 years not excluded" in detail


@pytest.mark.parametrize(
    ("title", "stage", "told"),
    [
        ("Chronic kidney disease", "Stage 5", "Severe kidney disease"),
        ("Chronische Nierenkrankheit", "Stadium 5", "Severe kidney disease"),
        ("Kidney disease, chronic, stage 5", "", "Severe kidney disease"),
        ("Chronic kidney disease", "Stage 2", "No bone drug"),
        ("Kidney disease, chronic, stage 2", "", "No bone drug"),
    ],
)
def test_the_stage_of_a_kidney_disease_counts(
    title: str, stage: str, told: str
) -> None:
    staged = {"stage": [{"summary": {"text": stage}}]} if stage else {}
    card = cards_of(dated({"text": title}, days=900, **staged))["rehabilitation"]
    assert card["summary"].startswith(told)


@pytest.mark.parametrize(
    "title",
    [
        "Weakness, none",
        "Numbness, leg: denied",
        "No weakness, left leg",
        "Weakness generalised, leg ulcer of the left leg",
        "Hypertension, left leg varices",
        "Compression, stockings",
        "Lesion, skin",
    ],
)
def test_other_titles_are_not_turned(title: str) -> None:
    card = cards_of(dated({"text": title}, days=2))["rehabilitation"]
    assert "not excluded" not in card["summary"]

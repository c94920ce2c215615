"""Everyday orders are understood by their titles, and no grave one is taken for one."""

import tomllib
from pathlib import Path

import pytest

from cds_service.fhir.entries.order_titles import is_everyday_order
from tests.builders import terminology
from tests.codes import CPT, codeable

TABLE = Path(__file__).with_name("everyday_orders.toml")
ROUNDS = tomllib.loads(TABLE.read_text("utf-8"))
MOST_OPEN = 0.15  # of everyday titles
EXAMPLES = Path(__file__).parents[3] / "word_examples" / "texts"
GRAVE = {
    *("cause-search", "pathology-report", "sample-of-spine", "biopsy", "cancer-care"),
    *("cancer-treatment", "cancer-implied", "cancer-ever", "malignancy", "myeloma"),
    *("malignancy-elsewhere", "bone-metastasis", "bone-malignancy-ever"),
    *("malignancy-history", "secondary-cancer", "infection-treatment", "discitis"),
    *("spinal-infection", "vertebral-osteomyelitis", "spinal-tuberculosis", "sepsis"),
    *("deep-infection", "neurological-deficit", "leg-weakness", "sphincter-trouble"),
    *("end-of-life", "palliative-care", "dialysis", "prior-spinal-surgery"),
    *("spinal-instability", "unstable-fracture", "spinal-cord-disease", "brace"),
}


def is_understood(title: str) -> bool:
    return is_everyday_order([{"text": title}], terminology())


@pytest.mark.parametrize(
    ("language", "title"),
    [
        pytest.param(language, title, id=f"{name}, {language}: {title}")
        for name, titles in ROUNDS.items()
        for language, listed in titles["grave"].items()
        for title in listed
    ],
)
def test_a_grave_title_is_not_taken_for_an_everyday_order(language, title):
    assert not is_understood(title), language


@pytest.mark.parametrize("name", ROUNDS)
def test_most_everyday_orders_are_understood_by_their_titles(name):
    listed = [one for said in ROUNDS[name]["everyday"].values() for one in said]
    left = [title for title in listed if not is_understood(title)]
    assert len(left) <= MOST_OPEN * len(listed), left


def test_no_words_of_a_grave_concept_are_those_of_an_everyday_order():
    files = [tomllib.loads(one.read_text("utf-8")) for one in EXAMPLES.glob("*.toml")]
    examples = [
        one
        for tables in files
        for name in sorted(GRAVE & tables.keys())
        for one in tables[name].get("examples", [])
    ]
    assert len(examples) > 1_000
    assert [one for one in examples if is_understood(one)] == []


@pytest.mark.parametrize("kind", ["CBC", "Follow-up visit", "Physical therapy"])
@pytest.mark.parametrize(
    "grave",
    [
        *("anemia", "port", "infusion", "low sodium", "high calcium", "pain at night"),
        *("MTS", "new fracture", "weight loss", "fever", "PICC", "RT", "nodule"),
        *("steroids", "deficit", "antibiotics", "retention", "Tumor", "Abszess"),
    ],
)
def test_no_everyday_kind_hides_what_stands_beside_it(kind, grave):
    assert not is_understood(f"{kind}, {grave}")
    assert not is_understood(f"{kind} for {grave}")


@pytest.mark.parametrize("title", ["Consult", "Referral", "Konsil", "Consulenza"])
def test_a_consultation_of_nobody_is_no_everyday_order(title):
    assert not is_understood(title)


def test_a_code_that_is_known_decides_before_the_words():
    chemotherapy = codeable(CPT, "96413", text="CBC with differential")
    assert not is_everyday_order([chemotherapy], terminology())
    count = codeable(CPT, "85025", text="Qwertz")
    assert is_everyday_order([count], terminology())
    local = codeable("http://hospital.example/orders", "X1", text="Fall precautions")
    assert is_everyday_order([local], terminology())


def test_words_that_may_search_count_beside_a_code():
    named = codeable(CPT, "85025", text="CBC, rule out myeloma")
    assert not is_everyday_order([named], terminology())


@pytest.mark.parametrize(
    "title", ["Bloedbeeld", "Elektrolyten", "MRI LWK", "Nierfunctie", "Fysiotherapie"]
)
def test_dutch_orders_of_every_day_are_understood(title):
    assert is_understood(title)


@pytest.mark.parametrize("title", ["Bloedbeeld metastasen", "Fysiotherapie klapvoet"])
def test_another_dutch_word_leaves_an_order_open(title):
    assert not is_understood(title)

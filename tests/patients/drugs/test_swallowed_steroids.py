"""A steroid that is mostly inhaled is systemic if it is swallowed."""

import pytest

from tests.chart_builders import drug, problem
from tests.codes import ATC, ICD, codeable
from tests.patients.reassuring import card_of

ICD_9 = "http://hl7.org/fhir/sid/icd-9-cm"


def budesonide(title="budesonide", atc="", **members):
    code = codeable(ATC, atc, title) if atc else {"text": title}
    said = {"medicationCodeableConcept": code, "days": 200}
    return drug("losartan", number="2", **said | members)


SWALLOWED = [
    pytest.param(budesonide("budesonide 9 mg oral"), id="route in the title"),
    pytest.param(budesonide("Budesonide 3 mg capsules"), id="capsule"),
    pytest.param(budesonide("Oral budesonide"), id="oral before it"),
    pytest.param(budesonide("Budesonid 3 mg Kapseln"), id="German"),
    pytest.param(budesonide("budésonide gélule 3 mg"), id="French"),
    pytest.param(budesonide("Entocort EC 3 mg"), id="brand"),
    pytest.param(budesonide(atc="A07EA06"), id="code of a drug for the bowel"),
    pytest.param(
        budesonide(dosageInstruction=[{"text": "9 mg po daily"}]), id="dosage"
    ),
    pytest.param(
        budesonide(dosageInstruction=[{"route": {"text": "Oral"}}]), id="route"
    ),
]
PUT_IN_ONE_PLACE = [
    *map(
        budesonide,
        [
            *("Budesonide", "Budesonide 200 mcg inhaler", "Budesonide nasal spray"),
            *("Pulmicort Turbuhaler", "Budesonide/formoterol 160/4.5 mcg"),
            *("Budesonide 0.5 mg/2 mL nebuliser suspension", "Budesonid Nasenspray"),
            *("Budesonide rectal foam 2 mg", "Budesonide inhalation capsules"),
        ],
    ),
    budesonide(atc="R03BA02"),
    budesonide(atc="R01AD05"),
    *(
        budesonide(title, "A07EA06")
        for title in [
            *("Budesonide enema", "Budesonid Klysmen", "Budesonide schiuma rettale"),
            *("Budesonide klisma", "布地奈德直肠泡沫", "부데소니드 직장폼 2mg"),
        ]
    ),
    budesonide(dosageInstruction=[{"text": "2 puffs, oral inhalation"}]),
]


@pytest.mark.parametrize("entry", SWALLOWED)
def test_budesonide_that_is_swallowed_is_a_systemic_steroid(entry):
    card = card_of(entry)
    assert card["summary"].startswith("Budesonide since May 2026")
    assert "below the usual" not in card["detail"]


@pytest.mark.parametrize("entry", PUT_IN_ONE_PLACE)
def test_budesonide_that_acts_where_it_is_put_is_none(entry):
    card = card_of(entry)
    assert "udesonide" not in card["summary"]
    assert "steroid not excluded" not in card["detail"]
    assert "below the usual" in card["detail"]


@pytest.mark.parametrize(
    "entry",
    [
        pytest.param(
            budesonide("Beclometasone 5 mg gastro-resistant tablets"), id="UK"
        ),
        pytest.param(budesonide("Clipper 5 mg compresse"), id="brand"),
        pytest.param(budesonide(atc="A07EA07", title="tablets"), id="code"),
    ],
)
def test_so_is_beclometasone_that_is_swallowed(entry):
    assert card_of(entry)["summary"].startswith("Beclometasone since May 2026")


@pytest.mark.parametrize(
    "title",
    [
        *("Beclometasone 100 micrograms inhaler", "beclomethasone nasal spray"),
        *("Beclometasone 0.025% cream", "beclometasone 3 mg enema"),
        *("Beclometasone 250 mcg, oral inhalation", "Beclometason Dosieraerosol"),
    ],
)
def test_beclometasone_that_is_put_in_one_place_is_none(title):
    assert "below the usual" in card_of(budesonide(title))["detail"]


def test_swallowed_budesonide_that_a_title_tells_of_is_not_excluded():
    told = problem("x", code=codeable(ICD, "K52.839", "Colitis, on budesonide 9 mg"))
    assert "steroid not excluded" in card_of(told)["detail"]
    told = problem("x", code=codeable(ICD, "J45.909", "Asthma, on budesonide"))
    assert "steroid not excluded" not in card_of(told)["detail"]


@pytest.mark.parametrize(
    ("system", "code"), [(ICD, "Z92.241"), (ICD_9, "V87.45")], ids=["10", "9"]
)
def test_a_history_of_steroids_leaves_one_open(system, code):
    detail = card_of(problem("x", code=codeable(system, code)))["detail"]
    assert "steroid not excluded (systemic steroids are on the problem list" in detail
    assert "below the usual" not in detail


def test_a_history_of_inhaled_steroids_leaves_none_open():
    detail = card_of(problem("x", code=codeable(ICD, "Z92.240")))["detail"]
    assert "steroid not excluded" not in detail

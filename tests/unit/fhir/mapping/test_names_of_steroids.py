"""Trade names of steroids, and of what acts where it is put."""

import pytest

from tests.gathered_records import NO, YES, said_of
from tests.order_builders import terminology


@pytest.mark.parametrize(
    ("name", "drug"),
    [
        ("Deltacortril Enteric 5 mg", "prednisolone"),
        ("Dilacort 5 mg", "prednisolone"),
        ("Spiricort 20 mg", "prednisolone"),
        ("Predni H Tablinen 5 mg", "prednisolone"),
        ("Di-Adreson-F aquosum 25 mg", "prednisolone"),
        ("Millipred 5 mg", "prednisolone"),
        ("니소론정", "prednisolone"),
        ("Medrone 16 mg", "methylprednisolone"),
        ("Solu-Medrone 40 mg", "methylprednisolone"),
        ("Solu-Moderin 40 mg", "methylprednisolone"),
        ("Predni M Tablinen 16 mg", "methylprednisolone"),
        ("Meprelon 4 mg", "methylprednisolone"),
        ("ソル・メルコート", "methylprednisolone"),
        ("Hemady 20 mg", "dexamethasone"),
        ("Oradexon 0,5 mg", "dexamethasone"),
        ("氟美松片", "dexamethasone"),
        ("デキサート注射液", "dexamethasone"),
        ("Celestan Depot", "betamethasone"),
        ("セレスタミン配合錠", "betamethasone"),
        ("得宝松", "betamethasone"),
        ("Hidroaltesona 20 mg", "hydrocortisone"),
        ("Corhydron 100", "hydrocortisone"),
        ("ハイドロコートン注", "hydrocortisone"),
        ("솔루코테프주", "hydrocortisone"),
        ("コートン錠25mg", "cortisone"),
        ("Polcortolon 4 mg tabl.", "triamcinolone"),
        ("レダコート錠4mg", "triamcinolone"),
        ("칼코트정", "deflazacort"),
        ("Syntestan 2,5 mg", "other systemic steroid"),
        ("Betnesol 0.5 mg soluble tablets", "betamethasone"),
        ("Rayos 5 mg", "prednisone"),
    ],
)
def test_a_brand_of_a_country_is_that_of_its_steroid(name, drug):
    named = terminology().drug_words(name)
    assert {drug, "systemic-steroid"} <= named
    assert said_of("steroid-use", medications=[{"text": name}]) != NO


@pytest.mark.parametrize(
    "name",
    [
        *("Kenalog in Orabase", "Kenacort-A Orabase", "Polcortolon TC"),
        *("Betnesol-N", "Betnesol N ear drops", "Rayos X de tórax"),
        *("Celestan-V", "Celestone-G", "Celestone V", "Laticort", "Lorinden A"),
        *("Prednitop", "Predsol", "Predfoam", "Predenema", "Hexatrione", "Lederspan"),
        *("Lipotalon", "Dexcom G7", "Dexilant 30 mg", "Dexdor", "Dexeryl", "Mederma"),
        *("Medroxyprogesterone 5 mg", "Urbanyl", "Celebrex", "Celexa"),
        *(
            "アンテベート軟膏",
            "リドメックス",
            "艾洛松",
            "皮炎平",
            "쎄레스톤지크림",
            "리도멕스",
        ),
        "덱사메타손 안약",
    ],
)
def test_what_acts_where_it_is_put_is_no_systemic_steroid(name):
    beside = {"text": "Amlodipine 5 mg"}
    assert said_of("steroid-use", medications=[{"text": name}, beside]) != YES

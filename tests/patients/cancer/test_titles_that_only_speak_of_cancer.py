"""A gene, a risk, the prevention or the fear of a cancer, or a visit for one, is none."""

import pytest

from tests.codes import ICD, codeable
from tests.patients.reassuring import card_of, dated

ONLY_SPOKEN_OF = [
    *("Breast cancer gene mutation", "Carrier of breast cancer gene"),
    *("Breast cancer 1 gene mutation", "Genetic predisposition to breast cancer"),
    *("Breast cancer chemoprevention", "Breast cancer prevention"),
    *("Breast cancer anxiety", "Prostate cancer anxiety"),
    *("Breast cancer clinic referral", "Referred to breast cancer clinic"),
    *("Brustkrebsgen positiv", "Trägerin eines Brustkrebsgens"),
    *("Chemoprävention Brustkrebs", "Prädisposition für Brustkrebs"),
    *("Gène du cancer du sein", "Prédisposition au cancer du sein"),
    *("Gen del cáncer de mama", "Predisposición al cáncer de mama"),
    *("Gene del cancro della mammella", "Predisposizione al cancro della mammella"),
    *("Borstkankergen", "Draagster van borstkankergen"),
    *("Gen raka piersi", "Nosicielka genu raka piersi"),
    *("乳癌遺伝子変異", "乳癌の素因", "유방암 유전자 보인자"),
    *("乳腺癌易感基因携带", "乳腺癌易感性"),
]
STATED = [
    *("Breast cancer, BRCA1 gene positive", "Lung cancer with EGFR gene mutation"),
    *("Breast cancer, anxiety", "Breast cancer, seen in clinic"),
    *("Brustkrebs, Angststörung", "Portadora de cáncer de mama"),
    *("肺癌，EGFR基因突变", "Carrier of MRSA, breast cancer"),
]


@pytest.mark.parametrize("title", ONLY_SPOKEN_OF)
def test_it_is_no_cancer_and_reassures_nobody(title):
    card = card_of(dated({"text": title}, days=12))
    assert card["summary"].startswith("No bone drug")
    assert "below the usual" not in card["detail"]


@pytest.mark.parametrize("title", ["Breast cancer gene positive", "Brustkrebsgen"])
def test_nor_next_to_the_code_of_the_gene(title):
    card = card_of(dated(codeable(ICD, "Z15.01", title), days=12))
    assert card["summary"].startswith("No bone drug")


@pytest.mark.parametrize("title", STATED)
def test_a_cancer_beside_such_words_is_stated(title):
    assert (
        "could this be a metastasis"
        in card_of(dated({"text": title}, days=12))["summary"]
    )


def test_a_pathway_for_hip_fractures_is_no_hip_fracture():
    card = card_of(dated({"text": "Hip fracture pathway"}, days=12))
    assert card["indicator"] != "warning"
    assert "Hip fracture Nov" not in card["summary"]

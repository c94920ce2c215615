"""Trade names and spellings of bone drugs in other languages."""

import pytest

from tests.order_builders import terminology


@pytest.mark.parametrize(
    ("name", "drug"),
    [
        ("Ostolek 70 mg", "alendronate"),
        ("Ostemax 70 comfort", "alendronate"),
        ("骨力強注射液", "zoledronate"),
        ("リクラスト点滴静注液5mg", "zoledronate"),
        ("Teryparatyd 20 µg", "teriparatide"),
        ("abaloparatyd", "abaloparatide"),
    ],
)
def test_a_name_is_that_of_its_drug(name, drug):
    assert drug in terminology().drug_words(name)


@pytest.mark.parametrize(
    ("name", "drug"),
    [
        ("Adronat 70 mg compresse", "alendronate"),
        ("AlendroHEXAL einmal wöchentlich 70 mg", "alendronate"),
        ("맥스마빌정", "alendronate"),
        ("福美加", "alendronate"),
        ("Risendros 35", "risedronate"),
        ("리세넥스플러스정", "risedronate"),
        ("Ossica 150 mg", "ibandronate"),
        ("Kefort", "ibandronate"),
        ("Quodixor 150 mg", "ibandronate"),
        ("Zoledro-Denk 5 mg", "zoledronate"),
        ("天晴依泰", "tumour-dose zoledronate"),
        ("Nerixia 25 mg", "other bisphosphonate"),
        ("Rolcya 60 mg", "denosumab"),
        ("博优倍", "denosumab"),
        ("스토보클로프리필드시린지", "denosumab"),
        ("迈卫健", "tumour-dose denosumab"),
        ("Ranmark", "tumour-dose denosumab"),
        ("Zerlinda 4 mg/100 ml", "tumour-dose zoledronate"),
        ("欣复泰", "teriparatide"),
        ("라본디캡슐", "raloxifene"),
        ("비비안트정", "bazedoxifene"),
        ("密盖息", "calcitonin"),
    ],
)
def test_a_brand_of_a_country_is_that_of_its_drug(name, drug):
    assert drug in terminology().drug_words(name)


@pytest.mark.parametrize(
    "name",
    [
        *("Fultium D3", "Calperos 1000", "Osteocare", "Osteo Bi-Flex", "Ossopan"),
        *("Ossofortin D", "Osteogenon", "Ostenil Plus", "Bondiol", "Fosrenol"),
        *("Bonine", "Bonjela", "Prolixin", "Alendra", "Ibandra", "Protopic"),
        *("Actos 15 mg", "エディロール", "アルファロール", "ワンアルファ"),
        *("钙尔奇D", "罗盖全", "法能", "阿法迪三", "디카맥스", "원알파", "본키"),
    ],
)
def test_vitamin_d_calcium_and_names_alike_are_no_bone_drug(name):
    assert "bone-drug" not in terminology().drug_words(name)

"""A year or a "known" beside an infection or a tumour is of what it stands with.

"Hysterectomy 2010, discitis L4/5" in a note asked nothing before leaving: the year was
taken for that of the discitis.
"""

import pytest

from tests.patients.places import as_reason, listed, noted_when_leaving, reported

INFECTED = [
    "Known osteoporosis, discitis L4/5",
    "Known osteoporosis and discitis",
    "Hysterectomy 2010, discitis L4/5",
    "Stroke 2015, epidural abscess",
    "Hysterektomie 2010, Diszitis",
    "Bekannte Osteoporose, Spondylodiszitis",
    "Chronische Niereninsuffizienz und Spondylodiszitis",
    "Ostéoporose connue, spondylodiscite",
    "Osteoporosis conocida, espondilodiscitis",
    "Osteoporosi nota e spondilodiscite",
    "Bekende osteoporose, discitis",
    "慢性腰痛、化膿性脊椎炎",
    "慢性腰痛,椎间盘炎",
    "만성 요통, 추간판염",
    "Appendectomy 2015 and discitis L4/5",
    "Appendektomie 2015 und Spondylodiszitis",
    "Appendicectomie 2015 et spondylodiscite",
    "History of stroke and discitis",
    "COPD (known), discitis L4",
]
METASTATIC = [
    "Known hypertension and bone metastases",
    "Hysterectomy 2010, bone metastasis L3",
    "Bekannter Hypertonus, Knochenmetastasen",
    "Z.n. Hysterektomie, Wirbelmetastase",
    "History of breast cancer and bone metastasis L3",
    "History of prostate cancer and spinal metastases",
    "Antécédent de cancer du sein et métastase osseuse L3",
    "2010年子宮摘出、骨転移L3",
]
OVER = [
    "Discitis 2019",
    "2019: discitis L4/5",
    "Discitis L4/5, treated 2019 with antibiotics",
    "Old discitis and known osteoporosis",
    "Known discitis, healed 2019",
    "Z.n. Diszitis 2019 und Osteoporose",
    "Antibiotics 2019 for discitis",
    "Breast cancer 2010, hysterectomy 2015",
    "Discitis 2018 and 2019, healed",
    "In 2010, discitis L4/5",
    "Back in 2010, discitis",
    "March 2010, discitis L4/5",
    "Diagnosed 2010, discitis L4/5",
    "Im Jahr 2010, Spondylodiszitis",
    "Nel 2010, spondilodiscite",
    "W 2010 roku, zapalenie krążka",
    "2010年,椎间盘炎",
]


@pytest.mark.parametrize("place", [listed, reported, as_reason, noted_when_leaving])
@pytest.mark.parametrize("words", INFECTED)
def test_an_infection_leads(words, place):
    assert "spinal infection" in place(words).lower()


@pytest.mark.parametrize("place", [listed, reported, as_reason, noted_when_leaving])
@pytest.mark.parametrize("words", METASTATIC)
def test_a_metastasis_leads(words, place):
    summary = place(words).lower()
    assert "metasta" in summary or "malignancy of bone" in summary


@pytest.mark.parametrize("words", OVER)
def test_what_is_over_asks_nothing_before_leaving(words):
    assert "not excluded" not in noted_when_leaving(words)

"""The year of something else in a note of the ward does not date a cause."""

import pytest

from tests.patients.places import noted_when_leaving

OF_NOW = [
    "Discitis, hysterectomy 2010",
    "Discitis L4/5, hip replacement (2012)",
    "Breast cancer, hysterectomy 1998",
    "Sepsis, hysterectomy 2010",
    "Bone metastasis, mastectomy (2010)",
    "Spondylodiszitis L4, Hysterektomie 2010",
    "Spondylodiscite, hystérectomie (2010)",
    "Espondilodiscitis, histerectomía 2010",
    "Hysterectomy (2010), discitis L4",
]
OF_THEN = [
    "Discitis 2010",
    "Discitis L4/5 2010",
    "Discitis, 2010",
    "Discitis L4, treated 2010",
    "Breast cancer 1998",
    "Mammakarzinom 1998, R0",
    "Discitis (2010), resolved",
    "Z.n. Spondylodiszitis 2010, antibiotisch behandelt",
    "Bone metastasis 2010, irradiated",
]


@pytest.mark.parametrize("words", OF_NOW)
def test_the_year_of_something_else_dates_no_cause(words):
    assert "not excluded" in noted_when_leaving(words)


@pytest.mark.parametrize("words", OF_THEN)
def test_the_year_of_the_cause_does(words):
    assert "not excluded" not in noted_when_leaving(words)

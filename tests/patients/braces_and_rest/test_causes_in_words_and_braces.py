"""A cause that is told in words, and not by a code, offers no end of a brace."""

import pytest

from tests.chart_builders import problem
from tests.patients.reassuring import cards_of


@pytest.mark.parametrize(
    "title",
    [
        *("Bone metastasis", "Knochenmetastasen", "Métastases osseuses", "骨转移"),
        *("Multiple myeloma", "Multiples Myelom", "Discitis", "Spondylodiscitis"),
    ],
)
def test_no_end_of_a_brace_is_offered_next_to_a_cause_in_words(title):
    entry = problem("x", number="g", days=5, code={"text": title})
    assert "braceLimit" not in cards_of(entry)


@pytest.mark.parametrize(
    "title",
    [
        *("Basal cell carcinoma", "MGUS", "Breast cancer 2010", "Osteoporosis"),
        *("Bronchitis", "no bone metastases", "Erkältung", "Arthrose"),
    ],
)
def test_it_is_next_to_what_is_no_such_cause(title):
    entry = problem("x", number="g", days=5, code={"text": title})
    assert cards_of(entry)["braceLimit"]["suggestions"]

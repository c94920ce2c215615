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

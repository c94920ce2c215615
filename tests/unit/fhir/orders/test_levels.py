"""Treated levels: whom we believe, and what words mean."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cds_service.fhir.mapping.level_text import LEVELS
from cds_service.fhir.orders.augmentation import find_augmentation_order
from tests.codes import ICD, codeable
from tests.order_builders import ORDERS, bundle, cpt, signing, terminology
from tests.tables import cases


def find(*resources):
    return find_augmentation_order(signing(bundle(*resources)), terminology())


@pytest.mark.parametrize(
    ("code", "levels", "junction"),
    cases(__file__, "icd_10_cm_says_what_the_terminology_page_says"),
)
def test_icd_10_cm_says_what_the_terminology_page_says(code, levels, junction):
    found = find(cpt("22514", reasonCode=[codeable(ICD, code)]))
    assert (list(found.levels), found.tl_junction) == (levels, junction)


@pytest.mark.parametrize(
    ("members", "levels"),
    [
        pytest.param(
            {"reasonCode": [{"text": "Compression fracture of L2"}]},
            ("L2",),
            id="the only place",
        ),
        pytest.param(
            {"reasonCode": [{"text": "Old fracture of L2"}]}, (), id="an old fracture"
        ),
        pytest.param(
            {"reasonCode": [{"text": "Fracture L2, status post kyphoplasty T12"}]},
            ("L2",),
            id="one treated before",
        ),
        pytest.param(
            {"reasonCode": [codeable(ICD, "S32.010A", "Fracture of L2")]},
            ("L1",),
            id="its code says another",
        ),
        pytest.param(
            {
                "reasonCode": [{"text": "Fracture of L2"}],
                "orderDetail": [{"text": "at L1"}],
            },
            ("L1",),
            id="its words do",
        ),
    ],
)
def test_a_reason_in_words_is_read_last(members, levels):
    assert find(cpt("22514", **members)).levels == levels


@pytest.mark.parametrize(
    ("orders", "count"),
    cases(
        __file__,
        "levels_are_counted_by_sites_and_additional_codes_not_by_order_lines",
        ORDERS,
    ),
)
def test_levels_are_counted_by_sites_and_additional_codes_not_by_order_lines(
    orders, count
):
    assert find(*orders).level_count == count


@pytest.mark.parametrize(
    ("words", "levels"), cases(__file__, "words_name_levels_and_only_levels")
)
def test_words_name_levels_and_only_levels(words, levels):
    assert terminology().levels.treated(words) == tuple(levels)


@given(first=st.sampled_from(LEVELS), span=st.integers(min_value=0, max_value=5))
def test_a_range_holds_every_level_between_its_ends(first, span):
    low = LEVELS.index(first)
    wanted = LEVELS[low : low + span + 1]
    assert terminology().levels.treated(f"{wanted[0]}-{wanted[-1]}") == wanted


@given(words=st.text())
def test_any_text_can_be_read(words):
    assert set(terminology().levels.treated(words)) <= {*LEVELS, "T13", "L6"}

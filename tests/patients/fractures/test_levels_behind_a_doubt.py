"""Vertebrae that an order treats on a condition, and old ones at the end of a list."""

import pytest

from tests.order_builders import augmentation_in


@pytest.mark.parametrize(
    "title",
    [
        "Kyphoplasty L1 possibly L2",
        "Kyphoplasty L1 poss. L2",
        "Kyphoplasty L1 (L2 if needed)",
        "Kyphoplasty L1, L2 if needed",
        "Kyphoplasty L1 +/- L2",
        "Kyphoplasty L1, consider L2",
        "Kyphoplasty L1, ?L2",
        "Kyphoplasty L1 possibly L2 possibly L3",
        "Kyphoplastie LWK 1 ggf. LWK 2",
        "Kyphoplastie 1. LWK ggf. 2. LWK",
        "Kyphoplastie L1 evtl. L2",
        "Kyphoplastie L1 u. U. L2",
        "Kyphoplastie LWK 1 (LWK 2 bei Bedarf)",
        "Cyphoplastie L1 éventuellement L2",
        "Cifoplastia L1 y posible L2",
        "Cifoplastica L1 ed eventuale L2",
        "Kyfoplastiek L1 evt. L2",
        "Kyfoplastyka L1 ew. L2",
        "BKP L1必要時L2",
        "L1椎体成形术，必要时L2",
    ],
)
def test_a_vertebra_behind_a_condition_leaves_the_number_open(title):
    levels = augmentation_in(title).levels
    assert levels.names == ("L1",)
    assert not levels.is_count_sure


@pytest.mark.parametrize(
    "site", ["L1 possibly L2", "L1 and L2 if needed", "L1 and, if needed, L2"]
)
def test_a_site_in_words_may_have_a_condition(site):
    levels = augmentation_in("Kyphoplasty", bodySite=[{"text": site}]).levels
    assert levels.names == ("L1",)
    assert not levels.is_count_sure


@pytest.mark.parametrize(
    ("title", "names"),
    [
        ("Kyphoplasty T12, L1 and L2", ("T12", "L1", "L2")),
        ("Kyphoplasty T12 and L1 for possible osteoporosis", ("T12", "L1")),
        ("Kyphoplasty T12 L1 urgent", ("T12", "L1")),
        ("Kyphoplastie BWK 12 und LWK 1, ggf. in LA", ("T12", "L1")),
        ("Kyphoplastie 12. BWK und 1. LWK", ("T12", "L1")),
        ("Kyphoplasty L1, L2, biopsy if needed", ("L1", "L2")),
        ("Kyphoplasty L1 and L3, old fractures", ("L1", "L3")),
        ("Kyphoplasty L1, L3 chronic fractures", ("L1", "L3")),
        ("Kyphoplasty T12, L1 old patient", ("T12", "L1")),
        ("Kyphoplasty T12 L1 normal saline", ("T12", "L1")),
    ],
)
def test_a_condition_of_something_else_leaves_the_number_sure(title, names):
    levels = augmentation_in(title).levels
    assert levels.names == names
    assert levels.is_count_sure


@pytest.mark.parametrize(
    "title",
    [
        "Kyphoplasty L1, L3 old",
        "Kyphoplasty L1 L3 intact",
        "Kyphoplastie LWK 1, LWK 3 alt",
        "Kyphoplastie L1 L3 alt",
        "Cyphoplastie L1, L3 ancienne",
        "Cifoplastia L1, L3 antigua",
    ],
)
def test_an_old_one_at_the_end_of_a_list_is_not_treated(title):
    assert augmentation_in(title).levels.names == ("L1",)

"""How the words of a denial are joined, and which word leaves some of it open."""

import pytest

from cds_service.fhir.mapping.plain.denial_lists import DenialList
from cds_service.fhir.mapping.plain.plain_patterns import PlainWords

SPANISH = DenialList(
    before=("sin",),
    things=("metastasis", "fracturas?(?: recientes)?"),
    qualities=("oseas",),
    joints=("ni",),
    limits=("recientes", "antiguas"),
)
PLAIN = ["recientes", "antiguas", "oseas"]


@pytest.fixture(scope="module")
def plain():
    return PlainWords([*SPANISH.patterns, *PLAIN], None)


@pytest.mark.parametrize(
    "words",
    [
        "Sin metástasis",
        "Sin metástasis óseas",
        "Sin metástasis ni fracturas",
        "Sin fracturas recientes",
    ],
)
def test_a_denial_without_a_limit_is_plain(plain, words):
    assert plain.are_all(words)


@pytest.mark.parametrize(
    "words",
    [
        "Sin metástasis recientes",
        # not as `sin metástasis` and two plain words
        "Sin metástasis óseas recientes",
        "Sin fracturas ni metástasis antiguas",
        "Sin fracturas antiguas",
    ],
)
def test_a_word_that_limits_a_denial_leaves_the_rest_open(plain, words):
    assert not plain.are_all(words)

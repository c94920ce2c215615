"""Words of a data file are refused where they are no pattern, whether they are compiled or not."""

import random
import re
import warnings

import pytest
from pydantic import TypeAdapter, ValidationError

from cds_service.fhir.mapping.files.language import Pattern

PARTS = (
    *"ab \\()[]{}?*+|^$.:=!-dws,019",
    *("(?:", "(?!", "\\b", "[ab]", ")?"),
    *("[^a-z]", "[0-9]", "[9-0]", "[z-a]", "{2}", "{0,3}", "{1,4}", "{1,0}", "{,2}"),
    *("(a(?:b", "))"),
)
ASKED = TypeAdapter(Pattern)


def is_compiled(words: str) -> bool:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FutureWarning)  # of "[[", which means itself
        try:
            re.compile(words)
        except re.error:
            return False
    return True


def is_accepted(words: str) -> bool:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FutureWarning)
        try:
            ASKED.validate_python(words)
        except ValidationError:
            return False
    return True


@pytest.mark.parametrize("seed", range(4))
def test_exactly_what_compiles_is_accepted(seed):
    draw = random.Random(seed)
    drawn = ("".join(draw.choices(PARTS, k=draw.randint(1, 9))) for _ in range(8_000))
    assert [one for one in drawn if is_accepted(one) is not is_compiled(one)] == []

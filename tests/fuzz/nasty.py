"""Values that break careless programs: texts, numbers, shapes, octets; and one strategy for each."""

import json
from pathlib import Path
from typing import Any

from hypothesis import strategies as st

LISTED = json.loads(Path(__file__).with_name("nasty.json").read_text(encoding="utf-8"))
TEXTS: tuple[str, ...] = (
    *LISTED["texts"],
    "e\u0301" * 40,
    "K" * 65,
    "a" * 3000,
    "9" * 400,
    "L1" * 200,
)
NUMBERS: tuple[float | int, ...] = tuple(LISTED["numbers"])
SHAPES: tuple[Any, ...] = (
    *LISTED["shapes"],
    json.loads('{"a":' * 62 + "1" + "}" * 62),
    json.loads('{"extension":[' * 40 + "]}" * 40),
    list(range(300)),
    {str(number): number for number in range(300)},
)
JUNK: tuple[Any, ...] = (*TEXTS, *NUMBERS, *SHAPES)
OCTETS = (
    *(text.encode("latin-1") for text in LISTED["octets"]),
    *(b"9" * 5000, b"[" * 3000, b'{"a":' * 3000, b"[[[[" * 16),
)

junk = st.sampled_from(JUNK)
any_json = st.recursive(
    junk
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(TEXTS) | st.text(max_size=8), inner, max_size=4
        )
    ),
    max_leaves=12,
)


def dump(document: Any) -> bytes:
    """The document as a client sends it; lone surrogates stay escaped."""
    return json.dumps(document).encode()

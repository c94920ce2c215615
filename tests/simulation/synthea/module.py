"""A module of Synthea: a T-score, a kyphoplasty, and refracture within a year at a known rate for each T-score.

A true refracture writes an Observation that nothing of ours reads. Around it lie traps:
the treated fracture coded again as follow-up or without a level, refractures coded
without a level, and fractures after the year. The procedure is known by its words
alone: no SNOMED CT code of a kyphoplasty is among ours.
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

RATES: Mapping[float, float] = {
    -1.8: 0.04,
    -2.2: 0.08,
    -2.6: 0.15,
    -3.0: 0.26,
    -3.4: 0.40,
}
TRUTH = "http://example.org/truth"


def module() -> dict[str, Any]:
    """The states of `module.json`, those of a rate once for each rate."""
    whole: dict[str, Any] = json.loads(
        Path(__file__).with_name("module.json").read_text(encoding="utf-8")
    )
    each = json.dumps(whole.pop("states of each rate"))
    for place, (score, rate) in enumerate(RATES.items()):
        text = each.replace("<n>", str(place))
        for word, number in {
            "<score>": score,
            "<rate>": rate,
            "<rest>": 1 - rate,
        }.items():
            text = text.replace(f'"{word}"', str(number))
        whole["states"] |= json.loads(text)
    return whole

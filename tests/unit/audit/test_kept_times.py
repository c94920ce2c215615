"""Of a corrected brace order the log keeps its id, its times and a digest, and no words."""

import json

import pytest

from tests.chart_builders import Asked, brace, kyphoplasty, order_sign, period
from tests.chart_builders import strong_and_nourished as whole_record

WORDS = "as agreed with Canary Smith"
EXTENSION = [{"url": "https://x.example.org/why", "valueString": WORDS}]
TWELVE_WEEKS = {"value": 12, "unit": WORDS, "code": "wk"}
TIMES = [
    {"occurrenceTiming": {"code": {"text": WORDS}}},
    {"occurrenceTiming": {"code": {"coding": [{"display": WORDS}]}}},
    {"occurrenceTiming": {"extension": EXTENSION}},
    {"occurrenceTiming": {"repeat": {"extension": EXTENSION}}},
    {"occurrenceTiming": {"repeat": {"boundsDuration": TWELVE_WEEKS}}},
    {"occurrencePeriod": period(0, 84) | {"extension": EXTENSION}},
    {"occurrencePeriod": period(0, 84) | {"_start": {"extension": EXTENSION}}},
]


def kept(times):
    """The answer's entry as it goes to the log, in one text."""
    asked = Asked()
    draft = brace(**times)
    assert asked.post(order_sign(whole_record(), kyphoplasty(), draft)).status_code
    (entry,) = asked.log.entries
    return json.dumps(entry.content, default=str) + str(entry.cards)


@pytest.mark.parametrize("times", TIMES)
def test_no_words_of_a_time_are_kept(times):
    assert "Canary" not in kept(times)


def test_the_times_themselves_are_kept():
    assert period(0, 84)["start"] in kept({"occurrencePeriod": period(0, 84)})

"""The words of a card that was answered before."""

import pytest

from cds_service.core.repeats import SETTLING
from cds_service.loading import banned_patterns
from tests.chart_builders import HOOK, open_service

TEXTS = open_service().hooks[HOOK].texts


def test_every_answer_that_settles_has_its_words():
    assert set(TEXTS.tables["answered"]) == SETTLING


def test_every_reason_that_settles_is_offered_on_some_card():
    offered = {reason.code for reasons in TEXTS.reasons.values() for reason in reasons}
    assert offered >= SETTLING


@pytest.mark.parametrize("how", sorted(SETTLING))
@pytest.mark.parametrize("topic", ["rehabilitation", "braceLimit", "missingData"])
def test_every_summary_fits_with_its_longest_words(topic, how):
    title, answered = TEXTS.raw(f"topics.{topic}"), TEXTS.raw(f"answered.{how}")
    said = TEXTS.say("repeats.unchanged", title=title, shown="30 Nov 2026", how=answered)
    assert len(said) <= 139
    assert "shown 30 Nov 2026" in said
    assert not [pattern for pattern in banned_patterns() if pattern.search(said)]

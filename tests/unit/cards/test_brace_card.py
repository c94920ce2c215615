"""The second card: limits on bracing and bed rest, the corrected order, and who is left alone."""

import pytest

from tests.chart_builders import (
    CHART,
    brace,
    cards_for,
    kyphoplasty,
    labels,
    ordered,
    site_service,
    strong_and_nourished,
    thin_and_weak,
)
from tests.tables import cases


def brace_card(*drafts, record=None, service=None):
    found = cards_for(strong_and_nourished() if record is None else record, kyphoplasty(), *drafts, service=service)
    return found.get("braceLimit")


def corrected(card):
    (suggestion,) = card["suggestions"]
    (action,) = suggestion["actions"]
    assert action["type"] == "update"
    return action["resource"]


def worded(note, **members):
    return brace(note=[{"text": note}], **members)


WORDS = CHART | {"worded": worded}


def words_of(card):
    """Words as a reader counts them: what has a letter or a digit, markdown aside."""
    text = f"{card['summary']} {card.get('detail', '')}"
    return [word for word in text.replace("*", "").split() if any(sign.isalnum() for sign in word)]


@pytest.mark.parametrize(
    "case", cases(__file__, "brace_card", CHART | {"worded": worded}), ids=lambda case: case["why"]
)
def test_what_the_card_says(case):
    card = brace_card(*case["drafts"], record=(*strong_and_nourished(), *case.get("record", ())))
    if case.get("none"):
        assert card is None
        return
    text = f"{card['summary']} {card.get('detail', '')}"
    assert card["indicator"] == case.get("indicator", card["indicator"])
    assert case.get("summary", "") in card["summary"]
    assert card["summary"] == case.get("whole", card["summary"])
    assert [words for words in case.get("says", ()) if words not in text] == []
    assert [words for words in case.get("not_says", ()) if words in text] == []
    assert labels(card) == case.get("labels", labels(card))
    recommended = [one["isRecommended"] for one in card.get("suggestions", ())]
    assert recommended == case.get("recommended", recommended)
    assert "corrected" not in case or corrected(card)["id"] == case["corrected"]
    assert "reason" not in case or case["reason"] in {one["code"] for one in card["overrideReasons"]}
    assert len(words_of(card)) <= case.get("words", 75), card
    assert len(card["summary"]) < 140


def test_a_site_may_have_the_limits_said_with_every_augmentation(tmp_path):
    card = brace_card(service=site_service(tmp_path, '[policy]\nbrace-card = "always"\n'))
    assert card["summary"] == "If a brace is used: while pain needs it, review at 2 weeks, off by 8 weeks."
    assert (card["indicator"], card.get("detail"), labels(card)) == ("info", None, [])


def test_a_warning_stands_where_every_referral_is_ordered():
    done = tuple(ordered(kind) for kind in ("rehabilitation", "dietitian", "bone-treatment"))
    assert brace_card(brace(), record=(*thin_and_weak(), *done))["indicator"] == "warning"


def test_the_weeks_of_a_site_change_texts_and_dates(tmp_path):
    service = site_service(tmp_path, "[policy]\nbrace-max-weeks = 6\nbrace-review-weeks = 3\n")
    card = brace_card(brace(), service=service)
    assert "Site policy: review at 3 weeks, off by 6 (1 Jan 2027)" in card["summary"]
    assert labels(card) == ["Set end date 1 Jan 2027"]
    assert "11 Dec 2026" in card["detail"]
    assert corrected(card)["occurrencePeriod"]["end"] == "2027-01-01"
    cards = cards_for(thin_and_weak(), kyphoplasty(), service=service)
    assert "from week 3" in cards["rehabilitation"]["detail"]
    (therapy,) = [one for one in cards["rehabilitation"]["suggestions"] if one["label"] == "Refer to rehabilitation"]
    (action,) = therapy["actions"]
    notes = " ".join(note["text"] for note in action["resource"]["note"])
    assert "3-week" in notes
    assert "{" not in notes

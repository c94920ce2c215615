"""A brace whose words give two lengths: one after the other, or under a condition."""

import pytest

from tests.chart_builders import brace, cards_for, kyphoplasty, quiet_lists

ASKED = "TLSO: end date? A time in its words was not understood."
IN_ALL = "TLSO for 12 weeks: off by 15 Jan"


def summary_of(words):
    """Return the summary of a brace's card; empty without a card, as of 8 weeks."""
    order = brace(note=[{"text": words}])
    card = cards_for(quiet_lists(), kyphoplasty(), order).get("braceLimit")
    return card["summary"] if card else ""


@pytest.mark.parametrize(
    "words",
    [
        "TLSO for 6 weeks, then TLSO for 6 weeks at night",
        "2 weeks, then another 10 weeks",
        "TLSO 2 weeks at all times then 10 weeks out of bed",
        *("8 weeks + 4 weeks", "8 Wochen + 4 Wochen", "8 semaines + 4 semaines"),
        *("8 semanas + 4 semanas", "8 settimane + 4 settimane", "8 weken + 4 weken"),
        *("8 tygodni + 4 tygodnie", "8周+4周", "8週間+4週間", "8주+4주"),
    ],
)
def test_lengths_that_follow_each_other_are_added(words):
    assert summary_of(words).startswith(IN_ALL)


@pytest.mark.parametrize(
    "words",
    [
        "TLSO 6 weeks full time then 6 weeks at night",
        "TLSO for 8 weeks, then wean over 2 months",
        "6 Wochen ganztags, danach 6 Wochen nachts",
        "6 semaines jour et nuit puis 6 semaines la nuit",
        "6 semanas y luego 6 semanas por la noche",
        "6 settimane, poi 6 settimane di notte",
        "6 tygodni, następnie 6 tygodni w nocy",
        "6 weken overdag, daarna 6 weken 's nachts",
        "6週間終日、その後6週間夜間",
        "佩戴6周,随后夜间6周",
        "TLSO 8 weeks then 4 months",
        *("8 + 4 weeks", "8+4 Wochen", "TLSO 8 weeks + LSO 4 weeks"),
    ],
)
def test_what_cannot_be_added_is_asked(words):
    assert summary_of(words) == ASKED


@pytest.mark.parametrize(
    "words",
    [
        "6 weeks, extend to 12 if pain",
        "6 weeks, extend to 12 weeks if pain",
        "6 weeks (12 weeks if not healed)",
        "6 weeks, if pain 12 weeks",
        "8 weeks, should pain persist 12 weeks",
        "6 weeks, if pain 6 weeks more",
        "6 Wochen, bei Schmerzen 12 Wochen",
    ],
)
def test_a_length_under_a_condition_is_asked(words):
    assert summary_of(words) == ASKED


@pytest.mark.parametrize(
    "words",
    [
        "TLSO 12 weeks; call if pain worsens",
        "TLSO 12 weeks, then X-ray in 2 weeks",
        "TLSO for 12 weeks then physiotherapy for 6 weeks",
        "TLSO for 12 weeks if tolerated",
        "2 days in bed, then TLSO for 12 weeks",
        "TLSO 12 weeks, then off at night after 4 weeks",
    ],
)
def test_a_length_of_something_else_adds_nothing(words):
    assert summary_of(words).startswith(IN_ALL)


@pytest.mark.parametrize(
    "words",
    [
        "TLSO for 6 weeks when out of bed, then remove",
        "6 weeks, then review",
        "TLSO for 8 weeks then wean for 2 weeks",
        "6 Wochen, danach abtrainieren über 2 Wochen",
        "6 semaines, puis sevrage sur 2 semaines",
        "6 weken, daarna afbouwen in 2 weken",
        "TLSO 6 weeks, followed by back strengthening for 3 months",
        "6 Wochen, danach Muskelaufbau für 3 Monate",
        "TLSO 8 weeks, should be removed after 8 weeks",
        "8 semanas; si precisa analgésico 3 días",
        "8 Wochen, ggf. 24 h Notruf",
        "8 semanas; si precisa nolotil 3 días",
        "TLSO 8 weeks; if pain ibuprofen 5 days",
        "8 weeks",
    ],
)
def test_one_length_of_few_weeks_has_no_card(words):
    assert not summary_of(words)


@pytest.mark.parametrize(
    "words",
    [
        "Wear 2 weeks pre-op then 8 weeks post-op",
        "2 weeks before surgery, then 8 weeks after surgery",
        "TLSO 6 weeks preoperatively, followed by 6 weeks",
        "2 Wochen präoperativ, dann 8 Wochen postoperativ",
        "2 semaines avant l'opération puis 8 semaines",
    ],
)
def test_a_length_before_the_operation_is_not_added(words):
    assert not summary_of(words)


def test_a_start_before_the_operation_leaves_the_length_in_doubt():
    assert summary_of("TLSO 6 weeks, from pre-op, then 6 weeks at night") == ASKED


def test_a_last_day_after_two_words_for_until_is_read():
    assert summary_of("up to until 15 Mar").startswith("TLSO until 15 Mar")


@pytest.mark.parametrize(
    ("words", "weeks"),
    [
        ("for 6 weeks, followed by 4 weeks weaning", 10),
        ("TLSO for 8 weeks, then wean for 6 weeks", 14),
        ("8 weeks then wean over 6 weeks", 14),
        ("6 Wochen, dann 4 Wochen ausschleichen", 10),
        ("6 semaines puis sevrage sur 6 semaines", 12),
    ],
)
def test_a_long_weaning_is_part_of_the_time(words, weeks):
    order = brace(note=[{"text": words}])
    card = cards_for(quiet_lists(), kyphoplasty(), order)["braceLimit"]
    assert card["summary"].startswith(f"TLSO for {weeks} weeks: off by 15 Jan")
    assert not card.get("suggestions")


@pytest.mark.parametrize(
    "words",
    [
        "4 weeks, then wean for 4 weeks",
        "8 weeks, start weaning after 4 weeks",
        "TLSO 8 weeks, opioid taper 6 weeks",
        "TLSO 8 weeks. Wean opioids over 4 weeks",
    ],
)
def test_a_weaning_within_the_weeks_or_of_a_drug_asks_nothing(words):
    assert summary_of(words) == ""


@pytest.mark.parametrize(
    "words",
    [
        "6 weeks; if not healed on x-ray 12 weeks",
        "6 weeks. If not healed on X-ray, 12 weeks",
        "6 weeks; 12 weeks if not healed on CT",
        "6 weeks; if healed on X-ray stop, else 12 weeks",
        "6 Wochen; falls im Röntgen nicht verheilt 12 Wochen",
        "6 semaines; si non consolidé à la radio 12 semaines",
    ],
)
def test_a_length_that_an_examination_decides_is_asked(words):
    assert summary_of(words) == ASKED


@pytest.mark.parametrize(
    "words",
    [
        "6 weeks; if pain X-ray at 12 weeks",
        "6 weeks; X-ray in 12 weeks if pain",
        "6 weeks, X-ray 12 weeks",
        "TLSO 6 weeks; physiotherapy 12 weeks if X-ray healed",
        "TLSO 6 weeks; return if pain, X-ray 2 weeks",
    ],
)
def test_the_time_of_an_examination_asks_nothing(words):
    assert summary_of(words) == ""


@pytest.mark.parametrize(
    "words",
    [
        "mind. 12 Wochen",
        "min. 12 Wochen",
        "TLSO mind. 12 Wochen tragen",
        "min. 12 weeks",
        "mín. 12 semanas",
    ],
)
def test_a_shortest_time_in_short_is_no_exact_one(words):
    assert summary_of(words).startswith("TLSO for at least 12 weeks")


TWELVE_WEEKS = {"start": "2026-11-20", "end": "2027-02-12"}


@pytest.mark.parametrize(
    "members",
    [
        {"occurrencePeriod": TWELVE_WEEKS, "note": [{"text": "6 weeks"}]},
        {
            "occurrenceTiming": {"repeat": {"boundsPeriod": TWELVE_WEEKS}},
            "note": [{"text": "6 weeks"}],
        },
        {
            "codeCodeableConcept": {"text": "TLSO 6 weeks"},
            "note": [{"text": "12 weeks"}],
        },
    ],
    ids=["period", "timing", "title"],
)
def test_the_end_of_a_brace_that_contradicts_itself_is_offered_alone(members):
    (end,) = _suggestions(members)
    assert not end.get("isRecommended")


@pytest.mark.parametrize("words", ["12 weeks", "3 months", "84 days"])
def test_the_end_of_one_that_says_the_same_twice_is_selected(words):
    (end,) = _suggestions({"occurrencePeriod": TWELVE_WEEKS, "note": [{"text": words}]})
    assert end.get("isRecommended")


def _suggestions(members):
    order = brace(**members)
    return cards_for(quiet_lists(), kyphoplasty(), order)["braceLimit"]["suggestions"]


@pytest.mark.parametrize(
    ("words", "least"),
    [
        ("TLSO 12 weeks, then LSO 6 weeks", 12),
        ("TLSO 8 weeks; longer if pain persists", 8),
        ("TLSO 12 weeks, longer if needed", 12),
    ],
)
def test_a_length_that_may_be_longer_is_the_least(words, least):
    assert summary_of(words).startswith(f"TLSO for at least {least} weeks:")


@pytest.mark.parametrize(
    "words",
    [
        *("LWK 1 + 2, 4 Wochen", "L1 + L2 for 4 weeks", "6 weeks + review"),
        *("TLSO 4 weeks + calcium 4 weeks", "TLSO 6 weeks + physio 6 weeks"),
    ],
)
def test_a_plus_before_something_else_adds_no_weeks(words):
    assert summary_of(words) == ""

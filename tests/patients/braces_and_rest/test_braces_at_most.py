"""What a brace must not be worn longer than is its most, and not its least."""

import pytest

from tests.chart_builders import (
    ask,
    bed_rest,
    brace,
    by_topic,
    drafted,
    kyphoplasty,
    order_sign,
)
from tests.patients.reassuring import reassuring_record

AT_MOST = [
    *("Do not wear longer than {} weeks", "never wear longer than {} weeks"),
    *("should not be worn more than {} weeks", "no longer than {} weeks"),
    *("nicht länger als {} Wochen tragen", "ne pas porter plus de {} semaines"),
    *("no usar más de {} semanas", "non portare più di {} settimane"),
    *("niet langer dan {} weken dragen", "nie nosić dłużej niż {} tygodnie"),
    *("不要佩戴超过{}周", "支具佩戴不要超过{}周", "{}週間以上装着しない"),
    *("{}週間以上は着用しないこと", "{}주 이상 착용하지 마세요", "{}주 이상 착용 금지"),
    *("{}周以上不要佩戴", "{}주 이상 착용하지 말 것"),
    *("超过{}周不戴", "mehr als {} Wochen nicht tragen", "non oltre {} settimane"),
    *("{}週間以上装着しないでください", "{}주 이상 착용하지 않음"),
]
TITLES = [
    *("no longer than {} weeks", "nicht länger als {} Wochen"),
    *("pas plus de {} semaines", "no más de {} semanas", "non più di {} settimane"),
    "niet langer dan {} weken",
]


def summary(order):
    cards = by_topic(ask(order_sign(reassuring_record(), kyphoplasty(), order)))
    return cards["braceLimit"]["summary"] if "braceLimit" in cards else ""


def titled(words):
    return drafted("DeviceRequest", "brace", codeCodeableConcept={"text": words})


@pytest.mark.parametrize("words", AT_MOST)
def test_a_most_is_no_least(words):
    assert summary(brace(note=[{"text": words.format(4)}])) == ""
    assert "at least" not in summary(brace(note=[{"text": words.format(12)}]))


LEAST = [
    *("wear longer than {} weeks", "more than {} weeks", "{}週間以上装着"),
    *("{}週間以上装着する", "佩戴超过{}周"),
    *("{}週間以上装着しないと悪化", "{}周以上佩戴", "{}주 이상 착용"),
    *("{}주 이상 착용하지 않으면 악화", "off after {} weeks unless unstable"),
    *("{}週間以上装着しないうちは外さない", "{}週間以上装着しないのは危険"),
    *("{}週間以上装着しない患者は偽関節", "{}週間以上装着せずに除去しない"),
    *("{}주 이상 착용하지 않으시면 안됩니다", "{}주 이상 착용하지 않고 벗으면 안됨"),
    *("{}주 이상 착용하지 않는 것은 위험", "mindestens {} Wochen"),
    *(
        "TLSO nicht unter {} Wochen",
        "TLSO no fewer than {} weeks",
        "支具至少佩戴{}周",
        "不少于佩戴{}周",
    ),
    "TLSO für {} Wochen, außer bei Instabilität länger",
    *("{} weeks+", "{} Wochen +", "{}wks ++", "{}周+", "{} weeks+, off at night"),
]


@pytest.mark.parametrize("words", LEAST)
def test_a_least_stays_one(words):
    assert "at least 12" in summary(brace(note=[{"text": words.format(12)}]))


@pytest.mark.parametrize("words", TITLES)
def test_a_title_that_says_a_most_orders_the_brace(words):
    assert "TLSO for 12 weeks" in summary(titled(f"TLSO {words.format(12)}"))


@pytest.mark.parametrize("words", ["TLSO no longer", "TLSO no longer needed"])
def test_one_that_is_no_longer_worn_is_not_ordered(words):
    assert summary(titled(words)) == ""


@pytest.mark.parametrize("words", ["12 weeks + PT", "12 weeks + walking"])
def test_a_plus_before_a_word_joins(words):
    assert "TLSO for 12 weeks:" in summary(brace(note=[{"text": words}]))


def test_a_least_within_the_weeks_of_the_site_is_asked_about():
    assert "at least 8" in summary(brace(note=[{"text": "8 weeks+"}]))


OPEN = [
    *("{} weeks and up", "{} weeks and longer", "{} weeks (or more)"),
    "{} weeks, longer",
    *("{} weeks&", "{} weeks &", "{} weeks and", "{} weeks...", "{} weeks ->"),
    *("{} Wochen und mehr", "{} Wochen und länger", "{} semaines et plus"),
    *("{} semaines au moins", "{} semanas y más", "{} settimane e oltre"),
    *("{} weken minimaal", "{} weken en langer", "{} tygodni i dłużej"),
    *("{}週間から", "{}週間~", "{}周及以上", "{}주부터", "{}주~"),
]


@pytest.mark.parametrize("words", OPEN)
def test_what_may_go_on_is_asked_about_and_no_end_is_chosen(words):
    order = brace(note=[{"text": words.format(8)}])
    assert summary(order).startswith(("TLSO for at least 8", "TLSO: end date?"))
    order = brace(note=[{"text": words.format(12)}])
    cards = by_topic(ask(order_sign(reassuring_record(), kyphoplasty(), order)))
    ends = cards["braceLimit"].get("suggestions", ())
    assert not any(end.get("isRecommended") for end in ends)


@pytest.mark.parametrize(
    "words",
    [
        *("8 weeks and up and about", "8 weeks, up and about", "8 weeks & PT"),
        *("8 weeks when up", "8 weeks.", "8 Wochen und PT", "8 weken maximaal"),
        *("8 semanas como máximo", "8 weeks, then off", "8 weeks in total"),
    ],
)
def test_eight_weeks_and_what_is_done_then_need_no_card(words):
    assert summary(brace(note=[{"text": words}])) == ""


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("min 6 weeks, max 12", "TLSO for 12 weeks"),
        ("mind. 6 Wochen, max. 12", "TLSO for 12 weeks"),
        ("au moins 6 semaines, maximum 12", "TLSO for 12 weeks"),
        ("min. 6 settimane, max 12", "TLSO for 12 weeks"),
        ("minimaal 6 weken, maximaal 12", "TLSO for 12 weeks"),
        ("12 weeks, max 8 hours", "TLSO for 12 weeks"),
        ("at least 12 weeks, min 6", "TLSO for at least 12"),
    ],
)
def test_the_most_has_the_unit_of_the_least(words, expected):
    assert summary(brace(note=[{"text": words}])).startswith(expected)


@pytest.mark.parametrize("words", ["mín. 6 semanas, máx. 8", "min. 6 tyg., maks. 8"])
def test_a_range_is_not_called_a_least(words):
    assert "at least" not in summary(brace(note=[{"text": words}]))


@pytest.mark.parametrize(
    "words", ["24 h+", "at least 24 h", "24 h oder länger", "24時間以上"]
)
def test_routine_bed_rest_as_a_least_is_asked_about(words):
    shown = summary(bed_rest(None, note=[{"text": words}]))
    assert "Bed rest without an end time" in shown


@pytest.mark.parametrize("words", ["24 h", "4 h+", "min. 6 h, max. 24", "at least 2 h"])
def test_routine_bed_rest_needs_no_card(words):
    assert summary(bed_rest(None, note=[{"text": words}])) == ""

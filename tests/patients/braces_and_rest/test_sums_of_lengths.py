"""A brace whose lengths may follow each other, in words that say no sum."""

import pytest

from tests.chart_builders import ask, brace, by_topic, kyphoplasty, order_sign
from tests.patients.reassuring import reassuring_record

WEEKS = {"unit": "week", "system": "http://unitsofmeasure.org", "code": "wk"}


def summary(order):
    cards = by_topic(ask(order_sign(reassuring_record(), kyphoplasty(), order)))
    return cards["braceLimit"]["summary"] if "braceLimit" in cards else ""


def noted(*words, **members):
    return brace(note=[{"text": one} for one in words], **members)


def bounded(weeks):
    repeat = {"boundsDuration": {"value": weeks, **WEEKS}}
    return {"occurrenceTiming": {"repeat": repeat}}


SUMS = [
    *("8 weeks + 4", "8 Wochen + 4", "8周+4", "8週+4", "8주+4", "4+4+4 weeks"),
    *("2 x 6 weeks", "3x4 Wochen", "6 weeks x2", "6週間×2", "6周×2", "6주 x 2"),
    *("2 mal 6 Wochen", "zweimal 6 Wochen", "deux fois 6 semaines"),
    *("8 weeks & 4 weeks", "8 weeks and 4 weeks", "8 Wochen und 4 Wochen"),
    *("8 semaines et 4 semaines", "8 semanas y 4 semanas", "8 settimane e 4 settimane"),
    *("8 weken en 4 weken", "8 tygodni i 4 tygodnie", "8周和4周", "8週間と4週間"),
    *("8주와 4주", "8 weeks, 4 weeks", "8 weeks and further 4 weeks"),
    *("8 Wochen und weitere 4 Wochen", "8 weeks TLSO, 4 weeks LSO"),
    *("6 weeks TLSO, 6 weeks LSO", "first 6 weeks TLSO, next 6 weeks LSO"),
    *("8 weeks full time and 4 weeks part time", "8 semaines jour, 4 semaines nuit"),
    *("8 Wochen ganztags, 4 Wochen nachts", "8 semanas de día, 4 semanas de noche"),
    *(
        "8 settimane di giorno, 4 settimane di notte",
        "8 weken dag en nacht, 4 weken overdag",
    ),
    *("8 tygodni stale, 4 tygodnie w nocy", "8周全天,4周夜间", "8週間終日、4週間夜間"),
    "4 Wochen ganztags, 4 Wochen tagsüber, 4 Wochen draußen",
    *("8주 종일, 4주 야간", "4 weeks fulltime, 4 weeks daytime, 4 weeks outdoors"),
]


@pytest.mark.parametrize("words", ["max. 14 Wochen", "mind. 6, max. 14 weeks"])
def test_a_limit_beyond_the_weeks_is_asked_about(words):
    assert summary(noted(words))


@pytest.mark.parametrize("words", SUMS)
def test_lengths_that_may_be_a_sum_are_asked_about(words):
    assert summary(noted(words))


@pytest.mark.parametrize(
    "words",
    [
        *("+ 6 weeks", "plus 6 weeks", "then 6 weeks LSO", "+ 6 Wochen", "+6周"),
        *("dann 6 Wochen", "puis 6 semaines", "6 more weeks", "weitere 6 Wochen"),
    ],
)
def test_a_length_that_is_added_in_another_place_is_asked_about(words):
    assert summary(noted(words, **bounded(6)))
    assert summary(noted("6 weeks", words))


ORDINARY = [
    *(
        "8 weeks",
        "6-8 weeks",
        "6 weeks, max 8 weeks",
        "6 weeks minimum, 8 weeks maximum",
    ),
    *("6 weeks (42 days)", "TLSO 8 weeks. Duration: 8 weeks.", "TLSO x 6 weeks"),
    *(
        "8 weeks, off after 8 weeks",
        "1 x 6 weeks",
        "TLSO L1 x 6 weeks",
        "TLSO 6 weeks x 1",
    ),
    *("8 weeks, 2 x daily skin check", "6 weeks; PT 3x/week x 6 weeks"),
    *("6 weeks; PT 2 x 6 weeks", "8 weeks; PT 2 x week for 4 weeks"),
    *(
        "4 weeks full time, 4 weeks part time",
        "4 weeks x 2",
        "4 weeks + 4",
        "2 x 4 Wochen",
    ),
    *("8 weeks, first 4 weeks also at night", "8 weeks total, 4 weeks full time"),
    *("8 Wochen, davon 4 Wochen nachts", "8 Wochen, die ersten 4 Wochen auch nachts"),
    *("8 semaines, les 4 premières semaines jour et nuit", "8周,前4周昼夜佩戴"),
    *("8 semanas, las primeras 4 semanas día y noche", "8週間、最初の4週間は終日"),
    *("8 settimane, le prime 4 settimane giorno e notte", "8주, 처음 4주는 종일"),
    *("8 weken, eerste 4 weken dag en nacht", "8 tygodni, pierwsze 4 tygodnie w nocy"),
    *("8 weeks, last 2 weeks only outdoors", "8 weeks and 2 days"),
    *(
        "8 weeks; sick note 4 weeks",
        "8 weeks & physio 4 weeks",
        "6 weeks, pain x 4 weeks",
    ),
    *("6 weeks, follow-up in 6 weeks", "8 weeks + 1 spare liner", "6 weeks + 2 visits"),
    *("TLSO for 6 weeks for 3 months old fracture", "8 weeks, wean over 2 weeks"),
    *("8 weeks; drive after 6 weeks", "8 weeks, X-ray 12 weeks"),
    *("8 Wochen, Kontrolle nach 4 Wochen und 8 Wochen", "佩戴8周,6周后复查"),
    *("mind. 6 Wochen, max. 8 Wochen", "min. 6 semaines, max. 8 semaines"),
    "min. 6 weken, max. 8 weken",
    *("min. 6 settimane, max. 8 settimane", "min. 6 weeks, max. 8 weeks"),
]


@pytest.mark.parametrize("words", ORDINARY)
def test_ordinary_words_of_eight_weeks_ask_nothing(words):
    assert summary(noted(words)) == ""


def test_the_same_length_in_words_and_bounds_asks_nothing():
    assert summary(noted("6 weeks", **bounded(6))) == ""
    assert summary(noted("8 weeks", "then review")) == ""
    assert summary(noted("4 weeks", "+ 4 weeks")) == ""


@pytest.mark.parametrize(
    "words",
    [
        *("6 weeks unless unstable", "6 weeks, unless pain persists"),
        *("6 Wochen, außer bei Instabilität", "6 Wochen, es sei denn Schmerzen"),
        *("6 semaines, sauf instabilité", "6 semaines, sauf en cas de douleur"),
        *("6 semanas, salvo dolor", "6 semanas, a menos que haya inestabilidad"),
        *("6 settimane, salvo dolore", "6 settimane, a meno di instabilità"),
        *("6 weken, tenzij pijn", "6 weken, behalve bij instabiliteit"),
        *("6 tygodni, chyba że ból", "6 tygodni, o ile nie ma niestabilności"),
        *(
            "6周,除非不稳",
            "6周,除非疼痛",
            "6週間、不安定性がなければ",
            "6週間、痛みがない限り",
        ),
        *("6주, 불안정하지 않으면", "6주, 통증이 없으면"),
    ],
)
def test_a_length_unless_something_comes_is_asked_about(words):
    assert summary(noted(words))


@pytest.mark.parametrize(
    "words",
    [
        *("8 weeks, except in bed", "6 Wochen, außer im Bett"),
        *("8 semaines sauf la nuit", "8 semanas salvo en la cama", "8周,睡觉时除外"),
        *("8 settimane salvo a letto", "8 weken, behalve in bed", "8週間、入浴時以外"),
        *("8주, 샤워 시 제외", "8 tygodni, 6 tygodni rtg"),
    ],
)
def test_what_it_is_taken_off_for_asks_nothing(words):
    assert summary(noted(words)) == ""


@pytest.mark.parametrize(
    "words",
    [
        *("8 weeks (weeks 9-12 part time)", "8 weeks (wk 9-14 nights only)"),
        *(
            "8 Wochen, Woche 9 bis 12 nur tagsüber",
            "8 semaines (semaines 9-12 la nuit)",
        ),
        *("8 semanas (semanas 9 a 12 solo de noche)", "8 weeks (wean weeks 9-14)"),
        *("8 weken (week 9-12 alleen overdag)", "8週間(第9〜12週 夜間)"),
    ],
)
def test_numbered_weeks_behind_the_end_are_asked_about(words):
    assert summary(noted(words))


@pytest.mark.parametrize(
    "words",
    [
        *("8 weeks (weeks 5-8 part time)", "8 weeks (review weeks 9-12)"),
        *("8 weeks (physio weeks 9-12)", "8 Wochen (Röntgen Woche 9)"),
        *("8 weeks, weeks 9-12 no brace", "8 semaines (semaines 5 à 8 la nuit)"),
    ],
)
def test_numbered_weeks_of_something_else_ask_nothing(words):
    assert not summary(noted(words))

"""How long an order runs by its words: what is a length, what looks like one, and why."""

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cds_service.fhir.mapping.terminology import Terminology
from tests.builders import MAPPINGS
from tests.order_builders import terminology
from tests.tables import cases

# UCUM: a month is a/12, 30.4375 days
HOURS = {"h": 1.0, "d": 24.0, "w": 168.0, "m": 730.5}
EVENT, PAYER, DOUBT = "event", "payer", "doubtful"


def expected(text):
    """Hours, a day, a kind of end, or None, of what the table says."""
    number, _, unit = text.partition(" ") if isinstance(text, str) else ("", "", "")
    return float(number) * HOURS[unit] if unit else None if text == "nothing" else text


CASES = [
    (subject, words, expected(says), why)
    for subject in ("bed-rest", "brace")
    for words, says, why in cases(__file__, subject)
]


def read(subject, words, **named):
    return terminology().durations.read(words, subject, **named)


def said(subject, words):
    """What a text says, in the form of the cases."""
    found = read(subject, words)
    hours = [one.hours for one in found if one.hours is not None]
    days = [one.day for one in found if one.day]
    kinds = {one.kind for one in found}
    if hours or days:
        return max(hours) if hours else max(days)
    return next((kind for kind in (EVENT, PAYER, DOUBT) if kind in kinds), None)


@pytest.mark.parametrize(
    ("subject", "words", "expected", "why"), CASES, ids=lambda one: str(one)[:40]
)
def test_what_a_text_says_of_the_end_in_any_case(subject, words, expected, why):
    assert said(subject, words) == expected, why
    assert said(subject, f"  {words.upper()} ") == expected, why


@pytest.mark.parametrize(
    ("words", "days"),
    [
        ("Take 2 tablets by mouth daily for 5 days", 5),
        ("40 mg x 4 days, 30 mg x 4 days, 20 mg x 4 days, 10 mg x 4 days", 16),
        ("40 mg daily for 5 days then 20 mg daily for 1 week", 12),
        ("1 tablet daily, for 10 days", 10),
        ("1 Tablette täglich für 7 Tage", 7),
        ("1 comprimé par jour pendant 5 jours", 5),
        ("1 comprimido al día durante 2 semanas", 14),
        # the last step, or one of them, has no end
        ("40 mg daily for 5 days then 10 mg daily", None),
        ("40 mg daily for 5 days, 10 mg daily", None),
        ("10 mg daily, 40 mg for 5 days", None),
        ("10 mg daily", None),
        # no length of the whole
        ("40 mg for 5 days each month", None),
        ("40 mg for at least 5 days", None),
        ("40 mg every 2 days", None),
        ("40 mg daily from 3 May 2027 for 5 days", None),
    ],
)
def test_a_dosage_in_words_ends_if_each_step_does(words, days):
    course = terminology().durations.course(words)
    assert (course and course.hours / 24) == days


def test_the_words_of_a_length_are_ours():
    assert [one.length for one in read("brace", "TLSO x 3 Monate")] == ["3 months"]
    assert [one.length for one in read("bed-rest", "Bettruhe 1 Tag")] == ["1 day"]
    assert [one.length for one in read("bed-rest", "Bed rest 48 hrs")] == ["48 h"]
    assert [one.length for one in read("bed-rest", "Bed rest 1.5 days")] == ["1.5 days"]


@pytest.mark.parametrize(
    ("words", "months"),
    [
        ("支具佩戴半年", 6),
        ("コルセット半年", 6),
        ("佩戴一年半", 18),
        ("佩戴一个半月", 1.5),
        ("佩戴2个半月", 2.5),
        ("TLSO for half a year", 6),
        ("TLSO for one and a half years", 18),
        ("TLSO for a year and a half", 18),
        ("TLSO x 1.5 years", 18),
        ("Korsett für ein halbes Jahr", 6),
        ("Korsett zweieinhalb Monate", 2.5),
        ("corset pendant un an et demi", 18),
        ("corsé durante medio año", 6),
        ("corsé un mes y medio", 1.5),
        ("busto per un anno e mezzo", 18),
    ],
)
def test_halves_of_a_year_or_month_are_counted(words, months):
    (length,) = read("brace", words)
    assert length.length == f"{months:g} months"
    assert length.hours == pytest.approx(months * HOURS["m"])


@pytest.mark.parametrize(
    "words",
    [
        "半年ごとに受診",
        "每半年复查",
        "半年后复查",
        "每天佩戴半天",
        "remove for half an hour twice daily",
        "corsé media hora",
        "半年前骨折",
    ],
)
def test_a_half_that_is_no_length_of_the_brace_is_none(words):
    assert said("brace", words) is None


@pytest.mark.parametrize(
    "words",
    ["TLSO, review in a fortnight", "TLSO 2주마다 외래", "TLSO, 8주간 재활 치료"],
)
def test_the_time_of_something_else_is_no_length_of_the_brace(words):
    assert said("brace", words) is None


@pytest.mark.parametrize(
    "words",
    [
        "LSO for pain of 3 months",
        "Mieder wegen Schmerzen von 3 Monaten",
        "Ceinture lombaire pour lombalgie de 3 mois d'évolution",
        "Faja lumbar por dolor de 3 meses de evolución",
        "Corsé, 3 meses de evolución",
        "Busto per dolore di 3 mesi",
        "Korset wegens pijn van 3 maanden",
    ],
)
def test_the_age_of_a_complaint_is_no_length_of_the_brace(words):
    assert said("brace", words) is None


@pytest.mark.parametrize("words", ["LSO for 3 months for pain", "LSO for pain x 3 mo"])
def test_a_length_next_to_a_complaint_is_the_brace_s(words):
    (length,) = read("brace", words)
    assert length.length == "3 months"


@pytest.mark.parametrize("words", ["TLSO 1½ months", "TLSO for some fortnights"])
def test_a_time_without_a_readable_number_is_doubtful(words):
    assert said("brace", words) == DOUBT


def test_a_title_names_the_order_by_itself():
    """`Custom device, 12 weeks` under the order's code is about the order."""
    assert [
        one.kind for one in read("brace", "Custom device, 12 weeks", is_title=True)
    ] == ["length"]


@pytest.mark.parametrize(
    "words",
    [
        "TLSO 6 weeks, extended to 10 weeks",
        "TLSO 12 weeks, reduced to 8 weeks",
        "TLSO 8 weeks instead of 12 weeks",
        "Korsett 6 Wochen, verlängert auf 10 Wochen",
        "Corset 6 semaines, prolongé à 10 semaines",
        "ortesis 6 semanas, ampliada a 10 semanas",
        "コルセット6週間、10週間に延長",
    ],
)
def test_a_length_that_takes_the_place_of_another_is_doubtful(words):
    kinds = {one.kind for one in read("brace", words, is_title=True)}
    assert kinds == {"doubtful"}


def test_a_review_or_a_weaning_after_a_length_takes_no_place():
    for words in ("TLSO 6 weeks, review at 2 weeks", "TLSO 6 weeks then wean"):
        kinds = [one.kind for one in read("brace", words, is_title=True)]
        assert "length" in kinds


def test_a_text_longer_than_is_read_is_doubtful():
    assert [
        one.kind for one in read("brace", "TLSO. " + " " * 2000 + "for 12 weeks")
    ] == ["doubtful"]


@settings(max_examples=200, deadline=None)
@given(
    words=st.text()
    | st.from_regex(
        r"(TLSO |bed rest )?(x|for|until|every|at|) ?[0-9]{1,4} ?(h|weeks|mo|/12|/52)"
    )
)
def test_any_text_is_read_and_places_lie_within_it(words):
    for subject in ("brace", "bed-rest"):
        for one in read(subject, words):
            # NFKC may make a sign three
            assert 0 <= one.start <= one.end <= max(len(words), 3 * 1000)


@pytest.mark.parametrize(
    ("words", "days"),
    [
        ("60 mg daily x 5 days then stop", 5),
        ("40 mg x4d, 20 mg x4d, then off", 8),
        ("follow package directions, 6 day taper", 6),
        ("10 day course", 10),
        ("5-day burst", 5),
        ("Take 5 mg daily, then 6 day taper", None),
        ("60 mg daily for 5 days, then 5 mg daily", None),
        ("5 mg daily until stop", None),
    ],
)
def test_the_words_of_a_whole_course_give_its_days(words, days):
    course = terminology().durations.course(words)
    assert (course and course.hours / 24) == days


@pytest.mark.parametrize(
    ("words", "is_plain"),
    [
        ("60 mg daily x 5 days then stop", True),
        ("follow package directions, 6 day taper", True),
        ("60 mg daily x 5 days then stop if better", False),
        ("6 day taper, repeat as needed", False),
        ("5 day burst for each flare", False),
    ],
)
def test_a_course_ends_only_if_nothing_else_is_said(words, is_plain):
    course = terminology().durations.course(words)
    assert course is not None
    assert terminology().plain.doses.are_all(course.rest) == is_plain


WRITTEN = date(2026, 11, 20)


def days_and_kinds(words, written=WRITTEN):
    found = read("brace", words, written=written)
    return [one.day or one.kind for one in found]


@pytest.mark.parametrize(
    "words",
    [
        "until 24 Dec",
        "until Dec 24",
        "wear till Dec 24th",
        "bis 24. Dezember",
        "bis zum 24.12.",
        "jusqu'au 24 décembre",
        "hasta el 24 de diciembre",
        "fino al 24 dicembre",
        "do 24 grudnia",
        "tot 24 december",
        "12月24日まで",
        "至12月24日",
        "until 24 Dec 2026",
        "2026年12月24日まで",
    ],
)
def test_a_last_day_without_a_year_is_the_next_such_day(words):
    assert days_and_kinds(words) == [date(2026, 12, 24)]


@pytest.mark.parametrize(
    ("words", "day"),
    [
        pytest.param("until 24 February", date(2027, 2, 24), id="of the next year"),
        pytest.param("until 20 November", WRITTEN, id="the same day"),
        pytest.param("until 20 May", date(2027, 5, 20), id="half a year"),
    ],
)
def test_the_next_such_day_may_be_of_the_next_year(words, day):
    assert days_and_kinds(words) == [day]


@pytest.mark.parametrize(
    "words", ["until 24 October", "until 19 November", "until 30 February"]
)
def test_a_day_whose_year_is_not_known_is_doubtful(words):
    assert days_and_kinds(words) == ["doubtful"]


def test_a_day_without_a_year_needs_the_day_it_was_written():
    assert days_and_kinds("至12月24日", written=None) == ["doubtful"]


def test_a_day_alone_may_be_the_last_one():
    assert days_and_kinds("Dec 24") == ["doubtful"]


@pytest.mark.parametrize("words", ["review 24 Dec", "PT until 24 Dec"])
def test_a_day_that_is_not_the_last_one_of_the_brace_is_none(words):
    assert days_and_kinds(words) == []
    assert days_and_kinds(f"{words}, 2026") == []


def test_take_off_on_a_day_names_the_last_one():
    assert days_and_kinds("Take off on 24 Dec") == [date(2026, 12, 24)]


@pytest.mark.parametrize(
    "words", ["until follow-up in 6 weeks", "6 weeks post discharge", "until follow-up"]
)
def test_an_event_with_a_length_is_an_event(words):
    assert days_and_kinds(words) == ["event"]


@pytest.mark.parametrize(
    "words",
    ["X-ray 6 weeks post discharge", "No driving until follow-up", "半年后复查"],
)
def test_the_time_of_another_thing_is_no_end_of_the_brace(words):
    assert days_and_kinds(words) == []


@pytest.mark.parametrize(
    "unit", ["weken(?= dragen)", "wkn(?= korset)", "weken(?! geleden)"]
)
@pytest.mark.parametrize("words", ["Korset 6 weken dragen", "6 wkn korset"])
def test_a_unit_of_a_site_may_look_at_what_follows_it(tmp_path, unit, words):
    folder = tmp_path / "texts"
    folder.mkdir()
    ours = (MAPPINGS / "texts" / "nl.toml").read_text(encoding="utf-8")
    head, _, rest = ours.partition("units.wk = [")
    _, _, rest = rest.partition("]\n")
    site = f"{head}units.wk = ['{unit}']\n{rest}"
    (folder / "nl.toml").write_text(site, encoding="utf-8")
    lengths = Terminology(MAPPINGS, tmp_path).durations.read(words, "brace")
    hours = [one.hours for one in lengths if one.hours]
    assert hours == ([6 * HOURS["w"]] if unit[:3] in words else [])

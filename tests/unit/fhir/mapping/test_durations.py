"""How long an order runs by its words: what is a length, what looks like one, and why."""

import time
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cds_service.errors import DataFileError
from cds_service.fhir.mapping.durations import load_durations
from tests.order_builders import ROOT, terminology

H, D, W, M = 1.0, 24.0, 168.0, 730.5  # UCUM: a month is a/12, 30.4375 days
EVENT, PAYER, DOUBT = "event", "payer", "doubtful"

# order, words, what they say: hours, a day, `event`, `payer`, `doubtful` or nothing; why
BED_REST = [
    ("Bed rest 4 h after procedure", 4 * H, "routine after cement"),
    ("Bed rest x 4 hours", 4 * H, "x is for"),
    ("Flat x4h", 4 * H, "without a space"),
    ("2 hours flat", 2 * H, "the length first"),
    ("24h bed rest", 24 * H, "the length first"),
    ("Strict bed rest for 48 hours", 48 * H, "plain"),
    ("Bed rest 24-48 hours", 48 * H, "the longer of a range"),
    ("Bed rest for one day", 1 * D, "a number in words"),
    ("Flat for at least 2 hours", 2 * H, "how exact it is does not matter"),
    ("Bed rest; may sit up after 4 h", 4 * H, "to sit up ends it"),
    ("Bed rest 48 h, then TLSO for 12 weeks", 48 * H, "the brace's weeks are not the bed's"),
    ("Bed rest up to 1.5 days", 36 * H, "decimals"),
    ("Bettruhe 4 Std", 4 * H, "German"),
    ("Strikte Bettruhe für 48 Stunden", 48 * H, "German"),
    ("Bettruhe 1,5 Std. nach dem Eingriff", 1.5 * H, "a decimal comma"),
    ("Repos au lit pendant 6 heures", 6 * H, "French"),
    ("Reposo en cama durante 24 horas", 24 * H, "Spanish"),
    ("Riposo a letto per 4 ore", 4 * H, "Italian per is for"),
    ("卧床4小时", 4 * H, "Chinese"),
    ("术后卧床４小时", 4 * H, "Chinese, wide digit"),
    ("绝对卧床48小时", 48 * H, "Chinese"),
    ("卧床4小时后可下床", 4 * H, "to leave the bed ends it"),
    ("Bed rest overnight", EVENT, "the morning ends it"),
    ("Bed rest until mobilised", EVENT, "an end"),
    ("Bed rest until ambulatory", EVENT, "an end"),
    ("Bed rest until 18:00", EVENT, "an end"),
    ("Bettruhe bis zur Visite", EVENT, "German until"),
    ("Bed rest until 23 Nov 2026", date(2026, 11, 23), "a day"),
    ("Bed rest until further notice", None, "no end"),
    ("Bed rest with bathroom privileges", None, "no end"),
    ("Bed rest, neuro checks q4h", None, "a frequency"),
    ("Bed rest, neuro checks q 4 h", None, "a frequency"),
    ("Bed rest. Vitals every 15 min for 2 h.", None, "the vital signs' length"),
    ("Bed rest, log roll every 2 hours for 24 h", None, "the turning's length"),
    ("Bed rest; paracetamol 1 g every 6 hours for 3 days", None, "a dose"),
    ("Bed rest. Start enoxaparin 12 h after procedure", None, "a delay of another thing"),
    ("每4小时翻身", None, "a frequency"),
    ("Bed rest with neuro checks for 24 h", DOUBT, "whose length it is cannot be told"),
]
BRACE = [
    ("TLSO x 3 months", 3 * M, "plain"),
    ("LSO for 12 weeks", 12 * W, "plain"),
    ("LSO for 12wks", 12 * W, "short"),
    ("Wear 6-8 weeks", 8 * W, "the longer of a range"),
    ("Wear 6 to 8 weeks", 8 * W, "the longer of a range"),
    ("TLSO 4/52", 4 * W, "weeks, as the British write"),
    ("TLSO x 6/52", 6 * W, "weeks, as the British write"),
    ("TLSO (3 months)", 3 * M, "in brackets"),
    ("3 month LSO", 3 * M, "the length first"),
    ("x 3 mo", 3 * M, "nothing else"),
    ("6 weeks", 6 * W, "nothing else"),
    ("TLSO for a month", 1 * M, "an article"),
    ("Wear for the next 3 months", 3 * M, "small words between"),
    ("For a period of six weeks", 6 * W, "small words between"),
    ("Duration: 12 weeks", 12 * W, "a field in words"),
    ("TLSO for 12 weeks with X-ray at 6 weeks", 12 * W, "the X-ray's week is not the brace's"),
    ("TLSO 23 h/day x 12 weeks", 12 * W, "hours of a day are no length"),
    ("Discontinue brace after 6 weeks", 6 * W, "an end"),
    ("TLSO for 6 weeks when out of bed", 6 * W, "words behind it"),
    ("Korsett 3 Monate", 3 * M, "German"),
    ("TLSO für 6 bis 8 Wochen", 8 * W, "German range"),
    ("corset pendant 6 semaines", 6 * W, "French"),
    ("corsé durante 3 meses", 3 * M, "Spanish"),
    ("busto per 3 mesi", 3 * M, "Italian"),
    ("佩戴3个月", 3 * M, "Chinese"),
    ("佩戴支具三个月", 3 * M, "Chinese number"),
    ("TLSO until 15 Jan 2027", date(2027, 1, 15), "a day"),
    ("TLSO until Jan 15, 2027", date(2027, 1, 15), "a day"),
    ("TLSO through 2027-01-15", date(2027, 1, 15), "a day"),
    ("TLSO until 15/01/2027", date(2027, 1, 15), "only one reading"),
    ("TLSO bis zum 15. Januar 2027", date(2027, 1, 15), "German"),
    ("TLSO bis 15.01.2027", date(2027, 1, 15), "German"),
    ("corset jusqu'au 15 janvier 2027", date(2027, 1, 15), "French"),
    ("corsé hasta el 15 de enero de 2027", date(2027, 1, 15), "Spanish"),
    ("busto fino al 15 gennaio 2027", date(2027, 1, 15), "Italian"),
    ("佩戴至2027年1月15日", date(2027, 1, 15), "Chinese"),
    ("TLSO until pain subsides", EVENT, "an end without a day"),
    ("Wear until follow-up visit", EVENT, "an end without a day"),
    ("Length of need 99", PAYER, "no wear time"),
    ("LON: 99 months", PAYER, "no wear time"),
    ("Length of need (months): 99", PAYER, "no wear time"),
    ("Est. length of need 99 = lifetime", PAYER, "no wear time"),
    ("TLSO until 03/04/2027", DOUBT, "March or April"),
    ("TLSO 3/12", DOUBT, "three months, or the third of December"),
    ("TLSO 6 weeks after surgery", DOUBT, "may be its beginning"),
    ("TLSO 6 week follow-up", DOUBT, "may be the visit's"),
    ("TLSO off for 2 days", DOUBT, "a pause"),
    ("TLSO off for 1 h", None, "a pause"),
    ("TLSO for 18 hours", None, "of a day"),
    ("Elevate legs for 2 weeks", DOUBT, "what it is about is not known"),
    ("TLSO 23 hours a day", None, "of a day"),
    ("Wear brace 5 days a week", None, "of a week"),
    ("Remove 1 h twice daily", None, "of a day"),
    ("TLSO, follow-up in 6 weeks", None, "the visit's"),
    ("Wear when out of bed, review at 2 weeks", None, "the review's"),
    ("X-ray at 6 weeks", None, "the X-ray's"),
    ("No lifting for 12 weeks", None, "the lifting's"),
    ("PT 3 times a week for 6 weeks", None, "the therapy's"),
    ("TLSO for L1 fracture 3 weeks ago", None, "the fracture's age"),
    ("3-week-old fracture, TLSO", None, "the fracture's age"),
    ("Wean over 2 weeks", None, "the weaning's"),
    ("Start TLSO 24 h after procedure", None, "a delay"),
    ("TLSO indefinitely", None, "no end"),
    ("TLSO L0456, size 12", None, "a size"),
    ("T12, L1 and L2", None, "levels"),
    ("Therapie seit 3 Wochen", None, "German since"),
    ("术后3个月复查", None, "the review's"),
    ("每天佩戴8小时", None, "of a day"),
]  # fmt: skip
CASES = [*(("bed-rest", *one) for one in BED_REST), *(("brace", *one) for one in BRACE)]


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


@pytest.mark.parametrize(("subject", "words", "expected", "why"), CASES, ids=lambda one: str(one)[:40])
def test_what_a_text_says_of_the_end(subject, words, expected, why):
    assert said(subject, words) == expected, why


@pytest.mark.parametrize(("subject", "words", "expected", "why"), CASES, ids=lambda one: str(one)[:40])
def test_case_and_space_change_nothing(subject, words, expected, why):
    assert said(subject, f"  {words.upper()} ") == expected, why


def test_the_words_of_a_length_are_ours():
    assert [one.said for one in read("brace", "TLSO x 3 Monate")] == ["3 months"]
    assert [one.said for one in read("bed-rest", "Bettruhe 1 Tag")] == ["1 day"]
    assert [one.said for one in read("bed-rest", "Bed rest 48 hrs")] == ["48 h"]
    assert [one.said for one in read("bed-rest", "Bed rest 1.5 days")] == ["1.5 days"]


def test_a_title_names_the_order_by_itself():
    """`Custom device, 12 weeks` under the order's code is about the order."""
    assert [one.kind for one in read("brace", "Custom device, 12 weeks", is_title=True)] == ["length"]


def test_a_text_longer_than_is_read_is_doubtful():
    assert [one.kind for one in read("brace", "TLSO. " + " " * 2000 + "for 12 weeks")] == ["doubtful"]


@pytest.mark.parametrize(
    "words", ["1 h " * 500, "9" * 2000, "until " * 330, "(" * 2000, "x " * 1000, "卧床4小时" * 330]
)
def test_no_text_takes_long(words):
    started = time.process_time()
    read("brace", words)
    read("bed-rest", words)
    assert time.process_time() - started < 0.5


@settings(max_examples=200, deadline=None)
@given(words=st.text() | st.from_regex(r"(TLSO |bed rest )?(x|for|until|every|at|) ?[0-9]{1,4} ?(h|weeks|mo|/12|/52)"))
def test_any_text_is_read_and_places_lie_within_it(words):
    for subject in ("brace", "bed-rest"):
        for one in read(subject, words):
            assert 0 <= one.start <= one.end <= max(len(words), 3 * 1000)  # NFKC may make a sign three


def test_a_wrong_file_stops_the_start(tmp_path):
    text = (ROOT / "mappings" / "durations.toml").read_text(encoding="utf-8")
    with pytest.raises(DataFileError, match="missing"):
        load_durations([tmp_path])
    for broken in (text.replace('"TLSO", "LSO"', '"TLSO(", "LSO"'), text.replace("until-day", "until-dya")):
        assert broken != text
        (tmp_path / "durations.toml").write_text(broken, encoding="utf-8")
        with pytest.raises(DataFileError, match=r"durations\.toml"):
            load_durations([tmp_path])

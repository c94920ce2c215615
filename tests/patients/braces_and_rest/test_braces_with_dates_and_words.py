"""Words next to the dates of a brace that say the same, or speak of something else."""

from typing import Any

import pytest

from tests.chart_builders import days_ago
from tests.patients import braces

SIX_WEEKS = {"start": days_ago(0), "end": days_ago(-42)}
SAME_EVENT = [
    *("Wear until seen in clinic in 6 weeks", "bis zur Kontrolle in 6 Wochen"),
    *("jusqu'au contrôle à 6 semaines", "hasta la revisión en 6 semanas"),
    *("fino al controllo a 6 settimane", "6 weken tot controle"),
    *("do kontroli za 6 tygodni", "外来受診まで6週間"),
]
SAME_LENGTH = [
    *(
        "6 Wochen ab OP",
        "術後6週間",
        "术后6周",
        "佩戴6周后拆除",
        "6 semaines si toléré",
    ),
    *("6 settimane se tollerato", "6 weken dan afbouwen", "6 semanas si tolera"),
    *("6 weeks unless told otherwise", "se dolore tachipirina 3 giorni"),
    *("4 weeks, then 2 weeks at night", "6 weeks, longer if needed"),
    *("6 Wochen, ggf. 8 Wochen", "8 Wochen, nicht länger als 8 Wochen"),
]
OF_OTHER_THINGS = [
    *("Weight bearing as tolerated until further notice", "Lifelong bisphosphonate"),
    *("Teilbelastung bis auf Weiteres", "Nicht bücken bis auf Weiteres"),
    *("Kein schweres Heben für 3 Monate", "ASS dauerhaft", "Dauerhaft Calcium"),
    *("pas de port de charge jusqu'à nouvel ordre", "calcium à vie"),
    *("No coger peso hasta nueva orden", "vitamina D indefinidamente"),
    *("non sollevare pesi fino a nuovo ordine", "terapia con calcio a vita"),
    *("niet tillen tot nader order", "calcium levenslang", "wapń na stałe"),
    *("避免负重直至另行通知", "禁止弯腰负重3个月", "重い物は無期限に避ける"),
]
LONGER = [
    *("until seen in clinic in 12 weeks", "bis zur Kontrolle in 12 Wochen"),
    *("12 Wochen ab OP", "術後12週間", "术后12周", "12 semaines si toléré"),
    *("Wear until fused", "until 6 weeks after discharge", "until healed"),
    *("6 weeks, if not healed 12 weeks", "6 Wochen, ggf. 12 Wochen"),
    *("8 weeks day and night 8 weeks at night", "6 weeks, then 4 weeks at night"),
    *("Korsett ohne Schultergurte dauerhaft tragen", "Corset sans mentonnière à vie"),
    *("Corsé sin tirantes de por vida", "Busto senza spallacci a vita"),
    *("Korset zonder schouderbanden levenslang", "Gorset bez szelek na stałe"),
    *("Keine Schmerzen dauerhaft tragen", "Calcium, TLSO for life"),
    *("Calcium für 3 Monate; Mieder unbefristet", "Wear lifelong"),
]
SIX_IN_WORDS = [
    *("permanently for 6 weeks", "6 weeks permanently", "dauerhaft für 6 Wochen"),
    *("dauerhaft 6 Wochen", "blijvend 6 weken", "na stałe przez 6 tygodni"),
    *("永久佩戴6周", "4 weeks, then 2 weeks at night", "6 weeks, longer if needed"),
    *("6 Wochen, ggf. 8 Wochen", "6 Wochen, dann Rückenschule 8 Wochen"),
    *("6 Wochen, danach Belastungsaufbau über 6 Wochen", "no more than 8 weeks"),
    "6 weken, daarna conditietraining 6 weken",
    *("6 semaines puis reprise progressive sur 4 semaines", "pas plus de 8 semaines"),
    "6 tygodni, następnie stopniowy powrót do aktywności 6 tygodni",
    *("6 settimane, poi ripresa graduale in 4 settimane", "8周，不超过8周"),
    *("8 weken, niet langer dan 8 weken", "nicht länger als 8 Wochen"),
    *("8 semaines, pas plus de 8 semaines", "8 semanas, no más de 8 semanas"),
    *("8 tygodni, nie dłużej niż 8 tygodni", "8 settimane, non più di 8 settimane"),
]


def signed_with(note: str, **members: Any) -> dict[str, Any] | None:
    """Return the card on a brace with this note; None without one."""
    return braces.signed_with(note, **members).get("braceLimit")


@pytest.mark.parametrize("note", [*SAME_EVENT, *SAME_LENGTH, *OF_OTHER_THINGS])
def test_such_words_bring_no_card(note: str) -> None:
    assert signed_with(note, occurrencePeriod=SIX_WEEKS) is None


@pytest.mark.parametrize("note", [*SAME_EVENT, "術後6週間", "ASS dauerhaft"])
def test_nor_do_they_when_the_patient_leaves(note: str) -> None:
    assert not braces.left_with(note, occurrencePeriod=SIX_WEEKS)


@pytest.mark.parametrize("note", LONGER)
def test_words_that_may_mean_longer_are_asked_about(note: str) -> None:
    assert signed_with(note, occurrencePeriod=SIX_WEEKS)


@pytest.mark.parametrize("note", SIX_IN_WORDS)
def test_a_length_within_the_limit_brings_no_card(note: str) -> None:
    assert signed_with(note) is None


@pytest.mark.parametrize(
    "note",
    [
        *("TLSO 12 weeks, then 2 weeks at night", "12 Wochen, dann 2 Wochen nachts"),
        *("12周，然后夜间2周", "12 semaines puis 2 semaines la nuit"),
        *("12 weeks, longer if needed", "12 Wochen, länger falls nötig"),
    ],
)
def test_a_length_before_a_step_that_is_not_read_is_the_shortest(note: str) -> None:
    card = signed_with(note)
    assert card
    assert card["summary"].startswith("TLSO for at least 12 weeks: off by")
    recommended = [one.get("isRecommended") for one in card.get("suggestions", ())]
    assert not any(recommended)


def test_a_shortest_length_keeps_its_correction() -> None:
    card = signed_with("12 weeks, longer if needed")
    assert card
    assert card["suggestions"]


@pytest.mark.parametrize(
    "note",
    ["8 weeks, not more than 12 weeks", "8週間、12週間を超えない", "8周，不超过12周"],
)
def test_a_greatest_length_beyond_the_limit_is_said(note: str) -> None:
    card = signed_with(note)
    assert card
    assert card["summary"].startswith("TLSO for 12 weeks")


def test_words_for_all_day_alone_give_no_end() -> None:
    card = signed_with("Calcium 6 weeks; wear permanently")
    assert card
    assert "no end date" in card["summary"]


@pytest.mark.parametrize(
    "note",
    [
        "12 weeks with calcium",
        "12 weeks with calcium and vitamin D",
        "12 weeks with no lifting",
        "12 weeks with spinal precautions",
        "12 semaines avec calcium et vitamine D",
        "12 Wochen mit Calcium",
        "12 semaines avec calcium",
        "12 semanas con calcio",
        "12 settimane con calcio",
        "12 weken met calcium",
    ],
)
def test_a_length_keeps_what_goes_along_with_it(note: str) -> None:
    card = signed_with(note)
    assert card
    assert card["summary"].startswith("TLSO for 12 weeks")


@pytest.mark.parametrize(
    ("note", "problem"),
    [
        ("6 weeks with calcium, then until healed", "name an event"),
        ("6 weeks with calcium or until healed", "name an event"),
        ("12 weeks with calcium and brace until healed", "name an event"),
        ("TLSO until healed or 6 weeks with calcium", "name an event"),
        ("12 Wochen mit Calcium, dann bis zur Ausheilung", "name an event"),
        ("12 semaines avec calcium puis jusqu'à consolidation", "name an event"),
        ("12 weeks with calcium, then indefinitely", "no end date"),
        ("6 weeks with calcium and then longer", "not understood"),
        ("6 weeks with vitamin D and wear TLSO as long as it hurts", "not understood"),
    ],
)
def test_what_follows_the_aside_is_read(note: str, problem: str) -> None:
    card = signed_with(note)
    assert card
    assert problem in card["summary"]


@pytest.mark.parametrize(
    "note", ["Calcium 12 weeks", "Calcium 12 weeks with meals", "Aspirin for 12 weeks"]
)
def test_the_length_of_a_drug_is_none_of_the_brace(note: str) -> None:
    card = signed_with(note)
    assert card
    assert "no end date" in card["summary"]

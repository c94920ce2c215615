"""A fall that an order names counts by its own day, time and place."""

from datetime import date

import pytest

from cds_service.fhir.mapping.dates.written_days import days_in, latest_of
from tests.patients.leaving import act_ordered, summaries_beside

READ = (
    "1 recent entry names an injury or grave illness. Read before leaving.",
    "1 recent entry not understood. Read before leaving.",
)


@pytest.mark.parametrize(
    "title",
    [
        *("CT head after fall 18.11.2026", "CCT nach Sturz 18.11.2026"),
        *("CT head fall 2026-11-19", "CT head 2026 fall", "X-ray hip: fall on 11/18"),
        *("Röntgen Hüfte, Sturz am 18.11.", "X-ray hip, fall Nov 18 2026"),
        *("Sturz auf Station 19.11.2026", "X-ray hip, fell 19 Nov", "Sturz am 19.11."),
        *("Radio bassin, chute le 19/11/2026", "X-ray wrist, fall on 20/11"),
        *(
            "CT head, fall 99.99.2026",
            "CT head after fall on ward pain 7/10",
            "Fall 18 Nov 2026",
            "X-ray hip fall 18th November",
        ),
    ],
)
def test_a_fall_of_a_day_since_the_operation_is_to_be_read(title: str) -> None:
    (card,) = summaries_beside(act_ordered(title))
    assert card.endswith(READ)


@pytest.mark.parametrize(
    "title",
    [
        *("CT head after fall 17.11.2026", "CCT nach Sturz 3.11.2026"),
        *("CT head fall 2026-11-01", "CT head 2024 fall", "X-ray hip: fall on 11/1"),
        *("Röntgen Hüfte, Sturz am 2.11.", "X-ray hip, fall Nov 3 2026"),
        *("X-ray hip, fell 10 Oct", "Radio bassin, chute le 02/11/2026"),
        *("CT head today, fall 12.11.2026", "Röntgen Becken, Sturz Dez. 2025"),
    ],
)
def test_one_of_an_earlier_day_is_not(title: str) -> None:
    assert summaries_beside(act_ordered(title)) == []


@pytest.mark.parametrize(
    "title",
    [
        *("PT eval today after fall", "Labs today, fall"),
        *(
            "Discharge today after fall at home",
            "Walker after surgery due to fall at home",
        ),
        "MRI lumbar spine today for fall at home last week",
        *("X-ray hip today: fall 3 weeks ago at home", "KG heute nach Sturz"),
        "PT after kyphoplasty for L1 fracture due to fall",
        "Occupational therapy after the operation for fall with fracture",
        *("Brace after kyphoplasty for fall", "fall in oxygen saturation overnight"),
        *("fall in sodium after surgery", "fall in urine output today"),
        *("chute de la diurèse aujourd'hui", "caída de la saturación hoy"),
        "trouble falling asleep overnight",
        "Melatonin: difficulty falling asleep after surgery",
        *("Rollator nach OP bei Sturz", "CCT heute bei Sturz zuhause vor Aufnahme"),
        *("术后防跌倒", "防跌倒防坠床", "術後リハビリ、転倒"),
        "股関節X線、本日、自宅で転倒",
    ],
)
def test_a_time_of_something_else_is_not_of_the_fall(title: str) -> None:
    assert summaries_beside(act_ordered(title)) == []


@pytest.mark.parametrize(
    "title",
    [
        *("Fell today", "Fall overnight", "heute gestürzt", "Sturz heute Nacht"),
        *(
            "nach OP gestürzt",
            "fall after surgery",
            "fell this morning in the bathroom",
        ),
        *(
            "tombé cette nuit",
            "se cayó hoy",
            "今朝転倒",
            "今晨跌倒",
            "unwitnessed fall POD1",
        ),
    ],
)
def test_a_time_of_the_fall_is(title: str) -> None:
    (card,) = summaries_beside(act_ordered(title))
    assert card.endswith(READ)


@pytest.mark.parametrize(
    ("words", "latest"),
    [
        ("fall 18.11.2026", [date(2026, 11, 18)]),
        ("on 11/1", [date(2026, 11, 1)]),
        ("on 3/4/2026", [date(2026, 4, 3)]),
        ("Nov 18", [date(2026, 11, 18)]),
        ("20 Dec", [date(2026, 12, 20)]),
        ("24 Dec", [date(2025, 12, 24)]),
        ("in 2024", [date(2024, 12, 31)]),
        ("99.99.2026", []),
        ("31.02.2026", []),
        ("may walk 10 m", []),
        ("24/7", []),
        ("pain 7/10, Hb 9.8", []),
        ("2 sets of 10", []),
        ("Dez. 2025", [date(2025, 12, 31)]),
        ("Sturz am 2.11", [date(2026, 11, 2)]),
    ],
)
def test_the_last_day_that_words_may_mean(words: str, latest: list[date]) -> None:
    assert [*latest_of(days_in(words), date(2026, 11, 20))] == latest


@pytest.mark.parametrize(
    "words",
    [
        *("Sturz 14.00 Uhr", "Sturz am 18.00 Uhr", "Fall 8.00 am", "fell 0/0"),
        *("Fall 0/13/2026", "Fall on 0.13.2026", "fall of 3/0", "fall 2026-13-00"),
        *("Sturz 00.00.00", "Sturz am 31.02.", "Fall 99/99/2026"),
    ],
)
def test_what_is_no_day_decides_nothing(words):
    assert [*latest_of(days_in(words), date(2026, 11, 20))] in (
        [],
        [date(2026, 12, 31)],
    )

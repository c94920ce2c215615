"""A note in plain speech says that a drug was given up: it is open if she takes it."""

import pytest

from tests.gathered_records import NO, OPEN, YES, said_of

QUIT = [
    "Patient reports she quit taking this in the summer",
    "gave up taking it",
    "She has given up on the tablets",
    "off it since March",
    "no longer on this",
    "Nimmt Patientin seit Sommer nicht mehr ein",
    "hat die Tabletten weggelassen",
    "von der Patientin selbst abgesetzt",
    "a arrêté de le prendre",
    "dejó de tomarlo en verano",
    "lo ha dejado",
    "ha smesso di prenderlo",
    "is ermee gestopt",
    "gebruikt het niet meer",
    "przestała przyjmować latem",
    "samodzielnie odstawiła",
    "夏から飲んでいない",
    "自己中断",
    "夏天起自行停药",
    "已不再服用",
    "자의로 중단함",
]
OF_SOMETHING_ELSE = [
    "quit smoking in June",
    "patient quit her job",
    "gave up alcohol",
    "off work since March",
    "never stopped taking it",
    "do not stop taking without asking",
    "Hat das Rauchen aufgegeben",
    "a arrêté de fumer",
    "dejó de fumar",
    "ha smesso di fumare",
    "is gestopt met roken",
    "przestała palić",
    "禁煙した",
    "戒烟",
    "금연함",
]
ENDED = [
    "Prednisolon 50 mg Stoßtherapie, 3 Tage, beendet",
    "Prednisolon 50 mg 3 Tage beendet",
    "prednisone 20 mg, 5 days, finished",
    "Prednisone 20 mg, 5 jours, terminé",
    "Prednisona 20 mg, 5 días, finalizada",
    "Deltacortene 25 mg, 5 giorni, terminato",
    "Prednison 20 mg, 5 dagen, gestopt",
    "プレドニゾロン錠5mg（終了）",
]


def said_with(note: str) -> tuple[str, str]:
    statements = [
        {"text": name, "effectiveDateTime": "2026-09-01", "note": [{"text": note}]}
        for name in ("raloxifene 60 mg tablet", "prednisone 5 mg tablet")
    ]
    return tuple(
        said_of(finding, statements=statements)
        for finding in ("bone-drug", "steroid-use")
    )


@pytest.mark.parametrize("note", QUIT)
def test_a_drug_that_was_given_up_is_open(note):
    assert said_with(note) == (OPEN, OPEN)


@pytest.mark.parametrize("note", OF_SOMETHING_ELSE)
def test_what_else_was_given_up_says_nothing_of_the_drug(note):
    assert said_with(note) == (YES, YES)


@pytest.mark.parametrize("name", ENDED)
def test_a_steroid_whose_name_ends_it_is_not_taken(name):
    medications = [{"text": name, "authoredOn": "2026-10-20"}]
    assert said_of("steroid-use", medications=medications) in (OPEN, NO)

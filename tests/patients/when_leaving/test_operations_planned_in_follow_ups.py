"""What the follow-up of an operation plans is read before the patient leaves."""

import pytest

from tests.patients.leaving import (
    summaries_after,
)


def summaries(words: str) -> list[str]:
    return summaries_after(followUp=[{"text": words}])


@pytest.mark.parametrize(
    "words",
    [
        "Kyphoplastie LWK 3 in 2 Wochen",
        "Kyphoplasty L3 in 2 weeks",
        "Revision geplant",
        "Vertebroplastie LWK 4 geplant",
        "Cyphoplastie L3 dans 2 semaines",
        "Cifoplastia L3 en 2 semanas",
        "Kyfoplastiek L3 over 2 weken",
        "L3椎体成形术",
    ],
)
def test_another_operation_is_read_before_leaving(words: str) -> None:
    (said,) = summaries(words)
    assert said.endswith("Read before leaving.")


@pytest.mark.parametrize(
    "words",
    [
        "Wundkontrolle in 2 Wochen",
        "Nachkontrolle nach Kyphoplastie",
        "X-ray after kyphoplasty in 6 weeks",
        "Physiotherapy",
        "Revision of medication",
        "Revisión",
        "Kyphoplastie LWK 1 - Kontrolle in 6 Wochen",
    ],
)
def test_an_ordinary_follow_up_asks_nothing(words: str) -> None:
    assert summaries(words) == []

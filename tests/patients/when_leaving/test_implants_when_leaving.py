"""A joint, a stent or a pacemaker that is new on the list is an operation since."""

from typing import Any

import pytest

from tests.chart_builders import days_ago, problem
from tests.codes import ICD
from tests.patients.leaving import cards_beside, page_after, titled

NAMES = [
    "Hip replacement",
    "Knee replacement",
    "Coronary stent",
    "PCI",
    "CABG",
    "Pacemaker",
    "Hüft-TEP links",
    "Knie-TEP rechts",
    "Herzschrittmacher",
    "Prothèse totale de hanche",
    "Prótesis de rodilla",
    "Protesi d'anca",
    "Heupprothese",
    "Endoproteza stawu biodrowego",
    "人工股関節置換術",
    "膝关节置换术",
    "심박동기",
]


def entered(words: str, *, days: int = 1, **members: Any) -> Any:
    """A diagnosis recorded so many days ago, without an onset unless said."""
    said = {"code": {"text": words}, "recordedDate": days_ago(days)}
    return problem("x", number="g", **said | members)


@pytest.mark.parametrize("words", NAMES)
def test_one_that_began_since_is_asked_about(words: str) -> None:
    assert cards_beside(titled(words))
    assert cards_beside(titled(f"{words} 11/2026"))
    assert cards_beside(entered(f"{words} 11/2026"))
    assert cards_beside(entered(f"{words} 2026"))
    assert not page_after(titled(words))["mayTrain"]


@pytest.mark.parametrize("code", ["Z96.641", "Z96.651", "Z95.0", "Z95.1", "Z95.5"])
def test_so_is_its_code(code: str) -> None:
    def coded_as(days: int, **members: Any) -> Any:
        coding = {"coding": [{"system": ICD, "code": code}]}
        said = {"code": coding, "recordedDate": days_ago(days)}
        return problem("x", number="g", **said | members)

    assert cards_beside(coded_as(1, onsetDateTime=days_ago(1)))
    assert not cards_beside(coded_as(1, onsetDateTime="2016"))
    assert not cards_beside(coded_as(1))
    assert not cards_beside(coded_as(900))


@pytest.mark.parametrize("words", NAMES)
def test_one_of_before_asks_nothing(words: str) -> None:
    for told in (
        entered(words, days=6),
        entered(words, onsetDateTime="2016"),
        entered(f"{words} 2016"),
        entered(f"{words} 3/2026"),
        titled(f"{words} 2016"),
        entered(f"{words} 11/2026", days=6),
    ):
        assert not cards_beside(told)
    assert page_after(entered(words, days=6))["mayTrain"]

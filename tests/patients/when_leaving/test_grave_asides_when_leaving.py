"""What only a reason or a note names as grave keeps the card of who leaves."""

from typing import Any

import pytest

from tests.chart_builders import days_ago, of_patient, problem
from tests.codes import CPT, ICD, codeable
from tests.patients.leaving import everything_arranged, leave, leaving_chart


def done_for(reason: Any) -> Any:
    """A colonoscopy of five days ago, done for this reason."""
    return of_patient(
        "Procedure",
        "done-too",
        status="completed",
        code=codeable(CPT, "45378"),
        performedDateTime=days_ago(5),
        reasonCode=[reason],
    )


def back_pain(note: str) -> Any:
    return problem("M54.50", days=20, note=[{"text": note}])


CAUSE, DEFICIT = "Who settles the cause?", "Examine before leaving."
GRAVE = [
    pytest.param(done_for(codeable(ICD, "M46.46")), CAUSE, id="discitis, reason"),
    pytest.param(done_for({"text": "Epidural abscess"}), CAUSE, id="abscess, reason"),
    pytest.param(done_for(codeable(ICD, "G82.20")), DEFICIT, id="paraplegia, reason"),
    pytest.param(back_pain("Spondylodiszitis"), CAUSE, id="discitis, note"),
    pytest.param(back_pain("suspected foot drop"), DEFICIT, id="foot drop, note"),
]


@pytest.mark.parametrize(("entry", "act"), GRAVE)
def test_with_all_arranged_the_card_still_names_it(entry: Any, act: str) -> None:
    (card,) = leave((*leaving_chart(entry), *everything_arranged()))
    assert card["summary"].endswith(f"not excluded. {act}")


@pytest.mark.parametrize("note", ["for some weeks", "No leg weakness."])
def test_a_plain_note_makes_no_card(note: str) -> None:
    assert leave((*leaving_chart(back_pain(note)), *everything_arranged())) == []

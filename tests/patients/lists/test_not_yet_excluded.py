"""A diagnosis that nobody has excluded yet is suspected, and no warning says it is."""

import pytest

from tests.chart_builders import problem
from tests.patients.reassuring import card_of

OPEN_DEFICIT = "neurological deficit not excluded"
OPEN_INFECTION = "spinal infection not excluded"


def card_beside(words):
    return card_of(problem("X", number="words", days=2, code={"text": words}))


@pytest.mark.parametrize(
    ("words", "says"),
    [
        pytest.param("Cauda equina syndrome not yet ruled out", OPEN_DEFICIT, id="en"),
        pytest.param("Discitis still to be excluded", OPEN_INFECTION, id="en-still"),
        pytest.param("Discitis pending exclusion", OPEN_INFECTION, id="en-pending"),
        pytest.param(
            "Spondylodiszitis noch auszuschließen", OPEN_INFECTION, id="de-still"
        ),
        pytest.param(
            "Syndrome de la queue de cheval pas encore exclu", OPEN_DEFICIT, id="fr"
        ),
        pytest.param("Espondilodiscitis sin descartar", OPEN_INFECTION, id="es"),
        pytest.param("Spondilodiscite non ancora esclusa", OPEN_INFECTION, id="it"),
        pytest.param("Spondylodiscitis nog uit te sluiten", OPEN_INFECTION, id="nl"),
        pytest.param(
            "Zespół ogona końskiego jeszcze niewykluczony", OPEN_DEFICIT, id="pl"
        ),
        pytest.param("化膿性脊椎炎は未除外", OPEN_INFECTION, id="ja"),
        pytest.param("马尾综合征尚未排除", OPEN_DEFICIT, id="zh"),
    ],
)
def test_what_is_not_yet_excluded_is_open_and_warns_of_nothing(words, says):
    card = card_beside(words)
    assert card["indicator"] == "info"
    assert says in card["detail"]


@pytest.mark.parametrize(
    "words",
    ["Cauda equina syndrome", "Discitis", "馬尾症候群", "马尾综合征"],
)
def test_what_is_stated_warns(words):
    assert card_beside(words)["indicator"] == "warning"

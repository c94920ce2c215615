"""What a code that was not understood has cost, in answers."""

import pytest

from cds_service.fhir.learning.answer_costs import Record
from cds_service.fhir.learning.learning import learn
from cds_service.fhir.learning.proposing import load_learning
from cds_service.fhir.mapping.finding_specs import load_finding_specs
from tests.builders import MAPPINGS, coded, observation, terminology
from tests.codes import CPT, ICD

LOCAL = "https://hospital.example/codes"
RULES = load_learning([MAPPINGS], terminology())
SPECS = load_finding_specs(MAPPINGS)


def code(number: str, display: str = "") -> dict:
    return coded(number, LOCAL, display=display)


def problem(codeable: dict) -> dict:
    return {"resourceType": "Condition", "code": codeable}


def t_score(codeable: dict) -> dict:
    return observation(codeable, -2.7, None)


def call(order: dict, *chart: dict) -> Record:
    draft = {"resourceType": "ServiceRequest", "status": "draft", "code": order}
    return Record((draft, *chart), (draft,))


KYPHOPLASTY = coded("22514", CPT)
HYPERTENSION = problem(coded("I10", ICD))
OURS = {"resourceType": "Patient", "id": "p1"}


def costs(*records: Record) -> dict[str, tuple[int, int]]:
    """Answers that lacked something, and those that the code alone would mend."""
    found = learn(records, terminology(), SPECS, RULES)
    lines = (*found.proposals, *found.others)
    return {one.code: one.cost for one in lines if one.cost.answers}


@pytest.mark.parametrize(
    ("records", "expected"),
    [
        pytest.param(
            [
                call(KYPHOPLASTY, HYPERTENSION, problem(code("P1"))),
                call(KYPHOPLASTY, problem(code("P1")), problem(code("P2"))),
            ],
            {"P1": (2, 1), "P2": (1, 0)},
            id="a list wants every entry understood",
        ),
        pytest.param(
            [
                call(
                    KYPHOPLASTY,
                    problem(code("P1")),
                    problem({"text": "Zmiana ogniskowa"}),
                )
            ],
            {"P1": (1, 0)},
            id="an entry without a code is mended by no code",
        ),
        pytest.param(
            [
                call(KYPHOPLASTY, t_score(code("B1", "DXA L1-L4 T-score"))),
                call(
                    KYPHOPLASTY,
                    t_score(code("B1", "DXA L1-L4 T-score")),
                    t_score(coded("38267-1")),
                ),
            ],
            {"B1": (1, 1)},
            id="a value costs nothing beside one that was understood",
        ),
        pytest.param(
            [
                call(coded("80053", CPT), problem(code("P1"))),
                call(KYPHOPLASTY, problem(code("P1"))),
            ],
            {"P1": (1, 1)},
            id="an order that is none of ours has no answer to lose",
        ),
        pytest.param(
            [call(code("K9", "X-ray after kyphoplasty"), problem(code("P1")))],
            {"K9": (1, 1), "P1": (1, 1)},
            id="an order that was not taken cost the whole answer",
        ),
        pytest.param(
            [call(code("K1", "Kyphoplasty L1"))],
            {},
            id="an order that its words were enough for cost nothing",
        ),
        pytest.param(
            [Record((OURS, problem(code("P1")))), Record((OURS, HYPERTENSION))],
            {"P1": (1, 1)},
            id="each chart counts as an answer",
        ),
        pytest.param(
            [
                Record(missed=[("problem", LOCAL, "P1")], is_logged=True),
                call(KYPHOPLASTY, problem(code("P1"))),
            ],
            {"P1": (2, 2)},
            id="what the audit log missed counts with what a call has",
        ),
        pytest.param(
            [call(KYPHOPLASTY, problem(coded("J18.9", ICD)))],
            {},
            id="a standard code that leaves something open needs no map",
        ),
    ],
)
def test_what_codes_have_cost(records, expected):
    assert costs(*records) == expected


def test_what_cost_most_comes_first_and_not_what_is_frequent():
    twice = t_score(code("B1", "DXA L1-L4 T-score"))
    grip = observation(code("G1", "Hand grip"), 20, "kg")
    found = learn(
        [
            call(KYPHOPLASTY, twice),
            call(KYPHOPLASTY, twice),
            call(KYPHOPLASTY, *[grip] * 9),
        ],
        terminology(),
        SPECS,
        RULES,
    )
    assert [one.code for one in found.proposals] == ["B1", "G1"]
    assert found.answers == 3

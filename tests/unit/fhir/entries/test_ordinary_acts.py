"""Ordinary operations leave the spine alone; one that says too little does not."""

import pytest

from cds_service.fhir.entries.words.bystanders import is_bystander_act
from tests.builders import terminology


def leaves_spine_alone(title):
    return is_bystander_act([{"text": title}], terminology())


@pytest.mark.parametrize(
    "title",
    [
        "Knie-TEP rechts",
        "Katarakt-OP",
        "Herzkatheter",
        "Pacemaker implantation",
        "Hysterectomy",
        "Total knee arthroplasty",
        "Prothèse de genou",
        "Hernie inguinale",
        "Prótesis de rodilla derecha",
        "Colecistectomía",
        "Marcapasos",
        "Bioquímica",
    ],
)
def test_an_ordinary_act_leaves_the_spine_alone(title):
    assert leaves_spine_alone(title)


@pytest.mark.parametrize(
    "title",
    [
        "General anesthesia",
        "Open reduction and internal fixation of fracture",
        "Reduction of closed fracture",
        "Bone immobilization",
        "Application of cast",
        "Osteosynthese",
        "Spondylodese L2-L4",
        "Arthrodèse T11-L2",
        "Rückenoperation",
        "Laminectomy",
        "Prothèse discale",
        "Knie-TEP und Spondylodese",
    ],
)
def test_an_act_that_may_be_of_the_spine_is_none(title):
    assert not leaves_spine_alone(title)

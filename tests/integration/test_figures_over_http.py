"""Every example of the study files, as an order-sign to the real application."""

import re

import pytest

from cds_service.core.models.logistic_study import LogisticStudy
from tests.chart_builders import (
    application,
    cards_for,
    drug,
    kyphoplasty,
    measured,
    model,
    open_service,
    ordered_elsewhere,
    patient,
    problem,
)

FROM_THE_ORDER = {"tl-junction", "procedure"}
# Whether there is diabetes, by a problem list alone, so that nothing else becomes
# known; and sarcopenia.
PROBLEMS = {True: problem("diabetes"), False: problem("hypertension")}
MUSCLE = {
    True: [
        measured("appendicular-muscle-index", 4.8),
        measured("grip-strength", 12),
        measured("gait-speed", 0.6),
    ],
    False: [
        measured("appendicular-muscle-index", 6.4),
        measured("grip-strength", 24),
        measured("gait-speed", 1.2),
    ],
}
ROWS = [
    pytest.param(study, example, id=f"{study.id} {number}")
    for study in open_service().studies.values()
    if isinstance(study, LogisticStudy)
    for number, example in enumerate(study.examples)
]


def record_of(example):
    """A record that says the same as this example."""
    said = []
    for name, value in example.inputs.items():
        if name == "diabetes":
            said.append(PROBLEMS[value])
        elif name == "sarcopenia":
            said += MUSCLE[value]
        elif name not in FROM_THE_ORDER:
            said.append(measured(name, value))
    return said


def said(study, example, *unrelated):
    """Without a word on the junction, the order does not say which level."""
    level = (
        "L1"
        if study.id != "sarcopenia-pvm-2022" or "tl-junction" in example.inputs
        else None
    )
    return model(
        cards_for([*record_of(example), *unrelated], kyphoplasty(level)), study.id
    )


def near(found, expected, tolerance):
    return found == pytest.approx(expected, abs=tolerance)


@pytest.mark.parametrize(("study", "example"), ROWS)
def test_the_figure_of_the_study_comes_out_of_an_order_sign(study, example):
    found = said(study, example)
    assert near(found["risk"], example.risk, 0.01)
    assert near(found["inputsKnown"], example.inputs_known, 0.01)
    assert near(found["studyUncertainty"], list(example.study_uncertainty), 0.02)
    assert {one["name"] for one in found["inputs"]} == set(example.inputs)
    assert (
        bool(found["missing"])
        == ("ifMeasured" in found)
        == (example.if_measured is not None)
    )
    if example.if_measured is not None:
        assert near(found["ifMeasured"], list(example.if_measured), 0.02)
    assert found["baseline"] == {
        "incidence": pytest.approx(study.incidence),
        "source": "study",
    }
    assert any("Not calibrated here" in concern for concern in found["concerns"])


def test_the_same_figures_come_whatever_else_the_record_holds():
    """Lists that were read, and measures that the study does not use, change nothing."""
    unrelated = (
        drug("losartan"),
        ordered_elsewhere(),
        patient(sex="female", age=76),
        measured("pain-score", 6),
    )
    for param in ROWS:
        plain, crowded = said(*param.values), said(*param.values, *unrelated)
        for key in ("risk", "studyUncertainty", "ifMeasured", "inputsKnown"):
            assert plain.get(key) == crowded.get(key)


def test_the_list_of_models_leaves_no_cell_blank():
    page = application().get("/models", "text/html").text
    cells = re.findall(r"<t([dh])\b[^>]*>(.*?)</t\1>", page.partition("<tbody>")[2])
    assert len(cells) == (1 + 5) * 5  # the pooled model and the five studies
    assert all(text for _, text in cells)

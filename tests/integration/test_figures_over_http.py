"""Every example of the study files, as an order-sign over HTTP against the real application."""

import re

import pytest

from cds_service.core.study import LogisticStudy
from cds_service.loading import load_service
from tests.chart_builders import (
    KeptEntries,
    by_topic,
    drug,
    kyphoplasty,
    measured,
    model,
    order_sign,
    ordered_elsewhere,
    patient,
    problem,
)
from tests.live_service import LiveService

STUDIES = {one.id: one for one in load_service().studies.values() if isinstance(one, LogisticStudy)}
FROM_THE_ORDER = {"tl-junction", "procedure"}

# A problem list without diabetes: the other lists stay unread, so that nothing else becomes known.
NO_DIABETES = problem("hypertension")
LOW_MUSCLE = (
    measured("appendicular-muscle-index", 4.8),
    measured("grip-strength", 12),
    measured("gait-speed", 0.6),
)
GOOD_MUSCLE = (
    measured("appendicular-muscle-index", 6.4),
    measured("grip-strength", 24),
    measured("gait-speed", 1.2),
)


ROWS = [
    pytest.param(study, example, id=f"{name} {number}")
    for name, study in STUDIES.items()
    for number, example in enumerate(study.examples)
]


def record_of(example):
    """A record that says the same as this example."""
    said = []
    for name, value in example.inputs.items():
        if name == "diabetes":
            said.append(problem("diabetes") if value else NO_DIABETES)
        elif name == "sarcopenia":
            said.extend(LOW_MUSCLE if value else GOOD_MUSCLE)
        elif name not in FROM_THE_ORDER:
            said.append(measured(name, value))
    return said


@pytest.fixture(scope="module")
def live(tmp_path_factory):
    service = LiveService(tmp_path_factory.mktemp("live"), audit=KeptEntries())
    yield service
    service.close()


def said(live, study, example, *unrelated):
    """Without a word on the junction, the order does not say which level."""
    level = "L1" if study.id != "sarcopenia-pvm-2022" or "tl-junction" in example.inputs else None
    return model(by_topic(live.cards(order_sign([*record_of(example), *unrelated], kyphoplasty(level)))), study.id)


def near(found, expected, tolerance):
    return found == pytest.approx(expected, abs=tolerance)


@pytest.mark.parametrize(("study", "example"), ROWS)
def test_the_figure_of_the_study_comes_out_of_an_order_sign(live, study, example):
    found = said(live, study, example)
    assert near(found["risk"], example.risk, 0.01)
    assert near(found["inputsKnown"], example.inputs_known, 0.01)
    assert near(found["studyUncertainty"], list(example.study_uncertainty), 0.02)
    assert {one["name"] for one in found["inputs"]} == set(example.inputs)
    if example.if_measured is None:
        assert "ifMeasured" not in found
        assert found["missing"] == []
    else:
        assert near(found["ifMeasured"], list(example.if_measured), 0.02)
        assert found["missing"]
    assert found["baseline"] == {"incidence": pytest.approx(study.incidence), "source": "study"}
    assert any("Not calibrated here" in concern for concern in found["concerns"])


def test_the_same_figures_come_whatever_else_the_record_holds(live):
    """Lists that were read, and measures that the study does not use, change nothing."""
    unrelated = (drug("losartan"), ordered_elsewhere(), patient(sex="female", age=76), measured("pain-score", 6))
    for param in ROWS:
        plain, crowded = said(live, *param.values), said(live, *param.values, *unrelated)
        for key in ("risk", "studyUncertainty", "ifMeasured", "inputsKnown"):
            assert plain.get(key) == crowded.get(key)


def test_the_list_of_models_leaves_no_cell_blank(live):
    page = live.send("GET", "/models", Accept="text/html").body.decode()
    cells = re.findall(r"<t([dh])\b[^>]*>(.*?)</t\1>", page.partition("<tbody>")[2])
    assert len(cells) == 5 * 5
    assert all(text for _, text in cells)

"""Every example of the study files, as an order-sign over HTTP against the real application."""

import re
from dataclasses import dataclass
from typing import Any

import pytest

from cds_service.core.study import Example, LogisticStudy
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

SITE = {"sarcopenia-pvm-2022": 0.12, "residual-pain-2025": 0.10}  # 12 months; the nomogram counts over 24
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


@dataclass(frozen=True)
class Row:
    """One example of a study and the record that says the same."""

    study: LogisticStudy
    example: Example

    @property
    def record(self) -> tuple[dict[str, Any], ...]:
        said: list[dict[str, Any]] = []
        for name, value in self.example.inputs.items():
            if name == "diabetes":
                said.append(problem("diabetes") if value else NO_DIABETES)
            elif name == "sarcopenia":
                said.extend(LOW_MUSCLE if value else GOOD_MUSCLE)
            elif name not in FROM_THE_ORDER:
                said.append(measured(name, value))
        return tuple(said)

    @property
    def level(self) -> str | None:
        """Without a word on the junction, the order does not say which level."""
        junction = self.study.id != "sarcopenia-pvm-2022" or "tl-junction" in self.example.inputs
        return "L1" if junction else None


ROWS = [
    pytest.param(Row(study, example), id=f"{name} {number}")
    for name, study in STUDIES.items()
    for number, example in enumerate(study.examples)
]


@pytest.fixture(scope="module")
def live(tmp_path_factory):
    service = LiveService(tmp_path_factory.mktemp("live"), audit=KeptEntries())
    yield service
    service.close()


def said(live, row):
    return model(by_topic(live.cards(order_sign(row.record, kyphoplasty(row.level)))), row.study.id)


def near(found, expected, tolerance):
    return found == pytest.approx(expected, abs=tolerance)


@pytest.mark.parametrize("row", ROWS)
def test_the_figure_of_the_study_comes_out_of_an_order_sign(live, row):
    found, example = said(live, row), row.example
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
    assert found["baseline"] == {"incidence": pytest.approx(row.study.incidence), "source": "study"}
    assert any("Not calibrated here" in concern for concern in found["concerns"])


def test_the_same_figures_come_whatever_else_the_record_holds(live):
    """Lists that were read, and measures that the study does not use, change nothing."""
    unrelated = (drug("losartan"), ordered_elsewhere(), patient(sex="female", age=76), measured("pain-score", 6))
    for param in ROWS:
        (row,) = param.values
        plain = said(live, row)
        crowded = by_topic(live.cards(order_sign((*row.record, *unrelated), kyphoplasty(row.level))))
        for key in ("risk", "studyUncertainty", "ifMeasured", "inputsKnown"):
            assert plain.get(key) == model(crowded, row.study.id).get(key)


def test_the_list_of_models_leaves_no_cell_blank(live):
    page = live.send("GET", "/models", Accept="text/html").body.decode()
    cells = re.findall(r"<t([dh])\b[^>]*>(.*?)</t\1>", page.partition("<tbody>")[2])
    assert len(cells) == 5 * 5
    assert all(text for _, text in cells)

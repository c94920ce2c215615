"""Every row of the evidence page's figures for tests, as an order-sign over HTTP against the real application."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest

from cds_service.loading import load_service
from cds_service.service import answer
from cds_service.site.folder import load_site
from tests.chart_builders import (
    KeptEntries,
    by_topic,
    drug,
    kyphoplasty,
    measured,
    model,
    order_sign,
    ordered_elsewhere,
    outcome,
    patient,
    problem,
)
from tests.live_service import LiveService

PAGE = Path(__file__).resolve().parents[2] / ".." / "shared" / "evidence" / "README.md"
NAMES = {"000": "sarcopenia-pvm-2022", "003": "nvcf-nomogram-2024", "004": "residual-pain-2025"}
# Printed incidences of the three studies: events / patients.
INCIDENCE = {"000": 74 / 214, "003": 28 / 188, "004": 29 / 213}
SITE = {"000": 0.12, "003": 0.12, "004": 0.10}

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
    """One row of the page: the words of its cells, the record that says the same, and the figures."""

    model: str
    known: str
    record: tuple[dict[str, Any], ...]
    level: str | None
    risk: float
    inputs_known: float
    uncertainty: tuple[float, float]
    if_measured: tuple[float, float] | None = None
    inputs: frozenset[str] = frozenset()
    held: dict[str, tuple[str, float]] = field(default_factory=dict)


ROWS = (
    Row(
        "000",
        "BMI 18.5, diabetes, sarcopenia, PMA 57, T −3.2, TL (MNA C)",
        (
            problem("diabetes"),
            measured("bmi", 18.5),
            measured("pma-rate", 57),
            measured("bmd-t-score", -3.2),
            measured("mna-score", 15),
            *LOW_MUSCLE,
        ),
        "L1",
        0.964,
        1,
        (0.88, 0.99),
        inputs=frozenset({"bmi", "diabetes", "sarcopenia", "pma-rate", "bmd-t-score", "tl-junction"}),
    ),
    Row(
        "000",
        "BMI 21.5, no diabetes, no sarcopenia, PMA 47, T −1.9, TL (MNA A)",
        (
            NO_DIABETES,
            measured("bmi", 21.5),
            measured("pma-rate", 47),
            measured("bmd-t-score", -1.9),
            measured("mna-score", 26),
            *GOOD_MUSCLE,
        ),
        "L1",
        0.007,
        1,
        (0.00, 0.03),
        inputs=frozenset({"bmi", "diabetes", "sarcopenia", "pma-rate", "bmd-t-score", "tl-junction"}),
    ),
    Row(
        "000",
        "BMI 19.6, no diabetes, sarcopenia, PMA 52, T −2.5, TL (MNA B)",
        (
            NO_DIABETES,
            measured("bmi", 19.6),
            measured("pma-rate", 52),
            measured("bmd-t-score", -2.5),
            measured("mna-score", 20),
            *LOW_MUSCLE,
        ),
        "L1",
        0.395,
        1,
        (0.19, 0.65),
        inputs=frozenset({"bmi", "diabetes", "sarcopenia", "pma-rate", "bmd-t-score", "tl-junction"}),
    ),
    Row(
        "000",
        "T −3.0, TL",
        (measured("bmd-t-score", -3.0),),
        "T12",
        0.667,
        0.72,
        (0.53, 0.78),
        (0.20, 0.97),
        frozenset({"bmd-t-score", "tl-junction"}),
    ),
    Row(
        "000",
        "T −2.8, TL, no diabetes",
        (NO_DIABETES, measured("bmd-t-score", -2.8)),
        "L1",
        0.382,
        0.78,
        (0.25, 0.53),
        (0.05, 0.82),
        frozenset({"diabetes", "bmd-t-score", "tl-junction"}),
    ),
    Row(
        "000",
        "T −2.8, TL, no diabetes, BMI 19.6",
        (NO_DIABETES, measured("bmd-t-score", -2.8), measured("bmi", 19.6)),
        "L1",
        0.345,
        0.90,
        (0.22, 0.50),
        (0.09, 0.67),
        frozenset({"bmi", "diabetes", "bmd-t-score", "tl-junction"}),
    ),
    Row(
        "000",
        "T −2.8, TL, no diabetes, BMI 28.5 (held at 22.0)",
        (NO_DIABETES, measured("bmd-t-score", -2.8), measured("bmi", 28.5)),
        "L1",
        0.088,
        0.90,
        (0.03, 0.24),
        (0.02, 0.18),
        frozenset({"bmi", "diabetes", "bmd-t-score", "tl-junction"}),
        {"bmi": ("held-reassuring", 22.0)},
    ),
    Row(
        "000",
        "T −2.2, TL, no diabetes, BMI 21",
        (NO_DIABETES, measured("bmd-t-score", -2.2), measured("bmi", 21)),
        "L1",
        0.025,
        0.90,
        (0.01, 0.07),
        (0.01, 0.05),
        frozenset({"bmi", "diabetes", "bmd-t-score", "tl-junction"}),
    ),
    Row(
        "000",
        "T −4.6 (held at −3.84)",
        (measured("bmd-t-score", -4.6),),
        None,  # the order does not say which level
        0.983,
        0.69,
        (0.94, 0.99),
        (0.96, 1.00),
        frozenset({"bmd-t-score"}),
        {"bmd-t-score": ("held-alarming", -3.84)},
    ),
    Row(
        "003",
        "PKP, CT 60 HU, SMI 140",
        (measured("ct-attenuation", 60), measured("multifidus-smi", 140)),
        "L1",
        0.051,
        1,
        (0.02, 0.11),
        inputs=frozenset({"procedure", "ct-attenuation", "multifidus-smi"}),
    ),
    Row(
        "003",
        "PKP, CT 60 HU",
        (measured("ct-attenuation", 60),),
        "L1",
        0.056,
        0.89,
        (0.03, 0.12),
        (0.03, 0.09),
        frozenset({"procedure", "ct-attenuation"}),
    ),
    Row(
        "004",
        "psoas total 14.41, FI 33.24",
        (measured("psoas-total-area", 14.41), measured("es-mf-fat-fraction", 33.24)),
        "L1",
        0.020,
        0.53,
        (0.01, 0.07),
        (0.00, 0.04),
        frozenset({"psoas-total-area", "es-mf-fat-fraction"}),
    ),
    Row(
        "004",
        "psoas total 8.71, FI 74.75",
        (measured("psoas-total-area", 8.71), measured("es-mf-fat-fraction", 74.75)),
        "L1",
        0.880,
        0.53,
        (0.66, 0.97),
        (0.59, 1.00),
        frozenset({"psoas-total-area", "es-mf-fat-fraction"}),
    ),
    Row(
        "004",
        "psoas total 8.71, FI 60",
        (measured("psoas-total-area", 8.71), measured("es-mf-fat-fraction", 60)),
        "L1",
        0.645,
        0.53,
        (0.43, 0.81),
        (0.05, 0.99),
        frozenset({"psoas-total-area", "es-mf-fat-fraction"}),
    ),
)
BY_NAME = [pytest.param(row, id=f"{row.model} {row.known}") for row in ROWS]


@pytest.fixture(scope="module")
def live(tmp_path_factory):
    service = LiveService(tmp_path_factory.mktemp("live"), audit=KeptEntries())
    yield service
    service.close()


@pytest.fixture(scope="module")
def site_service(tmp_path_factory):
    folder = tmp_path_factory.mktemp("site")
    folder.joinpath("site.toml").write_text(
        '[site]\nname = "Test"\n[baseline]\nrefracture = { incidence = 0.12, months = 12 }\n'
        "residual-pain = { incidence = 0.10, months = 12 }\n",
        encoding="utf-8",
    )
    return load_service(load_site(folder))


@pytest.fixture(scope="module")
def live_site(tmp_path_factory, site_service):
    """The same application, answering with the site's service."""
    service = LiveService(
        tmp_path_factory.mktemp("live"),
        audit=KeptEntries(),
        flow=lambda _, hook, request, ports: answer(site_service, site_service.hooks[hook.id], request, ports),
    )
    yield service
    service.close()


def said(live, row):
    return model(by_topic(live.cards(order_sign(row.record, kyphoplasty(row.level)))), NAMES[row.model])


def near(found, expected, tolerance):
    return found == pytest.approx(expected, abs=tolerance)


@pytest.mark.parametrize("row", BY_NAME)
def test_the_figure_of_the_evidence_page_comes_out_of_an_order_sign(live, row):
    found = said(live, row)
    assert near(found["risk"], row.risk, 0.01)
    assert near(found["inputsKnown"], row.inputs_known, 0.01)
    assert near(found["studyUncertainty"], list(row.uncertainty), 0.02)
    assert {one["name"] for one in found["inputs"]} == row.inputs


@pytest.mark.parametrize("row", BY_NAME)
def test_the_range_if_measured_stands_exactly_where_something_is_missing(live, row):
    found = said(live, row)
    if row.if_measured is None:
        assert "ifMeasured" not in found
        assert found["missing"] == []
    else:
        assert near(found["ifMeasured"], list(row.if_measured), 0.02)
        assert found["missing"]


@pytest.mark.parametrize("row", BY_NAME)
def test_a_value_beyond_the_study_is_held_at_its_end_and_said_to_be(live, row):
    found = said(live, row)
    for one in found["inputs"]:
        use, used = row.held.get(one["name"], ("as-is", one["value"]))
        assert one["use"] == use
        assert one["used"] == (pytest.approx(used, abs=0.05) if one["name"] in row.held else used)
        if one["name"] in row.held:
            assert any("taken as" in concern for concern in found["concerns"])


@pytest.mark.parametrize("row", BY_NAME)
def test_no_figure_of_a_study_alone_hides_that_it_is_not_calibrated_here(live, row):
    found = said(live, row)
    assert found["baseline"] == {"incidence": pytest.approx(INCIDENCE[row.model]), "source": "study"}
    assert any("Not calibrated here" in concern for concern in found["concerns"])


@pytest.mark.parametrize("row", BY_NAME)
def test_a_site_incidence_moves_figures_of_its_horizon_by_the_difference_of_the_log_odds(
    live, live_site, site_service, row
):
    is_observed = row.model != "003"  # the site observes 12 months, the nomogram counts over 24
    shift = log_odds(SITE[row.model]) - log_odds(INCIDENCE[row.model]) if is_observed else 0.0
    body = order_sign(row.record, kyphoplasty(row.level), service=site_service)
    at_site = model(by_topic(live_site.cards(body)), NAMES[row.model])
    at_study = said(live, row)
    assert near(at_site["risk"], share(log_odds(row.risk) + shift), 0.01)
    assert near(at_site["risk"], share(log_odds(at_study["risk"]) + shift), 1e-9)
    assert near(
        at_site["studyUncertainty"], [share(log_odds(end) + shift) for end in at_study["studyUncertainty"]], 1e-9
    )
    assert at_site["inputsKnown"] == at_study["inputsKnown"]
    baseline = {"incidence": SITE[row.model], "source": "site"} if is_observed else at_study["baseline"]
    assert at_site["baseline"] == baseline


@pytest.mark.parametrize("row", BY_NAME)
def test_the_same_figures_come_whatever_else_the_record_holds(live, row):
    """Lists that were read, and measures that the study does not use, change nothing."""
    unrelated = (drug("losartan"), ordered_elsewhere(), patient(sex="female", age=76), measured("pain-score", 6))
    plain, crowded = said(live, row), said(live, replace(row, record=(*row.record, *unrelated)))
    for key in ("risk", "studyUncertainty", "ifMeasured", "inputsKnown"):
        assert plain.get(key) == crowded.get(key)


def test_below_half_of_the_inputs_there_is_no_figure_and_no_band(live):
    """Muscle fat alone carries 0.31 of the residual-pain model, MNA nothing of the sarcopenia model."""
    cards = by_topic(
        live.cards(order_sign([measured("es-mf-fat-fraction", 60), measured("mna-score", 15)], kyphoplasty(None)))
    )
    for name, known in (("residual-pain-2025", 0.31), ("sarcopenia-pvm-2022", 0.0)):
        found = model(cards, name)
        assert near(found["inputsKnown"], known, 0.01)
        assert not {"risk", "studyUncertainty", "ifMeasured", "band"} & found.keys()
    assert {outcome(cards, name)["status"] for name in ("refracture", "residual-pain")} == {"insufficient-data"}


def test_every_row_of_the_page_is_tested_here_and_says_what_the_page_says():
    if not PAGE.is_file():
        pytest.skip("the evidence page is not beside this checkout")
    table = PAGE.read_text(encoding="utf-8").split("Figures for tests (", 1)[1].split("Reduced coefficients", 1)[0]
    lines = [line.strip("| ").split(" | ") for line in table.splitlines() if re.match(r"\| 00\d ", line)]
    printed = {(cells[0], cells[1]): [number(cell) for cell in cells[2:]] for cells in lines}
    ours = {
        (row.model, row.known): [
            [row.risk],
            [row.inputs_known],
            list(row.uncertainty),
            *([list(row.if_measured)] if row.if_measured else []),
        ]
        for row in ROWS
    }
    assert {key: [cell for cell in cells if cell] for key, cells in printed.items()} == ours


def test_the_list_of_models_leaves_no_cell_blank(live):
    page = live.send("GET", "/models", Accept="text/html").body.decode()
    cells = re.findall(r"<t([dh])\b[^>]*>(.*?)</t\1>", page.partition("<tbody>")[2])
    assert len(cells) == 5 * 5
    assert all(text for _, text in cells)


def number(cell):
    return [float(text) for text in re.findall(r"\d+(?:\.\d+)?", cell)]


def log_odds(probability):
    return math.log(probability / (1 - probability))


def share(value):
    return 1 / (1 + math.exp(-value))

"""The worked examples of the documentation, recomputed with plain arithmetic from the study's page alone."""

import math
import re
from pathlib import Path

import pytest

from tests.chart_builders import application, open_service

PAGE = Path(__file__).parents[2] / "docs" / "worked-examples.md"
# Evidence page, "Figures for tests".
FIGURES = {
    "sarcopenia-pvm-2022": 0.395,
    "nvcf-nomogram-2024": 0.051,
    "residual-pain-2025": 0.880,
}


def number(text: str) -> float:
    return float(text.replace("−", "-"))


@pytest.mark.parametrize("model", FIGURES)
def test_the_sum_by_hand_is_the_figure_and_each_number_stands_on_the_studys_page(model):
    section = (
        PAGE.read_text(encoding="utf-8")
        .partition(f"## {model}\n")[2]
        .partition("\n## ")[0]
    )
    rows = [
        [cell.strip() for cell in line.strip("|").split("|")]
        for line in section.splitlines()
        if line[:1] == "|"
    ]
    (name, *_, intercept), *inputs = rows[2:]
    assert name == "intercept"
    for _, value, coefficient, product in inputs:
        assert number(value) * number(coefficient) == pytest.approx(
            number(product), abs=0.0001
        )
    log_odds = number(intercept) + sum(number(row[3]) for row in inputs)
    risk = 1 / (1 + math.exp(-log_odds))
    said = re.search(r"Log odds (\S+); risk (\S+?)\.?[ \n]", section)
    assert log_odds == pytest.approx(number(said[1]), abs=0.0002)
    assert risk == pytest.approx(number(said[2].rstrip(".")), abs=0.0006)
    assert risk == pytest.approx(FIGURES[model], abs=0.01)

    page = application().get(f"/models/{model}", "text/html").text
    known = (
        open_service().models[model].reduced(frozenset(row[0] for row in inputs)).known
    )
    table = page.partition("sets of known inputs</summary>")[2].partition("</table>")[0]
    lines = [
        re.findall(r"<td[^>]*>([^<]*)</td>", line) for line in table.split("<tr>")[2:]
    ]
    asked = [intercept, *(row[2] for row in inputs)]
    assert len(known) == len(inputs)
    assert asked in [[cell for cell in line[1:] if cell] for line in lines]


def test_the_pooled_sum_by_hand_is_the_figure_and_each_number_stands_on_the_models_page():
    """0.7914: "everything against her", from an independent calculation."""
    section = (
        PAGE.with_name("pooled.md")
        .read_text(encoding="utf-8")
        .partition("## By hand\n")[2]
        .partition("\n## ")[0]
    )
    rows = [
        [cell.strip() for cell in line.strip("|").split("|")]
        for line in section.splitlines()
        if line[:1] == "|"
    ]
    page = application().get("/models/pooled-2026", "text/html").text
    (_, *_, intercept), *inputs = rows[2:]
    log_odds = number(intercept)
    for _, value, coefficient, product in inputs:
        assert number(value) * number(coefficient) == pytest.approx(
            number(product), abs=0.001
        )
        assert f">{coefficient}<" in page
        log_odds += number(product)
    assert intercept in page
    assert 1 / (1 + math.exp(-log_odds)) == pytest.approx(0.7914, abs=0.001)

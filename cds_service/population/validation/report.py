"""The page of `validate --report`: one file, readable on paper.

altair draws its plots, vl-convert makes them SVG.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import altair as alt
import vl_convert
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from cds_service.population.outcomes.outcomes_file import OutcomesFile, first_faults
from cds_service.population.validation.hospitals import MEASURES
from cds_service.population.validation.performance import Performance
from cds_service.population.validation.validating import ModelValidation

PAGE = "report.html"
BLUE, GREY, ORANGE = "#1f5fa8", "#767676", "#b85c00"
SIDE = 300  # pixels
PERCENT = alt.Axis(format="%", grid=True, gridColor="#e5e5e5")


def validation_page(
    models: Sequence[ModelValidation], file: OutcomesFile, written: datetime
) -> str:
    """Return the report as HTML."""
    pages = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
    )
    return pages.get_template(PAGE).render(
        models=models,
        file=file,
        faults=first_faults(file.faults),
        written=written,
        calibration_plot=calibration_plot,
        decision_plot=decision_plot,
        measures=MEASURES,
        quarter_plot=quarter_plot,
    )


def calibration_plot(measured: Performance) -> Markup:
    """Draw the share of patients with the outcome against the figure.

    It shows groups with 95 % intervals, a smooth line and the line of equality.
    """
    groups = [
        {
            "figure": point.predicted,
            "share": point.observed,
            "low": point.interval[0],
            "high": point.interval[1],
            "n": point.n,
        }
        for point in measured.calibration_curve
    ]
    smooth = [{"figure": figure, "share": share} for figure, share in measured.smooth]
    ends = [0.1]
    for group in groups:
        ends += [group["figure"], group["high"]]
    ends += [point["figure"] for point in smooth]
    top = max(ends)
    scale = alt.Scale(domain=[0, min(1.0, top * 1.05)], nice=False)
    x = alt.X("figure:Q", title="figure of the model", scale=scale, axis=PERCENT)
    y = alt.Y("share:Q", title="patients with the outcome", scale=scale, axis=PERCENT)
    equality = _chart([{"figure": 0, "share": 0}, {"figure": 1, "share": 1}])
    layers = [equality.mark_line(color=GREY, strokeDash=[4, 4], clip=True).encode(x, y)]
    if smooth:
        line = _chart(smooth).mark_line(color=ORANGE, clip=True)
        layers.append(line.encode(x, y, alt.Order("figure:Q")))
    points = _chart(groups)
    intervals = points.mark_rule(color=BLUE, clip=True)
    layers.append(intervals.encode(x, alt.Y("low:Q"), alt.Y2("high:Q")))
    size = alt.Size("n:Q", legend=None, scale=alt.Scale(range=[30, 120]))
    marks = points.mark_point(color=BLUE, filled=True, opacity=1)
    layers.append(marks.encode(x, y, size))
    return _svg(alt.layer(*layers))


def quarter_plot(quarters: Mapping[str, Performance]) -> Markup:
    """Draw observed / expected by quarter, with 95 % intervals.

    A ratio of 1 means that as many patients had the outcome as expected.
    """
    rows: list[dict[str, Any]] = []
    bounds = [0.5, 2.0]
    for name, quarter in quarters.items():
        if ratio := quarter.observed_expected:
            low, high = ratio.interval
            rows.append(
                {"quarter": name, "ratio": ratio.value, "low": low, "high": high}
            )
            bounds += [low, high]
    scale = alt.Scale(type="log", domain=[min(bounds), max(bounds)], nice=False)
    x = alt.X("quarter:O", title="quarter of the procedure")
    y = alt.Y("ratio:Q", title="observed / expected", scale=scale)
    data = _chart(rows)
    equality = _chart([{"ratio": 1}])
    return _svg(
        alt.layer(
            equality.mark_rule(color=GREY, strokeDash=[4, 4]).encode(y),
            data.mark_rule(color=BLUE).encode(x, alt.Y("low:Q"), alt.Y2("high:Q")),
            data.mark_point(color=BLUE, filled=True, opacity=1, size=60).encode(x, y),
        )
    )


def decision_plot(measured: Performance) -> Markup:
    """Draw the net benefit of acting on the figure, on all or on none, by threshold."""
    curve = measured.decision_curve
    benefits = {
        "the model": [point.model for point in curve],
        "all": [point.all for point in curve],
        "none": [0.0 for _ in curve],
    }
    rows = [
        {"threshold": point.threshold, "benefit": benefit, "who": who}
        for who, benefits_of_who in benefits.items()
        for point, benefit in zip(curve, benefits_of_who, strict=True)
    ]
    top = max(0.01, *benefits["the model"])
    heights = alt.Scale(domain=[-top / 4, top * 1.1])
    colours = alt.Scale(domain=list(benefits), range=[BLUE, ORANGE, GREY])
    dashes = alt.Scale(domain=list(benefits), range=[[1, 0], [6, 3], [2, 2]])
    lines = _chart(rows).mark_line(clip=True)
    return _svg(
        lines.encode(
            alt.X("threshold:Q", title="threshold of acting", axis=PERCENT),
            alt.Y("benefit:Q", title="net benefit", scale=heights),
            alt.Color("who:N", title="act on", scale=colours),
            alt.StrokeDash("who:N", title="act on", scale=dashes),
        )
    )


def _chart(rows: Sequence[Mapping[str, object]]) -> alt.Chart:
    return alt.Chart(alt.InlineData(values=[dict(row) for row in rows]))


def _svg(chart: Any) -> Markup:
    sized = (
        chart.properties(width=SIDE, height=SIDE)
        .configure(font="sans-serif")
        .configure_view(stroke=None)
        .configure_legend(orient="bottom", labelLimit=0)
    )
    # It holds numbers and our own words alone, so nothing in it is to be escaped.
    return Markup(vl_convert.vegalite_to_svg(sized.to_json()))  # noqa: S704

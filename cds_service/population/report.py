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

from cds_service.population.hospitals import MEASURES
from cds_service.population.outcomes_file import OutcomesFile, first_faults
from cds_service.population.performance import Performance
from cds_service.population.validating import ModelValidation

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
    """Draw the share with the outcome against the figure.

    Groups with 95 % intervals, a smooth line, the line of equality.
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
    top = max(
        [
            0.1,
            *(group[name] for group in groups for name in ("figure", "high")),
            *(point["figure"] for point in smooth),
        ]
    )
    scale = alt.Scale(domain=[0, min(1.0, top * 1.05)], nice=False)
    x = alt.X("figure:Q", title="figure of the model", scale=scale, axis=PERCENT)
    y = alt.Y("share:Q", title="patients with the outcome", scale=scale, axis=PERCENT)
    equal = _chart([{"figure": 0, "share": 0}, {"figure": 1, "share": 1}])
    points = _chart(groups)
    layers = [
        equal.mark_line(color=GREY, strokeDash=[4, 4], clip=True).encode(x, y),
        points.mark_rule(color=BLUE, clip=True).encode(
            x, alt.Y("low:Q"), alt.Y2("high:Q")
        ),
        points.mark_point(color=BLUE, filled=True, opacity=1).encode(
            x, y, alt.Size("n:Q", legend=None, scale=alt.Scale(range=[30, 120]))
        ),
    ]
    if smooth:
        layers.insert(
            1,
            _chart(smooth)
            .mark_line(color=ORANGE, clip=True)
            .encode(x, y, alt.Order("figure:Q")),
        )
    return _svg(alt.layer(*layers))


def quarter_plot(quarters: Mapping[str, Performance]) -> Markup:
    """Draw observed / expected by quarter, with 95 % intervals.

    1 is as many as expected.
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
    equal = _chart([{"ratio": 1}])
    return _svg(
        alt.layer(
            equal.mark_rule(color=GREY, strokeDash=[4, 4]).encode(y),
            data.mark_rule(color=BLUE).encode(x, alt.Y("low:Q"), alt.Y2("high:Q")),
            data.mark_point(color=BLUE, filled=True, opacity=1, size=60).encode(x, y),
        )
    )


def decision_plot(measured: Performance) -> Markup:
    """Draw the net benefit of acting on the figure, on all or on none, by threshold."""
    rows = [
        {"threshold": point.threshold, "benefit": point.model, "who": "the model"}
        for point in measured.decision_curve
    ]
    rows += [
        {"threshold": point.threshold, "benefit": point.all, "who": "all"}
        for point in measured.decision_curve
    ]
    rows += [
        {"threshold": point.threshold, "benefit": 0.0, "who": "none"}
        for point in measured.decision_curve
    ]
    top = max(0.01, *(point.model for point in measured.decision_curve))
    color = alt.Scale(domain=["the model", "all", "none"], range=[BLUE, ORANGE, GREY])
    chart = (
        _chart(rows)
        .mark_line(clip=True)
        .encode(
            alt.X("threshold:Q", title="threshold of acting", axis=PERCENT),
            alt.Y(
                "benefit:Q",
                title="net benefit",
                scale=alt.Scale(domain=[-top / 4, top * 1.1]),
            ),
            alt.Color("who:N", title="act on", scale=color),
            alt.StrokeDash(
                "who:N",
                title="act on",
                scale=alt.Scale(domain=color.domain, range=[[1, 0], [6, 3], [2, 2]]),
            ),
        )
    )
    return _svg(chart)


def _chart(rows: Sequence[Mapping[str, object]]) -> alt.Chart:
    return alt.Chart(alt.InlineData(values=[dict(row) for row in rows]))


def _svg(chart: Any) -> Markup:
    sized = (
        chart.properties(width=SIDE, height=SIDE)
        .configure(font="sans-serif")
        .configure_view(stroke=None)
        .configure_legend(orient="bottom", labelLimit=0)
    )
    # Of numbers and our own words alone.
    return Markup(vl_convert.vegalite_to_svg(sized.to_json()))  # noqa: S704

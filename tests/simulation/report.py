"""The report of the simulation as a page of the documentation."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

HEAD = """# Simulation: are the figures worth what they say?

Made by `make simulation`; the model cards show the same figures. {patients} patients and {studies} repeated studies in each world, seed {seed}.

The reconstruction rests on what the papers print. What they do not print, how inputs hang together, which shape they have, it has to assume: independent within the groups with and without the outcome, normal, and the risk as the printed model has it. So the patients here come from worlds in which **every printed mean, SD and count is true, and the printed model is what a logistic regression finds**, but which differ in the rest:

{worlds}

In the curved world the floor is the highest at which the printed tables can still be true: {floors}. The figures come from the live code, with held values; the measures from `validate`. Inputs are removed as records lack them (T-score known in 70 %, BMI in 90 %, sarcopenia in 20 %, PMA in 10 %, HU in 60 %, muscle on MRI in 10 to 50 %).
"""  # noqa: E501
READ = """## How to read it

- **slope, intercept**: calibration of the figures in the world's patients; right are 1 and 0. Full: all inputs known. As recorded: figures that would be shown with inputs missing.
- **if measured**: share of patients whose figure, once all is measured, lies in the range that was said (8 in 10 is right): lowest, middle and highest third of figures.
- **study uncertainty**: the study is done again and again in the world, printed, rebuilt and asked. Share of patients for whom its 95 % interval holds what an endless study would say; ± is the error of the simulation.
- **refit**: calibration slope of a model fitted to one such study, in new patients: under 1 is the overfitting to expect of the printed coefficients. No selection of predictors is simulated; with it, it is worse.
- **ranking**: rank correlation, over all sets of inputs, of "inputs known" with the AUC that figures from these inputs reach.
"""  # noqa: E501


AUCS = """The AUC says how well figures rank patients, not whether they are right. Ours is that of the printed model where it is true, in sets of the printed size; the printed ones are of real patients. Of one input alone ours follows from the printed means and SDs of two normal groups, weighted; a difference says that the real distributions are not normal.
"""  # noqa: E501
TESTED = """An AUC in the training set is of a model chosen on the same patients. The testing set has 9 events: its 0.664 lies at the lower edge of chance, or the model is worse than printed; nothing printed tells which.
"""  # noqa: E501


def summary(found: Mapping[str, Any]) -> list[str]:
    """What the simulation found for one study, in sentences; the model card shows them."""
    worlds = found["worlds"]
    full, held = _range(worlds, "full", "slope"), _range(worlds, "asRecorded", "slope")
    where = f"In {len(worlds)} simulated worlds where every printed number is true"
    said = [f"{where}, the calibration slope is {full} with all inputs known and {held} with those that records hold."]
    name, off = max(
        ((name, one["full"]) for name, one in worlds.items()), key=lambda pair: abs(pair[1]["intercept"][0])
    )
    side = "high" if off["intercept"][0] < 0 else "low"
    said.append(
        "The intercept is not printed and rests on our assumption that inputs are unrelated within the groups: in the"
        f' world "{name}" figures with all inputs known are {abs(off["intercept"][0]):.2f} log odds too {side}, the'
        " most of all worlds"
        f" (observed / expected {off['observedExpected'][0]:.2f})."
    )
    thirds = [one["ifMeasured"][third] for one in worlds.values() for third in ("lowThird", "middleThird", "highThird")]
    said.append(
        f"The if-measured range held the figure of all inputs in {min(thirds):.2f} to {max(thirds):.2f} of patients,"
        " by world and third of figures; it says 0.80."
    )
    covered = [one["coverage"][known][0] for one in worlds.values() for known in one["coverage"]]
    said.append(
        "The study uncertainty held what an endless study would say in"
        f" {min(covered):.2f} to {max(covered):.2f} of patients, by world and inputs; it says 0.95."
    )
    slopes = [one["refitSlope"][0] for one in worlds.values()]
    said.append(
        f"A model fitted to as few patients as the study's has a calibration slope of {min(slopes):.2f} to"
        f" {max(slopes):.2f} in new patients, before any selection of predictors: its figures are too extreme by that."
    )
    low = worlds["curved"]["lowFigures"]
    said.append(
        f"Where the true risk has a floor of {100 * worlds['curved']['floor']:g} %, which the printed tables allow,"
        f" figures under 5 % say {100 * low['said']:.1f} % on average and {100 * low['true']:.1f} % is true."
    )
    ill = found["measuredWhenIll"]
    said.append(
        "Where patients at higher risk are measured three times as often, observed / expected is"
        f" {ill['observedExpected'][0]:.2f} and the slope {ill['slope'][0]:.2f}."
    )
    return said


def _range(worlds: Mapping[str, Any], kind: str, measure: str) -> str:
    values = [one[kind][measure][0] for one in worlds.values()]
    return f"{min(values):.2f} to {max(values):.2f}"


def report(found: Mapping[str, Any]) -> str:
    """The whole page."""
    worlds = "\n".join(f"- **{name}**: {differs}" for name, differs in found["worlds"].items())
    floors = ", ".join(
        f"{100 * one['worlds']['curved']['floor']:g} % for `{name}`" for name, one in found["models"].items()
    )
    parts = [HEAD.format(**{**found, "worlds": worlds, "floors": floors}), READ]
    parts += ["\n".join(_model(name, one)) for name, one in found["models"].items()]
    return "\n".join(parts)


def _model(name: str, found: Mapping[str, Any]) -> Iterator[str]:
    yield f"## {name}\n"
    yield from (f"- {line}" for line in found["summary"])
    yield ""
    yield from _table(
        ("world", "slope, full", "intercept, full", "slope, as recorded", "intercept, as recorded", "if measured"),
        (
            (world, _say(one["full"]["slope"]), _say(one["full"]["intercept"]), _say(one["asRecorded"]["slope"]),
             _say(one["asRecorded"]["intercept"]), _if_measured(one["ifMeasured"]))
            for world, one in found["worlds"].items()
        ),
    )  # fmt: skip
    sets = list(next(iter(found["worlds"].values()))["coverage"])
    yield from _table(
        ("world", *(f"study uncertainty: {one}" for one in sets), "refit", "ranking", "figures under 5 %: said, true"),
        (
            (world, *(_margin(one["coverage"][known]) for known in sets), _margin(one["refitSlope"]),
             f"{one['ranking']:.2f}", _low(one["lowFigures"]))
            for world, one in found["worlds"].items()
        ),
    )  # fmt: skip
    yield from _table(
        ("as assumed, but", "slope", "intercept", "observed / expected"),
        (
            (words, *(_say(found[key][measure]) for measure in ("slope", "intercept", "observedExpected")))
            for key, words in (
                ("measuredWhenIll", "those at higher risk are measured three times as often"),
                ("siteAtHalfTheIncidence", "a site with half the incidence, set as its `[baseline]`"),
            )
        ),
    )
    if found["printedAuc"]:
        yield from _table(
            ("AUC of", "patients, events", "printed", "ours", "by chance (95 %)"),
            (
                (one["set"], f"{one['n']}, {one['events']}", f"{one['printed']:.3f}", f"{one['ours']:.3f}",
                 " to ".join(f"{end:.2f}" for end in one["chance"]) if "chance" in one else "")
                for one in found["printedAuc"]
            ),
        )  # fmt: skip
        yield AUCS
        if any(one["printed"] == 0.664 for one in found["printedAuc"]):
            yield TESTED
    failed = sum(one["notRebuilt"] for one in found["worlds"].values())
    tried = sum(one["studies"] for one in found["worlds"].values())
    if failed:
        yield (
            f"{failed} of {tried} repeated studies had a model that could not be fitted, or tables that no weights give"
            " back; they are left out.\n"
        )


def _table(head: Sequence[str], rows: Any) -> Iterator[str]:
    yield f"| {' | '.join(head)} |"
    yield f"|{'---|' * len(head)}"
    for row in rows:
        yield f"| {' | '.join(row)} |"
    yield ""


def _say(found: Sequence[float] | None) -> str:
    if found is None:
        return "–"
    value, low, high = (f"{one:z.2f}".replace("-", "−") for one in found)
    return f"{value} ({low} to {high})"


def _if_measured(found: Mapping[str, float]) -> str:
    return ", ".join(f"{found[name]:.2f}" for name in ("lowThird", "middleThird", "highThird"))


def _margin(found: Sequence[float]) -> str:
    return f"{found[0]:.2f} ± {found[1]:.2f}"


def _low(found: Mapping[str, float] | None) -> str:
    return "–" if found is None else f"{100 * found['said']:.1f} %, {100 * found['true']:.1f} %"

"""Patients as Hypothesis makes them up: any findings, lists, drugs, exclusions, orders and braces, in any mixture."""

from dataclasses import dataclass
from typing import Any

from hypothesis import strategies as st

from tests.chart_builders import (
    CHART,
    Resource,
    kyphoplasty,
    measured,
    order_sign,
    ordered_elsewhere,
    patient,
    problem,
)
from tests.tables import cases


@dataclass(frozen=True)
class Signing:
    """One patient's record and the orders being signed."""

    record: tuple[Resource, ...]
    drafts: tuple[Resource, ...]
    failed: frozenset[str] = frozenset()  # prefetch keys that hold an error instead

    def request(self, **options: Any) -> dict[str, Any]:
        """The order-sign with prefetch; options as of `order_sign`."""
        body = order_sign(self.record, *self.drafts, **options)
        return body | {
            "prefetch": body["prefetch"] | dict.fromkeys(self.failed, OUTCOME)
        }


OUTCOME = {
    "resourceType": "OperationOutcome",
    "issue": [{"severity": "error", "code": "timeout"}],
}
KEYS = (
    "boneDensity",
    "function",
    "imaging",
    "conditions",
    "medications",
    "procedures",
    "serviceRequests",
)
NAMED = CHART | {
    "in_words": lambda text: kyphoplasty("L1", code="99999") | {"code": {"text": text}},
    "other_procedure": lambda _: ordered_elsewhere(),
}
MEASURES, RECORDED, PROBLEMS, MEDICATION, ACTIVE, DRAFTS = (
    cases(__file__, name, NAMED)
    for name in ("measures", "recorded", "problems", "medication", "active", "drafts")
)


@st.composite
def measurements(draw: st.DrawFn) -> list[Resource]:
    """Any of the measures, most of them recorded well."""
    found = []
    for name in draw(st.sets(st.sampled_from(sorted(MEASURES)))):
        low, high = MEASURES[name]
        value = round(draw(st.floats(low, high)), 1)
        how = draw(st.sampled_from(["well"] * 8 + sorted(RECORDED)))
        found.append(measured(name, value, **RECORDED[how]))
    return found


@st.composite
def problems(draw: st.DrawFn) -> list[Resource]:
    """A problem list; what excludes a patient from every study is drawn one time in three."""
    names = draw(st.sets(st.sampled_from(PROBLEMS["usual"])))
    if draw(st.integers(0, 2)) == 0:
        names |= draw(st.sets(st.sampled_from(PROBLEMS["rare"]), max_size=3))
    return [problem(name, days=30) for name in sorted(names)]


@st.composite
def signings(draw: st.DrawFn) -> Signing:
    """Any patient, with a kyphoplasty or vertebroplasty among the orders."""
    record = [
        patient(
            sex=draw(st.sampled_from(["female", "male", None])),
            age=draw(st.sampled_from([52, 68, 76, 93, None])),
        ),
        *draw(measurements()),
        *draw(problems()),
        *MEDICATION[draw(st.sampled_from(sorted(MEDICATION)))],
        *(
            ACTIVE[name]
            for name in sorted(
                draw(st.sets(st.sampled_from(sorted(ACTIVE)), max_size=4))
            )
        ),
    ]
    drafts = (
        *draw(st.sampled_from(DRAFTS["procedures"])),
        *DRAFTS["braces"][draw(st.sampled_from(sorted(DRAFTS["braces"])))],
        *DRAFTS["bed-rest"][draw(st.sampled_from(sorted(DRAFTS["bed-rest"])))],
    )
    failed = (
        draw(st.sets(st.sampled_from(KEYS), max_size=2))
        if draw(st.integers(0, 4)) == 0
        else set()
    )
    return Signing(tuple(record), drafts, frozenset(failed))

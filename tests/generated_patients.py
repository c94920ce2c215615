"""Patients as Hypothesis makes them up: any findings, lists, drugs, exclusions, orders and braces, in any mixture."""

from dataclasses import dataclass
from typing import Any

from hypothesis import strategies as st

from tests.chart_builders import (
    Resource,
    augmented,
    bed_rest,
    brace,
    dose,
    drug,
    kyphoplasty,
    measured,
    order_sign,
    ordered,
    ordered_elsewhere,
    patient,
    period,
    problem,
    vertebroplasty,
)


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
# Plausible values, the studies' own ranges and well beyond; one decimal, as people
# record them.
MEASURES = {
    "bmd-t-score": (-5.0, 1.0),
    "bmi": (14.0, 42.0),
    "appendicular-muscle-index": (3.0, 9.0),
    "grip-strength": (4.0, 45.0),
    "gait-speed": (0.2, 1.6),
    "mna-score": (0.0, 30.0),
    "pma-rate": (30.0, 75.0),
    "multifidus-smi": (20.0, 320.0),
    "ct-attenuation": (-20.0, 180.0),
    "psoas-total-area": (4.0, 30.0),
    "es-mf-fat-fraction": (5.0, 90.0),
    "psoas-fat-fraction": (2.0, 60.0),
    "l4-vertebral-area": (9.0, 20.0),
    "vbq": (1.8, 4.4),
}
# How a value was recorded, as members of its Observation.
RECORDED: dict[str, dict[str, Any]] = {
    "well": {},
    "old": {"days": 300},
    "stale": {"days": 4000},
    "undated": {"effectiveDateTime": None},
    "preliminary": {"status": "preliminary"},
    "of another": {"subject": {"reference": "Patient/other"}},
    "in a strange unit": {"valueQuantity": {"value": 12, "unit": "furlong"}},
}
PROBLEMS = {
    "usual": ["hypertension", "diabetes", "sarcopenia", "prior-spinal-surgery"],
    # What excludes a patient from every study.
    "rare": [
        "end-of-life",
        "malignancy",
        "neurological-deficit",
        "spinal-infection",
        "unstable-fracture",
    ],
}
MEDICATION: dict[str, list[Resource]] = {
    "none": [drug("losartan")],
    "treated": [drug("losartan"), drug("alendronate")],
    "denosumab": [dose("denosumab", days=100)],
    "denosumab overdue": [drug("losartan"), dose("denosumab", days=280)],
    "steroids": [drug("prednisolone")],
    "not known": [],
}
# What is active, or was done.
ACTIVE = {
    "open brace": brace("old-brace", status="active"),
    "rehabilitation": ordered("rehabilitation"),
    "dietitian": ordered("dietitian"),
    "bone treatment": ordered("bone-treatment"),
    "bedside": ordered("bedside-measurement"),
    "earlier augmentation": augmented(40),
    "other procedure": ordered_elsewhere(),
}
# What is signed.
PROCEDURES: list[list[Resource]] = [
    [kyphoplasty()],
    [kyphoplasty("T12", code="22513")],
    [kyphoplasty(None)],
    [vertebroplasty()],
    [kyphoplasty(), kyphoplasty("T12", number="kypho-2", code="22513")],
    [kyphoplasty(), vertebroplasty("T12")],
    [kyphoplasty() | {"code": {"text": "Balloon kyphoplasty L1"}}],
]
BRACES: dict[str, list[Resource]] = {
    "none": [],
    "open draft": [brace()],
    "short draft": [brace(occurrencePeriod=period(0, 42))],
    "long draft": [brace(occurrencePeriod=period(0, 120))],
    "other device": [brace(code="L0120")],  # cervical
}
BED_REST: dict[str, list[Resource]] = {
    "none": [],
    "routine": [bed_rest(12)],
    "long": [bed_rest(72)],
    "open": [bed_rest(None)],
}


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
        *draw(st.sampled_from(PROCEDURES)),
        *BRACES[draw(st.sampled_from(sorted(BRACES)))],
        *BED_REST[draw(st.sampled_from(sorted(BED_REST)))],
    )
    failed = (
        draw(st.sets(st.sampled_from(KEYS), max_size=2))
        if draw(st.integers(0, 4)) == 0
        else set()
    )
    return Signing(tuple(record), drafts, frozenset(failed))

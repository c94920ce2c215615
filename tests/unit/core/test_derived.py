"""What follows from other findings and from the order (evidence page; cards page, section 5, for the rulers)."""

from datetime import date
from functools import partial

import pytest

from cds_service.core.derived import derive
from cds_service.core.findings import AugmentationOrder, Findings, Gap, TreatedLevels
from cds_service.core.sarcopenia import RULERS
from tests.builders import specs
from tests.expected import Known, Missing, check
from tests.fact_builders import facts, finding

DAY = date(2026, 11, 2)
ORDER = {
    "references": ("ServiceRequest/1",),
    "procedure": "PKP",
    "levels": TreatedLevels(names=("T12", "L1"), is_at_junction=True),
}


def known(name, value, *, on=DAY, **members):
    return finding(name, value, observed=on)._replace(**members)


def derived(*findings, order=None, ruler="awgs-2019", gaps=()):
    found = facts(**{one.name: one for one in findings})
    stated = Findings(found.known, {**found.gaps, **{one.name: one for one in gaps}})
    if order is not None:
        order = AugmentationOrder(
            **ORDER | order | {"reasons": frozenset(order.get("reasons", ()))}
        )
    return derive(stated, specs(), order, sarcopenia_criteria=ruler)


@pytest.mark.parametrize(
    ("follow", "expected"),
    [
        pytest.param(
            partial(
                derived,
                known("weight", value=51.2),
                known("height", value=1.6, on=date(2020, 1, 1)),
            ),
            {
                "bmi": Known(
                    20.0,
                    observed=date(2026, 11, 2),
                    sources=["Observation/weight", "Observation/height"],
                )
            },
            id="BMI follows from weight and height with both sources",
        ),
        pytest.param(
            partial(
                derived,
                known("bmi", value=20.9),
                known("weight", value=51.2),
                known("height", value=1.6),
            ),
            {"bmi": Known(20.9, concerns=[])},
            id="a recorded BMI that agrees stays",
        ),
        pytest.param(
            partial(
                derived,
                known("bmi", value=26.0, on=date(2026, 11, 10)),
                known("weight", value=51.2),
                known("height", value=1.6),
            ),
            {
                "bmi": Known(
                    26.0,
                    concerns=[
                        (
                            "Recorded BMI and BMI from weight and height differ (26.0 and"
                            " 20.0); the newer is used."
                        )
                    ],
                )
            },
            id="where recorded and computed BMI differ the newer is used, here the recorded one",
        ),
        pytest.param(
            partial(
                derived,
                known("bmi", value=26.0, on=date(2026, 10, 1)),
                known("weight", value=51.2),
                known("height", value=1.6),
            ),
            {
                "bmi": Known(
                    20.0,
                    may_reassure=False,
                    concerns=[
                        (
                            "Recorded BMI and BMI from weight and height differ (26.0 and"
                            " 20.0); the newer is used."
                        )
                    ],
                )
            },
            id="and here the computed one",
        ),
        pytest.param(
            partial(
                derived,
                known("bmi", value=26.0),
                known("weight", value=51.2),
                known("height", value=1.6),
            ),
            {
                "bmi": Missing(
                    "conflicting",
                    detail="Recorded BMI and BMI from weight and height differ (26.0 and"
                    " 20.0)",
                )
            },
            id="of one day both cannot be right",
        ),
        pytest.param(
            partial(
                derived,
                known("weight", value=51.2, concerns=["The weight is 8 months old."]),
                known("height", value=1.6),
            ),
            {"bmi": Known(concerns=["The weight is 8 months old."])},
            id="concerns of the parts stand beside the result",
        ),
        pytest.param(
            partial(
                derived,
                known("appendicular-lean-mass", value=12.8, method="bioimpedance"),
                known("height", value=1.6),
            ),
            {"appendicular-muscle-index": Known(5.0, method="bioimpedance")},
            id="the muscle index follows from lean mass and height with its method",
        ),
        # The two pictured patients of residual-pain-2025.
        pytest.param(
            partial(
                derived,
                known("psoas-total-area", value=14.41),
                known("psoas-fat-fraction", value=33.24),
            ),
            {"psoas-muscle-area": Known(9.620116)},
            id="psoas muscle area is total less fat, in the patient without pain",
        ),
        pytest.param(
            partial(
                derived,
                known("psoas-total-area", value=8.71),
                known("psoas-fat-fraction", value=74.75),
            ),
            {"psoas-muscle-area": Known(2.199275)},
            id="and in the one with pain",
        ),
        pytest.param(
            partial(
                derived,
                known("psoas-total-area", value=11.06),
                known("l4-vertebral-area", value=14.0),
            ),
            {"plvi": Known(0.79, concerns=[])},
            id="PLVI is psoas over vertebra",
        ),
        pytest.param(
            partial(
                derived,
                known("psoas-total-area", value=11.06),
                known("l4-vertebral-area", value=14.0, on=date(2026, 6, 1)),
            ),
            {"plvi": Known(concern="different days")},
            id="areas of different days are said",
        ),
        pytest.param(
            partial(
                derived,
                known("plvi", value=0.9),
                known("psoas-total-area", value=7.0),
                known("l4-vertebral-area", value=14.0),
            ),
            {"plvi": Known(0.9)},
            id="a recorded PLVI stays",
        ),
        pytest.param(
            partial(
                derived,
                known("mna-score", value=26.0),
                known("mna-category", value="C"),
            ),
            {"mna-category": Known("A", concern="does not fit")},
            id="the MNA score counts before a recorded category that does not fit",
        ),
        pytest.param(
            partial(derived, known("mna-category", value="C")),
            {"mna-category": Known("C")},
            id="a recorded category alone counts",
        ),
        pytest.param(
            partial(
                derived,
                known("appendicular-muscle-index", value=5.5, method="bioimpedance"),
                known("grip-strength", value=12.0),
                known("sex", value="female"),
            ),
            {
                "sarcopenia-site": Known(True),
                "sarcopenia": Known(False, concern="bioimpedance"),
            },
            id="bioimpedance has its own limit for women by the site's ruler",
        ),
        pytest.param(
            partial(
                derived,
                known("appendicular-muscle-index", value=6.5),
                known("grip-strength", value=27),
                known("gait-speed", value=1.2),
                known("sex", value="male"),
            ),
            {
                "sarcopenia-site": Known(
                    True,
                    concern="Grip 27 kg: low by AWGS 2019, not by the study's 26 kg; the"
                    " estimate counts it as normal.",
                ),
                "sarcopenia": Known(
                    False,
                    concern="Grip 27 kg: low by AWGS 2019, not by the study's 26 kg; the"
                    " estimate counts it as normal.",
                ),
            },
            id="the grey zone is said in both places",
        ),
        pytest.param(
            partial(
                derived,
                known("appendicular-muscle-index", value=4.8),
                known("grip-strength", value=17),
                known("gait-speed", value=1.2),
                known("sex", value="female"),
                ruler="ewgsop2",
            ),
            {
                "sarcopenia-site": Known(
                    concern="Grip 17 kg: low by the study's 18 kg, not by EWGSOP2; the"
                    " estimate counts it as low."
                )
            },
            id="the grey zone has another side",
        ),
        pytest.param(
            partial(
                derived,
                known("appendicular-muscle-index", value=4.8),
                known("grip-strength", value=19),
                known("sex", value="female"),
                ruler="awgs-2025",
            ),
            {"sarcopenia-site": Known(False)},
            id="by AWGS 2025 gait does not need to be known",
        ),
        pytest.param(
            partial(
                derived,
                known("sarcopenia", value=True, on=date(2024, 1, 1)),
                known("grip-strength", value=12),
                known("sex", value="female"),
            ),
            {"sarcopenia": Known(True), "sarcopenia-site": Known(True)},
            id="an active diagnosis says yes where measurement does not decide",
        ),
        pytest.param(
            partial(
                derived,
                known("sarcopenia", value=True, on=date(2024, 1, 1)),
                known("appendicular-muscle-index", value=6.0),
                known("grip-strength", value=25),
                known("gait-speed", value=1.2),
                known("sex", value="female"),
            ),
            {
                "sarcopenia": Known(False, concern="problem list"),
                "sarcopenia-site": Known(False, concern="problem list"),
            },
            id="measurement that contradicts a diagnosis wins and is named",
        ),
        pytest.param(
            partial(
                derived,
                known("appendicular-muscle-index", value=4.8),
                known("sex", value="female"),
            ),
            {"sarcopenia": Missing(detail="no diagnosis, and not known: grip, gait")},
            id="what is missing for a verdict is said",
        ),
        pytest.param(
            partial(derived, order={"code": "CPT|22514"}),
            {
                "procedure": Known(
                    "PKP", sources=["context.draftOrders: ServiceRequest/1"]
                ),
                "treated-levels": Known("T12,L1"),
                "tl-junction": Known(True),
            },
            id="the order gives procedure, levels and junction",
        ),
        pytest.param(
            partial(derived, order={"procedure": None, "levels": TreatedLevels()}),
            {
                "procedure": Missing("undetermined"),
                "treated-levels": Missing("undetermined"),
                "tl-junction": Missing("undetermined"),
            },
            id="what the order does not say is a gap",
        ),
        pytest.param(
            partial(derived),
            {"procedure": Missing(detail="no augmentation is being ordered")},
            id="without an order that is said",
        ),
        pytest.param(
            partial(
                derived,
                order={
                    "recognised_by": "text",
                    "levels": TreatedLevels(
                        names=("T12", "L1"), is_at_junction=True, source="text"
                    ),
                },
            ),
            {
                "procedure": Known(concern="words"),
                "treated-levels": Known(concern="words"),
                "tl-junction": Known(concern="words"),
            },
            id="what was recognised by words says so",
        ),
        pytest.param(
            partial(
                derived,
                known("psoas-total-area", value=10.0),
                known("psoas-muscle-area", value=12.0),
                known("l4-vertebral-area", value=14.0),
            ),
            {
                "psoas-total-area": Missing("conflicting"),
                "psoas-muscle-area": Missing("conflicting"),
                "plvi": Missing("absent"),
            },
            id="psoas muscle larger than the psoas makes both a conflict and PLVI unknown",
        ),
        pytest.param(
            partial(derived, known("mna-score", value=30.0)),
            {"mna-category": Known("A")},
            id="30 points are A",
        ),
        pytest.param(
            partial(derived, known("mna-score", value=24.0)),
            {"mna-category": Known("A")},
            id="24 points are A",
        ),
        pytest.param(
            partial(derived, known("mna-score", value=23.5)),
            {"mna-category": Known("B")},
            id="23.5 points are B",
        ),
        pytest.param(
            partial(derived, known("mna-score", value=17.0)),
            {"mna-category": Known("B")},
            id="17 points are B",
        ),
        pytest.param(
            partial(derived, known("mna-score", value=16.5)),
            {"mna-category": Known("C")},
            id="16.5 points are C",
        ),
        pytest.param(
            partial(derived, known("mna-score", value=3.0)),
            {"mna-category": Known("C")},
            id="3 points are C",
        ),
        pytest.param(
            partial(
                derived,
                known("appendicular-muscle-index", value=4.8),
                known("grip-strength", value=12),
                known("sex", value="female"),
            ),
            {"sarcopenia": Known(True)},
            id="by the study: woman, index 4.8, grip 12",
        ),
        pytest.param(
            partial(
                derived,
                known("appendicular-muscle-index", value=4.8),
                known("grip-strength", value=18),
                known("sex", value="female"),
            ),
            {"sarcopenia": Known(True)},
            id="by the study: woman, index 4.8, grip 18",
        ),
        pytest.param(
            partial(
                derived,
                known("appendicular-muscle-index", value=4.8),
                known("grip-strength", value=18.5),
                known("gait-speed", value=0.8),
                known("sex", value="female"),
            ),
            {"sarcopenia": Known(True)},
            id="by the study: woman, index 4.8, grip 18.5, gait 0.8",
        ),
        pytest.param(
            partial(
                derived,
                known("appendicular-muscle-index", value=4.8),
                known("gait-speed", value=0.8),
                known("sex", value="female"),
            ),
            {"sarcopenia": Known(True)},
            id="by the study: woman, index 4.8, gait 0.8",
        ),
        pytest.param(
            partial(
                derived,
                known("appendicular-muscle-index", value=4.8),
                known("grip-strength", value=19),
                known("gait-speed", value=0.81),
                known("sex", value="female"),
            ),
            {"sarcopenia": Known(False)},
            id="by the study: woman, index 4.8, grip 19, gait 0.81",
        ),
        pytest.param(
            partial(
                derived,
                known("appendicular-muscle-index", value=4.8),
                known("grip-strength", value=19),
                known("sex", value="female"),
            ),
            {"sarcopenia": Missing("undetermined")},
            id="by the study: woman, index 4.8, grip 19",
        ),
        pytest.param(
            partial(
                derived,
                known("appendicular-muscle-index", value=4.8),
                known("sex", value="female"),
            ),
            {"sarcopenia": Missing("undetermined")},
            id="by the study: woman, index 4.8",
        ),
        pytest.param(
            partial(
                derived,
                known("appendicular-muscle-index", value=5.4),
                known("grip-strength", value=10),
                known("gait-speed", value=0.5),
                known("sex", value="female"),
            ),
            {"sarcopenia": Known(False)},
            id="by the study: woman, index 5.4, grip 10, gait 0.5",
        ),
        pytest.param(
            partial(
                derived,
                known("appendicular-muscle-index", value=5.4),
                known("sex", value="female"),
            ),
            {"sarcopenia": Known(False)},
            id="by the study: woman, index 5.4",
        ),
        pytest.param(
            partial(
                derived,
                known("grip-strength", value=19),
                known("gait-speed", value=0.9),
                known("sex", value="female"),
            ),
            {"sarcopenia": Known(False)},
            id="by the study: woman, grip 19, gait 0.9",
        ),
        pytest.param(
            partial(
                derived, known("grip-strength", value=19), known("sex", value="female")
            ),
            {"sarcopenia": Missing("undetermined")},
            id="by the study: woman, grip 19",
        ),
        pytest.param(
            partial(
                derived,
                known("grip-strength", value=12),
                known("gait-speed", value=0.5),
                known("sex", value="female"),
            ),
            {"sarcopenia": Missing("undetermined")},
            id="by the study: woman, grip 12, gait 0.5",
        ),
        pytest.param(
            partial(derived, known("sex", value="female")),
            {"sarcopenia": Missing("undetermined")},
            id="by the study: woman",
        ),
        pytest.param(
            partial(
                derived,
                known("appendicular-muscle-index", value=6.9),
                known("grip-strength", value=26),
                known("sex", value="male"),
            ),
            {"sarcopenia": Known(True)},
            id="by the study: man, index 6.9, grip 26",
        ),
        pytest.param(
            partial(
                derived,
                known("appendicular-muscle-index", value=7.0),
                known("grip-strength", value=20),
                known("gait-speed", value=0.5),
                known("sex", value="male"),
            ),
            {"sarcopenia": Known(False)},
            id="by the study: man, index 7.0, grip 20, gait 0.5",
        ),
        pytest.param(
            partial(
                derived,
                known("appendicular-muscle-index", value=6.9),
                known("grip-strength", value=26.5),
                known("gait-speed", value=0.9),
                known("sex", value="male"),
            ),
            {"sarcopenia": Known(False)},
            id="by the study: man, index 6.9, grip 26.5, gait 0.9",
        ),
        pytest.param(
            partial(
                derived,
                known("appendicular-muscle-index", value=6.5),
                known("grip-strength", value=27.9),
                known("gait-speed", value=1.2),
                known("sex", value="male"),
                ruler="awgs-2019",
            ),
            {"sarcopenia-site": Known(True)},
            id="by awgs-2019: man, index 6.5, grip 27.9, gait 1.2",
        ),
        pytest.param(
            partial(
                derived,
                known("appendicular-muscle-index", value=6.5),
                known("grip-strength", value=28),
                known("gait-speed", value=1.0),
                known("sex", value="male"),
                ruler="awgs-2019",
            ),
            {"sarcopenia-site": Known(False)},
            id="by awgs-2019: man, index 6.5, grip 28, gait 1.0",
        ),
        pytest.param(
            partial(
                derived,
                known("appendicular-muscle-index", value=4.8),
                known("grip-strength", value=17.9),
                known("gait-speed", value=1.2),
                known("sex", value="female"),
                ruler="awgs-2019",
            ),
            {"sarcopenia-site": Known(True)},
            id="by awgs-2019: woman, index 4.8, grip 17.9, gait 1.2",
        ),
        pytest.param(
            partial(
                derived,
                known("appendicular-muscle-index", value=4.8),
                known("grip-strength", value=18),
                known("gait-speed", value=1.0),
                known("sex", value="female"),
                ruler="awgs-2019",
            ),
            {"sarcopenia-site": Known(False)},
            id="by awgs-2019: woman, index 4.8, grip 18, gait 1.0",
        ),
        pytest.param(
            partial(
                derived,
                known("appendicular-muscle-index", value=6.5),
                known("grip-strength", value=30),
                known("gait-speed", value=0.99),
                known("sex", value="male"),
                ruler="awgs-2019",
            ),
            {"sarcopenia-site": Known(True)},
            id="by awgs-2019: man, index 6.5, grip 30, gait 0.99",
        ),
        pytest.param(
            partial(
                derived,
                known("appendicular-muscle-index", value=6.5),
                known("grip-strength", value=26.9),
                known("gait-speed", value=1.2),
                known("sex", value="male"),
                ruler="ewgsop2",
            ),
            {"sarcopenia-site": Known(True)},
            id="by ewgsop2: man, index 6.5, grip 26.9, gait 1.2",
        ),
        pytest.param(
            partial(
                derived,
                known("appendicular-muscle-index", value=6.5),
                known("grip-strength", value=27),
                known("gait-speed", value=0.81),
                known("sex", value="male"),
                ruler="ewgsop2",
            ),
            {"sarcopenia-site": Known(False)},
            id="by ewgsop2: man, index 6.5, grip 27, gait 0.81",
        ),
        pytest.param(
            partial(
                derived,
                known("appendicular-muscle-index", value=4.8),
                known("grip-strength", value=15.9),
                known("gait-speed", value=1.2),
                known("sex", value="female"),
                ruler="ewgsop2",
            ),
            {"sarcopenia-site": Known(True)},
            id="by ewgsop2: woman, index 4.8, grip 15.9, gait 1.2",
        ),
        pytest.param(
            partial(
                derived,
                known("appendicular-muscle-index", value=4.8),
                known("grip-strength", value=16),
                known("gait-speed", value=0.81),
                known("sex", value="female"),
                ruler="ewgsop2",
            ),
            {"sarcopenia-site": Known(False)},
            id="by ewgsop2: woman, index 4.8, grip 16, gait 0.81",
        ),
        pytest.param(
            partial(
                derived,
                known("appendicular-muscle-index", value=4.8),
                known("grip-strength", value=16),
                known("gait-speed", value=0.8),
                known("sex", value="female"),
                ruler="ewgsop2",
            ),
            {"sarcopenia-site": Known(True)},
            id="by ewgsop2: woman, index 4.8, grip 16, gait 0.8",
        ),
        pytest.param(
            partial(
                derived,
                known("appendicular-muscle-index", value=6.5),
                known("grip-strength", value=30),
                known("gait-speed", value=0.5),
                known("sex", value="male"),
                ruler="awgs-2025",
            ),
            {"sarcopenia-site": Known(False)},
            id="by awgs-2025: man, index 6.5, grip 30, gait 0.5",
        ),
        pytest.param(
            partial(
                derived,
                known("appendicular-muscle-index", value=6.5),
                known("grip-strength", value=27.9),
                known("gait-speed", value=1.2),
                known("sex", value="male"),
                ruler="awgs-2025",
            ),
            {"sarcopenia-site": Known(True)},
            id="by awgs-2025: man, index 6.5, grip 27.9, gait 1.2",
        ),
        pytest.param(
            partial(
                derived,
                known("appendicular-muscle-index", value=6.5),
                known("grip-strength", value=26),
                known("gait-speed", value=1.2),
                known("sex", value="male"),
                ruler="study",
            ),
            {"sarcopenia-site": Known(True)},
            id="by study: man, index 6.5, grip 26, gait 1.2",
        ),
        pytest.param(
            partial(
                derived,
                known("appendicular-muscle-index", value=6.5),
                known("grip-strength", value=26.5),
                known("gait-speed", value=0.81),
                known("sex", value="male"),
                ruler="study",
            ),
            {"sarcopenia-site": Known(False)},
            id="by study: man, index 6.5, grip 26.5, gait 0.81",
        ),
        pytest.param(
            partial(
                derived,
                known("appendicular-muscle-index", value=4.8),
                known("grip-strength", value=17),
            ),
            {"sarcopenia-site": Known(True)},
            id="sex not known, index 4.8, grip 17",
        ),
        pytest.param(
            partial(derived, known("appendicular-muscle-index", value=8.0)),
            {"sarcopenia-site": Known(False)},
            id="sex not known, index 8.0",
        ),
        pytest.param(
            partial(
                derived,
                known("appendicular-muscle-index", value=6.0),
                known("grip-strength", value=12),
                known("gait-speed", value=0.5),
            ),
            {"sarcopenia-site": Missing()},
            id="sex not known, index 6.0, grip 12, gait 0.5",
        ),
        pytest.param(
            partial(
                derived,
                known("appendicular-muscle-index", value=4.8),
                known("grip-strength", value=27),
                known("gait-speed", value=1.2),
            ),
            {"sarcopenia-site": Missing()},
            id="sex not known, index 4.8, grip 27, gait 1.2",
        ),
        pytest.param(
            partial(
                derived,
                known("sarcopenia", value=True, on=date(2024, 1, 1)),
                known("appendicular-muscle-index", value=4.8),
                known("grip-strength", value=12),
                known("sex", value="female"),
            ),
            {
                "sarcopenia": Known(
                    concerns=[],
                    sources=[
                        "Observation/appendicular-muscle-index",
                        "Observation/grip-strength",
                        "Observation/sarcopenia",
                    ],
                )
            },
            id="a measurement that confirms a diagnosis names both",
        ),
        # (0.9 / 1.1 - 1) x 100
        pytest.param(
            partial(
                derived,
                known("paraspinal-csa-change", value=-10.0, since=date(2026, 1, 1)),
                known("paraspinal-signal-change", value=10.0, since=date(2026, 1, 1)),
            ),
            {"paraspinal-ratio-change": Known(-18.1818181818, since=date(2026, 1, 1))},
            id="the change of the ratio follows from both changes of the same two days",
        ),
        pytest.param(
            partial(
                derived,
                known("paraspinal-csa-change", value=-10.0, since=date(2026, 1, 1)),
                known("paraspinal-signal-change", value=10.0, since=date(2025, 1, 1)),
            ),
            {"paraspinal-ratio-change": Missing("undetermined")},
            id="and not of others",
        ),
        pytest.param(
            partial(
                derived,
                known("malignancy", value=False),
                order={"reasons": ["malignancy"]},
            ),
            {"malignancy": Known(True, origin="context")},
            id="a reason of the order counts whatever the list says: malignancy",
        ),
        pytest.param(
            partial(
                derived,
                known("spinal-infection", value=False),
                order={"reasons": ["spinal-infection"]},
            ),
            {"spinal-infection": Known(True, origin="context")},
            id="a reason of the order counts whatever the list says: spinal-infection",
        ),
        pytest.param(
            partial(
                derived,
                known("unstable-fracture", value=False),
                order={"reasons": ["unstable-fracture"]},
            ),
            {"unstable-fracture": Known(True, origin="context")},
            id="a reason of the order counts whatever the list says: unstable-fracture",
        ),
        pytest.param(
            partial(
                derived,
                known("neurological-deficit", value=False),
                order={"reasons": ["neurological-deficit"]},
            ),
            {"neurological-deficit": Known(True, origin="context")},
            id="a reason of the order counts whatever the list says: neurological-deficit",
        ),
        pytest.param(
            partial(
                derived,
                known("bmd-t-score", value=-1.6, site="lumbar spine"),
                order={"levels": TreatedLevels(names=("L1",))},
            ),
            {"bmd-t-score": Known(-1.6, has_concerns=True)},
            id="a T-score of the lumbar spine with L1 fractured is doubted",
        ),
        pytest.param(
            partial(
                derived,
                known("bmd-t-score", value=-1.6, site="lumbar spine"),
                order={"levels": TreatedLevels(names=("T12",))},
            ),
            {"bmd-t-score": Known(-1.6, has_concerns=False)},
            id="a T-score of the lumbar spine with T12 fractured is not doubted",
        ),
        pytest.param(
            partial(
                derived,
                known("bmd-t-score", value=-1.6, site="total hip"),
                order={"levels": TreatedLevels(names=("L1",))},
            ),
            {"bmd-t-score": Known(-1.6, has_concerns=False)},
            id="a T-score of the total hip with L1 fractured is not doubted",
        ),
    ],
)
def test_what_follows(follow, expected):
    check(follow(), expected)


def test_every_name_stands_in_exactly_one_of_known_and_gaps():
    found = derive(Findings({}, {}), specs(), None, sarcopenia_criteria="study")
    assert set(found.gaps) == set(specs())
    full = derived(known("weight", 60.0), known("height", 1.6), order={})
    assert set(full.known) | set(full.gaps) == set(specs())
    assert not set(full.known) & set(full.gaps)


def test_a_problem_list_that_was_not_read_stays_the_reason():
    unread = Gap(
        name="sarcopenia", reason="not-read", detail="problem list could not be read"
    )
    assert derived(gaps=[unread]).gaps["sarcopenia-site"].reason == "not-read"


def test_an_unknown_ruler_is_refused():
    with pytest.raises(KeyError):
        derived(ruler="awgs-2099")
    assert sorted(RULERS) == ["awgs-2019", "awgs-2025", "ewgsop2", "study"]

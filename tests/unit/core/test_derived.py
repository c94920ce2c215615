"""What follows from other findings and from the order (evidence page; cards page, section 5, for the rulers)."""

from datetime import date

import pytest

from cds_service.core.derived import derive
from cds_service.core.findings import AugmentationOrder, Findings, Gap, TreatedLevels
from cds_service.core.sarcopenia import RULERS
from tests.builders import says, specs
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
    "case",
    [
        {
            "why": "BMI follows from weight and height with both sources",
            "known": [
                known("weight", value=51.2),
                known("height", value=1.6, on=date(2020, 1, 1)),
            ],
            "says": {
                "bmi": {
                    "value": 20.0,
                    "observed": date(2026, 11, 2),
                    "sources": ["Observation/weight", "Observation/height"],
                }
            },
        },
        {
            "why": "a recorded BMI that agrees stays",
            "known": [
                known("bmi", value=20.9),
                known("weight", value=51.2),
                known("height", value=1.6),
            ],
            "says": {"bmi": {"value": 20.9, "concerns": []}},
        },
        {
            "why": (
                "where recorded and computed BMI differ the newer is used, here the"
                " recorded one"
            ),
            "known": [
                known("bmi", value=26.0, on=date(2026, 11, 10)),
                known("weight", value=51.2),
                known("height", value=1.6),
            ],
            "says": {
                "bmi": {
                    "value": 26.0,
                    "concerns": [
                        (
                            "Recorded BMI and BMI from weight and height differ (26.0 and"
                            " 20.0); the newer is used."
                        )
                    ],
                }
            },
        },
        {
            "why": "and here the computed one",
            "known": [
                known("bmi", value=26.0, on=date(2026, 10, 1)),
                known("weight", value=51.2),
                known("height", value=1.6),
            ],
            "says": {
                "bmi": {
                    "value": 20.0,
                    "may_reassure": False,
                    "concerns": [
                        (
                            "Recorded BMI and BMI from weight and height differ (26.0 and"
                            " 20.0); the newer is used."
                        )
                    ],
                }
            },
        },
        {
            "why": "of one day both cannot be right",
            "known": [
                known("bmi", value=26.0),
                known("weight", value=51.2),
                known("height", value=1.6),
            ],
            "says": {
                "bmi": {
                    "reason": "conflicting",
                    "detail": (
                        "Recorded BMI and BMI from weight and height differ (26.0 and"
                        " 20.0)"
                    ),
                }
            },
        },
        {
            "why": "concerns of the parts stand beside the result",
            "known": [
                known("weight", value=51.2, concerns=["The weight is 8 months old."]),
                known("height", value=1.6),
            ],
            "says": {"bmi": {"concerns": ["The weight is 8 months old."]}},
        },
        {
            "why": "the muscle index follows from lean mass and height with its method",
            "known": [
                known("appendicular-lean-mass", value=12.8, method="bioimpedance"),
                known("height", value=1.6),
            ],
            "says": {
                "appendicular-muscle-index": {"value": 5.0, "method": "bioimpedance"}
            },
        },
        # The two pictured patients of residual-pain-2025.
        {
            "why": "psoas muscle area is total less fat, in the patient without pain",
            "known": [
                known("psoas-total-area", value=14.41),
                known("psoas-fat-fraction", value=33.24),
            ],
            "says": {"psoas-muscle-area": {"value": 9.620116}},
        },
        {
            "why": "and in the one with pain",
            "known": [
                known("psoas-total-area", value=8.71),
                known("psoas-fat-fraction", value=74.75),
            ],
            "says": {"psoas-muscle-area": {"value": 2.199275}},
        },
        {
            "why": "PLVI is psoas over vertebra",
            "known": [
                known("psoas-total-area", value=11.06),
                known("l4-vertebral-area", value=14.0),
            ],
            "says": {"plvi": {"value": 0.79, "concerns": []}},
        },
        {
            "why": "areas of different days are said",
            "known": [
                known("psoas-total-area", value=11.06),
                known("l4-vertebral-area", value=14.0, on=date(2026, 6, 1)),
            ],
            "says": {"plvi": {"concern": "different days"}},
        },
        {
            "why": "a recorded PLVI stays",
            "known": [
                known("plvi", value=0.9),
                known("psoas-total-area", value=7.0),
                known("l4-vertebral-area", value=14.0),
            ],
            "says": {"plvi": {"value": 0.9}},
        },
        {
            "why": "the MNA score counts before a recorded category that does not fit",
            "known": [known("mna-score", value=26.0), known("mna-category", value="C")],
            "says": {"mna-category": {"value": "A", "concern": "does not fit"}},
        },
        {
            "why": "a recorded category alone counts",
            "known": [known("mna-category", value="C")],
            "says": {"mna-category": {"value": "C"}},
        },
        {
            "why": "bioimpedance has its own limit for women by the site's ruler",
            "known": [
                known("appendicular-muscle-index", value=5.5, method="bioimpedance"),
                known("grip-strength", value=12.0),
                known("sex", value="female"),
            ],
            "says": {
                "sarcopenia-site": {"value": True},
                "sarcopenia": {"value": False, "concern": "bioimpedance"},
            },
        },
        {
            "why": "the grey zone is said in both places",
            "known": [
                known("appendicular-muscle-index", value=6.5),
                known("grip-strength", value=27),
                known("gait-speed", value=1.2),
                known("sex", value="male"),
            ],
            "says": {
                "sarcopenia-site": {
                    "value": True,
                    "concern": (
                        "Grip 27 kg: low by AWGS 2019, not by the study's 26 kg; the"
                        " estimate counts it as normal."
                    ),
                },
                "sarcopenia": {
                    "value": False,
                    "concern": (
                        "Grip 27 kg: low by AWGS 2019, not by the study's 26 kg; the"
                        " estimate counts it as normal."
                    ),
                },
            },
        },
        {
            "why": "the grey zone has another side",
            "known": [
                known("appendicular-muscle-index", value=4.8),
                known("grip-strength", value=17),
                known("gait-speed", value=1.2),
                known("sex", value="female"),
            ],
            "ruler": "ewgsop2",
            "says": {
                "sarcopenia-site": {
                    "concern": (
                        "Grip 17 kg: low by the study's 18 kg, not by EWGSOP2; the"
                        " estimate counts it as low."
                    )
                }
            },
        },
        {
            "why": "by AWGS 2025 gait does not need to be known",
            "known": [
                known("appendicular-muscle-index", value=4.8),
                known("grip-strength", value=19),
                known("sex", value="female"),
            ],
            "ruler": "awgs-2025",
            "says": {"sarcopenia-site": {"value": False}},
        },
        {
            "why": "an active diagnosis says yes where measurement does not decide",
            "known": [
                known("sarcopenia", value=True, on=date(2024, 1, 1)),
                known("grip-strength", value=12),
                known("sex", value="female"),
            ],
            "says": {"sarcopenia": {"value": True}, "sarcopenia-site": {"value": True}},
        },
        {
            "why": "measurement that contradicts a diagnosis wins and is named",
            "known": [
                known("sarcopenia", value=True, on=date(2024, 1, 1)),
                known("appendicular-muscle-index", value=6.0),
                known("grip-strength", value=25),
                known("gait-speed", value=1.2),
                known("sex", value="female"),
            ],
            "says": {
                "sarcopenia": {"value": False, "concern": "problem list"},
                "sarcopenia-site": {"value": False, "concern": "problem list"},
            },
        },
        {
            "why": "what is missing for a verdict is said",
            "known": [
                known("appendicular-muscle-index", value=4.8),
                known("sex", value="female"),
            ],
            "says": {
                "sarcopenia": {"detail": "no diagnosis, and not known: grip, gait"}
            },
        },
        {
            "why": "the order gives procedure, levels and junction",
            "known": [],
            "order": {"code": "CPT|22514"},
            "says": {
                "procedure": {
                    "value": "PKP",
                    "sources": ["context.draftOrders: ServiceRequest/1"],
                },
                "treated-levels": {"value": "T12,L1"},
                "tl-junction": {"value": True},
            },
        },
        {
            "why": "what the order does not say is a gap",
            "known": [],
            "order": {"procedure": None, "levels": TreatedLevels()},
            "says": {
                "procedure": {"reason": "undetermined"},
                "treated-levels": {"reason": "undetermined"},
                "tl-junction": {"reason": "undetermined"},
            },
        },
        {
            "why": "without an order that is said",
            "known": [],
            "says": {"procedure": {"detail": "no augmentation is being ordered"}},
        },
        {
            "why": "what was recognised by words says so",
            "known": [],
            "order": {
                "recognised_by": "text",
                "levels": TreatedLevels(
                    names=("T12", "L1"), is_at_junction=True, source="text"
                ),
            },
            "says": {
                "procedure": {"concern": "words"},
                "treated-levels": {"concern": "words"},
                "tl-junction": {"concern": "words"},
            },
        },
        {
            "why": (
                "psoas muscle larger than the psoas makes both a conflict and PLVI"
                " unknown"
            ),
            "known": [
                known("psoas-total-area", value=10.0),
                known("psoas-muscle-area", value=12.0),
                known("l4-vertebral-area", value=14.0),
            ],
            "says": {
                "psoas-total-area": {"reason": "conflicting"},
                "psoas-muscle-area": {"reason": "conflicting"},
                "plvi": {"reason": "absent"},
            },
        },
        {
            "why": "30 points are A",
            "known": [known("mna-score", value=30.0)],
            "says": {"mna-category": {"value": "A"}},
        },
        {
            "why": "24 points are A",
            "known": [known("mna-score", value=24.0)],
            "says": {"mna-category": {"value": "A"}},
        },
        {
            "why": "23.5 points are B",
            "known": [known("mna-score", value=23.5)],
            "says": {"mna-category": {"value": "B"}},
        },
        {
            "why": "17 points are B",
            "known": [known("mna-score", value=17.0)],
            "says": {"mna-category": {"value": "B"}},
        },
        {
            "why": "16.5 points are C",
            "known": [known("mna-score", value=16.5)],
            "says": {"mna-category": {"value": "C"}},
        },
        {
            "why": "3 points are C",
            "known": [known("mna-score", value=3.0)],
            "says": {"mna-category": {"value": "C"}},
        },
        {
            "why": "by the study: woman, index 4.8, grip 12",
            "known": [
                known("appendicular-muscle-index", value=4.8),
                known("grip-strength", value=12),
                known("sex", value="female"),
            ],
            "says": {"sarcopenia": {"value": True}},
        },
        {
            "why": "by the study: woman, index 4.8, grip 18",
            "known": [
                known("appendicular-muscle-index", value=4.8),
                known("grip-strength", value=18),
                known("sex", value="female"),
            ],
            "says": {"sarcopenia": {"value": True}},
        },
        {
            "why": "by the study: woman, index 4.8, grip 18.5, gait 0.8",
            "known": [
                known("appendicular-muscle-index", value=4.8),
                known("grip-strength", value=18.5),
                known("gait-speed", value=0.8),
                known("sex", value="female"),
            ],
            "says": {"sarcopenia": {"value": True}},
        },
        {
            "why": "by the study: woman, index 4.8, gait 0.8",
            "known": [
                known("appendicular-muscle-index", value=4.8),
                known("gait-speed", value=0.8),
                known("sex", value="female"),
            ],
            "says": {"sarcopenia": {"value": True}},
        },
        {
            "why": "by the study: woman, index 4.8, grip 19, gait 0.81",
            "known": [
                known("appendicular-muscle-index", value=4.8),
                known("grip-strength", value=19),
                known("gait-speed", value=0.81),
                known("sex", value="female"),
            ],
            "says": {"sarcopenia": {"value": False}},
        },
        {
            "why": "by the study: woman, index 4.8, grip 19",
            "known": [
                known("appendicular-muscle-index", value=4.8),
                known("grip-strength", value=19),
                known("sex", value="female"),
            ],
            "says": {"sarcopenia": {"reason": "undetermined"}},
        },
        {
            "why": "by the study: woman, index 4.8",
            "known": [
                known("appendicular-muscle-index", value=4.8),
                known("sex", value="female"),
            ],
            "says": {"sarcopenia": {"reason": "undetermined"}},
        },
        {
            "why": "by the study: woman, index 5.4, grip 10, gait 0.5",
            "known": [
                known("appendicular-muscle-index", value=5.4),
                known("grip-strength", value=10),
                known("gait-speed", value=0.5),
                known("sex", value="female"),
            ],
            "says": {"sarcopenia": {"value": False}},
        },
        {
            "why": "by the study: woman, index 5.4",
            "known": [
                known("appendicular-muscle-index", value=5.4),
                known("sex", value="female"),
            ],
            "says": {"sarcopenia": {"value": False}},
        },
        {
            "why": "by the study: woman, grip 19, gait 0.9",
            "known": [
                known("grip-strength", value=19),
                known("gait-speed", value=0.9),
                known("sex", value="female"),
            ],
            "says": {"sarcopenia": {"value": False}},
        },
        {
            "why": "by the study: woman, grip 19",
            "known": [known("grip-strength", value=19), known("sex", value="female")],
            "says": {"sarcopenia": {"reason": "undetermined"}},
        },
        {
            "why": "by the study: woman, grip 12, gait 0.5",
            "known": [
                known("grip-strength", value=12),
                known("gait-speed", value=0.5),
                known("sex", value="female"),
            ],
            "says": {"sarcopenia": {"reason": "undetermined"}},
        },
        {
            "why": "by the study: woman",
            "known": [known("sex", value="female")],
            "says": {"sarcopenia": {"reason": "undetermined"}},
        },
        {
            "why": "by the study: man, index 6.9, grip 26",
            "known": [
                known("appendicular-muscle-index", value=6.9),
                known("grip-strength", value=26),
                known("sex", value="male"),
            ],
            "says": {"sarcopenia": {"value": True}},
        },
        {
            "why": "by the study: man, index 7.0, grip 20, gait 0.5",
            "known": [
                known("appendicular-muscle-index", value=7.0),
                known("grip-strength", value=20),
                known("gait-speed", value=0.5),
                known("sex", value="male"),
            ],
            "says": {"sarcopenia": {"value": False}},
        },
        {
            "why": "by the study: man, index 6.9, grip 26.5, gait 0.9",
            "known": [
                known("appendicular-muscle-index", value=6.9),
                known("grip-strength", value=26.5),
                known("gait-speed", value=0.9),
                known("sex", value="male"),
            ],
            "says": {"sarcopenia": {"value": False}},
        },
        {
            "why": "by awgs-2019: man, index 6.5, grip 27.9, gait 1.2",
            "known": [
                known("appendicular-muscle-index", value=6.5),
                known("grip-strength", value=27.9),
                known("gait-speed", value=1.2),
                known("sex", value="male"),
            ],
            "ruler": "awgs-2019",
            "says": {"sarcopenia-site": {"value": True}},
        },
        {
            "why": "by awgs-2019: man, index 6.5, grip 28, gait 1.0",
            "known": [
                known("appendicular-muscle-index", value=6.5),
                known("grip-strength", value=28),
                known("gait-speed", value=1.0),
                known("sex", value="male"),
            ],
            "ruler": "awgs-2019",
            "says": {"sarcopenia-site": {"value": False}},
        },
        {
            "why": "by awgs-2019: woman, index 4.8, grip 17.9, gait 1.2",
            "known": [
                known("appendicular-muscle-index", value=4.8),
                known("grip-strength", value=17.9),
                known("gait-speed", value=1.2),
                known("sex", value="female"),
            ],
            "ruler": "awgs-2019",
            "says": {"sarcopenia-site": {"value": True}},
        },
        {
            "why": "by awgs-2019: woman, index 4.8, grip 18, gait 1.0",
            "known": [
                known("appendicular-muscle-index", value=4.8),
                known("grip-strength", value=18),
                known("gait-speed", value=1.0),
                known("sex", value="female"),
            ],
            "ruler": "awgs-2019",
            "says": {"sarcopenia-site": {"value": False}},
        },
        {
            "why": "by awgs-2019: man, index 6.5, grip 30, gait 0.99",
            "known": [
                known("appendicular-muscle-index", value=6.5),
                known("grip-strength", value=30),
                known("gait-speed", value=0.99),
                known("sex", value="male"),
            ],
            "ruler": "awgs-2019",
            "says": {"sarcopenia-site": {"value": True}},
        },
        {
            "why": "by ewgsop2: man, index 6.5, grip 26.9, gait 1.2",
            "known": [
                known("appendicular-muscle-index", value=6.5),
                known("grip-strength", value=26.9),
                known("gait-speed", value=1.2),
                known("sex", value="male"),
            ],
            "ruler": "ewgsop2",
            "says": {"sarcopenia-site": {"value": True}},
        },
        {
            "why": "by ewgsop2: man, index 6.5, grip 27, gait 0.81",
            "known": [
                known("appendicular-muscle-index", value=6.5),
                known("grip-strength", value=27),
                known("gait-speed", value=0.81),
                known("sex", value="male"),
            ],
            "ruler": "ewgsop2",
            "says": {"sarcopenia-site": {"value": False}},
        },
        {
            "why": "by ewgsop2: woman, index 4.8, grip 15.9, gait 1.2",
            "known": [
                known("appendicular-muscle-index", value=4.8),
                known("grip-strength", value=15.9),
                known("gait-speed", value=1.2),
                known("sex", value="female"),
            ],
            "ruler": "ewgsop2",
            "says": {"sarcopenia-site": {"value": True}},
        },
        {
            "why": "by ewgsop2: woman, index 4.8, grip 16, gait 0.81",
            "known": [
                known("appendicular-muscle-index", value=4.8),
                known("grip-strength", value=16),
                known("gait-speed", value=0.81),
                known("sex", value="female"),
            ],
            "ruler": "ewgsop2",
            "says": {"sarcopenia-site": {"value": False}},
        },
        {
            "why": "by ewgsop2: woman, index 4.8, grip 16, gait 0.8",
            "known": [
                known("appendicular-muscle-index", value=4.8),
                known("grip-strength", value=16),
                known("gait-speed", value=0.8),
                known("sex", value="female"),
            ],
            "ruler": "ewgsop2",
            "says": {"sarcopenia-site": {"value": True}},
        },
        {
            "why": "by awgs-2025: man, index 6.5, grip 30, gait 0.5",
            "known": [
                known("appendicular-muscle-index", value=6.5),
                known("grip-strength", value=30),
                known("gait-speed", value=0.5),
                known("sex", value="male"),
            ],
            "ruler": "awgs-2025",
            "says": {"sarcopenia-site": {"value": False}},
        },
        {
            "why": "by awgs-2025: man, index 6.5, grip 27.9, gait 1.2",
            "known": [
                known("appendicular-muscle-index", value=6.5),
                known("grip-strength", value=27.9),
                known("gait-speed", value=1.2),
                known("sex", value="male"),
            ],
            "ruler": "awgs-2025",
            "says": {"sarcopenia-site": {"value": True}},
        },
        {
            "why": "by study: man, index 6.5, grip 26, gait 1.2",
            "known": [
                known("appendicular-muscle-index", value=6.5),
                known("grip-strength", value=26),
                known("gait-speed", value=1.2),
                known("sex", value="male"),
            ],
            "ruler": "study",
            "says": {"sarcopenia-site": {"value": True}},
        },
        {
            "why": "by study: man, index 6.5, grip 26.5, gait 0.81",
            "known": [
                known("appendicular-muscle-index", value=6.5),
                known("grip-strength", value=26.5),
                known("gait-speed", value=0.81),
                known("sex", value="male"),
            ],
            "ruler": "study",
            "says": {"sarcopenia-site": {"value": False}},
        },
        {
            "why": "sex not known, index 4.8, grip 17",
            "known": [
                known("appendicular-muscle-index", value=4.8),
                known("grip-strength", value=17),
            ],
            "says": {"sarcopenia-site": {"value": True}},
        },
        {
            "why": "sex not known, index 8.0",
            "known": [known("appendicular-muscle-index", value=8.0)],
            "says": {"sarcopenia-site": {"value": False}},
        },
        {
            "why": "sex not known, index 6.0, grip 12, gait 0.5",
            "known": [
                known("appendicular-muscle-index", value=6.0),
                known("grip-strength", value=12),
                known("gait-speed", value=0.5),
            ],
            "says": {"sarcopenia-site": {"value": None}},
        },
        {
            "why": "sex not known, index 4.8, grip 27, gait 1.2",
            "known": [
                known("appendicular-muscle-index", value=4.8),
                known("grip-strength", value=27),
                known("gait-speed", value=1.2),
            ],
            "says": {"sarcopenia-site": {"value": None}},
        },
        {
            "why": "a measurement that confirms a diagnosis names both",
            "known": [
                known("sarcopenia", value=True, on=date(2024, 1, 1)),
                known("appendicular-muscle-index", value=4.8),
                known("grip-strength", value=12),
                known("sex", value="female"),
            ],
            "says": {
                "sarcopenia": {
                    "concerns": [],
                    "sources": [
                        "Observation/appendicular-muscle-index",
                        "Observation/grip-strength",
                        "Observation/sarcopenia",
                    ],
                }
            },
        },
        # (0.9 / 1.1 - 1) x 100
        {
            "why": (
                "the change of the ratio follows from both changes of the same two days"
            ),
            "known": [
                known("paraspinal-csa-change", value=-10.0, since=date(2026, 1, 1)),
                known("paraspinal-signal-change", value=10.0, since=date(2026, 1, 1)),
            ],
            "says": {
                "paraspinal-ratio-change": {
                    "value": -18.1818181818,
                    "since": date(2026, 1, 1),
                }
            },
        },
        {
            "why": "and not of others",
            "known": [
                known("paraspinal-csa-change", value=-10.0, since=date(2026, 1, 1)),
                known("paraspinal-signal-change", value=10.0, since=date(2025, 1, 1)),
            ],
            "says": {"paraspinal-ratio-change": {"reason": "undetermined"}},
        },
        {
            "why": "a reason of the order counts whatever the list says: malignancy",
            "known": [known("malignancy", value=False)],
            "order": {"reasons": ["malignancy"]},
            "says": {"malignancy": {"value": True, "origin": "context"}},
        },
        {
            "why": (
                "a reason of the order counts whatever the list says: spinal-infection"
            ),
            "known": [known("spinal-infection", value=False)],
            "order": {"reasons": ["spinal-infection"]},
            "says": {"spinal-infection": {"value": True, "origin": "context"}},
        },
        {
            "why": (
                "a reason of the order counts whatever the list says: unstable-fracture"
            ),
            "known": [known("unstable-fracture", value=False)],
            "order": {"reasons": ["unstable-fracture"]},
            "says": {"unstable-fracture": {"value": True, "origin": "context"}},
        },
        {
            "why": (
                "a reason of the order counts whatever the list says:"
                " neurological-deficit"
            ),
            "known": [known("neurological-deficit", value=False)],
            "order": {"reasons": ["neurological-deficit"]},
            "says": {"neurological-deficit": {"value": True, "origin": "context"}},
        },
        {
            "why": "a T-score of the lumbar spine with L1 fractured is doubted",
            "known": [known("bmd-t-score", value=-1.6, site="lumbar spine")],
            "order": {"levels": TreatedLevels(names=("L1",))},
            "says": {"bmd-t-score": {"value": -1.6, "has_concerns": True}},
        },
        {
            "why": "a T-score of the lumbar spine with T12 fractured is not doubted",
            "known": [known("bmd-t-score", value=-1.6, site="lumbar spine")],
            "order": {"levels": TreatedLevels(names=("T12",))},
            "says": {"bmd-t-score": {"value": -1.6, "has_concerns": False}},
        },
        {
            "why": "a T-score of the total hip with L1 fractured is not doubted",
            "known": [known("bmd-t-score", value=-1.6, site="total hip")],
            "order": {"levels": TreatedLevels(names=("L1",))},
            "says": {"bmd-t-score": {"value": -1.6, "has_concerns": False}},
        },
    ],
    ids=lambda case: case["why"],
)
def test_what_follows(case):
    found = derived(
        *case["known"], order=case.get("order"), ruler=case.get("ruler", "awgs-2019")
    )
    for name, elements in case["says"].items():
        for element, expected in elements.items():
            assert says(found, name, element, expected), (
                name,
                found.known.get(name) or found.gaps[name],
            )


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

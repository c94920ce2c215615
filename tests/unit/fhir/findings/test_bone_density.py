"""Which T-score counts (contract, "Reading the record"; 38265-5 is the forearm unless it says otherwise)."""

from datetime import date

import pytest

from tests.builders import (
    FEMUR_T,
    HIP_T,
    SPINE_T,
    coded,
    findings_of,
    observation,
    quantity,
    t_score,
)
from tests.codes import MEASURES, SCT

NAME = "bmd-t-score"


def picked(*resources: dict, **options: object):
    return findings_of(*resources, **options).known[NAME]


def sited(value: float, site: object, code: object = SPINE_T) -> dict:
    return t_score(
        value, code, bodySite={"text": site} if isinstance(site, str) else site
    )


@pytest.mark.parametrize(
    ("resources", "value", "site", "concern"),
    [
        ([t_score(-0.5, unit=None)], -0.5, "any", None),
        ([t_score(0.2, unit=None)], 0.2, "any", None),
        ([t_score(2.1, unit=None)], 2.1, "any", None),
        ([t_score(-10, unit=None)], -10, "any", None),
        ([t_score(10, unit=None)], 10, "any", None),
        # US Core
        (
            [t_score(-1.48, valueQuantity=quantity(-1.48, unit="T-Score", code="1"))],
            -1.48,
            "any",
            None,
        ),
        ([observation("38267-1", valueString="-2.5")], -2.5, "any", None),
        ([observation("38267-1", valueString="−2.5")], -2.5, "any", None),
        ([observation("38267-1", valueString="–2.5")], -2.5, "any", None),
        ([observation("38267-1", valueString="-2,5")], -2.5, "any", None),
        ([observation("38267-1", valueString=" -2.5 ")], -2.5, "any", None),
        ([observation("38267-1", valueString="+0.7 SD")], 0.7, "any", None),
        ([observation("38267-1", valueString="Índice T: -2,5")], -2.5, "any", None),
        ([observation("38267-1", valueString="T-wynik -2,5")], -2.5, "any", None),
        ([observation("38267-1", valueString="Ｔスコア：－２．５")], -2.5, "any", None),
        ([t_score(-2.2, code="80946-7")], -2.2, "any", None),
        ([t_score(-2.2, code="80945-9")], -2.2, "any", None),
        ([t_score(-2.2, code="80948-3")], -2.2, "any", None),
        ([t_score(-2.2, code="80947-5")], -2.2, "any", None),
        ([t_score(-2.2, code="104938-6")], -2.2, "any", None),
        # days are compared in UTC
        (
            [
                t_score(-2.0, code="38264-8", on="2026-10-01T23:30:00-05:00"),
                t_score(-3.0, on="2026-10-01T12:00:00Z"),
            ],
            -2.0,
            "any",
            None,
        ),
        # a region counts before a single vertebra
        (
            [
                sited(-3.6, site=coded("66794005", system=SCT)),
                sited(-2.4, site="L1-L4"),
            ],
            -2.4,
            "any",
            None,
        ),
        (
            [
                sited(-3.6, site=coded("61032001", system=SCT)),
                sited(-2.4, site="L1-L4"),
            ],
            -2.4,
            "any",
            None,
        ),
        ([sited(-3.6, site="L1"), sited(-2.4, site="L1-L4")], -2.4, "any", None),
        (
            [sited(-3.6, site="lumbar vertebra L2"), sited(-2.4, site="L1-L4")],
            -2.4,
            "any",
            None,
        ),
        ([sited(-2.4, site="L1-L4")], -2.4, "any", None),
        ([sited(-2.4, site="L2 to L4")], -2.4, "any", None),
        ([sited(-2.4, site="L1, L3")], -2.4, "any", None),
        ([sited(-2.4, site=None)], -2.4, "any", None),
        (
            [sited(-3.1, site="L2"), sited(-2.7, site="L3")],
            -3.1,
            "any",
            "The T-score is of a single vertebra.",
        ),
        # 38265-5 is the forearm, and counts only where nothing else exists
        (
            [t_score(-3.5, code="38265-5")],
            -3.5,
            "forearm",
            "The T-score is of the forearm; none of spine or hip was found.",
        ),
        (
            [
                t_score(-3.5, code="38265-5"),
                t_score(-1.9, code="38264-8", on="2020-05-01"),
            ],
            -1.9,
            "hip",
            "any",
        ),
        (
            [
                t_score(
                    -3.5,
                    code=coded(
                        "38265-5", display="DXA Radius and Ulna [T-score] Bone density"
                    ),
                )
            ],
            -3.5,
            "forearm",
            "any",
        ),
        (
            [t_score(-3.5, code=coded("38265-5", display="Forearm T-score"))],
            -3.5,
            "forearm",
            "any",
        ),
        (
            [t_score(-3.5, code=coded("38265-5", display="T-score wrist"))],
            -3.5,
            "forearm",
            "any",
        ),
        (
            [
                t_score(
                    -3.5,
                    code=coded(
                        "38265-5",
                        display="DXA [T-score] Bone density",
                        text="DXA [T-score] Bone density",
                    ),
                ),
                t_score(-3.9, code="38265-5"),
            ],
            -3.5,
            "",
            "Where the T-score was measured is not stated.",
        ),
        (
            [
                t_score(
                    -3.5,
                    code=coded(
                        "38265-5",
                        display="DXA [T-score] Bone density",
                        text="DXA [T-score] Bone density",
                    ),
                ),
                t_score(-1.9, code="38264-8", on="2021-05-01"),
            ],
            -1.9,
            "hip",
            "any",
        ),
        (
            [t_score(-1.5, code=coded("38265-5", text="DXA L1-L4 T-SCORE"))],
            -1.5,
            "lumbar spine",
            "any",
        ),
        # our own code takes its site from the body site
        (
            [
                sited(
                    -2.5,
                    site="Femoral neck, left",
                    code=coded("bmd-t-score", system=MEASURES),
                )
            ],
            -2.5,
            "hip",
            "any",
        ),
        (
            [sited(-2.5, site="total hip", code=coded("bmd-t-score", system=MEASURES))],
            -2.5,
            "hip",
            "any",
        ),
        (
            [
                sited(
                    -2.5,
                    site="distal radius",
                    code=coded("bmd-t-score", system=MEASURES),
                )
            ],
            -2.5,
            "forearm",
            "any",
        ),
        (
            [sited(-2.5, site=None, code=coded("bmd-t-score", system=MEASURES))],
            -2.5,
            "",
            "any",
        ),
        (
            [
                sited(
                    -2.5,
                    site=coded("122496007", system=SCT),
                    code=coded("bmd-t-score", system=MEASURES),
                )
            ],
            -2.5,
            "lumbar spine",
            "any",
        ),
        (
            [
                sited(
                    -2.5,
                    site=coded("71341001:272741003=7771000", system=SCT),
                    code=coded("bmd-t-score", system=MEASURES),
                )
            ],
            -2.5,
            "femur",
            "any",
        ),
        # left and right hip of one moment do not conflict
        (
            [t_score(-2.5, code="80946-7"), t_score(-3.1, code="80945-9")],
            -3.1,
            "any",
            None,
        ),
        (
            [
                sited(-2.5, site="left hip", code="38264-8"),
                sited(-3.1, site="right hip", code="38264-8"),
            ],
            -3.1,
            "hip",
            None,
        ),
    ],
)
def test_the_value_that_counts_with_its_site_and_what_is_said_of_it(
    resources, value, site, concern
):
    found = picked(*resources)
    assert found.value == value
    assert site in ("any", found.site)
    assert concern == "any" or found.concerns == ((concern,) if concern else ())


@pytest.mark.parametrize(
    ("value", "unit", "reason"),
    [
        (0.887, "g/cm2", "unit-unknown"),
        (0.887, "g/cm-2", "unit-unknown"),
        (105, "mg/cm3", "unit-unknown"),
        (78, "%", "unit-unknown"),
        (78, "{%YAM}", "unit-unknown"),
        (0.3, None, "unit-unknown"),
        (0.887, None, "unit-unknown"),
        (2.0, None, "unit-unknown"),
        (-10.1, "{T-score}", "out-of-range"),
        (11, None, "out-of-range"),
    ],
)
def test_a_density_under_a_t_score_code_is_refused_and_named(value, unit, reason):
    found = findings_of(t_score(value, unit=unit))
    assert found.gaps[NAME].reason == reason
    assert found.passed_over[0].name == NAME


@pytest.mark.parametrize("order", range(6))
def test_the_lowest_of_the_central_sites_on_the_newest_day_counts(order):
    found = picked(
        t_score(-2.1, SPINE_T, on="2026-10-01"),
        t_score(-2.9, HIP_T, on="2026-10-01"),
        t_score(-2.4, FEMUR_T, on="2026-10-01"),
        t_score(-3.8, SPINE_T, on="2025-10-01"),
        shuffled=order,
    )
    assert (found.value, found.site, found.observed) == (-2.9, "hip", date(2026, 10, 1))
    assert found.concerns == ()

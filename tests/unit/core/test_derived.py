"""What follows from other findings and from the order (evidence page; cards page, section 5, for the rulers)."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date

import pytest

from cds_service.core.derived import derive
from cds_service.core.facts import AugmentationOrder, Finding, Findings, Gap, Provenance, Value
from cds_service.core.sarcopenia import RULERS
from tests.builders import says, specs
from tests.tables import cases

DAY = date(2026, 11, 2)
MUSCLE, GRIP, GAIT = "appendicular-muscle-index", "grip-strength", "gait-speed"


def known(name: str, value: Value, *, on: date | None = DAY, **members: object) -> Finding:
    source = Provenance(
        resource=f"Observation/{name}", origin="fhir", code="", printed=str(value), rule=f"findings/{name}.toml"
    )
    return Finding(name=name, value=value, unit=specs()[name].unit, observed=on, provenance=(source,), **members)


def facts(*findings: Finding, gaps: Iterable[Gap] = ()) -> Findings:
    """These are known; all other names are gaps."""
    stated = {one.name: one for one in findings}
    missing = {one.name: one for one in gaps}
    absent = {name: Gap(name=name, reason="absent", detail="") for name in specs() if name not in stated}
    return Findings(stated, absent | missing)


def derived(
    *findings: Finding, order: AugmentationOrder | None = None, ruler: str = "awgs-2019", gaps: Iterable[Gap] = ()
) -> Findings:
    return derive(facts(*findings, gaps=gaps), specs(), order, sarcopenia_criteria=ruler)


def order(**members: object) -> AugmentationOrder:
    return AugmentationOrder(
        **{"references": ("ServiceRequest/1",), "procedure": "PKP", "levels": ("T12", "L1"), "tl_junction": True}
        | members
    )


@pytest.mark.parametrize("case", cases(__file__, "derived", {"of": known}), ids=lambda case: case["why"])
def test_what_follows(case):
    ordered = order(**case["order"]) if "order" in case else None
    found = derived(*case["known"], order=ordered, ruler=case.get("ruler", "awgs-2019"))
    for name, elements in case["says"].items():
        for element, expected in elements.items():
            assert says(found, name, element, expected), (name, found.known.get(name) or found.gaps[name])


def test_every_name_stands_in_exactly_one_of_known_and_gaps():
    found = derive(Findings({}, {}), specs(), None, sarcopenia_criteria="study")
    assert set(found.gaps) == set(specs())
    full = derived(known("weight", 60.0), known("height", 1.6), order=order())
    assert set(full.known) | set(full.gaps) == set(specs())
    assert not set(full.known) & set(full.gaps)


def test_psoas_muscle_larger_than_the_psoas_makes_both_a_conflict_and_plvi_unknown():
    found = derived(known("psoas-total-area", 10.0), known("psoas-muscle-area", 12.0), known("l4-vertebral-area", 14.0))
    assert found.gaps["psoas-total-area"].reason == "conflicting"
    assert found.gaps["psoas-muscle-area"].reason == "conflicting"
    assert "plvi" in found.gaps


# Evidence page, study 1: A is 24 and more, B 17 to 23.5, C less than 17.
@pytest.mark.parametrize(("points", "word"), [(30, "A"), (24, "A"), (23.5, "B"), (17, "B"), (16.5, "C"), (3, "C")])
def test_mna_category_follows_from_the_score(points, word):
    assert derived(known("mna-score", float(points))).known["mna-category"].value == word


def muscle(
    index: float | None = None, grip: float | None = None, gait: float | None = None, sex: str | None = "female"
):
    values = {MUSCLE: index, GRIP: grip, GAIT: gait, "sex": sex}
    return [known(name, value) for name, value in values.items() if value is not None]


# The study's ruler (AWGS 2014): index < 7.0 men, < 5.4 women; grip <= 26 / 18 kg; gait <= 0.8 m/s.
@pytest.mark.parametrize(
    ("index", "grip", "gait", "sex", "expected"),
    cases(__file__, "sarcopenia_by_the_study_needs_low_muscle_with_low_grip_or_slow_gait"),
)
def test_sarcopenia_by_the_study_needs_low_muscle_with_low_grip_or_slow_gait(index, grip, gait, sex, expected):
    found = derived(*muscle(index, grip, gait, sex))
    if expected is None:
        assert found.gaps["sarcopenia"].reason == "undetermined"
    else:
        assert found.known["sarcopenia"].value is expected


@pytest.mark.parametrize(
    ("ruler", "grip", "gait", "sex", "expected"), cases(__file__, "the_referral_goes_by_the_sites_ruler")
)
def test_the_referral_goes_by_the_sites_ruler(ruler, grip, gait, sex, expected):
    index = 4.8 if sex == "female" else 6.5
    assert derived(*muscle(index, grip, gait, sex), ruler=ruler).known["sarcopenia-site"].value is expected


def diagnosis() -> Finding:
    return known("sarcopenia", value=True, on=date(2024, 1, 1))


def test_measurement_that_confirms_a_diagnosis_names_both():
    found = derived(diagnosis(), *muscle(4.8, 12)).known["sarcopenia"]
    assert found.concerns == ()
    assert len(found.provenance) == 3


@pytest.mark.parametrize(
    ("index", "grip", "gait", "expected"), cases(__file__, "without_the_sex_only_what_holds_for_both_decides")
)
def test_without_the_sex_only_what_holds_for_both_decides(index, grip, gait, expected):
    found = derived(*muscle(index, grip, gait, None), ruler="awgs-2019")
    value = found.known["sarcopenia-site"].value if "sarcopenia-site" in found.known else None
    assert value is expected


def test_a_problem_list_that_was_not_read_stays_the_reason():
    unread = Gap(name="sarcopenia", reason="not-read", detail="problem list could not be read")
    assert derived(gaps=[unread]).gaps["sarcopenia-site"].reason == "not-read"


def test_an_unknown_ruler_is_refused():
    with pytest.raises(KeyError):
        derived(ruler="awgs-2099")
    assert sorted(RULERS) == ["awgs-2019", "awgs-2025", "ewgsop2", "study"]


def test_ratio_change_follows_from_both_changes_of_the_same_two_days():
    changes = [
        known("paraspinal-csa-change", -10.0, since=date(2026, 1, 1)),
        known("paraspinal-signal-change", 10.0, since=date(2026, 1, 1)),
    ]
    found = derived(*changes).known["paraspinal-ratio-change"]
    assert found.value == pytest.approx((0.9 / 1.1 - 1) * 100)
    assert found.since == date(2026, 1, 1)
    other = known("paraspinal-signal-change", 10.0, since=date(2025, 1, 1))
    assert derived(changes[0], other).gaps["paraspinal-ratio-change"].reason == "undetermined"


@pytest.mark.parametrize("name", ["malignancy", "spinal-infection", "unstable-fracture", "neurological-deficit"])
def test_a_reason_of_the_order_counts_whatever_the_list_says(name):
    found = derived(known(name, value=False), order=order(reasons=frozenset({name})))
    assert found.is_true(name)
    assert found.known[name].provenance[0].origin == "context"


# --- T-score


@pytest.mark.parametrize(
    ("site", "levels", "doubted"), cases(__file__, "a_lumbar_t_score_beside_a_lumbar_fracture_is_doubted")
)
def test_a_lumbar_t_score_beside_a_lumbar_fracture_is_doubted(site, levels, doubted):
    t_score = known("bmd-t-score", -1.6)._replace(site=site)
    found = derived(t_score, order=replace(order(), levels=levels)).known["bmd-t-score"]
    assert (found.value, bool(found.concerns)) == (-1.6, doubted)

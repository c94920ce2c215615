"""What follows from other findings and from the order (evidence page; cards page, section 5, for the rulers)."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date

import pytest

from cds_service.core.derived import derive
from cds_service.core.facts import AugmentationOrder, Finding, Findings, Gap, Provenance, Value
from cds_service.core.sarcopenia import RULERS
from tests.builders import specs
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


def test_every_name_stands_in_exactly_one_of_known_and_gaps():
    found = derive(Findings({}, {}), specs(), None, sarcopenia_criteria="study")
    assert set(found.gaps) == set(specs())
    full = derived(known("weight", 60.0), known("height", 1.6), order=order())
    assert set(full.known) | set(full.gaps) == set(specs())
    assert not set(full.known) & set(full.gaps)


def test_bmi_follows_from_weight_and_height_with_both_sources():
    found = derived(known("weight", 51.2), known("height", 1.6, on=date(2020, 1, 1))).known["bmi"]
    assert found.value == pytest.approx(20.0)
    assert found.observed == DAY
    assert [one.resource for one in found.provenance] == ["Observation/weight", "Observation/height"]


def test_a_recorded_bmi_that_agrees_stays():
    found = derived(known("bmi", 20.9), known("weight", 51.2), known("height", 1.6)).known["bmi"]
    assert (found.value, found.concerns) == (20.9, ())


@pytest.mark.parametrize(("recorded_on", "value"), [(date(2026, 11, 10), 26.0), (date(2026, 10, 1), 20.0)])
def test_where_recorded_and_computed_bmi_differ_the_newer_is_used_and_said(recorded_on, value):
    found = derived(known("bmi", 26.0, on=recorded_on), known("weight", 51.2), known("height", 1.6)).known["bmi"]
    assert found.value == pytest.approx(value)
    assert found.concerns == ("Recorded BMI and BMI from weight and height differ (26.0 and 20.0); the newer is used.",)


def test_concerns_of_the_parts_stand_beside_the_result():
    weight = known("weight", 51.2, concerns=("The weight is 8 months old.",))
    assert derived(weight, known("height", 1.6)).known["bmi"].concerns == ("The weight is 8 months old.",)


def test_muscle_index_follows_from_lean_mass_and_height_with_its_method():
    found = derived(known("appendicular-lean-mass", 12.8, method="bioimpedance"), known("height", 1.6)).known[MUSCLE]
    assert (found.value, found.method) == (pytest.approx(5.0), "bioimpedance")


# The two pictured patients of residual-pain-2025, and the printed group means of Table 2 (evidence page, 5).
@pytest.mark.parametrize(("total", "fat", "muscle"), [(14.41, 33.24, 9.620), (8.71, 74.75, 2.199)])
def test_psoas_muscle_area_is_total_less_fat(total, fat, muscle):
    found = derived(known("psoas-total-area", total), known("psoas-fat-fraction", fat)).known["psoas-muscle-area"]
    assert found.value == pytest.approx(muscle, abs=0.001)


def test_psoas_muscle_larger_than_the_psoas_makes_both_a_conflict_and_plvi_unknown():
    found = derived(known("psoas-total-area", 10.0), known("psoas-muscle-area", 12.0), known("l4-vertebral-area", 14.0))
    assert found.gaps["psoas-total-area"].reason == "conflicting"
    assert found.gaps["psoas-muscle-area"].reason == "conflicting"
    assert "plvi" in found.gaps


def test_plvi_is_psoas_over_vertebra():
    found = derived(known("psoas-total-area", 11.06), known("l4-vertebral-area", 14.0)).known["plvi"]
    assert found.value == pytest.approx(0.79)
    assert found.concerns == ()


def test_areas_of_different_days_are_said():
    parts = known("psoas-total-area", 11.06), known("l4-vertebral-area", 14.0, on=date(2026, 6, 1))
    (concern,) = derived(*parts).known["plvi"].concerns
    assert "different days" in concern


def test_a_recorded_plvi_stays():
    assert derived(known("plvi", 0.9), known("psoas-total-area", 7.0), known("l4-vertebral-area", 14.0)).known[
        "plvi"
    ].value == 0.9  # fmt: skip


# Evidence page, study 1: A is 24 and more, B 17 to 23.5, C less than 17.
@pytest.mark.parametrize(("points", "word"), [(30, "A"), (24, "A"), (23.5, "B"), (17, "B"), (16.5, "C"), (3, "C")])
def test_mna_category_follows_from_the_score(points, word):
    assert derived(known("mna-score", float(points))).known["mna-category"].value == word


def test_the_score_counts_before_a_recorded_category_that_does_not_fit():
    found = derived(known("mna-score", 26.0), known("mna-category", "C")).known["mna-category"]
    assert found.value == "A"
    assert "does not fit" in found.concerns[0]
    assert derived(known("mna-category", "C")).known["mna-category"].value == "C"


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


def test_by_awgs_2025_gait_does_not_need_to_be_known():
    assert derived(*muscle(4.8, 19), ruler="awgs-2025").is_false("sarcopenia-site")


def test_bioimpedance_has_its_own_limit_for_women_by_the_sites_ruler():
    parts = [known(MUSCLE, 5.5, method="bioimpedance"), known(GRIP, 12.0), known("sex", "female")]
    found = derived(*parts)
    assert found.is_true("sarcopenia-site")
    assert found.is_false("sarcopenia")
    assert "bioimpedance" in " ".join(found.known["sarcopenia"].concerns)


def test_the_grey_zone_is_said_in_both_places():
    found = derived(*muscle(6.5, 27, 1.2, "male"))
    sentence = "Grip 27 kg: low by AWGS 2019, not by the study's 26 kg; the estimate counts it as normal."
    assert found.is_true("sarcopenia-site")
    assert found.is_false("sarcopenia")
    assert sentence in found.known["sarcopenia-site"].concerns
    assert sentence in found.known["sarcopenia"].concerns


def test_the_grey_zone_has_another_side():
    found = derived(*muscle(4.8, 17, 1.2), ruler="ewgsop2").known["sarcopenia-site"]
    assert "Grip 17 kg: low by the study's 18 kg, not by EWGSOP2; the estimate counts it as low." in found.concerns


def diagnosis() -> Finding:
    return known("sarcopenia", value=True, on=date(2024, 1, 1))


def test_an_active_diagnosis_says_yes_where_measurement_does_not_decide():
    found = derived(diagnosis(), *muscle(None, 12))
    assert found.is_true("sarcopenia")
    assert found.is_true("sarcopenia-site")


def test_measurement_that_contradicts_a_diagnosis_wins_and_is_named():
    for name in ("sarcopenia", "sarcopenia-site"):
        found = derived(diagnosis(), *muscle(6.0, 25, 1.2)).known[name]
        assert found.value is False
        assert "problem list" in found.concerns[-1]
        assert "Observation/sarcopenia" in [one.resource for one in found.provenance]


def test_measurement_that_confirms_a_diagnosis_names_both():
    found = derived(diagnosis(), *muscle(4.8, 12)).known["sarcopenia"]
    assert found.concerns == ()
    assert len(found.provenance) == 3


@pytest.mark.parametrize(
    ("index", "grip", "gait", "expected"),
    [(4.8, 17, None, True), (8.0, None, None, False), (6.0, 12, 0.5, None), (4.8, 27, 1.2, None)],
)
def test_without_the_sex_only_what_holds_for_both_decides(index, grip, gait, expected):
    found = derived(*muscle(index, grip, gait, None), ruler="awgs-2019")
    value = found.known["sarcopenia-site"].value if "sarcopenia-site" in found.known else None
    assert value is expected


def test_what_is_missing_for_a_verdict_is_said():
    assert derived(*muscle(4.8)).gaps["sarcopenia"].detail == "no diagnosis, and not known: grip, gait"


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


def test_the_order_gives_procedure_levels_and_junction():
    found = derived(order=order(code="CPT|22514"))
    assert found.known["procedure"].value == "PKP"
    assert found.known["treated-levels"].value == "T12,L1"
    assert found.known["tl-junction"].value is True
    (source,) = found.known["procedure"].provenance
    assert (source.resource, source.origin, source.code) == (
        "context.draftOrders: ServiceRequest/1",
        "context",
        "CPT|22514",
    )


def test_what_the_order_does_not_say_is_a_gap():
    found = derived(order=order(procedure=None, levels=(), tl_junction=None))
    assert {found.gaps[name].reason for name in ("procedure", "treated-levels", "tl-junction")} == {"undetermined"}
    assert derived().gaps["procedure"].detail == "no augmentation is being ordered"


def test_what_was_recognised_by_words_says_so():
    found = derived(order=order(recognised_by="text", level_source="text"))
    for name in ("procedure", "treated-levels", "tl-junction"):
        assert "words" in found.known[name].concerns[0]


@pytest.mark.parametrize("name", ["malignancy", "spinal-infection", "unstable-fracture", "neurological-deficit"])
def test_a_reason_of_the_order_counts_whatever_the_list_says(name):
    found = derived(known(name, value=False), order=order(reasons=frozenset({name})))
    assert found.is_true(name)
    assert found.known[name].provenance[0].origin == "context"


# --- T-score


@pytest.mark.parametrize(
    ("site", "levels", "doubted"),
    [("lumbar spine", ("L1",), True), ("lumbar spine", ("T12",), False), ("total hip", ("L1",), False)],
)
def test_a_lumbar_t_score_beside_a_lumbar_fracture_is_doubted(site, levels, doubted):
    t_score = known("bmd-t-score", -1.6)._replace(site=site)
    found = derived(t_score, order=replace(order(), levels=levels)).known["bmd-t-score"]
    assert (found.value, bool(found.concerns)) == (-1.6, doubted)

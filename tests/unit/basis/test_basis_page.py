"""What the basis page says and draws: a reader can follow it by hand, and nothing on it reassures where it must not."""

import json
import math
import os
import re
from statistics import NormalDist

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cds_service.audit.chain import seal
from cds_service.basis.page import basis_page
from cds_service.basis.what_if import controls_of, try_values, with_changes
from cds_service.review.replay import replay
from tests.chart_builders import (
    CHART,
    HOOK,
    application,
    ask,
    dose,
    kyphoplasty,
    measured,
    open_service,
    order_sign,
    patient,
    problem,
    quiet_lists,
    thin_and_weak,
    vertebroplasty,
)
from tests.generated_patients import Signing, signings
from tests.patients.charts import measured as by_method
from tests.tables import cases

MANY = int(os.environ.get("BASIS_PAGES", "60"))


def entries_of(post):
    log = application().log
    log.entries.clear()
    post()
    return [json.loads(seal(entry).body)["content"] for entry in log.entries if entry.kind == "answer"]


def content_of(*record, order=None, **values):
    """What the log holds of a kyphoplasty for a patient of 76 with these measures and quiet lists."""
    measures = (measured(name.replace("_", "-"), value) for name, value in values.items())
    drafted = kyphoplasty() if order is None else order
    chart = () if any(one["resourceType"] == "Patient" for one in record) else (patient(), *quiet_lists())
    (found,) = entries_of(lambda: ask(order_sign((*chart, *measures, *record), drafted)))
    return found


def page_of(content):
    return basis_page(replay(content, open_service(), HOOK), content, open_service())


def outcome(page, name="refracture"):
    return next(one for one in page.outcomes if one.id == name)


def chart(page, name, of="refracture"):
    return next((one for one in outcome(page, of).charts if one.id == name), None)


def number(text):
    return float(text.replace("−", "-").replace("+", "").split(" ")[0])


def shapes(row):
    return [mark.shape for mark in row.marks]


def test_the_contributions_can_be_followed_by_hand():
    """Evidence page: figures and reduced coefficients for BMI 19.6, no diabetes, T -2.8, thoracolumbar junction."""
    page = page_of(content_of(bmi=19.6, bmd_t_score=-2.8))
    start, *bars, total, error, spread = chart(page, "contributions").rows
    coefficients = {"BMI": -0.702, "no diabetes": 1.62, "T-score": -3.38, "thoracolumbar": -0.95}
    means = {  # of both groups of the paper's table 2, 74 and 140 patients
        "BMI": (74 * 19.05 + 140 * 20.17) / 214,
        "no diabetes": 45 / 214,
        "T-score": (74 * -2.99 + 140 * -2.18) / 214,
        "thoracolumbar": 127 / 214,
    }
    used = {"BMI": 19.6, "no diabetes": 0, "T-score": -2.8, "thoracolumbar": 1}
    effects = []
    for name, coefficient in coefficients.items():
        (row,) = [one for one in bars if one.label.startswith(name)]
        told, mean, slope, effect, _ = row.cells
        assert number(told) == used[name]
        assert number(mean) == pytest.approx(means[name], abs=0.001)
        assert number(slope) == pytest.approx(coefficient, rel=0.03)
        assert number(effect) == pytest.approx(coefficient * (used[name] - means[name]), abs=0.05)
        effects.append(number(effect))
    assert len(bars) == 4
    log_odds = number(total.cells[3])
    assert number(start.cells[3]) + sum(effects) == pytest.approx(log_odds, abs=0.03)
    assert 1 / (1 + math.exp(-log_odds)) == pytest.approx(0.345, abs=0.01)
    ends = [1 / (1 + math.exp(-log_odds + side * 1.96 * number(error.cells[3]))) for side in (1, -1)]
    assert ends == pytest.approx([0.22, 0.50], abs=0.02)
    risk, d = 1 / (1 + math.exp(-log_odds)), number(spread.cells[3])
    for share, end in ((0.1, 0.09), (0.9, 0.67)):
        shift = math.log(end / (1 - end)) - log_odds
        below = [NormalDist().cdf((shift - side * d / 2) / math.sqrt(d)) for side in (1, -1)]
        assert risk * below[0] + (1 - risk) * below[1] == pytest.approx(share, abs=0.02)


def test_the_figure_stands_with_both_ranges_and_every_average_on_one_axis():
    page = page_of(content_of(bmi=19.6, bmd_t_score=-2.8))
    risk = chart(page, "risk")
    first, *averages = risk.rows
    assert first.cells in {("34 %", "22–50 %", "9–67 %"), ("35 %", "22–50 %", "9–67 %")}
    assert shapes(first) == ["tick", "tick", "thin", "thick", "point"]
    places = {mark.shape: (mark.left, mark.right) for mark in first.marks[2:]}
    assert places["thick"] == pytest.approx((22, 50), abs=2)
    assert places["thin"] == pytest.approx((9, 67), abs=2)
    assert places["point"] == pytest.approx((34.5, 34.5), abs=1)
    assert [(one.label, one.cells[0]) for one in averages] == [
        ("Study average", "35 %"),
        ("All patients, pooled from 18 studies", "17 %"),
    ]
    assert [place for place, _ in risk.axis] == [0, 50, 100]
    assert "12 months" in risk.title


def test_the_procedure_is_where_the_sum_starts_and_never_a_bar():
    """Evidence page: CT 60 HU, SMI 140 is 0.051 after kyphoplasty, on an average of 0.096, after PVP of 0.243."""
    at = [by_method("ct-attenuation", 60), by_method("multifidus-smi", 140), measured("bmd-t-score", -2.9)]
    for order, word, average in ((kyphoplasty(), "kyphoplasty", "10 %"), (vertebroplasty(), "vertebroplasty", "24 %")):
        page = page_of(content_of(*at, order=order))
        start, *bars, total, _error = chart(page, "contributions").rows
        assert start.label.endswith(f"after {word}")
        assert not start.marks
        assert sorted(one.label.split(" ")[0] for one in bars) == ["CT", "multifidus"]
        assert chart(page, "studies").rows[0].cells[3] == average
        if word == "kyphoplasty":
            assert 1 / (1 + math.exp(-number(total.cells[3]))) == pytest.approx(0.051, abs=0.01)


def test_a_value_beyond_the_study_makes_no_figure_and_lowers_nothing():
    """Evidence page: BMI 28.5, held at 22.0, gives 0.088; without BMI it is 0.382, 25-53 %, 5-82 %."""
    page = page_of(content_of(bmi=28.5, bmd_t_score=-2.8))
    told = dict(outcome(page).answers)
    assert told["Figure"].startswith("No usable figure: BMI 28.5 is outside the study")
    assert "38 %" in told["Figure"]
    assert "Why" not in told  # "lowered by" stands beside no figure
    for text in told.values():
        assert "9 %" not in text
        assert "3–24 %" not in text
    without, limit, *_ = chart(page, "risk").rows
    assert without.cells[0] == "38 %"
    assert without.cells[2] == "5–82 %"
    assert "not this patient's figure" in limit.label
    assert chart(page, "incidence") is None
    bmi = next(one for one in chart(page, "cohort").rows if one.label == "BMI")
    point = bmi.marks[-1]
    beyond = [mark for mark in bmi.marks if mark.shape == "beyond"]
    assert point.shape == "point"
    assert beyond[1].left <= point.left <= beyond[1].right
    assert bmi.note == "taken as 22, the end of what this study can say"


@pytest.mark.parametrize(
    ("record", "reason"),
    [
        ([measured("bmd-t-score", -2.2, days=9 * 365), measured("bmi", 20.0)], "T-score from 2017"),
        ([measured("ct-attenuation", 85, method={"text": "portal venous phase"})], "CT with contrast"),
    ],
)
def test_why_there_is_no_figure_is_what_the_card_said_and_nothing_reassures(record, reason):
    """The entry holds neither ages nor methods: computed again, another reason would stand there."""
    content = content_of(*record)
    assert any(reason in card["summary"] for card in content["cards"])
    page = page_of(content)
    told = dict(outcome(page).answers)
    assert reason in told["Figure"]
    assert not {"5 %", "2–11 %"} & set(re.findall(r"[\d–]+ %", " ".join(told.values())))
    assert {one.id for one in outcome(page).charts} <= {"acts", "cohort"}
    acts = chart(page, "acts")
    assert acts is None or all(row.cells[0] == "no figure" for row in acts.rows)


WORDS = CHART | {"by_method": by_method, "thin": thin_and_weak()}


@pytest.mark.parametrize("case", cases(__file__, "told", WORDS), ids=lambda case: case["why"])
def test_what_the_page_tells(case):
    content = content_of(*case["record"])
    one = outcome(page_of(content), case.get("of", "refracture"))
    told = dict(one.answers)
    for question, words in case.get("says", {}).items():
        assert words in told[question]
    for question, words in case.get("starts", {}).items():
        assert told[question].startswith(words)
    assert [found.id for found in one.charts] == case.get("charts", [found.id for found in one.charts])
    if "tried" in case:
        ((_, _, said),) = trial_of(content, **case["tried"]).results[:1]
        assert case["trial_says"] in said


def test_the_same_patient_at_two_incidences():
    """Card page, section 1: the fully measured patient is 96 % at the study's baseline, 91 % where 17 % refracture."""
    study, pooled = chart(page_of(content_of(*thin_and_weak())), "incidence").rows
    assert (study.label[:18], study.cells[0]) == ("In the study: 35 %", "over 96 %")
    assert pooled.cells[0] == "91 %"


def test_the_psoas_is_one_line_and_what_has_no_clear_effect_looks_so():
    values = {"psoas_total_area": 9.5, "psoas_muscle_area": 7.0, "es_mf_fat_fraction": 61, "fascia_injury": True}
    page = page_of(content_of(**values))
    rows = [row for row in chart(page, "contributions", "residual-pain").rows if row.marks]
    assert sum("psoas" in one.label for one in rows) == 1
    for row in rows:
        thin = next(mark for mark in row.marks if mark.shape == "thin")
        zero = next(mark for mark in row.marks if mark.shape == "zero")
        has_zero = thin.left <= zero.left <= thin.right
        assert ("no-effect" in shapes(row)) == has_zero
        assert (row.cells[-1] == "no clear effect in the study") == has_zero


def test_below_half_of_the_information_no_figure_is_said_or_drawn():
    page = page_of(content_of())
    for one in page.outcomes:
        assert {found.id for found in one.charts} <= {"acts"}
        assert dict(one.answers)["Figure"].startswith("No figure")
        for found in one.charts:
            assert all(not row.marks and row.cells[0] == "no figure" for row in found.rows)


def test_measurements_stand_by_what_they_leave_open_narrowest_first():
    """Evidence page: T -2.8, no diabetes, thoracolumbar junction alone is 5-82 % once measured."""
    page = page_of(content_of(bmd_t_score=-2.8))
    acts = chart(page, "acts")
    mine = [row for row in acts.rows if "214 patients" in row.label]
    assert {row.cells[0] for row in mine} == {"5–82 %"}
    widths = [next(mark.width for mark in row.marks if mark.shape == "thick") for row in mine]
    assert widths == sorted(widths)
    assert all(width < row.marks[0].width for width, row in zip(widths, mine, strict=True))
    assert any(row.cells[3] == "Order bedside measurements" for row in mine)
    assert all("T-score" not in row.label and "DXA" not in row.label for row in mine)


def test_a_stratum_stands_beside_the_model_and_never_speaks():
    """Evidence page, section 3: PLVI at most 0.79: pain in 6 of 72 (8.3 %), 8 of 144 in all; P 0.28, recomputed."""
    values = {"psoas_total_area": 9.0, "l4_vertebral_area": 14.0, "es_mf_fat_fraction": 61, "fascia_injury": False}
    row = chart(page_of(content_of(**values)), "studies", "residual-pain").rows[-1]
    assert "PLVI" in row.label
    assert (row.cells[0], row.cells[3]) == ("8 %", "6 %")
    assert "vertebroplasty" in row.note
    assert "P 0.28" in row.note


def test_every_input_stands_with_value_day_and_resource():
    page = page_of(content_of(bmi=19.6, bmd_t_score=-2.8))
    found = {one.name: one for one in page.inputs}
    assert (found["T-score"].value, found["T-score"].date) == ("−2.8", "10 Nov 2026")
    assert found["T-score"].sources == ("Observation/o-bmd-t-score",)
    assert found["T-score"].used_in == ("214",)


def test_a_criterion_that_is_not_met_leads():
    page = page_of(content_of(problem("prior-spinal-surgery"), ct_attenuation=60, bmd_t_score=-2.9))
    found = next(one for one in page.criteria if one.study == "nvcf-nomogram-2024")
    assert list(found.states) == ["not met", "not known", "not checked", "met"]
    assert found.states["not met"] == ["prior lumbar surgery was excluded"]


def test_an_open_cause_has_no_figure_and_nothing_to_try():
    content = content_of(problem("malignancy"), bmi=19.6, bmd_t_score=-2.8)
    page = page_of(content)
    assert all(dict(one.answers)["Figure"].startswith(("No", "None")) for one in page.outcomes)
    assert all(not one.charts for one in page.outcomes)
    assert controls_of(replay(content, open_service(), HOOK).answer, open_service()) == ()


def test_figures_that_are_other_today_are_named_and_not_drawn():
    content = content_of(bmi=19.6, bmd_t_score=-2.8)
    content["assessments"][0]["models"][0]["risk"] = 0.5
    page = page_of(content)
    assert page.outcomes == ()
    assert any("risk: 0.5 then" in one for one in page.differences)


# --- what if


def trial_of(content, **given):
    answer = replay(content, open_service(), HOOK).answer
    return try_values(answer, open_service(), {name.replace("_", "-"): value for name, value in given.items()})


@pytest.mark.parametrize(
    ("changed", "recorded"), cases(__file__, "another_patient_gets_the_figure_that_the_same_record_would_get")
)
def test_another_patient_gets_the_figure_that_the_same_record_would_get(changed, recorded):
    (_, tried, said), *_ = trial_of(content_of(bmi=19.6, bmd_t_score=-2.8), **changed).results
    page = page_of(content_of(*(by_method(name.replace("_", "-"), value) for name, value in recorded.items())))
    told = dict(outcome(page).answers)["Figure"]
    if tried is None:
        assert said.startswith("No usable figure")
        assert told.startswith("No usable figure")
        return
    assert said.startswith(told)
    on_record, row, _ = tried.rows
    assert on_record.cells[0] == "no figure"  # as its card said; 34 % stands on none
    assert row.label.startswith("Another patient")
    assert row.cells == chart(page, "risk").rows[0].cells


def test_a_trial_changes_measurements_alone():
    values = {"psoas_total_area": 9.5, "psoas_muscle_area": 7.0, "es_mf_fat_fraction": 61, "ct_attenuation": 50}
    content = content_of(**values)
    controls = {one.name for one in controls_of(replay(content, open_service(), HOOK).answer, open_service())}
    never = {"procedure", "cement-diffused", "local-kyphosis-post", "tl-junction", "diabetes", "psoas-muscle-area"}
    assert not controls & never
    assert {"bmi", "bmd-t-score", "ct-attenuation", "psoas-total-area", "sarcopenia", "fascia-injury"} <= controls
    assert "vbq" not in controls  # without this site's patients it is no input
    assert trial_of(content, procedure="PVP", cement_diffused="yes", tl_junction="no", diabetes="yes").results == ()


def test_psoas_muscle_follows_the_total_at_the_fat_share_on_record():
    record = {"es_mf_fat_fraction": 61, "fascia_injury": False}
    answer = replay(content_of(psoas_total_area=10.0, psoas_muscle_area=8.0, **record), open_service(), HOOK).answer
    known = with_changes(answer.findings, {"psoas-total-area": 12.0}, open_service()).known
    assert known["psoas-muscle-area"].value == pytest.approx(9.6)


def test_what_is_no_figure_is_no_figure_in_a_trial_either():
    """BMI 28 held at 22 gives 14 %, T-score -1.2 held too less still: neither may look like anybody's figure."""
    for _, drawn, said in trial_of(content_of(bmi=28, bmd_t_score=-2.8), bmd_t_score="-1.2").results:
        assert drawn is None
        assert said.startswith(("No usable figure", "No figure"))
        assert "14 %" not in said


def test_where_denosumab_lapsed_no_trial_reassures():
    """The card of such a patient gives a figure only where it warns."""
    content = content_of(dose("denosumab", days=440), bmi=18.5, bmd_t_score=-3.4, pma_rate=57, sarcopenia=True)
    better = {"bmd_t_score": "-2.0", "sarcopenia": "no", "bmi": "21", "pma_rate": "47"}
    assert [said for _, _, said in trial_of(content, **better).results] == [
        "No figure: no study held such a patient."
    ] * 2


@pytest.mark.parametrize("text", ["a lot", "nan", "inf", "-1e9", "900", "<b>"])
def test_what_is_no_plausible_value_is_refused_in_words_of_ours(text):
    tried = trial_of(content_of(bmi=19.6, bmd_t_score=-2.8), bmi=text)
    assert tried.results == ()
    (fault,) = tried.faults
    assert fault.startswith("BMI: ")
    assert "<" not in fault


@settings(max_examples=MANY, deadline=None, suppress_health_check=list(HealthCheck))
@given(signings(), st.floats(-6, 2), st.floats(10, 45))
def test_of_any_patient_the_page_says_no_figure_alone(signing: Signing, t_score: float, bmi: float):
    """Beside each figure stand both ranges, the horizon and an average; elsewhere the reason why there is none."""
    for content in entries_of(lambda: application().post(signing.request())):
        page = page_of(content)
        assert page.differences == ()
        for one in page.outcomes:
            told = dict(one.answers)
            is_said = not told["Figure"].startswith("No")
            assert ("Why" in told) == is_said
            risk = next((found for found in one.charts if found.id == "risk"), None)
            assert risk or not is_said
            for row in risk.rows[:1] if risk else ():
                assert "–" in row.cells[1] or row.cells[1].startswith(("under", "over"))
                assert row.cells[2]
                assert "months" in risk.title or "years" in risk.title
                assert len(risk.rows) > 1
        tried = trial_of(content, bmd_t_score=f"{t_score:.1f}", bmi=f"{bmi:.1f}")
        for _, found, said in tried.results:
            assert found is None or "average" in said or "No usable figure" in said

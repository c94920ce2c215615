"""What the basis page says and draws: a reader can follow it by hand, and nothing on it reassures where it must not."""

import json
import math
import os

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cds_service.audit.chain import seal
from cds_service.basis.page import basis_page
from cds_service.basis.what_if import controls_of, try_values
from cds_service.review.replay import replay
from tests.chart_builders import (
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
from tests.codes import SCT, codeable
from tests.generated_patients import Signing, signings
from tests.patients.charts import drug as prescribed
from tests.patients.charts import measured as by_method
from tests.patients.reassuring import reassuring_record

MANY = int(os.environ.get("BASIS_PAGES", "60"))


def entries_of(post):
    log = application().log
    log.entries.clear()
    post()
    return [
        json.loads(seal(entry).body)["content"]
        for entry in log.entries
        if entry.kind == "answer"
    ]


def content_of(*record, order=None, **values):
    """What the log holds of a kyphoplasty for a woman of 76 with these measures and quiet lists."""
    measures = (
        measured(name.replace("_", "-"), value) for name, value in values.items()
    )
    drafted = kyphoplasty() if order is None else order
    has_patient = any(one["resourceType"] == "Patient" for one in record)
    chart = () if has_patient else (patient(), *quiet_lists())
    (found,) = entries_of(
        lambda: ask(order_sign((*chart, *measures, *record), drafted))
    )
    return found


def page_of(content):
    return basis_page(replay(content, open_service(), HOOK), content, open_service())


def outcome(page, name="refracture"):
    return next(one for one in page.outcomes if one.id == name)


def told(page, of="refracture"):
    return dict(outcome(page, of).answers)


def chart(page, name, of="refracture"):
    one = outcome(page, of)
    return next(
        (found for found in (*one.charts, *one.studies) if found.id == name), None
    )


def number(text):
    return float(text.replace("−", "-").replace("+", "").split(" ")[0])


def shapes(row):
    return [mark.shape for mark in row.marks]


def expit(log_odds):
    return 1 / (1 + math.exp(-log_odds))


TYPICAL = {"bmi": 26, "bmd_t_score": -2.6}
"""With age 76, one level, no steroid: 0.1329 (5-29 %; 10-17 %) by pooled-examples.json."""


def test_the_picture_stands_first_with_the_patient_the_average_and_a_new_hospital():
    place, *_ = outcome(page_of(content_of(**TYPICAL))).charts
    assert place.id == "place"
    assert "about 2 years" in place.title
    mine, average = place.rows
    assert mine.cells == ("about 1 in 8", "10–17 %", "5–29 %")
    assert shapes(mine) == ["tick", "thin", "thick", "point"]
    assert mine.marks[-1].left == pytest.approx(13.3, abs=0.3)
    assert average.cells[0] == "1 in 6 (17 %)"
    assert average.cells[2] == "7–34 %"
    assert [at for at, _ in place.axis] == [0, 50, 100]


def test_the_sum_can_be_followed_by_hand():
    """Coefficients are those of docs/pooled.md times 0.8; the sum gives figure and ranges."""
    found = chart(page_of(content_of(**TYPICAL)), "sum")
    start, *rows = found.rows
    sums = [row for row in rows if row.is_sum]
    averaged, total = sums
    bars = [row for row in rows if row.marks]
    coefficients = {
        "T-score": -0.494 * 0.8,
        "BMI": -0.045 * 0.8,
        "age": 0.0309 * 0.8,
        "sex": 0.332 * 0.8,
        "no systemic steroid": 0.833 * 0.8,
        "number of treated levels": 0.578 * 0.8,
    }
    assert len(bars) == len(coefficients)
    effects = []
    for name, coefficient in coefficients.items():
        (row,) = [one for one in bars if one.label.startswith(name)]
        used, mean, slope, effect, reads = row.cells
        assert number(slope) == pytest.approx(coefficient, abs=0.001)
        by_hand = number(slope) * (number(used) - number(mean))
        assert number(effect) == pytest.approx(by_hand, abs=0.02)
        assert reads == ("raises" if number(effect) > 0 else "lowers")
        effects.append(number(effect))
    log_odds = number(total.cells[3])
    parts = number(start.cells[3]) + sum(effects) + number(averaged.cells[3])
    assert parts == pytest.approx(log_odds, abs=0.04)
    assert expit(log_odds) == pytest.approx(0.1329, abs=0.002)
    same, new = (number(row.cells[3]) for row in rows[-2:])
    for error, ends in ((same, (0.103, 0.170)), (new, (0.054, 0.291))):
        by_hand = [expit(log_odds + side * 1.96 * error) for side in (-1, 1)]
        assert by_hand == pytest.approx(ends, abs=0.003)


# Of the evidence page: coefficient as pooled, times 0.8; by the beginning of the row.
USED = {
    "T-score": -0.494 * 0.8,
    "CT attenuation": -0.213 / 10 * 0.8,
    "BMI": -0.045 * 0.8,
    "age": 0.309 / 10 * 0.8,
    "sex": 0.332 * 0.8,
    "earlier vertebral fracture": 0.628 * 0.8,
    "systemic steroid": 0.833 * 0.8,
    "no systemic steroid": 0.833 * 0.8,
    "number of treated levels": 0.578 * 0.8,
}
# T12, L1, L2
THREE_LEVELS = [codeable(SCT, one) for one in ("23215003", "66794005", "14293000")]


@pytest.mark.parametrize(
    ("content", "risk", "new_hospital"),
    [
        pytest.param(
            lambda: content_of(by_method("ct-attenuation", 30), bmi=26),
            0.2446,
            (0.063, 0.610),
            id="HU-30",
        ),
        pytest.param(
            lambda: content_of(
                problem("M80.08XS", days=1500, onsetDateTime="2022-10-12"), **TYPICAL
            ),
            0.1882,
            (0.071, 0.414),
            id="earlier-fracture",
        ),
        pytest.param(
            lambda: content_of(prescribed("prednisone", days=200), **TYPICAL),
            0.2276,
            (0.070, 0.537),
            id="prednisone",
        ),
        pytest.param(
            lambda: content_of(order=kyphoplasty(bodySite=THREE_LEVELS), **TYPICAL),
            0.1944,
            (0.074, 0.421),
            id="three-levels",
        ),
        pytest.param(
            lambda: content_of(bmi=17, bmd_t_score=-2.6),
            0.1882,
            (0.071, 0.412),
            id="BMI-17",
        ),
    ],
)
def test_five_figures_are_rebuilt_from_the_page_alone(content, risk, new_hospital):
    """Figure and interval are those of the evidence page's own calculation (pooled-examples.json)."""
    start, *rows = chart(page_of(content()), "sum").rows
    log_odds = number(start.cells[3])
    for row in rows:
        if not row.marks or row.is_sum:
            continue
        used, mean, slope, *_ = map(number, row.cells[:3])
        (coefficient,) = [
            each for name, each in USED.items() if row.label.startswith(name)
        ]
        assert slope == pytest.approx(coefficient, abs=0.001)
        log_odds += slope * (used - mean)
    averaged, _ = [row for row in rows if row.is_sum]
    log_odds += number(averaged.cells[3])
    assert expit(log_odds) == pytest.approx(risk, abs=0.006)
    error = number(rows[-1].cells[3])
    by_hand = [expit(log_odds + side * 1.96 * error) for side in (-1, 1)]
    assert by_hand == pytest.approx(new_hospital, abs=0.01)


def test_a_held_value_is_named():
    rows = chart(page_of(content_of(bmi=31, bmd_t_score=-2.6)), "sum").rows
    (bmi,) = [row for row in rows if row.label.startswith("BMI")]
    assert bmi.note == "taken as 25.0, the end of what the model follows"


def test_what_was_not_recorded_stands_with_what_it_was_averaged_over():
    """Shares where the record says nothing: docs/pooled.md, population."""
    rows = chart(page_of(content_of(**TYPICAL)), "averaged").rows
    found = {row.label: row.cells[0] for row in rows}
    assert found == {"earlier vertebral fracture": "14 % yes", "sarcopenia": "25 % yes"}


def test_a_measurement_shows_where_the_figure_could_lie():
    rows = chart(page_of(content_of(bmi=26)), "measuring").rows
    assert [row.label for row in rows] == ["CT attenuation", "T-score", "sarcopenia"]
    hu = rows[0]
    assert hu.cells[0].endswith("(34 HU)")
    assert hu.cells[1].endswith("(116 HU)")


def test_of_t_score_and_hu_the_other_one_stands_beside():
    record = [by_method("ct-attenuation", 110), measured("bmd-t-score", -3.4)]
    mine, other, _ = chart(page_of(content_of(*record)), "place").rows
    assert other.label == "By HU alone"
    assert number(other.cells[0]) < number(mine.note)


def test_the_page_says_how_sure_and_against_what():
    said = told(page_of(content_of(**TYPICAL)))
    assert said["Figure"].startswith("About 1 in 8 fracture another vertebra within")
    assert "usual 1 in 6" in said["Figure"]
    assert "17 studies pooled" in said["How sure"]
    assert "5–29 %" in said["How sure"]
    assert "1 in 6 (17 %)" in said["Compared with"]
    assert "twice what it should be" in said["This hospital"]
    assert "AUC of 0.52 to 0.74" in said["What is against it"]


def test_the_ranges_are_not_said_to_hold_what_was_not_recorded():
    """They hold SE and tau alone: docs/pooled.md, uncertainty."""
    told_of = told(page_of(content_of(**TYPICAL)))["How sure"]
    assert "nothing of what is not on record" in told_of
    assert "may lie outside them" in told_of


# --- nothing reassures where something is open


@pytest.mark.parametrize(
    "record",
    [
        pytest.param([measured("bmi", 26)], id="no-bone-value"),
        pytest.param(
            [measured("bmd-t-score", -1.8, days=11 * 365), measured("bmi", 26)],
            id="stale-t-score",
        ),
        pytest.param(
            [
                measured("bmd-t-score", -1.8),
                measured("bmi", 26),
                by_method("ct-attenuation", 85, method={"text": "portal venous phase"}),
            ],
            id="contrast-ct",
        ),
    ],
)
def test_a_low_figure_with_something_open_is_not_the_patients(record):
    page = page_of(content_of(*record))
    said = told(page)
    assert said["Figure"].startswith("Usual 1 in 6")
    assert "not this patient's figure" in said["Figure"]
    assert said["Left open"].startswith("The record leaves open")
    first = chart(page, "place").rows[0]
    assert first.label != "This patient"


def test_a_lapsed_denosumab_makes_it_a_lower_limit_in_a_trial_too():
    content = content_of(dose("denosumab", days=440), bmi=26, bmd_t_score=-2.6)
    if "denosumab-overdue" not in content["signals"]:
        pytest.fail("the record does not hold a lapsed denosumab")
    assert told(page_of(content))["Figure"].startswith("At least the usual 1 in 6")
    ((_, _, said),) = trial_of(content, bmd_t_score="-1.6").results
    assert said.startswith("At least the usual 1 in 6")


@pytest.mark.parametrize("name", ["malignancy", "spinal-infection"])
def test_an_excluded_fracture_has_no_figure_and_nothing_to_try(name):
    content = content_of(problem(name), **TYPICAL)
    page = page_of(content)
    for one in page.outcomes:
        assert dict(one.answers)["Figure"].startswith("None")
        assert (one.charts, one.studies) == ((), ())
    answer = replay(content, open_service(), HOOK).answer
    assert controls_of(answer, open_service()) == ()


# --- the studies beneath


def test_the_studies_stand_beneath_with_figures_averages_and_auc():
    """Evidence page: BMI 19.6, no diabetes, T -2.8, junction: 0.345 (22-50 %, 9-67 %)."""
    page = page_of(content_of(bmi=19.6, bmd_t_score=-2.8))
    mine = chart(page, "studies").rows[0]
    assert mine.cells[0] in ("34 %", "35 %")
    assert mine.cells[1:4] == ("22–50 %", "9–67 %", "35 %")
    assert mine.cells[5].startswith("0.95")
    texts = dict(outcome(page).beneath)
    assert "Not calibrated here" in texts["214 patients, 12 months"]
    assert "our reconstruction predicts 16 %" in texts["188 patients, 2 years"]


def test_a_study_can_be_followed_by_hand():
    """Reduced coefficients of the evidence page for BMI, diabetes, T-score and level."""
    page = page_of(content_of(bmi=19.6, bmd_t_score=-2.8))
    start, *bars, total, _, _ = chart(page, "contributions").rows
    coefficients = {"BMI": -0.702, "no diabetes": 1.62, "T-score": -3.38}
    for name, coefficient in coefficients.items():
        (row,) = [one for one in bars if one.label.startswith(name)]
        assert number(row.cells[2]) == pytest.approx(coefficient, rel=0.03)
    log_odds = number(total.cells[3])
    effects = sum(number(row.cells[3]) for row in bars)
    assert number(start.cells[3]) + effects == pytest.approx(log_odds, abs=0.03)
    assert expit(log_odds) == pytest.approx(0.345, abs=0.01)


def test_a_study_of_other_patients_says_so():
    at = [by_method("ct-attenuation", 60), by_method("multifidus-smi", 140)]
    page = page_of(content_of(*at, measured("bmd-t-score", -2.0)))
    (row,) = [one for one in chart(page, "studies").rows if "188" in one.label]
    assert row.note.startswith("not this patient's figure")


def test_the_procedure_is_where_the_sum_starts_and_never_a_bar():
    """CT 60 HU, SMI 140: 0.051 after kyphoplasty, average 0.096, after PVP 0.243."""
    at = [
        by_method("ct-attenuation", 60),
        by_method("multifidus-smi", 140),
        measured("bmd-t-score", -2.9),
    ]
    for order, word, average in (
        (kyphoplasty(), "kyphoplasty", "10 %"),
        (vertebroplasty(), "vertebroplasty", "24 %"),
    ):
        page = page_of(content_of(*at, order=order))
        start, *bars, total, _error = chart(page, "contributions").rows
        assert start.label.endswith(f"after {word}")
        assert not start.marks
        assert sorted(one.label.split(" ")[0] for one in bars) == ["CT", "multifidus"]
        (row,) = [one for one in chart(page, "studies").rows if "188" in one.label]
        assert row.cells[3] == average
        if word == "kyphoplasty":
            assert expit(number(total.cells[3])) == pytest.approx(0.051, abs=0.01)


def test_the_psoas_is_one_line_and_what_has_no_clear_effect_looks_so():
    values = {
        "psoas_total_area": 9.5,
        "psoas_muscle_area": 7.0,
        "es_mf_fat_fraction": 61,
        "fascia_injury": True,
    }
    found = chart(page_of(content_of(**values)), "contributions", "residual-pain")
    rows = [row for row in found.rows if row.marks]
    assert sum("psoas" in one.label for one in rows) == 1
    for row in rows:
        thin = next(mark for mark in row.marks if mark.shape == "thin")
        zero = next(mark for mark in row.marks if mark.shape == "zero")
        has_zero = thin.left <= zero.left <= thin.right
        assert ("no-effect" in shapes(row)) == has_zero
        assert (row.cells[-1] == "no clear effect in the study") == has_zero


def test_a_stratum_stands_beside_the_model():
    """PLVI at most 0.79: pain in 6 of 72 (8.3 %), 8 of 144 in all; P 0.28, recomputed."""
    values = {
        "psoas_total_area": 9.0,
        "l4_vertebral_area": 14.0,
        "es_mf_fat_fraction": 61,
        "fascia_injury": False,
    }
    row = chart(page_of(content_of(**values)), "studies", "residual-pain").rows[-1]
    assert "PLVI" in row.label
    assert (row.cells[0], row.cells[3]) == ("8 %", "6 %")
    assert "P 0.28" in row.note


def test_lasting_pain_has_a_rate_and_named_factors():
    assert told(page_of(content_of()), "residual-pain")["Figure"].startswith(
        "About 1 in 5 keep pain; no figure"
    )
    found = told(page_of(content_of(fascia_injury=True)), "residual-pain")
    assert found["Figure"].startswith("At least 1 in 5")
    assert found["Named factors"] == "On record: fascia injury"


# --- what was read


def test_every_input_stands_with_value_day_and_resource():
    page = page_of(content_of(bmi=19.6, bmd_t_score=-2.8))
    found = {one.name: one for one in page.inputs}
    t_score = found["T-score"]
    assert (t_score.value, t_score.date) == ("−2.8", "10 Nov 2026")
    assert t_score.sources == ("Observation/o-bmd-t-score",)
    assert t_score.used_in == ("pooled", "214")


def test_a_criterion_that_is_not_met_leads():
    record = problem("prior-spinal-surgery")
    page = page_of(content_of(record, ct_attenuation=60, bmd_t_score=-2.9))
    found = next(one for one in page.criteria if one.study == "nvcf-nomogram-2024")
    assert list(found.states) == ["not met", "not known", "not checked", "met"]
    assert found.states["not met"] == ["prior lumbar surgery was excluded"]


def test_figures_that_are_other_today_are_named_and_not_drawn():
    content = content_of(bmi=19.6, bmd_t_score=-2.8)
    content["assessments"][0]["models"][0]["risk"] = 0.5
    page = page_of(content)
    assert page.outcomes == ()
    assert any("risk: 0.5 then" in one for one in page.differences)


# --- what if


def trial_of(content, **given):
    answer = replay(content, open_service(), HOOK).answer
    values = {name.replace("_", "-"): value for name, value in given.items()}
    return try_values(answer, open_service(), values)


def test_another_patient_gets_the_figure_that_the_same_record_would_get():
    content = content_of(bmi=26, bmd_t_score=-2.6)
    ((_, tried, said),) = trial_of(content, bmd_t_score="-3.5").results
    page = page_of(content_of(bmi=26, bmd_t_score=-3.5))
    assert said.rstrip(".") == told(page)["Figure"]
    on_record, row, _ = tried.rows
    assert on_record.cells[0] == "about 1 in 8"
    assert row.cells == chart(page, "place").rows[0].cells


def test_what_is_open_stays_open_if_another_value_is_tried():
    """A preliminary T-score is on record: the card says the usual, not an own figure."""
    preliminary = measured(
        "bmd-t-score", -3.4, number="newer", days=2, status="preliminary"
    )
    record = reassuring_record(preliminary)
    content = content_of(*record)
    ((_, tried, said),) = trial_of(content, bmi="26.0").results
    assert said.startswith("Usual 1 in 6")
    assert "not this patient's figure" in said
    assert tried.rows[0].label == "On record, by what the model counts alone"


def test_a_trial_changes_measurements_alone():
    content = content_of(*thin_and_weak())
    answer = replay(content, open_service(), HOOK).answer
    controls = {one.name for one in controls_of(answer, open_service())}
    assert controls == {"bmd-t-score", "ct-attenuation", "bmi", "sarcopenia"}
    never = {"procedure": "PVP", "mna-category": "A", "steroid-use": "no"}
    assert trial_of(content, **never).results == ()


@pytest.mark.parametrize("text", ["a lot", "nan", "inf", "-1e9", "900", "<b>"])
def test_what_is_no_plausible_value_is_refused_in_words_of_ours(text):
    tried = trial_of(content_of(bmi=19.6, bmd_t_score=-2.8), bmi=text)
    assert tried.results == ()
    (fault,) = tried.faults
    assert fault.startswith("BMI: ")
    assert "<" not in fault


@settings(max_examples=MANY, deadline=None, suppress_health_check=list(HealthCheck))
@given(signings(), st.floats(-6, 2), st.floats(10, 45))
def test_of_any_patient_the_page_says_no_figure_alone(
    signing: Signing, t_score: float, bmi: float
):
    """Beside each figure stand horizon, average and both ranges; elsewhere why there is none."""
    for content in entries_of(lambda: application().post(signing.request())):
        page = page_of(content)
        assert page.differences == ()
        said = told(page)
        if said["Figure"].startswith("None"):
            assert outcome(page).charts == ()
            continue
        assert "about 2 years" in said["Figure"]
        assert (
            "usual" in said["Figure"].lower() or "about 1 in" in said["Figure"].lower()
        )
        row = chart(page, "place").rows[0]
        assert "–" in row.cells[1]
        assert "–" in row.cells[2]
        tried = trial_of(content, bmd_t_score=f"{t_score:.1f}", bmi=f"{bmi:.1f}")
        for _, _, text in tried.results:
            assert "about 2 years" in text


UNREAD_TITLES = ["instabiele fractuur L1", "suspected spinal metastasis", "qwertz"]
OF_THE_LIST = {"unstable fracture", "spinal instability", "cancer outside bone"}


def rows_of(*record):
    content = content_of(*reassuring_record(*record))
    page = page_of(content)
    return [*page.inputs, *page.others], page.gaps


@pytest.mark.parametrize("words", UNREAD_TITLES)
def test_no_is_said_of_no_list_with_an_entry_that_was_not_understood(words):
    read, _ = rows_of(problem("x", number="g", code={"text": words}))
    of_list = [
        row
        for row in read
        if any(one.startswith("problem list") for one in row.sources)
    ]
    assert "no" not in {row.value for row in of_list}


def test_no_is_said_of_a_list_that_was_understood():
    read, _ = rows_of()
    said = {row.name: row.value for row in read}
    assert {said[name] for name in OF_THE_LIST & said.keys()} == {"no"}
    assert "unstable fracture" in said


def test_no_two_rows_have_one_title():
    read, gaps = rows_of(problem("M46.46"))
    titles = [*(row.name for row in read), *(name for name, _ in gaps)]
    assert sorted(titles) == sorted(set(titles))

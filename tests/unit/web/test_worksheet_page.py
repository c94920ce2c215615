"""The worksheet as a page: what is computed, what is refused, what is kept (nothing), and the text to paste."""

import re

import pytest

from tests.chart_builders import application, site_service

PSOAS = {
    "psoas-right": "7.3",
    "psoas-left": "7.11",
    "psoas-fat": "33.24",
    "body": "18",
    "mri": "study",
}
NOT_RECORDED = "how it was measured is not recorded"


def page_of(**form):
    answer = application().client.post("/worksheet", data=form)
    assert answer.status_code == 200
    return re.sub(r"\s+", " ", answer.text)


def row_of(page, name):
    """The cells of the row with this head; of the measures: value, formula, and what the service makes of it."""
    row = re.search(rf"<th[^>]*>{re.escape(name)}</th>(.*?)</tr>", page)
    return re.findall(r"<td[^>]*>(.*?)</td>", row[1])


def test_the_empty_form_computes_nothing():
    answer = application().client.get("/worksheet")
    assert answer.status_code == 200
    assert "Results" not in answer.text


@pytest.mark.parametrize(
    ("form", "name", "value"),
    [
        pytest.param(PSOAS, "Psoas area, both sides, L4", "14.4 cm²", id="psoas"),
        # The first pictured patient of residual-pain-2025: 14.41 cm2 with 33.24 % fat.
        pytest.param(
            PSOAS,
            "Psoas area without fat, both sides, L4",
            "9.6 cm²",
            id="psoas-muscle",
        ),
        pytest.param(PSOAS, "Psoas-lumbar vertebral index", "0.80", id="plvi"),
        pytest.param(
            {"back-area": "40", "back-fat": "20"},
            "Fat fraction of erector spinae and multifidus, L4",
            "50.0 %",
            id="fat-share",
        ),
        pytest.param(
            # ((10 - 4) + (9 - 5)) / 2 = 5 cm2 = 500 mm2; 500 / 1.6^2 = 195.3
            {
                "mf-right": "10",
                "mf-right-fat": "4",
                "mf-left": "9",
                "mf-left-fat": "5",
                "height": "1.6",
            },
            "Multifidus functional cross-sectional area / height squared",
            "195.3 mm²/m²",
            id="multifidus",
        ),
        pytest.param(
            {"outline": "40", "muscle": "18"},
            "Rate of paravertebral muscle atrophy",
            "55.0 %",
            id="pma",
        ),
        pytest.param(
            {"l1": "300", "l2": "310", "l3": "330", "l4": "400", "csf": "100"},
            "Vertebral bone quality score",
            "3.2",  # (310 + 330) / 2 / 100
            id="vbq",
        ),
        pytest.param(
            {"grip-1": "14", "grip-2": "16", "grip-3": "15"}, None, "15.0 kg", id="grip"
        ),
        pytest.param(
            {"walk": "6", "seconds": "7.5"}, "Gait speed", "0.8 m/s", id="gait"
        ),
        pytest.param(
            {"weight": "50", "height": "160 cm"},
            "Body mass index",
            "19.5 kg/m²",
            id="bmi",
        ),
        pytest.param(
            {"lean": "13", "height": "1.6"},
            "Appendicular lean mass / height squared",
            "5.1 kg/m²",
            id="muscle-index",
        ),
    ],
)
def test_each_index_follows_from_what_was_entered(form, name, value):
    name = name or "Grip strength, hand in bodySite or not stated"
    assert row_of(page_of(**form), name)[0] == value


def test_areas_may_be_written_in_square_millimetres():
    assert (
        row_of(
            page_of(**PSOAS | {"psoas-right": "730 mm2"}), "Psoas area, both sides, L4"
        )[0]
        == "14.4 cm²"
    )


@pytest.mark.parametrize(
    ("form", "said"),
    [
        pytest.param(
            {"psoas-right": "730"},
            "0.5 to 40 is plausible; 730 mm² would be 7.3 cm²: write the unit",
            id="mm2",
        ),
        pytest.param(
            {"height": "160"}, "160 cm would be 1.60 m: write the unit", id="cm"
        ),
        pytest.param({"hu": "dense"}, "a number is expected", id="words"),
        pytest.param({"hu": "100 mg"}, "the unit mg does not fit", id="other-unit"),
    ],
)
def test_mistakes_are_caught(form, said):
    assert said in page_of(**form)


@pytest.mark.parametrize(
    ("form", "verdict"),
    [
        pytest.param(
            {"contrast": "no", "trabecular": "yes", "level": "L1", "kv": "120"},
            "reads it",
            id="as-the-study",
        ),
        pytest.param(
            {"contrast": "yes", "level": "L1"},
            "does not read it: CT with contrast",
            id="contrast",
        ),
        pytest.param({"level": "L1"}, NOT_RECORDED, id="not-recorded"),
    ],
)
def test_what_the_service_makes_of_hu_depends_on_how_they_were_measured(form, verdict):
    said = row_of(
        page_of(hu="101", **form),
        "CT attenuation of trabecular bone, adjacent vertebra",
    )[2]
    assert said == verdict if verdict == "reads it" else verdict in said


def test_muscle_on_ct_is_not_read():
    said = row_of(page_of(**PSOAS | {"mri": "ct"}), "Psoas area, both sides, L4")[2]
    assert "CT where the study used MRI" in said


def test_the_text_to_paste_has_value_vertebra_way_and_day():
    page = page_of(
        hu="101",
        level="L1",
        contrast="no",
        trabecular="yes",
        kv="120",
        date="2026-05-01",
    )
    assert (
        "CT attenuation of trabecular bone, adjacent vertebra: 101.0 HU, L1,"
        " trabecular ROI, axial, unenhanced CT, 120 kV, 1 May 2026" in page
    )


def test_a_day_that_was_not_entered_is_not_made_up():
    assert "adjacent vertebra: 101.0 HU, L1, day not said" in page_of(
        hu="101", level="L1"
    )


def test_a_figure_needs_age_and_sex():
    page = page_of(hu="60", level="L2", contrast="no", trabecular="yes")
    assert "Without these values" not in page


def test_the_figure_of_such_a_patient_is_shown_with_and_without():
    form = {
        "hu": "40",
        "level": "L2",
        "contrast": "no",
        "trabecular": "yes",
        "treated": "L1",
        "weight": "50",
    }
    page = page_of(**form, height="1.6", age="76", sex="female")
    without, with_them = row_of(page, "Without these values"), row_of(page, "With them")
    assert without[:2] == [
        "the usual 1 in 6 within 24 months",
        "too little is known for a figure",
    ]
    assert with_them[0].endswith("within 24 months (usual 1 in 6)")
    assert "%" in with_them[1]
    assert "CT attenuation" in without[2] or "T-score" in without[2]
    assert "pooled model" in page


def test_what_is_typed_is_shown_as_text():
    page = page_of(hu="<script>alert(1)</script>")
    assert "<script>" not in page


def test_nothing_is_kept():
    asked = application()
    before = len(asked.log.entries)
    page_of(hu="101", age="76", sex="female")
    assert len(asked.log.entries) == before


@pytest.mark.parametrize(
    "form",
    [
        {"date": "x" * 999},
        {"height": "0"},
        {"seconds": "0"},
        {"csf": "0"},
        {"age": "²"},
    ],
)
def test_strange_forms_are_answered(form):
    page_of(**form, walk="6", l1="1", l2="1", l3="1", l4="1", weight="50")


def test_a_form_that_is_too_long_is_refused():
    answer = application().client.post("/worksheet", data={"hu": "1" * 20_000})
    assert answer.status_code == 413


@pytest.mark.parametrize("age", ["0" * 5000, "1" * 5000, "²", "-1", "1e3"])
def test_an_age_that_is_none_gives_no_figure_and_no_fault(age):
    form = {"hu": "80", "kv": "120", "trabecular": "yes", "sex": "female", "age": age}
    assert "With them" not in page_of(**form)


SIGNALS = {"l1": "400", "l2": "410", "l3": "420", "l4": "430", "csf": "100"}


def test_a_bone_quality_score_stands_beside_the_hospital_s_own_reference(tmp_path):
    assert "has named no reference of its own" in page_of(**SIGNALS)
    toml = "[reference]\nvbq = { mean = 3.1, sd = 0.6, n = 60 }\n"
    asked = application(site_service(tmp_path, toml))
    page = asked.client.post("/worksheet", data=SIGNALS).text
    assert "mean 3.1, SD 0.6, n = 60" in page


def test_a_t_score_says_where_it_was_measured():
    page = page_of(**{"t-score": "-2,7", "dxa": "neck", "date": "2026-05-01"})
    assert "−2.7, femoral neck, DXA, 1 May 2026" in page


def test_each_measure_of_imaging_has_a_drawing_with_words():
    page = page_of()
    drawings = re.findall(r'<svg class="slice"[^>]* aria-label="([^"]+)"', page)
    assert len(drawings) == 6
    assert "the psoas on both sides of the vertebral body" in drawings[1]


NO_RANGE = "the patient&#39;s own figure is not said"


def test_no_range_of_an_unsaid_figure_stands_beside_the_usual():
    page = page_of(**{"t-score": "-0.5", "dxa": "hip", "age": "76", "sex": "female"})
    words, spread, _ = row_of(page, "With them")
    assert words == "the usual 1 in 6 within 24 months"
    assert spread == NO_RANGE


def test_at_least_the_usual_has_one_article():
    page = page_of(**{"grip-1": "12", "age": "104", "sex": "female"})
    words, *_ = row_of(page, "With them")
    assert words.startswith("at least the usual 1 in 6")


def test_a_date_that_is_none_is_named():
    page = page_of(**PSOAS, date="2026-13-01")
    assert "is no day; write it as 2026-02-28" in page


@pytest.mark.parametrize("written", ["1,234", "−1,234", "1,234 SD"])
def test_a_comma_of_two_meanings_is_not_read(written):
    page = page_of(**{"t-score": written, "dxa": "hip"})
    assert "may be thousands or decimals: write a point" in page

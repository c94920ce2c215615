"""What a note says of a value, a name of when it was taken, and bed rest of its why."""

import pytest

from tests.chart_builders import (
    ask,
    bed_rest,
    kyphoplasty,
    measured,
    order_sign,
)
from tests.codes import LOINC, codeable
from tests.patients.reassuring import first_card, quiet_record

T_SCORE = measured("bmd-t-score", -0.5)


def noted(words):
    note = [{"text": words}]
    return first_card(measured("bmd-t-score", -0.5, note=note), measured("bmi", 27))


def weighed(name):
    weight = measured("weight", 75, code=codeable(LOINC, "29463-7", name))
    return first_card(T_SCORE, measured("height", 1.65), weight)


@pytest.mark.parametrize(
    "words",
    [
        *(
            "Not valid: degenerative changes, invalid measurement",
            "value of the mother",
        ),
        *("degenerative changes L1-L4", "metal hardware at L3", "estimated"),
        *("ungültig", "Wert der Mutter", "nicht verwertbar", "degenerativ verändert"),
        *("valeur de la mère", "non valide", "valor de la madre", "non attendibile"),
        *("wynik matki", "无效", "推定", "金属あり", "무효"),
    ],
)
def test_a_note_that_speaks_against_a_value_refuses_it(words):
    card = noted(words)
    assert "T −0.5" not in card["summary"]
    assert "T-score" in card["detail"].partition("**Not known:**")[2]
    assert "below" not in card["detail"]


@pytest.mark.parametrize(
    "words",
    [
        "somewhat odd",
        "siehe Arztbrief",
        "compare with 2019",
        "Spine excluded: artefact",
    ],
)
def test_with_a_note_that_was_not_understood_a_value_reassures_nobody(words):
    card = noted(words)
    assert "T −0.5" in card["summary"]
    assert "below" not in card["detail"]


@pytest.mark.parametrize(
    "words",
    [
        *("measured by nurse", "DXA, lumbar spine L1-L4", "no artifacts"),
        *("im Sitzen gemessen", "rachis lombaire", "columna lumbar", "腰椎"),
        *("technically adequate", "WHO classification: normal", "quality good"),
    ],
)
def test_a_plain_note_leaves_a_value_as_it_is(words):
    assert "below the usual" in noted(words)["detail"]


@pytest.mark.parametrize(
    "name",
    [
        *("Weight one year ago", "Estimated weight", "Body weight Stated"),
        *("Gewicht vor einem Jahr", "Gewicht geschätzt", "poids estimé", "体重 推定"),
        *("peso de hace un año", "peso stimato", "waga rok temu", "BMI goal weight"),
    ],
)
def test_a_weight_that_nobody_measured_now_is_not_that_of_today(name):
    assert "below" not in weighed(name)["detail"]


@pytest.mark.parametrize("name", ["Weight", "Körpergewicht", "Body weight Measured"])
def test_a_weight_by_its_usual_names_counts(name):
    assert "below the usual" in weighed(name)["detail"]


@pytest.mark.parametrize(
    ("words", "colour"),
    [
        pytest.param("spinal precautions, unstable", "info", id="unstable"),
        pytest.param("instabil", "info", id="German"),
        pytest.param("fracture instable", "info", id="French"),
        pytest.param("不安定", "info", id="Japanese"),
        pytest.param("not unstable", "warning", id="denied"),
        pytest.param("may eat", "warning", id="plain"),
    ],
)
def test_bed_rest_that_its_note_gives_a_reason_for_does_not_warn(words, colour):
    order = bed_rest(72, note=[{"text": words}])
    body = order_sign(quiet_record(T_SCORE, measured("bmi", 27)), kyphoplasty(), order)
    (card,) = [one for one in ask(body) if "72 h" in one["summary"]]
    assert card["indicator"] == colour


@pytest.mark.parametrize(
    "beside",
    [
        pytest.param({"interpretation": [{"text": "invalid"}]}, id="interpretation"),
        pytest.param({"encounter": {"display": "of the mother"}}, id="visit"),
        pytest.param({"specimen": {"display": "not valid"}}, id="specimen"),
        pytest.param(
            {
                "effectiveDateTime": None,
                "effectivePeriod": {"start": "2015-01-01", "end": "2026-11-10"},
            },
            id="a-period-of-years",
        ),
    ],
)
def test_what_stands_beside_a_value_may_speak_against_it(beside):
    value = measured("bmd-t-score", -0.5, **beside)
    value = {name: one for name, one in value.items() if one is not None}
    assert "below the usual" not in first_card(value, measured("bmi", 27))["detail"]


def test_a_usual_interpretation_and_visit_leave_a_value_as_it_is():
    value = measured(
        "bmd-t-score",
        -0.5,
        interpretation=[{"text": "Osteopenia"}],
        encounter={"display": "Office Visit"},
    )
    assert "below the usual" in first_card(value, measured("bmi", 27))["detail"]


def added(value, **held):
    return {"extension": [{"url": "http://x.org/note", **held}], **value}


NUMBER = {"value": -0.5, "unit": "{T-score}", "code": "{T-score}"}


@pytest.mark.parametrize(
    "beside",
    [
        pytest.param({"specimen": {"display": "phantom"}}, id="specimen"),
        pytest.param(added({}, valueString="invalid"), id="extension"),
        pytest.param(added({}, valueCode="invalid"), id="extension, code"),
        pytest.param(
            {"valueQuantity": added(NUMBER, valueString="not valid")}, id="value"
        ),
        pytest.param({"_status": added({}, valueString="wrong patient")}, id="status"),
        pytest.param({"category": [{"text": "of the mother"}]}, id="category"),
    ],
)
def test_what_is_added_to_a_value_may_refuse_it(beside):
    card = first_card(measured("bmd-t-score", -0.5, **beside), measured("bmi", 27))
    assert "T −0.5" not in card["summary"]
    assert "T-score" in card["detail"].partition("**Not known:**")[2]
    assert "below" not in card["detail"]


@pytest.mark.parametrize(
    "beside",
    [
        pytest.param(added({}, valueBoolean=False), id="a no to nobody knows what"),
        pytest.param(added({}, valueString="see report"), id="extension"),
        pytest.param({"hasMember": [{"display": "hip: see report"}]}, id="part"),
        pytest.param(
            {"derivedFrom": [{"display": "prior outside report 2015"}]}, id="source"
        ),
    ],
)
def test_what_is_added_and_not_understood_reassures_nobody(beside):
    card = first_card(measured("bmd-t-score", -0.5, **beside), measured("bmi", 27))
    assert "below" not in card["detail"]


@pytest.mark.parametrize(
    "beside",
    [
        pytest.param(added({}, valueString="DXA, lumbar spine"), id="extension"),
        pytest.param({"derivedFrom": [{"display": "DXA scan"}]}, id="source"),
        pytest.param({"category": [{"text": "Imaging"}]}, id="category"),
    ],
)
def test_what_is_added_and_plain_changes_nothing(beside):
    card = first_card(measured("bmd-t-score", -0.5, **beside), measured("bmi", 27))
    assert "below" in card["detail"]


@pytest.mark.parametrize(
    "code",
    [
        pytest.param({"text": "Hip T-score"}, id="words"),
        pytest.param(codeable("urn:local", "H1", "Femoral neck T-score"), id="local"),
    ],
)
def test_a_lower_t_score_inside_of_another_is_found(code):
    hip = {"code": code, "valueQuantity": {"value": -3.4}}
    card = first_card(
        measured("bmd-t-score", -0.5, component=[hip]), measured("bmi", 27)
    )
    assert "T −3.4" in card["summary"]


def test_a_forearm_is_called_a_forearm():
    site = {"text": "33 % radius"}
    card = first_card(measured("bmd-t-score", -0.5, bodySite=site), measured("bmi", 27))
    assert "(T −0.5)" not in card["summary"]
    assert "forearm" in card["detail"] + card["summary"]
    assert "below" not in card["detail"]
    assert "the usual 1 in 6" in _risk(card)


@pytest.mark.parametrize(
    "words",
    [
        pytest.param("Femoral neck T-score -3.1", id="English"),
        pytest.param("Total hip −2.9", id="minus sign"),
        pytest.param("L1-L4 -0.5, femoral neck -3.1", id="both sites"),
        pytest.param("Schenkelhals T-Score -3,1", id="German"),
        pytest.param("Col fémoral T-score -3,1", id="French"),
        pytest.param("大腿骨頸部 -3.1", id="Japanese"),
        pytest.param("WHO classification: osteoporosis", id="osteoporosis"),
        pytest.param("Osteoporose", id="osteoporosis, German"),
        pytest.param("osteoporosi", id="osteoporosis, Italian"),
        pytest.param("骨質疏鬆 / 骨质疏松", id="osteoporosis, Chinese"),
        pytest.param("骨粗鬆症", id="osteoporosis, Japanese"),
    ],
)
@pytest.mark.parametrize("element", ["note", "interpretation", "method", "bodySite"])
def test_words_that_name_a_lower_t_score_or_osteoporosis_reassure_nobody(
    element, words
):
    said = {"text": words}
    beside = {element: [said] if element in ("note", "interpretation") else said}
    card = first_card(measured("bmd-t-score", -0.5, **beside), measured("bmi", 27))
    assert "about 1 in" not in _risk(card)


@pytest.mark.parametrize(
    ("value", "words"),
    [
        pytest.param(-0.5, "Z-score -0.3", id="a higher one"),
        pytest.param(-1.5, "L1 -4, ROI 2026-11-03", id="levels and days"),
        pytest.param(-1.5, "L1-L4", id="a region"),
        pytest.param(-1.5, "osteopenia", id="osteopenia"),
    ],
)
def test_words_that_agree_with_a_t_score_leave_it_as_it_is(value, words):
    found = measured("bmd-t-score", value, note=[{"text": words}])
    card = first_card(found, measured("bmi", 27))
    assert "another T-score" not in card["detail"]


@pytest.mark.parametrize("element", ["interpretation", "method", "device"])
@pytest.mark.parametrize("words", ["Poor positioning", "siehe Befund", "ver informe"])
def test_what_was_not_understood_of_how_it_was_measured_reassures_nobody(
    element, words
):
    beside = {
        "interpretation": [{"text": words}],
        "device": {"display": words},
    }.get(element, {"text": words})
    card = first_card(
        measured("bmd-t-score", -0.5, **{element: beside}), measured("bmi", 27)
    )
    assert "T −0.5" in card["summary"]
    assert "about 1 in" not in _risk(card)


@pytest.mark.parametrize(
    "beside",
    [
        pytest.param({"interpretation": [{"text": "Low"}]}, id="low"),
        pytest.param({"interpretation": [{"text": "Abnormal"}]}, id="abnormal"),
        pytest.param({"interpretation": [{"text": "erniedrigt"}]}, id="German"),
        pytest.param({"bodySite": {"text": "AP lumbar spine, L1-L4"}}, id="site"),
        pytest.param(
            {"method": {"text": "Dual-energy X-ray absorptiometry"}}, id="method"
        ),
        pytest.param({"device": {"display": "Lunar iDXA"}}, id="device"),
    ],
)
def test_how_it_is_usually_measured_changes_nothing(beside):
    card = first_card(measured("bmd-t-score", -0.5, **beside), measured("bmi", 27))
    assert "below the usual" in card["detail"]


@pytest.mark.parametrize("days", [2, 10, 200])
def test_a_lower_t_score_of_the_forearm_is_not_passed_over(days):
    spine = measured("bmd-t-score", -0.5)
    arm = {"number": "arm", "days": days, "bodySite": {"text": "forearm"}}
    forearm = measured("bmd-t-score", -3.4, **arm)
    card = first_card(spine, forearm, measured("bmi", 27))
    assert "T −0.5" in card["summary"]
    assert "is lower, at another site" in card["detail"]
    assert "about 1 in" not in _risk(card)


@pytest.mark.parametrize(
    "members",
    [
        pytest.param({"days": 2000}, id="years old"),
        pytest.param({"bodySite": {"text": "forearm"}}, id="forearm"),
        pytest.param({"note": [{"text": "siehe Arztbrief"}]}, id="note"),
        pytest.param(
            {"code": codeable(LOINC, "38265-5", "DXA [T-score] Bone density")},
            id="site not stated",
        ),
    ],
)
def test_a_value_that_may_not_reassure_takes_no_figure_below_the_usual(members):
    value = measured("bmd-t-score", -0.5, **members)
    card = first_card(value, measured("bmi", 27))
    assert "the usual 1 in 6" in _risk(card)
    assert "about 1 in" not in _risk(card)


def _risk(card):
    """What the card says of another fracture, without lasting pain."""
    return card["detail"].partition("**Risk:**")[2].partition(". Lasting pain")[0]


def with_kidneys(name, egfr):
    code = codeable(LOINC, "98979-8", name)
    quantity = {"value": egfr, "unit": "mL/min/{1.73_m2}"}
    return first_card(measured("egfr", egfr, code=code, valueQuantity=quantity))


@pytest.mark.parametrize(
    "name",
    [
        *("eGFR CKD-EPI 2021", "eGFR (CKD-EPI 2021)", "2021 CKD-EPI eGFR"),
        *("eGFR CKD-EPI Cr (2021)", "eGFR CKD-EPI creatinine 2021"),
        *("eGFR (CKD EPI 2009)", "GFR nach CKD-EPI-Formel (2009)", "eGFR NKF-ASN 2021"),
    ],
)
def test_the_year_of_a_formula_is_not_the_day_of_the_value(name):
    card = with_kidneys(name, 22)
    assert card["summary"].startswith("eGFR 22, ")


@pytest.mark.parametrize(
    "name", ["eGFR 2021", "eGFR CKD-EPI, last 2021", "eGFR CKD-EPI of 2019"]
)
def test_another_year_in_the_name_of_a_value_is_that_of_its_day(name):
    card = with_kidneys(name, 22)
    assert "GFR 22" not in card["summary"] + card["detail"]

"""What the order of the operation says besides its name leaves open what nobody understood."""

import pytest

from tests.chart_builders import (
    ask,
    brace,
    by_topic,
    kyphoplasty,
    measured,
    order_sign,
    period,
    vertebroplasty,
)
from tests.codes import CPT, ICD, codeable
from tests.patients.reading import text_of
from tests.patients.reassuring import quiet_record

UNKNOWN = {"modifierExtension": [{"url": "http://x.org/a", "valueCode": "b"}]}


def noted(words):
    return {"note": [{"text": words}]}


def card_of(*drafts, t=-1.5):
    record = quiet_record(measured("bmd-t-score", t))
    return by_topic(ask(order_sign([*record, measured("bmi", 27)], *drafts)))


@pytest.mark.parametrize(
    ("beside", "element"),
    [
        pytest.param(noted("abscess"), "note", id="abscess"),
        pytest.param(noted("suspicious lesion"), "note", id="lesion"),
        pytest.param(noted("podejrzenie zapalenia"), "note", id="Polish"),
        pytest.param(noted("kypho x3"), "note", id="three levels"),
        pytest.param(
            {"patientInstruction": "after the drain is out"},
            "patientInstruction",
            id="instruction",
        ),
        pytest.param({"category": [{"text": "Tumor"}]}, "category", id="category"),
        pytest.param(
            {"asNeededCodeableConcept": {"text": "if no infection"}},
            "asNeededCodeableConcept",
            id="as needed",
        ),
        pytest.param(
            {"supportingInfo": [{"display": "abscess"}]}, "supportingInfo", id="info"
        ),
        pytest.param(
            {"extension": [{"url": "http://x.org", "valueString": "tumour at L1"}]},
            "extension",
            id="extension",
        ),
        pytest.param(UNKNOWN, "modifierExtension", id="modifier"),
    ],
)
def test_words_that_nobody_understood_leave_tumour_and_infection_open(beside, element):
    card = card_of(kyphoplasty(**beside))["rehabilitation"]
    assert "below" not in card["detail"]
    assert not [one for one in card["suggestions"] if one.get("isRecommended")]
    said = "malignancy of bone, spinal infection not excluded"
    assert f"{said} (the order's {element} not understood)" in card["detail"]


PLAIN = [
    "general anesthesia",
    "General anaesthesia, prone position",
    "outpatient",
    "consent signed",
    "Consent obtained and in chart",
    "NPO after midnight",
    "C-Arm, Vollnarkose",
    "L1 VCF with edema on MRI",
    "please schedule, urgent",
    "Please schedule next available",
    "hold anticoagulation",
    "painful L1 compression fracture, failed conservative treatment",
    "MAC sedation, interventional radiology",
    "balloon kyphoplasty L1, bipedicular approach",
    "ambulatory surgery, same day discharge",
    "conscious sedation",
    "Patient aware of risks and benefits",
    "anestesia general, ayunas",
    "anestesia generale, digiuno",
    "anesthésie générale, à jeun",
    "znieczulenie ogólne, na czczo",
    "Intubationsnarkose, Bauchlage, nüchtern",
    "全麻，俯卧位，禁食",
    "全身麻酔、腹臥位、絶食",
]


@pytest.mark.parametrize("words", PLAIN)
def test_plain_notes_of_an_operation_change_nothing(words):
    assert "below" in card_of(kyphoplasty(**noted(words)))["rehabilitation"]["detail"]


@pytest.mark.parametrize("words", PLAIN)
def test_plain_notes_of_an_operation_leave_the_end_of_a_brace_chosen(words):
    worn = brace(occurrencePeriod=period(0, 140))
    cards = card_of(kyphoplasty(**noted(words)), worn, t=-2.8)
    (end,) = cards["braceLimit"]["suggestions"]
    assert end.get("isRecommended") is True


# Names of CPT's own short list and of American catalogues.
@pytest.mark.parametrize(
    "title",
    [
        "PERQ VERTEBRAL AUGMENTATION LUMBAR",
        "KYPHO BALLOON LUMBAR 1 LVL",
        "IR KYPHOPLASTY LUMBAR",
        "HC PERQ VERT AGMNTJ CAVITY CRTJ UNI/BI CANNULATION LUMBAR",
        "FL KYPHOPLASTY W/ IMG GUID",
    ],
)
def test_short_forms_of_a_title_leave_the_end_of_a_brace_chosen(title):
    worn = brace(occurrencePeriod=period(0, 140))
    cards = card_of(titled(title), worn, t=-2.8)
    (end,) = cards["braceLimit"]["suggestions"]
    assert end.get("isRecommended") is True


@pytest.mark.parametrize(
    "title",
    ["KYPHO LUMBAR 1 LVL METS", "KYPHO PERQ LYTIC LESION", "KYPHO W/ POST FUSION"],
)
def test_short_forms_of_a_title_carry_no_other_word(title):
    worn = brace(occurrencePeriod=period(0, 140))
    cards = card_of(titled(title), worn, t=-2.8)
    recommended = [
        one["isRecommended"]
        for card in cards.values()
        for one in card.get("suggestions", ())
        if "isRecommended" in one and "end" in one["label"]
    ]
    assert not any(recommended)


@pytest.mark.parametrize(
    "words",
    [
        "no general anesthesia until abscess is drained",
        "prone, unstable",
        "with rods",
        "two painful fractures",
        "recent spine surgery",
        "additional fracture",
    ],
)
def test_a_plain_word_does_not_carry_another(words):
    worn = brace(occurrencePeriod=period(0, 140))
    cards = card_of(kyphoplasty(**noted(words)), worn, t=-2.8)
    (end,) = cards["braceLimit"]["suggestions"]
    assert not end.get("isRecommended")


@pytest.mark.parametrize(
    "words",
    [
        "compression fracture L1 with tuberculous pus",
        "Retropulsion with canal compromise",
        "burst fracture L1, known secondaries",
        "fall at home, soft tissue mass at L1",
        "Osteoporotische Fraktur LWK 1, Raumforderung paravertebral",
    ],
)
def test_a_reason_that_names_more_than_the_fracture_reassures_nobody(words):
    card = card_of(kyphoplasty(reasonCode=[{"text": words}]))["rehabilitation"]
    assert "below" not in card["detail"]
    assert "malignancy of bone not excluded" in card["detail"]


@pytest.mark.parametrize(
    "words",
    [
        "Compression fracture L1",
        "osteoporotic compression fracture L1, failed conservative treatment",
        "painful osteoporotic fracture after a fall",
        "acute VCF L1, severe back pain",
        "Osteoporotische Fraktur LWK 1",
    ],
)
def test_a_reason_that_names_the_fracture_alone_leaves_the_risk_as_it_is(words):
    card = card_of(kyphoplasty(reasonCode=[{"text": words}]))["rehabilitation"]
    assert "below" in card["detail"]


def ratio(above, below):
    return {
        "quantityRatio": {
            "numerator": {"value": above},
            "denominator": {"value": below},
        }
    }


@pytest.mark.parametrize(
    "drafts",
    [
        pytest.param([kyphoplasty(None, **ratio(3, 1))], id="a ratio of three"),
        pytest.param([kyphoplasty(**noted("three levels"))], id="words"),
    ],
)
def test_three_levels_are_read_however_they_are_counted(drafts):
    card = card_of(*drafts)["rehabilitation"]
    assert card["indicator"] == "warning"
    assert "Three fractures at once" in card["summary"]


@pytest.mark.parametrize(
    "drafts",
    [
        pytest.param([kyphoplasty(), vertebroplasty(None)], id="no level"),
        pytest.param([kyphoplasty(), kyphoplasty(None, number="other")], id="twice"),
        pytest.param([kyphoplasty(**ratio(3, 2))], id="no whole number"),
        pytest.param(
            [kyphoplasty(quantityRange={"low": {"value": 1}, "high": {"value": 3}})],
            id="a range",
        ),
        pytest.param(
            [kyphoplasty(quantityQuantity={"value": 1, "comparator": ">="})],
            id="at least one",
        ),
    ],
)
def test_a_number_of_levels_that_nobody_knows_reassures_nobody(drafts):
    detail = card_of(*drafts)["rehabilitation"]["detail"]
    assert "below" not in detail
    assert "about 1 in 10" not in detail
    assert "the usual 1 in 6" in detail


def titled(words, **members):
    return kyphoplasty(code="22514", **members) | {
        "code": codeable(CPT, "22514") | {"text": words}
    }


@pytest.mark.parametrize(
    "words",
    [
        pytest.param("Kyphoplasty cancelled", id="withdrawn"),
        pytest.param("X-ray after kyphoplasty", id="another order"),
        pytest.param("Sacroplasty S1", id="another operation"),
    ],
)
def test_a_title_that_speaks_against_its_code_reassures_nobody(words):
    card = card_of(titled(words))["rehabilitation"]
    assert "below" not in card["detail"]
    assert not [one for one in card["suggestions"] if one.get("isRecommended")]
    assert "the order's code not understood" in card["detail"]


@pytest.mark.parametrize(
    "words",
    [
        pytest.param("Kyphoplasty L1", id="its name"),
        pytest.param("Ballonkyphoplastie LWK 1", id="German"),
        pytest.param("Percutaneous vertebral augmentation, L1", id="of CPT"),
        pytest.param("General anesthesia", id="plain"),
    ],
)
def test_a_title_that_says_its_code_changes_nothing(words):
    said, before = card_of(titled(words)), card_of(kyphoplasty())
    assert text_of(said["rehabilitation"]) == text_of(before["rehabilitation"])


def test_a_title_with_more_levels_than_the_site_reassures_nobody():
    card = card_of(titled("Kyphoplasty L1, L2, L3"))["rehabilitation"]
    assert "below" not in card["detail"]


@pytest.mark.parametrize(
    "reason",
    [
        pytest.param(codeable(ICD, "D16.6"), id="tumour of bone, unspecified"),
        pytest.param(codeable(ICD, "M88.1"), id="Paget's disease"),
        pytest.param(codeable("http://x.org/local", "X99"), id="local"),
    ],
)
def test_a_coded_reason_that_nobody_knows_reassures_nobody(reason):
    card = card_of(kyphoplasty(reasonCode=[reason]))["rehabilitation"]
    assert "below" not in card["detail"]
    assert not [one for one in card["suggestions"] if one.get("isRecommended")]
    assert "not understood" in card["detail"] or "not excluded" in card["detail"]


@pytest.mark.parametrize(
    "code",
    ["M54.50", "R52", "M48.56XA", "M80.08XA", "S32.010A", "M81.0", "W19.XXXA", "I10"],
)
def test_a_coded_reason_that_is_known_changes_nothing_of_the_lists(code):
    card = card_of(kyphoplasty(reasonCode=[codeable(ICD, code)]))["rehabilitation"]
    assert "not understood" not in card["detail"]


@pytest.mark.parametrize(
    "words",
    [
        *("burst fracture", "A3 fracture", "AO A4", "Berstungsfraktur LWK 1"),
        "Burst fracture of L1, stable",
    ],
)
def test_a_broken_back_wall_in_the_own_reason_counts_for_the_figure(words):
    card = card_of(kyphoplasty(reasonCode=[{"text": words}]))["rehabilitation"]
    assert "below" not in card["detail"]
    assert "stable burst fracture not excluded" in card["detail"]

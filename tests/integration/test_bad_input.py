"""Bad values over HTTP: each is a gap with its reason, or is passed over by name; nothing else of the record is lost.

The same small record stands behind every case: one value for each of several findings, and one thing that is wrong.
"""

from __future__ import annotations

import json
from copy import deepcopy

import pytest

from tests.signings import LOINC, UCUM, observed, searchset
from tests.small_record import (
    BMI,
    FAT,
    HYPERTENSION,
    PMA,
    PSOAS,
    RECORD,
    VBQ,
    WHOLE,
    answered,
    inputs_of,
    missing_of,
    plain_words,
    quantity,
    request_with,
    t_score,
)


def test_the_record_behind_every_case_is_read_whole(service, templates):
    cards = answered(service, request_with(templates))
    assert inputs_of(cards) == WHOLE
    for words in ("Not used", "not readable", "left out", "could not be read"):
        assert words not in plain_words(cards)


# --- one value is wrong: it is a gap with its reason, and everything else is still there

T, UNREADABLE = "bmd-t-score", "T-score in an entry that is not readable"
NOT_KNOWN = "**How sure:** no figure. T-score not known"  # and no word of a value: none is on record
GAPS = {
    "no unit, and a value that is a density": (T, (t_score(0.83, None),), "0.83 (1 May 2026): a density"),
    "g/cm2 under a T-score code": (T, (t_score(0.83, "g/cm2"),), "T-score 0.83 g/cm² (1 May 2026): the unit"),
    "a unit of something else": (T, (t_score(unit="kg"),), "T-score −2.8 kg (1 May 2026): the unit does not fit"),
    "unit and code contradict each other": (
        T,
        (quantity(value=-2.8, unit="kg", system=UCUM, code="{T-score}"),),
        "T-score −2.8 kg (1 May 2026): the unit does not fit",
    ),
    "a unit that nobody knows": (
        T,
        (t_score(unit="furlong"),),
        "T-score −2.8 furlong (1 May 2026): the unit does not fit",
    ),
    "a Z-score under its own code": (
        T,
        (t_score(-1.0, "{Z-score}", code="80940-0"),),
        "T-score −1.0 (1 May 2026): a Z-score",
    ),
    "a Z-score by its display": (
        T,
        (t_score(unit="1") | {"code": {"coding": [{"system": LOINC, "code": "38267-1", "display": "Spine Z-score"}]}},),
        "a Z-score, compared with people of the same age",
    ),
    "a heel": (T, (t_score(code="38266-3"),), "T-score −2.8 (1 May 2026): measured at heel or humerus"),
    "a comparator": (
        T,
        (quantity(value=-2.5, comparator="<", unit="{T-score}"),),
        "T-score <−2.5 (1 May 2026): only a limit",
    ),
    "a text for a number": (
        T,
        (t_score(None, valueString="about minus two"),),
        "T-score (1 May 2026): no number",
    ),
    "data absent": (
        T,
        (t_score(None, dataAbsentReason={"text": "refused"}),),
        "T-score (1 May 2026): recorded as absent",
    ),
    "an impossible value": (T, (t_score(-25),), "T-score −25 (1 May 2026): not plausible"),
    "a huge number": (T, (t_score(1e300),), "(1 May 2026): no number"),
    "preliminary": (T, (t_score(status="preliminary"),), "T-score −2.8 (1 May 2026): preliminary"),
    "registered": (T, (t_score(None, status="registered"),), "T-score (1 May 2026): registered"),
    "a status that nobody knows": (T, (t_score(status="done"),), "T-score −2.8 (1 May 2026): not final"),
    "entered in error": (T, (t_score(status="entered-in-error"),), NOT_KNOWN),
    "cancelled": (T, (t_score(status="cancelled"),), NOT_KNOWN),
    "no date": (T, (t_score(on=None),), "T-score −2.8: no date"),
    "issued, and no effective date": (T, (t_score(on=None, issued="2026-05-01T10:00:00Z"),), "T-score −2.8: no date"),
    "dated after the order": (T, (t_score(on="2026-12-24"),), "T-score −2.8 (24 Dec 2026): dated after the order"),
    "too old": (T, (t_score(on="2010-01-01"),), "is 16 years old, too old to use"),
    "a day that does not exist": (T, (t_score(on="2026-13-45"),), UNREADABLE),
    "words for a date": (T, (t_score(on="last May"),), UNREADABLE),
    "a number for a date": (T, (t_score(on=1777629600),), UNREADABLE),
    "an empty date": (T, (t_score(on=""),), UNREADABLE),
    "two that conflict": (
        T,
        (t_score(), t_score(-3.6, id="t2")),
        "T-score −2.8 and −3.6 on 1 May 2026 cannot both be right",
    ),
    "a truth for a number": (T, (quantity(value=True, unit="{T-score}"),), UNREADABLE),
    "a list for a number": (T, (quantity(value=[-2.8]),), UNREADABLE),
    "a list for a quantity": (T, (t_score(None, valueQuantity=[{"value": -2.8}]),), UNREADABLE),
    "no status": (T, (t_score(status=None),), UNREADABLE),
    "a modifier extension": (T, (t_score(modifierExtension=[{"url": "urn:not", "valueBoolean": True}]),), UNREADABLE),
    "another patient": (T, (t_score(subject={"reference": "Patient/p2"}),), "of another patient, or of none"),
    "no subject": (T, (t_score(subject=None),), "of another patient, or of none"),
    "a subject that is no reference": (T, (t_score(subject="Patient/p1"),), "of another patient, or of none"),
    "no code": (T, (t_score() | {"code": {"coding": [{}]}},), NOT_KNOWN),
    "a BMI without unit": (
        "bmi",
        (observed("bmi", "39156-5", 19.5, None),),
        "BMI 19.5 (13 Nov 2026): no unit",
    ),
    "a BMI in kg": (
        "bmi",
        (observed("bmi", "39156-5", 19.5, "kg"),),
        "BMI 19.5 kg (13 Nov 2026): the unit does not fit",
    ),
    "a BMI of 185": ("bmi", (observed("bmi", "39156-5", 185, "kg/m2"),), "BMI 185 kg/m² (13 Nov 2026): not plausible"),
    "two BMIs of one day": ("bmi", (BMI, observed("b2", "39156-5", 24.5, "kg/m2")), "cannot both be right"),
    "a BMI of 22 years ago": (
        "bmi",
        (BMI | {"effectiveDateTime": "2004-01-01"},),
        "19.5 kg/m² is 22 years old, too old to use",
    ),
    "a weight in stones and no BMI": (
        "bmi",
        (observed("w", "29463-7", 8, "[stone_av]"), observed("h", "8302-2", 160, "cm")),
        "**How sure:** no figure. BMI not known",
    ),
    "muscle atrophy over 100 %": (
        "pma-rate",
        (observed("pma", "pma-rate", 155, "%"), PSOAS, FAT, VBQ),
        "not plausible",
    ),
    "muscle atrophy without unit": ("pma-rate", (observed("pma", "pma-rate", 55, None), PSOAS, FAT, VBQ), "no unit"),
    "psoas of one side": (
        "psoas-total-area",
        (PMA, PSOAS | {"bodySite": {"text": "left psoas"}}, FAT, VBQ),
        "psoas area 12 cm² (13 Nov 2026): of one side only",
    ),
    "psoas muscle larger than the psoas": (
        "psoas-total-area",
        (PMA, PSOAS, FAT, VBQ, observed("muscle", "psoas-muscle-area", 13, "cm2")),
        "psoas muscle 13.0 cm² is larger than the whole psoas, 12.0 cm²",
    ),
}
KEY_OF = {T: "boneDensity", "bmi": "body", "pma-rate": "imaging", "psoas-total-area": "imaging"}


@pytest.mark.parametrize("case", GAPS)
def test_a_value_that_cannot_be_used_is_a_gap_that_says_why_and_costs_nothing_else(service, templates, case):
    name, resources, words = GAPS[case]
    cards = answered(service, request_with(templates, **{KEY_OF[name]: resources}))
    assert inputs_of(cards) == {other: value for other, value in WHOLE.items() if other != name}
    assert name in missing_of(cards)
    assert words in plain_words(cards)
    assert words != NOT_KNOWN or "Not used" not in plain_words(cards)


def test_a_gap_is_named_also_where_nothing_would_sharpen_the_figure(service, templates):
    """CT and multifidus make the validated study complete, so that there is no third card to say it on."""
    ct, smi = observed("ct", "ct-attenuation", 60, "[hnsf'U]"), observed("smi", "multifidus-smi", 140, "mm2/m2")
    muscle = observed("muscle", "psoas-muscle-area", 13, "cm2")
    cards = answered(service, request_with(templates, imaging=(PMA, PSOAS, FAT, VBQ, ct, smi, muscle)))
    assert "missingData" not in [card["source"]["topic"]["code"] for card in cards]
    assert "psoas muscle 13.0 cm² is larger than the whole psoas" in plain_words(cards)


# --- a value is wrong beside a good one: it is passed over by name


# --- odd, and good enough


# --- a whole key is wrong

OUTCOME = {"resourceType": "OperationOutcome", "issue": [{"severity": "error", "code": "exception"}]}
FAILED_KEYS = {
    "a number": 7,
    "a text": "none",
    "a list": [],
    "an empty object": {},
    "an OperationOutcome": OUTCOME,
    "another type": {"resourceType": "Group", "id": "g"},
    "a Bundle with an outcome": {"resourceType": "Bundle", "entry": [{"resource": OUTCOME}]},
    "a Bundle whose entries are none": {"resourceType": "Bundle", "entry": 7},
    "a Bundle with empty entries": {"resourceType": "Bundle", "entry": [None, {}, {"resource": None}, []]},
}
KEYS = {
    "boneDensity": ({"bmd-t-score"}, "bone density could not be read"),
    "body": ({"bmi"}, "weight and height could not be read"),
    "imaging": (
        {"pma-rate", "psoas-total-area", "es-mf-fat-fraction", "vbq"},
        "CT and MRI measures could not be read",
    ),
    "conditions": ({"diabetes"}, "the problem list could not be read"),
}


@pytest.mark.parametrize("value", FAILED_KEYS)
@pytest.mark.parametrize("key", KEYS)
def test_a_key_that_cannot_be_read_costs_its_findings_and_is_named(service, templates, key, value):
    lost, words = KEYS[key]
    cards = answered(service, request_with(templates, **{key: FAILED_KEYS[value]}))
    assert inputs_of(cards) == {name: known for name, known in WHOLE.items() if name not in lost}
    assert words in plain_words(cards)


def test_what_belongs_to_another_patient_is_counted_and_never_shown(service, templates):
    foreign = [
        {**deepcopy(one), "id": f"f{number}", "subject": {"reference": "Patient/p2"}}
        for number, one in enumerate((t_score(-6.66), BMI, PMA, HYPERTENSION))
    ]
    request = request_with(
        templates, boneDensity=(t_score(), *foreign[:1]), imaging=(*RECORD["imaging"], *foreign[1:3])
    )
    request["prefetch"]["conditions"] = searchset(HYPERTENSION, foreign[3])
    cards = answered(service, request)
    assert inputs_of(cards) == WHOLE
    assert "4 entries of another patient" in plain_words(cards)
    assert "6.66" not in json.dumps(cards)

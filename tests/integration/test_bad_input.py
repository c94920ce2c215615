"""Bad values over HTTP: each is a gap with its reason, or is passed over by name; nothing else of the record is lost.

The same small record stands behind every case: one value for each of several findings, and one thing that is wrong.
"""

from __future__ import annotations

import json
from copy import deepcopy

import pytest

from tests.refusals import refused
from tests.signings import LOINC, UCUM, observed, person, searchset
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

PASSED_OVER = {
    "a broken one": (t_score() | {"effectiveDateTime": "tomorrow"}, "T-score in an entry that is not readable"),
    "one that is no object at all": (
        {**t_score(), "valueQuantity": "−2.8"},
        "T-score in an entry that is not readable",
    ),
    "a preliminary one": (t_score(-3.9, status="preliminary"), "T-score −3.9 (1 May 2026): preliminary"),
    "one with a comparator": (
        quantity(value=-3.9, comparator=">", unit="{T-score}"),
        "T-score >−3.9 (1 May 2026): only a limit",
    ),
    "one without date": (t_score(-3.9, on=None), "T-score −3.9: no date"),
    "one of the future": (t_score(-3.9, on="2027-02-01"), "T-score −3.9 (1 Feb 2027): dated after the order"),
    "a density": (t_score(0.61, "g/cm2"), "T-score 0.61 g/cm² (1 May 2026): the unit does not fit"),
    "a Z-score": (t_score(0.2, "1", code="80940-0"), "(1 May 2026): a Z-score"),
    "an impossible one": (t_score(-39), "T-score −39 (1 May 2026): not plausible"),
    "one of another patient": (t_score(-3.9, subject={"reference": "Patient/p2"}), "of another patient"),
}


@pytest.mark.parametrize("case", PASSED_OVER)
def test_a_bad_value_beside_a_good_one_is_passed_over_by_name(service, templates, case):
    bad, words = PASSED_OVER[case]
    good = t_score(-2.6, id="good", on="2026-04-01")
    cards = answered(service, request_with(templates, boneDensity=(bad, good)))
    assert inputs_of(cards) == WHOLE | {T: -2.6}
    assert words in plain_words(cards)


@pytest.mark.parametrize("status", ["entered-in-error", "cancelled"])
def test_a_retracted_value_beside_a_good_one_is_as_if_it_were_not_there(service, templates, status):
    cards = answered(service, request_with(templates, boneDensity=(t_score(-3.9, id="old", status=status), t_score())))
    assert inputs_of(cards) == WHOLE
    assert "3.9" not in plain_words(cards)


# --- odd, and good enough

TOLERATED = {
    "no unit": t_score(unit=None),
    "another spelling of the unit": t_score(unit="T-Score"),
    "standard deviations": t_score(unit="SD"),
    "a number as text": t_score(None, valueString="-2.8"),
    "a number as a JSON string": quantity(value="-2.8", unit="{T-score}"),
    "only a year": t_score(on="2026"),
    "only a month": t_score(on="2026-05"),
    "a time in UTC": t_score(on="2026-05-01T10:00:00Z"),
    "a time with fractions and offset": t_score(on="2026-05-01T10:00:00.123+02:00"),
    "a time without seconds and zone": t_score(on="2026-05-01T10:00"),
    "a period": t_score(on=None, effectivePeriod={"start": "2026-04-01", "end": "2026-05-01"}),
    "an instant": t_score(on=None, effectiveInstant="2026-05-01T10:00:00Z"),
    "null members": t_score() | {"note": None, "interpretation": None},
    "amended": t_score(status="amended"),
    "a subject by its address": t_score(subject={"reference": "https://ehr.example.org/fhir/Patient/p1"}),
}


@pytest.mark.parametrize("case", TOLERATED)
def test_odd_writing_that_leaves_no_doubt_is_read(service, templates, case):
    cards = answered(service, request_with(templates, boneDensity=(TOLERATED[case],)))
    assert inputs_of(cards) == WHOLE
    assert "Not used" not in plain_words(cards)


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
EMPTY_KEYS = {"null": None, "a Bundle without entries": {"resourceType": "Bundle", "type": "searchset"}}
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


@pytest.mark.parametrize("value", EMPTY_KEYS)
@pytest.mark.parametrize("key", KEYS)
def test_a_key_without_data_leaves_gaps_and_no_complaint(service, templates, key, value):
    lost, _ = KEYS[key]
    cards = answered(service, request_with(templates, **{key: EMPTY_KEYS[value]}))
    assert inputs_of(cards) == {name: known for name, known in WHOLE.items() if name not in lost}
    assert lost <= missing_of(cards)
    assert "could not be read" not in plain_words(cards)


@pytest.mark.parametrize("value", [*FAILED_KEYS, "null"])
def test_a_patient_that_cannot_be_read_costs_age_and_sex_alone(service, templates, value):
    cards = answered(service, request_with(templates, patient=FAILED_KEYS.get(value)))
    assert inputs_of(cards) == WHOLE


@pytest.mark.parametrize(
    "members",
    [
        {"birthDate": 19450812},
        {"birthDate": "12.8.1945"},
        {"birthDate": None, "gender": 7},
        {"name": "Anna"},
        {"telecom": [{"value": []}]},
        {"x-vendor": 1},
    ],
    ids=str,
)
def test_a_broken_element_of_the_patient_costs_only_itself(service, templates, members):
    patient = {**person(), **members}
    assert inputs_of(answered(service, request_with(templates, patient=patient))) == WHOLE


def test_the_record_of_another_patient_is_refused(service, templates):
    refused(service.post(request_with(templates, patient=person("p2"))), 400, "another")


def test_an_order_for_another_patient_is_refused(service, templates):
    request = request_with(templates)
    request["context"]["draftOrders"]["entry"][0]["resource"]["subject"] = {"reference": "Patient/p2"}
    refused(service.post(request), 400, "another patient")


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

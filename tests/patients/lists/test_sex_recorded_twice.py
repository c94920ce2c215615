"""A Patient whose administrative gender and recorded sex differ reassures nobody.

`gender` is administrative (FHIR R4, Patient.gender), and the limits of grip and muscle
are those of the body: 24 kg is weak of a man and not of a woman (AWGS 2019).
"""

import pytest

from tests.builders import findings_of
from tests.builders import patient as person
from tests.chart_builders import (
    Resource,
    ask,
    by_topic,
    kyphoplasty,
    order_sign,
    patient,
)
from tests.codes import SCT, codeable
from tests.expected import Known, Missing, check
from tests.patients.reassuring import reassuring_record

US_CORE = "http://hl7.org/fhir/us/core/StructureDefinition/us-core-"
HL7 = "http://hl7.org/fhir/StructureDefinition/"
EPIC = "http://open.epic.com/FHIR/StructureDefinition/extension/"
UK = "https://fhir.hl7.org.uk/StructureDefinition/Extension-UKCore-"


def birth_sex(code: str) -> Resource:
    return {"url": f"{US_CORE}birthsex", "valueCode": code}


def identity(code: str) -> Resource:
    url = f"{US_CORE}genderIdentity"
    return {"url": url, "valueCodeableConcept": codeable(SCT, code)}


def in_value(url: str, concept: Resource) -> Resource:
    """Return an extension of the gender harmony project, with its kind beside it."""
    kind = {"url": "type", "valueCodeableConcept": {"text": "Sex assigned at birth"}}
    value = {"url": "value", "valueCodeableConcept": concept}
    return {"url": url, "extension": [kind, value]}


OF_MEN = (
    pytest.param(birth_sex("M"), id="us-core-birth-sex"),
    pytest.param(
        {"url": f"{US_CORE}sex", "valueCode": "248153007"}, id="us-core-sex-by-code"
    ),
    pytest.param(
        {"url": f"{US_CORE}sex", "valueCoding": {"system": SCT, "code": "248153007"}},
        id="us-core-sex-by-coding",
    ),
    pytest.param(
        in_value(f"{HL7}individual-recordedSexOrGender", codeable(SCT, "248153007")),
        id="recorded-sex-or-gender",
    ),
    pytest.param(
        in_value(
            f"{HL7}patient-sexParameterForClinicalUse",
            {"coding": [{"code": "male-typical"}]},
        ),
        id="sex-for-clinical-use",
    ),
    pytest.param(
        {"url": f"{UK}BirthSex", "valueCodeableConcept": {"coding": [{"code": "M"}]}},
        id="birth-sex-of-another-country",
    ),
    pytest.param(
        {
            "url": f"{EPIC}legal-sex",
            "valueCodeableConcept": {
                "coding": [{"system": "urn:oid:1.2.3", "code": "2", "display": "Male"}]
            },
        },
        id="a-local-code-with-its-word",
    ),
    pytest.param(identity("446151000124109"), id="a-gender-identity-alone"),
)


@pytest.mark.parametrize("extension", OF_MEN)
def test_another_sex_than_the_gender_is_a_conflict(extension):
    findings = findings_of(person=person(gender="female", extension=[extension]))
    check(findings, {"sex": Missing("conflicting", "male and as female")})


@pytest.mark.parametrize("extension", OF_MEN)
def test_the_same_sex_as_the_gender_is_no_conflict(extension):
    findings = findings_of(person=person(gender="male", extension=[extension]))
    check(findings, {"sex": Known("male")})


@pytest.mark.parametrize(
    "extensions",
    [
        pytest.param([birth_sex("UNK")], id="unknown"),
        pytest.param([birth_sex("ASKU")], id="asked-and-not-known"),
        pytest.param(
            [{"url": f"{US_CORE}sex", "valueCode": "asked-declined"}], id="declined"
        ),
        pytest.param(
            [
                {
                    "url": f"{US_CORE}sexual-orientation",
                    "valueCodeableConcept": {"text": "male"},
                }
            ],
            id="sexual-orientation",
        ),
        pytest.param([{"url": f"{HL7}patient-religion", "valueCode": "M"}], id="else"),
        pytest.param(
            [birth_sex("F"), identity("446151000124109")],
            id="an-identity-beside-the-sex-at-birth",
        ),
        pytest.param([{"url": f"{US_CORE}birthsex"}], id="empty"),
        pytest.param([{"valueCode": "M"}], id="without-a-name"),
    ],
)
def test_what_says_no_other_sex_changes_nothing(extensions):
    findings = findings_of(person=person(gender="female", extension=extensions))
    check(findings, {"sex": Known("female")})
    assert not findings.passed_over


def signed(extension: Resource) -> Resource:
    """Return the card of a woman whose record reassures, with this extension."""
    woman = patient("female") | {"extension": [extension]}
    entries = [
        entry for entry in reassuring_record() if entry["resourceType"] != "Patient"
    ]
    return by_topic(ask(order_sign([woman, *entries], kyphoplasty())))["rehabilitation"]


def test_the_card_of_one_recorded_sex_calls_it_below():
    assert "below the usual" in signed(birth_sex("F"))["detail"]


@pytest.mark.parametrize(
    ("extension", "why"),
    [
        pytest.param(birth_sex("M"), "recorded as male and as female", id="other"),
        pytest.param(birth_sex("OTH"), "neither male nor female", id="neither"),
        pytest.param(
            {"url": f"{EPIC}legal-sex", "valueCodeableConcept": {"text": "X"}},
            "neither male nor female",
            id="not-understood",
        ),
    ],
)
def test_a_sex_in_doubt_reassures_nobody_and_is_named(extension, why):
    detail = signed(extension)["detail"]
    assert "below" not in detail
    _, not_known = detail.split("**Not known:**")
    assert why in not_known

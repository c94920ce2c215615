"""Code systems and the CodeableConcept, for every builder of resources."""

from typing import Any

LOINC = "http://loinc.org"
SCT = "http://snomed.info/sct"
ICD = "http://hl7.org/fhir/sid/icd-10-cm"
RXNORM = "http://www.nlm.nih.gov/research/umls/rxnorm"
ATC = "http://www.whocc.no/atc"
CPT = "http://www.ama-assn.org/go/cpt"
HCPCS = "http://www.cms.gov/Medicare/Coding/HCPCSReleaseCodeSets"
PCS = "http://www.cms.gov/Medicare/Coding/ICD10"
OPS = "http://fhir.de/CodeSystem/bfarm/ops"
ICD_9 = "http://hl7.org/fhir/sid/icd-9-cm"
WHO = "http://hl7.org/fhir/sid/icd-10"
GM = "http://fhir.de/CodeSystem/bfarm/icd-10-gm"
UCUM = "http://unitsofmeasure.org"
MEASURES = "https://kyphoplasty-cds.org/fhir/CodeSystem/measures"
ORDERS = "https://kyphoplasty-cds.org/fhir/CodeSystem/orders"
CLINICAL = "http://terminology.hl7.org/CodeSystem/condition-clinical"


def codeable(
    system: str, code: str, text: str = "", *, display: str = ""
) -> dict[str, Any]:
    """A CodeableConcept of one coding."""
    coding = {"system": system, "code": code} | (
        {"display": display} if display else {}
    )
    return {"coding": [coding]} | ({"text": text} if text else {})


def concept_map(source: str, *ours: tuple[str, str, str]) -> dict[str, Any]:
    """A site's own codes in this system: code, and the system and code of ours that it means."""
    groups = [
        {
            "source": source,
            "target": target,
            "element": [
                {"code": code, "target": [{"code": meant, "equivalence": "equivalent"}]}
            ],
        }
        for code, target, meant in ours
    ]
    return {
        "resourceType": "ConceptMap",
        "id": "own",
        "url": f"{source}/map",
        "status": "active",
        "group": groups,
    }

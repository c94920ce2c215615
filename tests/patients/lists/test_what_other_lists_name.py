"""Reports, orders and procedures that name what the problem list does not."""

import pytest

from tests.chart_builders import (
    PATIENT,
)
from tests.codes import ATC, ICD, codeable
from tests.patients.acts import done, drug, order
from tests.patients.reassuring import cards_of, imaging


def detail_of(*entries):
    return cards_of(*entries)["rehabilitation"]["detail"]


def zoledronate(**members):
    return drug(medicationCodeableConcept=codeable(ATC, "M05BA08"), **members)


def contained(**members):
    said = {"resourceType": "Condition", "id": "c", "code": codeable(ICD, "M46.46")}
    said["subject"] = {"reference": f"Patient/{PATIENT}"}
    return {"contained": [said | members], "reasonReference": [{"reference": "#c"}]}


REFUTED = codeable(
    "http://terminology.hl7.org/CodeSystem/condition-ver-status", "refuted"
)


@pytest.mark.parametrize(
    ("entry", "named"),
    [
        pytest.param(
            zoledronate(reasonCode=[{"text": "bone metastases"}]),
            "malignancy of bone not excluded",
            id="bone drug",
        ),
        pytest.param(
            zoledronate(reasonCode=[codeable(ICD, "C79.51")]),
            "malignancy of bone not excluded",
            id="coded",
        ),
        pytest.param(
            drug(
                medicationCodeableConcept={"text": "zoledronate 4 mg for bone mets"},
            ),
            "malignancy of bone not excluded",
            id="in its name",
        ),
        pytest.param(drug("discitis"), "spinal infection not excluded", id="request"),
        pytest.param(
            drug("discitis", days=900),
            "spinal infection not excluded",
            id="still taken",
        ),
        pytest.param(
            drug(reasonReference=[{"reference": "Condition/9", "display": "Discitis"}]),
            "spinal infection not excluded",
            id="a reference",
        ),
        pytest.param(
            drug(**contained()), "spinal infection not excluded", id="contained"
        ),
        pytest.param(
            drug(dosageInstruction=[{"text": "2 g daily for epidural abscess"}]),
            "spinal infection not excluded",
            id="dosage",
        ),
        pytest.param(
            drug("sepsis", kind="MedicationStatement", days=5),
            "sepsis not excluded (on the medication list",
            id="statement",
        ),
        pytest.param(
            drug(
                "sepsis",
                kind="MedicationAdministration",
                days=5,
                status="completed",
            ),
            "sepsis not excluded (on the medication list",
            id="administration",
        ),
        pytest.param(
            drug("cancer pain"),
            "another cancer is on the medication list",
            id="cancer elsewhere",
        ),
    ],
)
def test_what_a_drug_is_given_for_is_not_excluded(entry, named):
    detail = detail_of(entry).replace("\\", "")
    assert named in detail.partition("**Not known:**")[2]
    assert "below" not in detail


@pytest.mark.parametrize(
    "entry",
    [
        pytest.param(drug("surgical prophylaxis"), id="another reason"),
        pytest.param(drug("no sepsis"), id="denied"),
        pytest.param(drug(**contained(verificationStatus=REFUTED)), id="refuted"),
        pytest.param(drug("discitis", status="entered-in-error"), id="an error"),
        pytest.param(drug("discitis", status="completed", days=900), id="long over"),
    ],
)
def test_what_a_drug_is_not_given_for_changes_nothing(entry):
    assert "below the usual" in detail_of(entry)


@pytest.mark.parametrize(
    "entry",
    [
        pytest.param(drug("bone metastases"), id="reason"),
        pytest.param(
            drug(medicationCodeableConcept={"text": "Letrozole 2.5 mg"}), id="drug"
        ),
    ],
)
def test_no_end_of_a_brace_is_selected_beside_a_drug_for_a_tumour(entry):
    cards = cards_of(entry, t_score=-2.8)
    card = next(one for name, one in cards.items() if name.startswith("brace"))
    assert not any(one.get("isRecommended") for one in card["suggestions"])


@pytest.mark.parametrize(
    ("entry", "named"),
    [
        pytest.param(imaging("Metastasis T12"), "malignancy", id="report"),
        pytest.param(
            imaging("Metastasis T12. No cord compression."), "malignancy", id="denial"
        ),
        pytest.param(
            imaging("Discitis L1/2 without epidural abscess"),
            "spinal infection",
            id="without",
        ),
        pytest.param(
            imaging("Indication: rule out metastasis. Metastasis T12."),
            "malignancy",
            id="asked and found",
        ),
        pytest.param(
            imaging("Cannot exclude metastasis of L1"), "malignancy", id="suspected"
        ),
        pytest.param(imaging("Spondylodiszitis L1/2"), "spinal infection", id="German"),
        pytest.param(imaging("Przerzut do L1"), "malignancy", id="Polish"),
        pytest.param(
            imaging(conclusionCode=[codeable(ICD, "C79.51")]), "malignancy", id="coded"
        ),
        pytest.param(
            imaging("Cord compression at L1"), "neurological deficit", id="deficit"
        ),
        pytest.param(
            imaging("unstable burst fracture L1"), "unstable fracture", id="unstable"
        ),
        pytest.param(
            order("MRI for suspected discitis"), "spinal infection", id="order"
        ),
        pytest.param(
            order(reasonCode=[{"text": "bone metastases"}]), "malignancy", id="reason"
        ),
        pytest.param(
            order(reasonCode=[codeable(ICD, "C79.51")]), "malignancy", id="reason coded"
        ),
        pytest.param(
            done(reasonCode=[codeable(ICD, "C79.51")]), "malignancy", id="done for it"
        ),
        pytest.param(
            done(note=[{"text": "carcinoma found"}]), "malignancy", id="a note"
        ),
        pytest.param(
            done(complication=[{"text": "sepsis"}], days=5), "sepsis", id="complication"
        ),
    ],
)
def test_what_another_list_names_is_not_excluded(entry, named):
    detail = detail_of(entry)
    assert named in detail.partition("**Not known:**")[2]
    assert "the usual 1 in 6" in detail
    assert "below" not in detail


@pytest.mark.parametrize(
    "entry",
    [
        pytest.param(
            imaging(
                "1. Acute compression fracture of L1 without retropulsion."
                " 2. No spinal cord compression."
                " 3. No suspicious osseous lesion to suggest metastasis."
            ),
            id="report",
        ),
        pytest.param(
            imaging("Keine Hinweise auf Metastasen oder Spondylodiszitis."), id="German"
        ),
        pytest.param(imaging("Pas d'argument pour une spondylodiscite."), id="French"),
        pytest.param(imaging("転移なし"), id="Japanese"),
        pytest.param(imaging("Metastasis T12", status="entered-in-error"), id="void"),
        pytest.param(
            order(
                "Mammogram",
                reasonCode=[
                    codeable(
                        ICD,
                        "Z12.31",
                        display="Screening for malignant neoplasm of breast",
                    )
                ],
            ),
            id="screening",
        ),
        pytest.param(order("Colon cancer screening"), id="screening in words"),
        pytest.param(
            done(reasonCode=[{"text": "family history of colon cancer"}]), id="family"
        ),
        pytest.param(done("ORIF hip fracture left", days=1500), id="long ago"),
    ],
)
def test_what_another_list_denies_or_only_looks_for_changes_nothing(entry):
    assert "below the usual" in detail_of(entry)


@pytest.mark.parametrize(
    "words",
    [
        *("Unstable burst fracture L1", "Burst fracture, retropulsion"),
        *("Metastasis T12", "Discitis L1/2", "Cord compression at L1"),
        *("Lytic lesion L1", "Suspicious for neoplasm", "lésion lytique L1"),
        *("Osteolytische Läsion LWK 1", "Multiple Osteolysen", "溶骨性病変"),
    ],
)
def test_a_report_that_may_be_a_reason_to_keep_a_brace_selects_no_end(words):
    def chosen(*entries):
        cards = cards_of(*entries, t_score=-2.8)
        card = next(one for name, one in cards.items() if name.startswith("brace"))
        return [one.get("isRecommended") for one in card["suggestions"]]

    assert chosen(imaging("Acute compression fracture of L1.")) == [True]
    assert chosen(imaging(words)) != [True]

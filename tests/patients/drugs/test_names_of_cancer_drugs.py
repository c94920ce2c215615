"""A drug against cancer by its name leaves a cancer open, as by its ATC code (E3).

American records have RxNorm and names, and never ATC.
"""

import pytest

from tests.chart_builders import days_ago, dispensed, of_patient
from tests.codes import CPT, RXNORM, codeable
from tests.patients.reassuring import card_of, cards_of, end_is_selected

REASSURING = "below the usual"
OPEN = "malignancy of bone not excluded (a drug against cancer"
INJECTION = codeable(CPT, "96372")


def requested(drug):
    said = {"intent": "order", "authoredOn": days_ago(60)}
    said["medicationCodeableConcept"] = drug
    return of_patient("MedicationRequest", "drug", status="active", **said)


def stated(drug):
    said = {"medicationCodeableConcept": drug, "effectiveDateTime": days_ago(20)}
    return of_patient("MedicationStatement", "drug", status="active", **said)


def given(drug):
    said = {"medicationCodeableConcept": drug, "effectiveDateTime": days_ago(20)}
    return of_patient("MedicationAdministration", "drug", status="completed", **said)


def handed_over(drug):
    return dispensed(drug, days=20)


def supplied(drug):
    said = {"itemCodeableConcept": drug, "quantity": {"value": 1}}
    said["authoredOn"] = days_ago(20)
    return of_patient("SupplyRequest", "drug", status="active", **said)


def device(drug):
    said = {"intent": "order", "codeCodeableConcept": drug}
    said["authoredOn"] = days_ago(20)
    return of_patient("DeviceRequest", "drug", status="active", **said)


def ordered(drug, **members):
    said = {"intent": "order", "code": drug, "authoredOn": days_ago(20)} | members
    return of_patient("ServiceRequest", "drug", status="active", **said)


def detailed(drug):
    return ordered(INJECTION, orderDetail=[drug])


def done(drug, **members):
    said = {"code": drug, "performedDateTime": days_ago(20)} | members
    return of_patient("Procedure", "drug", status="completed", **said)


def noted(drug):
    said = requested({"text": "Losartan 50 mg"})
    return said | {"note": [{"text": f"{drug['text']} at oncology"}]}


LISTED = (requested, stated, given, handed_over)
OTHERWISE = (supplied, device, ordered, detailed, done)

# By RxNorm, in words of the EHR, and in the spelling of other countries.
OF_RXNORM = {
    "1860480": "1 ML DOCEtaxel 20 MG/ML Injection",
    "597195": "carboplatin 10 MG/ML Injectable Solution",
}
NAMES = (
    *("PACLitaxel (TAXOL) 120 mg", "nab-paclitaxel", "Abraxane", "cabazitaxel"),
    *("oxaliplatin (ELOXATIN) 150 mg", "Cisplatino 50 mg", "cisplatine", "Paraplatin"),
    *("DOXOrubicin liposomal", "Doxorrubicina", "épirubicine", "Idarubicin"),
    *("gemcitabine 1 g", "Gemcitabina", "Capécitabine", "Cytarabin", "azacitidine"),
    *("Fludarabin", "pemetrexed disodium", "Etoposid 100 mg", "vinCRIStine 1 MG/ML"),
    *("Vinorelbina", "Irinotecan", "Topotecan", "eribulin mesylate", "Trabectedina"),
    *("bleomycin", "Mitomycin 20 mg", "bendamustine", "Lomustin", "Melfalan 2 mg"),
    *("Ifosfamid", "temozolomide", "dacarbazine", "Arsentrioxid", "pegaspargase"),
    *("osimertinib 80 mg", "Ibrutinib", "lenvatinib", "sunitinib", "zanubrutinib"),
    *("capmatinib", "imatinibum", "sorafenib", "pazopanib", "alpelisib", "ribociclib"),
    *("olaparib", "Niraparib", "carfilzomib", "venetoclax", "sotorasib", "ivosidenib"),
    *("vorinostat", "vismodegib", "axicabtagene ciloleucel", "cetuximab", "cemiplimab"),
    *(
        "teclistamab",
        "brentuximab vedotin",
        "ipilimumab",
        "atezolizumab",
        "ramucirumab",
    ),
    *("flutamide", "Flutamida", "megestrol 40 MG/ML", "nilutamid", "toremifene"),
    *("buserelin", "Radium-223", "Lutetium (177Lu) vipivotid", "ziv-aflibercept"),
    *("fluorouracil 50 MG/ML Injection", "5-FU: Fluorouracil i.v. 4000 mg"),
    *("BCG intravesical", "Keytruda", "Xtandi", "注射用顺铂", "多西他赛注射液"),
    *("パクリタキセル注", "カルボプラチン", "도세탁셀주"),
)
# By ATC for rheumatology, skin, eyes, transplants, lungs, vessels, or something else.
FOR_OTHER_DISEASES = (
    *("methotrexate 15 mg", "cyclophosphamide", "rituximab", "mercaptopurine"),
    *("tofacitinib 5 MG", "Baricitinib", "upadacitinib", "filgotinib", "ruxolitinib"),
    *("ritlecitinib", "fostamatinib", "abrocitinib", "tolebrutinib", "deuruxolitinib"),
    *("nintedanib 150 mg", "leniolisib", "givinostat", "everolimus", "sirolimus"),
    *("trifluridine ophthalmic solution", "aflibercept", "bevacizumab", "entecavir"),
    *("Emtricitabine", "medroxyprogesterone", "fluorouracil 5 % topical cream"),
    *("mitomycin 0.2 MG/ML Ophthalmic", "hydroxyurea", "febuxostat", "golimumab"),
    *("adalimumab", "Platin", "vincamine", "Tadalafil", "anagrelide", "letermovir"),
    *("BCG vaccine", "ustekinumab", "alemtuzumab", "simvastatin", "tacrolimus"),
)


@pytest.mark.parametrize("how", LISTED)
@pytest.mark.parametrize("code", OF_RXNORM)
def test_a_drug_by_rxnorm_leaves_a_malignancy_open(code, how):
    drug = codeable(RXNORM, code, display=OF_RXNORM[code])
    cards = cards_of(how(drug))
    card = cards["rehabilitation"]
    assert OPEN in card["detail"]
    assert REASSURING not in card["detail"]
    assert card["indicator"] == "info"
    assert not end_is_selected(cards)


@pytest.mark.parametrize("name", NAMES)
def test_a_drug_by_its_name_leaves_a_malignancy_open(name):
    detail = card_of(given({"text": name}))["detail"]
    assert OPEN in detail
    assert REASSURING not in detail


def test_one_that_is_called_chemotherapy_leaves_a_cancer_open():
    name = "DOCEtaxel (TAXOTERE) 140 mg in sodium chloride 0.9 % 250 mL chemo infusion"
    detail = card_of(given({"text": name}))["detail"]
    assert "cancer within 5 years not excluded" in detail
    assert REASSURING not in detail


@pytest.mark.parametrize("how", OTHERWISE)
@pytest.mark.parametrize("name", ["Docetaxel 140 mg", "Carboplatin", "Keytruda"])
def test_a_drug_on_no_list_of_drugs_leaves_a_malignancy_open(name, how):
    detail = card_of(how({"text": name}))["detail"]
    assert OPEN.partition(" (")[0] in detail
    assert REASSURING not in detail


def test_a_drug_in_a_note_reassures_nobody():
    assert REASSURING not in card_of(noted({"text": "Docetaxel"}))["detail"]


@pytest.mark.parametrize("name", FOR_OTHER_DISEASES)
def test_a_drug_for_other_diseases_opens_no_malignancy(name):
    assert "malignancy" not in card_of(given({"text": name}))["detail"]


@pytest.mark.parametrize("how", [ordered, done, device])
@pytest.mark.parametrize(
    "name", ["Paclitaxel-coated balloon", "paclitaxel eluting stent of the leg"]
)
def test_a_vessel_that_was_treated_opens_no_malignancy(name, how):
    assert "malignancy" not in card_of(how({"text": name}))["detail"]

"""A deep infection that words tell, wherever they stand: nothing is chosen beside it."""

import pytest

from tests.chart_builders import (
    ask,
    by_topic,
    codeable,
    days_ago,
    drug,
    inpatient,
    kyphoplasty,
    of_patient,
    order_sign,
    problem,
    quiet_lists,
)

RADIOLOGY = codeable("http://terminology.hl7.org/CodeSystem/v2-0074", "RAD")
DEEP = (
    "Infective endocarditis, day 9 of antibiotics",
    "Septic arthritis of left knee",
    "Infektiöse Endokarditis, Tag 9 i.v. Antibiose",
    "Endocardite infectieuse sur valve mitrale",
    "Endocarditis infecciosa",
    "Endocardite infettiva",
    "Infectieuze endocarditis",
    "Infekcyjne zapalenie wsierdzia",
    "感染性心内膜炎、抗菌薬投与中",
    "感染性心内膜炎，抗生素第9天",
    "감염성 심내막염",
    "Necrotising fasciitis of left leg",
    "Infective endocarditis, high risk for surgery",
)
HARMLESS = (
    "Endocarditis prophylaxis before dental work",
    "No endocarditis",
    "Endokarditisprophylaxe",
    "Keine Endokarditis",
    "Pas d'endocardite",
    "Geen endocarditis",
    "Plantar fasciitis",
    "Myocarditis excluded",
    "Community acquired pneumonia",
)
AT_THE_SPINE = (
    "Surgical site infection, lumbar fusion wound",
    "Tiefe Wundinfektion nach Spondylodese L4/5",
    "Infection du site opératoire, arthrodèse lombaire",
    "Infección de herida quirúrgica de artrodesis lumbar",
    "Infezione della ferita chirurgica dopo artrodesi lombare",
    "Diepe wondinfectie na spondylodese",
    "Zakażenie rany po stabilizacji kręgosłupa",
    "腰椎固定術後創部感染",
    "腰椎融合术后切口感染",
    "요추 유합술 후 창상 감염",
)
NOT_AT_THE_SPINE = (
    "Wound infection after hernia repair",
    "Wundinfekt nach Hernienoperation",
    "Infection urinaire",
    "Herida limpia tras artrodesis lumbar",
    "Ferita chirurgica pulita dopo artrodesi",
    "Wondinfectie na liesbreukoperatie",
    "疝修补术后切口感染",
    "腰椎固定術後",
)
COLLECTIONS = (
    "T8/9 epidural collection with rim enhancement, query abscess.",
    "Epidurale Kollektion Th6-8, DD Abszess, DD Hämatom.",
    "Collection épidurale T8-T9 évoquant un abcès.",
    "Colección epidural T9 sugestiva de absceso.",
    "Raccolta epidurale D8-D9 sospetta per ascesso.",
    "Epidurale collectie Th8, verdacht voor abces.",
    "Zbiornik płynu nadtwardówkowo Th8, podejrzenie ropnia.",
    "Th8-9硬膜外に液体貯留、膿瘍を疑う。",
    "T8-9硬膜外积液，考虑脓肿。",
    "T8-9 경막외 액체 저류, 농양 의심.",
)
NO_COLLECTIONS = (
    "No epidural collection.",
    "Keine epidurale Kollektion.",
    "Pas de collection épidurale.",
    "Sin colección epidural.",
    "Senza raccolta epidurale.",
    "Geen epidurale collectie.",
    "Pleural effusion, small.",
    "胸腔积液，少量。",
)
IN_THE_BLOOD = (
    "Central line-associated bloodstream infection, MSSA",
    "CLABSI",
    "Katheterassoziierte Blutstrominfektion, S. epidermidis",
    "Infection du courant sanguin",
    "Infección del torrente sanguíneo",
    "Bloedbaaninfectie",
    "Zakażenie krwi",
    "カテーテル関連血流感染症",
    "导管相关性血流感染",
    "카테터 관련 혈류감염",
)
NOT_IN_THE_BLOOD = (
    "Urinary catheter infection",
    "No bloodstream infection",
    "Blasenkatheterinfektion",
    "Keine Blutstrominfektion",
    "Infection sur sonde urinaire",
    "Infección de sonda urinaria",
    "导尿管感染",
    "Line dancing injury",
)


def stay(words):
    return {**inpatient(), "reasonCode": [{"text": words}]}


def consult(words):
    said = {"status": "active", "intent": "order", "code": {"text": "Consult"}}
    said |= {"authoredOn": days_ago(1), "reasonCode": [{"text": words}]}
    return of_patient("ServiceRequest", "consult", **said)


def medicine(words):
    return drug("losartan", number="reasoned", days=5, reasonCode=[{"text": words}])


def report(words):
    said = {"status": "final", "category": [RADIOLOGY], "code": {"text": "MRI"}}
    said |= {"conclusion": words, "effectiveDateTime": days_ago(1)}
    return of_patient("DiagnosticReport", "report", **said)


def listed(words, days=4):
    return problem("I10", number="worded", days=days, code={"text": words})


def card_of(entry):
    held = [*quiet_lists(), problem("S32.010A", days=5), entry]
    if entry["resourceType"] != "Encounter":
        held.append(inpatient())
    return by_topic(ask(order_sign(held, kyphoplasty())))["rehabilitation"]


def chosen(card):
    return [
        one["label"] for one in card.get("suggestions", ()) if one.get("isRecommended")
    ]


FLS = "Refer to fracture liaison service"
NOT_EXCLUDED = "spinal infection not excluded"


@pytest.mark.parametrize("place", [stay, consult, medicine, report, listed])
@pytest.mark.parametrize("words", DEEP)
def test_a_deep_infection_in_words_leaves_the_spine_open(words, place):
    card = card_of(place(words))
    assert NOT_EXCLUDED in card["detail"].lower()
    assert FLS not in chosen(card)


@pytest.mark.parametrize("words", HARMLESS)
def test_what_is_no_deep_infection_leaves_nothing_open(words):
    card = card_of(stay(words))
    assert NOT_EXCLUDED not in card["detail"].lower()
    assert FLS in chosen(card)


@pytest.mark.parametrize("words", AT_THE_SPINE)
def test_an_infected_wound_at_the_spine_leads(words):
    card = card_of(listed(words))
    assert "infection not excluded" in card["summary"]
    assert not chosen(card)


@pytest.mark.parametrize("words", NOT_AT_THE_SPINE)
def test_a_wound_elsewhere_does_not_lead(words):
    assert "infection" not in card_of(listed(words))["summary"]


@pytest.mark.parametrize("words", COLLECTIONS)
def test_a_collection_in_the_spinal_canal_leads(words):
    card = card_of(report(words))
    assert "infection not excluded" in card["summary"]
    assert not chosen(card)


@pytest.mark.parametrize("words", NO_COLLECTIONS)
def test_no_collection_does_not_lead(words):
    assert "infection" not in card_of(report(words))["summary"]


@pytest.mark.parametrize("words", IN_THE_BLOOD)
def test_an_infection_of_the_blood_leads(words):
    card = card_of(listed(words))
    assert card["indicator"] == "warning"
    assert not chosen(card)


@pytest.mark.parametrize("words", NOT_IN_THE_BLOOD)
def test_a_catheter_of_the_bladder_does_not_lead(words):
    assert card_of(listed(words))["indicator"] == "info"

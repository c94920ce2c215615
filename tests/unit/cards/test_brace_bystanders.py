"""The end of a brace is pre-selected only where everything beside it is understood, and leaves the spine alone."""

import pytest

from tests.chart_builders import ask as ask_cards
from tests.chart_builders import (
    brace,
    by_topic,
    cards_for,
    days_ago,
    drafted,
    kyphoplasty,
    of_patient,
    order_sign,
    period,
    problem,
    strong_and_nourished,
)
from tests.codes import CPT, HCPCS, ICD, ORDERS, SCT, codeable

PCS = "http://www.cms.gov/Medicare/Coding/ICD10"
OPS = "http://fhir.de/CodeSystem/bfarm/ops"
GM = "http://fhir.de/CodeSystem/bfarm/icd-10-gm"
ICD9 = "http://hl7.org/fhir/sid/icd-9-cm"
LOINC = "http://loinc.org"
LONG = {"occurrencePeriod": period(0, 140)}


def brace_card(*drafts, record=(), order=None, ends=None):
    whole = (*strong_and_nourished(), *record)
    long = brace(**(ends or LONG))
    return cards_for(whole, order or kyphoplasty(), long, *drafts)["braceLimit"]


def chosen(card):
    return [one["isRecommended"] for one in card.get("suggestions", ())]


def entry(code, system=ICD, words="", **members):
    named = {"days": 5} | members
    return problem("x", number="one", code=codeable(system, code, words), **named)


def in_words(words, **members):
    return problem("x", number="one", code={"text": words}, **{"days": 5} | members)


def service(code, system=CPT, **members):
    return drafted(
        "ServiceRequest", "beside", **{"code": codeable(system, code)} | members
    )


def named_service(words, **members):
    return drafted("ServiceRequest", "beside", **{"code": {"text": words}} | members)


def done(code, system=CPT, days=20):
    return of_patient(
        "Procedure",
        "done",
        status="completed",
        performedDateTime=days_ago(days),
        code=codeable(system, code) if system else {"text": code},
    )


# --- what forbids it: problems

GRAVE_PROBLEMS = [
    pytest.param(entry("S32.012D", days=60), id="unstable burst, later visit"),
    pytest.param(entry("S32.012A", status="inactive"), id="unstable burst, inactive"),
    pytest.param(
        entry("S32.012A", status="resolved", days=20), id="unstable burst, resolved"
    ),
    pytest.param(entry("S33.100A"), id="dislocation"),
    pytest.param(entry("T84.226A"), id="displaced fixation"),
    pytest.param(entry("M43.26"), id="fusion"),
    pytest.param(entry("M96.0"), id="pseudarthrosis"),
    pytest.param(entry("D49.2"), id="tumour not excluded"),
    pytest.param(entry("M86.9"), id="bone infection"),
    pytest.param(entry("M80.08XG"), id="delayed healing"),
    pytest.param(entry("M80.08XK"), id="nonunion"),
    pytest.param(entry("M80.08XD", days=60), id="later visit of this year"),
    pytest.param(entry("M45.9"), id="ankylosing spondylitis"),
    pytest.param(entry("M48.10"), id="hyperostosis"),
    pytest.param(entry("M43.16"), id="spondylolisthesis"),
    pytest.param(entry("M53.2X6"), id="instability"),
    pytest.param(entry("M41.9"), id="scoliosis"),
    pytest.param(entry("M88.1"), id="Paget's disease"),
    pytest.param(entry("M84.40XA"), id="pathological fracture"),
    pytest.param(entry("S23.101A"), id="thoracic dislocation"),
    pytest.param(entry("S33.5XXA"), id="sprain of ligaments"),
    pytest.param(entry("M45.00", GM), id="Bechterew, ICD-10-GM"),
    pytest.param(entry("S33.10", GM), id="dislocation, ICD-10-GM"),
    pytest.param(entry("839.20", ICD9), id="dislocation, ICD-9"),
    pytest.param(entry("720.0", ICD9), id="ankylosing spondylitis, ICD-9"),
    pytest.param(entry("738.4", ICD9), id="spondylolisthesis, ICD-9"),
    pytest.param(entry("A-17", "urn:local"), id="a code of the hospital alone"),
    pytest.param(entry("1", SCT), id="a SNOMED code that nobody knows"),
    pytest.param(entry("I10", words="Spondylodese L3-5"), id="words beside a code"),
    pytest.param(entry("I10", words="腰椎融合术后"), id="Chinese words beside a code"),
    pytest.param(
        entry("M54.5", note=[{"text": "unstable, screws loose"}]), id="a note"
    ),
    pytest.param(in_words("osteolytic lesion L1"), id="English"),
    pytest.param(in_words("Morbus Bechterew"), id="German"),
    pytest.param(in_words("Arthrodèse lombaire"), id="French"),
    pytest.param(in_words("artrodesis lumbar"), id="Spanish"),
    pytest.param(in_words("Artrodesi vertebrale"), id="Italian"),
    pytest.param(in_words("stan po stabilizacji kręgosłupa"), id="Polish"),
    pytest.param(in_words("腰椎融合术后"), id="Chinese"),
    pytest.param(in_words("脊椎固定術後"), id="Japanese"),
    pytest.param(in_words("척추 유합술 후"), id="Korean"),
    pytest.param(in_words("ligament injury L1"), id="ligaments"),
    pytest.param(in_words("fusion L3-L5", recordedDate=None), id="without a day"),
]


@pytest.mark.parametrize("one", GRAVE_PROBLEMS)
def test_no_end_is_chosen_beside_a_problem_that_may_bear_on_the_spine(one):
    assert chosen(brace_card(record=[one])) == [False]


def test_the_card_names_the_list_and_never_its_words():
    card = brace_card(record=[entry("M96.0", words="zebra")])
    assert "an entry of the record" in card["detail"]
    assert "zebra" not in f"{card['summary']} {card['detail']}"


# --- orders and procedures

OPERATIONS = [
    *(pytest.param(code, CPT, id=code) for code in ("22841", "22842", "22849")),
    *(pytest.param(code, CPT, id=code) for code in ("22853", "27279", "20931")),
    pytest.param("00670", CPT, id="anaesthesia of the spine"),
    pytest.param("95941", CPT, id="monitoring in the theatre"),
    pytest.param("0QS004Z", PCS, id="PCS fixation"),
    pytest.param("0SG00A0", PCS, id="PCS fusion"),
    pytest.param("5-83b.21", OPS, id="OPS instrumentation"),
    pytest.param("E0748", HCPCS, id="stimulator of a fusion"),
    pytest.param("99999999", "urn:local", id="a code of the hospital alone"),
]


@pytest.mark.parametrize(("code", "system"), OPERATIONS)
def test_no_end_is_chosen_beside_another_operation(code, system):
    assert chosen(brace_card(service(code, system))) == [False]
    assert chosen(brace_card(record=[done(code, system)])) == [False]


WORDS = [
    "ORIF L1",
    "Posterior instrumentation",
    "decompression",
    "Dorsale Instrumentierung",
    "Spondylodese",
    "ostéosynthèse",
    "vissage pédiculaire",
    "fijación transpedicular",
    "artrodesis",
    "stabilizzazione",
    "stabilizacja transpedikularna",
    "椎弓根螺钉内固定术",
    "後方固定術",
    "척추 고정술",
    "PT after ORIF",
    "X-ray after fusion",
    "see letter",
]


@pytest.mark.parametrize("words", WORDS)
def test_no_end_is_chosen_beside_an_order_in_words_that_were_not_understood(words):
    card = brace_card(named_service(words))
    assert chosen(card) == [False]
    assert words not in f"{card['summary']} {card['detail']}"
    assert chosen(brace_card(record=[done(words, None)])) == [False]


BESIDE = [
    pytest.param(service("80053", note=[{"text": "before fusion"}]), id="a note"),
    pytest.param(
        service("97110", reasonCode=[codeable(ICD, "S32.012A")]), id="a reason"
    ),
    pytest.param(
        service("72100", reasonCode=[{"text": "unstable"}]), id="a reason in words"
    ),
    pytest.param(
        service("72100", reasonCode=[codeable(ICD, "S22.060A")]), id="another level"
    ),
    pytest.param(
        service("97110", reasonReference=[{"reference": "Condition/none"}]),
        id="a reason that nobody sent",
    ),
    pytest.param(drafted("ServiceRequest", "beside"), id="no code at all"),
    pytest.param(
        drafted(
            "MedicationRequest",
            "beside",
            medicationCodeableConcept={"text": "Cefazolin"},
            reasonCode=[codeable(ICD, "M46.46")],
        ),
        id="a drug for an infection of the spine",
    ),
    pytest.param(
        drafted(
            "MedicationRequest",
            "beside",
            medicationCodeableConcept={"text": "Cefazolin"},
            note=[{"text": "before spondylodesis"}],
        ),
        id="a drug before another operation",
    ),
]


@pytest.mark.parametrize("draft", BESIDE)
def test_no_end_is_chosen_where_another_order_says_more(draft):
    card = brace_card(draft)
    assert chosen(card) == [False]
    assert "another of these orders" in card["detail"]


def test_of_two_braces_none_is_ended_where_one_was_not_read_whole():
    other = brace("second", code="L0625", note=[{"text": "spine fixed in May"}])
    assert not any(chosen(brace_card(other)))


# --- the augmentation itself


def titled(words):
    return {"code": codeable(CPT, "22514", words)}


SAYS_MORE = [
    pytest.param(titled("Kyphoplasty L1 + Dorsale Instrumentierung"), id="German"),
    pytest.param(titled("Kyphoplasty L1 with posterior fixation"), id="English"),
    pytest.param(titled("Cyphoplastie L1 et vissage"), id="French"),
    pytest.param(titled("Cifoplastia L1 y artrodesis"), id="Spanish"),
    pytest.param(titled("Cifoplastica L1 e stabilizzazione"), id="Italian"),
    pytest.param(titled("Kyfoplastyka L1 i stabilizacja"), id="Polish"),
    pytest.param(titled("L1 球囊扩张椎体后凸成形术 内固定"), id="Chinese"),
    pytest.param(titled("L1 BKP 後方固定術"), id="Japanese"),
    pytest.param(titled("Kyphoplasty L1 + biopsy L2"), id="a plus"),
    pytest.param(
        {
            "code": {
                "coding": [
                    {"system": CPT, "code": "22514"},
                    {"system": CPT, "code": "22842"},
                ]
            }
        },
        id="a second code",
    ),
    pytest.param({"reasonCode": [codeable(ICD, "S22.060A")]}, id="another level"),
    pytest.param({"reasonCode": [codeable(ICD, "S32.012D")]}, id="an unstable form"),
    pytest.param({"reasonCode": [codeable(ICD, "M80.08XG")]}, id="healing late"),
    pytest.param(
        {"reasonCode": [{"text": "fracture L1 and T8"}]}, id="another level in words"
    ),
    pytest.param({"reasonCode": [{"text": "niestabilny"}]}, id="a reason in Polish"),
    pytest.param(
        {"reasonReference": [{"reference": "Condition/9", "display": "fusion"}]},
        id="a reason by its display",
    ),
    pytest.param(
        {"reasonReference": [{"reference": "Condition/9"}]}, id="a reason not sent"
    ),
    pytest.param({"supportingInfo": [{"display": "Sepsis"}]}, id="supporting words"),
    pytest.param({"note": [{"text": "fracture T8"}]}, id="another level in a note"),
    pytest.param({"note": [{"text": "Fixateur interne"}]}, id="a note"),
    pytest.param({"orderDetail": [{"text": "rods"}]}, id="a detail"),
    pytest.param(
        {"extension": [{"url": "https://e.org/x", "valueString": "fusion"}]},
        id="an extension",
    ),
]


@pytest.mark.parametrize("members", SAYS_MORE)
def test_no_end_is_chosen_where_the_augmentation_says_more(members):
    assert chosen(brace_card(order={**kyphoplasty(), **members})) == [False]


def test_the_card_names_the_element_of_the_augmentation():
    card = brace_card(order={**kyphoplasty(), **titled("Kyphoplasty L1, zebra")})
    assert "the augmentation order (title)" in card["detail"]
    assert "zebra" not in f"{card['summary']} {card['detail']}"


# --- the brace

ON_THE_BRACE = [
    *(
        pytest.param(
            {
                **LONG,
                name: [{"reference": "DeviceRequest/9", "display": "LSO, fusion"}],
            },
            id=name,
        )
        for name in ("priorRequest", "supportingInfo")
    ),
    pytest.param(
        {**LONG, "reasonCode": [codeable(ICD, "M80.08XG")]}, id="healing late"
    ),
]


@pytest.mark.parametrize("members", ON_THE_BRACE)
def test_no_end_is_chosen_where_the_brace_says_more(members):
    assert chosen(brace_card(ends=members)) == [False]


# --- what leaves the spine alone

CALM = [
    *(
        pytest.param({"record": [entry(code)]}, id=code)
        for code in (
            *("I10", "E11.9", "M81.0", "M17.9", "H25.9", "N18.30", "J44.9", "F03.90"),
            *("M54.50", "M48.061", "M51.36", "R29.6", "Z91.81"),
            *("M80.08XA", "S32.010A", "Z96.651", "Z79.01", "K57.30"),
        )
    ),
    pytest.param({"record": [entry("M80.08XD", days=500)]}, id="an old fracture"),
    pytest.param(
        {"record": [entry("M96.0", status="resolved", days=900)]}, id="long over"
    ),
    pytest.param({"record": [entry("M17.9", GM)]}, id="German knee"),
    pytest.param({"record": [entry("401.9", ICD9)]}, id="ICD-9"),
    pytest.param({"record": [in_words("Bluthochdruck")]}, id="a name in German"),
    pytest.param({"record": [in_words("高血圧症")]}, id="a name in Japanese"),
    pytest.param({"record": [done("66984")]}, id="a cataract"),
    pytest.param({"record": [done("27447")]}, id="a new knee"),
    pytest.param({"record": [done("22842", days=900)]}, id="long ago"),
    pytest.param({"record": [done("Colonoscopy", None)]}, id="a procedure in words"),
    pytest.param(
        {"order": {**kyphoplasty(), **titled("Balloon kyphoplasty L1, percutaneous")}},
        id="a plain title",
    ),
    pytest.param(
        {"order": {**kyphoplasty(), **titled("Ballonkyphoplastie LWK 1")}},
        id="a plain title in German",
    ),
    pytest.param(
        {
            "order": kyphoplasty(
                reasonCode=[codeable(ICD, "S32.010A", "Compression fracture of L1")]
            )
        },
        id="its fracture as reason",
    ),
    pytest.param(
        {"order": kyphoplasty(reasonCode=[codeable(ICD, "M80.08XA")])},
        id="osteoporosis as reason",
    ),
]


@pytest.mark.parametrize("chart", CALM)
def test_what_leaves_the_spine_alone_leaves_the_end_chosen(chart):
    assert chosen(brace_card(**chart)) == [True]


CALM_ORDERS = [
    *(
        pytest.param(named_service(words), id=words)
        for words in (
            *("CBC", "X-ray lumbar spine", "PT eval and treat", "Regular diet"),
            *("Blutbild", "Röntgen LWS", "Kinésithérapie", "Hemograma", "Emocromo"),
            *("Morfologia krwi", "血常规", "血液検査", "혈액 검사", "Bed rest 4 h"),
        )
    ),
    pytest.param(service("80053"), id="chemistry"),
    pytest.param(service("72100"), id="X-ray by code"),
    pytest.param(service("97110"), id="therapy by code"),
    pytest.param(service("718-7", LOINC), id="LOINC"),
    pytest.param(service("rehabilitation", ORDERS), id="our own code"),
    pytest.param(
        service("72100", reasonCode=[codeable(ICD, "M80.08XA")]), id="a plain reason"
    ),
    pytest.param(
        drafted(
            "MedicationRequest",
            "beside",
            medicationCodeableConcept={"text": "Paracetamol 1 g"},
        ),
        id="a drug",
    ),
    pytest.param(
        drafted(
            "DeviceRequest", "beside", codeCodeableConcept=codeable(HCPCS, "E0143")
        ),
        id="a walker",
    ),
]


@pytest.mark.parametrize("draft", CALM_ORDERS)
def test_an_order_of_another_kind_leaves_the_end_chosen(draft):
    assert chosen(brace_card(draft)) == [True]


def test_a_brace_alone_after_the_operation_is_judged_by_the_same_rule():
    op = of_patient(
        "Procedure",
        "op",
        status="completed",
        code=codeable(CPT, "22514"),
        performedDateTime=days_ago(10),
    )
    whole = (*strong_and_nourished(), op)

    def alone(*record):
        cards = ask_cards(order_sign((*whole, *record), brace(**LONG)))
        return chosen(by_topic(cards)["braceLimit"])

    assert alone() == [True]
    assert alone(entry("M45.9")) == [False]

"""Notes and titles of orders in nine languages, read as a careful person reads them.

What a case expects was written, with its source, before it was run.
"""

from datetime import date

import pytest

from cds_service.fhir.orders.operations.augmentation import find_augmentation_order
from cds_service.fhir.orders.support.signed_support import find_draft_support_orders
from tests.gathered_records import each, with_misses
from tests.order_builders import bundle, order, signing, terminology, worded

MONTH = 30.4


def end_of(text: str) -> date | float | None:
    """The last day or the days that a note says of a brace; None: neither clearly."""
    draft = order(
        None,
        kind="DeviceRequest",
        codeCodeableConcept={"text": "TLSO brace"},
        note=[{"text": text}],
    )
    found = find_draft_support_orders(signing(bundle(draft)), terminology())
    worded_end = found[0].worded
    if worded_end.kind != "end":
        return None
    return worded_end.day or (worded_end.hours and worded_end.hours / 24)


LENGTHS = [
    *each(
        "lengths-English",
        "droracle.ai 351861 (TLSO for 6-8 weeks); cards of the specification "
        "(LSO x 3 months when ambulating); discharge instructions of MTSamples",
        {
            "Wear 6-8 wks": 56,
            "On when OOB x 12 wks": 84,
            "Brace when up, 6 wks then wean": 42,
            "To be worn for three months": 3 * MONTH,
            "Continue till 15 Jan 2027": date(2027, 1, 15),
            "Recheck fit in 2 weeks": None,
            "2 hours on, 1 hour off": None,
        },
    ),
    *each(
        "lengths-German",
        "feeddi.com (Orthese: 6 bis 12 Wochen, etwa 6 bis 8 Wochen)",
        {
            "6 bis 12 Wochen tragen": 84,
            "Orthese für ca. 8 Wochen": 56,
            "Tragedauer 12 Wo.": 84,
            "bis 15.1.": date(2027, 1, 15),
            "Rö-Kontrolle nach 3, 6 und 12 Wochen": None,
            "Bei Mobilisation, Kontrolle in 6 Wochen": None,
        },
    ),
    *each(
        "lengths-French",
        "orthopediedumarais.fr, dr-brunopouit.fr (port du corset, consultation à 6 "
        "semaines), Ortho-Rhumato 2012;10:80 (pendant six mois)",
        {
            "Port pendant 3 mois": 3 * MONTH,
            "À porter jour et nuit 6 semaines": 42,
            "Port du corset pendant six mois": 6 * MONTH,
            "Contrôle radio à 6 semaines": None,
            "Douleur depuis 3 semaines": None,
        },
    ),
    *each(
        "lengths-Spanish",
        "recot.2024.10.008 (ortesis tras fractura por compresión); jodrugs.com",
        {
            "Llevar durante 3 meses": 3 * MONTH,
            "Uso 8 semanas en bipedestación": 56,
            "Revisión en 6 semanas": None,
        },
    ),
    *each(
        "lengths-Dutch",
        "diakonessenhuis.nl (zes tot twaalf weken); haaglandenmc.nl (twaalf weken)",
        {
            "Korset zes tot twaalf weken dragen": 84,
            "Gedurende 12 weken dragen": 84,
            "Dragen voor 3 maanden": 3 * MONTH,
            "Controle over 6 weken": None,
            "Pijn sinds 3 weken": None,
        },
    ),
    *each(
        "lengths-Polish",
        "wavelo.pl (życie w gorsecie); icodalej.pl (gorset Jewetta)",
        {
            "Nosić przez 6 tygodni": 42,
            "Gorset przez 3 miesiące": 3 * MONTH,
            "Kontrola za 6 tygodni": None,
            "Ból od 3 tygodni": None,
        },
    ),
    *each(
        "lengths-Italian",
        "medicitalia.it consulti 299542 (per due mesi), 286087 (c35 per 6 settimane), "
        "ok-salute.it 331321 (per 3 mesi)",
        {
            "Busto C35 per 6 settimane": 42,
            "Portare per due mesi": 2 * MONTH,
            "Controllo Rx dopo un mese": None,
            "Dolore da 2 settimane": None,
        },
    ),
    *each(
        "lengths-Chinese",
        "bohe.cn 106589504 (佩戴时间约3个月), 98m2kcciko88yzu (2-3个月, 3-6个月)",
        {
            "佩戴支具2-3个月": 3 * MONTH,
            "佩戴时间约3个月": 3 * MONTH,
            "起床后佩戴硬质支具三月": 3 * MONTH,
            "1个月后门诊复查": None,
        },
    ),
    *each(
        "lengths-Japanese",
        "omuroseikei.com (着用期間の目安は約2〜3か月); kossetsu.net (最低でも3ヵ月)",
        {
            "着用期間は約2〜3か月": 3 * MONTH,
            "12週間装着してください": 84,
            "1か月後に再診": None,
        },
    ),
]


MISSES = {
    "-起床后佩戴硬质支具三月": "safe: it may mean March as well as three months",
}


@pytest.mark.parametrize(("text", "expected", "why"), with_misses(LENGTHS, MISSES))
def test_how_long_a_brace_is_worn(text, expected, why):
    found = end_of(text)
    if isinstance(expected, float | int):
        assert found == pytest.approx(expected, rel=0.02), why
    else:
        assert found == expected, why


def operation_of(text: str) -> str:
    """The operation that is ordered, `none` if there is none."""
    found = find_augmentation_order(signing(bundle(worded(text))), terminology())
    return "none" if found is None else found.procedure or "open"


TITLES = [
    *each(
        "titles-another orderable stands first",
        "preoperative order sets: abcdocz.com 653318 (Upper Chesapeake), ohsu.edu pre "
        "and post procedure orders, studylib.net 5852334; pittnsgy.myxwiki.org (C-arm)",
        dict.fromkeys(
            (
                "NPO after midnight, kyphoplasty 11/21",
                "Anesthesia consult - kyphoplasty T12",
                "C-arm in OR for kyphoplasty",
                "CHG bath night before kyphoplasty",
                "PT/OT eval POD0 after kyphoplasty",
                "Ondansetron 4 mg IV PRN (kyphoplasty recovery)",
                "MRI T/L spine w/o contrast pre kyphoplasty",
                "Nüchtern ab 0 Uhr, Kyphoplastie LWK 1",
                "Anästhesie-Konsil vor Kyphoplastie",
                "Bilan préopératoire, cyphoplastie L1",
                "Consulta preanestésica, cifoplastia L2",
                "术前禁食 椎体成形术",
                "心电图检查 (椎体成形术前)",
            ),
            "none",
        ),
    ),
    *each(
        "titles-the operation with how it is done",
        "JNS and IJSSurgery 15:353 (balloon kyphoplasty with biopsy); PMC3395994",
        {
            "Percutaneous kyphoplasty T12, C-arm, local + MAC": "PKP",
            "Kyphoplastie BWK 12 in ITN": "PKP",
            "Cyphoplastie L2 sous AG": "PKP",
            "L1椎体PKP术, 局麻": "PKP",
            "OR: T12 kyphoplasty w/ bone bx": "PKP",
        },
    ),
]


@pytest.mark.parametrize(("text", "expected", "why"), TITLES)
def test_which_orderable_stands_first(text, expected, why):
    assert operation_of(text) == expected, why


NOTES = [
    *each(
        "levels-in notes",
        "radiology wording of radiopaedia.org vertebral fracture cases; "
        "medicitalia.it 299542 (amielica D12); bohe.cn (腰椎); PMC2899985",
        {
            "Please do L2 & L3": ["L2", "L3"],
            "Fx at T12 per MRI 11/14": ["T12"],
            "L1 acute, L4 old": ["L1"],
            "BWK 12 frisch, LWK 3 alt": ["T12"],
            "Frattura amielica D12": ["T12"],
            "Tassement récent de L1": ["L1"],
            "腰2椎体压缩骨折": ["L2"],
            "Złamanie trzonu Th12": ["T12"],
            "Prior kypho L2 in 2019": [],
            "L4-5 stenosis, unchanged": [],
            "Known spondylolisthesis L5/S1": [],
            "Transport from room L3": [],
        },
    ),
]


@pytest.mark.parametrize(("text", "expected", "why"), NOTES)
def test_the_levels_of_a_note(text, expected, why):
    draft = worded("Kyphoplasty", note=[{"text": text}])
    found = find_augmentation_order(signing(bundle(draft)), terminology())
    assert found is not None
    assert list(found.levels.names) == expected, why

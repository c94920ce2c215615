"""Orders as wards write them in eight languages, each with its source, read as a careful person reads them.

What a case expects was written before it was run.
"""

from typing import Any

import pytest

from cds_service.fhir.orders.operations.augmentation import find_augmentation_order
from cds_service.fhir.orders.support.signed_support import find_draft_support_orders
from tests.gathered_records import each, with_misses
from tests.order_builders import bundle, order, signing, terminology, worded

WEEKS = 7


def brace_days(text: str) -> float | None:
    """The days after which the brace ends, by its note; None if none are said."""
    draft = order(
        None,
        kind="DeviceRequest",
        codeCodeableConcept={"text": "TLSO"},
        note=[{"text": text}],
    )
    (brace,) = find_draft_support_orders(signing(bundle(draft)), terminology())
    worded_end = brace.worded
    is_end = worded_end.kind == "end" and not worded_end.is_least
    hours = worded_end.hours if is_end else None
    return None if hours is None else hours / 24


LENGTHS = [
    *each(
        "one length and no frequency is the length",
        "discharge letters and orthotist's orders (en, de, fr, es, it, nl, pl, pt)",
        {
            "8 weeks, then reassess with X-ray": 8 * WEEKS,
            "TLSO while ambulating, 6 weeks": 6 * WEEKS,
            "ok to remove in bed, sitting or bathing; 6 weeks": 6 * WEEKS,
            "Tragedauer 6 Wochen": 6 * WEEKS,
            "für 8 Wochen bei Mobilisation": 8 * WEEKS,
            "6 Wo. postoperativ": 6 * WEEKS,
            "port 6 semaines": 6 * WEEKS,
            "durante 8 semanas": 8 * WEEKS,
            "per 6 settimane, in ortostatismo": 6 * WEEKS,
            "gedurende 6 weken": 6 * WEEKS,
            "przez 6 tygodni": 6 * WEEKS,
            "por 6 semanas": 6 * WEEKS,
        },
    ),
    *each(
        "one length in Chinese and Japanese",
        "出院医嘱, 退院時指示: 支具 and コルセット",
        {
            "佩戴支具6周": 6 * WEEKS,
            "腰围固定8周": 8 * WEEKS,
            "下床时佩戴,共6周": 6 * WEEKS,
            "术后佩戴6周": 6 * WEEKS,
            "8週間装着": 8 * WEEKS,
            "離床時装着 6週間": 6 * WEEKS,
            "コルセット6週間": 6 * WEEKS,
        },
    ),
    *each(
        "a length that is not that of the wear",
        "the same letters: appointments, history, habits, others",
        dict.fromkeys(
            (
                "X-ray control after 6 weeks",
                "Wiedervorstellung nach 6 Wochen",
                "Radio de contrôle à 6 semaines",
                "Revisión en 6 semanas",
                "Controllo radiografico a 6 settimane",
                "Kontrola za 6 tygodni",
                "6週後再診",
                "术后6周门诊复查",
                "L1 fracture 6 weeks old",
                "Schmerzen seit 6 Wochen",
                "douleurs depuis 6 semaines",
                "dolor de 6 semanas de evolución",
                "受傷後6週",
                "Do not wear longer than needed; physiotherapy 6 weeks",
                "KG 6 Wochen",
                "remove 2 hours daily",
                "check skin every 2 weeks",
                "not before 2 weeks",
                "max. 2 Std. am Stück",
                "ab 2 Wochen postoperativ abtrainieren",
                "longer than 6 weeks",
            )
        ),
    ),
    *each(
        "a longest length is the length, and what is taken off for is none",
        "the same letters, a second time",
        {
            "TLSO 6 weeks, no more than that": 6 * WEEKS,
            "no longer than 6 weeks": 6 * WEEKS,
            "nicht länger als 6 Wochen": 6 * WEEKS,
            "pas plus de 6 semaines": 6 * WEEKS,
            "no más de 6 semanas": 6 * WEEKS,
            "non più di 6 settimane": 6 * WEEKS,
            "niet langer dan 6 weken": 6 * WEEKS,
            "über 6 Wochen tragen": 6 * WEEKS,
            "remove for bathing; 6 weeks": 6 * WEEKS,
            "may be removed for showering, 8 weeks": 8 * WEEKS,
            "Nachts ablegen, 6 Wochen": 6 * WEEKS,
            "3 mois": 91.3125,
            "12周": 12 * WEEKS,
            "3ヶ月": 91.3125,
        },
    ),
    *each(
        "the only length stands beside words of something else, or is a shortest one",
        "the same letters, a second time: what is not plain is not the brace's",
        dict.fromkeys(
            (
                "longer than 3 months if painful",
                "länger als 6 Wochen",
                "plus de 6 semaines",
                "oltre 6 settimane",
                "langer dan 6 weken",
                "dłużej niż 6 tygodni",
                "超过6周",
                "6週以上",
                "Ergotherapie 6 Wochen",
                "10 séances de rééducation sur 5 semaines",
                "FKT per 4 settimane",
                "fizjoterapia przez 4 tygodnie",
                "4周后康复锻炼",
                "康复训练4周",
                "リハビリ4週間",
                "massage 6 weeks",
                "Lymphdrainage 6 Wochen",
                "Einlagen 6 Monate",
                "gait training 4 weeks",
                "home health nursing 4 weeks",
                "hold aspirin 2 weeks",
                "calcitonin 4 weeks",
                "Ibuprofen 2 Wochen",
                "off work 6 weeks",
                "arbeitsunfähig 6 Wochen",
                "no driving for 6 weeks",
                "Sportverbot 6 Wochen",
                "arrêt de travail 6 semaines",
                "baja laboral 6 semanas",
                "no lifting 6 weeks",
                "休养6周",
                "卧床2周",
            )
        ),
    ),
]


@pytest.mark.parametrize(("text", "days", "why"), LENGTHS)
def test_how_long_a_brace_is_worn(text, days, why):
    found = brace_days(text)
    assert found == (None if days is None else pytest.approx(days)), why


def operation_of(text: str) -> str:
    """The operation that is ordered, `none` if there is none."""
    found = find_augmentation_order(signing(bundle(worded(text))), terminology())
    return "none" if found is None else found.procedure or "open"


TITLES = [
    *each(
        "another orderable stands first",
        "perioperative order sets: the operation is the occasion",
        dict.fromkeys(
            (
                "Cefazolin 2 g IV once, on call to OR (kyphoplasty)",
                "Ancef on call for kyphoplasty",
                "Fluoroscopy, C-arm - kyphoplasty L1",
                "NPO after midnight (kyphoplasty 7:30)",
                "Consent for kyphoplasty",
                "Anesthesia consult, kyphoplasty",
                "SCDs intraop; kyphoplasty",
                "Transport to OR for kyphoplasty",
                "Hold apixaban 48 h before kyphoplasty",
                "CT guidance for vertebroplasty planning",
                "Surgical pathology: vertebral biopsy at kyphoplasty",
                "Prämedikation Kyphoplastie",
                "Aufklärung Kyphoplastie BWK 12",
                "Röntgen LWS nach Kyphoplastie",
                "Consultation d'anesthésie avant cyphoplastie",
                "Radiografía de control tras vertebroplastia",
                "Consenso informato vertebroplastica",
                "头孢唑林 2g 术前 (椎体后凸成形术)",
                "椎体后凸成形术前备皮",
                "BKP術前検査",
            ),
            "none",
        ),
    ),
    *each(
        "the operation stands first or is what is asked for",
        "operation lists and case requests",
        {
            "Kyphoplasty L1, biportal, under GA": "PKP",
            "IR kyphoplasty T12 w/ moderate sedation": "PKP",
            "Kyphoplastie LWK 1": "PKP",
            "Ballonkyphoplastie BWK 12, ITN": "PKP",
            "Cyphoplastie par ballonnet L2": "PKP",
            "Cifoplastia con balón L1": "PKP",
            "Vertebroplastica percutanea D12": "PVP",
            "Vertebroplastie Th12": "PVP",
            "经皮椎体后凸成形术 L1": "PKP",
            "経皮的椎体形成術 (BKP) L1": "PKP",
        },
    ),
    *each(
        "Polish names and cases",
        "klinika-nieborowice.pl, geomedical.pl; ICD-9-PL 81.65 and 81.66",
        {
            "Wertebroplastyka L1": "PVP",
            "Przezskórna wertebroplastyka Th12": "PVP",
            "Wertebroplastyka kręgu L2": "PVP",
            "Zabieg wertebroplastyki L1": "PVP",
            "Kyfoplastyka balonowa L1": "PKP",
            "Przezskórna kyfoplastyka Th12": "PKP",
            "RTG kręgosłupa po wertebroplastyce": "none",
            "Stan po wertebroplastyce L1 - kontrola": "none",
            "Konsultacja anestezjologiczna przed wertebroplastyką": "none",
            "Zgoda na wertebroplastykę": "none",
        },
    ),
]


MISSES = {"(BKP) L1": "a name in brackets may be another operation: open"}


@pytest.mark.parametrize(("text", "expected", "why"), with_misses(TITLES, MISSES))
def test_which_operation_is_ordered(text, expected, why):
    assert operation_of(text) == expected, why


NOTES = [
    *each(
        "a note names the level where nothing else does",
        "case requests with the level in the comment",
        {
            "Target: L2": ["L2"],
            "at T11 and T12": ["T11", "T12"],
            "LWK 2": ["L2"],
            "BWK12": ["T12"],
            "Th12": ["T12"],
            "D12": ["T12"],
            "vertèbre L3": ["L3"],
            "L1椎体": ["L1"],
            "腰1椎体": ["L1"],
            "胸12椎体压缩骨折": ["T12"],
            "第1腰椎": ["L1"],
            "trzon L1": ["L1"],
            "L-1": ["L1"],
        },
    ),
    *each(
        "a level of another matter is none",
        "the same comments: history, hardware, plans, places",
        {
            "St. p. Spondylodese L4/5": [],
            "old fracture T8, do not treat": [],
            "Room L2, call 4411": [],
            "Blood group A, Hb 12, L 1.2": [],
            "conus at L1": [],
            "biopsy of L3 was negative in 2019": [],
            "not T12": [],
            "entweder L1 oder L2, nach MRT": [],
            "previous kyphoplasty L4 2023": [],
            "radiculopathy L5": [],
        },
    ),
    *each(
        "levels and other matters beside them",
        "the same comments, a second time",
        {
            "Target level T12": ["T12"],
            "vertebra T8": ["T8"],
            "Wirbel L2": ["L2"],
            "kręg Th11": ["T11"],
            "trzony L1 i L2": ["L1", "L2"],
            "niveau D12": ["T12"],
            "at L1": ["L1"],
            "第12胸椎": ["T12"],
            "腰2椎体": ["L2"],
            "Target pain L5 root": [],
            "at risk L1": [],
            "vertebra plana T8 2015": [],
            "hemangioma L3": [],
            "第4腰椎すべり": [],
            "L4/5 stenosis": [],
            "Wirbel unklar, L1 oder L2": [],
            "screws L3-5": [],
            "nerve block L2": [],
            "ESI L4": [],
            "Schmerz Höhe L3": [],
            "L1 (not L2)": ["L1"],
            "T12 healed, L1 acute fracture": ["L1"],
            "kypho L1; L3 done 2020": ["L1"],
        },
    ),
]


DENIED = {"L1 (not L2)": "a level in brackets leaves that before it unclear"}


@pytest.mark.parametrize(("text", "expected", "why"), with_misses(NOTES, DENIED))
def test_the_levels_that_a_note_names(text, expected, why):
    draft: dict[str, Any] = worded("Kyphoplasty", note=[{"text": text}])
    found = find_augmentation_order(signing(bundle(draft)), terminology())
    assert found is not None
    assert list(found.levels.names) == expected, why

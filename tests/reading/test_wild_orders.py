"""Wild titles and notes of orders, read as a careful person reads them.

What a case expects was written before it was run.
"""

from typing import Any

import pytest

from cds_service.fhir.orders.operations.augmentation import find_augmentation_order
from cds_service.fhir.orders.support.signed_support import find_draft_support_orders
from tests.gathered_records import each
from tests.order_builders import bundle, order, signing, terminology, worded


def brace_length(text: str, subject: str = "TLSO brace") -> tuple[str, float | None]:
    """What the words of a brace order's note say of its end, with its days."""
    draft = order(
        None,
        kind="DeviceRequest",
        codeCodeableConcept={"text": subject},
        note=[{"text": text}],
    )
    found = find_draft_support_orders(signing(bundle(draft)), terminology())
    worded_end = found[0].worded
    return worded_end.kind, worded_end.hours and worded_end.hours / 24


LENGTHS = [
    *each(
        "exactly one length and no frequency is the length",
        "notes of brace orders in six languages",
        {
            "6 weeks": 42,
            "Our protocol: 6 weeks": 42,
            "6 wks, weight bearing as tolerated": 42,
            "Versorgung durch Sanitätshaus, 6 Wochen": 42,
            "À visée antalgique, 6 semaines": 42,
            "Para deambular, 6 semanas": 42,
            "支具固定6周": 42,
            "佩戴6周": 42,
            "腰围保护,六周": 42,
            "硬性コルセット 6週間": 42,
            "6週間": 42,
            "コルセット装着を6週間続ける": 42,
            "疼痛時のみ装着 6週間": 42,
        },
    ),
    *each(
        "a frequency, a check, a delay or an age is none",
        "the same",
        {
            "Check skin every 2 weeks": None,
            "X-ray at 6 weeks": None,
            "Review in clinic in 6 weeks": None,
            "毎2週間 皮膚確認": None,
            "每2周复查": None,
            "6周后复查": None,
            "2 h daily": None,
            "Fracture 3 weeks ago": None,
            "Pain 3 weeks": None,
            "Onset 2 weeks": None,
            "Immobilised 3 weeks already": None,
            "疼痛3周": None,
            "腰痛3ヶ月": None,
        },
    ),
]


@pytest.mark.parametrize(("text", "days", "why"), LENGTHS)
def test_the_only_length_of_a_brace(text, days, why):
    says, found = brace_length(text)
    assert (found if says == "end" else None) == (
        None if days is None else pytest.approx(days)
    ), why


def operation_of(*drafts: dict[str, Any]) -> str:
    """The operation that is ordered, `none` if there is none."""
    found = find_augmentation_order(signing(bundle(*drafts)), terminology())
    return "none" if found is None else found.procedure or "open"


TITLES = [
    *each(
        "another orderable that stands first is the order",
        "order catalogues: the operation is its occasion",
        dict.fromkeys(
            (
                "Cefazolin 2 g IV on call to OR (kyphoplasty)",
                "Ancef 2 g IV x1 (kyphoplasty L1)",
                "Vancomycin 1 g IV - kyphoplasty",
                "Midazolam 2 mg IV (kyphoplasty)",
                "Lidocaine 1% local, kyphoplasty L1",
                "Cefazolin 2 g i.v. (Kyphoplastie)",
                "Type and screen, kyphoplasty L1",
                "CBC, kyphoplasty L1",
                "PT/INR, kyphoplasty",
                "Hemoglobin A1c (kyphoplasty)",
                "Foley catheter (kyphoplasty)",
                "SCDs, kyphoplasty L1",
                "Blutbild, Kyphoplastie LWK 1",
                "Urine culture - kyphoplasty",
                "头孢唑林 2 g 静滴 (椎体后凸成形术)",
                "头孢唑林 2 g 椎体后凸成形术",
                "Clindamycin 900 mg IVPB kyphoplasty L2",
                "Midazolam 2 mg kyphoplasty",
            ),
            "none",
        ),
    ),
    *each(
        "what follows the operation is how it is done",
        "the same catalogues",
        {
            "Kyphoplasty L1, cefazolin 2 g on call to OR": "PKP",
            "Kyphoplasty L1 (type and screen sent)": "PKP",
            "Kyphoplasty with local lidocaine": "PKP",
            "IR: kyphoplasty L1": "PKP",
            "OR booking: kyphoplasty T12": "PKP",
        },
    ),
    *each(
        "whatever stands first is the order: held drugs, admission, images, nursing",
        "the same catalogues",
        dict.fromkeys(
            (
                "Heparin hold (kyphoplasty L2)",
                "Hold aspirin 81 mg, kyphoplasty L1",
                "Hold apixaban - kyphoplasty tomorrow",
                "Fluoroscopy kyphoplasty",
                "Bone scan (kyphoplasty)",
                "Bone density kyphoplasty",
                "Admit for kyphoplasty",
                "Admit for kyphoplasty L1",
                "Type and screen kyphoplasty",
                "PT/INR kyphoplasty",
                "Foley kyphoplasty",
                "Neuro checks kyphoplasty",
                "Bed rest kyphoplasty",
                "Referral to spine surgery kyphoplasty",
                "Anesthesia kyphoplasty",
                "Marcumar pausieren Kyphoplastie",
                "Stationäre Aufnahme zur Kyphoplastie LWK 1",
                "Szintigraphie Kyphoplastie",
                "Arrêt anticoagulant (cyphoplastie)",
                "Hospitalisation pour cyphoplastie",
                "Gammagrafía ósea (cifoplastia)",
                "Ingreso para cifoplastia",
                "Ricovero per cifoplastica",
                "Opname kyfoplastiek",
                "Przyjęcie do kifoplastyki",
                "骨シンチ(椎体形成術)",
                "骨扫描 (椎体后凸成形术)",
            ),
            "none",
        ),
    ),
    *each(
        "what stands first and is no order of its own",
        "the same catalogues",
        {
            "Fluoroscopy guided kyphoplasty L1": "PKP",
            "Referral to IR for kyphoplasty": "PKP",
            "Anesthesia: general. Kyphoplasty L1": "PKP",
            "Marcumar pausiert, Kyphoplastie LWK 1": "PKP",
            "Ambulatory kyphoplasty T8": "PKP",
            "Kyphoplasty L1, hold Eliquis": "PKP",
        },
    ),
    *each(
        "Polish names",
        "Polish hospitals' lists: wertebroplastyka, kyfoplastyka, cyfoplastyka",
        {
            "Wertebroplastyka przezskórna L1": "PVP",
            "Wertebroplastyka Th12": "PVP",
            "Przezskórna wertebroplastyka kręgu L2": "PVP",
            "Kyfoplastyka balonowa L1": "PKP",
            "Kifoplastyka L1": "PKP",
            "Cyfoplastyka Th12": "PKP",
            "Kontrola po wertebroplastyce": "none",
            "Stan po wertebroplastyce L1": "none",
        },
    ),
]


@pytest.mark.parametrize(("text", "expected", "why"), TITLES)
def test_which_order_stands_first(text, expected, why):
    assert operation_of(worded(text)) == expected, why


NOTES = [
    *each(
        "a note names the level where nothing else does",
        "notes of orders; old hardware and pain are no levels",
        {
            "L1": ["L1"],
            "Level: T12": ["T12"],
            "Level L1, please": ["L1"],
            "Plan L1 + L2": ["L1", "L2"],
            "Compression deformity of L2": ["L2"],
            "L1 VCF": ["L1"],
            "Höhe: LWK 1": ["L1"],
            "Niveau L2": ["L2"],
            "T12椎体": ["T12"],
            "Wedge deformity T11": ["T11"],
            "Old fusion L4-5": [],
            "Pain radiates from L4": [],
            "Bed 4, ward L2": [],
            "Not L3": [],
            "MRI 2019 showed L3 fracture": [],
        },
    ),
]


@pytest.mark.parametrize(("text", "expected", "why"), NOTES)
def test_levels_in_notes(text, expected, why):
    draft = worded("Kyphoplasty", note=[{"text": text}])
    found = find_augmentation_order(signing(bundle(draft)), terminology())
    assert found is not None
    assert list(found.levels.names) == expected, why


@pytest.mark.parametrize(
    "title",
    [
        "Lumbalgurt für 4 Wochen",
        "LWS-Bandage, 4 Wochen",
        "Lombostat pendant 4 semaines",
        "Gaine lombaire pendant 4 semaines",
        "Bustino lombare per 4 settimane",
        "Lumbostato durante 4 semanas",
        "Rugbrace gedurende 4 weken",
        "Lendenband gedurende 4 weken",
        "Pas lędźwiowy przez 4 tygodnie",
        "Elastic lumbar binder for 4 weeks",
    ],
)
def test_a_length_next_to_an_everyday_name_of_a_brace_is_its_own(title):
    assert brace_length("", subject=title)[1] == 28


def test_a_dressing_gives_a_brace_no_length():
    assert brace_length("drukverband 2 dagen", subject="Korset")[1] is None

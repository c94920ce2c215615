"""Treated levels: whom we believe, and what words mean."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cds_service.fhir.mapping.levels.level_names import LEVELS
from cds_service.fhir.orders.operations.augmentation import find_augmentation_order
from tests.codes import ICD, codeable
from tests.order_builders import bundle, cpt, order, signing, terminology


def find(*resources):
    return find_augmentation_order(signing(bundle(*resources)), terminology())


@pytest.mark.parametrize(
    ("code", "levels", "junction"),
    [
        ("S32.010A", ["L1"], True),
        ("S32.020A", ["L2"], True),
        ("S32.030A", ["L3"], False),
        ("S32.050A", ["L5"], False),
        ("S22.080A", [], True),
        ("S22.070A", [], None),
        ("S22.050A", [], False),
        ("S22.010B", ["T1"], False),
        ("M48.55XA", [], True),
        ("M48.54XA", [], None),
        ("M80.08XA", [], None),
        ("S32.000A", [], None),
        # without the dot, as some sets store it
        ("S32010A", ["L1"], True),
    ],
)
def test_icd_10_cm_says_what_the_terminology_page_says(code, levels, junction):
    found = find(cpt("22514", reasonCode=[codeable(ICD, code)]))
    assert (list(found.levels.names), found.levels.is_at_junction) == (levels, junction)


@pytest.mark.parametrize(
    ("members", "levels"),
    [
        pytest.param(
            {"reasonCode": [{"text": "Compression fracture of L2"}]},
            ("L2",),
            id="the only place",
        ),
        pytest.param(
            {"reasonCode": [{"text": "Old fracture of L2"}]}, (), id="an old fracture"
        ),
        pytest.param(
            {"reasonCode": [{"text": "Fracture L2, status post kyphoplasty T12"}]},
            ("L2",),
            id="one treated before",
        ),
        pytest.param(
            {"reasonCode": [codeable(ICD, "S32.010A", "Fracture of L2")]},
            ("L1",),
            id="its code says another",
        ),
        pytest.param(
            {
                "reasonCode": [{"text": "Fracture of L2"}],
                "orderDetail": [{"text": "at L1"}],
            },
            ("L1",),
            id="its words do",
        ),
    ],
)
def test_a_reason_in_words_is_read_last(members, levels):
    assert find(cpt("22514", **members)).levels.names == levels


@pytest.mark.parametrize(
    ("orders", "count"),
    [
        ([cpt("22514")], 1),
        ([cpt("22514"), cpt("22514", number=2)], 1),
        ([cpt("22514"), cpt("22515", number=2)], 2),
        ([cpt("22511"), cpt("22512", number=2, quantityQuantity={"value": 2})], 3),
        ([cpt("22513"), cpt("22515", number=2, quantityQuantity={"value": "many"})], 2),
        ([cpt("22513"), cpt("22515", number=2, quantityQuantity={"value": -4})], 2),
        ([order({"text": "Kyphoplasty"})], None),
        ([order({"text": "Kyphoplasty T12-L1"})], 2),
    ],
)
def test_levels_are_counted_by_sites_and_additional_codes_not_by_order_lines(
    orders, count
):
    assert find(*orders).levels.count == count


@pytest.mark.parametrize(
    ("words", "levels"),
    [
        ("Kyphoplasty L1", ["L1"]),
        ("T12-L1", ["T12", "L1"]),
        ("T11–L1", ["T11", "T12", "L1"]),
        ("T11 to L1", ["T11", "T12", "L1"]),
        ("T11 to 12", ["T11", "T12"]),
        ("T12-L1 to 2", ["T12", "L1", "L2"]),
        ("T9/10/11", ["T9", "T10", "T11"]),
        ("T9,10,11", ["T9", "T10", "T11"]),
        ("T10-11-12", ["T10", "T11", "T12"]),
        ("L1, 3-5", ["L1", "L3", "L4", "L5"]),
        ("L1,2-3 for fracture", ["L1", "L2", "L3"]),
        ("L1, 3-5 days", ["L1"]),
        # a day, or levels
        ("T9/10/26", []),
        ("L1,11/20/2026", ["L1"]),
        ("T9-10/11", []),
        # L1, not T1
        ("T11/12/1", []),
        # L2 and L3, or a day
        ("T12/2/3", []),
        ("T12, 2-3", []),
        # S1, not L1
        ("L4/5/1", []),
        # both may be old
        ("old T12, L1", []),
        ("L1 - 3, L5", ["L1", "L2", "L3", "L5"]),
        ("L1 to 2 weeks", ["L1"]),
        ("L1/L2", ["L1", "L2"]),
        ("L1/2", ["L1", "L2"]),
        ("L1-3", ["L1", "L2", "L3"]),
        ("L1-T12", ["T12", "L1"]),
        ("Th12/L1", ["T12", "L1"]),
        ("D11", ["T11"]),
        ("T-12", ["T12"]),
        ("BWK 12, LWK 1", ["T12", "L1"]),
        ("L2, L4 and L5.", ["L2", "L4", "L5"]),
        ("L5/S1", ["L5"]),
        ("胸12椎体", ["T12"]),
        ("十二胸椎椎体成形术", ["T12"]),
        ("十一、十二胸椎", ["T11", "T12"]),
        ("胸十二椎体、腰一椎体PKP", ["T12", "L1"]),
        ("一腰椎", []),
        ("胸腰一椎体", []),
        ("腰一直痛", []),
        ("腰一、二椎体", []),
        ("L1 - 11/20/2026", ["L1"]),
        ("old fracture L3; treat L1", ["L1"]),
        ("No fracture at L3. Treat L1.", ["L1"]),
        ("TLSO L0456", []),
        ("T-score -2.5", []),
        ("T -2.8", []),
        ("DXA L1-L4", []),
        ("vitamin D3, vit. D 2", []),
        ("on vitamin B12 and D3", []),
        ("Vitamin K2 und D3, LWK 1", ["L1"]),
        ("Calcium/D3", []),
        ("witamina D3", []),
        ("BKP L1 ビタミンD3", ["L1"]),
        ("维生素D3", []),
        ("비타민 D3", []),
        ("vitamin D and D12 fracture", ["T12"]),
        ("T1-weighted, T2 signal", []),
        ("L7, T14, L0", []),
        ("MRI of T1-L5", []),
        ("22514L1", []),
        ("Kyphoplasty L1 with posterior fixation T12-L2", ["L1"]),
        ("Kyphoplasty and fixation T12-L2", []),
        ("Kyphoplasty L1, T12-L2 fixation", ["L1"]),
        ("Kyphoplasty L1 + T12-L2 fusion", ["L1"]),
        ("Kyphoplastie LWK 1, BWK 12-LWK 2 Spondylodese", ["L1"]),
        ("Kyphoplasty T12, L1, T11-L2 instrumentation", ["T12", "L1"]),
        ("Kyphoplasty L1, T12-L2", ["T12", "L1", "L2"]),
        ("Kyphoplasty T12, L1-L3", ["T12", "L1", "L2", "L3"]),
        ("Kyphoplasty T12 and L1 without fixation", ["T12", "L1"]),
        ("kyphoplasty T12, L1 and fusion L4-S1", ["T12", "L1"]),
        ("Kyphoplastie BWK 12, LWK 1 und Spondylodese LWK 4/5", ["T12", "L1"]),
        ("Kyphoplasty T12, conus ends at L2", ["T12"]),
        ("Kyphoplasty L1, kyphosis T12-L2 of 22 degrees", ["L1"]),
        ("Kyphoplasty for progressive kyphosis L1", ["L1"]),
        ("Kyphoplasty L1 +/- L2", ["L1"]),
        ("Kyphoplastie LWK 1, ggf. LWK 2", ["L1"]),
        ("Kyphoplasty L1 if unstable", ["L1"]),
        ("Kyphoplastie LWK 1, Dekompression L4/5", ["L1"]),
        ("Kyphoplastie und Dekompression LWK 1", ["L1"]),
        ("Kyphoplasty L1, D5 infusion", ["L1"]),
        ("Vertebroplastia L1, bloqueo intercostal T8", ["L1"]),
        ("Kyphoplasty T12 under spinal anaesthesia at L3/4", ["T12"]),
        ("Kyphoplastie BWK 12 in SPA in Höhe L3/4", ["T12"]),
        ("Kyphoplasty L1 under local anaesthesia", ["L1"]),
        ("Lumbar L3/4 kyphoplasty", ["L3", "L4"]),
        ("Vertebroplasty L2; biopsy only of L4", ["L2"]),
        ("Biopsy and kyphoplasty L1 and L2", ["L1", "L2"]),
        ("Kyphoplastie LWK 1 (LWK 3 nicht behandeln)", ["L1"]),
        ("Kyphoplasty T12 and L1 not urgent", ["T12", "L1"]),
    ],
)
def test_words_name_levels_and_only_levels(words, levels):
    assert terminology().levels.treated(words) == tuple(levels)


@given(first=st.sampled_from(LEVELS), span=st.integers(min_value=0, max_value=5))
def test_a_range_holds_every_level_between_its_ends(first, span):
    low = LEVELS.index(first)
    wanted = LEVELS[low : low + span + 1]
    assert terminology().levels.treated(f"{wanted[0]}-{wanted[-1]}") == wanted


@given(words=st.text())
def test_any_text_can_be_read(words):
    assert set(terminology().levels.treated(words)) <= {*LEVELS, "T13", "L6"}

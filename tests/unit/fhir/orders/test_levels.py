"""Treated levels: whom we believe, and what words mean."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cds_service.fhir.mapping.level_text import LEVELS
from cds_service.fhir.orders.augmentation import find_augmentation_order
from tests.order_builders import CPT, ICD, ORDERS, SCT, bundle, codeable, cpt, order, signing, terminology
from tests.tables import cases

VERTEBRAE = {  # DICOM CID 7603, then mCODE vertebral bodies
    "T1": ("64864005", "56094003"),
    "T9": ("82687006", "33766003"),
    "T10": ("7610001", "48405002"),
    "T11": ("12989004", "52120002"),
    "T12": ("23215003", "280849005"),
    "L1": ("66794005", "61032001"),
    "L2": ("14293000", "53983007"),
    "L3": ("36470004", "55492004"),
    "L5": ("49668003", "21799000"),
}


def find(*resources):
    return find_augmentation_order(signing(bundle(*resources)), terminology())


@pytest.mark.parametrize(("level", "code"), [(level, code) for level, codes in VERTEBRAE.items() for code in codes])
def test_both_snomed_families_name_the_level(level, code):
    found = find(cpt("22514", bodySite=[codeable(SCT, code)]))
    assert (found.levels, found.level_count, found.level_source) == ((level,), 1, "bodySite")
    assert found.tl_junction is (level in {"T10", "T11", "T12", "L1", "L2"})


def test_each_body_site_counts_by_its_code_or_its_words():
    local = codeable("urn:site", "VB-T12", display="T12 vertebral body")
    for second in (local, {"text": "T12"}):
        found = find(cpt("22514", bodySite=[codeable(SCT, "66794005"), second]))
        assert (found.levels, found.level_count, found.notes) == (("T12", "L1"), 2, ())


@pytest.mark.parametrize(
    ("element", "system", "code"), [("bodySite", SCT, "66794005"), ("reasonCode", ICD, "S32.010A")]
)
def test_words_of_another_level_beside_a_code_are_said(element, system, code):
    found = find(cpt("22514", **{element: [codeable(system, code, words="L2 fracture")]}))
    assert (found.levels, found.notes) == (("L1",), (f"The order's {element} says L1, its text says L2; L1 is used.",))
    assert find(cpt("22514", **{element: [codeable(system, code, words="L1 fracture")]})).notes == ()


@pytest.mark.parametrize(
    ("code", "levels", "junction"), cases(__file__, "icd_10_cm_says_what_the_terminology_page_says")
)
def test_icd_10_cm_says_what_the_terminology_page_says(code, levels, junction):
    found = find(cpt("22514", reasonCode=[codeable(ICD, code)]))
    assert (list(found.levels), found.tl_junction) == (levels, junction)


@pytest.mark.parametrize("code", ["S32.010D", "S32.010G", "S32.010S", "S32.01"])
def test_an_older_fracture_or_a_code_of_another_edition_names_no_level_of_today(code):
    assert find(cpt("22514", reasonCode=[codeable(ICD, code)])).levels == ()


@pytest.mark.parametrize(
    "note", ["rods L3-L5 in place", "spinal stimulator T9", "L2 also if time", "fracture at T8 as well"]
)
def test_a_note_does_not_move_the_level_that_the_order_names(note):
    found = find(order(codeable(CPT, "22514", words="Kyphoplasty L1")) | {"note": [{"text": note}]})
    assert (found.levels, found.level_source) == (("L1",), "text")


@pytest.mark.parametrize("contained", [True, False])
def test_the_body_site_of_the_reason_is_read_where_the_condition_came_along(contained):
    condition = {"resourceType": "Condition", "id": "c1", "bodySite": [codeable(SCT, "280849005")]}
    reference = {"reference": "#c1" if contained else "Condition/c1"}
    extra = {"contained": [condition]} if contained else {}
    found = find(cpt("22513", reasonReference=[reference], **extra), condition)
    assert (found.levels, found.level_source) == (("T12",), "reasonReference")


def test_a_reason_that_was_ruled_out_says_no_level():
    status = codeable("http://terminology.hl7.org/CodeSystem/condition-ver-status", "entered-in-error")
    site = [codeable(SCT, "280849005")]
    reason = {"resourceType": "Condition", "id": "c1", "verificationStatus": status, "bodySite": site}
    assert find(cpt("22513", reasonReference=[{"reference": "Condition/c1"}]), reason).levels == ()


@pytest.mark.parametrize(
    ("codes", "count"), [(("22514", "22511"), 1), (("22513", "22514"), 2), (("22514", "22511", "22515"), 2)]
)
def test_a_kyphoplasty_and_a_vertebroplasty_of_one_level_are_one_level(codes, count):
    site = [codeable(SCT, "11994002")]
    drafts = [cpt(code, number=number, bodySite=site) for number, code in enumerate(codes, start=1)]
    assert find(*drafts).level_count == count


@pytest.mark.parametrize(
    ("orders", "count"), cases(__file__, "levels_are_counted_by_sites_and_additional_codes_not_by_order_lines", ORDERS)
)
def test_levels_are_counted_by_sites_and_additional_codes_not_by_order_lines(orders, count):
    assert find(*orders).level_count == count


@pytest.mark.parametrize(("words", "levels"), cases(__file__, "words_name_levels_and_only_levels"))
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

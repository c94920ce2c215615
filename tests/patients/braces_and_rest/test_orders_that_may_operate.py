"""An order on record that nobody understood may be of another operation of the spine."""

import pytest

from tests.chart_builders import days_ago, of_patient
from tests.codes import CPT, codeable
from tests.patients.reassuring import cards_of, end_is_selected


def ordered(title, *, days=5, **members):
    said = {
        "status": "active",
        "intent": "order",
        "code": title if isinstance(title, dict) else {"text": title},
        "authoredOn": days_ago(days),
    }
    return of_patient("ServiceRequest", "ordered", **said | members)


@pytest.mark.parametrize(
    "title",
    [
        *("Decompression L1", "Spine surgery", "Removal of spinal hardware"),
        *("Percutaneous screws T11-L2", "ORIF L1", "Kyphosis correction"),
        *("Wirbelkörperersatz", "Dekompression LWK 1", "Décompression L1"),
        *("Descompresión L1", "Stabilizacja kręgosłupa", "L1减压术", "除圧術"),
        *("요추 유합술", "Qwertz 17"),
        pytest.param(codeable(CPT, "22899"), id="unlisted procedure of the spine"),
        pytest.param(codeable("http://hospital.example/orders", "X1"), id="local"),
    ],
)
def test_no_end_is_selected_next_to_an_order_nobody_understood(title):
    cards = cards_of(ordered(title))
    assert not end_is_selected(cards)
    assert "surgery" in cards["braceLimit"]["detail"]


@pytest.mark.parametrize(
    "title",
    [
        *("Full blood count", "MRI lumbar spine", "Physiotherapy", "Kyphoplasty L1"),
        *("TLSO", "Blood count", "Pre-operative assessment", "血常规"),
        *("Labor", "Cataract surgery"),
        pytest.param("Bone treatment review (FLS)", id="bone treatment"),
        pytest.param(codeable(CPT, "85025"), id="laboratory"),
    ],
)
def test_known_orders_change_nothing(title):
    assert end_is_selected(cards_of(ordered(title)))


@pytest.mark.parametrize(
    "members",
    [
        pytest.param({"authoredOn": days_ago(300)}, id="last year"),
        pytest.param({"status": "revoked"}, id="revoked"),
        pytest.param({"status": "entered-in-error"}, id="in error"),
        pytest.param({"doNotPerform": True}, id="not to be done"),
    ],
)
def test_an_order_that_is_off_or_old_changes_nothing(members):
    assert end_is_selected(cards_of(ordered("Spine surgery", **members)))


@pytest.mark.parametrize(
    "title", ["Kinésithérapie", "Ernährungsberatung", "リハビリテーション", "物理治疗"]
)
def test_therapy_in_other_words_changes_nothing(title):
    assert end_is_selected(cards_of(ordered(title)))

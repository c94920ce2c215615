"""Orders of training and of bone treatment, in the words of each language."""

import pytest

from cds_service.fhir.orders.support.signed_support import find_draft_support_orders
from tests.order_builders import bundle, signing, terminology


def acts(title):
    """The kinds of an order by this title that count."""
    order = {
        "resourceType": "ServiceRequest",
        "id": "act",
        "status": "draft",
        "intent": "order",
        "code": {"text": title},
    }
    supports = find_draft_support_orders(signing(bundle(order)), terminology())
    return {
        one.kind
        for one in supports
        if one.standing.is_standing and one.standing.is_read_whole
    }


@pytest.mark.parametrize(
    "title",
    [
        "Physiotherapy: strengthen back extensors",
        "Back extensor strengthening",
        "Physiotherapie: Rückenmuskulatur kräftigen",
        "Rückenstreckertraining",
        "Renforcement des extenseurs du rachis",
        "Fortalecimiento de extensores de espalda",
        "Fisioterapia: rinforzare gli estensori",
        "Fysiotherapie: rugstrekkers versterken",
        "Rehabilitacja kręgosłupa lędźwiowego",
        "Skierowanie na rehabilitację",
        "脊椎リハビリテーション",
        "背筋強化訓練",
        "康复：加强背伸肌",
    ],
)
def test_training_of_the_back_is_ordered(title):
    assert acts(title) == {"rehabilitation"}


@pytest.mark.parametrize(
    "title",
    [
        "Physiotherapie, Rückenstrecker nicht kräftigen",
        "Physiotherapie: Knie kräftigen",
        "Hartrevalidatie",
        "Fysiotherapie schouder",
        "Fysiotherapie na heupfractuur",
        "Geen fysiotherapie",
        "Rehabilitacja oddechowa",
        "Rehabilitacja barku",
        "Rehabilitacja po złamaniu biodra",
        "Rehabilitacja odwołana",
    ],
)
def test_training_of_another_part_or_a_refused_one_is_not(title):
    assert acts(title) == set()


@pytest.mark.parametrize(
    "title",
    [
        "Osteoporosis centre",
        "Refer to fracture pathway (osteoporosis)",
        "Vorstellung im Zentrum für Osteoporose",
        "Adressage vers la filière fracture",
        "Derivación a centro de osteoporosis",
        "Visita presso il centro dell'osteoporosi",
        "Osteoporosepolikliniek",
        "Fractuurpreventiepoli",
        "Skierowanie do centrum osteoporozy",
        "骨粗しょう症センター受診",
        "骨质疏松症中心就诊",
    ],
)
def test_a_visit_for_thin_bones_is_ordered(title):
    assert acts(title) == {"bone-treatment"}


@pytest.mark.parametrize(
    "title",
    [
        "Hip fracture pathway",
        "Fracture clinic",
        "Filière gériatrique",
        "Gipspoli",
        "Osteoporosis centre, cancelled",
    ],
)
def test_other_visits_are_not(title):
    assert acts(title) == set()


@pytest.mark.parametrize(
    "title",
    [
        "Dietitian already involved, no new consult needed",
        "Ernährungsberatung bereits involviert, kein neues Konsil nötig",
        "Diététicienne déjà impliquée, pas de nouvelle consultation",
        "Nutricionista ya implicada, no precisa nueva interconsulta",
        "Dietista già coinvolta, non serve nuova consulenza",
        "Diëtist in consult, geen nieuwe aanvraag nodig",
        "Rehabilitacja, nie wymaga nowego skierowania",
        "管理栄養士介入済み、新たな依頼不要",
        "营养科已介入，无需再次会诊",
        "Physiotherapy, no new referral required",
        "Osteoporosis clinic already involved",
    ],
)
def test_what_is_seen_to_already_is_no_new_order(title):
    assert acts(title) == set()


@pytest.mark.parametrize(
    "title", ["Dietitian: already involved, please re-refer", "Dietitian, new consult"]
)
def test_one_that_asks_again_is(title):
    assert acts(title) == {"dietitian"}

"""Somebody who declines something else than the operation is operated all the same."""

import pytest

from tests.order_builders import augmentation_in

BESIDE = [
    "Kyphoplasty L1, declines general anaesthesia",
    "Kyphoplasty L1, general anesthesia declined",
    "Kyphoplasty L1 - refuses blood transfusion",
    "Kyphoplasty L1, patient refused MRI",
    "Kyphoplasty L1; declined biopsy",
    "Kyphoplasty L1, does not want sedation",
    "Kyphoplastie LWK 1, lehnt Vollnarkose ab",
    "Kyphoplastie LWK 1, lehnt Bluttransfusion ab",
    "Kyphoplastie LWK 1, wünscht keine Vollnarkose",
    "Cyphoplastie L1, refuse l'anesthésie générale",
    "Cyphoplastie L1, refuse la transfusion",
    "Cifoplastia L1, no desea anestesia general",
    "Cifoplastia L1, rechaza transfusión",
    "Cifoplastica L1, rifiuta anestesia generale",
    "Kyfoplastiek L1, wil geen narcose",
    "Kyfoplastiek L1, weigert bloedtransfusie",
    "Kyfoplastyka L1, nie chce znieczulenia ogólnego",
    "L1 椎体形成術, 全身麻酔希望せず",
    "L1椎体成形术，拒绝输血",
    "L1 척추성형술, 수혈 거부",
    "Kyphoplasty L1 deferred to Monday",
    "Kyphoplasty L1, deferred until 14 Dec",
]
ENDED = [
    "Kyphoplasty L1, patient refused",
    "Kyphoplasty L1, refused",
    "Kyphoplasty L1, declined",
    "Kyphoplasty L1, declines anaesthesia and procedure refused",
    "Kyphoplasty L1, patient refused MRI and declined",
    "Kyphoplastie LWK 1, Patientin lehnt ab",
    "Kyphoplastie LWK 1, lehnt Eingriff ab",
    "Cyphoplastie L1, refuse l'intervention",
    "Cifoplastia L1, rechaza la intervención",
    "Cifoplastica L1, rifiuta intervento",
    "Kyfoplastiek L1, weigert operatie",
    "L1椎体成形术，拒绝手术",
    "Kyphoplasty L1, deferred",
    "Kyphoplasty L1, deferred until further notice",
    "Kyphoplasty L1, deferred indefinitely",
]


@pytest.mark.parametrize("title", BESIDE)
def test_the_operation_is_ordered(title):
    assert augmentation_in(title) is not None


@pytest.mark.parametrize("title", ENDED)
def test_the_operation_is_declined(title):
    assert augmentation_in(title) is None

"""The catalogue's own title of a code says no more than the code."""

import pytest

from tests.chart_builders import kyphoplasty
from tests.codes import CPT, OPS, PCS, codeable
from tests.patients.acts import done
from tests.patients.reassuring import cards_of, dated, end_is_selected

GM = "http://fhir.de/CodeSystem/bfarm/icd-10-gm"


@pytest.mark.parametrize(
    ("code", "title"),
    [
        ("S32.01", "Fraktur eines Lendenwirbels: L1"),
        ("S32.00", "Fraktur eines Lendenwirbels: Höhe nicht näher bezeichnet"),
        ("M81.00", "Postmenopausale Osteoporose: Mehrere Lokalisationen"),
    ],
)
def test_the_title_of_a_diagnosis_changes_nothing(code, title):
    cards = cards_of(dated(codeable(GM, code, display=title), days=6))
    assert "below" in cards["rehabilitation"]["detail"]
    assert end_is_selected(cards)


@pytest.mark.parametrize("more", ["Metastase", "Eiter", "LWK 4 Xyloprax"])
def test_a_title_that_says_more_is_open(more):
    title = f"Fraktur eines Lendenwirbels: L1, {more}"
    cards = cards_of(dated(codeable(GM, "S32.01", display=title), days=6))
    assert "below" not in cards["rehabilitation"]["detail"]
    assert not end_is_selected(cards)


def test_the_short_name_of_the_operation_changes_nothing():
    name = "Percut vertebral augmentation lumbar"
    order = kyphoplasty() | {"code": codeable(CPT, "22514", display=name)}
    assert end_is_selected(cards_of(order=order))


ECCE = "Extrakapsuläre Extraktion der Linse: Mit Einführung einer kapselfixierten Linse"


@pytest.mark.parametrize(
    ("code", "title"),
    [
        ("5-144.5a", ECCE),
        ("8-550.1", "Geriatrische frührehabilitative Komplexbehandlung"),
        ("8-561.1", "Funktionsorientierte physikalische Therapie"),
        ("9-984.7", "Pflegebedürftigkeit: Pflegebedürftig nach Pflegegrad 2"),
        ("3-900", "Knochendichtemessung (alle Verfahren)"),
    ],
)
def test_the_title_of_a_known_procedure_changes_nothing(code, title):
    cards = cards_of(done(code=codeable(OPS, code, display=title)))
    assert "below" in cards["rehabilitation"]["detail"]
    assert end_is_selected(cards)


@pytest.mark.parametrize(
    "beside",
    [{"display": "Spondylodese L3-5"}, {"text": "Fixateur interne"}],
)
def test_what_names_the_spine_beside_a_known_procedure_is_open(beside):
    code = codeable(OPS, "5-144.5a", display=ECCE)
    coding = code["coding"][0] | {"display": beside.get("display", ECCE)}
    cards = cards_of(done(code=code | {"coding": [coding]} | beside))
    assert not end_is_selected(cards)


@pytest.mark.parametrize("code", ["U99.0", "U11.9"])
def test_a_test_for_covid_or_a_vaccination_leaves_nothing_open(code):
    cards = cards_of(dated(codeable(GM, code), days=6))
    assert "below" in cards["rehabilitation"]["detail"]
    assert end_is_selected(cards)


@pytest.mark.parametrize("code", ["U07.1", "U80.00", "U99.1"])
def test_an_infection_or_an_unused_code_is_open(code):
    cards = cards_of(dated(codeable(GM, code), days=6))
    assert "below" not in cards["rehabilitation"]["detail"]


@pytest.mark.parametrize("code", ["22514-LT", "22514 50", "22513-59", "22514XS"])
def test_a_modifier_of_a_side_or_a_session_leaves_the_operation_ordered(code):
    assert "rehabilitation" in cards_of(order=kyphoplasty(code=code))


def test_a_modifier_that_gives_the_operation_up_leaves_it_unknown():
    assert "rehabilitation" not in cards_of(order=kyphoplasty(code="22514-53"))


@pytest.mark.parametrize("code", ["XNU0356", "XNU4356"])
def test_an_expandable_implant_is_an_augmentation(code):
    order = kyphoplasty() | {"code": codeable(PCS, code)}
    assert "rehabilitation" in cards_of(order=order)


@pytest.mark.parametrize(
    "title",
    [
        "Case Request Operating Room: KYPHOPLASTY",
        "Case request: kyphoplasty L1",
        "Fluoroscopic guided kyphoplasty",
        "CT-guided kyphoplasty L1",
        "XR kyphoplasty lumbar",
        "Ballonkyphoplastie LWK1 transpedikulär",
        "Kyphoplastie LWK 1 bds.",
        "Cyphoplastie L1 sous scopie",
        "Cifoplastia L1 guiada por fluoroscopia",
        "Kyfoplastyka L1 pod kontrolą RTG",
        "Kyphoplasty L1, CPT 22514",
        "Kyphoplasty L1 on 20 Nov 2026",
        "Interventional radiology kyphoplasty L1",
    ],
)
def test_how_an_order_is_entered_and_guided_changes_nothing(title):
    order = kyphoplasty() | {"code": codeable(CPT, "22514", title)}
    cards = cards_of(order=order)
    assert "below" in cards["rehabilitation"]["detail"]
    assert end_is_selected(cards)


@pytest.mark.parametrize(
    "title",
    [
        "Case request: kyphoplasty L1, biopsy of lesion",
        "CT-guided biopsy and kyphoplasty L1",
        "Emergency kyphoplasty for cord compression",
        "XR and kyphoplasty L1 tumor",
        "Radiology kyphoplasty pathologic",
        "Kyphoplasty L1 x3 fractures",
        "Kyphoplastie LWK 1 Tumor bds.",
    ],
)
def test_what_else_such_a_title_says_is_open(title):
    order = kyphoplasty() | {"code": codeable(CPT, "22514", title)}
    cards = cards_of(order=order)
    assert "below" not in cards["rehabilitation"]["detail"]
    assert not end_is_selected(cards)

"""The catalogue's own title of a code says no more than the code."""

import pytest

from tests.chart_builders import kyphoplasty
from tests.codes import CPT, OPS, PCS, codeable
from tests.patients.acts import done
from tests.patients.reassuring import cards_of, dated, end_is_selected, selected

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


# Beside the code of the operation these are chosen as it is; alone they get a card.
ORDINARY = [
    "Kyphoplasty post-fracture L1",
    "Kyphoplasty L1 Radiology",
    "Kyphoplasty L1 2026",
    "CPT 22514",
    "CT引导下PKP L1",
    "IP Kyphoplasty 1 level lumbar",
    "OR Booking - Kyphoplasty T12",
    "Perc vertebral augmentation, lumbar, 1st level",
    "IR VERTEBRAL AUGMENTATION LUMBAR 1 LEVEL",
    "Kyphoplasty, lumbar, single level (22514)",
    "22514 PERQ VERTEBRAL AUGMENTATION LUMBAR",
    "Kyphoplasty L1 with moderate sedation",
    "Kyphoplasty L1 under general anesthesia",
    "Balloon kyphoplasty (BKP) L1, outpatient",
    "Kyphoplasty L1 - today please",
    "OPS 5-839.a0 Kyphoplastie LWK 1",
    "Ballon-Kyphoplastie LWK 1 in ITN",
    "Kyphoplastie LWK1 stationär",
    "Wirbelkörperaugmentation LWK 1 perkutan",
    "OP-Anmeldung: Kyphoplastie LWK 1",
    "Kyphoplastie LWK 1 nach Sturz",
    "Cyphoplastie par ballonnet L1 sous anesthésie générale",
    "Cimentoplastie vertébrale L1 sous scanner",
    "Demande de bloc opératoire : cyphoplastie L1",
    "Cifoplastia con balón L1 bajo sedación",
    "Solicitud de quirófano: cifoplastia L1",
    "Vertebroplastia percutánea L1 ambulatoria",
    "Cifoplastica con palloncino L1 in anestesia generale",
    "Richiesta sala operatoria: cifoplastica L1",
    "Vertebroplastica percutanea L1 TC guidata",
    "Ballonkyfoplastiek L1 onder narcose",
    "OK-aanvraag: kyfoplastiek L1",
    "Vertebroplastiek L1 dagopname",
    "Kyfoplastyka balonowa L1 w znieczuleniu ogólnym",
    "Skierowanie na blok: wertebroplastyka L1",
    "L1 経皮的椎体形成術 全身麻酔",
    "L1 BKP 手術申込",
    "经皮椎体后凸成形术 L1 全麻",
    "L1椎体成形术（局麻）",
    "경피적 척추후굴풍선복원술 L1 전신마취",
]
# Other orderables, or none.
OTHERS = [
    "Anesthesia kyphoplasty L1",
    "Consult re kyphoplasty",
    "s/p kyphoplasty L1 now T12 brace",
    "Cancel kyphoplasty",
    "Kyphoplasty L1 cancelled",
    "Kyphoplasty not indicated",
    "Pre-op labs for kyphoplasty",
    "Post kyphoplasty follow-up",
    "Kyphoplasty patient information leaflet",
    "Kyphoplasty L1 declined by patient",
    "Hold aspirin before kyphoplasty",
    "Transport to IR for kyphoplasty",
    "Kyphoplasty consent form",
    "Kyphoplasty tray",
    "Evaluate for kyphoplasty",
    "Anesthesia consult for kyphoplasty",
    "Kyphoplasty L1 2019",
    "History of kyphoplasty L1",
    "MRI after kyphoplasty",
    "X-ray L-spine post kyphoplasty",
    "Anästhesie zur Kyphoplastie LWK 1",
    "Z. n. Kyphoplastie LWK 1",
    "Vorstellung zur Kyphoplastie",
    "Kyphoplastie abgesagt",
    "Aufklärung Kyphoplastie",
    "Anesthésie pour cyphoplastie L1",
    "Avis pour cyphoplastie",
    "Annulation cyphoplastie L1",
    "Anestesia para cifoplastia L1",
    "Control tras cifoplastia",
    "Interconsulta por cifoplastia",
    "Anestesia per cifoplastica",
    "Controllo dopo cifoplastica",
    "Consult voor kyfoplastiek",
    "Status na kyfoplastiek L1",
    "Stan po kyfoplastyce L1",
    "Konsultacja w sprawie kyfoplastyki",
    "椎体形成術後 L1",
    "取消椎体成形术",
    "척추성형술 상담",
    "Anesthesia for CPT 22514",
    "Kyphoplasty L1 radiology report",
]


@pytest.mark.parametrize("title", ORDINARY)
def test_an_ordinary_title_alone_gets_its_card(title):
    order = kyphoplasty() | {"code": {"text": title}}
    assert "rehabilitation" in cards_of(order=order)


@pytest.mark.parametrize("title", ORDINARY)
def test_an_ordinary_title_beside_the_code_is_plain(title):
    order = kyphoplasty() | {"code": codeable(CPT, "22514", title)}
    cards = cards_of(order=order)
    assert "malignancy" not in cards["rehabilitation"]["detail"]
    assert selected(cards)


@pytest.mark.parametrize("title", OTHERS)
def test_the_title_of_another_orderable_gets_none(title):
    order = kyphoplasty() | {"code": {"text": title}}
    assert "rehabilitation" not in cards_of(order=order)


def test_a_year_before_that_of_the_order_is_not_plain():
    order = kyphoplasty() | {"code": codeable(CPT, "22514", "Kyphoplasty L1 2019")}
    assert not selected(cards_of(order=order))

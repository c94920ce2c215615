"""Values whose words say that they are of something else, in nine languages."""

import pytest

from tests.builders import coded, findings_of, observation
from tests.codes import LOINC, MEASURES

VALUES = {
    "egfr": ("98979-8", LOINC, 47, "mL/min/{1.73_m2}"),
    "bmd-t-score": ("38263-0", LOINC, -2.6, "{T-score}"),
    "height": ("8302-2", LOINC, 171, "cm"),
    "weight": ("29463-7", LOINC, 58, "kg"),
    "gait-speed": ("gait-speed", MEASURES, 0.9, "m/s"),
    "pain-score": ("72514-3", LOINC, 8, "{score}"),
    "grip-strength": ("83174-3", LOINC, 21, "kg"),
}


def is_read(name, title, **members):
    """Tell if a value with this title is read."""
    code, system, value, unit = VALUES[name]
    measured = observation(coded(code, system, text=title), value, unit, **members)
    return name in findings_of(measured).known


@pytest.mark.parametrize(
    "title",
    [
        "Predicted eGFR after left nephrectomy",
        "Post-nephrectomy predicted eGFR",
        "Projected eGFR in 5 years",
        "Erwartete eGFR nach Nephrektomie",
        "Voraussichtliche eGFR in 2 Jahren",
        "DFG prédit après néphrectomie",
        "TFG prevista tras nefrectomía",
        "eGFR prevista dopo nefrectomia",
        "Verwachte eGFR na nefrectomie",
        "Przewidywany eGFR po nefrektomii",
        "腎摘出後の予測eGFR",
        "肾切除术后预计eGFR",
    ],
)
def test_what_is_expected_later_is_no_value(title):
    assert not is_read("egfr", title)


@pytest.mark.parametrize(
    "title",
    [
        "eGFR",
        "eGFR (CKD-EPI 2021)",
        "Glomerular filtration rate/1.73 sq M.predicted [Volume Rate/Area] in Serum",
        "GFR predicted by CKD-EPI",
        "eGFR after nephrectomy",
        "eGFR nach Nephrektomie",
        "DFG estimé",
    ],
)
def test_a_filtration_of_now_is(title):
    assert is_read("egfr", title)


@pytest.mark.parametrize(
    "title",
    [
        "PERIPROSTHETIC BMD GRUEN ZONE 7 T",
        "DXA T-score around the femoral stem",
        "T-Score periprothetisch Zone 3",
        "T-score périprothétique fémoral",
        "T-score periprotésico",
        "T-score periprotesico zona 1",
        "T-score rondom prothese",
        "T-score okołoprotezowy",
        "人工関節周囲 Tスコア",
        "假体周围骨密度 T值",
    ],
)
def test_bone_around_a_prosthesis_is_no_t_score(title):
    assert not is_read("bmd-t-score", title)


@pytest.mark.parametrize(
    ("title", "note"),
    [
        ("DXA lumbar spine T-score", "History of periprosthetic fracture"),
        ("DXA T-score L1-L4", "No periprosthetic bone measured"),
        ("DXA femoral neck T-score", ""),
    ],
)
def test_a_t_score_of_bone_alone_is(title, note):
    assert is_read("bmd-t-score", title, note=[{"text": note}] if note else None)


@pytest.mark.parametrize(
    "title",
    [
        "Tallest height ever",
        "Maximum adult height",
        "Former height (recalled)",
        "Height at age 25",
        "Grösste je erreichte Körpergrösse (anamnestisch)",
        "Körpergröße früher",
        "Taille maximale atteinte",
        "Taille à 20 ans",
        "Talla máxima alcanzada",
        "Estatura a los 20 años",
        "Altezza massima raggiunta",
        "Statura a 20 anni",
        "Grootste lichaamslengte ooit",
        "Lichaamslengte vroeger",
        "Maksymalny wzrost",
        "Wzrost w młodości",
        "若い頃の身長",
        "最高身長",
        "年轻时身高",
    ],
)
def test_a_height_of_other_days_is_no_height(title):
    assert not is_read("height", title)


@pytest.mark.parametrize(
    "title",
    [
        "Body height",
        "Standing height",
        "Höhe/Größe",
        "Körpergröße",
        "Taille",
        "Talla actual",
        "Altezza",
        "Lichaamslengte",
        "Wzrost",
        "身長",
        "身高",
    ],
)
def test_a_height_of_now_is(title):
    assert is_read("height", title)


@pytest.mark.parametrize(
    ("name", "title"),
    [
        ("weight", "Wzrost masy ciała"),
        ("height", "Spadek wzrostu"),
        ("egfr", "Wzrost eGFR od wypisu"),
    ],
)
def test_a_rise_in_polish_is_no_height(name, title):
    assert not is_read(name, title)


def test_a_weight_in_polish_is_read():
    assert is_read("weight", "Waga")


@pytest.mark.parametrize(
    "title",
    [
        "Gait speed with 30% body weight support",
        "Gait speed on parallel bars",
        "Walking speed in water",
        "Ganggeschwindigkeit mit Gewichtsentlastung",
        "Gehgeschwindigkeit im Gehbarren",
        "Vitesse de marche sous harnais, allègement de 40 % du poids",
        "Velocidad de la marcha con arnés",
        "Velocità del cammino con sgravio del peso",
        "Loopsnelheid in harnas",
        "Prędkość chodu z odciążeniem",
        "免荷歩行速度",
        "减重步行速度",
    ],
)
def test_a_walk_that_is_held_is_no_usual_walk(title):
    assert not is_read("gait-speed", title)


@pytest.mark.parametrize(
    "title",
    [
        "Gait speed 4 m",
        "Gait speed without harness",
        "Gait speed with walker",
        "Ganggeschwindigkeit, BWS-Orthese",
        "Vitesse de marche 4 m",
        "歩行速度",
    ],
)
def test_a_usual_walk_is(title):
    assert is_read("gait-speed", title)


@pytest.mark.parametrize(
    "title",
    [
        "Toothache lower left, pain score",
        "Pain score, earache",
        "Ohrenschmerz NRS",
        "Douleur dentaire EVA",
        "Dolor de muelas EVA",
        "Dolore molare NRS",
        "Kiespijn NRS",
        "Ból gardła NRS",
        "歯痛 NRS",
        "牙痛 VAS",
    ],
)
def test_pain_of_another_part_is_not_that_of_the_back(title):
    assert not is_read("pain-score", title)


@pytest.mark.parametrize(
    "title",
    [
        "Pain score",
        "Pain severity 0-10 verbal numeric rating",
        "Schmerz NRS",
        "Douleur EVA",
        "Dolor EVA",
        "Dolore NRS",
        "Pijn NRS",
        "Ból NRS",
        "疼痛 NRS",
        "Back pain, with toothache",
    ],
)
def test_pain_without_a_place_is(title):
    assert is_read("pain-score", title)


@pytest.mark.parametrize(
    "title",
    [
        "Grip strength, prosthetic hand",
        "Grip, myoelectric hand right",
        "Handkraft der Handprothese",
        "Force de préhension, prothèse de main",
        "Fuerza de prensión, prótesis de mano",
        "Forza di presa, protesi di mano",
        "Knijpkracht myo-elektrische handprothese rechts",
        "Siła ścisku protezy ręki",
        "義手の握力",
        "假手握力",
    ],
)
def test_the_grip_of_a_prosthesis_is_nobodys(title):
    assert not is_read("grip-strength", title)


@pytest.mark.parametrize(
    "title", ["Grip strength right hand", "Grip strength, non-prosthetic hand"]
)
def test_the_grip_of_a_hand_is(title):
    assert is_read("grip-strength", title)


@pytest.mark.parametrize(
    "note",
    [
        "This is her neighbour's",
        "Room-mate's weight, entered by mistake",
        "Mixed up with another patient",
        "Verwechslung mit der Bettnachbarin",
        "Nicht von dieser Patientin",
        "Valeur de la voisine de chambre",
        "Erreur de patient",
        "De la compañera de habitación",
        "De otra paciente",
        "Peso della vicina di letto",
        "Van de kamergenote",
        "Verwisseling, niet van deze patiënte",
        "Pomyłka, waga sąsiadki z sali",
        "同室の患者の値、取り違え",
        "误录：此值为同病房另一患者的体重，非本人。",
    ],
)
def test_a_note_of_another_person_leaves_a_gap(note):
    assert not is_read("weight", "Body weight", note=[{"text": note}])


@pytest.mark.parametrize(
    "note",
    [
        "Weighed on the chair scale",
        "In Kleidung gewogen",
        "Pesée le matin",
        "Pesada en ayunas",
        "Pesata al mattino",
        "Gewogen zonder schoenen",
        "Ważona rano",
        "朝食前",
        "空腹",
    ],
)
def test_a_note_of_the_weighing_leaves_it(note):
    assert is_read("weight", "Body weight", note=[{"text": note}])


@pytest.mark.parametrize(
    "note",
    [
        "neighbour brought patient",
        "Brought by neighbour",
        "Daughter present",
        "Accompanied by her daughter",
        "Von Nachbarin gebracht",
        "Begleitet von der Tochter",
        "Accompagnée par sa mère",
        "Traída por su madre",
        "Accompagnata dalla figlia",
    ],
)
def test_a_note_of_a_companion_leaves_it(note):
    assert is_read("weight", "Body weight", note=[{"text": note}])


@pytest.mark.parametrize(
    "note",
    [
        "Accompanied by her daughter, weight of daughter",
        "Brought by neighbour; this is the neighbour's weight",
        "neighbour brought patient's weight",
        "Weight of neighbour present",
        "Weight of the neighbour present",
        "mother",
    ],
)
def test_a_value_of_or_from_a_companion_leaves_a_gap(note):
    assert not is_read("weight", "Body weight", note=[{"text": note}])


@pytest.mark.parametrize(
    "title", ["lost 3 cm from max height", "Height loss 3 cm", "Taille adulte"]
)
def test_a_loss_and_the_height_of_a_grown_up_are_no_height_of_now(title):
    assert not is_read("height", title)

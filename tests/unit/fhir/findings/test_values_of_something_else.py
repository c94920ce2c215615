"""Values whose words say that they are of something else, in nine languages."""

import pytest

from tests.builders import coded, findings_of, observation
from tests.codes import LOINC, MEASURES

VALUES = {
    "egfr": ("98979-8", LOINC, 47, "mL/min/{1.73_m2}"),
    "bmd-t-score": ("38263-0", LOINC, -2.6, "{T-score}"),
    "height": ("8302-2", LOINC, 171, "cm"),
    "weight": ("29463-7", LOINC, 58, "kg"),
    "bmi": ("39156-5", LOINC, 24.8, "kg/m2"),
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
        "paretic hand",
        "right hemiparesis after stroke",
        "affected side",
        "measured in plaster",
        "wrist fracture 6 weeks ago",
        "Z.n. Radiusfraktur",
        "rechte Hand gelähmt",
        "main atteinte (AVC)",
        "mano afectada por ictus",
        "mano paretica",
        "aangedane hand na CVA",
        "niedowład prawostronny",
        "右片麻痺",
        "右侧偏瘫",
        "우측 편마비",
    ],
)
def test_the_grip_of_a_hand_that_something_else_weakens_is_no_measure_of_muscle(note):
    noted = [{"text": note}]
    assert not is_read("grip-strength", "Grip strength right", note=noted)


@pytest.mark.parametrize(
    "note",
    [
        "",
        "unaffected hand",
        "no paresis",
        "keine Parese",
        "nicht betroffene Hand",
        "main non atteinte",
        "geen parese",
        "Bell's palsy",
        "Peronaeusparese",
        "健側",
        "vertebral fracture L1",
        "sitting, elbow at 90 degrees",
    ],
)
def test_the_grip_of_a_sound_hand_is(note):
    noted = {"note": [{"text": note}]} if note else {}
    assert is_read("grip-strength", "Grip strength right", **noted)


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


@pytest.mark.parametrize(
    "title",
    [
        "Fall height (ladder to floor)",
        "Height of fall",
        "Seat height",
        "Crutch height",
        "Height of ladder",
        "Height from which she fell",
        "Sturzhöhe (Größe in cm)",
        "Höhe des Bettes",
        "Hauteur de chute",
        "Altura de la caída",
        "Altezza da cui è caduta",
        "転落の高さ",
    ],
)
def test_how_high_a_thing_is_is_no_height(title):
    assert not is_read("height", title)


@pytest.mark.parametrize(
    "title",
    [
        "Body height",
        "Height (standing)",
        "Height of patient",
        "Body height, after fall",
        "Height, measured",
        "Körpergröße nach Sturz",
        "Größe",
        "Taille debout",
        "身長",
        "Height (stadiometer)",
    ],
)
def test_how_tall_somebody_is_is_one(title):
    assert is_read("height", title)


@pytest.mark.parametrize(
    "title",
    [
        "Backward walking speed",
        "Gait speed, walking backwards 3 m",
        "Sideways walking speed",
        "Tandem gait speed",
        "Walking speed uphill",
        "Gait speed, eyes closed",
        "Gehgeschwindigkeit rückwärts",
        "Ganggeschwindigkeit, Tandemgang",
        "Vitesse de marche à reculons sur 4 mètres",
        "Velocidad de la marcha hacia atrás",
        "Velocità del cammino all'indietro",
        "後ろ歩き歩行速度",
    ],
)
def test_a_walk_that_nobody_walks_so_is_no_usual_walk(title):
    assert not is_read("gait-speed", title)


@pytest.mark.parametrize(
    "title",
    [
        "Gait speed 4 m",
        "Gait speed 4 m, back and forth",
        "Walking speed, turns at 4 m",
        "Gehgeschwindigkeit 4 m hin und zurück",
        "Gehgeschwindigkeit, Rückenschmerzen",
        "Gehgeschwindigkeit, nicht rückwärts",
        "Vitesse de marche, aller et retour",
        "Gait speed, without backward walking",
        "歩行速度",
        "Gait speed, usual pace",
    ],
)
def test_a_walk_there_and_back_is_one(title):
    assert is_read("gait-speed", title)


@pytest.mark.parametrize(
    "title",
    [
        "Average grip strength for women her age",
        "Mean grip strength of healthy controls",
        "Grip strength, reference value for age and sex",
        "Population mean grip strength",
        "Griffkraft Altersnorm",
        "Griffkraft, Mittelwert der Frauen dieser Altersgruppe",
        "Force de préhension, moyenne pour l'âge",
        "Force de préhension, valeur de référence",
        "Fuerza de prensión: media para su edad",
        "Forza di presa, valore di riferimento",
        "同年代女性の平均握力（参考値）",
        "同龄女性平均握力",
    ],
)
def test_what_others_have_is_not_the_patients(title):
    assert not is_read("grip-strength", title)


@pytest.mark.parametrize(
    "title",
    [
        "Grip strength right, mean of 3",
        "Grip strength, average of three trials",
        "Grip strength (reference range 15-30)",
        "Grip strength (AWGS cut-off for women 18 kg)",
        "Grip strength (reference value: 18 kg)",
        "Griffkraft rechts, Mittelwert aus 3",
        "Griffkraft, unter der Altersnorm",
        "Force de préhension, moyenne de 3 essais",
        "Fuerza de prensión, media de 3",
        "握力 平均値（3回）",
        "握力（同年代平均以下）",
    ],
)
def test_a_mean_of_her_own_trials_is(title):
    assert is_read("grip-strength", title)


def test_a_t_score_against_young_women_is_the_patients():
    title = "T-score, reference population: young women, NHANES III"
    assert is_read("bmd-t-score", title)


def test_a_filtration_normal_for_her_age_is_hers():
    assert is_read("egfr", "eGFR (normal range for age above 60)")


@pytest.mark.parametrize(
    "title",
    [
        "Highest BMI ever",
        "Lifetime maximum BMI",
        "BMI at age 25",
        "Höchster BMI im Leben",
        "BMI früher",
        "IMC maximal",
        "IMC à 20 ans",
        "IMC más alto de su vida",
        "BMI massimo raggiunto",
        "Hoogste BMI ooit",
        "Najwyższe BMI w życiu",
        "BMI maksymalne w życiu",
        "既往最高BMI",
        "最大BMI",
        "과거 최고 BMI",
    ],
)
def test_an_index_of_another_time_of_life_is_no_value(title):
    assert not is_read("bmi", title)


@pytest.mark.parametrize(
    "title",
    [
        "BMI (Calculated)",
        "BMI aktuell",
        "IMC actuel",
        "IMC actual",
        "BMI attuale",
        "BMI nu",
        "Wskaźnik masy ciała (BMI)",
        "体重指数",
        "체질량지수(BMI)",
    ],
)
def test_an_index_of_now_is(title):
    assert is_read("bmi", title)


@pytest.mark.parametrize(
    "title",
    [
        "Pijnscore (NRS) nu",
        "Pain now (NRS)",
        "Schmerz jetzt (NRS)",
        "Douleur maintenant (EN)",
        "Dolor ahora (EVA)",
        "Dolore adesso (NRS)",
        "Ból teraz (NRS)",
        "현재 통증 NRS",
    ],
)
def test_a_pain_of_now_is(title):
    assert is_read("pain-score", title)


@pytest.mark.parametrize(
    ("name", "title"),
    [
        ("weight", "Masa ciała sprzed amputacji"),
        ("weight", "Masa ciała przed chorobą"),
        ("weight", "Gewicht voor de amputatie"),
        ("weight", "Gewicht vor der Erkrankung"),
        ("weight", "Weight before illness"),
        ("weight", "절단 전 체중"),
        ("height", "Lichaamslengte vóór de fractuur"),
        ("height", "Wzrost sprzed złamania"),
        ("bmi", "BMI sprzed choroby"),
        ("gait-speed", "Loopsnelheid voor de breuk"),
        ("gait-speed", "Prędkość chodu przed złamaniem"),
        ("gait-speed", "골절 전 보행 속도"),
        ("grip-strength", "Handknijpkracht voor de beroerte"),
        ("grip-strength", "Siła uścisku przed udarem"),
    ],
)
def test_what_was_before_an_illness_is_no_value_of_now(name, title):
    assert not is_read(name, title)


@pytest.mark.parametrize(
    ("name", "title"),
    [
        ("weight", "Gewicht voor het ontbijt"),
        ("weight", "Masa ciała przed śniadaniem"),
        ("weight", "Weight pre-op"),
        ("height", "Lichaamslengte"),
        ("gait-speed", "Prędkość chodu"),
        ("gait-speed", "Loopsnelheid 4 m"),
        ("grip-strength", "Forza di prensione, mano destra"),
        ("grip-strength", "Knijpkracht rechts (beste van 3)"),
    ],
)
def test_what_is_measured_before_a_meal_or_an_operation_is(name, title):
    assert is_read(name, title)

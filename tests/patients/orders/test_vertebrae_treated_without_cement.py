"""A vertebra that an order leaves to a brace or to time gets no cement: it is no level."""

import pytest

from tests.order_builders import augmentation_in


@pytest.mark.parametrize(
    "title",
    [
        "Kyphoplasty L3 (T7 fracture treated conservatively)",
        "Kyphoplasty L3, T7 managed conservatively",
        "Kyphoplasty L3; T7 conservative",
        "Kyphoplasty L3, conservative treatment of T7",
        "Kyphoplasty L3, T7 braced only",
        "Kyphoplasty L3, T7 non-operative",
        "Kyphoplasty L3, T7 fracture postponed",
        "Kyphoplastie LWK 3 (BWK 7 konservativ)",
        "Kyphoplastie LWK 3, BWK 7 wird konservativ behandelt",
        "Kyphoplastie LWK 3, konservative Therapie BWK 7",
        "Cyphoplastie L3 (fracture T7 traitée conservativement)",
        "Cyphoplastie L3, T7 traitement orthopédique",
        "Cifoplastia L3 (fractura D7 tratamiento conservador)",
        "Cifoplastica L3 (frattura D7 trattata conservativamente)",
        "Kyfoplastiek L3, Th7 conservatief behandeld",
        "Kyfoplastyka L3, Th7 leczenie zachowawcze",
        "BKP L3、T7は保存療法",
        "L3椎体后凸成形术（T7保守治疗）",
        "L3 풍선척추성형술 (T7 보존적 치료)",
    ],
)
def test_a_vertebra_treated_without_cement_is_no_level(title):
    assert augmentation_in(title).levels.names == ("L3",)


@pytest.mark.parametrize(
    "title",
    [
        "Kyphoplasty L3 and T7, failed conservative management",
        "Kyphoplasty T7, L3: conservative treatment failed",
        "Kyphoplasty L3, T7 not responding to conservative care",
        "Kyphoplastie LWK 3 und BWK 7 bei frustraner konservativer Therapie",
        "Cyphoplastie L3 T7 après échec du traitement conservateur",
        "Cifoplastia L3 y D7 tras fracaso del tratamiento conservador",
        "Cifoplastica L3 e D7 dopo fallimento del trattamento conservativo",
        "Kyfoplastiek L3 en Th7 na falen conservatieve behandeling",
        "Kyfoplastyka L3 i Th7 po nieskutecznym leczeniu zachowawczym",
        "L3、T7椎体形成術　保存的治療抵抗性",
        "T7、L3椎体后凸成形术，保守治疗无效",
        "척추성형술 T7, L3 (보존적 치료 실패)",
    ],
)
def test_after_a_treatment_that_failed_each_vertebra_is_a_level(title):
    assert set(augmentation_in(title).levels.names) == {"T7", "L3"}


@pytest.mark.parametrize(
    "title",
    ["Kyphoplasty L3 (conservative treatment)", "Kyphoplastie LWK 3 konservativ"],
)
def test_the_only_vertebra_of_an_order_stays_its_level(title):
    assert augmentation_in(title).levels.names == ("L3",)

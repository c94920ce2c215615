"""Next to the operation's own part, a vertebra counts only with words that are known."""

import pytest

from tests.builders import terminology

LEVELS = terminology().levels
TREATED_TOO = [
    "Kyphoplasty L1; T12 fracture too",
    "Kyphoplasty T12; also L2",
    "Kyphoplasty L1 bilateral; T12 unilateral",
    "Kyphoplasty L1; T11 acute VCF",
    "Kyphoplasty L1. L3 new compression fracture",
    "IR Kyphoplasty L1; additional level L2",
    "Kyphoplasty T12; L1 subacute fracture with edema on STIR",
    "Balloon kyphoplasty L1; second level T12, same session",
    "Kyphoplasty L2; painful osteoporotic fracture T12",
    "Kyphoplasty L1 (right), L2 (left)",
    "Kyphoplasty L1; T12 insufficiency fracture",
    "Kyphoplasty T8; T9 50% height loss",
    "Kyphoplasty L1; L2 superior endplate fracture",
    "Kyphoplasty L1. Also treat T12.",
    "Kyphoplasty L1. Please include T12.",
    "Kyphoplasty L4; L5 symptomatic fracture",
    "Kyphoplastie LWK 1; zusätzlich LWK 3",
    "Kyphoplastie LWK 1; LWK 3 frische Fraktur",
    "BKP LWK 1; BWK 12 Sinterungsfraktur",
    "Kyphoplastie BWK 12, LWK 1 frisch frakturiert",
    "Kyphoplastie LWK 2; außerdem BWK 11",
    "Kyphoplastie LWK 1 rechts, LWK 2 links",
    "Kyphoplastie LWK 1; osteoporotische Deckplattenimpressionsfraktur LWK 2",
    "Kyphoplastie LWK 1 bipedikulär; LWK 2 unipedikulär",
    "Ballonkyphoplastie LWK 1; LWK 3 mit Knochenmarködem",
    "Cyphoplastie L1 ; fracture récente T12",
    "Cyphoplastie L1 ; également L3",
    "Cyphoplastie L1 ; tassement L3",
    "Vertébroplastie L1 ; aussi T12",
    "Cyphoplastie L1, L2 fracture ostéoporotique",
    "Cyphoplastie L1 droite, L2 gauche",
    "Cifoplastia L1; también L3",
    "Cifoplastia L1; fractura aguda L3",
    "Cifoplastia L1; aplastamiento D12",
    "Cifoplastica L1; anche D12",
    "Cifoplastica L1; frattura recente D12",
    "Cifoplastica L1, crollo L3",
    "Kyfoplastiek L1; ook Th12",
    "Kyfoplastiek L1; inzakkingsfractuur L3",
    "Kyfoplastyka L1; także Th12",
    "Kyfoplastyka L1; świeże złamanie Th12",
    "L1椎体成形术；L3新鲜骨折",
    "L1椎体成形术，L3压缩性骨折",
    "L1 BKP、L3新鮮骨折",
    "L1 BKP；L3も",
    "Vertebroplasty T12; L1 compression deformity with bone marrow edema",
    "Kyphoplasty L1; T12 VCF, ICD M80.08XA",
    "Kyphoplasty L1: VAS 8/10; T12: VAS 6/10",
]
OF_SOMETHING_ELSE = [
    "Kyphoplasty L1; epidural lipoma L3",
    "Kyphoplasty L1; Schmorl node L3",
    "Kyphoplasty T12; hemangioma L4",
    "Kyphoplasty L1; spinal stimulator paddle T8",
    "Kyphoplasty L1; L4-5 laminectomy 2015",
    "Kyphoplasty L1; synovial cyst L4/5",
    "Kyphoplasty L1; decubitus at T7",
    "Kyphoplasty L1; conus ends at L2",
    "Kyphoplasty L1; sensory level T10",
    "Kyphoplasty L1; tattoo over L3",
    "Kyphoplasty L1; IVC filter at L2",
    "Kyphoplasty L1; scoliosis apex T9",
    "Kyphoplasty L1; disc protrusion L3/4",
    "Kyphoplasty L1; T4 lymphadenopathy",
    "Kyphoplasty L1; Tarlov cyst near L5",
    "Kyphoplastie LWK 1; Hämangiom LWK 3",
    "Kyphoplastie LWK 1; Bandscheibenvorfall LWK 4/5",
    "Kyphoplastie LWK 1; Z.n. Spondylodese LWK 4-5",
    "Kyphoplastie LWK 1; Zoster Th8",
    "Kyphoplastie LWK 1; PDK-Spitze Th9",
    "Kyphoplastie LWK 1; Aneurysma Höhe LWK 3",
    "Cyphoplastie L1 ; hernie L4-L5",
    "Cyphoplastie L1 ; zona T8",
    "Cyphoplastie L1 ; angiome L3",
    "Cyphoplastie L1 ; cicatrice en T9",
    "Cifoplastia L1; hernia L4-L5",
    "Cifoplastia L1; lunar en T8",
    "Cifoplastia L1; herpes zóster T7",
    "Cifoplastica L1; angioma L3",
    "Cifoplastica L1; ernia L4-L5",
    "Kyfoplastiek L1; hemangioom L3",
    "Kyfoplastyka L1; naczyniak L3",
    "L1椎体成形术；L3血管瘤",
    "L1椎体成形术；L4/5椎间盘突出",
    "L1 BKP；L3血管腫",
    "L1 BKP；T8帯状疱疹",
    "Kyphoplasty L1; pain pump catheter T9",
    "Kyphoplasty L1; Kidney at L2",
    "Kyphoplasty L1; stent at L3 level",
    "Kyphoplasty L1; hardware L3-L5",
    "Kyphoplasty L1; perineural cyst L2",
    "Kyphoplasty L1; transitional vertebra at L5",
    "Kyphoplasty L1; skin tag T10",
]


@pytest.mark.parametrize("title", TREATED_TOO)
def test_a_second_vertebra_in_an_everyday_part_is_treated(title):
    assert len(LEVELS.treated(title)) == 2
    assert not LEVELS.in_question(title)


@pytest.mark.parametrize("title", OF_SOMETHING_ELSE)
def test_a_vertebra_of_something_else_is_not_treated(title):
    assert len(LEVELS.treated(title)) == 1


@pytest.mark.parametrize(
    "title",
    [
        "Kyphoplasty L1; gobbledygook L3",
        "Kyphoplastie LWK 1; Quirlholz LWK 3",
        "Cyphoplastie L1 ; bidule L3",
    ],
)
def test_an_unknown_word_leaves_open_which_vertebrae_are_meant(title):
    assert LEVELS.treated(title) == ("L1",)
    assert LEVELS.in_question(title)

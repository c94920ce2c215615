"""Vertebrae in a title that belong to a disease, another act, a part or a relative."""

import pytest

from tests.order_builders import augmentation_in


@pytest.mark.parametrize(
    "title",
    [
        "Kyphoplasty L1; discitis L4/5",
        "Kyphoplasty L1, discitis L4/5",
        "Kyphoplasty L1 discitis L4/5",
        "Kyphoplasty L1 and RFA L3",
        "RFA L3, kyphoplasty L1",
        "RFA L3 kyphoplasty L1",
        "L1 kyphoplasty RFA L3",
        "Kyphoplasty L1, transverse process L2 fracture",
        "Kyphoplasty L1, L2 transverse process fracture",
        "Kyphoplasty L1 (sister L3)",
        "Kyphoplasty L1, needle via L2 pedicle",
        "Kyphoplasty L1; sacralized L5",
        "Kyphoplasty L1; aortic endograft ends at L3",
        "Kyphoplasty L1; consent for L3 withdrawn",
        "Kyphoplastie LWK 1; Bandscheibenprothese LWK 4/5 in situ",
        "Kyphoplastie LWK 1, Spondylodiszitis LWK 4/5",
        "Kyphoplastie LWK 1, Querfortsatzfraktur LWK 2",
        "Kyphoplastie LWK 1 (Mutter: LWK 3 Fraktur)",
        "Cyphoplastie L1, spondylodiscite L4-L5",
        "Cyphoplastie L1, apophyse transverse L2",
        "Cifoplastia L1, radiofrecuencia L3",
        "Cifoplastica L1, processo trasverso L2",
        "Kyfoplastiek L1, dwarsuitsteeksel L2",
        "Kyfoplastyka L1, wyrostek poprzeczny L2",
        "L1椎体成形术，L2横突骨折",
        "L1椎体形成術、L2横突起骨折",
        "Kyphoplasty L1. Synovial cyst L4/5",
        "Kyphoplasty L1. Facet joint cyst L4/5 noted",
        "Kyphoplasty L1; perineural cyst at L5",
        "Kyphoplasty L1; kissing spines L3-L5",
        "Kyphoplasty L1. LP yesterday at L3/4",
        "Kyphoplasty L1. Blood patch L3-L4 on Monday",
        "Kyphoplasty L1. Epidural lipomatosis L3-L5",
        "Kyphoplasty L1, pars defect L5",
        "Kyphoplasty L1. Facet effusion L4/5",
        "Kyphoplasty L1. Modic type 2 changes L4/5",
        "Kyphoplastie LWK 1; Synovialzyste LWK 4/5",
        "Kyphoplastie LWK 1; Morbus Baastrup L3/4",
        "Kyphoplastie LWK 1. Lumbalpunktion gestern L3/4",
        "Kyphoplastie LWK 1; Bandscheibenvorfall L4/5",
        "Kyphoplastie LWK 1; Wurzelkompression L5 links",
        "Cyphoplastie L1 ; kyste synovial L4-L5",
        "Cyphoplastie L1 ; maladie de Baastrup L3-L4",
        "Cyphoplastie L1 ; ponction lombaire hier en L3-L4",
        "Cyphoplastie L1 ; infiltration épidurale L4-L5 lundi",
        "Cifoplastia L1; quiste sinovial L4-L5",
        "Cifoplastica L1; puntura lombare ieri a L3-L4",
        "Kyfoplastiek L1; lumbaalpunctie gisteren L3-L4",
        "Kyfoplastyka L1; torbiel maziówkowa L4-L5",
        "L1椎体成形术；L4/5滑膜囊肿",
        "L1椎体形成術；L4/5滑膜嚢胞",
    ],
)
def test_a_vertebra_of_something_else_is_asked_about(title):
    levels = augmentation_in(title).levels
    assert levels.names == ("L1",)
    assert not levels.is_count_sure


@pytest.mark.parametrize(
    ("title", "names"),
    [
        ("RFA and kyphoplasty L3", ("L3",)),
        ("Kyphoplasty with RFA L3", ("L3",)),
        ("Radiofrequency kyphoplasty T12, L1", ("T12", "L1")),
        ("Kyphoplasty/RFA L1, kyphoplasty L2", ("L1", "L2")),
        ("Kyphoplasty L1 and L3 with RFA L3", ("L1", "L3")),
        ("Kyphoplasty via L1 pedicle", ("L1",)),
        ("Kyphoplasty T12 and L1, left pedicle L1", ("T12", "L1")),
        ("Kyphoplasty L1, L2 pedicle and body fracture", ("L1", "L2")),
        ("Kyphoplasty L1 fracture; L2 fracture", ("L1", "L2")),
        ("经椎弓根L1椎体成形术", ("L1",)),
        ("Cyphoplastie D12 côté droit, L1 côté gauche", ("T12", "L1")),
        ("Kyphoplasty left pedicle L1, right pedicle L2", ("L1", "L2")),
        ("Cifoplastia T12 pedículo derecho, L1 pedículo izquierdo", ("T12", "L1")),
        ("Kyphoplasty T12 and L1 when possible", ("T12", "L1")),
        ("Kyphoplastie BWK 12 und LWK 1 bei Bedarf Sedierung", ("T12", "L1")),
        ("Kyphoplasty L1; vertebral body stent L3", ("L1", "L3")),
        ("Spine Jack implant L1, L3", ("L1", "L3")),
        ("Kyphoplasty T12. Aortic calcification. L1 fracture too", ("T12", "L1")),
        ("L1 RFA with kyphoplasty and L3 kyphoplasty", ("L1", "L3")),
        ("LWK 1 RFA mit Kyphoplastie und LWK 3 Kyphoplastie", ("L1", "L3")),
        ("L1 radiofréquence avec cyphoplastie et L3 cyphoplastie", ("L1", "L3")),
        ("L1 RFA con cifoplastia y L3 cifoplastia", ("L1", "L3")),
        ("L1 radiofrequenza con cifoplastica e L3 cifoplastica", ("L1", "L3")),
        ("L1 ablatie met kyfoplastiek en L3 kyfoplastiek", ("L1", "L3")),
        ("L1 termoablacja z kifoplastyką i L3 kifoplastyka", ("L1", "L3")),
        ("Kyphoplasty T12, L1 optional sedation", ("T12", "L1")),
        ("Kyphoplastie BWK 12, LWK 1 fakultativ Biopsie", ("T12", "L1")),
        ("Kyphoplastie BWK 12, LWK 1 optional Sedierung", ("T12", "L1")),
        ("Vertebroplasty for aneurysmal bone cyst L3", ("L3",)),
        ("Vertebroplasty L1, L3 fracture with Schmorl node", ("L1", "L3")),
        ("Kyphoplasty T12; fracture L1 below a facet cyst", ("T12", "L1")),
        ("Kyphoplasty T12, L1, bipedicular puncture", ("T12", "L1")),
        ("Kyphoplasty T12. Puncture of L1 from the left", ("T12", "L1")),
        ("Kyphoplastie BWK 12; Punktion LWK 1 von links", ("T12", "L1")),
        ("Kyphoplastie BWK 12, LWK 1 Fraktur bei Osteochondrose", ("T12", "L1")),
        ("Kyphoplastie bei M. Baastrup, LWK 1", ("L1",)),
        ("Cyphoplastie T12 ; ponction de L1 à gauche", ("T12", "L1")),
        ("Cyphoplastie T12, fracture de L1 sous un kyste synovial", ("T12", "L1")),
    ],
)
def test_a_vertebra_of_the_operation_is_kept(title, names):
    levels = augmentation_in(title).levels
    assert levels.names == names
    assert levels.is_count_sure


@pytest.mark.parametrize(
    ("title", "names"),
    [
        ("Kyphoplasty T8 RFA, L1 RFA", ("T8", "L1")),
        ("Kyphoplasty T8 with RFA, L1 with RFA", ("T8", "L1")),
        ("Kyphoplasty and RFA: T8 RFA, L1 RFA", ("T8", "L1")),
        ("Kyphoplasty L1 RFA and L3 RFA", ("L1", "L3")),
        ("Kyphoplasty: RFA T8, RFA L1", ("T8", "L1")),
        ("Kyphoplasty T8 (RFA), L1 (RFA)", ("T8", "L1")),
        ("Kyphoplasty L1 radiofrequency ablation", ("L1",)),
        ("Kyphoplastie BWK 8 mit RFA, LWK 1 mit RFA", ("T8", "L1")),
        (
            "Kyphoplastie BWK 8 Radiofrequenzablation, LWK 1 Radiofrequenzablation",
            ("T8", "L1"),
        ),
        ("Cyphoplastie T8 radiofréquence, L1 radiofréquence", ("T8", "L1")),
        ("Kyfoplastyka Th8 z termoablacją, L1 z termoablacją", ("T8", "L1")),
        ("T8椎体形成術 ラジオ波、L1 ラジオ波", ("T8", "L1")),
    ],
)
def test_an_ablation_at_each_vertebra_is_done_with_the_cement(title, names):
    levels = augmentation_in(title).levels
    assert levels.names == names
    assert levels.is_count_sure


@pytest.mark.parametrize(
    "title",
    [
        "Kyphoplasty L1 RFA L3",
        "Kyphoplasty L1, RFA L3, RFA L4",
        "Kyphoplasty L1 RFA, discitis L4/5",
        "L3 RFA with kyphoplasty L1",
    ],
)
def test_an_ablation_of_another_vertebra_is_not_counted(title):
    levels = augmentation_in(title).levels
    assert levels.names == ("L1",)
    assert not levels.is_count_sure


@pytest.mark.parametrize(
    "title",
    [
        "Kyphoplasty T12, L1 old fracture, painful nonunion",
        "Kyphoplasty T12, L1 painful nonunion, old fracture",
        "Kyphoplasty T12, L1 old fracture; nonunion",
        "Kyphoplastie BWK 12, LWK 1 alte Fraktur, Pseudarthrose",
        "Cyphoplastie T12, L1 fracture ancienne, pseudarthrose",
        "Cifoplastia T12, L1 fractura antigua con pseudoartrosis",
        "T12、L1椎体形成術 陳旧性骨折 偽関節",
    ],
)
def test_an_old_fracture_that_has_not_healed_is_treated(title):
    assert augmentation_in(title).levels.names == ("T12", "L1")


@pytest.mark.parametrize(
    "title",
    [
        "Kyphoplasty T12, L1 old fracture",
        "Kyphoplasty T12, L1 old healed fracture, no nonunion",
        "Kyphoplasty T12 nonunion, L1 old fracture",
        "Kyphoplasty T12 nonunion, old fracture L1",
        "Kyphoplasty T12, L1 old fracture, T12 painful nonunion",
        "Kyphoplastie BWK 12, LWK 1 alt",
    ],
)
def test_an_old_fracture_beside_a_nonunion_is_not_treated(title):
    assert augmentation_in(title).levels.names == ("T12",)


@pytest.mark.parametrize(
    "title",
    [
        "Kyphoplasty L1 old fracture, painful nonunion",
        "Kyphoplastie LWK 1 alte Fraktur, Pseudarthrose",
    ],
)
def test_an_old_fracture_behind_the_operation_is_its_reason(title):
    assert augmentation_in(title).levels.names == ("L1",)


@pytest.mark.parametrize(
    ("title", "names"),
    [
        ("Vertebroplasty transpedicular approach T12, L1", ("T12", "L1")),
        ("Kyphoplasty T12, transpedicular L1", ("T12", "L1")),
        ("Kyphoplasty T12. Transpedicular puncture L1", ("T12", "L1")),
        ("Kyphoplastie BWK 12, transpedikulär LWK 1", ("T12", "L1")),
        ("Cyphoplastie transpédiculaire T12 et L1", ("T12", "L1")),
        ("Cifoplastia transpedicular T12 y L1", ("T12", "L1")),
        ("Kyfoplastyka Th12, transpedikularnie L1", ("T12", "L1")),
        ("Kyphoplasty L1, transpedicular screws T12-L2", ("L1",)),
        ("Kyphoplasty L1, transpedicular fixation T12-L2", ("L1",)),
        ("Kyphoplastie LWK 1, transpedikuläre Schrauben BWK 12-LWK 2", ("L1",)),
        ("Cyphoplastie L1, vissage transpédiculaire T12-L2", ("L1",)),
        ("Kyfoplastyka L1, stabilizacja transpedikularna T12-L2", ("L1",)),
    ],
)
def test_a_needle_through_the_pedicle_is_no_screw(title, names):
    assert augmentation_in(title).levels.names == names

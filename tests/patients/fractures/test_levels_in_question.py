"""Which vertebrae an order treats, where its title names others or leaves it open."""

import pytest

from tests.order_builders import augmentation_in


@pytest.mark.parametrize(
    "title",
    [
        "Balloon kyphoplasty L1, leave T12 alone",
        "Balloon kyphoplasty L1, L2 untouched",
        "Balloon kyphoplasty L1, avoid L2",
        "Balloon kyphoplasty L1, RFA L3-L5 medial branches",
        "Kyphoplasty L1, L4-L5 decompression",
        "L4-L5 decompression, kyphoplasty L1",
        "Kyphoplasty L1, spondylolisthesis L4 on L5",
        "Kyphoplasty L1 (not L2)",
        "Kyphoplastie LWK 1, BWK 12 belassen",
        "Kyphoplastie LWK 1, Denervierung L3-L5",
        "Kyphoplastie LWK 1, Spondylolisthese LWK 4 auf LWK 5",
        "Cyphoplastie L1, laisser T12",
        "Cyphoplastie L1, spondylolisthésis L4 sur L5",
        "Cifoplastia L1, dejar T12",
        "Cifoplastia L1, rizolisis L3-L5",
        "Cifoplastica L1, lasciare T12",
        "Kyfoplastiek L1, niet L2",
        "Kyfoplastyka L1, nie L2",
        "L1椎体成形術、L4-5除圧",
        "L1椎体成形术，L2不处理",
    ],
)
def test_a_vertebra_of_something_else_is_not_counted(title):
    levels = augmentation_in(title).levels
    assert (levels.names, levels.count) == (("L1",), 1)


@pytest.mark.parametrize(
    "title",
    [
        "Balloon kyphoplasty T12 v L1",
        "Balloon kyphoplasty T12 vs L1",
        "Balloon kyphoplasty L1?L2?",
        "Balloon kyphoplasty T12/L1?",
        "Kyphoplasty one of T12, L1",
        "Kyphoplasty L1 and L4-L5 decompression",
        "Kyphoplastie eines von BWK 12, LWK 1",
        "Cyphoplastie un de T12, L1",
    ],
)
def test_a_vertebra_in_question_leaves_the_number_open(title):
    levels = augmentation_in(title).levels
    assert (levels.names, levels.count) == ((), None)


def test_one_in_question_leaves_the_number_of_the_others_unsure():
    levels = augmentation_in("Kyphoplasty T12; L1?").levels
    assert levels.names == ("T12",)
    assert not levels.is_count_sure


@pytest.mark.parametrize(
    ("title", "names"),
    [
        pytest.param("Kyphoplasty L1 ?osteoporotic", ("L1",), id="cause"),
        pytest.param("Kyphoplasty T12 and L1 for pain", ("T12", "L1"), id="reason"),
        pytest.param("Kyphoplasty T12-L1 alone", ("T12", "L1"), id="alone"),
    ],
)
def test_what_is_in_question_besides_the_vertebra_changes_nothing(title, names):
    assert augmentation_in(title).levels.names == names


@pytest.mark.parametrize(
    "title",
    [
        "Kyphoplasty L1, fracture 2 months ago",
        "Kyphoplasty L1 for fracture 3 weeks ago",
        "Kyphoplasty L1 due to fall 2 weeks ago",
        "Kyphoplastie LWK 1 bei Fraktur vor 3 Wochen",
        "Cyphoplastie L1 pour fracture il y a 3 semaines",
        "Cifoplastia L1 por fractura hace 3 semanas",
        "Cifoplastica L1 per frattura 3 settimane fa",
        "Kyfoplastiek L1 wegens fractuur 3 weken geleden",
        "Kyfoplastyka L1 z powodu złamania 3 tygodnie temu",
    ],
)
def test_a_fracture_of_the_past_is_the_reason_of_an_order(title):
    assert augmentation_in(title).levels.names == ("L1",)


@pytest.mark.parametrize(
    "title",
    [
        "Balloon kyphoplasty T12 2 months ago",
        "Kyphoplasty L1 done 2 months ago",
        "Kyphoplastie LWK 1 vor 3 Wochen",
        "Cifoplastica L1 3 settimane fa",
    ],
)
def test_an_operation_of_the_past_is_no_order(title):
    assert augmentation_in(title) is None


@pytest.mark.parametrize(
    "title",
    [
        "Kyphoplasty L1; PICC tip at T6 on CXR",
        "Kyphoplasty L1, pain radiating to L4",
        "Cifoplastia L1; alta prevista D1 postoperatorio",
        "Kyfoplastyka L1; elektrody stymulatora na wysokości Th8-Th9",
        "L1 BKP（胃癌 D2郭清後）",
    ],
)
def test_a_vertebra_in_a_part_about_something_else_is_asked_about(title):
    levels = augmentation_in(title).levels
    assert levels.names == ("L1",)
    assert not levels.is_count_sure


@pytest.mark.parametrize(
    ("title", "names"),
    [
        ("Kyphoplasty L1; also T12", ("T12", "L1")),
        ("Kyphoplasty L1; T12 fracture too", ("T12", "L1")),
        ("Kyphoplasty L1, left L2", ("L1", "L2")),
        ("Kyphoplastie L1 ; cimentoplastie L3", ("L1", "L3")),
        ("第1腰椎BKP、第3腰椎も", ("L1", "L3")),
    ],
)
def test_a_further_vertebra_of_the_same_order_counts(title, names):
    assert augmentation_in(title).levels.names == names


@pytest.mark.parametrize(
    "title",
    [
        "Kyphoplasty L1 and L2 if needed",
        "Kyphoplasty L1, and L2 if needed",
        "Kyphoplasty L1 & L2 if required",
        "Balloon kyphoplasty L1 + L2 if involved",
        "Kyphoplasty L1 and L2 only if unstable",
        "Kyphoplasty L1 and L2 prn",
        "Kyphoplastie LWK 1 und LWK 2 falls notwendig",
        "Cyphoplastie L1 et L2 si besoin",
        "Cifoplastia L1 y L2 si es necesario",
        "Cifoplastica L1 e L2 se necessario",
        "Kyfoplastiek L1 en L2 indien nodig",
        "Kyfoplastyka L1 i L2 w razie potrzeby",
    ],
)
def test_a_second_vertebra_under_a_condition_leaves_the_first_ordered(title):
    levels = augmentation_in(title).levels
    assert levels.names == ("L1",)
    assert not levels.is_count_sure


@pytest.mark.parametrize(
    "title",
    [
        "Kyphoplasty L1 if needed",
        "Kyphoplasty T12-L1 if needed",
        "Kyphoplasty L1 and L2 if pain persists",
        "Kyphoplasty L1 and L2 if patient agrees",
    ],
)
def test_a_condition_of_the_whole_orders_nothing_yet(title):
    assert augmentation_in(title) is None


@pytest.mark.parametrize(
    "title",
    [
        "Kyphoplasty L1 and L2 with biopsy if needed",
        "Kyphoplasty L1 and L2, sedation if needed",
    ],
)
def test_a_condition_of_something_else_leaves_both_vertebrae(title):
    levels = augmentation_in(title).levels
    assert levels.names == ("L1", "L2")
    assert levels.is_count_sure


@pytest.mark.parametrize(
    "title",
    [
        "Kyphoplasty L3-4 facet ablation, L4-5 facet ablation",
        "Kyphoplasty L4 facet ablation, L5 facet ablation",
    ],
)
def test_an_ablation_of_joints_behind_each_level_leaves_open_which_is_treated(title):
    levels = augmentation_in(title).levels
    assert (levels.names, levels.count, levels.is_count_sure) == ((), None, False)


@pytest.mark.parametrize(
    ("title", "names"),
    [
        ("Kyphoplasty L1 RFA", ("L1",)),
        ("Kyphoplasty L1 with RFA L1", ("L1",)),
        ("Kyphoplasty with RFA T8 and L1", ("T8", "L1")),
        ("RFA and kyphoplasty T8, L1", ("T8", "L1")),
        ("Kyphoplastie LWK 1 mit RFA", ("L1",)),
    ],
)
def test_an_ablation_next_to_the_operation_leaves_its_levels(title, names):
    assert augmentation_in(title).levels.names == names


@pytest.mark.parametrize(
    "title",
    [
        "Kyphoplasty L1, optional second level",
        "Kyphoplasty L1 possible second level",
        "Kyphoplasty L1, second level if needed",
        "Kyphoplasty L1, possible L2",
        "Kyphoplastie LWK 1, ggf. zweite Etage",
        "Cyphoplastie L1, éventuel deuxième niveau",
        "Cifoplastia L1, posible segundo nivel",
        "Cifoplastica L1, eventuale secondo livello",
    ],
)
def test_a_level_that_may_be_added_leaves_the_number_unsure(title):
    levels = augmentation_in(title).levels
    assert levels.names == ("L1",)
    assert not levels.is_count_sure

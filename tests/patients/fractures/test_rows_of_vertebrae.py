"""A row of numbers behind a vertebra, and Roman figures, name each vertebra."""

import pytest

from tests.builders import terminology
from tests.chart_builders import ask, by_topic, kyphoplasty, order_sign, problem
from tests.patients.reassuring import reassuring_record

THREE = [
    *("LWK 1, 2, 3 Fraktur", "LWK 1, 2 und 3 Frakturen", "LWK 1, 2, 3-Fraktur"),
    *("LWK 1, 2, 3 Kompressionsfraktur", "LWK-1-, -2- und -3-Fraktur"),
    *("L1, 2, 3 fracture", "L1, 2 and 3 compression fractures"),
    *("fractures L1, 2 et 3", "fracturas vertebrales L1, 2, 3"),
    *("fratture vertebrali L1, 2 e 3", "L1, 2, 3 fractuur"),
    *("wervelfracturen L1, 2 en 3", "L1, 2 i 3 złamania", "złamanie L1, 2 i 3"),
    *("第1、2、3腰椎圧迫骨折", "L1、2、3骨折", "L1,2,3骨折", "腰1、2、3椎体压缩性骨折"),
    *("요추 1, 2, 3번 압박골절", "L1, 2, 3 골절"),
    *("Fraktur LWK I, II und III", "Fraktur L I - L III", "złamanie L I, II i III"),
    # What comes with the whole list takes none of it away.
    "Acute fractures of T11, T12 and L2 with facet arthrosis",
    "Compression fractures of T11, T12 and L2 with degenerative disc disease",
    "Frakturen BWK 11, BWK 12 und LWK 2 mit Facettenarthrose",
    "fractures T11, T12 et L2 avec scoliose, spondylolisthésis",
    "fratture T11, T12 e L2 con scoliosi",
    "fracturas T11, T12 y L2 con escoliosis",
    "fracturen T11, T12 en L2 met scoliose",
]
NOT_THREE = [
    *("LWK 1, 3 Rippenfrakturen", "LWK 1 intakt, 2 Rippenfrakturen"),
    *("LWK 1 Fraktur, 3 Wochen", "L1 fracture, 3 mm retropulsion"),
    *("keine LWK 1, 2, 3 Fraktur", "geen L1, 2, 3 fractuur", "L4, 5 rib fractures"),
    *("L1 fracture, L4 and L5 with scoliosis", "Fracture T12, L4-L5 with scoliosis"),
    *("LWK-1-Fraktur; LWK 4 und LWK 5 mit Skoliose", "Fracture L1, L4 with scoliosis"),
    "L1 fracture, stenosis L3, L4 and L5 with scoliosis",
    *("LWK 1, 2, 3 Bandscheibenvorfall", "L1 osteochondrose, 3 Fraktur"),
]


def summary(words):
    entry = problem("diabetes", number="fracture", days=10, code={"text": words})
    record = reassuring_record(entry)
    cards = by_topic(ask(order_sign(record, kyphoplasty(None))))
    return cards["rehabilitation"]["summary"]


@pytest.mark.parametrize("words", THREE)
def test_a_row_of_broken_vertebrae_counts_each(words):
    assert summary(words).startswith("Three fractures at once")


@pytest.mark.parametrize("words", NOT_THREE)
def test_a_count_of_something_else_is_no_vertebra(words):
    assert "Three fractures" not in summary(words)


@pytest.mark.parametrize(
    ("words", "levels"),
    [
        ("Kyphoplastie LWK III", ["L3"]),
        ("Fraktur L II", ["L2"]),
        ("BWK XII Fraktur", ["T12"]),
        ("Th. XI/XII", ["T11", "T12"]),
        ("D XII", ["T12"]),
        ("złamanie trzonu L IV", ["L4"]),
        *(("X-ray L III", ["L3"]), ("rib fractures, fracture L III", ["L3"])),
        ("LWK II und III", ["L2", "L3"]),
        *(
            (words, [])
            for words in (
                *("LV dysfunction", "Rö-THX", "T II N I", "Vitamin D III", "T I DM"),
                *("KOLANO L I P", "CKD III", "Typ II", "Grade IV", "IV antibiotics"),
                *("Fracture metatarsal L V", "Fraktur Dig. L I", "MFK-Fraktur L V"),
                *("Gonarthrose L III", "złamanie palca L II", "rib fracture L V"),
                "Breast cancer T X N0 M0",
            )
        ),
    ],
)
def test_roman_figures_name_vertebrae_behind_their_name_alone(words, levels):
    assert [*terminology().level_names.named(words)] == levels


@pytest.mark.parametrize(
    "words",
    [
        *("L1-Fraktur, L2 und L3 unauffällig", "L1-Fraktur, L2 regelrecht"),
        *("L1-Fraktur, Bandscheibenvorfall L5", "L1-Fraktur, L5 Bandscheibenvorfall"),
        *("L1 Fraktur mit Bandscheibenvorfall L4/5", "L1 fracture, discitis L4/5"),
        *("LWK 1 Fraktur, Radikulopathie L5", "L1 Fraktur, Wurzelkompression L5"),
        *(
            "L1 fracture, Modic 2 L5",
            "L1 fracture with L5 radiculopathy",
        ),
    ],
)
def test_a_disc_a_root_or_nothing_at_a_level_is_no_fracture(words):
    assert terminology().levels.of_fractures(words) == ("L1",)
    assert "fractures at once" not in summary(words)


@pytest.mark.parametrize(
    "words",
    [
        *("L1-Fraktur, L3 neu", "L1-Fraktur, L3 Sinterung", "L1 und L3 Fraktur"),
        *("L1-Fraktur, L3-Fraktur", "L1-Fraktur, L3 frisch, neurologisch unauffällig"),
    ],
)
def test_a_second_fracture_stays_one(words):
    assert terminology().levels.of_fractures(words) == ("L1", "L3")


@pytest.mark.parametrize(
    "words",
    [
        *("L1 vertebral body fracture", "L1 compression fracture, acute"),
        *("Closed wedge compression fracture of L1", "Compression fx L1"),
    ],
)
def test_everyday_titles_of_the_fracture_leave_nothing_open(words):
    entry = problem("diabetes", number="fracture", days=10, code={"text": words})
    record = reassuring_record(entry)
    cards = by_topic(ask(order_sign(record, kyphoplasty())))
    assert "Not known" not in cards["rehabilitation"]["detail"]

"""T1 and T2 are sequences of an MRI next to a signal, and vertebrae elsewhere."""

import pytest

from tests.builders import terminology


@pytest.mark.parametrize(
    ("words", "levels"),
    [
        ("L3 oedema on T2", ("L3",)),
        ("bright L2 on T2", ("L2",)),
        ("dark on T1, bright on STIR at L3", ("L3",)),
        ("T1 low signal L2", ("L2",)),
        ("L2 fracture, T1 dark", ("L2",)),
        ("Ödem LWK 3 in T2", ("L3",)),
        ("KYPHOPLASTY L2, T2 HYPERINTENSITY", ("L2",)),
        ("L2 hyperintense on T2", ("L2",)),
        ("L2 en hyposignal T1", ("L2",)),
        ("L2 hiperintensa en T2", ("L2",)),
        ("L2 iperintensa in T2 STIR", ("L2",)),
        ("L2 hiperintensywny w T2", ("L2",)),
        ("腰2 T2高信号", ("L2",)),
        ("第2腰椎 T1低信号", ("L2",)),
        ("요추 2번 T2 고신호", ("L2",)),
        ("T2 oedema", ("T2",)),
        ("oedema on T2", ("T2",)),
        ("oedema at T2 and T3", ("T2", "T3")),
        ("fracture on T1, L3", ("T1", "L3")),
        ("kyphoplasty on T2 and L1, oedema", ("T2", "L1")),
        ("oedema L3 on T12", ("T12", "L3")),
    ],
)
def test_a_sequence_is_no_level(words, levels):
    assert terminology().levels.treated(words) == levels

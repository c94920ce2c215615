"""A denial of one place, behind which words say where the thing is, excludes nothing."""

import pytest

from tests.chart_builders import blood_count_for
from tests.patients.reassuring import cards_of, imaging

STATED = [
    *("No metastasis at T12, seen at L1", "No metastasis in T12. Present in L1."),
    *("No metastasis at T12 and seen at L1", "No tumor thoracic, 8 mm lumbar"),
    *("No cord compression at T12, present at L1", "No burst fracture T12. L1 is."),
    *("No abscess in the prior study, present in this study",),
    *("No metastasis on x-ray, demonstrated on MRI",),
    *("Keine Metastase in der BWS. LWS multisegmentale",),
    *("Keine Metastase BWK 12, frische LWK 1", "Kein Tumor in der BWS, LWS 8 mm"),
    *("腫瘍なし。L1にあり", "転移は認めない。腰椎に認める", "未见肿瘤。腰椎示"),
]
DENIED = [
    "No metastasis, discitis or cord compression is seen.",
    "L1 fracture with 30% height loss, no retropulsion, new since the prior study.",
    "No canal stenosis at L1. Mild at L4-L5.",
    "No fracture. Osteopenia is present.",
    "No metastasis in the lumbar spine.",
    "Technique: MRI without contrast. Findings: acute fracture L1. No metastasis.",
    "Keine Metastase. Osteoporose.",
    "Frische Fraktur LWK 1, kein Tumor, Spinalkanal frei.",
    "L1新鮮圧迫骨折。転移なし。",
    "L1压缩性骨折。未见转移。",
]


def is_below(*records):
    return "below the usual" in cards_of(*records)["rehabilitation"]["detail"]


@pytest.mark.parametrize("words", STATED)
def test_a_place_of_what_was_denied_reassures_nobody(words):
    assert not is_below(imaging(words))
    assert not is_below(blood_count_for(words))


@pytest.mark.parametrize("words", DENIED)
def test_a_denial_of_the_whole_still_excludes(words):
    assert is_below(imaging(words))

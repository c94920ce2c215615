"""A question is no denial, and a structure is plain only with what is harmless in it.

"Rule out infection" asks for something. A list that holds "facet joints" and "fracture"
would call the fracture of a facet joint plain.
"""

from itertools import product

import pytest

from tests.order_builders import terminology
from tests.patients.reassuring import cards_of, end_is_selected, imaging

NAMED = ("infection", "epidural abscess", "destructive lesion", "instability", "mass")
QUESTIONS = [
    *product(("Rule out {}", "R/o {}", "Evaluate for {}", "Please exclude {}"), NAMED),
    *product(("Assess for underlying {}", "To rule out {}", "Concern for {}"), NAMED),
    *product(
        ("Ausschluss {}", "Zum Ausschluss {}", "Frage nach {}"),
        ("Metastasen", "Infektion", "Instabilität"),
    ),
    *product(
        ("Éliminer une {}", "À la recherche d'une {}", "Recherche de {}"),
        ("métastase", "infection", "instabilité"),
    ),
    *product(("Descartar {}", "A descartar {}"), ("metástasis", "infección")),
    *product(("Escludere {}", "Da escludere {}"), ("metastasi", "infezione")),
    *product(("{} uitsluiten", "Uitsluiten {}"), ("Metastasen", "Infectie")),
    *product(("Wykluczyć {}", "Do wykluczenia {}"), ("przerzuty", "zakażenie")),
    *product(("除外{}", "排除{}", "有无{}"), ("转移", "感染", "骨质破坏")),
    *product(("{}を除外", "{}の有無"), ("転移", "感染", "骨破壊")),
    *product(("{} 배제", "{} 여부"), ("전이", "감염")),
]
# Where a fracture or oedema is another thing than that of a vertebral body.
PARTS = {
    "en": (
        (
            "facet|facet joint|facet joints|disc|disk|disc space|pedicle|lamina|posterior "
            "wall|posterior elements|spinous process|transverse process|ligament|cord"
            "|spinal cord|canal|sacrum|S1|soft tissue|pars|dens|pathology"
        ),
        "fracture|fractures|edema|acute fracture|deformity",
    ),
    "de": (
        (
            "Facettengelenk|Facettengelenke|Bandscheibe|Bandscheiben|Hinterkante|Pedikel"
            "|Wirbelbogen|Dornfortsatz|Myelon|Sakrum|Kreuzbein|S1|Spinalkanal|Bandapparat"
        ),
        "Fraktur|Ödem|frische Fraktur|Impression",
    ),
    "fr": (
        "facette|disque|pédicule|mur postérieur|moelle|sacrum|S1",
        "fracture|oedème",
    ),
    "es": ("faceta|disco|pedículo|muro posterior|médula|sacro|S1", "fractura|edema"),
    "it": (
        "faccetta|disco|peduncolo|muro posteriore|midollo|sacro|S1",
        "frattura|edema",
    ),
    "nl": ("facet|discus|pedikel|achterwand|myelum|sacrum|S1", "fractuur|oedeem"),
    "pl": ("dysk|nasada|rdzen|kosc krzyzowa|S1|luk", "zlamanie|obrzek"),
    "zh": ("椎间盘|小关节|椎弓根|后壁|后柱|脊髓|骶骨|S1|棘突", "骨折|水肿"),
    "ja": ("椎間板|椎間関節|椎弓根|後壁|脊髄|仙骨|S1|棘突起", "骨折|浮腫"),
    "ko": ("추간판|후관절|척추경|후벽|척수|천골|S1|극돌기", "골절|부종"),
}


def is_plain(words):
    return terminology().plain.reports.are_all(words)


@pytest.mark.parametrize("question", [form.format(name) for form, name in QUESTIONS])
def test_a_question_is_no_denial(question):
    assert not is_plain(question)


@pytest.mark.parametrize("language", PARTS)
def test_no_part_of_a_vertebra_is_plain_with_a_fracture_or_oedema(language):
    parts, found = (words.split("|") for words in PARTS[language])
    orders = [f"{part} {what}" for part, what in product(parts, found)]
    orders += [f"{what} {part}" for part, what in product(parts, found)]
    assert [one for one in orders if is_plain(one)] == []


@pytest.mark.parametrize(
    "conclusion",
    [
        "Mild facet arthropathy L4-L5 and L5-S1",
        "Degenerative changes of the facet joints",
        "Multilevel disc space narrowing, disc bulge at L3-L4",
        "The sacrum is intact. Lungs are clear",
        "Spinal alignment is preserved",
        "Pathology: lamellar bone",
        "Bandscheibendegeneration L5/S1",
        "Bandscheiben unauffällig",
        "L4/5椎间盘膨出",
        "椎間板変性、L1圧迫骨折",
        "L1 압박 골절",
    ],
)
def test_what_is_harmless_in_a_part_is_plain(conclusion):
    assert is_plain(conclusion)


@pytest.mark.parametrize(
    "conclusion",
    [
        "Acute L1 compression fracture. Rule out infection.",
        "Acute L1 compression fracture with facet joint fractures.",
        "Disc edema and endplate edema at L1-L2.",
        "Acute insufficiency fracture of the sacrum.",
        "椎间盘水肿。",
    ],
)
def test_a_question_or_a_part_reassures_nobody(conclusion):
    cards = cards_of(imaging(conclusion))
    assert "below the usual" not in cards["rehabilitation"]["detail"]
    assert "not fully understood" in cards["rehabilitation"]["detail"]
    assert not end_is_selected(cards)


@pytest.mark.parametrize(
    "conclusion",
    [
        "Acute compression fractures of L1, L3.",
        "Fractures of L1, T12 and L3.",
        "Frakturen von LWK 1, LWK 3.",
    ],
)
def test_a_list_of_broken_vertebrae_goes_on_after_a_comma(conclusion):
    cards = cards_of(imaging(conclusion))
    assert "below the usual" not in cards["rehabilitation"]["detail"]
    assert not end_is_selected(cards)

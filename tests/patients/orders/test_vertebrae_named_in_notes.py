"""A note that says which vertebra is meant gives an order without one its level."""

import pytest

from tests.order_builders import augmentation_in


def levels_with(note: str) -> tuple[str, ...]:
    return augmentation_in("Balloon kyphoplasty", note=[{"text": note}]).levels.names


@pytest.mark.parametrize(
    "note",
    [
        "Affected vertebra: L5",
        "Vertebra to be treated: L5",
        "Target level: L5",
        "Betroffener Wirbel: LWK 5",
        "Zu behandelnde Etage: LWK 5",
        "Vertèbre concernée : L5",
        "Niveau à traiter : L5",
        "Vértebra afectada: L5",
        "Nivel a tratar: L5",
        "Vertebra interessata: L5",
        "Livello da trattare: L5",
        "Sede: L5",
        "Aangedane wervel: L5",
        "Poziom: L5",
        "手术节段：L5",
    ],
)
def test_a_note_names_the_vertebra(note):
    assert levels_with(note) == ("L5",)


@pytest.mark.parametrize(
    "note",
    [
        "Unaffected vertebra: L5",
        "Pain radiates to L5",
        "Previously affected vertebra: L5",
        "Voroperierter Wirbel: LWK 5",
        "Douleur, vertèbre concernée L5",
        "Vertebra precedentemente trattata: L5",
        "Dolor irradiado, nivel afectado L5",
        "Last MRI: L5 disc",
    ],
)
def test_a_note_of_something_else_names_none(note):
    assert levels_with(note) == ()

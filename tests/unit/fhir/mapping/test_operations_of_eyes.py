"""Operations of cataracts by their titles, with the eye and its side."""

import pytest

from tests.builders import terminology


@pytest.mark.parametrize(
    "title",
    [
        "Usunięcie zaćmy oka prawego",
        "Operacja zaćmy obu oczu",
        "Fakoemulsyfikacja zaćmy z wszczepieniem soczewki",
        "Usunięcie pęcherzyka żółciowego",
        "Extraction de cataracte oeil gauche",
        "Cirugía de catarata ojo derecho",
        "Intervento di cataratta occhio destro",
        "Staaroperatie rechteroog",
    ],
)
def test_an_ordinary_operation_leaves_the_spine_alone(title: str) -> None:
    assert terminology().harmless_acts.is_operation(title)


@pytest.mark.parametrize(
    "title",
    [
        "Usunięcie oka prawego",
        "Usunięcie guza oka prawego",
        "Usunięcie gałki ocznej",
        "Usunięcie zaćmy i biopsja kręgu",
        "Operacja kręgosłupa",
        "Ablation de l'oeil",
        "Extirpación del ojo derecho",
        "Usunięcie kręgu L1",
    ],
)
def test_another_operation_is_read(title: str) -> None:
    assert not terminology().harmless_acts.is_operation(title)

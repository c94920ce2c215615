"""What was found in a text is not looked for again; other arguments are asked anew."""

import pytest

from cds_service.fhir.mapping.texts.kept_texts import KEPT_PROSE, LONGEST_KEPT, kept


@pytest.mark.parametrize("length", [10, LONGEST_KEPT + 1], ids=["title", "prose"])
def test_a_text_is_looked_through_once(length):
    asked = []

    def find(text, *, is_title):
        asked.append((text, is_title))
        return len(text)

    look = kept(find)
    words = "x" * length
    assert [look(words, is_title=True) for _ in range(3)] == [length] * 3
    assert look(words, is_title=False) == length
    assert asked == [(words, True), (words, False)]


def test_prose_is_not_kept_for_long():
    asked = []
    look = kept(asked.append)
    first, *others = (str(n).zfill(LONGEST_KEPT + 1) for n in range(KEPT_PROSE + 1))
    for text in (first, *others, first):
        look(text)
    assert asked.count(first) == 2


def test_a_fault_is_not_kept():
    def fail(text):
        raise TimeoutError(text)

    look = kept(fail)
    for _ in range(2):
        with pytest.raises(TimeoutError):
            look("x")

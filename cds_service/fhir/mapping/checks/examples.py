"""Try the examples that a site's word lists carry.

A word that fits too much makes an order count as plain, or a list as understood. So the
start refuses it. The tests try the examples of our own lists.
"""

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path

from cds_service.core.data_file import label, read_toml, validated
from cds_service.errors import DataFileError, DataFileErrors
from cds_service.fhir.mapping.files.language import Examples, read_languages
from cds_service.fhir.mapping.files.overlay import files_in_force
from cds_service.fhir.mapping.plain.plain_words import PlainWordsFile
from cds_service.fhir.mapping.terminology import Terminology


def check_examples(overlays: Sequence[Path], terminology: Terminology) -> None:
    """Refuse examples that the words miss, and counter-examples that they fit.

    Args:
        overlays: folders of a site that lie over `mappings/`.
        terminology: loaded from all of them.

    Raises:
        DataFileErrors: names each.
    """
    if faults := [*_wrong_examples(overlays, terminology)]:
        raise DataFileErrors(faults)


def _wrong_examples(
    folders: Sequence[Path], terminology: Terminology
) -> Iterator[DataFileError]:
    paths = files_in_force(folders, "texts", ".toml")
    for code, language in read_languages(folders).items():
        for concept, words in language.concepts.items():
            named = partial(terminology.text_concepts, among=frozenset({concept}))
            yield from _wrong(words, named, paths[code], f"{concept}.")
    for folder, plain in terminology.plain.by_folder().items():
        for path in files_in_force(folders, folder, ".toml").values():
            file = validated(PlainWordsFile, read_toml(path), path)
            is_plain = partial(plain.are_all, is_title=True)
            yield from _wrong(file, is_plain, path)


def _wrong(
    words: Examples, recognised: Callable[[str], object], path: Path, table: str = ""
) -> Iterator[DataFileError]:
    for text in words.examples:
        if not recognised(text):
            message = f"{text!r} is not recognised"
            yield DataFileError(label(path), f"{table}examples", message)
    for text in words.counter_examples:
        if recognised(text):
            message = f"{text!r} is recognised"
            yield DataFileError(label(path), f"{table}counter-examples", message)

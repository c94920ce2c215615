"""Read the languages of cards besides English, `languages/*.toml`."""

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TypeVar

from cds_service.core.data_file import Faults, label, read_toml, validated
from cds_service.core.handout.handout import HandoutText
from cds_service.core.words.languages import LanguageFile
from cds_service.errors import DataFileError
from cds_service.fhir.mapping.files.overlay import files_in_force
from cds_service.site.folder import SiteFolder

File = TypeVar("File", LanguageFile, HandoutText)


def read_languages(hooks: Sequence[Path]) -> Mapping[str, LanguageFile]:
    """Read the languages of cards besides English, ours or a site's.

    A site's file replaces ours, and may hold no phrase that ours bans.
    """
    languages: dict[str, LanguageFile] = {}
    faults = Faults()
    for name, path in files_in_force(hooks, "languages", ".toml").items():
        with faults:
            languages[name] = read_language(LanguageFile, name, path)
            our_path = hooks[0] / "languages" / path.name
            if path != our_path and our_path.exists():
                our_file = read_language(LanguageFile, name, our_path)
                _check_banned(languages[name], our_file.banned, path)
    faults.stop()
    return languages


def read_language(kind: type[File], name: str, path: Path) -> File:
    """Read the file of one language.

    Raises:
        DataFileError: it is wrong, or names another language than its file name.
    """
    file = validated(kind, read_toml(path), path)
    if file.language != name:
        raise DataFileError(label(path), "language", f"the file is called {name}")
    return file


def _check_banned(language: LanguageFile, banned: Sequence[str], path: Path) -> None:
    for pattern in banned:
        for text in language.sentences.values():
            if re.search(pattern, text, re.IGNORECASE):
                message = f"contains a phrase that no card may use: {pattern}"
                raise DataFileError(label(path), "sentences", message)


def languages_in_use(
    site: SiteFolder | None, known: Mapping[str, LanguageFile]
) -> Mapping[str, LanguageFile]:
    """Return the languages that the site turned on.

    One counts as reviewed if its file says so, or if the site names a reader.
    """
    if site is None:
        return {}
    languages = {}
    for name, use in site.site.languages.items():
        if name not in known:
            fault = f"there are: {', '.join(known)}"
            raise DataFileError("site.toml", f"languages.{name}", fault)
        languages[name] = known[name].model_copy(
            update={"reviewed": known[name].reviewed or bool(use.reader)}
        )
    return languages

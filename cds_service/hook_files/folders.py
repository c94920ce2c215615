"""Find the files of one service, and read those that are numbered."""

from collections.abc import Collection, Mapping, Sequence
from difflib import get_close_matches
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

from cds_service.core.acts.rule_file import Rule
from cds_service.core.data_file import DataTable, Faults, label, read_toml, validated
from cds_service.core.facts.fact_file import FactFile
from cds_service.errors import DataFileError
from cds_service.fhir.mapping.files.overlay import files_in_force

SHARED = "shared.toml"
Numbered = TypeVar("Numbered", Rule, FactFile)


def unknown_name(name: str, kind: str, known: Collection[str]) -> str:
    """Return the message for a name that does not exist, with near ones."""
    near_names = get_close_matches(name, sorted(known))
    if near_names:
        return (
            f"{name} is not one of the {kind}; did you mean {' or '.join(near_names)}?"
        )
    there_are = ", ".join(sorted(known)) or "none"
    return f"{name} is not one of the {kind}; there are: {there_are}"


def unknown_words(words: Collection[str], known: Collection[str]) -> str:
    """Return the message for unknown words in braces, with the known ones."""
    unknown = ", ".join(sorted(words))
    known_words = ", ".join(sorted(known))
    return f"unknown words {unknown}; words in braces here: {known_words}"


def check_references(
    file: str,
    references: Mapping[str, tuple[str, Collection[str]]],
    names: Mapping[str, Collection[str]],
) -> None:
    """Check that everything a file names exists.

    Args:
        file: the file's name in messages.
        references: a kind and the names of it, by the file's key.
        names: the names that exist, by kind.
    """
    faults = Faults()
    for key, (kind, names_used) in references.items():
        for name in dict.fromkeys(names_used):
            if name not in names[kind]:
                with faults:
                    message = unknown_name(name, kind, names[kind])
                    raise DataFileError(file, key, message)
    faults.stop()


class HookFolders(NamedTuple):
    """The folders of one service's files.

    Attributes:
        own: the service's folders, ours first, then a site's.
        shared: the folders of the service that `shared.toml` names. A file that `own`
            lacks is read there, and completes a fact or rule of the same name.
    """

    own: Sequence[Path]
    shared: Sequence[Path] = ()

    @property
    def all(self) -> tuple[Path, ...]:
        """Return all folders; the last one's file counts."""
        return (*self.shared, *self.own)


class SharedFile(DataTable):
    """`shared.toml`.

    Attributes:
        service: the service whose files are read if this one lacks them.
        whole: this service has the facts and rules of that one too, on another hook.
    """

    service: str
    whole: bool = False


def hook_folders(name: str, hooks: Sequence[Path]) -> HookFolders:
    """Find the folders of a service.

    Args:
        name: name of the service.
        hooks: our folder `hooks/`, then a site's.

    Raises:
        DataFileError: `shared.toml` names no other service.
    """
    own_folders = [root / name for root in hooks]
    path = own_folders[0] / SHARED
    if not path.exists():
        return HookFolders(own_folders)
    file = validated(SharedFile, read_toml(path), path)
    if file.service == name or not (hooks[0] / file.service).is_dir():
        raise DataFileError(label(path), "service", "is no other service")
    shared = [root / file.service for root in hooks]
    if file.whole:
        own_folders = [*shared, *own_folders]
    return HookFolders(own_folders, shared)


def read_numbered(
    model: type[Numbered], folders: HookFolders, name: str
) -> tuple[Numbered, ...]:
    """Read the files of one subfolder by rank, and refuse an id that appears twice."""
    files: list[Numbered] = []
    faults = Faults()
    for path, table in _numbered(folders, name, faults):
        with faults:
            numbered = validated(model, table, path)
            numbered.read_from(path)
            files.append(numbered)
    faults.stop()
    first: dict[str, Numbered] = {}
    for file in files:
        with faults:
            if (other := first.setdefault(file.id, file)) is not file:
                message = f"{file.id} is the id of {other.file} too: take a free one"
                raise DataFileError(file.file, "id", message)
    faults.stop()
    return tuple(files)


def _numbered(
    folders: HookFolders, kind: str, faults: Faults
) -> list[tuple[Path, dict[str, Any]]]:
    """List each file of a subfolder with its content and rank.

    A shared file of the same name completes it. The rank is the number before the name.
    """
    shared = files_in_force(folders.shared, kind, ".toml")
    files = []
    for name, path in sorted(files_in_force(folders.own, kind, ".toml").items()):
        rank, _, _ = name.partition("-")
        with faults:
            if not rank.isdigit():
                message = "the file name begins with its rank, 10-name.toml"
                raise DataFileError(label(path), "", message)
            base = read_toml(shared[name]) if name in shared else {}
            files.append((path, {**base, **read_toml(path), "rank": int(rank)}))
    return files

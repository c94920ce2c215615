"""Find the data files in force in several folders, one laid over the other.

A file replaces those of the same name in earlier folders; files are never merged.
"""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from cds_service.core.data_file import Model, label, read_toml, validated
from cds_service.errors import DataFileError, DataFileErrors

DATA = (".toml", ".json", ".md")
MISSING_TABLE = "is missing: copy it from ours, or begin again from a copy of ours"


def files_in_force(
    folders: Sequence[Path], subfolder: str, suffix: str
) -> Mapping[str, Path]:
    """Return the file in force by name without suffix, sorted by name.

    Raises:
        DataFileError: a folder exists but cannot be read.
    """
    paths = (path for folder in folders for path in _listed(folder / subfolder))
    return dict(
        sorted({path.stem: path for path in paths if path.suffix == suffix}.items())
    )


def file_in_force(folders: Sequence[Path], name: str) -> Path | None:
    """Return the last folder's file of this name.

    Raises:
        DataFileError: a folder exists but cannot be read.
    """
    return next(
        (
            folder / name
            for folder in reversed(folders)
            if folder / name in _listed(folder)
        ),
        None,
    )


def required(
    folders: Sequence[Path], name: str, model: type[Model]
) -> tuple[Path, Model]:
    """Return the TOML file in force with this name, and its content.

    Raises:
        DataFileError: no folder has it, or it is wrong.
    """
    path = file_in_force(folders, name)
    if path is None:
        raise DataFileError(name, "", "is missing")
    return path, validated(model, read_toml(path), path)


def missing_tables(path: Path, names: Iterable[str]) -> DataFileError:
    """Return the fault of a site's copy that is older than ours, table by table."""
    return DataFileErrors(
        [DataFileError(label(path), name, MISSING_TABLE) for name in names]
    )


def refuse_unread(ours: Path, overlay: Path) -> None:
    """Refuse files and folders of a site's overlay that would never be read.

    If our folder holds folders, the overlay may use the same names alone. Elsewhere
    names are free, and only the kind of file must match.

    Raises:
        DataFileError: names the first such file or folder.
    """
    for path in sorted(overlay.rglob("*")):
        name = path.relative_to(overlay)
        is_ours = path.is_dir() or path.suffix.lower() in DATA
        if (
            not is_ours
            or path.name == "README.md"
            or any(part.startswith(".") for part in name.parts)
        ):
            continue  # notes, and files left by editors and mounted volumes
        siblings = _listed(ours / name.parent)
        has_folders = any(sibling.is_dir() for sibling in siblings)
        if has_folders:
            used = {sibling.name for sibling in siblings}
            is_free = False
        else:
            used = {f"*{sibling.suffix}" for sibling in siblings}
            is_free = not path.is_dir() and f"*{path.suffix}" in used
        if not is_free and not (ours / name).exists():
            message = f"is not used; used here are: {', '.join(sorted(used))}"
            raise DataFileError(str(path), "", message)


def _listed(folder: Path) -> list[Path]:
    """Return the folder's content; nothing if it does not exist.

    An unreadable folder must not pass for an empty one.
    """
    try:
        return list(folder.iterdir())
    except OSError as error:
        if isinstance(error, FileNotFoundError) and not folder.is_symlink():
            return []
        raise DataFileError(
            label(folder), "", f"cannot be read: {error.strerror}"
        ) from error

"""Overlays data folders: a later file replaces an earlier one of the same name entirely; files are never merged."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from cds_service.errors import DataFileError

DATA = (".toml", ".json", ".md")
Model = TypeVar("Model", bound=BaseModel)


def files_in_force(folders: Sequence[Path], subfolder: str, suffix: str) -> Mapping[str, Path]:
    """The file in force by name without suffix, sorted by name.

    Raises:
        DataFileError: a folder exists but cannot be read.
    """
    paths = (path for folder in folders for path in _listed(folder / subfolder))
    return dict(sorted({path.stem: path for path in paths if path.suffix == suffix}.items()))


def top_files(folders: Sequence[Path], *names: str) -> Mapping[str, Path]:
    """The file in force for each of these names that any folder has.

    Raises:
        DataFileError: a folder exists but cannot be read.
    """
    there = ((folder, {path.name for path in _listed(folder)}) for folder in folders)
    return {name: folder / name for folder, present in there for name in names if name in present}


def required(folders: Sequence[Path], name: str, model: type[Model]) -> tuple[Path, Model]:
    """The TOML file in force with this name, and its content.

    Raises:
        DataFileError: no folder has it, or it is wrong.
    """
    path = top_files(folders, name).get(name)
    if path is None:
        raise DataFileError(name, "", "is missing")
    return path, validated(model, read_toml(path), path)


def refuse_unread(ours: Path, overlay: Path) -> None:
    """Refuse files and folders in a site's overlay that would never be read, such as misspelt ones.

    Where our folder holds folders, the overlay may only use the same names. Elsewhere names are free, and only the kind
    of file must match.

    Raises:
        DataFileError: names the first such file or folder.
    """
    for path in sorted(overlay.rglob("*")):
        name = path.relative_to(overlay)
        is_ours = path.is_dir() or path.suffix.lower() in DATA
        if not is_ours or path.name == "README.md" or any(part.startswith(".") for part in name.parts):
            continue  # notes, and files left by editors and mounted volumes
        beside = _listed(ours / name.parent)
        has_folders = any(one.is_dir() for one in beside)
        kinds = {one.suffix for one in beside if not has_folders}
        if not (ours / name).exists() and (path.is_dir() or path.suffix not in kinds):
            there = sorted({one.name if has_folders else f"*{one.suffix}" for one in beside})
            raise DataFileError(str(path), "", f"is not used; used here are: {', '.join(there)}")


def _listed(folder: Path) -> list[Path]:
    """The folder's content; nothing if it does not exist. An unreadable folder must not pass for an empty one."""
    try:
        return list(folder.iterdir())
    except OSError as error:
        if isinstance(error, FileNotFoundError) and not folder.is_symlink():
            return []
        raise DataFileError(label(folder), "", f"cannot be read: {error.strerror}") from error


def label(path: Path) -> str:
    """The name of a data file in messages: folder and file name."""
    return f"{path.parent.name}/{path.name}"


def read_toml(path: Path) -> dict[str, Any]:
    """The content of a TOML file."""
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise DataFileError(label(path), "", f"cannot be read: {error}") from error


def read_json(path: Path) -> dict[str, Any]:
    """The object in a JSON file; duplicate keys are refused."""
    try:
        content = json.loads(path.read_text(encoding="utf-8"), object_pairs_hook=_unique_keys)
    except (OSError, ValueError) as error:
        empty = "is empty" if path.is_file() and not path.stat().st_size else f"cannot be read: {error}"
        raise DataFileError(label(path), "", empty) from error
    if not isinstance(content, dict):
        raise DataFileError(label(path), "", "is not an object")
    return content


def validated(model: type[Model], content: Mapping[str, Any], path: Path) -> Model:
    """Validate the content as a model; the error names the first faulty key."""
    try:
        return model.model_validate(content)
    except ValidationError as error:
        first = error.errors()[0]
        key = ".".join(str(part) for part in first["loc"])
        raise DataFileError(label(path), key, first["msg"]) from error


def _unique_keys(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    content = dict(pairs)
    if len(content) != len(pairs):
        keys = [key for key, _ in pairs]
        raise ValueError(f"key stands twice: {next(key for key in keys if keys.count(key) > 1)}")
    return content

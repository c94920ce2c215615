"""Data folders laid over each other: a later file replaces an earlier one of the same name, whole, never merged."""

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
    """File name without suffix -> the file in force, sorted by name.

    Raises:
        DataFileError: a folder is there and cannot be read.
    """
    paths = (path for folder in folders for path in _listed(folder / subfolder))
    return dict(sorted({path.stem: path for path in paths if path.suffix == suffix}.items()))


def top_files(folders: Sequence[Path], *names: str) -> Mapping[str, Path]:
    """The file in force of each of these names that any folder has.

    Raises:
        DataFileError: a folder is there and cannot be read.
    """
    there = ((folder, {path.name for path in _listed(folder)}) for folder in folders)
    return {name: folder / name for folder, present in there for name in names if name in present}


def required(folders: Sequence[Path], name: str, model: type[Model]) -> tuple[Path, Model]:
    """The TOML file in force of this name, and its content.

    Raises:
        DataFileError: no folder has it, or it is wrong.
    """
    path = top_files(folders, name).get(name)
    if path is None:
        raise DataFileError(name, "", "is missing")
    return path, validated(model, read_toml(path), path)


def refuse_unread(ours: Path, overlay: Path) -> None:
    """No file or folder of a site's overlay stands where nobody looks: a misspelt name would silently not be in force.

    In a folder of ours that holds folders the names are ours; in the others names are free and kinds are ours.

    Raises:
        DataFileError: names the first that does.
    """
    for path in sorted(overlay.rglob("*")):
        name = path.relative_to(overlay)
        is_ours = path.is_dir() or path.suffix.lower() in DATA
        if not is_ours or path.name == "README.md" or any(part.startswith(".") for part in name.parts):
            continue  # what people note, and what editors and mounted volumes leave
        beside = _listed(ours / name.parent)
        has_folders = any(one.is_dir() for one in beside)
        kinds = {one.suffix for one in beside if not has_folders}
        if not (ours / name).exists() and (path.is_dir() or path.suffix not in kinds):
            there = sorted({one.name if has_folders else f"*{one.suffix}" for one in beside})
            raise DataFileError(str(path), "", f"is not used; used here are: {', '.join(there)}")


def _listed(folder: Path) -> list[Path]:
    """What lies in it; nothing where it is not there. One that may not be read must not pass for an empty one."""
    try:
        return list(folder.iterdir())
    except OSError as error:
        if isinstance(error, FileNotFoundError) and not folder.is_symlink():
            return []
        raise DataFileError(label(folder), "", f"cannot be read: {error.strerror}") from error


def label(path: Path) -> str:
    """How a data file is called in messages: its folder and name."""
    return f"{path.parent.name}/{path.name}"


def read_toml(path: Path) -> dict[str, Any]:
    """The content of a TOML file."""
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise DataFileError(label(path), "", f"cannot be read: {error}") from error


def read_json(path: Path) -> dict[str, Any]:
    """The object in a JSON file; a key that stands twice is refused."""
    try:
        content = json.loads(path.read_text(encoding="utf-8"), object_pairs_hook=_unique_keys)
    except (OSError, ValueError) as error:
        raise DataFileError(label(path), "", f"cannot be read: {error}") from error
    if not isinstance(content, dict):
        raise DataFileError(label(path), "", "is not an object")
    return content


def validated(model: type[Model], content: Mapping[str, Any], path: Path) -> Model:
    """The content as a model; the first fault is named by its key."""
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

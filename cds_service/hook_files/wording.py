"""Check all texts for phrases that no card may use, `wording.toml`."""

import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from cds_service.cards.card_files import in_force
from cds_service.core.data_file import Faults, label, read_json, read_toml
from cds_service.errors import DataFileError
from cds_service.fhir.mapping.files.overlay import DATA


def check_wording(hooks: Sequence[Path], folders: Sequence[Path]) -> None:
    """Check that no text of ours or of a site matches a banned pattern."""
    banned = banned_patterns(hooks)
    faults = Faults()
    for folder in folders:
        files = [path for path in folder.rglob("*") if path.suffix in DATA]
        for path in sorted(files):
            with faults:
                _check_words(path, banned)
    faults.stop()


def banned_patterns(hooks: Sequence[Path]) -> tuple[re.Pattern[str], ...]:
    """Read the banned phrases as compiled patterns."""
    path = in_force(hooks, "wording.toml")
    return tuple(
        re.compile(phrase, re.IGNORECASE) for phrase in read_toml(path)["banned"]
    )


def _check_words(path: Path, banned: Sequence[re.Pattern[str]]) -> None:
    if path.suffix == ".toml":
        texts = _strings(read_toml(path))
    elif path.suffix == ".json":
        texts = _strings(read_json(path))
    else:
        texts = [path.read_text(encoding="utf-8")]
    for text in texts:
        for pattern in banned:
            if pattern.search(text):
                message = (
                    "contains a phrase that no card may use, by `banned` of"
                    f" wording.toml: {pattern.pattern}"
                )
                raise DataFileError(label(path), "", message)


def _strings(value: Any) -> Iterable[str]:
    """List every string in a data file, keys left out."""
    if isinstance(value, str):
        return [value]
    items: Iterable[Any] = ()
    if isinstance(value, dict):
        items = value.values()
    elif isinstance(value, list):
        items = value
    return [text for item in items for text in _strings(item)]

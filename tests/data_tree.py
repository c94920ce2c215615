"""A copy of all data files that a test may change, and the service read from it."""

import shutil
from pathlib import Path
from typing import Any

import pytest

from cds_service import loading
from cds_service.call import Service

ROOT = Path(__file__).resolve().parents[1]
HOOK = "kyphoplasty-order-sign"


class DataTree:
    """Studies, hooks and mappings in a folder of their own; `load` reads the service from there."""

    def __init__(self, folder: Path, patch: pytest.MonkeyPatch) -> None:
        self.folder = folder
        for source in ("hooks", "mappings", "cds_service/studies"):
            shutil.copytree(ROOT / source, folder / Path(source).name)
        patch.setattr(loading, "data_root", lambda kind: folder / kind)
        patch.setattr(loading, "STUDIES", folder / "studies")
        patch.setattr(loading, "REDUCED", folder / "studies" / "reduced")
        shutil.copytree(
            loading.CORE,
            folder / "core",
            ignore=shutil.ignore_patterns("*.py", "__pycache__"),
        )
        patch.setattr(loading, "CORE", folder / "core")

    @property
    def hook(self) -> Path:
        return self.folder / "hooks" / HOOK

    def write(self, path: str, text: str) -> Path:
        """A new file, or another content for an old one."""
        file = self.folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
        return file

    def replace(self, path: str, old: str, new: str) -> None:
        """Other words in a file; they must be there."""
        file = self.folder / path
        text = file.read_text(encoding="utf-8")
        assert old in text, (path, old)
        file.write_text(text.replace(old, new), encoding="utf-8")

    def load(self, **options: Any) -> Service:
        return loading.load_service(**options)


@pytest.fixture
def tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> DataTree:
    """A copy of the data; import this fixture where it is needed."""
    return DataTree(tmp_path / "data", monkeypatch)

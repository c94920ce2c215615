"""The rows of faults.toml."""

import tomllib
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict

FILE = Path(__file__).with_name("faults.toml")


class Case(BaseModel):
    """One case; what its fields mean stands at the head of the file."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    row: str
    title: str
    script: dict[str, str] = {}
    server: Literal["scripted", "none"] = "scripted"
    run: Literal["here", "process"] = "here"
    deadline: float = 0.0
    keys: str | tuple[str, ...] = "none"
    sends: dict[str, str] = {}
    record: str = ""
    draft: str = ""
    host: str = ""
    lookup: Literal["", "fails", "hangs", "fifty", "changes"] = ""
    certificate: str = ""
    tls: str = ""
    status: int = 200
    issue: str = ""
    card: Literal["", "full", "noticed", "partial", "none"] = ""
    says: tuple[str, ...] = ()
    silent: tuple[str, ...] = ()
    asks: dict[str, int] = {}
    again: tuple[str, ...] = ()
    lookups: int | None = None

    @property
    def name(self) -> str:
        return f"{self.row} {self.title}"

    @property
    def seconds(self) -> float:
        """The deadline: long where nothing is waited for, so that a busy machine gives the same answer."""
        return self.deadline or (10.0 if self.card in ("full", "noticed") else 2.0)


def load_cases() -> list[Case]:
    """All of them, in the order of the file."""
    return [
        Case.model_validate(one)
        for one in tomllib.loads(FILE.read_text(encoding="utf-8"))["case"]
    ]

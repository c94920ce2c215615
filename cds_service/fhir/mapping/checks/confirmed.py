"""Read and try a site's tests of its own codes: what a person has confirmed of each.

`mappings confirm` writes them to `confirmed/` of the site folder. They are tried at
each start and by `mappings check`, so that a changed map or value set is reported there
and not seen first on a card.
"""

from datetime import date
from pathlib import Path
from typing import Self

from pydantic import model_validator

from cds_service.core.data_file import (
    Closed,
    DataFile,
    Faults,
    label,
    read_toml,
    validated,
)
from cds_service.errors import DataFileError
from cds_service.fhir.mapping.terminology import Terminology

FOLDER = "confirmed"  # of a site folder


class ConfirmedCode(Closed):
    """One code, and what it means or never means.

    Attributes:
        means: a code of ours, or `SYSTEM|CODE` of a standard one.
        unit: UCUM unit of a value that has none.
        never: a code of ours that was proposed for it and refused.
    """

    system: str
    code: str
    text: str = ""
    means: str = ""
    unit: str = ""
    never: str = ""

    @model_validator(mode="after")
    def _says_one_thing(self) -> Self:
        if bool(self.means) == bool(self.never):
            raise ValueError("needs either means or never")
        return self

    def fault(self, terminology: Terminology) -> str:
        """Return what no longer holds; empty if all does."""
        concepts = terminology.concepts([{"system": self.system, "code": self.code}])
        maps = terminology.local_meanings(self.system, self.code)
        meant = concepts | {f"{one.system}|{one.code}" for one in maps}
        if self.never in meant:
            return f"means {self.never}, which was refused"
        if self.means and self.means not in meant:
            return f"does not mean {self.means}, as was confirmed"
        if self.unit and self.unit not in {one.unit for one in maps}:
            return f"does not imply the unit {self.unit}, as was confirmed"
        return ""


class ConfirmedFile(DataFile):
    """One file of `confirmed/`: who confirmed the codes, and when."""

    by: str
    on: date
    codes: tuple[ConfirmedCode, ...]


def _read_confirmed(folder: Path) -> dict[Path, ConfirmedFile]:
    """Read the files of `confirmed/` in a site folder.

    Raises:
        DataFileError: names file and key of what is wrong.
    """
    files = {}
    faults = Faults()
    for path in sorted((folder / FOLDER).glob("*")):
        with faults:
            if path.suffix != ".toml":
                raise DataFileError(label(path), "", "is not used: *.toml is")
            files[path] = validated(ConfirmedFile, read_toml(path), path)
    faults.stop()
    return files


def check_confirmed(folder: Path, terminology: Terminology) -> None:
    """Try each confirmed code.

    Raises:
        DataFileError: one of them means something else by now.
    """
    faults = Faults()
    for path, file in _read_confirmed(folder).items():
        for confirmed in file.codes:
            if fault := confirmed.fault(terminology):
                with faults:
                    key = f"codes.{confirmed.system}|{confirmed.code}"
                    raise DataFileError(label(path), key, fault)
    faults.stop()

"""Read the table of UCUM units, `units.toml`: canonical spellings and conversions."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from pydantic import Field

from cds_service.core.data_file import Closed, DataFile, label
from cds_service.errors import DataFileError
from cds_service.fhir.mapping.files.overlay import required


class Factor(Closed):
    """The conversion of one unit to another: the value is multiplied by `times`.

    Attributes:
        at_most: largest plausible value; beyond it the unit must be a mistake.
    """

    unit: str = Field(alias="from")
    to: str
    times: float = Field(gt=0)
    at_most: float | None = None


class _UnitsFile(DataFile):
    spellings: Mapping[str, tuple[str, ...]]
    factors: tuple[Factor, ...]


@dataclass(frozen=True, slots=True)
class UnitTable:
    """Spellings and factors from `units.toml`."""

    spellings: Mapping[str, str]
    factors: Mapping[tuple[str, str], Factor]

    def canonical(self, spelling: str) -> str | None:
        """Return the table's spelling of a unit; None if the table lacks it.

        If the exact spelling is not listed, case and spaces do not matter.
        """
        return self.spellings.get(spelling) or self.spellings.get(_folded(spelling))

    def convert(self, value: float, unit: str, to: str) -> float | None:
        """Convert a value to another canonical unit.

        The result is None without a conversion, or if the value is implausible.
        """
        if unit == to:
            return value
        factor = self.factors.get((unit, to))
        if factor is None or (
            factor.at_most is not None and not 0 <= value <= factor.at_most
        ):
            return None
        return value * factor.times


def load_units(folders: Sequence[Path]) -> UnitTable:
    """Load the unit table in force.

    Raises:
        DataFileError: the file is missing or wrong.
    """
    path, content = required(folders, "units.toml", _UnitsFile)
    spellings: dict[str, str] = {}
    for canonical, others in content.spellings.items():
        for spelling in (canonical, *others):
            if spellings.setdefault(_folded(spelling), canonical) != canonical:
                raise DataFileError(
                    label(path),
                    f"spellings.{canonical}",
                    f"{spelling!r} is also another unit",
                )
            spellings[spelling] = canonical  # the most common spelling in records
    factors: dict[tuple[str, str], Factor] = {}
    for factor in content.factors:
        for unit in (factor.unit, factor.to):
            if unit not in content.spellings:
                raise DataFileError(
                    label(path), "factors", f"{unit} has no row in spellings"
                )
        # A factor holds for every finding: that of another substance would be wrong.
        if factors.setdefault((factor.unit, factor.to), factor) is not factor:
            message = f"{factor.unit} to {factor.to} is there twice"
            raise DataFileError(label(path), "factors", message)
    return UnitTable(spellings, factors)


def _folded(spelling: str) -> str:
    """Return a spelling without case and spaces: `Kg`, `kg / m2`, `T-Score`."""
    return "".join(spelling.split()).casefold()

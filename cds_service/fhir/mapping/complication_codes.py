"""Recognise codes of complications of an operation, by `complication-codes.toml`."""

from collections.abc import Sequence
from pathlib import Path

from cds_service.core.data_file import DataFile
from cds_service.fhir.mapping.code_systems import CodeSystems
from cds_service.fhir.mapping.harmless_codes import HarmlessCodes, VagueCodes
from cds_service.fhir.mapping.overlay import required

FILE = "complication-codes.toml"


class ComplicationCodesFile(DataFile):
    """`complication-codes.toml`.

    Attributes:
        reviewed: a reader whom a site names has read the file.
        grave: grave illness that is no deficit.
        stroke: strokes, which may be a deficit.
        elsewhere: illness of another organ, which is no deficit as a complication.
        none: what says that there was no complication.
        but: what of the grave codes is long-standing or everyday.
        nerve: diseases of a nerve root.
        earlier: illness of before, which is on the problem list.
        several: fractures of several vertebrae.
        leg_broken: broken bones of pelvis and leg that no value set holds.
        leg_injured: other injuries of pelvis and leg that bear no weight.
    """

    reviewed: bool
    grave: tuple[VagueCodes, ...]
    stroke: tuple[VagueCodes, ...]
    elsewhere: tuple[VagueCodes, ...]
    none: tuple[VagueCodes, ...]
    but: tuple[VagueCodes, ...] = ()
    nerve: tuple[VagueCodes, ...] = ()
    earlier: tuple[VagueCodes, ...] = ()
    several: tuple[VagueCodes, ...] = ()
    leg_broken: tuple[VagueCodes, ...] = ()
    leg_injured: tuple[VagueCodes, ...] = ()


class ComplicationCodes:
    """The lists of the file, by system."""

    def __init__(self, content: ComplicationCodesFile, systems: CodeSystems) -> None:
        """Index the lists.

        Raises:
            DataFileError: a system is not in `systems.toml`, or a range is not valid.
        """
        self._codes = HarmlessCodes(
            (),
            systems,
            FILE,
            grave=content.grave,
            stroke=content.stroke,
            elsewhere=content.elsewhere,
            none=content.none,
            but=content.but,
            nerve=content.nerve,
            earlier=content.earlier,
            several=content.several,
            leg_broken=content.leg_broken,
            leg_injured=content.leg_injured,
        )
        self._systems_of_earlier = tuple(one.system for one in content.earlier)

    def is_grave(self, system: str, code: str) -> bool:
        """Tell if a canonical code names grave illness that is no deficit."""
        is_listed = self._codes.is_among("grave", system, code)
        return is_listed and not self._codes.is_among("but", system, code)

    def is_acute(self, system: str, code: str) -> bool:
        """Tell if a canonical code names grave illness or a stroke."""
        return self.is_grave(system, code) or self._codes.is_among(
            "stroke", system, code
        )

    def is_no_deficit(self, system: str, code: str) -> bool:
        """Tell if a complication with this canonical code is no deficit."""
        is_elsewhere = self._codes.is_among("elsewhere", system, code)
        return is_elsewhere or self.is_grave(system, code)

    def is_nerve_root(self, system: str, code: str) -> bool:
        """Tell if a canonical code names a disease of a nerve root."""
        return self._codes.is_among("nerve", system, code)

    def is_none(self, system: str, code: str) -> bool:
        """Tell if a canonical code says that there was no complication."""
        return self._codes.is_among("none", system, code)

    def is_of_several(self, system: str, code: str) -> bool:
        """Tell if a canonical code names fractures of several vertebrae."""
        return self._codes.is_among("several", system, code)

    def is_broken_leg(self, system: str, code: str) -> bool:
        """Tell if a canonical code names a broken bone of pelvis or leg."""
        return self._codes.is_among("leg_broken", system, code)

    def is_injured_leg(self, system: str, code: str) -> bool:
        """Tell if a canonical code names another injury of pelvis or leg."""
        return self._codes.is_among("leg_injured", system, code)

    def is_earlier(self, code: str) -> bool:
        """Tell if a code, of whatever system, names an illness of before."""
        return any(
            self._codes.is_among("earlier", system, code)
            for system in self._systems_of_earlier
        )


def load_complication_codes(
    folders: Sequence[Path], systems: CodeSystems
) -> ComplicationCodes:
    """Load the file in force.

    Raises:
        DataFileError: it is missing or wrong.
    """
    return ComplicationCodes(required(folders, FILE, ComplicationCodesFile)[1], systems)

"""Recognise codes of complications of an operation, by `complication-codes.toml`."""

from collections.abc import Sequence
from pathlib import Path
from typing import Literal

from cds_service.core.data_file import DataFile
from cds_service.fhir.mapping.codes.code_systems import CodeSystems
from cds_service.fhir.mapping.codes.harmless_codes import (
    HarmlessCodes,
    VagueCodes,
    lists_of,
)
from cds_service.fhir.mapping.files.overlay import required
from cds_service.fhir.mapping.texts.fresh_event_names import FreshEvent

FILE = "complication-codes.toml"
# What the lists of repairs treat, by the names of the concepts.
REPAIRS = {
    "repair_thigh": "hip-fracture",
    "repair_pelvis": "pelvic-fracture",
    "repair_bone": "other-fracture",
}

# The lists of what limits walking, besides injuries.
LimitOfWalking = Literal[
    "walks_not", "leg_lost", "leg_operated", "carried", "leg_splinted", "charcot_foot"
]


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
        earlier: earlier illness, which is on the problem list.
        several: fractures of several vertebrae.
        everyday: what is long known or trivial if it is first coded since.
        seldom: what of the everyday codes is neither.
        lasting: what of them is everyday as long as no onset is given.
        states: what an earlier operation left, or put in.
        ward: what of them every ward codes, and no value set or harmless range holds.
        repair_thigh: treatment of a broken or dislocated hip or thigh.
        repair_pelvis: the same of the pelvis.
        repair_bone: the same of another bone or joint.
        rescue: what is done for a catastrophe, and other operations of the spine.
        leg_broken: broken bones of pelvis and leg that no value set holds.
        leg_injured: other injuries of pelvis and leg that bear no weight.
        allergy: allergic reactions, as the reason why a bone drug was stopped.
        walks_not: diagnoses of somebody who does not walk.
        leg_lost: a leg or a foot that is lost, and its amputation.
        leg_operated: operations and casts of pelvis and leg.
        carried: devices that carry or lift a patient.
        leg_splinted: boots, casts and splints of a leg.
        charcot_foot: joints of ankle and foot that give way without pain.
        heart_fresh: heart attacks.
        lung_fresh: embolisms of the lung.
        brain_fresh: strokes.
        neck_brace: rigid braces of the neck.
        of_before: what is no news if it was recorded before the operation.
        complaint: complaints of heart, lungs, legs, wound and mind, as the reason of
            an act since the operation.
        rest_meant: what a patient is kept in bed for.
        outside_care: acts outside everyday care, of which no word says what they are.
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
    everyday: tuple[VagueCodes, ...] = ()
    seldom: tuple[VagueCodes, ...] = ()
    lasting: tuple[VagueCodes, ...] = ()
    states: tuple[VagueCodes, ...] = ()
    ward: tuple[VagueCodes, ...] = ()
    repair_thigh: tuple[VagueCodes, ...] = ()
    repair_pelvis: tuple[VagueCodes, ...] = ()
    repair_bone: tuple[VagueCodes, ...] = ()
    rescue: tuple[VagueCodes, ...] = ()
    leg_broken: tuple[VagueCodes, ...] = ()
    leg_injured: tuple[VagueCodes, ...] = ()
    allergy: tuple[VagueCodes, ...] = ()
    walks_not: tuple[VagueCodes, ...] = ()
    leg_lost: tuple[VagueCodes, ...] = ()
    leg_operated: tuple[VagueCodes, ...] = ()
    carried: tuple[VagueCodes, ...] = ()
    leg_splinted: tuple[VagueCodes, ...] = ()
    charcot_foot: tuple[VagueCodes, ...] = ()
    heart_fresh: tuple[VagueCodes, ...] = ()
    lung_fresh: tuple[VagueCodes, ...] = ()
    brain_fresh: tuple[VagueCodes, ...] = ()
    neck_brace: tuple[VagueCodes, ...] = ()
    of_before: tuple[VagueCodes, ...] = ()
    complaint: tuple[VagueCodes, ...] = ()
    rest_meant: tuple[VagueCodes, ...] = ()
    outside_care: tuple[VagueCodes, ...] = ()


class ComplicationCodes:
    """The lists of the file, by system."""

    def __init__(self, content: ComplicationCodesFile, systems: CodeSystems) -> None:
        """Index the lists.

        Raises:
            DataFileError: a system is not in `systems.toml`, or a range is not valid.
        """
        self._codes = HarmlessCodes((), systems, FILE, lists_of(content))
        self._everyday_in = frozenset(one.system for one in content.everyday)
        self._systems = systems
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

    def is_of_before(self, system: str, code: str) -> bool:
        """Tell if what a canonical code names is no news once it is known."""
        return self._codes.is_among("of_before", system, code)

    def is_complaint(self, system: str, code: str) -> bool:
        """Tell if a canonical code names a complaint for which an act is ordered."""
        return self._codes.is_among("complaint", system, code)

    def is_rest_meant(self, system: str, code: str) -> bool:
        """Tell if a canonical code names what a patient is kept in bed for."""
        return self._codes.is_among("rest_meant", system, code)

    def is_outside_care(self, system: str, code: str) -> bool:
        """Tell if a canonical code is of an act that no ward sees every day."""
        return self._codes.is_among("outside_care", system, code)

    def is_none(self, system: str, code: str) -> bool:
        """Tell if a canonical code says that there was no complication."""
        return self._codes.is_among("none", system, code)

    def is_of_several(self, system: str, code: str) -> bool:
        """Tell if a canonical code names fractures of several vertebrae."""
        return self._codes.is_among("several", system, code)

    def is_judged(self, system: str) -> bool:
        """Tell if the lists say of each code of a system if it is everyday."""
        return not self._everyday_in.isdisjoint(self._systems.lineage(system))

    def is_unlisted(self, system: str, code: str) -> bool:
        """Tell if a canonical code is not among the everyday ones of its system."""
        if not self.is_judged(system):
            return False
        return not any(
            self._codes.is_among(name, system, code) for name in ("everyday", "but")
        )

    def is_everyday(self, system: str, code: str) -> bool:
        """Tell if a canonical code is long known or trivial, and no crisis."""
        is_listed = self._codes.is_among("everyday", system, code)
        return is_listed and not self.is_seldom(system, code)

    def is_seldom(self, system: str, code: str) -> bool:
        """Tell if a canonical code is a crisis or the like among the everyday codes."""
        return self._codes.is_among("seldom", system, code)

    def is_lasting(self, system: str, code: str) -> bool:
        """Tell if a canonical code is everyday as long as no onset is given."""
        return self._codes.is_among("lasting", system, code)

    def is_state(self, system: str, code: str) -> bool:
        """Tell if a canonical code is of what an earlier operation left or put in."""
        return self._codes.is_among("states", system, code)

    def is_of_ward(self, system: str, code: str) -> bool:
        """Tell if every ward sees what a canonical code names: it asks for nothing."""
        return self._codes.is_among("ward", system, code)

    def repaired_bone(self, system: str, code: str) -> str:
        """Return the bone that a canonical code of a procedure treats; else ""."""
        return next(
            (
                bone
                for name, bone in REPAIRS.items()
                if self._codes.is_among(name, system, code)
            ),
            "",
        )

    def is_rescue(self, system: str, code: str) -> bool:
        """Tell if a canonical code is of a catastrophe or a further operation."""
        return self._codes.is_among("rescue", system, code)

    def is_broken_leg(self, system: str, code: str) -> bool:
        """Tell if a canonical code names a broken bone of pelvis or leg."""
        return self._codes.is_among("leg_broken", system, code)

    def is_injured_leg(self, system: str, code: str) -> bool:
        """Tell if a canonical code names another injury of pelvis or leg."""
        return self._codes.is_among("leg_injured", system, code)

    def is_allergy(self, system: str, code: str) -> bool:
        """Tell if a canonical code names an allergic reaction."""
        return self._codes.is_among("allergy", system, code)

    def is_neck_brace(self, system: str, code: str) -> bool:
        """Tell if a canonical code is of a rigid brace of the neck."""
        return self._codes.is_among("neck_brace", system, code)

    def limits_walking(self, kind: LimitOfWalking, system: str, code: str) -> bool:
        """Tell if a canonical code is in a list of what limits walking."""
        return self._codes.is_among(kind, system, code)

    def is_event(self, kind: FreshEvent, system: str, code: str) -> bool:
        """Tell if a canonical code is in a list of events."""
        return self._codes.is_among(kind, system, code)

    def is_earlier(self, code: str) -> bool:
        """Tell if a code, of whatever system, names an earlier illness."""
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

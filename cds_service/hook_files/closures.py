"""Read what an override closes, `closures.toml`."""

from collections.abc import Collection

from cds_service.cards.card_files import in_force
from cds_service.cards.texts import CardTexts
from cds_service.core.closures import ClosureFile
from cds_service.core.data_file import label, read_toml, validated
from cds_service.errors import DataFileError
from cds_service.hook_files.folders import HookFolders, unknown_name


def read_closures(folders: HookFolders, texts: CardTexts) -> ClosureFile:
    """Read what overrides close; each names a topic and a reason of its cards.

    An override of a card of the shared service counts here as it does there.
    """
    path = in_force(folders.own, "closures.toml")
    found = validated(ClosureFile, read_toml(path), path)
    for number, one in enumerate(found.closures):
        place = f"closures.{number}"
        if one.topic not in texts.reasons:
            raise DataFileError(
                label(path),
                f"{place}.topic",
                f"is not one of {', '.join(texts.reasons)}",
            )
        codes = [reason.code for reason in texts.reasons[one.topic]]
        if one.reason not in codes:
            raise DataFileError(
                label(path), f"{place}.reason", f"is not one of {', '.join(codes)}"
            )
    if not folders.shared:
        return found
    other = in_force(folders.shared, "closures.toml")
    if other == path:
        return found
    shared = validated(ClosureFile, read_toml(other), other)
    every = (*found.closures, *shared.closures)
    return found.model_copy(update={"closures": every})


def check_acts(file: ClosureFile, acts: Collection[str]) -> None:
    """Check that a fact asks for each act that an override closes by name."""
    for one in file.closures:
        if one.act and one.act not in acts:
            place = f"closures.act (topic {one.topic}, reason {one.reason})"
            message = unknown_name(one.act, "acts of the facts", acts)
            raise DataFileError("closures.toml", place, message)

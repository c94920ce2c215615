"""Read what an override closes, `closures.toml`."""

from collections.abc import Collection

from cds_service.cards.card_files import in_force
from cds_service.cards.texts import CardTexts
from cds_service.core.data_file import label, read_toml, validated
from cds_service.core.earlier_cards.closures import ClosureFile
from cds_service.errors import DataFileError
from cds_service.hook_files.folders import HookFolders, unknown_name


def read_closures(folders: HookFolders, texts: CardTexts) -> ClosureFile:
    """Read what overrides close, and check each topic and reason.

    What an override closes in the shared service, it closes here too.
    """
    path = in_force(folders.own, "closures.toml")
    file = validated(ClosureFile, read_toml(path), path)
    for number, closure in enumerate(file.closures):
        place = f"closures.{number}"
        if closure.topic not in texts.reasons:
            raise DataFileError(
                label(path),
                f"{place}.topic",
                f"is not one of {', '.join(texts.reasons)}",
            )
        codes = [reason.code for reason in texts.reasons[closure.topic]]
        if closure.reason not in codes:
            raise DataFileError(
                label(path), f"{place}.reason", f"is not one of {', '.join(codes)}"
            )
    if not folders.shared:
        return file
    shared_path = in_force(folders.shared, "closures.toml")
    if shared_path == path:
        return file
    shared = validated(ClosureFile, read_toml(shared_path), shared_path)
    closures = (*file.closures, *shared.closures)
    return file.model_copy(update={"closures": closures})


def check_acts(file: ClosureFile, acts: Collection[str]) -> None:
    """Check that a fact asks for each act that an override closes by name."""
    for closure in file.closures:
        if closure.act and closure.act not in acts:
            place = f"closures.act (topic {closure.topic}, reason {closure.reason})"
            message = unknown_name(closure.act, "acts of the facts", acts)
            raise DataFileError("closures.toml", place, message)

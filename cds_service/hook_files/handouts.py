"""Read the patient's page in each language, `handout/*.toml`."""

from collections.abc import Iterable, Mapping

from cds_service.call import ServiceHook
from cds_service.core.data_file import Faults
from cds_service.core.handout.handout import HandoutText
from cds_service.core.handout.handout_settings import HandoutSettings
from cds_service.errors import DataFileError
from cds_service.fhir.mapping.files.overlay import files_in_force
from cds_service.hook_files.folders import HookFolders
from cds_service.hook_files.languages import read_language


def read_handouts(folders: HookFolders) -> Mapping[str, HandoutText]:
    """Read the page by language; a site's file replaces ours."""
    faults = Faults()
    handouts: dict[str, HandoutText] = {}
    for name, path in files_in_force(folders.own, "handout", ".toml").items():
        with faults:
            handouts[name] = read_language(HandoutText, name, path)
    faults.stop()
    return handouts


def check_settings(settings: HandoutSettings, services: Iterable[ServiceHook]) -> None:
    """Refuse settings for the page in a language in which no page is written."""
    with_page = {language for hook in services for language in hook.handouts}
    for key, languages in (
        ("language", {settings.language}),
        ("words", {*settings.words}),
    ):
        if unknown := languages - with_page:
            fault = f"no page is written in {', '.join(sorted(unknown))}"
            raise DataFileError("site.toml", f"handout.{key}", fault)

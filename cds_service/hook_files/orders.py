"""Read the orders that a card may offer, `orders/*.json`."""

import re
from collections.abc import Iterable, Mapping
from typing import Any

from cds_service.core.data_file import Faults, label, read_json
from cds_service.core.words.languages import LanguageFile
from cds_service.errors import DataFileError
from cds_service.fhir.leaves import leaves_of
from cds_service.fhir.mapping.files.overlay import files_in_force
from cds_service.fhir.orders.suggested.suggestions import OrderTemplate
from cds_service.hook_files.folders import HookFolders
from cds_service.site.clients import EVERYTHING
from cds_service.site.folder import SiteFolder

OWN_WORDS = frozenset({"code.text", "reasonCode.text", "note.text"})
PLACEHOLDER = re.compile(r"\\\{\w+\\\}")
FILLED = "[^.;]{1,80}"


def read_orders(folders: HookFolders) -> Mapping[str, Mapping[str, Any]]:
    """Read the orders by name, with their placeholders."""
    faults = Faults()
    orders: dict[str, Mapping[str, Any]] = {}
    for name, path in files_in_force(folders.all, "orders", ".json").items():
        with faults:
            orders[name] = read_json(path)
    faults.stop()
    return orders


def refuse_two_codes(template: OrderTemplate, site: SiteFolder | None) -> None:
    """Refuse two codes for one order: an EHR would get either of them."""
    clients = site.own_clients if site else ()
    settings = [client.capabilities or EVERYTHING for client in clients] or [EVERYTHING]
    for capabilities in settings:
        placeable = template.placeable(capabilities)
        if len(placeable) > 1:
            codes = " and ".join(
                f"{order.coding['system']}|{order.coding['code']} ({label(order.file)})"
                for order in placeable
            )
            raise DataFileError(
                label(placeable[-1].file),
                f"group.element.{placeable[-1].coding['code']}",
                f"two codes for one order, {template.title}: {codes}; keep the one that"
                " the EHR places as equivalent, write wider and a comment at the other,"
                " or name order-systems under [clients.capabilities]",
            )


def words_of_orders(
    templates: Iterable[OrderTemplate], languages: Mapping[str, LanguageFile]
) -> re.Pattern[str]:
    """Return a pattern for the texts of the orders that we offer.

    They come back in signed orders, in any of our languages. In place of a placeholder
    there are a few words or a number.
    """
    texts = {
        value
        for template in templates
        for path, value in leaves_of(template.resource)
        if path in OWN_WORDS and not value.startswith("{")
    }
    texts |= {
        language.sentences[text]
        for language in languages.values()
        for text in texts
        if text in language.sentences
    }
    patterns = [PLACEHOLDER.sub(FILLED, re.escape(text)) for text in sorted(texts)]
    return re.compile("|".join(patterns))

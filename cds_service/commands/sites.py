"""`--site` and `--client`, alike in every command that takes them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from cds_service.settings import read_settings

if TYPE_CHECKING:
    from cds_service.site.clients import Capabilities
    from cds_service.site.folder import SiteFolder

SITE = click.option(
    "--site",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    help="a site folder; default: KYPHOPLASTY_CDS_SITE",
)
CLIENT = click.option("--client", metavar="ISSUER", help="as this EHR gets it: its own folder, what it can apply")


def chosen_site(path: Path | None = None, issuer: str | None = None) -> tuple[SiteFolder | None, Capabilities]:
    """The site folder as it is for this client, and what the client can apply; the site's own where none is named."""
    from cds_service.site.clients import EVERYTHING  # noqa: PLC0415 - pydantic models are loaded where they are needed
    from cds_service.site.folder import load_site  # noqa: PLC0415

    path = path or read_settings().site
    folder = load_site(path) if path else None
    clients = {one.issuer: one for one in folder.site.clients} if folder else {}
    if issuer is None:
        return folder, EVERYTHING
    if folder is None or issuer not in clients:
        known = ", ".join(clients) or "none"
        raise click.BadParameter(f"no client {issuer}; there are: {known}", param_hint="--client")
    return folder.clients.get(issuer, folder), clients[issuer].capabilities or EVERYTHING

"""`python -m tests.integration.servers`: fetch what the real servers need, each once."""

import click

from tests.integration.servers.hapi import HAPI, install_hapi
from tests.integration.servers.medplum import MEDPLUM, install_medplum

for installation, install in ((HAPI, install_hapi), (MEDPLUM, install_medplum)):
    if installation.lacking():
        click.echo(f"servers: fetching {installation.name}")
        install()
    click.echo(f"servers: {installation.name} is in {installation.folder}")

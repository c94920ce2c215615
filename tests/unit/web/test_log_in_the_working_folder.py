"""A server for EHRs without a named database says that its log is in the working folder."""

import logging

import pytest

from cds_service.settings import Settings
from cds_service.site.folder import load_site
from cds_service.web.server import NAME_A_DATABASE, warn_if_sqlite_with_clients
from tests.client_tokens import client_of, site_folder


@pytest.mark.parametrize(
    ("has_clients", "named", "is_warned"),
    [
        (True, {}, True),
        (True, {"database_url": "sqlite:///named.sqlite3"}, False),
        (False, {}, False),
    ],
)
def test_it_is_said_at_the_start(tmp_path, caplog, has_clients, named, is_warned):
    site = None
    if has_clients:
        keys = 'jwks-url = "https://ehr.example.org/jwks.json"'
        site = load_site(site_folder(tmp_path, client_of(keys=keys))).site
    with caplog.at_level(logging.WARNING):
        warn_if_sqlite_with_clients(Settings(**named), site)
    assert (NAME_A_DATABASE in caplog.messages) is is_warned

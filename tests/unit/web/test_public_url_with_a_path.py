"""A server says at its start that its pages do not work below a path."""

import logging

import pytest

from cds_service.settings import Settings
from cds_service.web.server import NEEDS_A_HOST, warn_if_below_a_path


@pytest.mark.parametrize(
    ("public_url", "is_warned"),
    [
        ("https://apps.example.org/cds", True),
        ("https://apps.example.org/cds/", True),
        ("https://cds.example.org", False),
        ("https://cds.example.org/", False),
        ("https://cds.example.org:8443", False),
        (None, False),
    ],
)
def test_a_path_is_named(public_url, is_warned, caplog):
    with caplog.at_level(logging.WARNING):
        warn_if_below_a_path(Settings(public_url=public_url).public_url)
    assert (NEEDS_A_HOST in caplog.messages) is is_warned

"""Where the server may listen."""

import pytest
from click.testing import CliRunner

from cds_service.cli import main
from cds_service.errors import DataFileError
from cds_service.web.server import refuse_public_host


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "10.0.0.1", "cds.example.org", ""])
def test_only_the_machine_itself_may_call_as_long_as_callers_are_not_authenticated(host):
    with pytest.raises(DataFileError):
        refuse_public_host(host)


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "::1"])
def test_loopback_is_served(host):
    refuse_public_host(host)


def test_the_command_says_that_nginx_is_required_beyond_loopback():
    said = CliRunner().invoke(main, ["serve", "--help"]).output
    assert "Beyond loopback put nginx in front" in said

"""Addresses are compared by their parts; what only looks alike is another place."""

import pytest

from cds_service.outgoing.address import is_loopback_host, parse_address, parse_base
from tests.tables import cases

BASE = parse_base("https://ehr.example.org/fhir/r4")


@pytest.mark.parametrize("url", cases(__file__, "one_address_has_several_spellings"))
def test_one_address_has_several_spellings(url):
    assert parse_base(url) == BASE


@pytest.mark.parametrize("url", cases(__file__, "what_looks_alike_is_another_address"))
def test_what_looks_alike_is_another_address(url):
    assert parse_base(url) != BASE


@pytest.mark.parametrize("url", cases(__file__, "what_is_no_plain_base_is_refused"))
def test_what_is_no_plain_base_is_refused(url):
    with pytest.raises(ValueError, match=r".+"):
        parse_base(url)


def test_an_address_below_the_base_lies_under_it():
    assert parse_address("https://ehr.example.org/fhir/r4?page=2").is_under(BASE)
    assert parse_address("https://ehr.example.org/fhir/r4/Observation?x=1").is_under(
        BASE
    )
    assert not parse_address("https://ehr.example.org/fhir/r40/Observation").is_under(
        BASE
    )
    assert not parse_address("http://ehr.example.org/fhir/r4/Observation").is_under(
        BASE
    )


@pytest.mark.parametrize(
    ("url", "spelling"), cases(__file__, "an_address_is_written_in_one_spelling")
)
def test_an_address_is_written_in_one_spelling(url, spelling):
    assert parse_address(url).url == spelling


@pytest.mark.parametrize(
    ("host", "is_loopback"), cases(__file__, "only_the_machine_itself_is_loopback")
)
def test_only_the_machine_itself_is_loopback(host, is_loopback):
    assert is_loopback_host(host) is is_loopback

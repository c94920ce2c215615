"""Addresses are compared by their parts; what only looks alike is another place."""

import time

import pytest

from cds_service.outgoing.address import (
    LONGEST,
    is_loopback_host,
    parse_address,
    parse_base,
)

BASE = parse_base("https://ehr.example.org/fhir/r4")


@pytest.mark.parametrize(
    "url",
    [
        "https://ehr.example.org/fhir/r4",
        "https://ehr.example.org/fhir/r4/",
        "https://EHR.example.ORG:443/fhir//r4",
        "HTTPS://ehr.example.org/fhir/r4",
    ],
)
def test_one_address_has_several_spellings(url):
    assert parse_base(url) == BASE


@pytest.mark.parametrize(
    "url",
    [
        "https://ehr.example.org.evil.tld/fhir/r4",
        "https://ehr.example.org/fhir/r4evil",
        "https://ehr.example.org./fhir/r4",
        "https://ehr.example.org:8443/fhir/r4",
        "http://ehr.example.org/fhir/r4",
        "https://ehr.example.org/FHIR/r4",
        "https://ehr.example.org/fhir",
    ],
)
def test_what_looks_alike_is_another_address(url):
    assert parse_base(url) != BASE


@pytest.mark.parametrize(
    "url",
    [
        "",
        "ehr.example.org",
        "//ehr.example.org/fhir/r4",
        "ftp://ehr.example.org/fhir/r4",
        "file:///etc/passwd",
        "https:///fhir",
        "https://ehr.example.org@evil.tld/fhir/r4",
        "https://user:pw@ehr.example.org/fhir/r4",
        "https://ehr.example.org/fhir/r4/../../admin",
        "https://ehr.example.org/fhir/%2e%2e/r4",
        "https://ehr.example.org/fhir\\r4",
        "https://ehr.example.org/fhir/r4#x",
        "https://ehr.example.org/fhir/r4?x=1",
        "https://ehr.example.org/fhir/r4?",
        "https://ehr.example.org/fhir/r4\t",
        "https://ehr.example.org\r\n/fhir/r4",
        " https://ehr.example.org/fhir/r4",
        "https://ehr.example.org:443:443/fhir/r4",
        "https://ehr.example.org:99999/fhir/r4",
        "https://ehr.example.org:port/fhir/r4",
        "https://[::1/fhir",
        "https://ehr.exämple.org/fhir/r4",
    ],
)
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
    ("url", "spelling"),
    [
        ("http://[::1]:8080/fhir/", "http://[::1]:8080/fhir"),
        ("http://localhost:80/", "http://localhost"),
        ("https://e.org/a?b=c|d", "https://e.org/a?b=c|d"),
    ],
)
def test_an_address_is_written_in_one_spelling(url, spelling):
    assert parse_address(url).url == spelling


@pytest.mark.parametrize(
    ("host", "is_loopback"),
    [
        ("localhost", True),
        ("127.0.0.1", True),
        ("127.8.8.8", True),
        ("::1", True),
        ("[::1]", True),
        ("0.0.0.0", False),
        ("10.0.0.1", False),
        ("127.1", False),
        ("2130706433", False),
        ("0x7f.0.0.1", False),
        ("0177.0.0.1", False),
        ("localhost.evil.tld", False),
        ("::", False),
        ("", False),
        ("::ffff:10.0.0.1", False),
    ],
)
def test_only_the_machine_itself_is_loopback(host, is_loopback):
    assert is_loopback_host(host) is is_loopback


@pytest.mark.parametrize("part", ["a/", "a", "?a=1&b", "%"])
def test_an_address_of_megabytes_is_none_and_takes_no_time(part):
    long = BASE.url + part * 4_000_000
    began = time.process_time()
    with pytest.raises(ValueError, match="too long"):
        parse_address(long)
    assert time.process_time() - began < 0.05


def test_the_longest_address_is_read():
    long = f"{BASE.url}/Condition?page="
    assert parse_address(long + "x" * (LONGEST - len(long))).is_under(BASE)

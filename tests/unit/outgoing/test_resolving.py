"""Names to addresses that may be called."""

import socket
import threading
import time

import pytest

from cds_service.errors import CallFailed
from cds_service.outgoing import resolving
from cds_service.outgoing.deadline import Deadline
from cds_service.outgoing.resolving import MOST_ADDRESSES, Resolver

PUBLIC = "93.184.216.34"


class Names:
    """A name server of one answer."""

    def __init__(self, *addresses: str) -> None:
        self.addresses = addresses
        self.asked = 0

    def __call__(self, _host, _port, **_options):
        self.asked += 1
        if not self.addresses:
            raise socket.gaierror(socket.EAI_NONAME, "unknown")
        return [
            (socket.AF_INET, socket.SOCK_STREAM, 6, "", (one, 0))
            for one in self.addresses
        ]


def resolve(host: str, names: Names, *, allow_private: bool = False) -> tuple[str, ...]:
    return Resolver(allow_private=allow_private, lookup=names).addresses(
        host, Deadline.after(5)
    )


def reason(host: str, *addresses: str, allow_private: bool = False) -> str:
    with pytest.raises(CallFailed) as caught:
        resolve(host, Names(*addresses), allow_private=allow_private)
    return caught.value.reason


def test_a_name_gives_its_addresses_each_once_and_not_too_many():
    many = [f"93.184.216.{number}" for number in range(1, 50)]
    assert resolve("ehr.example.org", Names(PUBLIC, PUBLIC)) == (PUBLIC,)
    assert resolve("ehr.example.org", Names(*many)) == tuple(many[:MOST_ADDRESSES])
    assert resolve("ehr.example.org", Names("2606:2800:220:1::1")) == (
        "2606:2800:220:1::1",
    )


PRIVATE = [
    "127.0.0.1",
    "10.1.2.3",
    "192.168.0.9",
    "172.16.0.1",
    "100.64.0.1",
    "::1",
    "fd00::1",
    "::ffff:10.0.0.1",
]
# What `ipaddress` calls global, and no public network is: site-local, IPv4 in old
# wrappings, NAT64 at home, reserved.
PRIVATE += [
    "fec0::1",
    "::7f00:1",
    "::ffff:0:a01:203",
    "64:ff9b:1::a9fe:a9fe",
    "240.0.0.1",
]
NEVER = [
    "169.254.169.254",
    "fe80::1%eth0",
    "224.0.0.1",
    "0.0.0.0",
    "::ffff:169.254.169.254",
]


@pytest.mark.parametrize("address", PRIVATE)
def test_b4_a_name_that_leads_inside_is_not_called_unless_the_site_allows_private_networks(
    address,
):
    assert reason("ehr.example.org", address) == "ip-denied"
    assert reason("ehr.example.org", PUBLIC, address) == "ip-denied"
    assert resolve("ehr.example.org", Names(address), allow_private=True) == (address,)


@pytest.mark.parametrize("allow_private", [False, True])
@pytest.mark.parametrize("address", NEVER)
def test_b4_what_is_no_host_of_anybody_is_never_called(address, allow_private):
    assert (
        reason("ehr.example.org", PUBLIC, address, allow_private=allow_private)
        == "ip-denied"
    )


def test_an_address_is_checked_and_not_looked_up():
    names = Names("10.0.0.1")
    assert resolve(PUBLIC, names) == (PUBLIC,)
    # who may name this machine was decided before
    assert resolve("127.0.0.1", names) == ("127.0.0.1",)
    assert resolve("localhost", Names("127.0.0.1", "::1")) == ("127.0.0.1", "::1")
    assert reason("10.0.0.1") == "ip-denied"
    assert names.asked == 0


def test_f35_a_name_is_looked_up_once_in_half_a_minute(monkeypatch):
    names = Names(PUBLIC)
    resolver = Resolver(allow_private=False, lookup=names)
    now = 5000.0
    monkeypatch.setattr(resolving.time, "monotonic", lambda: now)
    for _ in range(5):
        resolver.addresses("ehr.example.org", Deadline(0.0, 1e9))
    now += 29
    resolver.addresses("ehr.example.org", Deadline(0.0, 1e9))
    assert names.asked == 1
    now += 2
    resolver.addresses("ehr.example.org", Deadline(0.0, 1e9))
    assert names.asked == 2


def test_an_unknown_name_is_not_asked_for_by_every_query():
    names = Names()
    resolver = Resolver(allow_private=False, lookup=names)
    for _ in range(12):
        with pytest.raises(CallFailed) as caught:
            resolver.addresses("ehr.example.org", Deadline.after(5))
        assert caught.value.reason == "dns"
    assert names.asked == 1


def test_who_waits_for_the_lookup_of_another_waits_no_longer_than_its_own_time():
    held = threading.Event()
    resolver = Resolver(
        allow_private=False, lookup=lambda *_arguments, **_options: held.wait(20) and []
    )

    def fails(seconds: float) -> None:
        with pytest.raises(CallFailed):
            resolver.addresses("ehr.example.org", Deadline.after(seconds))

    threading.Thread(target=fails, args=(20,), daemon=True).start()
    time.sleep(0.1)
    started = time.monotonic()
    fails(0.1)
    held.set()
    assert time.monotonic() - started < 5


def test_a_lookup_that_hangs_ends_with_the_deadline_and_is_begun_once():
    held, begun = threading.Event(), []

    def lookup(*_arguments, **_options):
        begun.append(1)
        held.wait(60)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (PUBLIC, 0))]

    resolver = Resolver(allow_private=False, lookup=lookup)
    started = time.monotonic()
    for _ in range(3):
        with pytest.raises(CallFailed) as caught:
            resolver.addresses("ehr.example.org", Deadline.after(0.1))
        assert caught.value.reason == "dns"
    assert time.monotonic() - started < 20
    held.set()
    assert resolver.addresses("ehr.example.org", Deadline.after(20)) == (PUBLIC,)
    assert begun == [1]


def test_a_fault_of_the_lookup_is_raised_at_once():
    def lookup(*_arguments, **_options):
        raise ValueError("embedded null")

    resolver = Resolver(allow_private=False, lookup=lookup)
    for _ in range(2):
        with pytest.raises(ValueError, match="embedded null"):
            resolver.addresses("ehr.example.org", Deadline.after(60))

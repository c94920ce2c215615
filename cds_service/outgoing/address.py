"""Addresses of servers: parsed once, compared by parts, never by a prefix."""

import re
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address
from urllib.parse import SplitResult, urlsplit

DEFAULT_PORTS = {"http": 80, "https": 443}
HOST = re.compile(
    r"[a-z0-9](?:[a-z0-9.\-_]*[a-z0-9.])?|[0-9a-f:.]+", re.ASCII
)  # names and IPv4, or IPv6 without brackets
# Without percent signs: `..` could be hidden by an escape.
SEGMENT = re.compile(r"[A-Za-z0-9\-._~!$&'()*+,;=:@]+", re.ASCII)
# Characters: one of megabytes takes seconds. A site's codes may make a query of twenty
# thousand, which a server is then asked by form.
LONGEST = 64 * 1024
CONTROL_OR_SPACE = re.compile(r"[\x00-\x20\x7f\\]")


@dataclass(frozen=True, slots=True)
class Address:
    """The address of a server, or of one page of its answer.

    Attributes:
        host: in lower case, IPv6 without brackets.
        segments: the path in parts, without empty ones.
        query: as written, without the question mark.
    """

    scheme: str
    host: str
    port: int
    segments: tuple[str, ...]
    query: str = ""

    @property
    def origin(self) -> tuple[str, str, int]:
        """Return scheme, host and port: what a token is bound to."""
        return (self.scheme, self.host, self.port)

    @property
    def is_loopback(self) -> bool:
        """Tell if this is the machine itself, by its name or address."""
        return is_loopback_host(self.host)

    @property
    def may_carry_tokens(self) -> bool:
        """Tell if no third party can listen: https, or the machine itself."""
        return self.scheme == "https" or self.is_loopback

    @property
    def is_plain_and_public(self) -> bool:
        """Tell if this is plain http to a public IP address, not to a name."""
        address = _ip_address(self.host)
        return self.scheme == "http" and address is not None and address.is_global

    @property
    def url(self) -> str:
        """Return the URL of this address, always in the same spelling."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        port = "" if self.port == DEFAULT_PORTS[self.scheme] else f":{self.port}"
        path = "".join(f"/{segment}" for segment in self.segments)
        query = f"?{self.query}" if self.query else ""
        return f"{self.scheme}://{host}{port}{path}{query}"

    def is_under(self, base: "Address") -> bool:
        """Tell if this has the base's origin, and its path or one below."""
        return (
            self.origin == base.origin
            and self.segments[: len(base.segments)] == base.segments
        )


def parse_address(url: str) -> Address:
    """Read the address in a URL.

    Raises:
        ValueError: the URL is not an absolute http(s) one, or has a user, a fragment,
            or an escape or `..` in its path, or is longer than `LONGEST`.
    """
    if len(url) > LONGEST:
        raise ValueError("the address is too long")
    if CONTROL_OR_SPACE.search(url) or "#" in url:
        raise ValueError("the address has characters that do not belong in one")
    parts = urlsplit(url)
    host = (parts.hostname or "").lower()
    if (
        parts.scheme not in DEFAULT_PORTS
        or "@" in parts.netloc
        or HOST.fullmatch(host) is None
    ):
        raise ValueError("the address is not an absolute http or https address")
    port = parts.port if parts.port is not None else DEFAULT_PORTS[parts.scheme]
    return Address(parts.scheme, host, port, _segments(parts), parts.query)


def parse_base(url: str) -> Address:
    """Read a base address, of a FHIR server or of this service: it has no query.

    Raises:
        ValueError: as `parse_address`, or there is a question mark or an asterisk.
    """
    if "?" in url or "*" in url:
        raise ValueError("a base address has no query (?) and no wildcard (*)")
    return parse_address(url)


def is_loopback_host(host: str) -> bool:
    """Tell if a name or address is this machine's; short spellings (127.1) are not."""
    address = _ip_address(host.removeprefix("[").removesuffix("]"))
    return host == "localhost" or (address is not None and address.is_loopback)


def is_ip_address(host: str) -> bool:
    """Tell an IP address from a name; IPv6 has no brackets here."""
    return _ip_address(host) is not None


def _ip_address(host: str) -> IPv4Address | IPv6Address | None:
    try:
        return ip_address(host)
    except ValueError:
        return None


def _segments(parts: SplitResult) -> tuple[str, ...]:
    segments = tuple(segment for segment in parts.path.split("/") if segment)
    if any(
        SEGMENT.fullmatch(segment) is None or segment in {".", ".."}
        for segment in segments
    ):
        raise ValueError("the path of the address is not plain")
    return segments

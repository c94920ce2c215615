"""Sessions: what holds of every call to another server, whoever makes it."""

import gzip
import socket
import ssl
import time
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import certifi
import pytest
import requests
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from cds_service.errors import CallFailed
from cds_service.outgoing import Connections, connections
from tests.stub_fhir import Reply, StubFhir


@pytest.fixture
def server():
    stub = StubFhir()
    yield stub
    stub.close()


def failure(session: requests.Session, url: str, **options) -> CallFailed:
    with pytest.raises(CallFailed) as caught:
        session.get(url, **options)
    return caught.value


def test_an_answer_is_whole_and_decoded(server):
    server.say(
        "/keys",
        Reply(
            gzip.compress(b'{"keys": []}'),
            headers={"Content-Encoding": "gzip", "X-Own": "1"},
        ),
    )
    answer = Connections().session().get(f"{server.base}/keys", timeout=5)
    assert (answer.status_code, answer.content, answer.headers["X-Own"]) == (
        200,
        b'{"keys": []}',
        "1",
    )
    assert answer.json() == {"keys": []}
    assert answer.url == f"{server.base}/keys"


@pytest.mark.parametrize("status", [204, 401, 404, 500, 503])
def test_any_other_status_is_the_callers_to_judge(server, status):
    server.say("/keys", Reply(status=status))
    assert (
        Connections().session().get(f"{server.base}/keys", timeout=5).status_code
        == status
    )


@pytest.mark.parametrize("status", [101, 103])
def test_what_follows_an_interim_answer_is_not_the_answer_to_the_next_question(
    server, status
):
    def interim(handler):
        handler.wfile.write(f"HTTP/1.1 {status} Interim\r\n\r\n".encode())
        time.sleep(0.2)
        handler.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nmine")

    server.say("/interim", Reply(script=interim))
    server.say("/keys", Reply(b"yours"))
    connections = Connections()
    assert (
        failure(connections.session(), f"{server.base}/interim", timeout=5).reason
        == "truncated"
    )
    assert (
        connections.session().get(f"{server.base}/keys", timeout=5).content == b"yours"
    )


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize(
    "location", ["/elsewhere", "http://[", "file:///etc/passwd", None]
)
def test_no_redirect_is_followed(server, status, location):
    server.say(
        "/keys",
        Reply(status=status, headers={"Location": location} if location else {}),
    )
    redirected = failure(Connections().session(), f"{server.base}/keys", timeout=5)
    assert redirected.reason == "redirect"
    assert server.requests == ["/fhir/keys"]


def test_a_session_takes_nothing_from_the_environment_and_keeps_no_cookie(
    server, monkeypatch, tmp_path
):
    (tmp_path / "netrc").write_text("machine 127.0.0.1 login me password mine\n")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    server.say("/token", Reply(b"{}", headers={"Set-Cookie": "session=1; Path=/"}))
    session = Connections().session()
    for _ in range(2):
        session.get(f"{server.base}/token", timeout=5)
    assert all(
        {"Cookie", "Authorization"}.isdisjoint(headers) for headers in server.headers
    )
    assert {headers["User-Agent"] for headers in server.headers} == {"kyphoplasty-cds"}
    server.say("/moved", Reply(status=302, headers={"Location": "/fhir/token"}))
    assert failure(session, f"{server.base}/moved", timeout=5).reason == "redirect"


def test_where_it_connects_is_the_address_that_was_checked_and_host_stays_the_name(
    server, monkeypatch
):
    """The second look-up of a name that changes hands would lead elsewhere; there is none."""
    port = server.base.split(":")[2].partition("/")[0]
    asked = []
    real = socket.getaddrinfo

    def look_up(host, *arguments, **options):
        if host != "ehr.example.test":
            return real(host, *arguments, **options)
        asked.append(host)
        place = "127.0.0.1" if len(asked) == 1 else "127.0.0.9"
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (place, 0))]

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    server.say("/keys", Reply(b"{}"))
    Connections().session().get(f"http://ehr.example.test:{port}/fhir/keys", timeout=5)
    assert asked == ["ehr.example.test"]
    assert server.headers[0]["Host"] == f"ehr.example.test:{port}"
    strict = Connections(allow_private=False)
    assert (
        failure(
            strict.session(), f"http://ehr.example.test:{port}/fhir/keys", timeout=5
        ).reason
        == "ip-denied"
    )


@pytest.mark.parametrize(
    "url",
    [
        "ftp://h/x",
        "http://user@127.0.0.1/x",
        "http://127.0.0.1/a/%2e%2e/b",
        "file:///etc",
    ],
)
def test_what_is_no_plain_address_is_not_called(url):
    with pytest.raises((CallFailed, requests.exceptions.InvalidSchema)):
        Connections().session().get(url, timeout=5)


def test_one_answer_has_a_size_and_all_answers_of_a_session_have_one(server):
    server.say("/large", Reply(b" " * 1001))
    server.say(
        "/packed",
        Reply(gzip.compress(b" " * 10_000_000), headers={"Content-Encoding": "gzip"}),
    )
    server.say("/small", Reply(b" " * 400))
    connections = Connections()
    assert (
        failure(
            connections.session(max_bytes=1000), f"{server.base}/large", timeout=5
        ).reason
        == "too-large"
    )
    assert (
        failure(
            connections.session(max_bytes=1000), f"{server.base}/packed", timeout=5
        ).reason
        == "too-large"
    )
    session = connections.session(max_bytes=1000, max_total_bytes=1000)
    for _ in range(2):
        assert len(session.get(f"{server.base}/small", timeout=5).content) == 400
    assert failure(session, f"{server.base}/small", timeout=5).reason == "budget"


CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
PACKED = b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n"


@pytest.mark.parametrize(
    "begin",
    [
        b"HTTP/1.1 200 OK",
        b"HTTP/1.1 200 OK\r\nX: ",
        b"HTTP/1.1 200 OK\r\n\r\n",
        pytest.param(CHUNKED + b"ffff\r\n", id="the data of a chunk"),
        pytest.param(CHUNKED + b"5;", id="the line that begins a chunk"),
        pytest.param(CHUNKED + b"2\r\n{}\r\n0\r\n", id="what follows the last chunk"),
        pytest.param(
            PACKED + gzip.compress(b"{}")[:3] + b"\x08" + bytes(6),
            id="the name in a packed file",
        ),
    ],
)
def test_no_server_takes_longer_than_it_may_however_slowly_it_speaks(server, begin):
    def drip(handler) -> None:
        handler.wfile.write(begin)
        ends = time.monotonic() + 5
        with suppress(OSError):
            while time.monotonic() < ends and not server.released.wait(0.02):
                handler.wfile.write(b"x")

    server.say("/keys", Reply(script=drip))
    started = time.monotonic()
    assert (
        failure(Connections().session(), f"{server.base}/keys", timeout=0.4).reason
        == "timeout"
    )
    assert time.monotonic() - started < 3


EMPTY_BLOCK = b"\0\0\0\xff\xff"  # of gzip: unpacks to nothing


def chunk(content: bytes) -> bytes:
    return b"%x\r\n%b\r\n" % (len(content), content)


@pytest.mark.parametrize(
    ("begin", "again", "reason"),
    [
        pytest.param(CHUNKED, chunk(b" "), "pieces", id="chunks-of-one-byte"),
        pytest.param(
            b"", b"HTTP/1.1 100 Continue\r\n\r\n", "pieces", id="interim-answers"
        ),
        pytest.param(
            CHUNKED + b"2\r\n{}\r\n0\r\n", b"X: y\r\n", "pieces", id="trailers"
        ),
        pytest.param(
            CHUNKED.replace(b"\r\n\r\n", b"\r\nContent-Encoding: gzip\r\n\r\n")
            + chunk(gzip.compress(b"")[:10]),
            chunk(EMPTY_BLOCK),
            "pieces",
            id="chunks-that-unpack-to-nothing",
        ),
        pytest.param(
            PACKED + gzip.compress(b"")[:10],
            EMPTY_BLOCK * 10_000,
            "too-large",
            id="much-that-unpacks-to-nothing",
        ),
    ],
)
def test_an_answer_without_end_costs_little_however_small_its_pieces(
    server, monkeypatch, begin, again, reason
):
    monkeypatch.setattr(connections, "MAX_WIRE_BYTES", 1_000_000)

    def flood(handler) -> None:
        with suppress(OSError):
            handler.wfile.write(begin)
            while not server.released.is_set():
                handler.wfile.write(again * 100)

    server.say("/keys", Reply(script=flood))
    began = time.thread_time()
    session = Connections().session()
    assert failure(session, f"{server.base}/keys", timeout=60).reason == reason
    assert time.thread_time() - began < 1


@pytest.mark.parametrize(
    ("encoding", "body", "reason"),
    [
        pytest.param(
            "gzip",
            gzip.compress(b"") * 50_000 + gzip.compress(b"{}"),
            "pieces",
            id="members-that-unpack-to-nothing",
        ),
        pytest.param(
            "x-gzip", gzip.compress(b"{") + gzip.compress(b"}"), "pieces", id="two"
        ),
        pytest.param(
            "gzip, gzip", gzip.compress(gzip.compress(b"{}")), "pieces", id="layers"
        ),
        pytest.param("gzip", gzip.compress(b"{}")[:-4], "truncated", id="cut"),
        pytest.param("gzip", b"{}", "truncated", id="not packed"),
        pytest.param("gzip", b"", "truncated", id="empty"),
    ],
)
def test_an_answer_is_packed_as_one_whole(server, encoding, body, reason):
    server.say("/keys", Reply(body, headers={"Content-Encoding": encoding}))
    session = Connections().session()
    assert failure(session, f"{server.base}/keys", timeout=20).reason == reason


@pytest.mark.parametrize("encoding", ["gzip", "GZIP", "x-gzip"])
def test_a_large_packed_answer_is_read_whole(server, encoding):
    body = bytes(range(256)) * 20_000
    packed = gzip.compress(body)
    server.say("/keys", Reply(packed, headers={"Content-Encoding": encoding}))
    assert Connections().session().get(f"{server.base}/keys").content == body


@pytest.mark.parametrize(
    ("size", "count"),
    [
        pytest.param(100, 600, id="few-small-chunks"),
        pytest.param(1000, 4000, id="many-chunks-as-servers-write-them"),
    ],
)
def test_an_answer_in_chunks_as_servers_write_them_is_read(server, size, count):
    def answer(handler) -> None:
        handler.wfile.write(CHUNKED + chunk(b" " * size) * count + b"0\r\n\r\n")

    server.say("/keys", Reply(script=answer))
    found = Connections().session().get(f"{server.base}/keys", timeout=20)
    assert len(found.content) == size * count


def test_a_closed_session_leaves_the_connections_to_others(server):
    peers = []

    def answer(handler) -> None:
        peers.append(handler.client_address)
        handler.send_response(204)
        handler.end_headers()
        handler.close_connection = False

    server.say("/keys", Reply(script=answer))
    connections = Connections()
    for _ in range(2):
        with connections.session() as session:
            session.get(f"{server.base}/keys", timeout=5)
    assert len(peers) == 2
    assert len(set(peers)) == 1


# --- authorities


CERTIFICATES = Path(__file__).parents[2] / "faults" / "certificates"
OTHERS = Path(certifi.where())  # authorities, and the test authority is none of them


@pytest.fixture
def trusted():
    """A server whose certificate the test authority signed."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(CERTIFICATES / "good.pem")
    with StubFhir(tls=context) as stub:
        stub.say("/keys", Reply(b"{}"))
        yield stub


@pytest.fixture
def authorities(monkeypatch, tmp_path):
    """Set the authorities of the machine and those of certifi, each a file or none."""

    def choose(machine, browsers):
        empty = tmp_path / "empty"
        empty.mkdir(exist_ok=True)
        monkeypatch.setenv("SSL_CERT_DIR", str(empty))
        monkeypatch.setenv("SSL_CERT_FILE", str(machine or tmp_path / "none.pem"))
        monkeypatch.setattr(certifi, "where", lambda: str(browsers))
        # A process reads its authorities once.
        monkeypatch.setattr(connections, "_tls", connections._tls.__wrapped__)

    return choose


def test_an_authority_of_the_machine_is_trusted(trusted, authorities):
    authorities(machine=CERTIFICATES / "authority.pem", browsers=OTHERS)
    session = Connections().session()
    assert session.get(f"{trusted.base}/keys", timeout=5).status_code == 200


def test_an_authority_that_the_machine_does_not_hold_is_not(trusted, authorities):
    """Its owner may have taken it out: a package does not bring it back."""
    authorities(machine=OTHERS, browsers=CERTIFICATES / "authority.pem")
    assert (
        failure(Connections().session(), f"{trusted.base}/keys", timeout=5).reason
        == "tls"
    )


def test_a_machine_without_authorities_trusts_those_of_the_browsers(
    trusted, authorities
):
    authorities(machine=None, browsers=CERTIFICATES / "authority.pem")
    session = Connections().session()
    assert session.get(f"{trusted.base}/keys", timeout=5).status_code == 200


@pytest.fixture
def self_issued(tmp_path):
    """Write a certificate of its own for `localhost`, and its key, to one file."""

    def issue(*names):
        key = ec.generate_private_key(ec.SECP256R1())
        name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
        now = datetime.now(UTC)
        builder = (
            x509.CertificateBuilder()
            .subject_name(name)
            .issuer_name(name)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - timedelta(days=1))
            .not_valid_after(now + timedelta(days=1))
            .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        )
        if names:
            alternatives = x509.SubjectAlternativeName([x509.DNSName(n) for n in names])
            builder = builder.add_extension(alternatives, critical=False)
        signed = builder.sign(key, hashes.SHA256())
        file = tmp_path / "server.pem"
        file.write_bytes(
            signed.public_bytes(serialization.Encoding.PEM)
            + key.private_bytes(
                serialization.Encoding.PEM,
                serialization.PrivateFormat.PKCS8,
                serialization.NoEncryption(),
            )
        )
        return file

    return issue


@pytest.mark.parametrize(("names", "is_trusted"), [(["localhost"], True), ([], False)])
def test_a_host_is_named_by_the_alternative_names_of_its_certificate_alone(
    authorities, self_issued, names, is_trusted
):
    file = self_issued(*names)
    authorities(machine=file, browsers=OTHERS)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)
    with StubFhir(tls=context) as stub:
        stub.say("/keys", Reply(b"{}"))
        url = f"{stub.base.replace('127.0.0.1', 'localhost')}/keys"
        if is_trusted:
            assert Connections().session().get(url, timeout=5).status_code == 200
        else:
            assert failure(Connections().session(), url, timeout=5).reason == "tls"

"""`deploy/nginx/nginx.conf` before the real service: what passes, what does not, and what is written down of it."""

import json
import re
import socket
import ssl
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing, suppress

import pytest

from cds_service.settings import Settings
from cds_service.web.http_server import KEEPALIVE_SECONDS, THREADS
from tests.deploy.ehr import bearer
from tests.deploy.front import CONFIGURATION, Front, front
from tests.deploy.programs import need
from tests.live_service import CALL, DISCOVERY, FEEDBACK
from tests.signings import kyphoplasty, order_sign
from tests.waiting import wait_until

TEXT = CONFIGURATION.read_text()


def megabytes(setting: str) -> int:
    return int(re.search(rf"{setting} (\d+)m;", TEXT)[1]) * 1024 * 1024


def test_nginx_finds_nothing_wrong_with_it(tmp_path):
    need("nginx")
    assert "warn" not in Front(tmp_path, [8081, 8082]).check()


def test_its_limits_are_those_of_the_service():
    assert megabytes("client_max_body_size") == Settings().max_body_bytes
    assert int(re.search(r"keepalive_timeout (\d+)s;  +#", TEXT)[1]) < KEEPALIVE_SECONDS
    assert {int(found) for found in re.findall(r"max_conns=(\d+);", TEXT)} == {
        THREADS - 4
    }, "health and metrics find a thread"
    waits = {int(found) for found in re.findall(r"proxy_read_timeout (\d+)s;", TEXT)}
    assert min(waits) > 2 * Settings().deadline_seconds


def locations() -> dict[str, str]:
    """The locations that pass requests to the replicas, with their settings."""
    found = re.findall(r"    location ([^{]+) \{(.*?)\n    \}", TEXT, re.DOTALL)
    return {name: text for name, text in found if "proxy_pass" in text}


@pytest.mark.parametrize("name", locations())
def test_nobody_asks_without_limit(name):
    """I5."""
    assert "limit_req " in locations()[name]


def test_neither_one_ehr_nor_all_readers_take_every_place():
    """I5. A limit of a location replaces those of the server, so only calls have one."""
    places = sum(int(found) for found in re.findall(r"max_conns=(\d+);", TEXT))
    own = {name for name, text in locations().items() if "limit_conn " in text}
    assert own == {"/cds-services"}
    of_one_ehr = re.search(
        r"limit_conn connections (\d+)", locations()["/cds-services"]
    )
    assert int(of_one_ehr[1]) < places
    readers = re.search(r"limit_conn pages_at_once (\d+)", TEXT)
    assert int(readers[1]) < places


@pytest.mark.parametrize(
    "path",
    [
        "/",
        DISCOVERY,
        "/models",
        "/models/sarcopenia-pvm-2022",
        "/openapi.json",
        "/audit/login",
    ],
)
def test_what_is_for_outside_passes(site, path):
    assert site.ask("GET", path)[0] == 200


def test_style_and_scripts_of_the_pages_pass(site):
    page = site.ask("GET", "/audit/login")[2].decode()
    asked = re.findall(r'(?:href|src)="(/static/[^"]+)"', page)
    assert asked
    assert {site.ask("GET", path)[0] for path in asked} == {200}


@pytest.mark.parametrize(
    "path",
    [
        *(
            "/metrics",
            "/metrics/",
            "//metrics",
            "/%6detrics",
            "/%2fmetrics",
            "/models/../metrics",
        ),
        *(
            "/models/%2e%2e/metrics",
            "/cds-services/..%2fmetrics",
            "/health/live",
            "/health/ready",
            "//health//ready",
        ),
        *("/HEALTH/ready", "/sandbox", "/sandbox/choices", "/debug", "/docs"),
    ],
)
def test_what_is_for_inside_does_not(site, path):
    """E3."""
    status, _, body = site.ask("GET", path)
    assert status == 404
    assert b"digests" not in body
    assert b"kyphoplasty_cds_" not in body


def test_a_call_and_feedback_pass(site):
    order = json.dumps(order_sign(kyphoplasty(status="entered-in-error"))).encode()
    status, headers, body = site.ask("POST", CALL, order, bearer())
    assert (status, json.loads(body)) == (200, {"cards": []})
    assert headers["strict-transport-security"] == "max-age=63072000"
    assert site.ask("POST", FEEDBACK, b"{}", bearer(FEEDBACK))[0] == 400


def test_a_host_that_is_not_ours_gets_no_answer(site):
    """C17. What is too long, or no HTTP, is in the attack table: C14 and C15."""
    assert site.ask("GET", "/models", headers={"Host": "evil.example"})[0] == 421


def test_a_name_that_is_not_ours_gets_no_handshake(site):
    with pytest.raises(ssl.SSLError):
        site.connect(name="evil.example")


def test_old_tls_gets_no_handshake(site):
    old = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    old.check_hostname, old.verify_mode = False, ssl.CERT_NONE
    old.minimum_version = ssl.TLSVersion.MINIMUM_SUPPORTED
    with pytest.warns(DeprecationWarning, match="TLSv1_1"):
        old.maximum_version = ssl.TLSVersion.TLSv1_1
    plain = socket.create_connection(("127.0.0.1", site.port), timeout=60)
    with plain, pytest.raises(ssl.SSLError):
        old.wrap_socket(plain, server_hostname="cds.example.org")


def test_what_a_client_says_of_its_address_does_not_reach_the_service(site, replicas):
    """C17: no link, and no line of the log, takes anything from these."""
    forged = dict.fromkeys(
        ("X-Forwarded-For", "X-Forwarded-Host", "Forwarded", "X-Real-IP"),
        "evil.example",
    )
    for path in (DISCOVERY, "/", "/models"):
        plain, forged_body = (
            site.ask("GET", path)[2],
            site.ask("GET", path, headers=forged)[2],
        )
        assert plain == forged_body
    assert all("evil.example" not in "\n".join(one.lines()) for one in replicas.all)


def test_no_query_and_no_path_of_a_patient_is_written_down(site):
    paths = (
        "/audit?patient=canary-1",
        "/audit/patients/canary-2",
        "/models?canary-3",
        f"{DISCOVERY}/canary-4%20x",
    )
    for path in paths:
        site.ask(
            "GET",
            path,
            headers={"Authorization": "Bearer canary-5", "User-Agent": "canary-6"},
        )
    wait_until(lambda: '"path":"/audit"' in site.access_lines())
    lines = site.access_lines()
    assert all(json.loads(line)["path"] for line in lines.splitlines())
    assert "canary" not in lines
    assert "canary" not in (site.folder / "error.log").read_text()


def test_the_trace_of_a_caller_is_in_the_line_and_nothing_else_of_that_header(site):
    trace = "4bf92f3577b34da6a3ce929d0e0e4736"
    for header in (f"00-{trace}-00f067aa0ba902b7-01", "canary-7"):
        site.ask("GET", DISCOVERY, headers={"traceparent": header})
    wait_until(lambda: f'"trace":"{trace}"' in site.access_lines())
    assert "canary-7" not in site.access_lines()


def test_bodies_of_whoever_has_no_token_wait_outside_memory_and_are_few(replicas):
    """A call is known by its token only once its body is whole: until then it costs nobody else anything."""
    need("nginx")
    (place,) = re.findall(r"^\s*client_body_temp_path (\S+);", TEXT, re.MULTILINE)
    assert not place.startswith(("/run/", "/dev/shm", "/tmp"))
    head = f"POST {CALL} HTTP/1.1\r\nHost: cds.example.org\r\nContent-Length: 4000000\r\n\r\n"
    with front(replicas.ports) as site, ExitStack() as stack:
        for _ in range(64):
            stack.enter_context(site.connect()).sendall(head.encode() + b"[" * 300_000)
        wait_until(lambda: site.ask("GET", DISCOVERY)[0] == 429)
        assert site.ask("POST", CALL, b"{}")[0] == 429
        assert site.ask("GET", "/models")[0] == 200, (
            "the pages have a limit of their own"
        )
        assert list((site.folder / "kyphoplasty-cds-answers").iterdir()) == []
    with front(replicas.ports) as site:
        assert site.ask("POST", "/audit/login", b"x" * 70_000)[0] == 413
        assert site.ask("POST", CALL, b"x" * 4_200_000)[0] == 413


@pytest.mark.parametrize(
    "path", ["/audit/login", "/audit/login/", "/audit/login//", "//audit/login/issuer/"]
)
def test_guessing_passwords_is_slowed_down_for_one_address(replicas, path):
    need("nginx")
    with front(replicas.ports) as site:
        answers = [site.ask("GET", path) for _ in range(30)]
    assert [status for status, *_ in answers].count(429) >= 15
    assert {
        headers["retry-after"] for status, headers, _ in answers if status == 429
    } == {"1"}


@pytest.mark.parametrize("path", ["/worksheet/launch", "/worksheet/callback/"])
def test_launches_that_nobody_vouched_for_are_slowed_down_for_one_address(
    replicas, path
):
    need("nginx")
    with front(replicas.ports) as site:
        # all clinicians of a hospital behind one address
        hospital = [site.ask("GET", path)[0] for _ in range(80)]
        assert 429 not in hospital
        # fewer at once than the places of its pages
        flood: list[int] = []
        with ThreadPoolExecutor(4) as stranger:
            # a busy machine asks more slowly, and so is slowed down later
            while flood.count(429) < 10 and len(flood) < 2_500:
                flood += stranger.map(lambda _: site.ask("GET", path)[0], range(250))
        assert flood.count(429) >= 10
        assert site.ask("GET", "/worksheet")[0] == 200


class Silent:
    """A replica that takes requests and answers none."""

    def __init__(self):
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.taken = []
        threading.Thread(target=self._take, daemon=True).start()

    def _take(self):
        with suppress(OSError):
            while True:
                self.taken.append(self.listener.accept()[0])

    def close(self):
        for one in (self.listener, *self.taken):
            one.close()


@pytest.mark.parametrize(
    ("head", "most"),
    [
        pytest.param(f"POST {CALL} HTTP/1.1\r\nContent-Length: 2", 24, id="calls"),
        pytest.param("GET /audit HTTP/1.1", 6, id="pages"),
    ],
)
def test_who_hangs_up_gets_no_more_places_than_who_waits(head, most):
    """The replica works on for whoever has gone, so his place is not free."""
    need("nginx")
    request = f"{head}\r\nHost: cds.example.org\r\n\r\n{{}}".encode()
    with closing(Silent()) as replica, front([replica.port]) as site:
        for _ in range(30):
            with site.connect() as client:
                client.sendall(request)
                time.sleep(0.05)
        assert len(replica.taken) == most

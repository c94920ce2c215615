"""C: what stands above a body: methods, hosts and origins."""

from tests.attacks.cases import CALL, Case
from tests.attacks.field import Field
from tests.attacks.scenarios import scenario
from tests.attacks.tokens import token


@scenario
def other_methods(case: Case, field: Field) -> None:
    for method in ("GET", "PUT", "PATCH", "DELETE", "TRACE"):
        answer = field.service(case.site).send(
            method, CALL, b"{}", {"Content-Type": "application/json"}
        )
        assert (answer.status, answer.issue) == (405, "not-supported")
        assert set(answer.headers["Allow"].split(", ")) == {"POST", "OPTIONS"}


FORGED = {
    "X-Forwarded-Host": "evil.example",
    "X-Forwarded-Proto": "https",
    "Forwarded": "host=evil.example",
}
FORGED |= {"X-Forwarded-Prefix": "/evil", "SCRIPT_NAME": "/evil"}


@scenario
def other_host(case: Case, field: Field) -> None:
    """Links lead where the site is known to be, whatever the request calls it."""
    service = field.service(case.site)
    answer = field.send(case, **FORGED)
    assert answer.status == case.status
    links = [
        link["url"] for card in answer.json()["cards"] for link in card.get("links", ())
    ]
    assert any(url.startswith(service.url + "/") for url in links)
    assert "evil" not in answer.text


@scenario
def rebound_name(case: Case, field: Field) -> None:
    """A page under a name that leads to this machine by now reads nothing; probes and Prometheus ask as they like."""
    service = field.service(case.site)
    before = service.mark()
    for host in case.sends["hosts"]:
        pages = [
            service.send("GET", path, None, {"Host": host})
            for path in ("/sandbox", "/cds-services", "/audit/login")
        ]
        for answer in (field.send(case, Host=host), *pages):
            assert (answer.status, "Refracture" in answer.text) == (
                case.status,
                False,
            ), host
        for path in ("/health/live", "/health/ready", "/metrics"):
            assert service.send("GET", path, None, {"Host": "cds-1:8080"}).status == 200
    assert service.entries(before) == []
    for host in ("localhost", "LOCALHOST:1", "localhost.", "127.0.0.1", "[::1]:8080"):
        assert (
            service.send("GET", "/cds-services", None, {"Host": host}).status == 200
        ), host


@scenario
def other_host_of_a_token(case: Case, field: Field) -> None:
    """A token is for the address that the settings name, whatever the request calls us."""
    service = field.service(case.site)
    for audience, status in (
        ("http://evil.example", 401),
        ("https://evil.example", 401),
        (service.url, case.status),
    ):
        field.prepare(case)
        answer = field.send(
            case, **FORGED, Authorization=f"Bearer {token(audience + CALL)}"
        )
        assert answer.status == status, audience


ORIGINS = {
    "foreign": "https://evil.example",
    "null": "null",
    "listed": "https://ehr.example.org",
}


@scenario
def other_origins(case: Case, field: Field) -> None:
    service = field.service(case.site)
    for origin in ORIGINS.values():
        allowed = (
            "*"
            if case.site == "open"
            else origin
            if origin == ORIGINS["listed"]
            else None
        )
        preflight = service.send(
            "OPTIONS",
            CALL,
            None,
            {"Origin": origin, "Access-Control-Request-Method": "POST"},
        )
        for answer in (preflight, field.send(case, Origin=origin)):
            assert answer.status == (204 if answer is preflight else 200)
            assert answer.headers["Access-Control-Allow-Origin"] == allowed
            assert answer.headers["Access-Control-Allow-Credentials"] is None

"""Cases of sections A to D that send too much: texts and lists that no table can hold."""

from tests.attacks.cases import CALL, Case
from tests.chart_builders import Resource
from tests.codes import CPT, codeable

GET = "GET /models HTTP/1.1\r\nHost: cds.example.org\r\n"


def _other_orders(number: int) -> list[Resource]:
    """Entries of a Bundle: orders that are none of ours."""
    order = {
        "resourceType": "ServiceRequest",
        "id": "o",
        "status": "draft",
        "intent": "order",
        "subject": {"reference": "Patient/{patient}"},
        "code": codeable(CPT, "45378"),
    }
    return [{"resource": order}] * number


CASES = [
    # --- A: tokens
    Case(
        row="A13",
        title="5 kB",
        site="clients",
        status=401,
        issue="login",
        entries=(),
        token_header={"kid": "k" * 5000},
        log={"event": "unauthenticated", "reason": "jwt.kid"},
    ),
    Case(
        row="A25",
        title="5 kB",
        site="clients",
        status=401,
        issue="login",
        entries=(),
        token_claims={"jti": "j" * 5000},
        log={"event": "unauthenticated", "reason": "jwt.jti"},
    ),
    Case(
        row="A27",
        title="1 MB",
        site="clients",
        status=431,
        headers={"Authorization": "Bearer " + "a." * 500_000},
    ),
    # --- B: the token of the request
    Case(
        row="B12",
        title="a token of 100 kB",
        sends={"fhirAuthorization.access_token": "canarytoken" * 10_000},
        status=400,
        issue="invalid",
    ),
    # --- C: JSON that others would read differently
    Case(
        row="C4",
        title="64 deep",
        scenario="sends_octets",
        sends={"member": '"a": ' + "[" * 63 + "]" * 63},
        keys="all",
        status=200,
    ),
    Case(
        row="C4",
        title="65 deep",
        scenario="sends_octets",
        sends={"member": '"a": ' + "[" * 64 + "]" * 64},
        keys="all",
        status=400,
        issue="invalid",
    ),
    Case(
        row="C4",
        title="100 000 deep",
        scenario="sends_octets",
        sends={"member": '"a": ' + "[" * 100_000 + "]" * 100_000},
        keys="all",
        status=400,
        issue="invalid",
    ),
    Case(
        row="C4",
        title="100 000 objects deep",
        scenario="sends_octets",
        sends={"member": '"a": ' + '{"a":' * 100_000 + "1" + "}" * 100_000},
        keys="all",
        status=400,
        issue="invalid",
    ),
    Case(
        row="C4",
        title="a million objects side by side",
        scenario="sends_octets",
        sends={"member": '"a": [' + "{}," * 1_000_000 + "{}]"},
        keys="all",
        status=413,
        issue="too-long",
    ),
    Case(
        row="C4",
        title="a million lists side by side",
        scenario="sends_octets",
        sends={"member": '"a": [' + "[]," * 1_000_000 + "[]]"},
        keys="all",
        status=413,
        issue="too-long",
    ),
    Case(
        row="C6",
        title="5000 digits",
        scenario="sends_octets",
        sends={"member": '"a": ' + "7" * 5000},
        keys="all",
        status=400,
        issue="invalid",
    ),
    # --- C: not what it should be
    Case(
        row="C9",
        title="201 orders",
        sends={"context.draftOrders.entry": _other_orders(201)},
        status=413,
        issue="too-long",
    ),
    Case(
        row="C9",
        title="200 orders",
        sends={"context.draftOrders.entry": _other_orders(200)},
        status=200,
    ),
    # --- C: sockets, behind nginx
    Case(
        row="C15",
        title="an address of 64 kB",
        scenario="too_long",
        sends={
            "octets": f"GET /Canary{'a' * 65536} HTTP/1.1\r\n"
            "Host: cds.example.org\r\n\r\n"
        },
        status=414,
    ),
    Case(
        row="C15",
        title="a header of 1 MB",
        scenario="too_long",
        sends={"octets": f"{GET}X-Canary: {'a' * 1_000_000}\r\n\r\n"},
        status=400,
    ),
    Case(
        row="C15",
        title="10 000 headers",
        scenario="too_long",
        sends={"octets": GET + "X-Canary: a\r\n" * 10_000 + "\r\n"},
        status=400,
    ),
    Case(
        row="C15",
        title="101 short headers",
        scenario="ends_at_the_service",
        sends={"octets": GET + "X: a\r\n" * 101 + "\r\n"},
        status=431,
    ),
    # --- D: feedback
    Case(
        row="D10",
        title="ten thousand items",
        path=f"{CALL}/feedback",
        sends={
            "feedback": [
                {
                    "card": "x",
                    "outcome": "overridden",
                    "outcomeTimestamp": "2026-11-20T09:00:00Z",
                }
            ]
            * 10_000
        },
        status=413,
        issue="too-long",
        entries=(),
    ),
]

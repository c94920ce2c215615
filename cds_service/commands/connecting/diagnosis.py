"""Tell what is wrong with a recorded call, answer, token or log, and what to change.

Each part is a pure function. Values are shown to whoever has the file: an order's codes
and words, the addresses of a token; never a signature.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, get_args

from cds_service.call import Service
from cds_service.commands.connecting.ehr_fit import MOST_CARDS
from cds_service.errors import CdsError
from cds_service.fhir.gathering.query_results import base_of_entry
from cds_service.fhir.gathering.subjects import Person
from cds_service.fhir.orders.operations.augmentation import find_augmentation_order
from cds_service.fhir.orders.recognition import read_drafts
from cds_service.fhir.raw_json import member, objects, text
from cds_service.fhir.references import bases_of, bases_of_call
from cds_service.outgoing.address import parse_base
from cds_service.protocol.json_text import (
    CUT_OFF,
    SEVERAL,
    JsonTextError,
    decode_json,
    decode_unguarded,
)
from cds_service.protocol.messages import (
    CONTEXTS,
    HookRequest,
    hook_instance_in,
    parse_request,
)
from cds_service.site.clients import EVERYTHING, Capabilities, Client
from cds_service.site.profiles import Algorithm, Profile, value_of

ORDERS_MISSING = "orders-missing"
OLD_ORDERS = {"MedicationOrder": "DSTU2", "ProcedureRequest": "STU3"}
MOST_NAMED = 8  # codes of orders, keys of prefetch
# What to change, by the status of a refused call.
CURES_OF_STATUS = {
    400: (
        "the call is no request of this hook, or names another patient: record one"
        " call and give it to `doctor`"
    ),
    403: "the call names a fhirServer that its client may not: add it to fhir-servers",
    412: "the record could not be read: send prefetch, or fhirServer with a token",
    413: (
        "the call is too large: raise KYPHOPLASTY_CDS_MAX_BODY_BYTES, and nginx's limit"
    ),
    429: "more calls than the proxy lets through: filter on the procedure order",
    503: "no answer in time, or no audit log: see the lines `failure` around it",
}
# What is wrong with a client's keys, by the reason that the log names.
FAULTS_OF_KEYS = {
    "jwks.unreachable": "its keys cannot be fetched",
    "jwks.stale": "its keys cannot be fetched; older ones are used for a day",
    "jwks.redirect": "its key address redirects, and no redirect is followed",
    "jwks.origin": "its list of key sets names other origins, which are not asked",
}
LET_IT_ANSWER = "let the address answer, or use jwks-file"
CURES_OF_KEYS = {
    "jwks.origin": (
        "write into jwks-origins each of them that the EHR's team confirms, and the"
        " origin of the list itself"
    ),
}
# The elements that say what is ordered; each type of order has one of them.
TITLES = (
    "code",
    "codeCodeableConcept",
    "medicationCodeableConcept",
    "itemCodeableConcept",
)


def why_no_document(content: bytes) -> str:
    """Say why a file is not one JSON document, and what to do; empty if it is.

    It may be cut off, or hold one document a line. Nothing of the text is repeated.
    """
    fault = _fault_of(decode_json, content)
    if not fault:
        return ""
    # Without a guard, even a long or deep text is read to its end.
    fault = _fault_of(decode_unguarded, content) or fault
    documents = _first_documents(content) if fault == SEVERAL else []
    if any("resourceType" in document for document in documents):
        return (
            "holds FHIR resources, one a line (NDJSON), and no call: `score` and"
            " `mappings learn` read such an export"
        )
    if documents:
        return (
            "holds several JSON documents, one a line (NDJSON): give one of its lines"
            " in a file of its own"
        )
    if fault == CUT_OFF:
        return (
            "is cut off: its JSON does not end. Record the call again, whole: a log or"
            " a screen may keep only the first part of a long one"
        )
    return f"cannot be read: {fault}"


def _fault_of(decode: Callable[[bytes], Any], content: bytes) -> str:
    try:
        decode(content)
    except JsonTextError as error:
        return str(error)
    return ""


def _first_documents(content: bytes) -> list[dict[str, Any]]:
    """Return the first two lines with something on them, if both are JSON objects."""
    lines = [line for line in content.splitlines() if line.strip()][:2]
    try:
        documents = [decode_json(line) for line in lines]
    except JsonTextError:
        return []
    are_objects = all(isinstance(document, dict) for document in documents)
    return documents if are_objects and len(documents) == 2 else []


@dataclass(frozen=True, slots=True)
class Fault:
    """A fault of a call, an answer or a token, and what to change.

    Attributes:
        key: its name, for programs.
        place: where the EHR's team changes it, in the vendor's words; empty if it is
            changed in `site.toml`, or if the place is not known.
    """

    key: str
    what: str
    change: str
    place: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """The facts that a diagnosis compares a record with.

    Attributes:
        capabilities: what the EHR can apply.
        client: the EHR's table; None without a site.
        clients: all of the site.
        kids: ids of the keys in a client's file, by issuer.
        base_url: where EHRs reach the service; empty if it is not set.
    """

    service: Service
    profile: Profile
    capabilities: Capabilities = EVERYTHING
    client: Client | None = None
    clients: Sequence[Client] = ()
    kids: Mapping[str, frozenset[str]] = field(default_factory=dict)
    base_url: str = ""

    def place(self, name: str) -> str:
        """Return where the EHR's team sets this; empty if it is not known."""
        return value_of(getattr(self.profile.places, name)) or ""


# --- a recorded call


def of_call(body: Mapping[str, Any], known: Known) -> Iterator[Fault]:
    """Yield the faults that keep this call from its cards."""
    hook = body.get("hook")
    ours = [service_hook.hook for service_hook in known.service.hooks.values()]
    if hook not in ours or hook not in CONTEXTS:
        change = f"call it for {' or '.join(ours)}"
        yield Fault("hook", f"the call is of the hook {hook}", change)
        return
    form = known.client.hook_instance if known.client else "uuid"
    if hook_instance_in(body.get("hookInstance"), form) is None:
        change = 'write hook-instance = "opaque" in its [[clients]] table'
        yield Fault("hook-instance", "hookInstance is no UUID", change)
    try:
        request = parse_request(body, str(hook), "opaque")
    except CdsError as error:
        yield Fault("request", str(error), "send what CDS Hooks 2.0.1 says")
        return
    yield from _server_faults(request, known)
    if request.context.CARRIES_ORDERS:
        yield from _order_faults(request, known)
    yield from _prefetch_faults(request, known)


def _missing_orders_cure(known: Known) -> tuple[str, str]:
    """Return what makes an EHR send its draft orders, and where."""
    needs = value_of(known.profile.request.needs)
    grant = (
        f"grant {', '.join(needs)}" if needs else "grant the scope of unsigned orders"
    )
    change = f"{grant}, and call the registered address letter by letter"
    places = [known.place("scopes"), known.place("url")]
    return change, "; ".join(filter(None, places))


def _order_faults(request: HookRequest, known: Known) -> Iterator[Fault]:
    context = request.context
    if not context.has_orders:
        change, place = _missing_orders_cure(known)
        yield Fault(ORDERS_MISSING, "the call has no draft orders", change, place)
        return
    entries = objects(context.draft_orders.get("entry"))
    resources = [
        resource for entry in entries if (resource := member(entry, "resource"))
    ]
    kinds = {text(resource.get("resourceType")) for resource in resources}
    for kind in sorted(kinds & OLD_ORDERS.keys()):
        yield Fault(
            "fhir-version",
            f"a draft order is a {kind}, of FHIR {OLD_ORDERS[kind]}",
            "register the service for FHIR R4",
            known.place("url"),
        )
    bases = bases_of_call([request.fhir_server], context.draft_orders, request.prefetch)
    try:
        person = Person(context.patient_id, bases)
        drafts = read_drafts(context.draft_orders, person, known.service.terminology)
        is_ours = find_augmentation_order(drafts, known.service.terminology) is not None
    except CdsError as error:
        yield Fault("patient", str(error), "name the patient of the call in the order")
        return
    if not is_ours:
        names = dict.fromkeys(_codes_and_words(resource) for resource in resources)
        listed = "; ".join([*names][:MOST_NAMED])
        yield Fault(
            "not-mapped",
            f"no draft order is a kyphoplasty or vertebroplasty: {listed}",
            "if one of them is, map its code: `mappings learn` proposes the line",
        )


def _codes_and_words(resource: Mapping[str, Any]) -> str:
    """Return the type, codes and words of an order."""
    codings = [
        coding
        for name in TITLES
        for coding in objects(member(resource, name, "coding"))
    ]
    codes = [
        f"{text(coding.get('system'))}|{text(coding.get('code'))}" for coding in codings
    ]
    words = [text(member(resource, name, "text")) for name in TITLES]
    if quoted := " ".join(filter(None, words)):
        codes.append(f"“{quoted}”")
    named = " ".join(codes).strip() or "no code"
    return f"{text(resource.get('resourceType'))} {named}"


def _server_faults(request: HookRequest, known: Known) -> Iterator[Fault]:
    server, client = request.fhir_server, known.client
    if server is None or client is None:
        return
    try:
        base = parse_base(server).url
    except ValueError:
        base = server
    if base not in client.fhir_servers:
        change = f'add "{server}" to fhir-servers of {client.issuer}'
        what = f"fhirServer {server} is none of {', '.join(client.fhir_servers)}"
        yield Fault("fhir-server", what, change)
        return
    named = bases_of([server, *client.fhir_aliases.get(base, ())])
    bases = {
        base_of_entry(text(entry.get("fullUrl")))
        for value in request.prefetch.values()
        for entry in objects(member(value, "entry"))
    }
    others = sorted(other for other in bases - {""} if not named.holds(other))
    if others:
        addresses = ", ".join(f'"{other}"' for other in others[:MOST_NAMED])
        yield Fault(
            "fhir-aliases",
            f"entries of the prefetch are under {addresses}",
            "if that is an inner address of this server, write"
            f' fhir-aliases = {{ "{base}" = [{addresses}] }} in its [[clients]] table;'
            " if it is another server, its entries are of other people: search one",
        )


def _prefetch_faults(request: HookRequest, known: Known) -> Iterator[Fault]:
    hook = next(
        service_hook
        for service_hook in known.service.hooks.values()
        if service_hook.hook == request.hook
    )
    needed = {
        template.key for template in hook.plan.templates if not template.is_optional
    }
    missing = sorted(needed - request.prefetch.keys())
    others = sorted(request.prefetch.keys() - hook.discovery.get("prefetch", {}).keys())
    can_read = request.fhir_server is not None
    has_own = value_of(known.profile.request.prefetch) == "own-keys"
    if missing and ((others and not has_own) or not can_read):
        sent = f"; sent were {', '.join(others)}" if others else ""
        yield Fault(
            "prefetch-missing",
            f"prefetch lacks {_abridged(missing)}{sent}",
            "name each key as ours: `integration-sheet --format prefetch`",
            known.place("prefetch"),
        )
    if missing and can_read and request.fhir_authorization is None:
        what = f"{_abridged(missing)} would be read from fhirServer without a token"
        change = "send fhirAuthorization, or the prefetch"
        if has_own:
            change = "send fhirAuthorization, unless that server asks for none"
        yield Fault("no-token", what, change, known.place("scopes"))
    for key, value in request.prefetch.items():
        if fault := _fault_in(value):
            yield Fault(
                "prefetch-failed",
                f"the query of prefetch {key} failed: {fault}",
                "grant its scope, or correct its query",
                known.place("scopes"),
            )


def _abridged(names: Sequence[str]) -> str:
    """Join the first names, with the number of the others."""
    more = len(names) - MOST_NAMED
    ending = f" and {more} more" if more > 0 else ""
    return ", ".join(names[:MOST_NAMED]) + ending


def _fault_in(value: Any) -> str:
    """Return the first error that a query of the EHR ended with; empty without one."""
    if not isinstance(value, dict):
        return ""
    entries = [member(entry, "resource") for entry in objects(value.get("entry"))]
    for resource in (value, *entries):
        if not isinstance(resource, dict):
            continue
        for issue in objects(resource.get("issue")):
            if issue.get("severity") in ("error", "fatal"):
                return text(issue.get("code")) or "error"
    return ""


# --- an answer of ours


def of_answer(cards: Iterable[Any], known: Known) -> Iterator[Fault]:
    """Yield what the EHR cannot show or apply of these cards."""
    readable = [card for card in cards if isinstance(card, dict)]
    title, answer = known.profile.title, known.profile.answer
    most = value_of(answer.cards)
    if most is not None and most < min(len(readable), MOST_CARDS):
        what = f"{len(readable)} cards, and {title} shows {most}"
        yield Fault("cards", what, "ask it to show two")
    for card in readable:
        for suggestion in objects(card.get("suggestions")):
            for action in objects(suggestion.get("actions")):
                label = text(suggestion.get("label"))
                yield from _action_faults(label, action, known)


def _action_faults(
    label: str, action: Mapping[str, Any], known: Known
) -> Iterator[Fault]:
    title, can = known.profile.title, known.capabilities
    kind, resource = text(action.get("type")), action.get("resource")
    if can.actions is not None and kind not in can.actions:
        what = f"the button “{label}” would {kind} an order: {title} does not do that"
        yield Fault("dead-button", what, "set its profile, or actions")
        return
    if kind != "create" or not isinstance(resource, dict):
        return
    codings = objects(member(resource, "code", "coding"))
    systems = can.order_systems or ()
    placeable = [coding for coding in codings if text(coding.get("system")) in systems]
    first = codings[0] if codings else {}
    if systems and (not placeable or placeable[0] is not first):
        yield Fault(
            "dead-button",
            f"the button “{label}” carries {text(first.get('code')) or 'no code'}"
            f" ({text(first.get('system'))}), which {title} cannot place",
            f"map a code of {systems[0]} to this order as equivalent",
            known.place("orderables"),
        )


# --- a token that was refused


def of_token(
    header: Mapping[str, Any], claims: Mapping[str, Any], now: float, known: Known
) -> Iterator[Fault]:
    """Yield how the token and `site.toml` differ; its signature is not checked."""
    issuer = claims.get("iss")
    client = next((client for client in known.clients if client.issuer == issuer), None)
    place = known.place("jwt")
    if known.clients and client is None:
        names = ", ".join(client.issuer for client in known.clients)
        what = f"the token's iss is {issuer}, site.toml has {names}"
        yield Fault("jwt.iss", what, f'write issuer = "{issuer}", or change it', place)
    fixed = value_of(known.profile.token.issuer_value)
    if fixed and issuer != fixed:
        what = f"the token's iss is {issuer}, {known.profile.title} has {fixed}"
        yield Fault("jwt.iss", what, "ask which of them it is", place)
    yield from _audience_faults(claims.get("aud"), client, known)
    yield from _key_faults(header, client, known)
    algorithms = (
        client.algorithms if client else value_of(known.profile.token.algorithms)
    )
    algorithm = header.get("alg")
    if algorithms and algorithm not in algorithms:
        what = (
            f"the token is signed with {algorithm}; accepted: {', '.join(algorithms)}"
        )
        change = (
            f'add "{algorithm}" to algorithms, or sign with {" or ".join(algorithms)}'
            if algorithm in get_args(Algorithm)
            else f"sign with ES384 or RS384: {algorithm} is never accepted"
        )
        yield Fault("jwt.alg", what, change, place)
    yield from _time_faults(claims, now, client)
    if client and client.tenants and claims.get("tenant") not in client.tenants:
        what = f"the token's tenant is {claims.get('tenant')}"
        yield Fault("jwt.tenant", what, f"tenants has {', '.join(client.tenants)}")


def _audience_faults(aud: Any, client: Client | None, known: Known) -> Iterator[Fault]:
    values = aud if isinstance(aud, list) else [aud]
    named = [str(value).rstrip("/") for value in values]
    paths = ["/cds-services"]
    for service_id in known.service.hooks:
        paths += [f"/cds-services/{service_id}", f"/cds-services/{service_id}/feedback"]
    ours = [known.base_url + path for path in paths] if known.base_url else []
    also = [audience.rstrip("/") for audience in client.audiences] if client else []
    if ours and not set(named) & {*ours, *also}:
        yield Fault(
            "jwt.aud",
            f"the token's aud is {', '.join(named)}, the service is {ours[1]}",
            "set aud to the address called, or write this aud under audiences",
            known.place("jwt"),
        )
    elif not ours and not any(
        address.endswith(path) for address in named for path in paths
    ):
        what = (
            f"the token's aud is {', '.join(named)}, which is no address of a service"
        )
        yield Fault(
            "jwt.aud", what, "set aud to the address called", known.place("jwt")
        )


def _key_faults(
    header: Mapping[str, Any], client: Client | None, known: Known
) -> Iterator[Fault]:
    jku, kid = header.get("jku"), header.get("kid")
    if client is None:
        return
    urls = client.key_urls
    if jku is not None and urls and jku not in urls:
        yield Fault(
            "jwt.jku",
            f"the token's jku is {jku}, site.toml has {', '.join(urls)}",
            f'write jwks-url = "{jku}", or jwks-urls with both',
        )
    known_kids = known.kids.get(client.issuer)
    is_known = isinstance(kid, str) and known_kids is not None and kid in known_kids
    if known_kids is not None and not is_known:
        what = (
            f"the token's kid is {kid}, {client.jwks_file} has"
            f" {_abridged(sorted(known_kids))}"
        )
        yield Fault("jwt.kid", what, "put its present public keys into the file")


def _time_faults(
    claims: Mapping[str, Any], now: float, client: Client | None
) -> Iterator[Fault]:
    missing = [name for name in ("iat", "exp", "jti") if name not in claims]
    if missing:
        what = f"the token has no {', '.join(missing)}"
        yield Fault(f"jwt.{missing[0]}", what, "CDS Hooks requires them")
    begins, ends = claims.get("iat"), claims.get("exp")
    if not isinstance(begins, int | float) or not isinstance(ends, int | float):
        return
    longest = client.max_lifetime_seconds if client else 3600
    if ends - begins > longest:
        lasts = f"the token lasts {ends - begins:.0f} seconds"
        what = f"{lasts}, more than the {longest} allowed"
        yield Fault("jwt.lifetime", what, "let it expire after five minutes")
    if ends < now:
        what = f"the token expired {now - ends:.0f} seconds ago"
        change = "nothing, if the token is an old one; else set both clocks"
        yield Fault("jwt.exp", what, change)


# --- log lines


def of_log(lines: Sequence[Mapping[str, Any]], known: Known) -> Iterator[Fault]:
    """Yield the faults in these lines: of calls, then of tokens, then of keys."""
    calls = [line for line in lines if line.get("event") == "call"]
    missing = [call for call in calls if call.get("reason") == ORDERS_MISSING]
    if missing:
        change, place = _missing_orders_cure(known)
        what = f"no draft orders in {len(missing)} of {len(calls)} calls"
        yield Fault(ORDERS_MISSING, what, change, place)
    values = (call.get("status") for call in calls)
    statuses = Counter(value for value in values if isinstance(value, int))
    for status, count in statuses.most_common():
        if status in CURES_OF_STATUS:
            what = f"status {status} in {count} of {len(calls)} calls"
            yield Fault(f"status-{status}", what, CURES_OF_STATUS[status])
    refused = [line for line in lines if line.get("event") == "unauthenticated"]
    by_reason = Counter(str(line.get("reason")) for line in refused)
    for reason, count in by_reason.most_common():
        example = next(line for line in refused if str(line.get("reason")) == reason)
        yield _refusal(reason, count, example, known)
    for reason, fault in FAULTS_OF_KEYS.items():
        matching = [line for line in lines if line.get("reason") == reason]
        if matching:
            what = f"{matching[-1].get('issuer')}: {fault}"
            detail = matching[-1].get("detail") or "unknown"
            change = f"cause {detail}: {CURES_OF_KEYS.get(reason, LET_IT_ANSWER)}"
            yield Fault(reason, what, change)


def _refusal(reason: str, count: int, line: Mapping[str, Any], known: Known) -> Fault:
    """Describe the refusal of a token: what it says, and what the site has instead."""
    claim = re.sub(r"^jwt\.|_.*$", "", reason)  # `jwt.aud_missing` is of `aud`
    expected = line.get("expected")
    has = expected.get(claim) if isinstance(expected, Mapping) else None
    noun = "call" if count == 1 else "calls"
    times = f"{count} {noun} refused, {reason}"
    if claim in line and has:
        ours = ", ".join(map(str, has)) if isinstance(has, list) else str(has)
        what = f"{times}: the token's {claim} is {line[claim]}, site.toml has {ours}"
    else:
        what = times
    change = "give the token itself to `doctor`: it names what differs"
    if reason in ("auth.missing", "auth.scheme"):
        change = "send the token as Authorization: Bearer"
    return Fault(reason, what, change, known.place("jwt"))

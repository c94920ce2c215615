"""Compare an EHR's profile, the site's table of it and our service.

It says which buttons work, how the table differs, and what to ask.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

from cds_service.call import Service, ServiceHook
from cds_service.core.data_file import DataFile, DataTable, read_toml, validated
from cds_service.fhir.orders.suggested.suggestions import OrderTemplate
from cds_service.site.clients import EVERYTHING, Capabilities, Client
from cds_service.site.fields import Text
from cds_service.site.folder import SiteFolder
from cds_service.site.profiles import GENERIC, Profile, StatedFact, value_of

FACTS = Path(__file__).with_name("ehr-facts.toml")
MOST_CARDS = 2
NO_BUTTON = "no button, its words are on the card"
OURS = ("info", "warning")  # indicators
# Asked only of an EHR that can call when orders are signed.
OF_DRAFTS = frozenset(
    {
        "request.needs",
        "request.drafts",
        "request.draft-codes",
        "request.draft-level",
    }
)


class FactWords(DataTable):
    """The name of a fact, and the question if it is not known."""

    title: Text
    ask: Text | None = None


class FactFile(DataFile):
    """`ehr-facts.toml`."""

    facts: Mapping[Text, FactWords]


@cache
def fact_words() -> Mapping[str, FactWords]:
    """Return the words for each fact, by `group.key`."""
    return validated(FactFile, read_toml(FACTS), FACTS).facts


@dataclass(frozen=True, slots=True, kw_only=True)
class Fit:
    """One EHR, its profile, and the service as it answers this EHR.

    Attributes:
        deadline_seconds: deadline of an answer, if the client's table has none.
    """

    client: Client
    profile: Profile
    service: Service
    deadline_seconds: float

    @property
    def is_generic(self) -> bool:
        return self.client.profile == GENERIC


@dataclass(frozen=True, slots=True)
class Button:
    """One order that a card may offer, and the code by which this EHR gets it.

    Attributes:
        code: `system|code`; empty for what has none.
        words: how it is applied without one, or why it has no button.
    """

    order: str
    code: str = ""
    words: str = ""


def fits(
    folder: SiteFolder, service: Service, deadline_seconds: float
) -> Iterator[Fit]:
    """Yield each EHR of a site."""
    for client in folder.site.clients:
        yield Fit(
            client=client,
            profile=folder.profiles[client.issuer],
            service=service.of(client.issuer),
            deadline_seconds=deadline_seconds,
        )


def buttons(fit: Fit) -> Iterator[Button]:
    """Yield every order that a card may offer to this EHR, once for all services."""
    yield from dict.fromkeys(_buttons(fit))


def _buttons(fit: Fit) -> Iterator[Button]:
    for hook in fit.service.hooks.values():
        offered = {rule.order for rule in hook.rules if rule.order}
        for name, template in hook.order_templates.items():
            if name in offered:
                yield _button(template, fit)
        if any(rule.corrects for rule in hook.rules):
            yield _correction(fit.client.capabilities or EVERYTHING)
        if hook.handouts:
            yield _page(fit.client.capabilities or EVERYTHING)


def _button(template: OrderTemplate, fit: Fit) -> Button:
    capabilities = fit.client.capabilities or EVERYTHING
    kind = str(template.resource["resourceType"])
    if not capabilities.can("create", kind):
        return Button(template.title, words=f"{NO_BUTTON}: it applies no new {kind}")
    codings = template.codings(capabilities)
    if not codings:
        why = "no code that it can place is mapped to it"
        return Button(template.title, words=f"{NO_BUTTON}: {why}")
    return Button(template.title, f"{codings[0]['system']}|{codings[0]['code']}")


def _correction(capabilities: Capabilities) -> Button:
    """Describe how the end of a brace reaches its draft."""
    kinds = ("ServiceRequest", "DeviceRequest")
    updated = [kind for kind in kinds if capabilities.can("update", kind)]
    anew = [kind for kind in kinds if capabilities.can("create", kind)]
    if updated:
        words = f"the draft itself, as an update of {' or '.join(updated)}"
    elif anew and capabilities.order_details == "kept":
        words = f"a new {' or '.join(anew)}; the draft is removed by hand"
    else:
        words = f"{NO_BUTTON}: it applies no change of a draft"
    return Button("The end of a brace", words=words)


def _page(capabilities: Capabilities) -> Button:
    """Describe how the page that a patient takes home reaches the record."""
    kind = capabilities.handout
    if kind != "none" and capabilities.can("create", kind):
        words = f"a draft {kind}, in each language for which site.toml names a reader"
    else:
        words = "no button, the card links to it: the EHR takes no draft of it"
    return Button("The patient's page", words=words)


def called_hook(fit: Fit) -> ServiceHook:
    """Return the service that this EHR calls.

    It is that of opened charts if the EHR has no order-sign.
    """
    of_charts = (
        hook for hook in fit.service.hooks.values() if hook.hook == "patient-view"
    )
    is_of_charts = fit.client.patient_view and not _signs(fit.profile)
    return next(of_charts) if is_of_charts else fit.service.signing_hook


def _signs(profile: Profile) -> bool:
    """Tell if it may call when orders are signed: it does, or that is not known."""
    names = value_of(profile.hooks.names)
    return names is None or "order-sign" in names


def questions(profile: Profile) -> Iterator[str]:
    """Yield a question for each unknown fact that a setting depends on."""
    words = fact_words()
    left_out = frozenset() if _signs(profile) else OF_DRAFTS
    for fact in profile.facts():
        ask = words[fact.name].ask
        if fact.value is None and ask and fact.name not in left_out:
            yield f"{fact.name}: {ask}"


def value_words(fact: StatedFact) -> str:
    """Write the fact's value in words."""
    if isinstance(fact.value, bool):
        return "yes" if fact.value else "no"
    if isinstance(fact.value, Mapping):
        return "; ".join(f"{key}: {', '.join(fact.value[key])}" for key in fact.value)
    if isinstance(fact.value, tuple):
        return ", ".join(map(str, fact.value))
    return str(fact.value)


def differences(fit: Fit, today: date) -> Iterator[str]:
    """Yield how the site's table, or our service, differs from the profile."""
    review = fit.profile.profile.review
    if review < today:
        yield (
            f"the profile was due for review by {review}: compare it with the vendor's"
            " pages"
        )
    # Several services may differ in the same way.
    yield from dict.fromkeys(line for check in CHECKS for line in check(fit))


def _hooks(fit: Fit) -> Iterator[str]:
    names = value_of(fit.profile.hooks.names)
    if names is not None and not _signs(fit.profile):
        instead = (
            "call kyphoplasty-patient-view, which answers for an active or draft order"
            if fit.client.patient_view
            else "it can call nothing of ours: ask for order-sign"
        )
        yield f"it calls {', '.join(names)} and no order-sign: {instead}"


def _keys(fit: Fit) -> Iterator[str]:
    client, token = fit.client, fit.profile.token
    publication, index = value_of(token.keys), value_of(token.key_index)
    if (
        publication == "index"
        and client.jwks_index is None
        and client.jwks_file is None
    ):
        yield (
            "its keys are in sets that one address lists: in place of jwks-url write"
            f' jwks-index = "{index or "https://…"}"'
        )
    elif index and client.jwks_index and client.jwks_index != index:
        yield f"jwks-index is {client.jwks_index}, the profile has {index}"
    if publication == "none":
        yield (
            "it publishes no key set that could be read: its tokens cannot be verified;"
            " use it with open mode on one machine"
        )


def _issuer(fit: Fit) -> Iterator[str]:
    client, token = fit.client, fit.profile.token
    fixed = value_of(token.issuer_value)
    if fixed and client.issuer != fixed:
        yield f"issuer is {client.issuer}, the profile has {fixed}"
    is_base = value_of(token.issuer) == "fhir-base"
    bases = [base.rstrip("/") for base in client.fhir_servers]
    if is_base and client.issuer.rstrip("/") not in bases:
        yield (
            f"`iss` is its FHIR base, but issuer {client.issuer} is none of"
            " fhir-servers"
        )


def _token(fit: Fit) -> Iterator[str]:
    client, token = fit.client, fit.profile.token
    algorithms = value_of(token.algorithms)
    if algorithms and not set(algorithms) & set(client.algorithms):
        yield (
            f"algorithms are {', '.join(client.algorithms)}, its tokens are signed with"
            f" {', '.join(algorithms)}"
        )
    lasts = value_of(token.lifetime_seconds)
    if lasts and lasts > client.max_lifetime_seconds:
        yield (
            f"its tokens last {lasts} seconds, max-lifetime-seconds is"
            f" {client.max_lifetime_seconds}: each would be refused"
        )
    form = value_of(fit.profile.request.hook_instance)
    if form == "opaque" and client.hook_instance == "uuid":
        yield 'its hookInstance is no UUID: write hook-instance = "opaque"'


def _time(fit: Fit) -> Iterator[str]:
    waits = value_of(fit.profile.request.time_out_seconds)
    ours = min(
        fit.client.deadline_seconds or fit.deadline_seconds, fit.deadline_seconds
    )
    if waits is not None and ours >= waits:
        yield (
            f"it waits {waits:g} seconds and we answer within {ours:g}: set"
            " deadline-seconds below"
        )


def _prefetch(fit: Fit) -> Iterator[str]:
    longest = value_of(fit.profile.request.prefetch_length)
    for hook in fit.service.hooks.values():
        for key, query in hook.discovery.get("prefetch", {}).items():
            if longest is not None and len(query) > longest:
                yield (
                    f"prefetch {key} of {hook.id} has {len(query)} characters, it takes"
                    f" {longest}: leave this key out, and let us read it from"
                    " fhirServer"
                )


def _cards(fit: Fit) -> Iterator[str]:
    answer = fit.profile.answer
    most = value_of(answer.cards)
    if most is not None and most < MOST_CARDS:
        yield f"it shows {most} card, and we may send {MOST_CARDS}"
    known = value_of(answer.indicators)
    if known is not None and not set(OURS) <= set(known):
        yield (
            f"it knows the indicators {', '.join(known)}, and we send"
            f" {' and '.join(OURS)}"
        )
    selection = value_of(answer.selection)
    if selection is not None and "any" not in selection:
        yield f"selectionBehavior: it takes {', '.join(selection)}, and we send any"
    pattern = value_of(answer.topic_pattern)
    for hook in fit.service.hooks.values():
        for topic in hook.texts.reasons:
            if pattern and not re.fullmatch(pattern, topic):
                yield f"the topic {topic} does not fit its form {pattern}"


CHECKS: tuple[Callable[[Fit], Iterator[str]], ...] = (
    _hooks,
    _keys,
    _issuer,
    _token,
    _time,
    _prefetch,
    _cards,
)

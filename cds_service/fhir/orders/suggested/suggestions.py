"""Make the orders that a clinician can accept, each a complete, valid R4 resource.

A new order is made from a template in `hooks/<service>/orders/`; a corrected order is
the draft itself. Each is the one action of its suggestion.
"""

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType
from typing import Any

from pydantic import ValidationError

from cds_service.core.acts.recommendations import Recommendation
from cds_service.core.braces.bracing import Correction
from cds_service.core.words.languages import LanguageFile
from cds_service.core.words.phrases import Sentence, in_language, joined, say
from cds_service.core.words.wording import capital, date_text, title_text
from cds_service.errors import DataFileError
from cds_service.fhir.classes import class_of
from cds_service.fhir.mapping.codes.mapping_files import Orderable
from cds_service.fhir.mapping.terminology import Terminology
from cds_service.fhir.orders.suggested.brace_correction import (
    correct_brace_order,
    describe_correction,
)
from cds_service.fhir.raw_json import Json, member, objects, text
from cds_service.fhir.shapes import fits, is_valid
from cds_service.protocol.messages import Action, Suggestion, is_fhir_id
from cds_service.protocol.signing import Signing
from cds_service.site.clients import EVERYTHING, Capabilities

# Elements of `meta` by which a server describes its copy of a resource.
OF_VERSION = ("versionId", "lastUpdated", "source")
INSTEAD = say("This is a new order: remove the draft that it replaces")
# The only placeholder that a template may use if no rule defines it.
TODAY = "today"
# The element whose words are translated; all others are codes and days.
TEXT = "text"
_PLACEHOLDER = re.compile(r"\{([a-z_]+)\}")
_REQUESTER = re.compile(r"(?:Practitioner|PractitionerRole)/([A-Za-z0-9\-.]{1,64})")

Code = tuple[str, str]
Coding = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class OrderTemplate:
    """A validated order template from `hooks/<service>/orders/`.

    Attributes:
        resource: R4 JSON without the parts that come from a request.
        worded: the names of its elements with placeholders.
        own: the site's codes for it.
    """

    name: str
    resource: Json
    worded: frozenset[str]
    own: tuple[Orderable, ...] = ()

    def placeable(self, capabilities: Capabilities) -> tuple[Orderable, ...]:
        """List the site's codes for it that this EHR can place."""
        return tuple(
            orderable
            for orderable in self.own
            if capabilities.can_place(orderable.coding["system"])
        )

    def codings(self, capabilities: Capabilities) -> list[Coding] | None:
        """Return the codes of an order for this EHR, the site's first.

        None if the EHR takes no such order.
        """
        placeable = self.placeable(capabilities)
        if not placeable and capabilities.orderables == "mapped-only":
            return None
        ours = objects(member(self.resource, "code", "coding"))
        return [*(one.coding for one in placeable), *ours]

    @property
    def title(self) -> str:
        """Return the words of its first code."""
        ours = objects(member(self.resource, "code", "coding"))
        return next((text(one.get("display")) for one in ours), self.name)


@dataclass(frozen=True, slots=True, kw_only=True)
class SharedParts:
    """The parts that all suggested orders of one answer share.

    Attributes:
        templates: R4 orders that can be suggested, by name.
        capabilities: what the EHR can apply.
        language: language of the cards and of what new orders say; None for English.
    """

    signing: Signing
    encounter_id: str | None
    user_id: str
    templates: Mapping[str, OrderTemplate]
    terminology: Terminology
    today: date
    capabilities: Capabilities = EVERYTHING
    language: LanguageFile | None = None

    def translated(self, text: str) -> str:
        """Return a text in the language of the cards.

        Raises:
            NotTranslated: the language has no words for it.
        """
        return in_language(text, self.language)


def make_suggestions(
    recommendations: Sequence[Recommendation], shared: SharedParts
) -> Mapping[str, tuple[Suggestion, ...]]:
    """Make the new orders and corrections that recommendations offer, by rule id.

    An order that this EHR cannot apply is left out: the card says it in words. The same
    request on the same day gives the same ids, and no other signing gives them.
    """
    suggestions: dict[str, tuple[Suggestion, ...]] = {}
    for recommendation in recommendations:
        if offers := _offers(recommendation, shared):
            suggestions[recommendation.rule.id] = offers
    return suggestions


def _offers(
    recommendation: Recommendation, shared: SharedParts
) -> tuple[Suggestion, ...]:
    """Return a new order, or the corrections, that a recommendation offers."""
    if not recommendation.label:
        return ()
    if recommendation.template is None or recommendation.already:
        return tuple(_suggested_corrections(recommendation, shared))
    new_order = _new_order(recommendation, recommendation.template, shared)
    if new_order is None:
        return ()
    action = _create(recommendation, new_order, shared)
    return (_suggestion(recommendation, action, shared),)


def _new_order(
    recommendation: Recommendation, name: str, shared: SharedParts
) -> dict[str, Any] | None:
    """Fill the template of this name; None if this EHR takes no such order."""
    capabilities, today = shared.capabilities, shared.today
    template = shared.templates[name]
    words = {**recommendation.values, TODAY: today.isoformat()}
    resource = _fill(template, words, shared.language)
    codings = template.codings(capabilities)
    can_create = capabilities.can("create", resource["resourceType"])
    if codings is None or not can_create:
        return None
    patient = shared.signing.patient
    common = _common(patient, shared.encounter_id, shared.user_id, today)
    return {**resource, "code": {**resource["code"], "coding": codings}, **common}


def _suggested_corrections(
    recommendation: Recommendation, shared: SharedParts
) -> Iterator[Suggestion]:
    """Suggest the correction of each brace that can be corrected."""
    labels = _labels(recommendation.corrections)
    for label, correction in zip(labels, recommendation.corrections, strict=True):
        if correction.end < shared.today:
            continue  # an order for at least some weeks may have outlived them
        update = _update(correction, shared)
        action = _as_applied(update, recommendation, shared) if update else None
        if action is not None:
            yield _suggestion(
                recommendation,
                action,
                shared,
                label=label,
                is_certain=correction.is_certain,
            )


def _labels(corrections: Sequence[Correction]) -> list[str]:
    """Label the button of each correction; if there are several, name their braces."""
    ends = [say("set end {day}", day=date_text(one.end)) for one in corrections]
    if len(corrections) == 1:
        return [capital(end) for end in ends]
    names = [one.order.name for one in corrections]
    if len(set(names)) < len(names):
        names = [
            say(
                "{title}, order {place}",
                title=title_text(correction.order.title),
                place=place,
            )
            for place, correction in enumerate(corrections, 1)
        ]
    pairs = zip(names, ends, strict=True)
    return [say("{brace}: {end}", brace=name, end=end) for name, end in pairs]


def order_words(
    recommendations: Sequence[Recommendation],
    suggestions: Mapping[str, tuple[Suggestion, ...]],
    shared: SharedParts,
) -> Mapping[str, tuple[str, ...]]:
    """Return the words of orders that this EHR does not carry, by rule id.

    Only a rule with `order_in_card` has them on the card.
    """
    is_ignored = shared.capabilities.order_details == "ignored"
    by_rule = {}
    for recommendation in recommendations:
        rule, name = recommendation.rule, recommendation.template
        is_carried = rule.id in suggestions and not is_ignored
        if name is None or not rule.order_in_card:
            continue
        if recommendation.already or is_carried:
            continue
        words = {**recommendation.values, TODAY: shared.today.isoformat()}
        order = _fill(shared.templates[name], words, shared.language)
        notes = objects(order.get("note"))
        by_rule[rule.id] = tuple(text(note.get("text")) for note in notes)
    return by_rule


def read_placeholders(template: Any) -> frozenset[str]:
    """Return the placeholders that a rule must define; `today` is none of them."""
    return frozenset(_PLACEHOLDER.findall(json.dumps(template))) - {TODAY}


def make_template(
    name: str,
    resource: Any,
    orderables: Mapping[Code, tuple[Orderable, ...]] = MappingProxyType({}),
) -> OrderTemplate:
    """Make an order template from this JSON, checked with sample words.

    Args:
        name: name of its file.
        resource: its content.
        orderables: the site's codes by ours.

    Raises:
        DataFileError: it is not a ServiceRequest that could be suggested.
    """
    own: list[Orderable] = []
    for coding in objects(member(resource, "code", "coding")):
        code = text(coding.get("system")), text(coding.get("code"))
        own += orderables.get(code, ())
    words = {**dict.fromkeys(read_placeholders(resource), "2"), TODAY: "2026-11-20"}
    common = _common("sample", None, "", date(2026, 11, 20))
    if not isinstance(resource, dict) or resource.keys() & common.keys():
        raise DataFileError(
            f"orders/{name}.json",
            "",
            f"must be an object without {', '.join(sorted(common))}",
        )
    worded = frozenset(
        element
        for element, value in resource.items()
        if _PLACEHOLDER.search(json.dumps(value))
    )
    template = OrderTemplate(name, resource, worded, tuple(own))
    try:
        sample = {**_fill(template, words), **common}
        if not fits(sample, "ServiceRequest"):
            class_of("ServiceRequest").model_validate(sample)
    except ValidationError as error:
        fault = error.errors(include_url=False)[0]
        raise DataFileError(
            f"orders/{name}.json", ".".join(map(str, fault["loc"])), fault["msg"]
        ) from error
    return template


def _suggestion(
    recommendation: Recommendation,
    action: Action,
    shared: SharedParts,
    *,
    label: str = "",
    is_certain: bool = True,
) -> Suggestion:
    label = label or recommendation.label
    resource = action.resource or {}
    # The id of a new order follows from all that the order says.
    offered = resource["id"] if action.type == "create" else resource
    is_instead = action.type == "create" and bool(recommendation.corrections)
    content = {
        "rule": recommendation.rule.id,
        "description": action.description,
        "offered": offered,
    }
    if is_instead:
        label = say("{label}, as a new order", label=label)
    return Suggestion(
        label=shared.translated(label),
        uuid=shared.signing.derive_id("suggestion", content),
        # A correction that comes as a second order is never pre-selected: the first has
        # to be removed by hand.
        is_recommended=recommendation.is_preselected and is_certain and not is_instead,
        actions=(action,),
    )


def _create(
    recommendation: Recommendation, resource: dict[str, Any], shared: SharedParts
) -> Action:
    content = {"rule": recommendation.rule.id, "resource": resource}
    new_id = shared.signing.derive_id("resource", content)
    complete = {"resourceType": resource["resourceType"], "id": new_id} | resource
    if not is_valid(complete, "ServiceRequest"):
        raise ValueError("a new order would be no valid ServiceRequest")
    description = shared.translated(recommendation.label)
    return Action(type="create", description=description, resource=complete)


def _as_applied(
    update: Action,
    recommendation: Recommendation,
    shared: SharedParts,
) -> Action | None:
    """Return the correction as this EHR applies it: an update, a new order, or None."""
    capabilities, corrected = shared.capabilities, update.resource or {}
    kind = corrected["resourceType"]
    if capabilities.can("update", kind):
        return update
    if not capabilities.can("create", kind) or capabilities.order_details == "ignored":
        return None
    members = {
        name: value for name, value in corrected.items() if name not in ("id", "meta")
    }
    meta = {
        name: value
        for name, value in (corrected.get("meta") or {}).items()
        if name not in OF_VERSION
    }
    if meta:
        members["meta"] = meta
    content = {"rule": recommendation.rule.id, "resource": members}
    new_id = shared.signing.derive_id("resource", content)
    resource = {"resourceType": kind, "id": new_id} | members
    description = joined((update.description, shared.translated(INSTEAD)), ". ")
    return Action(type="create", description=str(description), resource=resource)


def _update(correction: Correction, shared: SharedParts) -> Action | None:
    """Correct a draft; None if it is no draft, out of reach, or not certain."""
    draft = correction.order.source
    if draft is None or not correction.order.is_draft or draft.get("status") != "draft":
        return None
    corrected = correct_brace_order(draft, correction, shared.terminology)
    if corrected is None:
        return None
    effect = describe_correction(draft, correction, corrected)
    description = shared.translated(effect)
    return Action(type="update", description=description, resource=corrected)


def _common(
    patient_id: str, encounter_id: str | None, user_id: str, today: date
) -> dict[str, Any]:
    """Return the elements of every new order that come from the request."""
    references = _references(patient_id, encounter_id, user_id)
    return {"authoredOn": today.isoformat(), **references}


def references_of(shared: SharedParts) -> dict[str, Any]:
    """Return the elements that name the patient, the stay and the requester."""
    patient_id = shared.signing.patient
    return _references(patient_id, shared.encounter_id, shared.user_id)


def _references(
    patient_id: str, encounter_id: str | None, user_id: str
) -> dict[str, Any]:
    """Refer to what the request names; invalid references are left out."""
    patient = patient_id.removeprefix("Patient/")
    references: dict[str, Any] = {"subject": {"reference": f"Patient/{patient}"}}
    encounter = (encounter_id or "").removeprefix("Encounter/")
    if is_fhir_id(encounter):
        references["encounter"] = {"reference": f"Encounter/{encounter}"}
    requester = _REQUESTER.fullmatch(user_id)
    if requester and is_fhir_id(requester[1]):
        references["requester"] = {"reference": user_id}
    return references


def _fill(
    template: OrderTemplate,
    words: Mapping[str, str],
    language: LanguageFile | None = None,
) -> dict[str, Any]:
    """Replace the template's placeholders by the rule's own words.

    Raises:
        NotTranslated: the language has no words for a text of it.
    """

    def word(match: re.Match[str]) -> str:
        if match[1] not in words:
            raise DataFileError(
                f"orders/{template.name}.json",
                match[0],
                "the rule gives no word for this placeholder",
            )
        return words[match[1]]

    resource, worded = template.resource, template.worded
    if language is not None:
        return {
            element: _translated(value, words, language)
            for element, value in resource.items()
        }
    return {
        element: _with_words(value, word) if element in worded else value
        for element, value in resource.items()
    }


def _translated(value: Any, words: Mapping[str, str], language: LanguageFile) -> Any:
    """Return a value with its texts in this language; codes stay, with displays."""
    if isinstance(value, list):
        return [_translated(inner, words, language) for inner in value]
    if not isinstance(value, dict):
        is_worded = isinstance(value, str) and "{" in value
        return str(Sentence(value, words)) if is_worded else value
    return {
        key: in_language(Sentence(inner, words), language)
        if key == TEXT and isinstance(inner, str)
        else _translated(inner, words, language)
        for key, inner in value.items()
    }


def _with_words(value: Any, word: Callable[[re.Match[str]], str]) -> Any:
    if isinstance(value, str):
        return _PLACEHOLDER.sub(word, value) if "{" in value else value
    if isinstance(value, dict):
        return {key: _with_words(inner, word) for key, inner in value.items()}
    if isinstance(value, list):
        return [_with_words(inner, word) for inner in value]
    return value

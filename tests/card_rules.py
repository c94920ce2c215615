"""What CDS Hooks 2.0.1 and our own contract ask of every answer, as functions that list what is wrong.

Independent of the service's own models and of any schema file: a fault in those must not hide here.
"""

import re
from collections.abc import Callable, Iterator
from typing import Any

from fhir.resources.R4B import get_fhir_model_class
from markdown_it import MarkdownIt
from pydantic import ValidationError

Json = dict[str, Any]
UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
URL = re.compile(r"https?://[^\s/]+(/\S*)?")
TOPIC = re.compile(r"[A-Za-z0-9]{1,100}")
LOCAL_REFERENCE = re.compile(r"[A-Z][A-Za-z]+/[A-Za-z0-9.\-]{1,64}")
ASSESSMENTS = "org.kyphoplasty-cds.assessments"
MARKDOWN = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])
PLAIN = {
    *("paragraph_open", "paragraph_close", "inline", "bullet_list_open", "bullet_list_close"),
    *("list_item_open", "list_item_close", "text", "strong_open", "strong_close", "softbreak", "text_special"),
}
# Members that CDS Hooks knows; everything else belongs under `extension`.
MEMBERS = {
    "response": {"cards", "systemActions", "extension"},
    "card": {
        *("uuid", "summary", "detail", "indicator", "source", "suggestions", "selectionBehavior"),
        *("overrideReasons", "links", "extension"),
    },
    "source": {"label", "url", "icon", "topic", "extension"},
    "coding": {"system", "code", "display", "extension"},
    "suggestion": {"label", "uuid", "isRecommended", "actions", "extension"},
    "action": {"type", "description", "resource", "resourceId", "extension"},
    "link": {"label", "url", "type", "appContext", "autolaunchable", "extension"},
}


def faults_of(response: Any) -> list[str]:
    """Every rule that this answer breaks; of what is no answer at all, that alone."""
    return list(shape_faults(response)) or [fault for rule in RULES for fault in rule(response)]


def cards_of(response: Json) -> list[Json]:
    return list(response["cards"])


def suggestions_of(response: Json) -> list[Json]:
    return [one for card in cards_of(response) for one in card.get("suggestions", [])]


def actions_of(response: Json) -> list[Json]:
    return [action for one in suggestions_of(response) for action in one.get("actions", [])]


def shape_faults(response: Any) -> Iterator[str]:
    """CH-31: an object whose `cards` is an array of objects; our contract: at most three."""
    cards = response.get("cards") if isinstance(response, dict) else None
    if not isinstance(cards, list) or not all(isinstance(card, dict) for card in cards):
        yield "cards is not an array of objects"
    elif len(cards) > 3:
        yield f"{len(cards)} cards"


def empty_faults(response: Json) -> Iterator[str]:
    """CH-32: nothing null or empty; empty lists may stand inside our own extension."""
    for path, value in nodes(response):
        in_ours = ASSESSMENTS in path
        if value is None or (value in ("", {}) and not isinstance(value, bool)):
            yield f"{path} is {value!r}"
        elif value == [] and path != "/cards" and not in_ours:
            yield f"{path} is []"


def member_faults(response: Json) -> Iterator[str]:
    """Members outside the specification stand only under `extension`, by reverse-domain names."""
    yield from _unknown("response", response)
    for card in cards_of(response):
        yield from _unknown("card", card)
        yield from _unknown("source", card.get("source", {}))
        for coding in (card.get("source", {}).get("topic", {}), *card.get("overrideReasons", [])):
            yield from _unknown("coding", coding)
        for link in card.get("links", []):
            yield from _unknown("link", link)
        for name in card.get("extension", {}):
            if name.count(".") < 1:
                yield f"extension {name} is no reverse-domain name"
    for suggestion in suggestions_of(response):
        yield from _unknown("suggestion", suggestion)
    for action in actions_of(response):
        yield from _unknown("action", action)


def _unknown(kind: str, value: Json) -> Iterator[str]:
    for name in value.keys() - MEMBERS[kind]:
        yield f"{kind} has {name}"


def summary_faults(response: Json) -> Iterator[str]:
    """CH-33: 1 to 139 characters on one line."""
    for card in cards_of(response):
        summary = card.get("summary")
        if not isinstance(summary, str) or not 1 <= len(summary) <= 139 or len(summary.splitlines()) != 1:
            yield f"summary {summary!r}"


def indicator_faults(response: Json) -> Iterator[str]:
    """CH-34, and the contract: only info or warning."""
    for card in cards_of(response):
        if card.get("indicator") not in ("info", "warning"):
            yield f"indicator {card.get('indicator')!r}"


def source_faults(response: Json) -> Iterator[str]:
    """CH-35: label, absolute addresses, topic with code and system."""
    for card in cards_of(response):
        source = card.get("source", {})
        if not _is_text(source.get("label")):
            yield "source without label"
        for name in ("url", "icon"):
            if name in source and not _is_url(source[name]):
                yield f"source.{name} {source[name]!r}"
        if not all(_is_text(source.get("topic", {}).get(name)) for name in ("code", "system")):
            yield "topic without code or system"


def topic_faults(response: Json) -> Iterator[str]:
    """CH-36: a topic that EHRs can key on, once an answer."""
    codes = [card.get("source", {}).get("topic", {}).get("code", "") for card in cards_of(response)]
    yield from (f"topic {code!r}" for code in codes if not TOPIC.fullmatch(code))
    if len(set(codes)) != len(codes):
        yield f"a topic twice: {codes}"


def uuids_of(response: Json) -> list[Any]:
    return [one.get("uuid") for one in (*cards_of(response), *suggestions_of(response))]


def uuid_faults(response: Json) -> Iterator[str]:
    """CH-37: cards and suggestions have lower-case UUIDs, each once."""
    uuids = uuids_of(response)
    yield from (f"uuid {uuid!r}" for uuid in uuids if not isinstance(uuid, str) or not UUID.fullmatch(uuid))
    if len(set(map(str, uuids))) != len(uuids):
        yield "a uuid twice"


def selection_faults(response: Json) -> Iterator[str]:
    """CH-38 and CH-39: selectionBehavior exactly with suggestions; one recommended where one may be chosen."""
    for card in cards_of(response):
        behaviour = card.get("selectionBehavior")
        if bool(card.get("suggestions")) != (behaviour in ("any", "at-most-one")):
            yield f"selectionBehavior {behaviour!r} with {len(card.get('suggestions', []))} suggestions"
        recommended = [one for one in card.get("suggestions", []) if one.get("isRecommended") is True]
        if behaviour == "at-most-one" and len(recommended) > 1:
            yield "more than one recommended"


def suggestion_faults(response: Json) -> Iterator[str]:
    """Label, isRecommended always stated (a real client insists), CH-42: one action each."""
    for one in suggestions_of(response):
        if not _is_text(one.get("label")) or not isinstance(one.get("isRecommended"), bool):
            yield f"suggestion {one.get('label')!r} without label or isRecommended"
        if len(one.get("actions", [])) != 1:
            yield f"suggestion {one.get('label')!r} has {len(one.get('actions', []))} actions"


def action_faults(response: Json) -> Iterator[str]:
    """CH-40: type, description, and a whole valid R4 resource or the reference of what goes."""
    for action in actions_of(response):
        if action.get("type") not in ("create", "update", "delete") or not _is_text(action.get("description")):
            yield f"action {action.get('type')!r} without type or description"
        elif action["type"] == "delete":
            if "resource" in action or not LOCAL_REFERENCE.fullmatch(str(action.get("resourceId"))):
                yield "delete without resourceId, or with a resource"
        else:
            yield from _resource_faults(action.get("resource"))


def _resource_faults(resource: Any) -> Iterator[str]:
    if not isinstance(resource, dict) or not isinstance(resource.get("resourceType"), str):
        yield "no resource"
        return
    try:
        get_fhir_model_class(resource["resourceType"]).model_validate(resource)
    except (KeyError, ValidationError) as error:
        yield f"{resource['resourceType']} is not valid R4: {error}"


def reason_faults(response: Json) -> Iterator[str]:
    """CH-43: code, system and display of each override reason; the contract: every card has some."""
    for card in cards_of(response):
        reasons = card.get("overrideReasons", [])
        if not reasons:
            yield "no override reasons"
        for reason in reasons:
            if not all(_is_text(reason.get(name)) for name in ("code", "system", "display")):
                yield f"override reason {reason}"


def link_faults(response: Json) -> Iterator[str]:
    """CH-44: label, absolute http(s) address, type; appContext only for smart."""
    for card in cards_of(response):
        for link in card.get("links", []):
            if not _is_text(link.get("label")) or not _is_url(link.get("url")):
                yield f"link {link}"
            if link.get("type") not in ("absolute", "smart") or ("appContext" in link and link["type"] != "smart"):
                yield f"type of link {link}"


def reserved_faults(response: Json) -> Iterator[str]:
    """CH-45 and CH-46: neither actionSelectionBehavior nor systemActions."""
    for path, _ in nodes(response):
        if path.rpartition("/")[2] in ("actionSelectionBehavior", "systemActions"):
            yield path


def markdown_faults(response: Json) -> Iterator[str]:
    """CH-47, and the contract: paragraphs, bullets and bold alone, which every client shows."""
    for card in cards_of(response):
        for token in tokens_of(str(card.get("detail", ""))) - PLAIN:
            yield f"{token} in {card['detail']!r}"


def tokens_of(markdown: str) -> set[str]:
    """Kinds of its tokens, with HTML, tables and strikethrough known."""
    blocks = MARKDOWN.parse(markdown)
    return {token.type for block in blocks for token in (block, *(block.children or ()))}


def nodes(value: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """Every value inside, with its path."""
    pairs = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in pairs:
        yield f"{path}/{key}", inner
        yield from nodes(inner, f"{path}/{key}")


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and bool(value.strip())


def _is_url(value: Any) -> bool:
    return isinstance(value, str) and URL.fullmatch(value) is not None


RULES: tuple[Callable[[Any], Iterator[str]], ...] = (
    shape_faults,
    empty_faults,
    member_faults,
    summary_faults,
    indicator_faults,
    source_faults,
    topic_faults,
    uuid_faults,
    selection_faults,
    suggestion_faults,
    action_faults,
    reason_faults,
    link_faults,
    reserved_faults,
    markdown_faults,
)

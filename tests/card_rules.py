"""What CDS Hooks 2.0.1 and our own contract ask of every answer, as functions that list what is wrong.

Independent of the service's own models and of the schemas it ships: a fault in those
must not hide here.
"""

import tomllib
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

from fhir.resources.R4B import get_fhir_model_class
from jsonschema import Draft202012Validator
from jsonschema.validators import extend
from markdown_it import MarkdownIt
from pydantic import ValidationError

Json = dict[str, Any]
Rule = Callable[[Any], Iterator[str]]
ASSESSMENTS = "org.kyphoplasty-cds.assessments"
MARKDOWN = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])
PLAIN = {
    *(
        "paragraph_open",
        "paragraph_close",
        "inline",
        "bullet_list_open",
        "bullet_list_close",
    ),
    *(
        "list_item_open",
        "list_item_close",
        "text",
        "strong_open",
        "strong_close",
        "softbreak",
        "text_special",
    ),
}
SCHEMAS: dict[str, Json] = tomllib.loads(
    Path(__file__).with_suffix(".toml").read_text(encoding="utf-8")
)
# An answer before it is written as JSON has tuples for arrays.
ARRAYS = Draft202012Validator.TYPE_CHECKER.redefine(
    "array", lambda _, value: isinstance(value, list | tuple)
)
VALIDATORS = {
    name: extend(Draft202012Validator, type_checker=ARRAYS)(schema)
    for name, schema in SCHEMAS.items()
}


def faults_of(response: Any) -> list[str]:
    """Every rule that this answer breaks; of what is no answer at all, that alone."""
    return list(shape_faults(response)) or [
        fault for rule in RULES for fault in rule(response)
    ]


def cards_of(response: Json) -> list[Json]:
    return list(response["cards"])


def suggestions_of(response: Json) -> list[Json]:
    return [one for card in cards_of(response) for one in card.get("suggestions", [])]


def actions_of(response: Json) -> list[Json]:
    return [
        action for one in suggestions_of(response) for action in one.get("actions", [])
    ]


def uuids_of(response: Json) -> list[Any]:
    return [one.get("uuid") for one in (*cards_of(response), *suggestions_of(response))]


PARTS: dict[str, Callable[[Any], list[Any]]] = {
    "answer": lambda response: [response],
    "card": cards_of,
    "suggestion": suggestions_of,
    "action": actions_of,
    "named": lambda response: [*cards_of(response), *suggestions_of(response)],
}


def schema_faults(name: str, response: Any) -> Iterator[str]:
    """What breaks the rule of this name in `card_rules.toml`."""
    kind = SCHEMAS[name]["of"]
    for part in PARTS[kind](response):
        yield from (
            f"{kind} {one.json_path}: {one.message}"
            for one in VALIDATORS[name].iter_errors(part)
        )


shape_faults = partial(schema_faults, "shape")
member_faults = partial(schema_faults, "members")
summary_faults = partial(schema_faults, "summary")
indicator_faults = partial(schema_faults, "indicator")
source_faults = partial(schema_faults, "source")
selection_faults = partial(schema_faults, "selection")
recommendation_faults = partial(schema_faults, "recommendation")
suggestion_faults = partial(schema_faults, "suggestion")
reason_faults = partial(schema_faults, "reason")
link_faults = partial(schema_faults, "link")


def topic_faults(response: Json) -> Iterator[str]:
    """CH-36: each topic once an answer."""
    yield from schema_faults("topic", response)
    codes = [
        card.get("source", {}).get("topic", {}).get("code")
        for card in cards_of(response)
    ]
    if len(set(codes)) != len(codes):
        yield f"a topic twice: {codes}"


def uuid_faults(response: Json) -> Iterator[str]:
    """CH-37: each uuid once."""
    yield from schema_faults("uuid", response)
    if len(set(map(str, uuids_of(response)))) != len(uuids_of(response)):
        yield "a uuid twice"


def action_faults(response: Json) -> Iterator[str]:
    """CH-40: the resource of an action is whole and valid R4."""
    yield from schema_faults("action", response)
    for resource in (
        action["resource"] for action in actions_of(response) if "resource" in action
    ):
        try:
            get_fhir_model_class(resource["resourceType"]).model_validate(resource)
        except (KeyError, TypeError, ValidationError) as error:
            yield f"{resource} is not valid R4: {error}"


def empty_faults(response: Json) -> Iterator[str]:
    """CH-32: nothing null or empty; empty lists may stand inside our own extension."""
    for path, value in nodes(response):
        in_ours = ASSESSMENTS in path
        if value is None or (value in ("", {}) and not isinstance(value, bool)):
            yield f"{path} is {value!r}"
        elif value == [] and path != "/cards" and not in_ours:
            yield f"{path} is []"


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
    return {
        token.type for block in blocks for token in (block, *(block.children or ()))
    }


def nodes(value: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """Every value inside, with its path."""
    pairs = (
        value.items()
        if isinstance(value, dict)
        else enumerate(value)
        if isinstance(value, list)
        else ()
    )
    for key, inner in pairs:
        yield f"{path}/{key}", inner
        yield from nodes(inner, f"{path}/{key}")


RULES: tuple[Rule, ...] = (
    *(
        shape_faults,
        empty_faults,
        member_faults,
        summary_faults,
        indicator_faults,
        source_faults,
        topic_faults,
    ),
    *(
        uuid_faults,
        selection_faults,
        recommendation_faults,
        suggestion_faults,
        action_faults,
        reason_faults,
    ),
    *(link_faults, reserved_faults, markdown_faults),
)
NAMED_RULES = {name: rule for name, rule in list(globals().items()) if rule in RULES}

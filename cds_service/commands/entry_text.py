"""One audit entry as text for a terminal."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from cds_service.commands.terminal import clean


def entry_lines(document: Mapping[str, Any]) -> Iterator[str]:
    """Lines of an entry in the form of `audit show --json`, without terminal control characters."""
    for line in _lines(document):
        yield clean(line)


def _lines(document: Mapping[str, Any]) -> Iterator[str]:
    yield f"entry {document['sequence']}  {document['id']}"
    yield f"{document['at']}  {document['kind']}"
    if document.get("purged"):
        yield "what it said was purged after its retention, or is missing: `audit verify` tells which"
        return
    for name, value in document["facts"].items():
        yield f"  {name}: {value}"
    content = document["content"]
    if document["kind"] != "answer":
        yield from json.dumps(content, indent=2).splitlines()
    else:
        yield from _answer_lines(content)
    if replay := document.get("replay"):
        yield f"replay: {'identical' if replay['identical'] else 'differs'}"
        yield from (f"  {line}" for line in (*replay["notes"], *replay["differences"]))
    yield f"hash {document['chain']['hash']}"


def _answer_lines(content: Mapping[str, Any]) -> Iterator[str]:
    yield f"orders: {', '.join(content['orders']) or 'a brace or bed-rest order after one'}"
    record = content["record"]
    for part, why in {**record["unread"], **record["incomplete"]}.items():
        yield f"not read: {part}: {why}"
    yield "inputs:"
    for one in content["findings"]:
        sources = ", ".join(source["resource"] for source in one["sources"])
        yield f"  {one['name']} {one['value']} {one['unit']}  {one['date'] or ''}  {sources}"
    yield "gaps: " + ", ".join(f"{one['name']} ({one['reason']})" for one in content["gaps"])
    for assessment in content["assessments"]:
        yield f"{assessment['outcome']}: {assessment['status']}"
        yield from (f"  {_model_line(model)}" for model in assessment.get("models", ()))
    for card in content["cards"]:
        yield f"card {card['uuid']} ({card['indicator']})"
        yield f"  {card['summary']}"
        yield from (f"  | {line}" for line in card.get("detail", "").splitlines())
        yield from (f"  [ {one['label']} ]" for one in card.get("suggestions", ()))


def _model_line(model: Mapping[str, Any]) -> str:
    risk = f"risk {model['risk']:.4f}, {model['band']}" if "risk" in model else "no figure"
    return f"{model['model']} {model['modelVersion']}: {risk}, inputs known {model['inputsKnown']:.2f}"

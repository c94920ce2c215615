"""Pages for people: the start page, the model cards, the API description."""

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from functools import lru_cache
from math import exp
from pathlib import Path
from typing import Any

from flask import Blueprint, Response, render_template, request
from werkzeug.exceptions import NotFound

from cds_service import __version__
from cds_service.call import Service, ServiceHook
from cds_service.cards.guidelines import Guideline, Summary
from cds_service.core.acts.rule_file import Rule
from cds_service.core.orders import PROCEDURES
from cds_service.core.words.wording import UNITS
from cds_service.review.entry_page import view_cards
from cds_service.samples import load_samples
from cds_service.samples.requests import order_sign_request
from cds_service.web.cds_api import Dependencies, json_response
from cds_service.web.rehearsal import answer_sample

DESCRIPTION = Path(__file__).with_name("openapi.json")
PAGES = {
    "/models": "Studies",
    "/guidelines": "Guidelines",
    "/worksheet": "Worksheet",
    "/sandbox": "Sandbox",
    "/audit": "Audit",
}
EXAMPLE = "p1-thin-high"


def page_routes(
    dependencies: Dependencies, *, has_sandbox: bool, has_review: bool
) -> Blueprint:
    routes, service = Blueprint("pages", __name__), dependencies.service
    for name, make in FILTERS.items():
        routes.add_app_template_filter(make, name)
    closed = {"/sandbox": not has_sandbox, "/audit": not has_review}
    pages = [(path, title) for path, title in PAGES.items() if not closed.get(path)]
    routes.app_context_processor(lambda: {"pages_for_people": pages})

    @lru_cache(maxsize=1)
    def example(today: date) -> tuple[str, dict[str, Any]]:
        return _example_card(service, today, dependencies.base_url)

    # A test compares the description with the addresses.
    description = json.loads(DESCRIPTION.read_text(encoding="utf-8"))
    description["info"]["version"] = __version__
    description["servers"] = [{"url": dependencies.base_url}]

    @routes.get("/")
    def start() -> str:
        story, card = example(service.calendar.day_of(dependencies.clock()))
        return render_template(
            "start.html",
            version=__version__,
            models=service.model_cards.values(),
            story=story,
            card=card,
            has_sandbox=has_sandbox,
            has_review=has_review,
        )

    _study_routes(routes, service)

    @routes.get("/openapi.json")
    def openapi() -> Response:
        return json_response(description)

    routes.after_request(_vary)
    return routes


def _example_card(
    service: Service, today: date, base_url: str
) -> tuple[str, dict[str, Any]]:
    """Return a sample's story, and the first card of its answer."""
    hook = service.signing_hook
    sample = next(example for example in load_samples(today) if example.id == EXAMPLE)
    body = order_sign_request(sample, plan=hook.discovery["prefetch"])
    noon = service.calendar.noon(today)
    response = answer_sample(service, hook, body, noon, base_url)
    first, *_ = view_cards(response.to_json()["cards"])
    return sample.story, {**first, "uuid": "example"}


def _study_routes(routes: Blueprint, service: Service) -> None:
    @routes.get("/models")
    def models() -> Response | str:
        if _wants_json():
            return json_response(list(service.model_cards.values()))
        return render_template("models.html", models=service.model_cards)

    @routes.get("/models/<model_id>")
    def model(model_id: str) -> Response | str:
        if model_id not in service.model_cards:
            raise NotFound
        card = service.model_cards[model_id]
        if _wants_json():
            return json_response(card)
        page = "model-pooled.html" if card["kind"] == "pooled" else "model.html"
        return render_template(page, **_page_of(service, card))

    @routes.get("/guidelines")
    def guidelines() -> Response | str:
        lines = guideline_lines(service)
        if _wants_json():
            return json_response(lines)
        return render_template(
            "guidelines.html",
            lines=[line for line in lines if line["lines"] or line["studies"]],
            summaries=_summaries(service),
            contrary=_contrary_lines(service),
            models=service.model_cards,
        )


def guideline_lines(service: Service) -> list[dict[str, Any]]:
    """List every recommendation with its guideline lines and studies.

    They are JSON, and the page shows the same.
    """
    return [_guideline_line(service, hook, rule) for hook, rule in _rules(service)]


def _guideline_line(service: Service, hook: ServiceHook, rule: Rule) -> dict[str, Any]:
    lines = [hook.guidelines[name] for name in rule.guidelines]
    return {
        "recommendation": rule.id,
        "heading": rule.heading,
        # A label with gaps to fill is not a text for people.
        "label": "" if "{" in rule.label else rule.label,
        "owner": rule.owner,
        "approved": rule.approved.isoformat(),
        "review-by": rule.review_by.isoformat(),
        "studies": list(rule.studies),
        "lines": [line.model_dump(mode="json", by_alias=True) for line in lines],
        "sourceAttributes": _attributes_of(service, rule, lines),
    }


def _rules(service: Service) -> list[tuple[ServiceHook, Rule]]:
    """List each recommendation once, with the first service that has it."""
    rules: dict[str, tuple[ServiceHook, Rule]] = {}
    for hook in service.hooks.values():
        for rule in sorted(hook.rules, key=lambda rule: rule.rank):
            rules.setdefault(rule.id, (hook, rule))
    return list(rules.values())


def _summaries(service: Service) -> list[Summary]:
    """List each summary for and against once."""
    every = (summary for hook in service.hooks.values() for summary in hook.summaries)
    by_id: dict[str, Summary] = {}
    for summary in every:
        by_id.setdefault(summary.id, summary)
    return list(by_id.values())


def _contrary_lines(service: Service) -> list[dict[str, Any]]:
    """List each result against a study once, with its studies."""
    by_id: dict[str, dict[str, Any]] = {}
    for name, card in service.model_cards.items():
        for line in card.get("contraryEvidence", ()):
            result = by_id.setdefault(line["id"], {**line, "studies": []})
            result["studies"].append(name)
    return list(by_id.values())


def _attributes_of(
    service: Service, rule: Rule, lines: Sequence[Guideline]
) -> dict[str, Any]:
    studies = [service.studies[name].source for name in rule.studies]
    citations = [
        *(line.citation for line in lines),
        *(f"{study.citation}, doi {study.doi}" for study in studies),
    ]
    read = ", ".join(sorted({line.read_on.isoformat() for line in lines}))
    sources = f"Sources read on {read}; " if read else ""
    words = {
        "citations": (
            "; ".join(citations) or "No study or guideline: policy of this service."
        ),
        "paper": f"recommendation {rule.id}",
        "dates": f"{sources}due for review by {rule.review_by.isoformat()}.",
        "health_status": (
            "what the record holds of bone, muscle, strength, nutrition, falls,"
            " diagnoses and drugs."
        ),
        "health_source": f"recommendation {rule.id}: the signals that it names",
        "version": __version__,
    }
    return service.attributes.of_advice(words, has_sources=bool(citations))


def _vary(response: Response) -> Response:
    response.headers["Vary"] = "Accept"  # models and guidelines are HTML or JSON
    return response


def _figure(value: Any) -> Any:
    """Return a number with four digits, a boolean as yes or no, all else unchanged."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:.4g}" if isinstance(value, float) else value


def _wants_json() -> bool:
    kinds = ["text/html", "application/json"]
    return request.accept_mimetypes.best_match(kinds) == "application/json"


FILTERS: Mapping[str, Callable[[Any], Any]] = {
    "figure": _figure,
    # enough digits to compute with
    "signed": lambda log_odds: f"{log_odds:.4g}".replace("-", "−"),
    "short": lambda value: f"{value:.2g}".replace("-", "−"),
    "odds_ratio": lambda log_odds: f"{exp(log_odds):.3g}",
    "ucfirst": lambda text: text[:1].upper() + text[1:],
    "procedure_name": lambda name: PROCEDURES.get(name, name),
}


def _page_of(service: Service, card: Mapping[str, Any]) -> dict[str, Any]:
    """Return the values for the page of one study."""
    model = service.models.get(card["id"])
    tables = model.table.models.values() if model else ()
    reduced = sorted(tables, key=lambda table: -table.inputs_known)
    rows = [
        {
            "key": attribute.key,
            "title": attribute.title,
            **card["sourceAttributes"][attribute.key],
        }
        for attribute in service.attributes.attributes
    ]

    def titles(name: str) -> str:
        finding, _, word = name.partition("=")
        title = service.finding_specs[finding].title
        return f"{title} {word}" if word else title

    return {
        "card": card,
        "titles": titles,
        "unit": lambda ucum: UNITS.get(ucum, ucum).strip(),
        "sets": reduced,
        "entries": sum(
            len(coefficient.get("entries", ()))
            for coefficient in card.get("coefficients", {}).values()
        ),
        "said_measures": [
            f"{measure['measure']}: {measure['text']}"
            for measure in card.get("measures", ())
        ],
        "evidence_based": [row for row in rows if row["key"].startswith("A")],
        "predictive": [row for row in rows if row["key"].startswith("B")],
    }

"""Pages for people: the start page, the model cards, the API description."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import date, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

from flask import Blueprint, Response, render_template, request
from werkzeug.exceptions import NotFound

from cds_service import __version__
from cds_service.review.entry_page import CardView
from cds_service.service import Service
from cds_service.web.cds_api import json_response
from cds_service.web.example import example_card

DESCRIPTION = Path(__file__).with_name("openapi.json")
# Shown in tables of their own; the rest of a model card stands as it is.
OWN_PLACE = {"id", "title", "version", "coefficients", "ranges", "limits", "sourceAttributes"}


def page_routes(
    service: Service, base_url: str, clock: Callable[[], datetime], *, has_sandbox: bool, has_review: bool
) -> Blueprint:
    """The routes for the start page, model cards, guidelines and the API description."""
    routes = Blueprint("pages", __name__)
    routes.add_app_template_filter(_figure, "figure")
    pages = [("/models", "Studies"), ("/guidelines", "Guidelines")]
    pages += [("/sandbox", "Sandbox")] if has_sandbox else []
    pages += [("/audit", "Audit")] if has_review else []
    routes.app_context_processor(lambda: {"pages_for_people": pages})

    @lru_cache(maxsize=1)
    def example(today: date) -> tuple[str, CardView]:
        return example_card(service, today, base_url)

    description = json.loads(DESCRIPTION.read_text(encoding="utf-8"))  # of the addresses; a test compares it with them
    description["info"]["version"] = __version__
    description["servers"] = [{"url": base_url}]

    @routes.get("/")
    def start() -> str:
        story, card = example(clock().date())
        return render_template(
            "start.html",
            version=__version__,
            hooks=service.hooks.values(),
            models=service.model_cards.values(),
            story=story,
            card=card,
            has_sandbox=has_sandbox,
            has_review=has_review,
        )

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
        return json_response(card) if _wants_json() else render_template("model.html", **_page_of(model_id, card))

    @routes.get("/guidelines")
    def guidelines() -> Response | str:
        lines = guideline_lines(service)
        return json_response(lines) if _wants_json() else render_template("guidelines.html", lines=lines)

    @routes.get("/openapi.json")
    def openapi() -> Response:
        return json_response(description)

    routes.after_request(_vary)
    return routes


def guideline_lines(service: Service) -> list[dict[str, Any]]:
    """Every recommendation with the guideline lines and studies behind it, as JSON; the page shows the same."""
    return [
        {
            "recommendation": rule.id,
            "heading": rule.heading,
            "studies": list(rule.studies),
            "lines": [hook.guidelines[name].model_dump(mode="json", by_alias=True) for name in rule.guidelines],
        }
        for hook in service.hooks.values()
        for rule in sorted(hook.rules, key=lambda rule: rule.rank)
        if rule.guidelines
    ]


def _vary(response: Response) -> Response:
    response.headers["Vary"] = "Accept"  # models and guidelines are HTML or JSON
    return response


def _figure(value: Any) -> Any:
    """A number with four digits for display; booleans as yes and no; anything else unchanged."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:.4g}" if isinstance(value, float) else value


def _wants_json() -> bool:
    return request.accept_mimetypes.best_match(["text/html", "application/json"]) == "application/json"


def _page_of(model_id: str, card: Mapping[str, Any]) -> dict[str, Any]:
    rest = {name: value for name, value in card.items() if name not in OWN_PLACE}
    return {"model_id": model_id, "card": card, "rest": rest}

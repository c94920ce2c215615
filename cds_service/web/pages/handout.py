"""`/handout/…`: the page that a patient takes home, for the holder of its address.

It is made from the facts that the audit entry of the discharge keeps, and from the
site's settings. Name and date are typed on the page, or written by hand: they are never
sent. Each reading is a `read` entry, committed before the page is sent.
"""

from collections.abc import Sequence
from typing import NamedTuple

from flask import Blueprint, Response, render_template

from cds_service.audit.reader import Stored
from cds_service.audit.store import AuditStore
from cds_service.basis.handout_letters import can_draw
from cds_service.basis.links import Form, HandoutAddress, handout_of, sign_handout
from cds_service.core.handout.handout import (
    HandoutFacts,
    HandoutText,
    handout_sentences,
)
from cds_service.core.handout.handout_settings import HandoutSettings
from cds_service.errors import NotAllowed
from cds_service.web.cds_api import Dependencies, handout_settings
from cds_service.web.pages.linked_pages import (
    is_as_signed,
    linked_routes,
    note_reading,
    shown_answer,
    signing_key,
)

REFUSED = (
    "This link does not open a page: it is older than a day, was changed or closed, or"
    " the answer is no longer kept. Another discharge card has another link."
)


class OtherForm(NamedTuple):
    """A link to the same page in another language or form."""

    label: str
    language: str
    path: str


def handout_routes(dependencies: Dependencies, store: AuditStore) -> Blueprint:
    routes = linked_routes("handout")

    @routes.get("/<address>")
    def handout(address: str) -> Response:
        key = signing_key(dependencies)
        page = handout_of(address, key) if key and is_as_signed(address) else None
        if page is None or key is None:
            raise NotAllowed(REFUSED)
        stored = _stored(dependencies, store, page)
        texts = dependencies.service.of(stored.client).leaving_hook.handouts
        text = texts.get(page.language)
        if text is None:
            raise NotAllowed(REFUSED)
        facts = HandoutFacts.from_json(stored.content["handout"])
        settings = handout_settings(dependencies)
        sentences = [
            sentence for _, sentence in handout_sentences(facts, text, settings)
        ]
        labels = (text.labels.name, text.labels.date)
        is_drawn = can_draw((*sentences, *labels), text.language)
        if page.form == "html":
            others = [other for other in texts.values() if other is not text]
            forms: tuple[Form, ...] = ("a4", "letter") if is_drawn else ()
            links = _others(page, key, forms, others)
            response = _html(sentences, text, settings, links)
        elif is_drawn:
            response = _pdf(sentences, labels, text.language, page.form)
        else:
            raise NotAllowed(REFUSED)
        note_reading(
            dependencies,
            stored,
            {"view": "handout", "language": page.language, "form": page.form},
        )
        return response

    return routes


def _stored(
    dependencies: Dependencies, store: AuditStore, page: HandoutAddress
) -> Stored:
    """Return the discharge that this address names.

    Raises:
        NotAllowed: it names none, or none that was shown within a day.
    """
    stored = shown_answer(dependencies, store, page.entry_id, REFUSED)
    if "handout" not in stored.content:
        raise NotAllowed(REFUSED)
    return stored


def _html(
    sentences: Sequence[str],
    text: HandoutText,
    settings: HandoutSettings,
    others: Sequence[OtherForm],
) -> Response:
    is_read = text.is_read(settings)
    page = render_template(
        "handout.html", sentences=sentences, text=text, is_read=is_read, others=others
    )
    return Response(page, content_type="text/html; charset=utf-8")


def _pdf(
    sentences: Sequence[str], labels: tuple[str, str], language: str, form: Form
) -> Response:
    # Loaded only when it is needed: few patients take this page home, and ReportLab
    # takes a twentieth of the time of a start.
    from cds_service.basis.handout_pdf import draw_handout  # noqa: PLC0415

    drawn = draw_handout(sentences, labels, language, form)
    response = Response(drawn, content_type="application/pdf")
    name = f"handout-{language}-{form}.pdf"
    response.headers["Content-Disposition"] = f'inline; filename="{name}"'
    return response


def _others(
    page: HandoutAddress,
    key: bytes,
    forms: Sequence[Form],
    texts: Sequence[HandoutText],
) -> list[OtherForm]:
    """Return links to the PDFs in this language, then to the page in others."""
    links = [
        OtherForm(form, page.language, sign_handout(page._replace(form=form), key))
        for form in forms
    ]
    for text in texts:
        other = page._replace(language=text.language, form="html")
        links.append(OtherForm(text.name, text.language, sign_handout(other, key)))
    return links

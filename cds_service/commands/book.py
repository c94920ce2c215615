"""`kyphoplasty-cds preview`: the committee's book.

It also plays the book's test patients, whom a running service must answer alike.

The book shows the pages and cards of the service itself: model cards and guidelines
come from its own templates, cards from its own flow.
"""

import json
import re
import sys
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple, TextIO

import click
from markupsafe import Markup

from cds_service.audit.chain import OneEntry
from cds_service.call import Ports, Service, ServiceHook
from cds_service.commands import options
from cds_service.commands.changes import (
    BookData,
    book_data_text,
    changes_between,
    changes_sentence,
    leaves,
    parts_of,
    read_book,
)
from cds_service.commands.connecting import calling
from cds_service.commands.connecting.integration_sheet import EXAMPLE
from cds_service.commands.templates import TEMPLATES, WEB
from cds_service.loading import calendar_of, load_service
from cds_service.outgoing.deadline import Deadline
from cds_service.protocol.messages import parse_request
from cds_service.review.entry_page import view_cards
from cds_service.samples import Sample, load_samples
from cds_service.service import answer
from cds_service.settings import Settings, read_settings
from cds_service.site.clients import EVERYTHING, Capabilities
from cds_service.site.folder import SiteFolder
from cds_service.web.app import Wiring, create_app

KNEE = {
    "coding": [{"system": "http://www.ama-assn.org/go/cpt", "code": "29881"}],
    "text": "Knee arthroscopy",
}
MYELOMA = {
    "coding": [{"system": "http://hl7.org/fhir/sid/icd-10-cm", "code": "C90.00"}],
    "text": "Multiple myeloma",
}
NEEDS_MAP = "p7-other-units"  # its codes are those of the sample hospital


@click.command("preview")
@options.SITE
@options.CLIENT
@options.OUT
@click.option(
    "--check",
    "url",
    type=options.BASE,
    help="play the test patients against this running service instead",
)
@click.option(
    "--since",
    type=options.OLD_FILE,
    metavar="BOOK.html",
    help="an approved book: begin with what has changed since",
)
@calling.KEY
@calling.ISSUER_OF_TOKENS
@options.check_text
def preview(
    site: Path | None,
    client: str | None,
    out: TextIO,
    url: str | None,
    since: Path | None,
    **who: Any,
) -> None:
    """Print the committee's book: everything in force on one page.

    The test patients and their cards are at its end.
    """
    settings = read_settings()
    folder, capabilities = options.chosen_site(site, client)
    today = options.today_at(calendar_of(folder))
    if url is None:
        approved = read_book(since) if since else None
        out.write(committee_book(settings, folder, today, capabilities, approved))
        return
    differing = 0
    for patient, differences in _check_service(
        url,
        settings,
        folder,
        calling.read_credentials(None, **who),
        today,
        capabilities,
    ):
        result = "differs" if differences else "as in the book"
        click.echo(f"{patient.id}: {result}")
        for line in differences:
            click.echo(f"  {line}")
        differing += bool(differences)
    sys.exit(1 if differing else 0)


class BookPatient(NamedTuple):
    """One invented patient of the book, with the call that signs the order.

    The call has full prefetch and no FHIR server.
    """

    id: str
    title: str
    story: str
    body: Mapping[str, Any]


def book_patients(hook: ServiceHook, today: date) -> tuple[BookPatient, ...]:
    """Return the samples, one with myeloma, and one with another operation."""
    samples = {
        sample.id: sample for sample in load_samples(today) if sample.id != NEEDS_MAP
    }

    def patient(sample: Sample, name: str, title: str, story: str) -> BookPatient:
        plan = hook.discovery["prefetch"]
        return BookPatient(
            name,
            title,
            story,
            calling.synthetic_call(sample, plan, patient_id=f"kyphoplasty-cds-{name}"),
        )

    patients = [
        patient(sample, sample.id, sample.title, sample.story)
        for sample in samples.values()
    ]
    first, low = samples["p1-thin-high"], samples["p2-low"]
    ill = patient(
        first,
        "p15-myeloma",
        "P15, myeloma",
        f"As {first.id}, with myeloma on the problem list.",
    )
    ill.body["prefetch"]["conditions"]["entry"][0]["resource"]["code"] = MYELOMA
    story = f"As {low.id}, and a knee arthroscopy is signed."
    knee = patient(low, "p16-other-order", "P16, another operation", story)
    for entry in knee.body["context"]["draftOrders"]["entry"]:
        entry["resource"]["code"] = KNEE
    return (*patients, ill, knee)


def cards_of(
    service: Service,
    hook: ServiceHook,
    patient: BookPatient,
    today: date,
    base_url: str,
    can: Capabilities,
) -> list[Any]:
    """Return the cards that this configuration gives.

    No server is called, and no entry is kept.
    """
    request = parse_request(json.dumps(patient.body).encode(), hook.hook)
    ports = Ports(
        clock=lambda: options.now_or_noon(today, service.calendar),
        fhir=None,
        audit=OneEntry(),
        deadline=Deadline.after(30),
        base_url=base_url,
        capabilities=can,
    )
    cards: list[Any] = json.loads(answer(service, hook, request, ports).text)["cards"]
    return cards


# --- a running service against them


def _check_service(
    url: str,
    settings: Settings,
    site: SiteFolder | None,
    who: calling.Credentials,
    today: date,
    can: Capabilities,
) -> Iterator[tuple[BookPatient, tuple[str, ...]]]:
    """Yield each test patient to whom the running service answers differently, and how.

    Raises:
        CannotCall: the service was not reached.
    """
    service = load_service(site)
    hook = service.signing_hook
    for patient in book_patients(hook, today):
        expected = cards_of(
            service, hook, patient, today, settings.public_url or EXAMPLE, can
        )
        yield (
            patient,
            tuple(
                _differences(expected, calling.send(url, hook.id, patient.body, who))
            ),
        )


def _differences(expected: list[Any], reply: calling.Reply) -> Iterator[str]:
    if reply.status != 200:
        yield f"status {reply.status} instead of 200"
        return
    if expected and not reply.cards:
        yield "no card: the service is off, or does not know the order"
        return
    ours, theirs = (
        {topic: _visible(card) for topic, card in calling.cards_by_topic(cards).items()}
        for cards in (expected, reply.cards)
    )
    for topic in dict.fromkeys([*ours, *theirs]):
        if topic not in theirs:
            yield f"{topic}: no such card"
        elif topic not in ours:
            yield (
                f"{topic}: a card that should not be there: {theirs[topic]['summary']}"
            )
        else:
            for part, words in ours[topic].items():
                if theirs[topic][part] != words:
                    yield (
                        f"{topic}: {part}: {theirs[topic][part]!r} instead of {words!r}"
                    )


def _visible(card: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a user sees of a card: no ids and no addresses."""
    return {
        "indicator": card.get("indicator"),
        "summary": card.get("summary"),
        "detail": card.get("detail"),
        "suggestions": [
            (suggestion["label"], bool(suggestion.get("isRecommended")))
            for suggestion in card.get("suggestions", ())
        ],
        "override reasons": [
            reason["code"] for reason in card.get("overrideReasons", ())
        ],
    }


# --- the book


def committee_book(
    settings: Settings,
    site: SiteFolder | None,
    today: date,
    can: Capabilities = EVERYTHING,
    since: BookData | None = None,
) -> str:
    """Write one printable page with everything in force.

    Args:
        since: data of the approved book; what has changed since then comes first.

    Raises:
        DataFileError: the site folder or our data is wrong.
    """
    service = load_service(site)
    hook = service.signing_hook
    base = settings.public_url or EXAMPLE
    answers_on = partial(_answers, service, base=base, can=can)
    answers = answers_on(today)
    data = BookData(today.isoformat(), parts_of(service, hook, _visible_of(answers)))
    changes = None
    if since is not None:
        then = _visible_of(answers_on(date.fromisoformat(since.day)))
        changes = changes_between(since.parts, parts_of(service, hook, then))
    return TEMPLATES.get_template("book.html.j2").render(
        site_name=site.site.site.name if site else "without a site folder",
        day=today.isoformat(),
        digests=service.digests,
        held=Markup(book_data_text(data)),  # noqa: S704 - escaped there
        since=since,
        changes=changes,
        changed=changes_sentence(changes) if changes is not None else "",
        look=Markup(  # noqa: S704 - our own sheet
            (WEB / "static/look.css").read_text(encoding="utf-8")
        ),
        patients=[
            {"patient": patient, "cards": view_cards(cards)}
            for patient, cards in answers
        ],
        **_rules_in_force(service, hook, today),
        **_pages(service, settings, site, today, base),
    )


def _answers(
    service: Service, day: date, *, base: str, can: Capabilities
) -> list[tuple[BookPatient, list[Any]]]:
    """Return each test patient of a day, and the cards for it."""
    hook = service.signing_hook
    return [
        (patient, cards_of(service, hook, patient, day, base, can))
        for patient in book_patients(hook, day)
    ]


def _visible_of(
    answers: Iterable[tuple[BookPatient, list[Any]]],
) -> dict[str, list[Any]]:
    """Return the cards as a user sees them, by test patient."""
    return {
        patient.id: [_visible(card) for card in cards] for patient, cards in answers
    }


def _rules_in_force(
    service: Service, hook: ServiceHook, today: date
) -> Mapping[str, Any]:
    """Return what the hook files and the policy say, as the book shows it."""
    return {
        "facts": hook.facts,
        "leaving": [other for other in service.hooks.values() if other is not hook],
        "rules": sorted(hook.rules, key=lambda rule: rule.rank),
        "closures": hook.closures,
        "overdue": {part: set(ids) for part, ids in hook.overdue(today).items()},
        "orders": {
            name: tuple(leaves(template.resource))
            for name, template in sorted(hook.order_templates.items())
        },
        "texts": tuple(leaves(hook.texts.tables)),
        "reasons": hook.texts.reasons,
        "policy": tuple(leaves(service.policy.model_dump(mode="json", by_alias=True))),
        "reviewed": hook.guidelines.values(),
    }


def _pages(
    service: Service,
    settings: Settings,
    site: SiteFolder | None,
    today: date,
    base: str,
) -> Mapping[str, Any]:
    """Return the guidelines and model cards, as the service's own pages show them."""
    clock = partial(options.now_or_noon, today)
    pages = create_app(
        service,
        settings,
        audit=OneEntry(),
        base_url=base,
        site=site,
        wiring=Wiring(clock=clock),
    ).test_client()
    return {
        "guidelines": _content(pages.get(f"{base}/guidelines").text, base),
        "models": {
            name: _content(pages.get(f"{base}/models/{name}").text, base)
            for name in service.model_cards
        },
    }


def _content(page: str, base: str) -> Markup:
    """Return one of our pages as a part of the book.

    Everything on it is open, its headings are one lower, and its addresses are whole.
    """
    (content,) = re.findall(r"<main[^>]*>(.*)</main>", page, re.DOTALL)
    content = re.sub(
        r'<nav class="panel no-print".*?</nav>', "", content, flags=re.DOTALL
    )
    content = re.sub(r'\s(?:id|aria-labelledby)="[^"]*"', "", content)
    content = re.sub(
        r'<a href="#[^"]*"[^>]*>(.*?)</a>', r"\1", content, flags=re.DOTALL
    )
    content = re.sub(
        r"<(/?)h([1-4])", lambda tag: f"<{tag[1]}h{int(tag[2]) + 1}", content
    )
    content = content.replace('href="/', f'href="{base}/').replace(
        "<details", "<details open"
    )
    return Markup(content)  # noqa: S704 - rendered with escaping by our own templates

"""Write or compare what is said and kept, byte for byte, around a change.

`write FILE` at the commit where the change begins. `compare FILE` after each step: it
names the members that differ, and ends with 1 if there are any.

Compared are the status, the cards with their extension and the audit entry: of every
sample patient (with prefetch, and read from a FHIR server), of the recorded requests if
they lie next to this checkout, and of 200 generated orders.
"""

import json
import re
import sys
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any
from uuid import NAMESPACE_URL, uuid5

import click

from cds_service.call import Service
from cds_service.loading import load_service
from cds_service.protocol.json_text import canonical_json
from cds_service.samples import SITE_FOLDER, load_samples
from cds_service.samples.fhir_server import start_fhir_server
from cds_service.samples.requests import order_sign_request
from cds_service.site.folder import load_site
from tests.chart_builders import HOOK, NOW, TODAY, application, open_service
from tests.patients.typical import typical_orders
from tests.wire_builders import SHARED

PATIENTS = 200
# the FHIR server's port is another at each run
SERVER = re.compile(r"http://127\.0\.0\.1:(?!8080)\d+")
OWN = ("id",)  # of an entry: made anew each time
# Ids of cards and orders follow from the server's address, too.
DERIVED = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}")


def answers() -> Iterator[tuple[str, str]]:
    """Name of the request, and what came of it as one line of JSON."""
    ours, theirs = open_service(), load_service(load_site(SITE_FOLDER))
    samples = load_samples(TODAY)
    resources = [resource for sample in samples for resource in sample.resources]
    with start_fhir_server(resources) as server:
        for sample in samples:
            service = theirs if sample.needs_site else ours
            plan = service.hooks[HOOK].discovery["prefetch"]
            yield (
                f"{sample.id} prefetch",
                asked(order_sign_request(sample, plan=plan), service),
            )
            live = asked(order_sign_request(sample, fhir_server=server.url), service)
            yield f"{sample.id} live", numbered(live)
    for path in sorted(
        (SHARED / "data" / "cds-requests").glob("[0-9][0-9][0-9]-*.json")
    ):
        yield path.stem, asked(json.loads(path.read_text(encoding="utf-8")), ours)
    for number, signing in enumerate(typical_orders(PATIENTS, seed=20261121)):
        name = f"patient {number}"
        yield (
            name,
            asked(
                signing.request() | {"hookInstance": str(uuid5(NAMESPACE_URL, name))},
                ours,
            ),
        )


def asked(body: dict[str, Any], service: Service) -> str:
    """Status, answer and entries of one call."""
    desk = application(service)
    desk.now = NOW
    desk.log.entries.clear()
    response = desk.post(body)
    entries = [
        {name: value for name, value in asdict(entry).items() if name not in OWN}
        | {"at": entry.at.isoformat()}
        for entry in desk.log.entries
    ]
    found = {
        "status": response.status_code,
        "answer": response.json,
        "entries": entries,
    }
    return SERVER.sub("http://fhir", canonical_json(found))


def numbered(text: str) -> str:
    """The answer with each derived id as the number of its first appearance."""
    ids = list(dict.fromkeys(DERIVED.findall(text)))
    return DERIVED.sub(lambda found: f"id {ids.index(found[0])}", text)


def differences(before: Any, after: Any, where: str = "") -> Iterator[str]:
    """The members that are not the same."""
    if isinstance(before, dict) and isinstance(after, dict):
        for name in sorted(before.keys() | after.keys()):
            yield from differences(before.get(name), after.get(name), f"{where}.{name}")
    elif (
        isinstance(before, list)
        and isinstance(after, list)
        and len(before) == len(after)
    ):
        for number, (one, other) in enumerate(zip(before, after, strict=True)):
            yield from differences(one, other, f"{where}[{number}]")
    elif before != after:
        yield f"{where}: {str(before)[:160]!r} -> {str(after)[:160]!r}"


@click.command(help=__doc__)
@click.argument("what", type=click.Choice(["write", "compare"]))
@click.argument("file", type=click.Path(path_type=Path))
def main(what: str, file: Path) -> None:
    found = dict(answers())
    if what == "write":
        file.write_text(
            "".join(f"{name}\t{line}\n" for name, line in found.items()),
            encoding="utf-8",
        )
        click.echo(f"{len(found)} answers")
        return
    held = dict(
        line.split("\t", 1) for line in file.read_text(encoding="utf-8").splitlines()
    )
    changed = sorted(
        name for name in held.keys() | found.keys() if held.get(name) != found.get(name)
    )
    for name in changed:
        before, after = (json.loads(one.get(name, "null")) for one in (held, found))
        click.echo("\n  ".join([name, *list(differences(before, after))[:6]]))
    click.echo(f"{len(changed)} of {len(held)} answers differ")
    sys.exit(bool(changed))


if __name__ == "__main__":
    main()

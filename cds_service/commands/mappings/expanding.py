"""`kyphoplasty-cds mappings expand`: the codes below the is-a filters.

They are taken from a release or a terminology server.
"""

import json
import re
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import date
from itertools import chain
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

import click

from cds_service.commands import options
from cds_service.core.data_file import data_root
from cds_service.errors import CallFailed, CdsError
from cds_service.fhir.mapping.codes.code_systems import load_code_systems
from cds_service.fhir.mapping.codes.expansions import (
    FOLDER,
    SNOMED,
    SUFFIX,
    Expansion,
    Release,
    read_release,
)
from cds_service.fhir.mapping.codes.mapping_files import read_roots
from cds_service.fhir.raw_json import member, objects, text
from cds_service.outgoing import Connections
from cds_service.outgoing.address import parse_base

PAGE = 1000  # codes asked for at once
MOST_CODES = 100_000  # below one root
OK = 200
SCTID = re.compile("[0-9]{6,18}")
ROOT_SECONDS = 600.0  # for all pages of one root
SECONDS = 60.0  # for one page; no caller waits
MAX_BYTES = 32 * 1024 * 1024


@click.command("expand")
@click.option(
    "--release",
    type=options.OLD_PATH,
    help="a SNOMED CT release: its zip, its folder, or the file",
)
@click.option(
    "--tx", "server", metavar="URL", help="base of a FHIR terminology server, R4"
)
@options.SITE
@click.option(
    "--out",
    type=options.NEW_FOLDER,
    help="default: mappings/expanded of the site",
)
@options.TOKEN_FILE
@options.check_text
def expand_filters(
    *,
    release: Path | None,
    server: str | None,
    site: Path | None,
    out: Path | None,
    token: str | None,
) -> None:
    """Write the codes below the is-a filters of the value sets.

    One code a line, with edition and date.
    """
    if (release is None) == (server is None):
        raise CdsError("name either --release or --tx")
    target = out or (site / "mappings" / FOLDER if site else None)
    if target is None:
        raise CdsError("name the folder: --site DIR, or --out DIR")
    own = [site / "mappings"] if site else []
    folders = [data_root("mappings"), *own]
    roots = read_roots(folders, load_code_systems(*folders))
    read = read_release(release) if release is not None else None
    if read:
        _note_missing(read, roots)
    # All is read first: what fails half way leaves the folder as it was.
    expansions = {
        concept: read.expansion(below)
        if read
        else _of_server(server or "", below, token)
        for concept, below in roots.items()
    }
    _write(target, expansions)
    for concept, expansion in expansions.items():
        click.echo(
            f"{target / concept}{SUFFIX}: {len(expansion.codes)} codes,"
            f" edition {expansion.edition} of {expansion.date}"
        )


def _note_missing(release: Release, roots: Mapping[str, Sequence[str]]) -> None:
    """Report which roots the release lacks.

    Raises:
        CdsError: it has none of them, like the package of an extension without the
            edition that it extends.
    """
    known = _concepts(release)
    if known.isdisjoint(chain.from_iterable(roots.values())):
        raise CdsError(
            f"edition {release.edition} of {release.date} holds none of the concepts"
            " that the value sets begin with; nothing was written. Is it the package"
            " of an extension alone?"
        )
    for concept, below in roots.items():
        if missing := sorted({*below} - known):
            options.print_note(
                f"{concept}: {', '.join(missing)} is not in this release"
            )


def _write(target: Path, expansions: Mapping[str, Expansion]) -> None:
    """Write all files, or none; a file is never seen half written.

    Raises:
        CdsError: the folder cannot be written, or the disk is full.
    """
    new: dict[Path, Path] = {}
    try:
        target.mkdir(parents=True, exist_ok=True)
        for concept, expansion in expansions.items():
            path = target / f"{concept}{SUFFIX}"
            part = new[path] = path.with_name(f"{path.name}.part")
            part.write_text(expansion.written(), encoding="utf-8")
        for path, part in new.items():
            part.replace(path)
    except OSError as error:
        for part in new.values():
            with suppress(OSError):
                part.unlink()
        raise CdsError(f"{target}: cannot be written ({error.strerror})") from None


def _concepts(release: Release) -> set[str]:
    return {
        *release.children,
        *(code for below in release.children.values() for code in below),
    }


def _of_server(base: str, roots: Sequence[str], token: str | None) -> Expansion:
    """Return a terminology server's codes below these roots.

    Raises:
        CdsError: it does not answer, or not with an expansion; or the token would go
            over plain http.
    """
    try:
        place = parse_base(base)
    except ValueError as error:
        raise CdsError(f"{base}: {error}") from None
    address = place.url
    if token and not place.may_carry_tokens:
        raise CdsError(f"{address}: a token is not sent over plain http")
    session = Connections().session(max_bytes=MAX_BYTES)
    if token:
        session.headers["Authorization"] = f"Bearer {token}"
    codes: set[str] = set()
    edition = day = ""
    for root in sorted(roots):
        for expansion, page_codes in _pages(session, address, root):
            codes.update(page_codes)
            edition = _version(expansion) or edition
            day = _day(expansion) or day
    if not codes or not edition or not day:
        raise CdsError(f"{address}: no expansion with edition and date")
    return Expansion(
        SNOMED, edition, day, tuple(sorted(roots)), tuple(sorted(codes | {*roots}))
    )


def _pages(
    session: Any, address: str, root: str
) -> Iterator[tuple[Mapping[str, Any], list[str]]]:
    """Yield the pages of an expansion with their codes, until all are there.

    A server may give fewer codes at once than were asked for.

    Raises:
        CdsError: the server gives fewer codes than its total, names no total, or takes
            too long.
    """
    received: set[str] = set()
    ends = time.monotonic() + ROOT_SECONDS
    while True:
        if time.monotonic() >= ends:
            raise CdsError(
                f"{address}: {len(received)} codes below {root} came in"
                f" {ROOT_SECONDS:g} seconds, and not all"
            )
        expansion = _page(session, address, root, len(received))
        codes = _codes(expansion)
        if strange := [code for code in codes if not SCTID.fullmatch(code)]:
            raise CdsError(
                f"{address}: {len(strange)} codes below {root} are no codes of"
                " SNOMED CT"
            )
        total = expansion.get("total")
        if not isinstance(total, int) or isinstance(total, bool) or total < 0:
            raise CdsError(f"{address}: does not say how many codes are below {root}")
        if total > MOST_CODES:
            raise CdsError(f"{root}: more than {MOST_CODES} codes below it")
        yield expansion, codes
        before = len(received)
        received.update(codes)
        if len(received) >= total:
            return
        # A server that does not know the offset gives the same page again.
        if len(received) == before:
            raise CdsError(
                f"{address}: gives {len(received)} of {total} codes below {root}"
            )


def _codes(expansion: Mapping[str, Any]) -> list[str]:
    """Return the SNOMED CT codes of one page, also those nested below others.

    A code of another system becomes an empty text.
    """
    codes: list[str] = []
    waiting = objects(expansion.get("contains"))
    while waiting:
        for concept in waiting:
            is_ours = concept.get("system", SNOMED) == SNOMED
            codes += [text(concept.get("code")) if is_ours else ""]
        waiting = [
            inner for concept in waiting for inner in objects(concept.get("contains"))
        ]
    return codes


def _page(session: Any, address: str, root: str, offset: int) -> Mapping[str, Any]:
    """Fetch one page of `ValueSet/$expand`.

    The value set is the implicit one of SNOMED CT that FHIR defines.
    """
    parameters = {
        "url": f"{SNOMED}?fhir_vs=isa/{quote(root)}",
        "count": PAGE,
        "offset": offset,
    }
    try:
        answer = session.get(
            f"{address}/ValueSet/$expand?{urlencode(parameters)}", timeout=SECONDS
        )
        body = json.loads(answer.content) if answer.status_code == OK else None
    except (CallFailed, ValueError, RecursionError) as error:
        raise CdsError(f"{address}: {error}") from None
    expansion = member(body, "expansion")
    if not isinstance(expansion, dict):
        raise CdsError(f"{address}: no expansion of {root} (HTTP {answer.status_code})")
    return expansion


def _version(expansion: Mapping[str, Any]) -> str:
    """Return the edition that the server says it used, as the URI of its version."""
    parameters = {
        text(parameter.get("name")): text(parameter.get("valueUri"))
        for parameter in objects(expansion.get("parameter"))
    }
    used = parameters.get("version") or parameters.get("used-codesystem") or ""
    edition = used.partition("|")[2] or used
    return edition if edition.isprintable() and " " not in edition else ""


def _day(expansion: Mapping[str, Any]) -> str:
    """Return the day on which the server made the expansion; empty if not stated."""
    day = text(expansion.get("timestamp"))[:10]
    try:
        return date.fromisoformat(day).isoformat()
    except ValueError:
        return ""

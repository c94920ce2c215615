"""`kyphoplasty-cds mappings confirm`: ticked lines become the site's map and tests."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime
from difflib import get_close_matches
from pathlib import Path
from typing import Any, NamedTuple

import click

from cds_service.commands import options
from cds_service.commands.mappings.ticks import LineFault, Tick, read_ticks
from cds_service.errors import CdsError
from cds_service.fhir.mapping.codes.mapping_files import UNIT_PROPERTY, read_own_codes
from cds_service.fhir.mapping.terminology import Terminology
from cds_service.loading import find_faults, mapping_folders
from cds_service.protocol.messages import is_fhir_id
from cds_service.settings import read_settings
from cds_service.site.folder import CONFIRMED, SiteFolder, load_site

LOINC = "http://loinc.org"


class Target(NamedTuple):
    """A confirmed line, and the code that it means."""

    tick: Tick
    system: str
    code: str


def _name(value: str) -> str:
    if not is_fhir_id(value):
        raise ValueError("1 to 64 letters, digits, - and .")
    return value


@click.command("confirm")
@click.argument("ticks", metavar="TICKS.csv", type=options.OLD_FILE)
@options.SITE
@click.option("--by", required=True, metavar="NAME", help="who confirmed them")
@click.option(
    "--name",
    type=options.ReadBy("NAME", _name),
    help="name of the two files; default: codes-DAY",
)
@options.check_text
def confirm_ticks(*, ticks: Path, site: Path | None, by: str, name: str | None) -> None:
    """Make map lines and tests of the site from a table that a person has ticked.

    The tests are tried at each start and by `mappings check`: a code that was confirmed
    keeps its meaning, and one that was refused never gets it. Lines without a tick are
    left out.
    """
    path = site or read_settings().site
    if path is None:
        raise CdsError("name the site folder: --site DIR, or KYPHOPLASTY_CDS_SITE")
    today = datetime.now(UTC).date()
    folder = load_site(path)
    decided, faults = read_ticks(ticks)
    if not decided and not faults:
        raise CdsError(f"{ticks}: no line has a tick")
    lines, unknown = find_targets(decided, folder)
    _refuse(ticks, (*faults, *unknown))
    stem = name or f"codes-{today}"
    files = written(decided, lines, folder, stem, by=by, on=today)
    _write_new(files)
    if found := find_faults(path):
        for file in files:
            file.unlink()
        raise CdsError("\n".join(("nothing was written:", *map(str, found))))
    taken = sum(tick.tick == "yes" for tick in decided)
    click.echo(f"{taken} confirmed, {len(decided) - taken} refused")
    for file in files:
        click.echo(f"{file}: written")


def _refuse(file: Path, faults: Iterable[LineFault]) -> None:
    """Name all lines that cannot be taken, in their order.

    Raises:
        CdsError: there is one.
    """
    in_order = sorted(faults, key=lambda fault: fault.line)
    if lines := [f"{file}, line {fault.line}: {fault}" for fault in in_order]:
        raise CdsError("\n".join(("nothing was written:", *lines)))


def find_targets(
    ticks: Iterable[Tick], site: SiteFolder
) -> tuple[tuple[Target, ...], tuple[LineFault, ...]]:
    """Find the code that each confirmed line means, and the lines that mean none."""
    folders = mapping_folders(site)
    own = read_own_codes(folders)
    terminology = Terminology(*folders)
    targets: list[Target] = []
    faults: list[LineFault] = []
    for tick in (tick for tick in ticks if tick.tick == "yes"):
        try:
            targets.append(_target(tick, own, terminology))
        except LineFault as fault:
            faults.append(fault)
    return tuple(targets), tuple(faults)


def written(
    ticks: Sequence[Tick],
    targets: Sequence[Target],
    site: SiteFolder,
    stem: str,
    *,
    by: str,
    on: date,
) -> dict[Path, str]:
    """Return the map and the tests, by file."""
    tests = site.path / CONFIRMED / f"{stem}.toml"
    files = {tests: _tests(ticks, by, on)}
    if targets:
        maps = site.path / "mappings" / "conceptmap" / f"{stem}.json"
        document = _concept_map(targets, stem, f"confirmed by {by} on {on}")
        files[maps] = json.dumps(document, ensure_ascii=False, indent=1) + "\n"
    return files


def _target(tick: Tick, own: Mapping[str, str], terminology: Terminology) -> Target:
    """Return the system and code that a line means.

    Raises:
        LineFault: it names no code of ours and no standard one, or one of LOINC that
            nothing reads.
    """
    if tick.means in own:
        return Target(tick, own[tick.means], tick.means)
    system, bar, code = tick.means.rpartition("|")
    if not bar:
        near = get_close_matches(tick.means, sorted(own))
        meant = f"; did you mean {' or '.join(near)}?" if near else ""
        fault = (
            f"{tick.means} is no code of ours (a standard one is SYSTEM|CODE){meant}"
        )
        raise LineFault(tick.line, fault)
    # Of LOINC, unlike ICD or ATC, only the codes of a value set say anything here.
    ((uri, canonical),) = terminology.codings({"system": system, "code": code})
    if uri == LOINC and not terminology.knows(uri, canonical):
        fault = (
            f"nothing reads LOINC {code}, so the map would change no answer: write the"
            " code of ours that it means (mappings/codesystem/measures.json), one of"
            " LOINC from mappings/valueset/, or leave tick empty"
        )
        raise LineFault(tick.line, fault)
    return Target(tick, system, code)


def _concept_map(lines: Iterable[Target], stem: str, comment: str) -> dict[str, Any]:
    groups: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for tick, system, code in lines:
        target: dict[str, Any] = {
            "code": code,
            "equivalence": "equivalent",
            "comment": comment,
        }
        if tick.unit:
            unit = {"property": UNIT_PROPERTY, "value": tick.unit}
            target["dependsOn"] = [unit]
        display = {"display": tick.text} if tick.text else {}
        element = {"code": tick.code, **display, "target": [target]}
        groups.setdefault((tick.system, system), []).append(element)
    return {
        "resourceType": "ConceptMap",
        "id": stem,
        "status": "active",
        "group": [
            {"source": source, "target": target, "element": elements}
            for (source, target), elements in groups.items()
        ],
    }


def _tests(ticks: Iterable[Tick], by: str, on: date) -> str:
    """Return the tests as TOML."""
    lines = ["schema = 1", f"by = {_toml(by)}", f"on = {on}"]
    for tick in (tick for tick in ticks if tick.means):
        lines += ["", "[[codes]]", *(f"{key} = {value}" for key, value in _test(tick))]
    return "\n".join(lines) + "\n"


def _test(tick: Tick) -> Iterator[tuple[str, str]]:
    key_of_meaning = "means" if tick.tick == "yes" else "never"
    cells = {
        "system": tick.system,
        "code": tick.code,
        "text": tick.text,
        key_of_meaning: tick.means,
    }
    if tick.tick == "yes":
        cells["unit"] = tick.unit
    for key, value in cells.items():
        if value:
            yield key, _toml(value)


def _toml(text: str) -> str:
    """Write a basic string of TOML, which is nearly one of JSON.

    TOML allows no escaped surrogates, and no delete character that is not escaped.
    """
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def _write_new(files: Mapping[Path, str]) -> None:
    """Write files that must not be there yet; all or none.

    Raises:
        CdsError: one of them is there, or cannot be written.
    """
    done: list[Path] = []
    for file, content in files.items():
        try:
            file.parent.mkdir(parents=True, exist_ok=True)
            with file.open("x", encoding="utf-8") as opened:
                done.append(file)
                opened.write(content)
        except OSError as error:
            for new in done:
                new.unlink()
            fault = f"{file}: cannot be written ({error.strerror})"
            raise CdsError(f"{fault}; name others with --name") from None

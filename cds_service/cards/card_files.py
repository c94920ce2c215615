"""Read sentences, layouts and override reasons from `hooks/<service>/`.

A site's file of the same name replaces ours.

A sentence that is missing, or has an unknown placeholder, would fail the answer of the
first patient it is about. So a site's file is compared with ours: it must have the same
sentences, and only placeholders that ours has.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from string import Formatter
from typing import Any

import jinja2
import jinja2.meta
from pydantic import ValidationError

from cds_service.cards.texts import REASON_SYSTEM, CardTexts, compile_layout
from cds_service.core.data_file import label, read_json, read_toml
from cds_service.errors import DataFileError
from cds_service.fhir.mapping.files.overlay import file_in_force, files_in_force
from cds_service.protocol.messages import Coding

TEXTS, OVERRIDES = "texts.toml", "override-reasons.json"
LAYOUTS = ("brace-limit", "rehabilitation")


def in_force(folders: Sequence[Path], name: str) -> Path:
    """Find the file of this name in the last folder with one: a site's, else ours."""
    path = Path(name)
    file = file_in_force([folder / path.parent for folder in folders], path.name)
    if file is None:
        raise DataFileError(f"{folders[0].name}/{name}", "", "is missing")
    return file


def load_card_texts(folders: Sequence[Path], shared: Sequence[Path] = ()) -> CardTexts:
    """Load all texts of one service.

    Args:
        folders: `hooks/<service>`, ours first.
        shared: the folders of the service from which it takes the texts that it does
            not have itself, and all layouts.
    """
    texts = CardTexts(
        tables=_tables(folders),
        layouts=_layouts(shared or folders),
        reasons=_reasons(folders),
    )
    if not shared:
        return texts
    tables, reasons = _tables(shared), _reasons(shared)
    return CardTexts(
        tables={
            name: {**tables.get(name, {}), **texts.tables.get(name, {})}
            for name in (*tables, *texts.tables)
        },
        layouts=texts.layouts,
        reasons={**reasons, **texts.reasons},
    )


def _tables(folders: Sequence[Path]) -> Mapping[str, Any]:
    paths = [folder / "cards" for folder in folders]
    path = in_force(paths, TEXTS)
    tables = read_toml(path)
    if path != paths[0] / TEXTS:
        _compare(read_toml(paths[0] / TEXTS), tables, label(path), "")
    return tables


def _compare(
    our_texts: Mapping[str, Any], their_texts: Mapping[str, Any], file: str, table: str
) -> None:
    """Check that a file has exactly our sentences, with no placeholder ours lacks."""
    for name in [*our_texts, *their_texts]:
        key = f"{table}.{name}" if table else name
        if name not in their_texts:
            raise DataFileError(file, key, "is missing")
        if name not in our_texts:
            raise DataFileError(file, key, "is no text of the cards")
        is_table = isinstance(our_texts[name], dict)
        if is_table != isinstance(their_texts[name], dict):
            kind = "table" if is_table else "sentence"
            raise DataFileError(file, key, f"must be a {kind}")
        if is_table:
            _compare(our_texts[name], their_texts[name], file, key)
            continue
        words = _words(str(their_texts[name]), file, key)
        unknown = sorted(words - _words(str(our_texts[name]), file, key))
        if unknown:
            raise DataFileError(file, key, f"unknown words {', '.join(unknown)}")


def _words(sentence: str, file: str, key: str) -> set[str]:
    try:
        return {
            name for _, name, _, _ in Formatter().parse(sentence) if name is not None
        }
    except ValueError as error:
        raise DataFileError(file, key, str(error)) from error


def _layouts(folders: Sequence[Path]) -> Mapping[str, jinja2.Template]:
    our_layouts = {name: in_force(folders[:1], f"cards/{name}.md") for name in LAYOUTS}
    files = files_in_force(folders, "cards", ".md")
    for name, path in files.items():
        if name not in our_layouts:
            raise DataFileError(label(path), "", "is no layout of the cards")
        if unknown := _variables(path) - _variables(our_layouts[name]):
            raise DataFileError(
                label(path), "", f"unknown words {', '.join(sorted(unknown))}"
            )
    return {
        name: compile_layout(path.read_text(encoding="utf-8"))
        for name, path in files.items()
    }


def _variables(path: Path) -> set[str]:
    environment = jinja2.Environment(autoescape=False)  # noqa: S701 - only parsed here
    source = path.read_text(encoding="utf-8")
    try:
        return set(jinja2.meta.find_undeclared_variables(environment.parse(source)))
    except jinja2.TemplateSyntaxError as error:
        raise DataFileError(label(path), f"line {error.lineno}", str(error)) from error


def _reasons(folders: Sequence[Path]) -> Mapping[str, tuple[Coding, ...]]:
    """Read the codings of each topic.

    A site may say them in its own words; the codes stay, since EHRs remember them.
    """
    path = in_force(folders, OVERRIDES)
    try:
        reasons = {
            topic: tuple(Coding(system=REASON_SYSTEM, **coding) for coding in codings)
            for topic, codings in read_json(path).items()
        }
    except (TypeError, ValidationError) as error:
        raise DataFileError(
            label(path), "", f"a topic holds a list of code and display: {error}"
        ) from error
    codes = {
        topic: [coding.code for coding in codings] for topic, codings in reasons.items()
    }
    our_codes = {
        topic: [coding["code"] for coding in codings]
        for topic, codings in read_json(folders[0] / OVERRIDES).items()
    }
    if codes != our_codes:
        raise DataFileError(
            label(path), "code", "codes and topics are never renamed, added or left out"
        )
    return reasons

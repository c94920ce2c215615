"""What hundreds of tests would read anew: data files, and services of the same folders.

A service takes half a second to load, of which a third is the parsing of TOML.
"""

import pickle
import tomllib
from collections.abc import Callable, Iterable
from copy import copy
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

from cds_service import loading
from cds_service.call import Service
from cds_service.site.folder import SiteFolder

MOST = 16  # services that are kept; the sites of most tests are used once

State = tuple[tuple[str, int, int], ...]


def parse_toml(text: str) -> dict[str, Any]:
    """`tomllib.loads`; a text that was parsed before is only copied."""
    return pickle.loads(_parsed(text))


@cache
def _parsed(text: str) -> bytes:
    return pickle.dumps(tomllib.loads(text))


class LoadedServices:
    """`load_service`, which gives the same service for the same site and files.

    What it refuses it reads anew, since messages name files from the working directory.
    """

    def __init__(self, load: Callable[[SiteFolder | None], Service]) -> None:
        self._load = load
        self._loaded: list[tuple[State, SiteFolder | None, Service]] = []

    def __call__(self, site: SiteFolder | None = None) -> Service:
        state = _state(
            [
                *map(loading.data_root, ("hooks", "mappings")),
                *(loading.STUDIES, loading.REDUCED, loading.CORE),
                *(_folders_of(site) if site else ()),
            ]
        )
        if state is None:
            return self._load(site)
        kept = (
            service
            for of, asked, service in self._loaded
            if of == state and asked == site
        )
        service = next(kept, None)
        if service is None:
            service = self._load(site)
            self._loaded = [(state, site, service), *self._loaded][:MOST]
        # what a test sets on the codes and words stays its own
        return replace(service, terminology=copy(service.terminology))


def _folders_of(site: SiteFolder) -> Iterable[Path]:
    yield site.path
    if site.below is not None:
        yield from _folders_of(site.below)


def _state(folders: Iterable[Path]) -> State | None:
    """Every file with its size and the time of its last change.

    None where one is a link: what it leads to may change unseen.
    """
    found = []
    for folder in folders:
        for path in sorted(folder.rglob("*")):
            if path.is_symlink():
                return None
            status = path.stat()
            found.append((str(path), status.st_mtime_ns, status.st_size))
    return tuple(found)

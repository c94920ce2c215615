"""What tests of several folders share: databases for an audit log."""

import gc
import hashlib
import os
import re
from copy import copy
from datetime import date
from functools import cache
from types import SimpleNamespace

import hypothesis
import pytest
from argon2 import PasswordHasher
from flask import Flask
from jinja2 import FileSystemBytecodeCache

from cds_service import loading
from cds_service.commands import importing
from cds_service.commands.mappings import confirming
from cds_service.fhir.site_calendar import answered_on
from tests.postgres_server import HOW_TO_GET, find_programs, postgres_server
from tests.read_once import LoadedServices, parse_toml

# Before any module takes the function: tests of the same site share its service.
loading.load_service = LoadedServices(loading.load_service)

# How long an example takes says nothing on a busy machine; 200 ms each is what
# Hypothesis asks for by itself.
hypothesis.settings.register_profile("untimed", deadline=None)
hypothesis.settings.load_profile("untimed")


def pytest_collection_finish():
    """Thousands of cases are collected and stay: the garbage collector passes over them."""
    gc.freeze()


@pytest.fixture(scope="session", autouse=True)
def _state_of_its_own(tmp_path_factory):
    """Keys that are made for a log go nowhere near those of whoever runs the tests."""
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("XDG_STATE_HOME", str(tmp_path_factory.mktemp("state")))
        yield


@pytest.fixture(scope="session", autouse=True)
def _words_are_read_on_the_day_of_the_charts():
    """A year in the words of a case is over, or is not, as on that day."""
    with answered_on(date(2026, 11, 20)):
        yield


@pytest.fixture(scope="session", autouse=True)
def _cheap_passwords():
    """What is tested is not how long a hash takes; servers in processes of their own take their time."""
    with pytest.MonkeyPatch.context() as cheaper:
        cheap = PasswordHasher(time_cost=1, memory_cost=64, parallelism=1)
        cheaper.setattr("cds_service.review.accounts.PasswordHasher", lambda: cheap)
        yield


@pytest.fixture(scope="session", autouse=True)
def _pages_are_compiled_once(tmp_path_factory):
    """Each application would compile the templates of its pages anew."""
    with pytest.MonkeyPatch.context() as quicker:
        compiled = FileSystemBytecodeCache(str(tmp_path_factory.mktemp("templates")))
        quicker.setattr(Flask, "jinja_options", {"bytecode_cache": compiled})
        yield


@pytest.fixture(scope="session", autouse=True)
def _patterns_are_compiled_once():
    """Hundreds of tests read words of their own next to 4,000 patterns of ours."""
    with pytest.MonkeyPatch.context() as quicker:
        quicker.setattr(re, "compile", cache(re.compile))
        yield


@pytest.fixture(scope="session", autouse=True)
def _mappings_are_read_once(_patterns_are_compiled_once):
    """Codes and words take seconds to read, and hundreds of tests load a service."""
    read, known = loading.Terminology, {}

    def terminology(*folders, calendar=None):
        content = hashlib.sha256()
        for folder in folders:
            content.update(b"folder" if folder.is_dir() else b"no folder")
            for path in sorted(folder.rglob("*")):
                content.update(f"{path.relative_to(folder)}\0".encode())
                content.update(
                    hashlib.sha256(path.read_bytes()).digest()
                    if path.is_file()
                    else b""
                )
        key = content.digest()
        if key not in known:
            known[key] = read(*folders)
        found = copy(known[key])
        found.calendar = calendar or found.calendar
        return found

    with pytest.MonkeyPatch.context() as quicker:
        for module in (loading, confirming, importing):
            quicker.setattr(module, "Terminology", terminology)
        yield


@pytest.fixture(scope="session", autouse=True)
def _data_files_are_parsed_once():
    """Each service reads 367 of them."""
    with pytest.MonkeyPatch.context() as quicker:
        parser = SimpleNamespace(loads=parse_toml)
        quicker.setattr("cds_service.core.data_file.tomllib", parser)
        yield


@pytest.fixture(scope="session")
def postgres():
    """A real PostgreSQL server for the whole run; absent, its tests are skipped with a word, but fail in CI."""
    programs = find_programs()
    if programs is None:
        if os.environ.get("CI") == "true":
            pytest.fail(HOW_TO_GET)
        pytest.skip(HOW_TO_GET)
    with postgres_server(programs, is_synced=False) as server:
        yield server


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_url(request, tmp_path):
    """The address of an empty database, of each kind."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'audit.sqlite3'}"
    return request.getfixturevalue("postgres").new_database()


@pytest.fixture(params=["sqlite", "postgresql"])
def audit_url(request, tmp_path):
    """The address of a log without an entry, of each kind; in SQLite, where that takes a moment, not even of tables."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'audit.sqlite3'}"
    return request.getfixturevalue("postgres").new_log()

"""A server says at its start that its log may cross a network in plain text."""

import logging

import pytest

from cds_service.audit.database import Database
from cds_service.web.server import (
    ENCRYPT_THE_DATABASE,
    warn_if_database_unencrypted,
)

AWAY = "postgresql://cds@db.example.org/log"


@pytest.fixture(autouse=True)
def no_settings_of_libpq(monkeypatch):
    for name in ("PGHOST", "PGHOSTADDR", "PGSSLMODE"):
        monkeypatch.delenv(name, raising=False)


def is_warned(url, caplog):
    with caplog.at_level(logging.WARNING):
        warn_if_database_unencrypted(Database(url))
    return ENCRYPT_THE_DATABASE in caplog.messages


@pytest.mark.parametrize(
    "url",
    [
        AWAY,
        f"{AWAY}?sslmode=prefer",
        f"{AWAY}?sslmode=allow",
        "postgresql://cds@10.0.0.7/log",
        "postgresql://cds@/log?host=127.0.0.1&host=db.example.org",
        "postgresql://cds@localhost/log?hostaddr=10.0.0.7",
    ],
)
def test_an_address_elsewhere_without_a_decision_is_named(url, caplog):
    assert is_warned(url, caplog)


@pytest.mark.parametrize(
    "url",
    [
        "sqlite:///log.sqlite3",
        "postgresql:///log",
        "postgresql://cds@127.0.0.1/log",
        "postgresql://cds@[::1]/log",
        "postgresql://cds@localhost/log",
        "postgresql://cds@/log?host=/run/postgresql",
        f"{AWAY}?sslmode=verify-full",
        f"{AWAY}?sslmode=require",
        f"{AWAY}?sslmode=disable",
    ],
)
def test_this_machine_and_a_decision_are_quiet(url, caplog):
    assert not is_warned(url, caplog)


def test_the_settings_of_libpq_count(monkeypatch, caplog):
    monkeypatch.setenv("PGSSLMODE", "verify-full")
    assert not is_warned(AWAY, caplog)
    monkeypatch.setenv("PGHOST", "db.example.org")
    monkeypatch.setenv("PGSSLMODE", "prefer")
    assert is_warned("postgresql:///log", caplog)

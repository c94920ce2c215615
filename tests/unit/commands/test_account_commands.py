"""`kyphoplasty-cds audit add-reviewer` and `remove-reviewer`."""

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner

from cds_service.audit.database import Database
from cds_service.audit.tables import REVIEWERS
from cds_service.cli import main
from cds_service.review.access import Access
from cds_service.review.accounts import Accounts
from cds_service.review.sessions import Sessions

PASSWORD = "correct horse battery"


@pytest.fixture
def url(tmp_path, monkeypatch):
    found = f"sqlite:///{tmp_path / 'audit.sqlite3'}"
    monkeypatch.setenv("KYPHOPLASTY_CDS_DATABASE_URL", found)
    return found


@dataclass
class Door:
    """Accounts and sessions, as the pages use them."""

    accounts: Accounts
    sessions: Sessions

    def log_in(self, name, password, address):
        return self.sessions.begin(name) if self.accounts.check(name, password, address) else None

    def session(self, token):
        return self.sessions.session(token)


@pytest.fixture
def accounts(url):
    database = Database(url)
    access = Access(lambda: database, lambda: datetime.now(UTC))
    yield Door(Accounts(access), Sessions(access))
    database.dispose()


def run(*words, typed=""):
    return CliRunner().invoke(main, ["audit", *words], input=typed)


def test_a_reviewer_may_log_in_with_the_password_that_was_typed_twice(accounts):
    assert run("add-reviewer", "anna", typed=f"{PASSWORD}\n{PASSWORD}\n").exit_code == 0
    token = accounts.log_in("anna", PASSWORD, "127.0.0.1")
    assert accounts.session(token).role == "reviewer"


def test_the_password_comes_from_a_file_or_standard_input(accounts, tmp_path):
    file = tmp_path / "password"
    file.write_text(f"{PASSWORD}\n")
    assert run("add-reviewer", "anna", "--role", "operator", "--password-file", str(file)).exit_code == 0
    assert run("add-reviewer", "bert", "--password-file", "-", typed=f"{PASSWORD}\r\n").exit_code == 0
    assert accounts.session(accounts.log_in("anna", PASSWORD, "x")).role == "operator"
    assert accounts.log_in("bert", PASSWORD, "x")


@pytest.mark.parametrize(
    ("name", "password"),
    [
        ("anna", "short"),
        ("Anna B", PASSWORD),
        ("", PASSWORD),
        ("anna", "x" * 1025),
        ("longish.name.x", "longish.name.x"),
    ],
)
@pytest.mark.usefixtures("url")
def test_what_cannot_be_an_account_is_refused_with_the_reason(name, password):
    result = run("add-reviewer", name, "--password-file", "-", typed=f"{password}\n")
    assert result.exit_code == 2
    assert "NAME" in result.output


def test_an_account_is_replaced_only_on_demand(accounts):
    run("add-reviewer", "anna", "--password-file", "-", typed=f"{PASSWORD}\n")
    again = ("add-reviewer", "anna", "--password-file", "-")
    assert run(*again, typed="another long password\n").exit_code == 2
    assert run(*again, "--replace", "--role", "privacy-officer", typed="another long password\n").exit_code == 0
    assert accounts.log_in("anna", PASSWORD, "x") is None
    assert accounts.session(accounts.log_in("anna", "another long password", "x")).role == "privacy-officer"


def test_a_new_password_leaves_the_role_as_it_was(accounts):
    run("add-reviewer", "anna", "--role", "privacy-officer", "--password-file", "-", typed=f"{PASSWORD}\n")
    again = ("add-reviewer", "anna", "--password-file", "-", "--replace")
    result = run(*again, typed="another long password\n")
    assert (result.exit_code, "privacy-officer" in result.output) == (0, True)
    assert accounts.session(accounts.log_in("anna", "another long password", "x")).role == "privacy-officer"


@pytest.mark.usefixtures("accounts")
def test_who_is_not_there_is_not_replaced_and_no_password_is_asked_for():
    """As when the command looks into another log than the service's."""
    run("add-reviewer", "bert", "--password-file", "-", typed=f"{PASSWORD}\n")
    result = run("add-reviewer", "anna", "--replace")
    assert (result.exit_code, "no such account" in result.output) == (2, True)
    assert "Password" not in result.output


@pytest.mark.parametrize("words", [("add-reviewer", "anna", "--replace"), ("remove-reviewer", "anna")])
def test_a_log_that_is_not_there_is_not_begun_for_an_account_that_must_be_in_it(accounts, url, words):  # noqa: ARG001
    result = run(*words)
    assert (result.exit_code, "there is no audit log" in result.output) == (2, True)
    assert not Path(url.removeprefix("sqlite:///")).exists()


def test_an_account_that_was_closed_is_opened_only_with_its_role_named(accounts):
    again = ("add-reviewer", "anna", "--password-file", "-")
    run(*again, "--role", "operator", typed=f"{PASSWORD}\n")
    run("remove-reviewer", "anna")
    refused = run(*again, "--replace", typed=f"{PASSWORD}\n")
    assert (refused.exit_code, "was closed (it was operator)" in refused.output) == (2, True)
    assert accounts.log_in("anna", PASSWORD, "x") is None
    assert run(*again, "--replace", "--role", "operator", typed=f"{PASSWORD}\n").exit_code == 0
    assert accounts.log_in("anna", PASSWORD, "x")


def test_the_database_holds_no_password(accounts, url):
    run("add-reviewer", "anna", "--password-file", "-", typed=f"{PASSWORD}\n")
    token = accounts.log_in("anna", PASSWORD, "x")
    database = Database(url)
    with database.reading() as connection:
        assert connection.execute(REVIEWERS.select()).one().password_hash.startswith("$argon2id$")
    database.dispose()
    raw = b"".join(path.read_bytes() for path in database.file.parent.iterdir() if path.is_file())
    assert PASSWORD.encode() not in raw
    assert token.encode() not in raw


def test_who_made_changed_or_closed_an_account_is_in_the_log(accounts, url):  # noqa: ARG001 - makes the tables
    again = ("add-reviewer", "anna", "--password-file", "-")
    run(*again, "--role", "operator", typed=f"{PASSWORD}\n")
    run(*again, typed="refused: it exists\n")
    run(*again, "--replace", typed="another long password\n")
    run("remove-reviewer", "anna")
    run("remove-reviewer", "nobody")
    lines = [json.loads(line) for line in run("list", "--kind", "account", "--json").stdout.splitlines()]
    assert [one["result"] for one in reversed(lines)] == ["added", "replaced", "closed"]
    assert all(one["user"].startswith("os:") for one in lines)
    first = json.loads(run("show", lines[-1]["id"], "--json").stdout)
    assert first["content"] == {"account": "anna", "role": "operator"}
    assert run("verify").exit_code == 0

"""`kyphoplasty-cds audit add-reviewer` and `remove-reviewer`."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner

from cds_service.audit.database import Database
from cds_service.cli import main
from cds_service.review.access import Access
from cds_service.review.accounts import Accounts
from cds_service.review.sessions import Sessions
from tests.audit_builders import rows_of

PASSWORD, ANOTHER = "correct horse battery", "another long password"


@pytest.fixture
def url(tmp_path, monkeypatch):
    found = f"sqlite:///{tmp_path / 'audit.sqlite3'}"
    monkeypatch.setenv("KYPHOPLASTY_CDS_DATABASE_URL", found)
    return found


@pytest.fixture
def role_of(url):
    """The role of who logs in with this password; None where nobody does."""
    database = Database(url)
    access = Access(lambda: database, lambda: datetime.now(UTC))
    accounts, sessions = Accounts(access), Sessions(access)

    def role(name, password=PASSWORD):
        return (
            sessions.session(sessions.begin(name)).role
            if accounts.check(name, password, "x")
            else None
        )

    yield role
    database.dispose()


def run(*words, typed=""):
    return CliRunner().invoke(main, ["audit", *words], input=typed)


def add(name, *words, password=PASSWORD):
    """The exit code and what was said."""
    result = run(
        "add-reviewer", name, "--password-file", "-", *words, typed=f"{password}\n"
    )
    return result.exit_code, result.output


def test_a_reviewer_may_log_in_with_the_password_that_was_typed_twice(role_of):
    assert run("add-reviewer", "anna", typed=f"{PASSWORD}\n{PASSWORD}\n").exit_code == 0
    assert role_of("anna") == "reviewer"


def test_the_password_comes_from_a_file_or_standard_input(role_of, tmp_path):
    file = tmp_path / "password"
    file.write_text(f"{PASSWORD}\n")
    assert (
        run(
            "add-reviewer", "anna", "--role", "operator", "--password-file", str(file)
        ).exit_code
        == 0
    )
    assert add("bert", password=f"{PASSWORD}\r")[0] == 0
    assert (role_of("anna"), role_of("bert")) == ("operator", "reviewer")


def test_a_password_that_is_no_utf8_is_refused_in_words(role_of, tmp_path):
    file = tmp_path / "password"
    file.write_bytes("Prüfung der Akten 12\n".encode("latin-1"))
    done = run("add-reviewer", "anna", "--password-file", str(file))
    assert done.exit_code == 2
    assert "is not UTF-8" in done.output
    assert role_of("anna") is None


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
    code, said = add(name, password=password)
    assert (code, "NAME" in said) == (2, True)


@pytest.mark.parametrize(
    ("was", "words", "becomes"),
    [
        ("reviewer", ("--replace", "--role", "privacy-officer"), "privacy-officer"),
        ("privacy-officer", ("--replace",), "privacy-officer"),
    ],
)
def test_an_account_is_replaced_only_on_demand_and_keeps_its_role_unless_another_is_named(
    role_of, was, words, becomes
):
    add("anna", "--role", was)
    assert add("anna", password=ANOTHER)[0] == 2
    code, said = add("anna", *words, password=ANOTHER)
    assert (code, becomes in said) == (0, True)
    assert (role_of("anna"), role_of("anna", ANOTHER)) == (None, becomes)


@pytest.mark.usefixtures("url")
def test_who_is_not_there_is_not_replaced_and_no_password_is_asked_for():
    """As when the command looks into another log than the service's."""
    add("bert")
    result = run("add-reviewer", "anna", "--replace")
    assert (result.exit_code, "no such account" in result.output) == (2, True)
    assert "Password" not in result.output


@pytest.mark.parametrize(
    "words", [("add-reviewer", "anna", "--replace"), ("remove-reviewer", "anna")]
)
def test_a_log_that_is_not_there_is_not_begun_for_an_account_that_must_be_in_it(
    url, words
):
    result = run(*words)
    assert (result.exit_code, "there is no audit log" in result.output) == (2, True)
    assert not Path(url.removeprefix("sqlite:///")).exists()


def test_an_account_that_was_closed_is_opened_only_with_its_role_named(role_of):
    add("anna", "--role", "operator")
    run("remove-reviewer", "anna")
    code, said = add("anna", "--replace")
    assert (code, "was closed (it was operator)" in said) == (2, True)
    assert role_of("anna") is None
    assert add("anna", "--replace", "--role", "operator")[0] == 0
    assert role_of("anna") == "operator"


def test_the_database_holds_no_password(url, tmp_path):
    add("anna")
    ((kept,),) = rows_of(url, "SELECT password_hash FROM audit_reviewer")
    assert kept.startswith("$argon2id$")
    assert PASSWORD.encode() not in b"".join(
        path.read_bytes() for path in tmp_path.iterdir() if path.is_file()
    )


@pytest.mark.usefixtures("url")
def test_who_made_changed_or_closed_an_account_is_in_the_log():
    add("anna", "--role", "operator")
    add("anna", password="refused: it exists")
    add("anna", "--replace", password=ANOTHER)
    run("remove-reviewer", "anna")
    run("remove-reviewer", "nobody")
    lines = [
        json.loads(line)
        for line in run("list", "--kind", "account", "--json").stdout.splitlines()
    ]
    assert [one["result"] for one in reversed(lines)] == ["added", "replaced", "closed"]
    assert all(one["user"].startswith("os:") for one in lines)
    first = json.loads(run("show", lines[-1]["id"], "--json").stdout)
    assert first["content"] == {"account": "anna", "role": "operator"}
    assert run("verify").exit_code == 0

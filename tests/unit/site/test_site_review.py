"""`[review]` of the site folder: the hospital's own login for the review pages."""

from pathlib import Path

import pytest

from cds_service.site.folder import load_site
from cds_service.site.review import client_secret

LOGIN = Path(__file__).with_name("login.toml").read_text(encoding="utf-8")


def test_a_whole_table_is_read_and_the_issuer_kept_letter_by_letter(folder):
    path = folder(LOGIN)
    review = load_site(path).site.review
    assert review.issuer == "https://login.example.org/realms/hospital/"
    assert review.roles == {"cds-reviewers": "reviewer", "privacy": "privacy-officer"}
    assert not review.local_accounts
    assert client_secret(path, review.client_secret_file) == "s3cr3t-of-the-site"


def test_without_the_table_there_are_local_accounts_alone(folder):
    assert load_site(folder('[site]\nname = "X"\n')).site.review is None


def test_a_public_client_has_no_secret_and_local_accounts_stay_unless_the_site_says_no(
    folder,
):
    path = folder(
        LOGIN.replace('client-secret-file = "review-secret"', "").replace(
            "local-accounts = false", ""
        )
    )
    review = load_site(path).site.review
    assert client_secret(path, review.client_secret_file) is None
    assert review.local_accounts


@pytest.mark.parametrize(
    ("old", "new", "place"),
    [
        (
            'issuer = "https://login.example.org/realms/hospital/"\n',
            "",
            "review.issuer",
        ),
        (
            '"https://login.example.org/realms/hospital/"',
            '"http://login.example.org"',
            "review.issuer",
        ),
        (
            '"https://login.example.org/realms/hospital/"',
            '"https://login.example.org/?realm=x"',
            "review.issuer",
        ),
        (
            '"https://login.example.org/realms/hospital/"',
            '"https://127.0.0.1/realm"',
            "review.issuer",
        ),
        ('client-id = "kyphoplasty-cds"\n', "", "review.client-id"),
        ('client-id = "kyphoplasty-cds"', 'client-id = ""', "review.client-id"),
        ('"review-secret"', '"../review-secret"', "review.client-secret-file"),
        ('"review-secret"', '"no-such-file"', "no-such-file"),
        (
            '["https://keys.example.org"]',
            '["https://keys.example.org/path"]',
            "review.servers.0",
        ),
        (
            '["https://keys.example.org"]',
            '["http://keys.example.org"]',
            "review.servers.0",
        ),
        ('"reviewer"', '"surgeon"', "review.roles.cds-reviewers"),
        (
            '"cds-reviewers" = "reviewer"\n"privacy" = "privacy-officer"\n',
            "",
            "review.roles",
        ),
        ("local-accounts = false", 'local-accounts = "no"', "review.local-accounts"),
        ("role-claim", "role-claims", "review.role-claims"),
    ],
)
def test_a_wrong_table_names_its_key(folder, fault, old, new, place):
    assert old in LOGIN
    assert f"{place}: " in fault(folder(LOGIN.replace(old, new, 1)))


def test_a_secret_that_everybody_may_read_is_refused_without_being_shown(folder, fault):
    path = folder(LOGIN)
    (path / "review-secret").chmod(0o644)
    message = fault(path)
    assert "chmod 0600" in message
    assert "s3cr3t" not in message


@pytest.mark.parametrize("text", ["", "\n", "two\nlines", "caf\u00e9"])
def test_a_file_without_one_line_of_ascii_is_no_secret(folder, fault, text):
    path = folder(LOGIN)
    (path / "review-secret").write_text(text, encoding="utf-8")
    message = fault(path)
    assert "review-secret" in message
    assert "caf" not in message


def test_a_loopback_issuer_needs_private_networks(folder, fault):
    text = LOGIN.replace(
        "https://login.example.org/realms/hospital/", "http://127.0.0.1:9000"
    )
    assert "review.issuer" in fault(folder(text))
    allowed = load_site(folder(text + "[fhir]\nallow-private-networks = true\n")).site
    assert allowed.review.issuer == "http://127.0.0.1:9000"

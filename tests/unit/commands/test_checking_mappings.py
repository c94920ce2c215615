"""`mappings check` finds in a site folder what would stop the start: its files of keys too."""

import re

import pytest
from click.testing import CliRunner

from cds_service.cli import main
from cds_service.core.data_file import data_root
from cds_service.errors import DataFileError
from cds_service.fhir.mapping.files.language import lacking_tables, read_languages
from cds_service.loading import load_service
from cds_service.settings import Settings
from cds_service.site.folder import load_site
from cds_service.web.server import run_server
from tests.builders import MAPPINGS, terminology
from tests.client_tokens import ISSUER, Signer, client_of, key_set, site_folder

GOOD, OTHER = Signer(), "https://other.example.org"


@pytest.fixture
def check(tmp_path):
    """What the command says of a site with two clients whose files hold this."""

    def run(first, second):
        clients = (
            client_of(),
            client_of(issuer=OTHER, keys='jwks-file = "other.json"'),
        )
        folder = site_folder(tmp_path, *clients)
        for name, content in (("keys.json", first), ("other.json", second)):
            (folder / name).write_bytes(content)
        return CliRunner().invoke(main, ["mappings", "check", "--site", str(folder)])

    return run


def test_whole_files_of_keys_are_no_fault(check):
    done = check(key_set(GOOD), key_set(GOOD))
    assert done.exit_code == 0, done.output
    assert "all data files are valid" in done.output
    assert re.search(r"[2-9] services with \d+ rules$", done.output.rstrip())


def test_it_says_what_it_read_of_a_site(tmp_path):
    site = site_folder(
        tmp_path / "site",
        client_of(),
        more='[policy]\nbrace-max-weeks = 6\n[service]\nmode = "silent"\npilot-users = ["Practitioner/7"]',
    )
    (site / "keys.json").write_bytes(key_set(GOOD))
    (site / "hooks" / "kyphoplasty-order-sign").mkdir(parents=True)
    shipped = data_root("hooks") / "kyphoplasty-order-sign" / "override-reasons.json"
    copied = site / "hooks" / "kyphoplasty-order-sign" / "override-reasons.json"
    copied.write_bytes(shipped.read_bytes())
    said = CliRunner().invoke(main, ["mappings", "check", "--site", str(site)]).output
    for words in (
        "Example Hospital, mode silent",
        "days are those of UTC",
        "once the mode is live, cards for these alone: Practitioner/7",
        "brace-max-weeks = 6",
        "http://127.0.0.1:9/fhir",
        f"{copied}: read",
    ):
        assert words in said
    assert "open and local" in CliRunner().invoke(main, ["mappings", "check"]).output


@pytest.mark.parametrize(
    ("service", "is_said"),
    [
        pytest.param('mode = "live"\npilot-users = []', True, id="an empty list"),
        pytest.param('mode = "live"', True, id="no list"),
        pytest.param('mode = "silent"\npilot-users = []', False, id="silent"),
        pytest.param('pilot-users = ["Practitioner/7"]', False, id="a pilot"),
    ],
)
def test_it_says_that_cards_are_for_everybody(tmp_path, service, is_said):
    more = f"[service]\n{service}"
    site = site_folder(tmp_path / "site", client_of(), more=more)
    (site / "keys.json").write_bytes(key_set(GOOD))
    said = CliRunner().invoke(main, ["mappings", "check", "--site", str(site)]).output
    assert ("cards for everybody" in said) == is_said


def test_a_site_that_others_call_says_where_its_days_begin(tmp_path):
    site = site_folder(tmp_path / "site", client_of())
    (site / "keys.json").write_bytes(key_set(GOOD))
    file = site / "site.toml"
    file.write_text(
        file.read_text(encoding="utf-8").replace('time-zone = "UTC"\n', ""),
        encoding="utf-8",
    )
    done = CliRunner().invoke(main, ["mappings", "check", "--site", str(site)])
    assert done.exit_code == 2
    assert f"{file}: site.time-zone: is needed with [[clients]]" in done.output
    with pytest.raises(DataFileError, match="time-zone"):
        run_server(Settings(site=site), host="127.0.0.1", port=0, workers=1)


def test_an_ehr_with_a_folder_of_its_own_has_the_days_of_the_site(tmp_path):
    site = site_folder(tmp_path / "site", client_of('name = "north"'))
    (site / "keys.json").write_bytes(key_set(GOOD))
    (site / "clients" / "north").mkdir(parents=True)
    file = site / "site.toml"
    file.write_text(
        file.read_text(encoding="utf-8").replace('"UTC"', '"Australia/Sydney"'),
        encoding="utf-8",
    )
    service = load_service(load_site(site))
    assert service.of(ISSUER).calendar.zone.key == "Australia/Sydney"


@pytest.mark.parametrize(
    ("baseline", "words"),
    [
        ("", "this site's events and patients are not given; count them first"),
        (
            "incidence = 0.08, months = 24",
            "a share without its patients moves the studies alone; count them first",
        ),
        (
            "events = 24, patients = 300, months = 24",
            "24 of 300 patients within 24 months; weighted",
        ),
        ("events = 24, patients = 300, months = 24", "with the pooled incidence 9.2 %"),
        (
            "events = 3, patients = 90, months = 6",
            "takes what was counted over 12 to 36 months",
        ),
    ],
)
def test_a_site_is_asked_for_its_events_and_patients(tmp_path, baseline, words):
    table = f"[baseline]\nrefracture = {{ {baseline} }}" if baseline else ""
    site = site_folder(tmp_path / "site", client_of(), more=table)
    (site / "keys.json").write_bytes(key_set(GOOD))
    assert (
        words
        in CliRunner().invoke(main, ["mappings", "check", "--site", str(site)]).output
    )


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"{", "no JWK Set"),
        (b"[]", "no JWK Set"),
        (b'{"keys": []}', "keys: none of them can verify a token (it is empty)"),
        (
            key_set(GOOD.jwk(use="enc")),
            "keys: none of them can verify a token (jwks.use)",
        ),
        (GOOD.pem(), "no JWK Set"),
    ],
)
def test_each_broken_file_of_keys_is_a_line(check, content, words):
    done = check(content, content)
    assert done.exit_code == 2
    lines = done.output.splitlines()
    assert len(lines) == 2
    for line, name in zip(lines, ("keys.json", "other.json"), strict=True):
        assert line.startswith("error: ")
        assert f"{name}: {words}" in line


@pytest.mark.parametrize(
    "folder", ["mappings/findings", "mappings/valueset", "mappings"]
)
def test_a_folder_that_cannot_be_read_is_a_fault_and_not_an_empty_one(tmp_path, folder):
    """One that the user may not read, or a link to what is not mounted: that not even an administrator can read."""
    site = site_folder(tmp_path, client_of())
    (site / "keys.json").write_bytes(key_set(GOOD))
    (site / folder).parent.mkdir(exist_ok=True)
    (site / folder).symlink_to(tmp_path / "not-mounted")
    done = CliRunner().invoke(main, ["mappings", "check", "--site", str(site)])
    assert done.exit_code != 0, done.output
    assert f"{folder.rpartition('/')[2]}: cannot be read" in done.output
    assert done.exception is None or isinstance(done.exception, SystemExit)


LAUNCHING = """\
[clients.worksheet]
client-id = "kyphoplasty-cds"
client-secret-file = "launch.secret"
"""


@pytest.mark.parametrize(
    ("secret", "mode", "words"),
    [
        pytest.param(None, 0, "launch.secret: cannot be read", id="none"),
        pytest.param(b"", 0o600, "launch.secret: a secret is one line", id="empty"),
        pytest.param(b"\xff", 0o600, "launch.secret: cannot be read", id="no text"),
        pytest.param(
            b"of-two", 0o644, "launch.secret: everybody on this machine", id="open"
        ),
    ],
)
def test_a_launch_without_a_secret_is_a_fault(tmp_path, secret, mode, words):
    """The service would not start; its operator restarts it when the check passes."""
    server = 'fhir-servers = ["http://127.0.0.1:9/fhir"]'
    site = site_folder(tmp_path, client_of(server, LAUNCHING))
    (site / "keys.json").write_bytes(key_set(GOOD))
    if secret is not None:
        (site / "launch.secret").write_bytes(secret)
        (site / "launch.secret").chmod(mode)
    done = CliRunner().invoke(main, ["mappings", "check", "--site", str(site)])
    assert done.exit_code == 2, done.output
    assert words in done.output


def test_two_ehrs_that_launch_from_one_server_are_a_fault(tmp_path):
    server = 'fhir-servers = ["http://127.0.0.1:9/fhir"]'
    launching = LAUNCHING.rpartition("client-secret-file")[0]
    clients = (client_of(server, launching, issuer=one) for one in (ISSUER, OTHER))
    site = site_folder(tmp_path, *clients)
    (site / "keys.json").write_bytes(key_set(GOOD))
    done = CliRunner().invoke(main, ["mappings", "check", "--site", str(site)])
    assert done.exit_code == 2, done.output
    assert "two EHRs name one FHIR server" in done.output


def test_a_language_that_is_on_says_how_many_texts_it_lacks(tmp_path):
    shipped = data_root("hooks") / "languages" / "de.toml"
    german = shipped.read_text(encoding="utf-8")
    for text in ("Already arranged", "Considered"):
        german = re.sub(rf'^"{text}" = .*\n', "", german, flags=re.MULTILINE)
    site = site_folder(tmp_path / "site", more='[languages.de]\nreader = "A. Muster"')
    (site / "hooks" / "languages").mkdir(parents=True)
    (site / "hooks" / "languages" / "de.toml").write_text(german, encoding="utf-8")
    done = CliRunner().invoke(main, ["mappings", "check", "--site", str(site)])
    assert done.exit_code == 0
    assert "[languages.de]: its file lacks 2 of our " in done.output


def test_a_language_that_has_every_text_says_nothing(tmp_path):
    site = site_folder(tmp_path / "site", more='[languages.zh]\nreader = "A. Muster"')
    done = CliRunner().invoke(main, ["mappings", "check", "--site", str(site)])
    assert done.exit_code == 0
    assert "[languages" not in done.output


def test_the_tables_that_a_language_lacks_are_said(tmp_path):
    texts = tmp_path / "mappings" / "texts"
    texts.mkdir(parents=True)
    (texts / "sv.toml").write_text(
        '[kyphoplasty]\nany = ["ballong"]\n[aside]\nany = ["\\\\befter\\\\b"]\n'
        "[durations]\nunits.wk = ['veckor']\n",
        encoding="utf-8",
    )
    lines = lacking_tables(read_languages([MAPPINGS, tmp_path / "mappings"]))
    (swedish,) = [line for line in lines if line.startswith("texts/sv.toml")]
    assert "[denial]" in swedish
    assert "[aside]" not in swedish
    assert "of an order not to move [moving-forbidden]" in " ".join(swedish.split())
    assert "fillers" in swedish
    assert "units" not in swedish


@pytest.mark.parametrize("name", ["brace", "bed-rest"])
@pytest.mark.parametrize("held", ["declined", "withdrawn"])
def test_an_order_that_cannot_be_denied_is_refused(tmp_path, name, held):
    texts = tmp_path / "mappings" / "texts"
    texts.mkdir(parents=True)
    words = f'[{name}]\nany = ["korsett"]\n[{held}]\nany = ["inget"]\n'
    (texts / "sv.toml").write_text(words, encoding="utf-8")
    (lacking,) = {"declined", "withdrawn"} - {held}
    with pytest.raises(DataFileError) as refused:
        read_languages([MAPPINGS, tmp_path / "mappings"])
    assert f"sv.toml: {name}: a denied order would count" in str(refused.value)
    assert f"[{lacking}]" in str(refused.value)
    assert f"[{held}]" not in str(refused.value)


def test_polish_lacks_none_of_them():
    assert not [one for one in terminology().lacking_tables if "pl.toml" in one]


def test_no_line_on_languages_is_wider_than_a_terminal():
    done = CliRunner().invoke(main, ["mappings", "check"])
    lines = done.output.splitlines()
    first = next(i for i, one in enumerate(lines) if one.startswith("texts/ko.toml"))
    assert "[whole-denial]" in " ".join(lines[first : first + 4])
    assert max(map(len, lines[1:])) <= 88

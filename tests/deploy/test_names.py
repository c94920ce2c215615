"""Every setting, count, command, option and path that `deploy/` and the documentation name exists."""

import re
import shlex
import subprocess
import tomllib

import click
import pytest
import yaml

from cds_service.audit.store import AuditStore
from cds_service.cli import main
from cds_service.loading import find_faults, load_service
from cds_service.settings import PREFIX, Settings, describe_settings
from cds_service.web.app import create_app
from cds_service.web.metrics import Metrics
from tests.deploy.locked import DEPLOY, ROOT
from tests.deploy.manifests import of_kind, pods

TEXTS = {
    path: path.read_text()
    for path in sorted(DEPLOY.rglob("*"))
    if path.is_file() and path.suffix not in (".lock", ".png", ".json")
}
PAGES = {
    path: path.read_text()
    for path in (ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md")))
}
OPERATE = PAGES[ROOT / "docs/operate.md"]
NAMED = [
    pytest.param(text, id=str(path.relative_to(ROOT)))
    for path, text in (TEXTS | PAGES).items()
]
EVERY_PAGE = pytest.mark.parametrize(
    "page", [pytest.param(text, id=path.name) for path, text in PAGES.items()]
)
SETTINGS = {line.split()[0] for line in describe_settings().splitlines()}


@pytest.mark.parametrize("text", NAMED)
def test_every_setting_exists(text):
    assert set(re.findall(rf"{PREFIX}[A-Z_]+", text)) <= SETTINGS


def test_every_setting_is_in_the_example_of_them():
    """Of the service's own or, what only its duties read, of the owner's."""
    files = ("service.env.example", "owner.env.example", "compose.yaml")
    assert {
        name
        for file in files
        for name in re.findall(rf"{PREFIX}[A-Z_]+", TEXTS[DEPLOY / file])
    } == SETTINGS


def counts() -> dict[str, set[str]]:
    """Names of all counts as Prometheus sees them, with their labels."""
    ends = {
        "counter": ("_total",),
        "histogram": ("_bucket", "_count", "_sum"),
        "gauge": ("",),
    }
    found: dict[str, set[str]] = {}
    for collector in Metrics()._registry._collector_to_names:
        for family in collector.describe():
            for end in ends[family.type]:
                found[family.name + end] = set(collector._labelnames) | (
                    {"le"} if end == "_bucket" else set()
                )
    return found


def test_every_count_of_an_alert_exists_with_its_labels():
    known = counts()
    text = TEXTS[DEPLOY / "alerts.yaml"]
    used = re.findall(r"(kyphoplasty_cds_\w+)(?:\{([^}]*)\})?", text)
    assert used
    for name, selector in used:
        assert set(re.findall(r"(\w+)[=!]", selector)) <= known[name], name


def test_every_duty_of_an_alert_is_one_of_ours_and_none_is_left_out():
    text = TEXTS[DEPLOY / "alerts.yaml"]
    (timers,) = set(re.findall(r'name=~"([^"]*timer)"', text))
    # the loop is for sites that allow background reads alone
    optional = {"kyphoplasty-cds-loop.timer"}
    units = {path.name for path in DEPLOY.glob("systemd/*.timer")} - optional
    assert units == {
        f"kyphoplasty-cds-{duty}.timer"
        for duty in re.findall(r"\((.*)\)", timers)[0].split("|")
    }
    assert f'state="active"}} == 1) == {len(units)}' in text
    assert set(re.findall(r'cronjob="([^"]*)"', text)) == {
        one["metadata"]["name"] for one in of_kind("CronJob")
    }


def test_the_values_of_labels_are_those_of_the_program():
    metrics = Metrics()
    metrics.entries.labels("answer", "lost").inc()
    assert b'kept="lost"' in metrics.text()
    assert 'kept="lost"' in TEXTS[DEPLOY / "alerts.yaml"]


def commands() -> list[tuple[str, list[str]]]:
    """Every call of our command in files that are run: where it stands, and its words."""
    found = []
    for path, text in TEXTS.items():
        if path.suffix in (".sh", ".service"):
            calls = re.findall(
                r"(?:^|/)kyphoplasty-cds ((?:serve|audit|mappings) .*)$",
                text,
                re.MULTILINE,
            )
            found += [
                (path.name, shlex.split(words.replace("%i", "8081"))) for words in calls
            ]
    for pod in pods():
        found += [
            (one["name"], one["args"])
            for one in pod["spec"]["containers"]
            if "command" not in one
        ]
    for file in ("compose.yaml", "compose.sandbox.yaml"):
        for name, service in yaml.safe_load(TEXTS[DEPLOY / file])["services"].items():
            if (
                str(service.get("image", "")).startswith("kyphoplasty-cds")
                and "command" in service
            ):
                found.append((name, service["command"]))
    (default,) = re.findall(
        r"^CMD (\[.*\])$", TEXTS[DEPLOY / "Dockerfile"], re.MULTILINE
    )
    return [*found, ("Dockerfile", yaml.safe_load(default))]


def check_command(words: list[str]) -> click.Command:
    """The command that these words call, all of whose options must exist."""
    found: click.Command = main
    rest = list(words)
    while (
        isinstance(found, click.Group)
        and rest
        and (named := found.get_command(click.Context(main), rest[0]))
    ):
        found = named
        rest.pop(0)
    known = {option for parameter in found.params for option in parameter.opts} | {
        "--help"
    }
    assert {word for word in rest if word.startswith("--")} <= known, words
    return found


@pytest.mark.parametrize(
    ("place", "words"),
    commands(),
    ids=[f"{place}-{words[-1]}" for place, words in commands()],
)
def test_every_command_and_option_exists(place, words):
    assert not isinstance(check_command(words), click.Group), place


def test_the_operators_page_has_its_blocks():
    assert len(re.findall(r"```sh\n", OPERATE)) > 5


@EVERY_PAGE
def test_every_block_of_a_page_is_shell_that_can_be_read(page):
    for block in re.findall(r"```sh\n(.*?)```", page, re.DOTALL):
        done = subprocess.run(
            ["sh", "-n"], input=block, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, (done.stderr, block)


@EVERY_PAGE
def test_every_command_of_a_page_exists(page):
    """Calls of our command in code blocks and code spans, options included."""
    code = "\n".join(
        re.findall(r"```\w*\n.*?```|`[^`\n]+`|^    .*$", page, re.DOTALL | re.MULTILINE)
    )
    for line in re.findall(
        r"(?<!-n )kyphoplasty-cds ((?:audit [a-z-]+|[a-z][a-z-]*)(?: [^`\n#|;&]*)?)",
        code,
    ):
        assert check_command(line.split()) is not main, line


@pytest.fixture(scope="module")
def rules(tmp_path_factory):
    """All addresses of the service."""
    store = AuditStore(
        f"sqlite:///{tmp_path_factory.mktemp('names') / 'audit.sqlite3'}"
    )
    app = create_app(
        load_service(), Settings(), audit=store, base_url="http://127.0.0.1"
    )
    return {str(rule) for rule in app.url_map.iter_rules()}


@pytest.mark.parametrize("text", NAMED)
def test_every_path_of_the_service_exists(text, rules):
    named = r"(?<![\w./-])(/(?:health|metrics|cds-services|models|openapi\.json|audit|sandbox)(?:/[a-z-]+)*)"
    for path in set(re.findall(named, text)):
        patterns = [re.sub(r"<[^>]+>", "[^/]+", rule) for rule in rules]
        assert any(re.fullmatch(one, path) for one in patterns) or any(
            rule.startswith(f"{path}/") for rule in rules
        ), path


def test_every_address_of_the_service_is_either_outside_or_inside(rules):
    """A new one has to be let through, or kept in, by a decision."""
    proxy = TEXTS[DEPLOY / "nginx/nginx.conf"]
    passed = {
        path.strip("/")
        for path in re.findall(r"location (?:= )?(/[a-z.-]+)/? ?", proxy)
    }
    kept = set(
        re.search(r"is not there: (.*) are for inside", proxy)[1]
        .replace("/", "")
        .replace(" and ", ", ")
        .split(", ")
    )
    assert {rule.split("/")[1] for rule in rules} - {""} == passed - {
        "audit/login"
    } | kept


@EVERY_PAGE
def test_every_target_of_make_that_a_page_names_exists(page):
    targets = set(
        re.findall(r"^([a-z.-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE)
    )
    assert set(re.findall(r"(?:`|^ *)make ([a-z-]+)", page, re.MULTILINE)) <= targets


def test_every_file_that_the_page_names_is_there():
    named = set(
        re.findall(
            r"`((?:[\w.@-]+/)*[\w.@-]+\.(?:sh|sql|yaml|conf|service|timer|env\.example|lock|toml|md))`",
            OPERATE,
        )
    )
    there = {str(path.relative_to(DEPLOY)) for path in TEXTS} | {
        path.name for path in TEXTS
    }
    assert {
        name
        for name in named
        if not (DEPLOY / name).exists() and not (ROOT / name).exists()
    } <= there | {"site.toml"}


def test_the_example_of_a_site_folder_is_whole():
    assert find_faults(DEPLOY / "site") == ()
    site = tomllib.loads((DEPLOY / "site/site.toml").read_text())
    assert site["clients"]


def test_every_row_of_the_bench_that_sizing_names_is_measured():
    _, _, sizing = OPERATE.partition("\n## Sizing\n")
    sizing, _, _ = sizing.partition("\n## ")
    named = set(re.findall(r"row `([\w-]+)`", sizing))
    rows = re.findall(r"^\| ([\w-]+): ", TEXTS[DEPLOY / "bench.md"], re.MULTILINE)
    assert "postgres" in named
    assert named <= set(rows)

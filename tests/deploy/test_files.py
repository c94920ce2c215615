"""The other files of `deploy/`: each against the program that will read it."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from cds_service.fhir.gathering.parallel import MAX_PARALLEL
from cds_service.web.http_server import THREADS
from tests.deploy.locked import DEPLOY, ROOT
from tests.deploy.programs import need

TOOLS = Path(sys.executable).parent
SYSTEMD = DEPLOY / "systemd"
COMPOSE = yaml.safe_load((DEPLOY / "compose.yaml").read_text())
MOST_EXPOSED = "2.0"  # of 10; 1.2 for the service


def run(*command, **more):
    """A program that must find nothing wrong; what it said all the same."""
    done = subprocess.run(
        [str(word) for word in command],
        capture_output=True,
        text=True,
        check=False,
        **more,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


# --- systemd


@pytest.fixture
def units(tmp_path):
    """The units, with what they start being there."""
    need("systemd-analyze")
    for path in SYSTEMD.iterdir():
        name = path.name.replace("@", "@8081")
        text = re.sub(
            r"^ExecStart=\S+",
            f"ExecStart={sys.executable}",
            path.read_text(),
            flags=re.MULTILINE,
        )
        (tmp_path / name).write_text(text)
    return tmp_path


def test_systemd_finds_nothing_wrong_with_the_units(units):
    for path in sorted(units.iterdir()):
        said = run("systemd-analyze", "verify", "--man=no", path)
        assert [line for line in said.splitlines() if "kyphoplasty" in line] == [], (
            path.name
        )


@pytest.mark.parametrize(
    "path", sorted(SYSTEMD.glob("*.service")), ids=lambda one: one.stem
)
def test_a_unit_may_do_little(path):
    need("systemd-analyze")
    threshold = str(int(float(MOST_EXPOSED) * 10))
    run(
        "systemd-analyze",
        "security",
        "--no-pager",
        "--offline=true",
        f"--threshold={threshold}",
        path,
    )


def test_a_replica_may_have_all_threads_that_it_asks_for():
    """Of each worker: those of the calls, and for each call those that read side by side, each with its watch."""
    most = 2 * THREADS * (1 + 2 * MAX_PARALLEL)
    unit = (SYSTEMD / "kyphoplasty-cds@.service").read_text()
    assert "--workers 2" in unit
    assert int(re.search(r"TasksMax=(\d+)", unit)[1]) > most
    assert COMPOSE["services"]["cds-1"]["pids_limit"] > most


def test_who_has_the_owners_password_is_nobody_of_the_replicas():
    """An environment is read in /proc by whoever has the same user."""
    users: dict[str, set[str]] = {}
    for path in SYSTEMD.glob("*.service"):
        text = path.read_text()
        (user,) = re.findall(r"^User=(.+)$", text, re.MULTILINE)
        for settings in re.findall(r"^EnvironmentFile=.*/(.+)$", text, re.MULTILINE):
            users.setdefault(settings, set()).add(user)
    assert users["owner.env"]
    assert not users["owner.env"] & users["service.env"]


def test_every_timer_starts_a_unit_at_a_time_that_exists():
    need("systemd-analyze")
    timers = sorted(SYSTEMD.glob("*.timer"))
    assert len(timers) == 5
    for timer in timers:
        assert timer.with_suffix(".service").is_file()
        when = re.search(r"^OnCalendar=(.+)$", timer.read_text(), re.MULTILINE)[1]
        run("systemd-analyze", "calendar", when)


# --- Prometheus


def test_prometheus_can_read_rules_and_configuration():
    need("promtool")
    run("promtool", "check", "rules", DEPLOY / "alerts.yaml")
    run("promtool", "check", "config", DEPLOY / "prometheus.yaml")


@pytest.mark.parametrize("cases", ["alerts_cases.yaml", "alerts_cases_of_days.yaml"])
def test_alerts_fire_when_they_should_and_stay_silent_when_not(cases, tmp_path):
    """Series that Prometheus itself replays."""
    need("promtool")
    for path in (DEPLOY / "alerts.yaml", Path(__file__).with_name(cases)):
        shutil.copy(path, tmp_path)
    run("promtool", "test", "rules", cases, cwd=tmp_path)


# --- compose


def test_the_compose_files_follow_their_schema():
    files = (DEPLOY / "compose.yaml", DEPLOY / "compose.sandbox.yaml")
    run(TOOLS / "check-jsonschema", "--builtin-schema", "vendor.compose-spec", *files)


def test_every_file_that_compose_mounts_is_there_or_is_said_to_be_made():
    made = {"./tls", "service.env", "owner.env", "database.env"}
    page = (ROOT / "docs/operate.md").read_text()
    for service in COMPOSE["services"].values():
        sources = [volume.partition(":")[0] for volume in service.get("volumes", ())]
        files = [one for one in sources if one.startswith("./")] + [
            service[key] for key in ("env_file",) if key in service
        ]
        for one in files:
            if one in made:
                assert one.removeprefix("./") in page
            else:
                assert (DEPLOY / one).exists(), one


def test_nginx_knows_the_replicas_of_compose_by_name():
    asked = set(
        re.findall(
            r"^\s+server ([a-z0-9-]+):8080",
            (DEPLOY / "nginx/nginx.conf").read_text(),
            re.MULTILINE,
        )
    )
    replicas = {
        name
        for name, one in COMPOSE["services"].items()
        if "state:/var/lib/kyphoplasty-cds" in one.get("volumes", ())
    }
    scraped = re.findall(r'"(cds-\d):8080"', (DEPLOY / "prometheus.yaml").read_text())
    assert asked == replicas == set(scraped)
    assert len(replicas) == 2


def test_what_is_for_trying_out_can_be_reached_from_its_own_machine_alone():
    """Open mode refuses any other address; a FHIR server that asks nobody who they are must not be published."""
    services = yaml.safe_load((DEPLOY / "compose.sandbox.yaml").read_text())["services"]
    assert services["cds"]["network_mode"] == "host"
    words = services["cds"]["command"]
    assert words[words.index("--host") + 1] == "127.0.0.1"
    assert all(
        port.startswith("127.0.0.1:")
        for one in services.values()
        for port in one.get("ports", ())
    )


def test_only_nginx_can_be_reached_from_outside():
    assert [name for name, one in COMPOSE["services"].items() if "ports" in one] == [
        "nginx"
    ]
    assert COMPOSE["networks"]["data"] == {"internal": True}
    assert "nginx" not in [
        name for name, one in COMPOSE["services"].items() if "data" in one["networks"]
    ]


BY_DIGEST = re.compile(
    r"\$\{[A-Z_]+_IMAGE:\?by digest, [^}]+\}|[^\s@]+@sha256:[0-9a-f]{64}"
)
OURS = re.compile(r"kyphoplasty-cds(:\$\{VERSION:-local\})?")  # built from the checkout
IN_OVERLAY = "kyphoplasty-cds-nginx"  # the overlay of a site names it by digest
# of the sandbox alone, which holds no patient; its makers publish no digest
BY_TAG = {"hapiproject/hapi:v8.4.0"}


def test_images_of_others_come_by_digest():
    """A tag may lead elsewhere tomorrow; the one that we use is named, and is none of production."""
    images = {one["image"] for one in COMPOSE["services"].values()}
    for page in (DEPLOY / "kubernetes" / "base").glob("*.yaml"):
        images |= set(
            re.findall(r"^\s+image: (\S+)$", page.read_text(), flags=re.MULTILINE)
        )
    images.remove(IN_OVERLAY)
    assert [
        one for one in images if not (OURS.fullmatch(one) or BY_DIGEST.fullmatch(one))
    ] == []
    sandbox = yaml.safe_load((DEPLOY / "compose.sandbox.yaml").read_text())[
        "services"
    ].values()
    assert {
        one["image"] for one in sandbox if not OURS.fullmatch(one["image"])
    } == BY_TAG
    overlay = yaml.safe_load(
        (
            DEPLOY / "kubernetes" / "overlays" / "example" / "kustomization.yaml"
        ).read_text()
    )
    assert IN_OVERLAY in [one["name"] for one in overlay["images"]]
    assert all(
        re.fullmatch("sha256:[0-9a-f]{64}", one["digest"]) for one in overlay["images"]
    )


# --- image and scripts


def test_hadolint_finds_nothing_wrong_with_the_dockerfile():
    run(TOOLS / "hadolint", DEPLOY / "Dockerfile")


def test_the_image_gets_all_that_the_wheel_is_built_from():
    ignored = (DEPLOY / "Dockerfile.dockerignore").read_text().splitlines()
    copied = re.findall(
        r"^COPY (?!--from)(.+) \S+$", (DEPLOY / "Dockerfile").read_text(), re.MULTILINE
    )
    names = {name for line in copied for name in line.split()}
    assert {line.removeprefix("!") for line in ignored if line.startswith("!")} == names
    assert all((ROOT / name).exists() for name in names)

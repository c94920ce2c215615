"""What ships besides our own code: pinned, whole, hashed, and under licences that a hospital can accept."""

import re
import tomllib
from importlib import metadata

import pytest
from packaging.markers import default_environment
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.deploy.locked import DEPLOY, ROOT, read_lock

LOCK = read_lock(DEPLOY / "requirements.lock")
BUILD = read_lock(DEPLOY / "build.lock")
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
LICENCES = tomllib.loads((DEPLOY / "licences.toml").read_text())
HERE = default_environment()
WANTED_HERE = {one.name: one for one in LOCK if one.is_wanted(HERE)}
RENEW = "run: make lock"


def environment(python: str, machine: str = "x86_64") -> dict[str, str]:
    return {
        **HERE,
        "python_version": python,
        "python_full_version": f"{python}.1",
        "platform_machine": machine,
    }


def test_every_package_has_one_version_and_hashes():
    for one in (*LOCK, *BUILD):
        assert one.version
        assert one.hashes > 0, one.name


def test_the_lists_name_no_address():
    for path in DEPLOY.glob("*.lock"):
        assert not re.search(
            r"https?:|--(index-url|extra-index-url|find-links|trusted-host)",
            path.read_text(),
        ), path


@pytest.mark.parametrize("machine", ["x86_64", "aarch64"])
@pytest.mark.parametrize("python", ["3.11", "3.12", "3.13"])
def test_the_lock_holds_what_the_project_asks_for(python, machine):
    locked = {
        one.name: one.version
        for one in LOCK
        if one.is_wanted(environment(python, machine))
    }
    for asked in map(Requirement, PROJECT["project"]["dependencies"]):
        name = canonicalize_name(asked.name)
        assert name in locked, f"{name} is not locked; {RENEW}"
        assert asked.specifier.contains(locked[name]), (
            f"{name} {locked[name]} is not {asked.specifier}; {RENEW}"
        )


def dependencies_of(name: str, extras: set[str]) -> list[Requirement]:
    asked = [Requirement(text) for text in metadata.requires(name) or ()]
    return [
        one
        for one in asked
        if one.marker is None
        or any(
            one.marker.evaluate({**HERE, "extra": extra}) for extra in (extras or {""})
        )
    ]


def test_the_lock_holds_all_that_its_packages_ask_for_and_nothing_else():
    """By the metadata of what is installed: `pip install --no-deps` of the wheel on top of the lock lacks nothing."""
    waiting = [Requirement(text) for text in PROJECT["project"]["dependencies"]]
    reached = set()
    while waiting:
        asked = waiting.pop()
        name = canonicalize_name(asked.name)
        assert name in WANTED_HERE, f"{name} is not locked; {RENEW}"
        assert asked.specifier.contains(WANTED_HERE[name].version), (
            f"{asked} is not met by the lock; {RENEW}"
        )
        if (name, frozenset(asked.extras)) not in reached:
            reached.add((name, frozenset(asked.extras)))
            waiting += dependencies_of(name, asked.extras)
    assert {name for name, _ in reached} == set(WANTED_HERE), (
        f"the lock holds what nothing asks for; {RENEW}"
    )


def test_the_tests_run_against_the_versions_that_ship():
    differing = {
        one.name: metadata.version(one.name)
        for one in WANTED_HERE.values()
        if metadata.version(one.name) != one.version
    }
    assert differing == {}, "rm -rf .venv, and make again"


def licence_of(name: str) -> str:
    """As SPDX; the words of the metadata where they are not known."""
    found = metadata.metadata(name)
    classified = [
        one
        for one in found.get_all("Classifier") or ()
        if one.startswith("License :: OSI")
    ]
    said = (
        found.get("License-Expression")
        or next(iter(classified), None)
        or found.get("License")
        or "nothing"
    )
    return LICENCES["words"].get(said, said)


@pytest.mark.parametrize("name", sorted(WANTED_HERE))
def test_what_ships_has_a_licence_that_is_allowed(name):
    licence = licence_of(name)
    choices = [
        set(re.split(r" AND ", choice.strip("() "))) for choice in licence.split(" OR ")
    ]
    assert any(choice <= set(LICENCES["allowed"]) for choice in choices), (
        f"{name}: {licence}"
    )


def test_every_licence_on_the_list_is_one_that_something_has():
    used = {
        part
        for name in WANTED_HERE
        for part in re.split(r" AND | OR ", licence_of(name))
    }
    assert set(LICENCES["allowed"]) <= used


def test_the_wheel_is_built_with_what_is_locked_for_it():
    (asked,) = map(Requirement, PROJECT["build-system"]["requires"])
    assert canonicalize_name(asked.name) in {one.name for one in BUILD}

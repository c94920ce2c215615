"""The manifests of `deploy/kubernetes` as objects."""

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.deploy.locked import DEPLOY

KUBERNETES = DEPLOY / "kubernetes"
Json = dict[str, Any]


def whole_files() -> list[Path]:
    """Files with whole objects: no patches, whose objects are checked as kustomize makes them."""
    found = [
        *KUBERNETES.glob("base/*.yaml"),
        KUBERNETES / "overlays/example/namespace.yaml",
    ]
    return sorted(path for path in found if path.name != "kustomization.yaml")


def objects_in(path: Path) -> list[Json]:
    return [one for one in yaml.safe_load_all(path.read_text()) if one]


def base() -> list[Json]:
    """All objects of the base."""
    return [
        one
        for path in KUBERNETES.glob("base/*.yaml")
        for one in objects_in(path)
        if one["kind"] != "Kustomization"
    ]


def of_kind(kind: str) -> list[Json]:
    return [one for one in base() if one["kind"] == kind]


def pods() -> Iterator[Json]:
    """What each workload of the base says of its pods: labels and spec."""
    for one in base():
        spec = one.get("spec", {})
        spec = spec.get("jobTemplate", {}).get("spec", spec)
        if "template" in spec:
            yield spec["template"]


def built(folder: str) -> str:
    """What kustomize makes of a folder."""
    if shutil.which("kubectl") is None:
        pytest.skip(
            "kubectl is not installed; the files themselves are checked all the same"
        )
    command = ["kubectl", "kustomize", str(KUBERNETES / folder)]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout

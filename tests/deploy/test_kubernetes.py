"""The manifests against the schemas of Kubernetes, and against the program that they run."""

import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from cds_service.site.folder import load_site
from tests.deploy.locked import DEPLOY
from tests.deploy.manifests import (
    KUBERNETES,
    base,
    built,
    objects_in,
    of_kind,
    pods,
    whole_files,
)

VALIDATE = Path(sys.executable).with_name("kubernetes-validate")
VERSION = "1.32.0"
POD_MAY = {"runAsNonRoot": True, "seccompProfile": {"type": "RuntimeDefault"}}
CONTAINER_MAY = {
    "allowPrivilegeEscalation": False,
    "readOnlyRootFilesystem": True,
    "capabilities": {"drop": ["ALL"]},
}
PODS = list(pods())
CONTAINERS = [container for pod in PODS for container in pod["spec"]["containers"]]


def check_schema(path):
    command = [VALIDATE, "--strict", "-k", VERSION, path]
    found = subprocess.run(command, capture_output=True, text=True, check=False)
    assert found.returncode == 0, found.stdout + found.stderr


@pytest.mark.parametrize("path", whole_files(), ids=lambda one: one.stem)
def test_every_manifest_follows_the_schema(path):
    check_schema(path)


@pytest.mark.parametrize("folder", ["base", "overlays/example"])
def test_what_kustomize_makes_follows_the_schema(folder, tmp_path):
    (tmp_path / "whole.yaml").write_text(built(folder))
    check_schema(tmp_path / "whole.yaml")


def test_every_file_is_in_use():
    for folder in ("base", "overlays/example"):
        (kustomization,) = objects_in(KUBERNETES / folder / "kustomization.yaml")
        named = set(kustomization["resources"]) | {
            one["path"] for one in kustomization.get("patches", ())
        }
        there = {path.name for path in (KUBERNETES / folder).glob("*.yaml")} - {
            "kustomization.yaml"
        }
        assert there - named == ({"secret.example.yaml"} if folder == "base" else set())


def test_no_pod_may_do_more_than_the_restricted_standard_allows():
    assert len(PODS) == 5
    for pod in PODS:
        spec, (container,) = pod["spec"], pod["spec"]["containers"]
        assert spec["securityContext"].items() >= POD_MAY.items()
        assert spec["automountServiceAccountToken"] is False
        assert container["securityContext"].items() >= CONTAINER_MAY.items()
        assert {"memory"} <= set(container["resources"]["limits"])
        assert {"cpu", "memory"} <= set(container["resources"]["requests"])


def test_the_user_is_that_of_the_image():
    assert {pod["spec"]["securityContext"]["runAsUser"] for pod in PODS} == {10001}
    assert "USER 10001:10001" in (DEPLOY / "Dockerfile").read_text()


def test_everything_that_a_pod_names_is_there():
    secrets = {one["metadata"]["name"]: one["stringData"] for one in of_kind("Secret")}
    maps = {one["metadata"]["name"] for one in of_kind("ConfigMap")} | {
        "kyphoplasty-cds-site"
    }
    for container in CONTAINERS:
        for one in container.get("env", ()):
            wanted = one["valueFrom"]["secretKeyRef"]
            assert wanted["key"] in secrets[wanted["name"]]
        assert {one["configMapRef"]["name"] for one in container["envFrom"]} <= maps
    for pod in PODS:
        named = [
            one["secret"] for one in pod["spec"].get("volumes", ()) if "secret" in one
        ]
        assert {one["secretName"] for one in named} <= secrets.keys()
        volumes = {one["name"] for one in pod["spec"].get("volumes", ())}
        assert {
            one["name"] for one in pod["spec"]["containers"][0].get("volumeMounts", ())
        } == volumes


def test_every_selector_finds_pods():
    labels = [pod["metadata"]["labels"].items() for pod in PODS]
    selectors = [one["spec"]["selector"] for one in of_kind("Service")]
    selectors += [
        one["spec"]["podSelector"]["matchLabels"] for one in of_kind("NetworkPolicy")
    ]
    selectors += [
        one["spec"]["selector"]["matchLabels"] for one in of_kind("PodDisruptionBudget")
    ]
    assert len(selectors) == 4
    for selector in selectors:
        assert any(selector.items() <= one for one in labels), selector


def test_two_replicas_at_least_of_which_one_always_stays():
    (scaling,), (disruption,) = (
        of_kind("HorizontalPodAutoscaler"),
        of_kind("PodDisruptionBudget"),
    )
    assert scaling["spec"]["minReplicas"] >= 2
    assert disruption["spec"]["minAvailable"] < scaling["spec"]["minReplicas"]


def test_only_migration_and_purge_are_the_owner():
    owners = {
        container["name"]
        for container in CONTAINERS
        if any(
            "owner" in str(one) for one in (*container["env"], *container["envFrom"])
        )
    }
    assert owners == {"migrate", "purge"}


def test_the_site_of_the_overlay_is_whole(tmp_path):
    """The files as the volume lays them out, read as the service reads them."""
    (config,) = (
        one
        for one in yaml.safe_load_all(built("overlays/example"))
        if one["kind"] == "ConfigMap" and "site.toml" in one["data"]
    )
    (patch,) = objects_in(KUBERNETES / "overlays/example/site-volume.yaml")
    (volume,) = patch["spec"]["template"]["spec"]["volumes"]
    for item in volume["configMap"]["items"]:
        file = tmp_path / item["path"]
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(config["data"][item["key"]])
    site = load_site(tmp_path)
    assert site.mappings is not None
    assert site.site.clients


def test_nothing_but_the_example_holds_a_secret():
    for one in base():
        assert one["kind"] != "Secret" or "change-me" in str(one)

"""The manifests against the schemas of Kubernetes, and against the program that they run."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from cds_service.site.folder import load_site
from tests.deploy.front import make_certificate
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
from tests.deploy.programs import need

VALIDATE = Path(sys.executable).with_name("kubernetes-validate")
VERSION = "1.32.0"
POD_MAY = {"runAsNonRoot": True, "seccompProfile": {"type": "RuntimeDefault"}}
CONTAINER_MAY = {
    "allowPrivilegeEscalation": False,
    "readOnlyRootFilesystem": True,
    "capabilities": {"drop": ["ALL"]},
}
GATEWAY = "gateway.networking.k8s.io"
PATH = re.compile(r"(?:^|=)(/[^?&]+)")
FOLDERS = ["base", "overlays/example", "overlays/gateway"]
FRONT = {"app.kubernetes.io/component": "front"}
SCRIPT = DEPLOY / "nginx/in-kubernetes.sh"
PODS = list(pods())
CONTAINERS = [
    container
    for pod in PODS
    for container in (
        *pod["spec"].get("initContainers", ()),
        *pod["spec"]["containers"],
    )
]


def check_schema(path):
    command = [VALIDATE, "--strict", "-k", VERSION, path]
    found = subprocess.run(command, capture_output=True, text=True, check=False)
    assert found.returncode == 0, found.stdout + found.stderr


@pytest.mark.parametrize("path", whole_files(), ids=lambda one: one.stem)
def test_every_manifest_follows_the_schema(path):
    check_schema(path)


@pytest.mark.parametrize("folder", FOLDERS)
def test_what_kustomize_makes_follows_the_schema(folder, tmp_path):
    made = yaml.safe_load_all(built(folder))
    of_kubernetes = [one for one in made if not one["apiVersion"].startswith(GATEWAY)]
    (tmp_path / "whole.yaml").write_text(yaml.safe_dump_all(of_kubernetes))
    check_schema(tmp_path / "whole.yaml")


def test_every_file_is_in_use():
    for folder in FOLDERS:
        (kustomization,) = objects_in(KUBERNETES / folder / "kustomization.yaml")
        named = set(kustomization["resources"]) | {
            one["path"] for one in kustomization.get("patches", ())
        }
        there = {path.name for path in (KUBERNETES / folder).glob("*.yaml")} - {
            "kustomization.yaml"
        }
        assert there - named == ({"secret.example.yaml"} if folder == "base" else set())


def test_no_pod_may_do_more_than_the_restricted_standard_allows():
    assert len(PODS) == 6
    for pod in PODS:
        assert pod["spec"]["securityContext"].items() >= POD_MAY.items()
        assert pod["spec"]["automountServiceAccountToken"] is False
    for container in CONTAINERS:
        assert container["securityContext"].items() >= CONTAINER_MAY.items()
        assert {"memory"} <= set(container["resources"]["limits"])
        assert {"cpu", "memory"} <= set(container["resources"]["requests"])


def test_the_user_is_that_of_the_image():
    assert {pod["spec"]["securityContext"]["runAsUser"] for pod in PODS} == {10001}
    assert "USER 10001:10001" in (DEPLOY / "Dockerfile").read_text()


def test_everything_that_a_pod_names_is_there():
    secrets = {one["metadata"]["name"]: one["stringData"] for one in of_kind("Secret")}
    maps = {one["metadata"]["name"]: one["data"] for one in of_kind("ConfigMap")}
    made = {"kyphoplasty-cds-site", "kyphoplasty-cds-front"}
    for container in CONTAINERS:
        for one in container.get("env", ()):
            if "value" in one:
                continue
            kind, wanted = next(iter(one["valueFrom"].items()))
            held = secrets if kind == "secretKeyRef" else maps
            assert wanted["key"] in held[wanted["name"]]
        named = {one["configMapRef"]["name"] for one in container.get("envFrom", ())}
        assert named <= maps.keys() | made
    for pod in PODS:
        volumes = pod["spec"].get("volumes", ())
        wanted = [one["secret"] for one in volumes if "secret" in one]
        assert {one["secretName"] for one in wanted} <= secrets.keys()
        for one in wanted:
            keys = {item["key"] for item in one.get("items", ())}
            assert keys <= secrets[one["secretName"]].keys()
        mounts = pod["spec"]["containers"][0].get("volumeMounts", ())
        assert {one["name"] for one in mounts} == {one["name"] for one in volumes}


# Only these sign: elsewhere the key is no more than a name.
SIGNING = ("serve", "checkpoint")


@pytest.mark.parametrize(
    "container",
    [one for one in CONTAINERS if one["image"] == "kyphoplasty-cds"],
    ids=lambda one: one["name"],
)
def test_every_path_in_the_settings_of_a_pod_is_mounted(container):
    maps = {one["metadata"]["name"]: one["data"] for one in of_kind("ConfigMap")}
    named = [one["configMapRef"]["name"] for one in container.get("envFrom", ())]
    settings = {name: value for one in named for name, value in maps[one].items()}
    settings |= {
        one["name"]: one["value"] for one in container.get("env", ()) if "value" in one
    }
    if not set(SIGNING) & set(container["args"]):
        settings.pop("KYPHOPLASTY_CDS_AUDIT_KEY", None)
    # A setting is a path, or an address that names one (`sslrootcert=/etc/…`).
    paths = {path for value in settings.values() for path in PATH.findall(value)}
    mounts = [one["mountPath"] for one in container["volumeMounts"]]
    assert paths
    for path in paths:
        assert any(path == one or path.startswith(f"{one}/") for one in mounts), path


def test_every_selector_finds_pods():
    labels = [pod["metadata"]["labels"].items() for pod in PODS]
    selectors = [one["spec"]["selector"] for one in of_kind("Service")]
    selectors += [
        one["spec"]["podSelector"]["matchLabels"] for one in of_kind("NetworkPolicy")
    ]
    selectors += [
        one["spec"]["selector"]["matchLabels"] for one in of_kind("PodDisruptionBudget")
    ]
    assert len(selectors) == 7
    for selector in selectors:
        assert any(selector.items() <= one for one in labels), selector


def test_two_replicas_at_least_of_which_one_always_stays():
    (scaling,) = of_kind("HorizontalPodAutoscaler")
    (front,) = (
        one
        for one in of_kind("Deployment")
        if one["spec"]["selector"]["matchLabels"] == FRONT
    )
    stay = {
        one["metadata"]["name"]: one["spec"]["minAvailable"]
        for one in of_kind("PodDisruptionBudget")
    }
    assert 0 < stay["kyphoplasty-cds"] < scaling["spec"]["minReplicas"]
    assert 0 < stay["kyphoplasty-cds-front"] < front["spec"]["replicas"]


def test_the_namespace_is_the_sites():
    assert [one for one in base() if one["kind"] == "Namespace"] == []
    assert [one for one in base() if "namespace" in one["metadata"]] == []


# --- the way in


def test_nothing_but_nginx_reaches_a_replica():
    (policy,) = (
        one
        for one in of_kind("NetworkPolicy")
        if one["spec"]["podSelector"]["matchLabels"]
        == {"app.kubernetes.io/component": "service"}
    )
    (rule,) = policy["spec"]["ingress"]
    assert rule["from"] == [{"podSelector": {"matchLabels": FRONT}}]
    outside = [one for one in of_kind("Service") if "clusterIP" not in one["spec"]]
    assert [one["spec"]["selector"] for one in outside] == [FRONT]


def in_cluster(folder, resolv, url="https://cds.hospital.example"):
    """nginx.conf as the init container writes it."""
    (folder / "resolv.conf").write_text(resolv)
    conf = DEPLOY / "nginx/nginx.conf"
    command = ["sh", SCRIPT, conf, folder / "resolv.conf", url]
    return subprocess.run(command, capture_output=True, text=True, check=False)


IN_CLUSTER = "search cds.svc.cluster.local svc.cluster.local\nnameserver {}\n"


@pytest.mark.parametrize(
    ("server", "resolver"), [("10.96.0.10", "10.96.0.10"), ("fd00::a", "[fd00::a]")]
)
def test_nginx_finds_the_replicas_by_the_name_of_their_service(
    tmp_path, server, resolver
):
    written = in_cluster(tmp_path, IN_CLUSTER.format(server))
    assert written.returncode == 0, written.stderr
    (pods_of_service,) = (
        one["metadata"]["name"]
        for one in of_kind("Service")
        if one["spec"].get("clusterIP") == "None"
    )
    line = f"server {pods_of_service}.cds.svc.cluster.local:8080 resolve max_fails=0"
    assert line in written.stdout
    assert f"resolver {resolver} valid=5s;" in written.stdout
    assert "cds-1" not in written.stdout
    assert "cds.example.org" not in written.stdout


def test_nginx_takes_what_is_written_for_a_cluster(tmp_path):
    """Debian's nginx is older than `resolve`: all but that."""
    need("nginx")
    tls = make_certificate(tmp_path)
    text = in_cluster(tmp_path, IN_CLUSTER.format("127.0.0.1")).stdout
    for old, new in (
        ("    resolver 127.0.0.1 valid=5s;\n", ""),
        ("kyphoplasty-cds-pods.cds.svc.cluster.local:8080 resolve", "127.0.0.1:8081"),
        ("/etc/nginx/tls/cds.pem", str(tls[0])),
        ("/etc/nginx/tls/cds.key", str(tls[1])),
        ("/run/", f"{tmp_path}/"),
        ("/var/cache/", f"{tmp_path}/"),
    ):
        assert old in text
        text = text.replace(old, new)
    (tmp_path / "nginx.conf").write_text(text)
    command = ["nginx", "-t", "-q", "-c", tmp_path / "nginx.conf"]
    found = subprocess.run(command, capture_output=True, text=True, check=False)
    assert found.returncode == 0, found.stderr


@pytest.mark.parametrize(
    ("resolv", "url"),
    [
        ("", "https://cds.hospital.example"),
        ("nameserver 10.96.0.10\n", "https://cds.hospital.example"),
        (IN_CLUSTER.format("10.96.0.10"), "https://a b/"),
        (IN_CLUSTER.format("10.96.0.10"), "https://a;b/"),
    ],
)
def test_a_pod_without_names_does_not_start(tmp_path, resolv, url):
    written = in_cluster(tmp_path, resolv, url)
    assert (written.returncode, written.stdout) == (1, "")


def test_a_configuration_without_the_places_is_refused(tmp_path):
    (tmp_path / "resolv.conf").write_text(IN_CLUSTER.format("10.96.0.10"))
    changed = tmp_path / "nginx.conf"
    text = (DEPLOY / "nginx/nginx.conf").read_text()
    changed.write_text(text.replace("server cds-1:8080", "server one:8080"))
    resolv = tmp_path / "resolv.conf"
    command = ["sh", SCRIPT, changed, resolv, "https://cds.hospital.example"]
    found = subprocess.run(command, capture_output=True, text=True, check=False)
    assert found.returncode == 1
    assert "resolve" in found.stderr


def test_a_gateway_passes_tls_to_nginx():
    made = list(yaml.safe_load_all(built("overlays/gateway")))
    (route,) = (one for one in made if one["kind"] == "TLSRoute")
    (target,) = route["spec"]["rules"][0]["backendRefs"]
    (service,) = (
        one
        for one in made
        if one["kind"] == "Service" and one["metadata"]["name"] == target["name"]
    )
    assert service["spec"]["type"] == "ClusterIP"
    assert target["port"] in [one["port"] for one in service["spec"]["ports"]]
    (settings,) = (
        one
        for one in made
        if one["kind"] == "ConfigMap"
        and one["metadata"]["name"] == "kyphoplasty-cds-settings"
    )
    (name,) = route["spec"]["hostnames"]
    assert settings["data"]["KYPHOPLASTY_CDS_PUBLIC_URL"] == f"https://{name}"


def test_only_migration_and_purge_are_the_owner():
    owners = {
        container["name"]
        for container in CONTAINERS
        if any(
            "owner" in str(one)
            for one in (*container.get("env", ()), *container.get("envFrom", ()))
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

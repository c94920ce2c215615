"""F41: two replicas on one log, one with an older study.

Each answers with its own, and its entry says which.
"""

import json
import re
import shutil
import tomllib
from uuid import uuid4

from cds_service.audit.verification.walk import verify_log
from tests.audit_builders import rows_of
from tests.chart_builders import by_topic, model
from tests.deploy.ehr import fresh_token
from tests.deploy.locked import ROOT
from tests.live_service import DISCOVERY
from tests.signings import signing

STUDY = "sarcopenia-pvm-2022"


def older_code(folder):
    """The program as it was before its newest study got its version."""
    for name in ("cds_service", "hooks", "mappings"):
        shutil.copytree(
            ROOT / name,
            folder / name,
            ignore=shutil.ignore_patterns("__pycache__", "_data"),
        )
    study = folder / f"cds_service/studies/{STUDY}.toml"
    new = f'version = "{tomllib.loads(study.read_text())["version"]}"'
    assert study.read_text().count(new) == 1
    study.write_text(study.read_text().replace(new, 'version = "0.9.0"'))
    return folder


def version_in(answer):
    return model(by_topic(answer["cards"]), STUDY)["modelVersion"]


def versions_in_entry(url, number):
    (body,) = rows_of(
        url,
        "SELECT p.body FROM audit_payload p JOIN audit_search s ON s.sequence = p.sequence"
        f" WHERE s.hook_instance = '{number}'",
    )[0]
    content = json.loads(body)["content"]
    return content["models"][STUDY]["version"], content["digests"]["studies"]


def counted_in_force(replica):
    """What alert ReplicasDiffer compares."""
    lines = replica.send("GET", "/metrics").text
    return set(
        re.findall(
            r'kyphoplasty_cds_in_force\{digest="(\w+)",part="studies"\} 1', lines
        )
    )


def test_each_replica_answers_with_its_own_studies_and_says_so_in_the_log(
    replicas, tmp_path
):
    older = replicas.start_other(older_code(tmp_path / "older"))
    newer = replicas.all[3]
    service, *_ = newer.send("GET", DISCOVERY).json()["services"]
    digests = {}
    for replica, version in ((older, "0.9.0"), (newer, "1.0.0"), (older, "0.9.0")):
        number = str(uuid4())
        answer = replica.call(
            signing("p1", service["prefetch"], hookInstance=number), fresh_token()
        )
        assert answer.status == 200
        assert version_in(answer.json()) == version
        in_force = replica.send("GET", "/health/ready").json()["digests"]["studies"]
        assert counted_in_force(replica) == {in_force[:12]}
        assert versions_in_entry(replicas.database_url, number) == (version, in_force)
        digests[version] = in_force
    assert len(set(digests.values())) == 2
    assert verify_log(replicas.database_url).is_whole

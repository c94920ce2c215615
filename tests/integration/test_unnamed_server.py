"""A call that names no server is of the only one that the site lists for its EHR."""

import pytest

from cds_service.loading import load_service
from cds_service.site.folder import load_site
from tests.chart_builders import (
    HOOK,
    Asked,
    kyphoplasty,
    measured,
    order_sign,
    patient,
    quiet_lists,
)
from tests.client_tokens import Signer, client_of, key_set, site_folder
from tests.signings import searchset

KEY, BASE = Signer(), "http://127.0.0.1:8080"
PATH = f"/cds-services/{HOOK}"
OURS, THEIRS = "https://ehr.example.org/fhir", "https://other.example.net/fhir"


@pytest.fixture(scope="module")
def asked(tmp_path_factory):
    """The service of a hospital whose EHR has one FHIR server."""
    client = client_of(f'fhir-servers = ["{OURS}"]')
    folder = site_folder(tmp_path_factory.mktemp("site"), client)
    (folder / "keys.json").write_bytes(key_set(KEY))
    site = load_site(folder)
    return Asked(load_service(site), site=site)


def said(asked, subject):
    """The answer, with a low T-score of this subject in the prefetch."""
    low = measured("bmd-t-score", -4.4, number="f3") | {
        "subject": {"reference": subject}
    }
    body = order_sign((patient(), *quiet_lists()), kyphoplasty())
    body["prefetch"]["boneDensity"] = searchset(low)
    headers = {"Authorization": f"Bearer {KEY.token(BASE + PATH)}"}
    reply = asked.client.post(PATH, json=body, headers=headers)
    assert reply.status_code == 200, reply.text
    return str(reply.json["cards"])


@pytest.mark.parametrize("subject", ["Patient/pat-1", f"{OURS}/Patient/pat-1"])
def test_what_is_of_its_own_server_counts(asked, subject):
    assert "T −4.4" in said(asked, subject)


def test_a_patient_of_another_server_with_the_same_id_is_another(asked):
    answer = said(asked, f"{THEIRS}/Patient/pat-1")
    assert "T −4.4" not in answer
    assert "left out" in answer

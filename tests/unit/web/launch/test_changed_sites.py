"""A launch ends where the site no longer lets its EHR or its server launch."""

import pytest

from tests.launch_desk import HU, SITE, LaunchDesk
from tests.stub_ehr import StubEhr
from tests.unit.web.launch.conftest import person

COOKIE = "kyphoplasty-cds-launch"


@pytest.fixture
def other():
    """Another FHIR server with a person of the same id."""
    with StubEhr(person("p1")) as found:
        yield found


@pytest.mark.parametrize("changed", ["server", "EHR"])
def test_a_launch_ends_with_the_permission_of_the_site(
    changed, clinician, ehr, other, tmp_path
):
    place = clinician.launch("p1")
    secret = clinician.client.get_cookie(COOKIE, path=place).value
    clinician.desk.close()
    if changed == "server":
        desk = LaunchDesk(tmp_path, other)
    else:
        template = SITE.replace("ehr.example.org", "ehr2.example.org")
        desk = LaunchDesk(tmp_path, ehr, template=template)
    client = desk.app.test_client()
    client.set_cookie(COOKIE, secret, path=place)
    ehr.asked.clear()
    opened, posted = client.get(place), client.post(place, data=HU)
    desk.close()
    assert opened.status_code == posted.status_code == 403
    assert "Family-of-p1" not in opened.text + posted.text
    assert 'value="40"' in posted.text, "what was typed stays, to copy"
    assert [one for one in ehr.asked if "Patient" in str(one)] == []

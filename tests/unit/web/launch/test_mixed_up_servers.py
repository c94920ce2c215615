"""A hostile EHR of the site gets no code of another one (RFC 9700, 4.4)."""

from urllib.parse import parse_qs, urlencode, urlsplit

from tests.launch_desk import Clinician, LaunchDesk
from tests.stub_ehr import LAUNCH, StubEhr

PATIENT = {
    "resourceType": "Patient",
    "id": "p1",
    "gender": "female",
    "birthDate": "1950-01-01",
}
SECOND = """
[[clients]]
issuer = "https://other-ehr.example.org"
jwks-url = "http://127.0.0.1:9/keys"
fhir-servers = ["{base}"]
[clients.worksheet]
client-id = "kyphoplasty-cds"
"""


def test_the_code_of_one_ehr_is_never_sent_to_another(tmp_path):
    hostile, honest = StubEhr(PATIENT), StubEhr(PATIENT)
    caught = []
    hostile.redeem = lambda form, _authorization: caught.append(form)
    desk = LaunchDesk(tmp_path, hostile, SECOND.format(base=honest.base))
    clinician = Clinician(desk)
    away = clinician.set_out(iss=hostile.base).headers["Location"]
    asked = {name: one for name, (one,) in parse_qs(urlsplit(away).query).items()}

    # The honest EHR sends the browser to an address that is registered with it alone.
    registered = asked["redirect_uri"].replace(
        hostile.base.partition("//")[2], honest.base.partition("//")[2]
    )
    asked |= {"aud": honest.base, "launch": LAUNCH, "redirect_uri": registered}
    back = honest.browse(f"{honest.issuer}/authorize?{urlencode(asked)}")

    assert clinician.come_back(back).status_code == 403
    assert caught == []
    assert Clinician(desk).set_out(iss=honest.base).status_code == 303

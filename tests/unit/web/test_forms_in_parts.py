"""A form sent in parts, of which one may lack a name, is refused and not a fault."""

import pytest

from tests.chart_builders import application

NAMELESS = b"--x\r\nContent-Disposition: form-data\r\n\r\na\r\n--x--\r\n"
PAGES = ["/audit/login", "/audit/export", "/audit/none", "/worksheet", "/basis/none"]
KINDS = ["multipart/form-data", "Multipart/Form-Data", "multipart/mixed"]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("page", PAGES)
def test_a_form_in_parts_is_refused(page, kind):
    answer = application().client.post(
        page, data=NAMELESS, content_type=f"{kind}; boundary=x"
    )
    assert answer.status_code == 400


def test_a_form_as_browsers_send_it_is_read():
    answer = application().client.post("/worksheet", data={"body": "18"})
    assert answer.status_code == 200


def test_a_signing_in_parts_is_no_json():
    answer = application().client.post(
        "/cds-services/kyphoplasty-order-sign",
        data=NAMELESS,
        content_type="multipart/form-data; boundary=x",
    )
    assert answer.status_code == 415

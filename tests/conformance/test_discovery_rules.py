"""CH-01 to CH-13: what discovery says, and the prefetch templates in it."""

import re

import pytest

from tests.card_rules import nodes
from tests.live_service import DISCOVERY
from tests.signings import order_sign

SERVICE_MEMBERS = {
    *(
        "hook",
        "title",
        "description",
        "id",
        "prefetch",
        "usageRequirements",
        "version",
        "hookVersion",
        "extension",
    )
}
SEMVER = re.compile(
    r"(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)(-[0-9A-Za-z.-]+)?(\+[0-9A-Za-z.-]+)?"
)
READ = re.compile(r"[A-Z][A-Za-z]+/(\{\{[^{}]+\}\}|[A-Za-z0-9.\-]{1,64})")
SEARCH = re.compile(r"[A-Z][A-Za-z]+\?\S+")
TOKEN = re.compile(r"\{\{(.*?)\}\}")
TOKENS_OF_ORDER_SIGN = {
    *("context.userId", "context.patientId", "context.encounterId"),
    *(
        "userPractitionerId",
        "userPractitionerRoleId",
        "userPatientId",
        "userRelatedPersonId",
    ),
}
# Kinds of the R4 search parameters that a template may use (hl7.org/fhir/R4, search
# parameters of each type).
PARAMETERS = {
    **dict.fromkeys(("patient", "subject", "encounter"), "reference"),
    **dict.fromkeys(("code", "status", "category", "clinical-status", "_id"), "token"),
    "date": "date",
}


def parameters_of(template: str) -> list[tuple[str, str]]:
    query = template.partition("?")[2]
    return [
        (name, value)
        for name, _, value in (part.partition("=") for part in query.split("&") if part)
    ]


@pytest.fixture
def searches(templates):
    return {
        key: parameters_of(template)
        for key, template in templates.items()
        if "?" in template
    }


@pytest.fixture
def document(service):
    return service.send("GET", DISCOVERY).json()


def test_ch_01_discovery_answers_200_with_an_object_that_holds_an_array_of_services(
    service, document
):
    reply = service.send("GET", DISCOVERY)
    assert (reply.status, reply.media_type) == (200, "application/json")
    assert isinstance(document, dict)
    assert isinstance(document["services"], list)
    assert document["services"]


def test_ch_02_every_service_names_its_hook_its_id_and_what_it_does(entry):
    assert all(
        isinstance(entry[name], str) and entry[name].strip()
        for name in ("hook", "description", "id")
    )


def test_ch_03_every_service_has_a_title(entry):
    assert isinstance(entry["title"], str)
    assert entry["title"].strip()


def test_ch_04_nothing_in_discovery_is_null_or_empty(document):
    assert [
        path
        for path, value in nodes(document)
        if value is None or value in ("", [], {})
    ] == []


def test_ch_05_every_listed_service_can_be_called_at_its_id(service, document):
    for one in document["services"]:
        body = order_sign() | {"hook": one["hook"]}
        body["context"]["encounterId"] = "enc-1"
        body["prefetch"] = dict.fromkeys(one["prefetch"])
        assert service.post(body, f"{DISCOVERY}/{one['id']}").status == 200


def test_ch_06_each_id_stands_once_and_is_one_plain_segment_of_a_url(document):
    ids = [one["id"] for one in document["services"]]
    assert len(set(ids)) == len(ids)
    assert all(re.fullmatch(r"[a-z0-9-]+", one) for one in ids)


def test_ch_07_the_version_is_a_semver_string_and_a_hook_version_is_the_one_of_the_hook_page(
    entry,
):
    assert SEMVER.fullmatch(entry["version"])
    assert entry["hookVersion"] == "1.0"


def test_ch_08_discovery_has_no_members_of_its_own_outside_extension(document):
    assert document.keys() <= {"services", "extension"}
    for one in document["services"]:
        assert one.keys() <= SERVICE_MEMBERS
        assert all("." in name for name in one.get("extension", {}))


def test_ch_09_every_template_is_a_relative_read_or_a_search_of_one_type(templates):
    assert templates
    for key, template in templates.items():
        assert READ.fullmatch(template) or SEARCH.fullmatch(template), key
        assert not template.startswith(("/", "http")), key


def test_ch_10_templates_use_only_tokens_that_every_client_of_the_hook_can_fill(
    templates,
):
    for key, template in templates.items():
        assert set(TOKEN.findall(template)) <= TOKENS_OF_ORDER_SIGN, key
        assert "{" not in TOKEN.sub("", template), key


def test_ch_11_searches_stay_in_the_subset_of_parameters_that_ehrs_support(searches):
    for key, parameters in searches.items():
        for name, value in parameters:
            if name in ("_count", "_sort"):
                continue
            base, _, modifier = name.partition(":")
            assert modifier in ("", "in"), (key, name)
            assert base in PARAMETERS, (key, name)
            if PARAMETERS[base] == "date":
                assert re.match(
                    r"(eq|lt|gt|ge|le)?\d{4}|(eq|lt|gt|ge|le)?\{\{", value
                ), (key, value)
            assert value, (key, name)


def test_ch_12_searches_sort_by_newest_first_and_repeat_no_parameter(searches):
    for key, parameters in searches.items():
        names = [name for name, _ in parameters]
        assert len(set(names)) == len(names), key
        assert "_maxresults" not in names, key
        assert all(value == "-date" for name, value in parameters if name == "_sort"), (
            key
        )
        assert all(
            value.isdecimal() and int(value) > 0
            for name, value in parameters
            if name == "_count"
        ), key


def test_ch_13_no_template_depends_on_another_or_on_a_path_into_the_context(templates):
    for key, template in templates.items():
        for token in TOKEN.findall(template):
            # no %key, no function, no `|`
            assert re.fullmatch(r"[A-Za-z]+(\.[A-Za-z]+)?", token), (key, token)

"""Field types of `site.toml`, and the base of its tables."""

import re
from pathlib import PurePath
from typing import Annotated
from zoneinfo import available_timezones

from pydantic import AfterValidator, ConfigDict, Field, Strict, StringConstraints

from cds_service.core.data_file import DataTable
from cds_service.outgoing.address import parse_address, parse_base
from cds_service.outgoing.deadline import LEAST_SECONDS

Text = Annotated[str, StringConstraints(min_length=1)]
YesNo = Annotated[bool, Strict()]
Seconds = Annotated[
    float, Strict(), Field(ge=LEAST_SECONDS, le=120, allow_inf_nan=False)
]
# Names in the list of time zones that are no place, or this machine's setting.
NO_ZONES = frozenset({"localtime", "Factory"})


def _origin(value: str) -> str:
    address = parse_address(value)
    if address.segments or address.query or value.endswith("/"):
        raise ValueError(
            "an origin is scheme, host and port alone, https://ehr.example.org"
        )
    return address.url


def _time_zone(value: str) -> str:
    if value not in available_timezones() - NO_ZONES:
        raise ValueError("is no name of the IANA time zones, such as Europe/Berlin")
    return value


TimeZone = Annotated[str, AfterValidator(_time_zone)]
Origin = Annotated[str, AfterValidator(_origin)]
FhirBase = Annotated[str, AfterValidator(lambda value: parse_base(value).url)]


def _whole(value: str) -> str:
    if "*" in value:
        raise ValueError("is compared letter by letter: no wildcard (*)")
    return value


# Compared as a whole with what a token or a call names.
Whole = Annotated[Text, AfterValidator(_whole)]


def _resource_type(value: str) -> str:
    if not re.fullmatch("[A-Z][A-Za-z]+", value):
        raise ValueError("is no resource type of FHIR, such as ServiceRequest")
    return value


ResourceType = Annotated[str, AfterValidator(_resource_type)]


def _url(value: str) -> str:
    """Check a URL, and keep it as written: a slash at its end may matter."""
    parse_address(value)
    return value


Url = Annotated[str, AfterValidator(_url)]


def _in_folder(value: str) -> str:
    path = PurePath(value)
    if path.is_absolute() or ".." in path.parts:
        raise ValueError("names a file outside the site folder: copy it there")
    return value


# A file in the site folder, or in a folder of it.
FileOfSite = Annotated[Text, AfterValidator(_in_folder)]


class SiteTable(DataTable):
    """A table of `site.toml`; no error message repeats a value."""

    model_config = ConfigDict(hide_input_in_errors=True)

"""The address that asks a FHIR server for an export of what we read and nothing else."""

from urllib.parse import parse_qs, quote, urlencode

from cds_service.population.bulk import SHARED
from cds_service.population.worklist import VISITS
from cds_service.service import Service


def export_address(base: str, service: Service, *, with_worklist: bool = False) -> str:
    """`$export` with `_type`, and `_typeFilter` for Observations of our codes (FHIR Bulk Data Access 2.0).

    Args:
        base: of the server: all its patients; or a Group on it (`…/Group/12`): that group's.
        service: all that is in force, with the site's codes.
        with_worklist: what the worklist reads besides, too.
    """
    hook = next(iter(service.hooks.values()))
    templates = hook.plan.needed.templates
    visits = sorted(VISITS) if with_worklist else ()
    types = dict.fromkeys([*(one.resource_type for one in templates), *sorted(SHARED), *visits])
    queries = (parse_qs(one.text.partition("?")[2]) for one in templates if one.resource_type == "Observation")
    codes = dict.fromkeys(code for query in queries for codes in query["code"] for code in codes.split(","))
    whose = "" if base.split("/")[-2:-1] == ["Group"] else "/Patient"
    asked = {"_type": ",".join(types), "_typeFilter": f"Observation?{urlencode({'code': ','.join(codes)})}"}
    return f"{base}{whose}/$export?{urlencode(asked, quote_via=quote)}"

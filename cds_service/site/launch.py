"""`[clients.worksheet]` of `site.toml`: the worksheet's registration as a SMART app."""

from cds_service.site.fields import SiteTable, YesNo
from cds_service.site.profiles import Writes
from cds_service.site.review import ClientId, LoginServer, SecretFile


class WorksheetLaunch(SiteTable):
    """Our registration; each of the EHR's `fhir-servers` may launch the worksheet.

    Attributes:
        client_id: id of the worksheet at this EHR's authorization server.
        client_secret_file: name of a file in the site folder; None for a public
            client, which PKCE alone protects.
        servers: origins that a FHIR server's SMART configuration may name besides its
            own.
        writes: the FHIR server takes several values as one transaction, or one at a
            time; None as its profile says.
        in_cards: cards link to it, so the EHR must be able to launch a link of type
            `smart`.
    """

    client_id: ClientId
    client_secret_file: SecretFile | None = None
    servers: tuple[LoginServer, ...] = ()
    writes: Writes | None = None
    in_cards: YesNo = False

"""`python -m cds_service.samples [PORT]`: a record server until Ctrl-C.

Its hospital has codes that are all its own.
"""

import sys
import threading
from datetime import UTC, datetime

from cds_service.samples import load_hospital
from cds_service.samples.fhir_server import start_fhir_server

port = int(sys.argv[1]) if sys.argv[1:] else 0
with start_fhir_server(load_hospital(datetime.now(UTC).date()), port=port) as server:
    if port and f":{port}/" not in server.url:
        sys.exit(
            f"error: port {port} is taken: stop what runs there (a kept demo does),"
            " or name another"
        )
    print(server.url, flush=True)  # noqa: T201 - a command speaks
    threading.Event().wait()

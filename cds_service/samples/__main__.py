"""`python -m cds_service.samples [PORT]`: the record server of a hospital whose codes are all its own, until Ctrl-C."""

from __future__ import annotations

import sys
import threading
from datetime import UTC, datetime

from cds_service.samples import load_hospital
from cds_service.samples.fhir_server import start_fhir_server

with start_fhir_server(load_hospital(datetime.now(UTC).date()), port=int(sys.argv[1]) if sys.argv[1:] else 0) as server:
    print(server.url, flush=True)  # noqa: T201 - a command speaks
    threading.Event().wait()

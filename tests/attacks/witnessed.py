"""The command `kyphoplasty-cds` with a witness: every connection, name lookup and program start of it is noted.

    python witnessed.py FOLDER serve --port 0

Notes are lines of JSON in `FOLDER/witness.ndjson`, of this process and of all that it
forks. Names lead where
`FOLDER/names.json` says, and nowhere else: no case of the attack table asks a real name server.
"""

import ipaddress
import json
import os
import socket
import sys
from pathlib import Path
from typing import Any

WATCHED = {
    "socket.connect",
    "socket.getaddrinfo",
    "socket.gethostbyname",
    "socket.gethostbyaddr",
    "subprocess.Popen",
}
WATCHED |= {
    "os.system",
    "os.exec",
    "os.posix_spawn",
    "open",
    "urllib.Request",
    "sqlite3.connect",
}


def watch(folder: Path) -> None:
    """Note from now on; a hook of the interpreter cannot be taken away again."""
    notes = os.open(
        folder / "witness.ndjson", os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600
    )

    fault = folder / "fail.json"

    def note(event: str, arguments: tuple[Any, ...]) -> None:
        if event in WATCHED:
            told = (
                [str(one) for one in arguments]
                if event != "socket.connect"
                else _place(arguments[1])
            )
            os.write(
                notes, (json.dumps({"event": event, "arguments": told}) + "\n").encode()
            )
        if event == "socket.connect" and fault.exists():
            raise RuntimeError(json.loads(fault.read_text())["message"])

    sys.addaudithook(note)
    real = socket.getaddrinfo

    def look_up(host: Any, port: Any, *arguments: Any, **options: Any) -> Any:
        if host is None or _is_address(host):
            return real(host, port, *arguments, **options)
        note("socket.getaddrinfo", (host,))
        addresses = json.loads((folder / "names.json").read_text()).get(str(host), [])
        if not addresses:
            raise socket.gaierror(socket.EAI_NONAME, "unknown")
        families = [
            socket.AF_INET6 if ":" in one else socket.AF_INET for one in addresses
        ]
        return [
            (family, socket.SOCK_STREAM, 6, "", (address, port or 0))
            for family, address in zip(families, addresses, strict=True)
        ]

    socket.getaddrinfo = look_up  # type: ignore[assignment]


def _place(address: Any) -> list[str]:
    """`host`, `port` of a connection; the path of a local one."""
    return (
        [str(part) for part in address[:2]]
        if isinstance(address, tuple)
        else [str(address)]
    )


def _is_address(host: Any) -> bool:
    try:
        ipaddress.ip_address(str(host).partition("%")[0])
    except ValueError:
        return False
    return True


if __name__ == "__main__":
    watch(Path(sys.argv.pop(1)))
    from cds_service.cli import main

    main()

"""HealthChain in an environment of its own under .cache: it pins other versions than ours."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from tests.bench.running import ROOT

FOLDER = ROOT / ".cache" / "healthchain"
PACKAGES = ("healthchain==0.16.1", "granian==2.8.7")
APP_FOLDER = Path(__file__).parent


def peer_command(workers: int) -> tuple[str | Path, ...]:
    """How it is served; the environment is made at the first call.

    By granian, since `uvicorn --workers` delays every answer on a kept connection by 44 ms and would flatter us.

    Raises:
        OSError: it cannot be installed.
    """
    granian = FOLDER / "bin" / "granian"
    if not granian.exists():
        _install()
    return (
        granian,
        *("--interface", "asgi", "--workers", str(workers), "--host", "127.0.0.1", "--port", "PORT"),
        *("--no-access-log", "--log-level", "warning", "--working-dir", APP_FOLDER, "peer_app:app"),
    )


def _install() -> None:
    python = FOLDER / "bin" / "python"
    try:
        subprocess.run([sys.executable, "-m", "venv", FOLDER], check=True, capture_output=True)
        quiet = ("--quiet", "--disable-pip-version-check")
        subprocess.run([python, "-m", "pip", "install", *quiet, *PACKAGES], check=True, capture_output=True)
    except subprocess.CalledProcessError as error:
        last = error.stderr.decode(errors="replace").strip().splitlines()[-1:]
        raise OSError(f"HealthChain cannot be installed: {' '.join(last)}") from None

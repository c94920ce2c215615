"""The templates of the commands' pages, next to those of the service."""

from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

FOLDER = Path(__file__).parent
WEB = FOLDER.parent / "web"
TEMPLATES = Environment(
    loader=FileSystemLoader([FOLDER, WEB / "templates"]),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)

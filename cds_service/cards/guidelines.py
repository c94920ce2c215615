"""Guideline and trial lines next to the studies: `hooks/<service>/guidelines.toml`."""

from datetime import date
from typing import Literal

from cds_service.core.data_file import DataTable


class Guideline(DataTable):
    """One line, without effect sizes.

    Attributes:
        direction: for or against the recommendation that names it.
        read_on: when the source was read.
        owner: the role that answers for it.
        approved: when the owner last approved it.
        review_by: by when it must be reviewed again.
    """

    id: str
    statement: str
    citation: str
    doi: tuple[str, ...]
    region: str
    direction: Literal["supports", "against", "silent"]
    read_on: date
    owner: str
    approved: date
    review_by: date


class SourceView(DataTable):
    """One source's view of an act.

    Attributes:
        doi: empty if there is none.
    """

    say: str
    source: str
    doi: str = ""
    read_on: date


class Summary(DataTable):
    """For and against an act on which the sources disagree.

    Attributes:
        conclusion: what follows for the card, and what is policy.
        supports: sources in favour of the act.
        against: sources against it.
        silent: sources that leave it open.
    """

    id: str
    heading: str
    conclusion: str
    owner: str
    review_by: date
    supports: tuple[SourceView, ...]
    against: tuple[SourceView, ...]
    silent: tuple[SourceView, ...]


class GuidelineFile(DataTable):
    """All of `guidelines.toml`."""

    guidelines: tuple[Guideline, ...]
    summaries: tuple[Summary, ...] = ()

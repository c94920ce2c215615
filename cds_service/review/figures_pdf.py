"""The committee's figures as PDF: what the page shows, table by table.

Drawn by reportlab's own tables. Letters that its built-in fonts lack become question
marks.
"""

from collections.abc import Mapping, Sequence
from io import BytesIO
from xml.sax.saxutils import escape

from reportlab.lib import colors
from reportlab.lib.pagesizes import A4, landscape
from reportlab.lib.styles import getSampleStyleSheet
from reportlab.platypus import (
    Flowable,
    KeepTogether,
    LongTable,
    Paragraph,
    SimpleDocTemplate,
    Spacer,
    TableStyle,
)

from cds_service.review.small_counts import PageTable

STYLES = getSampleStyleSheet()
RULED = TableStyle(
    [
        ("ALIGN", (1, 0), (-1, -1), "RIGHT"),
        ("FONTSIZE", (0, 0), (-1, -1), 8),
        ("FONTNAME", (0, 0), (-1, 0), "Helvetica-Bold"),
        ("LINEBELOW", (0, 0), (-1, -1), 0.25, colors.grey),
        ("VALIGN", (0, 0), (-1, -1), "MIDDLE"),
        ("LEFTPADDING", (0, 0), (0, -1), 0),
    ]
)


def draw_figures(
    title: str, lines: Sequence[str], tables: Mapping[str, PageTable]
) -> bytes:
    """Draw the pages.

    Args:
        lines: above the tables: the period, and what is hidden.
        tables: by caption; the empty ones are left out.
    """
    document = BytesIO()
    paper = SimpleDocTemplate(
        document, pagesize=landscape(A4), title=title, lang="en", invariant=1
    )
    parts: list[Flowable] = [Paragraph(_plain(title), STYLES["Title"])]
    parts += [Paragraph(_plain(line), STYLES["BodyText"]) for line in lines if line]
    for caption, table in tables.items():
        if table.rows:
            heading = Paragraph(_plain(caption), STYLES["Heading3"])
            parts += [Spacer(1, 8), KeepTogether([heading, _table(table)])]
    paper.build(parts)
    return document.getvalue()


def _table(table: PageTable) -> LongTable:
    rows = [(table.title, *table.columns)]
    rows += [(label, *cells) for label, cells, _ in table.rows]
    if table.total:
        rows.append((table.total[0], *table.total[1]))
    texts = [[_letters(cell) for cell in row] for row in rows]
    return LongTable(texts, repeatRows=1, hAlign="LEFT", style=RULED)


def _plain(text: str) -> str:
    return escape(_letters(text))


def _letters(text: str) -> str:
    """Replace a thin space by a plain one, and letters that the fonts lack by `?`."""
    encoded = text.replace("\u202f", " ").encode("cp1252", "replace")
    return encoded.decode("cp1252")

"""Draw the page that a patient takes home as PDF: black on white, 18 point."""

from collections.abc import Sequence
from io import BytesIO

from reportlab.lib.enums import TA_LEFT
from reportlab.lib.pagesizes import A4, LETTER
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Paragraph

from cds_service.basis.handout_letters import is_unspaced
from cds_service.basis.links import Form

PAPERS = {"a4": A4, "letter": LETTER}
POINTS, LEADING, BETWEEN = 18, 27, 9  # the leading is 1.5 lines
SMALLEST = 14  # points, if a site's sentences would not fit one page
MARGIN = 20 * mm
LATIN, CHINESE = "Helvetica", "STSong-Light"


def draw_handout(
    sentences: Sequence[str], labels: tuple[str, str], language: str, form: Form
) -> bytes:
    """Draw the page.

    Args:
        labels: the words before the lines for name and date, which are filled in by
            hand.
        language: decides the font and where lines break.
        form: the paper.
    """
    file = BytesIO()
    paper = PAPERS.get(form, A4)
    canvas = Canvas(file, pagesize=paper, lang=language, invariant=1)
    font = _font(language)
    top = _draw_top(canvas, labels, font, paper)
    for size in range(POINTS, SMALLEST - 1, -1):
        placed = _lay_out(sentences, _style(language, font, size), paper[0])
        total = sum(height + BETWEEN for _, height in placed)
        if top - total >= MARGIN or size == SMALLEST:
            break
    y = top
    for paragraph, height in placed:
        # A site's own sentences may be too long even in the smallest type.
        if y - height < MARGIN:
            canvas.showPage()
            y = paper[1] - MARGIN
        y -= height
        paragraph.drawOn(canvas, MARGIN, y)
        y -= BETWEEN
    canvas.showPage()
    canvas.save()
    return file.getvalue()


def _font(language: str) -> str:
    if not is_unspaced(language):
        return LATIN
    # The reader's own font is used: Chinese fonts are larger than this package.
    pdfmetrics.registerFont(UnicodeCIDFont(CHINESE))
    return CHINESE


def _draw_top(
    canvas: Canvas, labels: tuple[str, str], font: str, paper: tuple[float, float]
) -> float:
    """Draw the lines for name and date, and return the height below them."""
    canvas.setFont(font, POINTS)
    y = paper[1] - MARGIN - POINTS
    middle = paper[0] * 0.6
    canvas.drawString(MARGIN, y, f"{labels[0]}:")
    canvas.drawString(middle, y, f"{labels[1]}:")
    width = pdfmetrics.stringWidth
    start = MARGIN + width(f"{labels[0]}: ", font, POINTS)
    canvas.line(start, y - 3, middle - 12, y - 3)
    start = middle + width(f"{labels[1]}: ", font, POINTS)
    canvas.line(start, y - 3, paper[0] - MARGIN, y - 3)
    return y - LEADING


def _style(language: str, font: str, size: int) -> ParagraphStyle:
    wrap = "CJK" if is_unspaced(language) else None
    return ParagraphStyle(
        "sentence",
        fontName=font,
        fontSize=size,
        leading=size * LEADING / POINTS,
        alignment=TA_LEFT,
        wordWrap=wrap,
    )


def _lay_out(
    sentences: Sequence[str], style: ParagraphStyle, width: float
) -> list[tuple[Paragraph, float]]:
    placed = []
    for sentence in sentences:
        paragraph = Paragraph(_escaped(sentence), style)
        _, height = paragraph.wrap(width - 2 * MARGIN, 10_000)
        placed.append((paragraph, height))
    return placed


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")

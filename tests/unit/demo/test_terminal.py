"""What a person sees: fits the window, reads without colour, and takes no orders from a record."""

import io
import json
from pathlib import Path

import pytest
from rich.cells import cell_len
from rich.console import Console

from cds_service.commands.terminal import make_console, print_response

GOOD = Path(__file__).parents[2] / "conformance" / "good_answer.json"
CARD = json.loads(GOOD.read_text(encoding="utf-8"))["cards"][0] | {
    "summary": "Refracture risk high: above 90 % in 12 months (study average 35 %). Not ordered yet: rehabilitation.",
    "detail": f"**Options**\n- **Rehabilitation:** {'up and walking the day of the procedure; ' * 4}\n- **Diet:** 15",
    "links": [
        {
            "label": "The study",
            "url": f"http://127.0.0.1:8080/models/{'x' * 120}",
            "type": "absolute",
        }
    ],
}


def printed(card, width=100, *, colour=False):
    console = Console(
        file=io.StringIO(),
        width=width,
        force_terminal=colour,
        highlight=False,
        markup=False,
        emoji=False,
    )
    print_response(console, {"cards": [card]})
    return console.file.getvalue()


@pytest.mark.parametrize("width", [100, 80, 40])
def test_no_line_is_wider_than_the_window(width):
    lines = printed(CARD, width).splitlines()
    assert max(cell_len(line) for line in lines) <= width


def test_piped_output_holds_no_escape_sequence_and_a_terminal_gets_colour():
    assert "\x1b" not in printed(CARD)
    assert "\x1b[" in printed(CARD, colour=True)


@pytest.mark.parametrize("element", ["summary", "detail", "indicator"])
def test_escape_sequences_of_a_record_do_not_reach_the_terminal(element):
    text = printed(CARD | {element: "x\x1b[31m\x9b1m\x07y\u202ez"})
    assert not {"\x1b", "\x9b", "\x07", "\u202e"} & set(text)


def test_an_output_that_knows_only_ascii_gets_question_marks_and_no_error():
    out = io.TextIOWrapper(io.BytesIO(), encoding="ascii")
    print_response(
        make_console(out),
        {"cards": [{"summary": "T −3.2", "indicator": "info", "detail": "- one"}]},
    )
    out.flush()
    assert b"T ?3.2" in out.buffer.getvalue()

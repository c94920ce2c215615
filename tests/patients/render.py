"""Each patient's cards as an order-entry popup shows them, one page a patient, for eyes that have not seen them.

python -m tests.patients.render DIR [--typical NUMBER]
"""

from argparse import ArgumentParser
from html import escape
from pathlib import Path
from typing import Any

from tests.generated_patients import Signing
from tests.patients.asking import cards_of
from tests.patients.charts import SIX, THIRTY, signing_of
from tests.patients.reading import MARKDOWN, count_words
from tests.patients.typical import typical_orders

PAGE = """<!doctype html><html lang="en"><meta charset="utf-8"><title>{title}</title>
<style>body{{font:15px/1.4 system-ui,sans-serif;background:#e8eaed;margin:0;padding:24px}}
main{{width:640px;margin:auto}}h1{{font-size:14px;font-weight:400;color:#555}}
article{{background:#fff;border-left:6px solid #3b73b9;border-radius:4px;padding:12px 18px;margin:0 0 14px}}
article.warning{{border-color:#c77700}}h2{{font-size:16px;margin:0 0 8px}}ul{{padding-left:20px;margin:8px 0}}
p{{margin:8px 0}}button{{font:inherit;padding:5px 12px;margin:6px 8px 0 0;border:1px solid #3b73b9;border-radius:4px;
background:#fff;color:#204a7d}}button.chosen{{background:#3b73b9;color:#fff}}
footer{{color:#777;font-size:12px;margin-top:8px}}</style>
<main><h1>{title}</h1>{cards}</main></html>
"""


def page_of(title: str, cards: list[dict[str, Any]]) -> str:
    """The popup of one answer; what is pre-selected is filled."""
    shown = "".join(map(_card, cards)) or "<p>No card.</p>"
    return PAGE.format(title=escape(title), cards=shown)


def _card(card: dict[str, Any]) -> str:
    buttons = "".join(
        f'<button class="{"chosen" if one["isRecommended"] else ""}">{escape(one["label"])}</button>'
        for one in card.get("suggestions", ())
    )
    links = " · ".join(escape(link["label"]) for link in card.get("links", ()))
    return (
        f'<article class="{card["indicator"]}"><h2>{escape(card["summary"])}</h2>'
        f"{MARKDOWN.render(card.get('detail', ''))}{buttons}"
        f"<footer>{card['indicator']} · {count_words(card)} words · {links}</footer></article>"
    )


def patients(typical: int) -> dict[str, tuple[str, Signing]]:
    """Name of the page → its title and the order."""
    return {
        **{f"p{one['number']}": (one["row"], signing_of(one)) for one in SIX},
        **{f"row-{one['number']:02}": (f"{one['number']}: {one['row']}", signing_of(one)) for one in THIRTY},
        **{f"typical-{number:03}": (f"Typical {number}", one) for number, one in enumerate(typical_orders(typical))},
    }


def main() -> None:
    parser = ArgumentParser(description="Cards as a popup shows them.")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--typical", type=int, default=30)
    asked = parser.parse_args()
    asked.folder.mkdir(parents=True, exist_ok=True)
    for name, (title, signing) in patients(asked.typical).items():
        page = page_of(title, cards_of(signing))
        asked.folder.joinpath(f"{name}.html").write_text(page, encoding="utf-8")


if __name__ == "__main__":
    main()

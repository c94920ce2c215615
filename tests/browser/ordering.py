"""Orders that are added on the sandbox page."""


def add_brace(page, *, end: str = "") -> None:
    page.get_by_label("Add an order").select_option("brace")
    page.get_by_label("Until").fill(end)
    page.get_by_role("button", name="Add", exact=True).click()


def add_kyphoplasty(page, *levels: str) -> None:
    page.get_by_label("Add an order").select_option("kyphoplasty")
    for level in ("L1", *levels):
        page.get_by_label(level, exact=True).set_checked(level in levels)
    page.get_by_role("button", name="Add", exact=True).click()

"""The worksheet in Chromium: wide and narrow, by keys alone, for a screen reader."""

from tests.browser.watching import axe_violations, every_screen, hard_to_read

VALUES = {"hu": "40", "psoas-right": "730", "psoas-left": "7.1", "age": "76"}


def filled(look, *screen, **options):
    page = look("/worksheet", *screen, **options)
    for name, value in VALUES.items():
        page.locator(f"#w-{name}").fill(value)
    page.locator("#w-sex").select_option("female")
    page.locator("#w-age").press("Enter")
    page.get_by_role("heading", name="Results").wait_for()
    return page


@every_screen
def test_the_form_with_its_results_fits_every_screen(look, width, scheme):
    page = filled(look, width, scheme, bypass_csp=True)  # for axe alone
    assert hard_to_read(page) == []
    assert axe_violations(page) == []


def test_a_mistake_is_said_at_its_field(look):
    field = filled(look).locator("#w-psoas-right")
    assert field.get_attribute("aria-invalid") == "true"
    fault = field.page.locator(f"#{field.get_attribute('aria-describedby')}")
    assert "730 mm² would be 7.3 cm²" in fault.inner_text()

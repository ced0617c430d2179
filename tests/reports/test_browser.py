"""The HTML report in Debian's Chromium, from a file and without a network."""

import csv

import pytest

from costlint.reports import render
from tests.reports.on_device import estimated
from tests.reports.sample import compared, counted, hostile, sample, with_ops

PAGES = {
    "device": lambda: sample(estimated()),
    "counted": lambda: sample(counted()),
    "several": sample,
    "compared": compared,
    "hostile": hostile,
    "resnet": lambda: with_ops(125),
    "large": lambda: with_ops(10_000),
}
AXE_RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


@pytest.fixture(scope="session")
def pages(tmp_path_factory):
    """The reports as files; each is made once."""
    folder = tmp_path_factory.mktemp("pages")
    for name, report in PAGES.items():
        (folder / f"{name}.html").write_text(render(report(), "html"), encoding="utf-8")
    return folder


@pytest.fixture
def visit(browser, pages):
    """`visit("device")` is the open page; what it logs, asks or fetches is a failure."""
    contexts, wrong = [], []

    def refuse(dialog):
        wrong.append(dialog.message)
        dialog.dismiss()

    def note(request):
        if not request.url.startswith(("file:", "blob:")):
            wrong.append(request.url)

    def go(name, fragment="", **options):
        context = browser.new_context(**options)
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda message: wrong.append(message.text))
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.on("dialog", refuse)
        page.on("request", note)
        page.goto((pages / f"{name}.html").as_uri() + fragment)
        return page

    yield go
    for context in contexts:
        context.close()
    assert wrong == []


@pytest.mark.parametrize("name", PAGES)
def test_loads_alone_and_in_order(name, visit):
    page = visit(name)
    page.wait_for_selector("html[data-ready]")
    assert page.locator("h1").count() == 1
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_hostile_names_stay_text(visit):
    page = visit("hostile")
    page.wait_for_selector("html[data-ready]")
    assert page.locator("img").count() == 0
    assert page.locator("script").count() == 3
    assert "\u202e" not in page.content()
    assert "\\u202e" in page.locator("h1").inner_text()


def test_sort_and_filter(visit):
    from playwright.sync_api import expect

    page = visit("large")
    expect(page.locator(".count")).to_contain_text("9,999 of 9,999 ops")
    assert page.locator(".ops tbody tr").count() < 60
    page.fill(".q", "features.77/")
    expect(page.locator(".count")).to_contain_text("6 of 9,999 ops")
    page.select_option(".c", "Element-wise")
    expect(page.locator(".count")).to_contain_text("3 of 9,999 ops")
    page.click("th button[data-k=name]")
    assert page.locator("th[aria-sort=ascending]").inner_text().startswith("Op")
    first = page.locator(".ops tbody tr").first.locator("td").first
    assert first.inner_text() == "/features/features.77/act.0/Clip"
    assert "q=features.77" in page.url


def test_scrolling_brings_the_last_op(visit):
    page = visit("large")
    page.locator("th button[data-k=name]").click()
    page.evaluate("document.querySelector('.tw').scrollTop = 1e9")
    page.locator(".ops td", has_text="/stem/conv/Conv").wait_for()


def test_links_into_the_page(visit):
    page = visit("device", "#f=" + "c3" * 16)
    page.wait_for_selector("html[data-ready]")
    finding = page.locator(f"[id='f={'c3' * 16}']")
    assert finding.get_attribute("open") is not None
    page = visit("device", "#m=0&q=conv.1&s=name")
    page.wait_for_selector("html[data-ready]")
    assert page.locator(".count").inner_text().startswith("2 of")
    assert page.locator("th[aria-sort=ascending]").inner_text().startswith("Op")


def test_an_op_of_a_finding_filters_the_table(visit):
    page = visit("device")
    page.locator("button[data-op]").first.click()
    assert page.locator(".count").inner_text().startswith("1 of")


def test_csv_download(visit, tmp_path):
    page = visit("device")
    with page.expect_download() as waiting:
        page.click(".csv")
    path = tmp_path / "ops.csv"
    waiting.value.save_as(path)
    rows = list(csv.DictReader(path.read_text(encoding="utf-8").splitlines()))
    ops = {op.name: op for op in estimated().ops}
    assert len(rows) == len(ops)
    assert all(int(row["macs"]) == ops[row["name"]].macs for row in rows)


@pytest.mark.parametrize("chart", ["roofline", "memory"])
def test_pointer_and_keys_name_the_op(chart, visit):
    page = visit("device")
    box = page.locator(f"[data-chart={chart}]")
    box.focus()
    page.keyboard.press("ArrowRight")
    assert "MMACs" in page.locator("#tip").inner_text()
    page.keyboard.press("Escape")
    assert page.locator("#tip").is_hidden()
    if chart == "memory":
        box.hover()
        assert "MB alive" in page.locator("#tip").inner_text()
        page.keyboard.press("Enter")
        assert page.locator(".count").inner_text().startswith("1 of")


def test_treemap_and_bars_tell_their_marks(visit):
    page = visit("device")
    page.locator(".tree [data-q]").last.hover()
    assert " op" in page.locator("#tip").inner_text()
    page.locator(".bars rect").first.hover()
    assert page.locator("#tip").inner_text().startswith("Predicted: Conv")


def test_theme_is_kept(visit):
    page = visit("device", color_scheme="light")
    page.click("#theme")
    page.reload()
    assert page.evaluate("document.documentElement.dataset.theme") == "dark"


def test_phone(visit):
    for name in ("device", "several", "compared", "counted"):
        page = visit(name, viewport={"width": 390, "height": 800})
        page.wait_for_selector("html[data-ready]")
        assert page.evaluate("document.documentElement.scrollWidth") == 390


def test_without_scripts_everything_is_readable(visit):
    page = visit("device", java_script_enabled=False)
    text = page.locator("body").inner_text()
    for wanted in ("G101", "10.84", "Scripts are off", "59:59 channels"):
        assert wanted in text
    assert page.locator("#theme").is_hidden()
    assert page.locator("svg.roofline path.pts").count() >= 1


def test_print_opens_everything(visit):
    page = visit("device")
    page.wait_for_selector("html[data-ready]")
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert page.locator("details.finding:not([open]), .clump:not([open])").count() == 0
    page.emulate_media(media="print")
    assert page.locator("#theme").is_hidden()
    assert page.pdf().startswith(b"%PDF")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", ["device", "counted", "several", "compared"])
def test_accessible(name, scheme, visit):
    from axe_playwright_python.sync_playwright import Axe

    page = visit(name, color_scheme=scheme, bypass_csp=True)
    page.wait_for_selector("html[data-ready]")
    page.evaluate("for (const d of document.querySelectorAll('details')) d.open = true")
    found = Axe().run(page, options={"runOnly": AXE_RULES})
    assert found.violations_count == 0, found.generate_report()


@pytest.mark.parametrize(("name", "limit"), [("resnet", 120_000), ("large", 1_500_000)])
def test_size(name, limit, pages):
    assert (pages / f"{name}.html").stat().st_size < limit

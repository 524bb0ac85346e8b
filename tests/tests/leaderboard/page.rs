//! A board of 256 made-up miners in a browser.

use anyhow::{Context, Result, ensure};
use axonry_http::Url;
use axonry_leaderboard::{Board, Leaderboard};
use serde_json::Value;
use tokio::net::TcpListener;

use crate::driver::Browser;
use crate::subnet;

/// How wide a small phone is.
const PHONE: u32 = 360;

/// The uids of the rows that are to be seen, in their order.
const SEEN: &str = "[...document.querySelectorAll('#rows > tr[data-uid]')]
    .filter((row) => row.checkVisibility()).map((row) => Number(row.dataset.uid))";

struct Shown {
    board: Board,
    browser: Browser,
    address: Url,
    _server: Leaderboard,
}

impl Shown {
    async fn start(test: &str) -> Result<Option<Self>> {
        let Some(browser) = Browser::start(test).await? else {
            return Ok(None);
        };
        let board = Board::new();
        board.publish(subnet::standings(60, 256))?;
        let server = Leaderboard::builder(board.clone());
        let server = server.serve(TcpListener::bind("127.0.0.1:0").await?)?;
        let address: Url = format!("http://{}/", server.address()).parse()?;
        browser.open(&address).await?;
        Ok(Some(Self {
            board,
            browser,
            address,
            _server: server,
        }))
    }

    async fn seen(&self) -> Result<Vec<u64>> {
        let seen = self.browser.read(SEEN).await?;
        let seen = seen.as_array().context("rows")?.iter();
        Ok(seen.filter_map(Value::as_u64).collect())
    }

    async fn click(&self, selector: &str) -> Result<()> {
        let click = format!("document.querySelector('{selector}').click()");
        self.browser.run(&click).await?;
        Ok(())
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_click_sorts_and_words_choose_as_the_server_would() -> Result<()> {
    let Some(shown) = Shown::start("sorting in a browser").await? else {
        return Ok(());
    };
    let browser = &shown.browser;
    let ranked = shown.seen().await?;
    ensure!(ranked.len() == 256);
    for column in ["score", "uid", "emission", "average", "eligible", "rank"] {
        for _ in 0..2 {
            shown.click(&format!("a[data-sort={column}]")).await?;
            let (by_script, query) = (shown.seen().await?, browser.read("location.search").await?);
            let sorted = browser
                .read(&format!(
                    "document.querySelector('th.{column}').getAttribute('aria-sort')"
                ))
                .await?;
            // The same address, asked for anew and without a script.
            browser.scripts(false).await?;
            let query = query.as_str().context("a query")?;
            browser
                .open(&shown.address.join(&format!("/{query}"))?)
                .await?;
            ensure!(shown.seen().await? == by_script, "{column} by {query}");
            let told = format!("document.querySelector('th.{column}').getAttribute('aria-sort')");
            ensure!(browser.read(&told).await? == sorted, "{column} by {query}");
            browser.scripts(true).await?;
            browser
                .open(&shown.address.join(&format!("/{query}"))?)
                .await?;
        }
    }
    shown.click("a[data-sort=rank]").await?;
    ensure!(shown.seen().await? == ranked, "and back");
    let type_in = "const q = document.getElementById('q'); q.value = 'Grace-1'; \
                   q.dispatchEvent(new Event('input', { bubbles: true }))";
    browser.run(type_in).await?;
    let found = shown.seen().await?;
    ensure!(
        found.contains(&1) && found.contains(&13) && found.len() < 30,
        "{found:?}"
    );
    ensure!(browser.read("location.search").await? == "?q=Grace-1");
    browser.run("document.getElementById('q').value = 'nobody at all'; document.getElementById('q').dispatchEvent(new Event('input', { bubbles: true }))").await?;
    ensure!(
        browser
            .read("document.getElementById('nobody').checkVisibility()")
            .await?
            == true
    );
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn reasons_unfold_by_click_and_by_key_and_stay_open_in_the_next_round() -> Result<()> {
    let Some(shown) = Shown::start("folding in a browser").await? else {
        return Ok(());
    };
    let browser = &shown.browser;
    shown.click("a[data-fold=\"22\"]").await?;
    browser
        .until("document.querySelectorAll('tr.fold').length === 1")
        .await?;
    let open = "document.querySelector('a[data-fold=\"22\"]').getAttribute('aria-expanded')";
    ensure!(browser.read(open).await? == "true");
    let text = browser
        .read("document.querySelector('tr.fold').innerText")
        .await?;
    let text = text.as_str().context("reasons")?;
    ensure!(
        text.contains("share of the emission") && text.contains("acme/rockets#22"),
        "{text}"
    );
    browser.press("a[data-fold=\"4\"]", " ").await?;
    browser
        .until("document.querySelectorAll('tr.fold').length === 2")
        .await?;

    // A new round comes by itself, and leaves open what was.
    shown.click("a[data-sort=uid]").await?;
    browser.run("document.body.dataset.same = 'page'").await?;
    browser
        .until("document.getElementById('live').textContent.startsWith('Live')")
        .await?;
    shown.board.publish(subnet::standings(61, 256))?;
    browser
        .until("document.querySelector('.tile:nth-child(2) .value').textContent === '61'")
        .await?;
    browser
        .until("document.querySelectorAll('tr.fold').length === 2")
        .await?;
    ensure!(
        browser.read("document.body.dataset.same").await? == "page",
        "without a reload"
    );
    ensure!(
        shown.seen().await? == (0..256).collect::<Vec<_>>(),
        "in the same order"
    );
    shown.click("a[data-fold=\"22\"]").await?;
    browser
        .until("document.querySelectorAll('tr.fold').length === 1")
        .await?;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn the_page_fits_a_phone_and_both_tastes_and_breaks_no_rule_of_its_own() -> Result<()> {
    let Some(shown) = Shown::start("a phone's browser").await? else {
        return Ok(());
    };
    let browser = &shown.browser;
    // Fewer rows are the same rows, and each text of them is looked at.
    shown.board.publish(subnet::standings(60, 48))?;
    let miner = shown.address.join("/miners/22")?;
    let mut grounds = Vec::new();
    for (width, scheme) in [
        (1_280, "light"),
        (1_280, "dark"),
        (768, "light"),
        (PHONE, "dark"),
        (PHONE, "light"),
    ] {
        browser.screen(width, 900, scheme).await?;
        for page in [&shown.address, &miner] {
            browser.open(page).await?;
            let wide = browser.read("document.documentElement.scrollWidth").await?;
            ensure!(
                wide.as_u64() <= Some(width.into()),
                "{wide} of {width} at {page}"
            );
            let faults = browser.read(LOW_CONTRAST).await?;
            ensure!(
                faults == Value::Array(Vec::new()),
                "{scheme}, {width}: {faults}"
            );
        }
        grounds.push(
            browser
                .read("getComputedStyle(document.documentElement).backgroundColor")
                .await?,
        );
    }
    ensure!(
        grounds[0] == grounds[2] && grounds[0] != grounds[1],
        "{grounds:?}"
    );
    browser.open(&shown.address).await?;
    let broken = "const seen = []; document.addEventListener('securitypolicyviolation', (e) => \
                  seen.push(e.violatedDirective)); window.seen = seen;";
    browser.run(broken).await?;
    shown.click("a[data-fold=\"22\"]").await?;
    browser
        .until("document.querySelectorAll('tr.fold').length === 1")
        .await?;
    ensure!(browser.read("window.seen.length").await? == 0);
    Ok(())
}

/// Texts of the page that are hard to read before their ground: below 4.5 to 1, by the WCAG's formula.
const LOW_CONTRAST: &str = "(() => {
    const parts = (color) => color.match(/[\\d.]+/g).map(Number);
    const light = ([r, g, b]) => [r, g, b].map((c) => c / 255)
        .map((c) => (c <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4))
        .reduce((sum, c, i) => sum + c * [0.2126, 0.7152, 0.0722][i], 0);
    const ground = (element) => {
        for (let at = element; at; at = at.parentElement) {
            const color = parts(getComputedStyle(at).backgroundColor);
            if (color.length < 4 || color[3] > 0) return color;
        }
        return [255, 255, 255];
    };
    const faults = new Set();
    for (const element of document.querySelectorAll('body *')) {
        const own = [...element.childNodes].some((node) => node.nodeType === 3 && node.data.trim());
        if (!own || !element.checkVisibility() || element.closest('svg, .unseen, caption')) continue;
        const [a, b] = [light(parts(getComputedStyle(element).color)), light(ground(element))];
        const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
        if (ratio < 4.5) faults.add(`${element.className || element.tagName}: ${ratio.toFixed(2)}`);
    }
    return [...faults];
})()";

#[tokio::test(flavor = "multi_thread")]
async fn a_picture_is_taken_where_one_is_asked_for() -> Result<()> {
    let Some(path) = std::env::var_os("AXONRY_PICTURE") else {
        return Ok(());
    };
    let Some(shown) = Shown::start("a picture").await? else {
        return Ok(());
    };
    let browser = &shown.browser;
    browser.screen(1_280, 860, "light").await?;
    shown.click("a[data-fold=\"4\"]").await?;
    browser
        .until("document.querySelectorAll('tr.fold').length === 1")
        .await?;
    std::fs::write(path, browser.picture().await?)?;
    Ok(())
}

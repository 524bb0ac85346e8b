//! What a browser without a script sees.

use axonry_leaderboard::{Explanation, Miner};

use crate::{Shown, subnet};

/// The uids of a page's rows in their order, of those that are to be seen.
fn uids(page: &str) -> Vec<u16> {
    let rows = page.split("<tr").skip(1);
    let seen = rows.filter(|row| !row.starts_with(" hidden"));
    let uids = seen.filter_map(|row| row.split("data-uid=\"").nth(1)?.split('"').next());
    uids.map(|uid| uid.parse().expect("a uid")).collect()
}

#[tokio::test]
async fn the_page_has_every_miner_in_the_order_of_the_data() {
    let shown = Shown::of(256).await;
    let page = shown.client().get("/").await;
    let data = shown.client().get("/api/v1/standings").await.json();
    let ranked = data["miners"].as_array().expect("miners");
    let order: Vec<_> = ranked
        .iter()
        .filter_map(|miner| miner["uid"].as_u64())
        .collect();
    let seen: Vec<_> = uids(page.text()).into_iter().map(u64::from).collect();
    assert_eq!((seen.len(), seen), (256, order));
}

#[tokio::test]
async fn a_query_sorts_and_chooses_without_a_script() {
    let shown = Shown::of(30).await;
    let client = shown.client();
    let page = async |query: &str| uids(client.get(&format!("/?{query}")).await.text());
    assert_eq!(page("sort=uid").await, (0..30).collect::<Vec<_>>());
    let mut turned = page("sort=uid&order=turned").await;
    turned.reverse();
    assert_eq!(turned, (0..30).collect::<Vec<_>>());
    assert_eq!(page("show=unknown&sort=uid").await, [9, 19, 29]);
    assert_eq!(page("q=GRACE-7").await, [7]);
    assert_eq!(page("q=nobody").await, [0_u16; 0]);
    let scores = page("sort=score").await;
    assert_eq!(scores.len(), 30);
    assert!(
        scores[27..].iter().all(|uid| uid % 10 == 9),
        "unknown ones last"
    );
}

#[tokio::test]
async fn a_miners_page_has_its_line_its_numbers_and_its_reasons() {
    let shown = Shown::of(30).await;
    let page = shown.client().get("/miners/22").await;
    let text = page.text();
    for part in [
        "<h1>Miner 22</h1>",
        "class=\"plot\"",
        "As numbers",
        "href=\"https://github.com/acme/rockets/pull/22\"",
    ] {
        assert!(text.contains(part), "{part}");
    }
    let why = shown.client().get("/miners/22/why").await;
    assert!(text.contains(why.text()), "the part is the page's own");
}

#[tokio::test]
async fn what_miners_wrote_is_never_markup() {
    let shown = Shown::of(2).await;
    let evil = "</td><script>alert(1)</script>\"' onload=x";
    let mut standings = subnet::standings(5, 2);
    standings.mechanism = evil.to_owned();
    standings.state.warnings = vec![evil.to_owned()];
    standings.state.alarm = Some(evil.to_owned());
    let first = &mut standings.miners[0];
    *first = Miner {
        label: Some(evil.to_owned()),
        unknown: Some(evil.to_owned()),
        score: None,
        verdict: Some(evil.to_owned()),
        explanation: Some(
            Explanation::number(evil, 1.0)
                .in_unit(evil)
                .because(evil)
                .missing(evil)
                .noted(evil)
                .seen_at(format!("https://x/{evil}")),
        ),
        ..Miner::new(first.uid, first.hotkey)
    };
    first.eligibility.eligible = Some(false);
    first.eligibility.reasons = vec![evil.to_owned()];
    shown.board.publish(standings).expect("well formed");
    for path in [
        "/",
        "/?q=%3Cscript%3Ealert(1)",
        "/miners/0",
        "/miners/0/why",
    ] {
        let page = shown.client().get(path).await;
        assert!(!page.text().contains("<script>"), "{path}");
        assert!(!page.text().contains("\"' onload"), "{path}");
    }
}

#[tokio::test]
async fn a_page_has_nothing_that_its_policy_forbids() {
    let shown = Shown::of(30).await;
    for path in ["/", "/miners/22"] {
        let page = shown.client().get(path).await;
        let text = page.text();
        assert!(
            !text.contains(" style=") && !text.contains("<style"),
            "{path}"
        );
        assert!(
            !text.contains("http-equiv") && !text.contains(" onclick"),
            "{path}"
        );
        let scripts: Vec<_> = text.match_indices("<script").collect();
        assert_eq!(scripts.len(), 1, "{path}");
    }
}

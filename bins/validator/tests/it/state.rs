//! The state: missing, moved, begun with what the chain has.

use std::fs;

use anyhow::Result;

use crate::node::Node;

const SCORES: &str = r#"{"1": 1.0, "2": 3.0}"#;

#[tokio::test(flavor = "multi_thread")]
async fn a_state_that_is_lost_is_refused_and_can_be_begun_with_the_chains_weights() -> Result<()> {
    let node = Node::new(|_| {}).await?;
    let file = node.file("scores.json", SCORES)?;
    let set = || node.program(["weights", "set"]);
    let first = set().and(["--weights", &file]).finish().await?;
    assert_eq!(first.code, 0, "{first:?}");
    fs::remove_dir_all(node.path("state"))?;

    let refused = set().finish().await?;
    assert_eq!(refused.code, 2, "{refused:?}");
    assert!(
        refused.stderr.contains("--new-state chain"),
        "{}",
        refused.stderr
    );
    assert_eq!(
        refused.stderr.trim().lines().count(),
        1,
        "{}",
        refused.stderr
    );

    let tokens = node.file("tokens.json", &node.devnet.tokens().to_string())?;
    let rehearse = || {
        node.program(["run", "--dry-run", "--json", "--tokens", &tokens])
            .variable("AXONRY_MIRROR", &node.devnet.mirror_url)
            .variable("AXONRY_GITHUB", &node.devnet.mirror_url)
    };
    let rehearsed = rehearse().finish().await?;
    assert_eq!(rehearsed.code, 2, "what would be refused: {rehearsed:?}");
    let rehearsed = rehearse().and(["--new-state", "chain"]).finish().await?;
    let averages = &rehearsed.json()?["miners"];
    assert!(averages[2]["average"].as_f64() > Some(0.2), "{averages}");
    let status = node.program(["weights", "status"]).finish().await?;
    assert!(status.stdout.contains("no state here"), "{status:?}");
    assert!(
        !fs::exists(node.path("state/validator.sqlite"))?,
        "all looked only"
    );

    let seeded = set()
        .and(["--new-state", "chain", "--json"])
        .finish()
        .await?;
    assert_eq!(seeded.code, 0, "{seeded:?}");
    assert!(
        seeded.stderr.contains("weights on chain"),
        "{}",
        seeded.stderr
    );
    assert_eq!(
        node.weights().await?,
        [(1, 21_845), (2, 65_535)],
        "as before"
    );
    let status = node
        .program(["weights", "status", "--json"])
        .finish()
        .await?;
    assert_eq!(status.json()?["matches_journal"], true);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_state_moves_to_another_place_whole_and_into_no_other_state() -> Result<()> {
    let node = Node::new(|_| {}).await?;
    let file = node.file("scores.json", SCORES)?;
    let first = node.program(["weights", "set", "--weights", &file]);
    assert_eq!(first.finish().await?.code, 0);
    let export = node.path("moved.state");
    let exported = node.program(["state", "export", &export]).finish().await?;
    assert_eq!(exported.code, 0, "{exported:?}");

    let there = || node.path("there");
    let import = || {
        let import = node.program(["state", "import", &export]);
        import.variable("AXONRY_STATE", &there())
    };
    for _ in 0..2 {
        let imported = import().finish().await?;
        assert_eq!(
            imported.code, 0,
            "the second time changes nothing: {imported:?}"
        );
    }
    let status = node.program(["weights", "status", "--json"]);
    let status = status.variable("AXONRY_STATE", &there()).finish().await?;
    assert_eq!(status.json()?["matches_journal"], true, "{status:?}");

    let other = node.program(["weights", "set", "--weights", &file]);
    let other = other.variable("AXONRY_STATE", &there()).finish().await?;
    assert_eq!(other.code, 0, "{other:?}");
    let refused = import().finish().await?;
    assert_eq!(refused.code, 2, "it has moved on since: {refused:?}");
    Ok(())
}

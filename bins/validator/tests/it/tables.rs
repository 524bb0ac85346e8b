//! Tables of weights from files.

use std::fs;

use anyhow::{Context, Result};
use serde_json::Value;
use tempfile::TempDir;

use crate::program::{Program, small_subnet};

/// A table in a file of its own.
fn table(text: &str) -> Result<(TempDir, String)> {
    let folder = tempfile::tempdir()?;
    let path = folder.path().join("table.json");
    fs::write(&path, text)?;
    let path = path.to_str().context("a plain path")?.to_owned();
    Ok((folder, path))
}

#[test]
fn miners_are_scored_by_the_tables_that_files_give_even_where_children_parse() -> Result<()> {
    let subnet = small_subnet()?;
    let config = subnet.path().to_str().context("a plain path")?;
    let run = |program: Program| -> Result<Value> {
        let done = program.run()?;
        assert_eq!(done.code, 0, "{}", done.stderr);
        let report: Value = serde_json::from_str(&done.stdout)?;
        Ok(report["miners"].clone())
    };
    let program = || Program::new(["--network", "devnet", "--devnet-config", config, "--json"]);
    let by_default = run(program())?;
    let (_kept, weights) = table(r#"{"leaf_tokens": {"identifier": 1}}"#)?;
    let by_weights = run(program().and(["--token-weights", &weights]))?;
    assert_ne!(by_default, by_weights);
    let (_kept, languages) = table(r#"{"md": 0.1}"#)?;
    let by_languages = run(program().variable("AXONRY_LANGUAGES", &languages))?;
    assert_ne!(by_default, by_languages);
    let (folder, _) = table(r#"{"leaf_tokens": {"identifier": 1}}"#)?;
    let settings = folder.path().join("validator.toml");
    fs::write(&settings, "token_weights = \"table.json\"\n")?;
    let settings = settings.to_str().context("a plain path")?;
    let by_settings = run(program().and(["--config", settings]))?;
    assert_eq!(by_weights, by_settings, "relative to the file");

    // The same weights in other words, so that it is the weights that count.
    let upstream = include_str!("../../../../crates/syntax/src/tables/token_weights.json");
    let (_kept, same) = table(&serde_json::from_str::<Value>(upstream)?.to_string())?;
    assert_eq!(by_default, run(program().and(["--token-weights", &same]))?);
    Ok(())
}

#[test]
fn a_slip_of_the_pen_in_a_table_ends_the_program_with_its_file_key_and_value() -> Result<()> {
    for (flag, text, key, value) in [
        (
            "--token-weights",
            r#"{"leaf_tokens": {"identifier": "heavy"}}"#,
            "`leaf_tokens.identifier`",
            "`\"heavy\"`",
        ),
        (
            "--languages",
            r#"{"rs": {"weight": -2}}"#,
            "`rs.weight`",
            "`-2`",
        ),
    ] {
        let (_kept, path) = table(text)?;
        let done = Program::new(["--network", "devnet", flag, &path]).run()?;
        assert_eq!(done.code, 2, "{}", done.stderr);
        assert_eq!(done.stderr.trim().lines().count(), 1, "{}", done.stderr);
        for named in [&path, key, value] {
            assert!(done.stderr.contains(named), "{named}: {}", done.stderr);
        }
        assert_eq!(done.stdout, "", "standard output is for results");
    }
    Ok(())
}

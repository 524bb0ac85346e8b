use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use axonry_syntax::{GrammarSet, GrammarSource, Scorer, Tables, Upstream};

fn sources(set: GrammarSet) -> Vec<GrammarSource> {
    let scorer = Scorer::new(Tables::upstream(), set).expect("the grammars fit the core");
    scorer.grammars().copied().collect()
}

fn read(path: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(path)).expect("it is a file here")
}

#[test]
fn every_grammar_of_the_build_is_documented_as_it_is() {
    let (table, manifest) = (read("LANGUAGES.md"), read("../../Cargo.toml"));
    let rows: Vec<Vec<&str>> = table
        .lines()
        .filter(|line| line.starts_with("| `"))
        .map(|line| line.split('|').map(str::trim).collect())
        .collect();
    for source in sources(GrammarSet::Full) {
        let name = format!("`{}`", source.name);
        let row = rows.iter().find(|row| row[1] == name).expect(source.name);
        let (package, version) = (source.package, source.version);
        let upstream = format!("{:?}", source.upstream).to_lowercase();
        assert_eq!(row[3], format!("{package} {version}"), "{name}");
        assert_eq!(row[4], upstream, "{name}");
        let pin = format!("\n{package} = \"={version}\"\n");
        assert!(
            manifest.contains(&pin),
            "the workspace has another {package}"
        );
    }
}

#[test]
fn every_grammar_is_one_the_language_table_names() {
    let tables = Tables::upstream();
    let named: BTreeSet<_> = tables
        .languages()
        .filter_map(|(_, entry)| entry.language.as_deref())
        .collect();
    for source in sources(GrammarSet::Full) {
        assert!(named.contains(source.name), "{}", source.name);
    }
}

#[test]
fn parity_leaves_out_what_upstream_would_score_otherwise() {
    let (parity, full) = (sources(GrammarSet::Parity), sources(GrammarSet::Full));
    let reproducible = [Upstream::Same, Upstream::Close];
    let kept = full
        .into_iter()
        .filter(|source| reproducible.contains(&source.upstream));
    assert_eq!(kept.collect::<Vec<_>>(), parity);
}

//! Mistakes with money that do not compile: one file each, with what the compiler says to it.
//!
//! The words are those of Rust 1.95; under another compiler, `TRYBUILD=overwrite` shows what changed.

#[test]
fn money_cannot_be_mistaken() {
    let mistakes = std::fs::read_dir("tests/compile_fail").expect("the folder");
    let sources = mistakes.filter_map(|entry| {
        let path = entry.expect("an entry").path();
        (path.extension()? == "rs").then_some(path)
    });
    assert!(sources.count() >= 20, "some mistakes are no longer tried");
    trybuild::TestCases::new().compile_fail("tests/compile_fail/*.rs");
}

use axonry_scoring::registry::{Registry, RegistryError};

#[test]
fn the_order_of_the_file_is_kept_and_the_last_of_one_name_wins() {
    let registry = Registry::from_json(
        r#"{"Zeta/Core": {"emission_share": 0.1}, "acme/a": {"emission_share": 0.2},
            "zeta/core": {"emission_share": 0.3}}"#,
    )
    .expect("it is valid");
    let entries: Vec<_> = registry
        .iter()
        .map(|(name, config)| (name, config.emission_share))
        .collect();
    assert_eq!(entries, [("zeta/core", 0.3), ("acme/a", 0.2)]);
}

#[test]
fn an_error_names_the_repository_the_key_and_the_value() {
    for (entry, message) in [
        (
            r#"{"emission_share": 0.1, "scoring": {"time_decay": {"sigmoid_steepness": 9}}}"#,
            "registry: `A/B`: `scoring.time_decay.sigmoid_steepness` must be a number \
             from 0.01 to 5, is `9`",
        ),
        (
            r#"{"emission_share": 0.1, "eligibility": {"min_prs": 1}}"#,
            "registry: `A/B`: `eligibility.min_prs` is no known key",
        ),
        (
            r#"{"emission_share": 0.1, "eligibility": []}"#,
            "registry: `A/B`: `eligibility` must be an object, is `[]`",
        ),
        (
            r#"{"emission_share": 0.1, "label_multipliers": {"bug": 1e300}}"#,
            "registry: `A/B`: `label_multipliers.bug` must be a number from -1000000000000 to \
             1000000000000, is `1e+300`",
        ),
        (
            r#"{"emission_share": 0.1, "fixed_base_score": true}"#,
            "registry: `A/B`: `fixed_base_score` must be null or a number from -1000000000000 to \
             1000000000000, is `true`",
        ),
        (
            r#"{"emission_share": 0.1, "additional_acceptable_branches": ["a", 1]}"#,
            "registry: `A/B`: `additional_acceptable_branches` must be a list of texts or null, \
             is `1`",
        ),
        ("{}", "registry: `A/B`: `emission_share` is missing"),
        (
            r#"{"emision_share": 0.1}"#,
            "registry: `A/B`: `emission_share` is missing",
        ),
        ("5", "registry: `A/B`: `entry` must be an object, is `5`"),
        (
            r#"{"emission_share": "nan"}"#,
            "registry: `A/B`: `emission_share` must be a number from 0 to 1, is `\"nan\"`",
        ),
    ] {
        let error = Registry::from_json(&format!(r#"{{"A/B": {entry}}}"#)).expect_err(message);
        assert_eq!(error.to_string(), message);
        assert!(!error.is_unreadable());
    }
}

#[test]
fn what_is_no_json_can_be_told_from_what_is_wrong() {
    for text in ["", "[]", r#"{"a/b": {"emission_share": NaN}}"#] {
        let error = Registry::from_json(text).expect_err("it is no JSON object");
        assert!(error.is_unreadable(), "{text}");
    }
    let text = r#"{"a/b": {"emission_share": 0.9}, "c/d": {"emission_share": 0.9}}"#;
    let error = Registry::from_json(text).expect_err("it is too much");
    assert!(matches!(
        error,
        RegistryError::SharesExceedPool { total: 1.8 }
    ));
}

#[test]
fn a_high_cut_is_clamped_and_a_negative_one_refused() {
    let read = |cut: &str| {
        Registry::from_json(&format!(
            r#"{{"a/b": {{"emission_share": 0.1, "maintainer_cut": {cut}}}}}"#
        ))
    };
    let registry = read("1.5").expect("it is clamped");
    assert_eq!(
        registry.get("a/b").map(|config| config.maintainer_cut),
        Some(0.5)
    );
    read("-0.1").expect_err("nobody pays for maintaining");
}

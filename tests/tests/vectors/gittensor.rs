//! Scores of `entrius/gittensor` 5.0.0.

mod configuration;
mod discovery;
mod mirror;
mod pull_requests;
mod rounds;
mod syntax;

use crate::source::run;

#[test]
fn gittensor() {
    run(
        "gittensor",
        &[
            ("numeric", configuration::numeric),
            ("timestamps", configuration::timestamps),
            ("registry", configuration::registry),
            ("config_data", configuration::config_data),
            ("files", syntax::files),
            ("token_tree_diff", syntax::token_tree_diff),
            ("pr_token_scoring", syntax::pr_token_scoring),
            ("base_score", pull_requests::base_score),
            ("time_decay", pull_requests::time_decay),
            ("review_quality", pull_requests::review_quality),
            ("labels", pull_requests::labels),
            ("issue_multiplier", pull_requests::issue_multiplier),
            ("merge_gate", pull_requests::merge_gate),
            ("eligibility", pull_requests::eligibility),
            (
                "earned_and_collateral",
                pull_requests::earned_and_collateral,
            ),
            ("pr_end_to_end", pull_requests::pr_end_to_end),
            ("issue_discovery", discovery::issue_discovery),
            ("duplicates", rounds::duplicates),
            ("emission", rounds::emission),
            ("weights", rounds::moving_average),
            ("rounds", rounds::rounds),
        ],
    );
}

//! Rows: every field as the mirror writes it, and what is left out when one is wrong.

use axonry_github::{Files, GithubId, IssueState, Page, PullRequest, PullRequestState, timestamp};
use serde_json::{Value, json};
use wiremock::matchers::{any, method, path};
use wiremock::{Mock, MockServer, ResponseTemplate};

use crate::{answer, mirror, pull, windows};

async fn serving(body: Value) -> MockServer {
    let server = MockServer::start().await;
    Mock::given(any())
        .respond_with(ResponseTemplate::new(200).set_body_json(body))
        .mount(&server)
        .await;
    server
}

async fn pulls(rows: Value) -> Page<PullRequest> {
    let server = serving(answer(rows)).await;
    mirror(&server)
        .pulls(&GithubId::from(77), &windows())
        .await
        .unwrap()
}

#[tokio::test]
async fn a_full_row_is_read_in_full() {
    let full: Value = serde_json::from_str(
        r#"{
        "repo_full_name": "Acme/Widget", "pr_number": 518, "title": "Fix parser", "body": "Closes #501",
        "state": "MERGED", "author_github_id": "77", "author_login": "dev-one",
        "author_association": "CONTRIBUTOR", "created_at": "2026-07-20T10:00:00.000Z",
        "closed_at": "2026-07-21T11:00:00.000Z", "merged_at": "2026-07-21T11:00:00+00:00",
        "last_edited_at": "", "edited_after_merge": false, "hours_since_merge": 262.26,
        "merged_by_login": "lead", "base_ref": "main", "head_ref": "fix/parser",
        "head_repo_full_name": "Dev-One/Widget", "default_branch": "main", "head_sha": "11",
        "base_sha": "22", "merge_base_sha": null, "additions": 120, "deletions": 14,
        "commits_count": 3, "scoring_data_stored": true,
        "review_summary": {"maintainer_changes_requested_count": 1, "changes_requested_count": 2,
                           "approved_count": 3, "commented_count": 4},
        "labels": [{"name": "bug", "actor_github_id": 77, "actor_association": "MEMBER"}],
        "linked_issues": [{"number": 501, "title": "Tabs", "state": "CLOSED", "state_reason": "COMPLETED",
            "author_github_id": 900501, "author_association": "NONE",
            "created_at": "2026-07-18T09:00:00.5+00:00", "closed_at": null, "is_transferred": false,
            "solved_by_pr": 518, "labels": null}],
        "something_new": {"the": "mirror may add"}
    }"#,
    )
    .unwrap();
    let page = pulls(json!([full])).await;
    let pull = &page.rows[0];
    assert_eq!(pull.repository.as_str(), "acme/widget");
    assert_eq!(pull.state, PullRequestState::Merged);
    assert_eq!(pull.merged_at, pull.closed_at, "both spellings of a time");
    assert_eq!(pull.last_edited_at, None, "the empty text is no time");
    assert_eq!(pull.hours_since_merge, Some(262.26));
    assert_eq!(
        pull.head_repository.as_ref().map(AsRef::as_ref),
        Some("dev-one/widget")
    );
    assert_eq!((pull.additions, pull.deletions, pull.commits), (120, 14, 3));
    let reviews = pull.review_summary;
    assert_eq!(
        (
            reviews.maintainer_changes_requested,
            reviews.changes_requested
        ),
        (1, 2)
    );
    assert_eq!((reviews.approved, reviews.commented), (3, 4));
    assert_eq!(pull.labels[0].actor_github_id, Some(GithubId::from(77)));
    let issue = &pull.linked_issues[0];
    assert_eq!(issue.author_github_id, Some(GithubId::from(900_501)));
    assert_eq!(issue.state, IssueState::Closed);
    assert_eq!(
        issue.created_at,
        timestamp::parse("2026-07-18T09:00:00.5Z").ok()
    );
}

#[tokio::test]
async fn what_is_missing_has_its_default() {
    let nulls = json!({"title": null, "labels": null, "linked_issues": null, "merged_at": null,
                       "scoring_data_stored": null, "author_login": null});
    let page = pulls(json!([pull(1, json!({})), pull(2, nulls)])).await;
    assert_eq!(page.quarantined, []);
    for pull in &page.rows {
        assert_eq!((pull.title.as_str(), pull.author_login.as_str()), ("", ""));
        assert!(pull.labels.is_empty() && pull.linked_issues.is_empty());
        assert!(!pull.scoring_data_stored && pull.merged_at.is_none() && pull.additions == 0);
        assert_eq!(pull.review_summary, Default::default());
    }
}

#[tokio::test]
async fn a_bad_row_is_left_out_by_name_and_the_rest_is_kept() {
    let without_author = {
        let mut row = pull(9, json!({}));
        row.as_object_mut().unwrap().remove("author_github_id");
        row
    };
    let page = pulls(json!([
        pull(1, json!({})),
        without_author,
        pull(2, json!({"state": "DRAFT"})),
        pull(3, json!({"additions": null})),
        pull(4, json!({"created_at": "yesterday"})),
        pull(5, json!({"labels": [{"no": "name"}]})),
        pull(6, json!({"state": "x".repeat(100_000)})),
        null,
        "row",
        pull(7, json!({})),
    ]))
    .await;
    assert_eq!(
        page.rows.iter().map(|pull| pull.number).collect::<Vec<_>>(),
        [1, 7]
    );
    let named: Vec<_> = page
        .quarantined
        .iter()
        .map(|bad| bad.what.as_str())
        .collect();
    assert_eq!(
        named[..6],
        [9, 2, 3, 4, 5, 6].map(|n| format!("Acme/Widget#{n}"))
    );
    assert_eq!(
        named[6..].len(),
        2,
        "rows without a name are told by their place"
    );
    assert!(
        page.quarantined[0].why.contains("author_github_id"),
        "{:?}",
        page.quarantined[0]
    );
    assert!(page.quarantined.iter().all(|bad| bad.why.len() < 1000));
}

#[tokio::test]
async fn an_issue_knows_who_solved_it_if_anybody_did() {
    let issue = |number: u64, solving: Value| {
        json!({"repo_full_name": "acme/widget", "issue_number": number, "state": "CLOSED",
               "author_github_id": "77", "solved_by_pr": 610, "solving_pr": solving})
    };
    let solved = json!({"pr_number": 610, "author_github_id": "555", "state": "MERGED",
        "merged_at": "2026-07-12T08:00:00+00:00", "head_repo_full_name": "Someone/Widget",
        "review_summary": {"maintainer_changes_requested_count": 2}});
    let rows = json!([
        issue(1, solved),
        issue(2, json!(null)),
        issue(3, json!({})),
        issue(4, json!({"pr_number": 1})),
    ]);
    let server = serving(json!({"github_id": 77, "issues": rows})).await;
    let mirror = mirror(&server);
    for page in [
        mirror
            .issues(&GithubId::from(77), &windows())
            .await
            .unwrap(),
        mirror.open_issues(&GithubId::from(77)).await.unwrap(),
    ] {
        let [one, two, three] = &page.rows[..] else {
            panic!("three rows: {page:?}")
        };
        let solving = one.solving_pr.as_ref().unwrap();
        assert_eq!(solving.author_github_id, GithubId::from(555));
        assert_eq!(solving.review_summary.maintainer_changes_requested, 2);
        assert!(two.solving_pr.is_none() && three.solving_pr.is_none());
        assert_eq!(page.quarantined[0].what, "acme/widget#4");
    }
}

#[tokio::test]
async fn files_that_are_not_stored_yet_are_not_no_files() {
    let file = json!({"filename": "src/a.rs", "status": "modified", "additions": 12,
                      "byte_size": null, "head_content": "fn main() {}\n", "base_content": ""});
    let files = |stored: Value, files: Value| {
        let mut answer =
            json!({"repo_full_name": "Acme/Widget", "pr_number": "518", "files": files});
        if !stored.is_null() {
            answer["scoring_data_stored"] = stored;
        }
        answer
    };
    for (body, expected, why) in [
        (files(json!(true), json!([file])), Some(1), "stored"),
        (
            files(json!(true), json!([])),
            Some(0),
            "stored, and there are none",
        ),
        (files(json!(false), json!([])), None, "not stored"),
        (
            files(json!(false), json!([file])),
            None,
            "only some are stored",
        ),
        (
            files(json!(null), json!([file])),
            Some(1),
            "an old mirror does not say",
        ),
        (
            files(json!(null), json!([])),
            None,
            "an old mirror has none",
        ),
    ] {
        let server = serving(body).await;
        let answer = mirror(&server)
            .files(&"acme/widget".parse().unwrap(), 518)
            .await
            .unwrap();
        assert_eq!(
            answer.stored().map(|stored| stored.files.len()),
            expected,
            "{why}"
        );
    }

    let server = serving(files(json!(true), json!([file, {"filename": "b.rs"}]))).await;
    let answer = mirror(&server)
        .files(&"acme/widget".parse().unwrap(), 518)
        .await
        .unwrap();
    let Files::Stored(stored) = answer else {
        panic!("stored")
    };
    assert_eq!(stored.number, 518);
    assert_eq!(
        stored.files[0].base_content.as_deref(),
        Some(""),
        "empty is not absent"
    );
    assert_eq!(stored.quarantined[0].what, "file b.rs");
}

#[tokio::test]
async fn maintainers_are_read() {
    let server = MockServer::start().await;
    let body = json!({"repo_full_name": "acme/widget", "generated_at": "2026-08-01T09:16:00.000Z",
        "maintainers": [{"github_id": 77, "login": null, "association": "OWNER"}, {"github_id": null}]});
    Mock::given(method("GET"))
        .and(path("/api/v1/repos/acme/widget/maintainers"))
        .respond_with(ResponseTemplate::new(200).set_body_json(body))
        .mount(&server)
        .await;
    let page = mirror(&server)
        .maintainers(&"acme/widget".parse().unwrap())
        .await
        .unwrap();
    assert_eq!(page.rows[0].github_id, GithubId::from(77));
    assert_eq!(page.rows[0].login, "");
    assert_eq!(page.quarantined.len(), 1);
}

#[tokio::test]
async fn an_answer_about_somebody_else_is_no_answer() {
    let server = serving(answer(json!([]))).await;
    let error = mirror(&server)
        .pulls(&GithubId::from(78), &windows())
        .await
        .unwrap_err();
    assert!(error.to_string().contains("about account 77"), "{error}");

    let stranger = pull(1, json!({"author_github_id": "999"}));
    let page = pulls(json!([pull(2, json!({})), stranger])).await;
    assert_eq!(page.rows.len(), 1);
    assert!(
        page.quarantined[0].why.contains("999"),
        "{:?}",
        page.quarantined
    );

    let files = json!({"repo_full_name": "other/repo", "pr_number": 9, "scoring_data_stored": true,
                       "files": []});
    let server = serving(files).await;
    let asked = mirror(&server)
        .files(&"acme/widget".parse().unwrap(), 518)
        .await;
    assert!(asked.unwrap_err().to_string().contains("other/repo#9"));
}

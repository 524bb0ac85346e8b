//! GitHub as a source: what it says in parts, late, twice or under another name.

use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::time::Duration;

use axonry_github::{
    Files, GitHub, GithubError, PullRequestSource, Revision, Secret, TokenCheck, TokenState,
};
use serde_json::{Value, json};
use wiremock::matchers::{any, body_string_contains, header, method, path, query_param};
use wiremock::{Mock, MockServer, Request, ResponseTemplate};

use crate::{http, windows};

fn github(server: &MockServer, tokens: &[&str]) -> GitHub {
    GitHub::builder()
        .base(server.uri())
        .http(http())
        .tokens(tokens.iter().map(|token| Secret::new(*token)))
        .max_pages(5)
        .build()
        .unwrap()
}

fn good(body: Value) -> ResponseTemplate {
    ResponseTemplate::new(200).set_body_json(body)
}

/// A row with nothing but what it must have, last changed on that day of July.
fn row(number: u64, day: u64) -> Value {
    let none = json!({"totalCount": 0, "nodes": []});
    json!({
        "id": format!("PR_{number}"), "number": number, "state": "OPEN", "title": "Fix",
        "createdAt": format!("2026-07-{day:02}T10:00:00Z"),
        "updatedAt": format!("2026-07-{day:02}T10:00:00Z"),
        "baseRefName": "main", "baseRefOid": "b", "headRefName": "fix", "headRefOid": "h",
        "repository": {"nameWithOwner": "Acme/Widget"}, "author": {"login": "dev"},
        "additions": 1, "deletions": 0, "commits": {"totalCount": 1},
        "changesRequested": none, "approved": {"totalCount": 0}, "commented": {"totalCount": 0},
        "labels": none, "labelled": none, "closingIssuesReferences": none,
    })
}

fn list(rows: Vec<Value>, next: Option<&str>) -> Value {
    let page = json!({"hasNextPage": next.is_some(), "endCursor": next});
    json!({"node": {"pullRequests": {"pageInfo": page, "nodes": rows}}})
}

/// Answers what repositories are called: `acme/widget` is now `called`.
async fn named(server: &MockServer, called: &str) {
    Mock::given(body_string_contains("r0: repository"))
        .respond_with(good(json!({"data": {"r0": {"nameWithOwner": called}}})))
        .mount(server)
        .await;
}

async fn lists(server: &MockServer, answer: ResponseTemplate) {
    Mock::given(body_string_contains("pullRequests(first"))
        .respond_with(answer)
        .mount(server)
        .await;
}

fn of(number: u64) -> Revision {
    Revision {
        head_sha: Some("h".into()),
        base_sha: Some("b".into()),
        merge_base_sha: Some("m".into()),
        ..Revision::unknown("acme/widget".parse().unwrap(), number)
    }
}

#[tokio::test]
async fn sr4_what_a_row_lacks_sets_it_aside_and_what_the_answer_lacks_is_an_error() {
    let server = MockServer::start().await;
    named(&server, "Acme/Widget").await;
    let missing = json!({
        "type": "FORBIDDEN", "path": ["node", "pullRequests", "nodes", 1, "labels"],
        "message": "`acme` organization has enabled OAuth App access restrictions",
    });
    let mut partial = row(2, 20);
    partial["labels"] = Value::Null;
    let rows = vec![row(1, 21), partial, json!(null), json!({"number": 4})];
    let answer = json!({"data": list(rows, None), "errors": [missing]});
    lists(&server, good(answer)).await;
    let page = github(&server, &["a"])
        .pulls(&77.into(), &windows())
        .await
        .unwrap();
    let numbers: Vec<_> = page.rows.iter().map(|pull| pull.number).collect();
    assert_eq!(numbers, [1]);
    assert_eq!(page.quarantined.len(), 3, "{:?}", page.quarantined);
    assert!(page.quarantined[0].why.contains("restrictions"));

    let error = |errors: Value| json!({"data": null, "errors": [errors]});
    for (body, why) in [
        (error(json!({"message": "odd"})), "nothing but an error"),
        (json!({"errors": [{"message": "odd"}]}), "no data"),
        (json!({"data": null}), "neither"),
        (json!({"data": {"node": null}}), "no such account"),
        (json!({"data": {"node": {}}}), "not a user"),
        (
            json!({"data": list(vec![], None), "errors": [{"message": "odd"}]}),
            "about all of it",
        ),
        (json!([]), "another shape"),
    ] {
        let server = MockServer::start().await;
        named(&server, "acme/widget").await;
        lists(&server, good(body)).await;
        let answer = github(&server, &["a"]).pulls(&77.into(), &windows()).await;
        assert!(answer.is_err(), "{why}: {answer:?}");
    }
}

#[tokio::test]
async fn sr12_a_list_that_changes_while_it_is_read_is_read_again_at_its_front() {
    let server = MockServer::start().await;
    named(&server, "acme/widget").await;
    // Between the two pages, 3 is changed: from the second page it moves to the front of the first.
    let seen = AtomicUsize::new(0);
    let pages = move |request: &Request| {
        let body: Value = request.body_json().unwrap();
        let answer = match (
            body["variables"]["after"].as_str(),
            seen.fetch_add(1, Relaxed),
        ) {
            (None, 0) => list(vec![row(1, 22), row(2, 21)], Some("two")),
            (Some("two"), _) => list(vec![row(4, 19)], None),
            (None, _) => list(vec![row(3, 23), row(1, 22)], Some("two")),
            (other, _) => panic!("{other:?}"),
        };
        good(json!({"data": answer}))
    };
    Mock::given(body_string_contains("pullRequests(first"))
        .respond_with(pages)
        .mount(&server)
        .await;
    let page = github(&server, &["a"])
        .pulls(&77.into(), &windows())
        .await
        .unwrap();
    let mut numbers: Vec<_> = page.rows.iter().map(|pull| pull.number).collect();
    numbers.sort_unstable();
    assert_eq!(numbers, [1, 2, 3, 4]);
}

#[tokio::test]
async fn sr12_a_list_that_never_rests_is_an_error_and_not_a_part_of_it() {
    let server = MockServer::start().await;
    named(&server, "acme/widget").await;
    let seen = AtomicUsize::new(0);
    let restless = move |_: &Request| {
        let n = seen.fetch_add(1, Relaxed) as u64;
        let mut newest = row(n, 25);
        newest["updatedAt"] = json!(format!("2026-07-25T10:{:02}:00Z", n % 60));
        let next = format!("{n}");
        good(json!({"data": list(vec![newest], Some(&next))}))
    };
    Mock::given(body_string_contains("pullRequests(first"))
        .respond_with(restless)
        .mount(&server)
        .await;
    let error = github(&server, &["a"])
        .pulls(&77.into(), &windows())
        .await
        .unwrap_err();
    assert!(
        matches!(error, GithubError::TooManyPages { .. }),
        "{error:?}"
    );
}

#[tokio::test]
async fn sr11_a_renamed_repository_keeps_the_name_it_was_asked_for_by() {
    let server = MockServer::start().await;
    named(&server, "Newer/Gadget").await;
    let mut moved = row(1, 21);
    moved["repository"]["nameWithOwner"] = json!("Newer/Gadget");
    lists(
        &server,
        good(json!({"data": list(vec![moved, row(2, 21)], None)})),
    )
    .await;
    let github = github(&server, &["a"]);
    let page = github.pulls(&77.into(), &windows()).await.unwrap();
    let names: Vec<_> = page
        .rows
        .iter()
        .map(|pull| pull.repository.as_str())
        .collect();
    assert_eq!(
        names,
        ["acme/widget"],
        "what is called so now is another one"
    );

    let to = format!("{}/repositories/7", server.uri());
    Mock::given(path("/repos/acme/widget"))
        .respond_with(ResponseTemplate::new(301).insert_header("location", to))
        .mount(&server)
        .await;
    Mock::given(path("/repositories/7"))
        .and(header("authorization", "token a"))
        .respond_with(good(json!({
            "id": 7, "full_name": "Newer/Gadget", "default_branch": "main",
            "owner": {"id": 9, "login": "newer", "type": "User"},
        })))
        .mount(&server)
        .await;
    let found = github
        .repository(&"acme/widget".parse().unwrap())
        .await
        .unwrap();
    assert_eq!((found.id, found.name.as_str()), (7, "newer/gadget"));
}

#[tokio::test]
async fn sr4_a_repository_that_github_is_silent_about_is_not_one_that_is_gone() {
    for (kind, known) in [("NOT_FOUND", true), ("FORBIDDEN", false)] {
        let server = MockServer::start().await;
        let error = json!({"type": kind, "path": ["r0"], "message": "no"});
        let answer = json!({"data": {"r0": null}, "errors": [error]});
        Mock::given(body_string_contains("r0: repository"))
            .respond_with(good(answer))
            .mount(&server)
            .await;
        lists(&server, good(json!({"data": list(vec![row(1, 21)], None)}))).await;
        let answer = github(&server, &["a"]).pulls(&77.into(), &windows()).await;
        assert_eq!(
            answer.map(|page| page.rows.len()).ok(),
            known.then_some(0),
            "{kind}"
        );
    }
}

#[tokio::test]
async fn sr2_a_token_that_must_wait_too_long_leaves_the_question_to_another() {
    let server = MockServer::start().await;
    let limited = ResponseTemplate::new(403)
        .set_body_json(json!({"message": "You have exceeded a secondary rate limit."}));
    Mock::given(header("authorization", "token greedy"))
        .respond_with(limited)
        .expect(1)
        .mount(&server)
        .await;
    Mock::given(any())
        .respond_with(good(json!({
            "id": 7, "full_name": "acme/widget", "default_branch": "main",
            "owner": {"id": 9, "login": "acme", "type": "User"},
        })))
        .mount(&server)
        .await;
    let github = github(&server, &["greedy", "modest"]);
    for _ in 0..3 {
        let name = "acme/widget".parse().unwrap();
        github.repository(&name).await.unwrap();
    }
    let TokenState::Waiting(pause) = github.tokens()[0].state else {
        panic!("{:?}", github.tokens())
    };
    assert!(
        pause > Duration::from_secs(55),
        "at least a minute: {pause:?}"
    );
}

#[tokio::test]
async fn sr7_what_is_closed_to_one_token_may_be_open_to_another() {
    let server = MockServer::start().await;
    let restricted = json!({"message": "Resource protected by organization SAML enforcement"});
    Mock::given(header("authorization", "token shut"))
        .respond_with(ResponseTemplate::new(403).set_body_json(restricted))
        .mount(&server)
        .await;
    Mock::given(header("authorization", "token expired"))
        .respond_with(ResponseTemplate::new(401))
        .mount(&server)
        .await;
    Mock::given(any())
        .respond_with(good(json!({
            "id": 7, "full_name": "acme/widget", "default_branch": "main",
            "owner": {"id": 9, "login": "acme", "type": "User"},
        })))
        .mount(&server)
        .await;
    let name = "acme/widget".parse().unwrap();
    let github = github(&server, &["shut", "expired", "open"]);
    github.repository(&name).await.unwrap();
    let states: Vec<_> = github.tokens().iter().map(|token| token.state).collect();
    let expected = [TokenState::Usable, TokenState::Refused, TokenState::Usable];
    assert_eq!(states, expected, "only one of them is done for");

    github.replace_tokens([Secret::new("shut")]);
    let error = github.repository(&name).await.unwrap_err();
    let refusal = error.as_http().and_then(|error| error.refusal());
    assert_eq!(refusal.map(|refusal| refusal.code()), Some(403));
    github.replace_tokens([]);
    let error = github.repository(&name).await.unwrap_err();
    assert!(matches!(error, GithubError::NoToken { .. }), "{error:?}");
}

/// Serves so many files, each with contents, in pages of at most 30 and contents of at most 12.
async fn clumsy(files: usize) -> MockServer {
    let server = MockServer::start().await;
    let number = |request: &Request, name: &str| -> usize {
        let found = request.url.query_pairs().find(|(key, _)| key == name);
        found.unwrap().1.parse().unwrap()
    };
    let listed = move |request: &Request| {
        let (size, page) = (number(request, "per_page"), number(request, "page"));
        if size > 30 {
            return ResponseTemplate::new(502);
        }
        let rows = (0..files).skip((page - 1) * size).take(size);
        let rows =
            rows.map(|n| json!({"filename": format!("src/\"{n}\".rs"), "status": "modified"}));
        good(rows.collect())
    };
    Mock::given(method("GET"))
        .and(path("/repos/acme/widget/pulls/1/files"))
        .respond_with(listed)
        .mount(&server)
        .await;
    let contents = |request: &Request| {
        let body: Value = request.body_json().unwrap();
        let variables = body["variables"].as_object().unwrap();
        let asked = variables.iter().filter_map(|(name, at)| {
            Some((name, at.as_str()?)).filter(|_| name.starts_with(['b', 'h']))
        });
        let mut data = json!({"pullRequest": {"headRefOid": "h"}});
        let mut count = 0;
        for (name, at) in asked {
            count += 1;
            data[name.as_str()] = json!({"text": at, "byteSize": at.len(), "isBinary": false});
        }
        if count > 24 {
            let limit = json!({"type": "RESOURCE_LIMITS_EXCEEDED", "message": "too much"});
            return good(json!({"data": null, "errors": [limit]}));
        }
        good(json!({"data": {"repository": data}}))
    };
    Mock::given(path("/graphql"))
        .respond_with(contents)
        .mount(&server)
        .await;
    server
}

#[tokio::test]
async fn sr3_files_and_contents_come_whole_however_little_at_once() {
    let server = clumsy(70).await;
    let github = github(&server, &["a"]);
    let source: &dyn PullRequestSource = &github;
    let Files::Stored(stored) = source.files(&of(1)).await.unwrap() else {
        panic!("stored")
    };
    assert_eq!((stored.files.len(), stored.quarantined.len()), (70, 0));
    for (n, file) in stored.files.iter().enumerate() {
        let path = format!("src/\"{n}\".rs");
        assert_eq!(file.head_content, Some(format!("h:{path}")));
        assert_eq!(file.base_content, Some(format!("m:{path}")));
    }
    // Lists: 100 and 50 too much, three of 25. Contents: 50 and 25 too much, six of 12.
    let requests = github.http().counters().total().requests;
    assert!(requests <= 14, "{requests}");
}

#[tokio::test]
async fn a_pull_request_that_has_gone_on_is_not_mixed_with_what_it_was() {
    let server = clumsy(3).await;
    let github = github(&server, &["a"]);
    let old = Revision {
        head_sha: Some("earlier".into()),
        ..of(1)
    };
    let error = github.files(&old).await.unwrap_err();
    assert!(matches!(error, GithubError::Changing { .. }), "{error:?}");
    assert!(error.is_transient(), "the next list has the new commit");
}

#[tokio::test]
async fn contents_are_those_of_the_common_commit_unless_there_is_none() {
    for (compared, base) in [
        (
            good(json!({"merge_base_commit": {"sha": "common"}})),
            "common",
        ),
        (ResponseTemplate::new(404), "b"),
    ] {
        let server = clumsy(1).await;
        Mock::given(path("/repos/acme/widget/compare/b...h"))
            .and(query_param("per_page", "1"))
            .respond_with(compared)
            .mount(&server)
            .await;
        let unknown = Revision {
            merge_base_sha: None,
            ..of(1)
        };
        let files = github(&server, &["a"]).files(&unknown).await.unwrap();
        let content = files.stored().unwrap().files[0].base_content.clone();
        assert_eq!(content, Some(format!("{base}:src/\"0\".rs")));
    }
}

#[tokio::test]
async fn the_table_of_token_checks() {
    let viewer = |viewer: Value| good(json!({"data": {"viewer": viewer}}));
    for (answer, expected) in [
        (
            viewer(json!({"login": "dev"})),
            TokenCheck::Passes("dev".into()),
        ),
        (viewer(json!(null)), TokenCheck::SeesNobody),
        (ResponseTemplate::new(401), TokenCheck::Refused(401)),
        (
            good(json!({"errors": [{"message": "bad"}]})),
            TokenCheck::Failed("bad".into()),
        ),
        (
            good(json!({"errors": [{}]})),
            TokenCheck::Failed("unknown".into()),
        ),
    ] {
        let server = MockServer::start().await;
        Mock::given(any()).respond_with(answer).mount(&server).await;
        let check = github(&server, &[]).check(&Secret::new("a")).await;
        assert_eq!(check, expected);
    }
    let told = TokenCheck::SeesNobody.to_string();
    assert_eq!(
        told,
        "Fine-grained PATs need 'Public Repositories (read-only)' permission"
    );
}

#[tokio::test]
async fn a_client_that_is_given_is_used_and_left_to_its_owner() {
    let server = MockServer::start().await;
    Mock::given(any())
        .respond_with(good(json!({"login": "dev", "id": 77})).set_delay(Duration::from_millis(1)))
        .mount(&server)
        .await;
    let client = http();
    let token = Secret::new("a");
    for requests in [1, 2] {
        let borrowing = GitHub::builder().base(server.uri()).http(client.clone());
        let borrowing = borrowing.build().unwrap();
        borrowing.identity(&token).await;
        drop(borrowing);
        let counters = client.counters();
        assert_eq!(counters.total().requests, requests, "counted by its owner");
        assert_eq!(counters.connections, 1, "and its connection is still open");
    }
    let alone = GitHub::builder().base(server.uri()).build().unwrap();
    alone.identity(&token).await;
    assert_eq!(
        client.counters().total().requests,
        2,
        "one made alone is another one"
    );
}

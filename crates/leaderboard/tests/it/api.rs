//! The interface for programs, held against its own document.

use axonry_leaderboard::Standings;
use serde_json::Value;

use crate::Shown;

/// What is wrong with `value` by `schema`, if anything: as much of JSON Schema as the document uses.
fn fault(document: &Value, schema: &Value, value: &Value, at: &str) -> Option<String> {
    if let Some(reference) = schema["$ref"].as_str() {
        let path = reference.strip_prefix('#').expect("a local reference");
        let schema = document.pointer(path).expect("a schema that is there");
        return fault(document, schema, value, at);
    }
    if let Some(choices) = schema["oneOf"].as_array() {
        let faults = choices.iter();
        let faults: Vec<_> = faults.map(|one| fault(document, one, value, at)).collect();
        let fits = faults.iter().filter(|fault| fault.is_none()).count();
        return (fits != 1).then(|| format!("{at} fits {fits} of its choices: {faults:?}"));
    }
    let types: Vec<&str> = match &schema["type"] {
        Value::String(one) => vec![one],
        Value::Array(many) => many.iter().filter_map(Value::as_str).collect(),
        _ => return Some(format!("{at} has no type in the document")),
    };
    let is = match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(number) if number.is_u64() || number.is_i64() => "integer",
        Value::Number(_) => "number",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    };
    let fits = types.contains(&is) || (is == "integer" && types.contains(&"number"));
    if !fits {
        return Some(format!("{at} is {is} and not {types:?}"));
    }
    if let Some(number) = value.as_f64() {
        let (least, most) = (schema["minimum"].as_f64(), schema["maximum"].as_f64());
        if least.is_some_and(|least| number < least) || most.is_some_and(|most| number > most) {
            return Some(format!("{at} is {number}, out of range"));
        }
    }
    if let Some(values) = value.as_array() {
        let mut values = (0..).zip(values);
        return values.find_map(|(n, value)| {
            fault(document, &schema["items"], value, &format!("{at}[{n}]"))
        });
    }
    let object = value.as_object()?;
    let required = schema["required"].as_array().into_iter().flatten();
    let mut required = required.filter_map(Value::as_str);
    if let Some(missing) = required.find(|name| !object.contains_key(*name)) {
        return Some(format!("{at} lacks `{missing}`"));
    }
    object.iter().find_map(|(name, value)| {
        let at = format!("{at}.{name}");
        match (&schema["properties"][name], &schema["additionalProperties"]) {
            (Value::Null, Value::Bool(false)) => Some(format!("{at} is not in the document")),
            (Value::Null, other) => fault(document, other, value, &at),
            (known, _) => fault(document, known, value, &at),
        }
    })
}

#[tokio::test]
async fn every_answer_is_what_the_document_says() {
    let shown = Shown::of(40).await;
    let client = shown.client();
    let document = client.get("/api/v1/openapi.json").await.json();
    let mut asked = 0;
    for (path, operation) in document["paths"].as_object().expect("paths") {
        let answers = &operation["get"]["responses"];
        let schema = &answers["200"]["content"]["application/json"]["schema"];
        if schema.is_null() {
            continue;
        }
        // A validator, a miner with everything, one that is not eligible, one that was not judged.
        for uid in ["0", "1", "6", "9"] {
            let answer = client.get(&path.replace("{uid}", uid)).await;
            assert_eq!(answer.status, 200, "{path}");
            assert_eq!(fault(&document, schema, &answer.json(), path), None);
            asked += 1;
        }
        let refused = &answers["404"]["content"]["application/json"]["schema"];
        if path.contains("{uid}") {
            let answer = client.get(&path.replace("{uid}", "999")).await;
            assert_eq!(answer.status, 404);
            assert_eq!(fault(&document, refused, &answer.json(), path), None);
        }
    }
    assert_eq!(asked, 4 * 4, "four addresses are in the document");
}

#[test]
fn the_check_of_the_document_finds_what_is_wrong() {
    let schema = serde_json::json!({
        "type": "object", "required": ["uid"], "additionalProperties": false,
        "properties": { "uid": { "type": "integer", "maximum": 9 }, "of": { "type": "array", "items": { "type": ["number", "null"] } } }
    });
    let wrong = [
        r#"{}"#,
        r#"{"uid":"1"}"#,
        r#"{"uid":10}"#,
        r#"{"uid":1,"x":2}"#,
        r#"{"uid":1,"of":[1.5,true]}"#,
    ];
    for text in wrong {
        let value = serde_json::from_str(text).expect("JSON");
        assert!(
            fault(&Value::Null, &schema, &value, "it").is_some(),
            "{text}"
        );
    }
    let right = serde_json::json!({ "uid": 1, "of": [1, null, 0.5] });
    assert_eq!(fault(&Value::Null, &schema, &right, "it"), None);
}

#[tokio::test]
async fn one_board_reads_what_another_answers() {
    let shown = Shown::of(12).await;
    let answer = shown.client().get("/api/v1/standings").await;
    let read: Standings = serde_json::from_slice(&answer.body).expect("standings");
    assert_eq!((read.round, read.miners.len()), (3, 12));
    let again = Shown::of(0).await;
    again.board.publish(read).expect("well formed");
    let second = again.client().get("/api/v1/standings").await;
    assert_eq!(second.body, answer.body, "to the byte");
}

#[tokio::test]
async fn a_miners_history_and_reasons_are_its_own_addresses_business() {
    let shown = Shown::of(12).await;
    let table = shown.client().get("/api/v1/standings").await;
    assert!(!table.text().contains("explanation") && !table.text().contains("history"));
    let miner = shown.client().get("/api/v1/miners/4").await.json();
    assert_eq!(miner["explanation"]["parts"][0]["name"], "pull requests");
    let history = shown.client().get("/api/v1/history/4").await.json();
    assert_eq!(history["rounds"], miner["history"]);
    assert_eq!(history["rounds"].as_array().map(Vec::len), Some(3));
}

#[tokio::test]
async fn what_is_not_there_is_said_in_the_askers_language() {
    let shown = Shown::of(3).await;
    let client = shown.client();
    let api = client.get("/api/v1/miners/77").await;
    assert_eq!((api.status, api.json()["error"].is_string()), (404, true));
    let nowhere = client.get("/api/v2/standings").await;
    assert_eq!(
        (nowhere.status, nowhere.json()["error"].is_string()),
        (404, true)
    );
    let page = client.get("/miners/77").await;
    assert_eq!(page.status, 404);
    assert!(page.text().contains("<h1>Not here</h1>"));
}

#[tokio::test]
async fn a_board_without_a_round_asks_for_patience() {
    let shown = Shown::empty(crate::generous()).await;
    let client = shown.client();
    let answer = client.get("/api/v1/standings").await;
    assert_eq!(
        (answer.status, answer.header("retry-after")),
        (503, Some("30"))
    );
    let page = client.get("/").await;
    assert_eq!(page.status, 200);
    assert!(page.text().contains("No round yet"));
    let standings = crate::subnet::standings(1, 2);
    shown.board.publish(standings).expect("well formed");
    assert_eq!(client.get("/api/v1/standings").await.status, 200);
}

//! GraphQL queries, answered.

use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::Site;
use super::connection::{self, Refused};
use super::object::{Held, Object, field};
use super::query::{self, Field, Selection};
use crate::mirror::data::MirrorData;

/// How a query ends.
pub(super) enum Outcome {
    Answer(Value),
    /// The gateway gave up.
    TooLong,
}

#[derive(Deserialize)]
struct Question {
    query: String,
    #[serde(default)]
    variables: Map<String, Value>,
}

/// Answers a query of this account.
pub(super) fn answer(site: &Site, account: &str, body: &[u8]) -> Outcome {
    let refused = |kind: Option<&str>, message: String| {
        Outcome::Answer(json!({"errors": [{"type": kind, "message": message}]}))
    };
    let question: Question = match serde_json::from_slice(body) {
        Ok(question) => question,
        Err(error) => return refused(None, format!("Problems parsing JSON: {error}")),
    };
    let selections = match query::parse(&question.query, &question.variables) {
        Ok(selections) => selections,
        Err(why) => return refused(None, format!("Parse error: {why}")),
    };
    let largest = match connection::check(&selections) {
        Ok(largest) => largest,
        Err((kind, message)) => return refused(Some(kind), message),
    };
    if let Some(page) = site.rules.page {
        let contents = contents(&selections).div_ceil(2);
        let largest = usize::try_from(largest).unwrap_or(usize::MAX).max(contents);
        if largest > page {
            return Outcome::TooLong;
        }
    }
    let mut execution = Execution {
        data: &site.data,
        path: Vec::new(),
        errors: Vec::new(),
    };
    let root = Object::Query { viewer: account };
    match execution.object(&root, &selections) {
        Ok(data) if execution.errors.is_empty() => Outcome::Answer(json!({"data": data})),
        Ok(data) => Outcome::Answer(json!({"data": data, "errors": execution.errors})),
        Err((kind, message)) => refused(Some(kind), message),
    }
}

/// How many contents of files a query asks for.
fn contents(selections: &[Selection]) -> usize {
    let counts = selections.iter().map(|selection| match selection {
        Selection::On(_, below) => contents(below),
        Selection::Field(field) => {
            usize::from(field.name == "object") + contents(&field.selections)
        }
    });
    counts.sum()
}

struct Execution<'d> {
    data: &'d MirrorData,
    path: Vec<Value>,
    errors: Vec<Value>,
}

impl<'d> Execution<'d> {
    fn object(&mut self, object: &Object<'d>, selections: &[Selection]) -> Result<Value, Refused> {
        let mut answer = Map::new();
        self.select(object, selections, &mut answer)?;
        Ok(answer.into())
    }

    fn select(
        &mut self,
        object: &Object<'d>,
        selections: &[Selection],
        answer: &mut Map<String, Value>,
    ) -> Result<(), Refused> {
        for selection in selections {
            match selection {
                Selection::On(kind, below) if kind == object.kind() => {
                    self.select(object, below, answer)?;
                }
                Selection::On(..) => {}
                Selection::Field(asked) => {
                    self.path.push(asked.alias.as_str().into());
                    let value = self.field(object, asked)?;
                    self.path.pop();
                    answer.insert(asked.alias.clone(), value);
                }
            }
        }
        Ok(())
    }

    fn field(&mut self, object: &Object<'d>, asked: &Field) -> Result<Value, Refused> {
        let held = field(self.data, object, &asked.name, &asked.arguments).ok_or_else(|| {
            let (name, kind) = (&asked.name, object.kind());
            let message = format!("Field '{name}' doesn't exist on type '{kind}'");
            ("undefinedField", message)
        })?;
        match held {
            Held::Plain(value) => Ok(value),
            Held::Nothing => Ok(Value::Null),
            Held::One(object) => self.object(&object, &asked.selections),
            Held::Many(objects) => {
                let mut list = Vec::with_capacity(objects.len());
                for (place, object) in objects.iter().enumerate() {
                    self.path.push(place.into());
                    list.push(self.object(object, &asked.selections)?);
                    self.path.pop();
                }
                Ok(list.into())
            }
            Held::Missing(message) => {
                let path = self.path.clone();
                self.errors
                    .push(json!({"type": "NOT_FOUND", "path": path, "message": message}));
                Ok(Value::Null)
            }
        }
    }
}

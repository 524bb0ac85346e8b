//! A question on one connection.

use std::sync::Arc;

use serde::Serialize;
use serde_json::value::RawValue;

use super::connection::{Connection, Fault, READ, Stored};
use super::question::{Failure, Question};

/// How a question is put.
#[derive(Clone, Debug)]
pub(super) enum Form {
    /// With these parameters, as JSON.
    Params(Arc<str>),
    /// As a read of this key, `0x` and hexadecimal digits, together with others of the same block.
    Key(String),
}

/// What a question is answered with.
#[derive(Debug)]
pub(super) enum Answer {
    Json(Box<RawValue>),
    Stored(Option<Vec<u8>>),
}

/// Puts a question on one connection, under the first name it is served by.
pub(super) async fn answer_of(
    connection: &Connection,
    question: &Question,
    form: Form,
) -> Result<Answer, Failure> {
    let params = match form {
        Form::Params(params) => params,
        Form::Key(key) => {
            let at = question.at.expect("a key is read at a block");
            let alone = as_json(&(&key, at));
            if !connection.lacks(READ) {
                match connection.read(key, at).await {
                    Ok(Stored::Value(value)) => return Ok(Answer::Stored(value)),
                    Ok(Stored::AskAlone) => {}
                    Ok(Stored::Refused(error)) if error.is_unserved() => {
                        connection.note_missing(READ)
                    }
                    Ok(Stored::Refused(error)) => return Err(Failure::Refused(error)),
                    Err(fault) => return Err(of_fault(connection, READ, fault)),
                }
            }
            alone
        }
    };
    for method in served(connection, question) {
        let answer = connection.ask(method, Arc::clone(&params)).await;
        match answer.map_err(|fault| of_fault(connection, method, fault)) {
            Err(Failure::Unserved) => {}
            answer => return answer.map(Answer::Json),
        }
    }
    Err(Failure::Unserved)
}

/// The names of a method that the node has not said it does not serve.
pub(super) fn served(
    connection: &Connection,
    question: &Question,
) -> impl Iterator<Item = &'static str> {
    question.names().filter(|name| !connection.lacks(name))
}

pub(super) fn of_fault(connection: &Connection, method: &'static str, fault: Fault) -> Failure {
    match fault {
        Fault::Lost => Failure::Down("the connection was lost".into()),
        Fault::Refused(error) if error.is_unserved() => {
            connection.note_missing(method);
            Failure::Unserved
        }
        Fault::Refused(error) => Failure::Refused(error),
    }
}

pub(super) fn as_json(params: &impl Serialize) -> Arc<str> {
    let params = serde_json::to_string(params);
    params
        .expect("numbers, texts and lists of them are JSON")
        .into()
}

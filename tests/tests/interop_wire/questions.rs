//! The questions that both sides ask, and what is answered; `interop/questions.py` has the same.

use axonry_wire::{Failure, Synapse};
use bytes::Bytes;
use futures_util::stream::{self, Stream, StreamExt};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Question {
    pub(crate) text: String,
    pub(crate) count: u64,
    pub(crate) ratio: f64,
    pub(crate) flag: bool,
    pub(crate) tags: Vec<String>,
    pub(crate) deep: Value,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Short {
    pub(crate) text: String,
    pub(crate) count: u64,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Answer {
    pub(crate) answer: Option<String>,
}

/// What a handler needs of either question.
pub(crate) trait Answered {
    fn answered(&self) -> String;
}

impl Answered for Question {
    fn answered(&self) -> String {
        answer(&self.text, self.count)
    }
}

impl Answered for Short {
    fn answered(&self) -> String {
        answer(&self.text, self.count)
    }
}

pub(crate) async fn respond(asked: impl Answered) -> Result<Answer, Failure> {
    Ok(Answer {
        answer: Some(asked.answered()),
    })
}

/// Everything it asks is under the signature.
pub(crate) struct Hashed;

impl Synapse for Hashed {
    const NAME: &'static str = "Hashed";
    const REQUIRED: &'static [&'static str] = &["text", "count", "ratio", "flag", "tags", "deep"];
    type Request = Question;
    type Response = Answer;
}

macro_rules! unhashed {
    ($($name:ident),*) => {$(
        /// Nothing it asks is under the signature.
        pub(crate) struct $name;

        impl Synapse for $name {
            const NAME: &'static str = stringify!($name);
            const REQUIRED: &'static [&'static str] = &["text", "count"];
            const HASHED: &'static [&'static str] = &[];
            type Request = Short;
            type Response = Answer;
        }
    )*};
}

unhashed!(Unhashed, Bare, Closed);

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Words {
    pub(crate) text: String,
}

/// Answers in pieces: each word of the text, one after the other.
pub(crate) struct Streamed;

impl Synapse for Streamed {
    const NAME: &'static str = "Streamed";
    const REQUIRED: &'static [&'static str] = &["text"];
    type Request = Words;
    type Response = Answer;
}

pub(crate) async fn words(asked: Words) -> Result<impl Stream<Item = Piece>, Failure> {
    let words: Vec<_> = asked
        .text
        .split(' ')
        .map(|word| format!("{word} "))
        .collect();
    Ok(stream::iter(words).map(|word| Ok(Bytes::from(word))))
}

type Piece = Result<Bytes, Failure>;

/// The question of a number: no two alike, and none that prints plainly.
pub(crate) fn question(number: u32) -> Question {
    let tags = [format!("a{number}"), "it's".into(), "\u{7f}\u{200b}".into()];
    let few = usize::try_from(number % 4).expect("below four");
    Question {
        text: format!("it's \"№ {number}\"\n\tand a \\ \u{1f9e0}"),
        count: u64::from(number) * 10_u64.pow(13),
        ratio: (f64::from(number) - 500.0) / 7e6,
        flag: number.is_multiple_of(2),
        tags: tags.into_iter().take(few).collect(),
        deep: json!({"a": [1.0, null, true, {"b'": 1e16}], "z": {"n": -i64::from(number)}}),
    }
}

pub(crate) fn answer(text: &str, count: u64) -> String {
    let backwards: String = text.chars().rev().collect();
    format!("{count}: {backwards}")
}

use std::borrow::Cow;

use axonry_core::Uid;
use twox_hash::XxHash64;

use crate::predictions::rows::{Answer, MinerId, Prediction, RequestId};
use crate::predictions::schema::{NOTHING, STORED_AS_F32};
use crate::value::{Value, checksum};

/// One row of `miner_predictions`, ready to be written.
pub(in crate::predictions) struct Row<'a> {
    pub(in crate::predictions) request: RequestId,
    pub(in crate::predictions) uid: Uid,
    pub(in crate::predictions) miner: MinerId,
    pub(in crate::predictions) format_validation: Cow<'a, str>,
    pub(in crate::predictions) process_time: Option<f64>,
    pub(in crate::predictions) prediction: Cow<'a, str>,
    pub(in crate::predictions) paths: Option<&'a [u8]>,
    pub(in crate::predictions) checksum: i64,
}

impl<'a> Row<'a> {
    pub(super) fn of(request: RequestId, miner: MinerId, answer: &'a Answer) -> Self {
        let (prediction, paths) = match &answer.prediction {
            Prediction::Nothing => (Cow::Borrowed(NOTHING), None),
            Prediction::Json(text) => (quoted(text), None),
            Prediction::F32(bytes) => (Cow::Borrowed(STORED_AS_F32), Some(bytes.as_slice())),
        };
        let mut row = Row {
            request,
            uid: answer.uid,
            miner,
            // The one character that PostgreSQL's texts cannot hold.
            format_validation: match answer.format_validation.contains('\0') {
                true => Cow::Owned(answer.format_validation.replace('\0', "\u{fffd}")),
                false => Cow::Borrowed(&answer.format_validation),
            },
            process_time: answer.process_time.filter(|seconds| seconds.is_finite()),
            prediction,
            paths,
            checksum: 0,
        };
        row.checksum = row.sum();
        row
    }

    /// The same without what a database refuses.
    pub(super) fn without_paths(&self) -> Self {
        let mut row = Row {
            format_validation: self.format_validation.clone(),
            prediction: Cow::Borrowed(NOTHING),
            paths: None,
            ..*self
        };
        row.checksum = row.sum();
        row
    }

    /// How long the prediction is.
    pub(super) fn bytes(&self) -> usize {
        self.prediction.len() + self.paths.map_or(0, <[u8]>::len)
    }

    fn sum(&self) -> i64 {
        sum(
            self.request,
            self.miner,
            self.process_time,
            &self.format_validation,
            &self.prediction,
            self.paths,
        )
    }
}

/// The checksum of a prediction. What is long stands in it as 64 bits of xxHash: it is the disk that
/// is not trusted here, not a miner, and seven hundred megabytes are to be written within seconds.
pub(in crate::predictions) fn sum(
    request: RequestId,
    miner: MinerId,
    process_time: Option<f64>,
    format_validation: &str,
    prediction: &str,
    paths: Option<&[u8]>,
) -> i64 {
    let short = |bytes: &[u8]| XxHash64::oneshot(0, bytes).to_le_bytes().to_vec();
    let row = [
        request.0.into(),
        miner.0.into(),
        Value::Real(process_time),
        format_validation.into(),
        short(prediction.as_bytes()).into(),
        Value::Bytes(paths.map(short)),
    ];
    checksum("miner_predictions", &row)
}

/// A JSON text in which Python's `NaN`, `Infinity` and `-Infinity` are strings.
fn quoted(text: &str) -> Cow<'_, str> {
    if !text.contains('N') && !text.contains('I') {
        return Cow::Borrowed(text);
    }
    let mut quoted = String::with_capacity(text.len() + 64);
    // Every other part is inside of a string; a backslash keeps a quote from ending it.
    let (mut inside, mut rest) = (false, text);
    while !rest.is_empty() {
        if inside {
            let end = end_of_string(rest);
            quoted.push_str(&rest[..end]);
            rest = &rest[end..];
        } else {
            let end = rest.find('"').map_or(rest.len(), |quote| quote + 1);
            let bare = rest[..end].replace("NaN", "\"NaN\"");
            let bare = bare.replace("Infinity", "\"Infinity\"");
            quoted.push_str(&bare.replace("-\"Infinity\"", "\"-Infinity\""));
            rest = &rest[end..];
        }
        inside = !inside;
    }
    Cow::Owned(quoted)
}

/// Where a string whose first quote is behind us ends.
fn end_of_string(text: &str) -> usize {
    let mut escaped = false;
    for (place, byte) in text.bytes().enumerate() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = true,
            b'"' => return place + 1,
            _ => {}
        }
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_only_python_calls_json_is_kept_as_texts() {
        for (text, kept) in [
            ("[1,2.5]", "[1,2.5]"),
            (
                "[NaN,-Infinity,Infinity]",
                r#"["NaN","-Infinity","Infinity"]"#,
            ),
            (r#"["NaN",NaN]"#, r#"["NaN","NaN"]"#),
            (
                r#"["a\"NaN",NaN,"\\",-Infinity]"#,
                r#"["a\"NaN","NaN","\\","-Infinity"]"#,
            ),
            (r#"["NaN"#, r#"["NaN"#),
        ] {
            assert_eq!(quoted(text), kept, "{text}");
        }
    }
}

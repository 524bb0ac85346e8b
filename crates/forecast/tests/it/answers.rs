//! What becomes of a miner's answer.

use std::fs;
use std::path::Path;

use axonry_forecast::{Answer, Flaw, Mode, Prompt, Validation, read_answer, read_paths};
use axonry_wire::bt::PythonValue;
use proptest::prelude::*;

#[expect(unreachable_pub, reason = "the fuzz target is another crate")]
#[path = "../../fuzz/src/input.rs"]
mod input;

use input::{check_answer, prompt};

fn answer(output: &str, mode: Mode) -> Answer {
    let body = format!(r#"{{"simulation_input":{{}},"simulation_output":{output}}}"#);
    read_answer(body.as_bytes(), &prompt(), mode)
}

/// An answer of which one price is this.
fn with_price(price: &str) -> String {
    format!("[1770114300,300,[1,{price},3,4],[1,2,3,4]]")
}

#[test]
fn every_saved_answer_is_sound_or_refused() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus/answer");
    let entries = fs::read_dir(folder).expect("the corpus is in the repository");
    let mut correct = 0;
    for entry in entries {
        let path = entry.expect("the folder was opened").path();
        let body = fs::read(&path).expect("a file of the corpus");
        check_answer(&body).unwrap_or_else(|broken| panic!("{}: {broken}", path.display()));
        let answer = read_answer(&body, &prompt(), Mode::Parity);
        correct += usize::from(answer.validation.is_correct());
    }
    assert_eq!(correct, 15, "of the corpus are correct");
}

#[test]
fn the_fuller_mode_wants_numbers_that_can_be_prices() {
    let outcomes = |price: &str| {
        [Mode::Parity, Mode::Full].map(|mode| answer(&with_price(price), mode).validation)
    };
    for (price, outcome) in [
        ("NaN", Flaw::NotFinite("nan".into())),
        ("-Infinity", Flaw::NotFinite("-inf".into())),
        ("1e400", Flaw::NotFinite("inf".into())),
        ("\"inf\"", Flaw::NotFinite("inf".into())),
        ("0", Flaw::ZeroPrice),
        ("-0.0", Flaw::ZeroPrice),
        ("1e-400", Flaw::ZeroPrice),
        ("false", Flaw::ZeroPrice),
        ("\"0.00\"", Flaw::ZeroPrice),
    ] {
        let expected = [Validation::Correct, Validation::Incorrect(outcome)];
        assert_eq!(outcomes(price), expected, "{price}");
    }
    for price in ["-5.5", "1e-7", "\"12.5\"", "12345678"] {
        let correct = [Validation::Correct, Validation::Correct];
        assert_eq!(outcomes(price), correct, "{price}");
    }
}

#[test]
fn what_is_kept_is_the_text_that_came_where_everybody_reads_it() {
    let kept = |price: &str| {
        let body = format!(
            r#"{{"simulation_input":{{}},"simulation_output": {} }}"#,
            with_price(price)
        );
        let answer = read_answer(body.as_bytes(), &prompt(), Mode::Parity);
        answer
            .text(body.as_bytes(), &prompt())
            .map(|text| text.into_owned())
    };
    for price in ["2", "2.50", "1E-7"] {
        assert_eq!(kept(price), Some(with_price(price)), "as it came");
    }
    for (price, written) in [
        ("NaN", "\"NaN\""),
        ("-1e400", "\"-Infinity\""),
        ("true", "1"),
        ("\" 2.50\"", "2.5"),
        ("\"12345678\"", "12345678"),
    ] {
        assert_eq!(kept(price), Some(with_price(written)), "anew");
    }
    assert_eq!(kept("null"), None, "nothing of what is wrong");
}

#[test]
fn a_short_body_takes_little_memory_whatever_was_asked() {
    let mut greedy: Prompt = prompt();
    greedy.num_simulations = u32::MAX;
    greedy.time_length = u32::MAX;
    let answer = read_paths(b"[1770114300,300,[1,2,3,4]]", &greedy, Mode::Parity);
    let outcome = "Number of paths is incorrect: expected 4294967295, got 1";
    assert_eq!(answer.validation.to_string(), outcome);
}

/// A number of JSON, in every way to write one.
fn number() -> impl Strategy<Value = String> {
    let whole = prop_oneof![Just("0".to_owned()), "[1-9][0-9]{0,20}"];
    let decimals =
        prop_oneof![2 => "\\.[0-9]{1,8}", 1 => "\\.[0-9]{9,24}", 1 => "\\.0{0,6}[0-9]0{0,9}"];
    let exponent = "[eE][+-]?[0-9]{1,3}";
    let parts = (
        "-?",
        whole,
        proptest::option::of(decimals),
        proptest::option::of(exponent),
    );
    parts.prop_map(|(sign, whole, decimals, exponent)| {
        [
            sign,
            whole,
            decimals.unwrap_or_default(),
            exponent.unwrap_or_default(),
        ]
        .concat()
    })
}

proptest! {
    /// The reader tells values and printed lengths from the text; here they are read by the standard
    /// library, and printed.
    #[test]
    fn a_number_is_read_and_judged_as_python_does(number in number()) {
        let value: f64 = number.parse().expect("a number");
        let printed = match number.contains(['.', 'e', 'E']) {
            true => PythonValue::Float(value).to_string(),
            false => number.replace("-0", if number == "-0" { "0" } else { "-0" }),
        };
        let answer = answer(&with_price(&number), Mode::Parity);
        if printed.replace('.', "").len() > 8 {
            let outcome = Validation::Incorrect(Flaw::TooManyDigits(printed.into()));
            prop_assert_eq!(answer.validation, outcome);
        } else {
            prop_assert_eq!(&answer.validation, &Validation::Correct);
            let read = answer.paths.expect("it is correct").path(0)[1];
            prop_assert!(read == value, "{} instead of {}", read, value);
        }
    }

    #[test]
    fn no_body_breaks_the_reader(
        price in number(),
        at in any::<prop::sample::Index>(),
        byte in any::<u8>(),
        cut in any::<prop::sample::Index>(),
    ) {
        let output = with_price(&price);
        let body = format!(r#"{{"simulation_input":{{"asset":"é"}},"simulation_output":{output}}}"#);
        let mut body = body.into_bytes();
        prop_assert_eq!(check_answer(&body), Ok(()));
        let at = at.index(body.len());
        body[at] = byte;
        prop_assert_eq!(check_answer(&body), Ok(()));
        prop_assert_eq!(check_answer(&body[..cut.index(body.len())]), Ok(()));
    }
}

//! What fuzz inputs mean, and what must hold of them; the crate's tests run the corpus through it.

use axonry_forecast::{Mode, Paths, Prompt, read_answer, read_paths};

/// What the inputs are answers to: two paths of four prices.
pub fn prompt() -> Prompt {
    Prompt {
        asset: "BTC".parse().expect("an asset"),
        start_time: "2026-02-03T10:25:00Z".parse().expect("a moment"),
        time_increment: 300.try_into().expect("not 0"),
        time_length: 900,
        num_simulations: 2,
    }
}

/// Reads the body of an answer in both modes, and what is kept of it.
///
/// # Errors
///
/// An answer that is correct and is not what was asked for, that only the stricter mode takes, or
/// that comes back as another from what is kept.
pub fn check_answer(body: &[u8]) -> Result<(), String> {
    let prompt = prompt();
    let parity = read_answer(body, &prompt, Mode::Parity);
    let full = read_answer(body, &prompt, Mode::Full);
    if parity.validation.is_correct() != parity.paths.is_some() {
        return Err(format!("{} and {:?}", parity.validation, parity.paths));
    }
    if let Some(paths) = &full.paths {
        let sound = |price: &f64| price.is_finite() && *price != 0.0;
        if !paths.prices().iter().all(sound) {
            return Err(format!("prices that are none: {:?}", paths.prices()));
        }
        if full.paths != parity.paths {
            return Err(format!("{} in parity", parity.validation));
        }
    }
    let Some(paths) = &parity.paths else {
        return Ok(());
    };
    if (paths.count(), paths.points()) != (2, 4) {
        return Err(format!("{paths:?}"));
    }
    let kept = parity.text(body, &prompt).ok_or("nothing to keep")?;
    let again = read_paths(kept.as_bytes(), &prompt, Mode::Parity);
    match &again.paths {
        Some(read) if same(read, paths) => Ok(()),
        _ => Err(format!("{} of what was kept: {kept}", again.validation)),
    }
}

/// Whether prices are the same, NaN being one number and zero another.
fn same(one: &Paths, other: &Paths) -> bool {
    let mut pairs = one.prices().iter().zip(other.prices());
    pairs.all(|(one, other)| one == other || one.is_nan() && other.is_nan())
}

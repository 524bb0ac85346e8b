/// Digits in groups of three: `1,234,567`.
pub(crate) fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// A number with about four digits that mean something: `0`, `0.03125`, `0.7512`, `12.5`, `1.2e-7`.
pub(crate) fn compact(number: f64) -> String {
    let size = number.abs();
    let decimals = match size {
        0.0 => return "0".to_owned(),
        size if size < 1e-4 => return format!("{number:.2e}"),
        size if size < 0.1 => 5,
        size if size < 10.0 => 4,
        size if size < 100.0 => 3,
        size if size < 1_000.0 => 2,
        size if size < 1e15 => 1,
        _ => return format!("{number:.3e}"),
    };
    let text = format!("{number:.decimals$}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// A part of a whole: `12.3 %`, and never `0.0 %` for something.
pub(crate) fn percent(part: f64) -> String {
    let percent = part * 100.0;
    match percent {
        0.0 => "0 %".to_owned(),
        percent if percent > 0.0 && percent < 0.01 => "&lt; 0.01 %".to_owned(),
        percent if percent < 1.0 => format!("{percent:.2} %"),
        percent => format!("{percent:.1} %"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_come_in_threes() {
        let shown = [0, 999, 1_000, 1_234_567].map(grouped);
        assert_eq!(shown, ["0", "999", "1,000", "1,234,567"]);
    }

    #[test]
    fn a_number_shows_what_it_is_worth_and_no_more() {
        let given = [
            0.0, 0.031_25, 0.751_234, 1.5, 12.5, 4_096.0, 1.2e-7, -0.25, 3e18,
        ];
        let shown = [
            "0", "0.03125", "0.7512", "1.5", "12.5", "4096", "1.20e-7", "-0.25", "3.000e18",
        ];
        assert_eq!(given.map(compact), shown);
    }

    #[test]
    fn a_sliver_is_not_nothing() {
        let shown = [0.0, 0.000_01, 0.001_2, 0.25, 1.0].map(percent);
        assert_eq!(shown, ["0 %", "&lt; 0.01 %", "0.12 %", "25.0 %", "100.0 %"]);
    }
}

//! Traces as text: one number per line, indented below what it is part of.

use std::fmt::{self, Display, Formatter};

use super::{Comparison, Condition, Rule, Trace};

/// The tree, a number per line.
impl Display for Trace {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        line(self, formatter)?;
        below(self, "", formatter)
    }
}

fn below(trace: &Trace, indent: &str, formatter: &mut Formatter<'_>) -> fmt::Result {
    let conditions = trace.conditions.len();
    let rows = conditions + trace.parts.len();
    for row in 0..rows {
        let is_last = row + 1 == rows;
        let (branch, rest) = if is_last {
            ("└ ", "  ")
        } else {
            ("├ ", "│ ")
        };
        write!(formatter, "\n{indent}{branch}")?;
        match trace.conditions.get(row) {
            Some(condition) => write!(formatter, "{condition}")?,
            None => {
                let part = &trace.parts[row - conditions];
                line(part, formatter)?;
                below(part, &format!("{indent}{rest}"), formatter)?;
            }
        }
    }
    Ok(())
}

fn line(trace: &Trace, formatter: &mut Formatter<'_>) -> fmt::Result {
    write!(formatter, "{}: {}", trace.name, Short(trace.value))?;
    if !trace.unit.is_empty() {
        write!(formatter, " {}", trace.unit)?;
    }
    match trace.rule {
        Rule::Given => {}
        Rule::Gate if trace.is_open() => {
            formatter.write_str(" (open)")?;
        }
        Rule::Gate => formatter.write_str(" (closed)")?,
        rule => write!(formatter, " ({rule})")?,
    }
    if let Some(note) = &trace.note {
        write!(formatter, " · {note}")?;
    }
    if let Some(remedy) = &trace.remedy {
        let then = Short(remedy.then);
        write!(formatter, " → {then}")?;
        if !trace.unit.is_empty() {
            write!(formatter, " {}", trace.unit)?;
        }
        write!(formatter, " with {}", remedy.change)?;
    }
    Ok(())
}

impl Display for Rule {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Given => formatter.write_str("given"),
            Self::Sum | Self::Add => formatter.write_str("sum"),
            Self::Subtract => formatter.write_str("difference"),
            Self::Multiply => formatter.write_str("product"),
            Self::Share => formatter.write_str("share"),
            Self::Cap { at } => write!(formatter, "at most {}", Short(*at)),
            Self::Floor { at } => write!(formatter, "at least {}", Short(*at)),
            Self::Round => formatter.write_str("two decimals"),
            Self::Decay { curve } => write!(formatter, "{curve}"),
            Self::Saturate { scale } => write!(formatter, "63 % at {}", Short(*scale)),
            Self::Slots { size } => write!(formatter, "one per {}", Short(*size)),
            Self::Gate => formatter.write_str("gate"),
        }
    }
}

impl Display for Condition {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        let (have, limit) = (Short(self.have), Short(self.limit));
        let (bound, off) = match self.comparison {
            Comparison::Never => return write!(formatter, "refused: {}", self.name),
            Comparison::AtLeast => ("at least", "short"),
            Comparison::AtMost => ("at most", "over"),
        };
        write!(formatter, "{}: {have} of {bound} {limit}", self.name)?;
        match self.distance() {
            Some(distance) => write!(formatter, ", {} {off}", Short(distance)),
            None => Ok(()),
        }
    }
}

/// A number as people read it: up to four decimals, and four digits of what is smaller.
struct Short(f64);

impl Display for Short {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        let size = self.0.abs();
        if size != 0.0 && !(1e-3..1e15).contains(&size) {
            return write!(formatter, "{:.3e}", self.0);
        }
        let text = format!("{:.4}", self.0);
        let text = text.trim_end_matches('0').trim_end_matches('.');
        formatter.write_str(if text == "-0" { "0" } else { text })
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Quantity, Remedy, add, given, multiply, round};
    use super::*;

    #[test]
    fn a_trace_reads_from_the_top_down() {
        let merit: Trace = round(
            "merit",
            multiply(
                "product",
                [
                    given::<Trace>("base", 12.5).in_unit("points"),
                    given::<Trace>("decay", 0.123_456_7).noted(|| Some("17 days old".to_owned())),
                ],
            ),
        )
        .in_unit("points");
        let few = Condition::at_least("merged", 2.0, 3.0);
        let trace = Trace::gated("score", merit, [few])
            .remedied(|passing| Some(Remedy::more(1, ["merge", "merges"], passing)))
            .named(|| "acme/widgets".to_owned());
        let trace: Trace = add("total", [trace, given("rest", 1e-9)]);
        assert_eq!(
            trace.to_string(),
            "total: 1.000e-9 (sum)\n\
             ├ acme/widgets: 0 points (closed) → 1.54 points with 1 more merge\n\
             │ ├ merged: 2 of at least 3, 1 short\n\
             │ └ merit: 1.54 points (two decimals)\n\
             │   └ product: 1.5432 (product)\n\
             │     ├ base: 12.5 points\n\
             │     └ decay: 0.1235 · 17 days old\n\
             └ rest: 1.000e-9"
        );
    }
}

//! Lines over rounds, as SVG.

use std::fmt::Write as _;

use crate::Point;
use crate::html::{compact, grouped};

/// How many points a line in the table has.
const SPARK: usize = 32;
/// Its size.
const SPARK_WIDTH: f64 = 88.0;
const SPARK_HEIGHT: f64 = 22.0;

const WIDTH: f64 = 960.0;
const HEIGHT: f64 = 240.0;
const LEFT: f64 = 64.0;
const RIGHT: f64 = 12.0;
const TOP: f64 = 12.0;
const BOTTOM: f64 = 28.0;

/// The moving average over the last rounds, without scale: from zero to the line's own top.
pub(super) fn spark(history: &[Point]) -> String {
    let history = &history[history.len().saturating_sub(SPARK)..];
    let ([first, .., last], true) = (history, history.len() > 1) else {
        return "<span class=\"spark\"></span>".to_owned();
    };
    let top = top_of(history.iter().map(|point| point.average));
    let place = scale(0.0, SPARK_WIDTH, (history.len() - 1) as f64);
    let height = scale(SPARK_HEIGHT - 2.0, 2.0, top);
    let mut line = String::new();
    for (index, point) in history.iter().enumerate() {
        let letter = if index == 0 { 'M' } else { 'L' };
        let (x, y) = (place(index as f64), height(point.average.max(0.0)));
        let _ = write!(line, "{letter}{x:.0} {y:.1}");
    }
    format!(
        "<svg class=\"spark\" viewBox=\"0 0 {SPARK_WIDTH} {SPARK_HEIGHT}\" role=\"img\" \
         aria-label=\"average over {} rounds, from {} to {}\"><path d=\"{line}\"/></svg>",
        history.len(),
        compact(first.average),
        compact(last.average),
    )
}

/// Scores and averages over all rounds that are kept, with a scale.
pub(super) fn plot(history: &[Point]) -> String {
    let ([first, .., last], true) = (history, history.len() > 1) else {
        return "<p class=\"quiet\">A line needs two rounds; there are fewer so far.</p>\n"
            .to_owned();
    };
    let scores = history.iter().filter_map(|point| point.score);
    let top = top_of(history.iter().map(|point| point.average).chain(scores));
    let step = step(top);
    let lines = (top / step).ceil().max(1.0);
    let height = scale(HEIGHT - BOTTOM, TOP, lines * step);
    let rounds = last.round.saturating_sub(first.round).max(1) as f64;
    let along = scale(LEFT, WIDTH - RIGHT, rounds);
    let place = |point: &Point| along(point.round.saturating_sub(first.round) as f64);
    let mut out = format!(
        "<svg class=\"plot\" viewBox=\"0 0 {WIDTH} {HEIGHT}\" role=\"img\" \
         aria-label=\"scores and moving average from round {} to round {}; the average went from \
         {} to {}\">\n<g class=\"grid\">",
        first.round,
        last.round,
        compact(first.average),
        compact(last.average),
    );
    let mut mark = 0.0;
    while mark <= lines {
        let y = height(mark * step);
        let _ = write!(
            out,
            "<path d=\"M{LEFT} {y:.1}H{}\"/><text x=\"{}\" y=\"{:.1}\">{}</text>",
            WIDTH - RIGHT,
            LEFT - 8.0,
            y + 4.0,
            compact(mark * step),
        );
        mark += 1.0;
    }
    let foot = HEIGHT - 8.0;
    let _ = write!(
        out,
        "<text class=\"first\" x=\"{LEFT}\" y=\"{foot}\">round {}</text>\
         <text x=\"{}\" y=\"{foot}\">round {}</text></g>\n<g class=\"dots\">",
        grouped(first.round),
        WIDTH - RIGHT,
        grouped(last.round),
    );
    for point in history {
        if let Some(score) = point.score {
            let (x, y) = (place(point), height(score.max(0.0)));
            let _ = write!(out, "<circle cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"2\"/>");
        }
    }
    out.push_str("</g>\n<path class=\"line\" d=\"");
    for (index, point) in history.iter().enumerate() {
        let letter = if index == 0 { 'M' } else { 'L' };
        let (x, y) = (place(point), height(point.average.max(0.0)));
        let _ = write!(out, "{letter}{x:.1} {y:.1}");
    }
    out.push_str(
        "\"/></svg>\n<p class=\"legend\"><span class=\"key line\">moving average</span> \
         <span class=\"key dot\">score of the round</span></p>\n",
    );
    out
}

fn top_of(values: impl Iterator<Item = f64>) -> f64 {
    let top = values.fold(0.0, f64::max);
    if top > 0.0 { top } else { 1.0 }
}

/// From 0…`most` to `from`…`to`.
fn scale(from: f64, to: f64, most: f64) -> impl Fn(f64) -> f64 {
    move |value| from + (to - from) * (value / most)
}

/// A round number of which three to five make up the top.
fn step(top: f64) -> f64 {
    let size = 10_f64.powf((top / 4.0).log10().floor());
    let choices = [1.0, 2.0, 5.0, 10.0].map(|factor| factor * size);
    let fits = choices.into_iter().find(|step| top / step <= 4.0);
    fits.unwrap_or(top)
}

#[cfg(test)]
mod tests {
    use axonry_core::BlockNumber;

    use super::*;

    fn history(averages: &[f64]) -> Vec<Point> {
        let numbered = (1..).zip(averages);
        let points = numbered.map(|(round, &average)| Point {
            round,
            block: BlockNumber(round * 360),
            score: Some(average),
            average,
            weight: 0,
        });
        points.collect()
    }

    #[test]
    fn a_line_goes_from_the_first_round_to_the_last_and_up_to_its_top() {
        let line = spark(&history(&[0.0, 0.5, 1.0]));
        assert!(line.contains("d=\"M0 20.0L44 11.0L88 2.0\""), "{line}");
        assert!(line.contains("over 3 rounds, from 0 to 1"), "{line}");
        assert!(
            !spark(&history(&[0.5])).contains("<svg"),
            "one point is no line"
        );
    }

    #[test]
    fn a_scale_has_round_numbers_that_cover_what_there_is() {
        let steps = [1.0, 0.37, 950.0, 3e-7].map(step);
        assert_eq!(steps, [0.5, 0.1, 500.0, 1e-7]);
        for top in [1e-300, 1e300, 0.7] {
            assert!(step(top) > 0.0 && top / step(top) <= 4.0, "{top}");
        }
    }

    #[test]
    fn nothing_ever_leaves_the_picture() {
        for averages in [&[0.0, 0.0][..], &[1e300, 1e-300], &[0.3; 600]] {
            let drawn = plot(&history(averages));
            assert!(
                !drawn.contains("NaN") && !drawn.contains("inf"),
                "{averages:?}"
            );
        }
    }
}

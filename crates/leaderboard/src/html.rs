//! Words and numbers on a page.

mod number;
mod query;

use std::fmt;

pub(crate) use number::{compact, grouped, percent};
pub(crate) use query::{decoded, encoded};

/// A text that came from somebody: nothing in it is markup, and nothing in it turns the line around.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Text<'a>(pub(crate) &'a str);

impl fmt::Display for Text<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for c in self.0.chars() {
            match c {
                '&' => f.write_str("&amp;")?,
                '<' => f.write_str("&lt;")?,
                '>' => f.write_str("&gt;")?,
                '"' => f.write_str("&quot;")?,
                '\'' => f.write_str("&#39;")?,
                '\n' | '\t' => f.write_str(" ")?,
                c if c.is_control() || turns(c) => f.write_str("·")?,
                c => fmt::Write::write_char(f, c)?,
            }
        }
        Ok(())
    }
}

/// Marks that change the direction in which what follows is read.
const fn turns(c: char) -> bool {
    matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{200e}' | '\u{200f}')
}

/// The beginning of a text, on a line.
pub(crate) fn shortened(text: &str, longest: usize) -> String {
    match text.char_indices().nth(longest) {
        None => text.to_owned(),
        Some(_) => text.chars().take(longest - 1).chain(['…']).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_somebody_wrote_stays_text() {
        let written = "<img src=x onerror='steal(\"&\")'>\u{202e}\u{7}\n";
        let shown = Text(written).to_string();
        assert_eq!(
            shown,
            "&lt;img src=x onerror=&#39;steal(&quot;&amp;&quot;)&#39;&gt;·· "
        );
    }

    #[test]
    fn a_long_text_ends_with_a_mark() {
        assert_eq!(shortened("ärger", 5), "ärger");
        assert_eq!(shortened("ärgerlich", 5), "ärge…");
    }
}

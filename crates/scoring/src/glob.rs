//! Shell patterns as Python's `fnmatch.fnmatchcase` reads them.

/// A compiled pattern: `*` any run (also of `/`), `?` one character, `[seq]` and `[!seq]` one
/// character in or out of a set; no escape character. Matches whole texts, minding case.
///
/// ```
/// use axonry_scoring::glob::Glob;
/// assert!(Glob::new("release-*").matches("release-1/2"));
/// assert!(!Glob::new("release-*").matches("Release-1"));
/// ```
#[derive(Clone, Debug)]
pub struct Glob(Vec<Token>);

#[derive(Clone, Debug)]
enum Token {
    Run,
    One,
    Char(char),
    Set {
        is_negated: bool,
        ranges: Vec<(char, char)>,
    },
}

impl Token {
    fn accepts(&self, c: char) -> bool {
        match self {
            Self::Run | Self::One => true,
            Self::Char(own) => *own == c,
            Self::Set { is_negated, ranges } => {
                ranges.iter().any(|&(low, high)| low <= c && c <= high) != *is_negated
            }
        }
    }
}

impl Glob {
    /// Compiles a pattern. Every text is one: an unclosed `[` stands for itself.
    pub fn new(pattern: &str) -> Self {
        let chars: Vec<char> = pattern.chars().collect();
        let mut tokens = Vec::new();
        let mut at = 0;
        while let Some(&c) = chars.get(at) {
            at += 1;
            tokens.push(match c {
                '*' => Token::Run,
                '?' => Token::One,
                '[' => match set_end(&chars, at) {
                    Some(end) => {
                        let set = set(&chars[at..end]);
                        at = end + 1;
                        set
                    }
                    None => Token::Char('['),
                },
                c => Token::Char(c),
            });
        }
        Self(tokens)
    }

    /// Whether the whole of `text` fits the pattern.
    ///
    /// Takes at most `text × pattern` steps: only the last `*` is ever tried again.
    pub fn matches(&self, text: &str) -> bool {
        let text: Vec<char> = text.chars().collect();
        let (mut at, mut token) = (0, 0);
        let mut retry = None;
        while at < text.len() {
            match self.0.get(token) {
                Some(Token::Run) => {
                    token += 1;
                    retry = Some((at, token));
                }
                Some(one) if one.accepts(text[at]) => {
                    at += 1;
                    token += 1;
                }
                _ => match retry {
                    Some((start, after)) => {
                        (at, token) = (start + 1, after);
                        retry = Some((at, after));
                    }
                    None => return false,
                },
            }
        }
        self.0[token..]
            .iter()
            .all(|token| matches!(token, Token::Run))
    }
}

/// Where the set that begins at `start` (after its `[`) ends; a `]` in first place belongs to it.
fn set_end(chars: &[char], start: usize) -> Option<usize> {
    let mut at = start;
    if chars.get(at) == Some(&'!') {
        at += 1;
    }
    if chars.get(at) == Some(&']') {
        at += 1;
    }
    (at..chars.len()).find(|&at| chars[at] == ']')
}

/// Reads what stands between the brackets, as `fnmatch.translate` of CPython 3.12 does.
fn set(inside: &[char]) -> Token {
    let (is_negated, inside) = match inside.split_first() {
        Some(('!', rest)) => (true, rest),
        _ => (false, inside),
    };
    // Every hyphen with a character on both sides makes a range, and its end makes no other.
    let mut chunks: Vec<Vec<char>> = Vec::new();
    let (mut start, mut from) = (0, 1);
    while let Some(hyphen) = (from..inside.len()).find(|&at| inside[at] == '-') {
        chunks.push(inside[start..hyphen].to_vec());
        (start, from) = (hyphen + 1, hyphen + 3);
    }
    match chunks.last_mut() {
        Some(last) if start >= inside.len() => last.push('-'),
        _ => chunks.push(inside[start.min(inside.len())..].to_vec()),
    }
    // An empty range, `b-a`, takes its two ends with it.
    for right in (1..chunks.len()).rev() {
        if chunks[right - 1].last() > chunks[right].first() {
            let rest = chunks.remove(right);
            chunks[right - 1].pop();
            chunks[right - 1].extend(rest.into_iter().skip(1));
        }
    }
    let mut ranges: Vec<_> = chunks.iter().flatten().map(|&c| (c, c)).collect();
    for pair in chunks.windows(2) {
        if let (Some(&low), Some(&high)) = (pair[0].last(), pair[1].first()) {
            ranges.push((low, high));
        }
    }
    Token::Set { is_negated, ranges }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_follow_fnmatch() {
        for (pattern, text, expected, why) in [
            ("", "", true, "nothing matches nothing"),
            ("*", "", true, "a run may be empty"),
            ("a*b*c", "a/b/b/c", true, "runs cross slashes"),
            ("a*b", "ab\n", false, "the whole text"),
            ("?", "é", true, "a character, not a byte"),
            ("[ab]x", "bx", true, "a set"),
            ("[!ab]x", "bx", false, "a negated set"),
            ("[]x]", "]", true, "a leading bracket belongs to the set"),
            ("[!]]", "]", false, "also after the negation"),
            ("[a", "[a", true, "an unclosed bracket stands for itself"),
            ("[a-c]", "b", true, "a range"),
            ("[a-]", "-", true, "a trailing hyphen is one"),
            ("[-a]", "-", true, "and so is a leading one"),
            ("[a-c-e]", "d", false, "a range's end begins no other"),
            ("[a-c-e]", "-", true, "so that hyphen stands for itself"),
            ("[c-a]", "b", false, "an empty range"),
            ("[!c-a]", "b", true, "the negation of an empty range"),
            ("[c-a]", "c", false, "takes its ends with it"),
            ("[^a]", "b", false, "no other negation"),
            (r"\*", r"\x", true, "no escape character"),
        ] {
            assert_eq!(
                Glob::new(pattern).matches(text),
                expected,
                "{pattern} {text}: {why}"
            );
        }
    }

    #[test]
    fn many_runs_are_no_trap() {
        let pattern = "a*".repeat(200) + "b";
        assert!(!Glob::new(&pattern).matches(&"a".repeat(2_000)));
    }
}

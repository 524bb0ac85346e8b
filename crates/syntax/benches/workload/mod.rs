//! Made-up changes of a given size: deterministic, and shaped like code that people write.

use std::fmt::Write as _;

use axonry_syntax::{Change, ChangeStatus};

/// A file before and after a change.
pub(crate) struct File {
    name: String,
    base: String,
    head: String,
}

impl File {
    /// The file as the scorer takes it.
    pub(crate) fn change(&self) -> Change<'_> {
        Change {
            filename: &self.name,
            status: ChangeStatus::Modified,
            deletions: 10,
            changes: 60,
            base: Some(&self.base),
            head: Some(&self.head),
        }
    }

    /// Bytes on both sides.
    pub(crate) fn bytes(&self) -> usize {
        self.base.len() + self.head.len()
    }
}

/// As many files of about so many lines; every other one is Rust, the rest Python.
///
/// Of ten functions two are written anew and one is gone.
pub(crate) fn files(count: usize, lines: usize) -> Vec<File> {
    let file = |number: usize| {
        let is_rust = number % 2 == 1;
        let (extension, function) = if is_rust {
            ("rs", rust as fn(&mut Lots, usize) -> String)
        } else {
            ("py", python as fn(&mut Lots, usize) -> String)
        };
        let mut lots = Lots(number as u64 + 1);
        let (mut base, mut head) = (String::new(), String::new());
        let mut line = 0;
        for function_number in 0.. {
            if line >= lines {
                break;
            }
            let before = function(&mut lots, line);
            line += before.lines().count();
            base.push_str(&before);
            match function_number % 10 {
                2 | 6 => head.push_str(&function(&mut lots, line)),
                4 => {}
                _ => head.push_str(&before),
            }
        }
        let name = format!("src/part_{number}.{extension}");
        File { name, base, head }
    };
    (0..count).map(file).collect()
}

/// Knuth's linear congruential generator.
struct Lots(u64);

impl Lots {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005) + 1;
        (self.0 >> 33) % limit
    }

    fn pick<T: Copy>(&mut self, from: &[T]) -> T {
        let limit = u64::try_from(from.len()).expect("a few");
        from[usize::try_from(self.below(limit)).expect("below a few")]
    }

    /// A name as people give it: two words.
    fn name(&mut self) -> String {
        const WORDS: [&str; 16] = [
            "account", "balance", "channel", "cursor", "digest", "entry", "frame", "header",
            "message", "offset", "payload", "request", "session", "snapshot", "transfer", "window",
        ];
        format!("{}_{}", self.pick(&WORDS), self.pick(&WORDS))
    }

    /// A sentence for a comment.
    fn remark(&mut self) -> &'static str {
        self.pick(&[
            "The last one wins, as it does everywhere else.",
            "Nothing is sent before the other side has answered.",
            "Old entries are kept until the window has moved on.",
            "See the notes on rounding before you change this.",
        ])
    }
}

fn python(lots: &mut Lots, line: usize) -> String {
    let (owner, part) = (lots.name(), lots.name());
    let mut text = format!("def collect_{owner}_{line}({owner}, {part}=None):\n");
    let _ = writeln!(
        text,
        "    \"\"\"Returns what {part} says of {owner}.\n\n    {}\n    \"\"\"",
        lots.remark()
    );
    let _ = writeln!(
        text,
        "    if {part} is None:\n        raise ValueError(\"{owner} needs a {part}\")\n    result = []\n"
    );
    for _ in 0..2 + lots.below(4) {
        let (each, field) = (lots.name(), lots.name());
        if lots.below(2) == 0 {
            let _ = writeln!(text, "    # {}", lots.remark());
        }
        let _ = writeln!(text, "    for {each} in {owner}.{field}:");
        let _ = writeln!(
            text,
            "        result.append({each}.{field} * {})\n",
            lots.below(999)
        );
    }
    text + "    return result\n\n\n"
}

fn rust(lots: &mut Lots, line: usize) -> String {
    let (owner, part) = (lots.name(), lots.name());
    let mut text = format!(
        "/// Returns what {part} says of {owner}.\n///\n/// {}\n",
        lots.remark()
    );
    let _ = writeln!(
        text,
        "pub fn collect_{owner}_{line}({owner}: &Owner) -> Vec<u64> {{"
    );
    let _ = writeln!(
        text,
        "    let mut result = Vec::new();\n    if {owner}.{part} {{\n        return result;\n    }}\n"
    );
    for _ in 0..2 + lots.below(4) {
        let (each, field) = (lots.name(), lots.name());
        if lots.below(2) == 0 {
            let _ = writeln!(text, "    // {}", lots.remark());
        }
        let _ = writeln!(text, "    for {each} in &{owner}.{field} {{");
        let _ = writeln!(
            text,
            "        result.push({each}.{field} * {});\n    }}\n",
            lots.below(999)
        );
    }
    text + "    result\n}\n\n"
}

//! A miner's trace as text: the outcome, what each piece of work brought, and the trees below.

use std::fmt::{self, Display, Formatter};

use super::{MinerTrace, Piece, PieceKind};

impl Display for MinerTrace {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        let account = self.account.as_deref().unwrap_or("none");
        writeln!(
            formatter,
            "uid {} · {} · GitHub account {account}",
            self.uid, self.hotkey
        )?;
        writeln!(formatter, "{}", plain(&self.verdict))?;
        for kind in [PieceKind::PullRequest, PieceKind::Issue] {
            let pieces: Vec<&Piece> = self.pieces.iter().filter(|one| one.kind == kind).collect();
            if !pieces.is_empty() {
                writeln!(formatter, "\n{}", heading(kind))?;
                table(&pieces, formatter)?;
            }
        }
        for trace in [&self.share, &self.pull_requests, &self.issues]
            .into_iter()
            .flatten()
        {
            writeln!(formatter, "\n{}", lines(&trace.to_string()))?;
        }
        if !self.remarks.is_empty() {
            writeln!(formatter, "\nremarks")?;
        }
        for remark in &self.remarks {
            writeln!(formatter, "  {}", plain(remark))?;
        }
        Ok(())
    }
}

const fn heading(kind: PieceKind) -> &'static str {
    match kind {
        PieceKind::PullRequest => "pull requests: points, part of the emission",
        PieceKind::Issue => "issues: points, part of the emission",
    }
}

fn table(pieces: &[&Piece], formatter: &mut Formatter<'_>) -> fmt::Result {
    let name = |piece: &Piece| plain(&format!("{}#{}", piece.repository, piece.number));
    let width = pieces.iter().map(|piece| name(piece).chars().count()).max();
    for piece in pieces {
        writeln!(
            formatter,
            "  {:<width$}  {:>9.4}  {:>9.6}  {}",
            name(piece),
            piece.points,
            piece.share,
            plain(&piece.state),
            width = width.unwrap_or_default(),
        )?;
    }
    Ok(())
}

/// Words that come from elsewhere must not steer the terminal they are shown on.
fn plain(text: &str) -> String {
    text.chars()
        .map(|c| if c.is_control() { '·' } else { c })
        .collect()
}

/// The same for a text of several lines.
fn lines(text: &str) -> String {
    text.lines().map(plain).collect::<Vec<_>>().join("\n")
}

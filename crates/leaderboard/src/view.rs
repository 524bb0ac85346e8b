//! Which miners are shown, and in which order: what a query string can say.

use std::cmp::Ordering;

use crate::Miner;
use crate::html::{decoded, encoded};

/// How much of a search is looked at.
const LONGEST_SEARCH: usize = 100;

/// What miners are put in order by.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Column {
    #[default]
    Rank,
    Uid,
    Score,
    Average,
    Share,
    Emission,
    Landed,
    Eligible,
}

/// Which miners are shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Show {
    #[default]
    All,
    Earning,
    Eligible,
    Unknown,
}

/// Order and choice of miners.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct View {
    pub(crate) by: Column,
    /// Whether the order is turned around from the one in which the column is most often wanted.
    pub(crate) turned: bool,
    pub(crate) show: Show,
    pub(crate) search: String,
}

impl Column {
    pub(crate) const ALL: [Self; 8] = [
        Self::Rank,
        Self::Uid,
        Self::Score,
        Self::Average,
        Self::Share,
        Self::Emission,
        Self::Landed,
        Self::Eligible,
    ];

    /// As it stands in a query string, and in the page's script.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Rank => "rank",
            Self::Uid => "uid",
            Self::Score => "score",
            Self::Average => "average",
            Self::Share => "share",
            Self::Emission => "emission",
            Self::Landed => "landed",
            Self::Eligible => "eligible",
        }
    }

    /// As it stands above the column.
    pub(crate) const fn title(self) -> &'static str {
        match self {
            Self::Rank => "#",
            Self::Uid => "Miner",
            Self::Score => "Score",
            Self::Average => "Average",
            Self::Share => "Share of weight",
            Self::Emission => "Emission",
            Self::Landed => "Landed",
            Self::Eligible => "Eligible",
        }
    }

    /// Whether the smallest comes first unless it is asked otherwise.
    pub(crate) const fn rises(self) -> bool {
        matches!(self, Self::Rank | Self::Uid)
    }

    /// What a miner is put in order by; nothing comes last either way.
    pub(crate) fn value(self, miner: &Miner) -> Option<f64> {
        match self {
            Self::Rank => miner.rank.map(f64::from),
            Self::Uid => Some(f64::from(miner.uid.0)),
            Self::Score => miner.score,
            Self::Average => Some(miner.average),
            Self::Share => Some(miner.share),
            Self::Emission => miner.emission,
            Self::Landed => miner.landed.map(|landed| f64::from(landed.weight)),
            Self::Eligible => miner.eligibility.eligible.map(u8::from).map(f64::from),
        }
    }
}

impl Show {
    pub(crate) const ALL: [Self; 4] = [Self::All, Self::Earning, Self::Eligible, Self::Unknown];

    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::All => "all",
            Self::Earning => "earning",
            Self::Eligible => "eligible",
            Self::Unknown => "unknown",
        }
    }

    pub(crate) const fn title(self) -> &'static str {
        match self {
            Self::All => "All neurons",
            Self::Earning => "With weight",
            Self::Eligible => "Eligible",
            Self::Unknown => "Not judged",
        }
    }

    pub(crate) fn takes(self, miner: &Miner) -> bool {
        match self {
            Self::All => true,
            Self::Earning => miner.weight > 0,
            Self::Eligible => miner.eligibility.eligible == Some(true),
            Self::Unknown => miner.unknown.is_some(),
        }
    }
}

impl View {
    /// What a query string asks for; what it asks for in vain is left out.
    pub(crate) fn of(query: Option<&str>) -> Self {
        let mut view = Self::default();
        for pair in query.unwrap_or_default().split('&') {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            match name {
                "sort" => {
                    let named = Column::ALL
                        .into_iter()
                        .find(|column| column.name() == value);
                    view.by = named.unwrap_or_default();
                }
                "order" => view.turned = value == "turned",
                "show" => {
                    let named = Show::ALL.into_iter().find(|show| show.name() == value);
                    view.show = named.unwrap_or_default();
                }
                "q" => {
                    let search = decoded(value).unwrap_or_default();
                    let search = search.trim().chars().take(LONGEST_SEARCH);
                    view.search = search.collect();
                }
                _ => {}
            }
        }
        view
    }

    /// The query string that asks for this, empty for what is shown unasked.
    pub(crate) fn query(&self) -> String {
        let mut pairs = Vec::new();
        if self.by != Column::default() {
            pairs.push(format!("sort={}", self.by.name()));
        }
        if self.turned {
            pairs.push("order=turned".to_owned());
        }
        if self.show != Show::default() {
            pairs.push(format!("show={}", self.show.name()));
        }
        if !self.search.is_empty() {
            pairs.push(format!("q={}", encoded(&self.search)));
        }
        match pairs.is_empty() {
            true => String::new(),
            false => format!("?{}", pairs.join("&")),
        }
    }

    /// Where a click on a column's title leads: to its usual order first, then around and back.
    pub(crate) fn sorted_by(&self, column: Column) -> Self {
        Self {
            by: column,
            turned: self.by == column && !self.turned,
            ..self.clone()
        }
    }

    /// `ascending` or `descending`, as assistive technology wants it.
    pub(crate) const fn direction(&self) -> &'static str {
        match self.by.rises() != self.turned {
            true => "ascending",
            false => "descending",
        }
    }

    pub(crate) fn takes(&self, miner: &Miner) -> bool {
        self.show.takes(miner) && self.finds(&searched(miner))
    }

    fn finds(&self, text: &str) -> bool {
        self.search.is_empty() || text.contains(&self.search.to_lowercase())
    }

    /// How two miners stand to each other; who is equal stays in the order of rank.
    pub(crate) fn compare(&self, a: &Miner, b: &Miner) -> Ordering {
        let rising = self.by.rises() != self.turned;
        match (self.by.value(a), self.by.value(b)) {
            (Some(a), Some(b)) if rising => a.total_cmp(&b),
            (Some(a), Some(b)) => b.total_cmp(&a),
            (Some(_), None) => Ordering::Less,
            (None, Some(_)) => Ordering::Greater,
            (None, None) => Ordering::Equal,
        }
    }
}

/// What a search looks through.
pub(crate) fn searched(miner: &Miner) -> String {
    let label = miner.label.as_deref().unwrap_or_default();
    // Base58 knows both cases, and nobody types them.
    format!("uid {} {} {label}", miner.uid, miner.hotkey).to_lowercase()
}

#[cfg(test)]
mod tests {
    use axonry_core::{Hotkey, Uid};

    use super::*;

    fn miner(uid: u16, score: Option<f64>) -> Miner {
        Miner {
            score,
            ..Miner::new(Uid(uid), Hotkey::from_bytes([7; 32]))
        }
    }

    #[test]
    fn a_query_says_what_is_shown_and_says_it_again() {
        let query = "sort=score&order=turned&show=earning&q=alice%26bob";
        let view = View::of(Some(query));
        let asked = (view.by, view.turned, view.show, view.search.as_str());
        assert_eq!(asked, (Column::Score, true, Show::Earning, "alice&bob"));
        assert_eq!(view.query(), format!("?{query}"));
        assert_eq!(View::of(None).query(), "");
    }

    #[test]
    fn a_query_that_makes_no_sense_shows_everything() {
        let view = View::of(Some("sort=evil&show=&q=%ff&=&&x"));
        assert_eq!(view, View::default());
    }

    #[test]
    fn who_has_no_number_comes_last_in_both_directions() {
        let mut miners = [miner(1, None), miner(2, Some(0.5)), miner(3, Some(0.9))];
        let mut order = |query| {
            let view = View::of(Some(query));
            miners.sort_by(|a, b| view.compare(a, b));
            miners.each_ref().map(|one| one.uid.0)
        };
        assert_eq!(order("sort=score"), [3, 2, 1]);
        assert_eq!(order("sort=score&order=turned"), [2, 3, 1]);
    }

    #[test]
    fn a_title_turns_its_own_order_around_and_begins_anew_at_another() {
        let first = View::default().sorted_by(Column::Score);
        assert_eq!((first.turned, first.direction()), (false, "descending"));
        let second = first.sorted_by(Column::Score);
        assert_eq!((second.turned, second.direction()), (true, "ascending"));
        assert!(!second.sorted_by(Column::Uid).turned);
    }

    #[test]
    fn a_search_finds_a_uid_a_key_and_a_label_whatever_the_case() {
        let mut alice = miner(12, None);
        alice.label = Some("Alice".to_owned());
        let key = alice.hotkey.to_string();
        for search in ["alice", "ALICE", "uid 12", &key[4..12]] {
            let view = View {
                search: search.to_owned(),
                ..View::default()
            };
            assert!(view.takes(&alice), "{search}");
        }
        assert!(!View::of(Some("q=bob")).takes(&alice));
    }
}

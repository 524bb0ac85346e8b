//! Standings together with every answer that is made of them.

use std::collections::HashMap;
use std::sync::{Arc, OnceLock};

use bytes::Bytes;

use crate::api::{History, News, State, table};
use crate::page::{self, Row};
use crate::rendered::{Kind, Rendered, version};
use crate::standings::Checked;
use crate::view::{Column, Show, View};
use crate::{Miner, Standings};

/// How many orders and choices a page without a search can have.
const VIEWS: usize = Column::ALL.len() * Show::ALL.len() * 2;

type Once = OnceLock<Arc<Rendered>>;

/// One publication: what everybody is answered with until the next one.
///
/// Answers are made when they are first asked for and at most once; there are as many as there are
/// miners and orders, so that their space is bounded by the subnet's size.
#[derive(Debug)]
pub(crate) struct Snapshot {
    standings: Standings,
    version: String,
    rows: Vec<Row>,
    views: [Once; VIEWS],
    miners: HashMap<u16, Answers>,
    pub(crate) table: Arc<Rendered>,
    pub(crate) state: Arc<Rendered>,
    /// As listeners are told.
    pub(crate) news: Bytes,
}

/// A miner's own answers.
#[derive(Debug)]
struct Answers {
    place: usize,
    page: Once,
    why: Once,
    json: Once,
    history: Once,
}

/// What can be asked of one miner.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ask {
    Page,
    Why,
    Json,
    History,
}

impl Snapshot {
    pub(crate) fn new(Checked(standings): Checked) -> Self {
        let version = version(&standings);
        let rows = page::rows(&standings.miners);
        let miners = standings.miners.iter().enumerate().map(|(place, miner)| {
            let answers = Answers {
                place,
                page: Once::new(),
                why: Once::new(),
                json: Once::new(),
                history: Once::new(),
            };
            (miner.uid.0, answers)
        });
        let news = News {
            netuid: standings.netuid,
            round: standings.round,
            block: standings.block,
            version: &version,
        };
        let news = serde_json::to_string(&news).expect("numbers are JSON");
        let snapshot = Self {
            miners: miners.collect(),
            table: Arc::new(Rendered::json(&table(&standings))),
            state: Arc::new(Rendered::json(&State::of(&standings, &version))),
            news: format!("id: {version}\nevent: round\ndata: {news}\n\n").into(),
            views: [const { Once::new() }; VIEWS],
            rows,
            standings,
            version,
        };
        // What most people ask for is there before they do.
        snapshot.page(&View::default());
        snapshot
    }

    pub(crate) const fn round(&self) -> u64 {
        self.standings.round
    }

    /// The page of all miners. One with a search is made anew each time: there are too many of them
    /// to be kept.
    pub(crate) fn page(&self, view: &View) -> Arc<Rendered> {
        let make = || {
            let text = page::standings_page(&self.standings, &self.version, &self.rows, view);
            Arc::new(Rendered::new(Kind::Page, text))
        };
        match view.search.is_empty() {
            true => Arc::clone(self.views[place(view)].get_or_init(make)),
            false => make(),
        }
    }

    /// What is asked of the miner in a slot; `None` where there is no such slot.
    pub(crate) fn miner(&self, uid: u16, ask: Ask) -> Option<Arc<Rendered>> {
        let answers = self.miners.get(&uid)?;
        let miner = &self.standings.miners[answers.place];
        let once = match ask {
            Ask::Page => &answers.page,
            Ask::Why => &answers.why,
            Ask::Json => &answers.json,
            Ask::History => &answers.history,
        };
        Some(Arc::clone(
            once.get_or_init(|| Arc::new(self.make(miner, ask))),
        ))
    }

    fn make(&self, miner: &Miner, ask: Ask) -> Rendered {
        match ask {
            Ask::Page => Rendered::new(
                Kind::Page,
                page::miner_page(&self.standings, &self.version, miner),
            ),
            Ask::Why => Rendered::new(Kind::Page, page::why(miner)),
            Ask::Json => Rendered::json(miner),
            Ask::History => Rendered::json(&History::of(self.standings.netuid, miner)),
        }
    }
}

fn place(view: &View) -> usize {
    let by = Column::ALL.iter().position(|column| *column == view.by);
    let show = Show::ALL.iter().position(|show| *show == view.show);
    let listed = "the lists name every column and choice";
    let (by, show) = (by.expect(listed), show.expect(listed));
    (by * Show::ALL.len() + show) * 2 + usize::from(view.turned)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_order_and_choice_has_a_place_of_its_own() {
        let mut places = BTreeSet::new();
        for by in Column::ALL {
            for show in Show::ALL {
                for turned in [false, true] {
                    let view = View {
                        by,
                        turned,
                        show,
                        search: String::new(),
                    };
                    places.insert(place(&view));
                }
            }
        }
        assert_eq!(places, (0..VIEWS).collect());
    }
}

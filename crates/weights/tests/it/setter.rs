//! The ways to a landing, and the ways around one, on a chain that behaves by a script.

use std::collections::BTreeMap;
use std::sync::Arc;

use axonry_core::{MechId, Score};
use axonry_weights::{Conform, Landing, Plan, Planner, SetError, Setter, SetterSettings};

use crate::fake::{FakeChain, FakeSigner, MemoryJournal, hotkey};

mod landing;
mod laws;
mod recovery;
mod refusals;

pub(crate) fn plan(chain: &FakeChain) -> Plan {
    plan_of(chain, &[(1, 3.0), (2, 1.0)])
}

pub(crate) fn plan_of(chain: &FakeChain, scores: &[(u16, f64)]) -> Plan {
    let planner = Planner {
        conform: Conform::Gittensor,
        mechanism: MechId(0),
        own: hotkey(0),
    };
    let scores: BTreeMap<_, _> = scores
        .iter()
        .map(|&(uid, score)| (hotkey(uid), Score::new(score).expect("a score")))
        .collect();
    let rules = chain.state().rules.clone();
    planner
        .plan(&scores, &chain.metagraph_now(), &rules)
        .expect("a plan")
}

pub(crate) fn settings() -> SetterSettings {
    SetterSettings {
        version_key: 7,
        ..SetterSettings::default()
    }
}

pub(crate) fn setter(
    chain: &Arc<FakeChain>,
    journal: &Arc<MemoryJournal>,
    settings: SetterSettings,
) -> Setter {
    Setter::new(
        chain.clone(),
        journal.clone(),
        Arc::new(FakeSigner),
        settings,
    )
}

pub(crate) async fn set(
    chain: &Arc<FakeChain>,
    journal: &Arc<MemoryJournal>,
) -> Result<Landing, SetError> {
    let plan = plan(chain);
    setter(chain, journal, settings()).set(&plan, 1).await
}

pub(crate) fn submitted(chain: &FakeChain) -> usize {
    chain.state().submitted.len()
}

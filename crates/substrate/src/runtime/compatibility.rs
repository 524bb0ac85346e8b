//! Whether a runtime has what this client uses, as this client needs it.

use std::fmt;

use axonry_chain::{Call, ChainError};
use axonry_core::{Hotkey, MechId, NetUid, Uid, Weights};
use scale_info::PortableRegistry;

use super::hyperparameters::{ITEMS, NEEDED, NEEDED_BY_STATE};
use super::neurons::{METHOD, TRAIT};
use super::shape::is_laid_out_as;
use super::specimen::specimen;
use super::storage::Values;
use super::{Runtime, SUBTENSOR, missing};

/// Something of a runtime that this client uses.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Item {
    /// What it is.
    pub kind: ItemKind,
    /// Pallet or API, and its own name.
    pub name: String,
    /// Whether it can be used.
    pub status: ItemStatus,
    /// What follows from that, or what is wrong; empty where all is well.
    pub reason: String,
}

/// The kinds of things that a runtime has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum ItemKind {
    /// A storage item: key and value.
    Storage,
    /// A call: its arguments.
    Call,
    /// A method of a runtime API: arguments and answer.
    RuntimeApi,
    /// A constant.
    Constant,
    /// An error that decisions are made on.
    Error,
    /// An extension that every extrinsic carries.
    Extension,
}

/// How a runtime has something.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ItemStatus {
    /// As it is needed.
    Works,
    /// Not at all, and this client does without.
    Absent,
    /// Not at all or in another shape, and what depends on it fails with an error.
    Broken,
}

impl fmt::Display for ItemKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Storage => "storage",
            Self::Call => "call",
            Self::RuntimeApi => "runtime api",
            Self::Constant => "constant",
            Self::Error => "error",
            Self::Extension => "extension",
        })
    }
}

impl fmt::Display for ItemStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Works => "works",
            Self::Absent => "absent",
            Self::Broken => "broken",
        })
    }
}

/// Whether anything goes on without an item.
#[derive(Clone, Copy)]
enum Without {
    /// Nothing that is worth starting for.
    Nothing,
    /// All but this.
    AllBut(&'static str),
}

/// The errors that decide whether and when weights are sent again.
const ERRORS: [&str; 6] = [
    "SettingWeightsTooFast",
    "CommittingWeightsTooFast",
    "CommitRevealEnabled",
    "CommitRevealDisabled",
    "IncorrectCommitRevealVersion",
    "RevealTooEarly",
];

/// The extensions with bytes that signing knows how to fill.
const EXTENSIONS: [&str; 8] = [
    "CheckSpecVersion",
    "CheckTxVersion",
    "CheckGenesis",
    "CheckMortality",
    "CheckNonce",
    "ChargeTransactionPayment",
    "ChargeTransactionPaymentWrapper",
    "CheckMetadataHash",
];

const NETUID: NetUid = NetUid(1);
const MECHANISM: MechId = MechId(0);

impl Runtime {
    /// Everything of a runtime that this client uses, and whether it can: found by name, and tried
    /// with the code that uses it on made-up values of the runtime's own types.
    pub fn compatibility(&self) -> Vec<Item> {
        let mut report = Report {
            runtime: self,
            items: Vec::new(),
        };
        report.hyperparameters();
        report.storage();
        report.neurons();
        report.calls();
        report.constants();
        report.errors();
        report.extensions();
        report.items.sort_by_key(|item| item.kind);
        report.items
    }
}

struct Report<'r> {
    runtime: &'r Runtime,
    items: Vec<Item>,
}

impl Report<'_> {
    fn add(&mut self, kind: ItemKind, name: String, status: ItemStatus, reason: String) {
        self.items.push(Item {
            kind,
            name,
            status,
            reason,
        });
    }

    fn tried<T>(&mut self, kind: ItemKind, name: String, outcome: Result<T, ChainError>) {
        match outcome {
            Ok(_) => self.add(kind, name, ItemStatus::Works, String::new()),
            Err(error) => self.add(kind, name, ItemStatus::Broken, error.to_string()),
        }
    }

    fn absent(&mut self, kind: ItemKind, name: String, without: Without) {
        let (status, reason) = match without {
            Without::Nothing => (ItemStatus::Broken, "it is not in the metadata".to_owned()),
            Without::AllBut(reason) => (ItemStatus::Absent, reason.to_owned()),
        };
        self.add(kind, name, status, reason);
    }

    /// Each item with a made-up value, among the defaults of all others.
    fn hyperparameters(&mut self) {
        let runtime = self.runtime;
        for (pallet, name) in ITEMS
            .iter()
            .map(|name| (SUBTENSOR, *name))
            .chain([("System", "Number")])
        {
            let full_name = format!("{pallet}.{name}");
            let Some(item) = runtime.item(pallet, name) else {
                let by_state = runtime.item(SUBTENSOR, "LastEpochBlock").is_some();
                let without =
                    if NEEDED.contains(&name) || by_state && NEEDED_BY_STATE.contains(&name) {
                        Without::Nothing
                    } else if name == "LastEpochBlock" || NEEDED_BY_STATE.contains(&name) {
                        Without::AllBut("epochs follow the formula")
                    } else {
                        Without::AllBut("the chain's own default of the time is taken")
                    };
                self.absent(ItemKind::Storage, full_name, without);
                continue;
            };
            let outcome = item.key_of_subnet(NETUID).and_then(|key| {
                let keys = runtime.hyperparameter_keys(NETUID)?;
                let mut values: Values = keys.into_iter().map(|key| (key, None)).collect();
                let added = runtime.subnet_key(NETUID)?;
                values.insert(added, Some(vec![1]));
                values.insert(key, Some(self.stored(pallet, name)));
                match runtime.hyperparameters(NETUID, &values) {
                    // Another item is in the way; it has its own line.
                    Err(error) if !error.to_string().contains(&full_name) => Ok(()),
                    outcome => outcome.map(drop),
                }
            });
            self.tried(ItemKind::Storage, full_name, outcome);
        }
    }

    /// A made-up value of a storage item.
    fn stored(&self, pallet: &str, name: &str) -> Vec<u8> {
        let metadata = self.runtime.metadata();
        let entry = metadata
            .pallet_by_name(pallet)
            .and_then(|pallet| pallet.storage()?.entry_by_name(name));
        entry.map_or_else(Vec::new, |entry| {
            specimen(metadata.types(), entry.value_ty())
        })
    }

    fn storage(&mut self) {
        use Without::{AllBut, Nothing};
        let hotkey = Hotkey::from_bytes([1; 32]);
        type Try = fn(&Runtime, Hotkey, &[u8]) -> Result<(), ChainError>;
        let items: [(&str, &str, Without, Try); 7] = [
            (SUBTENSOR, "Weights", Nothing, |runtime, _, stored| {
                runtime.weights_key(NETUID, MECHANISM, Uid(1))?;
                runtime.weights(Some(stored)).map(drop)
            }),
            (SUBTENSOR, "LastUpdate", Nothing, |runtime, _, stored| {
                runtime.last_updates_key(NETUID, MECHANISM)?;
                runtime.last_updates(Some(stored)).map(drop)
            }),
            ("System", "Events", Nothing, |runtime, _, _| {
                runtime.events_key().map(drop)
            }),
            (
                SUBTENSOR,
                "WeightCommits",
                AllBut("hash commits cannot be read"),
                |runtime, hotkey, stored| {
                    runtime.hash_commits_key(NETUID, MECHANISM, hotkey)?;
                    runtime.hash_commits(Some(stored)).map(drop)
                },
            ),
            (
                SUBTENSOR,
                "TimelockedWeightCommits",
                AllBut("timelocked commits cannot be read"),
                |runtime, _, stored| {
                    runtime.timelocked_commits_key(NETUID, MECHANISM, 1)?;
                    runtime.timelocked_commits(Some(stored)).map(drop)
                },
            ),
            (
                "Drand",
                "LastStoredRound",
                AllBut("weights cannot be committed under a timelock"),
                |runtime, _, stored| {
                    runtime.last_drand_round_key()?;
                    runtime.last_drand_round(Some(stored)).map(drop)
                },
            ),
            (
                "Timestamp",
                "Now",
                AllBut("the time of a block cannot be read"),
                |runtime, _, stored| {
                    runtime.timestamp_key()?;
                    runtime.timestamp(Some(stored)).map(drop)
                },
            ),
        ];
        for (pallet, name, without, read) in items {
            let full_name = format!("{pallet}.{name}");
            if self.runtime.item(pallet, name).is_none() {
                self.absent(ItemKind::Storage, full_name, without);
                continue;
            }
            let outcome = read(self.runtime, hotkey, &self.stored(pallet, name));
            self.tried(ItemKind::Storage, full_name, outcome);
        }
    }

    fn neurons(&mut self) {
        let name = format!("{TRAIT}.{METHOD}");
        let metadata = self.runtime.metadata();
        let method = metadata
            .runtime_api_trait_by_name(TRAIT)
            .and_then(|api| api.method_by_name(METHOD));
        let Some(method) = method else {
            return self.absent(ItemKind::RuntimeApi, name, Without::Nothing);
        };
        let types = metadata.types();
        let output = method.output_ty();
        let outcome = self.runtime.neurons_lite_call(NETUID).and_then(|_| {
            // Bytes without a type say nothing of what is in them.
            if is_laid_out_as::<Vec<u8>>(types, output) {
                return Ok(());
            }
            let answer = specimen(types, output);
            self.runtime.decode_neurons_lite(NETUID, &answer).map(drop)
        });
        self.tried(ItemKind::RuntimeApi, name, outcome);
    }

    fn calls(&mut self) {
        for mechanism in [MechId(0), MechId(1)] {
            for (call, what) in calls(mechanism) {
                let (pallet, name) = call.name();
                let full_name = format!("{pallet}.{name}");
                let known = self
                    .runtime
                    .metadata()
                    .pallet_by_name(pallet)
                    .is_some_and(|pallet| pallet.call_variant_by_name(name).is_some());
                if known {
                    let outcome = self.runtime.call_data(&call);
                    self.tried(ItemKind::Call, full_name, outcome);
                    continue;
                }
                let without = match (&call, mechanism) {
                    (Call::SetWeights { .. }, MechId(0)) => Without::Nothing,
                    (_, MechId(0)) => Without::AllBut(what),
                    _ => Without::AllBut("mechanisms other than 0 are not served"),
                };
                self.absent(ItemKind::Call, full_name, without);
            }
        }
    }

    fn constants(&mut self) {
        // Without the version there would be no runtime to report on.
        let version = "System.Version".to_owned();
        self.add(
            ItemKind::Constant,
            version,
            ItemStatus::Works,
            String::new(),
        );
        let name = "System.BlockHashCount".to_owned();
        match self.runtime.constant::<u64>("System", "BlockHashCount") {
            Err(ChainError::Incompatible { .. }) => {
                let without = Without::AllBut("2400 blocks are assumed");
                self.absent(ItemKind::Constant, name, without);
            }
            outcome => self.tried(ItemKind::Constant, name, outcome),
        }
    }

    fn errors(&mut self) {
        let metadata = self.runtime.metadata();
        let known = metadata
            .pallet_by_name(SUBTENSOR)
            .and_then(|pallet| pallet.error_variants())
            .unwrap_or_default();
        for name in ERRORS {
            let full_name = format!("{SUBTENSOR}.{name}");
            if known.iter().any(|error| error.name == name) {
                self.add(ItemKind::Error, full_name, ItemStatus::Works, String::new());
            } else {
                let without = Without::AllBut("it cannot come up");
                self.absent(ItemKind::Error, full_name, without);
            }
        }
        if metadata.dispatch_error_ty().is_none() {
            let name = "DispatchError".to_owned();
            self.absent(ItemKind::Error, name, Without::Nothing);
        }
    }

    fn extensions(&mut self) {
        let metadata = self.runtime.metadata();
        let types = metadata.types();
        let extensions = metadata.extrinsic();
        for extension in extensions.transaction_extensions_to_use_for_encoding() {
            let name = extension.identifier().to_owned();
            let bytes = [extension.extra_ty(), extension.additional_ty()];
            let outcome = match EXTENSIONS.contains(&extension.identifier()) {
                true => Ok(()),
                false if bytes.iter().all(|id| is_nothing(types, *id)) => Ok(()),
                false => Err(missing(&name, "this client is too old to fill it")),
            };
            self.tried(ItemKind::Extension, name, outcome);
        }
    }
}

fn is_nothing(types: &PortableRegistry, id: u32) -> bool {
    types.resolve(id).is_some() && specimen(types, id).is_empty()
}

/// One of each call, and what cannot be done without it.
fn calls(mechanism: MechId) -> [(Call, &'static str); 4] {
    let netuid = NETUID;
    let weights = || Weights::new(vec![(Uid(1), u16::MAX)]).expect("one pair is in order");
    let version_key = 0;
    [
        (
            Call::SetWeights {
                netuid,
                mechanism,
                weights: weights(),
                version_key,
            },
            "weights cannot be set",
        ),
        (
            Call::CommitWeights {
                netuid,
                mechanism,
                hash: [1; 32],
            },
            "weights cannot be committed to by their hash",
        ),
        (
            Call::RevealWeights {
                netuid,
                mechanism,
                weights: weights(),
                salt: vec![1],
                version_key,
            },
            "weights cannot be revealed",
        ),
        (
            Call::CommitTimelockedWeights {
                netuid,
                mechanism,
                sealed: vec![1],
                reveal_round: 1,
                version: 4,
            },
            "weights cannot be committed under a timelock",
        ),
    ]
}

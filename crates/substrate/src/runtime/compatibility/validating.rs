//! What the loop of a validator needs.

use axonry_chain::{Call, ChainError};
use axonry_core::{Hotkey, MechId, NetUid, Uid, Weights};
use scale_info::PortableRegistry;

use super::super::hyperparameters::{ITEMS, NEEDED, NEEDED_BY_STATE};
use super::super::missing;
use super::super::neurons::{METHOD, TRAIT};
use super::super::shape::is_laid_out_as;
use super::super::specimen::specimen;
use super::super::storage::Values;
use super::{Feature, ItemKind, Report, Runtime, SUBTENSOR, Without};

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

impl Report<'_> {
    pub(super) fn validating(&mut self) {
        self.hyperparameters();
        self.storage();
        self.neurons();
        self.calls();
        self.constants();
        self.errors();
        self.events();
        self.extensions();
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
                self.absent(Feature::Rules, ItemKind::Storage, full_name, without);
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
            self.tried(Feature::Rules, ItemKind::Storage, full_name, outcome);
        }
    }

    fn storage(&mut self) {
        use Without::{AllBut, Nothing};
        let hotkey = Hotkey::from_bytes([1; 32]);
        type Try = fn(&Runtime, Hotkey, &[u8]) -> Result<(), ChainError>;
        let items: [(Feature, &str, &str, Without, Try); 7] = [
            (
                Feature::Weights,
                SUBTENSOR,
                "Weights",
                Nothing,
                |runtime, _, stored| {
                    runtime.weights_key(NETUID, MECHANISM, Uid(1))?;
                    runtime.weights(Some(stored)).map(drop)
                },
            ),
            (
                Feature::Weights,
                SUBTENSOR,
                "LastUpdate",
                Nothing,
                |runtime, _, stored| {
                    runtime.last_updates_key(NETUID, MECHANISM)?;
                    runtime.last_updates(Some(stored)).map(drop)
                },
            ),
            (
                Feature::Blocks,
                "System",
                "Events",
                Nothing,
                |runtime, _, _| runtime.events_key().map(drop),
            ),
            (
                Feature::CommitReveal,
                SUBTENSOR,
                "WeightCommits",
                AllBut("hash commits cannot be read"),
                |runtime, hotkey, stored| {
                    runtime.hash_commits_key(NETUID, MECHANISM, hotkey)?;
                    runtime.hash_commits(Some(stored)).map(drop)
                },
            ),
            (
                Feature::CommitReveal,
                SUBTENSOR,
                "TimelockedWeightCommits",
                AllBut("timelocked commits cannot be read"),
                |runtime, _, stored| {
                    runtime.timelocked_commits_key(NETUID, MECHANISM, 1)?;
                    runtime.timelocked_commits(Some(stored)).map(drop)
                },
            ),
            (
                Feature::CommitReveal,
                "Drand",
                "LastStoredRound",
                AllBut("weights cannot be committed under a timelock"),
                |runtime, _, stored| {
                    runtime.last_drand_round_key()?;
                    runtime.last_drand_round(Some(stored)).map(drop)
                },
            ),
            (
                Feature::CommitReveal,
                "Timestamp",
                "Now",
                AllBut("the time of a block cannot be read"),
                |runtime, _, stored| {
                    runtime.timestamp_key()?;
                    runtime.timestamp(Some(stored)).map(drop)
                },
            ),
        ];
        for (feature, pallet, name, without, read) in items {
            let full_name = format!("{pallet}.{name}");
            if self.runtime.item(pallet, name).is_none() {
                self.absent(feature, ItemKind::Storage, full_name, without);
                continue;
            }
            let outcome = read(self.runtime, hotkey, &self.stored(pallet, name));
            self.tried(feature, ItemKind::Storage, full_name, outcome);
        }
    }

    fn neurons(&mut self) {
        let name = format!("{TRAIT}.{METHOD}");
        let metadata = self.runtime.metadata();
        let method = metadata
            .runtime_api_trait_by_name(TRAIT)
            .and_then(|api| api.method_by_name(METHOD));
        let Some(method) = method else {
            return self.absent(
                Feature::Neurons,
                ItemKind::RuntimeApi,
                name,
                Without::Nothing,
            );
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
        self.tried(Feature::Neurons, ItemKind::RuntimeApi, name, outcome);
    }

    fn calls(&mut self) {
        for mechanism in [MechId(0), MechId(1)] {
            for (call, what) in calls(mechanism) {
                let (pallet, name) = call.name();
                let full_name = format!("{pallet}.{name}");
                let feature = match call {
                    Call::SetWeights { .. } => Feature::Weights,
                    _ => Feature::CommitReveal,
                };
                if self.has_call(pallet, name) {
                    let outcome = self.runtime.call_data(&call);
                    self.tried(feature, ItemKind::Call, full_name, outcome);
                    continue;
                }
                let without = match (&call, mechanism) {
                    (Call::SetWeights { .. }, MechId(0)) => Without::Nothing,
                    (_, MechId(0)) => Without::AllBut(what),
                    _ => Without::AllBut("mechanisms other than 0 are not served"),
                };
                self.absent(feature, ItemKind::Call, full_name, without);
            }
        }
    }

    fn constants(&mut self) {
        // Without the version there would be no runtime to report on.
        let version = "System.Version".to_owned();
        self.works(Feature::Signing, ItemKind::Constant, version);
        let name = "System.BlockHashCount".to_owned();
        match self.runtime.constant::<u64>("System", "BlockHashCount") {
            Err(ChainError::Incompatible { .. }) => {
                let without = Without::AllBut("2400 blocks are assumed");
                self.absent(Feature::Signing, ItemKind::Constant, name, without);
            }
            outcome => self.tried(Feature::Signing, ItemKind::Constant, name, outcome),
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
                self.works(Feature::Weights, ItemKind::Error, full_name);
            } else {
                let without = Without::AllBut("it cannot come up");
                self.absent(Feature::Weights, ItemKind::Error, full_name, without);
            }
        }
        if metadata.dispatch_error_ty().is_none() {
            let name = "DispatchError".to_owned();
            self.absent(Feature::Weights, ItemKind::Error, name, Without::Nothing);
        }
    }

    fn events(&mut self) {
        for name in ["ExtrinsicSuccess", "ExtrinsicFailed"] {
            let full_name = format!("System.{name}");
            match self.has_event("System", name) {
                true => self.works(Feature::Blocks, ItemKind::Event, full_name),
                false => {
                    self.absent(
                        Feature::Blocks,
                        ItemKind::Event,
                        full_name,
                        Without::Nothing,
                    );
                }
            }
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
            self.tried(Feature::Signing, ItemKind::Extension, name, outcome);
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

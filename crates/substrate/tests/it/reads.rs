use axonry_chain::{ChainError, Column, Columns, EpochClock, FormulaEpochs};
use axonry_core::NetUid;
use axonry_substrate::offline::{Runtime, Values};

use crate::recorded::{bytes, runtimes, vectors};

const SN: NetUid = NetUid(1);

#[test]
fn runtimes_that_hand_out_bytes_are_read_by_the_layout_of_their_time() {
    let file = vectors("neurons_lite_netuid1_spec343.json");
    let answer = bytes(&file["result_hex"]);
    // Compact length of up to 2^30, then the same bytes: the layout has not changed since.
    let length = u32::try_from(answer.len()).unwrap() << 2 | 2;
    let wrapped = [&length.to_le_bytes()[..], &answer].concat();
    for ((_, old), (_, new)) in runtimes([218]).iter().zip(&runtimes([343])) {
        let neurons = old.decode_neurons_lite(SN, &wrapped).unwrap();
        assert_eq!(neurons, new.decode_neurons_lite(SN, &answer).unwrap());
        assert!(old.decode_neurons_lite(SN, &answer).is_err());
    }
}

#[test]
fn a_layout_that_is_not_the_known_one_is_read_by_walking_its_types() {
    let file = vectors("neurons_lite_netuid1_spec343.json");
    let answer = bytes(&file["result_hex"]);
    let Some(metadata) = crate::recorded::metadata(393) else {
        return;
    };
    // A field that nobody reads goes by another name: still readable, no longer known.
    let renamed = crate::recorded::replaced(&metadata, b"pruning_score", b"pruning_scare");
    let known = Runtime::decode(&metadata, crate::recorded::GENESIS).unwrap();
    let walked = Runtime::decode(&renamed, crate::recorded::GENESIS).unwrap();
    assert_eq!(
        known.decode_neurons_lite(SN, &answer).unwrap(),
        walked.decode_neurons_lite(SN, &answer).unwrap()
    );
    // A field that is read goes by another name: an error that says which.
    let renamed = crate::recorded::replaced(&metadata, b"validator_permit", b"validator_permut");
    let runtime = Runtime::decode(&renamed, crate::recorded::GENESIS).unwrap();
    let error = runtime.decode_neurons_lite(SN, &answer).unwrap_err();
    assert!(error.to_string().contains("validator_permit"), "{error}");
}

#[test]
fn bytes_cut_off_or_left_over_are_an_error() {
    let file = vectors("neurons_lite_netuid1_spec343.json");
    let answer = bytes(&file["result_hex"]);
    for (_, runtime) in runtimes([393]) {
        for answer in [
            &answer[..answer.len() - 1],
            &[&answer[..], &[0]].concat(),
            &[],
        ] {
            let outcome = runtime.decode_neurons_lite(SN, answer);
            assert!(
                matches!(outcome, Err(ChainError::Decode { .. })),
                "{outcome:?}"
            );
        }
    }
}

/// Every key a runtime asks for, with nothing stored but that the subnet exists.
fn bare(runtime: &Runtime) -> Values {
    let keys = runtime.hyperparameter_keys(SN).unwrap();
    let mut values: Values = keys.into_iter().map(|key| (key, None)).collect();
    store(runtime, &mut values, "NetworksAdded", &[1]);
    values
}

fn store(runtime: &Runtime, values: &mut Values, item: &str, value: &[u8]) {
    let key = runtime
        .storage_key("SubtensorModule", item, &[&[1, 0]])
        .unwrap();
    let place = values.get_mut(&key).expect("the item is asked for");
    *place = Some(value.to_vec());
}

#[test]
fn what_is_not_stored_has_the_default_of_its_metadata() {
    for (spec, runtime) in runtimes([218, 343, 365, 393]) {
        let values = bare(&runtime);
        let rules = runtime.hyperparameters(SN, &values).unwrap();
        let tempo = rules.tempo();
        let formula = FormulaEpochs { netuid: SN, tempo };
        assert_eq!(rules.epochs, EpochClock::Formula(formula), "spec {spec}");
        assert!(tempo > 0, "spec {spec}");
        assert_eq!(rules.weights_rate_limit, 100, "spec {spec}");
        assert_eq!(rules.mechanism_count, 1, "spec {spec}");
        assert_eq!(
            rules.commit_reveal_version,
            (spec > 218).then_some(4),
            "spec {spec}"
        );
        if spec == 393 {
            assert_eq!(tempo, 360);
            assert_eq!(rules.min_allowed_weights, 1024);
            assert_eq!(rules.max_allowed_validators, 128);
            assert_eq!(rules.activity_cutoff, 5000);
            assert!(rules.commit_reveal_enabled);
        }
    }
}

#[test]
fn what_is_stored_is_read() {
    for (_, runtime) in runtimes([393]) {
        let mut values = bare(&runtime);
        store(&runtime, &mut values, "Tempo", &[99, 0]);
        store(&runtime, &mut values, "MinAllowedWeights", &[8, 0]);
        store(
            &runtime,
            &mut values,
            "WeightsVersionKey",
            &[1, 2, 0, 0, 0, 0, 0, 0],
        );
        store(&runtime, &mut values, "CommitRevealWeightsEnabled", &[0]);
        let rules = runtime.hyperparameters(SN, &values).unwrap();
        assert_eq!((rules.tempo(), rules.min_allowed_weights), (99, 8));
        assert_eq!(rules.weights_version_key, 513);
        assert!(!rules.commit_reveal_enabled);
    }
}

#[test]
fn a_subnet_that_was_never_added_does_not_exist() {
    for (_, runtime) in runtimes([393]) {
        let mut values = bare(&runtime);
        store(&runtime, &mut values, "NetworksAdded", &[0]);
        let outcome = runtime.hyperparameters(SN, &values);
        assert!(
            matches!(outcome, Err(ChainError::NoSubnet(SN))),
            "{outcome:?}"
        );
    }
}

#[test]
fn a_key_left_out_of_the_answer_is_not_taken_for_absent() {
    for (_, runtime) in runtimes([393]) {
        let mut values = bare(&runtime);
        values.remove(
            &runtime
                .storage_key("SubtensorModule", "Tempo", &[&[1, 0]])
                .unwrap(),
        );
        let error = runtime.hyperparameters(SN, &values).unwrap_err();
        assert!(
            matches!(&error, ChainError::Decode { item, .. } if item == "SubtensorModule.Tempo"),
            "{error}"
        );
    }
}

#[test]
fn recorded_columns_are_those_of_the_neurons_recorded_with_them() {
    let neurons = vectors("neurons_lite_netuid1_spec343.json");
    let columns = vectors("selective_mechagraph_netuid1_spec343.json");
    assert_eq!(neurons["block"], columns["block"], "of one block");
    // The answer for one mechanism is of the same type as that for the subnet.
    let answer = bytes(&columns["result_hex"]);
    let wanted = Column::ALL;
    for (spec, runtime) in runtimes([343, 365, 393]) {
        let (function, arguments) = runtime.columns_call(SN, wanted).unwrap();
        assert_eq!(function, "SubnetInfoRuntimeApi_get_selective_metagraph");
        // `Axons` is field 55 in `opentensor/subtensor`, `rpc_info/metagraph.rs`.
        assert!(
            arguments[3..].chunks(2).any(|number| number == [55, 0]),
            "{arguments:?}"
        );
        let read = runtime.columns(SN, wanted, &answer).unwrap();
        let neurons = bytes(&neurons["result_hex"]);
        let neurons = runtime.decode_neurons_lite(SN, &neurons).unwrap();
        // Of 1,024 neurons the first 200 were recorded in full.
        let columns = [
            read.hotkeys.as_ref().map(Vec::len),
            read.axons.as_ref().map(Vec::len),
        ];
        assert_eq!((neurons.len(), columns), (200, [Some(1024); 2]));
        for (place, neuron) in neurons.iter().enumerate() {
            let Columns {
                hotkeys: Some(hotkeys),
                coldkeys: Some(coldkeys),
                axons: Some(axons),
                active: Some(active),
                validator_permit: Some(permits),
                last_update: Some(updates),
                dividends: Some(dividends),
                ..
            } = &read
            else {
                panic!("{:?}", read.netuid);
            };
            let uid = neuron.uid;
            assert_eq!(hotkeys[place], neuron.hotkey, "spec {spec}, uid {uid}");
            assert_eq!(coldkeys[place], neuron.coldkey, "spec {spec}, uid {uid}");
            assert_eq!(axons[place], neuron.axon, "spec {spec}, uid {uid}");
            assert_eq!(active[place], neuron.active);
            assert_eq!(permits[place], neuron.validator_permit);
            assert_eq!(updates[place], neuron.last_update);
            assert_eq!(dividends[place], neuron.dividends);
        }

        // Nothing is what the chain says where there is no subnet.
        let nowhere = runtime.columns(NetUid(9), wanted, &[0]);
        assert!(
            matches!(nowhere, Err(ChainError::NoSubnet(NetUid(9)))),
            "{nowhere:?}"
        );
        // A column that was asked for and is not there is no empty one.
        let short = [&[1, 4][..], &[0; 73]].concat();
        let missing = runtime.columns(SN, &[Column::Rank], &short).unwrap_err();
        assert!(missing.to_string().contains("`rank`"), "{missing}");
    }
}

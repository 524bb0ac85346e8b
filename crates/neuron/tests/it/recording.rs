use std::sync::{Arc, Mutex, PoisonError};

use axonry_core::{Observed, Unknown};
use axonry_neuron::{RecordedRound, Recorder, Unwatched, WeigherSettings};

use crate::subnet::{Obedient, Subnet};

/// Keeps rounds as text, as a disk would.
#[derive(Debug, Default)]
struct Shelf(Mutex<Vec<String>>);

impl Recorder for Shelf {
    fn begin(&self, number: u64) {
        let shelf = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        assert_eq!(usize::try_from(number), Ok(shelf.len() + 1));
    }

    fn judged(&self, round: RecordedRound) {
        let text = serde_json::to_string(&round).expect("plain data");
        let mut shelf = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        shelf.push(text);
    }
}

#[tokio::test]
async fn a_round_judged_again_is_the_same_to_the_bit_and_the_first_difference_is_named() {
    let subnet = Subnet::new().await;
    let (validator, _) = subnet.validator(Obedient::default(), |_| {}).await;
    let shelf = Arc::new(Shelf::default());
    let mut validator = validator.recorded_by(Arc::clone(&shelf) as _);
    let mut last = None;
    for _ in 0..3 {
        last = Some(validator.round().await.expect("a round"));
    }
    let last = last.expect("three rounds");
    let weighing = WeigherSettings::new(last.netuid);
    let shelf = shelf
        .0
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
        .clone();
    assert_eq!(shelf.len(), 3);
    for text in &shelf {
        let recorded: RecordedRound = serde_json::from_str(text).expect("what was written");
        let again = recorded
            .replay(&Obedient::default(), &weighing, &Unwatched)
            .await;
        let again = again.expect("it is judged");
        assert_eq!(recorded.outcome.difference(&again), None);
        assert!(!recorded.outcome.scores.is_empty());
        let weights = again.weights.as_ref().expect("a vector");
        assert!(
            recorded.number < 3 || *weights == last.weights,
            "it is what was set"
        );

        let mut averages = again.clone();
        let (hotkey, average) = averages.averages.iter_mut().next().expect("a miner");
        let hotkey = *hotkey;
        *average = f32::from_bits(average.to_bits() + 1);
        let difference = recorded.outcome.difference(&averages).expect("one bit");
        assert_eq!(
            (difference.what, difference.hotkey),
            ("average", Some(hotkey))
        );
        // What comes first names the cause, not what follows from it.
        let unknown = Observed::unknown(Unknown::NotStoredYet);
        averages.scores.insert(hotkey, unknown);
        let difference = recorded.outcome.difference(&averages).expect("a score");
        assert_eq!(
            (difference.what, difference.hotkey),
            ("score", Some(hotkey))
        );
        assert!(difference.now.contains("unknown"), "{difference:?}");
        let mut weights = again;
        weights.weights = None;
        let difference = recorded.outcome.difference(&weights).expect("no vector");
        assert_eq!(difference.what, "weights");
    }
}

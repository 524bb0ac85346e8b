//! Many tasks that send from one account, over a line that fails in every way.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use axonry_chain::{Call, Existence, InvalidReason, PoolRejection};
use axonry_core::{AccountId, Rao, Signature, Signer, SignerError};
use axonry_substrate::{Account, AccountError, AccountSettings, Outcome, Submitted};
use futures_util::{FutureExt, StreamExt};
use tokio::task::JoinSet;

use crate::pool::{Faults, Pool};

#[derive(Debug)]
struct Key;

#[async_trait]
impl Signer for Key {
    fn account(&self) -> AccountId {
        AccountId::from_bytes([1; 32])
    }

    async fn sign(&self, _: &[u8]) -> Result<Signature, SignerError> {
        unreachable!("the pool signs by itself")
    }
}

fn account(pool: &Arc<Pool>) -> Account {
    Account::new(pool.clone(), Arc::new(Key))
}

/// A call that is like no other.
fn call(number: u64) -> Call {
    Call::Transfer {
        to: AccountId::from_bytes([2; 32]),
        amount: Rao::from_rao(number),
        existence: Existence::KeepAlive,
    }
}

/// Everything submitted by 64 tasks, by its number.
async fn crowd(account: &Account, count: u64) -> Vec<(u64, Result<Submitted, AccountError>)> {
    let mut tasks = JoinSet::new();
    for task in 0..64 {
        let account = account.clone();
        tasks.spawn(async move {
            let mut outcomes = Vec::new();
            for number in (task..count).step_by(64) {
                outcomes.push((number, account.submit(&call(number)).await));
            }
            outcomes
        });
    }
    tasks.join_all().await.into_iter().flatten().collect()
}

#[tokio::test(start_paused = true)]
async fn ten_thousand_submits_from_sixty_four_tasks_take_turns() {
    let pool = Arc::new(Pool::new(1, Faults::default()));
    let account = account(&pool);
    let outcomes = crowd(&account, 10_000).await;
    let nonces: BTreeSet<_> = outcomes
        .iter()
        .map(|(number, outcome)| match outcome {
            Ok(submitted) => submitted.extrinsic.nonce,
            Err(error) => panic!("{number}: {error}"),
        })
        .collect();
    assert_eq!(nonces.len(), 10_000, "no nonce is used twice");
    let expected: Vec<_> = (0..10_000).collect();
    assert_eq!(pool.taken(), expected, "strictly increasing, none lost");
    pool.drain();
    assert_eq!(pool.included().len(), 10_000);
    assert_eq!(pool.nonces_asked(), 1, "nonces are counted, not asked for");
}

#[tokio::test(start_paused = true)]
async fn ten_thousand_submits_over_a_failing_line_lose_no_nonce_and_do_nothing_twice() {
    for seed in 1..=2 {
        let faults = Faults {
            silence: 3,
            loss: 8,
            refusal: 5,
            stranger: 2,
        };
        let pool = Arc::new(Pool::new(seed, faults));
        let account = account(&pool);
        let outcomes = crowd(&account, 10_000).await;
        pool.heal();
        // What is left to settle is settled by the next turn.
        let last = account.submit(&call(10_000)).await;
        assert!(last.is_ok(), "seed {seed}: {last:?}");
        pool.drain();
        let included = pool.included();
        let nonces: Vec<_> = included.iter().map(|one| one.nonce).collect();
        let expected: Vec<_> = (0..included.len() as u64).collect();
        assert_eq!(nonces, expected, "seed {seed}: in order, without gaps");
        assert_eq!(pool.stuck(), 0, "seed {seed}: nothing waits for a nonce");

        let mut times = vec![0; 10_001];
        let calls: Vec<_> = (0..=10_000)
            .map(|number| format!("{:?}", call(number)))
            .collect();
        let by_text: std::collections::BTreeMap<_, _> = calls
            .iter()
            .enumerate()
            .map(|(number, text)| (text.as_bytes(), number))
            .collect();
        for one in &included {
            if let Some(number) = by_text.get(&one.bytes[8..]) {
                times[*number] += 1;
            }
        }
        let (mut sent, mut refused, mut open) = (0, 0, 0);
        for (number, outcome) in &outcomes {
            let times = times[usize::try_from(*number).unwrap()];
            match outcome {
                Ok(_) => {
                    assert_eq!(times, 1, "seed {seed}: call {number} is included once");
                    sent += 1;
                }
                Err(AccountError::Unsettled { .. }) => {
                    assert!(times <= 1, "seed {seed}: call {number} is not done twice");
                    open += 1;
                }
                Err(error) => {
                    assert_eq!(times, 0, "seed {seed}: call {number}, {error}");
                    refused += 1;
                }
            }
        }
        // Every kind of fault has been met, and most have been got over.
        assert!(sent > 8_000 && refused > 100, "{sent} {refused} {open}");
        assert!(
            pool.strangers() > 100 && open < 500,
            "{sent} {refused} {open}"
        );
        let strangers = usize::try_from(pool.strangers()).unwrap();
        // The last one, all that were sent, and of those that are open some.
        let more = included.len() - sent - 1;
        assert!(more <= open + strangers, "{more} {open} {strangers}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_refused_extrinsic_gives_its_nonce_to_the_next() {
    let pool = Arc::new(Pool::new(3, Faults::default()));
    let account = account(&pool);
    pool.fail(Faults {
        refusal: 100,
        ..Faults::default()
    });
    let refused = account.submit(&call(1)).await.unwrap_err();
    assert!(
        matches!(&refused, AccountError::Refused { nonce: 0, .. }),
        "{refused}"
    );
    pool.heal();
    let next = account.submit(&call(2)).await.unwrap();
    assert_eq!(next.extrinsic.nonce, 0);
}

#[tokio::test(start_paused = true)]
async fn a_lost_answer_is_settled_with_the_same_bytes() {
    for seed in 1..40 {
        let pool = Arc::new(Pool::new(seed, Faults::default()));
        let account = account(&pool);
        pool.fail(Faults {
            loss: 100,
            ..Faults::default()
        });
        let healing = async {
            tokio::time::sleep(Duration::from_secs(20)).await;
            pool.heal();
        };
        let call = call(7);
        let (sent, ()) = tokio::join!(account.submit(&call), healing);
        let sent = sent.unwrap();
        pool.drain();
        let found = account.outcome(&sent.extrinsic).await.unwrap();
        assert!(
            matches!(found, Outcome::Included { .. }),
            "{seed}: {found:?}"
        );
        let nonces: Vec<_> = pool.included().iter().map(|one| one.nonce).collect();
        assert_eq!(nonces, [0], "seed {seed}");
    }
}

#[tokio::test(start_paused = true)]
async fn what_cannot_be_settled_stands_in_the_way_of_the_next_until_it_can() {
    let pool = Arc::new(Pool::new(5, Faults::default()));
    let account = account(&pool);
    account.submit(&call(0)).await.unwrap();
    pool.fail(Faults {
        loss: 100,
        ..Faults::default()
    });
    let lost = account.submit(&call(1)).await.unwrap_err();
    let AccountError::Unsettled { extrinsic, .. } = lost else {
        panic!("{lost}");
    };
    let next = account.submit(&call(2)).await.unwrap_err();
    assert!(matches!(next, AccountError::NotSent(_)), "{next}");
    pool.heal();
    let after = account.submit(&call(3)).await.unwrap();
    assert_eq!((extrinsic.nonce, after.extrinsic.nonce), (1, 2));
    pool.drain();
    let found = account.outcome(&extrinsic).await.unwrap();
    assert!(matches!(found, Outcome::Included { .. }), "{found:?}");
}

#[tokio::test(start_paused = true)]
async fn a_turn_that_is_dropped_halfway_is_settled_by_the_next() {
    let pool = Arc::new(Pool::new(9, Faults::default()));
    let account = account(&pool);
    // Dropped after every number of steps that a turn can have.
    for steps in 0..12 {
        let dropped = call(2 * steps);
        let mut turn = Box::pin(account.submit(&dropped));
        for _ in 0..steps {
            if (&mut turn).now_or_never().is_some() {
                break;
            }
        }
        drop(turn);
        account.submit(&call(2 * steps + 1)).await.unwrap();
    }
    pool.drain();
    let nonces: Vec<_> = pool.included().iter().map(|one| one.nonce).collect();
    let expected: Vec<_> = (0..nonces.len() as u64).collect();
    assert_eq!(nonces, expected);
    assert!(nonces.len() > 12, "some of those dropped were sent");
}

#[tokio::test(start_paused = true)]
async fn a_gap_that_the_pool_leaves_is_filled() {
    let pool = Arc::new(Pool::new(11, Faults::default()));
    let account = account(&pool);
    pool.seal();
    let mut sent = Vec::new();
    for number in 0..4 {
        sent.push(account.submit(&call(number)).await.unwrap());
    }
    let kept = pool.included().len() as u64;
    // The pool threw one out; the next one has to wait, and whoever watches it sees that.
    pool.evict(3);
    let late = account.submit(&call(4)).await.unwrap();
    assert!(kept <= 3, "the last one was still in the pool");
    assert_eq!(late.extrinsic.nonce, 4);
    let words: Vec<_> = late.statuses.unwrap().collect().await;
    assert_eq!(words.len(), 1);
    for number in 5..8 {
        account.submit(&call(number)).await.unwrap();
    }
    pool.drain();
    assert_eq!(pool.stuck(), 0);
    let nonces: Vec<_> = pool.included().iter().map(|one| one.nonce).collect();
    assert_eq!(
        nonces,
        [0, 1, 2, 3, 4, 5, 6],
        "call 3 is gone, all others are there"
    );
}

#[tokio::test(start_paused = true)]
async fn what_another_process_took_is_made_way_for() {
    let pool = Arc::new(Pool::new(13, Faults::default()));
    let account = account(&pool);
    pool.fail(Faults {
        stranger: 50,
        ..Faults::default()
    });
    for number in 0..200 {
        match account.submit(&call(number)).await {
            Ok(_) => {}
            // Eight attempts in a row can lose against a coin.
            Err(AccountError::Refused {
                rejection:
                    PoolRejection::PriorityTooLow | PoolRejection::Invalid(InvalidReason::Stale),
                ..
            }) => {}
            Err(error) => panic!("{error}"),
        }
    }
    pool.drain();
    let nonces: Vec<_> = pool.included().iter().map(|one| one.nonce).collect();
    let expected: Vec<_> = (0..nonces.len() as u64).collect();
    assert_eq!(nonces, expected);
    assert!(pool.strangers() > 50);
}

#[tokio::test(start_paused = true)]
async fn what_is_in_no_block_is_pending_until_its_era_has_passed() {
    let pool = Arc::new(Pool::new(17, Faults::default()));
    let account = account(&pool);
    let sent = account.submit(&call(1)).await.unwrap();
    pool.evict(0);
    assert_eq!(
        account.outcome(&sent.extrinsic).await.unwrap(),
        Outcome::Pending
    );
    for _ in 0..70 {
        pool.seal();
    }
    assert_eq!(
        account.outcome(&sent.extrinsic).await.unwrap(),
        Outcome::Never
    );
}

#[tokio::test(start_paused = true)]
async fn an_extrinsic_is_found_in_the_first_block_of_an_era_that_was_rounded_up() {
    let pool = Arc::new(Pool::new(19, Faults::default()));
    let settings = AccountSettings {
        period: 100,
        ..AccountSettings::default()
    };
    let account = Account::with_settings(pool.clone(), Arc::new(Key), settings);
    let sent = account.submit(&call(1)).await.unwrap();
    assert_eq!(sent.extrinsic.valid_until.0, 127);
    for _ in 0..60 {
        pool.seal();
    }
    let found = account.outcome(&sent.extrinsic).await.unwrap();
    assert!(
        matches!(found, Outcome::Included { block, .. } if block.number.0 <= 1),
        "{found:?}"
    );
}

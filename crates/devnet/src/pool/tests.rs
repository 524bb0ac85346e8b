use std::time::Duration;

use axonry_chain::ExtrinsicHash;
use axonry_core::AccountId;

use super::{Pool, PoolRefusal, PoolStatus, ROOM, Watchers, watch};
use crate::extrinsic::Valid;

const ALICE: AccountId = AccountId::from_bytes([1; 32]);
const BOB: AccountId = AccountId::from_bytes([2; 32]);

fn hash(number: u64) -> ExtrinsicHash {
    let mut hash = [0; 32];
    hash[..8].copy_from_slice(&number.to_le_bytes());
    ExtrinsicHash(hash)
}

fn valid(account: AccountId, nonce: u64, priority: u64) -> Valid {
    Valid {
        account,
        nonce,
        account_nonce: 0,
        priority,
        valid_until: 100,
    }
}

fn insert(pool: &mut Pool, number: u64, valid: &Valid) -> Result<(), PoolRefusal> {
    pool.admits(hash(number))?;
    pool.insert(hash(number), vec![], valid, Watchers::default())
}

#[test]
fn only_a_higher_priority_replaces_what_waits() {
    let mut pool = Pool::default();
    let (watcher, mut told) = watch();
    pool.insert(
        hash(1),
        vec![],
        &valid(ALICE, 0, 5),
        Watchers::new(Some(watcher)),
    )
    .expect("room");
    let refused = insert(&mut pool, 2, &valid(ALICE, 0, 5));
    assert_eq!(refused, Err(PoolRefusal::TooLowPriority { old: 5, new: 5 }));
    insert(&mut pool, 3, &valid(ALICE, 0, 6)).expect("it pays more");
    let mut story = Vec::new();
    while let Ok(status) = told.try_recv() {
        story.push(status);
    }
    assert_eq!(
        story,
        [
            PoolStatus::Ready,
            PoolStatus::Broadcast(vec![]),
            PoolStatus::Usurped(hash(3)),
        ]
    );
    assert_eq!(
        insert(&mut pool, 3, &valid(ALICE, 0, 6)),
        Err(PoolRefusal::AlreadyImported(hash(3)))
    );
}

#[test]
fn blocks_take_the_dearest_account_first_and_each_in_nonce_order() {
    let mut pool = Pool::default();
    insert(&mut pool, 1, &valid(ALICE, 1, 9)).expect("room");
    insert(&mut pool, 2, &valid(BOB, 0, 2)).expect("room");
    assert_eq!(pool.ready(), [(BOB, 0)], "a gap is not ready");
    assert_eq!(pool.next_nonce(ALICE, 0), 0);
    insert(&mut pool, 3, &valid(ALICE, 0, 1)).expect("room");
    assert_eq!(pool.ready(), [(BOB, 0), (ALICE, 0), (ALICE, 1)]);
    assert_eq!(pool.next_nonce(ALICE, 0), 2);
    pool.reject((ALICE, 0));
    pool.drop_stale(1, |_| 0);
    assert_eq!(pool.ready(), [(BOB, 0)], "what followed waits again");
}

#[test]
fn a_full_pool_says_so() {
    let mut pool = Pool::default();
    let room = u64::try_from(ROOM).expect("small");
    for nonce in 0..room {
        insert(&mut pool, nonce, &valid(ALICE, nonce, 1)).expect("room");
    }
    let refused = insert(&mut pool, room, &valid(BOB, 0, 1));
    assert_eq!(refused, Err(PoolRefusal::Full));
    assert_eq!(refused.expect_err("full").rpc().0, 1016);
}

#[tokio::test(start_paused = true)]
async fn a_ban_ends() {
    let mut pool = Pool::default();
    pool.ban(hash(1));
    assert_eq!(pool.admits(hash(1)), Err(PoolRefusal::Banned));
    tokio::time::advance(Duration::from_secs(31 * 60)).await;
    assert_eq!(pool.admits(hash(1)), Ok(()));
}

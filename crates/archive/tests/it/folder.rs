//! An archive in a folder.

use std::fs;
use std::path::{Path, PathBuf};

use axonry_archive::{Archive, ArchiveError, MinerPaths, Precision};
use axonry_core::Uid;
use proptest::prelude::*;

use crate::{START, miner, prompt};

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        match path.is_dir() {
            true => found.extend(files(&path)),
            false => found.push(path),
        }
    }
    found
}

async fn all(archive: &Archive, asset: &str, start: i64) -> Vec<MinerPaths> {
    let opened = archive.read(&prompt(asset, start)).await.expect("readable");
    let mut file = opened.expect("published");
    let mut miners = Vec::new();
    while let Some(miner) = file.next().await.expect("a miner") {
        miners.push(miner);
    }
    assert_eq!(file.miners(), miners.len());
    miners
}

#[tokio::test]
async fn a_prompt_is_there_as_a_whole_or_not_at_all() {
    let folder = tempfile::tempdir().expect("a folder");
    let archive = Archive::folder(folder.path()).expect("an archive");
    let btc = prompt("BTC", START);
    assert!(archive.read(&btc).await.expect("looked").is_none());

    let mut left = archive.write(&btc).await.expect("begun");
    left.add(miner(1, 100)).await.expect("added");
    drop(left);
    let mut aborted = archive.write(&btc).await.expect("begun");
    aborted.add(miner(1, 100)).await.expect("added");
    aborted.abort().await.expect("removed");
    assert!(archive.read(&btc).await.expect("looked").is_none());
    assert_eq!(
        archive.prompts("2026-02-03", None).await.expect("listed"),
        []
    );

    let miners: Vec<_> = [4, 0, 255].map(|uid| miner(uid, 100)).to_vec();
    for asset in ["BTC", "ETH"] {
        let mut file = archive.write(&prompt(asset, START)).await.expect("begun");
        for miner in &miners {
            file.add(miner.clone()).await.expect("added");
        }
        assert_eq!(file.miners(), 3);
        file.publish().await.expect("published");
    }
    assert_eq!(all(&archive, "BTC", START).await, miners);
    let expected = folder
        .path()
        .join("day=2026-02-03/asset=BTC/1770114060-3000-300.parquet");
    assert!(expected.is_file());
    assert_eq!(
        files(folder.path()).len(),
        2,
        "nothing is left of what was not published"
    );

    let listed = archive.prompts("2026-02-03", None).await.expect("listed");
    assert_eq!(listed, [btc.clone(), prompt("ETH", START)]);
    archive.remove(&btc).await.expect("removed");
    archive.remove(&btc).await.expect("removed already");
    let listed = archive.prompts("2026-02-03", Some("BTC")).await;
    assert_eq!(listed.expect("listed"), []);
}

#[tokio::test]
async fn what_is_published_again_replaces_what_was_there() {
    let folder = tempfile::tempdir().expect("a folder");
    let archive = Archive::folder(folder.path()).expect("an archive");
    for uid in [1, 2] {
        let mut file = archive.write(&prompt("BTC", START)).await.expect("begun");
        file.add(miner(uid, 3)).await.expect("added");
        file.publish().await.expect("published");
    }
    assert_eq!(all(&archive, "BTC", START).await, [miner(2, 3)]);
}

#[tokio::test]
async fn prices_that_are_no_paths_are_refused_and_others_follow() {
    let folder = tempfile::tempdir().expect("a folder");
    let archive = Archive::folder(folder.path()).expect("an archive");
    let mut file = archive.write(&prompt("BTC", START)).await.expect("begun");
    for prices in [vec![], vec![1.0; 10], vec![1.0; 23]] {
        let wrong = MinerPaths {
            prices,
            ..miner(1, 1)
        };
        let refused = file.add(wrong).await;
        assert!(matches!(
            refused,
            Err(ArchiveError::Shape { points: 11, .. })
        ));
    }
    file.add(miner(2, 1)).await.expect("added");
    file.publish().await.expect("published");
    assert_eq!(all(&archive, "BTC", START).await, [miner(2, 1)]);
}

#[tokio::test]
async fn single_precision_is_what_it_says_and_half_as_long() {
    let folder = tempfile::tempdir().expect("a folder");
    let archive = Archive::folder(folder.path()).expect("an archive");
    let single = archive.clone().with_precision(Precision::Single);
    // Digits that neither precision holds exactly.
    let noisy = |uid: u16| {
        let mut noisy = miner(uid, 900);
        for (price, place) in noisy.prices.iter_mut().zip(0_u32..) {
            *price += f64::from(place).sqrt() / 7.0;
        }
        noisy
    };
    for (archive, start) in [(&archive, START), (&single, START + 60)] {
        let mut file = archive.write(&prompt("BTC", start)).await.expect("begun");
        file.add(noisy(1)).await.expect("added");
        file.publish().await.expect("published");
    }
    assert_eq!(all(&archive, "BTC", START).await, [noisy(1)]);
    let kept = &all(&archive, "BTC", START + 60).await[0];
    for (kept, given) in kept.prices.iter().zip(&noisy(1).prices) {
        assert!((kept / given - 1.0).abs() < 1e-7, "{kept} for {given}");
    }
    assert_ne!(kept.prices, noisy(1).prices);
    let size = |start: i64| {
        let name = format!("day=2026-02-03/asset=BTC/{start}-3000-300.parquet");
        let file = fs::metadata(folder.path().join(name));
        file.expect("there").len()
    };
    assert!(
        size(START + 60) * 10 < size(START) * 7,
        "{} {}",
        size(START + 60),
        size(START)
    );
}

#[tokio::test]
async fn damage_is_an_error_and_never_another_price() {
    let folder = tempfile::tempdir().expect("a folder");
    let archive = Archive::folder(folder.path()).expect("an archive");
    let btc = prompt("BTC", START);
    let mut file = archive.write(&btc).await.expect("begun");
    for uid in 0..3 {
        file.add(miner(uid, 20)).await.expect("added");
    }
    file.publish().await.expect("published");
    let path = &files(folder.path())[0];
    let whole = fs::read(path).expect("bytes");
    for length in [0, 3, 12, whole.len() / 2, whole.len() - 1] {
        fs::write(path, &whole[..length]).expect("written");
        let opened = archive.read(&btc).await;
        assert!(
            opened.is_err(),
            "{length} of {} bytes: {opened:?}",
            whole.len()
        );
    }
    // A bit of any byte.
    for place in (0..whole.len()).step_by(7) {
        let mut bytes = whole.clone();
        bytes[place] ^= 1 << (place % 8);
        fs::write(path, &bytes).expect("written");
        let Ok(Some(mut file)) = archive.read(&btc).await else {
            continue;
        };
        let mut uid = 0;
        loop {
            match file.next().await {
                Ok(Some(found)) => assert_eq!(found.prices, miner(uid, 20).prices, "byte {place}"),
                Ok(None) => break,
                Err(_) => {}
            }
            uid += 1;
        }
    }
}

#[tokio::test]
async fn a_file_of_another_program_is_not_taken_for_ours() {
    let folder = tempfile::tempdir().expect("a folder");
    let archive = Archive::folder(folder.path()).expect("an archive");
    let btc = prompt("BTC", START);
    let mut file = archive.write(&btc).await.expect("begun");
    file.add(miner(1, 1)).await.expect("added");
    file.publish().await.expect("published");
    let path = &files(folder.path())[0];
    let mut bytes = fs::read(path).expect("bytes");
    let mark = b"axonry.archive";
    let found = bytes.windows(mark.len()).position(|part| part == mark);
    bytes[found.expect("the mark")] = b'b';
    fs::write(path, &bytes).expect("written");
    let opened = archive.read(&btc).await;
    assert!(
        matches!(opened, Err(ArchiveError::Foreign { .. })),
        "{opened:?}"
    );
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]
    #[test]
    fn any_prices_come_back_to_the_bit(
        miners in prop::collection::vec((0_u16..300, prop::collection::vec(any::<u64>(), 1..5)), 0..5),
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
        runtime.block_on(async {
            let folder = tempfile::tempdir().expect("a folder");
            let archive = Archive::folder(folder.path()).expect("an archive");
            let miners: Vec<MinerPaths> = miners.into_iter().map(|(uid, seeds)| MinerPaths {
                uid: Uid(uid),
                prices: seeds.iter().flat_map(|seed| {
                    (0..11).map(move |point| f64::from_bits(seed.rotate_left(point * 5)))
                }).collect(),
                ..miner(uid, 1)
            }).collect();
            let mut file = archive.write(&prompt("BTC", START)).await.expect("begun");
            for miner in &miners {
                file.add(miner.clone()).await.expect("added");
            }
            file.publish().await.expect("published");
            let bits = |miners: &[MinerPaths]| -> Vec<(Uid, Vec<u64>)> {
                let bits = |miner: &MinerPaths| miner.prices.iter().map(|it| it.to_bits()).collect();
                miners.iter().map(|miner| (miner.uid, bits(miner))).collect()
            };
            assert_eq!(bits(&all(&archive, "BTC", START).await), bits(&miners));
        });
    }
}

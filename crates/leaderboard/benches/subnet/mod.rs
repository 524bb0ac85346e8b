//! A made-up subnet: the same round gives the same standings, and the next one others.

use axonry_core::{BlockNumber, Hotkey, NetUid, Uid, UnixMillis};
use axonry_leaderboard::{
    Eligibility, Explanation, Landed, Landing, Miner, Point, Source, Standings, ValidatorState,
};

/// Rounds that are remembered.
const REMEMBERED: u64 = 60;

/// So many miners after a round. Uid 0 validates; every tenth miner could not be judged, every sixth
/// is not eligible.
pub(crate) fn standings(round: u64, miners: u16) -> Standings {
    let state = ValidatorState {
        hotkey: Some(hotkey(0)),
        landing: Some(Landing {
            outcome: "VerifiedInState".to_owned(),
            block: Some(BlockNumber(round * 360 + 4)),
            reason: None,
        }),
        tempos_since_landed: Some(0.02),
        sources: vec![Source {
            name: "mirror".to_owned(),
            well: true,
            detail: "1,204 requests, 3 tried again".to_owned(),
        }],
        warnings: vec!["the list of `acme/rockets` was cut off at 1,000 pages".to_owned()],
        stages_ms: [
            ("snapshot", 212),
            ("evaluate", 48_120),
            ("plan", 9),
            ("land", 13_400),
        ]
        .map(|(stage, took)| (stage.to_owned(), took))
        .into(),
        ..ValidatorState::default()
    };
    Standings {
        mechanism: "open-source contributions".to_owned(),
        as_of: Some(UnixMillis(1_795_233_600_000 + round * 4_320_000)),
        state,
        miners: (0..miners).map(|uid| miner(round, uid)).collect(),
        ..Standings::new(NetUid(74), round, BlockNumber(round * 360))
    }
}

fn miner(round: u64, uid: u16) -> Miner {
    let judged = uid % 10 != 9;
    let eligible = uid > 0 && !uid.is_multiple_of(6);
    let average = average(round, uid, eligible);
    let score = judged.then(|| score(round, uid, eligible));
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "averages stay between nothing and one"
    )]
    let weight = (average * 65_535.0) as u16;
    let first = round.saturating_sub(REMEMBERED).max(1);
    let history = (first..=round).map(|round| Point {
        round,
        block: BlockNumber(round * 360),
        score: judged.then(|| self::score(round, uid, eligible)),
        average: self::average(round, uid, eligible),
        weight,
    });
    Miner {
        label: (uid > 0).then(|| format!("{}-{uid}", NAMES[usize::from(uid) % NAMES.len()])),
        score,
        unknown: (!judged).then(|| "the mirror did not answer within 30 s".to_owned()),
        average,
        weight,
        emission: Some(average / 4.0),
        landed: (weight > 0).then_some(Landed {
            weight,
            block: BlockNumber(round * 360 + 4),
        }),
        eligibility: Eligibility {
            eligible: judged.then_some(eligible),
            reasons: match eligible {
                true => Vec::new(),
                false => vec!["merged pull requests: 3 of at least 5, 2 short".to_owned()],
            },
        },
        verdict: judged.then(|| format!("{} merged, 1 open, 2 repositories", uid % 23)),
        history: history.collect(),
        explanation: judged.then(|| explanation(uid, score.unwrap_or(0.0), eligible)),
        ..Miner::new(Uid(uid), hotkey(uid))
    }
}

const NAMES: [&str; 6] = ["ada", "grace", "linus", "barbara", "edsger", "margaret"];

fn hotkey(uid: u16) -> Hotkey {
    let mut bytes = [0; 32];
    for (place, byte) in (0_u64..).zip(&mut bytes) {
        *byte = mixed(u64::from(uid) << 8 | place).to_le_bytes()[0];
    }
    Hotkey::from_bytes(bytes)
}

fn score(round: u64, uid: u16, eligible: bool) -> f64 {
    if !eligible {
        return 0.0;
    }
    let level = 1.0 / (1.0 + f64::from(uid) * 0.21);
    let luck = f64::from(mixed(round << 16 | u64::from(uid)).to_le_bytes()[0]) / 255.0;
    level * (0.55 + 0.45 * luck)
}

fn average(round: u64, uid: u16, eligible: bool) -> f64 {
    let first = round.saturating_sub(12).max(1);
    (first..=round).fold(0.0, |average, round| {
        0.7 * average + 0.3 * score(round, uid, eligible)
    })
}

fn explanation(uid: u16, score: f64, eligible: bool) -> Explanation {
    let piece = |number: u16| {
        let points = f64::from(number) * 1.37;
        Explanation::number(format!("acme/rockets#{number}"), points)
            .in_unit("points")
            .noted("merged")
            .seen_at(format!("https://github.com/acme/rockets/pull/{number}"))
            .made_of([
                Explanation::number("token score", points / 1.2).in_unit("points"),
                Explanation::number("review quality", 1.2).because("2 rounds of changes"),
            ])
    };
    let work = Explanation::number("pull requests", score * 100.0)
        .in_unit("points")
        .because("sum of what was merged")
        .made_of((1..=uid % 23).map(piece));
    let work = match eligible {
        true => work,
        false => work.missing("merged pull requests: 3 of at least 5, 2 short"),
    };
    Explanation::number("share of the emission", score)
        .because("points of all points, by repository")
        .made_of([work])
}

/// A number that looks like any other.
const fn mixed(number: u64) -> u64 {
    let number = number.wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    let number = (number ^ (number >> 29)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    number ^ (number >> 32)
}

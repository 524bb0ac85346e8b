//! Data from a seed.

use jiff::{SignedDuration, Timestamp};

use super::corpus::Language;
use super::data::{
    Content, File, Issue, Label, Maintainer, MirrorData, Pull, Repository, Reviews, State,
};
use super::random::Random;
use super::registry;

/// What seeded data are made from.
#[derive(Clone, Debug)]
pub struct Seed {
    /// Decides everything that is left to chance.
    pub seed: u64,
    /// The GitHub ids of the miners.
    pub miners: Vec<String>,
    /// How many pull requests each of them has.
    pub pulls_per_miner: usize,
    /// The mirror's time; whatever happened did so within the 28 days before.
    pub now: Timestamp,
}

impl Seed {
    /// 64 miners with 20 pull requests each.
    #[must_use]
    pub fn new(seed: u64, now: Timestamp) -> Self {
        Self {
            seed,
            miners: Self::miners(64),
            pulls_per_miner: 20,
            now,
        }
    }

    /// GitHub ids for so many miners, from 10000000 on.
    #[must_use]
    pub fn miners(count: usize) -> Vec<String> {
        (10_000_000..)
            .take(count)
            .map(|id: u64| id.to_string())
            .collect()
    }
}

/// Name, emission share, languages, labels that count.
type Plan = (
    &'static str,
    f64,
    &'static [Language],
    &'static [(&'static str, f64)],
);

const PLANS: [Plan; 6] = {
    use Language::{C, Go, Java, JavaScript, Python, Rust, TypeScript};
    [
        (
            "axonry-demo/router",
            0.28,
            &[Rust, Go, Rust],
            &[("feature", 1.25), ("bug", 1.1)],
        ),
        ("axonry-demo/ledger", 0.20, &[TypeScript, Java], &[]),
        (
            "axonry-demo/beacon",
            0.18,
            &[Python, Rust],
            &[("perf*", 1.5)],
        ),
        (
            "axonry-demo/harbor",
            0.12,
            &[TypeScript, Go, JavaScript],
            &[],
        ),
        ("axonry-demo/lattice", 0.10, &[Python, C], &[("docs", 0.5)]),
        (
            "axonry-demo/kiln",
            0.07,
            &[Rust, TypeScript, JavaScript],
            &[],
        ),
    ]
};

const BRANCH: &str = "main";

const LABELS: [&str; 5] = ["bug", "feature", "docs", "performance", "cleanup"];

const WORDS: [&str; 24] = [
    "anchor", "basin", "cable", "delta", "ember", "fjord", "grain", "hinge", "inlet", "joint",
    "kernel", "lever", "mirror", "nozzle", "orbit", "pulley", "quartz", "rivet", "socket", "tide",
    "union", "valve", "wharf", "yoke",
];

const SUFFIXES: [&str; 16] = [
    "local", "remote", "strict", "lazy", "batch", "inner", "outer", "early", "late", "small",
    "large", "safe", "plain", "shared", "single", "final",
];

impl MirrorData {
    /// Makes data from a seed: the same seed gives the same data, to the byte.
    ///
    /// Miners differ in how much they change at a time, how often it is merged, and where: each
    /// works mostly on one repository and sometimes on a second.
    #[must_use]
    pub fn seeded(seed: &Seed) -> Self {
        let logins = seed.miners.iter().enumerate();
        let mut making = Making {
            seed,
            data: Self {
                now: seed.now,
                repositories: PLANS.iter().enumerate().map(repository).collect(),
                miners: logins.map(|(at, id)| (id.clone(), login(at))).collect(),
                pulls: Vec::new(),
                issues: Vec::new(),
            },
        };
        for miner in 0..seed.miners.len() {
            making.miner(miner);
        }
        making.data.number();
        making.data
    }
}

fn repository((at, plan): (usize, &Plan)) -> Repository {
    let (name, share, _, labels) = *plan;
    Repository {
        name: name.to_owned(),
        default_branch: BRANCH,
        settings: registry::settings(share, labels),
        maintainers: vec![Maintainer {
            id: (900_000_001 + at).to_string(),
            login: lead(name),
            association: "OWNER",
        }],
    }
}

fn lead(repository: &str) -> String {
    format!("lead-{}", repository.rsplit('/').next().unwrap_or_default())
}

fn login(miner: usize) -> String {
    format!("miner-{miner:03}")
}

struct Making<'a> {
    seed: &'a Seed,
    data: MirrorData,
}

impl Making<'_> {
    fn miner(&mut self, miner: usize) {
        let mut random = Random::at(self.seed.seed, &[miner]);
        let skill = random.below(1000);
        let count = self.seed.pulls_per_miner;
        let home = random.below(PLANS.len());
        let second = (home + 1 + random.below(PLANS.len() - 1)) % PLANS.len();
        // Four in five must be merged for a miner to count, and two may be open without penalty.
        let closed = random.below(1 + count / 10 + (1000 - skill) / 300);
        let open = random.below(3);
        for place in 0..count {
            let state = match place {
                _ if place < closed => State::Closed,
                _ if place < closed + open => State::Open,
                _ => State::Merged,
            };
            let plan = if place % 3 == 2 { second } else { home };
            self.pull(miner, place, plan, skill, state);
        }
        for place in 0..random.below(3) {
            let mut random = Random::at(self.seed.seed, &[miner, place, 1]);
            let repository = PLANS[home].0;
            let created_at = self.ago(random.below(60 * 24 * 60));
            self.issue(repository, miner, created_at, None, &mut random);
        }
    }

    fn pull(&mut self, miner: usize, place: usize, plan: usize, skill: usize, state: State) {
        let mut random = Random::at(self.seed.seed, &[miner, place]);
        let (repository, _, languages, _) = PLANS[plan];
        let (lead, lead_id) = (lead(repository), (900_000_001 + plan).to_string());
        let ended = random.below(27 * 24 * 60);
        let took = 30 + random.below(24 * 60);
        let closed_at = (state != State::Open).then(|| self.ago(ended));
        let created_at = self.ago(ended + took);
        let word = *random.pick(&WORDS);
        let files = files(&mut random, languages, skill);

        let mut linked = Vec::new();
        if random.chance(30) {
            // Somebody else's issue, solved by this pull request if it was merged.
            let author = random.below(self.seed.miners.len() + 8);
            if author != miner {
                let solved = closed_at.filter(|_| state == State::Merged);
                let solved = solved.map(|at| (at + seconds(1), self.data.pulls.len()));
                let noticed = created_at - seconds(3600 * (1 + random.below(48)));
                linked.push(self.issue(repository, author, noticed, solved, &mut random));
            }
        }
        let trouble = random.below(1000) > 700 + skill / 4;
        let labels = if random.chance(60) {
            let name = *random.pick(&LABELS);
            vec![Label {
                name,
                actor: lead_id,
            }]
        } else {
            Vec::new()
        };
        self.data.pulls.push(Pull {
            repository: repository.to_owned(),
            number: 0,
            title: format!("Rework the {word}"),
            body: format!("Makes the {word} do its work with less."),
            state,
            author: self.seed.miners[miner].clone(),
            author_login: login(miner),
            created_at,
            closed_at,
            merged_by: (state == State::Merged).then_some(lead),
            base_ref: BRANCH.to_owned(),
            head_ref: format!("{word}-{place}"),
            head_repository: repository.replace("axonry-demo", &login(miner)),
            head_sha: random.sha(),
            base_sha: random.sha(),
            commits: 1 + random.below(5),
            reviews: Reviews {
                maintainer_changes_requested: usize::from(trouble),
                changes_requested: usize::from(trouble) + random.below(2),
                approved: usize::from(state == State::Merged),
                commented: random.below(4),
            },
            labels,
            linked,
            files,
        });
    }

    /// Adds an issue and tells its place. Authors beyond the miners are passers-by.
    fn issue(
        &mut self,
        repository: &str,
        author: usize,
        created_at: Timestamp,
        solved: Option<(Timestamp, usize)>,
        random: &mut Random,
    ) -> usize {
        let (id, login) = match self.seed.miners.get(author) {
            Some(id) => (id.clone(), login(author)),
            None => (
                (800_000_000 + author).to_string(),
                format!("passer-by-{author}"),
            ),
        };
        self.data.issues.push(Issue {
            repository: repository.to_owned(),
            number: 0,
            title: format!("The {} sticks", random.pick(&WORDS)),
            author: id,
            author_login: login,
            created_at,
            solved,
        });
        self.data.issues.len() - 1
    }

    fn ago(&self, minutes: usize) -> Timestamp {
        // Whole seconds, so that every way of writing a time keeps it exact.
        let now =
            Timestamp::from_second(self.seed.now.as_second()).expect("a second of a timestamp");
        now - seconds(60 * minutes)
    }
}

fn seconds(count: usize) -> SignedDuration {
    SignedDuration::from_secs(i64::try_from(count).expect("a few months in seconds"))
}

/// The files of one pull request: more and longer ones for the skilled.
fn files(random: &mut Random, languages: &[Language], skill: usize) -> Vec<File> {
    let count = 1 + random.below(2 + skill / 400);
    let first = random.below(WORDS.len());
    let mut files = Vec::with_capacity(count + 1);
    for at in 0..count {
        let language = *random.pick(languages);
        // Neighbours in the list, so that no path comes twice.
        let word = WORDS[(first + at) % WORDS.len()];
        files.push(code(random, language, word, skill));
    }
    let word = WORDS[first];
    if random.chance(20) {
        let language = languages[0];
        let head = language.file(word, &sections(random, language, 1));
        files.push(File {
            path: language.test_path(word),
            previous: None,
            base: Content::None,
            head: Content::Text(head),
        });
    }
    if random.chance(10) {
        let base = format!("# The {word}\n\nWhat turns it, and when.\n");
        let head = format!("{base}\n## Upkeep\n\nOil it every thousand turns.\n");
        files.push(File {
            path: format!("docs/{word}.md"),
            previous: None,
            base: Content::Text(base),
            head: Content::Text(head),
        });
    }
    files
}

/// One file of code, new or changed.
fn code(random: &mut Random, language: Language, word: &str, skill: usize) -> File {
    let before = if random.chance(30) {
        0
    } else {
        1 + random.below(3)
    };
    let added = 1 + random.below(2 + skill / 250);
    let all = sections(random, language, before + added);
    let path = language.path(word);
    let base = match before {
        0 => Content::None,
        _ => Content::Text(language.file(word, &all[..before])),
    };
    // Some changes take something out as well.
    let from = usize::from(before > 1 && random.chance(25));
    let renamed = before > 0 && random.chance(5);
    File {
        previous: renamed.then(|| language.path(&format!("{word}old"))),
        path,
        base,
        head: Content::Text(language.file(word, &all[from..])),
    }
}

/// So many pieces of code, no two of one name.
fn sections(random: &mut Random, language: Language, count: usize) -> Vec<String> {
    let pieces = language.pieces();
    let (piece, suffix) = (random.below(pieces.len()), random.below(SUFFIXES.len()));
    (0..count)
        .map(|at| {
            // Past the last piece it starts over, with the next suffix.
            let round = (piece + at) / pieces.len();
            let suffix = SUFFIXES[(suffix + round) % SUFFIXES.len()];
            pieces[(piece + at) % pieces.len()].named(suffix)
        })
        .collect()
}

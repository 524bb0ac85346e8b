/// Whether what upstream's validator does without meaning it is done here too.
///
/// Rules that upstream states hold in both. Where its code goes further than its rules, by what
/// Python or PostgreSQL happen to do, an item's documentation says under **Parity** what that is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Mode {
    /// The same outcome for every answer as a validator of `mode-network/synth-subnet` stores.
    #[default]
    Parity,
    /// What the rules mean: a price is a finite number that is not zero, and one miner's infinite
    /// score is that miner's alone.
    Full,
}

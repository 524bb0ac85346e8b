/// How long an extrinsic is valid: for ever, or for a period of blocks that began at a phase.
///
/// `sp_runtime::generic::Era` in `paritytech/polkadot-sdk`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Era {
    Immortal,
    Mortal { period: u64, phase: u64 },
}

impl Era {
    /// An era of at least `period` blocks around block `current`.
    pub(crate) fn mortal(period: u64, current: u64) -> Self {
        let period = period.clamp(4, 1 << 16).next_power_of_two().min(1 << 16);
        let step = step(period);
        Self::Mortal {
            period,
            phase: current % period / step * step,
        }
    }

    /// Reads the one or two bytes of an era; `None` when they are of no era.
    pub(crate) fn decode(bytes: &[u8]) -> Option<Self> {
        match *bytes {
            [0] => Some(Self::Immortal),
            [low, high] => {
                let encoded = u64::from(u16::from_le_bytes([low, high]));
                let period = 2 << (encoded % 16);
                let phase = (encoded >> 4) * step(period);
                (period >= 4 && phase < period).then_some(Self::Mortal { period, phase })
            }
            _ => None,
        }
    }

    /// The era's one or two bytes.
    pub(crate) fn encode(self) -> Vec<u8> {
        match self {
            Self::Immortal => vec![0],
            Self::Mortal { period, phase } => {
                let exponent = (u64::from(period.trailing_zeros()) - 1).clamp(1, 15);
                let encoded = exponent | ((phase / step(period)) << 4);
                let encoded = u16::try_from(encoded).expect("twelve bits above four");
                encoded.to_le_bytes().to_vec()
            }
        }
    }

    /// The block the era began in, seen from block `current`.
    pub(crate) fn birth(self, current: u64) -> u64 {
        match self {
            Self::Immortal => 0,
            Self::Mortal { period, phase } => {
                (current.max(phase) - phase) / period * period + phase
            }
        }
    }

    /// The first block the era does not reach, seen from block `current`.
    pub(crate) fn death(self, current: u64) -> u64 {
        match self {
            Self::Immortal => u64::MAX,
            Self::Mortal { period, .. } => self.birth(current) + period,
        }
    }
}

/// Long periods are counted in steps, so that the phase fits in twelve bits.
fn step(period: u64) -> u64 {
    (period >> 12).max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_era_is_what_a_node_makes_of_its_bytes() {
        // 64 blocks from block 1000: the bytes of a golden extrinsic.
        let era = Era::mortal(64, 1_000);
        assert_eq!(era.encode(), [0x85, 0x02]);
        assert_eq!(Era::decode(&[0x85, 0x02]), Some(era));
        assert_eq!((era.birth(1_000), era.death(1_000)), (1_000, 1_064));
        assert_eq!(era.birth(1_063), 1_000);
        assert_eq!(
            era.birth(1_064),
            1_064,
            "an era that has passed reads as the next one"
        );
        assert_eq!(Era::decode(&[0]), Some(Era::Immortal));
        assert_eq!(Era::decode(&[0x00, 0x02]), None, "a period below 4");
    }

    #[test]
    fn every_era_survives_its_bytes() {
        for period in (2..=16).map(|exponent| 1 << exponent) {
            for current in [0, 1, 63, 4_095, 70_001, 1 << 33] {
                let era = Era::mortal(period, current);
                assert_eq!(Era::decode(&era.encode()), Some(era), "{period} {current}");
                assert!(era.birth(current) <= current, "{period} {current}");
            }
        }
    }
}

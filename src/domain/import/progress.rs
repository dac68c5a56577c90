//! How far an import has come (I16).

/// How far an import has come.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Progress {
    /// What is being done.
    pub phase: Phase,
    /// How far it has come, 0 to 100; never falls.
    pub percent: u8,
    /// How many rows of the payload have been through this phase.
    pub rows_done: u64,
    /// How many rows the payload has.
    pub rows_total: u64,
}

/// What is being done with an import, one after another.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Phase {
    /// It waits for its turn.
    Waiting,
    /// Its payload is read back.
    Reading,
    /// Its rows are matched against what is known.
    Matching,
    /// It is decided what becomes of which sheet.
    Planning,
    /// It is written.
    Writing,
    /// It is over.
    Done,
}

impl Phase {
    /// All of them.
    pub const ALL: [Self; 6] = [
        Self::Waiting,
        Self::Reading,
        Self::Matching,
        Self::Planning,
        Self::Writing,
        Self::Done,
    ];

    /// The code as every face spells it.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Waiting => "Waiting",
            Self::Reading => "Reading",
            Self::Matching => "Matching",
            Self::Planning => "Planning",
            Self::Writing => "Writing",
            Self::Done => "Done",
        }
    }

    /// From which percent on a phase lasts, and until which.
    const fn range(self) -> (u8, u8) {
        match self {
            Self::Waiting => (0, 0),
            Self::Reading => (0, 10),
            Self::Matching => (10, 40),
            Self::Planning => (40, 80),
            Self::Writing => (80, 99),
            Self::Done => (100, 100),
        }
    }
}

impl Progress {
    /// `rows_done` of `rows_total` rows are through `phase`.
    pub fn at(phase: Phase, rows_done: u64, rows_total: u64) -> Self {
        let (from, to) = phase.range();
        let share = match rows_total {
            0 => 0,
            total => u64::from(to - from) * rows_done.min(total) / total,
        };
        Self {
            phase,
            percent: from + u8::try_from(share).unwrap_or(0),
            rows_done,
            rows_total,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Phase, Progress};

    #[test]
    fn i16_percent_rises_from_0_to_100_through_the_phases() {
        let mut last = 0;
        for phase in Phase::ALL {
            for done in [0, 1, 3, 7] {
                let percent = Progress::at(phase, done, 7).percent;
                assert!(percent >= last, "{phase:?} {done}");
                last = percent;
            }
        }
        assert_eq!(last, 100);
        assert_eq!(Progress::at(Phase::Waiting, 0, 0).percent, 0);
        assert_eq!(Progress::at(Phase::Done, 0, 0).percent, 100);
    }
}

//! How many files the process may have open, and how many connections that leaves room for. A
//! usual shell allows 1,024 and more on request; the store must never find that connections have
//! taken them all. What a connection is used for is not known here.

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

/// Files that connections leave to everything else: the journal, the snapshot and the history, the
/// new ones beside them while the data is brought up to date, backups, and what the runtime has.
pub const RESERVED: usize = 64;

/// What connections may take of the open files.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct OpenFiles {
    /// Files that the process may have open; `None` for as many as it likes.
    limit: Option<u64>,
}

impl OpenFiles {
    /// Raises the process's own limit as far as the system lets it.
    pub fn raise() -> Self {
        let Rlimit { current, maximum } = getrlimit(Resource::Nofile);
        if current == maximum {
            return Self { limit: current };
        }
        let raised = Rlimit {
            current: maximum,
            maximum,
        };
        match setrlimit(Resource::Nofile, raised) {
            Ok(()) => Self { limit: maximum },
            Err(error) => {
                tracing::debug!(%error, "the limit of open files stays as it is");
                Self { limit: current }
            }
        }
    }

    /// So many connections of those that are `wanted` as leave [`RESERVED`] files to the rest, and
    /// never none. Says so where that is fewer.
    pub fn room_for(self, wanted: usize) -> usize {
        let connections = self.fit(wanted);
        if let (Some(open_files), true) = (self.limit, connections < wanted) {
            tracing::warn!(
                open_files,
                wanted,
                connections,
                "fewer connections are taken, because the limit of open files (ulimit -Hn) is low"
            );
        }
        connections
    }

    fn fit(self, wanted: usize) -> usize {
        let Some(limit) = self.limit else { return wanted };
        let room = usize::try_from(limit)
            .unwrap_or(usize::MAX)
            .saturating_sub(RESERVED);
        wanted.min(room.max(1))
    }
}

#[cfg(test)]
mod tests {
    use super::{OpenFiles, RESERVED};

    #[test]
    fn connections_leave_files_to_the_rest_and_one_is_always_let_in() {
        let fit = |limit, wanted| OpenFiles { limit }.fit(wanted);
        assert_eq!(fit(None, 10_000), 10_000);
        assert_eq!(fit(Some(1_048_576), 10_000), 10_000);
        assert_eq!(fit(Some(10_000 + RESERVED as u64), 10_000), 10_000);
        assert_eq!(fit(Some(1_024), 10_000), 960);
        assert_eq!(fit(Some(1_024), 5), 5);
        for low in [0, 1, RESERVED as u64, RESERVED as u64 + 1] {
            assert_eq!(fit(Some(low), 10_000), 1, "{low}");
        }
    }
}

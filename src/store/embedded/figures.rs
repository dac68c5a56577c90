//! What the store counts of itself, for whoever watches the server. Registered once, so that
//! counting is no more than an addition.

use metrics::{
    Counter, Gauge, Histogram, counter, describe_counter, describe_gauge, describe_histogram, gauge,
    histogram,
};

/// The figures of the store.
#[derive(Debug)]
pub struct Figures {
    /// Sheets in the state that is shown.
    timesheets: Gauge,
    /// Bytes that a start would replay.
    journal_bytes: Gauge,
    /// The snapshot's file.
    snapshot_bytes: Gauge,
    commits: Counter,
    batch_size: Histogram,
}

impl Figures {
    /// Registers them, with what they mean.
    pub fn register() -> Self {
        describe_gauge!("punchcard_timesheets", "Timesheets that there are");
        describe_gauge!(
            "punchcard_journal_bytes",
            "Bytes of the journal since the last checkpoint, which a start would replay"
        );
        describe_gauge!("punchcard_snapshot_bytes", "Bytes of the snapshot's file");
        describe_counter!("punchcard_commits_total", "Writes that are durable");
        describe_histogram!("punchcard_batch_size", "Writes that became durable together");
        Self {
            timesheets: gauge!("punchcard_timesheets"),
            journal_bytes: gauge!("punchcard_journal_bytes"),
            snapshot_bytes: gauge!("punchcard_snapshot_bytes"),
            commits: counter!("punchcard_commits_total"),
            batch_size: histogram!("punchcard_batch_size"),
        }
    }

    /// What a start has found; the snapshot's size unless it could not be asked for.
    pub fn begin_with(&self, sheets: usize, journal_bytes: u64, snapshot_bytes: Option<u64>) {
        self.sheets(sheets);
        self.journal(journal_bytes);
        if let Some(bytes) = snapshot_bytes {
            self.snapshot(bytes);
        }
    }

    /// So many sheets are shown.
    pub fn sheets(&self, count: usize) {
        self.timesheets.set(as_figure(count as u64));
    }

    /// A start would replay so many bytes.
    pub fn journal(&self, bytes: u64) {
        self.journal_bytes.set(as_figure(bytes));
    }

    /// The snapshot's file has so many bytes.
    pub fn snapshot(&self, bytes: u64) {
        self.snapshot_bytes.set(as_figure(bytes));
    }

    /// So many writes have become durable together.
    pub fn wrote(&self, count: usize) {
        self.commits.increment(count as u64);
        self.batch_size.record(as_figure(count as u64));
    }
}

/// How long the disk takes to make a batch durable.
pub fn fsync_seconds() -> Histogram {
    describe_histogram!(
        "punchcard_fsync_seconds",
        "Time that the disk takes to make a batch of writes durable"
    );
    histogram!("punchcard_fsync_seconds")
}

#[expect(clippy::cast_precision_loss, reason = "figures are approximate above 2^53")]
const fn as_figure(number: u64) -> f64 {
    number as f64
}

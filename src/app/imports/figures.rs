//! What is counted of imports.

use metrics::{counter, describe_counter, describe_gauge, describe_histogram, gauge, histogram};

use crate::domain::sync_job::{JobState, SyncJob};

/// Says what the figures are.
pub(super) fn describe() {
    describe_counter!(
        "punchcard_imports_total",
        "Imports that came to their end, by outcome"
    );
    describe_gauge!("punchcard_imports_running", "Imports that are being worked on");
    describe_counter!(
        "punchcard_import_rows_total",
        "Rows of imports that were worked through"
    );
    describe_histogram!(
        "punchcard_import_seconds",
        "Time from the beginning of an import to its end"
    );
    running(false);
}

/// Whether one is being worked on.
pub(super) fn running(is_running: bool) {
    gauge!("punchcard_imports_running").set(if is_running { 1.0 } else { 0.0 });
}

/// One came to its end.
pub(super) fn ended(outcome: JobState) {
    counter!("punchcard_imports_total", "outcome" => outcome.code()).increment(1);
}

/// One was worked through.
pub(super) fn worked_through(job: &SyncJob) {
    ended(job.state);
    counter!("punchcard_import_rows_total").increment(job.rows);
    if let (Some(started), Some(finished)) = (job.started, job.finished) {
        let micros = finished.epoch_micros().saturating_sub(started.epoch_micros());
        let micros = u64::try_from(micros).unwrap_or_default();
        histogram!("punchcard_import_seconds").record(std::time::Duration::from_micros(micros));
    }
}

//! `punchcard check`: whether a stopped server's data is sound.

use super::{Failure, Folder, print};
use crate::store::embedded::check::{Report, check};

/// Checks the folder and prints what was found.
pub(super) fn run(folder: &Folder) -> Result<(), Failure> {
    let Report {
        at,
        timesheets,
        others,
        tombstones,
        history,
        changed,
        faults,
    } = check(&folder.data_dir)?;
    for fault in &faults {
        print(format_args!("fault: {fault}"))?;
    }
    if !faults.is_empty() {
        return Err(Failure {
            code: Failure::DAMAGED,
            text: format!(
                "{} is damaged: {} faults",
                folder.data_dir.display(),
                faults.len()
            ),
        });
    }
    print(format_args!(
        "sound: {timesheets} timesheets and {others} other records, {tombstones} deletions and {history} \
         past writes, {changed} records changed since the snapshot, last write {}",
        at.0
    ))
}

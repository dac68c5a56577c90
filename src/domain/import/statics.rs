//! What static data comes to: customers, common tasks, and projects with their tasks, merged into
//! what is stored (I2 to I8, I10, I11). Rows are taken in the order of the payload, each on what the
//! ones before it have made. Who reads the data and who writes the changes is not known here.
//!
//! A row that says nothing new takes no version, so that the same payload twice changes nothing
//! (I6). A newer `lastUpdate` is something new, even alone: what comes later and is older must not
//! overwrite it (I5).
//!
//! A row depends on another if it cannot be understood without it: it names what only that one
//! would have made. If that one is bad, so is this, and says why. The tasks of a project whose row
//! is bad are bad in any case: they are one thing.

use std::ops::ControlFlow;

use uuid::Uuid;

use super::catalog::Catalog;
use super::payload::Payload;
use super::report::Report;
use super::{OnError, statics::lane::Lane};
use crate::domain::change::Guard;
use crate::domain::organization::Organization;
use crate::domain::project::Project;
use crate::domain::record::Record;
use crate::domain::time::Instant;

mod branch;
mod changes;
mod customers;
mod lane;
mod projects;
mod tasks;
mod texts;
mod verdict;

/// What is to be written, each record once.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Changes {
    /// The records as they are to be.
    pub puts: Vec<Record>,
    /// That they are still as they were when this was decided.
    pub guards: Vec<Guard>,
}

/// What rows are planned with.
struct Planning<'p> {
    catalog: &'p mut Catalog,
    now: Instant,
    ids: &'p mut dyn FnMut() -> Uuid,
    report: &'p mut Report,
    changes: changes::Ledger,
    rows_done: u64,
    so_far: &'p mut dyn FnMut(u64) -> ControlFlow<()>,
}

impl Planning<'_> {
    /// Another row has been through; says whether to go on.
    fn step(&mut self) -> ControlFlow<()> {
        self.rows_done += 1;
        (self.so_far)(self.rows_done)
    }
}

/// What the static data of `payload` changes in what `catalog` holds. The catalog learns of it, and
/// which ids of the payload name what is there already (I3), so that bookings find it.
///
/// What becomes of each row is added to `report`. A bad row changes nothing; with
/// [`OnError::Fail`] nothing changes then at all, and all faults are found nevertheless (I15).
/// `so_far` is told after each row how many are through; if it says to stop, nothing changes.
///
/// Takes time in proportion to the rows and the tasks of their projects, and recurses nowhere.
#[expect(
    clippy::too_many_arguments,
    reason = "planning is pure: all that it depends on is handed in"
)]
pub fn plan(
    payload: &Payload,
    catalog: &mut Catalog,
    on_error: OnError,
    now: Instant,
    ids: &mut dyn FnMut() -> Uuid,
    report: &mut Report,
    so_far: &mut dyn FnMut(u64) -> ControlFlow<()>,
) -> Changes {
    let mut planning = Planning {
        catalog,
        now,
        ids,
        report,
        changes: changes::Ledger::default(),
        rows_done: 0,
        so_far,
    };
    if planning.apply(payload).is_break() {
        return Changes::default();
    }
    let Planning { report, changes, .. } = planning;
    report.keep_first_faults();
    if !on_error.accepts(report) {
        return Changes::default();
    }
    changes.into_changes()
}

impl Planning<'_> {
    /// The lists one after another: references point to what came before (I2).
    fn apply(&mut self, payload: &Payload) -> ControlFlow<()> {
        let none = lane::Failures::default();
        let customers = Lane::<Organization>::take(&payload.customers, &none, self)?;
        customers.settle(self);
        tasks::take_common(&payload.common_tasks, self)?;
        let mut projects = Lane::<Project>::take(&payload.projects, customers.failures(), self)?;
        tasks::take(&payload.tasks, &mut projects, self)?;
        projects.settle(self);
        ControlFlow::Continue(())
    }
}

#[cfg(test)]
mod tests;

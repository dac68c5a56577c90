//! What an import comes to: its rows matched against one picture of the data, and the records that
//! would be written. It waits for nothing but the store; who asks for it runs it where it holds up
//! nobody.

use std::ops::ControlFlow;
use std::sync::Arc;

use crate::app::Error;
use crate::domain::change::Guard;
use crate::domain::id::IdSource;
use crate::domain::import::report::Outcome;
use crate::domain::import::statics;
use crate::domain::import::{Catalog, ImportOptions, Payload, Phase, Report};
use crate::domain::record::Record;
use crate::domain::time::Instant;
use crate::store::View;

mod bookings;

/// Is told how far the planning has come, and says whether to go on.
pub trait Steps: Sync {
    /// `rows_done` of `rows_total` rows are through `phase`; fails if the import was called off.
    fn reach(&self, phase: Phase, rows_done: u64, rows_total: u64) -> Result<(), CalledOff>;
}

/// The import was called off.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct CalledOff;

/// What an import is planned with.
pub struct Planning {
    /// The data.
    pub view: Arc<dyn View>,
    /// How the import is to go about it.
    pub options: ImportOptions,
    /// The present.
    pub now: Instant,
    /// Where new ids come from.
    pub ids: Arc<dyn IdSource>,
}

/// What an import comes to.
#[derive(Debug, Default)]
pub struct PlannedImport {
    /// The records to write; none where all is as the payload has it, where a row is bad and the
    /// import is to fail then, or where it is to be a dry run.
    pub puts: Vec<Record>,
    /// What must hold when they are written.
    pub guards: Vec<Guard>,
    /// What becomes of the rows.
    pub report: Report,
}

/// Why there is no plan.
#[derive(Debug)]
pub enum NoPlan {
    /// The import was called off.
    CalledOff,
    /// The data could not be read.
    Error(Error),
}

impl From<CalledOff> for NoPlan {
    fn from(_: CalledOff) -> Self {
        Self::CalledOff
    }
}

impl<E: Into<Error>> From<E> for NoPlan {
    fn from(error: E) -> Self {
        Self::Error(error.into())
    }
}

/// Plans an import. Bad rows are in the report; whether they stop it is in its options (I15).
pub async fn plan(
    planning: &Planning,
    mut payload: Payload,
    steps: &dyn Steps,
) -> Result<PlannedImport, NoPlan> {
    let known = planning.view.all_of(Catalog::KINDS).await?;
    let mut catalog = Catalog::new(known);
    let mut planned = PlannedImport::default();
    // The faults of one row follow each other.
    let mut last = None;
    for fault in std::mem::take(&mut payload.unreadable) {
        if let Some(place) = fault.place.filter(|place| last != Some(*place)) {
            planned.report.count(place.collection, Outcome::Failed);
        }
        last = fault.place;
        planned.report.note(fault);
    }
    plan_statics(planning, &payload, &mut catalog, steps, &mut planned)?;
    bookings::plan(planning, payload.entries, &catalog, steps, &mut planned).await?;
    planned.report.keep_first_faults();
    let ImportOptions { on_error, dry_run } = planning.options;
    if dry_run || !on_error.accepts(&planned.report) {
        planned.puts.clear();
        planned.guards.clear();
    }
    Ok(planned)
}

/// Adds to `planned` what the static data comes to; the catalog learns of it.
fn plan_statics(
    planning: &Planning,
    payload: &Payload,
    catalog: &mut Catalog,
    steps: &dyn Steps,
    planned: &mut PlannedImport,
) -> Result<(), CalledOff> {
    let total = payload.statics() as u64;
    let mut outcome = Ok(());
    let changes = statics::plan(
        payload,
        catalog,
        planning.options.on_error,
        planning.now,
        &mut || planning.ids.next(planning.now),
        &mut planned.report,
        &mut |done| match steps.reach(Phase::Matching, done, total) {
            Ok(()) => ControlFlow::Continue(()),
            Err(called_off) => {
                outcome = Err(called_off);
                ControlFlow::Break(())
            }
        },
    );
    planned.puts.extend(changes.puts);
    planned.guards.extend(changes.guards);
    outcome
}

//! Several sheets written as one: all of it takes effect or none, in one commit with one audit
//! record. Each write is decided exactly as it would be alone.

use std::collections::HashSet;
use std::sync::Arc;

use uuid::Uuid;

use super::{plan_deletion, plan_saving};
use crate::app::approvals::{ApprovalCommand, plan_act};
use crate::app::{App, Caller, Decision, Error, Planned, Reader, Written};
use crate::domain::change::Guard;
use crate::domain::error::{FaultCode, Path};
use crate::domain::id::{ApprovalId, RowIds, TimesheetId, UserId};
use crate::domain::record::{Entity, Record};
use crate::domain::timesheet::Timesheet;
use crate::domain::timesheet::save::SaveTimesheet;
use crate::domain::version::RowVersion;

/// A write of a sheet.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum TimesheetWrite {
    /// Save it whole.
    Save(SaveTimesheet),
    /// Delete it; with a version, only that one.
    Delete(TimesheetId, Option<RowVersion>),
    /// Do something in the course of its approval.
    Act(ApprovalCommand),
}

impl TimesheetWrite {
    /// The sheet that is written.
    pub const fn id(&self) -> TimesheetId {
        match self {
            Self::Save(command) => command.id,
            Self::Delete(id, _) => *id,
            Self::Act(command) => command.id,
        }
    }
}

/// Which write was refused, and why; no place where the commit itself was.
pub type Refused = (Option<usize>, Error);

impl App {
    /// Writes sheets together: all or none (S15). Answers the saved ones in their writes' places.
    pub async fn write_timesheets(
        &self,
        caller: &Caller,
        writes: &[TimesheetWrite],
    ) -> Result<Vec<Option<Arc<Timesheet>>>, Refused> {
        if writes.is_empty() {
            return Ok(Vec::new());
        }
        let ids: Vec<RowIds> = writes
            .iter()
            .map(|_| RowIds::starting_with(self.new_id()))
            .collect();
        let refused_at = Arc::new(std::sync::Mutex::new(None));
        let written = self
            .write(caller, |reader| {
                let refused_at = Arc::clone(&refused_at);
                let ids = ids.clone();
                Box::pin(async move {
                    plan_all(reader, writes, ids).await.map_err(|(place, error)| {
                        if let Ok(mut refused_at) = refused_at.lock() {
                            *refused_at = Some(place);
                        }
                        error
                    })
                })
            })
            .await;
        match written {
            Ok(Written::Committed(committed)) => Ok(in_their_places(writes, committed.records)),
            Ok(Written::Already(_)) => Ok(vec![None; writes.len()]),
            Err(error) => {
                let place = refused_at.lock().ok().and_then(|mut place| place.take());
                Err((place, error))
            }
        }
    }
}

async fn plan_all(
    reader: Reader,
    writes: &[TimesheetWrite],
    ids: Vec<RowIds>,
) -> Result<Decision, (usize, Error)> {
    let mut together = Planned::new("writeTimesheets");
    let mut owners: HashSet<Option<UserId>> = HashSet::new();
    let mut sheets: HashSet<TimesheetId> = HashSet::new();
    let mut rows: HashSet<Uuid> = HashSet::new();
    for (place, (write, mut ids)) in writes.iter().zip(ids).enumerate() {
        if !sheets.insert(write.id()) {
            let message = "a timesheet may be written only once in what is written together";
            return Err((place, Error::fault(Path::of("id"), FaultCode::Duplicate, message)));
        }
        let decision = match write {
            TimesheetWrite::Save(command) => plan_saving(reader.clone(), command, ids).await,
            TimesheetWrite::Delete(id, version) => plan_deletion(reader.clone(), *id, *version).await,
            TimesheetWrite::Act(command) => {
                let id = ids.next().map(ApprovalId::new);
                let id = id.ok_or_else(|| (place, Error::Internal("there is no id left".to_owned())))?;
                plan_act(reader.clone(), command, id).await
            }
        };
        let Decision::Change(planned) = decision.map_err(|error| (place, error))? else {
            continue;
        };
        if !planned.guards.iter().all(|guard| are_new(guard, &mut rows)) {
            let message = "a new line or cell has an id that one of another timesheet has here";
            return Err((
                place,
                Error::fault(Path::of("lines"), FaultCode::ForeignId, message),
            ));
        }
        owners.insert(planned.subject);
        together.guards.extend(planned.guards);
        together.puts.extend(planned.puts);
        together.deletes.extend(planned.deletes);
    }
    if owners.len() == 1 {
        together.subject = owners.into_iter().next().flatten();
    }
    Ok(Decision::Change(together))
}

/// Whether the ids that a write takes for its rows are taken by no write before.
fn are_new(guard: &Guard, rows: &mut HashSet<Uuid>) -> bool {
    match guard {
        Guard::RowsFree(_, ids) => ids.iter().all(|id| rows.insert(*id)),
        _ => true,
    }
}

fn in_their_places(writes: &[TimesheetWrite], records: Vec<Record>) -> Vec<Option<Arc<Timesheet>>> {
    let saved: Vec<Arc<Timesheet>> = records.into_iter().filter_map(Timesheet::from_record).collect();
    writes
        .iter()
        .map(|write| saved.iter().find(|sheet| sheet.id == write.id()).cloned())
        .collect()
}

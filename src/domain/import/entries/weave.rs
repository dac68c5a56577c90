//! What bookings make of one owner's sheets: which sheets they meet, which are opened for them, and
//! what keeps them out (I12, I13). Each sheet is written once, however many bookings meet it.

use std::sync::Arc;

use uuid::Uuid;

use super::BookingChange;
use crate::domain::error::{Error, Fault, FaultCode, Path};
use crate::domain::id::{RowIds, TimesheetId};
use crate::domain::settings::Settings;
use crate::domain::template::TimesheetTemplate;
use crate::domain::time::{Date, Instant};
use crate::domain::time_entry::split::Part;
use crate::domain::timesheet::Timesheet;
use crate::domain::timesheet::open::{self, Opening};
use crate::domain::user::User;
use crate::domain::version::RowVersion;

mod cells;
mod sheet;

/// What the sheets of one owner are decided with.
#[derive(Clone, Copy, Debug)]
pub struct Weaving<'a> {
    /// Whose sheets.
    pub owner: &'a User,
    /// All of them, by date.
    pub sheets: &'a [Arc<Timesheet>],
    /// What new ones are like.
    pub settings: &'a Settings,
    /// The templates that the settings name.
    pub templates: &'a [Arc<TimesheetTemplate>],
    /// The present.
    pub now: Instant,
    /// What happens to bookings, this owner's among them.
    pub changes: &'a [BookingChange],
}

/// What a change of a booking does on one date of one owner.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Step {
    /// The date.
    pub date: Date,
    /// Which change.
    pub change: u32,
    /// Whether the booking leaves the date, or comes to it.
    pub course: Course,
}

/// Whether a booking leaves a date or comes to it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Course {
    /// What it contributed is taken back.
    Leaves,
    /// It contributes the part with this number.
    Comes(u32),
}

/// A sheet as it is to be.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Woven {
    /// The sheet; it and its changed lines await their versions.
    pub sheet: Timesheet,
    /// The version of the one that it replaces, if it is not new.
    pub before: Option<RowVersion>,
}

/// Why a booking cannot be taken over.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Refused {
    /// Which change.
    pub change: u32,
    /// What is wrong with it, by the row's members.
    pub fault: Fault,
}

/// A sheet with what happens to it.
struct Work<'a> {
    sheet: Timesheet,
    before: Option<RowVersion>,
    steps: &'a [Step],
}

impl Weaving<'_> {
    /// What `steps`, in order, make of the owner's sheets; or all that is refused, each with the
    /// first reason: without those changes it is to be decided anew.
    pub fn weave(&self, steps: &[Step], ids: &mut dyn FnMut() -> Uuid) -> Result<Vec<Woven>, Vec<Refused>> {
        let mut refused = Vec::new();
        let mut woven: Vec<Woven> = Vec::new();
        let mut rest = steps;
        while let Some(first) = rest.first() {
            match self.sheet_for(first.date, ids) {
                Err(fault) => {
                    let (same_date, others) = split_at(rest, |step| step.date == first.date);
                    refused.extend(same_date.iter().map(|step| Refused {
                        change: step.change,
                        fault: Fault::clone(&fault),
                    }));
                    rest = others;
                }
                Ok((sheet, before)) => {
                    let period = sheet.period;
                    let (steps, others) = split_at(rest, |step| period.contains(step.date));
                    rest = others;
                    let work = Work { sheet, before, steps };
                    match self.bring(work, RowIds::starting_with(ids())) {
                        Ok(sheet) => woven.push(sheet),
                        Err(more) => refused.extend(more),
                    }
                }
            }
        }
        if refused.is_empty() {
            Ok(woven)
        } else {
            Err(refused)
        }
    }

    /// The owner's sheet that holds `date`, or a new one. Steps come by date, so one that was opened for
    /// an earlier step never has a date in common with it.
    fn sheet_for(
        &self,
        date: Date,
        ids: &mut dyn FnMut() -> Uuid,
    ) -> Result<(Timesheet, Option<RowVersion>), Box<Fault>> {
        let start = self.sheets.partition_point(|sheet| sheet.period.to() < date);
        let at = self.sheets.get(start);
        if let Some(sheet) = at.filter(|sheet| sheet.period.contains(date)) {
            return Ok((Timesheet::clone(sheet), Some(sheet.meta.version)));
        }
        let before = start.checked_sub(1).and_then(|before| self.sheets.get(before));
        let opening = Opening {
            id: TimesheetId::new(ids()),
            owner: self.owner,
            date,
            settings: self.settings,
            before: before.map(|sheet| sheet.period),
            after: at.map(|sheet| sheet.period),
            today: self.now.date_in(self.owner.time_zone.0),
            now: self.now,
            is_unbounded: true,
        };
        let template = |id| {
            let found = self.templates.iter().find(|template| template.id == id);
            found.map(Arc::as_ref)
        };
        open::open(&opening, template)
            .map(|sheet| (sheet, None))
            .map_err(|error| Box::new(fault_of(error)))
    }

    fn change(&self, step: Step) -> Option<&BookingChange> {
        self.changes.get(usize::try_from(step.change).ok()?)
    }

    /// The part with which the booking comes to the date.
    fn part(&self, step: Step) -> Option<(&BookingChange, Part)> {
        match step.course {
            Course::Leaves => None,
            Course::Comes(number) => {
                let change = self.change(step)?;
                let part = change.parts.get(usize::try_from(number).ok()?)?;
                Some((change, *part))
            }
        }
    }
}

/// The steps at the front for which `is_front` holds, and the others.
fn split_at(steps: &[Step], is_front: impl Fn(&Step) -> bool) -> (&[Step], &[Step]) {
    let end = steps
        .iter()
        .position(|step| !is_front(step))
        .unwrap_or(steps.len());
    steps.split_at_checked(end).unwrap_or((steps, &[]))
}

/// Why no sheet can be opened, as a fault of the row.
fn fault_of(error: Error) -> Fault {
    let (code, message) = match error {
        Error::Invalid(faults) => match faults.into_iter().next() {
            Some(fault) => (fault.code, fault.message),
            None => (FaultCode::Malformed, String::new()),
        },
        other @ Error::WrongState { .. } => (FaultCode::WrongState, other.to_string()),
        other @ Error::Locked(_) => (FaultCode::Locked, other.to_string()),
        other @ (Error::Forbidden(_) | Error::NotFound(_) | Error::VersionConflict { .. }) => {
            (FaultCode::UnknownReference, other.to_string())
        }
    };
    Fault {
        path: Path::of("date"),
        code,
        message,
    }
}

//! The verbs of timesheets.

use std::sync::Arc;

use async_graphql::{Context, Enum, InputObject, MaybeUndefined, Object};

use super::outcome::{Conflict, FaultObject, Outcome, not_null, outcome, patch};
use crate::app::Error;
use crate::domain::error::{Faults, Path};
use crate::domain::record::Record;
use crate::domain::timesheet::Timesheet;
use crate::domain::timesheet::save::{CellInput, LineInput, SaveTimesheet};
use crate::graphql::context::{app, caller};
use crate::graphql::error::plain_error;
use crate::graphql::render::Answer;
use crate::graphql::scalars::{Date, Decimal, RowVersion, Uuid};
use crate::graphql::types::timesheet::TimesheetObject;

/// A timesheet as a whole, based on the version that the client saw.
#[derive(InputObject)]
pub struct SaveTimesheetInput {
    /// Which timesheet.
    id: Uuid,
    /// The version on which the change is based; if another is stored, nothing is saved.
    row_version: RowVersion,
    /// What lists show; leave it out to keep it.
    name: MaybeUndefined<String>,
    /// All its lines: those that are missing are deleted. Leave it out to keep them all; an empty
    /// list deletes them all.
    lines: MaybeUndefined<Vec<TimesheetLineInput>>,
}

/// A line as it is to be. What is left out stays as it is.
#[derive(InputObject)]
pub struct TimesheetLineInput {
    /// The line's id; leave it out for a new line, or choose one.
    id: Option<Uuid>,
    /// The position among the lines: they are numbered 0, 1, 2 and so on without a gap.
    order_number: MaybeUndefined<i32>,
    /// The project; null for none.
    project_id: MaybeUndefined<Uuid>,
    /// The task of that project, or a common one; null for none.
    task_id: MaybeUndefined<Uuid>,
    /// The kind of work; null for none.
    activity_id: MaybeUndefined<Uuid>,
    /// All its cells: those that are missing are deleted. Leave it out to keep them all.
    cells: MaybeUndefined<Vec<TimeAllocationInput>>,
}

/// A cell as it is to be. What is left out stays as it is.
#[derive(InputObject)]
pub struct TimeAllocationInput {
    /// The cell's id; leave it out for a new cell, or choose one. A cell may come from another line
    /// of the same timesheet.
    id: Option<Uuid>,
    /// The date, within the timesheet's period; each date once a line.
    date: MaybeUndefined<Date>,
    /// The hours, 0 to 24, with at most five decimal places.
    hours: MaybeUndefined<Decimal>,
    /// What was done; null for no comment.
    comment: MaybeUndefined<String>,
}

/// What is copied from the timesheet before.
#[derive(Enum, Clone, Copy, PartialEq, Eq, Default)]
pub enum CopyMode {
    /// The lines without their hours.
    #[default]
    Rows,
    /// The lines with their hours and comments.
    RowsAndHours,
}

/// What came of a change of a timesheet.
pub struct TimesheetPayload(Outcome<Arc<Timesheet>>);

/// Somebody else saved the timesheet first. Nothing was saved.
pub struct TimesheetConflict<'a>(&'a Conflict);

/// What came of the deletion of a timesheet.
pub struct DeleteTimesheetPayload(Uuid, Outcome<()>);

/// What came of a change of a timesheet: the timesheet, or else what stood in the way.
#[Object]
impl TimesheetPayload {
    /// The timesheet as it is stored now; null if the change was refused.
    async fn timesheet(&self) -> Answer<TimesheetObject> {
        Answer::from(Ok::<_, Error>(match &self.0 {
            Outcome::Done(reader, sheet) => Some((reader.clone(), Arc::clone(sheet))),
            Outcome::Conflict(_) | Outcome::Faulty(_) => None,
        }))
    }

    /// Not null if the timesheet had another version than the change was based on.
    async fn conflict(&self) -> Option<TimesheetConflict<'_>> {
        self.0.conflict().map(TimesheetConflict)
    }

    /// Everything that is wrong with the input; empty if nothing is.
    async fn faults(&self) -> Vec<FaultObject> {
        self.0.faults()
    }
}

/// Somebody else saved the timesheet first. Nothing was saved.
#[Object]
impl TimesheetConflict<'_> {
    /// The version that is stored.
    async fn row_version(&self) -> RowVersion {
        RowVersion(self.0.current)
    }

    /// The timesheet as it is stored.
    async fn timesheet(&self) -> Answer<TimesheetObject> {
        Answer::from(Ok::<_, Error>(match &self.0.stored {
            Some(Record::Timesheet(sheet)) => Some((self.0.reader.clone(), Arc::clone(sheet))),
            _ => None,
        }))
    }
}

/// What came of the deletion of a timesheet.
#[Object]
impl DeleteTimesheetPayload {
    /// The id of the timesheet that is gone; null if the deletion was refused.
    async fn deleted_id(&self) -> Option<Uuid> {
        matches!(self.1, Outcome::Done(..)).then_some(self.0)
    }

    /// Not null if the timesheet had another version than the deletion was based on.
    async fn conflict(&self) -> Option<TimesheetConflict<'_>> {
        self.1.conflict().map(TimesheetConflict)
    }

    /// Everything that is wrong with the input; empty if nothing is.
    async fn faults(&self) -> Vec<FaultObject> {
        self.1.faults()
    }
}

/// The verbs of timesheets.
#[derive(Default)]
pub struct TimesheetMutations;

#[Object]
impl TimesheetMutations {
    /// Opens the user's timesheet that holds the date: makes it if there is none, for the period
    /// that the settings name. Any number of calls at once make one.
    async fn open_timesheet(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Whose timesheet; the caller's if nothing is said.")] user_id: Option<Uuid>,
        #[graphql(desc = "A date that it is to hold.")] date: Date,
    ) -> async_graphql::Result<TimesheetPayload> {
        let caller = known(caller(ctx))?;
        let user = user_id.map_or(caller.user_id(), |user| user.0.into());
        let opened = known(app(ctx))?.open_timesheet(caller, user, date.0).await;
        outcome(ctx, opened).await.map(TimesheetPayload)
    }

    /// Opens the timesheet of the period after this one; makes it if there is none.
    async fn open_next_timesheet(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The timesheet before it.")] id: Uuid,
    ) -> async_graphql::Result<TimesheetPayload> {
        let opened = known(app(ctx))?
            .open_next_timesheet(known(caller(ctx))?, id.0.into())
            .await;
        outcome(ctx, opened).await.map(TimesheetPayload)
    }

    /// Opens the timesheet of the period before this one; makes it if there is none.
    async fn open_previous_timesheet(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The timesheet after it.")] id: Uuid,
    ) -> async_graphql::Result<TimesheetPayload> {
        let opened = known(app(ctx))?
            .open_previous_timesheet(known(caller(ctx))?, id.0.into())
            .await;
        outcome(ctx, opened).await.map(TimesheetPayload)
    }

    /// Saves a timesheet as a whole: all of it, or nothing.
    async fn save_timesheet(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The timesheet as it is to be.")] input: SaveTimesheetInput,
    ) -> async_graphql::Result<TimesheetPayload> {
        let saved = match command(input) {
            Ok(command) => {
                known(app(ctx))?
                    .save_timesheet(known(caller(ctx))?, command)
                    .await
            }
            Err(error) => Err(error),
        };
        outcome(ctx, saved).await.map(TimesheetPayload)
    }

    /// Adds the lines of the timesheet before this one that it does not have yet. Twice adds nothing
    /// twice.
    async fn copy_lines_from_previous(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The timesheet that gets the lines.")] id: Uuid,
        #[graphql(desc = "The version on which the change is based; any if nothing is said.")]
        row_version: Option<RowVersion>,
        #[graphql(desc = "What is copied.", default)] mode: CopyMode,
    ) -> async_graphql::Result<TimesheetPayload> {
        let (version, with_hours) = (
            row_version.map(|version| version.0),
            mode == CopyMode::RowsAndHours,
        );
        let app = known(app(ctx))?;
        let copied = app
            .copy_lines_from_previous(known(caller(ctx))?, id.0.into(), version, with_hours)
            .await;
        outcome(ctx, copied).await.map(TimesheetPayload)
    }

    /// Deletes a timesheet.
    async fn delete_timesheet(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which timesheet.")] id: Uuid,
        #[graphql(desc = "The version on which the deletion is based; any if nothing is said.")] row_version: Option<
            RowVersion,
        >,
    ) -> async_graphql::Result<DeleteTimesheetPayload> {
        let version = row_version.map(|version| version.0);
        let deleted = known(app(ctx))?
            .delete_timesheet(known(caller(ctx))?, id.0.into(), version)
            .await;
        Ok(DeleteTimesheetPayload(id, outcome(ctx, deleted).await?))
    }
}

/// What every operation carries; without it, the error says what is missing.
pub fn known<T>(found: Result<T, Error>) -> async_graphql::Result<T> {
    found.map_err(|error| plain_error(&error))
}

fn command(input: SaveTimesheetInput) -> Result<SaveTimesheet, Error> {
    let SaveTimesheetInput {
        id,
        row_version,
        name,
        lines,
    } = input;
    let mut faults = Faults::default();
    let lines_path = Path::of("lines");
    let name = not_null(name, || Path::of("name"), &mut faults);
    let lines = not_null(lines, || lines_path.clone(), &mut faults).map(|lines| {
        let lines = lines.into_iter().enumerate();
        lines
            .map(|(index, line)| line_input(line, || lines_path.index(index), &mut faults))
            .collect()
    });
    let command = SaveTimesheet {
        id: id.0.into(),
        body_id: None,
        version: Some(row_version.0),
        name,
        lines,
    };
    Ok(faults.into_result(command)?)
}

fn line_input(line: TimesheetLineInput, path: impl Fn() -> Path, faults: &mut Faults) -> LineInput {
    let TimesheetLineInput {
        id,
        order_number,
        project_id,
        task_id,
        activity_id,
        cells,
    } = line;
    LineInput {
        id: id.map(|id| id.0.into()),
        project_id: patch(project_id).map(|id| id.map(|id| id.0.into())),
        task_id: patch(task_id).map(|id| id.map(|id| id.0.into())),
        activity_id: patch(activity_id).map(|id| id.map(|id| id.0.into())),
        order_number: not_null(order_number, || path().member("orderNumber"), faults).map(i64::from),
        cells: not_null(cells, || path().member("cells"), faults).map(|cells| {
            let cells = cells.into_iter().enumerate();
            cells
                .map(|(index, cell)| cell_input(cell, || path().member("cells").index(index), faults))
                .collect()
        }),
    }
}

fn cell_input(cell: TimeAllocationInput, path: impl Fn() -> Path, faults: &mut Faults) -> CellInput {
    let TimeAllocationInput {
        id,
        date,
        hours,
        comment,
    } = cell;
    CellInput {
        id: id.map(|id| id.0.into()),
        date: not_null(date, || path().member("date"), faults).map(|date| date.0),
        hours: not_null(hours, || path().member("hours"), faults).map(|hours| hours.0),
        comment: patch(comment),
    }
}

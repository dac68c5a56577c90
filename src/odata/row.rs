//! What answers are made of: records, and the rows within sheets, each with its id.

use std::sync::Arc;

use uuid::Uuid;

use crate::app::reader::booking::{AvailableProject, BookableTask};
use crate::domain::approval::{ApprovalEntry, ApprovalStatus};
use crate::domain::id::ApprovalId;
use crate::domain::record::Record;
use crate::domain::timesheet::rules::Violation;
use crate::domain::timesheet::{CellRef, LineRef, Timesheet};

/// A row that the caller may see.
#[derive(Clone, Debug)]
pub enum Row {
    /// A record.
    Record(Record),
    /// The line of a sheet at this position.
    Line(Arc<Timesheet>, usize),
    /// The cell at the second position of the line at the first.
    Cell(Arc<Timesheet>, usize, usize),
    /// A state of approval.
    Status(ApprovalStatus),
    /// A project that a sheet's owner may book on.
    Project(Arc<AvailableProject>),
    /// A task that a sheet's owner may book on, or an ancestor of one.
    Task(Arc<BookableTask>),
    /// A rule that a sheet breaks.
    Violation(Arc<Violation>),
    /// Something that was done in the course of the approval with this id.
    Approval(ApprovalId, Arc<ApprovalEntry>),
}

impl Row {
    /// Its id.
    pub fn id(&self) -> Uuid {
        match self {
            Self::Record(record) => record.key().uuid(),
            Self::Line(..) => self.line().map(|line| line.id().uuid()).unwrap_or_default(),
            Self::Cell(..) => self.cell().map(|cell| cell.id().uuid()).unwrap_or_default(),
            Self::Status(status) => status.id(),
            Self::Project(it) => it.project.id.uuid(),
            Self::Task(it) => it.task.id.uuid(),
            Self::Violation(_) => Uuid::nil(),
            Self::Approval(id, _) => id.uuid(),
        }
    }

    /// The sheet that it is, or is in.
    pub fn sheet(&self) -> Option<&Arc<Timesheet>> {
        match self {
            Self::Record(Record::Timesheet(sheet)) | Self::Line(sheet, _) | Self::Cell(sheet, _, _) => {
                Some(sheet)
            }
            Self::Record(_)
            | Self::Status(_)
            | Self::Project(_)
            | Self::Task(_)
            | Self::Violation(_)
            | Self::Approval(..) => None,
        }
    }

    /// The line that it is, or is in.
    pub fn line(&self) -> Option<LineRef<'_>> {
        match self {
            Self::Line(sheet, line) | Self::Cell(sheet, line, _) => sheet.lines().nth(*line),
            Self::Record(_)
            | Self::Status(_)
            | Self::Project(_)
            | Self::Task(_)
            | Self::Violation(_)
            | Self::Approval(..) => None,
        }
    }

    /// The cell that it is.
    pub fn cell(&self) -> Option<CellRef<'_>> {
        match self {
            Self::Cell(_, _, cell) => self.line()?.cells().nth(*cell),
            Self::Record(_)
            | Self::Line(..)
            | Self::Status(_)
            | Self::Project(_)
            | Self::Task(_)
            | Self::Violation(_)
            | Self::Approval(..) => None,
        }
    }
}

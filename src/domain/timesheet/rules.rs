//! What a template wants of a sheet before it is handed in (SPEC 6): rules with their severities, and
//! the one check that lists what breaks them. Data is checked by its owner's calendar, whoever asks
//! (F9).

use serde::{Deserialize, Serialize};

use crate::domain::hours::Hours;
use crate::domain::id::{AllocationId, LineId};
use crate::domain::time::Date;

mod check;

pub use check::{Calendar, check};

/// A rule, and how much it matters.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Rule {
    /// What it wants.
    pub demand: Demand,
    /// What happens if it is broken.
    pub severity: Severity,
}

/// What a rule wants.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub enum Demand {
    /// On no day more hours than this.
    MaxHoursPerDay(Hours),
    /// On every working day at least this many hours, or what there is to work if that is less.
    MinHoursPerDay(Hours),
    /// On no day more than this many hours more or less than there are to work.
    DayDeviation(Hours),
    /// In the whole period no more than this many hours more or less than there are to work.
    PeriodDeviation(Hours),
    /// Hours name a project.
    ProjectRequired,
    /// Hours name a task.
    TaskRequired,
    /// Hours name an activity.
    ActivityRequired,
    /// Hours come with a comment.
    CommentRequired,
    /// No hours on days off.
    NoEntryOnDaysOff,
    /// No hours on days that are still to come.
    NoEntryInFuture,
    /// No two lines for the same project, task and activity.
    NoDuplicateLines,
}

/// What a demand is, without its measure.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum RuleKind {
    /// [`Demand::MaxHoursPerDay`].
    MaxHoursPerDay,
    /// [`Demand::MinHoursPerDay`].
    MinHoursPerDay,
    /// [`Demand::DayDeviation`].
    DayDeviation,
    /// [`Demand::PeriodDeviation`].
    PeriodDeviation,
    /// [`Demand::ProjectRequired`].
    ProjectRequired,
    /// [`Demand::TaskRequired`].
    TaskRequired,
    /// [`Demand::ActivityRequired`].
    ActivityRequired,
    /// [`Demand::CommentRequired`].
    CommentRequired,
    /// [`Demand::NoEntryOnDaysOff`].
    NoEntryOnDaysOff,
    /// [`Demand::NoEntryInFuture`].
    NoEntryInFuture,
    /// [`Demand::NoDuplicateLines`].
    NoDuplicateLines,
}

/// How much a broken rule matters.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
pub enum Severity {
    /// It is told, and no more.
    Warning,
    /// The sheet cannot be handed in but by force.
    Error,
}

/// A broken rule.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Violation {
    /// Which.
    pub rule: RuleKind,
    /// How much it matters.
    pub severity: Severity,
    /// The day, where it is about one.
    pub date: Option<Date>,
    /// The line, where it is about one.
    pub line_id: Option<LineId>,
    /// The cell, where it is about one.
    pub cell_id: Option<AllocationId>,
    /// What is wrong, for people.
    pub message: String,
}

impl Demand {
    /// What it is.
    pub const fn kind(self) -> RuleKind {
        match self {
            Self::MaxHoursPerDay(_) => RuleKind::MaxHoursPerDay,
            Self::MinHoursPerDay(_) => RuleKind::MinHoursPerDay,
            Self::DayDeviation(_) => RuleKind::DayDeviation,
            Self::PeriodDeviation(_) => RuleKind::PeriodDeviation,
            Self::ProjectRequired => RuleKind::ProjectRequired,
            Self::TaskRequired => RuleKind::TaskRequired,
            Self::ActivityRequired => RuleKind::ActivityRequired,
            Self::CommentRequired => RuleKind::CommentRequired,
            Self::NoEntryOnDaysOff => RuleKind::NoEntryOnDaysOff,
            Self::NoEntryInFuture => RuleKind::NoEntryInFuture,
            Self::NoDuplicateLines => RuleKind::NoDuplicateLines,
        }
    }

    /// Its measure, where it has one.
    pub const fn hours(self) -> Option<Hours> {
        match self {
            Self::MaxHoursPerDay(hours)
            | Self::MinHoursPerDay(hours)
            | Self::DayDeviation(hours)
            | Self::PeriodDeviation(hours) => Some(hours),
            Self::ProjectRequired
            | Self::TaskRequired
            | Self::ActivityRequired
            | Self::CommentRequired
            | Self::NoEntryOnDaysOff
            | Self::NoEntryInFuture
            | Self::NoDuplicateLines => None,
        }
    }

    /// The greatest measure that makes sense: the hours of a day, or of a year.
    pub const fn most_hours(self) -> Hours {
        match self {
            Self::PeriodDeviation(_) => Hours::whole(9_000),
            _ => Hours::DAY,
        }
    }

    /// The demand of this kind with this measure: `None` if it has none and needs one, or has one and
    /// takes none.
    pub fn new(kind: RuleKind, hours: Option<Hours>) -> Option<Self> {
        let demand = match (kind, hours) {
            (RuleKind::MaxHoursPerDay, Some(hours)) => Self::MaxHoursPerDay(hours),
            (RuleKind::MinHoursPerDay, Some(hours)) => Self::MinHoursPerDay(hours),
            (RuleKind::DayDeviation, Some(hours)) => Self::DayDeviation(hours),
            (RuleKind::PeriodDeviation, Some(hours)) => Self::PeriodDeviation(hours),
            (RuleKind::ProjectRequired, None) => Self::ProjectRequired,
            (RuleKind::TaskRequired, None) => Self::TaskRequired,
            (RuleKind::ActivityRequired, None) => Self::ActivityRequired,
            (RuleKind::CommentRequired, None) => Self::CommentRequired,
            (RuleKind::NoEntryOnDaysOff, None) => Self::NoEntryOnDaysOff,
            (RuleKind::NoEntryInFuture, None) => Self::NoEntryInFuture,
            (RuleKind::NoDuplicateLines, None) => Self::NoDuplicateLines,
            _ => return None,
        };
        Some(demand)
    }
}

impl RuleKind {
    /// Its stable code.
    pub const fn code(self) -> &'static str {
        match self {
            Self::MaxHoursPerDay => "MAX_HOURS_PER_DAY",
            Self::MinHoursPerDay => "MIN_HOURS_PER_DAY",
            Self::DayDeviation => "DAY_DEVIATION",
            Self::PeriodDeviation => "PERIOD_DEVIATION",
            Self::ProjectRequired => "PROJECT_REQUIRED",
            Self::TaskRequired => "TASK_REQUIRED",
            Self::ActivityRequired => "ACTIVITY_REQUIRED",
            Self::CommentRequired => "COMMENT_REQUIRED",
            Self::NoEntryOnDaysOff => "NO_ENTRY_ON_DAYS_OFF",
            Self::NoEntryInFuture => "NO_ENTRY_IN_FUTURE",
            Self::NoDuplicateLines => "NO_DUPLICATE_LINES",
        }
    }
}

impl Severity {
    /// Its code.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Warning => "WARNING",
            Self::Error => "ERROR",
        }
    }
}

//! What a decision may refuse, with stable codes. How a face spells it is the face's matter.

use std::fmt;

use serde::{Deserialize, Serialize};
use smallvec::SmallVec;

use super::version::RowVersion;

/// Why a command was refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// The input breaks rules; every fault that was found, each with its path.
    #[error("the input has {} fault(s), the first: {}", .0.len(), .0.first().map_or("none", |f| f.message.as_str()))]
    Invalid(Vec<Fault>),
    /// The caller may know of the thing, but may not do this.
    #[error("{0}")]
    Forbidden(String),
    /// There is no such thing, or none that the caller may know of (F11).
    #[error("no such {0}")]
    NotFound(&'static str),
    /// The caller decided on an older version (S1).
    #[error("the record has changed since version {given:?}; it is now {current:?}")]
    VersionConflict {
        /// What the caller sent.
        given: RowVersion,
        /// What is stored.
        current: RowVersion,
    },
    /// The action does not fit the state that the thing is in (F5).
    #[error("{action} is not possible while the {what} is {state}")]
    WrongState {
        /// The verb that was refused.
        action: &'static str,
        /// The noun it was meant for.
        what: &'static str,
        /// The state that it is in.
        state: &'static str,
    },
    /// A lock covers it (F10).
    #[error("{0}")]
    Locked(String),
}

impl Error {
    /// A refusal for one fault.
    pub fn fault(path: Path, code: FaultCode, message: impl Into<String>) -> Self {
        Self::Invalid(vec![Fault {
            path,
            code,
            message: message.into(),
        }])
    }
}

/// One thing that is wrong with the input.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// Where.
    pub path: Path,
    /// What, for programs.
    pub code: FaultCode,
    /// What, for people: names what is allowed.
    pub message: String,
}

/// Collects the faults of one input, so that all are reported together.
#[derive(Debug, Default)]
pub struct Faults(Vec<Fault>);

impl Faults {
    /// At most this many faults are kept: enough to mend an input by, and a bound on the answer.
    pub const KEPT: usize = 200;

    /// Notes a fault.
    pub fn add(&mut self, path: Path, code: FaultCode, message: impl Into<String>) {
        if self.0.len() < Self::KEPT {
            self.0.push(Fault {
                path,
                code,
                message: message.into(),
            });
        }
    }

    /// Whether none was noted.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// `value` if no fault was noted, else all the faults.
    pub fn into_result<T>(self, value: T) -> Result<T, Error> {
        if self.0.is_empty() {
            Ok(value)
        } else {
            Err(Error::Invalid(self.0))
        }
    }
}

/// Stable codes of faults.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum FaultCode {
    /// A needed member is absent or null.
    Required,
    /// Not of the form that the member takes.
    Malformed,
    /// A number, date or count outside what is allowed.
    OutOfRange,
    /// More than five decimal places (S10).
    TooManyPlaces,
    /// Text beyond the limit.
    TooLong,
    /// The same id, date or key twice in one input.
    Duplicate,
    /// Order numbers are not 0..n-1 (S4).
    OrderNumbers,
    /// The id belongs to another record (S6).
    ForeignId,
    /// The body's id is not the addressed one's (S6).
    IdMismatch,
    /// The date is outside the sheet's period (S8).
    OutsidePeriod,
    /// No such record to point to (S11).
    UnknownReference,
    /// The record pointed to takes no new bookings (S11, T5).
    NotOpen,
    /// Invoiced or time-off cells change only at their source (S13).
    Protected,
    /// Another record has this key already.
    Taken,
    /// A parent is its own descendant.
    Cycle,
    /// Two members contradict each other.
    Contradiction,
    /// The local time does not exist: a clock was put forward over it (I14).
    NoSuchTime,
    /// The sheet is not in a state in which its hours change (I12).
    WrongState,
    /// The day is locked (F10, I12).
    Locked,
}

impl FaultCode {
    /// The code as every face prints it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Required => "REQUIRED",
            Self::Malformed => "MALFORMED",
            Self::OutOfRange => "OUT_OF_RANGE",
            Self::TooManyPlaces => "TOO_MANY_PLACES",
            Self::TooLong => "TOO_LONG",
            Self::Duplicate => "DUPLICATE",
            Self::OrderNumbers => "ORDER_NUMBERS",
            Self::ForeignId => "FOREIGN_ID",
            Self::IdMismatch => "ID_MISMATCH",
            Self::OutsidePeriod => "OUTSIDE_PERIOD",
            Self::UnknownReference => "UNKNOWN_REFERENCE",
            Self::NotOpen => "NOT_OPEN",
            Self::Protected => "PROTECTED",
            Self::Taken => "TAKEN",
            Self::Cycle => "CYCLE",
            Self::Contradiction => "CONTRADICTION",
            Self::NoSuchTime => "NO_SUCH_TIME",
            Self::WrongState => "WRONG_STATE",
            Self::Locked => "LOCKED",
        }
    }
}

/// Where in an input: member names of the domain and positions. A face that calls a member
/// otherwise translates the name. One is made for every row of a sheet, so short ones allocate nothing.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct Path(SmallVec<[Step; 6]>);

/// One step of a [`Path`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// Into a member.
    Member(&'static str),
    /// Into an element.
    Index(usize),
}

impl Path {
    /// The input as a whole.
    pub const ROOT: Self = Self(SmallVec::new_const());

    /// A member of the input.
    pub fn of(member: &'static str) -> Self {
        Self::ROOT.with(Step::Member(member))
    }

    /// A member of what this path leads to.
    #[must_use]
    pub fn member(&self, member: &'static str) -> Self {
        self.with(Step::Member(member))
    }

    /// An element of what this path leads to.
    #[must_use]
    pub fn index(&self, index: usize) -> Self {
        self.with(Step::Index(index))
    }

    /// The steps from the outside in.
    pub fn steps(&self) -> &[Step] {
        &self.0
    }

    fn with(&self, step: Step) -> Self {
        let mut steps = SmallVec::from_slice(&self.0);
        steps.push(step);
        Self(steps)
    }
}

impl fmt::Display for Path {
    /// `lines[2].cells[0].hours`
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (position, step) in self.0.iter().enumerate() {
            match step {
                Step::Member(name) if position == 0 => f.write_str(name)?,
                Step::Member(name) => write!(f, ".{name}")?,
                Step::Index(index) => write!(f, "[{index}]")?,
            }
        }
        Ok(())
    }
}

impl fmt::Debug for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

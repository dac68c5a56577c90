//! Why the application refuses, with stable codes. Each face maps them once. What the client is
//! told and what the log keeps are apart: a cause never reaches a client.

use crate::domain;
use crate::domain::error::{Fault, FaultCode, Path};
use crate::domain::record::Record;
use crate::domain::timesheet::rules::{Severity, Violation};
use crate::domain::version::RowVersion;
use crate::store::StoreError;

/// A refusal.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// The input breaks rules; every fault with its path.
    #[error("{}", summary(.0))]
    Invalid(Vec<Fault>),
    /// Nobody is known to call, or their token no longer counts.
    #[error("a valid access token is needed")]
    Unauthenticated,
    /// The caller may know of the thing, but may not do this.
    #[error("{0}")]
    Forbidden(String),
    /// There is no such thing, or none that the caller may know of (F11).
    #[error("there is no such {0}")]
    NotFound(&'static str),
    /// The caller decided on an older version; the record as it is now (S1).
    #[error("the record has changed since version {given}; it is now {current}")]
    VersionConflict {
        /// What the caller sent.
        given: RowVersion,
        /// What is stored.
        current: RowVersion,
        /// The record as it is stored.
        stored: Option<Record>,
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
    /// The sheet breaks rules of its template that keep it from being handed in; all that it breaks.
    #[error("{}", broken(.0))]
    RulesBroken(Vec<Violation>),
    /// A lock covers it (F10).
    #[error("{0}")]
    Locked(String),
    /// More than a limit allows; says which limit.
    #[error("{0}")]
    TooLarge(String),
    /// Too many requests in too short a time.
    #[error("too many requests; try again in {retry_after_seconds} s")]
    RateLimited {
        /// When to try again.
        retry_after_seconds: u64,
    },
    /// Not offered.
    #[error("{0}")]
    Unsupported(String),
    /// Not possible now, but perhaps later. The cause is for the log.
    #[error("the server cannot do this at present; try again later")]
    Unavailable(String),
    /// A fault of the server. The cause is for the log.
    #[error("the server met a fault of its own")]
    Internal(String),
}

impl Error {
    /// The stable code, the same on every face that has room for one.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Invalid(_) => "BAD_USER_INPUT",
            Self::Unauthenticated => "UNAUTHENTICATED",
            Self::Forbidden(_) => "FORBIDDEN",
            Self::NotFound(_) => "NOT_FOUND",
            Self::VersionConflict { .. } => "CONFLICT",
            Self::WrongState { .. } => "WRONG_STATE",
            Self::RulesBroken(_) => "RULES_BROKEN",
            Self::Locked(_) => "LOCKED",
            Self::TooLarge(_) => "LIMIT_EXCEEDED",
            Self::RateLimited { .. } => "RATE_LIMITED",
            Self::Unsupported(_) => "NOT_SUPPORTED",
            Self::Unavailable(_) => "UNAVAILABLE",
            Self::Internal(_) => "INTERNAL",
        }
    }

    /// What only the log may say.
    pub fn cause(&self) -> Option<&str> {
        match self {
            Self::Unavailable(cause) | Self::Internal(cause) => Some(cause),
            _ => None,
        }
    }

    /// A refusal for one fault of the input.
    pub fn fault(path: Path, code: FaultCode, message: impl Into<String>) -> Self {
        domain::error::Error::fault(path, code, message).into()
    }
}

fn summary(faults: &[Fault]) -> String {
    match faults {
        [] => "the input is not valid".to_owned(),
        [only] if only.path == Path::ROOT => only.message.clone(),
        [only] => format!("{}: {}", only.path, only.message),
        [first, rest @ ..] => format!("{}: {} (and {} more)", first.path, first.message, rest.len()),
    }
}

fn broken(violations: &[Violation]) -> String {
    let errors = violations.iter().filter(|it| it.severity == Severity::Error);
    let first = errors.clone().next().map_or("", |first| first.message.as_str());
    match errors.count() {
        0 | 1 => format!("the timesheet breaks a rule: {first}"),
        count => format!("the timesheet breaks {count} rules, the first: {first}"),
    }
}

impl From<domain::error::Error> for Error {
    fn from(error: domain::error::Error) -> Self {
        use domain::error::Error as Domain;
        match error {
            Domain::Invalid(faults) => Self::Invalid(faults),
            Domain::Forbidden(text) => Self::Forbidden(text),
            Domain::NotFound(noun) => Self::NotFound(noun),
            Domain::VersionConflict { given, current } => Self::VersionConflict {
                given,
                current,
                stored: None,
            },
            Domain::WrongState { action, what, state } => Self::WrongState { action, what, state },
            Domain::Locked(text) => Self::Locked(text),
        }
    }
}

impl From<StoreError> for Error {
    /// A guard that still fails after the application has tried again is a passing state of things.
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Conflict { guard, .. } => Self::Unavailable(format!("contended: {guard:?}")),
            StoreError::Taken(key) => Self::fault(
                Path::of(key.member),
                FaultCode::Taken,
                format!("another {} has this {} already", key.kind.noun(), key.member),
            ),
            StoreError::TooLarge { .. } => Self::TooLarge(error.to_string()),
            StoreError::Unavailable(cause) => Self::Unavailable(cause),
            StoreError::Corrupt(cause) => Self::Internal(cause),
        }
    }
}

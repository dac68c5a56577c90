//! What comes of a command: it is done, or it is refused in a way that the client is to handle.
//! Every payload has its refusals from here.

use async_graphql::{Context, MaybeUndefined, SimpleObject};

use crate::app::{Error, Reader};
use crate::domain::error::{Fault, FaultCode, Faults, Path};
use crate::domain::record::Record;
use crate::domain::version::RowVersion;
use crate::graphql::context::fresh_reader;
use crate::graphql::error::plain_error;
use crate::graphql::types::enums;

/// What came of a command.
pub enum Outcome<T> {
    /// It is done and durable; with a picture of the data in which it is.
    Done(Reader, T),
    /// Somebody else changed the record first; nothing was changed.
    Conflict(Conflict),
    /// The input breaks rules; nothing was changed.
    Faulty(Vec<Fault>),
}

/// The record as somebody else has made it.
pub struct Conflict {
    /// A picture of the data in which it is.
    pub reader: Reader,
    /// The version that is stored.
    pub current: RowVersion,
    /// The record that is stored.
    pub stored: Option<Record>,
}

/// Sorts what the application answered into what is a member of the payload and what is an error.
pub async fn outcome<T>(ctx: &Context<'_>, result: Result<T, Error>) -> async_graphql::Result<Outcome<T>> {
    let reader = || async { fresh_reader(ctx).await.map_err(|error| plain_error(&error)) };
    match result {
        Ok(done) => Ok(Outcome::Done(reader().await?, done)),
        Err(Error::VersionConflict { current, stored, .. }) => Ok(Outcome::Conflict(Conflict {
            reader: reader().await?,
            current,
            stored,
        })),
        Err(Error::Invalid(faults)) => Ok(Outcome::Faulty(faults)),
        Err(error) => Err(plain_error(&error)),
    }
}

/// One thing that is wrong with an input.
#[derive(SimpleObject)]
#[graphql(name = "Fault")]
pub struct FaultObject {
    /// Where: the members and positions of the input, such as `lines[2].cells[0].hours`.
    path: String,
    /// What, for programs.
    code: enums::FaultCode,
    /// What, for people: names what is allowed.
    message: String,
}

impl From<&Fault> for FaultObject {
    fn from(fault: &Fault) -> Self {
        let Fault { path, code, message } = fault;
        Self {
            path: path.to_string(),
            code: (*code).into(),
            message: message.clone(),
        }
    }
}

impl<T> Outcome<T> {
    /// The faults of the input; none if it is done.
    pub fn faults(&self) -> Vec<FaultObject> {
        match self {
            Self::Faulty(faults) => faults.iter().map(FaultObject::from).collect(),
            Self::Done(..) | Self::Conflict(_) => Vec::new(),
        }
    }

    /// The conflict, if there was one.
    pub const fn conflict(&self) -> Option<&Conflict> {
        match self {
            Self::Conflict(conflict) => Some(conflict),
            Self::Done(..) | Self::Faulty(_) => None,
        }
    }
}

/// The value of a member that may be left out but not be null.
pub fn not_null<T>(value: MaybeUndefined<T>, path: impl FnOnce() -> Path, faults: &mut Faults) -> Option<T> {
    if matches!(value, MaybeUndefined::Null) {
        faults.add(
            path(),
            FaultCode::Required,
            "must not be null; leave it out to keep what is there",
        );
    }
    value.take()
}

/// The change of a member that null clears.
pub fn patch<T>(value: MaybeUndefined<T>) -> Option<Option<T>> {
    match value {
        MaybeUndefined::Undefined => None,
        MaybeUndefined::Null => Some(None),
        MaybeUndefined::Value(value) => Some(Some(value)),
    }
}

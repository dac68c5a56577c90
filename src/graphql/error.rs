//! The one place where a refusal of the application becomes a GraphQL error: its code goes to
//! `extensions.code`, the faults of an input to `extensions.faults`, and causes to the log alone.

use async_graphql::{ErrorExtensionValues, Pos, ServerError, Value, value};

use crate::app::Error;
use crate::domain::error::{Fault, Faults};
use crate::domain::timesheet::rules::Violation;
use crate::graphql::types::fault::path_in_input;

/// The error at `position` of the document that tells of a refusal.
pub fn server_error(error: &Error, position: Pos) -> ServerError {
    let mut server_error = ServerError::new(error.to_string(), Some(position));
    server_error.extensions = Some(extensions(error));
    server_error
}

/// The same where no field is being answered.
pub fn plain_error(error: &Error) -> async_graphql::Error {
    async_graphql::Error {
        message: error.to_string(),
        source: None,
        extensions: Some(extensions(error)),
    }
}

fn extensions(error: &Error) -> ErrorExtensionValues {
    let mut extensions = ErrorExtensionValues::default();
    extensions.set("code", error.code());
    match error {
        Error::Invalid(faults) => {
            extensions.set("faults", faults.iter().map(fault).collect::<Vec<Value>>());
        }
        Error::VersionConflict { given, current, .. } => {
            extensions.set("givenRowVersion", given.to_string());
            extensions.set("rowVersion", current.to_string());
        }
        Error::WrongState { action, what, state } => {
            extensions.set("action", *action);
            extensions.set("subject", *what);
            extensions.set("state", *state);
        }
        Error::RulesBroken(violations) => {
            let violations = violations.iter().take(Faults::KEPT).map(violation);
            extensions.set("violations", violations.collect::<Vec<Value>>());
        }
        Error::RateLimited { retry_after_seconds } => {
            extensions.set("retryAfterSeconds", *retry_after_seconds);
        }
        Error::Unavailable(cause) => tracing::warn!(cause, "a request could not be served"),
        Error::Internal(cause) => tracing::error!(cause, "a request met a fault of the server"),
        Error::Unauthenticated
        | Error::Forbidden(_)
        | Error::NotFound(_)
        | Error::Locked(_)
        | Error::TooLarge(_)
        | Error::Unsupported(_) => {}
    }
    extensions
}

fn violation(violation: &Violation) -> Value {
    let Violation {
        rule,
        severity,
        date,
        line_id,
        cell_id,
        message,
    } = violation;
    value!({
        "rule": rule.code(),
        "severity": severity.code(),
        "date": date.map(|date| date.to_string()),
        "lineId": line_id.map(|id| id.to_string()),
        "cellId": cell_id.map(|id| id.to_string()),
        "message": message.as_str(),
    })
}

fn fault(fault: &Fault) -> Value {
    let Fault { path, code, message } = fault;
    value!({
        "path": path_in_input(path),
        "code": code.as_str(),
        "message": message.as_str(),
    })
}

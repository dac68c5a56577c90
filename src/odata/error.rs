//! The one place where a refusal becomes an OData error: a status, a stable code, a message, what
//! it is about, and the single faults. Causes go to the log alone.

use axum::http::StatusCode;

use crate::app::Error;
use crate::domain::error::{Fault, Faults};
use crate::domain::timesheet::rules::Violation;
use crate::domain::version::RowVersion;
use crate::http::answer;
use crate::odata::bind::{BindError, BindErrorKind};
use crate::odata::failure::Failure;
use crate::odata::json::Json;
use crate::odata::url::{self, SyntaxError};

/// What a client is told who does not get what they asked for.
#[derive(Clone, PartialEq, Debug)]
pub struct Refusal {
    /// The status.
    pub status: StatusCode,
    /// What it is, for programs.
    pub code: &'static str,
    /// What it is, for people: says what is allowed.
    pub message: Box<str>,
    /// What it is about, such as `$filter`.
    pub target: Option<Box<str>>,
    /// Single faults.
    pub details: Vec<Detail>,
    /// The version that is stored, if another was expected (S1).
    pub current: Option<RowVersion>,
    /// When to try again, in seconds.
    pub retry_after_seconds: Option<u32>,
    /// The methods that the resource takes, if this was none of them.
    pub allow: Option<&'static str>,
}

/// A single fault.
#[derive(Clone, PartialEq, Debug)]
pub struct Detail {
    /// What it is, for programs.
    pub code: &'static str,
    /// What it is, for people.
    pub message: String,
    /// Where it is, such as `timeSheetLines/0/orderNumber`.
    pub target: Option<String>,
}

/// The code of what is not well spelt.
pub const BAD_REQUEST: &str = "BAD_USER_INPUT";

impl Refusal {
    /// A refusal with this status and code.
    pub fn new(status: StatusCode, code: &'static str, message: impl Into<Box<str>>) -> Self {
        Self {
            status,
            code,
            message: message.into(),
            target: None,
            details: Vec::new(),
            current: None,
            retry_after_seconds: None,
            allow: None,
        }
    }

    /// What was sent cannot be read or means nothing here.
    pub fn bad_request(message: impl Into<Box<str>>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, BAD_REQUEST, message)
    }

    /// There is no such resource.
    pub fn not_found(what: impl std::fmt::Display) -> Self {
        Self::new(
            StatusCode::NOT_FOUND,
            "NOT_FOUND",
            format!("there is no such {what}"),
        )
    }

    /// The protocol knows it, and this server does not.
    pub fn not_supported(message: impl Into<Box<str>>) -> Self {
        Self::new(StatusCode::NOT_IMPLEMENTED, "NOT_SUPPORTED", message)
    }

    /// The resource takes other methods.
    pub fn method_not_allowed(allow: &'static str, message: impl Into<Box<str>>) -> Self {
        Self {
            allow: Some(allow),
            ..Self::new(StatusCode::METHOD_NOT_ALLOWED, "METHOD_NOT_ALLOWED", message)
        }
    }

    /// The same about `target`.
    #[must_use]
    pub fn about(mut self, target: impl Into<Box<str>>) -> Self {
        self.target = Some(target.into());
        self
    }

    /// The same where the expected version came as `If-Match` (S1).
    #[must_use]
    pub fn of_precondition(mut self) -> Self {
        if self.current.is_some() {
            self.status = StatusCode::PRECONDITION_FAILED;
        }
        self
    }

    /// A refusal of the application; `target_of` says where a fault is in what the client sent.
    pub fn of(error: &Error, target_of: impl Fn(&Fault) -> Option<String>) -> Self {
        let mut refusal = Self::new(answer::status(error), error.code(), error.to_string());
        match error {
            Error::Invalid(faults) => {
                refusal.details = faults.iter().map(|fault| detail(fault, &target_of)).collect();
                if let [only] = refusal.details.as_slice() {
                    refusal.target = only.target.as_deref().map(Into::into);
                    refusal.message = only.message.as_str().into();
                }
            }
            Error::VersionConflict { current, .. } => {
                refusal.code = "WpConcurrencyException";
                refusal.target = Some("rowVersion".into());
                refusal.current = Some(*current);
                refusal.details = vec![Detail {
                    code: "CURRENT_VERSION",
                    message: current.to_base64(),
                    target: Some("rowVersion".to_owned()),
                }];
            }
            Error::RulesBroken(violations) => {
                refusal.details = violations.iter().take(Faults::KEPT).map(broken).collect();
            }
            Error::RateLimited { retry_after_seconds } => {
                refusal.retry_after_seconds = Some(u32::try_from(*retry_after_seconds).unwrap_or(u32::MAX));
            }
            Error::Unavailable(cause) => tracing::warn!(cause, "a request could not be served"),
            Error::Internal(cause) => tracing::error!(cause, "a request met a fault of the server"),
            Error::Unauthenticated
            | Error::Forbidden(_)
            | Error::NotFound(_)
            | Error::WrongState { .. }
            | Error::Locked(_)
            | Error::TooLarge(_)
            | Error::Unsupported(_) => {}
        }
        refusal
    }

    /// The body of the answer.
    pub fn body(&self) -> Vec<u8> {
        let mut json = Json::new(false);
        json.raw("{\"error\":{");
        told(&mut json, self.code, &self.message, self.target.as_deref());
        if !self.details.is_empty() {
            json.member("details");
            json.raw("[");
            for Detail {
                code,
                message,
                target,
            } in &self.details
            {
                json.separate();
                json.raw("{");
                told(&mut json, code, message, target.as_deref());
                json.raw("}");
            }
            json.raw("]");
        }
        json.raw("}}");
        json.into_text()
    }
}

fn told(json: &mut Json, code: &str, message: &str, target: Option<&str>) {
    let members = [
        ("code", Some(code)),
        ("message", Some(message)),
        ("target", target),
    ];
    for (name, text) in members {
        if let Some(text) = text {
            json.member(name);
            json.string(text);
        }
    }
}

impl From<Error> for Refusal {
    fn from(error: Error) -> Self {
        Self::of(&error, |fault| {
            Some(fault.path.to_string()).filter(|path| !path.is_empty())
        })
    }
}

impl From<SyntaxError> for Refusal {
    fn from(error: SyntaxError) -> Self {
        let message = error.to_string();
        let refusal = match error.kind {
            url::Kind::Malformed => Self::bad_request(message),
            url::Kind::Unsupported => Self::not_supported(message),
            url::Kind::TooLarge => Self::new(StatusCode::BAD_REQUEST, "LIMIT_EXCEEDED", message),
        };
        refusal.about(error.what)
    }
}

impl From<BindError> for Refusal {
    fn from(error: BindError) -> Self {
        let message = error.to_string();
        let refusal = match error.kind {
            BindErrorKind::Unknown | BindErrorKind::Type => Self::bad_request(message),
            BindErrorKind::Unsupported => Self::not_supported(message),
            BindErrorKind::Limit => Self::new(StatusCode::BAD_REQUEST, "LIMIT_EXCEEDED", message),
        };
        refusal.about(error.target)
    }
}

impl From<Failure> for Refusal {
    fn from(failure: Failure) -> Self {
        let message = failure.to_string();
        match failure {
            Failure::App(error) => error.into(),
            Failure::Arithmetic(_) => Self::bad_request(message),
            Failure::SkipToken => Self::bad_request(message).about("$skiptoken"),
        }
    }
}

/// A broken rule; its target is the line or cell within the sheet.
fn broken(violation: &Violation) -> Detail {
    let line = violation.line_id.map(|id| format!("timeSheetLines({id})"));
    let target = match (line, violation.cell_id) {
        (Some(line), Some(cell)) => Some(format!("{line}/timeAllocations({cell})")),
        (line, _) => line,
    };
    Detail {
        code: violation.rule.code(),
        message: violation.message.clone(),
        target,
    }
}

fn detail(fault: &Fault, target_of: &impl Fn(&Fault) -> Option<String>) -> Detail {
    Detail {
        code: fault.code.as_str(),
        message: fault.message.clone(),
        target: target_of(fault),
    }
}

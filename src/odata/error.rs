//! The one place where a refusal becomes an OData error: a status, a stable code, a message, what
//! it is about, and the single faults. Causes go to the log alone.

use axum::http::StatusCode;
use serde_json::{Value, json};

use crate::app::Error;
use crate::domain::error::Fault;
use crate::domain::version::RowVersion;
use crate::http::answer;

/// What a client is told who does not get what they asked for.
#[derive(Clone, PartialEq, Debug)]
pub struct Refusal {
    /// The status.
    pub status: StatusCode,
    /// What it is, for programs.
    pub code: &'static str,
    /// What it is, for people: says what is allowed.
    pub message: String,
    /// What it is about, such as `$filter`.
    pub target: Option<String>,
    /// Single faults.
    pub details: Vec<Detail>,
    /// The version that is stored, if another was expected (S1).
    pub current: Option<RowVersion>,
    /// When to try again, in seconds.
    pub retry_after_seconds: Option<u64>,
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
    pub fn new(status: StatusCode, code: &'static str, message: impl Into<String>) -> Self {
        Self {
            status,
            code,
            message: message.into(),
            target: None,
            details: Vec::new(),
            current: None,
            retry_after_seconds: None,
        }
    }

    /// What was sent cannot be read or means nothing here.
    pub fn bad_request(message: impl Into<String>) -> Self {
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
    pub fn not_supported(message: impl Into<String>) -> Self {
        Self::new(StatusCode::NOT_IMPLEMENTED, "NOT_SUPPORTED", message)
    }

    /// The method does not fit the resource.
    pub fn method_not_allowed(message: impl Into<String>) -> Self {
        Self::new(StatusCode::METHOD_NOT_ALLOWED, "METHOD_NOT_ALLOWED", message)
    }

    /// The same about `target`.
    #[must_use]
    pub fn about(mut self, target: impl Into<String>) -> Self {
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
                    refusal.target.clone_from(&only.target);
                    refusal.message.clone_from(&only.message);
                }
            }
            Error::VersionConflict { current, .. } => {
                refusal.code = "WpConcurrencyException";
                refusal.target = Some("rowVersion".to_owned());
                refusal.current = Some(*current);
                refusal.details = vec![Detail {
                    code: "CURRENT_VERSION",
                    message: current.to_base64(),
                    target: Some("rowVersion".to_owned()),
                }];
            }
            Error::RateLimited { retry_after_seconds } => {
                refusal.retry_after_seconds = Some(*retry_after_seconds);
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
    pub fn body(&self) -> Value {
        let mut error = json!({ "code": self.code, "message": self.message });
        if let Some(members) = error.as_object_mut() {
            if let Some(target) = &self.target {
                members.insert("target".to_owned(), json!(target));
            }
            if !self.details.is_empty() {
                let details = self.details.iter().map(Detail::body).collect();
                members.insert("details".to_owned(), Value::Array(details));
            }
        }
        json!({ "error": error })
    }
}

impl Detail {
    fn body(&self) -> Value {
        match &self.target {
            Some(target) => json!({ "code": self.code, "message": self.message, "target": target }),
            None => json!({ "code": self.code, "message": self.message }),
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

fn detail(fault: &Fault, target_of: &impl Fn(&Fault) -> Option<String>) -> Detail {
    Detail {
        code: fault.code.as_str(),
        message: fault.message.clone(),
        target: target_of(fault),
    }
}

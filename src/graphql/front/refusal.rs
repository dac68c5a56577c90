//! Why a request was not executed: GraphQL errors with a stable code and where they are.
//! How a transport spells it, status or frame, is the transport's matter.

use async_graphql::{ErrorExtensionValues, Pos, ServerError, Value};

/// The stable code of an error that the protocol layer gives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Code {
    /// The message is not a GraphQL request at all.
    BadRequest,
    /// The document is no GraphQL.
    ParseFailed,
    /// The document does not fit the schema.
    ValidationFailed,
    /// The document has no such operation, or more than one and none was named.
    OperationNotFound,
    /// A variable's value does not fit its type.
    BadUserInput,
    /// More was asked for than is allowed at once.
    LimitExceeded,
    /// The transport cannot do this kind of operation.
    MethodNotAllowed,
    /// Nobody who is known asks.
    Unauthenticated,
    /// Somebody who is known may do less than they could.
    Forbidden,
    /// Too many operations in too short a time.
    RateLimited,
    /// A fault of the server.
    Internal,
}

impl Code {
    /// The text in `extensions.code`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::BadRequest => "BAD_REQUEST",
            Self::ParseFailed => "GRAPHQL_PARSE_FAILED",
            Self::ValidationFailed => "GRAPHQL_VALIDATION_FAILED",
            Self::OperationNotFound => "OPERATION_RESOLUTION_FAILURE",
            Self::BadUserInput => "BAD_USER_INPUT",
            Self::LimitExceeded => "LIMIT_EXCEEDED",
            Self::MethodNotAllowed => "METHOD_NOT_ALLOWED",
            Self::Unauthenticated => "UNAUTHENTICATED",
            Self::Forbidden => "FORBIDDEN",
            Self::RateLimited => "RATE_LIMITED",
            Self::Internal => "INTERNAL",
        }
    }
}

/// A request that was refused before anything of it ran.
#[derive(Debug, Clone)]
pub struct Refusal {
    /// What is wrong, in general; decides an HTTP status.
    pub code: Code,
    /// Every error that was found; never empty.
    pub errors: Vec<ServerError>,
}

impl Refusal {
    /// Refuses for one reason without a place in the document.
    pub fn new(code: Code, message: impl Into<String>) -> Self {
        Self::at(code, message, None)
    }

    /// Refuses for one reason at a place in the document.
    pub fn at(code: Code, message: impl Into<String>, pos: Option<Pos>) -> Self {
        Self {
            code,
            errors: vec![error(code, message, pos)],
        }
    }

    /// The answer's body: `errors` and no `data`.
    pub fn to_json(&self) -> Vec<u8> {
        #[derive(serde::Serialize)]
        struct Body<'a> {
            errors: &'a [ServerError],
        }
        serde_json::to_vec(&Body { errors: &self.errors }).unwrap_or_else(|_| b"{\"errors\":[]}".to_vec())
    }
}

/// One GraphQL error with its code.
pub fn error(code: Code, message: impl Into<String>, pos: Option<Pos>) -> ServerError {
    let mut error = ServerError::new(message, pos);
    set_code(&mut error, code);
    error
}

/// Gives an error a code, and keeps one that it has.
pub fn set_code(error: &mut ServerError, code: Code) {
    let extensions = error.extensions.get_or_insert_with(ErrorExtensionValues::default);
    if extensions.get("code").is_none() {
        extensions.set("code", Value::from(code.as_str()));
    }
}

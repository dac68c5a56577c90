//! Why an option of a request means nothing here.

/// A refusal to bind.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("{target}: {message}")]
pub struct BindError {
    /// What kind of refusal it is.
    pub kind: BindErrorKind,
    /// What is wrong and what is allowed.
    pub message: String,
    /// The option that it is in, such as `$filter`.
    pub target: String,
}

/// What kind of refusal it is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum BindErrorKind {
    /// A name that is not known.
    Unknown,
    /// Values that do not go together, or that are not values of their type.
    Type,
    /// OData knows it, this service does not.
    Unsupported,
    /// More than a limit allows.
    Limit,
}

//! Why a request that means something cannot be answered.

use super::evaluate::EvaluationError;
use super::value::arithmetic::ArithmeticError;
use crate::app;

/// A failure while rows are read.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum Failure {
    /// The application refuses.
    #[error(transparent)]
    App(#[from] app::Error),
    /// A value cannot be computed.
    #[error("an expression cannot be computed: {0}")]
    Arithmetic(#[from] ArithmeticError),
    /// The continuation token is not one of this list.
    #[error("the $skiptoken is not one of this list; begin again without it")]
    SkipToken,
}

impl From<EvaluationError> for Failure {
    fn from(error: EvaluationError) -> Self {
        match error {
            EvaluationError::Arithmetic(error) => Self::Arithmetic(error),
            EvaluationError::TooMuch => Self::too_large(error.to_string()),
        }
    }
}

impl Failure {
    /// More than a limit allows.
    pub fn too_large(message: impl Into<String>) -> Self {
        Self::App(app::Error::TooLarge(message.into()))
    }
}

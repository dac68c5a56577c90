//! A document that was parsed and found valid, with what does not depend on one request's
//! variables. Reading it is the dear part; everything here is kept.

use std::sync::atomic::AtomicUsize;

use apollo_compiler::executable::{Operation as Definition, OperationType};
use apollo_compiler::parser::Parser;
use apollo_compiler::validation::{DiagnosticList, Valid};
use apollo_compiler::{ExecutableDocument, Node};
use async_graphql::{Pos, Value};

use super::expansion;
use super::inputs::InputType;
use super::literals::{self, Uses};
use super::merge::TOO_REPETITIVE;
use super::nesting;
use super::plan::Plans;
use super::positions::Positions;
use super::refusal::{Code, Refusal, error};
use super::types::Types;
use super::values;
use crate::graphql::limits::Limits;

/// A valid document and its operations.
#[derive(Debug)]
pub struct Document {
    /// The typed tree.
    pub tree: Valid<ExecutableDocument>,
    /// Its operations.
    pub operations: Vec<Operation>,
    /// Lines and columns of its text.
    pub positions: Positions,
    /// Estimated bytes that it takes, plans included.
    pub weight: AtomicUsize,
}

/// One operation of a document.
#[derive(Debug)]
pub struct Operation {
    /// The typed tree.
    pub definition: Node<Definition>,
    /// What it declares.
    pub variables: Vec<Variable>,
    /// The merged forms that were needed so far.
    pub plans: Plans,
}

/// A declared variable.
#[derive(Debug)]
pub struct Variable {
    /// Its name.
    pub name: async_graphql::Name,
    /// Its type, compiled.
    pub ty: InputType,
    /// Its type, as async-graphql spells it.
    pub written: async_graphql::parser::types::Type,
    /// What it is when absent.
    pub default: Option<Value>,
    /// Where it is declared.
    pub pos: Pos,
    /// How the merged form depends on it.
    pub decides: Decides,
    /// It may be null by its type, but stands where null is refused.
    pub never_null: bool,
}

/// What a variable's value decides about the merged form.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decides {
    /// Nothing.
    Nothing,
    /// Whether something is selected.
    Condition,
    /// Whether it is given at all: it may be absent and has no default.
    Presence,
}

impl Document {
    /// Parses and validates `text`.
    pub fn read(text: &str, types: &Types, limits: &Limits) -> Result<Self, Refusal> {
        refuse_large(text, limits)?;
        let mut parser = Parser::new()
            .token_limit(limits.tokens)
            .recursion_limit(limits.nesting * 4);
        let ast = parser
            .parse_ast(text, "query.graphql")
            .map_err(|invalid| syntax(&invalid.errors, parser.tokens_reached(), limits))?;
        if expansion::exceeds(&ast, limits.merge_steps) {
            return Err(Refusal::new(Code::LimitExceeded, TOO_REPETITIVE));
        }
        let tree = ast
            .to_executable_validate(&types.schema)
            .map_err(|invalid| invalid_document(&invalid.errors, limits))?;
        let uses = literals::check(&tree, types, limits.errors)?;
        let positions = Positions::of(text);
        let operations = (tree.operations.iter().zip(uses))
            .map(|(definition, uses)| Operation::new(definition, &positions, types, &uses))
            .collect();
        Ok(Self {
            operations,
            positions,
            weight: AtomicUsize::new(estimate(text, parser.tokens_reached())),
            tree,
        })
    }

    /// The operation with this name, or the only one.
    pub fn operation(&self, name: Option<&str>) -> Result<usize, Refusal> {
        let found = match name {
            Some(name) => (self.operations.iter())
                .position(|operation| operation.definition.name.as_ref().is_some_and(|n| n == name)),
            None if self.operations.len() == 1 => Some(0),
            None => None,
        };
        found.ok_or_else(|| {
            let message = match name {
                Some(name) => {
                    let name: String = name.chars().take(100).collect();
                    format!("the document has no operation `{name}`")
                }
                None if self.operations.is_empty() => "the document has no operation".to_owned(),
                None => "the document has several operations: name one in `operationName`".to_owned(),
            };
            Refusal::new(Code::OperationNotFound, message)
        })
    }
}

impl Operation {
    fn new(definition: &Node<Definition>, positions: &Positions, types: &Types, uses: &Uses) -> Self {
        let variables = (definition.variables.iter())
            .filter_map(|variable| {
                let ty = types.inputs.resolve(&variable.ty)?;
                let default = variable.default_value.as_ref();
                let decides = if uses.conditions.contains(&variable.name) {
                    Decides::Condition
                } else if default.is_none() && !ty.is_non_null() {
                    Decides::Presence
                } else {
                    Decides::Nothing
                };
                Some(Variable {
                    name: async_graphql::Name::new(&variable.name),
                    written: async_graphql::parser::types::Type::new(&variable.ty.to_string())?,
                    default: default.map(|value| values::constant(value)),
                    pos: positions.of_node(variable.location()),
                    decides,
                    never_null: !ty.is_non_null() && uses.non_null.contains(&variable.name),
                    ty,
                })
            })
            .collect();
        Self {
            definition: definition.clone(),
            variables,
            plans: Plans::default(),
        }
    }

    /// Query, mutation or subscription.
    pub fn kind(&self) -> OperationType {
        self.definition.operation_type
    }
}

fn refuse_large(text: &str, limits: &Limits) -> Result<(), Refusal> {
    if text.len() > limits.document_bytes {
        let message = format!(
            "the document has {} bytes; {} are allowed",
            text.len(),
            limits.document_bytes
        );
        return Err(Refusal::new(Code::LimitExceeded, message));
    }
    if let Some(pos) = nesting::too_deep(text, limits.nesting) {
        let message = format!("the document nests brackets deeper than {}", limits.nesting);
        return Err(Refusal::at(Code::LimitExceeded, message, Some(pos)));
    }
    Ok(())
}

fn syntax(errors: &DiagnosticList, tokens: usize, limits: &Limits) -> Refusal {
    if tokens > limits.tokens {
        let message = format!("the document has more than {} tokens", limits.tokens);
        return Refusal::new(Code::LimitExceeded, message);
    }
    diagnosed(Code::ParseFailed, errors, limits)
}

fn invalid_document(errors: &DiagnosticList, limits: &Limits) -> Refusal {
    diagnosed(Code::ValidationFailed, errors, limits)
}

fn diagnosed(code: Code, list: &DiagnosticList, limits: &Limits) -> Refusal {
    let errors = (list.iter().take(limits.errors))
        .map(|diagnostic| {
            let found = diagnostic.to_json();
            let place = found.locations.first().map(|place| Pos {
                line: place.line,
                column: place.column,
            });
            error(code, found.message, place)
        })
        .collect();
    Refusal { code, errors }
}

/// The tree takes about this much beside its text: measured as 60 to 90 bytes a token.
const fn estimate(text: &str, tokens: usize) -> usize {
    2 * text.len() + 90 * tokens
}

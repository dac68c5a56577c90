//! What validation by the specification leaves open: the format of custom scalars written as
//! literals, variables inside of literals, and members of `@oneOf` objects. On the way it notes
//! how each operation uses its variables.

use std::collections::{HashMap, HashSet};

use apollo_compiler::ast::{self, DirectiveList};
use apollo_compiler::executable::{Operation, Selection, SelectionSet};
use apollo_compiler::parser::SourceSpan;
use apollo_compiler::{ExecutableDocument, Name, Node};
use async_graphql::{Pos, ServerError};

use super::inputs::{InputKind, InputObject};
use super::refusal::{Code, Refusal, error};
use super::scalars::Written;
use super::types::Types;

/// How one operation uses its variables, its fragments included.
#[derive(Debug, Default)]
pub struct Uses {
    /// Variables that `@skip` and `@include` ask.
    pub conditions: HashSet<Name>,
    /// Variables that stand where null is refused.
    pub non_null: HashSet<Name>,
}

/// How one operation or fragment, without the fragments in it, uses variables.
#[derive(Debug, Default)]
struct Own {
    conditions: HashSet<Name>,
    placed: Vec<Placed>,
    fragments: Vec<Name>,
}

/// A variable in a place that takes a type.
#[derive(Debug)]
struct Placed {
    variable: Name,
    ty: ast::Type,
    has_default: bool,
    at: Option<SourceSpan>,
}

/// Checks every literal of a valid document.
pub fn check(document: &ExecutableDocument, types: &Types, kept: usize) -> Result<Vec<Uses>, Refusal> {
    let mut checker = Checker {
        types,
        document,
        kept,
        errors: Vec::new(),
    };
    let fragments: HashMap<&Name, Own> = (document.fragments.iter())
        .map(|(name, fragment)| (name, checker.own(&fragment.selection_set)))
        .collect();
    let uses = (document.operations.iter())
        .map(|operation| checker.operation(operation, &fragments))
        .collect();
    if checker.errors.is_empty() {
        return Ok(uses);
    }
    Err(Refusal {
        code: Code::ValidationFailed,
        errors: checker.errors,
    })
}

#[derive(Debug)]
struct Checker<'a> {
    types: &'a Types,
    document: &'a ExecutableDocument,
    kept: usize,
    errors: Vec<ServerError>,
}

impl Checker<'_> {
    fn refuse(&mut self, message: String, at: Option<SourceSpan>) {
        if self.errors.len() < self.kept {
            let place = at.and_then(|at| at.line_column(&self.document.sources));
            let pos = place.map(|place| Pos {
                line: place.line,
                column: place.column,
            });
            self.errors.push(error(Code::ValidationFailed, message, pos));
        }
    }

    fn operation(&mut self, operation: &Operation, fragments: &HashMap<&Name, Own>) -> Uses {
        let mut own = self.own(&operation.selection_set);
        self.directives(&operation.directives, &mut own);
        for variable in &operation.variables {
            if let Some(default) = &variable.default_value {
                self.literal(default, &variable.ty, true, &mut own);
            }
        }
        let mut uses = Uses::default();
        let mut seen: HashSet<&Name> = HashSet::new();
        let mut waiting = vec![&own];
        while let Some(part) = waiting.pop() {
            uses.conditions.extend(part.conditions.iter().cloned());
            for placed in &part.placed {
                self.variable(operation, placed, &mut uses);
            }
            let spreads = part.fragments.iter().filter(|name| seen.insert(name));
            waiting.extend(spreads.filter_map(|name| fragments.get(name)));
        }
        uses
    }

    /// Whether the variable may stand where it does (specification, `IsVariableUsageAllowed`).
    fn variable(&mut self, operation: &Operation, placed: &Placed, uses: &mut Uses) {
        if placed.ty.is_non_null() {
            uses.non_null.insert(placed.variable.clone());
        }
        let declared = operation
            .variables
            .iter()
            .find(|variable| variable.name == placed.variable);
        let Some(declared) = declared else { return };
        let own_default = declared
            .default_value
            .as_ref()
            .is_some_and(|value| !value.is_null());
        let allowed = if declared.ty.is_non_null() || !(own_default || placed.has_default) {
            declared.ty.is_assignable_to(&placed.ty)
        } else {
            declared.ty.is_assignable_to(&placed.ty.clone().nullable())
        };
        if !allowed {
            let message = format!(
                "variable `${}` of type `{}` cannot be used where `{}` is expected",
                placed.variable, declared.ty, placed.ty
            );
            self.refuse(message, placed.at);
        }
    }

    fn own(&mut self, selections: &SelectionSet) -> Own {
        let mut own = Own::default();
        self.selections(selections, &mut own);
        own
    }

    /// Recurses as deep as the brackets of the document, which are limited.
    fn selections(&mut self, set: &SelectionSet, own: &mut Own) {
        for selection in &set.selections {
            match selection {
                Selection::Field(field) => {
                    self.directives(&field.directives, own);
                    let definition = field.definition.clone();
                    self.arguments(&field.arguments, &definition.arguments, own);
                    self.selections(&field.selection_set, own);
                }
                Selection::FragmentSpread(spread) => {
                    self.directives(&spread.directives, own);
                    own.fragments.push(spread.fragment_name.clone());
                }
                Selection::InlineFragment(fragment) => {
                    self.directives(&fragment.directives, own);
                    self.selections(&fragment.selection_set, own);
                }
            }
        }
    }

    fn directives(&mut self, directives: &DirectiveList, own: &mut Own) {
        for directive in directives {
            let definition = self.types.schema.directive_definitions.get(&directive.name);
            let Some(definition) = definition.cloned() else {
                continue;
            };
            self.arguments(&directive.arguments, &definition.arguments, own);
            if !matches!(directive.name.as_str(), "skip" | "include") {
                continue;
            }
            for argument in &directive.arguments {
                if let ast::Value::Variable(name) = &*argument.value {
                    own.conditions.insert(name.clone());
                }
            }
        }
    }

    fn arguments(
        &mut self,
        given: &[Node<ast::Argument>],
        taken: &[Node<ast::InputValueDefinition>],
        own: &mut Own,
    ) {
        for argument in given {
            let definition = taken.iter().find(|definition| definition.name == argument.name);
            if let Some(definition) = definition {
                let has_default = definition.default_value.is_some();
                self.literal(&argument.value, &definition.ty, has_default, own);
            }
        }
    }

    /// Checks one value; recurses as deep as the brackets of the document.
    fn literal(&mut self, value: &Node<ast::Value>, ty: &ast::Type, has_default: bool, own: &mut Own) {
        match (&**value, ty) {
            (ast::Value::Null, _) => {}
            (ast::Value::Variable(variable), _) => own.placed.push(Placed {
                variable: variable.clone(),
                ty: ty.clone(),
                has_default,
                at: value.location(),
            }),
            (ast::Value::List(items), ast::Type::List(item) | ast::Type::NonNullList(item)) => {
                for value in items {
                    self.literal(value, item, false, own);
                }
            }
            (_, ast::Type::List(item) | ast::Type::NonNullList(item)) => {
                self.literal(value, item, false, own);
            }
            (_, ast::Type::Named(name) | ast::Type::NonNullNamed(name)) => self.named(value, name, own),
        }
    }

    fn named(&mut self, value: &Node<ast::Value>, name: &Name, own: &mut Own) {
        let types = self.types;
        let Some(kind) = types.inputs.named(name) else {
            return;
        };
        match (kind, &**value) {
            (InputKind::Object(object), ast::Value::Object(members)) => {
                self.members(value, name, object, members, own);
            }
            (InputKind::Formatted(format), _) => {
                let written = match &**value {
                    ast::Value::String(text) => Written::Text(text),
                    ast::Value::Int(number) => Written::Number(number.as_str()),
                    ast::Value::Float(number) => Written::Number(number.as_str()),
                    _ => Written::Other,
                };
                if let Err(message) = format.read(written) {
                    self.refuse(message, value.location());
                }
            }
            // The specification's own validation has seen to the rest.
            _ => {}
        }
    }

    fn members(
        &mut self,
        value: &Node<ast::Value>,
        name: &Name,
        object: &InputObject,
        members: &[(Name, Node<ast::Value>)],
        own: &mut Own,
    ) {
        let one = matches!(members, [(_, only)] if !only.is_null());
        if object.one_of && !one {
            let message = format!("`{name}` takes exactly one member, not null");
            self.refuse(message, value.location());
        }
        let Some(definition) = self.types.schema.get_input_object(name).cloned() else {
            return;
        };
        let mut seen = HashSet::new();
        for (name, value) in members {
            if !seen.insert(name) {
                self.refuse(format!("`{name}` is given twice"), value.location());
            }
            if let Some(field) = definition.fields.get(name) {
                let has_default = field.default_value.is_some();
                // A variable for a member of a `@oneOf` object must not be null.
                let ty = if object.one_of {
                    field.ty.as_ref().clone().non_null()
                } else {
                    field.ty.as_ref().clone()
                };
                self.literal(value, &ty, has_default, own);
            }
        }
    }
}

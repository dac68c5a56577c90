//! What stands between a transport and async-graphql: documents are parsed, validated, merged and
//! weighed once and kept; variables are all coerced before anything runs; answers are written in
//! the order and with the nulls of the specification. It does not know which schema it serves, nor
//! how requests arrive.

mod answer;
mod bound;
mod cache;
mod coerce;
mod common;
mod cost;
mod document;
mod expansion;
mod given;
mod inputs;
mod literals;
mod merge;
mod nesting;
mod plan;
mod positions;
pub mod refusal;
mod render;
mod roots;
mod scalars;
mod shape;
mod types;
mod values;
pub mod whole;

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use apollo_compiler::executable::OperationType;
use async_graphql::{InputType, ObjectType, Schema, SubscriptionType, Value, Variables};
use serde::de::DeserializeOwned;

pub use self::answer::Answer;
pub use self::bound::bound;
use self::cache::DocumentCache;
use self::coerce::{Coercion, Fault};
pub use self::common::{Common, Handover};
use self::document::{Decides, Document, Operation, Variable};
pub use self::given::Given;
use self::merge::Decided;
use self::plan::Plan;
use self::refusal::{Code, Refusal, error};
pub use self::roots::{Root, build};
pub use self::shape::UNSEEN;
pub use self::types::InvalidSchema;
use self::types::Types;
use self::whole::Decoded;
use super::limits::Limits;
use answer::{Execute, Executor};

/// The front of one schema.
pub struct Front {
    types: Types,
    cache: DocumentCache,
    limits: Limits,
    executor: Arc<dyn Execute>,
}

/// What an operation does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Reads.
    Query,
    /// Changes.
    Mutation,
    /// Tells what changes.
    Subscription,
}

/// An operation of a valid document.
#[derive(Debug, Clone)]
pub struct Selected {
    document: Arc<Document>,
    index: usize,
    kind: Kind,
}

/// An operation with coerced variables, within the limits: ready to run.
#[derive(Debug, Clone)]
pub struct Prepared {
    plan: Arc<Plan>,
    variables: Variables,
    decoded: Decoded,
    kind: Kind,
}

impl Front {
    /// A front for a schema that was started with [`build`].
    pub fn new<Q, M, S>(schema: Schema<Root<Q>, Root<M>, S>, limits: Limits) -> Result<Self, InvalidSchema>
    where
        Q: ObjectType + 'static,
        M: ObjectType + 'static,
        S: SubscriptionType + 'static,
    {
        Ok(Self {
            types: Types::from_sdl(&schema.sdl())?,
            cache: DocumentCache::new(limits.cached_documents, limits.cached_bytes),
            limits,
            executor: Arc::new(Executor::new(schema)?),
        })
    }

    /// Decodes variables of type `T` as a whole. Arguments of this type must be a
    /// [`Whole<T>`](whole::Whole), and `T` must decode from no JSON text that it would not be
    /// parsed from, to the same value.
    pub fn decoding<T>(mut self) -> Result<Self, InvalidSchema>
    where
        T: InputType + DeserializeOwned + 'static,
    {
        self.types
            .inputs
            .decode_whole(&T::type_name(), whole::decode::<T>)?;
        Ok(self)
    }

    /// Finds the operation that a request is about. What it does is known then, and nothing ran.
    pub fn select(&self, document: &str, operation_name: Option<&str>) -> Result<Selected, Refusal> {
        let document = match self.cache.get(document) {
            Some(known) => known,
            None => self.read(document)?,
        };
        let index = document.operation(operation_name)?;
        let kind =
            (document.operations.get(index)).map_or(Kind::Query, |operation| Kind::of(operation.kind()));
        Ok(Selected {
            document,
            index,
            kind,
        })
    }

    fn read(&self, text: &str) -> Result<Arc<Document>, Refusal> {
        let document = Arc::new(Document::read(text, &self.types, &self.limits)?);
        self.cache.insert(text, &document);
        Ok(document)
    }

    /// Prepares an operation whose one variable is to be decoded as a whole; nothing if it is not, or
    /// does not decode from exactly this text.
    pub fn prepare_whole(
        &self,
        selected: &Selected,
        name: &str,
        text: &str,
    ) -> Option<Result<Prepared, Refusal>> {
        let operation = selected.document.operations.get(selected.index)?;
        let variable = operation.variables.iter().find(|it| it.name.as_str() == name)?;
        let decoded = self.types.inputs.decode(&variable.ty)?(text)?;
        Some(self.prepare(selected, Given::whole(name, decoded)))
    }

    /// Coerces all variables of an operation and weighs it with them.
    pub fn prepare(&self, selected: &Selected, given: Given<'_>) -> Result<Prepared, Refusal> {
        let Some(operation) = selected.document.operations.get(selected.index) else {
            return Err(Refusal::new(Code::Internal, "the operation is gone"));
        };
        let (variables, decoded) = self.coerce(operation, given)?;
        let decisions = decisions(operation, &variables)?;
        let plan = match operation.plans.get(decisions) {
            Some(known) => known,
            None => self.merge(selected, operation, &variables, decisions)?,
        };
        let cost = plan.cost.with(&variables);
        if cost > self.limits.cost {
            let message = format!(
                "the operation weighs {cost}, {} is allowed: ask for shorter pages or fewer lists within lists",
                self.limits.cost
            );
            return Err(Refusal::new(Code::LimitExceeded, message));
        }
        Ok(Prepared {
            plan,
            variables,
            decoded,
            kind: selected.kind,
        })
    }

    fn coerce(&self, operation: &Operation, mut given: Given<'_>) -> Result<(Variables, Decoded), Refusal> {
        let inputs = &self.types.inputs;
        let mut decoded = Decoded::default();
        let mut coercion = Coercion::new(inputs, self.limits.errors);
        let mut variables = Variables::default();
        for variable in &operation.variables {
            let value = match (given.take(&variable.name), &variable.default) {
                (Some(given::Value::Whole(whole)), _) => Some(decoded.keep(whole)),
                (Some(given::Value::Text(text)), _) => {
                    let decode = inputs.decode(&variable.ty);
                    if let Some(whole) = decode.and_then(|decode| decode(text.get())) {
                        Some(decoded.keep(whole))
                    } else {
                        let value = given::parse(&variable.name, &text)?;
                        coercion.variable(&variable.name, &variable.ty, value)
                    }
                }
                (None, Some(default)) => Some(default.clone()),
                (None, None) if variable.ty.is_non_null() => {
                    coercion.missing(&variable.name);
                    None
                }
                (None, None) => continue,
            };
            if value == Some(Value::Null) && variable.never_null {
                coercion.missing(&variable.name);
            }
            if let Some(value) = value {
                variables.insert(variable.name.clone(), value);
            }
        }
        given.check()?;
        let faults = coercion.into_faults();
        if faults.is_empty() {
            return Ok((variables, decoded));
        }
        Err(faulty(operation, faults))
    }

    fn merge(
        &self,
        selected: &Selected,
        operation: &Operation,
        variables: &Variables,
        decisions: u128,
    ) -> Result<Arc<Plan>, Refusal> {
        let decided = decided(operation, variables);
        let plan = Plan::new(&selected.document, operation, &self.types, &decided, &self.limits)?;
        let plan = Arc::new(plan);
        if operation
            .plans
            .keep(decisions, &plan, self.limits.plans_per_operation)
        {
            self.cache.grow(&selected.document, plan.weight);
        }
        Ok(plan)
    }
}

impl std::fmt::Debug for Front {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Front")
            .field("limits", &self.limits)
            .finish_non_exhaustive()
    }
}

impl Kind {
    const fn of(kind: OperationType) -> Self {
        match kind {
            OperationType::Query => Self::Query,
            OperationType::Mutation => Self::Mutation,
            OperationType::Subscription => Self::Subscription,
        }
    }
}

impl Selected {
    /// What the operation does.
    pub const fn kind(&self) -> Kind {
        self.kind
    }
}

impl Prepared {
    /// What the operation does.
    pub const fn kind(&self) -> Kind {
        self.kind
    }
}

/// What the variables decide about the merged form, as bits: equal bits, equal form.
fn decisions(operation: &Operation, variables: &Variables) -> Result<u128, Refusal> {
    let deciding = operation
        .variables
        .iter()
        .filter(|variable| variable.decides != Decides::Nothing);
    let mut bits = 0_u128;
    for (position, variable) in deciding.enumerate() {
        if position >= 128 {
            let message =
                "the operation has more than 128 variables that are optional or decide what is selected";
            return Err(Refusal::at(Code::LimitExceeded, message, Some(variable.pos)));
        }
        bits = bits << 1 | u128::from(decision(variable, variables));
    }
    Ok(bits)
}

fn decision(variable: &Variable, variables: &Variables) -> bool {
    let value = variables.get(&variable.name);
    match variable.decides {
        Decides::Nothing => false,
        Decides::Condition => value == Some(&Value::Boolean(true)),
        Decides::Presence => value.is_some(),
    }
}

fn decided<'a>(operation: &'a Operation, variables: &Variables) -> Decided<'a> {
    let mut conditions = HashMap::new();
    let mut absent = HashSet::new();
    for variable in &operation.variables {
        let name = variable.name.as_str();
        match variable.decides {
            Decides::Nothing => {}
            Decides::Condition => drop(conditions.insert(name, decision(variable, variables))),
            Decides::Presence if decision(variable, variables) => {}
            Decides::Presence => drop(absent.insert(name)),
        }
    }
    Decided { conditions, absent }
}

/// Every fault of the variables as an error at the variable's declaration.
fn faulty(operation: &Operation, faults: Vec<Fault>) -> Refusal {
    let errors = (faults.into_iter())
        .map(|Fault { at, message }| {
            let name = at.split(['.', '[']).next().unwrap_or_default();
            let declared = operation
                .variables
                .iter()
                .find(|variable| variable.name.as_str() == name);
            let message = format!("variable `${at}`: {message}");
            let mut error = error(Code::BadUserInput, message, declared.map(|variable| variable.pos));
            if let Some(extensions) = &mut error.extensions {
                extensions.set("variable", Value::from(at));
            }
            error
        })
        .collect();
    Refusal {
        code: Code::BadUserInput,
        errors,
    }
}

//! The merged form of an operation, ready to be executed again and again: the selection set for
//! async-graphql, the shape for the renderer, the weight for the limits.

use std::sync::Arc;

use apollo_compiler::executable::OperationType;
use apollo_compiler::introspection::check_max_depth;
use arc_swap::ArcSwap;
use async_graphql::parser::types::{
    Field, InlineFragment, OperationDefinition, OperationType as Kind, Selection, SelectionSet,
    TypeCondition, VariableDefinition,
};
use async_graphql::{Name, Pos, Positioned};

use super::bound::Bound;
use super::cost::{Cost, Times};
use super::document::{Document, Operation};
use super::merge::{Decided, Level, Merged, Merger};
use super::refusal::{Code, Refusal};
use super::roots::plain;
use super::shape::{Nulls, Shape, Slot, UNSEEN};
use super::types::Types;
use super::values;
use crate::graphql::limits::Limits;

/// One merged form.
#[derive(Debug)]
pub struct Plan {
    /// What is selected on the root.
    pub selection: Positioned<SelectionSet>,
    /// What the answer looks like.
    pub shape: Shape,
    /// What it weighs.
    pub cost: Cost,
    /// What is known of the operation, its variables above all; with its selection only if it is
    /// left to async-graphql.
    pub operation: OperationDefinition,
    /// Whether it is left to async-graphql: it subscribes, or asks about the schema.
    pub is_left: bool,
    /// What resolvers made of it.
    pub bound: Bound,
    /// Estimated bytes.
    pub weight: usize,
}

/// The merged forms of one operation, by what the variables decided.
#[derive(Debug, Default)]
pub struct Plans(ArcSwap<Vec<(u128, Arc<Plan>)>>);

impl Plans {
    /// The merged form for these decisions.
    pub fn get(&self, decisions: u128) -> Option<Arc<Plan>> {
        let plans = self.0.load();
        let found = plans.iter().find(|(known, _)| *known == decisions);
        found.map(|(_, plan)| Arc::clone(plan))
    }

    /// Keeps a merged form while there are fewer than `most`; tells whether it did.
    pub fn keep(&self, decisions: u128, plan: &Arc<Plan>, most: usize) -> bool {
        let before = self.0.rcu(|plans| {
            let mut plans = Vec::clone(plans);
            if plans.len() < most && plans.iter().all(|(known, _)| *known != decisions) {
                plans.push((decisions, Arc::clone(plan)));
            }
            plans
        });
        before.len() < most
    }
}

impl Plan {
    /// Merges `operation`.
    pub fn new(
        document: &Document,
        operation: &Operation,
        types: &Types,
        decided: &Decided<'_>,
        limits: &Limits,
    ) -> Result<Self, Refusal> {
        let root = &operation.definition.selection_set;
        let mut merger = Merger::new(document, types, decided, limits);
        let level = merger.level(&root.ty, &[root], 1)?;
        let introspects =
            (level.fields.iter()).any(|field| matches!(field.field.name.as_str(), "__schema" | "__type"));
        if introspects {
            check_max_depth(&document.tree, &operation.definition).map_err(|fault| {
                let pos = fault.location().map(|span| document.positions.at(span.offset()));
                Refusal::at(Code::LimitExceeded, fault.message().to_string(), pos)
            })?;
        }
        let builder = Builder {
            document,
            types,
            decided,
        };
        let selection = builder.selection_set(&level);
        let kind = match operation.kind() {
            OperationType::Query => Kind::Query,
            OperationType::Mutation => Kind::Mutation,
            OperationType::Subscription => Kind::Subscription,
        };
        let is_left = introspects || kind == Kind::Subscription;
        let written = if is_left {
            selection.clone()
        } else {
            Positioned::default()
        };
        let shape = shape(&level);
        Ok(Self {
            bound: Bound::places(&shape),
            shape,
            cost: builder.cost(&level, false),
            operation: definition(kind, written, operation),
            is_left,
            weight: merger.fields() * FIELD_BYTES,
            selection,
        })
    }
}

/// A field takes about this much in a plan: its selection, its slot, their names, and what a
/// resolver makes of it.
const FIELD_BYTES: usize = 850;

fn definition(
    kind: Kind,
    selection_set: Positioned<SelectionSet>,
    operation: &Operation,
) -> OperationDefinition {
    let variable_definitions = (operation.variables.iter())
        .map(|variable| {
            let definition = VariableDefinition {
                name: at(variable.pos, variable.name.clone()),
                var_type: at(variable.pos, variable.written.clone()),
                directives: Vec::new(),
                default_value: None,
            };
            at(variable.pos, definition)
        })
        .collect();
    OperationDefinition {
        ty: kind,
        variable_definitions,
        directives: Vec::new(),
        selection_set,
    }
}

#[derive(Debug)]
struct Builder<'a> {
    document: &'a Document,
    types: &'a Types,
    decided: &'a Decided<'a>,
}

impl Builder<'_> {
    fn selection_set(&self, level: &Level<'_>) -> Positioned<SelectionSet> {
        let mut items = self.fields(&level.fields);
        if is_marked(level) {
            items.insert(
                0,
                Selection::Field(at(Pos::default(), plain("__typename", Some(UNSEEN)))),
            );
        }
        for (object, fields) in &level.variants {
            let on = TypeCondition {
                on: at(Pos::default(), Name::new(object)),
            };
            let fragment = InlineFragment {
                type_condition: Some(at(Pos::default(), on)),
                directives: Vec::new(),
                selection_set: set(self.fields(fields)),
            };
            items.push(Selection::InlineFragment(at(Pos::default(), fragment)));
        }
        set(items)
    }

    fn fields(&self, fields: &[Merged<'_>]) -> Vec<Selection> {
        fields.iter().map(|field| self.field(field)).collect()
    }

    fn field(&self, merged: &Merged<'_>) -> Selection {
        let pos = self.document.positions.of_node(merged.field.location());
        let absent = |name: &str| self.decided.absent.contains(name);
        let inputs = &self.types.inputs;
        let arguments = (merged.field.arguments.iter())
            .filter_map(|argument| {
                let taken = &merged.definition.arguments;
                let definition = taken.iter().find(|definition| definition.name == argument.name);
                let ty = definition.and_then(|definition| inputs.resolve(&definition.ty));
                let value = values::argument(&argument.value, ty.as_ref(), inputs, &absent)?;
                let place = self.document.positions.of_node(argument.value.location());
                Some((at(place, Name::new(&argument.name)), at(place, value)))
            })
            .collect();
        let below = merged.level.as_ref().map(|level| self.selection_set(level));
        let field = Field {
            alias: (merged.key != &merged.field.name).then(|| at(pos, Name::new(merged.key))),
            name: at(pos, Name::new(&merged.field.name)),
            arguments,
            directives: Vec::new(),
            selection_set: below.unwrap_or_default(),
        };
        Selection::Field(at(pos, field))
    }

    fn cost(&self, level: &Level<'_>, in_page: bool) -> Cost {
        if level.variants.is_empty() {
            return self.cost_of(&level.fields, in_page);
        }
        let variants = level.variants.iter();
        Cost::heaviest(
            variants
                .map(|(_, fields)| self.cost_of(fields, in_page))
                .collect(),
        )
    }

    fn cost_of(&self, fields: &[Merged<'_>], in_page: bool) -> Cost {
        let types = u64::try_from(self.types.schema.types.len()).unwrap_or(u64::MAX);
        let mut cost = Cost::default();
        for field in fields {
            let times = Times::of(field.field, &field.definition, in_page, types);
            let below = field.level.as_ref().map(|level| self.cost(level, times.pages));
            cost.add(times, below.unwrap_or_default());
        }
        cost
    }
}

/// An object without members would be resolved to null, and one whose members depend on its type
/// cannot be told from its members: both are asked for their type.
fn is_marked(level: &Level<'_>) -> bool {
    level.fields.is_empty()
}

fn shape(level: &Level<'_>) -> Shape {
    Shape {
        slots: slots(&level.fields),
        variants: (level.variants.iter())
            .map(|(object, fields)| (Name::new(object), slots(fields)))
            .collect(),
        marked: is_marked(level),
    }
}

fn slots(fields: &[Merged<'_>]) -> Vec<Slot> {
    (fields.iter())
        .map(|field| Slot {
            key: Name::new(field.key),
            written: format!("\"{}\":", field.key).into(),
            nulls: Nulls::of(&field.definition.ty),
            shape: field.level.as_ref().map(shape),
        })
        .collect()
}

fn set(items: Vec<Selection>) -> Positioned<SelectionSet> {
    let items = items.into_iter().map(|item| at(Pos::default(), item)).collect();
    at(Pos::default(), SelectionSet { items })
}

const fn at<T>(pos: Pos, node: T) -> Positioned<T> {
    Positioned::new(node, pos)
}

//! Selections merged into the shape of the answer: fragments inlined, `@skip` and `@include`
//! decided, equal response keys joined, so that each key is resolved once. Fragments are merged as
//! they are met and within a budget, so that no document expands for ever.

use std::collections::{HashMap, HashSet};

use apollo_compiler::ast::{self, DirectiveList};
use apollo_compiler::executable::{Field, Fragment, Selection, SelectionSet};
use apollo_compiler::parser::SourceSpan;
use apollo_compiler::{Name, Node};
use async_graphql::indexmap::IndexMap;

use super::document::Document;
use super::refusal::{Code, Refusal};
use super::types::Types;
use crate::graphql::limits::Limits;

/// The values that decide what is selected.
#[derive(Debug, Default)]
pub struct Decided<'a> {
    /// Values of the variables that conditions ask.
    pub conditions: HashMap<&'a str, bool>,
    /// Variables that were not given and have no default.
    pub absent: HashSet<&'a str>,
}

/// The fields of one object of the answer.
#[derive(Debug, Default)]
pub struct Level<'a> {
    /// The fields, when they are the same for whatever object it is.
    pub fields: Vec<Merged<'a>>,
    /// The fields for each object type that it can be, when they are not.
    pub variants: Vec<(Name, Vec<Merged<'a>>)>,
}

/// One field of the answer, from one or more selections.
#[derive(Debug)]
pub struct Merged<'a> {
    /// Its key in the answer.
    pub key: &'a Name,
    /// The first selection that asks for it: name, arguments and place.
    pub field: &'a Node<Field>,
    /// What the schema says that it is.
    pub definition: Node<ast::FieldDefinition>,
    /// What is below it, for objects.
    pub level: Option<Level<'a>>,
}

/// Merges the selections of one operation.
#[derive(Debug)]
pub struct Merger<'a> {
    document: &'a Document,
    types: &'a Types,
    decided: &'a Decided<'a>,
    limits: &'a Limits,
    fields: usize,
    steps: usize,
}

/// Fields by response key, in the order of their first selection.
type Groups<'a> = IndexMap<&'a Name, Vec<&'a Node<Field>>>;

/// Why a document is refused that merges much into little.
pub const TOO_REPETITIVE: &str = "the document repeats fields and fragments too often";

/// Fragments within fragments that are followed before the document counts as hostile.
const CHAIN: usize = 200;

impl<'a> Merger<'a> {
    /// A merger with its whole budget.
    pub const fn new(
        document: &'a Document,
        types: &'a Types,
        decided: &'a Decided<'a>,
        limits: &'a Limits,
    ) -> Self {
        Self {
            document,
            types,
            decided,
            limits,
            fields: 0,
            steps: 0,
        }
    }

    /// Fields merged so far.
    pub const fn fields(&self) -> usize {
        self.fields
    }

    /// Merges `sets`, selected on a value of type `ty`, at `depth` fields from the root.
    pub fn level(
        &mut self,
        ty: &Name,
        sets: &[&'a SelectionSet],
        depth: usize,
    ) -> Result<Level<'a>, Refusal> {
        let objects = match self.types.possible(ty) {
            Some(objects) if self.differs_by_type(ty, sets)? => objects,
            Some(_) | None => {
                return Ok(Level {
                    fields: self.fields_of(ty, sets, depth)?,
                    variants: Vec::new(),
                });
            }
        };
        let mut variants = Vec::with_capacity(objects.len());
        for object in objects {
            variants.push((object.clone(), self.fields_of(object, sets, depth)?));
        }
        Ok(Level {
            fields: Vec::new(),
            variants,
        })
    }

    fn fields_of(
        &mut self,
        ty: &Name,
        sets: &[&'a SelectionSet],
        depth: usize,
    ) -> Result<Vec<Merged<'a>>, Refusal> {
        let mut groups = Groups::new();
        let mut seen = HashSet::new();
        for set in sets {
            self.collect(ty, set, &mut groups, &mut seen, 0)?;
        }
        let mut merged = Vec::with_capacity(groups.len());
        for (key, group) in groups {
            let [field, ..] = *group.as_slice() else { continue };
            self.count(depth, field)?;
            let known = self.types.schema.type_field(ty, &field.name);
            let definition = known.map_or_else(|_| field.definition.clone(), |found| found.node.clone());
            let level = self.below(definition.ty.inner_named_type(), &group, depth)?;
            merged.push(Merged {
                key,
                field,
                definition,
                level,
            });
        }
        Ok(merged)
    }

    fn below(
        &mut self,
        ty: &Name,
        group: &[&'a Node<Field>],
        depth: usize,
    ) -> Result<Option<Level<'a>>, Refusal> {
        let sets: Vec<&'a SelectionSet> = (group.iter())
            .map(|field| &field.selection_set)
            .filter(|set| !set.selections.is_empty())
            .collect();
        if sets.is_empty() {
            return Ok(None);
        }
        self.level(ty, &sets, depth + 1).map(Some)
    }

    /// Adds what `set` selects on every value of type `ty` to the groups.
    fn collect(
        &mut self,
        ty: &Name,
        set: &'a SelectionSet,
        groups: &mut Groups<'a>,
        seen: &mut HashSet<&'a Name>,
        chain: usize,
    ) -> Result<(), Refusal> {
        for selection in &set.selections {
            self.step(chain, selection)?;
            match selection {
                Selection::Field(field) if self.included(&field.directives) => {
                    groups.entry(field.response_key()).or_default().push(field);
                }
                Selection::Field(_) => {}
                Selection::InlineFragment(_) | Selection::FragmentSpread(_) => {
                    let Some((on, set)) = self.fragment(selection, seen) else {
                        continue;
                    };
                    if on.is_none_or(|on| self.types.always(ty, on)) {
                        self.collect(ty, set, groups, seen, chain + 1)?;
                    }
                }
            }
        }
        Ok(())
    }

    /// Whether a fragment within `sets` applies to some values of type `ty` only.
    fn differs_by_type(&mut self, ty: &Name, sets: &[&'a SelectionSet]) -> Result<bool, Refusal> {
        let mut seen = HashSet::new();
        let mut waiting: Vec<&SelectionSet> = sets.to_vec();
        while let Some(set) = waiting.pop() {
            for selection in &set.selections {
                self.step(0, selection)?;
                if let Some((on, set)) = self.fragment(selection, &mut seen) {
                    if on.is_some_and(|on| !self.types.always(ty, on)) {
                        return Ok(true);
                    }
                    waiting.push(set);
                }
            }
        }
        Ok(false)
    }

    /// The condition and the content of a fragment that is included and was not met before.
    fn fragment(
        &self,
        selection: &'a Selection,
        seen: &mut HashSet<&'a Name>,
    ) -> Option<(Option<&'a Name>, &'a SelectionSet)> {
        match selection {
            Selection::Field(_) => None,
            Selection::InlineFragment(fragment) => (self.included(&fragment.directives))
                .then_some((fragment.type_condition.as_ref(), &fragment.selection_set)),
            Selection::FragmentSpread(spread) => {
                if !self.included(&spread.directives) || !seen.insert(&spread.fragment_name) {
                    return None;
                }
                let fragment: &Node<Fragment> = self.document.tree.fragments.get(&spread.fragment_name)?;
                Some((Some(&fragment.selection_set.ty), &fragment.selection_set))
            }
        }
    }

    fn included(&self, directives: &DirectiveList) -> bool {
        directives.iter().all(|directive| {
            let wanted = match directive.name.as_str() {
                "include" => true,
                "skip" => false,
                _ => return true,
            };
            let condition = directive.arguments.first().map(|argument| &*argument.value);
            let value = match condition {
                Some(ast::Value::Boolean(value)) => Some(*value),
                Some(ast::Value::Variable(name)) => self.decided.conditions.get(name.as_str()).copied(),
                _ => None,
            };
            value.is_none_or(|value| value == wanted)
        })
    }

    fn count(&mut self, depth: usize, field: &Node<Field>) -> Result<(), Refusal> {
        self.fields += 1;
        if self.fields > self.limits.fields {
            let message = format!("the answer would have more than {} fields", self.limits.fields);
            return Err(self.too_much(message, field.location()));
        }
        if depth > self.limits.depth {
            let message = format!("the answer would be deeper than {} fields", self.limits.depth);
            return Err(self.too_much(message, field.location()));
        }
        Ok(())
    }

    fn step(&mut self, chain: usize, selection: &Selection) -> Result<(), Refusal> {
        self.steps += 1;
        if self.steps <= self.limits.merge_steps && chain <= CHAIN {
            return Ok(());
        }
        let location = match selection {
            Selection::Field(field) => field.location(),
            Selection::FragmentSpread(spread) => spread.location(),
            Selection::InlineFragment(fragment) => fragment.location(),
        };
        Err(self.too_much(TOO_REPETITIVE.to_owned(), location))
    }

    fn too_much(&self, message: String, location: Option<SourceSpan>) -> Refusal {
        let pos = self.document.positions.of_node(location);
        Refusal::at(Code::LimitExceeded, message, Some(pos))
    }
}

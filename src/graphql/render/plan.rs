//! Binds a selection to the tables of the object types: which fields, under which names, in which
//! order. Equal names are merged, fragments opened up and `@skip` and `@include` obeyed, whether or
//! not somebody did so before.

use std::sync::Arc;

use async_graphql::parser::types::{Directive, FragmentDefinition, Selection, SelectionSet, TypeCondition};
use async_graphql::{
    Context, ContextSelectionSet, Name, Positioned, QueryEnv, ServerError, ServerResult, Value,
};

use super::{Field, Object};
use crate::graphql::front::{UNSEEN, bound};
use crate::json::key::Key;

/// What to write of an object.
#[derive(Debug, Default)]
pub struct Plan {
    items: Vec<Item>,
    /// Which of them take more than the object itself; of those that take the same, the first.
    taking_more: Vec<usize>,
    /// Whether anything of it, however deep, takes more than the object itself.
    needs_more: bool,
}

/// One member of an object that is written.
#[derive(Debug)]
pub struct Item {
    /// As it is written: a comma unless it is the first, the name in quotes, a colon.
    key: Key,
    /// Where the field is in its type's table; `None` for `__typename`.
    index: Option<usize>,
    plan: Plan,
}

/// Binds selections of an object type.
pub(super) type Bind = fn(&[&SelectionSet], Selector<'_>) -> ServerResult<Plan>;

/// Where a request keeps what selections refer to.
#[derive(Clone, Copy)]
pub struct Selector<'a> {
    env: &'a QueryEnv,
    /// The union of which the object is seen as a member, if it is.
    union: Option<&'static str>,
}

impl Plan {
    /// What to write, in order.
    pub fn items(&self) -> &[Item] {
        &self.items
    }

    /// Those of the items that take more than the object itself; of those that take the same, the first.
    pub fn taking_more(&self) -> impl Iterator<Item = &Item> {
        self.taking_more.iter().filter_map(|index| self.items.get(*index))
    }

    /// Whether anything of it takes more than the object itself.
    pub const fn needs_more(&self) -> bool {
        self.needs_more
    }

    /// What the selection of the root field that is being answered asks of an `O`, which is one of
    /// the members of a union.
    pub fn of_member<O: Object>(ctx: &ContextSelectionSet<'_>) -> ServerResult<Self> {
        bind::<O>(&[&ctx.item.node], Selector::of(ctx))
    }

    /// What the selection of the root field that is being answered asks of an `O`.
    pub fn of<O: Object>(ctx: &ContextSelectionSet<'_>) -> ServerResult<Arc<Self>> {
        bound(ctx, || bind::<O>(&[&ctx.item.node], Selector::of(ctx)))
    }
}

/// Binds selections of a union: for each member, by these functions, what is asked of it, in the
/// place of its number.
pub(super) fn bind_union(
    union: &'static str,
    members: &[Bind],
    sets: &[&SelectionSet],
    selector: Selector<'_>,
) -> ServerResult<Plan> {
    let mut plan = Plan::default();
    for bind in members {
        let member = bind(sets, selector.within(union))?;
        plan.needs_more |= member.needs_more;
        plan.items.push(Item {
            key: Key::new(""),
            index: None,
            plan: member,
        });
    }
    Ok(plan)
}

/// Whether the field that is being answered is asked for its member `name`.
pub fn selects(ctx: &Context<'_>, name: &str) -> bool {
    ctx.look_ahead().field(name).exists()
}

impl Item {
    /// The name as it is written.
    pub const fn key(&self) -> &Key {
        &self.key
    }

    /// The field; `None` for `__typename`.
    pub(super) fn field<O: Object>(&self) -> Option<&'static Field<O>> {
        self.index.and_then(|index| O::FIELDS.get(index))
    }

    /// What to write of the field's value.
    pub const fn plan(&self) -> &Plan {
        &self.plan
    }
}

/// A field that is asked for, under one name, with all that is asked of its value.
struct Asked<'a> {
    key: &'a str,
    field: &'a async_graphql::parser::types::Field,
    position: async_graphql::Pos,
    sets: Vec<&'a SelectionSet>,
}

/// Binds selections of an `O`, which are merged.
pub(super) fn bind<O: Object>(sets: &[&SelectionSet], selector: Selector<'_>) -> ServerResult<Plan> {
    let mut asked = Vec::new();
    for set in sets {
        collect::<O>(set, selector, &mut asked);
    }
    let mut plan = Plan::default();
    plan.items.reserve_exact(asked.len());
    for asked in &asked {
        let item = bind_field::<O>(asked, plan.items.is_empty(), selector)?;
        if takes_more::<O>(&item, &plan) {
            plan.taking_more.push(plan.items.len());
            plan.needs_more = true;
        }
        plan.items.push(item);
    }
    Ok(plan)
}

/// Whether an item takes more than the object itself and what those of `plan` take already.
fn takes_more<O: Object>(item: &Item, plan: &Plan) -> bool {
    let field = item.field::<O>();
    let mut others = plan.taking_more().filter_map(Item::field::<O>);
    let mut is_taken = |field: &Field<O>| others.any(|other| field.takes_the_same(other));
    item.plan.needs_more || field.is_some_and(|field| field.needs_more() && !is_taken(field))
}

fn bind_field<O: Object>(asked: &Asked<'_>, first: bool, selector: Selector<'_>) -> ServerResult<Item> {
    let comma = if first { "" } else { "," };
    let key = Key::new(&format!("{comma}\"{}\":", asked.key));
    let name = asked.field.name.node.as_str();
    if name == "__typename" {
        return Ok(Item {
            key,
            index: None,
            plan: Plan::default(),
        });
    }
    let found = O::FIELDS.iter().enumerate().find(|(_, field)| field.name == name);
    let Some((index, field)) = found else {
        let message = format!("Cannot query field \"{name}\" on type \"{}\".", O::NAME);
        return Err(ServerError::new(message, Some(asked.position)));
    };
    let plan = match field.bind() {
        Some(bind) => bind(&asked.sets, selector)?,
        None => Plan::default(),
    };
    Ok(Item {
        key,
        index: Some(index),
        plan,
    })
}

fn collect<'a, O: Object>(set: &'a SelectionSet, selector: Selector<'a>, asked: &mut Vec<Asked<'a>>) {
    for selection in &set.items {
        match &selection.node {
            // What the front asks for itself has no place in the answer.
            Selection::Field(field) if field.node.response_key().node.as_str() == UNSEEN => {}
            Selection::Field(field) if selector.includes(&field.node.directives) => {
                let key = field.node.response_key().node.as_str();
                let set = &field.node.selection_set.node;
                match asked.iter_mut().find(|it| it.key == key) {
                    Some(same) => same.sets.push(set),
                    None => asked.push(Asked {
                        key,
                        field: &field.node,
                        position: field.pos,
                        sets: vec![set],
                    }),
                }
            }
            Selection::InlineFragment(it) if selector.includes(&it.node.directives) => {
                if applies::<O>(it.node.type_condition.as_ref(), selector) {
                    collect::<O>(&it.node.selection_set.node, selector, asked);
                }
            }
            Selection::FragmentSpread(it) if selector.includes(&it.node.directives) => {
                if let Some(fragment) = selector.fragment(&it.node.fragment_name.node)
                    && applies::<O>(Some(&fragment.type_condition), selector)
                {
                    collect::<O>(&fragment.selection_set.node, selector, asked);
                }
            }
            Selection::Field(_) | Selection::InlineFragment(_) | Selection::FragmentSpread(_) => {}
        }
    }
}

/// Whether a fragment on this type is for an `O`. There are no interfaces.
fn applies<O: Object>(condition: Option<&Positioned<TypeCondition>>, selector: Selector<'_>) -> bool {
    condition.is_none_or(|condition| {
        let on = condition.node.on.node.as_str();
        on == O::NAME || O::UNION == Some(on) || selector.union == Some(on)
    })
}

impl<'a> Selector<'a> {
    const fn of(ctx: &ContextSelectionSet<'a>) -> Self {
        Self {
            env: ctx.query_env,
            union: None,
        }
    }

    /// The same for the members of a union.
    pub(super) const fn within(self, union: &'static str) -> Self {
        Self {
            union: Some(union),
            ..self
        }
    }

    fn fragment(self, name: &str) -> Option<&'a FragmentDefinition> {
        Some(&self.env.fragments.get(name)?.node)
    }

    fn variable(self, name: &Name) -> Option<Value> {
        let default = || {
            let definitions = &self.env.operation.node.variable_definitions;
            let definition = definitions.iter().find(|it| it.node.name.node == *name)?;
            definition.node.default_value()
        };
        self.env.variables.get(name).or_else(default).cloned()
    }

    fn includes(self, directives: &[Positioned<Directive>]) -> bool {
        directives.iter().all(|directive| {
            let wanted = match directive.node.name.node.as_str() {
                "include" => true,
                "skip" => false,
                _ => return true,
            };
            let condition = directive.node.get_argument("if").map(|it| it.node.clone());
            let value =
                condition.and_then(|it| it.into_const_with(|name| self.variable(&name).ok_or(())).ok());
            value != Some(Value::Boolean(!wanted))
        })
    }
}

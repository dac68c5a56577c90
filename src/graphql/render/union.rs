//! Lists of which each item is one of several object types: what is asked of each of them is bound
//! once, and each item is written by what is asked of its own type.

use async_graphql::ServerResult;
use async_graphql::parser::types::SelectionSet;
use async_graphql::registry::Registry;

use super::plan::{self, Bind, Selector};
use super::{Field, Json, Object, Plan, Scene, Type, Value, Wanted, register};

/// A union of object types.
pub trait Union: Sized + 'static {
    /// What one of its values is seen through.
    type View<'a>: Copy;
    /// Its name.
    const NAME: &'static str;
    /// What it is, in a sentence.
    const ABOUT: &'static str;
    /// Its members.
    const MEMBERS: &'static [Member<Self>];

    /// Which member a value is, by its number.
    fn number(view: Self::View<'_>) -> usize;
}

/// Notes what a value of a member needs loaded.
type Gather<U> = for<'a, 'p> fn(<U as Union>::View<'a>, &'p Plan, &mut Wanted<'p>);
/// Writes a value of a member.
type Write<U> = for<'a> fn(<U as Union>::View<'a>, &Plan, &Scene, &mut Json);

/// A member of a union: an object type, and how a value is seen as one.
pub struct Member<U: Union> {
    register: fn(&mut Registry) -> String,
    bind: Bind,
    gather: Gather<U>,
    write: Write<U>,
}

impl<U: Union> Member<U> {
    /// The object type `O`; see `member!`.
    pub const fn of<O: Object>(gather: Gather<U>, write: Write<U>) -> Self {
        Self {
            register: register::object::<O>,
            bind: plan::bind::<O>,
            gather,
            write,
        }
    }
}

/// A member of a union: `member!(UserObject, |it| ...)`, where the expression is an `Option` of the
/// member's view.
macro_rules! member {
    ($of:ty, |$view:ident| $seen:expr) => {
        $crate::graphql::render::union::Member::of::<$of>(
            |$view, plan, wanted| {
                if let Some(seen) = $seen {
                    $crate::graphql::render::load::gather::<$of>(seen, plan, wanted);
                }
            },
            |$view, plan, scene, json| {
                $crate::graphql::render::write_option::<$of>($seen, plan, scene, json);
            },
        )
    };
}
pub(in crate::graphql) use member;

/// The type of a list of values of the union.
pub const fn list<U: Union>() -> Type {
    Type::named(register_union::<U>).list()
}

fn register_union<U: Union>(registry: &mut Registry) -> String {
    let members = U::MEMBERS.iter().map(|member| (member.register)(registry));
    let members = members.collect();
    register::union(U::NAME, U::ABOUT, members, registry)
}

/// Notes what a value needs loaded.
pub fn gather_one<'p, U: Union>(view: U::View<'_>, plan: &'p Plan, wanted: &mut Wanted<'p>) {
    let number = U::number(view);
    if let (Some(member), Some(item)) = (U::MEMBERS.get(number), plan.items().get(number)) {
        (member.gather)(view, item.plan(), wanted);
    }
}

/// Writes a value.
pub fn write_one<U: Union>(view: U::View<'_>, plan: &Plan, scene: &Scene, json: &mut Json) {
    let number = U::number(view);
    match (U::MEMBERS.get(number), plan.items().get(number)) {
        (Some(member), Some(item)) => (member.write)(view, item.plan(), scene, json),
        _ => json.put_null(),
    }
}

fn bind<U: Union>(sets: &[&SelectionSet], selector: Selector<'_>) -> ServerResult<Plan> {
    let members: Vec<Bind> = U::MEMBERS.iter().map(|member| member.bind).collect();
    plan::bind_union(U::NAME, &members, sets, selector)
}

impl<O: Object> Field<O> {
    /// Values of a union that are part of the object.
    pub const fn parts_of<U: Union>(
        name: &'static str,
        about: &'static str,
        gather: for<'a, 'p> fn(O::View<'a>, &'p Plan, &mut Wanted<'p>),
        write: for<'a> fn(O::View<'a>, &Plan, &Scene, &mut Json),
    ) -> Self {
        let value = Value::Part {
            plan: bind::<U>,
            gather,
            write,
            loads: false,
        };
        Self {
            name,
            about,
            ty: list::<U>(),
            value,
        }
    }
}

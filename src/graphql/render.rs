//! The one way in which objects become answers. Every object type of the schema is one table of
//! fields ([`Object`]); from it come the type's entry in the schema and the walker that writes its
//! JSON. An answer is made in three steps: the selection is bound to the tables ([`plan`]), what it
//! refers to is loaded in a few batched reads ([`load`]), and the text is written without the store
//! ([`json`](crate::json)). What the objects are is not known here.

use std::cell::OnceCell;

use async_graphql::registry::Registry;

use crate::app::reader::facts::Facts;
use crate::domain::record::{Key, Record};
use crate::domain::time::Date;

pub mod answer;
mod facts;
pub mod load;
pub mod plan;
pub mod register;
pub mod union;

pub use crate::json::Json;
pub use answer::{Answer, Answers, Told, text_of};
pub use load::{Scene, Wanted};
pub use plan::Plan;

/// An object type of the schema.
pub trait Object: Sized + Send + Sync + 'static {
    /// What one is seen through while it is written.
    type View<'a>: Copy;
    /// The type's name.
    const NAME: &'static str;
    /// What it is, in a sentence.
    const ABOUT: &'static str;
    /// Its fields.
    const FIELDS: &'static [Field<Self>];
    /// The union that it is a member of.
    const UNION: Option<&'static str> = None;

    /// What it comes to for the caller, as far as that was asked for.
    fn facts<'s>(_view: Self::View<'_>, _scene: &'s Scene) -> Option<&'s Facts> {
        None
    }
}

/// An object type that shows the records of one kind.
pub trait Stored: Object {
    /// The record as one of this type, if it is of the kind.
    fn view(record: &Record) -> Option<Self::View<'_>>;
}

/// An object type of which answers are made: what such an answer keeps.
pub trait Answered: Object {
    /// What the answer owns.
    type Owned: Send + Sync;
    /// What is seen of it.
    fn view(owned: &Self::Owned) -> Self::View<'_>;
}

/// A field of an object type.
pub struct Field<O: Object> {
    name: &'static str,
    about: &'static str,
    ty: Type,
    value: Value<O>,
}

/// The type of a field.
#[derive(Clone, Copy)]
pub struct Type {
    base: fn(&mut Registry) -> String,
    wrap: Wrap,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Wrap {
    Required,
    Nullable,
    List,
    NullableList,
}

/// Notes what an object needs loaded.
type Gather<O> = for<'a, 'p> fn(<O as Object>::View<'a>, &'p Plan, &mut Wanted<'p>);
/// Writes an object, or objects, by a plan.
type Write<O> = for<'a> fn(<O as Object>::View<'a>, &Plan, &Scene, &mut Json);

/// Where a field's value comes from.
enum Value<O: Object> {
    /// A value of the object itself.
    Leaf(for<'a> fn(O::View<'a>, &mut Json)),
    /// A value that takes more than the object.
    Computed {
        gather: for<'a> fn(O::View<'a>, &mut Wanted<'_>),
        write: for<'a> fn(O::View<'a>, &Scene, &mut Json),
    },
    /// One of the facts of the object.
    Fact {
        gather: for<'a> fn(O::View<'a>, &mut Wanted<'_>),
        write: fn(&Facts, &mut Json),
    },
    /// Another record; null if there is none, or none that the caller may see (F11).
    Reference {
        key: for<'a> fn(O::View<'a>, Today) -> Option<Key>,
        plan: plan::Bind,
        gather: load::GatherRecord,
        write: for<'a> fn(&'a Record, &Plan, &Scene, &mut Json) -> bool,
    },
    /// Objects that are part of this one.
    Part {
        plan: plan::Bind,
        gather: Gather<O>,
        write: Write<O>,
        /// Whether the parts themselves take more than the object.
        loads: bool,
    },
}

/// The date on the wall of the caller's office, for what changes with time.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Today(pub Date);

impl<O: Object> Field<O> {
    /// A value, or values, of the object itself.
    pub const fn leaf(
        name: &'static str,
        about: &'static str,
        ty: Type,
        write: for<'a> fn(O::View<'a>, &mut Json),
    ) -> Self {
        let value = Value::Leaf(write);
        Self {
            name,
            about,
            ty,
            value,
        }
    }

    /// A value that takes more than the object: `gather` notes what, `write` finds it.
    pub const fn computed(
        name: &'static str,
        about: &'static str,
        ty: Type,
        gather: for<'a> fn(O::View<'a>, &mut Wanted<'_>),
        write: for<'a> fn(O::View<'a>, &Scene, &mut Json),
    ) -> Self {
        let value = Value::Computed { gather, write };
        Self {
            name,
            about,
            ty,
            value,
        }
    }

    /// One of the object's [facts](Object::facts), which `gather` asks for.
    pub const fn fact(
        name: &'static str,
        about: &'static str,
        ty: Type,
        gather: for<'a> fn(O::View<'a>, &mut Wanted<'_>),
        write: fn(&Facts, &mut Json),
    ) -> Self {
        let value = Value::Fact { gather, write };
        Self {
            name,
            about,
            ty,
            value,
        }
    }

    /// Another record, by its key.
    pub const fn reference<To: Stored>(
        name: &'static str,
        about: &'static str,
        key: for<'a> fn(O::View<'a>, Today) -> Option<Key>,
    ) -> Self {
        let value = Value::Reference {
            key,
            plan: plan::bind::<To>,
            gather: load::gather_record::<To>,
            write: write_record::<To>,
        };
        let ty = Type::object::<To>().nullable();
        Self {
            name,
            about,
            ty,
            value,
        }
    }

    /// Objects that are part of this one; see `part!` and `parts!`.
    pub const fn part<Of: Object>(
        name: &'static str,
        about: &'static str,
        ty: Type,
        gather: Gather<O>,
        write: Write<O>,
    ) -> Self {
        let value = Value::Part {
            plan: plan::bind::<Of>,
            gather,
            write,
            loads: false,
        };
        Self {
            name,
            about,
            ty,
            value,
        }
    }
}

impl<O: Object> Field<O> {
    /// The same parts, of which even the plainest takes more than the object.
    #[must_use]
    pub const fn loading(mut self) -> Self {
        if let Value::Part { loads, .. } = &mut self.value {
            *loads = true;
        }
        self
    }
}

impl Type {
    /// The object type `O`.
    pub const fn object<O: Object>() -> Self {
        Self::named(register::object::<O>)
    }

    /// The type that `base` registers and names; never null.
    pub const fn named(base: fn(&mut Registry) -> String) -> Self {
        let wrap = Wrap::Required;
        Self { base, wrap }
    }

    /// The same, or null.
    #[must_use]
    pub const fn nullable(self) -> Self {
        let wrap = match self.wrap {
            Wrap::Required | Wrap::Nullable => Wrap::Nullable,
            Wrap::List | Wrap::NullableList => Wrap::NullableList,
        };
        Self { wrap, ..self }
    }

    /// A list of these.
    #[must_use]
    pub const fn list(self) -> Self {
        let wrap = Wrap::List;
        Self { wrap, ..self }
    }
}

/// Writes the object that is seen through `view` as `plan` says.
pub fn write<O: Object>(view: O::View<'_>, plan: &Plan, scene: &Scene, json: &mut Json) {
    json.raw("{");
    // All fields that tell facts tell the same ones.
    let facts = OnceCell::new();
    for item in plan.items() {
        json.key(item.key());
        match item.field::<O>() {
            Some(field) => field.value.write(view, item.plan(), scene, &facts, json),
            None => json.put(O::NAME),
        }
    }
    json.raw("}");
}

/// Writes the object, or null for none.
pub fn write_option<O: Object>(view: Option<O::View<'_>>, plan: &Plan, scene: &Scene, json: &mut Json) {
    match view {
        Some(view) => write::<O>(view, plan, scene, json),
        None => json.put_null(),
    }
}

fn write_record<O: Stored>(record: &Record, plan: &Plan, scene: &Scene, json: &mut Json) -> bool {
    let view = O::view(record);
    if let Some(view) = view {
        write::<O>(view, plan, scene, json);
    }
    view.is_some()
}

impl<O: Object> Field<O> {
    /// Whether its value takes more than the object.
    const fn needs_more(&self) -> bool {
        match self.value {
            Value::Computed { .. } | Value::Fact { .. } | Value::Reference { .. } => true,
            Value::Leaf(_) => false,
            Value::Part { loads, .. } => loads,
        }
    }

    /// Whether what its value takes is all that the value of `other` takes.
    fn takes_the_same(&self, other: &Self) -> bool {
        match (&self.value, &other.value) {
            (Value::Fact { gather, .. }, Value::Fact { gather: other, .. }) => {
                std::ptr::fn_addr_eq(*gather, *other)
            }
            _ => false,
        }
    }

    /// What binds selections of its value; `None` where there is nothing to select.
    const fn bind(&self) -> Option<plan::Bind> {
        match self.value {
            Value::Leaf(_) | Value::Computed { .. } | Value::Fact { .. } => None,
            Value::Reference { plan, .. } | Value::Part { plan, .. } => Some(plan),
        }
    }
}

impl<O: Object> Value<O> {
    fn write<'s>(
        &self,
        view: O::View<'_>,
        plan: &Plan,
        scene: &'s Scene,
        facts: &OnceCell<Option<&'s Facts>>,
        json: &mut Json,
    ) {
        match self {
            Self::Leaf(write) => write(view, json),
            Self::Computed { write, .. } => write(view, scene, json),
            Self::Fact { write, .. } => match facts.get_or_init(|| O::facts(view, scene)) {
                Some(facts) => write(facts, json),
                None => json.put_null(),
            },
            Self::Reference { key, write, .. } => {
                let record = key(view, scene.today()).and_then(|key| scene.record(key));
                if !record.is_some_and(|record| write(record, plan, scene, json)) {
                    json.put_null();
                }
            }
            Self::Part { write, .. } => write(view, plan, scene, json),
        }
    }
}

/// The object that is part of another: `part!(Contact, "contact", "...", |it| it.contact())`,
/// where the expression is an `Option` of the part's view.
macro_rules! part {
    ($of:ty, $name:expr, $about:expr, |$view:ident| $part:expr) => {
        $crate::graphql::render::Field::part::<$of>(
            $name,
            $about,
            $crate::graphql::render::Type::object::<$of>().nullable(),
            |$view, plan, wanted| {
                if let Some(part) = $part {
                    $crate::graphql::render::load::gather::<$of>(part, plan, wanted);
                }
            },
            |$view, plan, scene, json| {
                $crate::graphql::render::write_option::<$of>($part, plan, scene, json);
            },
        )
    };
}

/// The object that is always part of another: as [`part!`], where the expression is its view.
macro_rules! own_part {
    ($of:ty, $name:expr, $about:expr, |$view:ident| $part:expr) => {
        $crate::graphql::render::Field::part::<$of>(
            $name,
            $about,
            $crate::graphql::render::Type::object::<$of>(),
            |$view, plan, wanted| {
                $crate::graphql::render::load::gather::<$of>($part, plan, wanted);
            },
            |$view, plan, scene, json| {
                $crate::graphql::render::write::<$of>($part, plan, scene, json);
            },
        )
    };
}

/// The objects that are part of another: `parts!(Line, "lines", "...", |it| it.lines())`, where the
/// expression is an iterator of the parts' views.
macro_rules! parts {
    ($of:ty, $name:expr, $about:expr, |$view:ident| $parts:expr) => {
        $crate::graphql::render::Field::part::<$of>(
            $name,
            $about,
            $crate::graphql::render::Type::object::<$of>().list(),
            |$view, plan, wanted| {
                for part in $parts {
                    $crate::graphql::render::load::gather::<$of>(part, plan, wanted);
                }
            },
            |$view, plan, scene, json| {
                json.list($parts, |part, json| {
                    $crate::graphql::render::write::<$of>(part, plan, scene, json);
                });
            },
        )
    };
}

pub(in crate::graphql) use {own_part, part, parts};

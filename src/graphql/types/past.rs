//! Lists of what was, the newest first, as cursor connections that lead back in time.

use std::marker::PhantomData;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use super::connection::{PageInfo, Paged};
use crate::app::audit::Past;
use crate::app::audit::Place;
use crate::graphql::render::load::gather;
use crate::graphql::render::{Answered, Field, Object, Type, own_part, parts, write};

/// An object type that is remembered: what the types around its lists are called.
pub trait Remembered: Object {
    /// What one is.
    type Item: Send + Sync + 'static;
    /// The connection's name.
    const CONNECTION: &'static str;
    /// The edge's name.
    const EDGE: &'static str;

    /// What is seen of one.
    fn view(item: &Self::Item) -> Self::View<'_>;

    /// Its place in the order of all writes.
    fn at(item: &Self::Item) -> Place;
}

/// A page of what was.
pub struct PastPage<O: Remembered> {
    /// What was found.
    pub past: Past<O::Item>,
    /// Whether it is not the first page.
    pub is_later: bool,
}

/// A page of a list of `O`.
pub struct PastConnection<O>(PhantomData<O>);

/// An `O` with its place in a list.
pub struct PastEdge<O>(PhantomData<O>);

impl<O: Remembered> Object for PastConnection<O> {
    type View<'a> = &'a PastPage<O>;
    const NAME: &'static str = O::CONNECTION;
    const ABOUT: &'static str = "A page of a list, the newest first. Where little of what was looked at is to be listed, a page may be short, \
         or empty, and yet have a next one.";
    const FIELDS: &'static [Field<Self>] = &[
        parts!(
            PastEdge<O>,
            "edges",
            "The page's items, each with its cursor.",
            |it| it.past.items.iter()
        ),
        parts!(O, "nodes", "The page's items.", |it| it
            .past
            .items
            .iter()
            .map(O::view)),
        own_part!(PageInfo, "pageInfo", "What is before and after the page.", |it| {
            it
        }),
    ];
}

impl<O: Remembered> Answered for PastConnection<O> {
    type Owned = PastPage<O>;

    fn view(owned: &PastPage<O>) -> &PastPage<O> {
        owned
    }
}

impl<O: Remembered> Object for PastEdge<O> {
    type View<'a> = &'a O::Item;
    const NAME: &'static str = O::EDGE;
    const ABOUT: &'static str = "An item with its place in a list.";
    const FIELDS: &'static [Field<Self>] = &[
        Field::leaf(
            "cursor",
            "The item's place in the list, for `after`.",
            Type::STRING,
            |it, json| json.put(write_place(O::at(it))),
        ),
        Field::part::<O>(
            "node",
            "The item.",
            Type::object::<O>(),
            |it, plan, wanted| gather::<O>(O::view(it), plan, wanted),
            |it, plan, scene, json| write::<O>(O::view(it), plan, scene, json),
        ),
    ];
}

impl<O: Remembered> Paged for PastPage<O> {
    fn has_next(&self) -> bool {
        self.past.next.is_some()
    }

    fn has_previous(&self) -> bool {
        self.is_later
    }

    fn start(&self) -> Option<String> {
        self.past.items.first().map(|first| write_place(O::at(first)))
    }

    fn end(&self) -> Option<String> {
        let last = self.past.items.last().map(O::at);
        self.past.next.or(last).map(write_place)
    }
}

/// A place as a cursor.
fn write_place(at: Place) -> String {
    URL_SAFE_NO_PAD.encode(at.0.to_be_bytes())
}

/// The place that a cursor names; `None` if it names none.
pub fn read_place(cursor: &str) -> Option<Place> {
    let bytes = URL_SAFE_NO_PAD.decode(cursor).ok()?;
    Some(Place(u64::from_be_bytes(bytes.try_into().ok()?)))
}

//! Lists as cursor connections: edges, nodes, page info and a count, for every kind of record the
//! same.

use std::marker::PhantomData;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};

use crate::domain::model::EntityModel;
use crate::domain::query::{Cursor, Page, Query};
use crate::domain::record::{Kind, Record};
use crate::graphql::render::load::gather;
use crate::graphql::render::{Answered, Field, Object, Stored, Type, own_part, parts, write_option};

/// An object type that is listed: what the types around its lists are called.
pub trait Listed: Stored {
    /// The entity, with the properties that lists are filtered and ordered by.
    const MODEL: &'static EntityModel;
    /// The connection's name.
    const CONNECTION: &'static str;
    /// The edge's name.
    const EDGE: &'static str;
    /// The filter's name.
    const FILTER: &'static str;
    /// The order's name.
    const ORDER: &'static str;
    /// The name of the enumeration of what an order may go by.
    const ORDER_FIELD: &'static str;
}

/// A page of any list.
pub trait Paged {
    /// Whether there are items after it.
    fn has_next(&self) -> bool;

    /// Whether there are items before it.
    fn has_previous(&self) -> bool;

    /// The first item's place.
    fn start(&self) -> Option<String>;

    /// The place to go on from.
    fn end(&self) -> Option<String>;
}

/// A page of a list, with the question that it answers.
pub struct Listing {
    /// What was asked.
    pub query: Query,
    /// What was found.
    pub page: Page,
}

/// A page of a list of `O`.
pub struct Connection<O>(PhantomData<O>);

/// An `O` with its place in a list.
pub struct Edge<O>(PhantomData<O>);

/// What is before and after a page.
pub struct PageInfo;

impl<O: Listed> Object for Connection<O> {
    type View<'a> = &'a Listing;
    const NAME: &'static str = O::CONNECTION;
    const ABOUT: &'static str = "A page of a list.";
    const FIELDS: &'static [Field<Self>] = &[
        parts!(
            Edge<O>,
            "edges",
            "The page's items, each with its cursor.",
            |it| it.edges()
        ),
        parts!(O, "nodes", "The page's items.", |it| it
            .page
            .records
            .iter()
            .filter_map(O::view)),
        own_part!(PageInfo, "pageInfo", "What is before and after the page.", |it| {
            it
        }),
        Field::leaf(
            "totalCount",
            "How many items the whole list has.",
            Type::INT,
            |it, json| {
                json.put(i32::try_from(it.page.total.unwrap_or_default()).unwrap_or(i32::MAX));
            },
        ),
    ];
}

impl<O: Listed> Answered for Connection<O> {
    type Owned = Listing;

    fn view(owned: &Listing) -> &Listing {
        owned
    }
}

impl<O: Listed> Object for Edge<O> {
    type View<'a> = (&'a Listing, &'a Record);
    const NAME: &'static str = O::EDGE;
    const ABOUT: &'static str = "An item with its place in a list.";
    const FIELDS: &'static [Field<Self>] = &[
        Field::leaf(
            "cursor",
            "The item's place in the list, for `after` and `before`.",
            Type::STRING,
            |it, json| {
                json.put(it.0.cursor(it.1));
            },
        ),
        Field::part::<O>(
            "node",
            "The item.",
            Type::object::<O>(),
            |(_, record), plan, wanted| {
                if let Some(view) = O::view(record) {
                    gather::<O>(view, plan, wanted);
                }
            },
            |(_, record), plan, scene, json| write_option::<O>(O::view(record), plan, scene, json),
        ),
    ];
}

impl Object for PageInfo {
    type View<'a> = &'a dyn Paged;
    const NAME: &'static str = "PageInfo";
    const ABOUT: &'static str = "What is before and after a page of a list.";
    const FIELDS: &'static [Field<Self>] = &[
        Field::leaf(
            "hasNextPage",
            "Whether there are items after the page.",
            Type::BOOLEAN,
            |it, json| json.put(it.has_next()),
        ),
        Field::leaf(
            "hasPreviousPage",
            "Whether there are items before the page.",
            Type::BOOLEAN,
            |it, json| json.put(it.has_previous()),
        ),
        Field::leaf(
            "startCursor",
            "The first item's place; null for an empty page.",
            Type::STRING.nullable(),
            |it, json| json.put(it.start()),
        ),
        Field::leaf(
            "endCursor",
            "The place to go on from: the last item's; null if there is none.",
            Type::STRING.nullable(),
            |it, json| json.put(it.end()),
        ),
    ];
}

impl Paged for Listing {
    fn has_next(&self) -> bool {
        self.page.has_next
    }

    fn has_previous(&self) -> bool {
        self.page.has_previous
    }

    fn start(&self) -> Option<String> {
        self.page.records.first().map(|record| self.cursor(record))
    }

    fn end(&self) -> Option<String> {
        self.page.records.last().map(|record| self.cursor(record))
    }
}

impl Listing {
    fn edges(&self) -> impl Iterator<Item = (&Self, &Record)> {
        self.page.records.iter().map(move |record| (self, record))
    }

    fn cursor(&self, record: &Record) -> String {
        write_cursor(&self.query, self.query.cursor(record))
    }
}

/// What a cursor's text says: a place, and the list that it is a place of.
#[derive(Serialize, Deserialize)]
struct Place {
    kind: Kind,
    order: Vec<(String, bool)>,
    cursor: Cursor,
}

fn order_of(query: &Query) -> Vec<(String, bool)> {
    query
        .order
        .iter()
        .map(|order| (order.property.name.to_owned(), order.descending))
        .collect()
}

fn write_cursor(query: &Query, cursor: Cursor) -> String {
    let place = Place {
        kind: query.kind,
        order: order_of(query),
        cursor,
    };
    // A place is plain data, of which every value has a form.
    URL_SAFE_NO_PAD.encode(postcard::to_stdvec(&place).unwrap_or_default())
}

/// The place that `text` names in the list that `query` asks for; `None` if it names none.
pub fn read_cursor(query: &Query, text: &str) -> Option<Cursor> {
    let bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
    let place: Place = postcard::from_bytes(&bytes).ok()?;
    let Place { kind, order, cursor } = place;
    let fits = kind == query.kind && order == order_of(query) && cursor.keys.len() == order.len();
    fits.then_some(cursor)
}

/// Says what the types around the lists of an object type are called.
macro_rules! listed {
    ($object:ty, $entity:ident, $name:literal) => {
        impl $crate::graphql::types::connection::Listed for $object {
            const MODEL: &'static $crate::domain::model::EntityModel =
                &$crate::domain::model::entities::$entity::ENTITY;
            const CONNECTION: &'static str = concat!($name, "Connection");
            const EDGE: &'static str = concat!($name, "Edge");
            const FILTER: &'static str = concat!($name, "Filter");
            const ORDER: &'static str = concat!($name, "Order");
            const ORDER_FIELD: &'static str = concat!($name, "OrderField");
        }
    };
}

listed!(super::activity::ActivityObject, activity, "Activity");
listed!(super::department::DepartmentObject, department, "Department");
listed!(
    super::organization::OrganizationObject,
    organization,
    "Organization"
);
listed!(super::project::ProjectObject, project, "Project");
listed!(super::schedule::ScheduleObject, schedule, "Schedule");
listed!(super::sync_job::SyncJobObject, sync_job, "SyncJob");
listed!(super::task::ProjectTaskObject, task, "ProjectTask");
listed!(
    super::template::TimesheetTemplateObject,
    template,
    "TimesheetTemplate"
);
listed!(super::timesheet::TimesheetObject, timesheet, "Timesheet");
listed!(super::token::AccessTokenObject, token, "AccessToken");
listed!(super::user::UserObject, user, "User");

//! The object types of the schema, one noun a file. Each is a table of fields over a value of the
//! domain; how it becomes an answer is in [`render`](super::render).

use crate::domain::time::Date;

pub mod activity;
pub mod approval;
pub mod audit;
pub mod booking;
pub mod change;
pub mod changes;
pub mod connection;
pub mod contribution;
pub mod department;
pub mod enums;

pub mod fault;
pub mod history;
pub mod organization;
pub mod past;
pub mod payload;
pub mod project;
pub mod schedule;
pub mod settings;
pub mod sync_event;
pub mod sync_job;
pub mod task;
pub mod template;
pub mod timesheet;
pub mod token;
pub mod user;

/// What `id` is of every record.
const ID: &str = "The id; it never changes.";
/// What `rowVersion` is of every record.
const ROW_VERSION: &str = "The version, to be sent back with a change of the record.";
/// What `created` is of every record.
const CREATED: &str = "When it was made; it never changes.";
/// What `isActive` is of every record.
const IS_ACTIVE: &str =
    "Whether it is in use. An archived record stays readable and takes no new references.";
/// What `externalId` is of every record that is imported.
const EXTERNAL_ID: &str = "The id in the system that imports it.";
/// What `lastUpdate` is of every record that is imported.
const LAST_UPDATE: &str = "When the importing system last changed it.";

/// What `from` is of every entry of a history.
const FROM: &str = "The first date on which it holds; null if it always did.";

/// The first date of an entry of a history.
fn from_date(date: Date) -> Option<Date> {
    (date != Date::MIN).then_some(date)
}

/// The fields of an object type that shows the records of one kind: what every record has, and its
/// own.
macro_rules! of_record {
    ($($own:expr),+ $(,)?) => {
        &[
            Field::leaf("id", super::ID, Type::ID, |it, json| json.put(it.id)),
            Field::leaf("rowVersion", super::ROW_VERSION, Type::VERSION, |it, json| {
                json.put(it.meta.version);
            }),
            Field::leaf("created", super::CREATED, Type::DATE_TIME, |it, json| {
                json.put(it.meta.created);
            }),
            Field::leaf("isActive", super::IS_ACTIVE, Type::BOOLEAN, |it, json| {
                json.put(it.meta.is_active);
            }),
            $($own),+
        ]
    };
}

/// Makes an object type show the records of one kind: of each it sees the shared record, and of
/// an answer that is one it keeps the same.
macro_rules! shows {
    ($object:ty, $kind:ident, $entity:ty) => {
        impl $crate::graphql::render::Stored for $object {
            fn view(record: &$crate::domain::record::Record) -> Option<Self::View<'_>> {
                match record {
                    $crate::domain::record::Record::$kind(it) => Some(it),
                    _ => None,
                }
            }
        }

        impl $crate::graphql::render::Answered for $object {
            type Owned = std::sync::Arc<$entity>;

            fn view(owned: &Self::Owned) -> Self::View<'_> {
                owned
            }
        }
    };
}

use {of_record, shows};

//! The audit trail: who did what to which records.

use super::enums::{Face, RecordKind};
use super::past::Remembered;
use super::user::UserObject;
use crate::app::audit::Place;
use crate::app::audit::Touched;
use crate::app::audit::{AuditRecord, Deed};
use crate::domain::record::Entity;
use crate::domain::user::User;
use crate::graphql::render::{Field, Object, Type, parts};

/// A write that was accepted.
pub struct AuditRecordObject;

/// A record that a write touched.
pub struct RecordChangeObject;

/// The fields that tell who did a write.
macro_rules! deed_and {
    (|$view:ident| $deed:expr; $($own:expr),+ $(,)?) => {
        &[
            Field::leaf("at", "When it was decided.", Type::DATE_TIME, |$view, json| {
                json.put($deed.audit.at);
            }),
            Field::leaf("actorId", "Who did it.", Type::ID, |$view, json| {
                json.put($deed.audit.actor);
            }),
            Field::leaf(
                "actorName",
                "The name of whoever did it, as it is now.",
                Type::STRING,
                |$view, json| json.put(&*$deed.actor_name),
            ),
            Field::reference::<UserObject>(
                "actor",
                "Who did it; null if the caller may not see them.",
                |$view, _| Some(User::key($deed.audit.actor)),
            ),
            Field::leaf(
                "actingForId",
                "In whose name they did it, by the right `core@switchIdentity`; null for their own.",
                Type::ID.nullable(),
                |$view, json| json.put($deed.audit.acting_for),
            ),
            Field::leaf(
                "actingForName",
                "The name of that one, as it is now.",
                Type::STRING.nullable(),
                |$view, json| json.put($deed.acting_for_name.as_deref()),
            ),
            Field::leaf(
                "tokenId",
                "The access token that they came with; null on the server itself.",
                Type::ID.nullable(),
                |$view, json| json.put($deed.audit.token),
            ),
            Field::leaf(
                "tokenName",
                "What that token is for, in its owner's words.",
                Type::STRING.nullable(),
                |$view, json| json.put($deed.token_name.as_deref()),
            ),
            Field::leaf(
                "face",
                "Over which interface it came in.",
                Type::input::<Face>(),
                |$view, json| json.put(Face::from($deed.audit.face)),
            ),
            Field::leaf(
                "action",
                "The verb of the business, such as `saveTimesheet`.",
                Type::STRING,
                |$view, json| json.put(&*$deed.audit.action),
            ),
            $($own),+
        ]
    };
}
pub(super) use deed_and;

fn deed(record: &AuditRecord) -> &Deed {
    &record.deed
}

impl Object for AuditRecordObject {
    type View<'a> = &'a AuditRecord;
    const NAME: &'static str = "AuditRecord";
    const ABOUT: &'static str =
        "A write that was accepted: every one leaves one record, which never changes.";
    const FIELDS: &'static [Field<Self>] = deed_and![|it| deed(it);
        Field::leaf(
            "subjectId",
            "Whose things it changed; null where they are nobody's.",
            Type::ID.nullable(),
            |it, json| json.put(it.deed.audit.subject),
        ),
        Field::reference::<UserObject>(
            "subject",
            "Whose things it changed; null where they are nobody's, or if the caller may not see them.",
            |it, _| it.deed.audit.subject.map(User::key),
        ),
        Field::leaf(
            "changeCount",
            "How many records it touched, of those that the caller may know of.",
            Type::INT,
            |it, json| json.put(i32::try_from(it.write.touched_count).unwrap_or(i32::MAX)),
        ),
        parts!(
            RecordChangeObject,
            "changes",
            "The records that it touched, the first hundred of them; the one that was asked for, if one was.",
            |it| it.write.touched.iter()
        ),
    ];
}

impl Remembered for AuditRecordObject {
    type Item = AuditRecord;
    const CONNECTION: &'static str = "AuditRecordConnection";
    const EDGE: &'static str = "AuditRecordEdge";

    fn view(item: &AuditRecord) -> &AuditRecord {
        item
    }

    fn at(item: &AuditRecord) -> Place {
        item.deed.at
    }
}

impl Object for RecordChangeObject {
    type View<'a> = &'a Touched;
    const NAME: &'static str = "RecordChange";
    const ABOUT: &'static str = "A record that a write touched.";
    const FIELDS: &'static [Field<Self>] = &[
        Field::leaf("kind", "What it is.", Type::input::<RecordKind>(), |it, json| {
            json.put(RecordKind::from(it.key.kind()));
        }),
        Field::leaf("id", "Which.", Type::ID, |it, json| json.put(it.key.uuid())),
        Field::leaf("rowVersion", "Its version since.", Type::VERSION, |it, json| {
            json.put(it.version);
        }),
        Field::leaf(
            "isDeleted",
            "Whether it was deleted.",
            Type::BOOLEAN,
            |it, json| json.put(it.is_deleted),
        ),
    ];
}

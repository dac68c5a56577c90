//! What has changed since a version: records of every kind, and what is left of those that are gone.

use super::activity::ActivityObject;
use super::department::DepartmentObject;
use super::enums::RecordKind;
use super::organization::OrganizationObject;
use super::project::ProjectObject;
use super::schedule::ScheduleObject;
use super::settings::SettingsObject;
use super::sync_job::SyncJobObject;
use super::task::ProjectTaskObject;
use super::template::TimesheetTemplateObject;
use super::timesheet::TimesheetObject;
use super::token::AccessTokenObject;
use super::user::UserObject;
use crate::app::changes::{Change, Changes};
use crate::domain::record::{Key, Record};
use crate::domain::version::RowVersion;
use crate::graphql::render::union::{Member, Union, gather_one, member, write_one};
use crate::graphql::render::{Answered, Field, Object, Stored, Type};

/// A part of what has changed.
pub struct ChangesObject;

/// A record that has changed, or what is left of one.
pub struct ChangedRecord;

/// What is left of a record.
pub struct TombstoneObject;

impl Object for ChangesObject {
    type View<'a> = &'a Changes;
    const NAME: &'static str = "Changes";
    const ABOUT: &'static str = "A part of what has changed.";
    const FIELDS: &'static [Field<Self>] = &[
        Field::parts_of::<ChangedRecord>(
            "nodes",
            "What has changed, in the order of the versions: each record once, as it is now.",
            |it, plan, wanted| {
                for change in &it.items {
                    gather_one::<ChangedRecord>(change, plan, wanted);
                }
            },
            |it, plan, scene, json| {
                json.list(&it.items, |change, json| {
                    write_one::<ChangedRecord>(change, plan, scene, json);
                });
            },
        ),
        Field::leaf(
            "version",
            "The version to go on from.",
            Type::VERSION,
            |it, json| json.put(it.version),
        ),
        Field::leaf(
            "hasMore",
            "Whether there may be more; a page may be short, or empty, and yet have more behind it.",
            Type::BOOLEAN,
            |it, json| json.put(it.has_more),
        ),
    ];
}

impl Answered for ChangesObject {
    type Owned = Changes;

    fn view(owned: &Changes) -> &Changes {
        owned
    }
}

fn seen<O: Stored>(change: &Change) -> Option<O::View<'_>> {
    match change {
        Change::Record(record) => O::view(record),
        Change::Gone(..) => None,
    }
}

impl Union for ChangedRecord {
    type View<'a> = &'a Change;
    const NAME: &'static str = "ChangedRecord";
    const ABOUT: &'static str = "A record that has changed, or what is left of one that is gone.";
    const MEMBERS: &'static [Member<Self>] = &[
        member!(TombstoneObject, |it| match it {
            Change::Record(_) => None,
            Change::Gone(key, version) => Some((*key, *version)),
        }),
        member!(SettingsObject, |it| seen::<SettingsObject>(it)),
        member!(DepartmentObject, |it| seen::<DepartmentObject>(it)),
        member!(OrganizationObject, |it| seen::<OrganizationObject>(it)),
        member!(ActivityObject, |it| seen::<ActivityObject>(it)),
        member!(ScheduleObject, |it| seen::<ScheduleObject>(it)),
        member!(TimesheetTemplateObject, |it| seen::<TimesheetTemplateObject>(it)),
        member!(UserObject, |it| seen::<UserObject>(it)),
        member!(AccessTokenObject, |it| seen::<AccessTokenObject>(it)),
        member!(ProjectObject, |it| seen::<ProjectObject>(it)),
        member!(ProjectTaskObject, |it| seen::<ProjectTaskObject>(it)),
        member!(TimesheetObject, |it| seen::<TimesheetObject>(it)),
        member!(SyncJobObject, |it| seen::<SyncJobObject>(it)),
    ];

    fn number(view: &Change) -> usize {
        match view {
            Change::Gone(..) => 0,
            Change::Record(Record::Settings(_)) => 1,
            Change::Record(Record::Department(_)) => 2,
            Change::Record(Record::Organization(_)) => 3,
            Change::Record(Record::Activity(_)) => 4,
            Change::Record(Record::Schedule(_)) => 5,
            Change::Record(Record::Template(_)) => 6,
            Change::Record(Record::User(_)) => 7,
            Change::Record(Record::Token(_)) => 8,
            Change::Record(Record::Project(_)) => 9,
            Change::Record(Record::Task(_)) => 10,
            Change::Record(Record::Timesheet(_)) => 11,
            Change::Record(Record::SyncJob(_)) => 12,
        }
    }
}

impl Object for TombstoneObject {
    type View<'a> = (Key, RowVersion);
    const NAME: &'static str = "Tombstone";
    const ABOUT: &'static str = "What is left of a record that was deleted.";
    const FIELDS: &'static [Field<Self>] = &[
        Field::leaf("kind", "What it was.", Type::input::<RecordKind>(), |it, json| {
            json.put(RecordKind::from(it.0.kind()));
        }),
        Field::leaf("id", "Its id.", Type::ID, |it, json| json.put(it.0.uuid())),
        Field::leaf(
            "version",
            "The version of the deletion.",
            Type::VERSION,
            |it, json| json.put(it.1),
        ),
    ];
}

//! What subscriptions tell.

use super::enums::ChangeKind;
use super::timesheet::TimesheetObject;
use crate::app::events::TimesheetChanged;
use crate::graphql::render::{Answered, Field, Object, Type, own_part};

/// Something that happened to a timesheet.
pub struct TimesheetChangeObject;

impl Object for TimesheetChangeObject {
    type View<'a> = &'a TimesheetChanged;
    const NAME: &'static str = "TimesheetChange";
    const ABOUT: &'static str = "Something that happened to a timesheet.";
    const FIELDS: &'static [Field<Self>] = &[
        Field::leaf(
            "kind",
            "What happened.",
            Type::input::<ChangeKind>(),
            |it, json| {
                json.put(ChangeKind::from(it.kind));
            },
        ),
        Field::leaf("timesheetId", "Which timesheet.", Type::ID, |it, json| {
            json.put(it.timesheet_id());
        }),
        own_part!(
            TimesheetObject,
            "timesheet",
            "The timesheet as it became; as it last was, if it was deleted.",
            |it| &it.timesheet
        ),
    ];
}

impl Answered for TimesheetChangeObject {
    type Owned = TimesheetChanged;

    fn view(owned: &TimesheetChanged) -> &TimesheetChanged {
        owned
    }
}

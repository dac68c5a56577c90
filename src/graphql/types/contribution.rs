//! What imported bookings have brought to a cell (I13).

use super::ID;
use crate::domain::time_entry::EntryTime;
use crate::domain::timesheet::contributions::ContributionRef;
use crate::graphql::render::{Field, Object, Type};

/// What a booking has brought to a cell.
pub struct ContributionObject;

impl Object for ContributionObject {
    type View<'a> = ContributionRef<'a>;
    const NAME: &'static str = "Contribution";
    const ABOUT: &'static str =
        "What an imported booking has brought to a cell: all of it, or a part if work went on over midnight.";
    const FIELDS: &'static [Field<Self>] = &[
        Field::leaf("id", ID, Type::ID, |it, json| json.put(it.id())),
        Field::leaf(
            "externalId",
            "The booking's id in the system that imports it.",
            Type::STRING.nullable(),
            |it, json| json.put(it.external_id()),
        ),
        Field::leaf(
            "hours",
            "What it has brought to the cell. Several are added up before they are rounded, so their rounded hours may \
             differ from the cell's in the last place.",
            Type::DECIMAL,
            |it, json| json.put(it.worked().to_hours()),
        ),
        Field::leaf(
            "logon",
            "When the work of the whole booking began; null if it names a day.",
            Type::DATE_TIME.nullable(),
            |it, json| {
                json.put(match it.time() {
                    EntryTime::Span { logon, .. } => Some(logon),
                    EntryTime::Day { .. } => None,
                });
            },
        ),
        Field::leaf(
            "logoff",
            "When the work of the whole booking ended; null if it names a day.",
            Type::DATE_TIME.nullable(),
            |it, json| {
                json.put(match it.time() {
                    EntryTime::Span { logoff, .. } => Some(logoff),
                    EntryTime::Day { .. } => None,
                });
            },
        ),
        Field::leaf(
            "breakHours",
            "How long the work of the whole booking was interrupted; null if it names a day.",
            Type::DECIMAL.nullable(),
            |it, json| {
                json.put(match it.time() {
                    EntryTime::Span { break_hours, .. } => Some(break_hours),
                    EntryTime::Day { .. } => None,
                });
            },
        ),
        Field::leaf(
            "description",
            "What was done; null if nothing was said.",
            Type::STRING.nullable(),
            |it, json| json.put(Some(it.description()).filter(|text| !text.is_empty())),
        ),
        Field::leaf(
            "lastUpdate",
            "When the importing system last changed it.",
            Type::DATE_TIME.nullable(),
            |it, json| json.put(it.last_update()),
        ),
    ];
}

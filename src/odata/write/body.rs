//! A timesheet as clients send it, read into the command that GraphQL sends too. Numbers are read
//! from their text, so that no hour passes through a float. Members that the server owns, and those
//! that it does not know, are passed over (S12): WorkPoint's callers send what they were sent.

use std::borrow::Cow;
use std::fmt;

use serde::de::{DeserializeOwned, MapAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;
use uuid::Uuid;

use crate::app::Error;
use crate::domain::error::{Fault, FaultCode, Faults, Path, Step};
use crate::domain::hours::{Hours, InvalidHours};
use crate::domain::id::{AllocationId, LineId, TimesheetId};
use crate::domain::patch::Patch;
use crate::domain::time::Date;
use crate::domain::timesheet::save::{CellInput, LineInput, SaveTimesheet};
use crate::domain::version::RowVersion;
use crate::json::name::Name;
use crate::odata::error::Refusal;

/// A body, read.
#[derive(Debug)]
pub struct Body {
    /// What is to be saved; its version is the body's, if there is one.
    pub command: SaveTimesheet,
}

/// The members of an object, each with its text.
struct Members<'a>(Vec<(Cow<'a, str>, &'a RawValue)>);

/// A value that is being read, and where it is.
struct Reading {
    faults: Faults,
}

/// The body of a write of the sheet `id`.
pub fn read(id: TimesheetId, body: &[u8]) -> Result<Body, Refusal> {
    let members: Members<'_> = serde_json::from_slice(body).map_err(|error| not_json(&error))?;
    let mut reading = Reading {
        faults: Faults::default(),
    };
    let root = Path::ROOT;
    let command = SaveTimesheet {
        id,
        body_id: reading.one(&members, "id", || root.member("id"), "an id"),
        version: reading.version(&members),
        name: reading.one(&members, "name", || root.member("name"), "a text"),
        lines: reading.list(&members, "timeSheetLines", &root.member("lines"), Reading::line),
    };
    let read = reading.faults.into_result(Body { command });
    read.map_err(|error| Refusal::of(&Error::from(error), target))
}

/// What comes with an action of approval.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct ActionBody {
    /// What is said with it.
    pub comment: Option<String>,
    /// The version that the caller has seen.
    pub version: Option<RowVersion>,
}

/// The body of an action of approval.
pub fn read_action(body: &[u8]) -> Result<ActionBody, Refusal> {
    let members: Members<'_> = serde_json::from_slice(body).map_err(|error| not_json(&error))?;
    let mut reading = Reading {
        faults: Faults::default(),
    };
    let comment: Patch<String> = reading.patch(&members, "comment", || Path::of("comment"), "a text or null");
    let read = ActionBody {
        comment: comment.flatten(),
        version: reading.version(&members),
    };
    let read = reading.faults.into_result(read);
    read.map_err(|error| Refusal::of(&Error::from(error), action_target))
}

/// Where a fault of an action is: its parameters have the names of the domain, but for the version.
pub fn action_target(fault: &Fault) -> Option<String> {
    match fault.path.steps() {
        [Step::Member("version")] => Some("rowVersion".to_owned()),
        _ => Some(fault.path.to_string()).filter(|target| !target.is_empty()),
    }
}

/// Where a fault is, in the names of this face: `timeSheetLines/0/timeAllocations/1/duration`.
pub fn target(fault: &Fault) -> Option<String> {
    let steps: Vec<Cow<'static, str>> = fault
        .path
        .steps()
        .iter()
        .map(|step| match step {
            Step::Member("lines") => "timeSheetLines".into(),
            Step::Member("cells") => "timeAllocations".into(),
            Step::Member("hours") => "duration".into(),
            Step::Member("comment") => "comments".into(),
            Step::Member("taskId") => "projectTaskId".into(),
            Step::Member("version") => "rowVersion".into(),
            Step::Member(name) => (*name).into(),
            Step::Index(index) => index.to_string().into(),
        })
        .collect();
    Some(steps.join("/")).filter(|target| !target.is_empty())
}

fn not_json(error: &serde_json::Error) -> Refusal {
    let what = if error.is_data() {
        "the body is not a JSON object"
    } else {
        "the body is not JSON"
    };
    Refusal::bad_request(format!(
        "{what} (line {}, column {})",
        error.line(),
        error.column()
    ))
}

impl Reading {
    fn line(&mut self, path: &Path, members: &Members<'_>) -> LineInput {
        LineInput {
            id: self.id(members, path).map(LineId::new),
            project_id: self.reference(members, "projectId", &path.member("projectId")),
            task_id: self.reference(members, "projectTaskId", &path.member("taskId")),
            activity_id: self.reference(members, "activityId", &path.member("activityId")),
            order_number: self.one(
                members,
                "orderNumber",
                || path.member("orderNumber"),
                "a whole number",
            ),
            cells: self.list(members, "timeAllocations", &path.member("cells"), Self::cell),
        }
    }

    fn cell(&mut self, path: &Path, members: &Members<'_>) -> CellInput {
        CellInput {
            id: self.id(members, path).map(AllocationId::new),
            date: self.date(members, path),
            hours: self.hours(members, path),
            comment: self.patch(members, "comments", || path.member("comment"), "a text or null"),
        }
    }

    fn id(&mut self, members: &Members<'_>, path: &Path) -> Option<Uuid> {
        self.one(members, "id", || path.member("id"), "an id")
    }

    /// The id of what a line points to; null for nothing.
    fn reference<I: From<Uuid>>(&mut self, members: &Members<'_>, name: &str, path: &Path) -> Patch<I> {
        let id: Patch<Uuid> = self.patch(members, name, || path.clone(), "an id or null");
        id.map(|id| id.map(I::from))
    }

    /// A member that is absent or null, or else of this type.
    fn one<T: DeserializeOwned>(
        &mut self,
        members: &Members<'_>,
        name: &str,
        path: impl Fn() -> Path,
        wanted: &str,
    ) -> Option<T> {
        self.patch(members, name, path, wanted).flatten()
    }

    /// A member that may be cleared by null.
    fn patch<T: DeserializeOwned>(
        &mut self,
        members: &Members<'_>,
        name: &str,
        path: impl Fn() -> Path,
        wanted: &str,
    ) -> Patch<T> {
        let text = members.get(name)?;
        let read = serde_json::from_str(text).ok();
        if read.is_none() {
            self.malformed(path(), wanted);
        }
        read
    }

    /// S5: a list is the full set; null is no list.
    fn list<T>(
        &mut self,
        members: &Members<'_>,
        name: &str,
        path: &Path,
        item: fn(&mut Self, &Path, &Members<'_>) -> T,
    ) -> Option<Vec<T>> {
        let text = members.get(name)?;
        let Ok(items) = serde_json::from_str::<Vec<&RawValue>>(text) else {
            self.malformed(path.clone(), "a list; leave it out to change nothing");
            return None;
        };
        let mut read = Vec::with_capacity(items.len());
        for (index, text) in items.into_iter().enumerate() {
            let path = path.index(index);
            match serde_json::from_str::<Members<'_>>(text.get()) {
                Ok(members) => read.push(item(self, &path, &members)),
                Err(_) => self.malformed(path, "an object"),
            }
        }
        Some(read)
    }

    /// The hours as a number or, as `IEEE754Compatible` has it, as a string of one.
    fn hours(&mut self, members: &Members<'_>, path: &Path) -> Option<Hours> {
        let text = members.get("duration").filter(|text| *text != "null")?;
        match text.trim_matches('"').parse() {
            Ok(hours) => Some(hours),
            Err(InvalidHours::NotANumber) => {
                self.malformed(path.member("hours"), "a number of hours");
                None
            }
            Err(error) => {
                let code = match error {
                    InvalidHours::TooManyPlaces => FaultCode::TooManyPlaces,
                    InvalidHours::NotANumber | InvalidHours::OutOfRange => FaultCode::OutOfRange,
                };
                self.faults.add(path.member("hours"), code, error.to_string());
                None
            }
        }
    }

    /// A date; of a date with a time, the date that stands there.
    fn date(&mut self, members: &Members<'_>, path: &Path) -> Option<Date> {
        let text: String = self.one(members, "date", || path.member("date"), "a date")?;
        let date = text.split_once('T').map_or(&*text, |(date, _)| date);
        date.parse().map_or_else(
            |_| {
                self.malformed(path.member("date"), "a date such as 2021-03-22");
                None
            },
            Some,
        )
    }

    /// S3: a version is base64 of eight bytes, or a whole number.
    fn version(&mut self, members: &Members<'_>) -> Option<RowVersion> {
        let text = members.get("rowVersion").filter(|text| *text != "null")?;
        let version = RowVersion::parse(text.trim_matches('"'));
        if version.is_none() {
            self.malformed(
                Path::of("version"),
                "a row version as answers print it, or a whole number",
            );
        }
        version
    }

    fn malformed(&mut self, path: Path, wanted: &str) {
        self.faults
            .add(path, FaultCode::Malformed, format!("this is to be {wanted}"));
    }
}

impl<'a> Members<'a> {
    /// The text of a member, whatever the case of its name's letters; of one that is there twice, the
    /// last.
    fn get(&self, name: &str) -> Option<&'a str> {
        let mut members = self.0.iter().rev();
        let found = members.find(|(member, _)| member.eq_ignore_ascii_case(name))?;
        Some(found.1.get())
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Members<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Object;
        impl<'de> Visitor<'de> for Object {
            type Value = Members<'de>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut members = Vec::new();
                while let Some((Name(name), value)) = map.next_entry()? {
                    members.push((name, value));
                }
                Ok(Members(members))
            }
        }
        deserializer.deserialize_map(Object)
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::{Body, Refusal, read};
    use crate::domain::hours::Hours;
    use crate::domain::id::TimesheetId;
    use crate::domain::version::RowVersion;

    fn sheet() -> TimesheetId {
        TimesheetId::new(Uuid::from_u128(1))
    }

    fn of(body: &str) -> Result<Body, Refusal> {
        read(sheet(), body.as_bytes())
    }

    fn targets(body: &str) -> Vec<(String, &'static str)> {
        let details = of(body).unwrap_err().details;
        let target = |it: crate::odata::error::Detail| (it.target.unwrap_or_default(), it.code);
        details.into_iter().map(target).collect()
    }

    #[test]
    fn s5_what_is_absent_is_untouched_null_clears_a_reference_and_is_no_list() {
        let command = of("{}").unwrap().command;
        assert_eq!((command.name, command.lines, command.version), (None, None, None));
        let body = r#"{"timeSheetLines":[{"id":null,"projectId":null,"timeAllocations":[]}]}"#;
        let lines = of(body).unwrap().command.lines.unwrap();
        assert_eq!(
            (lines[0].id, lines[0].project_id, lines[0].task_id),
            (None, Some(None), None)
        );
        assert_eq!(lines[0].cells.as_deref(), Some(&[][..]));
        assert_eq!(
            targets(r#"{"timeSheetLines":null}"#),
            [("timeSheetLines".to_owned(), "MALFORMED")]
        );
    }

    #[test]
    fn s10_hours_are_read_from_their_text_as_a_number_or_a_string() {
        let hours = |text: &str| {
            let body = format!(r#"{{"timeSheetLines":[{{"timeAllocations":[{{"duration":{text}}}]}}]}}"#);
            let lines = of(&body).map(|it| it.command.lines.unwrap());
            lines.map(|lines| lines[0].cells.as_ref().unwrap()[0].hours)
        };
        assert_eq!(hours("3.25000").unwrap(), Some(Hours::from_units(325_000)));
        assert_eq!(hours("\"0.00001\"").unwrap(), Some(Hours::from_units(1)));
        assert_eq!(hours("325e-2").unwrap(), Some(Hours::from_units(325_000)));
        let refusal = hours("0.000001").unwrap_err();
        assert_eq!(refusal.details[0].code, "TOO_MANY_PLACES");
        assert_eq!(
            refusal.target.as_deref(),
            Some("timeSheetLines/0/timeAllocations/0/duration")
        );
    }

    #[test]
    fn s3_a_version_is_base64_or_a_whole_number() {
        let version = |text: &str| of(&format!(r#"{{"rowVersion":{text}}}"#)).map(|it| it.command.version);
        assert_eq!(version("\"AAAAAAAADMQ=\"").unwrap(), Some(RowVersion::new(3_268)));
        assert_eq!(version("3268").unwrap(), Some(RowVersion::new(3_268)));
        assert_eq!(
            version("\"x\"").unwrap_err().target.as_deref(),
            Some("rowVersion")
        );
    }

    #[test]
    fn s12_what_the_server_owns_or_does_not_know_is_passed_over() {
        let body =
            r#"{"@odata.context":"x","billableDuration":9,"schedule":[1],"wpCustom":{"a":1},"Name":"N"}"#;
        assert_eq!(of(body).unwrap().command.name.as_deref(), Some("N"));
    }

    #[test]
    fn every_member_that_cannot_be_read_is_told_with_its_place() {
        let body = r#"{"id":"x","name":7,"timeSheetLines":[3,{"orderNumber":"a","timeAllocations":[{"date":"1.2.2021","comments":{}}]}]}"#;
        let names: Vec<String> = targets(body).into_iter().map(|(target, _)| target).collect();
        let line = "timeSheetLines/1";
        assert_eq!(
            names,
            [
                "id".to_owned(),
                "name".to_owned(),
                "timeSheetLines/0".to_owned(),
                format!("{line}/orderNumber"),
                format!("{line}/timeAllocations/0/date"),
                format!("{line}/timeAllocations/0/comments"),
            ]
        );
        for body in ["", "[]", "{", "{\"a\":}", "\u{feff}{}"] {
            assert!(of(body).unwrap_err().message.contains("JSON"), "{body}");
        }
    }
}

//! Writes of timesheets: PUT saves a sheet whole, PATCH its scalars, DELETE deletes it, and the actions
//! of approval are posted. All of them become the commands that GraphQL sends too.

use std::sync::Arc;

use axum::http::header::{CONTENT_TYPE, IF_MATCH, IF_NONE_MATCH};
use axum::http::{HeaderMap, HeaderName, Method, StatusCode};

use super::error::Refusal;
use super::http::{Conversation, Request};
use super::row::Row;
use crate::app::Error;
use crate::app::approvals::ApprovalCommand;
use crate::app::timesheets::together::TimesheetWrite;
use crate::domain::approval::ApprovalAction;
use crate::domain::record::Record;
use crate::domain::timesheet::{LineRef, Timesheet};
use crate::domain::version::RowVersion;

pub mod body;

/// What a header says of versions.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Condition {
    /// `*`: whatever is stored, as long as there is something.
    Any,
    /// One of these.
    Versions(Vec<RowVersion>),
}

/// A version as an `ETag`: weak, because one version of a record has several forms.
pub fn etag(version: RowVersion) -> String {
    format!("W/\"{version}\"")
}

/// The version of a row that has one by itself.
pub fn version_of(row: &Row) -> Option<RowVersion> {
    match row {
        Row::Record(record) => Some(record.meta().version),
        Row::Line(..) => row.line().map(LineRef::version),
        Row::Cell(..)
        | Row::Status(_)
        | Row::Project(_)
        | Row::Task(_)
        | Row::Violation(_)
        | Row::Approval(..) => None,
    }
}

/// What `If-Match` says.
pub fn if_match(headers: &HeaderMap) -> Result<Option<Condition>, Refusal> {
    condition(headers, &IF_MATCH)
}

/// What `If-None-Match` says.
pub fn if_none_match(headers: &HeaderMap) -> Result<Option<Condition>, Refusal> {
    condition(headers, &IF_NONE_MATCH)
}

fn condition(headers: &HeaderMap, name: &HeaderName) -> Result<Option<Condition>, Refusal> {
    let Some(value) = headers.get(name) else {
        return Ok(None);
    };
    let wrong = || {
        Refusal::bad_request(format!(
            "{name} is to be * or ETags as answers print them, such as W/\"AAAAAAAADMQ=\""
        ))
        .about(name.as_str())
    };
    let value = value.to_str().map_err(|_| wrong())?.trim();
    if value == "*" {
        return Ok(Some(Condition::Any));
    }
    let tags = value.split(',').map(|tag| {
        let tag = tag.trim();
        let tag = tag.strip_prefix("W/").unwrap_or(tag);
        RowVersion::parse(tag.trim_matches('"'))
    });
    let versions: Option<Vec<RowVersion>> = tags.collect();
    versions
        .filter(|versions| !versions.is_empty())
        .map(|versions| Some(Condition::Versions(versions)))
        .ok_or_else(wrong)
}

impl Condition {
    /// Whether it names this version.
    pub fn names(&self, version: RowVersion) -> bool {
        match self {
            Self::Any => true,
            Self::Versions(versions) => versions.contains(&version),
        }
    }

    /// The version that a write is based on: the stored one where that is named, else any other that
    /// is, so that the write finds the conflict itself.
    fn base(&self, stored: RowVersion) -> RowVersion {
        match self {
            Self::Versions(versions) if !versions.contains(&stored) => {
                versions.first().copied().unwrap_or(stored)
            }
            Self::Any | Self::Versions(_) => stored,
        }
    }
}

/// A write, and whether its version came as `If-Match`.
pub struct Write {
    /// What is to be written.
    pub write: TimesheetWrite,
    /// Whether a conflict is a failed precondition.
    pub is_conditional: bool,
}

impl Write {
    /// What a PUT, PATCH or DELETE of `row` asks for.
    ///
    /// PUT saves a sheet whole (S1 to S15), based on the version of `If-Match`, else of the body. PATCH
    /// saves its scalars (S16); without a version it is based on the one that is stored. DELETE with
    /// `If-Match` deletes only the version that it names.
    pub fn of(request: &Request, row: &Row) -> Result<Self, Refusal> {
        let sheet = sheet_of(row)?;
        let condition = if_match(&request.headers)?;
        let stored = sheet.meta.version;
        let write = if request.method == Method::DELETE {
            let version = match &condition {
                Some(condition @ Condition::Versions(_)) => Some(condition.base(stored)),
                Some(Condition::Any) | None => None,
            };
            TimesheetWrite::Delete(sheet.id, version)
        } else {
            expect_json(&request.headers)?;
            let is_patch = request.method == Method::PATCH;
            let mut command = body::read(sheet.id, &request.body)?.command;
            if is_patch && command.lines.is_some() {
                let message = "PATCH changes scalars alone; PUT saves a timesheet with its lines";
                return Err(Refusal::bad_request(message).about("timeSheetLines"));
            }
            command.version = match (&condition, command.version) {
                (Some(condition @ Condition::Versions(_)), _) | (Some(condition), None) => {
                    Some(condition.base(stored))
                }
                (None, None) if is_patch => Some(stored),
                (Some(Condition::Any) | None, version) => version,
            };
            TimesheetWrite::Save(command)
        };
        Ok(Self {
            write,
            is_conditional: condition.is_some(),
        })
    }

    /// What a POST of an action of approval on `row` asks for: a comment, and the version that the
    /// caller has seen, which may come as `If-Match` too.
    pub fn act(request: &Request, row: &Row, action: ApprovalAction) -> Result<Self, Refusal> {
        let sheet = sheet_of(row)?;
        let condition = if_match(&request.headers)?;
        let body::ActionBody { comment, version } = if request.body.trim_ascii().is_empty() {
            body::ActionBody::default()
        } else {
            expect_json(&request.headers)?;
            body::read_action(&request.body)?
        };
        let version = match &condition {
            Some(condition @ Condition::Versions(_)) => Some(condition.base(sheet.meta.version)),
            Some(Condition::Any) | None => version,
        };
        Ok(Self {
            write: TimesheetWrite::Act(ApprovalCommand {
                id: sheet.id,
                action,
                version,
                comment,
            }),
            is_conditional: condition.is_some(),
        })
    }

    /// Writes it alone; answers the sheet as it is stored, if it still is.
    pub async fn commit(&self, conversation: &Conversation) -> Result<Option<Arc<Timesheet>>, Refusal> {
        let Conversation { app, caller, .. } = conversation;
        let written = match &self.write {
            TimesheetWrite::Save(command) => app.save_timesheet(caller, command).await.map(Some),
            TimesheetWrite::Delete(id, version) => {
                app.delete_timesheet(caller, *id, *version).await.map(|()| None)
            }
            TimesheetWrite::Act(command) => app.act_on_timesheet(caller, command).await.map(Some),
        };
        written.map_err(|error| self.refusal(&error))
    }

    /// What the client is told whose write was refused.
    pub fn refusal(&self, error: &Error) -> Refusal {
        let refusal = match &self.write {
            TimesheetWrite::Act(_) => Refusal::of(error, body::action_target),
            TimesheetWrite::Save(_) | TimesheetWrite::Delete(..) => Refusal::of(error, body::target),
        };
        if self.is_conditional {
            refusal.of_precondition()
        } else {
            refusal
        }
    }
}

fn expect_json(headers: &HeaderMap) -> Result<(), Refusal> {
    let is_json = headers.get(CONTENT_TYPE).is_none_or(|it| {
        let kind = it
            .to_str()
            .unwrap_or_default()
            .split(';')
            .next()
            .unwrap_or_default();
        kind.trim().eq_ignore_ascii_case("application/json")
    });
    if is_json {
        return Ok(());
    }
    Err(Refusal::new(
        StatusCode::UNSUPPORTED_MEDIA_TYPE,
        "UNSUPPORTED_MEDIA_TYPE",
        "bodies are application/json",
    ))
}

fn sheet_of(row: &Row) -> Result<&Arc<Timesheet>, Refusal> {
    match row {
        Row::Record(Record::Timesheet(sheet)) => Ok(sheet),
        Row::Line(..) | Row::Cell(..) => Err(Refusal::not_supported(
            "lines and cells are saved with their timesheet, as a whole",
        )),
        Row::Record(_)
        | Row::Status(_)
        | Row::Project(_)
        | Row::Task(_)
        | Row::Violation(_)
        | Row::Approval(..) => Err(Refusal::not_supported("only timesheets are written over OData")),
    }
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderMap;
    use axum::http::header::IF_MATCH;

    use super::{Condition, etag, if_match};
    use crate::domain::version::RowVersion;

    #[test]
    fn s1_if_match_takes_the_tags_that_answers_print_weak_or_not() {
        let of = |value: &str| {
            let headers: HeaderMap = [(IF_MATCH, value.parse().unwrap())].into_iter().collect();
            if_match(&headers)
        };
        let version = RowVersion::new(3_268);
        let one = Some(Condition::Versions(vec![version]));
        assert_eq!(of(&etag(version)).unwrap(), one);
        assert_eq!(of("\"AAAAAAAADMQ=\"").unwrap(), one);
        assert_eq!(of("3268").unwrap(), one);
        assert_eq!(of("*").unwrap(), Some(Condition::Any));
        assert_eq!(if_match(&HeaderMap::new()).unwrap(), None);
        assert_eq!(of("W/\"x\"").unwrap_err().target.as_deref(), Some("if-match"));
        let several = of("W/\"AAAAAAAADMQ=\", W/\"AAAAAAAADMU=\"").unwrap().unwrap();
        assert!(several.names(version) && !several.names(RowVersion::new(1)));
    }
}

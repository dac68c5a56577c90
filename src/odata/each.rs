//! Writes of each member of a list, `TimeSheets/$filter(...)/$each`: PATCH, DELETE and actions. All of
//! them take effect in one commit or none does, each by the rules of its own.

use axum::http::{Method, StatusCode};

use super::error::Refusal;
use super::http::Answer;
use super::operations::Action;
use super::query::{self, Base, Plan, Rows};
use super::read::list;
use super::resource::{Many, filtering};
use super::row::Row;
use super::service::{Exchange, PREFERENCE_APPLIED};
use super::types::timesheet;
use super::url::ast::{Expr, Options};
use super::write::{Condition, Write, if_match, version_of};
use crate::app::timesheets::together::TimesheetWrite;
use crate::domain::record::Record;

/// The most members that are written together.
const MAX_MEMBERS: usize = 100;

/// Whether a method is for each member: an action is posted.
pub fn fits(method: &Method, action: Option<&Action>) -> bool {
    match action {
        Some(_) => method == Method::POST,
        None => matches!(*method, Method::PATCH | Method::DELETE),
    }
}

/// Writes each member of a list that the filters leave.
pub async fn write(
    exchange: &Exchange<'_>,
    many: &Many,
    action: Option<&Action>,
    filters: Vec<Expr>,
) -> Result<Answer, Refusal> {
    check(exchange, many, &filters)?;
    let rows = members(exchange, many, filters).await?;
    let writes = rows.iter().map(|row| write_of(exchange, row, action));
    let writes: Vec<Write> = writes.collect::<Result<_, _>>()?;
    let commands: Vec<TimesheetWrite> = writes.iter().map(|it| it.write.clone()).collect();
    let conversation = exchange.conversation;
    let written = conversation
        .app
        .write_timesheets(&conversation.caller, &commands)
        .await;
    let written = written.map_err(|(place, error)| {
        let write = place.and_then(|place| writes.get(place));
        match write {
            Some(write) => {
                let refusal = write.refusal(&error);
                let sheet = format!("{}({})", many.set, write.write.id());
                match refusal.target {
                    Some(_) => refusal,
                    None => refusal.about(sheet),
                }
            }
            None => Refusal::from(error),
        }
    })?;
    let saved = written.into_iter().flatten();
    let saved = saved.map(|sheet| Row::Record(Record::Timesheet(sheet)));
    let preferred = exchange.terms.preferences.representation;
    let is_shown = preferred == Some(true) && exchange.request.method != Method::DELETE;
    let mut answer = if is_shown {
        shown(exchange, Base::Rows(saved.collect(), many.of), many.set).await?
    } else {
        Answer::empty(StatusCode::NO_CONTENT, exchange.terms.version)
    };
    if let Some(preferred) = preferred.filter(|preferred| *preferred == is_shown) {
        let applied = if preferred { "representation" } else { "minimal" };
        answer.put(PREFERENCE_APPLIED, &format!("return={applied}"));
    }
    Ok(answer)
}

/// Refuses what would write more or less than is meant.
fn check(exchange: &Exchange<'_>, many: &Many, filters: &[Expr]) -> Result<(), Refusal> {
    if !std::ptr::eq(many.of, &raw const timesheet::SHEET) {
        return Err(Refusal::not_supported("only timesheets are written over OData"));
    }
    if filters.is_empty() {
        let message =
            "$each needs a $filter(...) before it, so that nothing is written unmeant; $filter(true) is all";
        return Err(Refusal::bad_request(message).about("$each"));
    }
    if let Some(option) = list::first_of_lists_only(&exchange.options) {
        let message = format!("{option} chooses nothing of what is written; $filter(...) stands in the path");
        return Err(Refusal::bad_request(message).about(option));
    }
    if let Some(Condition::Versions(_)) = if_match(&exchange.request.headers)? {
        let message = "If-Match names the version of one entity, and this is each of several";
        return Err(Refusal::bad_request(message).about("if-match"));
    }
    Ok(())
}

async fn members(exchange: &Exchange<'_>, many: &Many, filters: Vec<Expr>) -> Result<Vec<Row>, Refusal> {
    let asked = Options {
        apply: filtering(filters),
        aliases: exchange.options.aliases.clone(),
        ..Options::default()
    };
    let plan = Plan::bind(many.base(&exchange.reader).await?, &asked, MAX_MEMBERS)?;
    let page = query::run(&exchange.reader, &plan, None).await?;
    match page.rows {
        Rows::Entities(rows) if page.next.is_none() => Ok(rows),
        _ => Err(Refusal::new(
            StatusCode::PAYLOAD_TOO_LARGE,
            "LIMIT_EXCEEDED",
            format!("at most {MAX_MEMBERS} timesheets are written together; filter more"),
        )),
    }
}

/// The write of one member, based on the version by which it was chosen.
fn write_of(exchange: &Exchange<'_>, row: &Row, action: Option<&Action>) -> Result<Write, Refusal> {
    let mut write = match action {
        Some(action) => Write::act(exchange.request, row, action.does)?,
        None => Write::of(exchange.request, row)?,
    };
    let stored = version_of(row);
    match &mut write.write {
        TimesheetWrite::Save(command) => command.version = command.version.or(stored),
        TimesheetWrite::Delete(_, version) => *version = version.or(stored),
        TimesheetWrite::Act(command) => command.version = command.version.or(stored),
    }
    Ok(write)
}

/// What was written, as it is now.
async fn shown(exchange: &Exchange<'_>, base: Base, set: &str) -> Result<Answer, Refusal> {
    let conversation = exchange.conversation;
    let mut terms = exchange.terms.clone();
    // What was written is told whole: there is no page of it to come back to.
    terms.preferences.max_page_size = None;
    let now = Exchange {
        conversation,
        request: exchange.request,
        reader: conversation.app.reader(&conversation.caller).await?,
        options: exchange.options.clone(),
        path: exchange.path,
        query: exchange.query.clone(),
        terms,
    };
    list::answer(&now, base, set, None, false).await
}

//! Opening sheets: which period a date leads to, and what a new sheet is like (P1 to P10).
//! Whether there is a sheet for the date already, and that nobody makes one meanwhile, is the
//! caller's to know.

use chrono::Months;

use super::Timesheet;
use super::rows::Rows;
use crate::domain::approval::ApprovalStatus;
use crate::domain::effective::Effective;
use crate::domain::error::{Error, FaultCode, Path};
use crate::domain::id::{TemplateId, TimesheetId};
use crate::domain::period::Period;
use crate::domain::record::Meta;
use crate::domain::settings::Settings;
use crate::domain::template::TimesheetTemplate;
use crate::domain::time::{Date, Instant};
use crate::domain::user::User;

/// How far from today a caller opens sheets, so that looping over the next one ends (P9).
const BOUND: Months = Months::new(24);

/// What a new sheet is made from.
#[derive(Clone, Copy, Debug)]
pub struct Opening<'a> {
    /// The id that it is to have.
    pub id: TimesheetId,
    /// Whose it is to be.
    pub owner: &'a User,
    /// A date that it is to hold.
    pub date: Date,
    /// The settings that say what it is like.
    pub settings: &'a Settings,
    /// The period of the owner's nearest sheet that ends before the date.
    pub before: Option<Period>,
    /// The period of the owner's nearest sheet that begins after the date.
    pub after: Option<Period>,
    /// The owner's present date.
    pub today: Date,
    /// The present.
    pub now: Instant,
    /// Whether the bound of two years around today does not count for the caller (P9).
    pub is_unbounded: bool,
}

/// The template and the period of a new sheet for `date` (P3): the template's period around the
/// date, within the dates on which the settings name that template, so that the outcome does not
/// depend on which sheet is opened first; then within the gap that the neighbours leave.
///
/// Fails if the settings name no template, or if there is no gap: a neighbour holds the date.
pub fn period_for<'t>(
    settings: &Settings,
    template: impl Fn(TemplateId) -> Option<&'t TimesheetTemplate>,
    date: Date,
    before: Option<Period>,
    after: Option<Period>,
) -> Result<(TemplateId, Period), Error> {
    let (template, period) = settle(settings, template, date, before, after)?;
    Ok((template.id, period))
}

/// A new draft for the owner (P7, P8). Refuses an inactive owner, a date outside the employment,
/// and, unless the caller is exempt, one more than two years from today (P9).
pub fn open<'t>(
    opening: &Opening<'_>,
    template: impl Fn(TemplateId) -> Option<&'t TimesheetTemplate>,
) -> Result<Timesheet, Error> {
    admit(opening)?;
    let Opening {
        date, before, after, ..
    } = *opening;
    let (template, period) = settle(opening.settings, template, date, before, after)?;
    Ok(Timesheet {
        id: opening.id,
        meta: Meta::new(opening.now),
        user_id: opening.owner.id,
        period,
        due_date: period.to().plus_days(i32::from(template.due_days)),
        status: ApprovalStatus::Draft,
        submitted: None,
        approved: None,
        department_id: opening.owner.departments.at(period.from()).copied(),
        template_id: template.id,
        name: default_name(&opening.owner.name, period).into(),
        rows: Rows::default(),
        contributions: None,
        approvals: None,
        billing: None,
    })
}

/// The date that leads to the sheet after one with this period (P4).
pub fn date_after(period: Period) -> Result<Date, Error> {
    let date = period.to().next();
    if date == period.to() {
        return Err(end_of_calendar("there is no date after 9999-12-31"));
    }
    Ok(date)
}

/// The date that leads to the sheet before one with this period (P4).
pub fn date_before(period: Period) -> Result<Date, Error> {
    let date = period.from().previous();
    if date == period.from() {
        return Err(end_of_calendar("there is no date before 0001-01-01"));
    }
    Ok(date)
}

/// `{user name} {dd.MM.yyyy}-{dd.MM.yyyy}` (P7), of which the user's name is cut where the whole
/// would be longer than a save takes.
pub fn default_name(owner_name: &str, period: Period) -> String {
    let dates = format!(" {}-{}", period.from().dotted(), period.to().dotted());
    let room = Timesheet::MAX_NAME_CHARS - dates.len();
    let mut name: String = owner_name.chars().take(room).collect();
    name.push_str(&dates);
    name
}

fn settle<'t>(
    settings: &Settings,
    template: impl Fn(TemplateId) -> Option<&'t TimesheetTemplate>,
    date: Date,
    before: Option<Period>,
    after: Option<Period>,
) -> Result<(&'t TimesheetTemplate, Period), Error> {
    let (id, in_force) = in_force(&settings.templates, date).ok_or(Error::WrongState {
        action: "opening a timesheet",
        what: "company",
        state: "without a timesheet template",
    })?;
    let template = template(id).ok_or(Error::NotFound("timesheet template"))?;
    let gap = Period::new(
        before.map_or(Date::MIN, |sheet| sheet.to().next()),
        after.map_or(Date::MAX, |sheet| sheet.from().previous()),
    );
    let period = gap
        .filter(|gap| gap.contains(date))
        .and_then(|gap| {
            template
                .period_kind
                .around(date)
                .clipped_to(in_force)?
                .clipped_to(gap)
        })
        .ok_or(Error::WrongState {
            action: "opening a timesheet",
            what: "date",
            state: "in a timesheet already",
        })?;
    Ok((template, period))
}

/// The template that holds on `date`, and the dates around it on which the same one does: entries
/// in a row that name one template are one span.
fn in_force(templates: &Effective<TemplateId>, date: Date) -> Option<(TemplateId, Period)> {
    let (mut from, mut to, id) = templates.span_at(date)?;
    while from > Date::MIN
        && let Some((earlier, _, before)) = templates.span_at(from.previous())
        && before == id
    {
        from = earlier;
    }
    while to < Date::MAX
        && let Some((_, later, after)) = templates.span_at(to.next())
        && after == id
    {
        to = later;
    }
    Some((*id, Period::new(from, to)?))
}

fn admit(opening: &Opening<'_>) -> Result<(), Error> {
    let Opening {
        owner, date, today, ..
    } = *opening;
    if !owner.meta.is_active {
        return Err(Error::WrongState {
            action: "opening a timesheet",
            what: "user",
            state: "inactive",
        });
    }
    let refuse = |message: String| Err(Error::fault(Path::of("date"), FaultCode::OutOfRange, message));
    if !owner.is_employed_on(date) {
        let from = owner
            .employed_from
            .map_or(String::new(), |from| format!(" from {from}"));
        let to = owner.employed_to.map_or(String::new(), |to| format!(" to {to}"));
        return refuse(format!("{date} is outside the employment, which is{from}{to}"));
    }
    let (earliest, latest) = bounds_around(today);
    if !opening.is_unbounded && (date < earliest || date > latest) {
        return refuse(format!(
            "{date} is more than 2 years from today: new timesheets open from {earliest} to {latest}"
        ));
    }
    Ok(())
}

fn bounds_around(today: Date) -> (Date, Date) {
    let day = today.to_naive();
    let earliest = day.checked_sub_months(BOUND).and_then(Date::from_naive);
    let latest = day.checked_add_months(BOUND).and_then(Date::from_naive);
    (earliest.unwrap_or(Date::MIN), latest.unwrap_or(Date::MAX))
}

fn end_of_calendar(message: &str) -> Error {
    Error::fault(Path::of("date"), FaultCode::OutOfRange, message)
}

#[cfg(test)]
mod tests;

//! Timesheets with their lines and cells.

use std::ops::Deref;
use std::sync::Arc;

use super::activity::ActivityObject;
use super::approval::ApprovalInstanceObject;
use super::contribution::ContributionObject;
use super::department::DepartmentObject;
use super::enums::ApprovalStatus;
use super::project::ProjectObject;
use super::task::ProjectTaskObject;
use super::template::TimesheetTemplateObject;
use super::user::UserObject;
use super::{CREATED, ID, of_record};
use crate::app::reader::facts::Facts;
use crate::domain::activity::Activity;
use crate::domain::department::Department;
use crate::domain::hours::Hours;
use crate::domain::project::Project;
use crate::domain::record::Entity;
use crate::domain::task::ProjectTask;
use crate::domain::template::TimesheetTemplate;
use crate::domain::time::Date;
use crate::domain::timesheet::{CellRef, LineRef, Timesheet};
use crate::domain::user::User;
use crate::graphql::render::{Field, Object, Scene, Type, Wanted, part, parts, write};

/// One user's timesheet for one period.
pub struct TimesheetObject;

/// A line of a timesheet.
pub struct TimesheetLineObject;

/// A cell of a line.
pub struct TimeAllocationObject;

/// The hours to work on a date.
pub struct ScheduleDayObject;

/// A line, seen within its sheet.
#[derive(Clone, Copy)]
pub struct LineOfSheet<'a> {
    sheet: &'a Timesheet,
    line: LineRef<'a>,
}

/// A cell, seen within its sheet.
#[derive(Clone, Copy)]
pub struct CellOfSheet<'a> {
    of: LineOfSheet<'a>,
    cell: CellRef<'a>,
}

impl<'a> Deref for LineOfSheet<'a> {
    type Target = LineRef<'a>;

    fn deref(&self) -> &LineRef<'a> {
        &self.line
    }
}

impl<'a> Deref for CellOfSheet<'a> {
    type Target = CellRef<'a>;

    fn deref(&self) -> &CellRef<'a> {
        &self.cell
    }
}

impl<'a> LineOfSheet<'a> {
    fn cells(self) -> impl Iterator<Item = CellOfSheet<'a>> {
        self.line.cells().map(move |cell| CellOfSheet { of: self, cell })
    }
}

fn take_flags(it: &Arc<Timesheet>, wanted: &mut Wanted<'_>) {
    wanted.facts(it, |asked| asked.flags = true);
}

fn take_sums(it: &Arc<Timesheet>, wanted: &mut Wanted<'_>) {
    wanted.facts(it, |asked| asked.sums = true);
}

macro_rules! flag {
    ($name:literal, $about:literal, |$flags:ident| $flag:expr) => {
        Field::<Self>::fact($name, $about, Type::BOOLEAN, take_flags, |facts, json| {
            let $flags = &facts.flags;
            json.put($flag);
        })
    };
}

macro_rules! sum {
    ($name:literal, $about:literal, |$sums:ident| $sum:expr) => {
        Field::<Self>::fact($name, $about, Type::DECIMAL, take_sums, |facts, json| {
            let $sums = &facts.sums;
            json.put($sum);
        })
    };
}

impl Object for TimesheetObject {
    type View<'a> = &'a Arc<Timesheet>;
    const NAME: &'static str = "Timesheet";
    const ABOUT: &'static str = "One user's timesheet for one period. It is opened by `openTimesheet` and saved as a whole by \
         `saveTimesheet`.";
    const FIELDS: &'static [Field<Self>] = of_record![
        Field::leaf(
            "name",
            "What lists show; a save may set another.",
            Type::STRING,
            |it, json| json.put(&*it.name),
        ),
        Field::leaf(
            "dueDate",
            "When it is to be handed in.",
            Type::DATE,
            |it, json| json.put(it.due_date),
        ),
        Field::leaf("dateFrom", "The first date.", Type::DATE, |it, json| {
            json.put(it.period.from());
        }),
        Field::leaf("dateTo", "The last date.", Type::DATE, |it, json| {
            json.put(it.period.to());
        }),
        Field::leaf(
            "status",
            "Where it stands.",
            Type::input::<ApprovalStatus>(),
            |it, json| json.put(ApprovalStatus::from(it.status)),
        ),
        Field::leaf(
            "submitted",
            "When it was handed in; null unless it is.",
            Type::DATE_TIME.nullable(),
            |it, json| json.put(it.submitted),
        ),
        Field::leaf(
            "approved",
            "When it was approved; null unless it is.",
            Type::DATE_TIME.nullable(),
            |it, json| json.put(it.approved),
        ),
        part!(
            ApprovalInstanceObject,
            "approval",
            "The approval that it is in; null for a draft.",
            |it| it.approval()
        ),
        parts!(
            ApprovalInstanceObject,
            "approvals",
            "Every time that it was handed in, the oldest first: at most the last 50.",
            |it| it.approvals.iter().flat_map(|approvals| approvals.all())
        ),
        Field::leaf("userId", "Whose hours it holds.", Type::ID, |it, json| {
            json.put(it.user_id);
        }),
        Field::reference::<UserObject>("user", "Whose hours it holds.", |it, _| {
            Some(User::key(it.user_id))
        }),
        Field::leaf("departmentId", DEPARTMENT, Type::ID.nullable(), |it, json| {
            json.put(it.department_id);
        }),
        Field::reference::<DepartmentObject>("department", DEPARTMENT, |it, _| {
            it.department_id.map(Department::key)
        }),
        Field::leaf("templateId", "What it was made after.", Type::ID, |it, json| {
            json.put(it.template_id);
        }),
        Field::reference::<TimesheetTemplateObject>("template", "What it was made after.", |it, _| {
            Some(TimesheetTemplate::key(it.template_id))
        }),
        sum!(
            "billableHours",
            "The hours on projects that a client pays for.",
            |sums| sums.billable
        ),
        sum!("nonBillableHours", "All other hours.", |sums| sums.non_billable),
        Field::leaf(
            "totalHours",
            "The sum of all its cells.",
            Type::DECIMAL,
            |it, json| {
                json.put(it.total_hours());
            },
        ),
        flag!("editAllowed", "Whether the caller may save it now.", |flags| {
            flags.edit
        }),
        flag!(
            "deleteAllowed",
            "Whether the caller may delete it now.",
            |flags| flags.delete
        ),
        flag!(
            "submitAllowed",
            "Whether the caller may hand it in now.",
            |flags| flags.submit
        ),
        flag!(
            "forceSubmitAllowed",
            "Whether the caller may hand it in now, past the rules.",
            |flags| flags.force_submit
        ),
        flag!(
            "reopenAllowed",
            "Whether the caller may take it back into work now.",
            |flags| flags.reopen
        ),
        flag!(
            "executeAllowed",
            "Whether the caller may approve or reject it now, as its approver.",
            |flags| flags.execute
        ),
        flag!(
            "forceExecuteAllowed",
            "Whether the caller may approve or reject it now, past its approver.",
            |flags| flags.force_execute
        ),
        Field::<Self>::part::<ScheduleDayObject>(
            "schedule",
            "The hours to work by its owner's calendar: one entry for each of its dates, in order.",
            Type::object::<ScheduleDayObject>().list(),
            |it, _, wanted| wanted.facts(it, |asked| asked.schedule = true),
            |it, plan, scene, json| {
                let days = scene.facts(it.id).map(|facts| facts.schedule.as_slice());
                json.list(days.unwrap_or_default(), |day, json| {
                    write::<ScheduleDayObject>(*day, plan, scene, json);
                });
            },
        )
        .loading(),
        parts!(
            TimesheetLineObject,
            "lines",
            "Its lines, by their order numbers.",
            |it| it.lines().map(move |line| LineOfSheet { sheet: it, line })
        ),
    ];

    fn facts<'s>(it: &Arc<Timesheet>, scene: &'s Scene) -> Option<&'s Facts> {
        scene.facts(it.id)
    }
}

const DEPARTMENT: &str = "The department in which its owner worked when it was made; null if there was none.";

super::shows!(TimesheetObject, Timesheet, Timesheet);

impl Object for TimesheetLineObject {
    type View<'a> = LineOfSheet<'a>;
    const NAME: &'static str = "TimesheetLine";
    const ABOUT: &'static str =
        "A line of a timesheet: what was worked on, with a cell for each date that has hours.";
    const FIELDS: &'static [Field<Self>] = &[
        Field::leaf("id", ID, Type::ID, |it, json| json.put(it.id())),
        Field::leaf(
            "rowVersion",
            "The version: it changes with the line and with its cells.",
            Type::VERSION,
            |it, json| json.put(it.version()),
        ),
        Field::leaf("created", CREATED, Type::DATE_TIME, |it, json| {
            json.put(it.created());
        }),
        Field::leaf(
            "orderNumber",
            "Its position among the lines, from 0 on.",
            Type::INT,
            |it, json| json.put(i32::try_from(it.order_number()).unwrap_or(i32::MAX)),
        ),
        Field::leaf("projectId", PROJECT, Type::ID.nullable(), |it, json| {
            json.put(it.project_id());
        }),
        Field::reference::<ProjectObject>("project", PROJECT, |it, _| it.project_id().map(Project::key)),
        Field::leaf("taskId", TASK, Type::ID.nullable(), |it, json| {
            json.put(it.task_id());
        }),
        Field::reference::<ProjectTaskObject>("task", TASK, |it, _| it.task_id().map(ProjectTask::key)),
        Field::leaf("activityId", ACTIVITY, Type::ID.nullable(), |it, json| {
            json.put(it.activity_id());
        }),
        Field::reference::<ActivityObject>("activity", ACTIVITY, |it, _| it.activity_id().map(Activity::key)),
        Field::leaf("hours", "The sum of its cells.", Type::DECIMAL, |it, json| {
            json.put(it.hours());
        }),
        parts!(
            TimeAllocationObject,
            "cells",
            "Its cells, by date; a date without a cell has no hours.",
            |it| it.cells()
        ),
    ];
}

const PROJECT: &str = "The project, if it names one.";
const TASK: &str = "The task of that project, or a common one, if it names one.";
const ACTIVITY: &str = "The kind of work, if it names one.";

impl Object for TimeAllocationObject {
    type View<'a> = CellOfSheet<'a>;
    const NAME: &'static str = "TimeAllocation";
    const ABOUT: &'static str = "A cell of a timesheet: the hours of one line on one date.";
    const FIELDS: &'static [Field<Self>] = &[
        Field::leaf("id", ID, Type::ID, |it, json| json.put(it.id())),
        Field::leaf("created", CREATED, Type::DATE_TIME, |it, json| {
            json.put(it.created());
        }),
        Field::leaf(
            "date",
            "The date, within the timesheet's period.",
            Type::DATE,
            |it, json| json.put(it.date()),
        ),
        Field::leaf("hours", "The hours, 0 to 24.", Type::DECIMAL, |it, json| {
            json.put(it.hours());
        }),
        Field::leaf(
            "comment",
            "What was done; null for no comment.",
            Type::STRING.nullable(),
            |it, json| json.put(Some(it.comment()).filter(|text| !text.is_empty())),
        ),
        Field::leaf(
            "invoiceLineId",
            "The invoice line that bills it; such a cell is frozen.",
            Type::ID.nullable(),
            |it, json| json.put(it.invoice_line_id()),
        ),
        Field::leaf(
            "timeOffRequestId",
            "The time-off request that made it; such a cell is frozen.",
            Type::ID.nullable(),
            |it, json| json.put(it.time_off_request_id()),
        ),
        parts!(
            ContributionObject,
            "contributions",
            "The imported bookings that its hours come from, as far as imports brought them. What people changed since \
             is the difference to their sum.",
            |it| it.of.sheet.contributions_to(it.of.line, it.cell.date())
        ),
    ];
}

impl Object for ScheduleDayObject {
    type View<'a> = (Date, Hours);
    const NAME: &'static str = "ScheduleDay";
    const ABOUT: &'static str = "The hours to work on a date.";
    const FIELDS: &'static [Field<Self>] = &[
        Field::leaf("date", "The date.", Type::DATE, |(date, _), json| json.put(date)),
        Field::leaf(
            "hours",
            "The hours; zero on a day off.",
            Type::DECIMAL,
            |(_, hours), json| json.put(hours),
        ),
    ];
}

//! The weeks of a made-up company: who booked what, and how far each sheet has come.

use std::collections::HashMap;
use std::sync::Arc;

use uuid::Uuid;

use super::draw::{self, Draw};
use super::people::Person;
use super::work::{Undertaking, while_open};
use super::{Company, words};
use crate::domain::approval::act::{Act, act};
use crate::domain::approval::{self, ApprovalAction, ApprovalStep, ApproverKind};
use crate::domain::error::Error;
use crate::domain::hours::Hours;
use crate::domain::id::{ApprovalId, RowIds, TaskId, TimesheetId, UserId};
use crate::domain::period::Period;
use crate::domain::schedule::scheduled_hours;
use crate::domain::task::{ProjectTask, booking};
use crate::domain::time::{Date, Instant};
use crate::domain::timesheet::Timesheet;
use crate::domain::timesheet::lock::Lock;
use crate::domain::timesheet::open::{Opening, open};
use crate::domain::timesheet::references::{LineTarget, References};
use crate::domain::timesheet::save::{CellInput, LineInput, SaveTimesheet, save};
use crate::domain::user::User;

/// The first stream of chance that belongs to a person.
const FIRST_PERSON: u64 = 1_000;
/// Projects that a team works on at a time.
const PROJECTS_OF_A_TEAM: usize = 3;
/// Things that a person books on over the weeks.
const HABITS: usize = 8;
/// Quarters of an hour in an hour.
const QUARTERS: i64 = 4;
/// A quarter of an hour, in units of [`Hours`].
const QUARTER_UNITS: i64 = 25_000;

/// Writes sheets.
pub(super) struct Diary<'a> {
    company: &'a Company,
    /// What was known when the sheets were written: closed projects were open then.
    known: References,
    /// Everybody by their id.
    people: HashMap<UserId, &'a User>,
}

impl<'a> Diary<'a> {
    pub(super) fn new(company: &'a Company) -> Self {
        let mut known = References::default();
        for undertaking in &company.portfolio.projects {
            let project = while_open(&undertaking.project);
            known.projects.insert(project.id, project);
            let tasks = undertaking.tasks.iter().map(|task| (task.id, Arc::clone(task)));
            known.tasks.extend(tasks);
        }
        let common = &company.portfolio.common_tasks;
        known
            .tasks
            .extend(common.iter().map(|task| (task.id, Arc::clone(task))));
        let activities = &company.activities;
        known
            .activities
            .extend(activities.iter().map(|it| (it.id, Arc::clone(it))));
        let people = company.people.members.iter().map(|it| (it.user.id, &*it.user));
        Self {
            company,
            known,
            people: people.collect(),
        }
    }

    /// All sheets of the company's `index`th person.
    pub(super) fn weeks_of(&self, index: usize, person: &Person) -> Result<Vec<Timesheet>, Error> {
        let mut draw = Draw::new(self.company.shape.seed, FIRST_PERSON + index as u64);
        let habits = self.habits(&mut draw, person);
        let mut before = None;
        let mut sheets = Vec::with_capacity(self.company.shape.weeks);
        for monday in self.company.shape.mondays() {
            let sheet = self.week(&mut draw, person, &habits, monday, before)?;
            before = Some(sheet.period);
            sheets.push(sheet);
        }
        Ok(sheets)
    }

    /// What a person books on: tasks of the team's projects, and some of the common ones.
    fn habits(&self, draw: &mut Draw, person: &Person) -> Vec<LineTarget> {
        let projects = &self.company.portfolio.projects;
        let count = projects.len().max(1);
        let first = person.team * PROJECTS_OF_A_TEAM;
        let mut habits = Vec::with_capacity(HABITS);
        // A project that is planned or suspended takes no bookings, so its neighbour is looked at.
        let of_team = (0..count).filter_map(|step| projects.get((first + step) % count));
        for undertaking in of_team.filter(|it| takes_or_took_bookings(it)) {
            let task = self.task(draw, person, undertaking);
            let activity = draw.pick(&self.company.activities).map(|activity| activity.id);
            habits.push(LineTarget {
                project_id: Some(undertaking.project.id),
                task_id: task,
                activity_id: activity.filter(|_| !draw.percent(10)),
            });
            if habits.len() >= HABITS {
                break;
            }
        }
        habits
    }

    /// A task of the project, or a common one, that the person may book on; mostly there is one.
    fn task(&self, draw: &mut Draw, person: &Person, of: &Undertaking) -> Option<TaskId> {
        let project = self.known.projects.get(&of.project.id)?;
        let span = self.company.shape.span()?;
        let may_book = |task: &&Arc<ProjectTask>| booking::is_enterable(project, task, person.user.id, span);
        let common = &self.company.portfolio.common_tasks;
        let tasks = if draw.percent(20) { common } else { &of.tasks };
        let tasks: Vec<_> = tasks.iter().filter(may_book).collect();
        draw.pick(&tasks).map(|task| task.id)
    }

    fn week(
        &self,
        draw: &mut Draw,
        person: &Person,
        habits: &[LineTarget],
        monday: Date,
        before: Option<Period>,
    ) -> Result<Timesheet, Error> {
        let opened = draw::instant(
            monday,
            8 * 60 + i64::try_from(draw.below(180)).unwrap_or_default(),
        );
        let opening = Opening {
            id: TimesheetId::new(draw.id(opened)),
            owner: &person.user,
            date: monday,
            settings: &self.company.settings,
            before,
            after: None,
            today: self.company.shape.until,
            now: opened,
            is_unbounded: true,
        };
        let template = &self.company.template;
        let sheet = open(&opening, |id| (id == template.id).then_some(template))?;
        let lines = self.lines(draw, person, habits, &sheet);
        let last_booked = sheet.period.to().min(self.company.shape.until);
        let saved_at = draw::instant(
            last_booked,
            15 * 60 + i64::try_from(draw.below(120)).unwrap_or_default(),
        );
        let command = SaveTimesheet {
            id: sheet.id,
            body_id: None,
            version: Some(sheet.meta.version),
            name: None,
            lines: Some(lines),
        };
        let mut ids = RowIds::starting_with(draw.id(saved_at));
        let sheet = save(&sheet, &command, &self.known, Lock::NONE, saved_at, &mut ids)?.sheet;
        self.hand_in(draw, &person.user, sheet)
    }

    /// The lines of a week: a few of the person's habits, with the hours of each day up to today.
    fn lines(
        &self,
        draw: &mut Draw,
        person: &Person,
        habits: &[LineTarget],
        sheet: &Timesheet,
    ) -> Vec<LineInput> {
        let count = draw.between(3, 6);
        let mut chosen: Vec<(LineTarget, Vec<CellInput>)> = draw
            .some(habits, count)
            .into_iter()
            .map(|target| (*target, Vec::new()))
            .collect();
        let until = self.company.shape.until;
        for date in sheet.period.dates().take_while(|date| *date <= until) {
            let hours = scheduled_hours(&person.user.schedules, |id| self.company.schedules.get(&id), date);
            let mut takers: Vec<&mut Vec<CellInput>> = chosen
                .iter_mut()
                .filter(|(target, _)| self.takes(*target, sheet, date))
                .map(|(_, cells)| cells)
                .collect();
            let quarters = worked(draw, hours);
            share_out(draw, person, date, quarters, &mut takers);
        }
        chosen.retain(|(_, cells)| !cells.is_empty());
        let lines = chosen.into_iter().zip(0..);
        lines
            .map(|((target, cells), order)| line(target, order, cells))
            .collect()
    }

    /// Whether the person could book on the target in that week, and on that date.
    fn takes(&self, target: LineTarget, sheet: &Timesheet, date: Date) -> bool {
        let project = target.project_id.and_then(|id| self.known.projects.get(&id));
        let task = target.task_id.and_then(|id| self.known.tasks.get(&id));
        project.is_some_and(|project| {
            project.meets(sheet.period)
                && task.is_none_or(|task| booking::is_enterable(project, task, sheet.user_id, sheet.period))
        }) && self.known.takes_date(target, date)
    }

    /// Old weeks are approved, younger ones on their way, the last two mostly drafts.
    fn hand_in(&self, draw: &mut Draw, owner: &User, sheet: Timesheet) -> Result<Timesheet, Error> {
        let age = self.company.shape.until.days_since(sheet.period.from()) / 7;
        let (submitted, approved, rejected) = match age {
            ..=0 => (0, 0, 0),
            1 => (70, 0, 0),
            2 => (100, 60, 4),
            _ => (100, 98, 1),
        };
        if sheet.rows.cell_count() == 0 || !draw.percent(submitted) {
            return Ok(sheet);
        }
        let handed_in = draw::instant(sheet.period.to(), 18 * 60);
        let decided = draw::instant(sheet.due_date.plus_days(1), 10 * 60);
        let submit = self.action(
            ApprovalAction::Submit,
            owner,
            &sheet,
            handed_in,
            draw.id(handed_in),
        );
        let sheet = act(&sheet, &submit)?;
        let boss = owner.manager_id.and_then(|id| self.people.get(&id).copied());
        let (action, comment) = match draw.below(100) {
            share if share < approved => (ApprovalAction::Approve, None),
            share if share < approved + rejected => (
                ApprovalAction::Reject,
                Some("Please say what was done on each day."),
            ),
            _ => return Ok(sheet),
        };
        let Some(boss) = boss else {
            return Ok(sheet);
        };
        let decision = self.action(action, boss, &sheet, decided, Uuid::nil());
        let decision = Act {
            comment,
            manager: owner.manager_id,
            ..decision
        };
        act(&sheet, &decision)
    }

    fn action<'c>(
        &self,
        action: ApprovalAction,
        actor: &User,
        sheet: &Timesheet,
        now: Instant,
        id: Uuid,
    ) -> Act<'c> {
        let projects = sheet.projects_with_hours().into_iter();
        let known = projects.filter_map(|id| self.known.projects.get(&id));
        Act {
            action,
            comment: None,
            actor: approval::Person::from(actor),
            performed_by: None,
            manager: None,
            now,
            approval_id: ApprovalId::new(id),
            steps: vec![ApprovalStep::of_manager(ApproverKind::Manager)],
            billing: known.map(|project| (project.id, project.billing_type)).collect(),
        }
    }
}

fn takes_or_took_bookings(undertaking: &Undertaking) -> bool {
    while_open(&undertaking.project).is_open()
}

/// Quarters of an hour worked on a day of so many scheduled hours: about those, sometimes a few
/// more or less, now and then none; rarely some on a free day.
fn worked(draw: &mut Draw, scheduled: Hours) -> i64 {
    let quarters = scheduled.units() / QUARTER_UNITS;
    if quarters == 0 {
        return if draw.percent(2) { 2 * QUARTERS } else { 0 };
    }
    match draw.below(100) {
        0..4 => 0,
        4..16 => quarters + i64::try_from(draw.between(1, 6)).unwrap_or_default(),
        16..24 => (quarters - i64::try_from(draw.between(1, 4)).unwrap_or_default()).max(1),
        _ => quarters,
    }
}

/// Deals a day's quarters out among some of those who take them.
fn share_out(
    draw: &mut Draw,
    person: &Person,
    date: Date,
    quarters: i64,
    takers: &mut [&mut Vec<CellInput>],
) {
    if takers.is_empty() || quarters == 0 {
        return;
    }
    let count = draw.between(1, 4).min(takers.len());
    let first = draw.below(takers.len());
    let total = takers.len();
    let mut left = quarters;
    for part in 0..count {
        let others = i64::try_from(count - part - 1).unwrap_or_default();
        // Each of the others gets at least a quarter of an hour.
        let most = usize::try_from((left - others).max(1)).unwrap_or(1);
        let share = if others == 0 {
            left
        } else {
            i64::try_from(draw.between(1, most)).unwrap_or(1)
        };
        let Some(cells) = takers.get_mut((first + part) % total).filter(|_| share > 0) else {
            continue;
        };
        left -= share;
        cells.push(CellInput {
            id: None,
            date: Some(date),
            hours: Some(Hours::from_units(share * QUARTER_UNITS)),
            comment: draw
                .percent(40)
                .then(|| Some(words::comment(draw, person.tongue))),
        });
    }
}

fn line(target: LineTarget, order: i64, cells: Vec<CellInput>) -> LineInput {
    LineInput {
        id: None,
        project_id: target.project_id.map(Some),
        task_id: target.task_id.map(Some),
        activity_id: target.activity_id.map(Some),
        order_number: Some(order),
        cells: Some(cells),
    }
}

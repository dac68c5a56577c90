//! A made-up company to try the product with, and to measure it by: people, projects with task
//! trees, calendars, and weeks of booked sheets. The same shape gives the same company, to the
//! last id; only the administrator's token differs. Sheets are opened and saved by the rules that
//! hold for everybody, so none of them is a sheet that nobody could have entered.
//!
//! How the change sets get into a store is not known here.

use std::collections::HashMap;
use std::sync::Arc;

use rayon::prelude::*;

use crate::domain::activity::Activity;
use crate::domain::change::{Audit, ChangeSet, Face};
use crate::domain::error::Error;
use crate::domain::founding::Founding;
use crate::domain::id::{ChangeSetId, ScheduleId, UserId};
use crate::domain::period::Period;
use crate::domain::record::{Entity, Record};
use crate::domain::schedule::Schedule;
use crate::domain::settings::Settings;
use crate::domain::template::TimesheetTemplate;
use crate::domain::time::{Date, Instant};
use crate::domain::timesheet::Timesheet;

mod calendar;
mod draw;
mod people;
mod weeks;
mod words;
mod work;

use draw::Draw;
use people::{People, Person};
use weeks::Diary;
use work::Portfolio;

/// How large a company is, and when it lives.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Shape {
    /// People beside the administrator, each with a sheet for every week.
    pub users: usize,
    /// Weeks of sheets, the one that holds [`until`](Self::until) included.
    pub weeks: usize,
    /// Which of all such companies.
    pub seed: u64,
    /// The company's today: nothing is booked after it.
    pub until: Date,
}

impl Shape {
    /// The most people.
    pub const MAX_USERS: usize = 100_000;
    /// The most weeks: ten years.
    pub const MAX_WEEKS: usize = 522;

    /// A small company that is easy to look around in.
    pub const fn small(until: Date) -> Self {
        Self {
            users: 24,
            weeks: 8,
            seed: 1,
            until,
        }
    }
}

/// Sheets of one change set: large enough to be quick, small enough to be written in one go.
const SHEETS_AT_A_TIME: usize = 4_000;

/// A company, made up but for its sheets.
pub struct Company {
    shape: Shape,
    settings: Settings,
    template: TimesheetTemplate,
    administrator: UserId,
    schedules: HashMap<ScheduleId, Schedule>,
    activities: Vec<Arc<Activity>>,
    people: People,
    portfolio: Portfolio,
    founding: Founding,
}

impl Company {
    /// Makes up a company of this shape on top of what every company begins with, for which
    /// `found` is called with the instant of its founding and a source of ids.
    pub fn new(
        shape: Shape,
        found: impl FnOnce(Instant, &mut dyn FnMut() -> uuid::Uuid) -> Founding,
    ) -> Self {
        let mut draw = Draw::new(shape.seed, 0);
        let first_day = shape.first_day();
        let now = draw::instant(first_day.plus_days(-30), 9 * 60);
        let mut founding = found(now, &mut || draw.id(now));
        founding.settings.company_name = words::COMPANY.into();
        let calendars = calendar::calendars(&mut draw, now, first_day, shape.until, &founding.schedule);
        let people = People::hire(&mut draw, now, shape, &calendars, &founding);
        let activities = work::activities(&mut draw, now);
        let portfolio = Portfolio::win(&mut draw, now, shape, &people);
        let schedules = calendars.into_schedules(&founding.schedule);
        Self {
            shape,
            settings: founding.settings.clone(),
            template: founding.template.clone(),
            administrator: founding.administrator.id,
            schedules,
            activities,
            people,
            portfolio,
            founding,
        }
    }

    /// Everything as change sets, to be committed in this order. The first holds all but sheets,
    /// and those that fit beside it: a small company is one write.
    pub fn into_change_sets(self) -> impl Iterator<Item = Result<ChangeSet, Error>> + Send {
        let people_at_a_time = (SHEETS_AT_A_TIME / self.shape.weeks.max(1)).max(1);
        let people_count = self.people.members.len();
        let mut draw = Draw::new(self.shape.seed, 1);
        let mut reference = Some(self.reference_data(&mut draw));
        let starts = (0..people_count.max(1)).step_by(people_at_a_time);
        starts.map(move |start| {
            let people = self
                .people
                .members
                .get(start..people_count.min(start + people_at_a_time))
                .unwrap_or_default();
            let sheets = self.sheets_of(start, people)?;
            let mut change = reference.take().unwrap_or_else(|| self.sheets_only(&mut draw));
            change.puts.extend(sheets);
            Ok(change)
        })
    }

    /// The sheets of these people, of whom the first is the company's `start`th.
    fn sheets_of(&self, start: usize, people: &[Person]) -> Result<Vec<Record>, Error> {
        let diary = Diary::new(self);
        let sheets: Result<Vec<Vec<Timesheet>>, Error> = people
            .par_iter()
            .enumerate()
            .map(|(offset, person)| diary.weeks_of(start + offset, person))
            .collect();
        Ok(sheets?.into_iter().flatten().map(record).collect())
    }

    /// What everything else points to.
    fn reference_data(&self, draw: &mut Draw) -> ChangeSet {
        let id = ChangeSetId::new(draw.id(self.founding.settings.meta.created));
        let mut change = self.founding.clone().into_change_set(id);
        let own = self.founding.schedule.id;
        let mut schedules: Vec<&Schedule> = self.schedules.values().filter(|it| it.id != own).collect();
        schedules.sort_by_key(|schedule| schedule.id);
        change.puts.extend(schedules.into_iter().cloned().map(record));
        change
            .puts
            .extend(self.activities.iter().cloned().map(Activity::into_record));
        change.puts.extend(self.people.records());
        change.puts.extend(self.portfolio.records());
        change
    }

    fn sheets_only(&self, draw: &mut Draw) -> ChangeSet {
        let at = draw::instant(self.shape.until, 12 * 60);
        ChangeSet {
            id: ChangeSetId::new(draw.id(at)),
            guards: Vec::new(),
            puts: Vec::new(),
            deletes: Vec::new(),
            audit: Audit {
                at,
                actor: self.administrator,
                acting_for: None,
                token: None,
                face: Face::CommandLine,
                action: "fillWithDemo".into(),
                subject: None,
            },
        }
    }
}

impl Shape {
    /// The first day of the first week.
    fn first_day(self) -> Date {
        let weeks = i32::try_from(self.weeks.saturating_sub(1)).unwrap_or(i32::MAX);
        let monday = self.until.plus_days(-i32::from(self.until.days_from_monday()));
        monday.plus_days(weeks.saturating_mul(-7))
    }

    /// All its weeks, each by its Monday.
    fn mondays(self) -> impl Iterator<Item = Date> + Clone {
        let first = self.first_day();
        (0..)
            .zip(0..self.weeks)
            .map(move |(week, _)| first.plus_days(7 * week))
    }

    /// From the first week to today.
    fn span(self) -> Option<Period> {
        Period::new(self.first_day(), self.until)
    }
}

fn record<E: Entity>(entity: E) -> Record {
    E::into_record(Arc::new(entity))
}

#[cfg(test)]
mod tests;

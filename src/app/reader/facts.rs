//! What sheets come to for their reader: what they may do with them, their sums, and the hours to
//! work. For one sheet or a page of them it takes the same one or two reads.

use std::sync::Arc;

use super::found::Found;
use super::{Error, Reader};
use crate::domain::access::Actor;
use crate::domain::hours::Hours;
use crate::domain::id::ScheduleId;
use crate::domain::project::Project;
use crate::domain::record::{Entity, Key, Record, SettingsId};
use crate::domain::schedule::{Schedule, scheduled_hours};
use crate::domain::settings::Settings;
use crate::domain::template::TimesheetTemplate;
use crate::domain::time::Date;
use crate::domain::timesheet::flags::{self, Flags, Standing};
use crate::domain::timesheet::lock::Lock;
use crate::domain::timesheet::sums::Sums;
use crate::domain::timesheet::{LineRef, Timesheet};
use crate::domain::user::User;
use crate::store::View;

/// Which facts are asked for.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Asked {
    /// What the reader may do.
    pub flags: bool,
    /// Billable and other hours.
    pub sums: bool,
    /// The hours to work.
    pub schedule: bool,
}

/// What a sheet comes to; what was not asked for is empty.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Facts {
    /// What the reader may do with it now (F1, F2).
    pub flags: Flags,
    /// What it adds up to (M1, M2).
    pub sums: Sums,
    /// The hours to work on each of its dates, by its owner's calendar, zeros included (M4).
    pub schedule: Vec<(Date, Hours)>,
}

/// Finds records that are at hand, as far as the reader sees them.
pub type Known<'k> = dyn Fn(Key) -> Option<&'k Record> + Sync + 'k;

impl Reader {
    /// The facts of sheets that the reader sees, each in its sheet's place. What is `known` need not be
    /// looked up.
    pub async fn facts<'k>(
        &self,
        sheets: &[&Timesheet],
        asked: Asked,
        known: &'k Known<'k>,
    ) -> Result<Vec<Facts>, Error> {
        // What the facts are made of belongs to the sheet: who sees the one sees the other.
        let view = self.unlimited();
        let mut records = Records {
            known,
            found: Found::default(),
        };
        records.look_up(view, wanted(sheets, asked, self.actor())).await?;
        if asked.schedule {
            let schedules = records.schedules_of(sheets)?;
            records.look_up(view, schedules).await?;
        }
        let tells_flags = asked.flags && !self.is_of_the_past;
        let settings = tells_flags.then(|| records.settings()).transpose()?;
        sheets
            .iter()
            .map(|sheet| self.facts_of(sheet, asked, settings, &records))
            .collect()
    }

    /// The facts of one sheet; its flags if there are `settings` to tell them by.
    fn facts_of(
        &self,
        sheet: &Timesheet,
        asked: Asked,
        settings: Option<&Settings>,
        records: &Records<'_>,
    ) -> Result<Facts, Error> {
        let mut facts = Facts::default();
        if let Some(settings) = settings {
            let standing = records.standing(sheet, settings, self.actor())?;
            facts.flags = flags::flags(self.actor(), &standing);
        }
        if asked.sums {
            facts.sums = sheet.sums(|id| match records.get(Project::key(id)) {
                Some(Record::Project(project)) => Some(project.billing_type),
                _ => None,
            });
        }
        if asked.schedule {
            let owner = records.owner(sheet)?;
            let known = |id: ScheduleId| match records.get(Schedule::key(id)) {
                Some(Record::Schedule(schedule)) => Some(&**schedule),
                _ => None,
            };
            let dates = sheet.period.dates();
            facts.schedule = dates
                .map(|date| (date, scheduled_hours(&owner.schedules, known, date)))
                .collect();
        }
        Ok(facts)
    }
}

/// What the facts are made of, but for schedules.
fn wanted(sheets: &[&Timesheet], asked: Asked, actor: &Actor) -> Vec<Key> {
    let mut keys = Vec::new();
    if asked.flags {
        keys.push(Settings::key(SettingsId));
    }
    for sheet in sheets {
        if asked.flags || asked.schedule {
            keys.push(User::key(sheet.user_id));
        }
        if asked.flags && template_matters(sheet, actor) {
            keys.push(TimesheetTemplate::key(sheet.template_id));
        }
        if asked.sums && sheet.billing.is_none() {
            let projects = sheet.lines().filter_map(LineRef::project_id);
            keys.extend(projects.map(Project::key));
        }
    }
    keys
}

/// What a template allows is allowed to its sheets' owners alone.
fn template_matters(sheet: &Timesheet, actor: &Actor) -> bool {
    actor.is_person(sheet.user_id)
}

/// Records that the facts are made of: known before, or found.
struct Records<'k> {
    known: &'k Known<'k>,
    found: Found,
}

impl Records<'_> {
    async fn look_up(&mut self, view: &dyn View, keys: Vec<Key>) -> Result<(), Error> {
        let unknown = keys.into_iter().filter(|key| (self.known)(*key).is_none());
        let missing = self.found.missing(unknown);
        if !missing.is_empty() {
            self.found.add(view.records(&missing).await?);
        }
        Ok(())
    }

    fn get(&self, key: Key) -> Option<&Record> {
        (self.known)(key).or_else(|| self.found.get(key))
    }

    fn schedules_of(&self, sheets: &[&Timesheet]) -> Result<Vec<Key>, Error> {
        let mut keys = Vec::new();
        for sheet in sheets {
            let owner = self.owner(sheet)?;
            let dates = sheet.period.dates();
            let ids = dates.filter_map(|date| owner.schedules.at(date).copied());
            keys.extend(ids.map(Schedule::key));
            keys.dedup();
        }
        Ok(keys)
    }

    fn settings(&self) -> Result<&Settings, Error> {
        match self.get(Settings::key(SettingsId)) {
            Some(Record::Settings(settings)) => Ok(settings),
            _ => Err(Error::Internal("there are no settings".to_owned())),
        }
    }

    fn standing<'a>(
        &self,
        sheet: &'a Timesheet,
        settings: &Settings,
        actor: &Actor,
    ) -> Result<Standing<'a>, Error> {
        let owner = self.owner(sheet)?;
        let template = || self.get(TimesheetTemplate::key(sheet.template_id));
        let allows_own_approval = template_matters(sheet, actor)
            && matches!(template(), Some(Record::Template(template)) if template.allows_own_approval);
        Ok(Standing {
            sheet,
            manager_id: owner.manager_id,
            lock: Lock::of(settings, owner),
            allows_own_approval,
        })
    }

    fn owner(&self, sheet: &Timesheet) -> Result<&Arc<User>, Error> {
        match self.get(User::key(sheet.user_id)) {
            Some(Record::User(owner)) => Ok(owner),
            _ => Err(Error::Internal(format!(
                "the owner of timesheet {} is missing",
                sheet.id
            ))),
        }
    }
}

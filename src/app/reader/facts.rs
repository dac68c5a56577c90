//! What sheets come to for their reader: what they may do with them, their sums, and the hours to
//! work. For one sheet or a page of them it takes the same one or two reads.

use std::sync::Arc;

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

impl Reader {
    /// The facts of sheets that the reader sees, each in its sheet's place.
    pub async fn facts(&self, sheets: &[&Timesheet], asked: Asked) -> Result<Vec<Facts>, Error> {
        // What the facts are made of belongs to the sheet: who sees the one sees the other.
        let view = self.unlimited();
        let records = Found::load(view, wanted(sheets, asked, self.actor())).await?;
        let schedules = if asked.schedule {
            Found::load(view, schedules_of(sheets, &records)?).await?
        } else {
            Found::default()
        };
        sheets
            .iter()
            .map(|sheet| self.facts_of(sheet, asked, &records, &schedules))
            .collect()
    }

    fn facts_of(
        &self,
        sheet: &Timesheet,
        asked: Asked,
        records: &Found,
        schedules: &Found,
    ) -> Result<Facts, Error> {
        let mut facts = Facts::default();
        if asked.flags && !self.is_of_the_past {
            facts.flags = flags::flags(self.actor(), &records.standing(sheet)?);
        }
        if asked.sums {
            facts.sums = sheet.sums(|id| match records.get(Project::key(id)) {
                Some(Record::Project(project)) => Some(project.billing_type),
                _ => None,
            });
        }
        if asked.schedule {
            let owner = records.owner(sheet)?;
            let known = |id: ScheduleId| match schedules.get(Schedule::key(id)) {
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

fn wanted(sheets: &[&Timesheet], asked: Asked, actor: &Actor) -> Vec<Key> {
    let mut keys = Vec::new();
    if asked.flags {
        keys.push(Settings::key(SettingsId));
    }
    for sheet in sheets {
        if asked.flags || asked.schedule {
            keys.push(User::key(sheet.user_id));
        }
        // What a template allows is allowed to its sheets' owners alone.
        if asked.flags && actor.is_person(sheet.user_id) {
            keys.push(TimesheetTemplate::key(sheet.template_id));
        }
        if asked.sums {
            let projects = sheet.lines().filter_map(LineRef::project_id);
            keys.extend(projects.map(Project::key));
        }
    }
    keys
}

fn schedules_of(sheets: &[&Timesheet], records: &Found) -> Result<Vec<Key>, Error> {
    let mut keys = Vec::new();
    for sheet in sheets {
        let owner = records.owner(sheet)?;
        let dates = sheet.period.dates();
        let ids = dates.filter_map(|date| owner.schedules.at(date).copied());
        keys.extend(ids.map(Schedule::key));
        keys.dedup();
    }
    Ok(keys)
}

/// Records that were found, in order of their keys.
#[derive(Default)]
struct Found(Vec<(Key, Record)>);

impl Found {
    async fn load(view: &dyn View, mut keys: Vec<Key>) -> Result<Self, Error> {
        if keys.is_empty() {
            return Ok(Self::default());
        }
        keys.sort_unstable();
        keys.dedup();
        let records = view.records(&keys).await?;
        let found = keys.into_iter().zip(records);
        Ok(Self(
            found
                .filter_map(|(key, record)| record.map(|record| (key, record)))
                .collect(),
        ))
    }

    fn get(&self, key: Key) -> Option<&Record> {
        let position = self.0.binary_search_by_key(&key, |(key, _)| *key).ok()?;
        self.0.get(position).map(|(_, record)| record)
    }

    fn standing<'a>(&self, sheet: &'a Timesheet) -> Result<Standing<'a>, Error> {
        let owner = self.owner(sheet)?;
        let Some(Record::Settings(settings)) = self.get(Settings::key(SettingsId)) else {
            return Err(Error::Internal("there are no settings".to_owned()));
        };
        let allows_own_approval = match self.get(TimesheetTemplate::key(sheet.template_id)) {
            Some(Record::Template(template)) => template.allows_own_approval,
            _ => false,
        };
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

//! The bookings of an import against one picture of the data: found by their names, resolved row by
//! row, and woven into their owners' sheets, on every core.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::sync::Arc;

use rayon::prelude::*;

use super::{NoPlan, PlannedImport, Planning, Steps};
use crate::app::Error;
use crate::app::timesheets::settings_with_templates;
use crate::domain::change::Guard;
use crate::domain::error::Fault;
use crate::domain::id::UserId;
use crate::domain::import::entries::duplicates::{Repetition, Seen};
use crate::domain::import::entries::resolve::{Resolved, resolve};
use crate::domain::import::entries::weave::{Course, Refused, Step, Weaving, Woven};
use crate::domain::import::entries::{BookingChange, StoredEntry};
use crate::domain::import::report::Outcome;
use crate::domain::import::{Catalog, Collection, EntryRow, Phase, Placed, Report};
use crate::domain::period::Period;
use crate::domain::record::{Entity, Record, SettingsId};
use crate::domain::settings::Settings;
use crate::domain::template::TimesheetTemplate;
use crate::domain::timesheet::Timesheet;
use crate::domain::timesheet::contributions::ContributionRef;
use crate::domain::user::User;
use crate::store::{EntryName, View};

/// So many rows are looked up and resolved at once.
const BATCH_ROWS: usize = 65_536;

/// Adds to `planned` what `rows` come to.
pub async fn plan(
    planning: &Planning,
    rows: Vec<Placed<EntryRow>>,
    catalog: &Catalog,
    steps: &dyn Steps,
    planned: &mut PlannedImport,
) -> Result<(), NoPlan> {
    if rows.is_empty() {
        return Ok(());
    }
    let changes = resolve_all(planning, &rows, catalog, steps, &mut planned.report).await?;
    drop(rows);
    if changes.is_empty() {
        return Ok(());
    }
    let (settings, templates) = settings_with_templates(planning.view.as_ref()).await?;
    let mut loom = Loom {
        planning,
        settings,
        templates,
        owners: owners(&changes, catalog, planning.view.as_ref()).await?,
        changes,
    };
    let refused = loom.weave_all(steps)?;
    loom.finish(&refused, planned);
    Ok(())
}

/// What the rows change of which booking; everything else about them goes into the report.
async fn resolve_all(
    planning: &Planning,
    rows: &[Placed<EntryRow>],
    catalog: &Catalog,
    steps: &dyn Steps,
    report: &mut Report,
) -> Result<Vec<BookingChange>, NoPlan> {
    // Room that is not used takes no memory, and growing would take it twice.
    let mut changes = Vec::with_capacity(rows.len());
    let mut seen = Seen::with_room_for(rows.len());
    let total = rows.len() as u64;
    for (batch, rows) in (0_u64..).zip(rows.chunks(BATCH_ROWS)) {
        steps.reach(Phase::Matching, batch * BATCH_ROWS as u64, total)?;
        let stored = stored(rows, planning.view.as_ref()).await?;
        let repetitions: Vec<Repetition> = rows
            .iter()
            .zip(&stored)
            .map(|(row, stored)| seen.add(row, stored.as_ref()))
            .collect();
        let resolved: Vec<Result<Resolved, Vec<Fault>>> = (rows, &stored, repetitions)
            .into_par_iter()
            .map(|(row, stored, repetition)| match repetition {
                Repetition::First => {
                    resolve(row, stored.as_ref(), catalog, || planning.ids.next(planning.now))
                }
                Repetition::Same => Ok(Resolved::Unchanged),
                Repetition::Contradicts(first, member) => Err(vec![Repetition::fault(first, member)]),
            })
            .collect();
        for (row, resolved) in rows.iter().zip(resolved) {
            match resolved {
                Ok(Resolved::Unchanged) => report.count(Collection::TimeEntries, Outcome::Unchanged),
                Ok(Resolved::Skipped) => report.count(Collection::TimeEntries, Outcome::Skipped),
                Ok(Resolved::Change(change)) => changes.push(*change),
                Err(faults) => report.fail(row.place, row.row.name().as_deref(), faults),
            }
        }
    }
    Ok(changes)
}

/// The bookings that the rows name, each row's in its place.
async fn stored(rows: &[Placed<EntryRow>], view: &dyn View) -> Result<Vec<Option<StoredEntry>>, Error> {
    let mut names = Vec::with_capacity(2 * rows.len());
    for Placed { row, .. } in rows {
        names.extend(row.id.map(EntryName::Id));
        names.extend(row.external_id.as_deref().map(EntryName::External));
    }
    let mut found = view.sheets_with_entries(&names).await?.into_iter().zip(&names);
    let mut next = || {
        let (sheets, name) = found.next()?;
        let is_named = |it: ContributionRef<'_>| name.names(it);
        StoredEntry::gather(sheets.iter().map(Arc::as_ref), is_named)
    };
    Ok(rows
        .iter()
        .map(|Placed { row, .. }| {
            let by_id = row.id.and_then(|_| next());
            let by_external = row.external_id.as_ref().and_then(|_| next());
            by_id.or(by_external)
        })
        .collect())
}

/// An owner whose sheets change.
struct Owner {
    user: Arc<User>,
    sheets: Vec<Arc<Timesheet>>,
    steps: Vec<Step>,
    woven: Vec<Woven>,
}

/// Everybody whose hours change, with what happens to them, in order.
async fn owners(changes: &[BookingChange], catalog: &Catalog, view: &dyn View) -> Result<Vec<Owner>, Error> {
    let mut steps: Vec<(UserId, Step)> = Vec::with_capacity(changes.len());
    for (number, change) in (0_u32..).zip(changes) {
        let step = |date, course| Step {
            date,
            change: number,
            course,
        };
        if let Some((owner, dates)) = &change.before {
            steps.extend(dates.iter().map(|date| (*owner, step(*date, Course::Leaves))));
        }
        let come = (0_u32..).zip(&change.parts);
        steps.extend(come.map(|(part, it)| (change.owner, step(it.date, Course::Comes(part)))));
    }
    steps.par_sort_unstable();
    let mut owners = Vec::new();
    for steps in steps.chunk_by(|(one, _), (other, _)| one == other) {
        let Some((id, _)) = steps.first() else { continue };
        let Some(user) = catalog.users.get(id.uuid()) else {
            return Err(Error::Internal(format!("hours of {id}, who is not there")));
        };
        owners.push(Owner {
            user: Arc::clone(user),
            sheets: view.sheets_of(*id, Period::EVER).await?,
            steps: steps.iter().map(|(_, step)| *step).collect(),
            woven: Vec::new(),
        });
    }
    Ok(owners)
}

/// What the sheets of all owners are woven with.
struct Loom<'a> {
    planning: &'a Planning,
    settings: Arc<Settings>,
    templates: Vec<Arc<TimesheetTemplate>>,
    changes: Vec<BookingChange>,
    owners: Vec<Owner>,
}

/// What is wrong with which changes.
type Refusals = BTreeMap<u32, Vec<Fault>>;

impl Loom<'_> {
    /// Weaves until nothing more is refused. A change that is refused on one date happens on none,
    /// and what it would have left stays: so whoever it concerns is woven again without it.
    fn weave_all(&mut self, steps: &dyn Steps) -> Result<Refusals, NoPlan> {
        let mut refused = Refusals::new();
        let mut pending: Vec<usize> = (0..self.owners.len()).collect();
        while !pending.is_empty() {
            let mut fresh = Refusals::new();
            for batch in batches(pending.len()) {
                // Owners have about as many rows as one another.
                let (done, all) = (batch.start as u64, pending.len() as u64);
                let rows = self.changes.len() as u64;
                steps.reach(Phase::Planning, rows * done / all, rows)?;
                let batch = pending.get(batch).unwrap_or_default();
                for Refused { change, fault } in self.weave(batch) {
                    let faults = fresh.entry(change).or_default();
                    if !faults.contains(&fault) {
                        faults.push(fault);
                    }
                }
            }
            let dead: BTreeSet<u32> = fresh.keys().copied().collect();
            refused.extend(fresh);
            pending.clear();
            for (number, owner) in self.owners.iter_mut().enumerate() {
                if dead.is_empty() {
                    break;
                }
                let before = owner.steps.len();
                owner.steps.retain(|step| !dead.contains(&step.change));
                if owner.steps.len() < before {
                    pending.push(number);
                }
            }
        }
        Ok(refused)
    }

    /// Weaves the sheets of these owners, and tells what they refuse.
    fn weave(&mut self, owners: &[usize]) -> Vec<Refused> {
        let woven: Vec<_> = owners
            .par_iter()
            .filter_map(|number| Some((*number, self.weave_one(self.owners.get(*number)?))))
            .collect();
        let mut refused = Vec::new();
        for (number, outcome) in woven {
            let Some(owner) = self.owners.get_mut(number) else {
                continue;
            };
            match outcome {
                Ok(woven) => owner.woven = woven,
                Err(more) => {
                    owner.woven.clear();
                    refused.extend(more);
                }
            }
        }
        refused
    }

    fn weave_one(&self, owner: &Owner) -> Result<Vec<Woven>, Vec<Refused>> {
        let weaving = Weaving {
            owner: &owner.user,
            sheets: &owner.sheets,
            settings: &self.settings,
            templates: &self.templates,
            now: self.planning.now,
            changes: &self.changes,
        };
        weaving.weave(&owner.steps, &mut || self.planning.ids.next(self.planning.now))
    }

    /// Counts what became of the changes, and plans the sheets to be written.
    fn finish(self, refused: &Refusals, planned: &mut PlannedImport) {
        let report = &mut planned.report;
        for (number, change) in (0_u32..).zip(&self.changes) {
            match refused.get(&number) {
                None => report.count(Collection::TimeEntries, change.outcome),
                Some(faults) => {
                    let id = change.entry.external_id.as_deref().map(str::to_owned);
                    let id = id.unwrap_or_else(|| change.entry.id.to_string());
                    report.fail(change.place, Some(&id), faults.iter().cloned());
                }
            }
        }
        // What the settings close is closed at the moment of the write (F10).
        let settings = (Settings::key(SettingsId), self.settings.meta.version);
        planned.guards.push(Guard::Version(settings.0, settings.1));
        for owner in self.owners {
            if owner.woven.is_empty() {
                continue;
            }
            let user = &owner.user;
            planned
                .guards
                .push(Guard::Version(User::key(user.id), user.meta.version));
            for Woven { sheet, before } in owner.woven {
                planned.report.timesheets_changed += 1;
                planned.report.timesheets_opened += u64::from(before.is_none());
                planned.guards.push(before.map_or_else(
                    || Guard::PeriodFree(sheet.user_id, sheet.period),
                    |version| Guard::Version(Timesheet::key(sheet.id), version),
                ));
                planned.puts.push(Record::Timesheet(Arc::new(sheet)));
            }
        }
    }
}

/// Parts of `0..total`, between which progress is told.
fn batches(total: usize) -> impl Iterator<Item = Range<usize>> {
    const BATCH_OWNERS: usize = 256;
    (0..total)
        .step_by(BATCH_OWNERS)
        .map(move |start| start..(start + BATCH_OWNERS).min(total))
}

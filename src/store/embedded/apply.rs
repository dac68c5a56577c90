//! How a write makes the next state out of the present one, with all its indexes. Whether it may
//! is asked before, in `guards`.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::locator::{Locator, Retired};
use super::state::State;
use crate::domain::approval::ApprovalInstance;
use crate::domain::id::{ProjectId, TaskId, TimesheetId, UserId};
use crate::domain::record::{Key, Record};
use crate::domain::task::ProjectTask;
use crate::domain::timesheet::Timesheet;
use crate::domain::version::RowVersion;
use crate::store::changed::Tombstone;
use crate::store::codec::Entry;

/// What a write left behind.
#[derive(Debug, Default)]
pub struct Applied {
    /// The deleted records, as they were.
    pub deleted: Vec<Record>,
    /// What the locator points to in vain, once no older state is read any more.
    pub retired: Vec<Retired>,
}

/// Changes of lists that are rebuilt once a write, however many of their members change.
#[derive(Default)]
struct Lists {
    sheets: BTreeMap<UserId, Edits<TimesheetId, Timesheet>>,
    tasks: BTreeMap<Option<ProjectId>, Edits<TaskId, ProjectTask>>,
}

/// What goes out of a list and what comes in.
struct Edits<I, T> {
    gone: Vec<I>,
    come: Vec<Arc<T>>,
}

impl<I, T> Default for Edits<I, T> {
    fn default() -> Self {
        Self {
            gone: Vec::new(),
            come: Vec::new(),
        }
    }
}

impl State {
    /// Makes a write part of the state. It names each record once.
    pub fn apply(&mut self, locator: &Locator, entry: &Entry) -> Applied {
        let Entry {
            at,
            id: _,
            counter,
            puts,
            deletes,
            audit: _,
        } = entry;
        let applied = self.put_and_delete(locator, puts, deletes);
        self.at = *at;
        self.counter = self.counter.max(*counter);
        applied
    }

    /// Makes part of the state what a write put, and what it deleted with the tombstones' versions.
    /// Where in the order of writes it stands then is left to the caller.
    pub fn put_and_delete(
        &mut self,
        locator: &Locator,
        puts: &[Record],
        deletes: &[(Key, RowVersion)],
    ) -> Applied {
        let mut applied = Applied::default();
        let mut lists = Lists::default();
        // All old records leave the indexes before new ones enter, so that two may swap a key.
        for put in puts {
            if let Some(old) = self.record(locator, put.key()) {
                self.unlink(&old, &mut lists);
                applied.retired.extend(retired(locator, &old, Some(put)));
            }
        }
        for (key, version) in deletes {
            if let Some(old) = self.record(locator, *key) {
                self.unlink(&old, &mut lists);
                self.records.remove(*key);
                let tombstone = Tombstone {
                    version: *version,
                    owner: old.owner(),
                };
                self.tombstones.insert(*key, tombstone);
                self.gone_by_version.insert(*version, *key);
                applied.retired.extend(retired(locator, &old, None));
                applied.deleted.push(old);
            }
        }
        for put in puts {
            self.link(put, &mut lists, locator);
        }
        self.rebuild(lists);
        applied
    }

    /// Adds records, none of which is there yet.
    pub(super) fn put_all(&mut self, records: &[Record], locator: &Locator) {
        let mut lists = Lists::default();
        for record in records {
            self.link(record, &mut lists, locator);
        }
        self.rebuild(lists);
    }

    /// Takes out of the locator what this state, the only one that is read, does not hold.
    pub fn forget(&self, locator: &Locator, retired: Retired) {
        let present = self.sheet_at(retired.place());
        locator.forget(retired, present.map(|sheet| &**sheet));
    }

    fn unlink(&mut self, old: &Record, lists: &mut Lists) {
        self.by_version.remove(&old.meta().version);
        for key in old.unique_keys() {
            self.unique.remove(&key);
        }
        match old {
            Record::Timesheet(sheet) => {
                self.by_date.remove(&(sheet.period.from(), sheet.id));
                for approver in named(sheet) {
                    self.approvers.remove(&(approver, sheet.period.from(), sheet.id));
                }
                lists.sheets.entry(sheet.user_id).or_default().gone.push(sheet.id);
            }
            Record::Task(task) => lists.tasks.entry(task.project_id).or_default().gone.push(task.id),
            Record::User(user) => {
                if let Some(manager) = user.manager_id {
                    self.reports.remove(&(manager, user.id));
                }
            }
            Record::Token(token) => drop(self.tokens.remove(&token.hash)),
            Record::Settings(_)
            | Record::Department(_)
            | Record::Organization(_)
            | Record::Activity(_)
            | Record::Schedule(_)
            | Record::Template(_)
            | Record::Project(_)
            | Record::SyncJob(_) => {}
        }
    }

    fn link(&mut self, new: &Record, lists: &mut Lists, locator: &Locator) {
        let key = new.key();
        if !self.tombstones.is_empty()
            && let Some(tombstone) = self.tombstones.remove(&key)
        {
            self.gone_by_version.remove(&tombstone.version);
        }
        self.by_version.insert(new.meta().version, new.clone());
        for unique in new.unique_keys() {
            self.unique.insert(unique, key.uuid());
        }
        match new {
            Record::Timesheet(sheet) => {
                self.longest_days = self.longest_days.max(sheet.period.days());
                self.by_date.insert((sheet.period.from(), sheet.id), new.clone());
                for approver in named(sheet) {
                    self.approvers.insert((approver, sheet.period.from(), sheet.id));
                }
                lists
                    .sheets
                    .entry(sheet.user_id)
                    .or_default()
                    .come
                    .push(sheet.clone());
                locator.add(sheet);
                return;
            }
            Record::Task(task) => lists
                .tasks
                .entry(task.project_id)
                .or_default()
                .come
                .push(task.clone()),
            Record::User(user) => {
                if let Some(manager) = user.manager_id {
                    self.reports.insert((manager, user.id));
                }
            }
            Record::Token(token) => drop(self.tokens.insert(token.hash, token.id)),
            Record::Settings(_)
            | Record::Department(_)
            | Record::Organization(_)
            | Record::Activity(_)
            | Record::Schedule(_)
            | Record::Template(_)
            | Record::Project(_)
            | Record::SyncJob(_) => {}
        }
        self.records.insert(new.clone());
    }

    fn rebuild(&mut self, lists: Lists) {
        for (user, edits) in lists.sheets {
            let list = edits.make(
                self.sheets_of(user),
                |sheet| sheet.id,
                |sheet| sheet.period.from(),
            );
            if list.is_empty() {
                self.sheets.remove(&user);
            } else {
                self.sheets.insert(user, list);
            }
        }
        for (project, edits) in lists.tasks {
            let present = self.tasks.get(&project).map_or(&[][..], |tasks| tasks);
            let list = edits.make(present, |task| task.id, |task| task.id);
            if list.is_empty() {
                self.tasks.remove(&project);
            } else {
                self.tasks.insert(project, list);
            }
        }
    }
}

/// Whom the sheet names as its approvers.
fn named(sheet: &Timesheet) -> impl Iterator<Item = UserId> + '_ {
    let approval = sheet.approval().into_iter();
    approval.flat_map(ApprovalInstance::named_approvers)
}

impl<I: Ord, T> Edits<I, T> {
    /// The list after the edits, ordered by `order`.
    fn make<O: Ord>(
        mut self,
        present: &[Arc<T>],
        id: impl Fn(&T) -> I,
        order: impl Fn(&T) -> O,
    ) -> Arc<[Arc<T>]> {
        self.gone.sort_unstable();
        let mut list = Vec::with_capacity(present.len() + self.come.len());
        let stays = |it: &&Arc<T>| self.gone.binary_search(&id(it)).is_err();
        list.extend(present.iter().filter(stays).cloned());
        list.append(&mut self.come);
        list.sort_by_key(|it| order(it));
        list.into()
    }
}

/// What the locator knows of `old` and what is not so in `new`.
fn retired(locator: &Locator, old: &Record, new: Option<&Record>) -> Option<Retired> {
    match (old, new) {
        (Record::Timesheet(old), Some(Record::Timesheet(new))) => locator.retired(old, Some(new)),
        (Record::Timesheet(old), _) => locator.retired(old, None),
        _ => None,
    }
}

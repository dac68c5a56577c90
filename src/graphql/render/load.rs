//! Loads what an answer refers to: level by level of the selection, each level's records in one
//! read, whatever the number of objects that refer to them.

use std::sync::Arc;

use super::facts::FactsOfSheets;
use super::{Field, Object, Plan, Stored, Today, Value};
use crate::app::reader::facts::{Asked, Facts};
use crate::app::reader::found::Found;
use crate::app::{Error, Reader};
use crate::domain::id::{SyncJobId, TimesheetId};
use crate::domain::import::Progress;
use crate::domain::record::{Key, Record};
use crate::domain::sync_job::SyncJob;
use crate::domain::timesheet::Timesheet;

/// What is to be loaded.
pub struct Wanted<'p> {
    today: Today,
    records: Vec<Reference<'p>>,
    sheets: Vec<Arc<Timesheet>>,
    facts: Asked,
    jobs: Vec<Arc<SyncJob>>,
}

/// A record that is wanted, and what of it.
struct Reference<'p> {
    key: Key,
    plan: &'p Plan,
    gather: GatherRecord,
}

/// Notes what a record needs loaded.
pub(super) type GatherRecord = for<'p> fn(&Record, &'p Plan, &mut Wanted<'p>);

/// What was loaded.
pub struct Scene {
    today: Today,
    /// Those that the caller may see.
    records: Found,
    facts: FactsOfSheets,
    /// How far imports have come.
    progress: Vec<(SyncJobId, Progress)>,
}

/// Notes what the object that is seen through `view` needs loaded, for what `plan` asks of it.
pub fn gather<'p, O: Object>(view: O::View<'_>, plan: &'p Plan, wanted: &mut Wanted<'p>) {
    for item in plan.taking_more() {
        if let Some(field) = item.field::<O>() {
            field.gather(view, item.plan(), wanted);
        }
    }
}

pub(super) fn gather_record<'p, O: Stored>(record: &Record, plan: &'p Plan, wanted: &mut Wanted<'p>) {
    if let Some(view) = O::view(record) {
        gather::<O>(view, plan, wanted);
    }
}

impl<O: Object> Field<O> {
    fn gather<'p>(&self, view: O::View<'_>, plan: &'p Plan, wanted: &mut Wanted<'p>) {
        match &self.value {
            Value::Leaf(_) => {}
            Value::Computed { gather, .. } | Value::Fact { gather, .. } => gather(view, wanted),
            Value::Reference { key, gather, .. } => {
                if let Some(key) = key(view, wanted.today) {
                    let gather = *gather;
                    wanted.records.push(Reference { key, plan, gather });
                }
            }
            Value::Part { gather, .. } => gather(view, plan, wanted),
        }
    }
}

impl Wanted<'_> {
    /// Nothing yet.
    pub fn new(today: Today) -> Self {
        Self {
            today,
            records: Vec::new(),
            sheets: Vec::new(),
            facts: Asked::default(),
            jobs: Vec::new(),
        }
    }

    /// Whether what is to be loaded is the same whoever asks.
    pub const fn is_for_everybody(&self) -> bool {
        self.records.is_empty() && self.sheets.is_empty()
    }

    /// How far the import has come.
    pub fn progress(&mut self, job: &Arc<SyncJob>) {
        self.jobs.push(Arc::clone(job));
    }

    /// Facts of the sheet: those that `choose` marks.
    pub fn facts(&mut self, sheet: &Arc<Timesheet>, choose: impl FnOnce(&mut Asked)) {
        choose(&mut self.facts);
        // The fields of one sheet ask one after the other.
        if self.sheets.last().is_none_or(|last| last.id != sheet.id) {
            self.sheets.push(Arc::clone(sheet));
        }
    }

    /// Drops what needs nothing more, and the rest but once per plan: a thousand lines on one
    /// project ask for its client once.
    fn retain_deeper(&mut self) {
        self.records.retain(|it| it.plan.needs_more());
        let identity = |it: &Reference<'_>| (it.key, std::ptr::from_ref(it.plan).addr());
        self.records.sort_unstable_by_key(identity);
        self.records.dedup_by_key(|it| identity(it));
    }
}

impl Scene {
    /// Loads what is wanted, and what that in turn needs.
    pub async fn load(reader: &Reader, mut wanted: Wanted<'_>) -> Result<Self, Error> {
        let mut scene = Self {
            today: wanted.today,
            records: Found::default(),
            facts: FactsOfSheets::default(),
            progress: Vec::new(),
        };
        loop {
            let jobs = wanted.jobs.drain(..);
            scene
                .progress
                .extend(jobs.map(|job| (job.id, reader.progress_of(&job))));
            scene.load_records(reader, &wanted.records).await?;
            scene.load_facts(reader, &mut wanted).await?;
            if wanted.records.is_empty() {
                return Ok(scene);
            }
            wanted = scene.deeper(wanted);
        }
    }

    /// Loads the records that are wanted and not here yet.
    async fn load_records(&mut self, reader: &Reader, wanted: &[Reference<'_>]) -> Result<(), Error> {
        let missing = self.records.missing(wanted.iter().map(|it| it.key));
        if !missing.is_empty() {
            self.records.add(reader.records(&missing).await?);
        }
        Ok(())
    }

    /// What the records that were wanted need in turn.
    fn deeper<'p>(&self, mut wanted: Wanted<'p>) -> Wanted<'p> {
        wanted.retain_deeper();
        // Facts of a sheet that is met again take the place of those it had: they are as many.
        let mut deeper = Wanted {
            facts: wanted.facts,
            ..Wanted::new(wanted.today)
        };
        for reference in &wanted.records {
            if let Some(record) = self.record(reference.key) {
                (reference.gather)(record, reference.plan, &mut deeper);
            }
        }
        deeper
    }

    async fn load_facts(&mut self, reader: &Reader, wanted: &mut Wanted<'_>) -> Result<(), Error> {
        if wanted.sheets.is_empty() {
            return Ok(());
        }
        wanted.sheets.sort_unstable_by_key(|sheet| sheet.id);
        wanted.sheets.dedup_by_key(|sheet| sheet.id);
        let sheets: Vec<&Timesheet> = wanted.sheets.iter().map(Arc::as_ref).collect();
        let records = &self.records;
        let facts = reader
            .facts(&sheets, wanted.facts, &|key| records.get(key))
            .await?;
        self.facts.add(sheets.iter().map(|sheet| sheet.id).zip(facts));
        Ok(())
    }

    /// The date on the wall of the caller's office.
    pub const fn today(&self) -> Today {
        self.today
    }

    /// The record, if there is one that the caller may see.
    pub fn record(&self, key: Key) -> Option<&Record> {
        self.records.get(key)
    }

    /// The facts of a sheet that were asked for.
    pub fn facts(&self, sheet: TimesheetId) -> Option<&Facts> {
        self.facts.get(sheet)
    }

    /// How far an import has come, if that was asked for.
    pub fn progress(&self, job: SyncJobId) -> Option<Progress> {
        let found = self.progress.iter().find(|(id, _)| *id == job);
        found.map(|(_, progress)| *progress)
    }
}

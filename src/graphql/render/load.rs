//! Loads what an answer refers to: level by level of the selection, each level's records in one
//! read, whatever the number of objects that refer to them.

use std::sync::Arc;

use super::{Field, Object, Plan, Stored, Today, Value};
use crate::app::{Error, Reader};
use crate::domain::hours::Hours;
use crate::domain::id::TimesheetId;
use crate::domain::record::{Key, Record};
use crate::domain::time::Date;
use crate::domain::timesheet::Timesheet;

/// What is to be loaded.
pub struct Wanted<'p> {
    today: Today,
    records: Vec<Reference<'p>>,
    schedules: Vec<Arc<Timesheet>>,
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
    /// In order of the keys; `None` where there is no such record, or none to be seen.
    records: Vec<(Key, Option<Record>)>,
    /// In order of the ids.
    schedules: Vec<(TimesheetId, Vec<(Date, Hours)>)>,
}

/// Notes what the object that is seen through `view` needs loaded, for what `plan` asks of it.
pub fn gather<'p, O: Object>(view: O::View<'_>, plan: &'p Plan, wanted: &mut Wanted<'p>) {
    if plan.needs_more() {
        for item in plan.items() {
            if let Some(field) = item.field::<O>() {
                field.gather(view, item.plan(), wanted);
            }
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
            Value::Computed { gather, .. } => gather(view, wanted),
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
    pub const fn new(today: Today) -> Self {
        Self {
            today,
            records: Vec::new(),
            schedules: Vec::new(),
        }
    }

    /// The hours to work on each date of the sheet.
    pub fn schedule(&mut self, sheet: &Arc<Timesheet>) {
        self.schedules.push(Arc::clone(sheet));
    }

    /// Each record once per plan, in order of the keys.
    fn distinct(&mut self) -> impl Iterator<Item = &Reference<'_>> {
        let identity = |it: &Reference<'_>| (it.key, std::ptr::from_ref(it.plan).addr());
        self.records.sort_unstable_by_key(identity);
        self.records.dedup_by_key(|it| identity(it));
        self.records.iter()
    }
}

impl Scene {
    /// Loads what is wanted, and what that in turn needs.
    pub async fn load(reader: &Reader, mut wanted: Wanted<'_>) -> Result<Self, Error> {
        let mut scene = Self {
            today: wanted.today,
            records: Vec::new(),
            schedules: Vec::new(),
        };
        loop {
            scene
                .load_schedules(reader, std::mem::take(&mut wanted.schedules))
                .await?;
            if wanted.records.is_empty() {
                return Ok(scene);
            }
            wanted = scene.load_records(reader, wanted).await?;
        }
    }

    /// Loads the records that are wanted and not here yet, and tells what they need.
    async fn load_records<'p>(
        &mut self,
        reader: &Reader,
        mut wanted: Wanted<'p>,
    ) -> Result<Wanted<'p>, Error> {
        let mut missing: Vec<Key> = wanted.distinct().map(|it| it.key).collect();
        missing.dedup();
        missing.retain(|key| self.position(*key).is_err());
        let found = reader.records(&missing).await?;
        self.records.extend(missing.into_iter().zip(found));
        self.records.sort_unstable_by_key(|(key, _)| *key);
        let mut deeper = Wanted::new(wanted.today);
        for reference in &wanted.records {
            if let Some(record) = self.record(reference.key) {
                (reference.gather)(record, reference.plan, &mut deeper);
            }
        }
        Ok(deeper)
    }

    async fn load_schedules(&mut self, reader: &Reader, sheets: Vec<Arc<Timesheet>>) -> Result<(), Error> {
        for sheet in sheets {
            let hours = reader.schedule_of(&sheet).await?;
            self.schedules.push((sheet.id, hours));
        }
        self.schedules.sort_unstable_by_key(|(id, _)| *id);
        Ok(())
    }

    /// The date on the wall of the caller's office.
    pub const fn today(&self) -> Today {
        self.today
    }

    /// The record, if there is one that the caller may see.
    pub fn record(&self, key: Key) -> Option<&Record> {
        let position = self.position(key).ok()?;
        self.records.get(position)?.1.as_ref()
    }

    /// The hours to work on each date of the sheet.
    pub fn schedule(&self, sheet: TimesheetId) -> &[(Date, Hours)] {
        let position = self.schedules.binary_search_by_key(&sheet, |(id, _)| *id);
        let found = position.ok().and_then(|position| self.schedules.get(position));
        found.map(|(_, hours)| hours.as_slice()).unwrap_or_default()
    }

    fn position(&self, key: Key) -> Result<usize, usize> {
        self.records.binary_search_by_key(&key, |(key, _)| *key)
    }
}

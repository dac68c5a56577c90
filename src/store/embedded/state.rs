//! The whole of the data as one immutable value: who holds it sees it as it was at one moment.
//! The next one is derived by sharing. Where its parts are looked up by several keys, the indexes
//! are parts of it too. Disks and threads are not known here.

use std::sync::Arc;

use imbl::{OrdMap, OrdSet};
use uuid::Uuid;

use super::locator::{Locator, Place};
use super::records::{HashMap, Records};
use crate::domain::id::{ProjectId, TimesheetId, TokenId, UserId};
use crate::domain::period::Period;
use crate::domain::record::{Key, Kind, Record, UniqueKey};
use crate::domain::task::ProjectTask;
use crate::domain::time::Date;
use crate::domain::timesheet::Timesheet;
use crate::domain::token::TokenHash;
use crate::domain::version::RowVersion;
use crate::store::changed::{Changed, ChangedPage, Tombstone};
use crate::store::{Around, EntryName, EntrySheets, Token};

/// One user's sheets, in date order.
pub type Sheets = Arc<[Arc<Timesheet>]>;

/// The data at one moment.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct State {
    /// Which writes it shows.
    pub(super) at: Token,
    /// The greatest version in it, or given to what is no longer in it (S2).
    pub(super) counter: RowVersion,
    /// Every record but the sheets.
    pub(super) records: Records,
    /// The sheets by user.
    pub(super) sheets: HashMap<UserId, Sheets>,
    /// The sheets by first date.
    pub(super) by_date: OrdMap<(Date, TimesheetId), Record>,
    /// A number of days that no sheet exceeds.
    pub(super) longest_days: i32,
    /// The tasks by project, the common ones under `None`; by id.
    pub(super) tasks: HashMap<Option<ProjectId>, Arc<[Arc<ProjectTask>]>>,
    /// Managers, each with everybody whom they manage directly.
    pub(super) reports: OrdSet<(UserId, UserId)>,
    /// Whom sheets name as their approvers, with the sheets' first dates.
    pub(super) approvers: OrdSet<(UserId, Date, TimesheetId)>,
    /// The access tokens by their hashes.
    pub(super) tokens: HashMap<TokenHash, TokenId>,
    /// Who has which unique key.
    pub(super) unique: HashMap<UniqueKey, Uuid>,
    /// What was deleted (X1).
    pub(super) tombstones: OrdMap<Key, Tombstone>,
    /// Every record by its version (X5).
    pub(super) by_version: OrdMap<RowVersion, Record>,
    /// What was deleted, by the version of the deletion.
    pub(super) gone_by_version: OrdMap<RowVersion, Key>,
}

impl State {
    /// The record with this key.
    pub fn record(&self, locator: &Locator, key: Key) -> Option<Record> {
        match key {
            Key::Timesheet(id) => self.sheet(locator, id).cloned().map(Record::Timesheet),
            other => self.records.get(other).cloned(),
        }
    }

    /// The sheet with this id.
    pub fn sheet(&self, locator: &Locator, id: TimesheetId) -> Option<&Arc<Timesheet>> {
        locator
            .places_of_sheet(id)
            .find_map(|place| self.sheet_at(place).filter(|sheet| sheet.id == id))
    }

    /// The sheet at a place.
    pub fn sheet_at(&self, place: Place) -> Option<&Arc<Timesheet>> {
        let sheets = self.sheets_of(place.user);
        let index = sheets
            .binary_search_by_key(&place.from, |sheet| sheet.period.from())
            .ok()?;
        sheets.get(index)
    }

    /// All sheets of a user.
    pub fn sheets_of(&self, user: UserId) -> &[Arc<Timesheet>] {
        self.sheets.get(&user).map_or(&[], |sheets| sheets)
    }

    /// The user's sheets that have a date in `period`.
    pub fn sheets_within(&self, user: UserId, period: Period) -> &[Arc<Timesheet>] {
        let sheets = self.sheets_of(user);
        let start = sheets.partition_point(|sheet| sheet.period.to() < period.from());
        let end = sheets.partition_point(|sheet| sheet.period.from() <= period.to());
        sheets.get(start..end).unwrap_or_default()
    }

    /// The sheets that name this person as an approver and have a date in `period`.
    pub fn sheets_naming<'a>(
        &'a self,
        locator: &'a Locator,
        person: UserId,
        period: Period,
    ) -> impl Iterator<Item = &'a Arc<Timesheet>> {
        let earliest = period.from().plus_days(-self.longest_days);
        let least = (person, earliest, TimesheetId::new(Uuid::nil()));
        let most = (person, period.to(), TimesheetId::new(Uuid::max()));
        let sheets = self.approvers.range(least..=most);
        sheets
            .filter_map(|(_, _, id)| self.sheet(locator, *id))
            .filter(move |sheet| sheet.period.overlaps(period))
    }

    /// What is around a date in a user's sheets.
    pub fn around(&self, user: UserId, date: Date) -> Around {
        let sheets = self.sheets_of(user);
        let start = sheets.partition_point(|sheet| sheet.period.to() < date);
        let at = sheets.get(start).filter(|sheet| sheet.period.contains(date));
        let next = start + usize::from(at.is_some());
        Around {
            before: start
                .checked_sub(1)
                .and_then(|before| sheets.get(before))
                .cloned(),
            at: at.cloned(),
            after: sheets.get(next).cloned(),
        }
    }

    /// The sheet that holds the line or cell with this id, of those that `wanted` lets pass.
    pub fn sheet_with_row(
        &self,
        locator: &Locator,
        row: Uuid,
        wanted: impl Fn(TimesheetId) -> bool,
    ) -> Option<&Arc<Timesheet>> {
        locator
            .places_of_row(row)
            .filter_map(|place| self.sheet_at(place))
            .find(|sheet| wanted(sheet.id) && sheet.rows.has_row(row))
    }

    /// The sheets to which this booking contributes, by date.
    pub fn sheets_with_entry(&self, locator: &Locator, name: &EntryName<'_>) -> EntrySheets {
        let mut sheets: EntrySheets = locator
            .places_of_entry(name)
            .filter_map(|place| self.sheet_at(place))
            .filter(|sheet| sheet.contributions().any(|it| name.names(it)))
            .cloned()
            .collect();
        sheets.sort_by_key(|sheet| (sheet.period.from(), sheet.id));
        sheets.dedup_by_key(|sheet| sheet.id);
        sheets
    }

    /// Everybody whose manager is `manager`, directly or not, in order of their ids. Who manages
    /// themselves by a cycle is not of their own team.
    pub fn team_of(&self, manager: UserId) -> Vec<UserId> {
        let mut team = OrdSet::new();
        let mut unvisited = vec![manager];
        while let Some(lead) = unvisited.pop() {
            let least = (lead, UserId::new(Uuid::nil()));
            for (_, member) in self.reports.range(least..).take_while(|(of, _)| *of == lead) {
                if *member != manager && team.insert(*member).is_none() {
                    unvisited.push(*member);
                }
            }
        }
        team.into_iter().collect()
    }

    /// The records of a kind other than sheets, by id.
    pub fn of_kind(&self, kind: Kind) -> impl DoubleEndedIterator<Item = &Record> {
        let range = Key::new(kind, Uuid::nil())..=Key::new(kind, Uuid::max());
        self.records.range(range)
    }

    /// The first `limit` changes after a version.
    pub fn changed_since(&self, version: RowVersion, limit: usize) -> ChangedPage {
        let after = RowVersion::new(version.value().saturating_add(1))..;
        let mut records = self.by_version.range(after.clone()).peekable();
        let mut gone = self.gone_by_version.range(after).peekable();
        let mut items = Vec::new();
        while items.len() < limit {
            let is_gone = match (records.peek(), gone.peek()) {
                (None, None) => break,
                (record, gone) => gone.is_some_and(|(at, _)| record.is_none_or(|(other, _)| at < other)),
            };
            if !is_gone {
                items.extend(records.next().map(|(_, record)| Changed::Record(record.clone())));
            } else if let Some((_, key)) = gone.next()
                && let Some(tombstone) = self.tombstones.get(key)
            {
                items.push(Changed::Gone(*key, *tombstone));
            }
        }
        ChangedPage {
            items,
            has_more: records.peek().is_some() || gone.peek().is_some(),
            newest: self.counter,
        }
    }

    /// How many sheets there are.
    pub fn sheet_count(&self) -> usize {
        self.by_date.len()
    }
}

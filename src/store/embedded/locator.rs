//! Where a thing with a known id may be found: a sheet by its own id, or by the id of one of its
//! lines or cells, or of a booking that was imported into it. Hot and keyed, so in a concurrent map and not in the immutable state; hence
//! every answer is only a candidate, to be verified in the state that the asker has pinned.
//!
//! That allows for short entries, of which a sheet has two or more: ids are hashed to eight bytes,
//! and whose sheet it is takes four.

use std::hash::Hash;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError, TryLockError};

use ahash::{AHashSet, RandomState};
use dashmap::{DashMap, Entry};
use uuid::Uuid;

use crate::domain::id::{RowIdPrefix, TimesheetId, UserId};
use crate::domain::time::Date;
use crate::domain::timesheet::Timesheet;
use crate::store::EntryName;

/// Where a sheet is in a state.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Place {
    /// Whose sheet.
    pub user: UserId,
    /// Its first date.
    pub from: Date,
}

impl Place {
    /// Where `sheet` is.
    pub const fn of(sheet: &Timesheet) -> Self {
        Self {
            user: sheet.user_id,
            from: sheet.period.from(),
        }
    }
}

/// What is no longer at a place in the newest state, but may be in one that is still read.
#[derive(Debug)]
pub struct Retired {
    place: Place,
    ids: Vec<Fingerprint>,
}

impl Retired {
    /// Where it was.
    pub const fn place(&self) -> Place {
        self.place
    }
}

/// The hash of a sheet's id, of the shared part of the ids of rows, or of a booking's id. Keyed anew in every process,
/// so that no client can choose ids that meet.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
struct Fingerprint(u64);

/// A place, with its user's number.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Spot {
    user: u32,
    from: Date,
}

/// Where sheets and rows may be found.
#[derive(Debug, Default)]
pub struct Locator {
    hasher: RandomState,
    /// One spot for nearly every id, and the others beside it.
    first: DashMap<Fingerprint, Spot, RandomState>,
    others: DashMap<Fingerprint, Vec<Spot>, RandomState>,
    users: Numbering,
    /// Held by who forgets, or adds what the newest state does not show yet.
    forgetting: Mutex<()>,
}

impl Locator {
    /// With room for so many sheets whose rows were made together.
    pub fn with_room_for(sheets: usize) -> Self {
        Self {
            first: DashMap::with_capacity_and_hasher(2 * sheets, RandomState::default()),
            ..Self::default()
        }
    }

    /// The candidates for the sheet with this id; nearly always one or none.
    pub fn places_of_sheet(&self, id: TimesheetId) -> impl Iterator<Item = Place> {
        self.places(self.fingerprint(id))
    }

    /// The candidates for the sheet with a row of this id; nearly always one or none.
    pub fn places_of_row(&self, id: Uuid) -> impl Iterator<Item = Place> {
        let (prefix, _) = RowIdPrefix::split(id);
        self.places(self.fingerprint(prefix))
    }

    /// The candidates for the sheets to which this booking contributes.
    pub fn places_of_entry(&self, name: &EntryName<'_>) -> impl Iterator<Item = Place> {
        self.places(match name {
            EntryName::Id(id) => self.fingerprint(id),
            EntryName::External(id) => self.fingerprint(id),
        })
    }

    /// Notes where a sheet and its rows are.
    pub fn add(&self, sheet: &Timesheet) {
        let spot = self.spot(Place::of(sheet));
        for id in self.fingerprints(sheet) {
            self.add_spot(id, spot);
        }
    }

    /// What is known of `old` and is not so in `new`, which is there in its stead.
    pub fn retired(&self, old: &Timesheet, new: Option<&Timesheet>) -> Option<Retired> {
        let place = Place::of(old);
        let new = new.filter(|new| Place::of(new) == place);
        let ids = self.without(self.fingerprints(old), new);
        (!ids.is_empty()).then_some(Retired { place, ids })
    }

    /// Keeps everything from being forgotten for as long as it is held: for who adds what is not
    /// shown yet.
    pub fn hold(&self) -> MutexGuard<'_, ()> {
        self.forgetting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Lets its holder forget; nothing while somebody holds what there is.
    pub fn try_hold(&self) -> Option<MutexGuard<'_, ()>> {
        match self.forgetting.try_lock() {
            Ok(held) => Some(held),
            Err(TryLockError::Poisoned(held)) => Some(held.into_inner()),
            Err(TryLockError::WouldBlock) => None,
        }
    }

    /// Forgets what was retired, unless `present`, the sheet at its place in the only state that is
    /// still read, has it. Only one thread may do this, and none may add meanwhile; a reader beside
    /// it may see a candidate twice, and never misses one.
    pub fn forget(&self, retired: Retired, present: Option<&Timesheet>) {
        let spot = self.spot(retired.place);
        for id in self.without(retired.ids.into_iter(), present) {
            self.remove_spot(id, spot);
        }
    }

    fn fingerprint(&self, id: impl Hash) -> Fingerprint {
        Fingerprint(self.hasher.hash_one(id))
    }

    fn fingerprints(&self, sheet: &Timesheet) -> impl Iterator<Item = Fingerprint> {
        let rows = sheet.rows.id_prefixes();
        let rows = rows.map(|prefix| self.fingerprint(prefix));
        let entries = sheet.contributions().flat_map(|it| {
            let external = it.external_id().map(|id| self.fingerprint(id));
            std::iter::once(self.fingerprint(it.id())).chain(external)
        });
        std::iter::once(self.fingerprint(sheet.id))
            .chain(rows)
            .chain(entries)
    }

    /// Those of `ids` that `sheet` does not have.
    fn without(&self, ids: impl Iterator<Item = Fingerprint>, sheet: Option<&Timesheet>) -> Vec<Fingerprint> {
        let kept: AHashSet<Fingerprint> = sheet
            .into_iter()
            .flat_map(|sheet| self.fingerprints(sheet))
            .collect();
        ids.filter(|id| !kept.contains(id)).collect()
    }

    fn spot(&self, place: Place) -> Spot {
        Spot {
            user: self.users.number(place.user),
            from: place.from,
        }
    }

    fn places(&self, id: Fingerprint) -> impl Iterator<Item = Place> {
        // Held while the others are read, so that none is missed which is just being promoted.
        let first = self.first.get(&id);
        let others = match &first {
            Some(_) => self.others.get(&id).map(|others| others.clone()),
            None => None,
        };
        let first = first.map(|spot| *spot);
        let spots = first.into_iter().chain(others.into_iter().flatten());
        spots.filter_map(|spot| {
            let user = self.users.user(spot.user)?;
            let from = spot.from;
            Some(Place { user, from })
        })
    }

    /// Adds a candidate, once.
    fn add_spot(&self, id: Fingerprint, spot: Spot) {
        match self.first.entry(id) {
            Entry::Vacant(place) => drop(place.insert(spot)),
            Entry::Occupied(first) => {
                if *first.get() != spot {
                    let mut others = self.others.entry(id).or_default();
                    if !others.contains(&spot) {
                        others.push(spot);
                    }
                }
            }
        }
    }

    fn remove_spot(&self, id: Fingerprint, spot: Spot) {
        let is_first = self.first.get(&id).is_some_and(|first| *first == spot);
        let promoted = self
            .others
            .get(&id)
            .and_then(|others| others.iter().find(|it| **it != spot).copied());
        if is_first {
            match promoted {
                Some(promoted) => drop(self.first.insert(id, promoted)),
                None => drop(self.first.remove(&id)),
            }
        }
        let gone = if is_first { promoted } else { Some(spot) };
        self.others.remove_if_mut(&id, |_, others| {
            others.retain(|it| Some(*it) != gone);
            others.is_empty()
        });
    }
}

/// Numbers users as they come; a number is never given to another.
#[derive(Debug, Default)]
struct Numbering {
    count: AtomicU32,
    numbers: DashMap<UserId, u32, RandomState>,
    users: DashMap<u32, UserId, RandomState>,
}

impl Numbering {
    fn number(&self, user: UserId) -> u32 {
        if let Some(number) = self.numbers.get(&user) {
            return *number;
        }
        *self.numbers.entry(user).or_insert_with(|| {
            let number = self.count.fetch_add(1, Ordering::Relaxed);
            self.users.insert(number, user);
            number
        })
    }

    fn user(&self, number: u32) -> Option<UserId> {
        self.users.get(&number).map(|user| *user)
    }
}

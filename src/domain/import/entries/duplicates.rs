//! The same booking twice in one payload (I7).

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use super::StoredEntry;
use crate::domain::error::{Fault, FaultCode, Path};
use crate::domain::id::TimeEntryId;
use crate::domain::import::row::{EntryRow, Place, Placed};

/// Rows of a payload by the names of their bookings.
#[derive(Debug, Default)]
pub struct Seen<'a> {
    rows: HashMap<Name<'a>, &'a Placed<EntryRow>, ahash::RandomState>,
}

/// What a booking is known by.
#[derive(PartialEq, Eq, Hash, Debug)]
enum Name<'a> {
    Id(TimeEntryId),
    External(&'a str),
}

/// How a row stands to those before it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Repetition {
    /// Its booking is new among them.
    First,
    /// One of them says the same.
    Same,
    /// The one at this place says something else of the same booking.
    Contradicts(Place, &'static str),
}

impl<'a> Seen<'a> {
    /// For so many rows.
    pub fn with_room_for(rows: usize) -> Self {
        Self {
            rows: HashMap::with_capacity_and_hasher(rows, ahash::RandomState::default()),
        }
    }

    /// Notes the next row, which names `stored`.
    pub fn add(&mut self, placed: &'a Placed<EntryRow>, stored: Option<&StoredEntry>) -> Repetition {
        let given = placed.row.id.map(Name::Id);
        let external = placed.row.external_id.as_deref().map(Name::External);
        let known = stored.map(|stored| Name::Id(stored.entry.id));
        let mut repetition = Repetition::First;
        for (name, member) in [(given, "id"), (external, "externalId"), (known, "id")] {
            let Some(name) = name else { continue };
            match self.rows.entry(name) {
                Entry::Vacant(place) => drop(place.insert(placed)),
                Entry::Occupied(first) if std::ptr::eq(*first.get(), placed) => {}
                Entry::Occupied(first) if first.get().row == placed.row => repetition = Repetition::Same,
                Entry::Occupied(first) => return Repetition::Contradicts(first.get().place, member),
            }
        }
        repetition
    }
}

impl Repetition {
    /// The fault of a row that contradicts the one at `first`.
    pub fn fault(first: Place, member: &'static str) -> Fault {
        Fault {
            path: Path::of(member),
            code: FaultCode::Duplicate,
            message: format!(
                "{} names the same time entry and says something else",
                first.path()
            ),
        }
    }
}

//! The facts of sheets that an answer refers to. What facts are is not known here.

use crate::app::reader::facts::Facts;
use crate::domain::id::TimesheetId;

/// Facts by their sheets.
#[derive(Default)]
pub struct FactsOfSheets {
    /// In order of the ids.
    facts: Vec<(TimesheetId, Facts)>,
}

impl FactsOfSheets {
    /// Adds facts, in the place of those of the same sheets.
    pub fn add(&mut self, more: impl IntoIterator<Item = (TimesheetId, Facts)>) {
        self.facts.extend(more);
        // Of the same sheet's, the later ones come first, and stay.
        self.facts.reverse();
        self.facts.sort_by_key(|(sheet, _)| *sheet);
        self.facts.dedup_by_key(|(sheet, _)| *sheet);
    }

    /// The facts of a sheet, if they are here.
    pub fn get(&self, sheet: TimesheetId) -> Option<&Facts> {
        let found = self.facts.binary_search_by_key(&sheet, |(id, _)| *id).ok()?;
        self.facts.get(found).map(|(_, facts)| facts)
    }
}

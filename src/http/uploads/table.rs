//! Rows as a table: comma-separated or alike, with a header line that names the members. Which
//! separator is meant is told or seen in the header.

use std::borrow::Cow;

use super::members::{Members, Written};
use super::rows::members_of;
use crate::domain::import::Collection;

/// How a table is written.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Dialect {
    /// What is between the columns; seen in the header if it is not told.
    pub separator: Option<u8>,
    /// Whether numbers have a decimal comma; where commas are not between the columns they are taken
    /// for it if it is not told.
    pub decimal_comma: Option<bool>,
}

/// The columns of a table.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Header {
    names: Vec<&'static str>,
    has_decimal_comma: bool,
}

/// The separators that are looked for, the likeliest first.
const SEPARATORS: [u8; 4] = *b",;\t|";

impl Dialect {
    /// What is between the columns of a table with this first line: of the separators that are known,
    /// the one that it has most of outside of quotes.
    pub fn separator_of(self, first_line: &[u8]) -> u8 {
        let count = |separator: u8| {
            let mut is_quoted = false;
            let plain = first_line.iter().filter(|byte| {
                is_quoted ^= **byte == b'"';
                !is_quoted && **byte == separator
            });
            plain.count()
        };
        let seen = || {
            // Of equally frequent ones the first.
            SEPARATORS
                .into_iter()
                .rev()
                .max_by_key(|separator| count(*separator))
        };
        self.separator.or_else(seen).unwrap_or(b',')
    }
}

impl Header {
    /// The header of a table of these rows; the error names the columns that there may be. Case,
    /// blanks, hyphens and underscores in names do not count.
    pub fn read(
        columns: &csv::ByteRecord,
        collection: Collection,
        separator: u8,
        dialect: Dialect,
    ) -> Result<Self, String> {
        let mut known = members_of(collection);
        known.retain(|name| *name != "tasks");
        let mut names = Vec::with_capacity(columns.len());
        for (number, column) in (1..).zip(columns) {
            let text = String::from_utf8_lossy(column);
            let plain = plainly(text.trim_start_matches('\u{feff}'));
            let Some(name) = known.iter().find(|name| plainly(name) == plain) else {
                let known = known.join(", ");
                return Err(format!(
                    "column {number}, {:?}, is not known; there are {known}",
                    text.trim()
                ));
            };
            if names.contains(name) {
                return Err(format!("column {number}, {name}, occurs twice"));
            }
            names.push(*name);
        }
        Ok(Self {
            names,
            has_decimal_comma: dialect.decimal_comma.unwrap_or(separator != b','),
        })
    }

    /// The members of a row; empty columns say nothing. The error says what the row is not.
    pub fn members<'a>(&self, record: &'a csv::ByteRecord) -> Result<Members<'a>, String> {
        if record.len() > self.names.len() {
            let (found, columns) = (record.len(), self.names.len());
            return Err(format!("the row has {found} columns, the header {columns}"));
        }
        let mut members = Members::new(self.has_decimal_comma);
        for (name, value) in self.names.iter().zip(record) {
            let text = std::str::from_utf8(value).map_err(|_| format!("{name} is not UTF-8"))?;
            if !text.trim().is_empty() {
                members.add(Cow::Borrowed(*name), Written::Text(Cow::Borrowed(text)));
            }
        }
        Ok(members)
    }
}

fn plainly(name: &str) -> String {
    let letters = name.chars().filter(|it| !matches!(it, ' ' | '-' | '_'));
    letters.flat_map(char::to_lowercase).collect()
}

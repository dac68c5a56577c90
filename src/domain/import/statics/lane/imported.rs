//! What a kind of record says of itself, so that its rows can be taken in.

use std::collections::HashMap;
use std::sync::Arc;

use uuid::Uuid;

use crate::domain::draft::Drafted;
use crate::domain::error::{Fault, Path, Step};
use crate::domain::import::catalog::{Catalog, Missing, Shelf, Shelved};
use crate::domain::import::row::{Collection, Place, Reference};
use crate::domain::time::Instant;

/// A kind of record that rows make and change.
pub trait Imported: Shelved + Drafted + Clone + PartialEq {
    /// Its rows.
    type Row: PartialEq;
    /// The list that they come in.
    const COLLECTION: Collection;

    /// What is known of this kind.
    fn shelf(catalog: &mut Catalog) -> &mut Shelf<Self>;

    /// When the other system last changed it (I5).
    fn last_update(&self) -> Option<Instant>;

    /// What rows of every kind have.
    fn head(row: &Self::Row) -> Head<'_>;

    /// What the row is called, the strongest first, each with its member.
    fn names(row: &Self::Row) -> Vec<(&'static str, Reference)>;

    /// The record with the row's natural key (I3).
    fn bearer<'s>(shelf: &'s Shelf<Self>, row: &Self::Row) -> Result<Option<&'s Arc<Self>>, Missing>;

    /// Another record that has the natural key which `record` newly takes, and the key's member.
    fn rival(shelf: &Shelf<Self>, existing: Option<&Self>, record: &Self) -> Option<(&'static str, Uuid)>;

    /// How surely a name alone means this record, where several bear it; the least is meant first.
    fn rank(&self) -> (bool, bool);

    /// What the row says, as a draft, and what is wrong with it beyond the draft's own rules.
    fn draft(row: &Self::Row, existing: Option<&Self>, known: &Known<'_>) -> (Self::Draft, Vec<Fault>);

    /// What a member of the draft is called in a row, where it is called otherwise.
    fn row_path(steps: &[Step]) -> Option<Path>;
}

/// What rows of every kind have.
#[derive(Clone, Copy, Debug)]
pub struct Head<'a> {
    /// The id.
    pub id: Option<Uuid>,
    /// The id in the other system.
    pub external_id: Option<&'a str>,
    /// Whether it is no longer in use.
    pub deleted: Option<bool>,
    /// When the other system last changed it.
    pub last_update: Option<Instant>,
}

/// What references of a row are looked up in.
pub struct Known<'a> {
    /// What is there, with what the payload has added so far.
    pub catalog: &'a Catalog,
    /// What it would have added, were it not faulty.
    pub failures: &'a Failures,
}

/// What rows would have made that made nothing, by everything that others may name it by.
#[derive(Debug, Default)]
pub struct Failures(pub(super) HashMap<Reference, Missed>);

/// What was not made.
#[derive(Debug)]
pub struct Missed {
    /// Where its row is.
    pub place: Place,
    /// Why not.
    pub why: &'static str,
}

impl Failures {
    /// Which row would have made what `reference` names, and why it did not.
    pub fn why(&self, reference: &Reference) -> Option<String> {
        let Missed { place, why } = self.0.get(reference)?;
        Some(format!("{}, {why}", place.path()))
    }
}

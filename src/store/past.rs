//! What the port tells of past writes: who did what, and what became of which record (X3). How it
//! is found is the backend's affair; who may know it is the application's.

use serde::{Deserialize, Serialize};

use super::Token;
use crate::domain::change::{Audit, Face};
use crate::domain::id::UserId;
use crate::domain::record::{Key, Record};
use crate::domain::time::Instant;
use crate::domain::version::RowVersion;

/// Which past writes are asked for: those of which all that is given holds. The newest come first.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct PastQuery {
    /// They put or removed this record.
    pub record: Option<Key>,
    /// They changed this person's things.
    pub subject: Option<UserId>,
    /// This person did them.
    pub actor: Option<UserId>,
    /// They were decided at this instant or later.
    pub from: Option<Instant>,
    /// They were decided before this instant.
    pub to: Option<Instant>,
    /// They are this verb of the business.
    pub action: Option<Box<str>>,
    /// They came in over this face.
    pub face: Option<Face>,
    /// They are earlier in the order than this one.
    pub before: Option<Token>,
    /// How many at most.
    pub limit: usize,
}

impl PastQuery {
    /// Whether all that is given of who, when, how and what holds of a write.
    pub fn admits(&self, audit: &Audit) -> bool {
        let Self {
            record: _,
            subject,
            actor,
            from,
            to,
            action,
            face,
            before: _,
            limit: _,
        } = self;
        subject.is_none_or(|subject| audit.subject == Some(subject))
            && actor.is_none_or(|actor| audit.actor == actor)
            && from.is_none_or(|from| audit.at >= from)
            && to.is_none_or(|to| audit.at < to)
            && action.as_ref().is_none_or(|action| audit.action == **action)
            && face.is_none_or(|face| audit.face == face)
    }
}

/// Past writes.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct PastPage {
    /// The writes, the newest first.
    pub writes: Vec<PastWrite>,
    /// Before which write to go on; `None` once there are no more. Where little of what was looked
    /// at was wanted, there may be more although the page is not full.
    pub next: Option<Token>,
}

/// A past write.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct PastWrite {
    /// Its place in the order.
    pub at: Token,
    /// Who did what.
    pub audit: Audit,
    /// What it touched: the record alone, if one is asked for; else the first
    /// [`MAX_TOUCHED`](Self::MAX_TOUCHED) records.
    pub touched: Vec<Touched>,
    /// How many records it touched in all.
    pub touched_count: usize,
    /// The record that is asked for as the write left it; `None` if it was removed, or none is asked
    /// for.
    pub record: Option<Record>,
}

impl PastWrite {
    /// Of a write that touched more, so many records are named.
    pub const MAX_TOUCHED: usize = 100;
}

/// A record that a write put or removed.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Touched {
    /// Which.
    pub key: Key,
    /// Its version since; its tombstone's, if it was removed.
    pub version: RowVersion,
    /// Whether it was removed.
    pub is_deleted: bool,
}

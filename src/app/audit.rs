//! What was: who changed what, the history of a sheet, and a sheet as it was (X3). Who may see a
//! sheet may see its history; who may see the audit trail may see everything's. For everybody else
//! there is none (F11).

use std::sync::Arc;

use ahash::AHashMap;

use super::{Error, Reader};
use crate::domain::access::Permission;
use crate::domain::change::Audit;
use crate::domain::id::{TimesheetId, TokenId, UserId};
use crate::domain::record::{Entity, Key, Record};
use crate::domain::timesheet::Timesheet;
use crate::domain::timesheet::difference::Difference;
use crate::domain::token::AccessToken;
use crate::domain::user::User;
use crate::domain::version::RowVersion;
pub use crate::store::Token as Place;
use crate::store::View;
use crate::store::past::{PastPage, PastWrite};
pub use crate::store::past::{PastQuery, Touched};

/// Who did a write, over which face, and as what.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Deed {
    /// Its place in the order of all writes.
    pub at: Place,
    /// What is kept of it.
    pub audit: Audit,
    /// The name of whoever did it, as it is now: who sees a write sees by whom it is.
    pub actor_name: Box<str>,
    /// The name of whoever they acted for.
    pub acting_for_name: Option<Box<str>>,
    /// The name of the token that they came with.
    pub token_name: Option<Box<str>>,
}

/// A write, as the audit trail tells it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct AuditRecord {
    /// Who did it.
    pub deed: Deed,
    /// What it touched.
    pub write: PastWrite,
}

/// What a write made of a sheet.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct HistoryEntry {
    /// Who did it.
    pub deed: Deed,
    /// The sheet's version since; its tombstone's, if it was deleted.
    pub version: RowVersion,
    /// Whether it was deleted.
    pub is_deleted: bool,
    /// What was and what is.
    pub difference: Difference,
}

/// A part of what was, the newest first.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Past<T> {
    /// Its items.
    pub items: Vec<T>,
    /// Before which write to go on; `None` if there is no more.
    pub next: Option<Place>,
}

impl Reader {
    /// The writes that the caller may know of: all of them for who may see the audit trail, else those
    /// of a sheet that is asked for and that they may see.
    pub async fn audit_trail(&self, query: PastQuery) -> Result<Past<AuditRecord>, Error> {
        let sees_all = self.actor().has(Permission::AuditRead);
        if !sees_all {
            let sheet = match query.record {
                Some(Key::Timesheet(id)) => self.sheet_that_was(id).await?,
                _ => None,
            };
            if sheet.is_none() {
                let items = Vec::new();
                return Ok(Past { items, next: None });
            }
        }
        let limit = query.limit;
        let mut page = self.unlimited().past(&one_more(query)).await?;
        let next = cut(&mut page, limit);
        let deeds = deeds(self.unlimited(), &page.writes).await?;
        let items = deeds.into_iter().zip(page.writes).map(|(deed, mut write)| {
            if !sees_all {
                // What else was written together with the sheet is not theirs to know.
                write.touched_count = write.touched.len();
            }
            AuditRecord { deed, write }
        });
        let items = items.collect();
        Ok(Past { items, next })
    }

    /// What became of a sheet, before a write if one is given; `None` if there never was one that the
    /// caller may see.
    pub async fn timesheet_history(
        &self,
        id: TimesheetId,
        before: Option<Place>,
        limit: usize,
    ) -> Result<Option<Past<HistoryEntry>>, Error> {
        if self.sheet_that_was(id).await?.is_none() {
            return Ok(None);
        }
        let query = PastQuery {
            record: Some(Timesheet::key(id)),
            before,
            limit,
            ..PastQuery::default()
        };
        let view = self.unlimited();
        let mut page = view.past(&one_more(query)).await?;
        // Each sheet was what the write before left.
        let mut sheets: Vec<Option<Arc<Timesheet>>> = page.writes.iter_mut().map(sheet_of).collect();
        let next = cut(&mut page, limit);
        if next.is_none() {
            sheets.push(None);
        }
        let deeds = deeds(view, &page.writes).await?;
        let pairs = sheets.windows(2);
        let items = deeds.into_iter().zip(&page.writes).zip(pairs);
        let items = items.filter_map(|((deed, write), pair)| {
            let touched = write.touched.first()?;
            let [is, was] = pair else { return None };
            Some(HistoryEntry {
                deed,
                version: touched.version,
                is_deleted: touched.is_deleted,
                difference: Difference::between(was.as_deref(), is.as_deref()),
            })
        });
        let items = items.collect();
        Ok(Some(Past { items, next }))
    }

    /// The sheet as it was at this version; `None` if it was not there then, or if there never was one
    /// that the caller may see.
    pub async fn timesheet_at(
        &self,
        id: TimesheetId,
        version: RowVersion,
    ) -> Result<Option<Arc<Timesheet>>, Error> {
        if self.sheet_that_was(id).await?.is_none() {
            return Ok(None);
        }
        let record = self.unlimited().record_at(Timesheet::key(id), version).await?;
        Ok(record.and_then(Timesheet::from_record))
    }

    /// The sheet as it is, or as it was when it was deleted, if the caller may see it or the audit
    /// trail.
    async fn sheet_that_was(&self, id: TimesheetId) -> Result<Option<Arc<Timesheet>>, Error> {
        let key = Timesheet::key(id);
        let present = self.unlimited().records(&[key]).await?.pop().flatten();
        let record = match present {
            Some(record) => Some(record),
            None => self.last_of(key).await?,
        };
        let is_shown = |record: &Record| self.actor().has(Permission::AuditRead) || self.shows(record);
        Ok(record.filter(is_shown).and_then(Timesheet::from_record))
    }

    /// What a record was when it was deleted.
    async fn last_of(&self, key: Key) -> Result<Option<Record>, Error> {
        let query = PastQuery {
            record: Some(key),
            // The deletion, and what was before.
            limit: 2,
            ..PastQuery::default()
        };
        let page = self.unlimited().past(&query).await?;
        Ok(page.writes.into_iter().find_map(|write| write.record))
    }
}

/// One more than is wanted, so that it is known whether there is more.
const fn one_more(mut query: PastQuery) -> PastQuery {
    query.limit = query.limit.saturating_add(1);
    query
}

/// Cuts a page to what is wanted, and tells before which write to go on.
fn cut(page: &mut PastPage, limit: usize) -> Option<Place> {
    if page.writes.len() > limit {
        page.writes.truncate(limit);
        // With nothing wanted there is nothing to go on from but the beginning.
        return page.writes.last().map(|last| last.at);
    }
    // The search may have ended although it found little.
    page.next.filter(|_| page.writes.len() < limit)
}

fn sheet_of(write: &mut PastWrite) -> Option<Arc<Timesheet>> {
    write.record.take().and_then(Timesheet::from_record)
}

/// Who did these writes, each in its place, with their names as they are now.
async fn deeds(view: &dyn View, writes: &[PastWrite]) -> Result<Vec<Deed>, Error> {
    let actors = writes.iter().map(|write| write.audit.actor);
    let others = writes.iter().filter_map(|write| write.audit.acting_for);
    let mut users: Vec<UserId> = actors.chain(others).collect();
    let mut tokens: Vec<TokenId> = writes.iter().filter_map(|write| write.audit.token).collect();
    users.sort_unstable();
    users.dedup();
    tokens.sort_unstable();
    tokens.dedup();
    let (users, tokens) = (
        view.many::<User>(&users).await?,
        view.many::<AccessToken>(&tokens).await?,
    );
    let user_names: AHashMap<UserId, Box<str>> = users
        .into_iter()
        .flatten()
        .map(|it| (it.id, it.name.clone()))
        .collect();
    let token_names: AHashMap<TokenId, Box<str>> = tokens
        .into_iter()
        .flatten()
        .map(|it| (it.id, it.name.clone()))
        .collect();
    let deed = |write: &PastWrite| Deed {
        at: write.at,
        audit: write.audit.clone(),
        actor_name: user_names.get(&write.audit.actor).cloned().unwrap_or_default(),
        acting_for_name: write.audit.acting_for.and_then(|id| user_names.get(&id).cloned()),
        token_name: write.audit.token.and_then(|id| token_names.get(&id).cloned()),
    };
    Ok(writes.iter().map(deed).collect())
}

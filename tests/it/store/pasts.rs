//! The plainest model of the past: a list of writes. Whatever is asked about the past of a store,
//! the list answers the same.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use punchcard::domain::change::{Audit, ChangeSet};
use punchcard::domain::id::UserId;
use punchcard::domain::record::{Key, Record};
use punchcard::domain::version::RowVersion;
use punchcard::store::changed::{Changed, Tombstone};
use punchcard::store::past::{PastPage, PastQuery, PastWrite, Touched};
use punchcard::store::{Committed, StoreError, Token, View};
use tokio::runtime::Runtime;

use super::samples::*;

/// Every write, the oldest first.
#[derive(Default)]
pub struct Past {
    writes: Vec<(PastWrite, Vec<Record>)>,
}

impl Past {
    /// Adds a write; `deleted` are what it removed.
    pub fn add(&mut self, change: &ChangeSet, committed: &Committed, deleted: &[Key]) {
        let puts = committed
            .records
            .iter()
            .map(|record| (record.key(), record.meta().version, false));
        let removed = deleted.iter().map(|key| (*key, RowVersion::UNASSIGNED, true));
        let touched = puts.chain(removed).map(|(key, version, is_deleted)| Touched {
            key,
            version,
            is_deleted,
        });
        let touched: Vec<Touched> = touched.collect();
        let write = PastWrite {
            at: committed.at,
            audit: change.audit.clone(),
            touched_count: touched.len(),
            touched,
            record: None,
        };
        self.writes.push((write, committed.records.clone()));
    }

    /// What of the query there is, the newest first.
    fn answer(&self, query: &PastQuery) -> Vec<PastWrite> {
        let wanted = self.writes.iter().rev().filter(|(write, _)| {
            let Audit {
                at,
                actor,
                face,
                action,
                subject,
                ..
            } = &write.audit;
            query.before.is_none_or(|before| write.at < before)
                && query
                    .record
                    .is_none_or(|key| write.touched.iter().any(|it| it.key == key))
                && (query.subject.is_none() || query.subject == *subject)
                && query.actor.is_none_or(|it| it == *actor)
                && query.from.is_none_or(|from| *at >= from)
                && query.to.is_none_or(|to| *at < to)
                && query.face.is_none_or(|it| it == *face)
                && query.action.as_ref().is_none_or(|it| **it == **action)
        });
        let written = wanted.map(|(write, records)| {
            let mut write = write.clone();
            if let Some(key) = query.record {
                write.touched.retain(|it| it.key == key);
                write.record = records.iter().find(|record| record.key() == key).cloned();
            }
            write
        });
        written.collect()
    }

    /// The record as it was at a version.
    fn record_at(&self, key: Key, version: RowVersion) -> Option<Record> {
        let mut touched = self.writes.iter().rev().filter_map(|(write, records)| {
            let touched = write.touched.iter().find(|it| it.key == key)?;
            (touched.version <= version).then(|| records.iter().find(|record| record.key() == key).cloned())
        });
        touched.next().flatten()
    }

    /// Takes over the versions of new tombstones: who writes is not told them, and a write that failed
    /// may have taken the one that would have been next (S2).
    fn learn(&mut self, runtime: &Runtime, view: &Arc<dyn View>) {
        let mut newest = RowVersion::UNASSIGNED;
        for (write, _) in &mut self.writes {
            for touched in &mut write.touched {
                if touched.version == RowVersion::UNASSIGNED {
                    let query = PastQuery {
                        record: Some(touched.key),
                        limit: 1,
                        before: Some(Token(write.at.0 + 1)),
                        ..PastQuery::default()
                    };
                    let told = ask(|| runtime.block_on(view.past(&query)));
                    touched.version = told.writes[0].touched[0].version;
                }
                assert!(touched.version > newest, "S2: {touched:?} after {newest:?}");
                newest = touched.version;
            }
        }
    }

    /// Compares what the view tells with what the list says.
    pub fn compare(&mut self, runtime: &Runtime, view: &Arc<dyn View>) {
        self.learn(runtime, view);
        self.compare_changes(runtime, view);
        for query in self.queries() {
            let wanted = self.answer(&query);
            let mut seen = Vec::new();
            let mut rest = query.clone();
            loop {
                let PastPage { writes, next } = ask(|| runtime.block_on(view.past(&rest)));
                assert!(writes.len() <= query.limit, "a page is not larger than asked for");
                assert!(
                    next.is_none() || !writes.is_empty(),
                    "so few writes are looked at in one go"
                );
                seen.extend(writes);
                rest.before = next;
                if next.is_none() {
                    break;
                }
            }
            assert_eq!(seen, wanted, "{query:?}");
        }
        let mut versions: BTreeSet<(Key, u64)> = BTreeSet::new();
        for touched in self.writes.iter().flat_map(|(write, _)| &write.touched) {
            let version = touched.version.value();
            versions.extend([(touched.key, version - 1), (touched.key, version)]);
        }
        for (key, version) in versions {
            let version = RowVersion::new(version);
            let seen = ask(|| runtime.block_on(view.record_at(key, version)));
            assert_eq!(seen, self.record_at(key, version), "{key:?} at {version:?}");
        }
    }

    /// What is newer than a version: each record once, as it is now, and what is left of those that are
    /// gone, the oldest first.
    fn changed_since(&self, version: RowVersion) -> Vec<Changed> {
        let mut latest: BTreeMap<Key, (Changed, Option<UserId>)> = BTreeMap::new();
        for (write, records) in &self.writes {
            for record in records {
                let owner = match record {
                    Record::Timesheet(sheet) => Some(sheet.user_id),
                    Record::User(user) => Some(user.id),
                    _ => None,
                };
                latest.insert(record.key(), (Changed::Record(record.clone()), owner));
            }
            for touched in write.touched.iter().filter(|it| it.is_deleted) {
                let owner = latest.get(&touched.key).and_then(|(_, owner)| *owner);
                let tombstone = Tombstone {
                    version: touched.version,
                    owner,
                };
                latest.insert(touched.key, (Changed::Gone(touched.key, tombstone), owner));
            }
        }
        let mut newer: Vec<Changed> = latest.into_values().map(|(it, _)| it).collect();
        newer.retain(|it| it.version() > version);
        newer.sort_by_key(Changed::version);
        newer
    }

    fn compare_changes(&self, runtime: &Runtime, view: &Arc<dyn View>) {
        let all = self.changed_since(RowVersion::UNASSIGNED);
        let middle = all
            .get(all.len() / 2)
            .map_or(RowVersion::UNASSIGNED, Changed::version);
        for version in [RowVersion::UNASSIGNED, middle] {
            let mut seen: Vec<Changed> = Vec::new();
            loop {
                let after = seen.last().map_or(version, Changed::version);
                let page = ask(|| runtime.block_on(view.changed_since(after, 3)));
                assert_eq!(
                    page.has_more,
                    page.items.len() == 3 && page.items.last() != all.last()
                );
                seen.extend(page.items);
                if !page.has_more {
                    break;
                }
            }
            assert_eq!(seen, self.changed_since(version), "since {version:?}");
        }
    }

    fn queries(&self) -> Vec<PastQuery> {
        let all = PastQuery {
            limit: 7,
            ..PastQuery::default()
        };
        let mut queries = vec![all.clone()];
        let keys: BTreeSet<Key> = self
            .writes
            .iter()
            .flat_map(|(write, _)| write.touched.iter().map(|it| it.key))
            .collect();
        queries.extend(keys.into_iter().map(|key| PastQuery {
            record: Some(key),
            ..all.clone()
        }));
        for n in 0..3 {
            let subject = Some(user_id(n));
            let actor = Some(user_id(2 - n));
            let from = Some(instant(1_800 * i64::try_from(n).unwrap()));
            let to = Some(instant(7_200));
            let (one, other, span) = (
                PastQuery {
                    subject,
                    ..all.clone()
                },
                PastQuery { actor, ..all.clone() },
                PastQuery {
                    from,
                    to,
                    ..all.clone()
                },
            );
            let together = PastQuery {
                subject,
                actor,
                from,
                action: Some("test".into()),
                limit: 2,
                ..PastQuery::default()
            };
            queries.extend([one, other, span, together]);
        }
        queries
    }
}

/// The answer; a disk that fails once may do so now.
fn ask<T>(question: impl Fn() -> Result<T, StoreError>) -> T {
    match question() {
        Err(StoreError::Unavailable(_)) => question().unwrap(),
        answer => answer.unwrap(),
    }
}

/// Every write that a view tells of, the newest first: there is one for each place in the order (X3).
pub async fn whole(view: &dyn View) -> Vec<PastWrite> {
    let mut writes: Vec<PastWrite> = Vec::new();
    let mut query = PastQuery {
        limit: 100,
        ..PastQuery::default()
    };
    loop {
        let page = view.past(&query).await.unwrap();
        writes.extend(page.writes);
        query.before = page.next;
        if page.next.is_none() {
            break;
        }
    }
    let places: Vec<u64> = writes.iter().map(|write| write.at.0).collect();
    let wanted: Vec<u64> = (1..=view.at().0).rev().collect();
    assert_eq!(places, wanted);
    writes
}

/// Who reads the changes a few at a time, whatever is written in between.
#[derive(Default)]
pub struct Follower {
    at: RowVersion,
    known: BTreeMap<Key, Record>,
}

impl Follower {
    /// Reads on; tells whether there is more.
    pub fn read_on(&mut self, runtime: &Runtime, view: &Arc<dyn View>) -> bool {
        let page = ask(|| runtime.block_on(view.changed_since(self.at, 2)));
        for changed in page.items {
            self.at = changed.version();
            match changed {
                Changed::Record(record) => drop(self.known.insert(record.key(), record)),
                Changed::Gone(key, _) => drop(self.known.remove(&key)),
            }
        }
        page.has_more
    }

    /// What there is, as far as they know.
    pub const fn known(&self) -> &BTreeMap<Key, Record> {
        &self.known
    }
}

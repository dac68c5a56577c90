//! A small made-up company behind a real store, for tests.

use std::sync::Arc;

use uuid::Uuid;

use crate::app::context::Identity;
use crate::app::imports::payloads::memory::InMemory;
use crate::app::{App, Caller, Reader};
use crate::demo::{Company, Shape};
use crate::domain::change::{Audit, ChangeSet, Face};
use crate::domain::founding::Founding;
use crate::domain::id::{ChangeSetId, IdSource, TokenId, UserId};
use crate::domain::record::{Entity, Meta, Record};
use crate::domain::timesheet::Timesheet;
use crate::domain::token::{AccessToken, TokenHash};
use crate::odata::bind::BindError;
use crate::odata::failure::Failure;
use crate::odata::query::{self, Base, Page, Plan, Rows};
use crate::odata::row::Row;
use crate::odata::types;
use crate::odata::url;
use crate::server::system::{SystemClock, SystemSecrets, TimeOrderedIds};
use crate::store::Store;
use crate::store::embedded::{Embedded, Options};

/// The company, its records and who looks at it.
pub struct House {
    pub records: Vec<Record>,
    app: Arc<App>,
    administrator: UserId,
    store: Arc<Embedded>,
    _folder: tempfile::TempDir,
}

impl House {
    /// With so many people and weeks.
    pub async fn of(users: usize, weeks: usize) -> Self {
        let shape = Shape {
            users,
            weeks,
            seed: 7,
            until: "2026-06-10".parse().unwrap(),
        };
        let found = |now, next_id: &mut dyn FnMut() -> Uuid| Founding::new(now, TokenHash([7; 32]), next_id);
        let changes: Result<Vec<ChangeSet>, _> = Company::new(shape, found).into_change_sets().collect();
        let folder = tempfile::tempdir().unwrap();
        let store = Embedded::open(folder.path(), Options::default()).unwrap();
        let mut records = Vec::new();
        let mut administrator = None;
        for change in changes.unwrap() {
            administrator.get_or_insert(change.audit.actor);
            records.extend(store.commit(change).await.unwrap().records);
        }
        let app = App::new(
            Arc::clone(&store) as Arc<dyn Store>,
            Arc::new(SystemClock),
            Arc::new(TimeOrderedIds),
            Arc::new(SystemSecrets),
            Arc::new(InMemory::default()),
        );
        Self {
            records,
            app,
            administrator: administrator.unwrap(),
            store,
            _folder: folder,
        }
    }

    pub async fn small() -> Self {
        Self::of(5, 4).await
    }

    /// Reads as the administrator.
    pub async fn reader(&self) -> Reader {
        let user_id = self.administrator;
        let caller = Caller::new(Identity::Local { user_id }, Face::OData);
        self.app.reader(&caller).await.unwrap()
    }

    /// Reads as somebody with a token of theirs.
    pub async fn reader_as(&self, user: UserId) -> Reader {
        let hash = TokenHash([9; 32]);
        let now = self.app.now();
        let token_id = TokenId::new(TimeOrderedIds.next(now));
        let token = AccessToken {
            id: token_id,
            meta: Meta::new(now),
            name: "Test".into(),
            user_id: user,
            hash,
            expires: None,
            permissions: None,
        };
        let change = ChangeSet {
            id: ChangeSetId::new(TimeOrderedIds.next(now)),
            guards: Vec::new(),
            puts: vec![AccessToken::into_record(Arc::new(token))],
            deletes: Vec::new(),
            audit: Audit {
                at: now,
                actor: self.administrator,
                acting_for: None,
                token: None,
                face: Face::OData,
                action: "makeToken".into(),
                subject: None,
            },
        };
        self.store.commit(change).await.unwrap();
        let identity = Identity::Token {
            hash,
            token_id,
            user_id: user,
        };
        let caller = Caller::new(identity, Face::OData);
        self.app.reader(&caller).await.unwrap()
    }

    pub fn sheets(&self) -> Vec<&Arc<Timesheet>> {
        let records = self.records.iter();
        records
            .filter_map(|record| match record {
                Record::Timesheet(sheet) => Some(sheet),
                _ => None,
            })
            .collect()
    }
}

/// A plan for a set with options as a URL spells them, but for blanks.
pub fn plan(set: &str, options: &str, page_size: usize) -> Result<Plan, BindError> {
    let options = url::options(&options.replace(' ', "%20")).unwrap();
    Plan::bind(Base::of_set(types::set(set).unwrap()), &options, page_size)
}

/// All pages of a list, one after the other, with the total of each.
pub async fn pages(reader: &Reader, plan: &Plan) -> Result<Vec<Page>, Failure> {
    let mut pages = Vec::new();
    let mut token = None;
    loop {
        let page = query::run(reader, plan, token.as_deref()).await?;
        token.clone_from(&page.next);
        pages.push(page);
        if token.is_none() {
            return Ok(pages);
        }
    }
}

/// The entities of all pages.
pub fn entities(pages: &[Page]) -> Vec<Row> {
    let rows = pages.iter().flat_map(|page| match &page.rows {
        Rows::Entities(rows) => rows.clone(),
        Rows::Columns(..) => Vec::new(),
    });
    rows.collect()
}

/// All entities that a set has under these options.
pub async fn list(reader: &Reader, set: &str, options: &str) -> Vec<Row> {
    let plan = plan(set, options, 1_000).unwrap_or_else(|error| panic!("{options}: {error}"));
    entities(&pages(reader, &plan).await.unwrap())
}

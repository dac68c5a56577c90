//! A small company in a store of its own, with the GraphQL schema over it: people with and without
//! rights, two projects, and one booked week.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use bytes::Bytes;
use futures_util::StreamExt;
use futures_util::stream::BoxStream;
use punchcard::app::context::Identity;
use punchcard::app::imports::payloads::memory::InMemory;
use punchcard::app::ports::Secrets;
use punchcard::app::{App, Caller};
use punchcard::domain::access::Role;
use punchcard::domain::change::Face;
use punchcard::domain::id::{IdSource, TokenId, UserId};
use punchcard::domain::record::Record;
use punchcard::domain::time::{Clock, Instant};
use punchcard::domain::token::TokenHash;
use punchcard::graphql::front::refusal::Refusal;
use punchcard::graphql::front::{Answer, Front, Given, Prepared};
use punchcard::graphql::limits::Limits;
use punchcard::graphql::session::Session;
use punchcard::graphql::{context, front_over};
use punchcard::store::Store;
use punchcard::store::embedded::{Embedded, Options};
use serde_json::{Value, json};
use uuid::Uuid;

use super::counted::Counted;
use super::records;

/// The company, its store and its schema.
pub struct Company {
    pub app: Arc<App>,
    pub store: Arc<Counted>,
    front: Arc<Front>,
    _folder: tempfile::TempDir,
}

/// Somebody who works there; the number of their ids.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Person {
    /// May do everything.
    Admin = 1,
    /// Leads Ivan and Olga, and books.
    Lead = 2,
    /// Books.
    Ivan = 3,
    /// Books too.
    Olga = 4,
    /// Books, and is led by somebody else.
    Stranger = 5,
}

impl Person {
    pub const ALL: [Self; 5] = [Self::Admin, Self::Lead, Self::Ivan, Self::Olga, Self::Stranger];

    pub fn user_id(self) -> UserId {
        UserId::new(records::uuid('a', self as u128))
    }

    pub fn id(self) -> String {
        self.user_id().to_string()
    }

    pub fn token_id(self) -> TokenId {
        TokenId::new(records::uuid('b', self as u128))
    }

    pub fn token_hash(self) -> TokenHash {
        TokenHash([self as u8; 32])
    }

    pub const fn roles(self) -> &'static [Role] {
        match self {
            Self::Admin => &[Role::Administrator],
            Self::Lead => &[Role::Employee, Role::TeamManager],
            Self::Ivan | Self::Olga | Self::Stranger => &[Role::Employee],
        }
    }

    pub fn caller(self) -> Caller {
        let identity = Identity::Token {
            hash: self.token_hash(),
            token_id: self.token_id(),
            user_id: self.user_id(),
        };
        Caller::new(identity, Face::GraphQl)
    }

    pub fn session(self) -> Session {
        context::session(self.caller())
    }
}

impl Company {
    /// A company with its people, projects and a booked week of Ivan's.
    pub async fn open() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let store = Embedded::open(folder.path(), Options::default()).unwrap();
        let store = Arc::new(Counted::new(store));
        let app = App::new(
            Arc::<Counted>::clone(&store),
            Arc::new(StandingClock),
            Arc::<Counting>::default(),
            Arc::new(Sevens),
            Arc::new(InMemory::default()),
        );
        let company = Self {
            front: Arc::new(front_over(Arc::clone(&app), Limits::default()).unwrap()),
            app,
            store,
            _folder: folder,
        };
        company.keep(records::company()).await;
        company
    }

    /// Puts records as they are, past every rule.
    pub async fn keep(&self, records: Vec<Record>) {
        self.store.commit(records::change(records)).await.unwrap();
    }

    /// Runs an operation in a session; the text of its answer.
    pub async fn text(&self, session: &Session, operation: &str, variables: &Value) -> Bytes {
        match self.prepared(operation, variables) {
            Ok(prepared) => self.front.answer(prepared, session).await.json,
            Err(refusal) => Answer::from(refusal).json,
        }
    }

    /// Runs a subscription as somebody; its events.
    pub fn events(&self, who: Person, operation: &str) -> BoxStream<'static, Value> {
        let prepared = self.prepared(operation, &json!({})).unwrap();
        let events = self.front.events(prepared, &who.session());
        events
            .map(|event| serde_json::from_slice(&event.json).unwrap())
            .boxed()
    }

    fn prepared(&self, operation: &str, variables: &Value) -> Result<Prepared, Refusal> {
        let selected = self.front.select(operation, None)?;
        self.front
            .prepare(&selected, Given::read(&variables.to_string())?)
    }

    /// Runs an operation as somebody; its whole answer.
    pub async fn ask(&self, who: Person, operation: &str, variables: Value) -> Value {
        serde_json::from_slice(&self.text(&who.session(), operation, &variables).await).unwrap()
    }

    /// Runs an operation without variables, which must succeed; its data.
    pub async fn data(&self, who: Person, operation: &str) -> Value {
        let mut answer = self.ask(who, operation, json!({})).await;
        assert_eq!(answer.get("errors"), None, "{operation}");
        answer["data"].take()
    }

    /// Runs an operation without variables, which must be refused; the errors' codes.
    pub async fn codes(&self, who: Person, operation: &str) -> Vec<String> {
        let answer = self.ask(who, operation, json!({})).await;
        let errors = answer["errors"].as_array().unwrap();
        errors
            .iter()
            .map(|error| error["extensions"]["code"].as_str().unwrap().to_owned())
            .collect()
    }
}

/// Always noon UTC of Wednesday, 2024-03-06.
struct StandingClock;

impl Clock for StandingClock {
    fn now(&self) -> Instant {
        "2024-03-06T12:00:00Z".parse().unwrap()
    }
}

/// Counts, so that ids are new and in order.
#[derive(Default)]
struct Counting(AtomicU64);

impl IdSource for Counting {
    fn next(&self, _: Instant) -> Uuid {
        let number = self.0.fetch_add(1, Ordering::Relaxed) + 1;
        Uuid::from_u128(0xc << 124 | u128::from(number) << 16)
    }
}

/// Draws sevens.
struct Sevens;

impl Secrets for Sevens {
    fn draw(&self) -> [u8; 32] {
        [7; 32]
    }
}

//! The small company behind a whole server, over real HTTP: everybody has a token whose text is
//! known.

use std::net::SocketAddr;
use std::sync::Arc;

use punchcard::app::sessions::token_hash;
use punchcard::config::Settings;
use punchcard::domain::record::Record;
use punchcard::domain::token::AccessToken;
use punchcard::server::Server;
use punchcard::store::Store;
use punchcard::store::embedded::{Embedded, Options};

use super::client::Client;
use super::company::Person;
use super::gated::Gate;
use super::records;
use super::server::{Folder, TestServer};

/// A server with people, two projects, and Ivan's booked week of 2024-03-04.
pub struct Staffed {
    pub server: TestServer,
}

impl Staffed {
    /// Opens it with more records, which take the places of those with the same ids.
    pub async fn open_with(more: Vec<Record>) -> Self {
        let folder = Self::folder(more).await;
        let server = TestServer::start_in(folder).await;
        Self { server }
    }

    /// The same, with imports that wait for the gate.
    pub async fn gated(more: Vec<Record>) -> (Gate, Self) {
        let gate = Gate::shut();
        let folder = Self::folder(more).await;
        let settings = Settings::over(folder.data());
        let server = Server::open_keeping(settings, |payloads| gate.before(payloads)).await;
        let server = TestServer::start_over(folder, server.unwrap()).await;
        (gate, Self { server })
    }

    /// Opens it with these records alone, in as many writes.
    pub async fn of(writes: Vec<Vec<Record>>) -> Self {
        let folder = Self::folder_of(writes).await;
        let server = TestServer::start_in(folder).await;
        Self { server }
    }

    async fn folder(more: Vec<Record>) -> Folder {
        Self::folder_of(vec![records::company(), more]).await
    }

    async fn folder_of(writes: Vec<Vec<Record>>) -> Folder {
        let folder = Folder::empty();
        let store = Embedded::open(&folder.data(), Options::default()).unwrap();
        let known = |record: Record| match record {
            Record::Token(token) => Record::Token(Arc::new(recognizable(&token))),
            other => other,
        };
        for records in writes {
            let records: Vec<Record> = records.into_iter().map(known).collect();
            if !records.is_empty() {
                store.commit(records::change(records)).await.unwrap();
            }
        }
        tokio::task::spawn_blocking(move || store.close()).await.unwrap();
        std::fs::write(folder.data().join("admin-token"), Person::Admin.token_text()).unwrap();
        folder
    }

    /// Where it listens.
    pub const fn address(&self) -> SocketAddr {
        self.server.address()
    }

    /// A client with somebody's own token.
    pub fn client(&self, who: Person) -> Client {
        self.server.client_with(who.token_text())
    }
}

impl Person {
    /// The text of their own token.
    pub fn token_text(self) -> String {
        format!("pct_{self:?}")
    }
}

/// The same token, found by the text that tests know.
fn recognizable(token: &AccessToken) -> AccessToken {
    let person = Person::ALL
        .into_iter()
        .find(|person| person.token_id() == token.id);
    let text = person.map_or_else(|| format!("pct_{}", token.name), Person::token_text);
    AccessToken {
        hash: token_hash(&text),
        ..token.clone()
    }
}

//! What somebody may not read does not exist for them (F11), over everything that there is to ask.
//!
//! There are two worlds: one with the sheets, tokens, imports and people of a team, and one in which
//! none of them ever was. Whatever a stranger asks, by the secrets' own ids and names, both answer the
//! same, byte for byte. What can be asked is read from the descriptions of the faces, so that what
//! is added later is asked too; and an administrator asks the same, to whom the worlds must differ in
//! exactly the known places: so the walk sees something, and something new is noticed.

use std::collections::HashSet;
use std::net::SocketAddr;

use futures_util::StreamExt;
use punchcard::domain::access::{Permission, Role};
use punchcard::domain::approval::ApprovalStatus;
use punchcard::domain::change::Face;
use punchcard::domain::id::{SyncJobId, TokenId, UserId};
use punchcard::domain::import::{ImportKind, ImportOptions};
use punchcard::domain::record::{Key, Meta, Record};
use punchcard::domain::sync_job::{JobState, SyncJob};
use punchcard::domain::timesheet::Timesheet;
use punchcard::domain::token::AccessToken;
use punchcard::domain::user::User;
use reqwest::{Method, RequestBuilder};

use crate::support::client::Client;
use crate::support::company::Person;
use crate::support::records::{self, long_ago, record, uuid};
use crate::support::staffed::Staffed;

mod events;
mod graphql;
mod odata;
mod plain;

/// So many requests are under way at once.
const AT_A_TIME: usize = 8;

/// The two worlds.
struct Worlds {
    with: Staffed,
    without: Staffed,
    secrets: Secrets,
    /// Everybody who asks, in both; to make a client takes longer than to be answered.
    clients: Vec<(Asker, [Client; 2])>,
}

/// What strangers ask for by name.
struct Secrets {
    sheets: Vec<String>,
    rows: Vec<String>,
    users: Vec<String>,
    tokens: Vec<String>,
    jobs: Vec<String>,
}

/// Who asks.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Asker {
    /// Works elsewhere.
    Employee,
    /// Leads another team.
    Manager,
    /// An administrator whose token carries `projects@read` alone.
    Narrow,
    /// Nobody.
    Anonymous,
    /// May see everything.
    Administrator,
}

impl Asker {
    const STRANGERS: [Self; 4] = [Self::Employee, Self::Manager, Self::Narrow, Self::Anonymous];

    fn token(self) -> Option<String> {
        match self {
            Self::Employee => Some(Person::Stranger.token_text()),
            Self::Manager => Some("pct_Boss".to_owned()),
            Self::Narrow => Some("pct_Narrow".to_owned()),
            Self::Anonymous => None,
            Self::Administrator => Some(Person::Admin.token_text()),
        }
    }

    fn at(self, staffed: &Staffed) -> Client {
        match self.token() {
            Some(token) => staffed.server.client_with(token),
            None => staffed.server.anonymous(),
        }
    }
}

/// A request, to be sent to both worlds.
#[derive(Clone, Debug)]
struct Asked {
    /// What it is about, for the list of places where the worlds differ for an administrator.
    place: String,
    method: Method,
    path: String,
    headers: Vec<(&'static str, String)>,
    body: Option<String>,
}

impl Asked {
    fn get(place: &str, path: impl Into<String>) -> Self {
        Self {
            place: place.to_owned(),
            method: Method::GET,
            path: path.into(),
            headers: Vec::new(),
            body: None,
        }
    }

    fn to(&self, client: &Client) -> RequestBuilder {
        let mut request = client.request(self.method.clone(), &self.path);
        for (name, value) in &self.headers {
            request = request.header(*name, value);
        }
        match &self.body {
            Some(body) => request.body(body.clone()),
            None => request,
        }
    }
}

impl Worlds {
    async fn open() -> Self {
        let secret = secrets();
        let secrets = Secrets::of(&secret);
        let with = Staffed::of(vec![everywhere(), secret]).await;
        let without = Staffed::of(vec![everywhere()]).await;
        let askers = Asker::STRANGERS.into_iter().chain([Asker::Administrator]);
        let clients = askers.map(|who| (who, [who.at(&with), who.at(&without)]));
        Self {
            clients: clients.collect(),
            with,
            without,
            secrets,
        }
    }

    /// What both answer: the status, what describes the answer, and all of it.
    async fn answers(&self, who: Asker, asked: &Asked) -> [String; 2] {
        let (_, [with, without]) = self.clients.iter().find(|(known, _)| *known == who).unwrap();
        let (with, without) = tokio::join!(
            answer(asked.to(with), self.with.address()),
            answer(asked.to(without), self.without.address())
        );
        [with, without]
    }

    /// Both answer the stranger the same.
    async fn same(&self, who: Asker, asked: &Asked) {
        let [with, without] = self.answers(who, asked).await;
        assert!(!without.starts_with("50"), "{asked:?}: {without}");
        assert_eq!(with, without, "{who:?} learns of a secret by {asked:?}");
    }

    /// Every stranger is answered the same by both.
    async fn same_for_strangers(&self, asked: &[Asked]) {
        let all = Asker::STRANGERS
            .into_iter()
            .flat_map(|who| asked.iter().map(move |asked| (who, asked)));
        // Nobody is let in without a token, so one request of each kind is enough.
        let mut anonymous = HashSet::new();
        let all = all.filter(|(who, asked)| {
            *who != Asker::Anonymous || anonymous.insert((asked.method.clone(), asked.place.clone()))
        });
        let answers = all.map(|(who, asked)| self.same(who, asked));
        futures_util::stream::iter(answers)
            .buffer_unordered(AT_A_TIME)
            .collect::<()>()
            .await;
    }

    /// Every stranger is answered the same by both, and an administrator is not, in these places.
    async fn walk(&self, asked: &[Asked], told_apart: &[&str]) {
        self.same_for_strangers(asked).await;
        let mut places: Vec<&str> = Vec::new();
        for asked in asked.iter().filter(|asked| is_harmless(asked)) {
            if places.contains(&asked.place.as_str()) {
                continue;
            }
            let [with, without] = self.answers(Asker::Administrator, asked).await;
            if with != without {
                places.push(&asked.place);
            }
        }
        places.sort_unstable();
        assert_eq!(places, told_apart, "where an administrator sees secrets");
    }
}

/// Whether it changes nothing, whoever asks.
fn is_harmless(asked: &Asked) -> bool {
    let is_mutation = asked.body.as_ref().is_some_and(|body| body.contains("mutation"));
    let makes_sheets = ["GetIdForPeriod", "TimeSheetId"];
    asked.method == Method::GET && !makes_sheets.iter().any(|name| asked.path.contains(name))
        || asked.path == "/graphql" && !is_mutation
}

/// An answer without what tells which server gave it.
async fn answer(request: RequestBuilder, address: SocketAddr) -> String {
    let answer = request.send().await.unwrap();
    let status = answer.status();
    let mut told = status.as_u16().to_string();
    for name in [
        "content-type",
        "etag",
        "location",
        "odata-entityid",
        "www-authenticate",
        "allow",
    ] {
        if let Some(value) = answer.headers().get(name) {
            told.extend(["\n", name, ": ", value.to_str().unwrap()]);
        }
    }
    told += "\n\n";
    told += &answer.text().await.unwrap();
    without_counter(&told.replace(&address.to_string(), "HOST"))
}

/// The same without how far the one counter of versions has come: who reads changes is told, and it
/// counts what everybody writes.
fn without_counter(told: &str) -> String {
    const END: &str = "\",\"hasMore\":false";
    let pieces = told.split(END).collect::<Vec<_>>();
    let Some((last, counted)) = pieces.split_last() else {
        return String::new();
    };
    let counted = counted.iter().map(|piece| {
        let (before, _version) = piece.rsplit_once("\"version\":\"").unwrap();
        format!("{before}\"version\":\"COUNTER{END}")
    });
    counted.chain([(*last).to_owned()]).collect()
}

impl Secrets {
    fn of(records: &[Record]) -> Self {
        let ids = |wanted: fn(Key) -> bool| -> Vec<String> {
            let keys = records.iter().map(Record::key);
            keys.filter(|key| wanted(*key))
                .map(|key| key.uuid().to_string())
                .collect()
        };
        let rows = records.iter().filter_map(|record| match record {
            Record::Timesheet(sheet) => Some(sheet),
            _ => None,
        });
        let rows = rows.flat_map(|sheet| {
            let lines = sheet.lines().map(|line| line.id().to_string());
            lines
                .chain(sheet.cells().map(|cell| cell.id().to_string()))
                .collect::<Vec<_>>()
        });
        Self {
            sheets: ids(|key| matches!(key, Key::Timesheet(_))),
            rows: rows.collect(),
            users: ids(|key| matches!(key, Key::User(_))),
            tokens: ids(|key| matches!(key, Key::Token(_))),
            jobs: ids(|key| matches!(key, Key::SyncJob(_))),
        }
    }

    /// One of each kind.
    fn one_of_each(&self) -> Vec<&str> {
        let kinds = [&self.sheets, &self.rows, &self.users, &self.tokens, &self.jobs];
        kinds
            .into_iter()
            .filter_map(|ids| ids.first().map(String::as_str))
            .collect()
    }
}

/// Everybody and everything that is there in both worlds.
fn everywhere() -> Vec<Record> {
    let is_of_the_team = |record: &Record| {
        let team = [Person::Lead, Person::Ivan, Person::Olga];
        match record {
            Record::User(user) => team.iter().any(|person| person.user_id() == user.id),
            Record::Token(token) => team.iter().any(|person| person.user_id() == token.user_id),
            Record::Timesheet(_) => true,
            _ => false,
        }
    };
    let mut records = records::company();
    records.retain(|record| !is_of_the_team(record));
    let boss = UserId::new(uuid('a', 6));
    let narrow = UserId::new(uuid('a', 7));
    let somebody = |id: UserId, name: &str, roles: &[Role]| User {
        id,
        name: name.into(),
        email: Some(format!("{name}@example.com").into()),
        roles: roles.into(),
        ..records::user(Person::Stranger)
    };
    let token =
        |number: u128, user_id: UserId, name: &str, permissions: Option<Box<[Permission]>>| AccessToken {
            id: TokenId::new(uuid('b', number)),
            user_id,
            name: name.into(),
            permissions,
            ..records::token(Person::Stranger)
        };
    let stranger = User {
        manager_id: Some(boss),
        ..records::user(Person::Stranger)
    };
    records.retain(|record| record.key() != Key::User(stranger.id));
    records.extend([
        record(stranger),
        record(somebody(boss, "Boss", &[Role::Employee, Role::TeamManager])),
        record(somebody(narrow, "Narrow", &[Role::Administrator])),
        record(token(6, boss, "Boss", None)),
        record(token(
            7,
            narrow,
            "Narrow",
            Some([Permission::ProjectsRead].into()),
        )),
        record(records::sheet(3, Person::Stranger, "2024-03-04")),
    ]);
    records
}

/// What strangers are not to learn of.
fn secrets() -> Vec<Record> {
    let submitted = Timesheet {
        status: ApprovalStatus::Submitted,
        submitted: Some(long_ago()),
        ..records::sheet(2, Person::Olga, "2024-03-04")
    };
    let mut records = vec![record(records::booked_week()), record(submitted)];
    // Ivan first: he is who has hours.
    for person in [Person::Ivan, Person::Lead, Person::Olga] {
        records.push(record(records::user(person)));
        records.push(record(records::token(person)));
    }
    records.push(record(SyncJob {
        id: SyncJobId::new(uuid('d', 1)),
        meta: Meta::new(long_ago()),
        owner_id: Person::Lead.user_id(),
        asked_by: Person::Lead.user_id(),
        token_id: None,
        face: Face::Import,
        kind: ImportKind::StaticData,
        options: ImportOptions::default(),
        idempotency_key: Some("Ivan".into()),
        rows: 3,
        bytes: 100,
        state: JobState::Cancelled,
        started: None,
        finished: Some(long_ago()),
        report: None,
        fault: None,
    }));
    records
}

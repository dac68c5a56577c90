//! `punchcard token`: access tokens, while a server runs or not.

use std::fmt;

use clap::{Args, Subcommand};
use serde::Deserialize;
use serde_json::json;
use uuid::Uuid;

use super::reach::{Reach, reach};
use super::{Failure, Folder, print};
use crate::domain::time::{Clock, Instant};
use crate::server::system::SystemClock;

const SECONDS_A_DAY: i64 = 86_400;

#[derive(Debug, Subcommand)]
pub(super) enum Token {
    /// Makes a token and prints its text, which is shown this once and kept nowhere.
    Create(Create),
    /// Lists the tokens: id, whether it counts, when it expires, whose it is, what it is for.
    List(Folder),
    /// Revokes a token: with its next use it is refused.
    Revoke(Revoke),
}

#[derive(Debug, Args)]
pub(super) struct Create {
    #[command(flatten)]
    folder: Folder,
    /// What the token is for.
    #[arg(long, env = "PUNCHCARD_NAME", value_name = "TEXT")]
    name: String,
    /// Whom it acts as: an e-mail address or an id; an administrator unless given.
    #[arg(long, env = "PUNCHCARD_USER", value_name = "USER")]
    user: Option<String>,
    /// After how many days it stops to count; never unless given.
    #[arg(long, env = "PUNCHCARD_DAYS", value_name = "N")]
    #[arg(value_parser = clap::value_parser!(u32).range(1..=36_500))]
    days: Option<u32>,
    /// The rights that it carries at most, such as `timesheets@read`, parted by commas; all of its
    /// user's unless given.
    #[arg(
        long,
        env = "PUNCHCARD_PERMISSIONS",
        value_name = "RIGHTS",
        value_delimiter = ','
    )]
    permissions: Option<Vec<String>>,
}

#[derive(Debug, Args)]
pub(super) struct Revoke {
    #[command(flatten)]
    folder: Folder,
    /// The token's id, as `token list` prints it.
    #[arg(long, env = "PUNCHCARD_ID", value_name = "ID")]
    id: Uuid,
}

impl Token {
    pub(super) async fn run(self) -> Result<(), Failure> {
        let (Self::Create(Create { folder, .. }) | Self::List(folder) | Self::Revoke(Revoke { folder, .. })) =
            &self;
        let reach = reach(&folder.data_dir).await?;
        let done = match self {
            Self::Create(create) => create.run(&reach).await,
            Self::List(_) => list(&reach).await,
            Self::Revoke(revoke) => revoke.run(&reach).await,
        };
        reach.leave().await?;
        done
    }
}

/// A thing that is wrong with what was asked for.
#[derive(Deserialize)]
struct Fault {
    path: String,
    message: String,
}

fn refuse(faults: &[Fault]) -> Failure {
    let told: Vec<String> = faults
        .iter()
        .map(|Fault { path, message }| format!("{path}: {message}"))
        .collect();
    told.join("; ").into()
}

impl Create {
    async fn run(self, reach: &Reach) -> Result<(), Failure> {
        const DOCUMENT: &str = "mutation Create($input: CreateTokenInput!) {
            createToken(input: $input) { secret faults { path message } } }";

        #[derive(Deserialize)]
        #[serde(rename_all = "camelCase")]
        struct Answer {
            create_token: Option<Created>,
        }

        #[derive(Deserialize)]
        struct Created {
            secret: Option<String>,
            faults: Vec<Fault>,
        }

        let user = match &self.user {
            None => None,
            Some(name) => Some(user_named(reach, name).await?),
        };
        let expires = self.days.map(|days| expiry(SystemClock.now(), days).to_string());
        let input = json!({ "input": {
            "name": self.name, "userId": user, "expires": expires, "permissions": self.permissions,
        } });
        let answer: Answer = reach.ask(DOCUMENT, input).await?;
        let created = answer.create_token.ok_or("nothing was made")?;
        match created.secret {
            Some(secret) => print(secret),
            None => Err(refuse(&created.faults)),
        }
    }
}

fn expiry(now: Instant, days: u32) -> Instant {
    now.plus_seconds(i64::from(days) * SECONDS_A_DAY)
}

/// The user with this id or e-mail address.
async fn user_named(reach: &Reach, name: &str) -> Result<Uuid, Failure> {
    const DOCUMENT: &str = "query User($email: String) {
        users(first: 500, filter: { email: { startsWith: $email } }) { nodes { id email } } }";

    #[derive(Deserialize)]
    struct Answer {
        users: Option<Users>,
    }

    #[derive(Deserialize)]
    struct Users {
        nodes: Vec<User>,
    }

    #[derive(Deserialize)]
    struct User {
        id: Uuid,
        email: Option<String>,
    }

    if let Ok(id) = name.parse() {
        return Ok(id);
    }
    let answer: Answer = reach.ask(DOCUMENT, json!({ "email": name })).await?;
    let users = answer.users.map(|users| users.nodes).unwrap_or_default();
    let is_named = |user: &User| {
        let email = user.email.as_deref().unwrap_or_default();
        email.to_lowercase() == name.to_lowercase()
    };
    let found = users.into_iter().find(is_named);
    found
        .map(|user| user.id)
        .ok_or_else(|| format!("there is no user with the e-mail address {name}").into())
}

/// A token, as a line of the list.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Listed {
    id: Uuid,
    name: String,
    is_active: bool,
    expires: Option<String>,
    permissions: Option<Vec<String>>,
    user: Option<Owner>,
}

#[derive(Deserialize)]
struct Owner {
    name: String,
}

impl fmt::Display for Listed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            id,
            name,
            is_active,
            expires,
            permissions,
            user,
        } = self;
        let counts = if *is_active { "active" } else { "revoked" };
        let expires = expires.as_deref().unwrap_or("never");
        let user = user.as_ref().map_or("", |Owner { name }| name);
        let permissions = permissions
            .as_ref()
            .map_or("all".to_owned(), |some| some.join(","));
        write!(f, "{id}\t{counts}\t{expires}\t{permissions}\t{user}\t{name}")
    }
}

async fn list(reach: &Reach) -> Result<(), Failure> {
    const DOCUMENT: &str = "query List($after: String) {
        tokens(first: 500, after: $after) {
            nodes { id name isActive expires permissions user { name } }
            pageInfo { hasNextPage endCursor } } }";

    #[derive(Deserialize)]
    struct Answer {
        tokens: Option<Tokens>,
    }

    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Tokens {
        nodes: Vec<Listed>,
        page_info: PageInfo,
    }

    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct PageInfo {
        has_next_page: bool,
        end_cursor: Option<String>,
    }

    let mut after: Option<String> = None;
    loop {
        let answer: Answer = reach.ask(DOCUMENT, json!({ "after": after })).await?;
        let tokens = answer.tokens.ok_or("the tokens cannot be listed")?;
        for token in &tokens.nodes {
            print(token)?;
        }
        after = tokens.page_info.end_cursor;
        if !tokens.page_info.has_next_page {
            return Ok(());
        }
    }
}

impl Revoke {
    async fn run(self, reach: &Reach) -> Result<(), Failure> {
        const DOCUMENT: &str = "mutation Revoke($id: UUID!) {
            revokeToken(id: $id) { token { id isActive } faults { path message } } }";

        #[derive(Deserialize)]
        #[serde(rename_all = "camelCase")]
        struct Answer {
            revoke_token: Option<Revoked>,
        }

        #[derive(Deserialize)]
        struct Revoked {
            faults: Vec<Fault>,
        }

        let answer: Answer = reach.ask(DOCUMENT, json!({ "id": self.id })).await?;
        let revoked = answer.revoke_token.ok_or("nothing was revoked")?;
        if revoked.faults.is_empty() {
            print(format_args!("{} is revoked", self.id))
        } else {
            Err(refuse(&revoked.faults))
        }
    }
}

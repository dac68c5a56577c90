//! `punchcard import`: sends files to a server, tells how far they have come, and what became of
//! them. It is a client like any other: what a row means is the server's to say.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, ValueEnum};

use super::Failure;
use crate::domain::id::UserId;
use client::Client;
use file::{Layout, Source};
use follow::Outcome;

mod client;
mod file;
mod follow;
mod report;

#[derive(Debug, Args)]
pub(super) struct Import {
    /// The files, imported one after another: lines of JSON (.ndjson, .jsonl, .json) or tables (.csv,
    /// .tsv, .txt), plain or gzip (.gz).
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// Where the server is.
    #[arg(
        long,
        env = "PUNCHCARD_URL",
        value_name = "URL",
        default_value = "http://127.0.0.1:8080"
    )]
    url: String,
    /// An access token with the right projects@download. Others on this machine can see a command
    /// line: the environment variable is safer.
    #[arg(long, env = "PUNCHCARD_TOKEN", value_name = "TOKEN", hide_env_values = true)]
    token: String,
    /// Import as this user, in their name: needs a token with the right core@switchIdentity.
    #[arg(long, env = "PUNCHCARD_ACT_FOR", value_name = "USER ID")]
    act_for: Option<UserId>,
    /// What is imported: time entries with what they refer to, or static data alone.
    #[arg(
        long,
        env = "PUNCHCARD_KIND",
        value_name = "KIND",
        default_value = "time-entries"
    )]
    kind: Kind,
    /// What the rows are that do not say so: needed for tables of static data.
    #[arg(long, env = "PUNCHCARD_ROWS", value_name = "ROWS")]
    rows: Option<Rows>,
    /// What becomes of the good rows where some are bad.
    #[arg(long, env = "PUNCHCARD_ON_ERROR", value_name = "WHAT", default_value = "fail")]
    on_error: OnError,
    /// Only report what would happen.
    #[arg(long, env = "PUNCHCARD_DRY_RUN")]
    dry_run: bool,
    /// A name for the import, so that sending it again is not importing it again; of several files
    /// each is named by it and its place among them.
    #[arg(long, env = "PUNCHCARD_IDEMPOTENCY_KEY", value_name = "KEY")]
    idempotency_key: Option<String>,
    /// What is between the columns of a table; seen in its header unless given.
    #[arg(long, env = "PUNCHCARD_SEPARATOR", value_name = "CHAR")]
    separator: Option<char>,
    /// Numbers in a table have a decimal comma; seen unless given.
    #[arg(long, env = "PUNCHCARD_DECIMAL_COMMA")]
    decimal_comma: Option<bool>,
    /// Say nothing but what is wrong.
    #[arg(long, env = "PUNCHCARD_QUIET")]
    quiet: bool,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
enum Kind {
    TimeEntries,
    StaticData,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
enum Rows {
    Customers,
    CommonTasks,
    Projects,
    Tasks,
    TimeEntries,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
enum OnError {
    Fail,
    Skip,
}

impl Import {
    /// Sends the files; the code says whether rows were bad.
    pub(super) async fn run(self) -> Result<ExitCode, Failure> {
        let client = Client::new(&self.url, &self.token, self.act_for)?;
        let sources = self.files.iter().map(|path| Source::find(path));
        let sources = sources.collect::<Result<Vec<_>, _>>()?;
        let mut code = ExitCode::SUCCESS;
        for (number, source) in (1..).zip(sources) {
            let name = source.path.display().to_string();
            let job = client
                .send(&self.query(number, source.layout), source)
                .await
                .map_err(|failure| failure.about(&name))?;
            let told = follow::follow(&client, &job, &name, self.quiet)
                .await
                .map_err(|failure| failure.about(&name))?;
            report::print(&told, &name, self.quiet)?;
            match told.outcome {
                Outcome::Fine => {}
                Outcome::Faults => code = ExitCode::from(Failure::FAULTS),
                Outcome::Failed => return Err(Failure::from(told.reason()).about(&name)),
            }
            if told.outcome == Outcome::Faults && self.on_error == OnError::Fail {
                break;
            }
        }
        Ok(code)
    }

    /// The path and the options of the upload.
    fn query(&self, number: usize, layout: Layout) -> String {
        let path = match self.kind {
            Kind::TimeEntries => "/sync/time-entries",
            Kind::StaticData => "/sync/static-data",
        };
        let mut options = form_urlencoded::Serializer::new(format!("{path}?"));
        options.append_pair(
            "onError",
            match self.on_error {
                OnError::Fail => "FAIL",
                OnError::Skip => "SKIP",
            },
        );
        if self.dry_run {
            options.append_pair("dryRun", "true");
        }
        if let Some(rows) = self.rows {
            options.append_pair("rows", rows.member());
        }
        if let Some(key) = &self.idempotency_key {
            let key = if self.files.len() > 1 {
                format!("{key}/{number}")
            } else {
                key.clone()
            };
            options.append_pair("idempotencyKey", &key);
        }
        if layout == Layout::Table {
            if let Some(separator) = self.separator {
                options.append_pair("separator", separator.encode_utf8(&mut [0; 4]));
            }
            if let Some(comma) = self.decimal_comma {
                options.append_pair("decimalComma", if comma { "true" } else { "false" });
            }
        }
        options.finish()
    }
}

impl Rows {
    const fn member(self) -> &'static str {
        match self {
            Self::Customers => "customers",
            Self::CommonTasks => "commonTasks",
            Self::Projects => "projects",
            Self::Tasks => "tasks",
            Self::TimeEntries => "timeEntries",
        }
    }
}

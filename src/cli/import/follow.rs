//! Follows an import to its end, also over a server that stops and starts again meanwhile.

use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};
use serde_json::Value;
use tokio::time::Instant;

use super::client::Client;
use crate::cli::Failure;

/// So long a server may be away.
const PATIENCE: Duration = Duration::from_mins(1);
/// So long is waited before it is asked again.
const PAUSE: Duration = Duration::from_millis(500);

/// How an import ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Outcome {
    /// All rows were good.
    Fine,
    /// Rows were bad.
    Faults,
    /// It failed for another reason.
    Failed,
}

/// The last event of an import.
pub(super) struct Told {
    pub(super) outcome: Outcome,
    /// The event's data.
    pub(super) event: Value,
}

impl Told {
    /// Why it failed.
    pub(super) fn reason(&self) -> String {
        let message = self.event.pointer("/fault/message").and_then(Value::as_str);
        message.unwrap_or("it failed").to_owned()
    }
}

/// Waits for the last event.
pub(super) async fn follow(client: &Client, job: &str, name: &str, quiet: bool) -> Result<Told, Failure> {
    let bar = bar(name, quiet);
    let mut seen: Option<String> = None;
    let mut since = Instant::now();
    loop {
        match listen(client, job, &mut seen, &bar).await {
            Ok(Some(event)) => {
                bar.finish_and_clear();
                return Ok(event);
            }
            Ok(None) => since = Instant::now(),
            Err(failure) if since.elapsed() > PATIENCE => return Err(failure),
            Err(_) => {}
        }
        tokio::time::sleep(PAUSE).await;
    }
}

/// Listens until the last event or the end of the stream.
async fn listen(
    client: &Client,
    job: &str,
    seen: &mut Option<String>,
    bar: &ProgressBar,
) -> Result<Option<Told>, Failure> {
    let mut answer = client.events(job, seen.as_deref()).await?;
    let mut text = Vec::new();
    while let Some(piece) = answer.chunk().await? {
        text.extend_from_slice(&piece);
        while let Some(end) = text.windows(2).position(|pair| pair == b"\n\n") {
            let event: Vec<u8> = text.drain(..end + 2).collect();
            if let Some(told) = hear(&String::from_utf8_lossy(&event), seen, bar)? {
                return Ok(Some(told));
            }
        }
    }
    Ok(None)
}

fn hear(event: &str, seen: &mut Option<String>, bar: &ProgressBar) -> Result<Option<Told>, Failure> {
    let field = |name: &str| {
        let mut lines = event.lines();
        lines.find_map(|line| line.strip_prefix(name)?.strip_prefix(": "))
    };
    let (Some(kind), Some(data)) = (field("event"), field("data")) else {
        return Ok(None);
    };
    if let Some(id) = field("id") {
        *seen = Some(id.to_owned());
    }
    let event: Value = serde_json::from_str(data)?;
    let faults = event
        .pointer("/report/faultCount")
        .and_then(Value::as_u64)
        .unwrap_or(0);
    let outcome = match kind {
        "SyncSucceeded" if faults == 0 => Outcome::Fine,
        "SyncSucceeded" => Outcome::Faults,
        "SyncFailed" if event.pointer("/fault/code").and_then(Value::as_str) == Some("FAULTS") => {
            Outcome::Faults
        }
        "SyncFailed" => Outcome::Failed,
        "error" => {
            let message = event.pointer("/error/message").and_then(Value::as_str);
            return Err(message.unwrap_or("the server ended the stream").into());
        }
        _ => {
            show(&event, bar);
            return Ok(None);
        }
    };
    Ok(Some(Told { outcome, event }))
}

fn show(event: &Value, bar: &ProgressBar) {
    let number = |name| event.get(name).and_then(Value::as_u64).unwrap_or(0);
    bar.set_position(number("percent"));
    let phase = event.get("phase").and_then(Value::as_str).unwrap_or_default();
    bar.set_message(format!(
        "{} {} of {} rows",
        phase.to_lowercase(),
        number("rowsDone"),
        number("rowsTotal")
    ));
}

/// A bar on the error stream, if that is a terminal.
fn bar(name: &str, quiet: bool) -> ProgressBar {
    if quiet {
        return ProgressBar::hidden();
    }
    let bar = ProgressBar::new(100);
    if let Ok(style) = ProgressStyle::with_template("{prefix} [{bar:30}] {pos:>3} % {msg}") {
        bar.set_style(style.progress_chars("=> "));
    }
    bar.set_prefix(name.to_owned());
    bar
}

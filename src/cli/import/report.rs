//! What became of an import, for people.

use std::io::Write;

use serde_json::Value;

use super::follow::{Outcome, Told};
use crate::cli::{Failure, print as print_line};

/// The lists of a report, and what each is called.
const LISTS: [(&str, &str); 5] = [
    ("customers", "customers"),
    ("commonTasks", "common tasks"),
    ("projects", "projects"),
    ("tasks", "tasks"),
    ("timeEntries", "time entries"),
];
const COUNTS: [&str; 6] = ["created", "updated", "unchanged", "archived", "skipped", "failed"];

/// Prints the counts of what there was any of, and every fault that the report keeps on the error
/// stream.
pub(super) fn print(told: &Told, name: &str, quiet: bool) -> Result<(), Failure> {
    let Some(report) = told.event.get("report").filter(|report| !report.is_null()) else {
        return Ok(());
    };
    if !quiet {
        let is_dry = told.event.pointer("/job/dryRun").and_then(Value::as_bool) == Some(true);
        let how = match (told.outcome, is_dry) {
            (_, true) => "would be",
            (Outcome::Faults, false) if told.event.get("fault").is_some() => "nothing was applied; would be",
            (_, false) => "is",
        };
        let took = told
            .event
            .pointer("/job/milliseconds")
            .and_then(Value::as_u64)
            .unwrap_or(0);
        print_line(format_args!("{name}: {how} imported ({took} ms)"))?;
        for (list, called) in LISTS {
            let count = |what: &str| {
                report
                    .pointer(&format!("/{list}/{what}"))
                    .and_then(Value::as_u64)
                    .unwrap_or(0)
            };
            let counts: Vec<String> = COUNTS
                .iter()
                .filter(|what| count(what) > 0)
                .map(|what| format!("{} {what}", count(what)))
                .collect();
            if !counts.is_empty() {
                print_line(format_args!("  {called}: {}", counts.join(", ")))?;
            }
        }
    }
    tell_faults(report)
}

fn tell_faults(report: &Value) -> Result<(), Failure> {
    let mut stderr = std::io::stderr().lock();
    let faults = report
        .get("faults")
        .and_then(Value::as_array)
        .map_or(&[][..], Vec::as_slice);
    for fault in faults {
        let text = |name| fault.get(name).and_then(Value::as_str).unwrap_or_default();
        let line = fault.get("line").and_then(Value::as_u64);
        let line = line.map_or(String::new(), |line| format!("line {line}, "));
        writeln!(
            stderr,
            "{line}{}: {} ({})",
            text("path"),
            text("message"),
            text("code")
        )?;
    }
    let all = report.get("faultCount").and_then(Value::as_u64).unwrap_or(0);
    let kept = faults.len() as u64;
    if all > kept {
        writeln!(stderr, "and {} more", all - kept)?;
    }
    Ok(())
}

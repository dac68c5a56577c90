//! Imports and their events as JSON, in one place for whoever asks once and whoever watches.

use serde_json::{Value, json};

use crate::app::imports::SyncEvent;
use crate::domain::import::{Collection, Counts, Progress, Report, RowFault};
use crate::domain::sync_job::{JobFault, SyncJob};

/// An import that has come so far.
pub fn to_json(job: &SyncJob, progress: Progress) -> Value {
    let SyncJob {
        id,
        meta,
        owner_id,
        asked_by: _,
        token_id: _,
        face: _,
        kind,
        options,
        idempotency_key,
        rows,
        bytes: _,
        state,
        started,
        finished,
        report,
        fault,
    } = job;
    json!({
        "id": id.to_string(),
        "rowVersion": meta.version.to_string(),
        "created": meta.created.to_string(),
        "kind": constant(kind.code()),
        "state": constant(state.code()),
        "ownerId": owner_id.to_string(),
        "idempotencyKey": idempotency_key,
        "onError": constant(options.on_error.code()),
        "dryRun": options.dry_run,
        "rows": rows,
        "percent": progress.percent,
        "started": started.map(|it| it.to_string()),
        "finished": finished.map(|it| it.to_string()),
        "milliseconds": job.milliseconds(),
        "report": report.as_deref().map(report_to_json),
        "fault": fault.as_deref().map(fault_to_json),
    })
}

/// An event's name, and what it tells.
pub fn event_to_json(event: &SyncEvent) -> (&'static str, Value) {
    let sequence = event.sequence();
    match event {
        SyncEvent::Progress { job, progress } => (
            "SyncProgress",
            json!({
                "jobId": job.id.to_string(),
                "percent": progress.percent,
                "phase": constant(progress.phase.code()),
                "rowsDone": progress.rows_done,
                "rowsTotal": job.rows,
                "sequence": sequence,
            }),
        ),
        SyncEvent::Succeeded { job } => ("SyncSucceeded", last_to_json(job, sequence)),
        SyncEvent::Failed { job } => {
            let mut json = last_to_json(job, sequence);
            if let Some(json) = json.as_object_mut() {
                let fault = job.fault.as_deref().map_or(Value::Null, fault_to_json);
                json.insert("fault".to_owned(), fault);
            }
            ("SyncFailed", json)
        }
    }
}

fn last_to_json(job: &SyncJob, sequence: u8) -> Value {
    let done = Progress::at(crate::domain::import::Phase::Done, job.rows, job.rows);
    json!({
        "jobId": job.id.to_string(),
        "job": to_json(job, done),
        "report": job.report.as_deref().map(report_to_json),
        "sequence": sequence,
    })
}

fn fault_to_json(fault: &JobFault) -> Value {
    let JobFault { code, message } = fault;
    json!({ "code": code, "message": message })
}

fn report_to_json(report: &Report) -> Value {
    let mut json = json!({
        "timesheetsOpened": report.timesheets_opened,
        "timesheetsChanged": report.timesheets_changed,
        "faultCount": report.fault_count,
        "faults": report.faults.iter().map(row_fault_to_json).collect::<Vec<_>>(),
    });
    if let Some(json) = json.as_object_mut() {
        for collection in Collection::ALL {
            let counts = counts_to_json(report.counts(collection));
            json.insert(collection.member().to_owned(), counts);
        }
    }
    json
}

fn counts_to_json(counts: &Counts) -> Value {
    let Counts {
        created,
        updated,
        unchanged,
        archived,
        skipped,
        failed,
    } = counts;
    json!({
        "created": created,
        "updated": updated,
        "unchanged": unchanged,
        "archived": archived,
        "skipped": skipped,
        "failed": failed,
    })
}

fn row_fault_to_json(fault: &RowFault) -> Value {
    let RowFault {
        path,
        place,
        id,
        code,
        message,
    } = fault;
    json!({
        "path": path,
        "index": place.map(|place| place.index),
        "line": place.and_then(|place| place.line),
        "id": id,
        "code": code.as_str(),
        "message": message,
    })
}

/// A code as GraphQL spells constants: `TIME_ENTRIES` for `TimeEntries`.
fn constant(code: &str) -> String {
    let mut constant = String::with_capacity(code.len() + 2);
    for character in code.chars() {
        if character.is_ascii_uppercase() && !constant.is_empty() {
            constant.push('_');
        }
        constant.push(character.to_ascii_uppercase());
    }
    constant
}

//! F6: of those who act at once each decides on what the others have made of the sheet.

use std::collections::BTreeSet;
use std::sync::Arc;

use futures_util::future::join_all;
use punchcard::app::approvals::ApprovalCommand;
use punchcard::app::{App, Error};
use punchcard::domain::approval::{ApprovalAction, ApprovalStatus};
use punchcard::domain::id::TimesheetId;
use punchcard::domain::record::Record;
use punchcard::domain::timesheet::Timesheet;
use punchcard::domain::timesheet::save::SaveTimesheet;
use punchcard::domain::version::RowVersion;

use crate::support::company::{Company, Person};
use crate::support::records::{self, record};

/// How often, over how many sheets at a time.
const ROUNDS: usize = 10_000;
const SHEETS: usize = 20;

/// What became of what each did, and of the sheet.
type Outcome = ([&'static str; 4], ApprovalStatus);

/// The sheet as the model sees it.
#[derive(Clone, Copy)]
struct Model {
    status: ApprovalStatus,
    version: u32,
    seen: u32,
}

impl Model {
    fn step(&mut self, from: ApprovalStatus, to: ApprovalStatus) -> &'static str {
        if self.status != from {
            return "WRONG_STATE";
        }
        self.status = to;
        self.version += 1;
        "ok"
    }

    /// The lead approves, the administrator rejects, the owner recalls and then saves.
    fn act(&mut self, number: usize) -> &'static str {
        match number {
            0 => self.step(ApprovalStatus::Submitted, ApprovalStatus::Approved),
            1 => self.step(ApprovalStatus::Submitted, ApprovalStatus::Rejected),
            // Who approved may have been right: to undo that is not the owner's.
            2 if self.status == ApprovalStatus::Approved => "FORBIDDEN",
            2 => {
                let outcome = self.step(ApprovalStatus::Submitted, ApprovalStatus::Draft);
                if outcome == "ok" {
                    self.seen = self.version;
                }
                outcome
            }
            _ if !self.status.is_open() => "WRONG_STATE",
            _ if self.seen != self.version => "CONFLICT",
            _ => {
                self.version += 1;
                "ok"
            }
        }
    }
}

/// What some order allows: the owner saves after recalling.
fn allowed() -> BTreeSet<Outcome> {
    let mut outcomes = BTreeSet::new();
    for order in [
        [0, 1, 2, 3],
        [0, 2, 1, 3],
        [0, 2, 3, 1],
        [1, 0, 2, 3],
        [1, 2, 0, 3],
        [1, 2, 3, 0],
        [2, 0, 1, 3],
        [2, 0, 3, 1],
        [2, 1, 0, 3],
        [2, 1, 3, 0],
        [2, 3, 0, 1],
        [2, 3, 1, 0],
    ] {
        let mut model = Model {
            status: ApprovalStatus::Submitted,
            version: 0,
            seen: 0,
        };
        let mut results = ["", "", "", ""];
        for number in order {
            results[number] = model.act(number);
        }
        outcomes.insert((results, model.status));
    }
    outcomes
}

fn said(result: &Result<Arc<Timesheet>, Error>) -> &'static str {
    match result {
        Ok(_) => "ok",
        Err(error) => error.code(),
    }
}

async fn act(
    app: &App,
    who: Person,
    id: TimesheetId,
    action: ApprovalAction,
) -> Result<Arc<Timesheet>, Error> {
    let command = ApprovalCommand {
        id,
        action,
        version: None,
        comment: Some("because".to_owned()),
    };
    app.act_on_timesheet(&who.caller(), &command).await
}

async fn save(app: &App, id: TimesheetId, version: RowVersion) -> Result<Arc<Timesheet>, Error> {
    let command = SaveTimesheet {
        id,
        body_id: None,
        version: Some(version),
        name: Some("mine".to_owned()),
        lines: None,
    };
    app.save_timesheet(&Person::Ivan.caller(), &command).await
}

/// All four at once on a sheet that is handed in.
async fn round(app: Arc<App>, id: TimesheetId) -> Outcome {
    let sheet = app
        .reader(&Person::Ivan.caller())
        .await
        .unwrap()
        .timesheet(id)
        .await
        .unwrap();
    if !sheet.status.is_open() {
        act(&app, Person::Admin, id, ApprovalAction::Reopen)
            .await
            .unwrap();
    }
    let submitted = act(&app, Person::Ivan, id, ApprovalAction::Submit).await.unwrap();
    let one = Arc::clone(&app);
    let approving = tokio::spawn(async move { act(&one, Person::Lead, id, ApprovalAction::Approve).await });
    let one = Arc::clone(&app);
    let rejecting =
        tokio::spawn(async move { act(&one, Person::Admin, id, ApprovalAction::ForceReject).await });
    let one = Arc::clone(&app);
    let editing = tokio::spawn(async move {
        let recalled = act(&one, Person::Ivan, id, ApprovalAction::Recall).await;
        let seen = recalled
            .as_ref()
            .map_or(submitted.meta.version, |sheet| sheet.meta.version);
        (recalled, save(&one, id, seen).await)
    });
    let (approved, rejected) = (approving.await.unwrap(), rejecting.await.unwrap());
    let (recalled, saved) = editing.await.unwrap();
    let results = [said(&approved), said(&rejected), said(&recalled), said(&saved)];
    let after = app
        .reader(&Person::Ivan.caller())
        .await
        .unwrap()
        .timesheet(id)
        .await
        .unwrap();
    (results, after.status)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn f6_two_approvers_and_an_editor_at_once_leave_what_some_order_allows() {
    let company = Company::open().await;
    let from = records::date("2024-03-11");
    let sheets: Vec<Record> = (0..SHEETS)
        .map(|number| {
            let from = from.plus_days(7 * i32::try_from(number).unwrap());
            record(records::sheet(
                10 + number as u128,
                Person::Ivan,
                &from.to_string(),
            ))
        })
        .collect();
    company.keep(sheets).await;
    let allowed = allowed();
    let mut met = BTreeSet::new();
    for _ in 0..ROUNDS / SHEETS {
        let rounds = (0..SHEETS).map(|number| {
            let id = records::sheet_id(10 + number as u128);
            round(Arc::clone(&company.app), id)
        });
        for outcome in join_all(rounds).await {
            assert!(allowed.contains(&outcome), "{outcome:?} is none of {allowed:#?}");
            met.insert(outcome);
        }
    }
    assert!(met.len() > 2, "they never met: {met:?}");
}

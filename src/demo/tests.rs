//! A made-up company is the same each time, and keeps the rules that real ones must.

use std::collections::{HashMap, HashSet};

use uuid::Uuid;

use super::{Company, Shape};
use crate::domain::approval::ApprovalStatus;
use crate::domain::change::ChangeSet;
use crate::domain::founding::Founding;
use crate::domain::hours::Hours;
use crate::domain::id::{ProjectId, UserId};
use crate::domain::period::Period;
use crate::domain::project::{BillingType, Project, ProjectState};
use crate::domain::record::{Kind, Record};
use crate::domain::references::references;
use crate::domain::task::ProjectTask;
use crate::domain::timesheet::{CellRef, Timesheet};
use crate::domain::token::TokenHash;

fn shape(users: usize, weeks: usize, seed: u64) -> Shape {
    Shape {
        users,
        weeks,
        seed,
        until: "2026-06-10".parse().unwrap(),
    }
}

fn change_sets(shape: Shape) -> Vec<ChangeSet> {
    let found = |now, next_id: &mut dyn FnMut() -> Uuid| Founding::new(now, TokenHash([7; 32]), next_id);
    let changes: Result<_, _> = Company::new(shape, found).into_change_sets().collect();
    changes.unwrap()
}

/// A company of some size, record by record.
struct Made {
    records: Vec<Record>,
}

impl Made {
    fn new(shape: Shape) -> Self {
        let records = change_sets(shape).into_iter().flat_map(|change| change.puts);
        Self {
            records: records.collect(),
        }
    }

    fn sheets(&self) -> Vec<&Timesheet> {
        let records = self.records.iter();
        records
            .filter_map(|record| match record {
                Record::Timesheet(sheet) => Some(sheet.as_ref()),
                _ => None,
            })
            .collect()
    }

    fn projects(&self) -> HashMap<ProjectId, &Project> {
        let records = self.records.iter();
        records
            .filter_map(|record| match record {
                Record::Project(project) => Some((project.id, project.as_ref())),
                _ => None,
            })
            .collect()
    }

    fn tasks(&self) -> Vec<&ProjectTask> {
        let records = self.records.iter();
        records
            .filter_map(|record| match record {
                Record::Task(task) => Some(task.as_ref()),
                _ => None,
            })
            .collect()
    }
}

#[test]
fn the_same_shape_gives_the_same_company_and_another_seed_another() {
    let one = change_sets(shape(30, 4, 7));
    assert_eq!(one, change_sets(shape(30, 4, 7)));
    assert_ne!(one, change_sets(shape(30, 4, 8)));
}

#[test]
fn everybody_has_a_sheet_for_every_week_and_a_small_company_is_one_write() {
    for (users, weeks) in [(1, 1), (2, 3), (5, 2), (24, 8), (40, 1)] {
        let changes = change_sets(shape(users, weeks, 1));
        assert_eq!(changes.len(), 1, "{users} people, {weeks} weeks");
        let made = Made::new(shape(users, weeks, 1));
        assert_eq!(made.sheets().len(), users * weeks);
        let people = made
            .records
            .iter()
            .filter(|it| matches!(it, Record::User(_)))
            .count();
        assert_eq!(people, users + 1, "the administrator is one more");
    }
    let large = change_sets(shape(460, 9, 1));
    assert!(large.len() > 1);
    assert!(large.iter().all(|change| change.puts.len() < 10_000));
}

#[test]
fn p1_p3_s8_s9_s10_sheets_follow_each_other_and_hold_what_fits() {
    let made = Made::new(shape(60, 10, 3));
    let mut last: HashMap<UserId, Period> = HashMap::new();
    for sheet in made.sheets() {
        if let Some(before) = last.insert(sheet.user_id, sheet.period) {
            assert_eq!(before.to().next(), sheet.period.from());
        }
        for line in sheet.lines() {
            let dates: Vec<_> = line.cells().map(CellRef::date).collect();
            assert!(dates.is_sorted_by(|a, b| a < b), "one cell a date, in order");
            assert!(dates.iter().all(|date| sheet.period.contains(*date)));
        }
        let hours = || sheet.cells().map(CellRef::hours);
        assert!(hours().all(|hours| hours > Hours::ZERO && hours <= Hours::DAY));
        assert!(
            sheet
                .cells()
                .all(|cell| cell.date() <= "2026-06-10".parse().unwrap())
        );
    }
}

#[test]
fn t1_t2_every_project_has_one_main_task_and_gapless_branches_of_three_levels() {
    let made = Made::new(shape(60, 2, 3));
    let tasks = made.tasks();
    let mut branches: HashMap<_, Vec<u32>> = HashMap::new();
    for task in &tasks {
        branches
            .entry((task.project_id, task.lead_task_id))
            .or_default()
            .push(task.number);
        if let Some(lead) = task.lead_task_id {
            let lead = tasks.iter().find(|it| it.id == lead).unwrap();
            assert_eq!(lead.project_id, task.project_id);
        }
    }
    for project in made.projects().keys() {
        assert_eq!(branches[&(Some(*project), None)], [0], "one main task");
    }
    for numbers in branches.values() {
        assert!(
            numbers
                .iter()
                .copied()
                .eq(0..u32::try_from(numbers.len()).unwrap())
        );
    }
    let leads: HashSet<_> = tasks.iter().filter_map(|task| task.lead_task_id).collect();
    let third_level = tasks.iter().filter(|task| {
        let lead = task
            .lead_task_id
            .and_then(|lead| tasks.iter().find(|it| it.id == lead));
        lead.is_some_and(|lead| lead.lead_task_id.is_some())
    });
    assert!(third_level.count() > leads.len());
    assert!(tasks.iter().any(|task| !task.is_open) && tasks.iter().any(|task| task.project_id.is_none()));
}

#[test]
fn s11_t5_hours_are_booked_on_what_was_open_to_their_owner() {
    let made = Made::new(shape(60, 10, 3));
    let (projects, tasks) = (made.projects(), made.tasks());
    let mut on_closed_projects = 0;
    for sheet in made.sheets() {
        for line in sheet.lines() {
            let project = projects[&line.project_id().unwrap()];
            match project.state {
                ProjectState::Open => {}
                ProjectState::Closed => on_closed_projects += 1,
                state => panic!("booked on a project that is {state:?}"),
            }
            assert!(project.meets(sheet.period));
            let Some(task) = line.task_id() else { continue };
            let task = tasks.iter().find(|it| it.id == task).unwrap();
            assert!(task.is_enterable(sheet.user_id, sheet.period));
            assert!(task.project_id.is_none_or(|of| of == project.id));
            assert!(task.project_id.is_some() || !project.excludes_common_tasks);
        }
    }
    assert!(on_closed_projects > 0, "the past knows projects that are over");
}

#[test]
fn f3_old_weeks_are_approved_and_the_present_one_is_a_draft() {
    let made = Made::new(shape(60, 10, 3));
    let mut seen = HashSet::new();
    for sheet in made.sheets() {
        seen.insert(sheet.status);
        let (is_submitted, is_approved) = match sheet.status {
            ApprovalStatus::Draft | ApprovalStatus::Rejected => (false, false),
            ApprovalStatus::Submitted => (true, false),
            ApprovalStatus::Approved => (true, true),
        };
        assert_eq!(sheet.submitted.is_some(), is_submitted);
        assert_eq!(sheet.approved.is_some(), is_approved);
        if sheet.period.contains("2026-06-10".parse().unwrap()) {
            assert_eq!(sheet.status, ApprovalStatus::Draft);
        }
    }
    assert_eq!(seen.len(), ApprovalStatus::ALL.len(), "{seen:?}");
}

#[test]
fn nothing_points_into_the_void_and_no_key_is_taken_twice() {
    let made = Made::new(shape(300, 2, 3));
    let mut keys = HashSet::new();
    let mut unique = HashSet::new();
    for record in &made.records {
        assert!(keys.insert(record.key()), "{:?} twice", record.key());
        for key in record.unique_keys() {
            assert!(unique.insert(key.clone()), "{key:?} twice");
        }
    }
    for record in &made.records {
        for (path, key) in references(record) {
            assert!(keys.contains(&key), "{path} of {:?}", record.key());
        }
    }
}

#[test]
fn a_small_company_already_shows_all_there_is() {
    let made = Made::new(Shape::small("2026-06-10".parse().unwrap()));
    // Nobody has imported anything yet.
    for kind in Kind::ALL.iter().filter(|kind| **kind != Kind::SyncJob) {
        assert!(
            made.records.iter().any(|record| record.key().kind() == *kind),
            "{kind:?}"
        );
    }
    let projects = made.projects();
    for billing_type in BillingType::ALL {
        assert!(
            projects.values().any(|it| it.billing_type == billing_type),
            "{billing_type:?}"
        );
    }
    for state in ProjectState::ALL {
        assert!(projects.values().any(|it| it.state == state), "{state:?}");
    }
    let text: String = made
        .sheets()
        .iter()
        .flat_map(|it| it.cells())
        .map(|cell| cell.comment().to_owned())
        .collect();
    assert!(
        text.contains('ü') && text.contains('е') && text.contains("the"),
        "three tongues"
    );
    let cells: usize = made.sheets().iter().map(|it| it.rows.cell_count()).sum();
    assert!(cells / made.sheets().len() >= 8, "{cells} cells");
}

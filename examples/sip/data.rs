//! The two files, and how their rows become projects, tasks and bookings.

use std::collections::{BTreeMap, BTreeSet, HashMap, VecDeque};
use std::fs;
use std::path::Path;

use chrono::{Datelike, Days, NaiveDate, Weekday};
use serde::Deserialize;
use serde_json::json;

use crate::Result;

/// Hours are counted in hundredths: the files have no more places.
pub type Hundredths = i64;

/// A day has seven hours at most.
const FULL_DAY: Hundredths = 700;

/// What is taken over.
pub struct Data {
    pub rows_taken: usize,
    pub rows_without_date: usize,
    pub rows_without_hours: usize,
    pub bookings: Vec<Booking>,
    /// Task number to project, breakdown code, name and estimate.
    tasks: BTreeMap<String, Task>,
}

/// Hours of one developer on one task and day.
#[derive(Clone)]
pub struct Booking {
    pub id: String,
    pub developer: String,
    pub project: String,
    pub task: String,
    pub activity: String,
    pub date: NaiveDate,
    pub hours: Hundredths,
}

struct Task {
    project: String,
    breakdown: String,
    summary: String,
    estimate: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct TaskRow {
    task_number: String,
    summary: String,
    project_code: String,
    project_breakdown_code: String,
    category: String,
    sub_category: String,
    hours_estimate: String,
    #[serde(rename = "DeveloperID")]
    developer_id: String,
    developer_hours_actual: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct DateRow {
    task_number: String,
    started_on: String,
    completed_on: String,
}

impl Data {
    /// Reads the files, and lays the hours on days.
    pub fn read(folder: &Path) -> Result<Self> {
        let rows: Vec<TaskRow> = table(&folder.join("Sip-task-info.csv"))?;
        let mut dates: HashMap<String, VecDeque<DateRow>> = HashMap::new();
        for row in table::<DateRow>(&folder.join("est-act-dates.csv"))? {
            dates.entry(row.task_number.clone()).or_default().push_back(row);
        }
        let mut data = Self {
            rows_taken: 0,
            rows_without_date: 0,
            rows_without_hours: 0,
            bookings: Vec::new(),
            tasks: BTreeMap::new(),
        };
        let mut places: HashMap<String, usize> = HashMap::new();
        for row in rows {
            let place = places.entry(row.task_number.clone()).or_default();
            *place += 1;
            let place = *place;
            let days = dates.get_mut(&row.task_number).and_then(VecDeque::pop_front);
            data.take(&row, place, days.as_ref())?;
        }
        Ok(data)
    }

    fn take(&mut self, row: &TaskRow, place: usize, dates: Option<&DateRow>) -> Result<()> {
        let hours = hundredths(&row.developer_hours_actual)?;
        self.tasks.entry(row.task_number.clone()).or_insert_with(|| Task {
            project: row.project_code.clone(),
            breakdown: row.project_breakdown_code.clone(),
            summary: row.summary.clone(),
            estimate: row.hours_estimate.clone(),
        });
        let last_day = dates.and_then(|dates| day(&dates.completed_on).or_else(|| day(&dates.started_on)));
        let Some(last_day) = last_day else {
            self.rows_without_date += 1;
            return Ok(());
        };
        if hours == 0 {
            self.rows_without_hours += 1;
            return Ok(());
        }
        self.rows_taken += 1;
        let (mut left, mut date, mut number) = (hours, last_day, 0);
        while left > 0 {
            while matches!(date.weekday(), Weekday::Sat | Weekday::Sun) {
                date = date - Days::new(1);
            }
            let today = left.min(FULL_DAY);
            self.bookings.push(Booking {
                id: format!("sip:{}/{place}/{number}", row.task_number),
                developer: row.developer_id.clone(),
                project: row.project_code.clone(),
                task: row.task_number.clone(),
                activity: format!("{} / {}", row.category, row.sub_category),
                date,
                hours: today,
            });
            (left, number) = (left - today, number + 1);
            date = date - Days::new(1);
        }
        Ok(())
    }

    pub fn developers(&self) -> BTreeSet<&str> {
        self.bookings.iter().map(|it| it.developer.as_str()).collect()
    }

    pub fn activities(&self) -> BTreeSet<&str> {
        self.bookings.iter().map(|it| it.activity.as_str()).collect()
    }

    /// Projects and their tasks, an object a line.
    pub fn static_lines(&self) -> String {
        let mut lines = Vec::new();
        let projects: BTreeSet<&str> = self.tasks.values().map(|it| it.project.as_str()).collect();
        for project in projects {
            lines.push(json!({
                "kind": "project", "externalId": sip(project), "name": project, "code": project, "isPaid": false,
            }));
        }
        let breakdowns: BTreeSet<(&str, &str)> = self
            .tasks
            .values()
            .map(|it| (it.project.as_str(), it.breakdown.as_str()))
            .collect();
        for (project, breakdown) in breakdowns {
            lines.push(json!({
                "kind": "task", "externalId": sip(breakdown), "projectExternalId": sip(project), "name": breakdown,
            }));
        }
        for (number, task) in &self.tasks {
            let estimate = (!task.estimate.is_empty()).then_some(&task.estimate);
            lines.push(json!({
                "kind": "task", "externalId": sip(number), "projectExternalId": sip(&task.project),
                "parentExternalId": sip(&task.breakdown), "name": task.summary, "estimate": estimate,
            }));
        }
        joined(lines)
    }

    /// The bookings, an object a line; the one with this number with an hour less.
    pub fn booking_lines(&self, changed: Option<usize>) -> String {
        let lines = self.bookings.iter().enumerate().map(|(number, it)| {
            let hours = if changed == Some(number) { it.hours - 25 } else { it.hours };
            json!({
                "externalId": it.id, "userExternalId": sip(&it.developer), "projectExternalId": sip(&it.project),
                "taskExternalId": sip(&it.task), "activityExternalId": sip(&it.activity),
                "date": it.date.to_string(), "hours": decimal(hours),
            })
        });
        joined(lines.collect())
    }
}

/// The id by which Punchcard knows a value of the files.
pub fn sip(value: &str) -> String {
    format!("sip:{value}")
}

/// A number of hours as a decimal.
pub fn decimal(hours: Hundredths) -> String {
    format!("{}.{:02}", hours / 100, hours % 100)
}

/// Reads a decimal of at most two places that are not zero.
pub fn hundredths(text: &str) -> Result<Hundredths> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let fraction = fraction.trim_end_matches('0');
    if fraction.len() > 2 {
        return Err(format!("{text:?} has more than two decimal places").into());
    }
    let whole: Hundredths = if whole.is_empty() { 0 } else { whole.parse()? };
    Ok(whole * 100 + format!("{fraction:0<2}").parse::<Hundredths>()?)
}

fn joined(lines: Vec<serde_json::Value>) -> String {
    let lines: Vec<String> = lines.into_iter().map(|line| line.to_string()).collect();
    lines.join("\n")
}

/// `02-Nov-04`.
fn day(text: &str) -> Option<NaiveDate> {
    NaiveDate::parse_from_str(text, "%d-%b-%y").ok()
}

/// The rows of a table in Windows-1252.
fn table<T: for<'de> Deserialize<'de>>(path: &Path) -> Result<Vec<T>> {
    let bytes = fs::read(path).map_err(|error| format!("{}: {error}", path.display()))?;
    let (text, _, _) = encoding_rs::WINDOWS_1252.decode(&bytes);
    let rows = csv::Reader::from_reader(text.as_bytes())
        .into_deserialize()
        .collect::<std::result::Result<_, _>>()?;
    Ok(rows)
}

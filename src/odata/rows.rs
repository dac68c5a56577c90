//! Single rows: by their key, and those to which another leads on its own account. Only what the
//! caller may see is found.

use std::sync::Arc;

use uuid::Uuid;

use super::failure::Failure;
use super::query::Base;
use super::row::Row;
use super::schema::{Navigation, Set, Source, Via};
use crate::app::{Error, Reader};
use crate::domain::approval::ApprovalStatus;
use crate::domain::query::Value;
use crate::domain::record::{Key, Record};
use crate::domain::timesheet::Timesheet;

/// The member of a set with this id.
pub async fn by_key(reader: &Reader, set: &Set, id: Uuid) -> Result<Option<Row>, Error> {
    match set.source {
        Source::Records(kind) => {
            let mut records = reader.records(&[Key::new(kind, id)]).await?;
            Ok(records.pop().flatten().map(Row::Record))
        }
        Source::Lines => Ok(reader.sheet_with_row(id).await?.and_then(|sheet| line(sheet, id))),
        Source::Cells => Ok(reader.sheet_with_row(id).await?.and_then(|sheet| cell(sheet, id))),
        Source::Statuses => {
            let mut statuses = ApprovalStatus::ALL.into_iter();
            Ok(statuses.find(|status| status.id() == id).map(Row::Status))
        }
    }
}

fn line(sheet: Arc<Timesheet>, id: Uuid) -> Option<Row> {
    let line = sheet.lines().position(|line| line.id().uuid() == id)?;
    Some(Row::Line(sheet, line))
}

fn cell(sheet: Arc<Timesheet>, id: Uuid) -> Option<Row> {
    let place = sheet.lines().enumerate().find_map(|(place, line)| {
        let cell = line.cells().position(|cell| cell.id().uuid() == id)?;
        Some((place, cell))
    });
    place.map(|(line, cell)| Row::Cell(sheet, line, cell))
}

/// The row to which a navigation to one leads.
pub async fn target(
    reader: &Reader,
    row: &Row,
    navigation: &'static Navigation,
) -> Result<Option<Row>, Failure> {
    match Base::of_navigation(reader, row, navigation).await? {
        Base::Rows(rows, _) => Ok(rows.into_iter().next()),
        Base::Records(..) | Base::Lines(..) | Base::Cells(..) => Ok(None),
    }
}

/// The row with this id among those to which a navigation leads.
pub async fn member(
    reader: &Reader,
    row: &Row,
    navigation: &'static Navigation,
    id: Uuid,
) -> Result<Option<Row>, Failure> {
    if let Via::Referring(kind, property) = navigation.via {
        let mut records = reader.records(&[Key::new(kind, id)]).await?;
        let record = records.pop().flatten();
        let refers = |record: &Record| property.value(record) == Value::Id(row.id());
        return Ok(record.filter(refers).map(Row::Record));
    }
    match Base::of_navigation(reader, row, navigation).await? {
        Base::Rows(rows, _) => Ok(rows.into_iter().find(|row| row.id() == id)),
        Base::Records(..) | Base::Lines(..) | Base::Cells(..) => Ok(None),
    }
}

//! Reads an upload from its first byte to its last, in bounded memory: bytes in, rows out. What cannot
//! be read is a row too, so that it is reported like every other fault (I15, I20).

use std::io::{BufRead, BufReader, Read};

use super::members::{MemberFault, Members};
use super::table::{Dialect, Header};
use super::{json, rows};
use crate::domain::error::FaultCode;
use crate::domain::import::{Collection, ImportKind, Place, Reference, Row, RowFault};

/// How an upload is written.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Format {
    /// A JSON object a line.
    Lines,
    /// A table with a header line.
    Table(Dialect),
}

/// What an upload brings, and how it is written.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Upload {
    /// The import that it makes.
    pub kind: ImportKind,
    /// What its rows are that do not say so themselves.
    pub rows: Option<Collection>,
    /// How it is written.
    pub format: Format,
}

/// Why an upload cannot go on.
#[derive(Debug, thiserror::Error)]
pub enum UploadError {
    /// It is not what it claims to be.
    #[error("{0}")]
    Malformed(String),
    /// It did not arrive whole.
    #[error("the upload broke off: {0}")]
    Broken(#[from] std::io::Error),
    /// Nobody takes the rows any more.
    #[error("the upload was given up")]
    GivenUp,
}

/// The longest line, or row of a table, in bytes.
pub const MAX_LINE_BYTES: usize = 1 << 20;

/// Takes the rows; answers whether to go on.
pub type Taker<'t> = dyn FnMut(Row) -> Result<(), UploadError> + 't;

/// Reads `source` to its end, and hands every row to `take`.
pub fn read(source: impl Read, upload: Upload, take: &mut Taker<'_>) -> Result<(), UploadError> {
    let mut reader = BufReader::with_capacity(64 << 10, source);
    let mut places = Places::default();
    match upload.format {
        Format::Lines => read_lines(&mut reader, upload, &mut places, take),
        Format::Table(dialect) => read_table(reader, upload, dialect, &mut places, take),
    }
}

/// Counts the rows of each kind.
#[derive(Default)]
struct Places {
    next: [u32; Collection::ALL.len()],
}

impl Places {
    fn next(&mut self, collection: Collection, line: u64) -> Place {
        let mut index = 0;
        let count = Collection::ALL.iter().zip(&mut self.next);
        for (_, next) in count.filter(|(it, _)| **it == collection) {
            index = *next;
            *next = next.saturating_add(1);
        }
        Place {
            line: Some(line),
            ..Place::at(collection, index)
        }
    }
}

fn read_lines(
    reader: &mut impl BufRead,
    upload: Upload,
    places: &mut Places,
    take: &mut Taker<'_>,
) -> Result<(), UploadError> {
    let mut bytes = Vec::new();
    for line in 1_u64.. {
        bytes.clear();
        let limit = MAX_LINE_BYTES as u64 + 1;
        if reader.by_ref().take(limit).read_until(b'\n', &mut bytes)? == 0 {
            break;
        }
        if bytes.len() > MAX_LINE_BYTES {
            return Err(too_long(line));
        }
        let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&bytes);
        let text = bytes.trim_ascii();
        if !text.is_empty() {
            read_line(text, line, upload, places, take)?;
        }
    }
    Ok(())
}

fn read_line(
    bytes: &[u8],
    line: u64,
    upload: Upload,
    places: &mut Places,
    take: &mut Taker<'_>,
) -> Result<(), UploadError> {
    let members = std::str::from_utf8(bytes)
        .map_err(|error| format!("not UTF-8 from byte {} on", error.valid_up_to() + 1))
        .and_then(json::object);
    let mut members = match members {
        Ok(members) => members,
        Err(message) => return unreadable(upload, line, places, take, message),
    };
    let collection = match kind_of(&mut members, upload) {
        Ok(collection) => collection,
        Err(message) => return unreadable(upload, line, places, take, message),
    };
    let place = places.next(collection, line);
    let tasks = match collection {
        Collection::Projects => rows::nested_tasks(&mut members),
        Collection::Customers | Collection::CommonTasks | Collection::Tasks | Collection::TimeEntries => None,
    };
    let row = rows::read(collection, place, members);
    let project = match &row {
        Ok(Row::Project(project)) => project.row.reference(),
        Ok(_) | Err(_) => None,
    };
    hand_over(row, place, take)?;
    match tasks {
        Some(tasks) => read_tasks(tasks, project.as_ref(), place, take),
        None => Ok(()),
    }
}

/// What the row is: what it says itself, or what all of them are.
fn kind_of(members: &mut Members<'_>, upload: Upload) -> Result<Collection, String> {
    const WORDS: &[(&str, Collection)] = &[
        ("customer", Collection::Customers),
        ("commonTask", Collection::CommonTasks),
        ("project", Collection::Projects),
        ("task", Collection::Tasks),
        ("timeEntry", Collection::TimeEntries),
    ];
    const EXPECTED: &str = "customer, commonTask, project, task or timeEntry is expected";
    let said = members.word("kind", WORDS, EXPECTED);
    match said.or(upload.rows) {
        Some(Collection::TimeEntries) if upload.kind == ImportKind::StaticData => {
            Err("static data has no time entries".to_owned())
        }
        Some(collection) => Ok(collection),
        None => Err(format!("kind: {EXPECTED}")),
    }
}

fn read_tasks(
    text: &str,
    project: Option<&Reference>,
    place: Place,
    take: &mut Taker<'_>,
) -> Result<(), UploadError> {
    let tasks = json::list(text).unwrap_or_default();
    for (within, text) in (0..).zip(tasks) {
        let place = Place {
            collection: Collection::Tasks,
            within: Some(within),
            ..place
        };
        let row = json::object(text)
            .map_err(whole_row)
            .and_then(|members| rows::read(Collection::Tasks, place, members));
        let row = row.map(|row| match row {
            Row::Task(mut task) => {
                task.row.project = project.cloned();
                Row::Task(task)
            }
            other => other,
        });
        hand_over(row, place, take)?;
    }
    Ok(())
}

fn read_table(
    mut reader: BufReader<impl Read>,
    upload: Upload,
    dialect: Dialect,
    places: &mut Places,
    take: &mut Taker<'_>,
) -> Result<(), UploadError> {
    let Some(collection) = upload.rows else {
        let message = "what the rows of a table are must be told: customers, commonTasks, projects, tasks or timeEntries";
        return Err(UploadError::Malformed(message.to_owned()));
    };
    let start = reader.fill_buf()?;
    let first_line = start.split(|byte| *byte == b'\n').next().unwrap_or_default();
    let separator = dialect.separator_of(first_line);
    let mut table = csv::ReaderBuilder::new()
        .delimiter(separator)
        .flexible(true)
        .from_reader(Bounded {
            source: reader,
            since_row: 0,
        });
    let header = table.byte_headers().map_err(broken)?.clone();
    let header = Header::read(&header, collection, separator, dialect).map_err(UploadError::Malformed)?;
    let mut record = csv::ByteRecord::new();
    loop {
        table.get_mut().since_row = 0;
        if !table.read_byte_record(&mut record).map_err(broken)? {
            return Ok(());
        }
        let line = record.position().map_or(0, csv::Position::line);
        let place = places.next(collection, line);
        let row = header
            .members(&record)
            .map_err(whole_row)
            .and_then(|members| rows::read(collection, place, members));
        hand_over(row, place, take)?;
    }
}

/// Gives up where a row goes on for ever, such as after a quotation mark that is never closed.
struct Bounded<R> {
    source: R,
    since_row: usize,
}

impl<R: Read> Read for Bounded<R> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        if self.since_row > MAX_LINE_BYTES {
            let message = format!("a row is longer than {MAX_LINE_BYTES} bytes");
            return Err(std::io::Error::new(std::io::ErrorKind::InvalidData, message));
        }
        let read = self.source.read(buffer)?;
        self.since_row += read;
        Ok(read)
    }
}

fn broken(error: csv::Error) -> UploadError {
    match error.into_kind() {
        csv::ErrorKind::Io(error) if error.kind() == std::io::ErrorKind::InvalidData => {
            UploadError::Malformed(error.to_string())
        }
        csv::ErrorKind::Io(error) => UploadError::Broken(error),
        other => UploadError::Malformed(format!("{other:?}")),
    }
}

fn too_long(line: u64) -> UploadError {
    UploadError::Malformed(format!("line {line} is longer than {MAX_LINE_BYTES} bytes"))
}

fn whole_row(message: String) -> Vec<MemberFault> {
    vec![MemberFault {
        name: String::new(),
        code: FaultCode::Malformed,
        message,
    }]
}

/// A line of which not even the kind is known counts as one of those that the upload mostly has.
fn unreadable(
    upload: Upload,
    line: u64,
    places: &mut Places,
    take: &mut Taker<'_>,
    message: String,
) -> Result<(), UploadError> {
    let collection = upload.rows.unwrap_or(match upload.kind {
        ImportKind::StaticData => Collection::Projects,
        ImportKind::TimeEntries => Collection::TimeEntries,
    });
    let place = places.next(collection, line);
    hand_over(Err(whole_row(message)), place, take)
}

/// The row, or each of its faults in its place.
fn hand_over(
    row: Result<Row, Vec<MemberFault>>,
    place: Place,
    take: &mut Taker<'_>,
) -> Result<(), UploadError> {
    let faults = match row {
        Ok(row) => return take(row),
        Err(faults) => faults,
    };
    for MemberFault { name, code, message } in faults {
        let path = place.path();
        let path = if name.is_empty() {
            path.to_string()
        } else {
            format!("{path}.{name}")
        };
        take(Row::Unreadable(Box::new(RowFault {
            path,
            place: Some(place),
            id: None,
            code,
            message,
        })))?;
    }
    Ok(())
}

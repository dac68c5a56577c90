//! What a request says about its upload: in the query, and in the headers that describe the body.

use super::reading::{Format, Upload};
use super::table::Dialect;
use crate::app::Error;
use crate::domain::error::{FaultCode, Faults, Path};
use crate::domain::import::{Collection, ImportKind, ImportOptions, OnError};

/// What is asked for.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Asked {
    /// How the body is to be read.
    pub upload: Upload,
    /// Whether it is packed by gzip.
    pub is_gzip: bool,
    /// How the import is to go about it.
    pub options: ImportOptions,
    /// The caller's own name for it.
    pub idempotency_key: Option<String>,
}

/// The headers that describe a body, and the client's name for the request.
#[derive(Clone, Copy, Debug, Default)]
pub struct Described<'a> {
    /// `Content-Type`.
    pub content_type: Option<&'a str>,
    /// `Content-Encoding`.
    pub content_encoding: Option<&'a str>,
    /// `Idempotency-Key`.
    pub idempotency_key: Option<&'a str>,
}

/// The options that there are.
const OPTIONS: &str = "onError, dryRun, idempotencyKey, rows, separator, decimalComma";

/// Reads them; everything that is wrong is told together.
pub fn read_options(kind: ImportKind, query: &str, described: Described<'_>) -> Result<Asked, Error> {
    let mut faults = Faults::default();
    let mut options = ImportOptions::default();
    let mut idempotency_key = described.idempotency_key.map(str::to_owned);
    let mut dialect = Dialect::default();
    let mut rows = match kind {
        ImportKind::StaticData => None,
        ImportKind::TimeEntries => Some(Collection::TimeEntries),
    };
    for (name, value) in form_urlencoded::parse(query.as_bytes()) {
        match &*name {
            "onError" => match &*value {
                "FAIL" => options.on_error = OnError::Fail,
                "SKIP" => options.on_error = OnError::Skip,
                _ => malformed(&mut faults, "onError", "FAIL or SKIP is expected"),
            },
            "dryRun" => options.dry_run = flag(&mut faults, "dryRun", &value),
            "idempotencyKey" => idempotency_key = Some(value.into_owned()),
            "rows" => match Collection::ALL.into_iter().find(|it| it.member() == value) {
                Some(Collection::TimeEntries) if kind == ImportKind::StaticData => {
                    malformed(&mut faults, "rows", "static data has no time entries");
                }
                Some(collection) => rows = Some(collection),
                None => malformed(
                    &mut faults,
                    "rows",
                    "customers, commonTasks, projects, tasks or timeEntries is expected",
                ),
            },
            "separator" => match separator(&value) {
                Some(byte) => dialect.separator = Some(byte),
                None => malformed(
                    &mut faults,
                    "separator",
                    "one ASCII character is expected, or tab",
                ),
            },
            "decimalComma" => dialect.decimal_comma = Some(flag(&mut faults, "decimalComma", &value)),
            _ => faults.add(
                Path::ROOT,
                FaultCode::Malformed,
                format!("there is no option {name:?}; there are {OPTIONS}"),
            ),
        }
    }
    let format = format(described.content_type, dialect)?;
    let is_gzip = is_gzip(described.content_encoding)?;
    faults.into_result(())?;
    Ok(Asked {
        upload: Upload { kind, rows, format },
        is_gzip,
        options,
        idempotency_key,
    })
}

/// Why a body's description is not taken: it is answered 415.
pub const UNSUPPORTED_MEDIA_TYPE: &str =
    "an upload is application/x-ndjson or text/csv, plain or with Content-Encoding gzip";

fn format(content_type: Option<&str>, dialect: Dialect) -> Result<Format, Error> {
    let essence = content_type
        .unwrap_or_default()
        .split(';')
        .next()
        .unwrap_or_default();
    match &*essence.trim().to_ascii_lowercase() {
        "application/x-ndjson" | "application/ndjson" | "application/jsonl" | "application/x-jsonlines" => {
            Ok(Format::Lines)
        }
        "text/csv" | "text/tab-separated-values" => Ok(Format::Table(dialect)),
        _ => Err(Error::Unsupported(UNSUPPORTED_MEDIA_TYPE.to_owned())),
    }
}

fn is_gzip(content_encoding: Option<&str>) -> Result<bool, Error> {
    match &*content_encoding.unwrap_or_default().trim().to_ascii_lowercase() {
        "" | "identity" => Ok(false),
        "gzip" | "x-gzip" => Ok(true),
        _ => Err(Error::Unsupported(UNSUPPORTED_MEDIA_TYPE.to_owned())),
    }
}

fn separator(value: &str) -> Option<u8> {
    match value {
        "tab" | "\\t" => Some(b'\t'),
        _ => match value.as_bytes() {
            [byte] if byte.is_ascii() && !matches!(byte, b'"' | b'\n' | b'\r') => Some(*byte),
            _ => None,
        },
    }
}

fn flag(faults: &mut Faults, name: &'static str, value: &str) -> bool {
    match value {
        "true" | "1" | "" => true,
        "false" | "0" => false,
        _ => {
            malformed(faults, name, "true or false is expected");
            false
        }
    }
}

fn malformed(faults: &mut Faults, name: &'static str, message: &str) {
    faults.add(Path::of(name), FaultCode::Malformed, message);
}

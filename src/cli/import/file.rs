//! Which way a file is written, by its name.

use std::path::{Path, PathBuf};

use crate::cli::Failure;

/// A file that is to be sent.
#[derive(Clone, Debug)]
pub(super) struct Source {
    pub(super) path: PathBuf,
    pub(super) layout: Layout,
    pub(super) is_gzip: bool,
    pub(super) bytes: u64,
}

/// How the rows of a file are written.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Layout {
    /// A JSON object a line.
    Lines,
    /// A table with a header line.
    Table,
}

impl Source {
    /// The file, if it is there and its name tells how it is written.
    pub(super) fn find(path: &Path) -> Result<Self, Failure> {
        let told = |error: &dyn std::fmt::Display| Failure::from(format!("{}: {error}", path.display()));
        let about = std::fs::metadata(path).map_err(|error| told(&error))?;
        let name = path
            .file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .to_lowercase();
        let (name, is_gzip) = match name.strip_suffix(".gz") {
            Some(name) => (name, true),
            None => (name.as_str(), false),
        };
        let layout = match name.rsplit_once('.').map(|(_, ending)| ending) {
            Some("csv" | "tsv" | "txt") => Layout::Table,
            Some("ndjson" | "jsonl" | "json") => Layout::Lines,
            _ => {
                let endings =
                    "the name should end with .csv, .tsv, .txt, .ndjson, .jsonl or .json, and .gz if packed";
                return Err(told(&endings));
            }
        };
        Ok(Self {
            path: path.to_owned(),
            layout,
            is_gzip,
            bytes: about.len(),
        })
    }

    /// The media type of its content.
    pub(super) const fn media_type(&self) -> &'static str {
        match self.layout {
            Layout::Lines => "application/x-ndjson",
            Layout::Table => "text/csv",
        }
    }
}

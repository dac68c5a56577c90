//! What is to be reported of a row once it is certain, and the faults that rows share.

use crate::domain::error::{Error, Fault, FaultCode, Path, Step};
use crate::domain::import::report::{Outcome, Report};
use crate::domain::import::row::Place;

/// What becomes of a row.
#[derive(Debug)]
pub enum Verdict {
    /// It is good.
    Good(Outcome),
    /// It is bad, for these reasons.
    Bad(Vec<Fault>),
    /// It says the same as the row at this position, and shares its fate (I7).
    Twin(usize),
}

/// Whether the row at `row` is bad, or says the same as one that is.
pub fn is_bad(verdicts: &[Verdict], row: usize) -> bool {
    match verdicts.get(row) {
        Some(Verdict::Twin(first)) => matches!(verdicts.get(*first), Some(Verdict::Bad(_))),
        Some(Verdict::Bad(_)) => true,
        Some(Verdict::Good(_)) | None => false,
    }
}

/// Tells the report of all rows of a list. `row` tells the place and the id of one.
pub fn settle(
    verdicts: &[Verdict],
    row: impl Fn(usize) -> Option<(Place, Option<String>)>,
    report: &mut Report,
) {
    for (index, verdict) in verdicts.iter().enumerate() {
        let Some((place, id)) = row(index) else { continue };
        match verdict {
            Verdict::Good(outcome) => report.count(place.collection, *outcome),
            Verdict::Bad(faults) => report.fail(place, id.as_deref(), faults.iter().cloned()),
            Verdict::Twin(first) => match (verdicts.get(*first), row(*first)) {
                (Some(Verdict::Bad(_)), Some((twin, _))) => {
                    let message = format!("the same as {}, which is faulty", twin.path());
                    let fault = fault(Path::ROOT, FaultCode::Duplicate, message);
                    report.fail(place, id.as_deref(), [fault]);
                }
                _ => report.count(place.collection, Outcome::Unchanged),
            },
        }
    }
}

/// A fault.
pub fn fault(path: Path, code: FaultCode, message: impl Into<String>) -> Fault {
    Fault {
        path,
        code,
        message: message.into(),
    }
}

/// The fault of a row that names the same thing as an earlier one, and says something else of it
/// (I7).
pub fn duplicate(member: &'static str, noun: &str, first: Place, second: Place) -> Fault {
    let message = format!(
        "{} and {} are about the same {noun}, but differ",
        first.path(),
        second.path()
    );
    fault(Path::of(member), FaultCode::Duplicate, message)
}

/// The faults of a draft, with the names that its members have in a row.
pub fn of_draft(error: Error, name: impl Fn(&[Step]) -> Option<Path>) -> Vec<Fault> {
    match error {
        Error::Invalid(faults) => faults
            .into_iter()
            .map(|fault| Fault {
                path: name(fault.path.steps()).unwrap_or(fault.path),
                ..fault
            })
            .collect(),
        other => vec![fault(Path::ROOT, FaultCode::Contradiction, other.to_string())],
    }
}

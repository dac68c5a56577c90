//! What drafts of records have in common: which texts are taken, what is needed, and that all
//! faults are reported together. What a kind of record asks for beyond that is with its noun.

use std::collections::HashSet;

use super::effective::Effective;
use super::error::{Error, FaultCode, Faults, Path};
use super::hours::Hours;
use super::patch::Patch;
use super::record::Entity;
use super::time::{Date, Instant};

/// The longest name.
pub const MAX_NAME_CHARS: usize = 400;
/// The longest code, number or external id.
pub const MAX_CODE_CHARS: usize = 100;
/// The longest e-mail address.
pub const MAX_EMAIL_CHARS: usize = 254;
/// The most hours of an estimate.
pub const MAX_ESTIMATE: Hours = Hours::whole(1_000_000);

/// A record that drafts make and change.
pub trait Drafted: Entity {
    /// What is to become of one: absent members stay as they are.
    type Draft: Send + Sync + 'static;

    /// The record that `draft` makes of the existing one, or of none.
    fn drafted(
        existing: Option<&Self>,
        draft: &Self::Draft,
        id: Self::Id,
        now: Instant,
    ) -> Result<Self, Error>;
}

/// Reads the members of one draft and collects what is wrong with them.
#[derive(Debug, Default)]
pub struct DraftReading {
    faults: Faults,
}

impl DraftReading {
    /// Notes a fault.
    pub fn fault(&mut self, path: Path, code: FaultCode, message: impl Into<String>) {
        self.faults.add(path, code, message);
    }

    /// `record`, if nothing was wrong with the draft.
    pub fn finish<T>(self, record: T) -> Result<T, Error> {
        self.faults.into_result(record)
    }

    /// A name: needed at first, 1 to 400 characters, blanks around it dropped.
    pub fn name(&mut self, member: &'static str, draft: Option<&str>, existing: Option<&str>) -> Box<str> {
        match (draft, existing) {
            (Some(draft), _) => self.text(&Path::of(member), draft, MAX_NAME_CHARS),
            (None, Some(existing)) => existing.into(),
            (None, None) => {
                self.fault(Path::of(member), FaultCode::Required, "a name is needed");
                Box::default()
            }
        }
    }

    /// A code, number or external id: 1 to 100 characters, or none.
    pub fn code(
        &mut self,
        member: &'static str,
        draft: &Patch<String>,
        existing: Option<&Option<Box<str>>>,
    ) -> Option<Box<str>> {
        self.optional_text(member, draft, existing, MAX_CODE_CHARS)
    }

    /// A text of 1 to `max` characters, or none.
    pub fn optional_text(
        &mut self,
        member: &'static str,
        draft: &Patch<String>,
        existing: Option<&Option<Box<str>>>,
        max: usize,
    ) -> Option<Box<str>> {
        match draft {
            None => existing.cloned().flatten(),
            Some(None) => None,
            Some(Some(text)) => Some(self.text(&Path::of(member), text, max)),
        }
    }

    /// An e-mail address, or none.
    pub fn email(&mut self, draft: &Patch<String>, existing: Option<&Option<Box<str>>>) -> Option<Box<str>> {
        match draft {
            None => existing.cloned().flatten(),
            Some(email) => email
                .as_deref()
                .map(|email| self.address(&Path::of("email"), email)),
        }
    }

    /// An e-mail address: at most 254 characters with one `@` that has something on both sides, and
    /// no blanks.
    pub fn address(&mut self, path: &Path, email: &str) -> Box<str> {
        let email = self.text(path, email, MAX_EMAIL_CHARS);
        let parts = email.split_once('@');
        let is_well_formed = parts
            .is_some_and(|(user, host)| !user.is_empty() && !host.is_empty() && !host.contains('@'))
            && !email.contains(char::is_whitespace);
        // An empty one has been reported as such.
        if !email.is_empty() && !is_well_formed {
            self.fault(
                path.clone(),
                FaultCode::Malformed,
                "must be of the form name@host, without blanks",
            );
        }
        email
    }

    /// That the first date is not after the last.
    pub fn in_order(&mut self, last_member: &'static str, first: Option<Date>, last: Option<Date>) {
        if let (Some(first), Some(last)) = (first, last)
            && last < first
        {
            let message = format!("the last date {last} is before the first, {first}");
            self.fault(Path::of(last_member), FaultCode::Contradiction, message);
        }
    }

    /// An estimate of 0 to 1,000,000 h, or none.
    pub fn estimate(&mut self, draft: Patch<Hours>, existing: Option<Hours>) -> Option<Hours> {
        let estimate = draft.unwrap_or(existing);
        if estimate.is_some_and(|hours| hours < Hours::ZERO || hours > MAX_ESTIMATE) {
            self.fault(
                Path::of("estimate"),
                FaultCode::OutOfRange,
                format!("must be 0 to {MAX_ESTIMATE} hours"),
            );
        }
        estimate
    }

    /// Values by date; an entry without a date holds from the beginning.
    pub fn effective<T: Clone>(
        &mut self,
        member: &'static str,
        draft: Option<&Vec<(Option<Date>, T)>>,
        existing: Option<&Effective<T>>,
    ) -> Effective<T> {
        let Some(draft) = draft else {
            return existing.cloned().unwrap_or_default();
        };
        let mut entries = Vec::with_capacity(draft.len());
        let mut begun = HashSet::new();
        for (index, (from, value)) in draft.iter().enumerate() {
            let from = from.unwrap_or(Date::MIN);
            if !begun.insert(from) {
                self.fault(
                    Path::of(member).index(index).member("from"),
                    FaultCode::Duplicate,
                    "another entry begins on the same date",
                );
                continue;
            }
            entries.push((from, value.clone()));
        }
        // No two of these begin on one date.
        Effective::from_entries(entries).unwrap_or_default()
    }

    /// A text of 1 to `max` characters without control characters; blanks around it are dropped.
    pub fn text(&mut self, path: &Path, text: &str, max: usize) -> Box<str> {
        let text = text.trim();
        if text.is_empty() {
            self.fault(path.clone(), FaultCode::Required, "must not be empty");
        }
        if text.chars().count() > max {
            self.fault(
                path.clone(),
                FaultCode::TooLong,
                format!("at most {max} characters"),
            );
        }
        if text.contains(char::is_control) {
            self.fault(
                path.clone(),
                FaultCode::Malformed,
                "must not hold control characters",
            );
        }
        text.into()
    }
}

#[cfg(test)]
mod tests;

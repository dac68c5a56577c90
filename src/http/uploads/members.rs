//! The members of one row as they were written, in JSON or in a table, and what they mean. Which
//! members a kind of row has is told in `rows`.

use std::borrow::Cow;
use std::str::FromStr;

use smallvec::SmallVec;
use uuid::Uuid;

use crate::domain::error::FaultCode;
use crate::domain::hours::InvalidHours;
use crate::domain::import::{Moment, Reference};
use crate::domain::patch::Patch;
use crate::domain::time::{Date, Instant};

/// One row, member by member.
#[derive(Debug, Default)]
pub struct Members<'a> {
    list: SmallVec<[Member<'a>; 16]>,
    faults: Vec<MemberFault>,
    has_decimal_comma: bool,
}

#[derive(Debug)]
struct Member<'a> {
    name: Cow<'a, str>,
    value: Written<'a>,
    is_read: bool,
}

/// A value as it was written.
#[derive(Clone, Debug)]
pub enum Written<'a> {
    /// Said to be nothing.
    Null,
    /// True or false.
    Bool(bool),
    /// The digits of a number.
    Number(Cow<'a, str>),
    /// A text.
    Text(Cow<'a, str>),
    /// A list or an object of JSON.
    Nested(&'a str),
}

/// What is wrong with a member.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct MemberFault {
    /// Its name; empty for the row as a whole.
    pub name: String,
    /// What, for programs.
    pub code: FaultCode,
    /// What, for people.
    pub message: String,
}

const MOMENT: &str =
    "a date and time is expected: 2021-03-22T08:00:00+01:00, or 2021-03-22T08:00:00 on the owner's clock";

/// The form that a value does not have.
type Wrong = (FaultCode, &'static str);

impl<'a> Members<'a> {
    /// None yet; numbers may be written with a decimal comma if that is so in the whole upload.
    pub fn new(has_decimal_comma: bool) -> Self {
        Self {
            has_decimal_comma,
            ..Self::default()
        }
    }

    /// Adds a member; the same one twice is a fault.
    pub fn add(&mut self, name: Cow<'a, str>, value: Written<'a>) {
        if self.list.iter().any(|member| member.name == name) {
            self.fault(&name, FaultCode::Duplicate, "the member occurs twice");
            return;
        }
        self.list.push(Member {
            name,
            value,
            is_read: false,
        });
    }

    /// Notes a fault.
    pub fn fault(&mut self, name: &str, code: FaultCode, message: impl Into<String>) {
        self.faults.push(MemberFault {
            name: name.to_owned(),
            code,
            message: message.into(),
        });
    }

    /// All faults, those of members that nobody has asked for among them.
    pub fn finish(self, allowed: impl Fn() -> Vec<&'static str>) -> Vec<MemberFault> {
        let Self { list, mut faults, .. } = self;
        let unread = list.iter().filter(|member| !member.is_read);
        faults.extend(unread.map(|member| MemberFault {
            name: member.name.to_string(),
            code: FaultCode::Malformed,
            message: format!("no such member; there are {}", allowed().join(", ")),
        }));
        faults
    }

    /// The member, whatever it is.
    pub fn take(&mut self, name: &str) -> Option<Written<'a>> {
        let member = self.list.iter_mut().find(|member| member.name == name)?;
        member.is_read = true;
        Some(member.value.clone())
    }

    /// A member that is never cleared: null says nothing.
    fn value<T>(
        &mut self,
        name: &str,
        read: impl FnOnce(&Written<'a>, bool) -> Result<T, Wrong>,
    ) -> Option<T> {
        self.patch(name, read).flatten()
    }

    /// A member that null clears.
    fn patch<T>(
        &mut self,
        name: &str,
        read: impl FnOnce(&Written<'a>, bool) -> Result<T, Wrong>,
    ) -> Patch<T> {
        let value = self.take(name)?;
        if matches!(value, Written::Null) {
            return Some(None);
        }
        match read(&value, self.has_decimal_comma) {
            Ok(read) => Some(Some(read)),
            Err((code, expected)) => {
                self.fault(name, code, expected);
                None
            }
        }
    }
}

macro_rules! readings {
    ($($(#[$doc:meta])* $value:ident $patch:ident $type:ty = $read:expr;)+) => {
        impl<'a> Members<'a> {$(
            $(#[$doc])*
            pub fn $value(&mut self, name: &str) -> Option<$type> {
                self.value(name, $read)
            }

            $(#[$doc])*
            ///
            /// Null clears it.
            pub fn $patch(&mut self, name: &str) -> Patch<$type> {
                self.patch(name, $read)
            }
        )+}
    };
}

readings! {
    /// A text; a number stands for its digits.
    text text_or_null String = |value, _| plain_text(value).map(str::to_owned);
    /// An id.
    id id_or_null Uuid = |value, _| read_id(value);
    /// A date.
    date date_or_null Date = |value, _| parsed(value, "a date such as 2021-03-22 is expected");
    /// True or false.
    flag flag_or_null bool = |value, _| read_flag(value);
    /// An instant with an offset.
    instant instant_or_null Instant = |value, _| parsed(value, "a date and time with an offset is expected, such as 2021-03-22T08:00:00+01:00");
    /// A date and time, with an offset or on the owner's clock.
    moment moment_or_null Moment = |value, _| parsed(value, MOMENT);
}

impl Members<'_> {
    /// A decimal number.
    pub fn decimal<T: FromStr<Err = InvalidHours>>(&mut self, name: &str) -> Option<T> {
        self.value(name, read_decimal)
    }

    /// A decimal number; null clears it.
    pub fn decimal_or_null<T: FromStr<Err = InvalidHours>>(&mut self, name: &str) -> Patch<T> {
        self.patch(name, read_decimal)
    }

    /// One of a few words.
    pub fn word<T>(&mut self, name: &str, words: &[(&str, T)], expected: &'static str) -> Option<T>
    where
        T: Copy,
    {
        self.value(name, |value, _| {
            let text = plain_text(value)?;
            let found = words.iter().find(|(word, _)| word.eq_ignore_ascii_case(text));
            found.map(|(_, it)| *it).ok_or((FaultCode::Malformed, expected))
        })
    }

    /// What the first of these members names: by id, by the other system's id, by key.
    pub fn reference(&mut self, id: &str, external: &str, key: &str) -> Option<Reference> {
        self.reference_or_null(id, external, key).flatten()
    }

    /// The same; null in any of them clears it.
    pub fn reference_or_null(&mut self, id: &str, external: &str, key: &str) -> Patch<Reference> {
        Reference::patched(
            self.id_or_null(id),
            self.text_or_null(external),
            self.text_or_null(key),
        )
    }
}

fn plain_text<'w>(value: &'w Written<'_>) -> Result<&'w str, Wrong> {
    match value {
        Written::Text(text) | Written::Number(text) => Ok(text),
        Written::Null | Written::Bool(_) | Written::Nested(_) => {
            Err((FaultCode::Malformed, "a text is expected"))
        }
    }
}

fn parsed<T: FromStr>(value: &Written<'_>, expected: &'static str) -> Result<T, Wrong> {
    let text = plain_text(value).map_err(|(code, _)| (code, expected))?;
    text.trim().parse().map_err(|_| (FaultCode::Malformed, expected))
}

fn read_id(value: &Written<'_>) -> Result<Uuid, Wrong> {
    const EXPECTED: &str = "a UUID is expected";
    let text = plain_text(value).map_err(|(code, _)| (code, EXPECTED))?;
    let id = Uuid::try_parse(text.trim()).map_err(|_| (FaultCode::Malformed, EXPECTED))?;
    if id.is_nil() {
        return Err((FaultCode::Malformed, "the nil UUID names nothing"));
    }
    Ok(id)
}

fn read_flag(value: &Written<'_>) -> Result<bool, Wrong> {
    let text = match value {
        Written::Bool(it) => return Ok(*it),
        other => plain_text(other).unwrap_or_default(),
    };
    match text {
        "1" => Ok(true),
        "0" => Ok(false),
        text if text.eq_ignore_ascii_case("true") => Ok(true),
        text if text.eq_ignore_ascii_case("false") => Ok(false),
        _ => Err((FaultCode::Malformed, "true or false is expected")),
    }
}

fn read_decimal<T: FromStr<Err = InvalidHours>>(
    value: &Written<'_>,
    has_decimal_comma: bool,
) -> Result<T, Wrong> {
    const EXPECTED: &str = "a decimal number is expected";
    let text = plain_text(value).map_err(|(code, _)| (code, EXPECTED))?.trim();
    let text = if has_decimal_comma && text.matches(',').count() == 1 && !text.contains('.') {
        Cow::Owned(text.replace(',', "."))
    } else {
        Cow::Borrowed(text)
    };
    text.parse().map_err(|invalid| match invalid {
        InvalidHours::NotANumber => (FaultCode::Malformed, EXPECTED),
        InvalidHours::TooManyPlaces => (FaultCode::TooManyPlaces, "at most 5 decimal places are allowed"),
        InvalidHours::OutOfRange => (FaultCode::OutOfRange, "the number is out of range"),
    })
}

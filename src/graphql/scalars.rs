//! The custom scalars: how dates, instants, hours, ids and versions are spelt in GraphQL. What
//! they mean is the domain's; a text that is none of them is refused with what is expected.

use std::fmt;
use std::marker::PhantomData;

use async_graphql::{InputType, InputValueError, InputValueResult, Scalar, ScalarType, Value};
use serde::de::{self, Deserialize, Deserializer, Visitor};
use serde_json::Number;

use crate::domain;
use crate::domain::amount::Amount;
use crate::domain::hours::Hours;
use crate::domain::id;
use crate::domain::import::row;
use crate::domain::time::Instant;

/// A calendar date.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Date(pub domain::time::Date);

/// An exact decimal number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Decimal(pub Hours);

/// A point in time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DateTime(pub Instant);

/// A point in time as another system writes it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Moment(pub row::Moment);

/// An id.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Uuid(pub uuid::Uuid);

/// The version of a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RowVersion(pub domain::version::RowVersion);

macro_rules! takes_over {
    ($($scalar:ident => $($value:ty),+;)+) => {$($(
        impl From<$scalar> for $value {
            fn from(scalar: $scalar) -> Self {
                scalar.0.into()
            }
        }
    )+)+};
}

takes_over! {
    Date => domain::time::Date;
    DateTime => Instant;
    Decimal => Hours, Amount;
    Moment => row::Moment;
    RowVersion => domain::version::RowVersion;
    Uuid => id::ActivityId, id::AllocationId, id::DepartmentId, id::LineId, id::OrganizationId, id::ProjectId,
        id::ScheduleId, id::SyncJobId, id::TaskId, id::TemplateId, id::TimeEntryId, id::TimesheetId, id::TokenId,
        id::UserId;
}

/// A scalar that is written as text.
pub trait Spelt: InputType {
    /// Whether its digits may stand without quotes too.
    const NUMBERS: bool = false;

    /// Its value; else what is expected.
    fn read(text: &str) -> Result<Self, String>;
}

impl Spelt for Date {
    fn read(text: &str) -> Result<Self, String> {
        understand(text.parse()).map(Self)
    }
}

impl Spelt for DateTime {
    fn read(text: &str) -> Result<Self, String> {
        understand(text.parse()).map(Self)
    }
}

impl Spelt for Decimal {
    const NUMBERS: bool = true;

    fn read(text: &str) -> Result<Self, String> {
        understand(text.parse()).map(Self)
    }
}

impl Spelt for Moment {
    fn read(text: &str) -> Result<Self, String> {
        understand(text.parse()).map(Self)
    }
}

impl Spelt for RowVersion {
    fn read(text: &str) -> Result<Self, String> {
        let version = domain::version::RowVersion::parse(text);
        let expected = || "not a row version: expected the text that a read gave".to_owned();
        version.map(Self).ok_or_else(expected)
    }
}

impl Spelt for Uuid {
    fn read(text: &str) -> Result<Self, String> {
        // The other forms that the parser knows (braces, URN, no hyphens) are not in the RFC's text form.
        let id = (text.len() == 36).then(|| uuid::Uuid::try_parse(text).ok());
        let expected = || "not a UUID: expected 8-4-4-4-12 hexadecimal digits".to_owned();
        id.flatten().map(Self).ok_or_else(expected)
    }
}

fn understand<T, E: std::fmt::Display>(parsed: Result<T, E>) -> Result<T, String> {
    parsed.map_err(|error| error.to_string())
}

/// Reads the scalars of large inputs, which are decoded without becoming values first.
struct Spelling<T>(PhantomData<T>);

impl<T: Spelt> Visitor<'_> for Spelling<T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&T::type_name())
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<T, E> {
        T::read(text).map_err(E::custom)
    }

    fn visit_u64<E: de::Error>(self, number: u64) -> Result<T, E> {
        read_number(&number.into())
    }

    fn visit_i64<E: de::Error>(self, number: i64) -> Result<T, E> {
        read_number(&number.into())
    }

    fn visit_f64<E: de::Error>(self, number: f64) -> Result<T, E> {
        read_number(&Number::from_f64(number).ok_or_else(|| E::custom("not finite"))?)
    }
}

fn read_number<T: Spelt, E: de::Error>(number: &Number) -> Result<T, E> {
    if T::NUMBERS {
        T::read(&number.to_string()).map_err(E::custom)
    } else {
        Err(E::custom("a number"))
    }
}

macro_rules! decodes {
    ($($scalar:ident),+) => {$(
        impl<'de> Deserialize<'de> for $scalar {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                deserializer.deserialize_any(Spelling(PhantomData))
            }
        }
    )+};
}

decodes!(Date, DateTime, Decimal, Moment, RowVersion, Uuid);

/// Reads a value for the resolvers.
fn parse<T: Spelt>(value: &Value) -> InputValueResult<T> {
    let read = match value {
        Value::String(text) => T::read(text),
        Value::Number(number) if T::NUMBERS => T::read(&number.to_string()),
        _ => Err(format!("{} takes another kind of value", T::type_name())),
    };
    read.map_err(|message| InputValueError::custom(message).with_extension("code", "BAD_USER_INPUT"))
}

/// A calendar date without a time zone, such as `2021-03-22`, in the years 0001 to 9999.
#[Scalar(
    name = "Date",
    specified_by_url = "https://www.rfc-editor.org/rfc/rfc3339#section-5.6"
)]
impl ScalarType for Date {
    fn parse(value: Value) -> InputValueResult<Self> {
        parse(&value)
    }

    fn to_value(&self) -> Value {
        Value::String(self.0.to_string())
    }
}

/// A point in time as RFC 3339 with an offset, such as `2021-03-22T08:00:00+00:00`. It is answered
/// in UTC, to the microsecond at most.
#[Scalar(
    name = "DateTime",
    specified_by_url = "https://www.rfc-editor.org/rfc/rfc3339"
)]
impl ScalarType for DateTime {
    fn parse(value: Value) -> InputValueResult<Self> {
        parse(&value)
    }

    fn to_value(&self) -> Value {
        Value::String(self.0.to_string())
    }
}

/// An exact decimal number with at most five places, such as `"7.5"`. It is answered as a string,
/// so that no client reads it into a binary fraction by accident; a string or a number is taken.
#[Scalar(
    name = "Decimal",
    specified_by_url = "https://www.rfc-editor.org/rfc/rfc8259#section-6"
)]
impl ScalarType for Decimal {
    fn parse(value: Value) -> InputValueResult<Self> {
        parse(&value)
    }

    fn to_value(&self) -> Value {
        Value::String(self.0.to_string())
    }
}

/// A point in time: as RFC 3339 with an offset, such as `2021-03-22T08:00:00+01:00`, or without one,
/// such as `2021-03-22T08:00:00`, on the clock of whom it is about.
#[Scalar(name = "Moment", specified_by_url = "https://www.rfc-editor.org/rfc/rfc3339")]
impl ScalarType for Moment {
    fn parse(value: Value) -> InputValueResult<Self> {
        parse(&value)
    }

    fn to_value(&self) -> Value {
        Value::String(self.0.to_string())
    }
}

/// The version of a record, to be sent back as it came with a change of the record. It is base64
/// of eight bytes; greater versions were written later.
#[Scalar(
    name = "RowVersion",
    specified_by_url = "https://www.rfc-editor.org/rfc/rfc4648#section-4"
)]
impl ScalarType for RowVersion {
    fn parse(value: Value) -> InputValueResult<Self> {
        parse(&value)
    }

    fn to_value(&self) -> Value {
        Value::String(self.0.to_string())
    }
}

/// An id: 32 hexadecimal digits in five groups, such as `01890a5d-ac96-774b-bcce-b302099a8057`.
#[Scalar(
    name = "UUID",
    specified_by_url = "https://www.rfc-editor.org/rfc/rfc9562#section-4"
)]
impl ScalarType for Uuid {
    fn parse(value: Value) -> InputValueResult<Self> {
        parse(&value)
    }

    fn to_value(&self) -> Value {
        Value::String(self.0.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn s10_a_sixth_decimal_place_is_refused_with_what_is_expected() {
        let error = <Decimal as InputType>::parse(Some(Value::from("1.000001"))).unwrap_err();
        let error = error.into_server_error(async_graphql::Pos::default());
        assert!(error.message.contains("5 decimal places"), "{}", error.message);
    }
}

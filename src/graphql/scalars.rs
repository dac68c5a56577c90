//! The custom scalars: how dates, instants, hours, ids and versions are spelt in GraphQL. What
//! they mean is the domain's; a text that is none of them is refused with what is expected.

use async_graphql::{InputValueError, InputValueResult, Scalar, ScalarType, Value};

use crate::domain;
use crate::domain::hours::Hours;
use crate::domain::id;
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
    Decimal => Hours;
    RowVersion => domain::version::RowVersion;
    Uuid => id::ActivityId, id::AllocationId, id::DepartmentId, id::LineId, id::OrganizationId, id::ProjectId,
        id::ScheduleId, id::TaskId, id::TemplateId, id::TimesheetId, id::TokenId, id::UserId;
}

/// What is expected of each scalar, by its name in the schema.
pub const EXPECTED: [(&str, &str); 5] = [
    ("Date", "a date as yyyy-MM-dd in the years 0001 to 9999"),
    (
        "DateTime",
        "RFC 3339 with an offset, such as 2021-03-22T08:00:00+00:00",
    ),
    ("Decimal", "a decimal number with at most 5 places"),
    (
        "RowVersion",
        "the rowVersion as it was answered: base64 of eight bytes",
    ),
    ("UUID", "32 hexadecimal digits in groups of 8-4-4-4-12"),
];

/// Whether `value` is of the custom scalar `name`; else what is expected. Any value is of a scalar
/// that is not ours.
pub fn check(name: &str, value: &Value) -> Result<(), &'static str> {
    let valid = match name {
        "Date" => read_date(value).is_some(),
        "DateTime" => read_instant(value).is_some(),
        "Decimal" => read_decimal(value).is_some(),
        "RowVersion" => read_version(value).is_some(),
        "UUID" => read_uuid(value).is_some(),
        _ => true,
    };
    if valid { Ok(()) } else { Err(expected(name)) }
}

fn expected(name: &str) -> &'static str {
    EXPECTED
        .iter()
        .find(|(scalar, _)| *scalar == name)
        .map_or("another value", |(_, expected)| expected)
}

fn read_date(value: &Value) -> Option<domain::time::Date> {
    match value {
        Value::String(text) => text.parse().ok(),
        _ => None,
    }
}

fn read_instant(value: &Value) -> Option<Instant> {
    match value {
        Value::String(text) => text.parse().ok(),
        _ => None,
    }
}

fn read_decimal(value: &Value) -> Option<Hours> {
    match value {
        Value::String(text) => text.parse().ok(),
        Value::Number(number) => number.to_string().parse().ok(),
        _ => None,
    }
}

fn read_version(value: &Value) -> Option<domain::version::RowVersion> {
    match value {
        Value::String(text) => domain::version::RowVersion::parse(text),
        _ => None,
    }
}

fn read_uuid(value: &Value) -> Option<uuid::Uuid> {
    match value {
        // The other forms that the parser knows (braces, URN, no hyphens) are not in the RFC's text form.
        Value::String(text) if text.len() == 36 => uuid::Uuid::try_parse(text).ok(),
        _ => None,
    }
}

fn refuse<T: async_graphql::InputType>(value: &Value) -> InputValueError<T> {
    InputValueError::custom(format_args!("{value} is not {}", expected(&T::type_name())))
        .with_extension("code", "BAD_USER_INPUT")
}

/// A calendar date without a time zone, such as `2021-03-22`, in the years 0001 to 9999.
#[Scalar(
    name = "Date",
    specified_by_url = "https://www.rfc-editor.org/rfc/rfc3339#section-5.6"
)]
impl ScalarType for Date {
    fn parse(value: Value) -> InputValueResult<Self> {
        read_date(&value).map(Self).ok_or_else(|| refuse(&value))
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
        read_instant(&value).map(Self).ok_or_else(|| refuse(&value))
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
        read_decimal(&value).map(Self).ok_or_else(|| refuse(&value))
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
        read_version(&value).map(Self).ok_or_else(|| refuse(&value))
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
        read_uuid(&value).map(Self).ok_or_else(|| refuse(&value))
    }

    fn to_value(&self) -> Value {
        Value::String(self.0.to_string())
    }
}

#[cfg(test)]
mod tests {
    use async_graphql::{InputType, Value};

    use super::*;

    fn text(text: &str) -> Value {
        Value::String(text.to_owned())
    }

    #[test]
    fn scalars_read_what_they_print_and_refuse_the_rest() {
        let good = [
            ("Date", text("2024-02-29")),
            ("DateTime", text("2021-03-22T08:00:00+03:00")),
            ("Decimal", text("7.50")),
            ("Decimal", Value::Number(8.into())),
            ("RowVersion", text("AAAAAAAADMQ=")),
            ("UUID", text("01890A5D-AC96-774B-BCCE-B302099A8057")),
        ];
        for (name, value) in good {
            assert_eq!(check(name, &value), Ok(()), "{name} {value}");
        }
        let bad = [
            ("Date", text("2023-02-29")),
            ("Date", Value::Number(20_240_229.into())),
            ("DateTime", text("2021-03-22T08:00:00")),
            ("Decimal", text("1,5")),
            ("Decimal", text("0.000001")),
            ("Decimal", Value::Boolean(true)),
            ("RowVersion", text("AAAA")),
            ("UUID", text("01890a5dac96774bbcceb302099a8057")),
            ("UUID", text("01890a5d-ac96-774b-bcce-b302099a805g")),
            ("UUID", Value::Null),
        ];
        for (name, value) in bad {
            assert!(check(name, &value).is_err(), "{name} {value}");
        }
    }

    #[test]
    fn s10_a_sixth_decimal_place_is_refused_with_what_is_expected() {
        let error = <Decimal as InputType>::parse(Some(text("1.000001"))).unwrap_err();
        let error = error.into_server_error(async_graphql::Pos::default());
        assert!(error.message.contains("at most 5 places"), "{}", error.message);
    }
}

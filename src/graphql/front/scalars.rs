//! The formats of the schema's own scalars, by name: what the resolvers will accept is known
//! before the first of them runs. The parsers are the domain's.

use async_graphql::Value;
use uuid::Uuid;

use crate::domain::hours::Hours;
use crate::domain::time::{Date, Instant};
use crate::domain::version::RowVersion;

/// One custom scalar: what its values look like.
#[derive(Debug, Clone, Copy)]
pub struct Format {
    /// The scalar's name in the schema.
    pub name: &'static str,
    /// Whether a number is taken beside a string.
    numbers: bool,
    /// What is wrong with a text, for people.
    check: fn(&str) -> Result<(), String>,
}

/// A value as it was written, before it is one.
#[derive(Debug, Clone, Copy)]
pub enum Written<'a> {
    /// Between quotes.
    Text(&'a str),
    /// The digits of a number.
    Number(&'a str),
    /// Anything else.
    Other,
}

/// The table of custom scalars.
const FORMATS: [Format; 5] = [
    Format {
        name: "Date",
        numbers: false,
        check: |text| outcome(text.parse::<Date>()),
    },
    Format {
        name: "DateTime",
        numbers: false,
        check: |text| outcome(text.parse::<Instant>()),
    },
    Format {
        name: "Decimal",
        numbers: true,
        check: |text| outcome(text.parse::<Hours>()),
    },
    Format {
        name: "RowVersion",
        numbers: false,
        check: |text| {
            RowVersion::parse(text)
                .map(drop)
                .ok_or_else(|| "not a row version: expected the text that a read gave".to_owned())
        },
    },
    Format {
        name: "UUID",
        numbers: false,
        check: |text| {
            // The parser knows other forms too: braces, URN, no hyphens.
            (text.len() == 36 && Uuid::try_parse(text).is_ok())
                .then_some(())
                .ok_or_else(|| "not a UUID: expected 8-4-4-4-12 hexadecimal digits".to_owned())
        },
    },
];

/// The format of the custom scalar with this name; a scalar that is not in the table takes anything.
pub fn format(name: &str) -> Option<&'static Format> {
    FORMATS.iter().find(|format| format.name == name)
}

impl Format {
    /// The value for the resolvers, always a string, so that no number passes through a float.
    pub fn read(&self, written: Written<'_>) -> Result<Value, String> {
        let text = match written {
            Written::Text(text) => text,
            Written::Number(text) if self.numbers => text,
            Written::Number(_) | Written::Other => {
                let number = if self.numbers { " or a number" } else { "" };
                return Err(format!("{} takes a string{number}", self.name));
            }
        };
        (self.check)(text).map(|()| Value::String(text.to_owned()))
    }
}

fn outcome<T, E: std::fmt::Display>(parsed: Result<T, E>) -> Result<(), String> {
    parsed.map(drop).map_err(|error| error.to_string())
}

#[cfg(test)]
mod tests {
    use super::{Written, format};

    #[test]
    fn every_custom_scalar_is_read_by_the_domains_parser() {
        for (name, right, wrong) in [
            ("Date", "2024-02-29", "2023-02-29"),
            ("DateTime", "2021-03-22T08:00:00+00:00", "2021-03-22"),
            ("Decimal", "7.5", "7.123456"),
            ("RowVersion", "AAAAAAAADMQ=", "AAAA"),
            (
                "UUID",
                "0190b5a0-0000-7000-8000-000000000000",
                "0190b5a0000070008000000000000000",
            ),
        ] {
            let format = format(name).unwrap();
            assert!(format.read(Written::Text(right)).is_ok(), "{name}");
            assert!(format.read(Written::Text(wrong)).is_err(), "{name}");
            assert!(format.read(Written::Other).is_err(), "{name}");
        }
        assert!(format("Decimal").unwrap().read(Written::Number("7.25")).is_ok());
        assert!(format("Date").unwrap().read(Written::Number("20240229")).is_err());
        assert!(format("Anything").is_none());
    }
}

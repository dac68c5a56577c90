//! The formats of the schema's own scalars, by name: what the resolvers will accept is known
//! before the first of them runs. How each is spelt is told beside the scalar.

use async_graphql::Value;

use crate::graphql::scalars::{Date, DateTime, Decimal, Moment, RowVersion, Spelt, Uuid};

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
const FORMATS: [Format; 6] = [
    Format::of::<Date>("Date"),
    Format::of::<DateTime>("DateTime"),
    Format::of::<Decimal>("Decimal"),
    Format::of::<Moment>("Moment"),
    Format::of::<RowVersion>("RowVersion"),
    Format::of::<Uuid>("UUID"),
];

/// The format of the custom scalar with this name; a scalar that is not in the table takes anything.
pub fn format(name: &str) -> Option<&'static Format> {
    FORMATS.iter().find(|format| format.name == name)
}

impl Format {
    const fn of<T: Spelt>(name: &'static str) -> Self {
        Self {
            name,
            numbers: T::NUMBERS,
            check: |text| T::read(text).map(drop),
        }
    }

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

#[cfg(test)]
mod tests {
    use super::{Written, format};

    #[test]
    fn every_custom_scalar_is_read_by_the_domains_parser() {
        for (name, right, wrong) in [
            ("Date", "2024-02-29", "2023-02-29"),
            ("DateTime", "2021-03-22T08:00:00+03:00", "2021-03-22T08:00:00"),
            ("Decimal", "7.50", "0.000001"),
            ("Decimal", "7.5", "1,5"),
            ("Moment", "2021-03-22T08:00:00", "2021-03-22"),
            ("RowVersion", "AAAAAAAADMQ=", "AAAA"),
            (
                "UUID",
                "01890A5D-AC96-774B-BCCE-B302099A8057",
                "01890a5dac96774bbcceb302099a8057",
            ),
            (
                "UUID",
                "01890a5d-ac96-774b-bcce-b302099a8057",
                "01890a5d-ac96-774b-bcce-b302099a805g",
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

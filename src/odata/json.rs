//! Writes the JSON of answers: values as their types print them (SPEC 4, 9). Which members there are
//! is not known here.

use std::fmt::Display;
use std::io::Write;

use super::schema::Edm;
use super::value::Value;

/// JSON text that is being written.
#[derive(Debug, Default)]
pub struct Json {
    text: Vec<u8>,
    /// Whether decimals and 64-bit integers are strings.
    ieee754_compatible: bool,
}

impl Json {
    /// An empty text.
    pub fn new(ieee754_compatible: bool) -> Self {
        Self {
            text: Vec::with_capacity(2_048),
            ieee754_compatible,
        }
    }

    /// The text.
    pub fn into_text(self) -> Vec<u8> {
        self.text
    }

    /// Text as it is.
    pub fn raw(&mut self, text: &str) {
        self.text.extend_from_slice(text.as_bytes());
    }

    /// The name of a member, behind a comma unless it is the first.
    pub fn member(&mut self, name: &str) {
        self.separate();
        self.string(name);
        self.text.push(b':');
    }

    /// A comma, unless nothing stands in this object or list yet.
    pub fn separate(&mut self) {
        if !matches!(self.text.last(), None | Some(b'{' | b'[' | b':')) {
            self.text.push(b',');
        }
    }

    /// A string.
    pub fn string(&mut self, text: &str) {
        let is_plain = |byte: u8| byte >= 0x20 && byte != b'"' && byte != b'\\';
        self.text.push(b'"');
        if text.bytes().all(is_plain) {
            self.raw(text);
        } else {
            for character in text.chars() {
                self.character(character);
            }
        }
        self.text.push(b'"');
    }

    fn character(&mut self, character: char) {
        match character {
            '"' => self.raw("\\\""),
            '\\' => self.raw("\\\\"),
            '\n' => self.raw("\\n"),
            '\r' => self.raw("\\r"),
            '\t' => self.raw("\\t"),
            other if u32::from(other) < 0x20 => self.raw(&format!("\\u{:04x}", u32::from(other))),
            other => {
                let mut bytes = [0; 4];
                self.raw(other.encode_utf8(&mut bytes));
            }
        }
    }

    /// A value of a property of this type; of no property if there is none.
    pub fn value(&mut self, value: &Value<'_>, edm: Option<Edm>) {
        match value {
            Value::Null => self.raw("null"),
            Value::Bool(it) => self.raw(if *it { "true" } else { "false" }),
            Value::Int(it) => self.number(it, edm != Some(Edm::Int32)),
            Value::Hours(it) => {
                let places = match edm {
                    Some(Edm::Decimal(places)) => places,
                    _ => 5,
                };
                self.number(it.with_places(places.into()), true);
            }
            Value::Decimal(it) => self.number(it, true),
            Value::Double(it) => self.double(*it),
            Value::Complex(members) => {
                self.raw("{");
                for (name, value) in members {
                    self.member(name);
                    self.value(value, edm.and_then(|edm| edm.of_member(name)));
                }
                self.raw("}");
            }
            Value::List(values) => {
                self.raw("[");
                for value in values {
                    self.separate();
                    self.value(value, edm);
                }
                self.raw("]");
            }
            Value::Text(it) => self.string(it),
            Value::Id(it) => self.quoted(it),
            Value::Date(it) => self.quoted(it),
            Value::Instant(it) => self.quoted(it),
            other => self.string(&plain(other)),
        }
    }

    fn number(&mut self, number: impl Display, may_be_a_string: bool) {
        if self.ieee754_compatible && may_be_a_string {
            self.quoted(number);
        } else {
            self.print(number);
        }
    }

    /// A string of something that prints nothing to be escaped.
    fn quoted(&mut self, value: impl Display) {
        self.text.push(b'"');
        self.print(value);
        self.text.push(b'"');
    }

    fn print(&mut self, value: impl Display) {
        // Writing to memory cannot fail.
        let _written = write!(self.text, "{value}");
    }

    fn double(&mut self, number: f64) {
        if number.is_finite() {
            self.print(number);
        } else {
            self.string(&plain(&Value::Double(number)));
        }
    }
}

/// A value as plain text: what `/$value` answers, and what JSON puts into quotes.
pub fn plain(value: &Value<'_>) -> String {
    match value {
        Value::Hours(it) => it.with_places(5).to_string(),
        Value::Decimal(it) => it.to_string(),
        Value::Instant(it) => it.to_string(),
        Value::Complex(_) | Value::List(_) => {
            let mut json = Json::new(false);
            json.value(value, None);
            String::from_utf8(json.into_text()).unwrap_or_default()
        }
        other => other.print().unwrap_or_default(),
    }
}

#[cfg(test)]
mod tests {
    use super::Json;
    use crate::domain::hours::Hours;
    use crate::odata::schema::Edm;
    use crate::odata::value::Value;

    fn json(value: &Value<'_>, edm: Option<Edm>, is_compatible: bool) -> String {
        let mut json = Json::new(is_compatible);
        json.value(value, edm);
        String::from_utf8(json.into_text()).unwrap()
    }

    #[test]
    fn s9_hours_print_five_places_and_schedules_two() {
        let hours = Value::Hours(Hours::whole(3));
        assert_eq!(json(&hours, Some(Edm::Decimal(5)), false), "3.00000");
        assert_eq!(json(&hours, Some(Edm::Decimal(5)), true), "\"3.00000\"");
        let days = Value::List(vec![Value::Complex(vec![(
            "duration",
            Value::Hours(Hours::whole(8)),
        )])]);
        assert_eq!(
            json(&days, Some(Edm::ScheduleDays), false),
            r#"[{"duration":8.00}]"#
        );
        assert_eq!(json(&Value::Int(7), Some(Edm::Int32), true), "7");
        assert_eq!(json(&Value::Int(7), Some(Edm::Int64), true), "\"7\"");
    }

    #[test]
    fn strings_are_escaped_and_letters_stay() {
        let text = Value::Text("a\"\\\n\u{1}Иван".into());
        assert_eq!(json(&text, None, false), "\"a\\\"\\\\\\n\\u0001Иван\"");
    }

    #[test]
    fn what_json_has_no_number_for_is_a_string() {
        assert_eq!(json(&Value::Double(f64::INFINITY), None, false), "\"INF\"");
        assert_eq!(
            json(&Value::Duration(-90_061_250_000), None, false),
            "\"-P1DT1H1M1.25S\""
        );
    }
}

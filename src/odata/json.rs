//! Writes the JSON of answers: values as their types print them (SPEC 4, 9). Which members there are
//! is not known here.

use super::schema::Edm;
use super::value::Value;
use crate::json;
use crate::json::key::Key;

/// The JSON of an answer that is being written.
#[derive(Debug, Default)]
pub struct Json {
    text: json::Json,
    /// Whether decimals and 64-bit integers are strings.
    ieee754_compatible: bool,
}

impl Json {
    /// An empty text.
    pub fn new(ieee754_compatible: bool) -> Self {
        Self {
            text: json::Json::new(),
            ieee754_compatible,
        }
    }

    /// The text.
    pub fn into_text(self) -> Vec<u8> {
        self.text.into_bytes()
    }

    /// Text as it is.
    pub fn raw(&mut self, text: &str) {
        self.text.raw(text);
    }

    /// The name of a member, behind a comma unless it is the first.
    pub fn member(&mut self, name: &str) {
        self.separate();
        self.text.text(name);
        self.text.raw(":");
    }

    /// The name of a member that is known beforehand, behind a comma unless it is the first.
    pub fn key(&mut self, key: &Key) {
        self.separate();
        self.text.key(key);
    }

    /// A comma, unless nothing stands in this object or list yet.
    pub fn separate(&mut self) {
        if !matches!(self.text.last(), None | Some(b'{' | b'[' | b':')) {
            self.text.raw(",");
        }
    }

    /// A string.
    pub fn string(&mut self, text: &str) {
        self.text.text(text);
    }

    /// A value of a property of this type; of no property if there is none.
    pub fn value(&mut self, value: &Value<'_>, edm: Option<Edm>) {
        match value {
            Value::Null => self.text.put_null(),
            Value::Bool(it) => self.text.put(*it),
            Value::Int(it) => self.number(edm != Some(Edm::Int32), |text| text.print(it)),
            Value::Hours(it) => {
                let places = match edm {
                    Some(Edm::Decimal(places)) => places,
                    _ => 5,
                };
                self.number(true, |text| text.hours_with_places(*it, places));
            }
            Value::Decimal(it) => self.number(true, |text| text.print(it)),
            Value::Double(it) if it.is_finite() => self.text.print(it),
            Value::Date(it) => self.text.date(*it),
            Value::Instant(it) => self.text.instant(*it),
            Value::Id(it) => self.text.id(*it),
            Value::Text(it) => self.text.text(it),
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
            Value::Double(_) | Value::TimeOfDay(_) | Value::Duration(_) | Value::Binary(_) => {
                self.text.text(&plain(value));
            }
        }
    }

    fn number(&mut self, may_be_a_string: bool, write: impl FnOnce(&mut json::Json)) {
        let is_a_string = self.ieee754_compatible && may_be_a_string;
        if is_a_string {
            self.raw("\"");
        }
        write(&mut self.text);
        if is_a_string {
            self.raw("\"");
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

//! The short way of a mutation whose one variable is the last thing in its body, which is how client
//! libraries send a large input. Where the body ends the input ends too, so that it is decoded without
//! being looked through for its end before. Whatever looks otherwise, or does not decode, goes by
//! [`Params`](super::params::Params), which tells every fault.

use std::borrow::Cow;

use serde::Deserialize;

use crate::graphql::front::refusal::Refusal;
use crate::graphql::front::{Front, Prepared};

/// A request of which only what stands around its variable's value was looked at.
#[derive(Debug, PartialEq, Eq)]
pub struct Single<'a> {
    /// The document.
    pub query: Cow<'a, str>,
    /// Which of its operations.
    pub operation_name: Option<Cow<'a, str>>,
    /// The variable.
    pub name: Cow<'a, str>,
    /// Its value, if it is one JSON text.
    pub value: &'a str,
}

impl<'a> Single<'a> {
    /// Reads a body that begins with a mutation and ends with its variable.
    pub fn read(body: &'a [u8]) -> Option<Self> {
        let text = std::str::from_utf8(body).ok()?;
        let mut rest = after(text, "{")?;
        let (mut query, mut operation_name) = (None, None);
        loop {
            let (member, value) = string(rest)?;
            let value = after(value, ":")?;
            let place = match &*member {
                "query" if begins_with_mutation(value) => &mut query,
                "operationName" => &mut operation_name,
                "variables" => {
                    let (name, value) = string(after(value, "{")?)?;
                    let value = before(before(after(value, ":")?, "}")?, "}")?;
                    return Some(Self {
                        query: query?,
                        operation_name,
                        name,
                        value,
                    });
                }
                _ => return None,
            };
            let (text, behind) = string(value)?;
            if place.replace(text).is_some() {
                return None;
            }
            rest = after(behind, ",")?;
        }
    }

    /// The operation with its variable, ready to run, unless the variable is to go by values.
    pub fn prepare(&self, front: &Front) -> Option<Result<Prepared, Refusal>> {
        let selected = front.select(&self.query, self.operation_name.as_deref()).ok()?;
        front.prepare_whole(&selected, &self.name, self.value)
    }
}

/// What is between the tokens of JSON.
const BLANKS: [char; 4] = [' ', '\t', '\n', '\r'];

fn after<'a>(text: &'a str, token: &str) -> Option<&'a str> {
    text.trim_start_matches(BLANKS).strip_prefix(token)
}

fn before<'a>(text: &'a str, token: &str) -> Option<&'a str> {
    text.trim_end_matches(BLANKS).strip_suffix(token)
}

/// A query or a fragment that comes first goes the ordinary way: it is not worth a second look.
fn begins_with_mutation(value: &str) -> bool {
    after(value, "\"").is_some_and(|text| text.trim_start_matches(BLANKS).starts_with("mutation"))
}

/// The string at the beginning, and what is behind it.
fn string(text: &str) -> Option<(Cow<'_, str>, &str)> {
    #[derive(Deserialize)]
    struct Text<'a>(#[serde(borrow)] Cow<'a, str>);

    let text = text.trim_start_matches(BLANKS);
    let mut values = serde_json::Deserializer::from_str(text).into_iter::<Text<'_>>();
    let Text(value) = values.next()?.ok()?;
    Some((value, text.get(values.byte_offset()..)?))
}

#[cfg(test)]
mod tests {
    use super::Single;

    fn single(body: &str) -> Option<(String, Option<String>, String, String)> {
        let Single {
            query,
            operation_name,
            name,
            value,
        } = Single::read(body.as_bytes())?;
        let owned = |text: std::borrow::Cow<'_, str>| text.into_owned();
        Some((
            owned(query),
            operation_name.map(owned),
            owned(name),
            value.to_owned(),
        ))
    }

    #[test]
    fn a_mutation_with_its_variable_last_is_taken_apart() {
        let expected = |operation: Option<&str>| {
            let texts = ["mutation \"A\"", "in", "{\"a\":[{}]}"].map(str::to_owned);
            let [query, name, value] = texts;
            Some((query, operation.map(str::to_owned), name, value))
        };
        let plain = r#"{"query":"mutation \"A\"","variables":{"in":{"a":[{}]}}}"#;
        assert_eq!(single(plain), expected(None));
        let spaced = " {\n\"operationName\" : \"A\", \"query\" :\t\"mutation \\\"A\\\"\" ,\r\"variables\": { \"in\":{\"a\":[{}]}}\n}\n";
        assert_eq!(single(spaced), expected(Some("A")));
    }

    #[test]
    fn what_looks_otherwise_is_left_alone() {
        for body in [
            "",
            "[]",
            r#"{"query":"query { me { id } }","variables":{"in":{}}}"#,
            r#"{"variables":{"in":{}},"query":"mutation { a }"}"#,
            r#"{"query":"mutation { a }"}"#,
            r#"{"query":"mutation { a }","variables":null}"#,
            r#"{"query":"mutation { a }","variables":{}}"#,
            r#"{"query":"mutation { a }","query":"mutation { a }","variables":{"in":{}}}"#,
            r#"{"query":"mutation { a }","extensions":{},"variables":{"in":{}}}"#,
            r#"{"query":"mutation { a }","operationName":null,"variables":{"in":{}}}"#,
            r#"{"query":"mutation { a }" "variables":{"in":{}}}"#,
            r#"{"query":"mutation { a }","variables":{"in":{}}"#,
        ] {
            assert_eq!(single(body).filter(|(.., value)| value == "{}"), None, "{body}");
        }
    }
}

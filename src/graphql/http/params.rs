//! The parameters of a GraphQL request, from a JSON body, a query string, or a socket's message.

use std::borrow::Cow;
use std::fmt;

use axum::extract::Query;
use axum::http::Uri;
use serde::de::{Deserialize, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};

use crate::graphql::front::refusal::{Code, Refusal};
use crate::graphql::front::{Front, Given, Selected};

/// A member whose content does not matter.
type JsonMap = serde_json::Map<String, serde_json::Value>;

/// What a request asks for.
#[derive(Debug)]
pub struct Params<'a> {
    /// The document.
    pub query: Cow<'a, str>,
    /// Which of its operations.
    pub operation_name: Option<Cow<'a, str>>,
    /// Values for its variables.
    pub variables: Given<'a>,
}

impl<'a> Params<'a> {
    /// Reads a JSON body. A body that is no request at all is refused with the reason.
    pub fn from_body(body: &'a [u8]) -> Result<Self, Refusal> {
        let text = std::str::from_utf8(body).map_err(|fault| {
            let message = format!(
                "the body is not UTF-8: byte {} is the first that is not",
                fault.valid_up_to()
            );
            Refusal::new(Code::BadRequest, message)
        })?;
        if text.starts_with('\u{feff}') {
            let message = "the body starts with a byte order mark, which JSON does not allow";
            return Err(Refusal::new(Code::BadRequest, message));
        }
        Self::from_json(text)
    }

    /// Reads a JSON text. Its nesting is limited by the JSON parser.
    pub fn from_json(text: &'a str) -> Result<Self, Refusal> {
        serde_json::from_str(text)
            .map_err(|fault| Refusal::new(Code::BadRequest, format!("not a GraphQL request: {fault}")))
    }

    /// Reads the query string of a GET request.
    pub fn from_uri(uri: &Uri) -> Result<Params<'static>, Refusal> {
        let bad = |message: String| Refusal::new(Code::BadRequest, message);
        let Query(pairs) = Query::<Vec<(String, String)>>::try_from_uri(uri)
            .map_err(|fault| bad(format!("the query string cannot be read: {fault}")))?;
        let (mut query, mut operation_name, mut variables, mut extensions) = (None, None, None, None);
        for (name, value) in pairs {
            // What was not UTF-8 was replaced by this character.
            if value.contains('\u{fffd}')
                && !uri
                    .query()
                    .unwrap_or_default()
                    .to_ascii_uppercase()
                    .contains("%EF%BF%BD")
            {
                return Err(bad(format!("`{name}` is not UTF-8")));
            }
            let place = match name.as_str() {
                "query" => &mut query,
                "operationName" => &mut operation_name,
                "variables" => &mut variables,
                "extensions" => &mut extensions,
                _ => continue,
            };
            if place.replace(value).is_some() {
                return Err(bad(format!("`{name}` is given twice")));
            }
        }
        json_member("extensions", extensions)?.check()?;
        Ok(Params {
            query: Cow::Owned(query.ok_or_else(|| bad("`query` is missing".to_owned()))?),
            operation_name: operation_name.filter(|name| !name.is_empty()).map(Cow::Owned),
            variables: json_member("variables", variables)?,
        })
    }

    /// Finds the operation. That the variables are no JSON is told before what is wrong with the
    /// document, as all of the body was to be read first.
    pub fn select(&self, front: &Front) -> Result<Selected, Refusal> {
        let selected = front.select(&self.query, self.operation_name.as_deref());
        selected.map_err(|refusal| self.variables.check().err().unwrap_or(refusal))
    }
}

/// A JSON object in a member of a query string; absent, empty and `null` are the same.
fn json_member(name: &str, text: Option<String>) -> Result<Given<'static>, Refusal> {
    let text = text
        .filter(|text| !text.is_empty())
        .unwrap_or_else(|| "null".to_owned());
    serde_json::from_str::<Option<Given<'_>>>(&text)
        .map(|given| given.unwrap_or_default().into_owned())
        .map_err(|fault| {
            Refusal::new(
                Code::BadRequest,
                format!("`{name}` is not a JSON object: {fault}"),
            )
        })
}

impl<'de> Deserialize<'de> for Params<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ParamsVisitor)
    }
}

struct ParamsVisitor;

impl<'de> Visitor<'de> for ParamsVisitor {
    type Value = Params<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON object with `query`")
    }

    /// Batches are refused at their first bracket, whatever their length.
    fn visit_seq<A: SeqAccess<'de>>(self, _: A) -> Result<Self::Value, A::Error> {
        Err(A::Error::custom(
            "batches are not supported: send one request at a time",
        ))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let (mut query, mut operation_name, mut variables, mut extensions) = (None, None, None, None);
        while let Some(Text(name)) = map.next_key::<Text<'de>>()? {
            match &*name {
                "query" => once(
                    "query",
                    &mut query,
                    member::<Text<'de>, A>(&mut map, "query", "a string")?,
                )?,
                "operationName" => {
                    let value =
                        member::<Option<Text<'de>>, A>(&mut map, "operationName", "a string or null")?;
                    once("operationName", &mut operation_name, value)?;
                }
                "variables" => {
                    let value = member::<Option<Given<'de>>, A>(&mut map, "variables", "an object or null")?;
                    once("variables", &mut variables, value)?;
                }
                "extensions" => {
                    let value = member::<Option<JsonMap>, A>(&mut map, "extensions", "an object or null")?;
                    once("extensions", &mut extensions, value)?;
                }
                _ => drop(map.next_value::<IgnoredAny>()?),
            }
        }
        let Text(query) = query.ok_or_else(|| A::Error::custom("`query` is missing"))?;
        Ok(Params {
            query,
            operation_name: operation_name.flatten().map(|Text(name)| name),
            variables: variables.flatten().unwrap_or_default(),
        })
    }
}

/// The value of a member, or what it should have been.
fn member<'de, T, A>(map: &mut A, name: &str, expected: &str) -> Result<T, A::Error>
where
    T: Deserialize<'de>,
    A: MapAccess<'de>,
{
    map.next_value::<T>().map_err(|fault| {
        let fault = fault.to_string();
        let (fault, _) = fault.split_once(" at line ").unwrap_or((&fault, ""));
        A::Error::custom(format!("`{name}` must be {expected}: {fault}"))
    })
}

fn once<T, E: Error>(name: &str, place: &mut Option<T>, value: T) -> Result<(), E> {
    if place.replace(value).is_some() {
        return Err(E::custom(format!("`{name}` is given twice")));
    }
    Ok(())
}

/// A string that is not copied unless it has escapes.
struct Text<'a>(Cow<'a, str>);

impl<'de> Deserialize<'de> for Text<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_str(TextVisitor)
    }
}

struct TextVisitor;

impl<'de> Visitor<'de> for TextVisitor {
    type Value = Text<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a string")
    }

    fn visit_borrowed_str<E: Error>(self, text: &'de str) -> Result<Self::Value, E> {
        Ok(Text(Cow::Borrowed(text)))
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Self::Value, E> {
        Ok(Text(Cow::Owned(text.to_owned())))
    }
}

#[cfg(test)]
mod tests {
    use super::Params;
    use proptest::prelude::*;

    fn refused(body: &str) -> String {
        Params::from_body(body.as_bytes()).unwrap_err().errors[0]
            .message
            .clone()
    }

    #[test]
    fn what_is_no_request_is_refused_with_the_reason() {
        assert!(refused("{}").contains("`query` is missing"));
        assert!(refused(r#"{"query":0}"#).contains("`query` must be a string"));
        assert!(
            refused(r#"{"query":"{a}","variables":[]}"#).contains("`variables` must be an object or null")
        );
        assert!(refused(r#"{"query":"{a}","query":"{b}"}"#).contains("`query` is given twice"));
        assert!(refused(r#"[{"query":"{a}"}]"#).contains("batches are not supported"));
        assert!(refused("\u{feff}{}").contains("byte order mark"));
        assert!(refused(&format!("{{\"variables\":{}", "{\"a\":".repeat(50_000))).contains("EOF"));
        assert!(refused(&format!("{{\"else\":{}", "[".repeat(50_000))).contains("EOF"));
        assert!(Params::from_body(b"{\"query\":\"\xff\"}").is_err());
    }

    #[test]
    fn null_and_absent_members_are_the_same() {
        let given = r#"{"query":"{a}","operationName":null,"variables":null,"extensions":null}"#;
        let params = Params::from_body(given.as_bytes()).unwrap();
        assert_eq!(params.query, "{a}");
        assert!(params.operation_name.is_none() && params.variables.is_empty());
    }

    #[test]
    fn query_strings_are_decoded_once() {
        let uri = "/graphql?query=%7Ba%7D+%2B&variables=%7B%22v%22%3A1%7D&operationName="
            .parse()
            .unwrap();
        let params = Params::from_uri(&uri).unwrap();
        assert_eq!(params.query, "{a} +");
        assert!(!params.variables.is_empty());
        assert!(params.operation_name.is_none());
        for wrong in [
            "",
            "query=%ff",
            "query=a&query=b",
            "query=a&variables=1",
            "query=a&extensions=%5B%5D",
        ] {
            assert!(
                Params::from_uri(&format!("/graphql?{wrong}").parse().unwrap()).is_err(),
                "{wrong}"
            );
        }
    }

    proptest! {
        #[test]
        fn any_bytes_get_an_answer(body in proptest::collection::vec(any::<u8>(), 0..200)) {
            let _ = Params::from_body(&body);
        }
    }
}

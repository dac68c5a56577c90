//! The messages of `graphql-transport-ws`, read and written.

use std::borrow::Cow;

use serde::Deserialize;
use serde_json::value::RawValue;

use crate::graphql::front::refusal::Refusal;

/// A JSON object.
type JsonMap = serde_json::Map<String, serde_json::Value>;

/// Bytes that an operation's id may have.
const ID_BYTES: usize = 256;

/// A message of a client.
#[derive(Debug)]
pub enum Incoming<'a> {
    /// Asks for the connection.
    Init {
        /// The token that it carries.
        token: Option<String>,
        /// Whom the caller is to act for.
        act_for: Option<String>,
    },
    /// Asks for a pong.
    Ping {
        /// What the pong is to carry.
        payload: Option<&'a RawValue>,
    },
    /// Answers a ping.
    Pong,
    /// Starts an operation.
    Subscribe {
        /// Names it.
        id: Cow<'a, str>,
        /// The request.
        params: &'a RawValue,
    },
    /// Ends an operation.
    Complete {
        /// Names it.
        id: Cow<'a, str>,
    },
}

/// A message that the protocol does not know, and why: the socket is closed with 4400.
#[derive(Debug, PartialEq, Eq)]
pub struct Invalid(pub String);

#[derive(Deserialize)]
struct Envelope<'a> {
    #[serde(rename = "type", borrow)]
    kind: Cow<'a, str>,
    #[serde(borrow, default)]
    id: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    payload: Option<&'a RawValue>,
}

impl<'a> Incoming<'a> {
    /// Reads a text message.
    pub fn read(text: &'a str) -> Result<Self, Invalid> {
        let Envelope { kind, id, payload } =
            serde_json::from_str(text).map_err(|fault| Invalid(format!("Invalid message: {fault}")))?;
        let payload = payload.filter(|payload| payload.get() != "null");
        match &*kind {
            "connection_init" => {
                let payload = object(payload)?.unwrap_or_default();
                Ok(Self::Init {
                    token: token(&payload),
                    act_for: act_for(&payload)?,
                })
            }
            "ping" => {
                object(payload)?;
                Ok(Self::Ping { payload })
            }
            "pong" => {
                object(payload)?;
                Ok(Self::Pong)
            }
            "subscribe" => Ok(Self::Subscribe {
                id: named(id)?,
                params: payload
                    .ok_or_else(|| Invalid("Invalid message: subscribe needs a payload".to_owned()))?,
            }),
            "complete" => Ok(Self::Complete { id: named(id)? }),
            other => {
                let other: String = other.chars().take(30).collect();
                Err(Invalid(format!("Invalid message type '{other}'")))
            }
        }
    }
}

fn named(id: Option<Cow<'_, str>>) -> Result<Cow<'_, str>, Invalid> {
    match id {
        Some(id) if id.is_empty() => Err(Invalid("Invalid message: the id is empty".to_owned())),
        Some(id) if id.len() > ID_BYTES => Err(Invalid(format!(
            "Invalid message: the id is longer than {ID_BYTES} bytes"
        ))),
        Some(id) => Ok(id),
        None => Err(Invalid("Invalid message: an id is needed".to_owned())),
    }
}

/// A payload that is free but for being an object.
fn object(payload: Option<&RawValue>) -> Result<Option<JsonMap>, Invalid> {
    let wrong = |_| Invalid("Invalid message: the payload must be an object".to_owned());
    payload
        .map(|payload| serde_json::from_str(payload.get()).map_err(wrong))
        .transpose()
}

/// The token of a `connection_init`: `Authorization: "Bearer ..."`, in any case, or `token`.
fn token(payload: &JsonMap) -> Option<String> {
    let header = payload
        .iter()
        .find(|(name, _)| name.eq_ignore_ascii_case("authorization"));
    let bearer = header.and_then(|(_, value)| {
        let (scheme, token) = value.as_str()?.trim().split_once(' ')?;
        scheme
            .eq_ignore_ascii_case("bearer")
            .then(|| token.trim().to_owned())
    });
    bearer.or_else(|| payload.get("token")?.as_str().map(str::to_owned))
}

/// `actFor` of a `connection_init`: who says it wrong would else act as themselves.
fn act_for(payload: &JsonMap) -> Result<Option<String>, Invalid> {
    match payload.get("actFor") {
        None | Some(serde_json::Value::Null) => Ok(None),
        Some(serde_json::Value::String(user_id)) => Ok(Some(user_id.clone())),
        Some(_) => Err(Invalid(
            "Invalid message: actFor must be the id of a user".to_owned(),
        )),
    }
}

/// `connection_ack`.
pub const ACK: &str = r#"{"type":"connection_ack"}"#;

/// `pong` with what the ping carried.
pub fn pong(payload: Option<&RawValue>) -> String {
    match payload {
        Some(payload) => format!(r#"{{"type":"pong","payload":{}}}"#, payload.get()),
        None => r#"{"type":"pong"}"#.to_owned(),
    }
}

/// `next` with an answer.
pub fn next(id: &str, answer: &[u8]) -> String {
    format!(
        r#"{{"id":{},"type":"next","payload":{}}}"#,
        quoted(id),
        String::from_utf8_lossy(answer)
    )
}

/// `error`: the operation did not start.
pub fn error(id: &str, refusal: &Refusal) -> String {
    let errors = serde_json::to_string(&refusal.errors).unwrap_or_else(|_| "[]".to_owned());
    format!(r#"{{"id":{},"type":"error","payload":{errors}}}"#, quoted(id))
}

/// `complete`.
pub fn complete(id: &str) -> String {
    format!(r#"{{"id":{},"type":"complete"}}"#, quoted(id))
}

fn quoted(id: &str) -> String {
    serde_json::Value::from(id).to_string()
}

#[cfg(test)]
mod tests {
    use super::{Incoming, Invalid, complete, next};
    use proptest::prelude::*;

    fn token(payload: &str) -> Option<String> {
        let text = format!(r#"{{"type":"connection_init","payload":{payload}}}"#);
        match Incoming::read(&text).unwrap() {
            Incoming::Init { token, .. } => token,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn the_token_comes_as_a_header_or_by_its_name() {
        assert_eq!(token(r#"{"Authorization":"Bearer abc"}"#).as_deref(), Some("abc"));
        assert_eq!(
            token(r#"{"authorization":"bearer  abc "}"#).as_deref(),
            Some("abc")
        );
        assert_eq!(token(r#"{"token":"abc"}"#).as_deref(), Some("abc"));
        for none in ["null", "{}", r#"{"token":1}"#, r#"{"Authorization":"abc"}"#] {
            assert_eq!(token(none), None, "{none}");
        }
    }

    #[test]
    fn what_the_protocol_does_not_know_is_invalid() {
        for wrong in [
            "",
            "1",
            "[]",
            "{}",
            r#"{"type":1}"#,
            r#"{"type":"start","id":"1"}"#,
            r#"{"type":"subscribe","payload":{"query":"{a}"}}"#,
            r#"{"type":"subscribe","id":"","payload":{"query":"{a}"}}"#,
            r#"{"type":"subscribe","id":1,"payload":{"query":"{a}"}}"#,
            r#"{"type":"subscribe","id":"1"}"#,
            r#"{"type":"complete"}"#,
            r#"{"type":"ping","payload":1}"#,
            r#"{"type":"connection_init","payload":"x"}"#,
            r#"{"type":"connection_init","payload":{"actFor":1}}"#,
        ] {
            assert!(Incoming::read(wrong).is_err(), "{wrong}");
        }
        let long = format!(r#"{{"type":"complete","id":"{}"}}"#, "x".repeat(257));
        let Err(Invalid(reason)) = Incoming::read(&long) else {
            panic!()
        };
        assert!(reason.contains("256"));
    }

    #[test]
    fn ids_are_quoted_again() {
        assert_eq!(complete("a\"b"), r#"{"id":"a\"b","type":"complete"}"#);
        assert_eq!(next("1", b"{}"), r#"{"id":"1","type":"next","payload":{}}"#);
    }

    proptest! {
        #[test]
        fn any_text_gets_an_answer(text in "\\PC{0,80}") {
            let _ = Incoming::read(&text);
        }
    }
}

//! Names for requests, so that an answer, a log line and a complaint can be matched. A proxy may
//! bring its own.

use std::hash::{BuildHasher, RandomState};
use std::sync::atomic::{AtomicU64, Ordering};

use axum::http::{HeaderMap, HeaderName, HeaderValue};

/// Where it stands in requests and answers.
pub const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// The name of one request.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct RequestId(HeaderValue);

/// Makes them.
#[derive(Debug)]
pub struct RequestIds(AtomicU64);

/// The longest name that is taken over from a client.
const MAX_LENGTH: usize = 64;

impl RequestIds {
    /// Begins anywhere, so that two runs of a server rarely give the same names.
    pub fn new() -> Self {
        Self(AtomicU64::new(RandomState::new().hash_one(0_u8)))
    }

    /// The name that the client gave, if it is a plain one, else a new one.
    pub fn of(&self, headers: &HeaderMap) -> RequestId {
        let is_plain =
            |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b':' | b'=');
        let given = headers.get(REQUEST_ID).filter(|name| {
            let name = name.as_bytes();
            (1..=MAX_LENGTH).contains(&name.len()) && name.iter().all(is_plain)
        });
        RequestId(given.cloned().unwrap_or_else(|| self.next()))
    }

    fn next(&self) -> HeaderValue {
        let mut number = self.0.fetch_add(1, Ordering::Relaxed);
        let digits: [u8; 16] = std::array::from_fn(|_| {
            number = number.rotate_left(4);
            hex_digit(number)
        });
        HeaderValue::from_bytes(&digits).unwrap_or(HeaderValue::from_static("0"))
    }
}

impl Default for RequestIds {
    fn default() -> Self {
        Self::new()
    }
}

fn hex_digit(number: u64) -> u8 {
    match u8::try_from(number & 0xF).unwrap_or_default() {
        digit @ 0..10 => b'0' + digit,
        digit => b'a' + digit - 10,
    }
}

impl RequestId {
    /// Its text.
    pub fn as_str(&self) -> &str {
        self.0.to_str().unwrap_or_default()
    }

    /// As a header.
    pub fn into_value(self) -> HeaderValue {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use axum::http::{HeaderMap, HeaderValue};

    use super::RequestIds;

    #[test]
    fn a_plain_name_is_taken_over_and_another_is_not() {
        let ids = RequestIds::new();
        let named = |name: &[u8]| {
            let mut headers = HeaderMap::new();
            headers.insert("x-request-id", HeaderValue::from_bytes(name).unwrap());
            ids.of(&headers).as_str().to_owned()
        };
        assert_eq!(named(b"abc-1_2.3"), "abc-1_2.3");
        for wrong in [&b""[..], b"a b", b"{}", b"\xff", &[b'a'; 65]] {
            assert_eq!(named(wrong).len(), 16, "{wrong:?}");
        }
    }

    #[test]
    fn new_names_are_sixteen_digits_and_differ() {
        let ids = RequestIds::new();
        let (first, second) = (ids.of(&HeaderMap::new()), ids.of(&HeaderMap::new()));
        assert_ne!(first, second);
        assert!(first.as_str().bytes().all(|byte| byte.is_ascii_hexdigit()));
    }
}

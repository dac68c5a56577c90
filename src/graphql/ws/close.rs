//! Why a socket is closed: the codes of `graphql-transport-ws` and those of WebSocket itself.

use axum::extract::ws::{CloseFrame, Utf8Bytes};

use crate::graphql::session::Ended;

/// Bytes that a close frame leaves for the reason.
const REASON_BYTES: usize = 123;

/// Why the server closes a socket.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Close {
    /// The client has closed, or its connection is gone.
    Gone,
    /// 1001: the server leaves.
    Leaving,
    /// 1002: what came is no WebSocket message.
    Malformed,
    /// 1007: a text is not UTF-8.
    NotUtf8,
    /// 1008: the client shows no life, or reads too slowly for what it asked for.
    Stalled,
    /// 1009: a message is larger than allowed.
    TooLarge,
    /// 4400: a message is not of the protocol.
    Invalid(String),
    /// 4401: an operation before the connection was acknowledged.
    Unauthorized,
    /// 4403: the token is refused.
    Forbidden,
    /// 4403: the token counts no more, or for less than it did.
    Ended(Ended),
    /// 4408: nobody asked for the connection in time.
    InitTimeout,
    /// 4409: there is an operation with this id.
    Exists(String),
    /// 4429: the connection was asked for twice.
    TooManyInits,
}

impl Close {
    /// The close frame, unless nobody is there to read it.
    pub fn frame(&self) -> Option<CloseFrame> {
        let (code, reason) = match self {
            Self::Gone => return None,
            Self::Leaving => (1001, "the server is leaving"),
            Self::Malformed => (1002, "not a WebSocket message"),
            Self::NotUtf8 => (1007, "not UTF-8"),
            Self::Stalled => (1008, "the client does not answer or reads too slowly"),
            Self::TooLarge => (1009, "the message is too large"),
            Self::Invalid(reason) => (4400, reason.as_str()),
            Self::Unauthorized => (4401, "Unauthorized"),
            Self::Forbidden => (4403, "Forbidden"),
            Self::Ended(ended) => (4403, ended.reason()),
            Self::InitTimeout => (4408, "Connection initialisation timeout"),
            Self::Exists(id) => return Some(frame(4409, &format!("Subscriber for {id} already exists"))),
            Self::TooManyInits => (4429, "Too many initialisation requests"),
        };
        Some(frame(code, reason))
    }
}

fn frame(code: u16, reason: &str) -> CloseFrame {
    let end = (0..=REASON_BYTES.min(reason.len()))
        .rev()
        .find(|end| reason.is_char_boundary(*end));
    let reason = reason.get(..end.unwrap_or_default()).unwrap_or_default();
    CloseFrame {
        code,
        reason: Utf8Bytes::from(reason),
    }
}

#[cfg(test)]
mod tests {
    use super::Close;

    #[test]
    fn long_reasons_are_cut_between_characters() {
        let frame = Close::Invalid("ä".repeat(200)).frame().unwrap();
        assert_eq!((frame.code, frame.reason.len()), (4400, 122));
        let frame = Close::Exists("x".repeat(256)).frame().unwrap();
        assert_eq!(frame.reason.len(), 123);
    }
}

//! Percent-encoding, decoded once.

use std::borrow::Cow;

use super::error::{Fault, Kind};

/// What a plus stands for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Plus {
    /// Itself, as in a path.
    Plus,
    /// A blank, as forms write it into a query.
    Blank,
}

/// Decodes a part of a URL.
pub(super) fn decoded(raw: &str, plus: Plus) -> Result<Cow<'_, str>, Fault> {
    let replaces_plus = plus == Plus::Blank && raw.contains('+');
    if !replaces_plus && !raw.contains('%') {
        return Ok(Cow::Borrowed(raw));
    }
    let malformed = |at, message: &str| Fault {
        kind: Kind::Malformed,
        at,
        message: message.to_owned(),
    };
    let mut bytes = Vec::with_capacity(raw.len());
    let mut raw_bytes = raw.bytes().enumerate();
    while let Some((at, byte)) = raw_bytes.next() {
        bytes.push(match byte {
            b'%' => {
                let mut digit = || {
                    raw_bytes
                        .next()
                        .and_then(|(_, byte)| char::from(byte).to_digit(16))
                };
                digit()
                    .zip(digit())
                    .and_then(|(high, low)| u8::try_from(high * 16 + low).ok())
                    .ok_or_else(|| {
                        malformed(
                            at,
                            "behind `%` come two hexadecimal digits; a percent sign is `%25`",
                        )
                    })?
            }
            b'+' if replaces_plus => b' ',
            byte => byte,
        });
    }
    String::from_utf8(bytes)
        .map(Cow::Owned)
        .map_err(|_| malformed(0, "the percent-encoded bytes are not UTF-8"))
}

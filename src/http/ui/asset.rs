//! The embedded files and the encodings they can be sent in. Which request gets which is decided
//! here; the answer around the bytes is `ui`'s.

use std::io::{self, Read};
use std::sync::OnceLock;

use bytes::Bytes;
use flate2::read::GzDecoder;

/// A file that the program carries.
pub struct Asset {
    /// The path that it answers at.
    pub path: &'static str,
    /// Its media type.
    pub media_type: &'static str,
    /// A weak entity tag: the same for every encoding of the same content.
    pub tag: &'static str,
    /// What it holds.
    pub body: Body,
}

/// The bytes of an asset.
pub enum Body {
    /// As they are.
    Plain(&'static [u8]),
    /// Packed in two ways, and unpacked once somebody takes neither.
    Packed {
        /// By Brotli.
        br: &'static [u8],
        /// By gzip.
        gz: &'static [u8],
        /// As they were.
        plain: OnceLock<Bytes>,
    },
}

impl Body {
    /// A body in its two packed forms.
    pub const fn packed(br: &'static [u8], gz: &'static [u8]) -> Self {
        Self::Packed {
            br,
            gz,
            plain: OnceLock::new(),
        }
    }

    /// The bytes to send to a client with this `Accept-Encoding`, and the encoding they are in;
    /// `None` for the plain ones. Fails only where the embedded gzip form is damaged.
    pub fn encoded_for(&self, accepted: &str) -> io::Result<(Bytes, Option<&'static str>)> {
        match self {
            Self::Plain(bytes) => Ok((Bytes::from_static(bytes), None)),
            Self::Packed { br, gz, plain } => match Encoding::preferred(accepted) {
                Encoding::Brotli => Ok((Bytes::from_static(br), Some("br"))),
                Encoding::Gzip => Ok((Bytes::from_static(gz), Some("gzip"))),
                Encoding::Identity => Ok((unpacked(gz, plain)?, None)),
            },
        }
    }
}

fn unpacked(gz: &[u8], kept: &OnceLock<Bytes>) -> io::Result<Bytes> {
    if let Some(plain) = kept.get() {
        return Ok(plain.clone());
    }
    let mut plain = Vec::new();
    GzDecoder::new(gz).read_to_end(&mut plain)?;
    Ok(kept.get_or_init(|| plain.into()).clone())
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Encoding {
    Brotli,
    Gzip,
    Identity,
}

impl Encoding {
    /// The best of what an `Accept-Encoding` header takes: by its weights, then by size.
    fn preferred(accepted: &str) -> Self {
        let mut best = (Self::Identity, 0);
        for (encoding, names) in [(Self::Brotli, ["br", "br"]), (Self::Gzip, ["gzip", "x-gzip"])] {
            let weight = weight_of(accepted, &names);
            if weight > best.1 {
                best = (encoding, weight);
            }
        }
        let (encoding, weight) = best;
        if stated_weight(accepted, &["identity"]).is_some_and(|plain| plain > weight) {
            return Self::Identity;
        }
        encoding
    }
}

/// The weight of a coding in thousandths: its own, that of `*`, or none.
fn weight_of(accepted: &str, names: &[&str]) -> u16 {
    stated_weight(accepted, names)
        .or_else(|| stated_weight(accepted, &["*"]))
        .unwrap_or(0)
}

fn stated_weight(accepted: &str, names: &[&str]) -> Option<u16> {
    accepted.split(',').find_map(|item| {
        let mut parts = item.split(';').map(str::trim);
        let coding = parts.next()?;
        let stated = names.iter().any(|name| name.eq_ignore_ascii_case(coding));
        stated.then(|| parts.find_map(thousandths).unwrap_or(1000))
    })
}

/// The weight that a parameter states; one that cannot be read refuses the coding.
fn thousandths(parameter: &str) -> Option<u16> {
    let (name, value) = parameter.split_once('=')?;
    if !name.trim().eq_ignore_ascii_case("q") {
        return None;
    }
    let (whole, fraction) = value.trim().split_once('.').unwrap_or((value.trim(), ""));
    let digits = format!("{whole}{fraction:0<3}");
    Some(digits.parse().ok().filter(|weight| *weight <= 1000).unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use super::Encoding::{Brotli, Gzip, Identity};
    use super::*;

    #[test]
    fn the_smallest_accepted_encoding_is_preferred() {
        for (accepted, expected) in [
            ("gzip, deflate, br, zstd", Brotli),
            ("gzip, deflate", Gzip),
            ("GZIP", Gzip),
            ("x-gzip", Gzip),
            ("*", Brotli),
            ("br;q=0, *", Gzip),
            ("br; q=0.2, gzip; q=0.8", Gzip),
            ("br;q=0.800, gzip;q=0.8", Brotli),
            ("gzip;q=0.5, identity", Identity),
            ("identity;q=0.5, gzip", Gzip),
            ("br;q=0, gzip;q=0", Identity),
            ("br;q=nonsense", Identity),
            ("br;q=2", Identity),
            ("deflate", Identity),
            ("", Identity),
            (",;=,q", Identity),
        ] {
            assert_eq!(Encoding::preferred(accepted), expected, "{accepted}");
        }
    }
}

//! Which media type an answer gets, from the request's `Accept`, and which bodies are read, from
//! its `Content-Type` (GraphQL over HTTP).

use axum::http::HeaderMap;
use axum::http::header::{ACCEPT, CONTENT_ENCODING, CONTENT_TYPE};

/// A media type of an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Media {
    /// `application/graphql-response+json`: the status tells whether the request was one.
    GraphqlResponse,
    /// `application/json`: 200 for whatever is a well-formed request.
    Json,
    /// `text/event-stream`.
    EventStream,
}

/// What a client takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Accepted {
    /// For a single answer; `None` when no type that the server has is taken.
    pub single: Option<Media>,
    /// Whether an event stream was asked for by its name.
    pub stream: bool,
}

impl Media {
    /// As a header spells it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::GraphqlResponse => "application/graphql-response+json; charset=utf-8",
            Self::Json => "application/json; charset=utf-8",
            Self::EventStream => "text/event-stream",
        }
    }
}

/// Reads `Accept`. A client that does not care gets `application/json`, as clients from before
/// the newer type expect it; one that names both gets the newer.
pub fn accepted(headers: &HeaderMap) -> Accepted {
    let mut ranges: Vec<Range> = Vec::new();
    let mut given = false;
    for header in headers.get_all(ACCEPT) {
        given = true;
        let text = header.to_str().unwrap_or_default();
        ranges.extend(text.split(',').filter_map(Range::parse));
    }
    if !given {
        return Accepted {
            single: Some(Media::Json),
            stream: false,
        };
    }
    let response = quality(&ranges, "application", "graphql-response+json");
    let json = quality(&ranges, "application", "json");
    let stream = quality(&ranges, "text", "event-stream");
    let named = |(quality, exact): (u16, bool)| quality > 0 && exact;
    let single = if response.0 > json.0 || (response.0 == json.0 && named(response)) {
        Some(Media::GraphqlResponse)
    } else if json.0 > 0 {
        Some(Media::Json)
    } else if named(stream) {
        Some(Media::EventStream)
    } else {
        None
    };
    Accepted {
        single,
        stream: named(stream),
    }
}

/// One range of `Accept`.
#[derive(Debug)]
struct Range {
    kind: String,
    subtype: String,
    /// Thousandths.
    quality: u16,
}

impl Range {
    fn parse(text: &str) -> Option<Self> {
        let mut parts = text.split(';').map(str::trim);
        let (kind, subtype) = parts.next()?.split_once('/')?;
        let mut quality = 1000;
        let mut charset_fits = true;
        for (name, value) in parts.filter_map(|part| part.split_once('=')) {
            match name.trim().to_ascii_lowercase().as_str() {
                "q" => quality = thousandths(value.trim()),
                "charset" => charset_fits = is_utf8(value),
                _ => {}
            }
        }
        charset_fits.then(|| Self {
            kind: kind.to_ascii_lowercase(),
            subtype: subtype.to_ascii_lowercase(),
            quality,
        })
    }
}

/// The quality of a type, and whether a range named it exactly: the most exact range counts.
fn quality(ranges: &[Range], kind: &str, subtype: &str) -> (u16, bool) {
    let exactness = |range: &Range| match (range.kind.as_str(), range.subtype.as_str()) {
        (k, s) if k == kind && s == subtype => Some(2),
        (k, "*") if k == kind => Some(1),
        ("*", "*") => Some(0),
        _ => None,
    };
    (ranges.iter())
        .filter_map(|range| Some((exactness(range)?, range.quality)))
        .max()
        .map_or((0, false), |(exactness, quality)| (quality, exactness == 2))
}

fn thousandths(text: &str) -> u16 {
    let quality = text.parse::<f32>().unwrap_or(0.0).clamp(0.0, 1.0);
    // Within 0 to 1000, so nothing is cut but what is behind the third place.
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "clamped to 0..=1000"
    )]
    let thousandths = (quality * 1000.0) as u16;
    thousandths
}

fn is_utf8(charset: &str) -> bool {
    let charset = charset.trim().trim_matches('"');
    charset.eq_ignore_ascii_case("utf-8") || charset.eq_ignore_ascii_case("utf8")
}

/// Whether a body is JSON in UTF-8 and not compressed: the only one that is read, because a page
/// of another origin cannot send it without being asked first.
pub fn is_json_body(headers: &HeaderMap) -> bool {
    let mut types = headers.get_all(CONTENT_TYPE).iter();
    let (Some(only), None) = (types.next(), types.next()) else {
        return false;
    };
    let mut parts = only.to_str().unwrap_or_default().split(';').map(str::trim);
    let json = parts
        .next()
        .is_some_and(|essence| essence.eq_ignore_ascii_case("application/json"));
    let plain = headers
        .get(CONTENT_ENCODING)
        .is_none_or(|coding| coding.as_bytes().eq_ignore_ascii_case(b"identity"));
    json && plain
        && parts
            .filter_map(|part| part.split_once('='))
            .all(|(name, value)| !name.trim().eq_ignore_ascii_case("charset") || is_utf8(value))
}

#[cfg(test)]
mod tests {
    use super::{Accepted, Media, accepted, is_json_body};
    use axum::http::{HeaderMap, HeaderValue, header};

    fn headers(name: header::HeaderName, value: &str) -> HeaderMap {
        HeaderMap::from_iter([(name, HeaderValue::from_str(value).unwrap())])
    }

    #[test]
    fn the_answers_type_follows_accept() {
        use Media::{EventStream, GraphqlResponse, Json};
        for (accept, single, stream) in [
            ("*/*", Some(Json), false),
            ("application/*", Some(Json), false),
            ("application/json", Some(Json), false),
            ("application/graphql-response+json", Some(GraphqlResponse), false),
            (
                "application/json, application/graphql-response+json",
                Some(GraphqlResponse),
                false,
            ),
            (
                "application/graphql-response+json;q=0.5, application/json",
                Some(Json),
                false,
            ),
            (
                "application/graphql-response+json; charset=utf-8, application/json;q=0.9",
                Some(GraphqlResponse),
                false,
            ),
            ("APPLICATION/JSON ; Q=0.3", Some(Json), false),
            ("application/json;q=0, */*", Some(GraphqlResponse), false),
            ("application/json; charset=latin1", None, false),
            ("text/event-stream", Some(EventStream), true),
            ("text/event-stream, application/json", Some(Json), true),
            ("text/*", None, false),
            ("text/html", None, false),
            ("", None, false),
            (";;,/,=", None, false),
        ] {
            let found = accepted(&headers(header::ACCEPT, accept));
            assert_eq!(found, Accepted { single, stream }, "{accept}");
        }
        assert_eq!(accepted(&HeaderMap::new()).single, Some(Json));
    }

    #[test]
    fn only_plain_json_bodies_are_read() {
        for right in [
            "application/json",
            "Application/JSON; charset=UTF-8",
            "application/json;charset=\"utf-8\"",
        ] {
            assert!(is_json_body(&headers(header::CONTENT_TYPE, right)), "{right}");
        }
        for wrong in [
            "text/plain",
            "application/jsonp",
            "application/json; charset=latin1",
            "multipart/form-data",
            "",
        ] {
            assert!(!is_json_body(&headers(header::CONTENT_TYPE, wrong)), "{wrong}");
        }
        let mut zipped = headers(header::CONTENT_TYPE, "application/json");
        zipped.insert(header::CONTENT_ENCODING, HeaderValue::from_static("gzip"));
        assert!(!is_json_body(&zipped));
        let mut twice = headers(header::CONTENT_TYPE, "application/json");
        twice.append(header::CONTENT_TYPE, HeaderValue::from_static("text/plain"));
        assert!(!is_json_body(&twice));
        assert!(!is_json_body(&HeaderMap::new()));
    }
}

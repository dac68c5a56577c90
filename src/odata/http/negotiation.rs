//! What a client asks for in headers and `$format`: the protocol's version, the form of the answer,
//! and preferences, prefixed or not.

use axum::http::header::{ACCEPT, HeaderMap, HeaderName};

use crate::odata::error::Refusal;

/// The version that answers are of.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Version {
    /// 4.0
    V4,
    /// 4.01
    V401,
}

impl Version {
    /// As headers spell it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::V4 => "4.0",
            Self::V401 => "4.01",
        }
    }
}

/// How much answers say about themselves.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Metadata {
    /// Counts and next links alone.
    None,
    /// The context and the versions too.
    Minimal,
    /// Ids, types and links too.
    Full,
}

/// The form of an answer.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Media {
    /// JSON.
    Json,
    /// XML, of `$metadata` alone.
    Xml,
    /// Plain text, of `$count` and `$value`.
    Text,
}

/// What a client asks for beside the resource.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Terms {
    /// The version of the answer.
    pub version: Version,
    /// The forms that the client takes, the best first; [`None`] among them is any form.
    pub accepted: Vec<Option<Media>>,
    /// How much it says about itself.
    pub metadata: Metadata,
    /// Whether decimals and 64-bit integers are strings.
    pub ieee754_compatible: bool,
    /// Preferences.
    pub preferences: Preferences,
}

/// What a client would like.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Preferences {
    /// Whether a write is to be answered with the entity, if the client says.
    pub representation: Option<bool>,
    /// At most so many entities to an answer.
    pub max_page_size: Option<usize>,
    /// Whether a batch goes on after a refusal.
    pub continue_on_error: bool,
    /// Whether the client wants a link by which it can ask for changes later.
    pub track_changes: bool,
}

/// The version that a client speaks.
const VERSION: HeaderName = HeaderName::from_static("odata-version");
/// The greatest version that a client understands.
const MAX_VERSION: HeaderName = HeaderName::from_static("odata-maxversion");
/// Whether the client wants everything as of one moment.
const ISOLATION: [HeaderName; 2] = [
    HeaderName::from_static("isolation"),
    HeaderName::from_static("odata-isolation"),
];
const PREFER: HeaderName = HeaderName::from_static("prefer");

impl Terms {
    /// The terms of a request with these headers and this `$format`.
    pub fn of(headers: &HeaderMap, format: Option<&str>) -> Result<Self, Refusal> {
        let text = |name: &HeaderName| headers.get(name).map(|value| value.to_str().unwrap_or_default());
        if let Some(name) = ISOLATION.iter().find(|name| {
            let isolation = text(name).map(str::trim);
            isolation.is_some_and(|isolation| isolation.eq_ignore_ascii_case("snapshot"))
        }) {
            return Err(not_isolated().about(name.as_str()));
        }
        let spoken = text(&VERSION);
        let max = text(&MAX_VERSION);
        if let Some(spoken) = spoken.filter(|version| !matches!(version.trim(), "4.0" | "4.01")) {
            return Err(unknown_version("OData-Version", spoken));
        }
        let version = match max.map(str::trim) {
            None => match spoken.map(str::trim) {
                Some("4.0") => Version::V4,
                _ => Version::V401,
            },
            Some("4.0") => Version::V4,
            Some(max) => match max.parse::<f32>() {
                Ok(number) if number > 4.0 => Version::V401,
                _ => return Err(unknown_version("OData-MaxVersion", max)),
            },
        };
        let accept = headers
            .get(ACCEPT)
            .map(|value| value.to_str().unwrap_or_default());
        let ranges = match format {
            Some(format) => vec![of_format(format)?],
            None => accept.map_or_else(|| Ok(vec![Wanted::default()]), of_accept)?,
        };
        let of_json = ranges
            .iter()
            .find(|range| !matches!(range.media, Some(Media::Xml | Media::Text)));
        let wanted = of_json.copied().unwrap_or_default();
        // WorkPoint's own callers send none of these, and get what its documentation shows.
        let is_plain = spoken.is_none() && max.is_none();
        let metadata = wanted.metadata.unwrap_or(if is_plain {
            Metadata::None
        } else {
            Metadata::Minimal
        });
        Ok(Self {
            version,
            accepted: ranges.iter().map(|range| range.media).collect(),
            metadata,
            ieee754_compatible: wanted.ieee754_compatible,
            preferences: preferences(headers),
        })
    }

    /// The form of an answer that can have one of these, the first if anything will do.
    pub fn media_of(&self, offered: &[Media]) -> Result<Media, Refusal> {
        let first = offered.first().copied().unwrap_or(Media::Json);
        let mut accepted = self.accepted.iter();
        let met = accepted.find_map(|range| match range {
            None => Some(first),
            Some(media) => offered.contains(media).then_some(*media),
        });
        met.ok_or_else(not_acceptable)
    }
}

#[derive(Clone, Copy, Default)]
struct Wanted {
    media: Option<Media>,
    metadata: Option<Metadata>,
    ieee754_compatible: bool,
}

fn of_format(format: &str) -> Result<Wanted, Refusal> {
    match format.trim().to_ascii_lowercase().as_str() {
        "json" => Ok(Wanted {
            media: Some(Media::Json),
            ..Wanted::default()
        }),
        "xml" => Ok(Wanted {
            media: Some(Media::Xml),
            ..Wanted::default()
        }),
        _ => media_range(format).map_or_else(
            || Err(not_acceptable().about("$format")),
            |(wanted, _)| Ok(wanted),
        ),
    }
}

/// The ranges that can be met, the best first, and of equals the first.
fn of_accept(accept: &str) -> Result<Vec<Wanted>, Refusal> {
    if accept.trim().is_empty() {
        return Ok(vec![Wanted::default()]);
    }
    let mut ranges: Vec<(Wanted, u16)> = accept.split(',').filter_map(media_range).collect();
    ranges.retain(|(_, quality)| *quality > 0);
    ranges.sort_by_key(|(_, quality)| std::cmp::Reverse(*quality));
    if ranges.is_empty() {
        return Err(not_acceptable());
    }
    Ok(ranges.into_iter().map(|(wanted, _)| wanted).collect())
}

/// What a media range asks for, and its quality in thousandths.
fn media_range(range: &str) -> Option<(Wanted, u16)> {
    let mut parts = range.split(';').map(str::trim);
    let mut wanted = Wanted {
        media: match parts.next()?.to_ascii_lowercase().as_str() {
            "application/json" => Some(Media::Json),
            "application/xml" | "text/xml" => Some(Media::Xml),
            "text/plain" | "text/*" => Some(Media::Text),
            "*/*" | "application/*" | "multipart/mixed" => None,
            _ => return None,
        },
        ..Wanted::default()
    };
    let mut quality = 1_000;
    for parameter in parts {
        let (name, value) = parameter.split_once('=').unwrap_or((parameter, ""));
        let value = value.trim().trim_matches('"').to_ascii_lowercase();
        match name.trim().to_ascii_lowercase().as_str() {
            "odata.metadata" | "metadata" => {
                wanted.metadata = Some(match value.as_str() {
                    "none" => Metadata::None,
                    "minimal" => Metadata::Minimal,
                    "full" => Metadata::Full,
                    _ => return None,
                });
            }
            "ieee754compatible" => wanted.ieee754_compatible = value == "true",
            "q" => quality = thousandths(&value)?,
            // Also `charset`, `odata.streaming` and whatever else makes no difference.
            _ => {}
        }
    }
    Some((wanted, quality))
}

fn thousandths(quality: &str) -> Option<u16> {
    let (whole, fraction) = quality.split_once('.').unwrap_or((quality, ""));
    let fraction: u16 = format!("{fraction:0<3}").get(..3)?.parse().ok()?;
    Some(whole.parse::<u16>().ok()?.min(1) * 1_000 + fraction)
}

fn preferences(headers: &HeaderMap) -> Preferences {
    let mut preferences = Preferences::default();
    let values = headers.get_all(&PREFER).into_iter();
    for preference in values
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split([',', ';']))
    {
        let (name, value) = preference.split_once('=').unwrap_or((preference, ""));
        let name = name.trim().to_ascii_lowercase();
        let value = value.trim().trim_matches('"');
        match name.strip_prefix("odata.").unwrap_or(&name) {
            "return" => {
                preferences.representation = match value.to_ascii_lowercase().as_str() {
                    "representation" => Some(true),
                    "minimal" => Some(false),
                    _ => preferences.representation,
                };
            }
            "maxpagesize" => {
                preferences.max_page_size = value.parse().ok().filter(|size| *size > 0);
            }
            "continue-on-error" => {
                preferences.continue_on_error = !value.eq_ignore_ascii_case("false");
            }
            "track-changes" => preferences.track_changes = true,
            // RFC 7240: what is not known is passed over.
            _ => {}
        }
    }
    preferences
}

fn unknown_version(header: &'static str, version: &str) -> Refusal {
    Refusal::bad_request(format!(
        "{header} is {version:?}; this server speaks 4.0 and 4.01"
    ))
    .about(header)
}

fn not_isolated() -> Refusal {
    Refusal::new(
        axum::http::StatusCode::PRECONDITION_FAILED,
        "PRECONDITION_FAILED",
        "an answer is of one picture, but the pages of a list and the requests of a batch are not",
    )
}

fn not_acceptable() -> Refusal {
    Refusal::new(
        axum::http::StatusCode::NOT_ACCEPTABLE,
        "NOT_ACCEPTABLE",
        "answers are application/json; $metadata is application/xml too, and $count and $value are text/plain",
    )
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderMap;

    use super::{Media, Metadata, Terms, Version};

    fn terms(headers: &[(&'static str, &str)], format: Option<&str>) -> Result<Terms, String> {
        let headers: HeaderMap = headers
            .iter()
            .map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap()))
            .collect();
        Terms::of(&headers, format).map_err(|refusal| refusal.message.into())
    }

    #[test]
    fn who_says_nothing_gets_the_seeds_form_and_who_speaks_the_protocol_its_default() {
        let plain = terms(&[("accept", "*/*")], None).unwrap();
        assert_eq!((plain.version, plain.metadata), (Version::V401, Metadata::None));
        let client = terms(&[("odata-maxversion", "4.0")], None).unwrap();
        assert_eq!(
            (client.version, client.metadata),
            (Version::V4, Metadata::Minimal)
        );
        let newer = terms(&[("odata-maxversion", "5.0")], None).unwrap();
        assert_eq!(newer.version, Version::V401);
        let said = terms(&[("accept", "application/json;odata.metadata=full")], None).unwrap();
        assert_eq!(said.metadata, Metadata::Full);
    }

    #[test]
    fn versions_that_are_not_spoken_are_refused() {
        for header in [
            ("odata-maxversion", "3.0"),
            ("odata-version", "2.0"),
            ("odata-maxversion", "x"),
        ] {
            assert!(
                terms(&[header], None).unwrap_err().contains("4.0 and 4.01"),
                "{header:?}"
            );
        }
    }

    #[test]
    fn the_best_range_that_can_be_met_wins_and_format_beats_it() {
        let accept =
            "text/html, application/xml;q=0.5, application/json;odata.metadata=minimal;q=0.9, */*;q=0.1";
        let met = terms(&[("accept", accept)], None).unwrap();
        assert_eq!(met.media_of(&[Media::Json]).unwrap(), Media::Json);
        assert_eq!(met.media_of(&[Media::Xml]).unwrap(), Media::Xml);
        assert_eq!(met.media_of(&[Media::Xml, Media::Json]).unwrap(), Media::Json);
        assert_eq!(met.metadata, Metadata::Minimal);
        let format = terms(&[("accept", accept)], Some("application/xml")).unwrap();
        assert_eq!(format.accepted, [Some(Media::Xml)]);
        let browser = terms(&[("accept", "text/html,application/xml;q=0.9,*/*;q=0.8")], None).unwrap();
        assert_eq!(browser.media_of(&[Media::Json]).unwrap(), Media::Json);
        assert!(terms(&[("accept", "text/html")], None).is_err());
        assert!(terms(&[("accept", "application/json;q=0")], None).is_err());
        assert!(terms(&[], Some("atom")).is_err());
        let exact = terms(&[("accept", "application/json;IEEE754Compatible=true")], None).unwrap();
        assert!(exact.ieee754_compatible);
    }

    #[test]
    fn preferences_come_with_and_without_their_prefix() {
        let of = |prefer: &str| terms(&[("prefer", prefer)], None).unwrap().preferences;
        let both = of("return=representation, odata.maxpagesize=50");
        assert_eq!((both.representation, both.max_page_size), (Some(true), Some(50)));
        assert_eq!(of("maxpagesize=0").max_page_size, None);
        assert_eq!(of("Return=minimal; maxpagesize=7").max_page_size, Some(7));
        assert!(of("continue-on-error").continue_on_error);
        assert!(!of("odata.continue-on-error=false").continue_on_error);
        assert!(of("odata.track-changes").track_changes && of("maxpagesize=3,track-changes").track_changes);
    }
}

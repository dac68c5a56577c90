//! Batches as multipart/mixed: each part a whole HTTP message, a change set a multipart of its own.

use axum::body::Bytes;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode};

use super::{Answer, Answered, Item, Outcome, Part, Refusal, Request, Version};

/// The boundary of answers; what is in them cannot hold it, for JSON and text have no such line.
const BOUNDARY: &str = "batchresponse_7f1c2a54";
const GROUP_BOUNDARY: &str = "changesetresponse_7f1c2a54";
/// The most headers of a message.
const MAX_HEADERS: usize = 64;

/// The requests of a batch.
pub fn read(content_type: &str, body: &[u8]) -> Result<Vec<Part>, Refusal> {
    let mut parts = Vec::new();
    for part in split(body, &boundary_of(content_type)?)? {
        let (headers, content) = message_headers(part)?;
        let kind = text_of(&headers, "content-type");
        if kind.to_ascii_lowercase().starts_with("multipart/mixed") {
            let mut items = Vec::new();
            for part in split(content, &boundary_of(kind)?)? {
                let (headers, content) = message_headers(part)?;
                items.push(item(&headers, content)?);
            }
            parts.push(Part::Group(None, items));
        } else {
            parts.push(Part::Single(item(&headers, content)?));
        }
    }
    Ok(parts)
}

fn wrong(message: impl Into<Box<str>>) -> Refusal {
    Refusal::bad_request(message).about("body")
}

fn boundary_of(content_type: &str) -> Result<String, Refusal> {
    let parameters = content_type.split(';').skip(1);
    let boundary = parameters
        .filter_map(|parameter| parameter.split_once('='))
        .find_map(|(name, value)| {
            let is_boundary = name.trim().eq_ignore_ascii_case("boundary");
            is_boundary.then(|| value.trim().trim_matches('"').to_owned())
        });
    let boundary = boundary.filter(|boundary| (1..=70).contains(&boundary.len()));
    boundary.ok_or_else(|| wrong("multipart/mixed needs a boundary of 1 to 70 characters"))
}

/// The parts between the lines of a boundary.
fn split<'a>(body: &'a [u8], boundary: &str) -> Result<Vec<&'a [u8]>, Refusal> {
    let delimiter = format!("--{boundary}");
    let mut parts = Vec::new();
    let mut begun: Option<usize> = None;
    let mut at = 0;
    while at < body.len() {
        let rest = body.get(at..).unwrap_or_default();
        let length = rest
            .iter()
            .position(|byte| *byte == b'\n')
            .map_or(rest.len(), |end| end + 1);
        let line = rest.get(..length).unwrap_or_default().trim_ascii_end();
        if let Some(after) = line.strip_prefix(delimiter.as_bytes())
            && matches!(after, b"" | b"--")
        {
            if let Some(begun) = begun {
                parts.push(without_line_end(body.get(begun..at).unwrap_or_default()));
            }
            if after == b"--" {
                return Ok(parts);
            }
            begun = Some(at + length);
        }
        at += length;
    }
    Err(wrong(format!(
        "the line --{boundary}-- that ends the parts is not there"
    )))
}

/// The line end before a boundary belongs to the boundary.
fn without_line_end(part: &[u8]) -> &[u8] {
    let part = part.strip_suffix(b"\n").unwrap_or(part);
    part.strip_suffix(b"\r").unwrap_or(part)
}

fn message_headers(part: &[u8]) -> Result<(HeaderMap, &[u8]), Refusal> {
    let mut headers = [httparse::EMPTY_HEADER; MAX_HEADERS];
    // A part may have no headers at all: then its first line is empty.
    match httparse::parse_headers(part, &mut headers) {
        Ok(httparse::Status::Complete((length, headers))) => {
            Ok((header_map(headers)?, part.get(length..).unwrap_or_default()))
        }
        Ok(httparse::Status::Partial) => Err(wrong("a part has no empty line behind its headers")),
        Err(error) => Err(wrong(format!("the headers of a part cannot be read: {error}"))),
    }
}

fn header_map(headers: &[httparse::Header<'_>]) -> Result<HeaderMap, Refusal> {
    let mut map = HeaderMap::new();
    for header in headers {
        let name = header.name.parse::<HeaderName>().ok();
        let (name, value) = name
            .zip(HeaderValue::from_bytes(header.value).ok())
            .ok_or_else(|| wrong(format!("the header {} is not one", header.name)))?;
        map.append(name, value);
    }
    Ok(map)
}

fn text_of<'a>(headers: &'a HeaderMap, name: &str) -> &'a str {
    let value = headers.get(name).and_then(|value| value.to_str().ok());
    value.unwrap_or_default()
}

fn item(headers: &HeaderMap, content: &[u8]) -> Result<Item, Refusal> {
    let kind = text_of(headers, "content-type");
    if !kind.to_ascii_lowercase().starts_with("application/http") {
        return Err(wrong(
            "the parts of a batch are application/http or multipart/mixed",
        ));
    }
    let id = Some(text_of(headers, "content-id").to_owned()).filter(|id| !id.is_empty());
    let content = content.trim_ascii_start();
    let (head, body) = request_line(content)?;
    let (method, url) = head;
    let (headers, body) = if body.is_empty() {
        (HeaderMap::new(), body)
    } else {
        message_headers(body)?
    };
    Ok(Item {
        id,
        depends_on: Vec::new(),
        request: Request {
            method,
            path: url,
            query: String::new(),
            headers,
            body: Bytes::copy_from_slice(body),
        },
    })
}

/// `GET TimeSheets HTTP/1.1`; the version may be left out, and the URL may have blanks.
fn request_line(content: &[u8]) -> Result<((Method, String), &[u8]), Refusal> {
    let end = content
        .iter()
        .position(|byte| *byte == b'\n')
        .unwrap_or(content.len());
    let (line, rest) = content.split_at(end);
    let line = std::str::from_utf8(line)
        .map_err(|_| wrong("a request line is not UTF-8"))?
        .trim_end();
    let (method, url) = line
        .split_once(' ')
        .ok_or_else(|| wrong(format!("not a request line: {line:?}")))?;
    let url = url
        .rsplit_once(' ')
        .filter(|(_, version)| version.starts_with("HTTP/"))
        .map_or(url, |(url, _)| url);
    let method =
        Method::from_bytes(method.as_bytes()).map_err(|_| wrong(format!("not a method: {method:?}")))?;
    Ok((
        (method, url.trim().to_owned()),
        rest.strip_prefix(b"\n").unwrap_or(rest),
    ))
}

/// The answers of a batch.
pub fn write(outcomes: Vec<Outcome>, version: Version) -> Answer {
    let mut body = Vec::new();
    for outcome in outcomes {
        put(&mut body, &format!("--{BOUNDARY}\r\n"));
        match outcome {
            Outcome::Single(answered) => write_one(&mut body, &answered),
            Outcome::Refused(answer, _) => write_one(
                &mut body,
                &Answered {
                    id: None,
                    group: None,
                    answer,
                },
            ),
            Outcome::Group(each) => {
                put(
                    &mut body,
                    &format!("Content-Type: multipart/mixed; boundary={GROUP_BOUNDARY}\r\n\r\n"),
                );
                for answered in &each {
                    put(&mut body, &format!("--{GROUP_BOUNDARY}\r\n"));
                    write_one(&mut body, answered);
                }
                put(&mut body, &format!("--{GROUP_BOUNDARY}--\r\n"));
            }
        }
    }
    put(&mut body, &format!("--{BOUNDARY}--\r\n"));
    let kind = format!("multipart/mixed; boundary={BOUNDARY}");
    Answer::of(StatusCode::OK, version, &kind, body)
}

fn write_one(body: &mut Vec<u8>, answered: &Answered) {
    let Answered { id, answer, .. } = answered;
    put(
        body,
        "Content-Type: application/http\r\nContent-Transfer-Encoding: binary\r\n",
    );
    if let Some(id) = id.as_ref().filter(|id| !id.contains(['\r', '\n'])) {
        put(body, &format!("Content-ID: {id}\r\n"));
    }
    let reason = answer.status.canonical_reason().unwrap_or_default();
    put(
        body,
        &format!("\r\nHTTP/1.1 {} {reason}\r\n", answer.status.as_u16()),
    );
    for (name, value) in answer.shown_headers() {
        put(body, &format!("{name}: {value}\r\n"));
    }
    put(body, &format!("Content-Length: {}\r\n\r\n", answer.body.len()));
    body.extend_from_slice(&answer.body);
    put(body, "\r\n");
}

fn put(body: &mut Vec<u8>, text: &str) {
    body.extend_from_slice(text.as_bytes());
}

#[cfg(test)]
mod tests {
    use super::{Part, read};

    const BATCH: &str = "--b\r\nContent-Type: application/http\r\nContent-ID: 1\r\n\r\nGET TimeSheets?$top=1 HTTP/1.1\r\nAccept: application/json\r\n\r\n\r\n--b\r\nContent-Type: multipart/mixed; boundary=\"c\"\r\n\r\n--c\r\nContent-Type: application/http\r\n\r\nPUT /odata/TimeSheets(1) HTTP/1.1\r\nContent-Type: application/json\r\n\r\n{\"name\":\"--b\"}\r\n--c--\r\n--b--\r\n";

    #[test]
    fn parts_and_change_sets_are_told_apart_with_either_line_end() {
        for batch in [BATCH.to_owned(), BATCH.replace("\r\n", "\n")] {
            let parts = read("multipart/mixed; boundary=b", batch.as_bytes()).unwrap();
            let [Part::Single(first), Part::Group(None, items)] = parts.as_slice() else {
                panic!("{parts:?}");
            };
            assert_eq!(first.id.as_deref(), Some("1"));
            assert_eq!(first.request.path, "TimeSheets?$top=1");
            assert_eq!(first.request.headers["accept"], "application/json");
            assert_eq!(items[0].request.method, "PUT");
            assert_eq!(items[0].request.body, "{\"name\":\"--b\"}");
        }
    }

    #[test]
    fn what_is_no_batch_is_told_so() {
        let message = |kind: &str, body: &str| read(kind, body.as_bytes()).unwrap_err().message;
        assert!(message("multipart/mixed", "").contains("boundary"));
        assert!(message("multipart/mixed; boundary=b", "--b\r\nx").contains("--b--"));
        let part = "--b\r\nContent-Type: text/plain\r\n\r\nGET x\r\n--b--";
        assert!(message("multipart/mixed; boundary=b", part).contains("application/http"));
        let part = "--b\r\nContent-Type: application/http\r\n\r\nnonsense\r\n--b--";
        assert!(message("multipart/mixed; boundary=b", part).contains("request line"));
    }
}

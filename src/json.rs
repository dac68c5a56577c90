//! Writes JSON text by hand, for both faces: values as they print themselves, nothing more. What they
//! are the values of is not known here.

use std::io::Write;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use uuid::Uuid;

use crate::domain::amount::Amount;
use crate::domain::hours::Hours;
use crate::domain::id::{
    ActivityId, AllocationId, ApprovalId, DepartmentId, LineId, OrganizationId, ProjectId, ScheduleId,
    SyncJobId, TaskId, TemplateId, TimeEntryId, TimesheetId, TokenId, UserId,
};
use crate::domain::time::{Date, Instant};
use crate::domain::version::RowVersion;

pub mod key;
pub mod lately;
pub mod name;

/// A value that can be written.
pub trait Put {
    /// Writes it.
    fn put(self, json: &mut Json);
}

macro_rules! put_by {
    ($($value:ty => |$it:ident, $json:ident| $write:expr),+ $(,)?) => {$(
        impl Put for $value {
            fn put(self, $json: &mut Json) {
                let $it = self;
                $write;
            }
        }
    )+};
}

put_by! {
    // Each of a length that is known beforehand.
    bool => |it, json| if it { json.raw("true") } else { json.raw("false") },
    i32 => |it, json| json.int(it),
    u16 => |it, json| json.int(it.into()),
    u64 => |it, json| json.int(i32::try_from(it).unwrap_or(i32::MAX)),
    &str => |it, json| json.text(it),
    String => |it, json| json.text(&it),
    Uuid => |it, json| json.id(it),
    Date => |it, json| json.date(it),
    Instant => |it, json| json.instant(it),
    Hours => |it, json| json.hours(it),
    Amount => |it, json| json.hours(Hours::from_units(it.units())),
    RowVersion => |it, json| json.version(it),
}

put_by! {
    ActivityId => |it, json| json.id(it.uuid()),
    AllocationId => |it, json| json.id(it.uuid()),
    DepartmentId => |it, json| json.id(it.uuid()),
    LineId => |it, json| json.id(it.uuid()),
    OrganizationId => |it, json| json.id(it.uuid()),
    ProjectId => |it, json| json.id(it.uuid()),
    ScheduleId => |it, json| json.id(it.uuid()),
    SyncJobId => |it, json| json.id(it.uuid()),
    ApprovalId => |it, json| json.id(it.uuid()),
    TimeEntryId => |it, json| json.id(it.uuid()),
    TaskId => |it, json| json.id(it.uuid()),
    TemplateId => |it, json| json.id(it.uuid()),
    TimesheetId => |it, json| json.id(it.uuid()),
    TokenId => |it, json| json.id(it.uuid()),
    UserId => |it, json| json.id(it.uuid()),
}

impl<T: Put> Put for Option<T> {
    fn put(self, json: &mut Json) {
        match self {
            Some(value) => value.put(json),
            None => json.put_null(),
        }
    }
}

/// JSON text that is being written. Only whole characters are ever added to it.
#[derive(Debug, Default)]
pub struct Json(Vec<u8>, Dates);

impl Json {
    /// An empty text with room for an ordinary answer.
    pub fn new() -> Self {
        Self(Vec::with_capacity(8_192), Dates::default())
    }

    /// The text.
    pub fn into_text(self) -> String {
        String::from_utf8(self.0)
            .unwrap_or_else(|fault| String::from_utf8_lossy(fault.as_bytes()).into_owned())
    }

    /// Text that is JSON already.
    #[inline]
    pub fn raw(&mut self, text: &str) {
        self.0.extend_from_slice(text.as_bytes());
    }

    /// An array of what `write` writes for each item.
    pub fn list<T>(&mut self, items: impl IntoIterator<Item = T>, mut write: impl FnMut(T, &mut Self)) {
        self.0.push(b'[');
        for (position, item) in items.into_iter().enumerate() {
            if position > 0 {
                self.0.push(b',');
            }
            write(item, self);
        }
        self.0.push(b']');
    }

    /// A value.
    pub fn put(&mut self, value: impl Put) {
        value.put(self);
    }

    /// Nothing.
    pub fn put_null(&mut self) {
        self.0.extend_from_slice(b"null");
    }

    /// An array of values.
    pub fn put_list(&mut self, values: impl IntoIterator<Item = impl Put>) {
        self.list(values, Put::put);
    }

    /// A text in quotes, escaped as `serde_json` does.
    pub fn text(&mut self, text: &str) {
        self.0.push(b'"');
        let mut rest = text.as_bytes();
        while let Some(position) = first_escape(rest) {
            let (plain, escaped) = rest.split_at(position);
            self.0.extend_from_slice(plain);
            let Some((byte, behind)) = escaped.split_first() else {
                break;
            };
            match byte {
                b'"' => self.0.extend_from_slice(b"\\\""),
                b'\\' => self.0.extend_from_slice(b"\\\\"),
                b'\n' => self.0.extend_from_slice(b"\\n"),
                b'\r' => self.0.extend_from_slice(b"\\r"),
                b'\t' => self.0.extend_from_slice(b"\\t"),
                8 => self.0.extend_from_slice(b"\\b"),
                12 => self.0.extend_from_slice(b"\\f"),
                control => {
                    self.0.extend_from_slice(b"\\u00");
                    self.0.extend_from_slice(&hexadecimal(*control));
                }
            }
            rest = behind;
        }
        self.0.extend_from_slice(rest);
        self.0.push(b'"');
    }

    fn int(&mut self, number: i32) {
        if number < 0 {
            self.0.push(b'-');
        }
        self.digits(u64::from(number.unsigned_abs()), 1);
    }

    /// An id in quotes.
    // One copy for all fields that are ids: what a read takes is mostly to fetch its code.
    #[inline(never)]
    pub fn id(&mut self, id: Uuid) {
        self.0.extend_from_slice(QUOTED_ID);
        if let Some(text) = self.0.last_chunk_mut() {
            write_id(text, id);
        }
    }

    /// A date in quotes.
    pub fn date(&mut self, date: Date) {
        self.0.extend_from_slice(&self.1.quoted(date));
    }

    /// An instant in quotes, as it prints itself, without the detour over a calendar library.
    pub fn instant(&mut self, instant: Instant) {
        const DAY: i64 = 86_400_000_000;
        let micros = instant.epoch_micros();
        let days = i32::try_from(micros.div_euclid(DAY)).ok();
        let time = u64::try_from(micros.rem_euclid(DAY)).unwrap_or_default();
        let Some(date) = days.and_then(Date::from_epoch_days) else {
            return self.text(&instant.to_string());
        };
        let mut start = quoted_date(date);
        start[11] = b'T';
        self.0.extend_from_slice(&start);
        self.digits(time / 3_600_000_000, 2);
        self.0.push(b':');
        self.digits(time / 60_000_000 % 60, 2);
        self.0.push(b':');
        self.digits(time / 1_000_000 % 60, 2);
        let fraction = time % 1_000_000;
        if fraction % 1_000 != 0 {
            self.0.push(b'.');
            self.digits(fraction, 6);
        } else if fraction != 0 {
            self.0.push(b'.');
            self.digits(fraction / 1_000, 3);
        }
        self.0.extend_from_slice(b"+00:00\"");
    }

    /// The number of hours with so many decimals, as [`Hours::with_places`] prints it.
    pub fn hours_with_places(&mut self, hours: Hours, places: u8) {
        let units = hours.units();
        let (whole, fraction) = (units.unsigned_abs() / 100_000, units.unsigned_abs() % 100_000);
        let places = places.min(5);
        if units < 0 {
            self.0.push(b'-');
        }
        self.digits(whole, 1);
        if places > 0 {
            self.0.push(b'.');
            let cut = 10_u64.pow(u32::from(5 - places));
            self.digits(fraction / cut, usize::from(places));
        }
    }

    /// The last byte so far.
    pub fn last(&self) -> Option<u8> {
        self.0.last().copied()
    }

    /// The text as bytes.
    pub fn into_bytes(self) -> Vec<u8> {
        self.0
    }

    /// Something that prints nothing to be escaped.
    pub fn print(&mut self, value: impl std::fmt::Display) {
        // Writing to memory cannot fail.
        let _written = write!(self.0, "{value}");
    }

    /// The shortest exact decimal.
    fn hours(&mut self, hours: Hours) {
        let units = hours.units();
        self.0.push(b'"');
        if let Some((whole, fraction)) = in_quarters(units) {
            self.digits(whole, 1);
            return self.raw(fraction);
        }
        if units < 0 {
            self.0.push(b'-');
        }
        let (whole, mut fraction) = (units.unsigned_abs() / 100_000, units.unsigned_abs() % 100_000);
        self.digits(whole, 1);
        if fraction != 0 {
            // Minutes are booked in hundredths of an hour.
            let mut places = 5;
            if fraction.is_multiple_of(1_000) {
                fraction /= 1_000;
                places = 2;
            }
            while fraction.is_multiple_of(10) {
                fraction /= 10;
                places -= 1;
            }
            self.0.push(b'.');
            self.digits(fraction, places);
        }
        self.0.push(b'"');
    }

    fn version(&mut self, version: RowVersion) {
        let mut buffer = [0; 12];
        let length = STANDARD
            .encode_slice(version.value().to_be_bytes(), &mut buffer)
            .unwrap_or_default();
        self.0.push(b'"');
        self.0.extend_from_slice(buffer.get(..length).unwrap_or_default());
        self.0.push(b'"');
    }

    /// A number in decimal digits, at least `width` of them.
    pub fn digits(&mut self, mut number: u64, width: usize) {
        match (number, width) {
            (..10, 1) => {
                let [_, digit] = pair(number);
                return self.0.push(digit);
            }
            (10..100, 1 | 2) | (..10, 2) => return self.0.extend_from_slice(&pair(number)),
            _ => {}
        }
        let mut buffer = [b'0'; 20];
        let mut written = 0;
        let (pairs, _) = buffer.as_chunks_mut();
        for place in pairs.iter_mut().rev() {
            if number == 0 && written >= width {
                break;
            }
            *place = pair(number);
            number /= 100;
            written += 2;
        }
        // The first pair may begin with a zero too many.
        let digits = buffer.get(buffer.len() - written..).unwrap_or_default();
        let digits = match digits.split_first() {
            Some((b'0', rest)) if rest.len() >= width => rest,
            _ => digits,
        };
        self.0.extend_from_slice(digits);
    }
}

/// The last two decimal digits of a number.
fn pair(number: u64) -> [u8; 2] {
    let place = usize::try_from(number % 100).unwrap_or_default();
    PAIRS.get(place).copied().unwrap_or_default()
}

/// The numbers below 100 in two digits each.
const PAIRS: &[[u8; 2]] = b"00010203040506070809101112131415161718192021222324252627282930313233343536373839\
                            40414243444546474849505152535455565758596061626364656667686970717273747576777879\
                            8081828384858687888990919293949596979899"
    .as_chunks()
    .0;

/// An id in quotes, before it has its digits.
const QUOTED_ID: &[u8; 38] = br#""________-____-____-____-____________""#;

/// Gives a quoted id its digits.
fn write_id(text: &mut [u8; 38], id: Uuid) {
    let bytes = id.as_bytes();
    write_hexadecimal(&mut text[1..9], &bytes[..4]);
    write_hexadecimal(&mut text[10..14], &bytes[4..6]);
    write_hexadecimal(&mut text[15..19], &bytes[6..8]);
    write_hexadecimal(&mut text[20..24], &bytes[8..10]);
    write_hexadecimal(&mut text[25..37], &bytes[10..]);
}

#[inline]
fn write_hexadecimal(text: &mut [u8], bytes: &[u8]) {
    let (places, _) = text.as_chunks_mut();
    for (place, byte) in places.iter_mut().zip(bytes) {
        *place = hexadecimal(*byte);
    }
}

/// The two hexadecimal digits of a byte.
#[inline]
fn hexadecimal(byte: u8) -> [u8; 2] {
    HEXADECIMAL.get(usize::from(byte)).copied().unwrap_or_default()
}

const HEXADECIMAL: &[[u8; 2]] = b"000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f\
                                  202122232425262728292a2b2c2d2e2f303132333435363738393a3b3c3d3e3f\
                                  404142434445464748494a4b4c4d4e4f505152535455565758595a5b5c5d5e5f\
                                  606162636465666768696a6b6c6d6e6f707172737475767778797a7b7c7d7e7f\
                                  808182838485868788898a8b8c8d8e8f909192939495969798999a9b9c9d9e9f\
                                  a0a1a2a3a4a5a6a7a8a9aaabacadaeafb0b1b2b3b4b5b6b7b8b9babbbcbdbebf\
                                  c0c1c2c3c4c5c6c7c8c9cacbcccdcecfd0d1d2d3d4d5d6d7d8d9dadbdcdddedf\
                                  e0e1e2e3e4e5e6e7e8e9eaebecedeeeff0f1f2f3f4f5f6f7f8f9fafbfcfdfeff"
    .as_chunks()
    .0;

/// The dates that were written last, in quotes. Those of a week stand beside each other here, and
/// recur in every line.
#[derive(Debug, Default)]
struct Dates([Option<(Date, [u8; 12])>; 8]);

impl Dates {
    fn quoted(&mut self, date: Date) -> [u8; 12] {
        let place = usize::try_from(date.epoch_days() & 7).unwrap_or_default();
        match self.0.get_mut(place) {
            Some(Some((known, text))) if *known == date => *text,
            Some(other) => other.insert((date, quoted_date(date))).1,
            None => quoted_date(date),
        }
    }
}

/// Whole hours, and what is written behind them up to the end of the text, if they are whole quarters of
/// an hour, which people book most.
fn in_quarters(units: i64) -> Option<(u64, &'static str)> {
    const QUARTER: u64 = 25_000;
    let units = u64::try_from(units).ok()?;
    if !units.is_multiple_of(QUARTER) {
        return None;
    }
    let fraction = match units / QUARTER % 4 {
        0 => "\"",
        1 => ".25\"",
        2 => ".5\"",
        _ => ".75\"",
    };
    Some((units / QUARTER / 4, fraction))
}

/// A date in quotes.
fn quoted_date(date: Date) -> [u8; 12] {
    let (year, month, day) = date.ymd();
    let year = u64::from(year.unsigned_abs());
    let mut text = [b'"'; 12];
    text[1..3].copy_from_slice(&pair(year / 100));
    text[3..5].copy_from_slice(&pair(year));
    text[5] = b'-';
    text[6..8].copy_from_slice(&pair(month.into()));
    text[8] = b'-';
    text[9..11].copy_from_slice(&pair(day.into()));
    text
}

/// Where the first byte is that cannot stand as it is. Most texts have none, so eight bytes are
/// looked at together first.
fn first_escape(text: &[u8]) -> Option<usize> {
    let (words, rest) = text.as_chunks::<8>();
    for (position, word) in words.iter().enumerate() {
        if may_need_escape(u64::from_le_bytes(*word))
            && let Some(found) = word.iter().position(|byte| needs_escape(*byte))
        {
            return Some(position * 8 + found);
        }
    }
    // The last eight once more, so that those behind the words are not looked at one by one.
    if let Some(last) = text.last_chunk()
        && !may_need_escape(u64::from_le_bytes(*last))
    {
        return None;
    }
    let found = rest.iter().position(|byte| needs_escape(*byte))?;
    Some(text.len() - rest.len() + found)
}

/// Whether any of eight bytes may be one that cannot stand as it is; never `false` for one that is.
const fn may_need_escape(word: u64) -> bool {
    const EACH: u64 = 0x0101_0101_0101_0101;
    const HIGHEST: u64 = 0x8080_8080_8080_8080;
    // A byte below the limit borrows from its highest bit, which it does not have itself.
    const fn has_below(word: u64, limit: u64) -> u64 {
        word.wrapping_sub(EACH * limit) & !word & HIGHEST
    }
    let control = has_below(word, 0x20);
    let quote = has_below(word ^ (EACH * 0x22), 1);
    let backslash = has_below(word ^ (EACH * 0x5C), 1);
    control | quote | backslash != 0
}

const fn needs_escape(byte: u8) -> bool {
    byte < 0x20 || byte == b'"' || byte == b'\\'
}

#[cfg(test)]
mod tests;

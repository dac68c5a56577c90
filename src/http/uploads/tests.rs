//! What uploads are read as, and what of them cannot be read.

use proptest::prelude::*;

use super::reading::{Format, Upload, UploadError, read};
use super::table::Dialect;
use crate::domain::amount::Amount;
use crate::domain::error::FaultCode;
use crate::domain::hours::Hours;
use crate::domain::import::{Collection, EntryRow, ImportKind, Moment, Reference, Row};

const LINES: Upload = Upload {
    kind: ImportKind::TimeEntries,
    rows: Some(Collection::TimeEntries),
    format: Format::Lines,
};

fn table(dialect: Dialect) -> Upload {
    Upload {
        format: Format::Table(dialect),
        ..LINES
    }
}

fn rows_of(text: impl AsRef<[u8]>, upload: Upload) -> Vec<Row> {
    let mut rows = Vec::new();
    let mut take = |row| {
        rows.push(row);
        Ok(())
    };
    read(text.as_ref(), upload, &mut take).unwrap();
    rows
}

fn refusal(text: impl AsRef<[u8]>, upload: Upload) -> String {
    let refused = read(text.as_ref(), upload, &mut |_| Ok(()));
    match refused {
        Err(UploadError::Malformed(message)) => message,
        other => panic!("{other:?}"),
    }
}

fn entries(rows: &[Row]) -> Vec<&EntryRow> {
    let mut entries = Vec::new();
    for row in rows {
        match row {
            Row::Entry(placed) => entries.push(&placed.row),
            other => panic!("{other:?}"),
        }
    }
    entries
}

/// Path, line and code of each row that could not be read.
fn faults(rows: &[Row]) -> Vec<(&str, Option<u64>, FaultCode)> {
    let faults = rows.iter().filter_map(|row| match row {
        Row::Unreadable(fault) => Some(fault),
        _ => None,
    });
    faults
        .map(|fault| (fault.path.as_str(), fault.place.unwrap().line, fault.code))
        .collect()
}

#[test]
fn i20_a_table_and_lines_of_json_say_the_same() {
    let csv = "\u{feff}External-ID;userEmail;Project Code;task_name;logon;logoff;break hours;description;deleted\r\n\
        a;ivan@example.com;P1;Design;2021-03-22T08:00:00;2021-03-22T16:30:00+01:00;0,5;\"said \"\"x;y\"\"\nand z\";\r\n\
        b;;;;;;;;true\r\n";
    let json = r#"{"externalId":"a","userEmail":"ivan@example.com","projectCode":"P1","taskName":"Design","logon":"2021-03-22T08:00:00","logoff":"2021-03-22T16:30:00+01:00","breakHours":0.5,"description":"said \"x;y\"\nand z"}

        {"externalId":"b","deleted":true,"kind":"timeEntry"}"#;
    let (table, lines) = (rows_of(csv, table(Dialect::default())), rows_of(json, LINES));
    assert_eq!(entries(&table), entries(&lines));
    let first = entries(&table)[0];
    assert_eq!(first.break_hours, Some(Hours::from_units(50_000)));
    assert_eq!(first.logon, Some(Moment::Local(1_616_400_000_000_000)));
    assert_eq!(first.project, Some(Reference::Key("P1".into())));
    assert_eq!(
        entries(&table)[1].description,
        None,
        "an empty column says nothing"
    );
}

#[test]
fn a_null_clears_what_can_be_cleared_and_says_nothing_else() {
    let rows = rows_of(
        r#"{"id":"00000000-0000-0000-0000-000000000001","taskId":null,"description":null,"hours":null,"userId":null}"#,
        LINES,
    );
    let entry = entries(&rows)[0];
    assert_eq!((&entry.task, &entry.description), (&Some(None), &Some(None)));
    assert_eq!((entry.hours, &entry.user), (None, &None));
}

#[test]
fn the_separator_and_the_decimal_comma_are_seen_or_told() {
    let hours = |text: &str, dialect| {
        entries(&rows_of(text, table(dialect)))[0]
            .hours
            .map(|it| it.to_string())
    };
    let seen = Dialect::default();
    let told = |separator, decimal_comma| Dialect {
        separator,
        decimal_comma,
    };
    for (text, dialect, wanted) in [
        ("externalId,hours\na,7.5", seen, "7.5"),
        ("externalId;hours\na;7,5", seen, "7.5"),
        ("externalId\thours\na\t7,5", seen, "7.5"),
        ("externalId|hours\na|7.25", seen, "7.25"),
        ("externalId,hours\na,\"7,5\"", told(None, Some(true)), "7.5"),
        ("hours;externalId\n\"7.5\";\"a;,,,\"", seen, "7.5"),
        ("hours\n7.5", told(Some(b';'), None), "7.5"),
    ] {
        assert_eq!(hours(text, dialect).as_deref(), Some(wanted), "{text}");
    }
    let plain = rows_of("externalId,hours\na,\"7,5\"", table(seen));
    assert_eq!(
        faults(&plain),
        [("timeEntries[0].hours", Some(2), FaultCode::Malformed)]
    );
    let thousands = rows_of("externalId;hours\na;1.000,5", table(seen));
    assert_eq!(
        faults(&thousands),
        [("timeEntries[0].hours", Some(2), FaultCode::Malformed)]
    );
}

#[test]
fn i15_what_cannot_be_read_is_told_by_index_line_and_member() {
    let text = "{\"externalId\":\"a\",\"hours\":1}\n\
        {\"externalId\":\"b\",\"hours\":\"x\",\"date\":\"2021-02-29\",\"hour\":1}\n\n\
        {\"externalId\":\"c\"\n\
        {\"externalId\":\"d\",\"externalId\":\"d\"}\n\
        [1]\n\
        {\"kind\":\"timesheet\"}\n\
        {\"hours\":1.000001}\n";
    let rows = rows_of(text, LINES);
    assert_eq!(rows.len(), 9);
    assert_eq!(
        faults(&rows),
        [
            ("timeEntries[1].date", Some(2), FaultCode::Malformed),
            ("timeEntries[1].hours", Some(2), FaultCode::Malformed),
            ("timeEntries[1].hour", Some(2), FaultCode::Malformed),
            ("timeEntries[2]", Some(4), FaultCode::Malformed),
            ("timeEntries[3].externalId", Some(5), FaultCode::Duplicate),
            ("timeEntries[4]", Some(6), FaultCode::Malformed),
            ("timeEntries[5].kind", Some(7), FaultCode::Malformed),
            ("timeEntries[6].hours", Some(8), FaultCode::TooManyPlaces),
        ]
    );
    let bytes = rows_of(b"{\"externalId\":\"\xff\"}\n", LINES);
    assert_eq!(
        faults(&bytes),
        [("timeEntries[0]", Some(1), FaultCode::Malformed)]
    );
    let bytes = rows_of(b"externalId,hours\na\n\xff,1\nb,1,2\n", table(Dialect::default()));
    assert_eq!(
        faults(&bytes),
        [
            ("timeEntries[1]", Some(3), FaultCode::Malformed),
            ("timeEntries[2]", Some(4), FaultCode::Malformed)
        ]
    );
}

#[test]
fn static_data_says_what_its_rows_are() {
    let upload = Upload {
        kind: ImportKind::StaticData,
        rows: None,
        format: Format::Lines,
    };
    let text = r#"{"kind":"customer","name":"Romashka","number":7,"city":"Perm"}
{"kind":"project","name":"Website","customerName":"Romashka","customerNumber":"7","pricePerHour":"80.5","tasks":[{"name":"Design"},{"name":1.5,"isOpen":"no"}]}
{"kind":"commonTask","name":"Phone"}
{"kind":"task","projectCode":"Website","name":"Build","parentName":"Design"}
{"kind":"timeEntry"}
{"name":"what"}"#;
    let rows = rows_of(text, upload);
    let kinds: Vec<&str> = rows
        .iter()
        .map(|row| match row {
            Row::Customer(_) => "customer",
            Row::CommonTask(_) => "common task",
            Row::Project(_) => "project",
            Row::Task(_) => "task",
            Row::Entry(_) => "entry",
            Row::Unreadable(_) => "?",
        })
        .collect();
    assert_eq!(
        kinds,
        [
            "customer",
            "project",
            "task",
            "?",
            "common task",
            "task",
            "?",
            "?"
        ]
    );
    let Row::Project(project) = &rows[1] else { panic!() };
    assert_eq!(
        project.row.price_per_hour,
        Some(Some(Amount::from_units(8_050_000)))
    );
    let Row::Task(nested) = &rows[2] else { panic!() };
    assert_eq!(nested.row.project, Some(Reference::Key("Website".into())));
    assert_eq!(nested.place.path().to_string(), "projects[0].tasks[0]");
    assert_eq!(faults(&rows)[0].0, "projects[0].tasks[1].isOpen");
}

#[test]
fn what_is_no_such_upload_is_refused_as_a_whole() {
    let seen = table(Dialect::default());
    assert!(
        refusal("externalId,hors\na,1", seen).contains("\"hors\", is not known; there are id, externalId")
    );
    assert!(refusal("hours,Hours\n1,2", seen).contains("occurs twice"));
    let untold = Upload { rows: None, ..seen };
    assert!(refusal("name\nx", untold).contains("must be told"));
    assert!(refusal(format!("hours\n\"{}", "x".repeat(3 << 20)), seen).contains("longer"));
    assert!(refusal("x".repeat(2 << 20), LINES).contains("line 1 is longer"));
}

proptest! {
    #[test]
    fn any_bytes_get_an_answer(bytes in prop::collection::vec(any::<u8>(), 0..400), is_table: bool) {
        let upload = if is_table { table(Dialect::default()) } else { LINES };
        let _ = read(&bytes[..], upload, &mut |_| Ok(()));
        let _ = read(&["externalId;hours;description\n".as_bytes(), &bytes].concat()[..], upload, &mut |_| Ok(()));
    }
}

//! Groups and sums against a plain model.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use uuid::Uuid;

use crate::app::Reader;
use crate::domain::hours::Hours;
use crate::domain::record::Record;
use crate::domain::timesheet::CellRef;
use crate::odata::bind::BindErrorKind;
use crate::odata::fixtures::{House, list, pages, plan};
use crate::odata::query::Rows;
use crate::odata::value::Value;

/// The names of projects and users.
fn names(house: &House) -> HashMap<Uuid, String> {
    let records = house.records.iter();
    records
        .filter_map(|record| match record {
            Record::User(it) => Some((it.id.uuid(), it.name.to_string())),
            Record::Project(it) => Some((it.id.uuid(), it.name.to_string())),
            _ => None,
        })
        .collect()
}

/// The columns' names and the rows as texts.
async fn table(
    reader: &Reader,
    set: &str,
    options: &str,
    page_size: usize,
) -> (Vec<String>, Vec<Vec<String>>) {
    let plan = plan(set, options, page_size).unwrap_or_else(|error| panic!("{options}: {error}"));
    let mut names = Vec::new();
    let mut table = Vec::new();
    for page in pages(reader, &plan).await.unwrap() {
        let Rows::Columns(columns, rows) = page.rows else {
            panic!("{options} leaves entities");
        };
        names = columns.iter().map(|column| column.path.join("/")).collect();
        let print = |value: &Value<'_>| value.print().unwrap_or_else(|| "null".to_owned());
        table.extend(rows.iter().map(|row| row.iter().map(print).collect()));
    }
    (names, table)
}

#[tokio::test]
async fn hours_by_project_and_user_are_exact() {
    let house = House::small().await;
    let reader = house.reader().await;
    let names = names(&house);
    let mut expected: BTreeMap<(Option<String>, String), Hours> = BTreeMap::new();
    for sheet in house.sheets() {
        for line in sheet.lines() {
            let project = line.project_id().map(|id| names[&id.uuid()].clone());
            let key = (project, names[&sheet.user_id.uuid()].clone());
            for cell in line.cells() {
                let total = expected.entry(key.clone()).or_default();
                *total = *total + cell.hours();
            }
        }
    }
    let options = "$apply=groupby((timeSheetLine/PROJECT/name,timeSheetLine/timeSheet/user/name),\
                   aggregate(duration with sum as total))";
    let (columns, rows) = table(&reader, "TimeAllocations", options, 7).await;
    assert_eq!(
        columns,
        [
            "timeSheetLine/project/name",
            "timeSheetLine/timeSheet/user/name",
            "total"
        ]
    );
    let expected: Vec<Vec<String>> = expected
        .into_iter()
        .map(|((project, user), total)| {
            vec![
                project.unwrap_or_else(|| "null".to_owned()),
                user,
                total.to_string(),
            ]
        })
        .collect();
    assert_eq!(rows, expected);
    assert!(rows.len() > 10);
}

#[tokio::test]
async fn every_method_is_exact() {
    let house = House::small().await;
    let reader = house.reader().await;
    let sheets = house.sheets();
    let cells: Vec<_> = sheets.iter().flat_map(|sheet| sheet.cells()).collect();
    let total: Hours = cells.iter().copied().map(CellRef::hours).sum();
    let least = cells.iter().copied().map(CellRef::hours).min().unwrap();
    let latest = cells.iter().map(|cell| cell.date()).max().unwrap();
    let days: BTreeSet<_> = cells.iter().map(|cell| cell.date()).collect();
    let options = "$apply=aggregate($count as n,duration with sum as total,duration with min as least,\
                   date with max as last,date with countdistinct as days,duration with average as mean,\
                   invoiceLineId with countdistinct as invoices)&$compute=mean mul n as again";
    let (columns, rows) = table(&reader, "TimeAllocations", options, 10).await;
    assert_eq!(
        columns,
        ["n", "total", "least", "last", "days", "mean", "invoices", "again"]
    );
    let row = &rows[0];
    assert_eq!(row[0], cells.len().to_string());
    assert_eq!(
        row[1..5],
        [
            total.to_string(),
            least.to_string(),
            latest.to_string(),
            days.len().to_string()
        ]
    );
    assert_eq!(row[6], "0");
    let again: rust_decimal::Decimal = row[7].parse().unwrap();
    assert_eq!(again.round_dp(10).normalize().to_string(), total.to_string());
}

#[tokio::test]
async fn steps_follow_one_another() {
    let house = House::small().await;
    let reader = house.reader().await;
    let options = "$apply=filter(duration ge 2)/compute(year(date) as year)/groupby((year,timeSheetLine/timeSheet/userId),\
                   aggregate(duration with sum as total,$count as n))/filter(n gt 1)/groupby((year),\
                   aggregate(total with sum as total,$count as people))";
    let (columns, rows) = table(&reader, "TimeAllocations", options, 10).await;
    assert_eq!(columns, ["year", "total", "people"]);
    let sheets = house.sheets();
    let long = |hours: &Hours| *hours >= Hours::whole(2);
    let total: Hours = sheets
        .iter()
        .flat_map(|sheet| sheet.cells())
        .map(CellRef::hours)
        .filter(long)
        .sum();
    assert_eq!(rows.len(), 1);
    assert_eq!(rows[0][..2], ["2026".to_owned(), total.to_string()]);
    let options = "$apply=groupby((user/name),aggregate($count as sheets))&$filter=contains(user/name,' ')\
                   &$orderby=sheets desc,user/name desc&$skip=1&$top=2&$count=true&$select=user";
    let plan = plan("TimeSheets", options, 1).unwrap();
    let pages = pages(&reader, &plan).await.unwrap();
    assert_eq!(pages.len(), 2);
    assert!(pages.iter().all(|page| page.total >= Some(5)));
    let Rows::Columns(columns, _) = &pages[0].rows else {
        panic!("groups are columns");
    };
    assert_eq!(columns.len(), 1);
}

#[tokio::test]
async fn nothing_grouped_leaves_entities() {
    let house = House::small().await;
    let reader = house.reader().await;
    let all = list(
        &reader,
        "TimeSheets",
        "$filter=dateFrom ge 2026-06-01&$orderby=name",
    )
    .await;
    let filtered = list(
        &reader,
        "TimeSheets",
        "$apply=filter(dateFrom ge 2026-06-01)&$orderby=name",
    )
    .await;
    let ids =
        |rows: &[crate::odata::row::Row]| rows.iter().map(crate::odata::row::Row::id).collect::<Vec<_>>();
    assert_eq!(ids(&all), ids(&filtered));
    let top = list(
        &reader,
        "TimeSheets",
        "$apply=orderby(name desc)/top(3)&$orderby=name",
    )
    .await;
    let mut last = list(&reader, "TimeSheets", "$orderby=name desc&$top=3").await;
    last.reverse();
    assert_eq!(ids(&top), ids(&last));
    let (_, rows) = table(
        &reader,
        "TimeSheets",
        "$apply=orderby(name desc)/top(3)/aggregate($count as n)",
        9,
    )
    .await;
    assert_eq!(rows, [["3"]]);
    let (_, rows) = table(
        &reader,
        "TimeSheets",
        "$apply=filter(false)/aggregate($count as n,id with max as m)",
        9,
    )
    .await;
    assert_eq!(rows, [["0", "null"]]);
    let (_, rows) = table(&reader, "TimeSheets", "$apply=filter(false)/groupby((userId))", 9).await;
    assert!(rows.is_empty());
}

#[test]
fn what_cannot_be_grouped_is_refused_with_a_reason() {
    let cases = [
        ("groupby((nothing))", BindErrorKind::Unknown),
        ("groupby((user))", BindErrorKind::Type),
        ("groupby((timeSheetLines/id))", BindErrorKind::Type),
        ("groupby((userId,userId))", BindErrorKind::Type),
        ("groupby((schedule))", BindErrorKind::Type),
        ("aggregate(name with sum as x)", BindErrorKind::Type),
        ("aggregate(id with median as x)", BindErrorKind::Unsupported),
        ("aggregate($count as x,$count as X)", BindErrorKind::Type),
        (
            "groupby((userId),aggregate($count as userId))",
            BindErrorKind::Type,
        ),
        ("groupby((userId),filter(true))", BindErrorKind::Unsupported),
        ("groupby((userId))/filter(name eq 'x')", BindErrorKind::Unknown),
    ];
    for (apply, kind) in cases {
        let error = plan("TimeSheets", &format!("$apply={apply}"), 10).unwrap_err();
        assert_eq!(error.kind, kind, "{apply}: {error}");
        assert!(!error.message.is_empty());
    }
    let error = plan("TimeSheets", "$apply=groupby((userId))&$expand=user", 10).unwrap_err();
    assert_eq!(
        (error.kind, error.target.as_str()),
        (BindErrorKind::Unsupported, "$expand")
    );
}

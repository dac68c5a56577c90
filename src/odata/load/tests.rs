//! Expanded rows: chosen, ordered, cut, and with what they need.

use std::sync::Arc;

use super::tree::{Branch, Tree, expand};
use crate::app::Reader;
use crate::domain::hours::Hours;
use crate::domain::record::Record;
use crate::domain::timesheet::Timesheet;
use crate::odata::bind::Binder;
use crate::odata::fixtures::House;
use crate::odata::row::Row;
use crate::odata::types::timesheet::SHEET;
use crate::odata::types::user::USER;
use crate::odata::url;
use crate::odata::value::Value;

async fn tree(reader: &Reader, rows: Vec<Row>, options: &str) -> Tree {
    let of = match rows.first() {
        Some(Row::Record(Record::User(_))) => &USER,
        _ => &SHEET,
    };
    let options = url::options(&options.replace(' ', "%20")).unwrap();
    let shape = Binder::new(of, &options.aliases).shape(&options).unwrap();
    expand(reader, rows, &shape).await.unwrap()
}

fn rows(sheets: &[&Arc<Timesheet>]) -> Vec<Row> {
    let sheets = sheets.iter().map(|sheet| Record::Timesheet(Arc::clone(sheet)));
    sheets.map(Row::Record).collect()
}

#[tokio::test]
async fn lines_and_cells_come_whole_and_in_order() {
    let house = House::small().await;
    let reader = house.reader().await;
    let sheets = house.sheets();
    let tree = tree(
        &reader,
        rows(&sheets),
        "$expand=timeSheetLines($expand=timeAllocations,project)",
    )
    .await;
    assert_eq!(tree.nodes.len(), sheets.len());
    for (node, sheet) in tree.nodes.iter().zip(&sheets) {
        let [Branch { nodes: lines, .. }] = node.branches.as_slice() else {
            panic!("one navigation is expanded");
        };
        assert_eq!(lines.len(), sheet.rows.line_count());
        for (node, line) in lines.iter().zip(sheet.lines()) {
            assert_eq!(node.row.id(), line.id().uuid());
            let [project, cells] = node.branches.as_slice() else {
                panic!("two navigations are expanded");
            };
            let ids = project.nodes.iter().map(|node| node.row.id()).collect::<Vec<_>>();
            assert_eq!(
                ids,
                line.project_id()
                    .map(Into::into)
                    .into_iter()
                    .collect::<Vec<uuid::Uuid>>()
            );
            let cells: Vec<_> = cells.nodes.iter().map(|node| node.row.id()).collect();
            assert_eq!(
                cells,
                line.cells().map(|cell| cell.id().uuid()).collect::<Vec<_>>()
            );
        }
    }
}

#[tokio::test]
async fn options_of_an_expansion_choose_for_each_row() {
    let house = House::small().await;
    let reader = house.reader().await;
    let sheets = house.sheets();
    let options = "$expand=timeSheetLines($filter=orderNumber ge 1;$orderby=orderNumber desc;$skip=1;$top=2;$count=true;\
                   $compute=orderNumber add 1 as place)";
    let tree = tree(&reader, rows(&sheets), options).await;
    let mut cut = 0;
    for (node, sheet) in tree.nodes.iter().zip(&sheets) {
        let branch = &node.branches[0];
        let matching: Vec<usize> = (1..sheet.rows.line_count()).rev().collect();
        assert_eq!(branch.count, Some(matching.len() as u64));
        let places: Vec<Value<'_>> = branch.nodes.iter().map(|node| node.computed[0].clone()).collect();
        let expected = matching
            .iter()
            .skip(1)
            .take(2)
            .map(|at| Value::Int(i64::try_from(*at).unwrap() + 1));
        assert_eq!(places, expected.collect::<Vec<_>>());
        cut += usize::from(matching.len() > 3);
    }
    assert!(cut > 0);
}

#[tokio::test]
async fn facts_are_there_where_they_are_selected() {
    let house = House::small().await;
    let reader = house.reader().await;
    let sheets = house.sheets();
    let property = |name: &str| SHEET.property(name).unwrap();
    let whole = tree(&reader, rows(&sheets), "").await;
    let bare = tree(&reader, rows(&sheets), "$select=id").await;
    for (at, sheet) in sheets.iter().enumerate() {
        let hours = |name| match whole.value(&whole.nodes[at].row, property(name)) {
            Value::Hours(hours) => hours,
            other => panic!("{name} is {other:?}"),
        };
        let total: Hours = sheet.total_hours();
        assert_eq!(hours("billableDuration") + hours("nonBillableDuration"), total);
        assert!(
            matches!(whole.value(&whole.nodes[at].row, property("schedule")), Value::List(days) if days.len() == 7)
        );
        assert_eq!(
            bare.value(&bare.nodes[at].row, property("editAllowed")),
            Value::Null
        );
    }
}

#[tokio::test]
async fn counts_and_references_bring_no_entities() {
    let house = House::small().await;
    let reader = house.reader().await;
    let sheets = house.sheets();
    let counted = tree(
        &reader,
        rows(&sheets),
        "$expand=timeSheetLines/$count($filter=orderNumber gt 0),user/$ref",
    )
    .await;
    for (node, sheet) in counted.nodes.iter().zip(&sheets) {
        let [user, lines] = node.branches.as_slice() else {
            panic!("two navigations are expanded");
        };
        assert_eq!(
            lines.count,
            Some(sheet.rows.line_count().saturating_sub(1) as u64)
        );
        assert!(lines.nodes.is_empty());
        assert_eq!(user.nodes[0].row.id(), sheet.user_id.uuid());
    }
}

#[tokio::test]
async fn levels_repeat_a_navigation() {
    let house = House::small().await;
    let reader = house.reader().await;
    let users: Vec<Row> = house
        .records
        .iter()
        .filter(|record| matches!(record, Record::User(_)))
        .map(|record| Row::Record(record.clone()))
        .collect();
    let depth = |tree: &Tree| {
        fn depth(nodes: &[super::tree::Node]) -> usize {
            let below = nodes.iter().flat_map(|node| &node.branches);
            below
                .map(|branch| usize::from(!branch.nodes.is_empty()) + depth(&branch.nodes))
                .max()
                .unwrap_or(0)
        }
        depth(&tree.nodes)
    };
    let longest = depth(&tree(&reader, users.clone(), "$expand=manager($levels=max)").await);
    assert!(longest >= 2, "the demo company is {longest} levels high");
    for levels in 1..=longest {
        let options = format!("$expand=manager($levels={levels})");
        assert_eq!(depth(&tree(&reader, users.clone(), &options).await), levels);
    }
    let team = tree(&reader, users.clone(), "$expand=team($select=name),manager").await;
    for node in &team.nodes {
        let Row::Record(Record::User(user)) = &node.row else {
            panic!("a user is a user");
        };
        let [manager, team] = node.branches.as_slice() else {
            panic!("two navigations are expanded");
        };
        assert_eq!(manager.nodes.len(), usize::from(user.manager_id.is_some()));
        let is_led = |record: &&Record| matches!(record, Record::User(it) if it.manager_id == Some(user.id));
        assert_eq!(team.nodes.len(), house.records.iter().filter(is_led).count());
    }
}

//! Lists: what is handed to the store, what is not, and who sees what.

use std::sync::Arc;

use uuid::Uuid;

use super::push::Grain;
use super::{Base, Page, Plan, Rows, run};
use crate::domain::approval::ApprovalStatus;
use crate::domain::hours::Hours;
use crate::domain::record::Record;
use crate::odata::failure::Failure;
use crate::odata::fixtures::{House, entities, list, pages, plan};
use crate::odata::row::Row;

mod model;

#[test]
fn the_store_is_handed_what_it_can_decide() {
    let cases = [
        (
            "TimeSheets",
            "userId eq cd935d85-09ec-48fc-8103-7c0baa3afebc and dateFrom ge 2026-05-25",
            true,
        ),
        (
            "TimeSheets",
            "userId eq 'cd935d85-09ec-48fc-8103-7c0baa3afebc'",
            true,
        ),
        (
            "TimeSheets",
            "userId in ('cd935d85-09ec-48fc-8103-7c0baa3afebc') and submitted eq null",
            true,
        ),
        (
            "TimeSheets",
            "(dateFrom eq 2026-05-25 or dateTo ne 2026-05-25) and isActive and not isActive",
            true,
        ),
        ("TimeSheets", "approvalStatus/code eq 'Draft'", true),
        (
            "Projects",
            "estimate gt 10 and estimate lt 12.5 and code ne 'x'",
            true,
        ),
        ("TimeSheets", "user/name eq 'x'", false),
        ("TimeSheets", "month(dateFrom) eq 5", false),
        ("TimeSheets", "startswith(name,'x')", false),
    ];
    for (set, filter, is_all) in cases {
        let plan = plan(set, &format!("$filter={filter}"), 10).unwrap();
        let (_, rest) = Grain::Records.split(plan.base.of(), plan.filter.as_ref());
        assert_eq!(rest.is_none(), is_all, "{filter}: {rest:?}");
    }
    let filter = "timeSheetLine/timeSheet/userId eq cd935d85-09ec-48fc-8103-7c0baa3afebc";
    let plan = plan("TimeAllocations", &format!("$filter={filter}"), 10).unwrap();
    let (_, rest) = Grain::Cells.split(plan.base.of(), plan.filter.as_ref());
    assert!(rest.is_none());
    let filter = "timeSheetLine/timeSheet/user/id eq cd935d85-09ec-48fc-8103-7c0baa3afebc";
    let plan = self::plan("TimeAllocations", &format!("$filter={filter}"), 10).unwrap();
    let (pushed, rest) = Grain::Cells.split(plan.base.of(), plan.filter.as_ref());
    assert!(
        rest.is_some() && format!("{pushed:?}").contains("userId"),
        "{pushed:?}"
    );
}

#[tokio::test]
async fn texts_are_told_apart_by_case_though_the_store_does_not() {
    let house = House::small().await;
    let reader = house.reader().await;
    let all = list(&reader, "Projects", "").await.len();
    let count = |filter: String| {
        let reader = reader.clone();
        async move {
            list(&reader, "Projects", &format!("$filter={filter}"))
                .await
                .len()
        }
    };
    let lower = count("contains(tolower(name),'e')".to_owned()).await;
    let small = count("contains(name,'e')".to_owned()).await;
    let large = count("contains(name,'E')".to_owned()).await;
    let neither = count("not contains(name,'e') and not contains(name,'E')".to_owned()).await;
    assert_eq!(lower + neither, all);
    assert!(small <= lower && large <= lower && small + large >= lower);
    assert!(small != large, "the demo company has to tell them apart");
}

#[tokio::test]
async fn a_search_finds_words_whatever_their_case() {
    let house = House::small().await;
    let reader = house.reader().await;
    let users = list(&reader, "Users", "").await;
    let Row::Record(Record::User(user)) = &users[users.len() - 1] else {
        panic!("a user is a user");
    };
    let upper = user.name.to_uppercase();
    let words: Vec<&str> = upper.split(' ').collect();
    let found = list(&reader, "Users", &format!("$search={}", words.join(" AND "))).await;
    assert!(found.iter().any(|row| row.id() == user.id.uuid()));
    let not = list(&reader, "Users", &format!("$search=NOT {}", words[0])).await;
    let with = list(&reader, "Users", &format!("$search={}", words[0])).await;
    assert_eq!(not.len() + with.len(), users.len());
    assert!(!with.is_empty());
}

#[tokio::test]
async fn computed_values_can_be_filtered_and_ordered_by() {
    let house = House::small().await;
    let reader = house.reader().await;
    let options =
        "$compute=duration mul 2 as double,double add 1 as more&$filter=more gt 9&$orderby=more desc";
    let rows = list(&reader, "TimeAllocations", options).await;
    let hours: Vec<Hours> = rows.iter().map(|row| row.cell().unwrap().hours()).collect();
    let sheets = house.sheets();
    let over_four = sheets
        .iter()
        .flat_map(|sheet| sheet.cells())
        .filter(|cell| cell.hours() > Hours::whole(4));
    assert_eq!(hours.len(), over_four.count());
    assert!(hours.is_sorted_by(|a, b| a >= b) && !hours.is_empty());
}

#[tokio::test]
async fn a_foreign_skip_token_is_refused() {
    let house = House::small().await;
    let reader = house.reader().await;
    let plan = plan("TimeSheets", "", 5).unwrap();
    for token in ["", "x", "bnVsbA", "e30x", &"A".repeat(100_000)] {
        assert_eq!(
            run(&reader, &plan, Some(token)).await.unwrap_err(),
            Failure::SkipToken,
            "{token:.10}"
        );
    }
    let far = super::token::Token {
        taken: u64::MAX,
        ..Default::default()
    };
    let far = run(&reader, &plan, Some(&far.print().unwrap())).await.unwrap();
    assert!(far.rows.len() <= 5);
    let other = self::plan("Users", "", 2).unwrap();
    let page = run(&reader, &other, None).await.unwrap();
    let token = page.next.unwrap();
    assert_eq!(
        run(&reader, &plan, Some(&token)).await.unwrap_err(),
        Failure::SkipToken
    );
}

#[tokio::test]
async fn lines_and_cells_are_found_by_their_ids() {
    let house = House::small().await;
    let reader = house.reader().await;
    let sheets = house.sheets();
    let cells: Vec<Uuid> = sheets
        .iter()
        .flat_map(|sheet| sheet.cells())
        .map(|cell| cell.id().uuid())
        .collect();
    let (first, last) = (cells[0], cells[cells.len() - 1]);
    let ids = |rows: &[Row]| {
        rows.iter()
            .map(Row::id)
            .collect::<std::collections::BTreeSet<_>>()
    };
    let one = list(&reader, "TimeAllocations", &format!("$filter=id eq {first}")).await;
    assert_eq!(ids(&one), [first].into());
    let two = list(
        &reader,
        "TimeAllocations",
        &format!("$filter=id in ({last},{first})"),
    )
    .await;
    assert_eq!(ids(&two), [first, last].into());
    let line = sheets[1].lines().next().unwrap();
    let of_line = format!("$filter=timeSheetLine/id eq {}", line.id());
    let found = list(&reader, "TimeAllocations", &of_line).await;
    assert_eq!(found.len(), line.cells().len());
    let filter = plan("TimeAllocations", &of_line, 1).unwrap().filter.unwrap();
    assert_eq!(Grain::Cells.row_ids(&filter), Some(vec![line.id().uuid()]));
    let nobody = format!("$filter=id eq {}", Uuid::from_u128(1));
    assert!(list(&reader, "TimeSheetLines", &nobody).await.is_empty());
}

#[tokio::test]
async fn an_employee_is_shown_their_own_alone_f11() {
    let house = House::small().await;
    let all = house.reader().await;
    let leaders: Vec<Uuid> = house
        .records
        .iter()
        .filter_map(|record| match record {
            Record::User(user) => user.manager_id.map(Into::into),
            _ => None,
        })
        .collect();
    let is_led = |record: &&Record| {
        matches!(record, Record::User(user)
        if user.manager_id.is_some() && !leaders.contains(&user.id.uuid()))
    };
    let Some(Record::User(user)) = house.records.iter().find(is_led) else {
        panic!("somebody is led");
    };
    let reader = house.reader_as(user.id).await;
    let own = format!("$filter=userId eq {}", user.id);
    let sheets = list(&reader, "TimeSheets", "").await;
    assert_eq!(sheets.len(), list(&all, "TimeSheets", &own).await.len());
    assert!(!sheets.is_empty());
    let cells = "$filter=timeSheetLine/timeSheet/userId";
    let own_cells = list(&all, "TimeAllocations", &format!("{cells} eq {}", user.id)).await;
    assert_eq!(list(&reader, "TimeAllocations", "").await.len(), own_cells.len());
    assert!(
        list(&reader, "TimeAllocations", &format!("{cells} ne {}", user.id))
            .await
            .is_empty()
    );
    // A manager of a manager is nobody to them, though the id is in what they see.
    let seen = list(&reader, "Users", "$filter=manager ne null").await;
    assert_eq!(seen.iter().map(Row::id).collect::<Vec<_>>(), [user.id.uuid()]);
    let other = house
        .sheets()
        .into_iter()
        .find(|sheet| sheet.user_id != user.id && sheet.cells().next().is_some());
    let foreign = other.unwrap().cells().next().unwrap().id();
    assert!(
        list(&reader, "TimeAllocations", &format!("$filter=id eq {foreign}"))
            .await
            .is_empty()
    );
    let plan = plan("TimeAllocations", "$apply=aggregate($count as n)", 1).unwrap();
    let page = run(&reader, &plan, None).await.unwrap();
    let Rows::Columns(_, rows) = page.rows else {
        panic!("an aggregate is a column");
    };
    assert_eq!(
        rows[0][0],
        crate::odata::value::Value::Int(i64::try_from(own_cells.len()).unwrap())
    );
}

#[tokio::test]
async fn rows_at_hand_are_listed_like_those_of_the_store() {
    let house = House::small().await;
    let reader = house.reader().await;
    let plan = plan(
        "ApprovalStatuses",
        "$filter=startswith(code,'S') or code eq 'Draft'&$orderby=code desc&$count=true",
        1,
    );
    let pages = pages(&reader, &plan.unwrap()).await.unwrap();
    let codes: Vec<Uuid> = entities(&pages).iter().map(Row::id).collect();
    assert_eq!(
        codes,
        [ApprovalStatus::Submitted.id(), ApprovalStatus::Draft.id()]
    );
    assert!(pages.iter().all(|page| page.total == Some(2)));
}

#[tokio::test]
async fn related_rows_are_a_list_of_their_own() {
    let house = House::small().await;
    let reader = house.reader().await;
    let sheet = Arc::clone(house.sheets()[0]);
    let of = crate::odata::types::timesheet::SHEET
        .navigation("timeSheetLines")
        .unwrap();
    let row = Row::Record(Record::Timesheet(Arc::clone(&sheet)));
    let base = Base::of_navigation(&reader, &row, of).await.unwrap();
    let options = crate::odata::url::options("$top=2&$count=true").unwrap();
    let page: Page = run(&reader, &Plan::bind(base, &options, 1).unwrap(), None)
        .await
        .unwrap();
    let Rows::Entities(rows) = &page.rows else {
        panic!("lines are entities");
    };
    assert_eq!(rows[0].id(), sheet.lines().next().unwrap().id().uuid());
    assert_eq!(page.total, Some(u64::try_from(sheet.rows.line_count()).unwrap()));
    assert!(page.next.is_some());
    let user = Row::Record(Record::User(reader.get(sheet.user_id).await.unwrap().unwrap()));
    let of = crate::odata::types::user::USER.navigation("timeSheets").unwrap();
    let base = Base::of_navigation(&reader, &user, of).await.unwrap();
    let plan = Plan::bind(base, &crate::odata::url::options("").unwrap(), 100).unwrap();
    let own = house
        .sheets()
        .into_iter()
        .filter(|it| it.user_id == sheet.user_id)
        .count();
    assert_eq!(
        super::count(&reader, &plan).await.unwrap(),
        u64::try_from(own).unwrap()
    );
}

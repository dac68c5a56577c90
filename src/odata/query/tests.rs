//! Lists against a plain model: whatever is handed to the store, and whatever the page.

use std::cmp::Ordering;
use std::collections::HashMap;
use std::sync::{Arc, LazyLock};

use proptest::prelude::*;
use tokio::runtime::Runtime;
use uuid::Uuid;

use super::push::Grain;
use super::{Base, Page, Plan, Rows, run};
use crate::app::Reader;
use crate::domain::approval::ApprovalStatus;
use crate::domain::hours::Hours;
use crate::domain::record::Record;
use crate::domain::time::Date;
use crate::domain::timesheet::Timesheet;
use crate::odata::failure::Failure;
use crate::odata::fixtures::{House, entities, list, pages, plan};
use crate::odata::row::Row;

/// A house for all cases of a property.
struct Shared {
    runtime: Runtime,
    house: House,
    reader: Reader,
}

static SHARED: LazyLock<Shared> = LazyLock::new(|| {
    let runtime = Runtime::new().unwrap();
    let house = runtime.block_on(House::of(6, 5));
    let reader = runtime.block_on(house.reader());
    Shared {
        runtime,
        house,
        reader,
    }
});

fn date(text: &str) -> Date {
    text.parse().unwrap()
}

fn name_of(user: Uuid) -> String {
    let names: HashMap<Uuid, String> = SHARED
        .house
        .records
        .iter()
        .filter_map(|record| match record {
            Record::User(user) => Some((user.id.uuid(), user.name.to_string())),
            _ => None,
        })
        .collect();
    names[&user].clone()
}

type Keep<T> = fn(&T) -> bool;
type Compare<T> = fn(&T, &T) -> Ordering;

const SHEET_FILTERS: [(&str, Keep<Arc<Timesheet>>); 15] = [
    ("true", |_| true),
    ("dateFrom ge 2026-05-25", |it| {
        it.period.from() >= date("2026-05-25")
    }),
    ("2026-05-25 gt dateFrom", |it| {
        it.period.from() < date("2026-05-25")
    }),
    ("approvalStatus/code eq 'Draft'", |it| {
        it.status == ApprovalStatus::Draft
    }),
    ("approvalStatusId eq 0aefb600-42fb-4aa5-991c-d70dc7ac7b29", |it| {
        it.status == ApprovalStatus::Approved
    }),
    ("approvalStatusId ne 0aefb600-42fb-4aa5-991c-d70dc7ac7b29", |it| {
        it.status != ApprovalStatus::Approved
    }),
    ("submitted ne 2100-01-01T00:00:00Z", |_| true),
    ("submitted eq null", |it| it.submitted.is_none()),
    ("submitted ne null and approved eq null", |it| {
        it.submitted.is_some() && it.approved.is_none()
    }),
    (
        "submitted lt 2100-01-01T00:00:00Z or dateFrom lt 2026-05-20",
        |it| it.submitted.is_some() || it.period.from() < date("2026-05-20"),
    ),
    ("not (submitted lt 2100-01-01T00:00:00Z)", |it| {
        it.submitted.is_none()
    }),
    ("timeSheetLines/$count gt 3", |it| it.rows.line_count() > 3),
    ("contains(name,'e') and isActive", |it| it.name.contains('e')),
    ("month(dateFrom) eq 5", |it| it.period.from().ymd().1 == 5),
    ("dateTo in (2026-06-07,2026-05-31)", |it| {
        [date("2026-06-07"), date("2026-05-31")].contains(&it.period.to())
    }),
];

const SHEET_ORDERS: [(&str, Compare<Arc<Timesheet>>); 7] = [
    ("", |a, b| a.period.from().cmp(&b.period.from())),
    ("dateFrom desc", |a, b| b.period.from().cmp(&a.period.from())),
    ("name", |a, b| a.name.cmp(&b.name)),
    ("submitted", |a, b| a.submitted.cmp(&b.submitted)),
    ("submitted desc,dateTo", |a, b| {
        b.submitted
            .cmp(&a.submitted)
            .then(a.period.to().cmp(&b.period.to()))
    }),
    ("timeSheetLines/$count desc,dateFrom", |a, b| {
        let lines = b.rows.line_count().cmp(&a.rows.line_count());
        lines.then(a.period.from().cmp(&b.period.from()))
    }),
    ("user/name desc", |a, b| {
        name_of(b.user_id.uuid()).cmp(&name_of(a.user_id.uuid()))
    }),
];

/// A cell of the model.
#[derive(Clone)]
struct Cell {
    sheet: Arc<Timesheet>,
    place: (usize, usize),
    id: Uuid,
    date: Date,
    hours: Hours,
    comment: String,
}

fn cells() -> Vec<Cell> {
    let mut cells = Vec::new();
    for sheet in SHARED.house.sheets() {
        for (line_at, line) in sheet.lines().enumerate() {
            for (cell_at, cell) in line.cells().enumerate() {
                cells.push(Cell {
                    sheet: Arc::clone(sheet),
                    place: (line_at, cell_at),
                    id: cell.id().uuid(),
                    date: cell.date(),
                    hours: cell.hours(),
                    comment: cell.comment().to_owned(),
                });
            }
        }
    }
    cells
}

const CELL_FILTERS: [(&str, Keep<Cell>); 7] = [
    ("true", |_| true),
    ("date ge 2026-05-27", |it| it.date >= date("2026-05-27")),
    ("2026-06-03 eq date", |it| it.date == date("2026-06-03")),
    ("date lt 2026-05-27 and duration gt 2.5", |it| {
        it.date < date("2026-05-27") && it.hours > "2.5".parse().unwrap()
    }),
    ("timeSheetLine/timeSheet/dateFrom lt 2026-06-01", |it| {
        it.sheet.period.from() < date("2026-06-01")
    }),
    ("timeSheetLine/orderNumber eq 0 or comments ne ''", |it| {
        it.place.0 == 0 || !it.comment.is_empty()
    }),
    (
        "timeSheetLine/timeSheet/approvalStatus/code eq 'Submitted'",
        |it| it.sheet.status == ApprovalStatus::Submitted,
    ),
];

fn by_place(a: &Cell, b: &Cell) -> Ordering {
    (a.sheet.id, a.place).cmp(&(b.sheet.id, b.place))
}

const CELL_ORDERS: [(&str, Compare<Cell>); 4] = [
    ("", |a, b| {
        a.sheet
            .period
            .from()
            .cmp(&b.sheet.period.from())
            .then(by_place(a, b))
    }),
    ("timeSheetLine/timeSheet/dateTo desc", |a, b| {
        b.sheet.period.to().cmp(&a.sheet.period.to()).then(by_place(a, b))
    }),
    ("duration desc", |a, b| {
        b.hours.cmp(&a.hours).then(a.id.cmp(&b.id))
    }),
    ("date,duration", |a, b| {
        (a.date, a.hours, a.id).cmp(&(b.date, b.hours, b.id))
    }),
];

/// What of a list is asked for.
#[derive(Clone, Debug)]
struct Wanted {
    filters: (usize, usize),
    order: usize,
    skip: usize,
    top: Option<usize>,
    count: bool,
    page_size: usize,
}

fn wanted() -> impl Strategy<Value = Wanted> {
    (
        (0_usize..100, 0_usize..100),
        0_usize..100,
        prop_oneof![Just(0), 0_usize..30],
        proptest::option::of(0_usize..40),
        any::<bool>(),
        prop_oneof![1_usize..8, 1_usize..60],
    )
        .prop_map(|(filters, order, skip, top, count, page_size)| Wanted {
            filters,
            order,
            skip,
            top,
            count,
            page_size,
        })
}

impl Wanted {
    fn options(&self, first: &str, second: &str, order: &str) -> String {
        let order = if order.is_empty() {
            String::new()
        } else {
            format!("&$orderby={order}")
        };
        let top = self.top.map_or(String::new(), |top| format!("&$top={top}"));
        format!(
            "$filter=({first}) and ({second}){order}&$skip={}{top}&$count={}",
            self.skip, self.count
        )
    }

    /// Whether the pages are those of the expected rows.
    fn check(&self, set: &str, options: &str, expected: &[Uuid]) -> Result<(), TestCaseError> {
        let plan = plan(set, options, self.page_size).unwrap();
        let pages = SHARED.runtime.block_on(pages(&SHARED.reader, &plan)).unwrap();
        let ids: Vec<Uuid> = entities(&pages).iter().map(Row::id).collect();
        let rows = expected.iter().copied().skip(self.skip);
        let rows: Vec<Uuid> = rows.take(self.top.unwrap_or(usize::MAX)).collect();
        prop_assert_eq!(&ids, &rows, "{}", options);
        let (last, full) = pages.split_last().unwrap();
        for page in full {
            prop_assert_eq!(page.rows.len(), self.page_size, "{}", options);
        }
        prop_assert!(
            !last.rows.is_empty() || full.is_empty(),
            "nothing behind a nextLink: {}",
            options
        );
        let total = self.count.then_some(u64::try_from(expected.len()).unwrap());
        for page in &pages {
            prop_assert_eq!(page.total, total, "{}", options);
        }
        Ok(())
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(150))]

    #[test]
    fn pages_of_sheets_are_those_of_a_plain_model(wanted in wanted()) {
        let (first, keep) = SHEET_FILTERS[wanted.filters.0 % SHEET_FILTERS.len()];
        let (second, also) = SHEET_FILTERS[wanted.filters.1 % SHEET_FILTERS.len()];
        let (order, compare) = SHEET_ORDERS[wanted.order % SHEET_ORDERS.len()];
        let mut sheets = SHARED.house.sheets();
        sheets.retain(|sheet| keep(sheet) && also(sheet));
        sheets.sort_by(|a, b| compare(a, b).then(a.id.cmp(&b.id)));
        let expected: Vec<Uuid> = sheets.iter().map(|sheet| sheet.id.uuid()).collect();
        wanted.check("TimeSheets", &wanted.options(first, second, order), &expected)?;
    }

    #[test]
    fn pages_of_cells_are_those_of_a_plain_model(wanted in wanted()) {
        let (first, keep) = CELL_FILTERS[wanted.filters.0 % CELL_FILTERS.len()];
        let (second, also) = CELL_FILTERS[wanted.filters.1 % CELL_FILTERS.len()];
        let (order, compare) = CELL_ORDERS[wanted.order % CELL_ORDERS.len()];
        let wanted = Wanted { page_size: wanted.page_size * 7, ..wanted };
        let mut cells = cells();
        cells.retain(|cell| keep(cell) && also(cell));
        cells.sort_by(compare);
        let expected: Vec<Uuid> = cells.iter().map(|cell| cell.id).collect();
        wanted.check("TimeAllocations", &wanted.options(first, second, order), &expected)?;
    }
}

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

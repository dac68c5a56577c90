//! Random lists against a plain model of sheets and cells: the pages put together are the whole.

use std::cmp::Ordering;
use std::collections::HashMap;
use std::sync::{Arc, LazyLock};

use proptest::prelude::*;
use tokio::runtime::Runtime;
use uuid::Uuid;

use crate::app::Reader;
use crate::domain::approval::ApprovalStatus;
use crate::domain::hours::Hours;
use crate::domain::record::Record;
use crate::domain::time::Date;
use crate::domain::timesheet::Timesheet;
use crate::odata::fixtures::{House, entities, pages, plan};
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

//! The closed language of lists: filter, order, page. Both faces compile to it, the application
//! adds the access predicate, and every store answers it. Names in strings are not known here.

use std::borrow::Cow;
use std::cmp::Ordering;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::approval::ApprovalStatus;
use super::hours::Hours;
use super::id::UserId;
use super::model::{Property, entities};
use super::record::{Kind, Record};
use super::time::{Date, Instant};
use super::timesheet::Timesheet;

/// A list that is asked for.
#[derive(Clone, Debug)]
pub struct Query {
    /// Of which records.
    pub kind: Kind,
    /// Which of them.
    pub filter: Filter,
    /// In which order; the id comes last, so that the order is total (X5).
    pub order: Vec<Order>,
    /// Only what comes after this position.
    pub after: Option<Cursor>,
    /// Only what comes before this position.
    pub before: Option<Cursor>,
    /// At most so many.
    pub limit: usize,
    /// Whether the limit keeps the last of them rather than the first.
    pub from_end: bool,
    /// Whether to count all that match, whatever the page.
    pub count: bool,
}

/// A part of a list.
#[derive(Clone, Debug, Default)]
pub struct Page {
    /// The records, in the order asked for.
    pub records: Vec<Record>,
    /// Whether there are more before the first of them.
    pub has_previous: bool,
    /// Whether there are more after the last of them.
    pub has_next: bool,
    /// How many match in all, if that was asked for.
    pub total: Option<u64>,
}

/// A condition on a record. Comparisons with null are neither true nor false; a record is listed
/// when the whole is true.
#[derive(Clone, Debug)]
pub enum Filter {
    /// Every one holds; true of none.
    And(Vec<Filter>),
    /// At least one holds; false of none.
    Or(Vec<Filter>),
    /// It does not hold.
    Not(Box<Filter>),
    /// The property is null.
    IsNull(&'static Property),
    /// The property compares so with the value.
    Compare(&'static Property, Comparison, Value<'static>),
    /// The property is one of the values.
    In(&'static Property, Vec<Value<'static>>),
    /// A step of the approval that the sheet is in names this person.
    NamedApprover(UserId),
    /// The sheet waits for this person's decision.
    Awaits(Approver),
    /// The property's text has this part, whatever the case of the letters, by Unicode's folding.
    Text(&'static Property, TextMatch, String),
}

/// Who may be asked to approve sheets.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Approver {
    /// The person.
    pub id: UserId,
    /// Those whose manager they are, in order of their ids.
    pub reports: Box<[UserId]>,
}

impl Approver {
    /// Whether the sheet waits for them.
    fn is_awaited_by(&self, sheet: &Timesheet) -> bool {
        let is_manager = self.reports.binary_search(&sheet.user_id).is_ok();
        let manager = is_manager.then_some(self.id);
        sheet.status == ApprovalStatus::Submitted
            && match sheet.approval() {
                Some(approval) => approval.is_turn_of(self.id, manager),
                None => is_manager,
            }
    }
}

/// A comparison of values.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Comparison {
    /// Equal.
    Eq,
    /// Not equal.
    Ne,
    /// Less.
    Lt,
    /// Less or equal.
    Le,
    /// Greater.
    Gt,
    /// Greater or equal.
    Ge,
}

/// Where a text has a part.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum TextMatch {
    /// Anywhere.
    Contains,
    /// At its beginning.
    StartsWith,
    /// At its end.
    EndsWith,
}

/// One key of an order. Null comes before everything else (as OData has it), after it when
/// descending.
#[derive(Clone, Copy, Debug)]
pub struct Order {
    /// By what.
    pub property: &'static Property,
    /// Greatest first.
    pub descending: bool,
}

/// The value of a property.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
pub enum Value<'a> {
    /// Nothing.
    Null,
    /// True or false.
    Bool(bool),
    /// A whole number.
    Int(i64),
    /// Hours.
    Hours(Hours),
    /// A date.
    Date(Date),
    /// A point in time.
    Instant(Instant),
    /// An id.
    Id(#[serde(with = "uuid::serde::compact")] Uuid),
    /// A text, or the code of an enumeration.
    Text(Cow<'a, str>),
}

impl Value<'_> {
    /// The value by itself.
    pub fn into_owned(self) -> Value<'static> {
        match self {
            Self::Null => Value::Null,
            Self::Bool(it) => Value::Bool(it),
            Self::Int(it) => Value::Int(it),
            Self::Hours(it) => Value::Hours(it),
            Self::Date(it) => Value::Date(it),
            Self::Instant(it) => Value::Instant(it),
            Self::Id(it) => Value::Id(it),
            Self::Text(it) => Value::Text(Cow::Owned(it.into_owned())),
        }
    }
}

/// A position in an ordered list: the keys of the record there, and its id.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Cursor {
    /// The values of the order's properties.
    pub keys: Vec<Value<'static>>,
    /// The record's id.
    #[serde(with = "uuid::serde::compact")]
    pub id: Uuid,
}

impl Filter {
    /// True of every record.
    pub const ALL: Self = Self::And(Vec::new());
    /// True of no record.
    pub const NONE: Self = Self::Or(Vec::new());

    /// Whether it holds for `record`; `None` where a null leaves it open.
    pub fn holds(&self, record: &Record) -> Option<bool> {
        match self {
            Self::And(parts) => every(parts.iter().map(|part| part.holds(record))),
            Self::Or(parts) => every(parts.iter().map(|part| part.holds(record).map(|it| !it))).map(|it| !it),
            Self::Not(part) => part.holds(record).map(|it| !it),
            Self::IsNull(property) => Some(property.value(record) == Value::Null),
            Self::Compare(property, comparison, value) => {
                let left = property.value(record);
                if left == Value::Null || *value == Value::Null {
                    return None;
                }
                Some(comparison.accepts(left.cmp(value)))
            }
            Self::In(property, values) => match property.value(record) {
                Value::Null => None,
                left => Some(values.contains(&left)),
            },
            Self::NamedApprover(person) => Some(match record {
                Record::Timesheet(sheet) => sheet.names_approver(*person),
                _ => false,
            }),
            Self::Awaits(approver) => Some(match record {
                Record::Timesheet(sheet) => approver.is_awaited_by(sheet),
                _ => false,
            }),
            Self::Text(property, place, part) => match property.value(record) {
                Value::Text(text) => {
                    let text = text.to_lowercase();
                    let part = part.to_lowercase();
                    Some(match place {
                        TextMatch::Contains => text.contains(&part),
                        TextMatch::StartsWith => text.starts_with(&part),
                        TextMatch::EndsWith => text.ends_with(&part),
                    })
                }
                _ => None,
            },
        }
    }

    /// Both.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        match self {
            Self::And(mut parts) => {
                parts.push(other);
                Self::And(parts)
            }
            this => Self::And(vec![this, other]),
        }
    }

    /// The conditions that must all hold, nested conjunctions opened up: what an index may use.
    pub fn conjuncts(&self) -> Vec<&Self> {
        match self {
            Self::And(parts) => parts.iter().flat_map(Self::conjuncts).collect(),
            other => vec![other],
        }
    }
}

/// Three-valued conjunction: false decides, an open part leaves it open.
fn every(parts: impl Iterator<Item = Option<bool>>) -> Option<bool> {
    let mut result = Some(true);
    for part in parts {
        match part {
            Some(false) => return Some(false),
            None => result = None,
            Some(true) => {}
        }
    }
    result
}

impl Comparison {
    /// Whether two values that are ordered so satisfy it.
    pub const fn accepts(self, ordering: Ordering) -> bool {
        match self {
            Self::Eq => ordering.is_eq(),
            Self::Ne => ordering.is_ne(),
            Self::Lt => ordering.is_lt(),
            Self::Le => ordering.is_le(),
            Self::Gt => ordering.is_gt(),
            Self::Ge => ordering.is_ge(),
        }
    }
}

impl Order {
    /// The order in which records of a kind are listed if nobody asks for another; the id comes last
    /// (X5). Sheets are kept by their first dates.
    pub fn usual(kind: Kind) -> Vec<Self> {
        match kind {
            Kind::Timesheet => vec![Self {
                property: &entities::timesheet::DATE_FROM,
                descending: false,
            }],
            _ => Vec::new(),
        }
    }
}

impl Query {
    /// The first records of a kind in the order of their ids.
    pub const fn of(kind: Kind, filter: Filter, limit: usize) -> Self {
        Self {
            kind,
            filter,
            order: Vec::new(),
            after: None,
            before: None,
            limit,
            from_end: false,
            count: false,
        }
    }

    /// The position of `record` in this order.
    pub fn cursor(&self, record: &Record) -> Cursor {
        Cursor {
            keys: self
                .order
                .iter()
                .map(|order| order.property.value(record).into_owned())
                .collect(),
            id: record.key().uuid(),
        }
    }

    /// How `record` stands to a position in this order.
    pub fn compare_to(&self, record: &Record, cursor: &Cursor) -> Ordering {
        for (order, key) in self.order.iter().zip(&cursor.keys) {
            let ordering = order.property.value(record).cmp(key);
            let ordering = if order.descending {
                ordering.reverse()
            } else {
                ordering
            };
            if ordering.is_ne() {
                return ordering;
            }
        }
        record.key().uuid().cmp(&cursor.id)
    }

    /// How two records stand to each other in this order.
    pub fn compare(&self, left: &Record, right: &Record) -> Ordering {
        for order in &self.order {
            let ordering = order.property.value(left).cmp(&order.property.value(right));
            let ordering = if order.descending {
                ordering.reverse()
            } else {
                ordering
            };
            if ordering.is_ne() {
                return ordering;
            }
        }
        left.key().uuid().cmp(&right.key().uuid())
    }
}

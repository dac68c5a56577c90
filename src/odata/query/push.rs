//! What of a request the store can decide: conditions and orders over the properties of records.
//! What is handed over is either decided by it entirely, or narrows the candidates.

use uuid::Uuid;

use crate::domain::approval::ApprovalStatus;
use crate::domain::hours::Hours;
use crate::domain::model::entities::timesheet;
use crate::domain::model::{self, ValueType};
use crate::domain::query::{Comparison, Filter, Order, TextMatch, Value as Stored};
use crate::odata::expression::{Expr, Function, OrderKey, Place, target};
use crate::odata::schema::{Navigation, Property, Read, Type, Via};
use crate::odata::value::Value;

/// What the rows of a list are to the records that they come from.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Grain {
    /// The records themselves.
    Records,
    /// The lines of sheets.
    Lines,
    /// The cells of sheets.
    Cells,
}

impl Grain {
    /// What remains of a way once it has come to the record: none if it does not.
    fn beyond(self, place: &Place) -> Option<&[&'static Navigation]> {
        if place.depth != 0 {
            return None;
        }
        let via = |step: &&Navigation| step.via;
        match (self, place.steps.as_slice()) {
            (Self::Records, steps) => Some(steps),
            (Self::Lines, [sheet, rest @ ..]) => matches!(via(sheet), Via::SheetOfLine).then_some(rest),
            (Self::Cells, [line, sheet, rest @ ..]) => {
                matches!((via(line), via(sheet)), (Via::LineOfCell, Via::SheetOfLine)).then_some(rest)
            }
            _ => None,
        }
    }

    /// The record's property that is read at a place.
    fn stored(self, place: &Place, property: &Property) -> Option<&'static model::Property> {
        match (property.read, self.beyond(place)?) {
            (Read::Stored(stored), []) => Some(stored),
            _ => None,
        }
    }

    /// Parts `filter`, of a list of `of`, into what the store decides and what remains.
    pub fn split(self, of: &'static Type, filter: Option<&Expr>) -> (Filter, Option<Expr>) {
        let mut pushed = Filter::ALL;
        let mut rest: Vec<Expr> = Vec::new();
        for part in filter.map(conjuncts).unwrap_or_default() {
            if let Some(exact) = self.exact(part) {
                pushed = pushed.and(exact);
                continue;
            }
            if let Some(wider) = self.wider(part).or_else(|| self.related(of, part)) {
                pushed = pushed.and(wider);
            }
            rest.push(part.clone());
        }
        let rest = match rest.len() {
            0 => None,
            1 => rest.pop(),
            _ => Some(Expr::And(rest)),
        };
        (pushed, rest)
    }

    /// The ids of lines or cells, of which one must be there for `filter` to be true.
    pub fn row_ids(self, filter: &Expr) -> Option<Vec<Uuid>> {
        let is_id = |place: &Place, property: &Property| {
            let is_row = match place.steps.as_slice() {
                [] => true,
                [line] => matches!(line.via, Via::LineOfCell),
                _ => false,
            };
            self != Self::Records && property.name == "id" && place.depth == 0 && is_row
        };
        let id = |value: &Value<'_>| match value {
            Value::Id(id) => Some(*id),
            _ => None,
        };
        conjuncts(filter).into_iter().find_map(|part| match part {
            Expr::Compare(Comparison::Eq, left, right) => {
                let (_, place, property, value) = sided(Comparison::Eq, left, right)?;
                is_id(place, property).then(|| Some(vec![id(value)?]))?
            }
            Expr::Among(left, values) => match left.as_ref() {
                Expr::Property(place, property) if is_id(place, property) => values.iter().map(id).collect(),
                _ => None,
            },
            _ => None,
        })
    }

    /// The order as the store knows it, if it knows all of its keys.
    pub fn order(self, keys: &[OrderKey]) -> Option<Vec<Order>> {
        keys.iter()
            .map(|key| match &key.by {
                Expr::Property(place, property) => Some(Order {
                    property: self.stored(place, property)?,
                    descending: key.descending,
                }),
                _ => None,
            })
            .collect()
    }

    /// A filter that is true of the same records as `expr`.
    fn exact(self, expr: &Expr) -> Option<Filter> {
        match expr {
            Expr::And(parts) => {
                let parts = parts.iter().map(|part| self.exact(part));
                parts.collect::<Option<_>>().map(Filter::And)
            }
            Expr::Or(parts) => {
                let parts = parts.iter().map(|part| self.exact(part));
                parts.collect::<Option<_>>().map(Filter::Or)
            }
            Expr::Property(place, property) => self.flag(place, property, true),
            Expr::Not(operand) => match operand.as_ref() {
                Expr::Property(place, property) => self.flag(place, property, false),
                _ => None,
            },
            Expr::Compare(comparison, left, right) => {
                let (comparison, place, property, value) = sided(*comparison, left, right)?;
                match self.stored(place, property) {
                    Some(stored) => compare(stored, comparison, value),
                    None => self.status(comparison, place, property, value),
                }
            }
            Expr::Among(left, values) => {
                let Expr::Property(place, property) = left.as_ref() else {
                    return None;
                };
                let stored = self.stored(place, property)?;
                let is_null = values.iter().any(Value::is_null);
                let values = values.iter().filter(|value| !value.is_null());
                let values = values
                    .map(|value| convert(stored, value))
                    .collect::<Option<_>>()?;
                let among = Filter::In(stored, values);
                Some(if is_null {
                    Filter::Or(vec![among, Filter::IsNull(stored)])
                } else {
                    among
                })
            }
            _ => None,
        }
    }

    fn flag(self, place: &Place, property: &Property, value: bool) -> Option<Filter> {
        let stored = self.stored(place, property)?;
        let is_flag = stored.value_type == ValueType::Bool && !stored.nullable;
        is_flag.then_some(Filter::Compare(stored, Comparison::Eq, Stored::Bool(value)))
    }

    /// The state of approval, which clients know by id and by code.
    fn status(
        self,
        comparison: Comparison,
        place: &Place,
        property: &Property,
        value: &Value<'static>,
    ) -> Option<Filter> {
        let beyond = self.beyond(place)?;
        let is_status = match (property.name, beyond) {
            ("approvalStatusId", []) => true,
            ("id" | "code", [step]) => matches!(step.via, Via::Status),
            _ => false,
        };
        if !is_status || comparison != Comparison::Eq {
            return None;
        }
        let mut all = ApprovalStatus::ALL.into_iter();
        let status = match value {
            Value::Id(id) => all.find(|status| status.id() == *id),
            Value::Text(code) => all.find(|status| status.code() == code),
            _ => return None,
        };
        Some(match status {
            Some(status) => {
                let code = Stored::Text(status.code().into());
                Filter::Compare(&timesheet::STATUS, Comparison::Eq, code)
            }
            None => Filter::NONE,
        })
    }

    /// The same for `user/id eq ...`, which is true of none but those whose `userId` it is.
    fn related(self, of: &'static Type, expr: &Expr) -> Option<Filter> {
        let Expr::Compare(Comparison::Eq, left, right) = expr else {
            return None;
        };
        let (comparison, place, property, value) = sided(Comparison::Eq, left, right)?;
        let (last, before) = place.steps.split_last()?;
        let from = before.last().map_or(of, |step| target(step));
        let by = match last.via {
            Via::Id(by, ..) if property.name == "id" && !value.is_null() => from.property(by)?,
            _ => return None,
        };
        let place = Place {
            depth: place.depth,
            steps: before.to_vec(),
        };
        compare(self.stored(&place, by)?, comparison, value)
    }

    /// A filter that is true of all records of which `expr` is true, and of others.
    fn wider(self, expr: &Expr) -> Option<Filter> {
        match expr {
            Expr::Call(function, arguments) => {
                let [Expr::Property(place, property), Expr::Value(Value::Text(part))] = arguments.as_slice()
                else {
                    return None;
                };
                let place_of = match function {
                    Function::Contains => TextMatch::Contains,
                    Function::StartsWith => TextMatch::StartsWith,
                    Function::EndsWith => TextMatch::EndsWith,
                    _ => return None,
                };
                let stored = self.stored(place, property)?;
                // The small form of a capital sigma depends on what follows it.
                (!part.contains('Σ')).then(|| Filter::Text(stored, place_of, part.to_string()))
            }
            Expr::Compare(comparison, left, right) if self == Self::Cells => {
                let (comparison, place, property, value) = sided(*comparison, left, right)?;
                let Value::Date(date) = value else {
                    return None;
                };
                if property.name != "date" || place.depth != 0 || !place.steps.is_empty() {
                    return None;
                }
                let date = Stored::Date(*date);
                let begins = Filter::Compare(&timesheet::DATE_FROM, Comparison::Le, date.clone());
                let ends = Filter::Compare(&timesheet::DATE_TO, Comparison::Ge, date);
                match comparison {
                    Comparison::Eq => Some(Filter::And(vec![begins, ends])),
                    Comparison::Lt | Comparison::Le => Some(begins),
                    Comparison::Gt | Comparison::Ge => Some(ends),
                    Comparison::Ne => None,
                }
            }
            _ => None,
        }
    }
}

/// A comparison of a property with a value, the property on the left.
fn sided<'e>(
    comparison: Comparison,
    left: &'e Expr,
    right: &'e Expr,
) -> Option<(Comparison, &'e Place, &'static Property, &'e Value<'static>)> {
    match (left, right) {
        (Expr::Property(place, property), Expr::Value(value)) => Some((comparison, place, property, value)),
        (Expr::Value(value), Expr::Property(place, property)) => {
            let turned = match comparison {
                Comparison::Lt => Comparison::Gt,
                Comparison::Le => Comparison::Ge,
                Comparison::Gt => Comparison::Lt,
                Comparison::Ge => Comparison::Le,
                Comparison::Eq | Comparison::Ne => comparison,
            };
            Some((turned, place, property, value))
        }
        _ => None,
    }
}

fn compare(
    stored: &'static model::Property,
    comparison: Comparison,
    value: &Value<'static>,
) -> Option<Filter> {
    if value.is_null() {
        return Some(match comparison {
            Comparison::Eq => Filter::IsNull(stored),
            Comparison::Ne => Filter::Not(Box::new(Filter::IsNull(stored))),
            Comparison::Lt | Comparison::Le | Comparison::Gt | Comparison::Ge => Filter::NONE,
        });
    }
    let compared = Filter::Compare(stored, comparison, convert(stored, value)?);
    Some(if comparison == Comparison::Ne && stored.nullable {
        Filter::Or(vec![compared, Filter::IsNull(stored)])
    } else {
        compared
    })
}

/// The value as the store keeps those of the property; none if it is of another kind.
fn convert(stored: &model::Property, value: &Value<'static>) -> Option<Stored<'static>> {
    match (stored.value_type, value) {
        (ValueType::Bool, Value::Bool(it)) => Some(Stored::Bool(*it)),
        (ValueType::Int, Value::Int(it)) => Some(Stored::Int(*it)),
        (ValueType::Hours, Value::Hours(it)) => Some(Stored::Hours(*it)),
        (ValueType::Hours, Value::Int(_) | Value::Decimal(_)) => {
            let text = value.to_decimal()?.normalize().to_string();
            text.parse::<Hours>().ok().map(Stored::Hours)
        }
        (ValueType::Date, Value::Date(it)) => Some(Stored::Date(*it)),
        (ValueType::Instant, Value::Instant(it)) => Some(Stored::Instant(*it)),
        (ValueType::Id, Value::Id(it)) => Some(Stored::Id(*it)),
        (ValueType::Text | ValueType::Enum(_), Value::Text(it)) => Some(Stored::Text(it.clone())),
        _ => None,
    }
}

/// The conditions that must all hold.
fn conjuncts(expr: &Expr) -> Vec<&Expr> {
    match expr {
        Expr::And(parts) => parts.iter().flat_map(conjuncts).collect(),
        other => vec![other],
    }
}

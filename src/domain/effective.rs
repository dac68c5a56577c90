//! Values that hold from a date on until the next one takes over.

use serde::{Deserialize, Serialize};

use super::time::Date;

/// A history of values by date: each holds from its date until the day before the next.
/// Before the first date, the first value holds: a company that starts today may still
/// enter last week.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Effective<T>(Box<[(Date, T)]>);

impl<T> Default for Effective<T> {
    fn default() -> Self {
        Self(Box::default())
    }
}

impl<T> Effective<T> {
    /// One value for all time.
    pub fn always(value: T) -> Self {
        Self(Box::new([(Date::MIN, value)]))
    }

    /// A history out of its entries in any order; `None` if two begin on one date.
    pub fn from_entries(mut entries: Vec<(Date, T)>) -> Option<Self> {
        entries.sort_by_key(|(from, _)| *from);
        let distinct = entries.windows(2).all(|pair| match pair {
            [(a, _), (b, _)] => a != b,
            _ => true,
        });
        distinct.then(|| Self(entries.into()))
    }

    /// The entries in date order.
    pub fn entries(&self) -> &[(Date, T)] {
        &self.0
    }

    /// The value that holds on `date`; `None` only when there is none at all.
    pub fn at(&self, date: Date) -> Option<&T> {
        self.entry_at(date).map(|(_, value)| value)
    }

    /// The value that holds on `date`, with the first and last date on which it does.
    pub fn span_at(&self, date: Date) -> Option<(Date, Date, &T)> {
        let (index, value) = self.entry_at(date)?;
        let from = if index == 0 {
            Date::MIN
        } else {
            self.0.get(index)?.0
        };
        let to = self
            .0
            .get(index + 1)
            .map_or(Date::MAX, |(next, _)| next.previous());
        Some((from, to, value))
    }

    fn entry_at(&self, date: Date) -> Option<(usize, &T)> {
        let begun = self.0.partition_point(|(from, _)| *from <= date);
        let index = begun.saturating_sub(1);
        self.0.get(index).map(|(_, value)| (index, value))
    }
}

#[cfg(test)]
mod tests {
    use super::{Date, Effective};

    #[test]
    fn the_first_value_also_holds_before_its_date() {
        let date = |text: &str| text.parse::<Date>().unwrap();
        let history =
            Effective::from_entries(vec![(date("2024-03-01"), 'b'), (date("2024-01-01"), 'a')]).unwrap();
        assert_eq!(history.at(date("2020-01-01")), Some(&'a'));
        assert_eq!(history.at(date("2024-02-29")), Some(&'a'));
        assert_eq!(history.at(date("2024-03-01")), Some(&'b'));
        assert_eq!(
            history.span_at(date("2023-01-01")),
            Some((Date::MIN, date("2024-02-29"), &'a'))
        );
        assert_eq!(
            history.span_at(date("2025-01-01")),
            Some((date("2024-03-01"), Date::MAX, &'b'))
        );
        assert_eq!(Effective::<char>::default().at(Date::MIN), None);
        assert_eq!(
            Effective::from_entries(vec![(Date::MIN, 1), (Date::MIN, 2)]),
            None
        );
    }
}

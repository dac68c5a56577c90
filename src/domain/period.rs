//! Periods of sheets: which dates belong together (SPEC 2).

use serde::{Deserialize, Serialize};

use super::time::Date;

/// A span of dates, both ends included; never empty.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
pub struct Period {
    from: Date,
    to: Date,
}

impl Period {
    /// The longest period that any kind makes, in days.
    pub const MAX_DAYS: usize = 31;
    /// All dates of the calendar.
    pub const EVER: Self = Self {
        from: Date::MIN,
        to: Date::MAX,
    };

    /// From `from` to `to`, both included; `None` if they are in the wrong order.
    pub fn new(from: Date, to: Date) -> Option<Self> {
        (from <= to).then_some(Self { from, to })
    }

    /// Its first date.
    pub const fn from(self) -> Date {
        self.from
    }

    /// Its last date.
    pub const fn to(self) -> Date {
        self.to
    }

    /// Whether `date` is in it.
    pub fn contains(self, date: Date) -> bool {
        self.from <= date && date <= self.to
    }

    /// Whether the two have a date in common.
    pub fn overlaps(self, other: Self) -> bool {
        self.from <= other.to && other.from <= self.to
    }

    /// Whether it has a date in common with a span whose ends may be open.
    pub fn meets(self, first: Option<Date>, last: Option<Date>) -> bool {
        self.within(first, last).is_some()
    }

    /// The part within a span whose ends may be open; `None` if there is none.
    #[must_use]
    pub fn within(self, first: Option<Date>, last: Option<Date>) -> Option<Self> {
        self.clipped_to(Self::new(first.unwrap_or(Date::MIN), last.unwrap_or(Date::MAX))?)
    }

    /// The part within `bounds`; `None` if there is none.
    #[must_use]
    pub fn clipped_to(self, bounds: Self) -> Option<Self> {
        Self::new(self.from.max(bounds.from), self.to.min(bounds.to))
    }

    /// How many days it has.
    pub const fn days(self) -> i32 {
        self.to.days_since(self.from) + 1
    }

    /// Its dates in order.
    pub fn dates(self) -> impl Iterator<Item = Date> + Clone {
        (0..=self.to.days_since(self.from)).map(move |days| self.from.plus_days(days))
    }
}

/// How the calendar is cut into periods.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub enum PeriodKind {
    /// Every date by itself.
    Day,
    /// Seven days from `first_day` on.
    Week {
        /// Days since Monday of the week's first day, 0 to 6.
        first_day: u8,
    },
    /// Weeks that end with the month and begin again with the next.
    WeekSplitByMonth {
        /// Days since Monday of the week's first day, 0 to 6.
        first_day: u8,
    },
    /// Fourteen days, counted from `anchor` in both directions.
    TwoWeeks {
        /// The first date of one of the periods.
        anchor: Date,
    },
    /// The 1st to the 15th, and the 16th to the end.
    HalfMonth,
    /// Calendar months.
    Month,
}

impl PeriodKind {
    /// The period around `date`, within the calendar.
    pub fn around(self, date: Date) -> Period {
        let (from, to) = match self {
            Self::Day => (date, date),
            Self::Week { first_day } => days_around(date, days_into_week(date, first_day), 7),
            Self::WeekSplitByMonth { first_day } => {
                let (from, to) = days_around(date, days_into_week(date, first_day), 7);
                let (first, last) = month_around(date);
                (from.max(first), to.min(last))
            }
            Self::TwoWeeks { anchor } => days_around(date, date.days_since(anchor).rem_euclid(14), 14),
            Self::HalfMonth => {
                let (first, last) = month_around(date);
                let middle = first.plus_days(14);
                if date <= middle {
                    (first, middle)
                } else {
                    (middle.next(), last)
                }
            }
            Self::Month => month_around(date),
        };
        Period { from, to }
    }
}

fn days_into_week(date: Date, first_day: u8) -> i32 {
    (i32::from(date.days_from_monday()) - i32::from(first_day)).rem_euclid(7)
}

fn days_around(date: Date, days_before: i32, length: i32) -> (Date, Date) {
    (
        date.plus_days(-days_before),
        date.plus_days(length - 1 - days_before),
    )
}

fn month_around(date: Date) -> (Date, Date) {
    let (year, month, _) = date.ymd();
    let first = Date::from_ymd(year, month, 1).unwrap_or(date);
    let next = if month == 12 {
        Date::from_ymd(year + 1, 1, 1)
    } else {
        Date::from_ymd(year, month + 1, 1)
    };
    (first, next.map_or(Date::MAX, Date::previous))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{Date, Period, PeriodKind};

    fn kinds() -> impl Strategy<Value = PeriodKind> {
        prop_oneof![
            Just(PeriodKind::Day),
            (0..7_u8).prop_map(|first_day| PeriodKind::Week { first_day }),
            (0..7_u8).prop_map(|first_day| PeriodKind::WeekSplitByMonth { first_day }),
            dates().prop_map(|anchor| PeriodKind::TwoWeeks { anchor }),
            Just(PeriodKind::HalfMonth),
            Just(PeriodKind::Month),
        ]
    }

    fn dates() -> impl Strategy<Value = Date> {
        (Date::MIN.epoch_days()..=Date::MAX.epoch_days())
            .prop_map(|days| Date::from_epoch_days(days).unwrap())
    }

    #[test]
    fn the_specification_vectors_hold() {
        let kinds = [
            PeriodKind::Week { first_day: 0 },
            PeriodKind::Week { first_day: 6 },
            PeriodKind::WeekSplitByMonth { first_day: 0 },
            PeriodKind::HalfMonth,
            PeriodKind::Month,
            PeriodKind::TwoWeeks {
                anchor: "2021-01-04".parse().unwrap(),
            },
        ];
        let vectors = "\
            2021-03-22 22.03-28.03 21.03-27.03 22.03-28.03 16.03-31.03 01.03-31.03 15.03-28.03
            2021-02-28 22.02-28.02 28.02-06.03 22.02-28.02 16.02-28.02 01.02-28.02 15.02-28.02
            2021-03-31 29.03-04.04 28.03-03.04 29.03-31.03 16.03-31.03 01.03-31.03 29.03-11.04
            2020-12-31 28.12-03.01 27.12-02.01 28.12-31.12 16.12-31.12 01.12-31.12 21.12-03.01
            2021-01-01 28.12-03.01 27.12-02.01 01.01-03.01 01.01-15.01 01.01-31.01 21.12-03.01
            2024-02-29 26.02-03.03 25.02-02.03 26.02-29.02 16.02-29.02 01.02-29.02 26.02-10.03";
        for row in vectors.lines() {
            let mut cells = row.split_whitespace();
            let date: Date = cells.next().unwrap().parse().unwrap();
            for (kind, expected) in kinds.into_iter().zip(cells) {
                let period = kind.around(date);
                let short = |date: Date| date.dotted().get(..5).unwrap().to_owned();
                let actual = format!("{}-{}", short(period.from()), short(period.to()));
                assert_eq!(actual, expected, "{date} {kind:?}");
            }
        }
    }

    proptest! {
        #[test]
        fn every_date_of_a_period_leads_to_the_same_period(kind in kinds(), date in dates()) {
            let period = kind.around(date);
            prop_assert!(period.contains(date));
            prop_assert!(period.dates().count() <= Period::MAX_DAYS);
            for other in period.dates() {
                prop_assert_eq!(kind.around(other), period);
            }
        }

        #[test]
        fn periods_follow_each_other_without_a_gap(kind in kinds(), date in dates()) {
            let period = kind.around(date);
            if period.to() < Date::MAX {
                prop_assert_eq!(kind.around(period.to().next()).from(), period.to().next());
            }
        }
    }
}

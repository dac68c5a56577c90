//! The calendars that people follow: patterns of hours, with the holidays of three countries.

use std::collections::{BTreeMap, HashMap};

use super::draw::Draw;
use super::words::Tongue;
use crate::domain::hours::Hours;
use crate::domain::id::ScheduleId;
use crate::domain::record::Meta;
use crate::domain::schedule::{Pattern, Schedule, ScheduleException};
use crate::domain::time::{Date, Instant};

/// The company's schedules.
pub(super) struct Calendars {
    english: Schedule,
    german: Schedule,
    russian: Schedule,
    part_time: Schedule,
    shifts: Schedule,
}

impl Calendars {
    /// The full-time schedule of a country.
    pub(super) const fn full_time(&self, tongue: Tongue) -> ScheduleId {
        match tongue {
            Tongue::English => self.english.id,
            Tongue::German => self.german.id,
            Tongue::Russian => self.russian.id,
        }
    }

    /// Three days a week.
    pub(super) const fn part_time(&self) -> ScheduleId {
        self.part_time.id
    }

    /// Early, late and free days in turn.
    pub(super) const fn shifts(&self) -> ScheduleId {
        self.shifts.id
    }

    /// All of them by id, with the one that the company began with.
    pub(super) fn into_schedules(self, own: &Schedule) -> HashMap<ScheduleId, Schedule> {
        let Self {
            english,
            german,
            russian,
            part_time,
            shifts,
        } = self;
        [english, german, russian, part_time, shifts, own.clone()]
            .into_iter()
            .map(|schedule| (schedule.id, schedule))
            .collect()
    }
}

/// The calendars of the years from `first` to `last`, and the one after.
pub(super) fn calendars(draw: &mut Draw, now: Instant, first: Date, last: Date, own: &Schedule) -> Calendars {
    let years = first.ymd().0..=last.ymd().0 + 1;
    let of = |holidays: fn(i32) -> Vec<Holiday>| exceptions(years.clone().flat_map(holidays));
    let mut schedule = |name: &str, pattern: Pattern, exceptions: Box<[ScheduleException]>| Schedule {
        id: ScheduleId::new(draw.id(now)),
        meta: Meta::new(now),
        name: name.into(),
        pattern,
        exceptions,
    };
    let (day, free) = (Hours::whole(8), Hours::ZERO);
    let three_days = Pattern::Weekly([day, day, free, day, free, free, free]);
    let (early, late) = (Hours::whole(10), Hours::from_units(1_050_000));
    let rota = Pattern::Cycle {
        anchor: first,
        days: Box::new([early, early, late, late, free, free, free, free]),
    };
    Calendars {
        english: schedule("Full time, London", own.pattern.clone(), of(english)),
        german: schedule("Vollzeit, München", own.pattern.clone(), of(german)),
        russian: schedule("Полный день, Москва", own.pattern.clone(), of(russian)),
        part_time: schedule("Three days a week", three_days, of(english)),
        shifts: schedule("Operations rota: 4 on, 4 off", rota, Box::default()),
    }
}

type Holiday = (Option<Date>, Hours, &'static str);

/// In date order; where two fall on one date, the first named counts.
fn exceptions(holidays: impl Iterator<Item = Holiday>) -> Box<[ScheduleException]> {
    let mut by_date = BTreeMap::new();
    for (date, hours, name) in holidays {
        if let Some(date) = date {
            by_date.entry(date).or_insert((hours, name));
        }
    }
    by_date
        .into_iter()
        .map(|(date, (hours, name))| ScheduleException {
            date,
            hours,
            name: Some(name.into()),
        })
        .collect()
}

fn english(year: i32) -> Vec<Holiday> {
    let on = |month, day| Date::from_ymd(year, month, day);
    let easter = easter(year);
    let free = Hours::ZERO;
    vec![
        (on(1, 1), free, "New Year's Day"),
        (easter.map(|sunday| sunday.plus_days(-2)), free, "Good Friday"),
        (easter.map(Date::next), free, "Easter Monday"),
        (on(12, 24), Hours::whole(4), "Christmas Eve, short day"),
        (on(12, 25), free, "Christmas Day"),
        (on(12, 26), free, "Boxing Day"),
    ]
}

fn german(year: i32) -> Vec<Holiday> {
    let on = |month, day| Date::from_ymd(year, month, day);
    let easter = easter(year);
    let after = |days| easter.map(|sunday| sunday.plus_days(days));
    let free = Hours::ZERO;
    vec![
        (on(1, 1), free, "Neujahr"),
        (on(1, 6), free, "Heilige Drei Könige"),
        (after(-2), free, "Karfreitag"),
        (after(1), free, "Ostermontag"),
        (on(5, 1), free, "Tag der Arbeit"),
        (after(39), free, "Christi Himmelfahrt"),
        (after(50), free, "Pfingstmontag"),
        (on(10, 3), free, "Tag der Deutschen Einheit"),
        (on(12, 24), free, "Heiligabend"),
        (on(12, 25), free, "1. Weihnachtstag"),
        (on(12, 26), free, "2. Weihnachtstag"),
        (on(12, 31), Hours::whole(4), "Silvester, kurzer Tag"),
    ]
}

fn russian(year: i32) -> Vec<Holiday> {
    let on = |month, day| Date::from_ymd(year, month, day);
    let free = Hours::ZERO;
    let new_year = (1..=8).map(|day| (on(1, day), free, "Новогодние каникулы"));
    let others = [
        (on(2, 23), free, "День защитника Отечества"),
        (on(3, 8), free, "Международный женский день"),
        (on(5, 1), free, "Праздник Весны и Труда"),
        (on(5, 9), free, "День Победы"),
        (on(6, 12), free, "День России"),
        (on(11, 4), free, "День народного единства"),
        (on(12, 31), Hours::whole(7), "Сокращённый день"),
    ];
    // The last Saturday of October is worked for the days between the holidays of January.
    let saturday = on(10, 31).map(|last| {
        let since_saturday = (i32::from(last.days_from_monday()) + 2) % 7;
        last.plus_days(-since_saturday)
    });
    let worked = (saturday, Hours::whole(8), "Рабочая суббота");
    new_year.chain(others).chain([worked]).collect()
}

/// Easter Sunday, by the Gregorian calendar.
fn easter(year: i32) -> Option<Date> {
    let golden = year % 19;
    let (century, of_century) = (year / 100, year % 100);
    let leap_skips = century / 4;
    let moon = (century - (century + 8) / 25 + 1) / 3;
    let epact = (19 * golden + century - leap_skips - moon + 15) % 30;
    let weekday = (32 + 2 * (century % 4) + 2 * (of_century / 4) - epact - of_century % 4) % 7;
    let correction = (golden + 11 * epact + 22 * weekday) / 451;
    let days = epact + weekday - 7 * correction + 114;
    let (month, day) = (u32::try_from(days / 31).ok()?, u32::try_from(days % 31).ok()?);
    Date::from_ymd(year, month, day + 1)
}

#[cfg(test)]
mod tests {
    use super::{easter, russian};

    #[test]
    fn easter_falls_where_the_almanac_has_it() {
        for (year, date) in [
            (1961, "1961-04-02"),
            (2000, "2000-04-23"),
            (2019, "2019-04-21"),
            (2024, "2024-03-31"),
            (2025, "2025-04-20"),
            (2026, "2026-04-05"),
            (2038, "2038-04-25"),
        ] {
            assert_eq!(easter(year), date.parse().ok(), "{year}");
        }
    }

    #[test]
    fn the_worked_saturday_is_one() {
        for year in 2020..2032 {
            let holidays = russian(year);
            let (saturday, _, _) = holidays.last().unwrap();
            assert_eq!(saturday.unwrap().days_from_monday(), 5, "{year}");
        }
    }
}

//! Made-up time entries: two a day of everybody's, on five projects.

use std::fmt::Write;

use bytes::Bytes;
use chrono::{Datelike, NaiveDate};
use rand::SeedableRng;
use rand::seq::SliceRandom;
use rand_chacha::ChaCha8Rng;

use crate::import::Company;

/// In which order they are sent.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Order {
    /// By person and date.
    Sorted,
    /// In none, the same one every time.
    Shuffled,
}

/// Lines of JSON.
pub struct Lines {
    pub text: Bytes,
    pub count: usize,
}

/// About so many entries, as many for each person.
pub fn lines(company: &Company, about: usize, order: Order) -> Lines {
    let each = about / company.users.len();
    let start = NaiveDate::from_ymd_opt(2027, 1, 4).unwrap();
    let days: Vec<NaiveDate> = start
        .iter_days()
        .filter(|day| day.weekday().num_days_from_monday() < 5)
        .take(each / 2 + 1)
        .collect();
    let mut keys: Vec<(usize, usize)> = (0..company.users.len())
        .flat_map(|user| (0..each).map(move |it| (user, it)))
        .collect();
    if order == Order::Shuffled {
        keys.shuffle(&mut ChaCha8Rng::seed_from_u64(1));
    }
    let mut text = String::with_capacity(keys.len() * 170);
    for (user, number) in &keys {
        let project = &company.projects[number % company.projects.len()];
        let hours = ["3.5", "4", "2.25"][number % 3];
        writeln!(
            text,
            "{{\"externalId\":\"b{user}-{number}\",\"userId\":\"{}\",\"projectId\":\"{project}\",\"date\":\"{}\",\"hours\":{hours}}}",
            company.users[*user],
            days[number / 2]
        )
        .unwrap();
    }
    Lines {
        text: text.into(),
        count: keys.len(),
    }
}

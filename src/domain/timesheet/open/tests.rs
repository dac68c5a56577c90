//! P1 to P10 for single openings, and for any openings in any order under changing settings.

use std::collections::BTreeSet;

use proptest::prelude::*;
use uuid::Uuid;

use super::*;
use crate::domain::id::{DepartmentId, UserId};
use crate::domain::period::PeriodKind;
use crate::domain::timesheet::fixtures::user;

fn date(text: &str) -> Date {
    text.parse().unwrap()
}

fn period(from: &str, to: &str) -> Period {
    Period::new(date(from), date(to)).unwrap()
}

fn template_id(number: u128) -> TemplateId {
    TemplateId::new(Uuid::from_u128(number))
}

fn department_id(number: u128) -> DepartmentId {
    DepartmentId::new(Uuid::from_u128(number))
}

fn template(number: u128, period_kind: PeriodKind) -> TimesheetTemplate {
    TimesheetTemplate {
        id: template_id(number),
        meta: Meta::new(Instant::from_epoch_micros(0)),
        name: "standard".into(),
        period_kind,
        due_days: TimesheetTemplate::DEFAULT_DUE_DAYS,
        rules: TimesheetTemplate::default_rules(),
        approval_steps: Box::default(),
        allows_own_approval: false,
    }
}

fn settings(entries: Vec<(Date, TemplateId)>) -> Settings {
    Settings {
        meta: Meta::new(Instant::from_epoch_micros(0)),
        company_name: "Acme".into(),
        templates: Effective::from_entries(entries).unwrap(),
        closed_up_to: None,
    }
}

fn weekly() -> (Settings, [TimesheetTemplate; 1]) {
    let settings = settings(vec![(Date::MIN, template_id(0))]);
    (settings, [template(0, PeriodKind::Week { first_day: 0 })])
}

fn among<'t>(templates: &'t [TimesheetTemplate]) -> impl Fn(TemplateId) -> Option<&'t TimesheetTemplate> {
    |id| templates.iter().find(|template| template.id == id)
}

fn owner() -> User {
    User {
        name: "Иван Агафонов".into(),
        ..user(UserId::new(Uuid::from_u128(7)))
    }
}

fn opening<'a>(owner: &'a User, settings: &'a Settings, on: &str) -> Opening<'a> {
    Opening {
        id: TimesheetId::new(Uuid::from_u128(1)),
        owner,
        date: date(on),
        settings,
        before: None,
        after: None,
        today: date("2021-03-22"),
        now: Instant::from_epoch_micros(5),
        is_unbounded: false,
    }
}

#[test]
fn p7_p8_a_new_sheet_has_the_seeds_name_due_date_and_snapshots() {
    let (settings, templates) = weekly();
    let mut owner = owner();
    owner.departments = Effective::from_entries(vec![
        (date("2020-01-01"), department_id(1)),
        (date("2021-02-22"), department_id(2)),
        (date("2021-02-24"), department_id(3)),
    ])
    .unwrap();
    let opening = opening(&owner, &settings, "2021-02-26");
    let sheet = open(&opening, among(&templates)).unwrap();
    assert_eq!(&*sheet.name, "Иван Агафонов 22.02.2021-28.02.2021");
    assert_eq!(sheet.period, period("2021-02-22", "2021-02-28"));
    assert_eq!(sheet.due_date, date("2021-03-02"));
    assert_eq!(sheet.department_id, Some(department_id(2)));
    assert_eq!(sheet.template_id, template_id(0));
    assert_eq!(sheet.status, ApprovalStatus::Draft);
    assert_eq!(sheet.meta, Meta::new(Instant::from_epoch_micros(5)));
    assert_eq!((sheet.id, sheet.user_id), (opening.id, owner.id));
    assert_eq!((sheet.submitted, sheet.approved), (None, None));
    assert_eq!(sheet.lines().len(), 0);
}

#[test]
fn p7_a_long_name_is_cut_to_what_a_save_takes() {
    let name = default_name(&"я".repeat(400), period("2021-02-22", "2021-02-28"));
    assert_eq!(name.chars().count(), Timesheet::MAX_NAME_CHARS);
    assert!(name.ends_with("я 22.02.2021-28.02.2021"));
}

#[test]
fn p3_the_period_is_clipped_to_the_templates_span_and_to_the_gap() {
    let templates = [
        template(0, PeriodKind::Week { first_day: 0 }),
        template(1, PeriodKind::Month),
    ];
    let settings = settings(vec![
        (date("2021-01-01"), template_id(0)),
        (date("2021-03-17"), template_id(1)),
        (date("2021-03-25"), template_id(1)),
        (date("2021-04-20"), template_id(0)),
    ]);
    let before = period("2021-03-01", "2021-03-09");
    let after = period("2021-03-12", "2021-03-12");
    for (on, before, after, template, expected) in [
        ("2021-03-10", None, None, 0, ("2021-03-08", "2021-03-14")),
        ("2021-03-16", None, None, 0, ("2021-03-15", "2021-03-16")),
        ("2021-03-17", None, None, 1, ("2021-03-17", "2021-03-31")),
        ("2021-03-31", None, None, 1, ("2021-03-17", "2021-03-31")),
        ("2021-04-10", None, None, 1, ("2021-04-01", "2021-04-19")),
        ("2021-04-20", None, None, 0, ("2021-04-20", "2021-04-25")),
        ("2021-03-10", Some(before), None, 0, ("2021-03-10", "2021-03-14")),
        (
            "2021-03-10",
            Some(before),
            Some(after),
            0,
            ("2021-03-10", "2021-03-11"),
        ),
        ("2021-03-10", None, Some(after), 0, ("2021-03-08", "2021-03-11")),
    ] {
        assert_eq!(
            period_for(&settings, among(&templates), date(on), before, after),
            Ok((template_id(template), period(expected.0, expected.1))),
            "{on}"
        );
    }
}

#[test]
fn p3_without_a_template_or_a_gap_nothing_is_opened() {
    let (weekly, templates) = weekly();
    let none = settings(Vec::new());
    let on = date("2021-03-10");
    let holder = Some(period("2021-03-10", "2021-03-10"));
    for result in [
        period_for(&none, among(&templates), on, None, None),
        period_for(&weekly, among(&templates), on, holder, None),
        period_for(&weekly, among(&templates), on, None, holder),
    ] {
        assert!(matches!(result, Err(Error::WrongState { .. })), "{result:?}");
    }
    assert_eq!(
        period_for(&weekly, among(&[]), on, None, None),
        Err(Error::NotFound("timesheet template"))
    );
}

#[test]
fn p9_refuses_inactive_owners_dates_outside_employment_and_far_dates() {
    let (settings, templates) = weekly();
    let mut owner = owner();
    owner.employed_from = Some(date("2020-06-10"));
    owner.employed_to = Some(date("2030-01-01"));
    let attempt = |owner: &User, on: &str, is_unbounded: bool| {
        let opening = Opening {
            is_unbounded,
            ..opening(owner, &settings, on)
        };
        open(&opening, among(&templates)).map(|sheet| sheet.period)
    };
    let refused = |result: Result<Period, Error>, words: &str| match result {
        Err(Error::Invalid(faults)) => {
            assert_eq!(
                (faults[0].path.to_string().as_str(), faults[0].code),
                ("date", FaultCode::OutOfRange)
            );
            assert!(faults[0].message.contains(words), "{}", faults[0].message);
        }
        other => panic!("{other:?}"),
    };
    for unbounded in [false, true] {
        refused(
            attempt(&owner, "2020-06-09", unbounded),
            "employment, which is from 2020-06-10 to 2030-01-01",
        );
        refused(attempt(&owner, "2030-01-02", unbounded), "employment");
        assert!(attempt(&owner, "2020-06-10", unbounded).is_ok());
        assert!(attempt(&owner, "2023-03-22", unbounded).is_ok());
    }
    refused(attempt(&owner, "2023-03-23", false), "2019-03-22 to 2023-03-22");
    assert!(attempt(&owner, "2023-03-23", true).is_ok());
    owner.employed_from = None;
    assert!(attempt(&owner, "2019-03-22", false).is_ok());
    refused(attempt(&owner, "2019-03-21", false), "2 years");
    owner.meta.is_active = false;
    assert!(matches!(
        attempt(&owner, "2021-03-22", true),
        Err(Error::WrongState { what: "user", .. })
    ));
}

#[test]
fn p4_the_calendar_has_two_ends() {
    assert!(date_after(period("9999-12-27", "9999-12-31")).is_err());
    assert!(date_before(period("0001-01-01", "0001-01-07")).is_err());
    let week = period("2021-03-22", "2021-03-28");
    assert_eq!(date_after(week), Ok(date("2021-03-29")));
    assert_eq!(date_before(week), Ok(date("2021-03-21")));
}

/// The sheets of one user, kept as their periods alone.
#[derive(Clone, Debug, Default, PartialEq)]
struct Sheets(BTreeSet<Period>);

impl Sheets {
    /// P2: the sheet that holds the date, else a new one.
    fn id_for_period(&mut self, settings: &Settings, templates: &[TimesheetTemplate], on: Date) -> Period {
        if let Some(held) = self.0.iter().find(|period| period.contains(on)) {
            return *held;
        }
        let before = self.0.iter().rfind(|period| period.to() < on).copied();
        let after = self.0.iter().find(|period| period.from() > on).copied();
        let (_, period) = period_for(settings, among(templates), on, before, after).unwrap();
        self.0.insert(period);
        period
    }
}

#[derive(Clone, Debug)]
enum Step {
    Open(Date),
    Settings(Vec<(Date, TemplateId)>),
    Template(usize, PeriodKind),
}

fn near_dates() -> impl Strategy<Value = Date> {
    (-60..120_i32).prop_map(|days| date("2020-12-20").plus_days(days))
}

fn kinds() -> impl Strategy<Value = PeriodKind> {
    prop_oneof![
        Just(PeriodKind::Day),
        (0..7_u8).prop_map(|first_day| PeriodKind::Week { first_day }),
        (0..7_u8).prop_map(|first_day| PeriodKind::WeekSplitByMonth { first_day }),
        near_dates().prop_map(|anchor| PeriodKind::TwoWeeks { anchor }),
        Just(PeriodKind::HalfMonth),
        Just(PeriodKind::Month),
    ]
}

fn histories() -> impl Strategy<Value = Vec<(Date, TemplateId)>> {
    proptest::collection::btree_map(near_dates(), 0..3_u128, 1..4).prop_map(|entries| {
        entries
            .into_iter()
            .map(|(from, id)| (from, template_id(id)))
            .collect()
    })
}

fn template_sets() -> impl Strategy<Value = Vec<TimesheetTemplate>> {
    [kinds(), kinds(), kinds()].prop_map(|kinds| {
        let numbered = (0..).zip(kinds);
        numbered.map(|(number, kind)| template(number, kind)).collect()
    })
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        8 => near_dates().prop_map(Step::Open),
        1 => histories().prop_map(Step::Settings),
        1 => (0..3_usize, kinds()).prop_map(|(index, kind)| Step::Template(index, kind)),
    ];
    proptest::collection::vec(step, 1..60)
}

proptest! {
    #[test]
    fn p1_p4_p10_any_openings_under_any_settings_never_overlap_and_next_and_previous_are_inverses(
        steps in steps(), history in histories(), mut templates in template_sets(),
    ) {
        let mut settings = settings(history);
        let mut sheets = Sheets::default();
        for step in steps {
            match step {
                Step::Settings(history) => settings.templates = Effective::from_entries(history).unwrap(),
                Step::Template(index, kind) => templates[index].period_kind = kind,
                Step::Open(on) => {
                    let earlier = sheets.clone();
                    let period = sheets.id_for_period(&settings, &templates, on);
                    prop_assert!(period.contains(on));
                    prop_assert!(earlier.0.is_subset(&sheets.0), "P10");
                    prop_assert!(earlier.0.iter().all(|old| *old == period || !old.overlaps(period)), "P1");
                    prop_assert_eq!(sheets.id_for_period(&settings, &templates, on), period, "P2");

                    let next = sheets.id_for_period(&settings, &templates, date_after(period).unwrap());
                    let back = sheets.id_for_period(&settings, &templates, date_before(next).unwrap());
                    prop_assert_eq!(back, period, "P4");
                    let previous = sheets.id_for_period(&settings, &templates, date_before(period).unwrap());
                    let forth = sheets.id_for_period(&settings, &templates, date_after(previous).unwrap());
                    prop_assert_eq!(forth, period, "P4");
                }
            }
        }
    }

    #[test]
    fn p3_the_outcome_does_not_depend_on_the_order_of_the_openings(
        dates in proptest::collection::vec(near_dates(), 1..20).prop_flat_map(|dates| (Just(dates.clone()), Just(dates).prop_shuffle())),
        kept in proptest::collection::vec(near_dates(), 0..4),
        old_kind in kinds(),
        history in histories(),
        templates in template_sets(),
    ) {
        let (one_order, other_order) = dates;
        let old = settings(vec![(Date::MIN, template_id(0))]);
        let mut sheets = Sheets::default();
        for on in kept {
            sheets.id_for_period(&old, &[template(0, old_kind)], on);
        }
        let settings = settings(history);
        let mut others = sheets.clone();
        for on in one_order {
            sheets.id_for_period(&settings, &templates, on);
        }
        for on in other_order {
            others.id_for_period(&settings, &templates, on);
        }
        prop_assert_eq!(sheets, others);
    }
}

//! What drafts of every kind are refused for, with the path of each fault; that absent members
//! stay and null clears.

use proptest::prelude::*;
use uuid::Uuid;

use super::*;
use crate::domain::activity::{Activity, ActivityDraft};
use crate::domain::amount::Amount;
use crate::domain::id::{ActivityId, OrganizationId, ProjectId, ScheduleId, TaskId, TemplateId, UserId};
use crate::domain::organization::{Contact, Organization, OrganizationDraft};
use crate::domain::period::PeriodKind;
use crate::domain::project::{BillingType, Project, ProjectDraft, Terms};
use crate::domain::record::SettingsId;
use crate::domain::schedule::{Pattern, Schedule, ScheduleDraft, ScheduleException};
use crate::domain::settings::{Settings, SettingsDraft};
use crate::domain::task::{Assignees, ProjectTask, TaskDraft};
use crate::domain::template::{TemplateDraft, TimesheetTemplate};
use crate::domain::time::Instant;

const NOW: Instant = Instant::from_epoch_micros(5);

fn id<T: From<Uuid>>() -> T {
    Uuid::from_u128(1).into()
}

fn date(text: &str) -> Date {
    text.parse().unwrap()
}

/// `path CODE` of every fault; none where the draft was taken.
fn faults<T>(result: Result<T, Error>) -> Vec<String> {
    match result {
        Ok(_) => Vec::new(),
        Err(Error::Invalid(faults)) => faults
            .iter()
            .map(|fault| format!("{} {}", fault.path, fault.code.as_str()))
            .collect(),
        Err(other) => panic!("{other}"),
    }
}

fn activity(draft: &ActivityDraft) -> Result<Activity, Error> {
    Activity::drafted(None, draft, id::<ActivityId>(), NOW)
}

#[test]
fn names_are_needed_of_1_to_400_characters_and_without_control_characters() {
    let named = |name: &str| {
        let draft = ActivityDraft {
            name: Some(name.to_owned()),
            ..ActivityDraft::default()
        };
        activity(&draft)
    };
    assert_eq!(&*named(" Дизайн\u{a0}").unwrap().name, "Дизайн");
    assert_eq!(faults(named(&"я".repeat(400))), [""; 0]);
    assert_eq!(faults(named(&"я".repeat(401))), ["name TOO_LONG"]);
    assert_eq!(faults(named(" \u{3000} ")), ["name REQUIRED"]);
    assert_eq!(faults(named("a\u{0}b")), ["name MALFORMED"]);
    assert_eq!(faults(named("a\nb")), ["name MALFORMED"]);
    assert_eq!(faults(activity(&ActivityDraft::default())), ["name REQUIRED"]);
}

#[test]
fn codes_are_of_1_to_100_characters_and_all_faults_come_together() {
    let coded = |code: &str, external_id: &str| {
        let draft = ActivityDraft {
            name: Some("Design".to_owned()),
            code: Some(Some(code.into())),
            external_id: Some(Some(external_id.into())),
        };
        faults(activity(&draft))
    };
    let (fine, long) = ("x".repeat(100), "x".repeat(101));
    assert_eq!(coded(&fine, &fine), [""; 0]);
    assert_eq!(coded(&long, " "), ["code TOO_LONG", "externalId REQUIRED"]);
}

#[test]
fn absent_members_stay_null_clears_and_a_change_awaits_a_version() {
    let draft = ActivityDraft {
        name: Some("Design".to_owned()),
        code: Some(Some("D".into())),
        external_id: Some(Some("17".into())),
    };
    let first = activity(&draft).unwrap();
    let later = Instant::from_epoch_micros(9);
    let again = |draft: &ActivityDraft| Activity::drafted(Some(&first), draft, first.id, later).unwrap();
    assert_eq!(again(&ActivityDraft::default()), first);
    let cleared = again(&ActivityDraft {
        code: Some(None),
        ..ActivityDraft::default()
    });
    assert_eq!((cleared.code, cleared.external_id), (None, first.external_id));
    assert_eq!(cleared.meta, first.meta.changed());
}

#[test]
fn contact_data_has_paths_of_its_own_and_an_address_that_is_one() {
    let contact = Contact {
        person: Some("".into()),
        city: Some("a\tb".into()),
        email: Some("nobody".into()),
        ..Contact::default()
    };
    let with_contact = |contact: Contact| {
        let draft = OrganizationDraft {
            name: Some("Acme".to_owned()),
            contact: Some(Some(contact)),
            ..OrganizationDraft::default()
        };
        Organization::drafted(None, &draft, id::<OrganizationId>(), NOW)
    };
    let mut found = faults(with_contact(contact));
    found.sort();
    assert_eq!(
        found,
        [
            "contact.city MALFORMED",
            "contact.email MALFORMED",
            "contact.person REQUIRED"
        ]
    );
    let fine = Contact {
        city: Some(" Berlin ".into()),
        email: Some("a@b".into()),
        ..Contact::default()
    };
    let stored = with_contact(fine).unwrap().contact.unwrap();
    assert_eq!(
        (stored.city.as_deref(), stored.email.as_deref()),
        (Some("Berlin"), Some("a@b"))
    );
    assert_eq!(stored.person, None);
}

#[test]
fn a_project_needs_a_billing_type_and_its_dates_in_order() {
    let project = |draft: ProjectDraft| faults(Project::drafted(None, &draft, id::<ProjectId>(), NOW));
    let named = || ProjectDraft {
        name: Some("Apollo".to_owned()),
        billing_type: Some(BillingType::FixedBid),
        ..ProjectDraft::default()
    };
    assert_eq!(project(named()), [""; 0]);
    assert_eq!(
        project(ProjectDraft::default()),
        ["billingType REQUIRED", "name REQUIRED"]
    );
    let dates = |first: &str, last: &str| ProjectDraft {
        first_booking_date: Some(Some(date(first))),
        last_booking_date: Some(Some(date(last))),
        ..named()
    };
    assert_eq!(project(dates("2021-03-22", "2021-03-22")), [""; 0]);
    assert_eq!(
        project(dates("2021-03-22", "2021-03-21")),
        ["lastBookingDate CONTRADICTION"]
    );
    let estimate = |units: i64| ProjectDraft {
        estimate: Some(Some(Hours::from_units(units))),
        ..named()
    };
    assert_eq!(project(estimate(-1)), ["estimate OUT_OF_RANGE"]);
    assert_eq!(project(estimate(MAX_ESTIMATE.units())), [""; 0]);
    assert_eq!(
        project(estimate(MAX_ESTIMATE.units() + 1)),
        ["estimate OUT_OF_RANGE"]
    );
}

#[test]
fn i8_a_projects_terms_are_a_price_a_tax_and_a_currency() {
    let project = |terms: Terms| {
        let draft = ProjectDraft {
            name: Some("Apollo".to_owned()),
            billing_type: Some(BillingType::TimeAndMaterial),
            terms: Some(Some(terms)),
            ..ProjectDraft::default()
        };
        Project::drafted(None, &draft, id::<ProjectId>(), NOW)
    };
    let terms = |price: i64, vat: i64, currency: &str| Terms {
        price_per_hour: Amount::from_units(price),
        vat_percent: Amount::from_units(vat),
        currency: currency.into(),
    };
    let stored = project(terms(0, 10_000_000, " EUR ")).unwrap();
    assert_eq!(stored.terms.as_deref(), Some(&terms(0, 10_000_000, "EUR")));
    assert_eq!(faults(project(terms(1, 0, "0123456789"))), [""; 0]);
    assert_eq!(
        faults(project(terms(-1, -1, " "))),
        [
            "terms.pricePerHour OUT_OF_RANGE",
            "terms.vat OUT_OF_RANGE",
            "terms.currency REQUIRED"
        ]
    );
    assert_eq!(
        faults(project(terms(0, 10_000_001, "01234567890"))),
        ["terms.vat OUT_OF_RANGE", "terms.currency TOO_LONG"]
    );
}

#[test]
fn a_project_is_described_in_4000_characters_and_limited_to_more_than_0_hours() {
    let project = |description: &str, limit: Hours| {
        let draft = ProjectDraft {
            name: Some("Apollo".to_owned()),
            billing_type: Some(BillingType::NonBillable),
            description: Some(Some(description.to_owned())),
            working_time_limit: Some(Some(limit)),
            ..ProjectDraft::default()
        };
        Project::drafted(None, &draft, id::<ProjectId>(), NOW)
    };
    let one = Hours::from_units(1);
    let stored = project(" two\nlines ", one).unwrap();
    assert_eq!(stored.description.as_deref(), Some("two\nlines"));
    assert_eq!(stored.working_time_limit, Some(one));
    assert_eq!(project("  ", one).unwrap().description, None);
    assert_eq!(faults(project(&"я".repeat(4_000), MAX_ESTIMATE)), [""; 0]);
    assert_eq!(
        faults(project(&"я".repeat(4_001), Hours::ZERO)),
        ["description TOO_LONG", "workingTimeLimit OUT_OF_RANGE"]
    );
    let beyond = Hours::from_units(MAX_ESTIMATE.units() + 1);
    assert_eq!(faults(project("", beyond)), ["workingTimeLimit OUT_OF_RANGE"]);
}

#[test]
fn a_task_stays_in_its_project_and_is_assigned_to_each_once() {
    let draft = |project: u128| TaskDraft {
        project_id: Some(Some(ProjectId::new(Uuid::from_u128(project)))),
        name: Some("Research".to_owned()),
        assignee_ids: Some(Some(
            [3, 2, 3].map(|user| UserId::new(Uuid::from_u128(user))).into(),
        )),
        ..TaskDraft::default()
    };
    let task = ProjectTask::drafted(None, &draft(1), id::<TaskId>(), NOW).unwrap();
    let users = [2, 3].map(|user| UserId::new(Uuid::from_u128(user)));
    assert_eq!(task.assignees, Assignees::Only(users.into()));
    assert_eq!(
        (task.number, task.is_open, task.allows_entry),
        (u32::MAX, true, true)
    );
    assert_eq!(
        faults(ProjectTask::drafted(Some(&task), &draft(2), task.id, NOW)),
        ["projectId CONTRADICTION"]
    );
    let common = TaskDraft {
        project_id: Some(None),
        lead_task_id: Some(task.id),
        number: Some(-1),
        ..draft(1)
    };
    assert_eq!(
        faults(ProjectTask::drafted(None, &common, id::<TaskId>(), NOW)),
        ["number OUT_OF_RANGE", "leadTaskId CONTRADICTION"]
    );
}

fn schedule(pattern: Pattern, exceptions: Vec<ScheduleException>) -> Result<Schedule, Error> {
    let draft = ScheduleDraft {
        name: Some("Office".to_owned()),
        pattern: Some(pattern),
        exceptions: Some(exceptions),
    };
    Schedule::drafted(None, &draft, id::<ScheduleId>(), NOW)
}

#[test]
fn m4_a_schedules_hours_are_0_to_24_with_two_decimals() {
    let week = |units: [i64; 7]| {
        faults(schedule(
            Pattern::Weekly(units.map(Hours::from_units)),
            Vec::new(),
        ))
    };
    assert_eq!(week([800_000, 0, 2_400_000, 725_000, 1_000, 0, 0]), [""; 0]);
    assert_eq!(
        week([-1, 2_400_001, 999, 0, 0, 0, 0]),
        [
            "pattern.days[0] OUT_OF_RANGE",
            "pattern.days[1] OUT_OF_RANGE",
            "pattern.days[2] TOO_MANY_PLACES"
        ]
    );
    let cycle = |days: usize| {
        let days = vec![Hours::whole(8); days].into();
        let anchor = date("2021-03-22");
        faults(schedule(Pattern::Cycle { anchor, days }, Vec::new()))
    };
    assert_eq!(cycle(0), ["pattern.days OUT_OF_RANGE"]);
    assert_eq!(cycle(1), [""; 0]);
    assert_eq!(cycle(366), [""; 0]);
    assert_eq!(cycle(367), ["pattern.days OUT_OF_RANGE"]);
    assert_eq!(
        faults(Schedule::drafted(
            None,
            &ScheduleDraft::default(),
            id::<ScheduleId>(),
            NOW
        )),
        ["name REQUIRED", "pattern REQUIRED"]
    );
}

#[test]
fn m4_a_schedules_exceptions_are_one_a_date_and_kept_in_order() {
    let exception = |on: &str, units: i64, name: Option<&str>| ScheduleException {
        date: date(on),
        hours: Hours::from_units(units),
        name: name.map(Into::into),
    };
    let pattern = || Pattern::Weekly([Hours::whole(8); 7]);
    let late = exception("2021-05-01", 0, Some(" Labour Day "));
    let early = exception("2021-01-01", 0, None);
    let stored = schedule(pattern(), vec![late, early.clone()]).unwrap();
    let expected = [early, exception("2021-05-01", 0, Some("Labour Day"))];
    assert_eq!(*stored.exceptions, expected);
    let twice = vec![
        exception("2021-05-01", 0, None),
        exception("2021-05-01", 2_400_001, Some("")),
    ];
    assert_eq!(
        faults(schedule(pattern(), twice)),
        [
            "exceptions[1].date DUPLICATE",
            "exceptions[1].hours OUT_OF_RANGE",
            "exceptions[1].name REQUIRED"
        ]
    );
}

#[test]
fn p8_a_template_is_due_within_a_year_and_its_weeks_begin_on_a_day_of_the_week() {
    let template = |period_kind: Option<PeriodKind>, due_days: Option<i64>| {
        let draft = TemplateDraft {
            name: Some("Weekly".to_owned()),
            period_kind,
            due_days,
            ..TemplateDraft::default()
        };
        TimesheetTemplate::drafted(None, &draft, id::<TemplateId>(), NOW)
    };
    let week = |first_day: u8| Some(PeriodKind::Week { first_day });
    assert_eq!(template(week(6), None).unwrap().due_days, 2);
    assert_eq!(template(week(0), Some(365)).unwrap().due_days, 365);
    assert_eq!(
        faults(template(None, Some(366))),
        ["period REQUIRED", "dueDays OUT_OF_RANGE"]
    );
    assert_eq!(
        faults(template(week(7), Some(-1))),
        ["period.firstDay OUT_OF_RANGE", "dueDays OUT_OF_RANGE"]
    );
    let split = PeriodKind::WeekSplitByMonth { first_day: 7 };
    assert_eq!(
        faults(template(Some(split), None)),
        ["period.firstDay OUT_OF_RANGE"]
    );
}

#[test]
fn p3_the_settings_name_one_template_a_date_and_never_none() {
    let settings = |templates: Option<Vec<Option<&str>>>| {
        let entries = templates.map(|dates| {
            let entry = |from: Option<&str>| (from.map(date), id::<TemplateId>());
            dates.into_iter().map(entry).collect()
        });
        let draft = SettingsDraft {
            company_name: Some("Acme".to_owned()),
            templates: entries,
            closed_up_to: None,
        };
        Settings::drafted(None, &draft, SettingsId, NOW)
    };
    let stored = settings(Some(vec![Some("2021-03-22"), None])).unwrap();
    let begun: Vec<Date> = stored.templates.entries().iter().map(|(from, _)| *from).collect();
    assert_eq!(begun, [Date::MIN, date("2021-03-22")]);
    assert_eq!(faults(settings(None)), ["templates REQUIRED"]);
    assert_eq!(
        faults(settings(Some(vec![
            None,
            Some("2021-03-22"),
            Some("2021-03-22"),
            None
        ]))),
        ["templates[2].from DUPLICATE", "templates[3].from DUPLICATE"]
    );
}

proptest! {
    #[test]
    fn any_text_is_kept_trimmed_or_refused(name in "\\PC{0,12}|[\\x00-\\x20]{0,3}|(.|\n){0,5}", code in "(.|\n){0,4}") {
        let draft = ActivityDraft { name: Some(name.clone()), code: Some(Some(code.clone())), external_id: None };
        let is_fine = |text: &str| !text.trim().is_empty() && !text.trim().contains(char::is_control);
        match activity(&draft) {
            Ok(stored) => {
                prop_assert!(is_fine(&name) && is_fine(&code));
                prop_assert_eq!((&*stored.name, stored.code.as_deref()), (name.trim(), Some(code.trim())));
            }
            Err(_) => prop_assert!(!is_fine(&name) || !is_fine(&code)),
        }
    }
}

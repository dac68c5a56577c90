//! Bytes on disk: what is written is read back, what was changed is refused, and files of every
//! released format stay readable.

use std::path::{Path, PathBuf};

use proptest::prelude::*;
use punchcard::domain::access::{Permission, Role};
use punchcard::domain::activity::Activity;
use punchcard::domain::amount::Amount;
use punchcard::domain::approval::{
    ApprovalAction, ApprovalEntry, ApprovalInstance, ApprovalStatus, ApprovalStep, Approvals, ApproverKind,
    Person,
};
use punchcard::domain::change::Face;
use punchcard::domain::effective::Effective;
use punchcard::domain::error::{Fault, FaultCode, Path as ErrorPath};
use punchcard::domain::hours::Hours;
use punchcard::domain::id::{
    ActivityId, AllocationId, ApprovalId, DepartmentId, LineId, OrganizationId, ProjectId, ScheduleId,
    SyncJobId, TaskId, TemplateId, TimeEntryId, TokenId, UserId,
};
use punchcard::domain::import::{Collection, ImportKind, ImportOptions, OnError, Place, Report};
use punchcard::domain::organization::{Contact, Organization};
use punchcard::domain::period::PeriodKind;
use punchcard::domain::project::{BillingType, Project, ProjectState, Terms};
use punchcard::domain::record::{Key, Kind, Meta, Record};
use punchcard::domain::schedule::{Pattern, Schedule, ScheduleException};
use punchcard::domain::settings::Settings;
use punchcard::domain::sync_job::{JobFault, JobState, SyncJob};
use punchcard::domain::task::{Assignees, ProjectTask};
use punchcard::domain::template::TimesheetTemplate;
use punchcard::domain::time_entry::{EntryTime, TimeEntry, WorkedTime};
use punchcard::domain::timesheet::contributions::{Contribution, Contributions};
use punchcard::domain::timesheet::references::LineTarget;
use punchcard::domain::timesheet::rows::Rows;
use punchcard::domain::timesheet::rules::{Demand, Rule, Severity};
use punchcard::domain::timesheet::{LineRef, TimeAllocation, Timesheet, TimesheetLine};
use punchcard::domain::token::TokenHash;
use punchcard::domain::user::{TimeZone, User};
use punchcard::domain::version::RowVersion;
use punchcard::store::Store;
use punchcard::store::codec::{self, CodecError, Entry, FORMAT};
use punchcard::store::embedded::{Embedded, Options};

use super::samples::*;

/// A record of every kind with every member set, in the order of the kinds.
fn one_of_each_kind() -> Vec<Record> {
    let settings = record(Settings {
        meta: meta(),
        company_name: "Firma Ödön".into(),
        templates: Effective::always(TemplateId::new(uuid(1))),
        closed_up_to: Some(day(-30)),
    });
    let template = record(TimesheetTemplate {
        id: TemplateId::new(uuid(1)),
        meta: meta(),
        name: "Weekly".into(),
        period_kind: PeriodKind::TwoWeeks { anchor: day(0) },
        due_days: 2,
        rules: Box::new([Rule {
            demand: Demand::MaxHoursPerDay(Hours::whole(10)),
            severity: Severity::Warning,
        }]),
        approval_steps: Box::new([
            ApproverKind::ProjectManagers,
            ApproverKind::Manager,
            ApproverKind::Person(UserId::new(uuid(5))),
        ]),
        allows_own_approval: true,
    });
    let activity = record(Activity {
        id: ActivityId::new(uuid(4)),
        meta: meta(),
        name: "Travel".into(),
        code: Some("TR".into()),
        external_id: Some("A-1".into()),
    });
    let mut token = token(3, 1);
    token.expires = Some(instant(9));
    token.permissions = Some(Box::new([Permission::TimesheetsRead]));
    token.hash = TokenHash(std::array::from_fn(|index| u8::try_from(index).unwrap()));
    vec![
        settings,
        record(department(2, Some("D"))),
        record(full_organization()),
        activity,
        record(full_schedule()),
        template,
        record(full_user()),
        record(token),
        record(full_project()),
        record(full_task()),
        record(full_sheet()),
        record(full_job()),
    ]
}

fn meta() -> Meta {
    Meta::new(instant(7))
}

fn full_organization() -> Organization {
    let contact = Contact {
        person: Some("A. Smith".into()),
        street: Some("Main Street 1".into()),
        postal_code: Some("12345".into()),
        city: Some("Town".into()),
        country: Some("Land".into()),
        email: Some("smith@example.com".into()),
        phone: Some("123".into()),
    };
    Organization {
        id: OrganizationId::new(uuid(3)),
        meta: meta(),
        name: "Client".into(),
        number: Some("C-1".into()),
        external_id: Some("X-1".into()),
        contact: Some(Box::new(contact)),
        last_update: Some(instant(8)),
    }
}

fn full_schedule() -> Schedule {
    Schedule {
        id: ScheduleId::new(uuid(5)),
        meta: meta(),
        name: "Shifts".into(),
        pattern: Pattern::Cycle {
            anchor: day(0),
            days: Box::new([Hours::whole(12), Hours::ZERO]),
        },
        exceptions: Box::new([ScheduleException {
            date: day(3),
            hours: Hours::ZERO,
            name: Some("Holiday".into()),
        }]),
    }
}

fn full_user() -> User {
    let mut user = user(1, Some(2));
    user.external_id = Some("U-1".into());
    user.departments = Effective::always(DepartmentId::new(uuid(2)));
    user.schedules = Effective::from_entries(vec![(day(0), ScheduleId::new(uuid(5)))]).unwrap();
    user.time_zone = TimeZone::parse("Europe/Berlin").unwrap();
    user.employed_from = Some(day(-100));
    user.employed_to = Some(day(100));
    user.roles = Box::new([Role::Employee, Role::Administrator]);
    user.locked_up_to = Some(day(-50));
    user.last_update = Some(instant(8));
    user
}

fn full_project() -> Project {
    Project {
        id: ProjectId::new(uuid(6)),
        meta: meta(),
        name: "Project".into(),
        code: Some("P".into()),
        description: Some("First line\nSecond line".into()),
        organization_id: Some(OrganizationId::new(uuid(3))),
        billing_type: BillingType::FixedBid,
        terms: Some(Box::new(Terms {
            price_per_hour: Amount::from_units(9_950_000),
            vat_percent: Amount::whole(19),
            currency: "EUR".into(),
        })),
        state: ProjectState::Open,
        manager_id: Some(user_id(1)),
        first_booking_date: Some(day(0)),
        last_booking_date: Some(day(9)),
        estimate: Some(Hours::from_units(150_000)),
        working_time_limit: Some(Hours::whole(90)),
        excludes_common_tasks: true,
        external_id: Some("P-1".into()),
        last_update: Some(instant(8)),
    }
}

fn full_task() -> ProjectTask {
    let mut task = task(4, Some(ProjectId::new(uuid(6))));
    task.lead_task_id = Some(TaskId::new(uuid(8)));
    task.external_id = Some("T-1".into());
    task.assignees = Assignees::only(vec![user_id(1)]);
    task.first_booking_date = Some(day(1));
    task.last_booking_date = Some(day(2));
    task.estimate = Some(Hours::whole(40));
    task.last_update = Some(instant(8));
    task
}

fn full_sheet() -> Timesheet {
    let mut sheet = sheet(7, 1, days(0, 6));
    sheet.status = ApprovalStatus::Approved;
    sheet.submitted = Some(instant(10));
    sheet.approved = Some(instant(11));
    sheet.department_id = Some(DepartmentId::new(uuid(2)));
    let line = TimesheetLine {
        id: LineId::new(uuid(0x50_0000)),
        created: instant(7),
        version: RowVersion::UNASSIGNED,
        project_id: Some(ProjectId::new(uuid(6))),
        task_id: Some(TaskId::new(uuid(4))),
        activity_id: Some(ActivityId::new(uuid(4))),
        cells: vec![TimeAllocation {
            id: AllocationId::new(uuid(0x50_0001)),
            created: instant(7),
            date: day(2),
            hours: Hours::from_units(325_000),
            comment: "Größe".to_owned(),
            invoice_line_id: Some(uuid(91)),
            time_off_request_id: Some(uuid(92)),
        }],
    };
    let person = |n: u128, name: &str| Person {
        id: UserId::new(uuid(n)),
        name: name.into(),
    };
    sheet.approvals = Some(Box::new(Approvals::default().with(ApprovalInstance {
        id: ApprovalId::new(uuid(60)),
        steps: Box::new([ApprovalStep {
            kind: ApproverKind::Person(UserId::new(uuid(5))),
            approvers: Box::new([person(5, "Lead")]),
        }]),
        done: 1,
        entries: Box::new([ApprovalEntry {
            at: instant(11),
            actor: person(5, "Lead"),
            performed_by: Some(person(6, "Stand-in")),
            action: ApprovalAction::Approve,
            step: Some(0),
            comment: Some("fine".into()),
        }]),
    })));
    sheet.billing = Some(Box::new([(ProjectId::new(uuid(1)), BillingType::FixedBid)]));
    sheet.contributions = Contributions::pack(vec![contribution(line.target())]).map(Box::new);
    sheet.rows = Rows::pack(day(0), &[line]).unwrap();
    sheet
}

fn contribution(target: LineTarget) -> Contribution {
    let entry = TimeEntry {
        id: TimeEntryId::new(uuid(93)),
        external_id: Some("E-1".into()),
        target,
        time: EntryTime::Span {
            logon: instant(100),
            logoff: instant(200),
            break_hours: Hours::from_units(1),
        },
        description: "Measured".into(),
        is_deleted: true,
        last_update: Some(instant(8)),
    };
    Contribution {
        entry,
        date: day(2),
        worked: WorkedTime::from_micros(90),
    }
}

fn full_job() -> SyncJob {
    let mut report = Report {
        timesheets_opened: 1,
        timesheets_changed: 2,
        ..Report::default()
    };
    report.fail(
        Place::at(Collection::TimeEntries, 3),
        Some("E-3"),
        [Fault {
            path: ErrorPath::of("logoff"),
            code: FaultCode::Contradiction,
            message: "before the logon".to_owned(),
        }],
    );
    SyncJob {
        id: SyncJobId::new(uuid(10)),
        meta: meta(),
        owner_id: user_id(1),
        asked_by: user_id(1),
        token_id: Some(TokenId::new(uuid(3))),
        face: Face::Import,
        kind: ImportKind::TimeEntries,
        options: ImportOptions {
            on_error: OnError::Skip,
            dry_run: true,
        },
        idempotency_key: Some("2026-11".into()),
        rows: 4,
        bytes: 400,
        state: JobState::Failed,
        started: Some(instant(12)),
        finished: Some(instant(13)),
        report: Some(Box::new(report)),
        fault: Some(Box::new(JobFault {
            code: "FAULTS".into(),
            message: "one row is bad".into(),
        })),
    }
}

fn entry() -> Entry {
    Entry {
        at: punchcard::store::Token(5),
        id: change(vec![]).id,
        counter: RowVersion::new(77),
        puts: one_of_each_kind(),
        deletes: vec![(Key::User(user_id(3)), RowVersion::new(76))],
        audit: audit(),
    }
}

#[test]
fn what_is_written_is_read_back_and_any_changed_bit_is_refused() {
    let records = one_of_each_kind();
    let kinds: Vec<Kind> = records.iter().map(|record| record.key().kind()).collect();
    assert_eq!(kinds, Kind::ALL, "one of each");
    for record in records {
        let bytes = codec::to_bytes(&record).unwrap();
        assert_eq!(codec::decode::<Record>(&bytes), Ok(record.clone()));
        for bit in 0..bytes.len() * 8 {
            let mut changed = bytes.clone();
            changed[bit / 8] ^= 1 << (bit % 8);
            assert_eq!(
                codec::decode::<Record>(&changed),
                Err(CodecError::Checksum),
                "bit {bit}"
            );
        }
        for length in 0..bytes.len() {
            assert!(codec::decode::<Record>(&bytes[..length]).is_err());
        }
        assert_eq!(
            codec::key_from_bytes(codec::key_to_bytes(record.key())),
            Ok(record.key())
        );
    }
    let bytes = codec::to_bytes(&entry()).unwrap();
    assert_eq!(codec::decode::<Entry>(&bytes).unwrap().puts, one_of_each_kind());
}

#[test]
fn an_entry_in_pieces_is_the_same_whatever_its_place() {
    for place in [0, 1, 1 << 40, u64::MAX] {
        let entry = Entry {
            at: punchcard::store::Token(place),
            counter: RowVersion::new(place),
            ..entry()
        };
        let mut bytes = codec::entry_head(entry.at, entry.id, entry.counter).unwrap();
        assert_eq!(bytes.len(), codec::HEAD_BYTES);
        codec::encode_part(&entry.puts.len(), &mut bytes).unwrap();
        for put in &entry.puts {
            codec::encode_part(put, &mut bytes).unwrap();
        }
        codec::encode_part(&entry.deletes[..], &mut bytes).unwrap();
        codec::encode_part(&entry.audit, &mut bytes).unwrap();
        bytes.extend(crc32c::crc32c(&bytes).to_le_bytes());
        assert_eq!(bytes, codec::to_bytes(&entry).unwrap());
        assert_eq!(codec::decode::<Entry>(&bytes), Ok(entry));
    }
}

#[test]
fn a_version_that_is_not_known_is_refused() {
    let mut bytes = codec::to_bytes(&RowVersion::new(1)).unwrap();
    let body = bytes.len() - 4;
    bytes[0] = FORMAT + 1;
    let checksum = crc32c::crc32c(&bytes[..body]).to_le_bytes();
    bytes[body..].copy_from_slice(&checksum);
    assert_eq!(
        codec::decode::<RowVersion>(&bytes),
        Err(CodecError::Version(FORMAT + 1))
    );
}

#[test]
fn keys_sort_as_their_bytes_do() {
    let mut keys: Vec<Key> = one_of_each_kind().iter().map(Record::key).collect();
    keys.extend((0..5).map(|n| Key::User(user_id(n))));
    keys.sort_unstable();
    let bytes: Vec<_> = keys.iter().map(|key| codec::key_to_bytes(*key)).collect();
    assert!(bytes.is_sorted());
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_bytes_get_an_answer(body in prop::collection::vec(any::<u8>(), 0..300), is_sealed: bool) {
        let mut bytes = body;
        if is_sealed {
            // As if the checksum were right: the decoder itself has to stand anything.
            bytes.insert(0, FORMAT);
            bytes.extend(crc32c::crc32c(&bytes).to_le_bytes());
        }
        let _ = codec::decode::<Record>(&bytes);
        let _ = codec::decode::<Entry>(&bytes);
    }

    #[test]
    fn a_broken_record_gets_an_answer(
        which in 0..Kind::ALL.len(),
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..4),
    ) {
        let mut bytes = codec::to_bytes(&one_of_each_kind()[which]).unwrap();
        let body = bytes.len() - 4;
        for (place, value) in changes {
            bytes[1 + place.index(body - 1)] = value;
        }
        let checksum = crc32c::crc32c(&bytes[..body]).to_le_bytes();
        bytes[body..].copy_from_slice(&checksum);
        if let Ok(Record::Timesheet(sheet)) = codec::decode::<Record>(&bytes) {
            let _ = (sheet.total_hours(), sheet.lines().map(LineRef::to_line).collect::<Vec<_>>());
        }
    }
}

/// The journal of a store that was written by the program that first wrote format 1.
fn fixture() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/journal-format-1.log")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_journal_of_format_1_opens() {
    const SEGMENT: &str = "journal-0000000001-00000000000000000001.log";
    if std::env::var_os("UPDATE_FIXTURES").is_some() {
        let folder = tempfile::tempdir().unwrap();
        let store = Embedded::open(folder.path(), Options::default()).unwrap();
        store.commit(change(one_of_each_kind())).await.unwrap();
        store.commit(change(vec![record(user(9, None))])).await.unwrap();
        store.commit(deletion(vec![Key::User(user_id(9))])).await.unwrap();
        std::fs::copy(folder.path().join(SEGMENT), fixture()).unwrap();
    }
    let folder = tempfile::tempdir().unwrap();
    drop(Embedded::open(folder.path(), Options::default()).unwrap());
    std::fs::copy(fixture(), folder.path().join(SEGMENT)).unwrap();
    let store = Embedded::open(folder.path(), Options::default()).expect(
        "Stored shapes have changed. Before the first release, write the fixture anew with \
         UPDATE_FIXTURES=1. After it, raise codec::FORMAT and go on reading the old one.",
    );
    let view = store.view(None).await.unwrap();
    assert_eq!(view.at().0, 3);
    let mut version = 0;
    let mut next = || {
        version += 1;
        RowVersion::new(version)
    };
    for mut wanted in one_of_each_kind() {
        let found = view.records(&[wanted.key()]).await.unwrap().remove(0).unwrap();
        match &mut wanted {
            Record::Timesheet(sheet) => std::sync::Arc::make_mut(sheet).assign_versions(&mut next),
            other => other.meta_mut().version = next(),
        }
        assert_eq!(found, wanted);
    }
}

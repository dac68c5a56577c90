//! What a company has before anybody has entered anything. Whether there is one already is the
//! store's to know: the write is guarded.

use std::sync::Arc;

use uuid::Uuid;

use super::access::Role;
use super::change::{Audit, ChangeSet, Face, Guard};
use super::department::Department;
use super::effective::Effective;
use super::hours::Hours;
use super::id::{ChangeSetId, DepartmentId, ScheduleId, TemplateId, TokenId, UserId};
use super::period::PeriodKind;
use super::record::{Entity, Key, Meta, Record, SettingsId};
use super::schedule::{Pattern, Schedule};
use super::settings::Settings;
use super::template::TimesheetTemplate;
use super::time::Instant;
use super::token::{AccessToken, TokenHash};
use super::user::{TimeZone, User};

/// What a company begins with.
#[derive(Clone, Debug)]
pub struct Founding {
    /// The company's settings.
    pub settings: Settings,
    /// Weeks from Monday, due after two days.
    pub template: TimesheetTemplate,
    /// Eight hours from Monday to Friday.
    pub schedule: Schedule,
    /// Where everybody works.
    pub department: Department,
    /// Who may do everything.
    pub administrator: User,
    /// Their token.
    pub token: AccessToken,
}

impl Founding {
    /// A company founded at `now`, with ids from `next_id`.
    pub fn new(now: Instant, token: TokenHash, mut next_id: impl FnMut() -> Uuid) -> Self {
        let meta = Meta::new(now);
        let template = TimesheetTemplate {
            id: TemplateId::new(next_id()),
            meta,
            name: "Weekly".into(),
            period_kind: PeriodKind::Week { first_day: 0 },
            due_days: TimesheetTemplate::DEFAULT_DUE_DAYS,
            rules: TimesheetTemplate::default_rules(),
            approval_steps: Box::default(),
            allows_own_approval: false,
        };
        let (work, rest) = (Hours::whole(8), Hours::ZERO);
        let schedule = Schedule {
            id: ScheduleId::new(next_id()),
            meta,
            name: "40 hours, Monday to Friday".into(),
            pattern: Pattern::Weekly([work, work, work, work, work, rest, rest]),
            exceptions: Box::default(),
        };
        let department = Department {
            id: DepartmentId::new(next_id()),
            meta,
            name: "Everybody".into(),
            code: None,
            external_id: None,
        };
        let administrator = User {
            id: UserId::new(next_id()),
            meta,
            name: "Administrator".into(),
            email: None,
            external_id: None,
            departments: Effective::always(department.id),
            manager_id: None,
            schedules: Effective::always(schedule.id),
            time_zone: TimeZone::UTC,
            employed_from: None,
            employed_to: None,
            roles: Box::new([Role::Administrator]),
            locked_up_to: None,
            last_update: None,
        };
        let token = AccessToken {
            id: TokenId::new(next_id()),
            meta,
            name: "Made at the first start".into(),
            user_id: administrator.id,
            hash: token,
            expires: None,
            permissions: None,
        };
        let settings = Settings {
            meta,
            company_name: "My company".into(),
            templates: Effective::always(template.id),
            closed_up_to: None,
        };
        Self {
            settings,
            template,
            schedule,
            department,
            administrator,
            token,
        }
    }

    /// As one write, on condition that there is no company yet.
    pub fn into_change_set(self, id: ChangeSetId) -> ChangeSet {
        let Self {
            settings,
            template,
            schedule,
            department,
            administrator,
            token,
        } = self;
        let audit = Audit {
            at: settings.meta.created,
            actor: administrator.id,
            acting_for: None,
            token: None,
            face: Face::CommandLine,
            action: "foundCompany".into(),
            subject: None,
        };
        ChangeSet {
            id,
            guards: vec![Guard::Absent(Key::Settings(SettingsId))],
            puts: vec![
                record(template),
                record(schedule),
                record(department),
                record(administrator),
                record(token),
                record(settings),
            ],
            deletes: Vec::new(),
            audit,
        }
    }
}

fn record<E: Entity>(entity: E) -> Record {
    E::into_record(Arc::new(entity))
}

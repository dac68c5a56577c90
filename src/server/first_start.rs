//! The first start: what a company has before anybody has entered anything, and the
//! administrator's token, which is made once and kept in a file that only its owner can read.

use std::fs::{File, OpenOptions};
use std::io::{self, Read, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use uuid::Uuid;

use super::ServeError;
use super::system::{SystemClock, SystemSecrets, TimeOrderedIds};
use crate::app::ports::Secrets;
use crate::app::sessions::{TOKEN_PREFIX, token_hash, token_text};
use crate::domain::access::Role;
use crate::domain::change::{Audit, ChangeSet, Face, Guard};
use crate::domain::department::Department;
use crate::domain::effective::Effective;
use crate::domain::hours::Hours;
use crate::domain::id::{ChangeSetId, DepartmentId, IdSource, ScheduleId, TemplateId, TokenId, UserId};
use crate::domain::period::PeriodKind;
use crate::domain::record::{Entity, Key, Meta, Record, SettingsId};
use crate::domain::schedule::{Pattern, Schedule};
use crate::domain::settings::Settings;
use crate::domain::template::TimesheetTemplate;
use crate::domain::time::{Clock, Instant};
use crate::domain::token::{AccessToken, TokenHash};
use crate::domain::user::{TimeZone, User};
use crate::store::Store;

/// The name of the file that holds the administrator's token.
const TOKEN_FILE: &str = "admin-token";

/// Where the administrator's token is to be found.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct AdministratorsToken {
    /// The file that it was written to, unless somebody has taken it away.
    pub path: PathBuf,
    /// Its text, if it was made just now.
    pub made: Option<String>,
}

/// Gives a store without a company what every company begins with, and tells where the
/// administrator's token is.
pub async fn prepare(store: &dyn Store, data_dir: &Path) -> Result<AdministratorsToken, ServeError> {
    let path = token_path(data_dir);
    let view = store.view(None).await?;
    if view.get::<Settings>(SettingsId).await?.is_some() {
        return Ok(AdministratorsToken { path, made: None });
    }
    let (text, hash) = make_token(data_dir, &SystemSecrets).map_err(|source| ServeError::File {
        path: path.clone(),
        source,
    })?;
    let now = SystemClock.now();
    let founding = Founding::new(now, hash, || TimeOrderedIds.next(now));
    let id = ChangeSetId::new(TimeOrderedIds.next(now));
    store.commit(founding.into_change_set(id)).await?;
    Ok(AdministratorsToken {
        path,
        made: Some(text),
    })
}

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
    E::into_record(std::sync::Arc::new(entity))
}

/// Where the administrator's token is kept.
pub fn token_path(data_dir: &Path) -> PathBuf {
    data_dir.join(TOKEN_FILE)
}

/// The administrator's token, as long as nobody has taken the file away.
pub fn read_token(data_dir: &Path) -> io::Result<String> {
    let mut text = String::new();
    File::open(token_path(data_dir))?.read_to_string(&mut text)?;
    Ok(text.trim().to_owned())
}

/// Makes the administrator's token and its hash. A token that an interrupted first start has left
/// in the file is taken over, so that the file always holds the one that counts.
pub fn make_token(data_dir: &Path, secrets: &dyn Secrets) -> io::Result<(String, TokenHash)> {
    let text = match read_token(data_dir) {
        Ok(text) if text.len() == token_text([0; 32]).len() && text.starts_with(TOKEN_PREFIX) => text,
        _ => {
            let text = token_text(secrets.draw());
            write_private(data_dir, TOKEN_FILE, &format!("{text}\n"))?;
            text
        }
    };
    let hash = token_hash(&text);
    Ok((text, hash))
}

/// Writes a file that only its owner can read, whole or not at all.
pub fn write_private(data_dir: &Path, name: &str, text: &str) -> io::Result<()> {
    let unfinished = data_dir.join(format!("{name}.new"));
    let mut file = OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(&unfinished)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()?;
    std::fs::rename(&unfinished, data_dir.join(name))?;
    File::open(data_dir)?.sync_all()
}

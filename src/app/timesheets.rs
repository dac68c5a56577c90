//! The verbs of sheets: open, save, delete, copy. Who may and what is allowed is decided in the
//! domain; here is loaded what the decisions need, and committed what they come to.

use std::sync::Arc;

use super::{App, Caller, Decision, Error, Planned, Reader};
use crate::domain::access::Permission;
use crate::domain::change::Guard;
use crate::domain::id::{RowIds, TemplateId, TimesheetId, UserId};
use crate::domain::record::{Entity, Record, SettingsId};
use crate::domain::settings::Settings;
use crate::domain::template::TimesheetTemplate;
use crate::domain::time::Date;
use crate::domain::timesheet::copy::{self, Copying};
use crate::domain::timesheet::flags::{self, Action};
use crate::domain::timesheet::open::{self, Opening};
use crate::domain::timesheet::references::ReferenceIds;
use crate::domain::timesheet::save::{self, SaveTimesheet};
use crate::domain::timesheet::{LineRef, Timesheet};
use crate::domain::user::User;
use crate::domain::version::RowVersion;
use crate::store::View;

pub mod references;
pub mod together;

impl App {
    /// The user's sheet that holds `date`; made if there is none (P2). Any number of calls at once
    /// make one sheet, and it is durable before its id is answered (P5, P6).
    pub async fn open_timesheet(
        &self,
        caller: &Caller,
        user: UserId,
        date: Date,
    ) -> Result<Arc<Timesheet>, Error> {
        let id = TimesheetId::new(self.new_id());
        self.write(caller, |reader| Box::pin(plan_opening(reader, id, user, date)))
            .await?
            .into_record()
    }

    /// The sheet of the period after this one; made if there is none (P4).
    pub async fn open_next_timesheet(
        &self,
        caller: &Caller,
        id: TimesheetId,
    ) -> Result<Arc<Timesheet>, Error> {
        let sheet = self.reader(caller).await?.timesheet(id).await?;
        self.open_timesheet(caller, sheet.user_id, open::date_after(sheet.period)?)
            .await
    }

    /// The sheet of the period before this one; made if there is none (P4).
    pub async fn open_previous_timesheet(
        &self,
        caller: &Caller,
        id: TimesheetId,
    ) -> Result<Arc<Timesheet>, Error> {
        let sheet = self.reader(caller).await?.timesheet(id).await?;
        self.open_timesheet(caller, sheet.user_id, open::date_before(sheet.period)?)
            .await
    }

    /// Saves a sheet as a whole (S1 to S15) and answers it as it is stored.
    pub async fn save_timesheet(
        &self,
        caller: &Caller,
        command: &SaveTimesheet,
    ) -> Result<Arc<Timesheet>, Error> {
        let ids = RowIds::starting_with(self.new_id());
        self.write(caller, |reader| {
            Box::pin(plan_saving(reader, command, ids.clone()))
        })
        .await?
        .into_record()
    }

    /// Deletes a sheet; with a version, only if that is the stored one. Leaves a tombstone (X1).
    pub async fn delete_timesheet(
        &self,
        caller: &Caller,
        id: TimesheetId,
        version: Option<RowVersion>,
    ) -> Result<(), Error> {
        self.write(caller, |reader| Box::pin(plan_deletion(reader, id, version)))
            .await
            .map(drop)
    }

    /// Adds the rows of the sheet before this one, with their hours if asked for; twice adds
    /// nothing twice. Answers the sheet as it is stored.
    pub async fn copy_lines_from_previous(
        &self,
        caller: &Caller,
        id: TimesheetId,
        version: Option<RowVersion>,
        with_hours: bool,
    ) -> Result<Arc<Timesheet>, Error> {
        let ids = RowIds::starting_with(self.new_id());
        self.write(caller, |reader| {
            Box::pin(plan_copying(reader, id, version, with_hours, ids.clone()))
        })
        .await?
        .into_record()
    }
}

async fn plan_opening(
    reader: Reader,
    id: TimesheetId,
    user_id: UserId,
    date: Date,
) -> Result<Decision, Error> {
    // Who may not know the user is told that there is none (F11); who may, what they lack (P9).
    let user = reader
        .get::<User>(user_id)
        .await?
        .ok_or(Error::NotFound("user"))?;
    let actor = reader.actor();
    if !actor.has_over(Permission::TimesheetsRead, user_id) {
        return Err(Error::Forbidden(
            "you may not see the timesheets of this user".to_owned(),
        ));
    }
    let around = reader.unlimited().sheets_around(user_id, date).await?;
    if let Some(sheet) = around.at {
        return Ok(Decision::Already(Record::Timesheet(sheet)));
    }
    if !actor.has_over(Permission::TimesheetsEdit, user_id) {
        return Err(Error::Forbidden(
            "you may not open timesheets for this user".to_owned(),
        ));
    }
    let (settings, templates) = settings_with_templates(reader.unlimited()).await?;
    let opening = Opening {
        id,
        owner: &user,
        date,
        settings: &settings,
        before: around.before.as_ref().map(|sheet| sheet.period),
        after: around.after.as_ref().map(|sheet| sheet.period),
        today: reader.now().date_in(user.time_zone.0),
        now: reader.now(),
        is_unbounded: actor.has(Permission::SettingsManage),
    };
    let sheet = open::open(&opening, |id| {
        templates
            .iter()
            .find(|template| template.id == id)
            .map(Arc::as_ref)
    })?;
    let mut planned = Planned::new("openTimesheet").about(user_id);
    planned.guards.push(Guard::PeriodFree(user_id, sheet.period));
    planned
        .guards
        .push(Guard::Version(User::key(user_id), user.meta.version));
    planned.puts.push(Record::Timesheet(Arc::new(sheet)));
    Ok(Decision::Change(planned))
}

/// The settings, and the templates that they name.
pub(super) async fn settings_with_templates(
    view: &dyn View,
) -> Result<(Arc<Settings>, Vec<Arc<TimesheetTemplate>>), Error> {
    let settings = view
        .get::<Settings>(SettingsId)
        .await?
        .ok_or_else(|| Error::Internal("there are no settings".to_owned()))?;
    let ids: Vec<TemplateId> = settings.templates.entries().iter().map(|(_, id)| *id).collect();
    let templates = view
        .many::<TimesheetTemplate>(&ids)
        .await?
        .into_iter()
        .flatten()
        .collect();
    Ok((settings, templates))
}

async fn plan_saving(reader: Reader, command: &SaveTimesheet, mut ids: RowIds) -> Result<Decision, Error> {
    let sheet = reader.timesheet(command.id).await?;
    let circumstances = reader.about(&sheet).await?;
    flags::can(reader.actor(), Action::Edit, &circumstances.standing(&sheet))?;
    let known = references::load(reader.unlimited(), sheet.id, command.reference_ids(&sheet)).await?;
    let lock = circumstances.lock();
    let saved = save::save(&sheet, command, &known, lock, reader.now(), &mut ids)
        .map_err(|error| with_stored(error.into(), &sheet))?;
    let mut planned = replacing(&sheet, saved.sheet, "saveTimesheet");
    planned.guards.extend(circumstances.guards());
    if !saved.client_row_ids.is_empty() {
        planned
            .guards
            .push(Guard::RowsFree(sheet.id, saved.client_row_ids));
    }
    Ok(Decision::Change(planned))
}

async fn plan_deletion(
    reader: Reader,
    id: TimesheetId,
    version: Option<RowVersion>,
) -> Result<Decision, Error> {
    let sheet = reader.timesheet(id).await?;
    let circumstances = reader.about(&sheet).await?;
    flags::can(reader.actor(), Action::Delete, &circumstances.standing(&sheet))?;
    expect_version(&sheet, version)?;
    let mut planned = Planned::new("deleteTimesheet").about(sheet.user_id);
    planned.guards.extend(circumstances.guards());
    planned
        .guards
        .push(Guard::Version(Timesheet::key(id), sheet.meta.version));
    planned.deletes.push(Timesheet::key(id));
    Ok(Decision::Change(planned))
}

async fn plan_copying(
    reader: Reader,
    id: TimesheetId,
    version: Option<RowVersion>,
    with_hours: bool,
    mut ids: RowIds,
) -> Result<Decision, Error> {
    let sheet = reader.timesheet(id).await?;
    let circumstances = reader.about(&sheet).await?;
    flags::can(reader.actor(), Action::Edit, &circumstances.standing(&sheet))?;
    expect_version(&sheet, version)?;
    let view = reader.unlimited();
    let Some(source) = view
        .sheets_around(sheet.user_id, sheet.period.from())
        .await?
        .before
    else {
        return Ok(Decision::Already(Record::Timesheet(sheet)));
    };
    let mut pointed_to = ReferenceIds::default();
    pointed_to.extend(source.lines().map(LineRef::target));
    let known = references::load(view, sheet.id, pointed_to).await?;
    let copying = Copying {
        target: &sheet,
        source: &source,
        with_hours,
        known: &known,
        lock: circumstances.lock(),
        now: reader.now(),
    };
    Ok(match copy::copy_lines(&copying, &mut ids)? {
        Some(copied) => {
            let mut planned = replacing(&sheet, copied, "copyLinesFromPrevious");
            planned.guards.extend(circumstances.guards());
            Decision::Change(planned)
        }
        None => Decision::Already(Record::Timesheet(sheet)),
    })
}

/// The plan to put `changed` in the place of `sheet`, as long as that is what is stored (S1).
pub(super) fn replacing(sheet: &Timesheet, changed: Timesheet, action: &'static str) -> Planned {
    let mut planned = Planned::new(action).about(sheet.user_id);
    planned
        .guards
        .push(Guard::Version(Timesheet::key(sheet.id), sheet.meta.version));
    planned.puts.push(Record::Timesheet(Arc::new(changed)));
    planned
}

pub(super) fn expect_version(sheet: &Arc<Timesheet>, given: Option<RowVersion>) -> Result<(), Error> {
    let current = sheet.meta.version;
    match given {
        Some(given) if given != current => {
            let stored = Some(Record::Timesheet(Arc::clone(sheet)));
            Err(Error::VersionConflict {
                given,
                current,
                stored,
            })
        }
        _ => Ok(()),
    }
}

/// A conflict carries the sheet as it is, so that the client need not ask again.
fn with_stored(error: Error, sheet: &Arc<Timesheet>) -> Error {
    match error {
        Error::VersionConflict {
            given,
            current,
            stored: None,
        } => Error::VersionConflict {
            given,
            current,
            stored: Some(Record::Timesheet(Arc::clone(sheet))),
        },
        other => other,
    }
}

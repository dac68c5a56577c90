//! What happens, told to those who watch and may know of it. Rights are looked up anew for every
//! event, so a watcher who loses them is told nothing more and the stream ends.

use std::sync::Arc;

use futures_util::stream::BoxStream;
use futures_util::{StreamExt, stream};

use super::{App, Caller, Error};
use crate::domain::id::{TimesheetId, UserId};
use crate::domain::record::Record;
use crate::domain::timesheet::Timesheet;
use crate::store::Change;

/// Something that happened to a sheet.
#[derive(Clone, Debug)]
pub struct TimesheetChanged {
    /// What happened.
    pub kind: ChangeKind,
    /// The sheet as it became; as it last was, if it was deleted.
    pub timesheet: Arc<Timesheet>,
}

/// What happened to a record.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ChangeKind {
    /// It was made or changed.
    Saved,
    /// It was removed.
    Deleted,
}

impl TimesheetChanged {
    /// Which sheet.
    pub fn timesheet_id(&self) -> TimesheetId {
        self.timesheet.id
    }
}

impl App {
    /// Every change of a sheet from now on: of `user`, or of everybody whose sheets the caller may
    /// see. Ends with an error when the caller's rights end, or when the watcher was too slow.
    pub async fn watch_timesheets(
        self: &Arc<Self>,
        caller: &Caller,
        user: Option<UserId>,
    ) -> Result<BoxStream<'static, Result<TimesheetChanged, Error>>, Error> {
        let start = self.reader(caller).await?.unlimited().at();
        let (app, caller) = (Arc::clone(self), caller.clone());
        let events = self.store.changes(start).then(move |change| {
            let (app, caller) = (Arc::clone(&app), caller.clone());
            async move {
                match change {
                    Ok(change) => app.visible_part(&caller, user, &change).await,
                    Err(_) => vec![Err(Error::Unavailable("the watcher fell behind".to_owned()))],
                }
            }
        });
        // The first error is the last event.
        let events = events.flat_map(stream::iter).boxed();
        let until_error = stream::unfold(Some(events), |events| async {
            let mut events = events?;
            let event = events.next().await?;
            let rest = event.is_ok().then_some(events);
            Some((event, rest))
        });
        Ok(until_error.boxed())
    }

    async fn visible_part(
        &self,
        caller: &Caller,
        user: Option<UserId>,
        change: &Change,
    ) -> Vec<Result<TimesheetChanged, Error>> {
        let concerned = |record: &Record| match record {
            Record::Timesheet(sheet) if user.is_none_or(|user| user == sheet.user_id) => {
                Some(Arc::clone(sheet))
            }
            _ => None,
        };
        let saved = change
            .puts
            .iter()
            .filter_map(concerned)
            .map(|sheet| (ChangeKind::Saved, sheet));
        let deleted = change
            .deleted
            .iter()
            .filter_map(concerned)
            .map(|sheet| (ChangeKind::Deleted, sheet));
        let sheets: Vec<_> = saved.chain(deleted).collect();
        if sheets.is_empty() && !change.touches_rights() {
            return Vec::new();
        }
        match self.reader(caller).await {
            Ok(reader) => sheets
                .into_iter()
                .filter(|(_, sheet)| reader.shows(&Record::Timesheet(Arc::clone(sheet))))
                .map(|(kind, timesheet)| Ok(TimesheetChanged { kind, timesheet }))
                .collect(),
            Err(error) => vec![Err(error)],
        }
    }
}

impl Change {
    /// Whether somebody's rights may have changed.
    fn touches_rights(&self) -> bool {
        self.puts
            .iter()
            .chain(&self.deleted)
            .any(|record| matches!(record, Record::User(_) | Record::Token(_)))
    }
}

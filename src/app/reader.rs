//! Reading as somebody: one consistent picture, through which only what that person may see is
//! to be seen. Faces read through nothing else, so none of them can forget the rule (F11).

use std::sync::Arc;

use uuid::Uuid;

use super::context::Identity;
use super::imports::live::Live;
use super::{Caller, Error};
use crate::domain::access::{Actor, Permission, Role};
use crate::domain::change::{Face, Guard};
use crate::domain::id::{ProjectId, TimesheetId, UserId};
use crate::domain::import::{Phase, Progress};
use crate::domain::period::Period;
use crate::domain::query::{Page, Query};
use crate::domain::record::{Entity, Key, Record};
use crate::domain::sync_job::SyncJob;
use crate::domain::task::ProjectTask;
use crate::domain::time::{Date, Instant};
use crate::domain::timesheet::{Timesheet, flags};
use crate::domain::token::AccessToken;
use crate::domain::user::User;
use crate::store::View;

pub mod booking;
pub mod facts;
pub mod found;
pub(super) mod sheet;
pub(super) mod sight;
pub mod visibility;

use sight::Sight;
use visibility::Visibility;

/// A picture of the data as one caller may see it.
#[derive(Clone)]
pub struct Reader {
    view: Arc<dyn View>,
    actor: Arc<Actor>,
    user: Arc<User>,
    person: Arc<User>,
    guards: Arc<[Guard]>,
    face: Face,
    now: Instant,
    live: Arc<Live>,
    /// Whether what is read through it is no longer so, and nothing can be done with it.
    is_of_the_past: bool,
}

impl Reader {
    /// Looks the caller's rights up in `view`; [`Error::Unauthenticated`] if they no longer count.
    pub(super) async fn new(
        view: Arc<dyn View>,
        caller: &Caller,
        now: Instant,
        live: Arc<Live>,
    ) -> Result<Self, Error> {
        let (person, token) = identified(view.as_ref(), caller, now).await?;
        let roles: &[Role] = if token.is_some() {
            &person.roles
        } else {
            &[Role::Administrator]
        };
        let permissions = token.as_ref().and_then(|token| token.permissions.as_deref());
        let token_id = token.as_ref().map(|token| token.id);
        let actor = Actor::new(person.id, token_id, roles, permissions);
        let mut actor = with_team(view.as_ref(), actor).await?;
        let mut guards = vec![Guard::Version(User::key(person.id), person.meta.version)];
        let mut user = Arc::clone(&person);
        if let Some(other) = caller.acting_for {
            actor.may_act_for_others()?;
            let other = view.get::<User>(other).await?;
            // An archived user acts no more, by nobody's hand.
            user = other
                .filter(|user| user.meta.is_active)
                .ok_or(Error::NotFound("user"))?;
            let theirs = Actor::new(user.id, None, &user.roles, permissions);
            actor = actor.acting_for(with_team(view.as_ref(), theirs).await?)?;
            guards.push(Guard::Version(User::key(user.id), user.meta.version));
        }
        if let Some(token) = token {
            guards.push(Guard::Version(AccessToken::key(token.id), token.meta.version));
        }
        Ok(Self {
            view,
            actor: Arc::new(actor),
            user,
            person,
            guards: guards.into(),
            face: caller.face,
            now,
            live,
            is_of_the_past: false,
        })
    }

    /// The same, for sheets as they were: what they point to is shown as it is, and nothing may be
    /// done with them.
    #[must_use]
    pub fn of_the_past(self) -> Self {
        Self {
            is_of_the_past: true,
            ..self
        }
    }

    /// Who reads, with their rights.
    pub fn actor(&self) -> &Actor {
        &self.actor
    }

    /// Who reads, or the one they act for.
    pub const fn user(&self) -> &Arc<User> {
        &self.user
    }

    /// The person who reads, whoever they act for.
    pub const fn person(&self) -> &Arc<User> {
        &self.person
    }

    /// When the reading began.
    pub const fn now(&self) -> Instant {
        self.now
    }

    /// The date on the wall of the reader's office.
    pub fn today(&self) -> Date {
        self.now.date_in(self.user.time_zone.0)
    }

    /// The record with this id, if there is one that the caller may see.
    pub async fn get<E: Entity>(&self, id: E::Id) -> Result<Option<Arc<E>>, Error> {
        Ok(self.many::<E>(&[id]).await?.pop().flatten())
    }

    /// The records with these ids, each in its id's place, as far as the caller may see them.
    pub async fn many<E: Entity>(&self, ids: &[E::Id]) -> Result<Vec<Option<Arc<E>>>, Error> {
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        let keys: Vec<_> = ids.iter().map(|id| E::key(*id)).collect();
        let visibility = self.visibility(E::KIND);
        let records = self.view.records(&keys).await?;
        Ok(records
            .into_iter()
            .map(|record| {
                record
                    .filter(|record| visibility.shows(record))
                    .and_then(E::from_record)
            })
            .collect())
    }

    /// The records with these keys, of any kinds, each in its key's place, as far as the caller may
    /// see them.
    pub async fn records(&self, keys: &[Key]) -> Result<Vec<Option<Record>>, Error> {
        if keys.is_empty() {
            return Ok(Vec::new());
        }
        let records = self.view.records(keys).await?;
        Ok(records
            .into_iter()
            .map(|record| record.filter(|record| self.shows(record)))
            .collect())
    }

    /// A page of a list, of which the caller sees what they may see: page, count and order alike.
    pub async fn page(&self, mut query: Query) -> Result<Page, Error> {
        query.filter = self.visibility(query.kind).into_filter().and(query.filter);
        Ok(self.view.page(&query).await?)
    }

    /// Whether the caller may see `record`.
    pub fn shows(&self, record: &Record) -> bool {
        self.visibility(record.key().kind()).shows(record)
    }

    /// Whether the caller could see a record of this kind and owner before it was deleted.
    pub(super) fn showed(&self, kind: crate::domain::record::Kind, owner: Option<UserId>) -> bool {
        self.visibility(kind).shows_what_was_of(owner)
    }

    /// The user's sheet that holds `date`, if there is one; never makes one.
    pub async fn timesheet_by_date(&self, user: UserId, date: Date) -> Result<Option<Arc<Timesheet>>, Error> {
        let sheet = self.view.sheets_around(user, date).await?.at;
        Ok(sheet.filter(|sheet| flags::sees(&self.actor, sheet)))
    }

    /// The user's sheets that have a date in `period`, in date order.
    pub async fn timesheets_of(&self, user: UserId, period: Period) -> Result<Vec<Arc<Timesheet>>, Error> {
        let mut sheets = self.view.sheets_of(user, period).await?;
        sheets.retain(|sheet| flags::sees(&self.actor, sheet));
        Ok(sheets)
    }

    /// The sheet, or [`Error::NotFound`] if there is none that the caller may see.
    pub async fn timesheet(&self, id: TimesheetId) -> Result<Arc<Timesheet>, Error> {
        self.get::<Timesheet>(id)
            .await?
            .ok_or(Error::NotFound("timesheet"))
    }

    /// The sheet with a line or cell of this id, if there is one that the caller may see.
    pub async fn sheet_with_row(&self, row: Uuid) -> Result<Option<Arc<Timesheet>>, Error> {
        match self.view.sheets_with_rows(&[row]).await?.pop().flatten() {
            Some(sheet) => self.get::<Timesheet>(sheet).await,
            None => Ok(None),
        }
    }

    /// How far an import has come that the caller sees: of one that is not over, at this moment.
    pub fn progress_of(&self, job: &SyncJob) -> Progress {
        if job.state.is_over() {
            Progress::at(Phase::Done, job.rows, job.rows)
        } else {
            self.live.progress(job.id)
        }
    }

    /// The tasks of these projects (the common ones for `None`), each project's in its place.
    pub async fn tasks_of(
        &self,
        projects: &[Option<ProjectId>],
    ) -> Result<Vec<Arc<[Arc<ProjectTask>]>>, Error> {
        if !self.actor.has(Permission::ProjectsRead) {
            return Ok(vec![Arc::default(); projects.len()]);
        }
        Ok(self.view.tasks_of(projects).await?)
    }

    /// What of a kind of records the caller may see.
    fn visibility(&self, kind: crate::domain::record::Kind) -> Visibility<'_> {
        Visibility::of(kind, &self.actor, &self.user)
    }

    /// The picture without the caller's limits, for decisions; never for answers.
    pub(super) fn unlimited(&self) -> &dyn View {
        self.view.as_ref()
    }

    /// The guards that hold as long as the caller's rights are what they are (S14).
    pub(super) fn guards(&self) -> &[Guard] {
        &self.guards
    }

    /// What the caller may see, without the picture.
    pub(super) fn sight(&self) -> Sight {
        Sight::new(Arc::clone(&self.actor), Arc::clone(&self.user), &self.guards)
    }

    /// The face that the caller came over.
    pub(super) const fn face(&self) -> Face {
        self.face
    }
}

/// Who calls, and the token that says so; [`Error::Unauthenticated`] if it no longer counts.
async fn identified(
    view: &dyn View,
    caller: &Caller,
    now: Instant,
) -> Result<(Arc<User>, Option<Arc<AccessToken>>), Error> {
    let (user, token) = match &caller.identity {
        Identity::Token { hash, .. } => {
            let (token, user) = view.token(*hash).await?.ok_or(Error::Unauthenticated)?;
            (user, Some(token))
        }
        Identity::Local { user_id } => {
            let user = view.get::<User>(*user_id).await?;
            (user.ok_or(Error::Unauthenticated)?, None)
        }
    };
    let counts = token.as_ref().is_none_or(|token| token.is_valid_at(now));
    if counts && user.meta.is_active {
        Ok((user, token))
    } else {
        Err(Error::Unauthenticated)
    }
}

/// The actor with their team, if any right of theirs is about it.
async fn with_team(view: &dyn View, actor: Actor) -> Result<Actor, Error> {
    if !actor.needs_team() {
        return Ok(actor);
    }
    let team = view.team_of(actor.user_id).await?;
    Ok(actor.with_team(team))
}

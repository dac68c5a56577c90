//! Who may do what: permissions with scopes, the roles that bundle them, and the one `can`
//! that every face, list and flag asks (SPEC 6).

use serde::{Deserialize, Serialize};

use super::error::Error;
use super::id::{TokenId, UserId};

/// A right, spelt `area@operation`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
pub enum Permission {
    /// See sheets.
    TimesheetsRead,
    /// Create and save sheets.
    TimesheetsEdit,
    /// Hand sheets in.
    TimesheetsSubmit,
    /// Delete sheets.
    TimesheetsDelete,
    /// Approve and reject sheets.
    TimesheetsApprove,
    /// Reopen sheets.
    TimesheetsReopen,
    /// Submit, approve and reject past the rules and the approver.
    TimesheetsForce,
    /// See projects, tasks, activities and organizations.
    ProjectsRead,
    /// Change projects, tasks and activities.
    ProjectsManage,
    /// Import (the seed's name for it).
    ProjectsDownload,
    /// Change organizations.
    CustomersManage,
    /// Change users.
    UsersManage,
    /// Change settings, departments, schedules and templates.
    SettingsManage,
    /// See the import jobs of others.
    SyncRead,
    /// See the audit trail.
    AuditRead,
    /// Make and revoke the tokens of others.
    TokensManage,
    /// Act for another.
    CoreSwitchIdentity,
}

impl Permission {
    /// All of them.
    pub const ALL: [Self; 17] = [
        Self::TimesheetsRead,
        Self::TimesheetsEdit,
        Self::TimesheetsSubmit,
        Self::TimesheetsDelete,
        Self::TimesheetsApprove,
        Self::TimesheetsReopen,
        Self::TimesheetsForce,
        Self::ProjectsRead,
        Self::ProjectsManage,
        Self::ProjectsDownload,
        Self::CustomersManage,
        Self::UsersManage,
        Self::SettingsManage,
        Self::SyncRead,
        Self::AuditRead,
        Self::TokensManage,
        Self::CoreSwitchIdentity,
    ];

    /// Its spelling.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::TimesheetsRead => "timesheets@read",
            Self::TimesheetsEdit => "timesheets@edit",
            Self::TimesheetsSubmit => "timesheets@submit",
            Self::TimesheetsDelete => "timesheets@delete",
            Self::TimesheetsApprove => "timesheets@approve",
            Self::TimesheetsReopen => "timesheets@reopen",
            Self::TimesheetsForce => "timesheets@force",
            Self::ProjectsRead => "projects@read",
            Self::ProjectsManage => "projects@manage",
            Self::ProjectsDownload => "projects@download",
            Self::CustomersManage => "customers@manage",
            Self::UsersManage => "users@manage",
            Self::SettingsManage => "settings@manage",
            Self::SyncRead => "sync@read",
            Self::AuditRead => "audit@read",
            Self::TokensManage => "tokens@manage",
            Self::CoreSwitchIdentity => "core@switchIdentity",
        }
    }

    /// The permission that is spelt so.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|permission| permission.as_str() == text)
    }

    const fn bit(self) -> u32 {
        1 << self as u32
    }
}

/// Whose things a right covers; greater covers more.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
pub enum Scope {
    /// One's own.
    Own,
    /// One's own, and those of everybody whose manager one is, directly or not.
    Team,
    /// Everybody's.
    All,
}

/// A bundle of rights.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
pub enum Role {
    /// Fills in their own sheets.
    Employee,
    /// Sees and approves the sheets of their team.
    TeamManager,
    /// Runs projects.
    ProjectManager,
    /// Imports from other systems.
    Importer,
    /// Sees everything, changes nothing.
    Auditor,
    /// May do everything.
    Administrator,
}

impl Role {
    /// All of them.
    pub const ALL: [Self; 6] = [
        Self::Employee,
        Self::TeamManager,
        Self::ProjectManager,
        Self::Importer,
        Self::Auditor,
        Self::Administrator,
    ];

    /// How far the role carries `permission`; `None` if not at all.
    pub const fn grants(self, permission: Permission) -> Option<Scope> {
        use Permission as P;
        match (self, permission) {
            (Self::Administrator, _)
            | (Self::Auditor, P::TimesheetsRead | P::ProjectsRead | P::SyncRead | P::AuditRead)
            | (Self::Importer, P::ProjectsRead | P::ProjectsDownload)
            | (Self::ProjectManager, P::ProjectsRead | P::ProjectsManage | P::CustomersManage)
            | (Self::Employee | Self::TeamManager, P::ProjectsRead) => Some(Scope::All),
            (Self::TeamManager, P::TimesheetsRead | P::TimesheetsApprove | P::TimesheetsReopen) => {
                Some(Scope::Team)
            }
            // A project manager's lets them approve what names them.
            (
                Self::Employee,
                P::TimesheetsRead
                | P::TimesheetsEdit
                | P::TimesheetsSubmit
                | P::TimesheetsDelete
                | P::TimesheetsReopen,
            )
            | (Self::ProjectManager, P::TimesheetsRead | P::TimesheetsApprove) => Some(Scope::Own),
            _ => None,
        }
    }
}

/// Who calls, with everything that decides about their rights, loaded once per request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Actor {
    /// Whose rights they have: their own, or those of the one they act for.
    pub user_id: UserId,
    /// The person who calls, whoever they act for.
    pub person_id: UserId,
    /// The token that they came with; `None` for the command line on the server itself.
    pub token_id: Option<TokenId>,
    /// Everybody whose manager they are, directly or not, in order of the ids.
    pub team: Box<[UserId]>,
    own: u32,
    team_wide: u32,
    all: u32,
}

impl Actor {
    /// A caller with the rights of `roles`, narrowed to `permissions` where the token says so.
    pub fn new(
        user_id: UserId,
        token_id: Option<TokenId>,
        roles: &[Role],
        permissions: Option<&[Permission]>,
    ) -> Self {
        let mut actor = Self {
            user_id,
            person_id: user_id,
            token_id,
            team: Box::default(),
            own: 0,
            team_wide: 0,
            all: 0,
        };
        let carried = |permission: &Permission| permissions.is_none_or(|some| some.contains(permission));
        for permission in Permission::ALL.into_iter().filter(carried) {
            let bit = permission.bit();
            match roles.iter().filter_map(|role| role.grants(permission)).max() {
                Some(Scope::Own) => actor.own |= bit,
                Some(Scope::Team) => actor.team_wide |= bit,
                Some(Scope::All) => actor.all |= bit,
                None => {}
            }
        }
        actor
    }

    /// The same caller with their team.
    #[must_use]
    pub fn with_team(mut self, mut team: Vec<UserId>) -> Self {
        team.sort_unstable();
        team.dedup();
        self.team = team.into();
        self
    }

    /// The same person, acting for `other`, with that one's rights. It takes `core@switchIdentity`
    /// over everything, and nothing may come within reach that was not before.
    pub fn acting_for(&self, other: Self) -> Result<Self, Error> {
        self.may_act_for_others()?;
        if !self.covers(&other) {
            return Err(Error::Forbidden(
                "you may not act for somebody who may do more than you".to_owned(),
            ));
        }
        Ok(Self {
            person_id: self.person_id,
            token_id: self.token_id,
            ..other
        })
    }

    /// Refuses who may act for nobody but themselves.
    pub fn may_act_for_others(&self) -> Result<(), Error> {
        if self.has(Permission::CoreSwitchIdentity) {
            return Ok(());
        }
        Err(Error::Forbidden(
            "to act for another needs the right core@switchIdentity".to_owned(),
        ))
    }

    /// Whom they act for, if it is not themselves.
    pub fn acts_for(&self) -> Option<UserId> {
        (self.person_id != self.user_id).then_some(self.user_id)
    }

    /// Whether `user` is the person who calls, or the one they act for: nobody judges their own in
    /// either shape (F7).
    pub fn is_person(&self, user: UserId) -> bool {
        user == self.user_id || user == self.person_id
    }

    /// Whether they still hold every right that they held `before`, over everybody.
    pub fn still_holds(&self, before: &Self) -> bool {
        let same_team = || {
            let still_led = |member| self.team.binary_search(member).is_ok();
            before.team.iter().all(still_led)
        };
        Permission::ALL.into_iter().all(|permission| {
            match (before.scope(permission), self.scope(permission)) {
                (None, _) | (_, Some(Scope::All)) => true,
                (Some(Scope::Team), Some(Scope::Team)) => same_team(),
                (before, now) => now >= before,
            }
        })
    }

    /// How far they hold `permission`; `None` if not at all.
    pub const fn scope(&self, permission: Permission) -> Option<Scope> {
        let bit = permission.bit();
        if self.all & bit != 0 {
            Some(Scope::All)
        } else if self.team_wide & bit != 0 {
            Some(Scope::Team)
        } else if self.own & bit != 0 {
            Some(Scope::Own)
        } else {
            None
        }
    }

    /// Whether any of their rights needs to know the team.
    pub const fn needs_team(&self) -> bool {
        self.team_wide != 0
    }

    /// Whether they hold `permission` over things of `owner`: the one question that rights come to.
    pub fn has_over(&self, permission: Permission, owner: UserId) -> bool {
        match self.scope(permission) {
            Some(Scope::All) => true,
            Some(Scope::Team) => owner == self.user_id || self.team.binary_search(&owner).is_ok(),
            Some(Scope::Own) => owner == self.user_id,
            None => false,
        }
    }

    /// Whether nothing that `other` may do is beyond them, so that they may hand it out. What
    /// `other` may do to their own things, only somebody who may do it to everybody's can do too.
    pub fn covers(&self, other: &Self) -> bool {
        Permission::ALL
            .into_iter()
            .all(|permission| match other.scope(permission) {
                None => true,
                Some(scope) if self.user_id == other.user_id => self.scope(permission) >= Some(scope),
                Some(_) => self.has(permission),
            })
    }

    /// Whether they may approve what names them as its approver, over and above those whose sheets they
    /// approve: it takes the rights to read and to approve, over anything.
    pub const fn approves_by_name(&self) -> bool {
        self.scope(Permission::TimesheetsRead).is_some()
            && self.scope(Permission::TimesheetsApprove).is_some()
    }

    /// Whether they hold `permission` over everything.
    pub fn has(&self, permission: Permission) -> bool {
        self.scope(permission) == Some(Scope::All)
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::{Actor, Permission, Role, Scope, TokenId, UserId};

    fn user(number: u128) -> UserId {
        UserId::new(Uuid::from_u128(number))
    }

    #[test]
    fn spellings_are_read_back() {
        for permission in Permission::ALL {
            assert_eq!(Permission::parse(permission.as_str()), Some(permission));
        }
        assert_eq!(Permission::parse("timesheets@rule"), None);
    }

    #[test]
    fn scopes_cover_own_team_and_all() {
        let lead = Actor::new(user(1), None, &[Role::Employee, Role::TeamManager], None)
            .with_team(vec![user(3), user(2)]);
        assert_eq!(lead.scope(Permission::TimesheetsRead), Some(Scope::Team));
        for (owner, read, edit) in [
            (1, true, true),
            (2, true, false),
            (3, true, false),
            (4, false, false),
        ] {
            assert_eq!(
                lead.has_over(Permission::TimesheetsRead, user(owner)),
                read,
                "read {owner}"
            );
            assert_eq!(
                lead.has_over(Permission::TimesheetsEdit, user(owner)),
                edit,
                "edit {owner}"
            );
        }
        let admin = Actor::new(user(1), None, &[Role::Administrator], None);
        assert!(
            Permission::ALL
                .into_iter()
                .all(|permission| admin.has(permission))
        );
    }

    #[test]
    fn who_leads_nobody_by_right_needs_no_team() {
        let needs = |role| Actor::new(user(1), None, &[role], None).needs_team();
        for role in Role::ALL {
            assert_eq!(needs(role), role == Role::TeamManager, "{role:?}");
        }
    }

    #[test]
    fn nobody_hands_out_more_than_they_have() {
        let admin = Actor::new(user(1), None, &[Role::Administrator], None);
        let employee = Actor::new(user(2), None, &[Role::Employee], None);
        let narrow = Actor::new(
            user(2),
            None,
            &[Role::Employee],
            Some(&[Permission::TimesheetsRead]),
        );
        assert!(admin.covers(&employee) && admin.covers(&admin));
        assert!(employee.covers(&narrow) && employee.covers(&employee));
        assert!(!narrow.covers(&employee));
        let colleague = Actor::new(user(3), None, &[Role::Employee], None);
        assert!(
            !employee.covers(&colleague),
            "one's own and another's own are not the same"
        );
    }

    #[test]
    fn who_acts_for_another_has_their_rights_and_stays_themselves() {
        let token = TokenId::new(Uuid::from_u128(9));
        let admin = Actor::new(user(1), Some(token), &[Role::Administrator], None);
        let ivan = Actor::new(user(2), None, &[Role::Employee], None);
        let acting = admin.acting_for(ivan.clone()).unwrap();
        assert_eq!(acting.token_id, Some(token));
        assert_eq!(
            (acting.user_id, acting.person_id, acting.acts_for()),
            (user(2), user(1), Some(user(2)))
        );
        for permission in Permission::ALL {
            assert_eq!(acting.scope(permission), ivan.scope(permission), "{permission:?}");
        }
        assert!(acting.is_person(user(1)) && acting.is_person(user(2)) && !acting.is_person(user(3)));
        assert!(admin.acts_for().is_none() && !admin.is_person(user(2)));
    }

    #[test]
    fn nobody_acts_for_another_without_the_right_or_for_who_may_do_more() {
        let ivan = Actor::new(user(2), None, &[Role::Employee], None);
        for roles in Role::ALL.into_iter().filter(|role| *role != Role::Administrator) {
            let caller = Actor::new(user(1), None, &[roles], None);
            assert!(caller.acting_for(ivan.clone()).is_err(), "{roles:?}");
        }
        let but_the_right: Vec<_> = Permission::ALL
            .into_iter()
            .filter(|permission| *permission != Permission::CoreSwitchIdentity)
            .collect();
        let able = Actor::new(user(1), None, &[Role::Administrator], Some(&but_the_right));
        assert!(able.covers(&ivan) && able.acting_for(ivan.clone()).is_err());
        let switch_and = |more: &[Permission]| {
            let some: Vec<_> = [&[Permission::CoreSwitchIdentity], more].concat();
            Actor::new(user(1), None, &[Role::Administrator], Some(&some))
        };
        assert!(switch_and(&[]).acting_for(ivan.clone()).is_err());
        assert!(
            switch_and(&[Permission::TimesheetsRead])
                .acting_for(ivan)
                .is_err()
        );
        let narrow = Actor::new(
            user(2),
            None,
            &[Role::Employee],
            Some(&[Permission::TimesheetsRead]),
        );
        assert!(
            switch_and(&[Permission::TimesheetsRead])
                .acting_for(narrow)
                .is_ok()
        );
    }

    #[test]
    fn rights_are_still_held_as_long_as_none_is_less() {
        let lead = || Actor::new(user(1), None, &[Role::Employee, Role::TeamManager], None);
        let before = lead().with_team(vec![user(2), user(3)]);
        assert!(before.still_holds(&before));
        assert!(
            lead()
                .with_team(vec![user(2), user(3), user(4)])
                .still_holds(&before)
        );
        assert!(!lead().with_team(vec![user(3), user(4)]).still_holds(&before));
        assert!(!Actor::new(user(1), None, &[Role::Employee], None).still_holds(&before));
        assert!(!Actor::new(user(1), None, &[Role::TeamManager], None).still_holds(&before));
        let admin = Actor::new(user(1), None, &[Role::Administrator], None);
        assert!(admin.still_holds(&before) && !before.still_holds(&admin));
    }

    #[test]
    fn a_token_carries_fewer_rights_and_never_more() {
        let narrow = [Permission::TimesheetsRead, Permission::UsersManage];
        let actor = Actor::new(user(1), None, &[Role::Employee], Some(&narrow));
        assert!(actor.has_over(Permission::TimesheetsRead, user(1)));
        assert!(!actor.has_over(Permission::TimesheetsEdit, user(1)));
        assert!(!actor.has(Permission::UsersManage));
    }
}

//! The one row predicate: of which records a caller may know. Lists take it as a filter and single
//! records are checked by it, both out of the same rule.

use std::collections::BTreeSet;

use crate::domain::access::{Actor, Permission, Scope};
use crate::domain::id::UserId;
use crate::domain::model::Property;
use crate::domain::model::entities::{sync_job, timesheet, token, user};
use crate::domain::query::{Filter, Value};
use crate::domain::record::{Kind, Record};
use crate::domain::user::User;

/// Which records of one kind are to be seen.
#[derive(Debug)]
pub enum Visibility<'a> {
    /// Every one.
    Everything,
    /// None.
    Nothing,
    /// Those whose property names one of these users.
    Of {
        /// The property with the owner's id.
        property: &'static Property,
        /// The caller, who is always among the owners.
        own: UserId,
        /// Further owners, in order.
        others: &'a [UserId],
        /// One more owner.
        also: Option<UserId>,
        /// The caller, where they see sheets that name them as an approver.
        approver: Option<UserId>,
    },
}

impl<'a> Visibility<'a> {
    /// What of `kind` the actor, who is `person`, may see.
    pub fn of(kind: Kind, actor: &'a Actor, person: &User) -> Self {
        match kind {
            Kind::Settings | Kind::Department | Kind::Activity | Kind::Schedule | Kind::Template => {
                Self::Everything
            }
            Kind::Organization | Kind::Project | Kind::Task => {
                if actor.has(Permission::ProjectsRead) {
                    Self::Everything
                } else {
                    Self::Nothing
                }
            }
            Kind::Timesheet => {
                let scope = actor.scope(Permission::TimesheetsRead);
                Self::owned(&timesheet::USER_ID, actor, scope).or_naming(actor)
            }
            Kind::Token => {
                let all = actor.has(Permission::TokensManage);
                Self::owned(
                    &token::USER_ID,
                    actor,
                    Some(if all { Scope::All } else { Scope::Own }),
                )
            }
            // One's own, and everybody's for who may see the imports of others (I19).
            Kind::SyncJob => {
                let all = actor.has(Permission::SyncRead);
                Self::owned(
                    &sync_job::OWNER_ID,
                    actor,
                    Some(if all { Scope::All } else { Scope::Own }),
                )
            }
            Kind::User => {
                let scope = actor
                    .scope(Permission::UsersManage)
                    .max(actor.scope(Permission::TimesheetsRead));
                // Everybody knows themselves and who approves their sheets.
                match Self::owned(&user::ID, actor, scope.or(Some(Scope::Own))) {
                    Self::Of {
                        property,
                        own,
                        others,
                        also: _,
                        approver,
                    } => Self::Of {
                        property,
                        own,
                        others,
                        also: person.manager_id,
                        approver,
                    },
                    whole => whole,
                }
            }
        }
    }

    fn owned(property: &'static Property, actor: &'a Actor, scope: Option<Scope>) -> Self {
        let own = actor.user_id;
        match scope {
            None => Self::Nothing,
            Some(Scope::All) => Self::Everything,
            Some(Scope::Team) => Self::Of {
                property,
                own,
                others: &actor.team,
                also: None,
                approver: None,
            },
            Some(Scope::Own) => Self::Of {
                property,
                own,
                others: &[],
                also: None,
                approver: None,
            },
        }
    }

    /// The same, with the sheets that name the actor as an approver, if they may approve by name.
    fn or_naming(self, actor: &Actor) -> Self {
        match self {
            Self::Of {
                property,
                own,
                others,
                also,
                approver: _,
            } => Self::Of {
                property,
                own,
                others,
                also,
                approver: actor.approves_by_name().then_some(actor.user_id),
            },
            whole => whole,
        }
    }

    /// Whether `record` is to be seen.
    pub fn shows(&self, record: &Record) -> bool {
        match self {
            Self::Everything => true,
            Self::Nothing => false,
            Self::Of {
                property,
                own,
                others,
                also,
                approver,
            } => {
                let is_owned = match property.value(record) {
                    Value::Id(id) => {
                        let owner = UserId::new(id);
                        owner == *own || *also == Some(owner) || others.binary_search(&owner).is_ok()
                    }
                    _ => false,
                };
                is_owned || approver.is_some_and(|it| Filter::NamedApprover(it).holds(record) == Some(true))
            }
        }
    }

    /// Whether what is gone and was of `owner` was to be seen.
    pub fn shows_what_was_of(&self, owner: Option<UserId>) -> bool {
        match self {
            Self::Everything => true,
            Self::Nothing => false,
            Self::Of {
                property: _,
                own,
                others,
                also,
                // What somebody was named to approve left their sight before it could be deleted, or with it.
                approver: _,
            } => owner.is_some_and(|owner| {
                owner == *own || *also == Some(owner) || others.binary_search(&owner).is_ok()
            }),
        }
    }

    /// The same as a filter.
    pub fn into_filter(self) -> Filter {
        match self {
            Self::Everything => Filter::ALL,
            Self::Nothing => Filter::NONE,
            Self::Of {
                property,
                own,
                others,
                also,
                approver,
            } => {
                let owners: BTreeSet<UserId> = others.iter().copied().chain([own]).chain(also).collect();
                let owners = owners.into_iter().map(|owner| Value::Id(owner.uuid()));
                let owned = Filter::In(property, owners.collect());
                match approver {
                    None => owned,
                    Some(approver) => Filter::Or(vec![owned, Filter::NamedApprover(approver)]),
                }
            }
        }
    }
}

#[cfg(test)]
mod tests;

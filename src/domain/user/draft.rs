//! What is to become of a person. That managers form no circle takes knowing the others, and is
//! asked where they are loaded.

use super::{TimeZone, User};
use crate::domain::access::Role;
use crate::domain::draft::{DraftReading, Drafted};
use crate::domain::error::{Error, FaultCode, Path};
use crate::domain::id::{DepartmentId, ScheduleId, UserId};
use crate::domain::patch::Patch;
use crate::domain::record::Meta;
use crate::domain::time::{Date, Instant};

/// What is to become of a person. Absent members stay as they are, null clears.
#[derive(Clone, Debug, Default)]
pub struct UserDraft {
    /// Their name; needed at first.
    pub name: Option<String>,
    /// Their e-mail address.
    pub email: Patch<String>,
    /// Their id in the system that imports them.
    pub external_id: Patch<String>,
    /// Where they work, from which date on; without a date, from the beginning.
    pub departments: Option<Vec<(Option<Date>, DepartmentId)>>,
    /// Who approves their sheets.
    pub manager_id: Patch<UserId>,
    /// Which schedule they follow, from which date on; without a date, from the beginning.
    pub schedules: Option<Vec<(Option<Date>, ScheduleId)>>,
    /// Where their days begin and end, by the zone's IANA name; UTC at first.
    pub time_zone: Option<String>,
    /// The first day of employment.
    pub employed_from: Patch<Date>,
    /// The last day of employment.
    pub employed_to: Patch<Date>,
    /// What they may do; Employee at first.
    pub roles: Option<Vec<Role>>,
    /// Days up to this one are locked for them.
    pub locked_up_to: Patch<Date>,
    /// When the importing system last changed them.
    pub last_update: Patch<Instant>,
}

impl Drafted for User {
    type Draft = UserDraft;

    /// The person whom `draft` makes of `existing`, or of nobody.
    fn drafted(existing: Option<&Self>, draft: &UserDraft, id: UserId, now: Instant) -> Result<Self, Error> {
        let mut reading = DraftReading::default();
        let mut user = match existing {
            Some(existing) => Self {
                meta: existing.meta.changed(),
                ..existing.clone()
            },
            None => blank(id, now),
        };
        user.name = reading.name("name", draft.name.as_deref(), existing.map(|it| &*it.name));
        user.email = reading.email(&draft.email, existing.map(|it| &it.email));
        user.external_id = reading.code(
            "externalId",
            &draft.external_id,
            existing.map(|it| &it.external_id),
        );
        user.departments =
            reading.effective("departments", draft.departments.as_ref(), Some(&user.departments));
        user.schedules = reading.effective("schedules", draft.schedules.as_ref(), Some(&user.schedules));
        user.manager_id = draft.manager_id.unwrap_or(user.manager_id);
        user.employed_from = draft.employed_from.unwrap_or(user.employed_from);
        user.employed_to = draft.employed_to.unwrap_or(user.employed_to);
        user.locked_up_to = draft.locked_up_to.unwrap_or(user.locked_up_to);
        user.last_update = draft.last_update.unwrap_or(user.last_update);
        if let Some(zone) = &draft.time_zone {
            user.time_zone = read_time_zone(&mut reading, zone);
        }
        if let Some(roles) = &draft.roles {
            let mut roles = roles.clone();
            roles.sort_unstable();
            roles.dedup();
            user.roles = roles.into();
        }
        reading.in_order("employedTo", user.employed_from, user.employed_to);
        if user.manager_id == Some(id) {
            reading.fault(
                Path::of("managerId"),
                FaultCode::Cycle,
                "nobody is their own manager",
            );
        }
        reading.finish(user)
    }
}

fn blank(id: UserId, now: Instant) -> User {
    User {
        id,
        meta: Meta::new(now),
        name: Box::default(),
        email: None,
        external_id: None,
        departments: super::Effective::default(),
        manager_id: None,
        schedules: super::Effective::default(),
        time_zone: TimeZone::UTC,
        employed_from: None,
        employed_to: None,
        roles: Box::new([Role::Employee]),
        locked_up_to: None,
        last_update: None,
    }
}

fn read_time_zone(reading: &mut DraftReading, name: &str) -> TimeZone {
    TimeZone::parse(name).unwrap_or_else(|| {
        let message = "no such time zone: expected an IANA name such as Europe/Berlin";
        reading.fault(Path::of("timeZone"), FaultCode::Malformed, message);
        TimeZone::UTC
    })
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    fn drafted(draft: &UserDraft) -> Result<User, Error> {
        User::drafted(
            None,
            draft,
            UserId::new(Uuid::from_u128(1)),
            Instant::from_epoch_micros(0),
        )
    }

    #[test]
    fn all_faults_are_reported_together() {
        let draft = UserDraft {
            name: Some("  ".to_owned()),
            email: Some(Some("a b@c".to_owned())),
            time_zone: Some("Mars/Olympus".to_owned()),
            manager_id: Some(Some(UserId::new(Uuid::from_u128(1)))),
            employed_from: Some("2024-02-01".parse().ok()),
            employed_to: Some("2024-01-31".parse().ok()),
            departments: Some(vec![(None, DepartmentId::new(Uuid::nil())); 2]),
            ..UserDraft::default()
        };
        let Err(Error::Invalid(faults)) = drafted(&draft) else {
            panic!("accepted")
        };
        let paths: Vec<String> = faults.iter().map(|fault| fault.path.to_string()).collect();
        assert_eq!(
            paths,
            [
                "name",
                "email",
                "departments[1].from",
                "timeZone",
                "employedTo",
                "managerId"
            ]
        );
    }

    #[test]
    fn absent_members_stay_and_null_clears() {
        let draft = UserDraft {
            name: Some(" Ada ".to_owned()),
            email: Some(Some("ada@example.org".to_owned())),
            time_zone: Some("Europe/Berlin".to_owned()),
            ..UserDraft::default()
        };
        let user = drafted(&draft).unwrap();
        assert_eq!(
            (&*user.name, user.email.as_deref()),
            ("Ada", Some("ada@example.org"))
        );
        let untouched =
            User::drafted(Some(&user), &UserDraft::default(), user.id, user.meta.created).unwrap();
        assert_eq!(untouched, user);
        let cleared = UserDraft {
            email: Some(None),
            ..UserDraft::default()
        };
        assert_eq!(
            User::drafted(Some(&user), &cleared, user.id, user.meta.created)
                .unwrap()
                .email,
            None
        );
    }

    #[test]
    fn emails_have_one_at_and_no_blanks() {
        for (email, fine) in [
            ("a@b", true),
            ("a.b+c@d.example", true),
            ("@b", false),
            ("a@", false),
            ("a@b@c", false),
            ("ab", false),
        ] {
            let draft = UserDraft {
                name: Some("Ada".to_owned()),
                email: Some(Some(email.to_owned())),
                ..UserDraft::default()
            };
            assert_eq!(drafted(&draft).is_ok(), fine, "{email}");
        }
    }
}

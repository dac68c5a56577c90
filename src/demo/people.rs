//! The people of a made-up company: departments with heads, teams with leads, and who does what.

use std::collections::HashMap;
use std::sync::Arc;

use super::calendar::Calendars;
use super::draw::Draw;
use super::words::{self, Tongue};
use super::{Shape, record};
use crate::domain::access::Role;
use crate::domain::department::Department;
use crate::domain::effective::Effective;
use crate::domain::founding::Founding;
use crate::domain::id::{DepartmentId, ScheduleId, UserId};
use crate::domain::record::{Entity, Meta, Record};
use crate::domain::time::{Date, Instant};
use crate::domain::user::{TimeZone, User};

/// Employees of a team.
const TEAM_SIZE: usize = 8;

/// Everybody.
pub(super) struct People {
    pub(super) departments: Vec<Department>,
    /// In the order in which they were hired: the director, the heads of the departments, the
    /// leads of the teams, everybody else.
    pub(super) members: Vec<Person>,
    /// Those who run projects.
    pub(super) project_managers: Vec<UserId>,
}

/// Somebody.
pub(super) struct Person {
    pub(super) user: Arc<User>,
    pub(super) tongue: Tongue,
    /// Which team they work in; teams work on the same projects.
    pub(super) team: usize,
}

/// Where somebody stands.
struct Post {
    department: usize,
    team: usize,
    manager: Option<UserId>,
    roles: Vec<Role>,
}

impl People {
    /// Hires them.
    pub(super) fn hire(
        draw: &mut Draw,
        now: Instant,
        shape: Shape,
        calendars: &Calendars,
        founding: &Founding,
    ) -> Self {
        let mut departments = vec![founding.department.clone()];
        let names = words::DEPARTMENTS.split('|');
        let wanted = (2 + shape.users / 40).min(names.clone().count());
        departments.extend((100..).zip(names).take(wanted).map(|(number, name)| Department {
            id: DepartmentId::new(draw.id(now)),
            meta: Meta::new(now),
            name: name.into(),
            code: Some(format!("D{number}").into()),
            external_id: None,
        }));
        let mut hiring = Hiring {
            now,
            shape,
            calendars,
            mailboxes: HashMap::new(),
        };
        let mut members: Vec<Person> = Vec::with_capacity(shape.users);
        let mut project_managers = Vec::new();
        for index in 0..shape.users {
            let post = post(draw, index, shape, wanted, &members);
            let department = departments.get(post.department).map(|it| it.id);
            let moved_from = departments.get(1 + draw.below(wanted)).map(|it| it.id);
            let person = hiring.hire(draw, index, post, department, moved_from);
            if person.user.roles.contains(&Role::ProjectManager) {
                project_managers.push(person.user.id);
            }
            members.push(person);
        }
        if project_managers.is_empty() {
            project_managers.push(founding.administrator.id);
        }
        // The company's first department came with its founding.
        departments.remove(0);
        Self {
            departments,
            members,
            project_managers,
        }
    }

    /// As records.
    pub(super) fn records(&self) -> impl Iterator<Item = Record> + '_ {
        let departments = self.departments.iter().cloned().map(record);
        let users = self
            .members
            .iter()
            .map(|person| User::into_record(Arc::clone(&person.user)));
        departments.chain(users)
    }
}

/// The post of the `index`th who is hired: departments are numbered from 1.
fn post(draw: &mut Draw, index: usize, shape: Shape, departments: usize, before: &[Person]) -> Post {
    let manager = |of: usize| before.get(of).map(|person| person.user.id);
    let teams = (shape.users / TEAM_SIZE).max(1);
    let first_lead = 1 + departments;
    let first_employee = first_lead + teams;
    let mut roles = vec![Role::Employee];
    if index == 0 {
        roles.push(Role::TeamManager);
        return Post {
            department: 1,
            team: 0,
            manager: None,
            roles,
        };
    }
    if index < first_lead {
        roles.extend([Role::TeamManager, Role::ProjectManager]);
        return Post {
            department: index,
            team: index,
            manager: manager(0),
            roles,
        };
    }
    if index < first_employee {
        let team = index - first_lead;
        let head = 1 + team % departments;
        roles.extend([Role::TeamManager, Role::ProjectManager]);
        return Post {
            department: head,
            team,
            manager: manager(head),
            roles,
        };
    }
    let team = (index - first_employee) % teams;
    match index + 1 {
        last if last == shape.users => roles.push(Role::Auditor),
        last if last + 1 == shape.users => roles.push(Role::Importer),
        _ if draw.percent(4) => roles.push(Role::ProjectManager),
        _ => {}
    }
    Post {
        department: 1 + team % departments,
        team,
        manager: manager(first_lead + team),
        roles,
    }
}

struct Hiring<'a> {
    now: Instant,
    shape: Shape,
    calendars: &'a Calendars,
    mailboxes: HashMap<String, u32>,
}

impl Hiring<'_> {
    fn hire(
        &mut self,
        draw: &mut Draw,
        index: usize,
        post: Post,
        department: Option<DepartmentId>,
        moved_from: Option<DepartmentId>,
    ) -> Person {
        let tongue = Tongue::draw(draw);
        let name = words::name(draw, tongue);
        let first_day = self.shape.first_day();
        let halfway = first_day.plus_days(self.shape.until.days_since(first_day) / 2);
        let employed_from = first_day.plus_days(-i32::try_from(draw.below(4_000)).unwrap_or_default());
        let departments = match (department, moved_from) {
            (Some(now), Some(before)) if before != now && draw.percent(4) => {
                Effective::from_entries(vec![(employed_from, before), (halfway, now)])
                    .unwrap_or_else(|| Effective::always(now))
            }
            (Some(now), _) => Effective::always(now),
            (None, _) => Effective::default(),
        };
        let user = User {
            id: UserId::new(draw.id(self.now)),
            meta: Meta::new(self.now),
            name: name.shown.into(),
            email: Some(self.address(&name.mailbox).into()),
            external_id: Some(format!("P{:05}", 10_000 + index).into()),
            departments,
            manager_id: post.manager,
            schedules: self.schedules(draw, tongue, halfway),
            time_zone: TimeZone::parse(tongue.zone()).unwrap_or(TimeZone::UTC),
            employed_from: Some(employed_from),
            employed_to: draw.percent(2).then_some(self.shape.until.plus_days(40)),
            roles: post.roles.into(),
            locked_up_to: None,
            last_update: None,
        };
        Person {
            user: Arc::new(user),
            tongue,
            team: post.team,
        }
    }

    /// An address that nobody else has.
    fn address(&mut self, mailbox: &str) -> String {
        let namesakes = self.mailboxes.entry(mailbox.to_owned()).or_insert(0);
        *namesakes += 1;
        match *namesakes {
            1 => format!("{mailbox}@brightwater.example"),
            number => format!("{mailbox}{number}@brightwater.example"),
        }
    }

    fn schedules(&self, draw: &mut Draw, tongue: Tongue, halfway: Date) -> Effective<ScheduleId> {
        let full_time = self.calendars.full_time(tongue);
        match draw.below(100) {
            0..8 => Effective::always(self.calendars.part_time()),
            8..12 => Effective::always(self.calendars.shifts()),
            12..15 => {
                let entries = vec![(Date::MIN, full_time), (halfway, self.calendars.part_time())];
                Effective::from_entries(entries).unwrap_or_default()
            }
            _ => Effective::always(full_time),
        }
    }
}

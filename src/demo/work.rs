//! What a made-up company works on: clients, projects with their task trees, common tasks, and
//! kinds of work.

use std::sync::Arc;

use super::draw::Draw;
use super::people::People;
use super::{Shape, record, words};
use crate::domain::activity::Activity;
use crate::domain::hours::Hours;
use crate::domain::id::{ActivityId, OrganizationId, ProjectId, TaskId, UserId};
use crate::domain::organization::{Contact, Organization};
use crate::domain::project::{BillingType, Project, ProjectState};
use crate::domain::record::{Meta, Record};
use crate::domain::task::{Assignees, ProjectTask};
use crate::domain::time::{Date, Instant};

/// Everything that hours can be booked on.
pub(super) struct Portfolio {
    pub(super) organizations: Vec<Organization>,
    pub(super) projects: Vec<Undertaking>,
    pub(super) common_tasks: Vec<Arc<ProjectTask>>,
}

/// A project with its tasks.
pub(super) struct Undertaking {
    /// As it is now.
    pub(super) project: Arc<Project>,
    /// The main task first, every parent before its children.
    pub(super) tasks: Vec<Arc<ProjectTask>>,
}

/// The kinds of work.
pub(super) fn activities(draw: &mut Draw, now: Instant) -> Vec<Arc<Activity>> {
    let activity = |(name, code): &(&str, &str)| {
        Arc::new(Activity {
            id: ActivityId::new(draw.id(now)),
            meta: Meta::new(now),
            name: (*name).into(),
            code: Some((*code).into()),
            external_id: None,
        })
    };
    words::ACTIVITIES.iter().map(activity).collect()
}

impl Portfolio {
    /// Wins clients and their projects.
    pub(super) fn win(draw: &mut Draw, now: Instant, shape: Shape, people: &People) -> Self {
        let organizations: Vec<_> = (0..(4 + shape.users / 25).min(600))
            .map(|index| organization(draw, now, index))
            .collect();
        let projects = (0..(8 + shape.users / 8).min(3_000))
            .map(|index| undertaking(draw, now, index, shape, &organizations, people))
            .collect();
        let common_tasks = (0..)
            .zip(words::COMMON_TASKS.split('|'))
            .map(|(number, name)| Arc::new(Node::common(number, name).into_task(draw, now)))
            .collect();
        Self {
            organizations,
            projects,
            common_tasks,
        }
    }

    /// As records.
    pub(super) fn records(&self) -> impl Iterator<Item = Record> + '_ {
        let organizations = self.organizations.iter().cloned().map(record);
        let projects = self
            .projects
            .iter()
            .map(|it| Record::Project(Arc::clone(&it.project)));
        let tasks = self.projects.iter().flat_map(|it| &it.tasks);
        let tasks = tasks.chain(&self.common_tasks).cloned().map(Record::Task);
        organizations.chain(projects).chain(tasks)
    }
}

fn organization(draw: &mut Draw, now: Instant, index: usize) -> Organization {
    let contact = draw.percent(60).then(|| {
        Box::new(Contact {
            city: Some(draw.word(words::CITIES).into()),
            email: Some(format!("office@client{index}.example").into()),
            ..Contact::default()
        })
    });
    Organization {
        id: OrganizationId::new(draw.id(now)),
        meta: Meta::new(now),
        name: words::organization(draw).into(),
        number: Some(format!("K-{}", 10_001 + index).into()),
        external_id: None,
        contact,
        last_update: None,
    }
}

/// The state of the `index`th project: the first ones are open, whatever the size of the company.
fn state(draw: &mut Draw, index: usize) -> ProjectState {
    match index {
        0..4 => ProjectState::Open,
        4 => ProjectState::Closed,
        5 => ProjectState::Planned,
        6 => ProjectState::Suspended,
        _ => match draw.below(100) {
            0..75 => ProjectState::Open,
            75..88 => ProjectState::Closed,
            88..95 => ProjectState::Planned,
            _ => ProjectState::Suspended,
        },
    }
}

fn billing(draw: &mut Draw, index: usize) -> BillingType {
    match index {
        0 => BillingType::TimeAndMaterial,
        1 => BillingType::FixedBid,
        2 => BillingType::NonBillable,
        _ => match draw.below(10) {
            0..5 => BillingType::TimeAndMaterial,
            5..8 => BillingType::FixedBid,
            _ => BillingType::NonBillable,
        },
    }
}

fn undertaking(
    draw: &mut Draw,
    now: Instant,
    index: usize,
    shape: Shape,
    organizations: &[Organization],
    people: &People,
) -> Undertaking {
    let (state, billing_type) = (state(draw, index), billing(draw, index));
    let days = usize::try_from(shape.until.days_since(shape.first_day())).unwrap_or_default();
    let within = |draw: &mut Draw| {
        shape
            .first_day()
            .plus_days(i32::try_from(draw.below(days + 1)).unwrap_or_default())
    };
    let last_booking_date = match state {
        ProjectState::Closed => Some(within(draw)),
        ProjectState::Open | ProjectState::Planned | ProjectState::Suspended => {
            draw.percent(15).then(|| shape.until.plus_days(180))
        }
    };
    let project = Project {
        id: ProjectId::new(draw.id(now)),
        meta: Meta::new(now),
        name: words::project(draw).into(),
        code: Some(format!("{}-{:03}", draw.word("BW|EX|IN"), index + 1).into()),
        organization_id: (billing_type != BillingType::NonBillable)
            .then(|| draw.pick(organizations).map(|it| it.id))
            .flatten(),
        billing_type,
        state,
        manager_id: draw.pick(&people.project_managers).copied(),
        first_booking_date: draw.percent(20).then(|| shape.first_day().plus_days(-60)),
        last_booking_date,
        estimate: draw
            .percent(70)
            .then(|| Hours::whole(i32::try_from(40 * draw.between(2, 50)).unwrap_or_default())),
        description: None,
        terms: None,
        working_time_limit: None,
        excludes_common_tasks: draw.percent(15),
        external_id: None,
        last_update: None,
    };
    let tasks = tree(draw, now, &project, people);
    Undertaking {
        project: Arc::new(project),
        tasks,
    }
}

/// The main task, phases below it, tasks below those.
fn tree(draw: &mut Draw, now: Instant, project: &Project, people: &People) -> Vec<Arc<ProjectTask>> {
    let main = Node {
        allows_entry: false,
        ..Node::of(project.id, None, 0, &project.name)
    };
    let main = Arc::new(main.into_task(draw, now));
    let mut tasks = vec![Arc::clone(&main)];
    let phases: Vec<&str> = words::PHASES.split('|').collect();
    let some_phases = draw.between(3, phases.len());
    for (number, name) in (0..).zip(phases.into_iter().take(some_phases)) {
        let node = Node {
            // Some phases take hours by themselves, beside their tasks.
            allows_entry: draw.percent(20),
            // Work goes on from phase to phase; the first ones are over in time.
            is_open: number > 0 || draw.percent(60),
            ..Node::of(project.id, Some(main.id), number, name)
        };
        let phase = Arc::new(node.into_task(draw, now));
        tasks.push(Arc::clone(&phase));
        for number in 0..u32::try_from(draw.between(1, 4)).unwrap_or_default() {
            let node = Node {
                is_open: phase.is_open && (number == 0 || draw.percent(85)),
                assignees: assignees(draw, people),
                estimate: draw.percent(50).then(|| Hours::whole(8)),
                ..Node::of(project.id, Some(phase.id), number, draw.word(words::TASKS))
            };
            tasks.push(Arc::new(node.into_task(draw, now)));
        }
    }
    tasks
}

/// Most tasks are everybody's; some are of a few.
fn assignees(draw: &mut Draw, people: &People) -> Assignees {
    if !draw.percent(20) {
        return Assignees::All;
    }
    let few = draw.between(2, 6);
    let some: Vec<UserId> = (0..few)
        .filter_map(|_| draw.pick(&people.members).map(|person| person.user.id))
        .collect();
    Assignees::only(some)
}

/// What is said of a task; the rest is alike for all.
struct Node {
    project_id: Option<ProjectId>,
    lead_task_id: Option<TaskId>,
    number: u32,
    name: Box<str>,
    is_open: bool,
    allows_entry: bool,
    assignees: Assignees,
    estimate: Option<Hours>,
}

impl Node {
    fn of(project: ProjectId, lead: Option<TaskId>, number: u32, name: &str) -> Self {
        Self {
            project_id: Some(project),
            lead_task_id: lead,
            number,
            name: name.into(),
            is_open: true,
            allows_entry: true,
            assignees: Assignees::All,
            estimate: None,
        }
    }

    fn common(number: u32, name: &str) -> Self {
        Self {
            project_id: None,
            lead_task_id: None,
            number,
            name: name.into(),
            is_open: true,
            allows_entry: true,
            assignees: Assignees::All,
            estimate: None,
        }
    }

    fn into_task(self, draw: &mut Draw, now: Instant) -> ProjectTask {
        let Self {
            project_id,
            lead_task_id,
            number,
            name,
            is_open,
            allows_entry,
            assignees,
            estimate,
        } = self;
        ProjectTask {
            id: TaskId::new(draw.id(now)),
            meta: Meta::new(now),
            project_id,
            lead_task_id,
            name,
            number,
            external_id: None,
            is_open,
            allows_entry,
            assignees,
            first_booking_date: None,
            last_booking_date: None,
            estimate,
            last_update: None,
        }
    }
}

/// When a project of the past was over; nothing is booked on it after that.
pub(super) fn closed_on(project: &Project) -> Option<Date> {
    project
        .last_booking_date
        .filter(|_| project.state == ProjectState::Closed)
}

/// The project as it was while it took bookings.
pub(super) fn while_open(project: &Arc<Project>) -> Arc<Project> {
    if closed_on(project).is_none() {
        return Arc::clone(project);
    }
    Arc::new(Project {
        state: ProjectState::Open,
        ..Project::clone(project)
    })
}

//! What is stored, payloads, and what an import makes of both. Every change is checked as the store
//! would: guards, keys that may not meet, and trees (T1, T2).

use std::collections::{HashMap, HashSet};
use std::ops::ControlFlow;
use std::sync::Arc;

use uuid::Uuid;

use super::super::{Changes, plan};
use crate::domain::change::Guard;
use crate::domain::draft::Drafted;
use crate::domain::id::{OrganizationId, ProjectId, TaskId, UserId};
use crate::domain::import::{
    Catalog, Collection, CustomerRow, OnError, Payload, Place, Placed, ProjectRow, Reference, Report, TaskRow,
};
use crate::domain::organization::{Organization, OrganizationDraft};
use crate::domain::project::{BillingType, Project, ProjectDraft};
use crate::domain::record::{Key, Record};
use crate::domain::task::ProjectTask;
use crate::domain::task::tree::TaskTree;
use crate::domain::time::Instant;
use crate::domain::user::{User, UserDraft};
use crate::domain::version::RowVersion;

pub const NOW: Instant = Instant::from_epoch_micros(1_000);
pub const EARLIER: Instant = Instant::from_epoch_micros(10);

pub fn uuid(number: u128) -> Uuid {
    Uuid::from_u128(number)
}

pub fn org(number: u128) -> OrganizationId {
    OrganizationId::new(uuid(number))
}

pub fn prj(number: u128) -> ProjectId {
    ProjectId::new(uuid(number))
}

pub fn tsk(number: u128) -> TaskId {
    TaskId::new(uuid(number))
}

pub fn at(micros: i64) -> Instant {
    Instant::from_epoch_micros(micros)
}

pub fn by_id(number: u128) -> Reference {
    Reference::Id(uuid(number))
}

pub fn key(text: &str) -> Reference {
    Reference::Key(text.into())
}

pub fn external(text: &str) -> Reference {
    Reference::ExternalId(text.into())
}

/// What is stored.
#[derive(Clone, Default)]
pub struct World {
    pub records: Vec<Record>,
    versions: u64,
    ids: u128,
}

/// What an import made of it.
pub struct Ran {
    pub report: Report,
    pub changes: Changes,
    pub catalog: Catalog,
}

impl Ran {
    /// `path CODE` of every fault.
    pub fn faults(&self) -> Vec<String> {
        let faults = self.report.faults.iter();
        faults
            .map(|it| format!("{} {}", it.path, it.code.as_str()))
            .collect()
    }

    /// The message of the first fault.
    pub fn message(&self) -> &str {
        self.report.faults.first().map_or("", |fault| &fault.message)
    }

    /// Created, updated, unchanged, archived, skipped, failed.
    pub fn counts(&self, collection: Collection) -> [u64; 6] {
        let it = self.report.counts(collection);
        [
            it.created,
            it.updated,
            it.unchanged,
            it.archived,
            it.skipped,
            it.failed,
        ]
    }
}

impl World {
    pub fn add(&mut self, mut record: Record) -> &mut Self {
        self.versions += 1;
        record.meta_mut().version = RowVersion::new(self.versions);
        self.records.retain(|it| it.key() != record.key());
        self.records.push(record);
        self
    }

    pub fn customer(
        &mut self,
        id: u128,
        name: &str,
        number: Option<&str>,
        external_id: Option<&str>,
    ) -> &mut Self {
        let draft = OrganizationDraft {
            name: Some(name.to_owned()),
            number: Some(number.map(str::to_owned)),
            external_id: Some(external_id.map(str::to_owned)),
            ..OrganizationDraft::default()
        };
        let made = Organization::drafted(None, &draft, org(id), EARLIER).unwrap();
        self.add(Record::Organization(Arc::new(made)))
    }

    /// A project with its main task, whose id is 1,000 more.
    pub fn project(
        &mut self,
        id: u128,
        name: &str,
        code: Option<&str>,
        external_id: Option<&str>,
    ) -> &mut Self {
        let draft = ProjectDraft {
            name: Some(name.to_owned()),
            code: Some(code.map(str::to_owned)),
            billing_type: Some(BillingType::NonBillable),
            external_id: Some(external_id.map(str::to_owned)),
            ..ProjectDraft::default()
        };
        let made = Project::drafted(None, &draft, prj(id), EARLIER).unwrap();
        let main = ProjectTask::main(tsk(id + 1_000), made.id, &made.name, EARLIER);
        self.add(Record::Project(Arc::new(made)));
        self.add(Record::Task(Arc::new(main)))
    }

    /// A task at the end of its branch.
    pub fn task(
        &mut self,
        id: u128,
        project: Option<u128>,
        lead: Option<u128>,
        name: &str,
        external_id: Option<&str>,
    ) -> &mut Self {
        let (project_id, lead_task_id) = (project.map(prj), lead.map(tsk));
        let siblings = self
            .tasks()
            .filter(|it| (it.project_id, it.lead_task_id) == (project_id, lead_task_id));
        let number = u32::try_from(siblings.count()).unwrap();
        let task = ProjectTask {
            project_id,
            lead_task_id,
            number,
            external_id: external_id.map(Into::into),
            ..ProjectTask::main(tsk(id), prj(0), name, EARLIER)
        };
        self.add(Record::Task(Arc::new(task)))
    }

    pub fn user(&mut self, number: u128) -> UserId {
        let id = UserId::new(uuid(number));
        let draft = UserDraft {
            name: Some("User".to_owned()),
            ..UserDraft::default()
        };
        let user = User::drafted(None, &draft, id, EARLIER).unwrap();
        self.add(Record::User(Arc::new(user)));
        id
    }

    pub fn archive(&mut self, key: Key) -> &mut Self {
        let mut record = self.get(key).unwrap().clone();
        record.meta_mut().is_active = false;
        self.add(record)
    }

    pub fn get(&self, key: Key) -> Option<&Record> {
        self.records.iter().find(|it| it.key() == key)
    }

    pub fn tasks(&self) -> impl Iterator<Item = &Arc<ProjectTask>> {
        self.records.iter().filter_map(|it| match it {
            Record::Task(task) => Some(task),
            _ => None,
        })
    }

    pub fn projects(&self) -> impl Iterator<Item = &Arc<Project>> {
        self.records.iter().filter_map(|it| match it {
            Record::Project(project) => Some(project),
            _ => None,
        })
    }

    pub fn organizations(&self) -> impl Iterator<Item = &Arc<Organization>> {
        self.records.iter().filter_map(|it| match it {
            Record::Organization(organization) => Some(organization),
            _ => None,
        })
    }

    pub fn organization_of(&self, id: u128) -> &Organization {
        self.organizations().find(|it| it.id == org(id)).unwrap()
    }

    pub fn project_of(&self, id: u128) -> &Project {
        self.projects().find(|it| it.id == prj(id)).unwrap()
    }

    pub fn task_of(&self, id: u128) -> &ProjectTask {
        self.tasks().find(|it| it.id == tsk(id)).unwrap()
    }

    /// The names under a parent, in order.
    pub fn branch(&self, lead: TaskId) -> Vec<&str> {
        let mut branch: Vec<_> = self.tasks().filter(|it| it.lead_task_id == Some(lead)).collect();
        branch.sort_by_key(|it| it.number);
        branch.into_iter().map(|it| &*it.name).collect()
    }

    /// Imports, all or nothing.
    pub fn import(&mut self, payload: &Payload) -> Ran {
        self.import_with(OnError::Fail, payload)
    }

    /// Imports what is good.
    pub fn skip(&mut self, payload: &Payload) -> Ran {
        self.import_with(OnError::Skip, payload)
    }

    pub fn import_with(&mut self, on_error: OnError, payload: &Payload) -> Ran {
        let mut catalog = Catalog::new(self.records.iter().cloned());
        let mut report = Report::default();
        let mut last = 0;
        let ids = &mut self.ids;
        let changes = plan(
            payload,
            &mut catalog,
            on_error,
            NOW,
            &mut || {
                *ids += 1;
                uuid(1_000_000 + *ids)
            },
            &mut report,
            &mut |done| {
                assert_eq!(done, last + 1);
                last = done;
                ControlFlow::Continue(())
            },
        );
        for collection in Collection::ALL {
            let counts: u64 = report.counts(collection).total();
            let rows = match collection {
                Collection::Customers => payload.customers.len(),
                Collection::CommonTasks => payload.common_tasks.len(),
                Collection::Projects => payload.projects.len(),
                // Tasks are counted where they are listed.
                Collection::Tasks => payload.tasks.len(),
                Collection::TimeEntries => 0,
            };
            assert_eq!(
                counts,
                u64::try_from(rows).unwrap(),
                "each of the {} counts once",
                collection.member()
            );
        }
        assert!(
            report.faults.is_sorted_by_key(|fault| fault.place),
            "in payload order"
        );
        self.commit(&changes);
        Ran {
            report,
            changes,
            catalog,
        }
    }

    /// As the store does it.
    fn commit(&mut self, changes: &Changes) {
        let keys: HashSet<Key> = changes.puts.iter().map(Record::key).collect();
        assert_eq!(keys.len(), changes.puts.len(), "each record once");
        let mut guarded = HashSet::new();
        for guard in &changes.guards {
            match guard {
                Guard::Absent(key) => {
                    assert!(self.get(*key).is_none(), "{key:?}");
                    guarded.insert(*key);
                }
                Guard::Version(key, version) => {
                    assert_eq!(self.get(*key).unwrap().meta().version, *version);
                    guarded.insert(*key);
                }
                other => panic!("{other:?}"),
            }
        }
        assert_eq!(guarded, keys, "each is guarded");
        for record in &changes.puts {
            assert_eq!(record.meta().version, RowVersion::UNASSIGNED);
            if let Some(before) = self.get(record.key()) {
                assert_eq!(before.meta().created, record.meta().created, "X4");
            }
            self.add(record.clone());
        }
        let mut unique = HashSet::new();
        for key in self.records.iter().flat_map(Record::unique_keys) {
            assert!(unique.insert(key.clone()), "{key:?} twice");
        }
        let mut projects: HashMap<Option<ProjectId>, Vec<Arc<ProjectTask>>> = HashMap::new();
        let mut branches: HashMap<_, Vec<u32>> = HashMap::new();
        for task in self.tasks() {
            projects
                .entry(task.project_id)
                .or_default()
                .push(Arc::clone(task));
            let branch = branches.entry((task.project_id, task.lead_task_id));
            branch.or_default().push(task.number);
        }
        for project in self.projects() {
            TaskTree::build(projects.get(&Some(project.id)).expect("T1: a main task")).unwrap();
        }
        for (branch, mut numbers) in branches {
            numbers.sort_unstable();
            assert!(
                numbers
                    .iter()
                    .copied()
                    .eq(0..u32::try_from(numbers.len()).unwrap()),
                "T2: {branch:?}"
            );
        }
    }
}

/// Nothing.
pub fn payload() -> Payload {
    Payload::default()
}

fn placed<T>(collection: Collection, rows: impl IntoIterator<Item = T>) -> Vec<Placed<T>> {
    let places = (0..).map(|index| Place::at(collection, index));
    places
        .zip(rows)
        .map(|(place, row)| Placed { place, row })
        .collect()
}

pub fn customers(rows: impl IntoIterator<Item = CustomerRow>) -> Payload {
    Payload {
        customers: placed(Collection::Customers, rows),
        ..payload()
    }
}

pub fn projects(rows: impl IntoIterator<Item = ProjectRow>) -> Payload {
    Payload {
        projects: placed(Collection::Projects, rows),
        ..payload()
    }
}

pub fn tasks(rows: impl IntoIterator<Item = TaskRow>) -> Payload {
    Payload {
        tasks: placed(Collection::Tasks, rows),
        ..payload()
    }
}

pub fn common(rows: impl IntoIterator<Item = TaskRow>) -> Payload {
    Payload {
        common_tasks: placed(Collection::CommonTasks, rows),
        ..payload()
    }
}

/// Both payloads in one.
pub fn joined(one: Payload, other: Payload) -> Payload {
    let mut joined = one;
    joined.customers.extend(other.customers);
    joined.common_tasks.extend(other.common_tasks);
    joined.projects.extend(other.projects);
    joined.tasks.extend(other.tasks);
    joined
}

pub fn customer(name: &str) -> CustomerRow {
    CustomerRow {
        name: Some(name.to_owned()),
        ..CustomerRow::default()
    }
}

pub fn project(name: &str) -> ProjectRow {
    ProjectRow {
        name: Some(name.to_owned()),
        ..ProjectRow::default()
    }
}

pub fn task(project: Reference, name: &str) -> TaskRow {
    TaskRow {
        project: Some(project),
        name: Some(name.to_owned()),
        ..TaskRow::default()
    }
}

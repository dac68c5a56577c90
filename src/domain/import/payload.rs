//! All rows of an import, by kind, in the order in which they came.

use super::report::RowFault;
use super::row::{CustomerRow, EntryRow, Placed, ProjectRow, Row, TaskRow};

/// What is to be applied.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Payload {
    /// Customers.
    pub customers: Vec<Placed<CustomerRow>>,
    /// Common tasks.
    pub common_tasks: Vec<Placed<TaskRow>>,
    /// Projects.
    pub projects: Vec<Placed<ProjectRow>>,
    /// Tasks of projects, each naming its project.
    pub tasks: Vec<Placed<TaskRow>>,
    /// Bookings.
    pub entries: Vec<Placed<EntryRow>>,
    /// What could not be read.
    pub unreadable: Vec<RowFault>,
}

impl Extend<Row> for Payload {
    fn extend<I: IntoIterator<Item = Row>>(&mut self, rows: I) {
        for row in rows {
            match row {
                Row::Customer(row) => self.customers.push(row),
                Row::CommonTask(row) => self.common_tasks.push(row),
                Row::Project(row) => self.projects.push(*row),
                Row::Task(row) => self.tasks.push(row),
                Row::Entry(row) => self.entries.push(*row),
                Row::Unreadable(fault) => self.unreadable.push(*fault),
            }
        }
    }
}

impl Payload {
    /// How many rows of static data there are.
    pub const fn statics(&self) -> usize {
        self.customers.len() + self.common_tasks.len() + self.projects.len() + self.tasks.len()
    }
}

//! Whom a project is for and who leads it, as a row names them.

use uuid::Uuid;

use crate::domain::draft::Drafted;
use crate::domain::error::{Fault, FaultCode, Path};
use crate::domain::id::{OrganizationId, UserId};
use crate::domain::import::catalog::{Shelf, Shelved};
use crate::domain::import::row::{ProjectRow, Reference};
use crate::domain::import::statics::lane::{Failures, Known, uuid_of};
use crate::domain::import::statics::texts;
use crate::domain::import::statics::verdict::fault;
use crate::domain::patch::Patch;
use crate::domain::project::Project;

/// What a row points to.
pub struct References {
    /// The client.
    pub customer: Patch<OrganizationId>,
    /// Who leads it.
    pub manager: Patch<UserId>,
}

/// Finds what the row names. What is not there is a fault, and so is what is newly named and
/// archived.
pub fn read(
    row: &ProjectRow,
    existing: Option<&Project>,
    known: &Known<'_>,
    faults: &mut Vec<Fault>,
) -> References {
    let is_to_be_used = row.deleted != Some(true);
    let mut find = Finding {
        failures: known.failures,
        is_to_be_used,
        faults,
    };
    let customer = existing.and_then(|it| it.organization_id).map(Into::into);
    let manager = existing.and_then(|it| it.manager_id).map(Into::into);
    References {
        customer: find.named(
            row.customer.as_ref().map(Option::as_ref),
            customer,
            &known.catalog.organizations,
            ("customer", ["customerId", "customerExternalId", "customerName"]),
        ),
        manager: find.named(
            row.manager.as_ref().map(Option::as_ref),
            manager,
            &known.catalog.users,
            ("user", ["managerId", "managerExternalId", "managerEmail"]),
        ),
    }
}

struct Finding<'a> {
    failures: &'a Failures,
    is_to_be_used: bool,
    faults: &'a mut Vec<Fault>,
}

impl Finding<'_> {
    fn named<E: Shelved + Drafted>(
        &mut self,
        reference: Patch<&Reference>,
        before: Option<Uuid>,
        known: &Shelf<E>,
        (noun, members): (&str, [&'static str; 3]),
    ) -> Patch<E::Id> {
        let Some(reference) = reference?.map(texts::trimmed) else {
            return Some(None);
        };
        let path = Path::of(texts::member(&reference, members));
        match known.find(&reference) {
            Ok(found) => {
                let is_new = before != Some(uuid_of(&**found));
                if is_new && self.is_to_be_used && !found.meta().is_active {
                    let message = format!("the {noun} {} is archived", uuid_of(&**found));
                    self.faults.push(fault(path, FaultCode::NotOpen, message));
                }
                Some(Some(found.id()))
            }
            Err(missing) => {
                let message = match self.failures.why(&reference) {
                    Some(why) => format!("the {noun} is in {why}"),
                    None => missing.message(noun, &reference),
                };
                self.faults
                    .push(fault(path, FaultCode::UnknownReference, message));
                None
            }
        }
    }
}

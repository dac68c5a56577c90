//! Records of one kind, to be found by everything that others may name them by.

use std::collections::HashMap;
use std::sync::Arc;

use uuid::Uuid;

use super::{Missing, id_of};
use crate::domain::activity::Activity;
use crate::domain::import::row::Reference;
use crate::domain::organization::Organization;
use crate::domain::project::Project;
use crate::domain::record::Entity;
use crate::domain::user::User;

/// A record that is named by more than its id.
pub trait Shelved: Entity {
    /// Its id in another system.
    fn external_id(&self) -> Option<&str>;

    /// What it is called by `reference`, if that is a natural key: the text under which its bearers
    /// are kept.
    fn key_of(reference: &Reference) -> Option<String>;

    /// Its natural keys, the strongest first (I3).
    fn natural_keys(&self) -> Vec<String>;
}

/// Records of one kind.
#[derive(Clone, Debug)]
pub struct Shelf<E> {
    records: HashMap<Uuid, Arc<E>>,
    by_external_id: HashMap<Box<str>, Uuid>,
    by_key: HashMap<Box<str>, Vec<Uuid>>,
    /// Ids that the payload gives to what has another one here.
    aliases: HashMap<Uuid, Uuid>,
}

impl<E> Default for Shelf<E> {
    fn default() -> Self {
        Self {
            records: HashMap::new(),
            by_external_id: HashMap::new(),
            by_key: HashMap::new(),
            aliases: HashMap::new(),
        }
    }
}

impl<E: Shelved> Shelf<E> {
    /// Adds a record, or replaces it.
    pub fn put(&mut self, record: Arc<E>) {
        let id = id_of(&*record);
        if let Some(old) = self.records.remove(&id) {
            self.forget(id, &old);
        }
        if let Some(external) = record.external_id() {
            self.by_external_id.insert(external.into(), id);
        }
        for key in record.natural_keys() {
            self.by_key.entry(key.into()).or_default().push(id);
        }
        self.records.insert(id, record);
    }

    /// Forgets what a record was called.
    fn forget(&mut self, id: Uuid, record: &E) {
        if let Some(external) = record.external_id() {
            self.by_external_id.remove(external);
        }
        for key in record.natural_keys() {
            if let Some(bearers) = self.by_key.get_mut(key.as_str()) {
                bearers.retain(|bearer| *bearer != id);
            }
        }
    }

    /// Lets `incoming`, an id in the payload, name the record with the id `known` from now on (I3).
    pub fn alias(&mut self, incoming: Uuid, known: Uuid) {
        if incoming != known {
            self.aliases.insert(incoming, known);
        }
    }

    /// The record with this id, or with this incoming id.
    pub fn get(&self, id: Uuid) -> Option<&Arc<E>> {
        self.records
            .get(&id)
            .or_else(|| self.records.get(self.aliases.get(&id)?))
    }

    /// What `reference` names.
    pub fn find(&self, reference: &Reference) -> Result<&Arc<E>, Missing> {
        let found = match reference {
            Reference::Id(id) => self.get(*id),
            Reference::ExternalId(external) => self.by_external(external),
            Reference::Key(_) | Reference::NameAndNumber(..) => {
                let key = E::key_of(reference).ok_or(Missing::Unknown)?;
                return self.called(&key);
            }
        };
        found.ok_or(Missing::Unknown)
    }

    /// The record that another system knows by this id.
    pub fn by_external(&self, external: &str) -> Option<&Arc<E>> {
        self.records.get(self.by_external_id.get(external)?)
    }

    /// The one record that is called so.
    pub fn called(&self, key: &str) -> Result<&Arc<E>, Missing> {
        match self.by_key.get(key).map(Vec::as_slice) {
            None | Some([]) => Err(Missing::Unknown),
            Some([only]) => self.records.get(only).ok_or(Missing::Unknown),
            Some(_) => Err(Missing::Ambiguous),
        }
    }

    /// All that are called so, by whichever of their natural keys.
    pub fn bearers(&self, key: &str) -> impl Iterator<Item = &Arc<E>> {
        let bearers = self.by_key.get(key).map(Vec::as_slice).unwrap_or_default();
        bearers.iter().filter_map(|bearer| self.records.get(bearer))
    }

    /// Takes a record away that is not to be made after all.
    pub fn remove(&mut self, record: &E) {
        let id = id_of(record);
        if let Some(record) = self.records.remove(&id) {
            self.forget(id, &record);
        }
    }

    /// All of them, in no order.
    pub fn iter(&self) -> impl Iterator<Item = &Arc<E>> {
        self.records.values()
    }
}

/// Name and number of a customer as one text.
fn name_and_number(name: &str, number: &str) -> String {
    format!("{name}\u{1f}{number}")
}

impl Shelved for Organization {
    fn external_id(&self) -> Option<&str> {
        self.external_id.as_deref()
    }

    fn key_of(reference: &Reference) -> Option<String> {
        match reference {
            Reference::Key(name) => Some(name.to_string()),
            Reference::NameAndNumber(both) => Some(name_and_number(&both.0, &both.1)),
            Reference::Id(_) | Reference::ExternalId(_) => None,
        }
    }

    /// Name with number, which are unique together; and the name, which names it where it is the only
    /// one.
    fn natural_keys(&self) -> Vec<String> {
        let number = self.number.as_deref().unwrap_or_default();
        vec![name_and_number(&self.name, number), self.name.to_string()]
    }
}

impl Shelved for Project {
    fn external_id(&self) -> Option<&str> {
        self.external_id.as_deref()
    }

    fn key_of(reference: &Reference) -> Option<String> {
        plain_key(reference)
    }

    fn natural_keys(&self) -> Vec<String> {
        code_then_name(self.code.as_deref(), &self.name)
    }
}

impl Shelved for Activity {
    fn external_id(&self) -> Option<&str> {
        self.external_id.as_deref()
    }

    fn key_of(reference: &Reference) -> Option<String> {
        plain_key(reference)
    }

    fn natural_keys(&self) -> Vec<String> {
        code_then_name(self.code.as_deref(), &self.name)
    }
}

impl Shelved for User {
    fn external_id(&self) -> Option<&str> {
        self.external_id.as_deref()
    }

    fn key_of(reference: &Reference) -> Option<String> {
        plain_key(reference).map(|email| email.to_lowercase())
    }

    fn natural_keys(&self) -> Vec<String> {
        self.email.iter().map(|email| email.to_lowercase()).collect()
    }
}

fn plain_key(reference: &Reference) -> Option<String> {
    match reference {
        Reference::Key(key) => Some(key.to_string()),
        Reference::Id(_) | Reference::ExternalId(_) | Reference::NameAndNumber(..) => None,
    }
}

fn code_then_name(code: Option<&str>, name: &str) -> Vec<String> {
    let code = code.filter(|code| *code != name).map(str::to_owned);
    code.into_iter().chain([name.to_owned()]).collect()
}

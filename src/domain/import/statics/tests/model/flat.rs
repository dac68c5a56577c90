//! The model of lists without trees: every question is a search through all that is there.

/// Whether it is about customers (with a number) or projects (with a code).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kind {
    Customer,
    Project,
}

/// A row of either.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Row {
    pub id: Option<u128>,
    pub external: Option<&'static str>,
    pub name: Option<&'static str>,
    pub second: Option<&'static str>,
    pub more: Option<&'static str>,
    pub deleted: Option<bool>,
    pub last: Option<i64>,
}

/// A record of either.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Flat {
    pub id: u128,
    pub name: String,
    pub second: Option<String>,
    pub external: Option<String>,
    pub more: Option<String>,
    pub is_active: bool,
    pub last: Option<i64>,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Outcome {
    Created,
    Updated,
    Unchanged,
    Archived,
    Skipped,
    Failed,
}

pub fn counts(outcomes: &[Outcome]) -> [u64; 6] {
    use Outcome::*;
    [Created, Updated, Unchanged, Archived, Skipped, Failed]
        .map(|wanted| u64::try_from(outcomes.iter().filter(|it| **it == wanted).count()).unwrap())
}

impl Flat {
    fn rank(&self) -> (bool, bool) {
        (self.second.is_some(), self.external.is_some())
    }
}

/// What the name or number of a row leads to: nothing, one record, or nobody knows which.
fn by_key(kind: Kind, records: &[Flat], row: &Row) -> Result<Option<u128>, ()> {
    let Some(name) = row.name else {
        let coded = kind == Kind::Project;
        let bearer = records
            .iter()
            .find(|it| coded && row.second.is_some() && it.second.as_deref() == row.second);
        return Ok(bearer.map(|it| it.id));
    };
    if kind == Kind::Customer {
        let bearer = records
            .iter()
            .find(|it| it.name == name && it.second.as_deref() == row.second);
        return Ok(bearer.map(|it| it.id));
    }
    if let Some(code) = row.second {
        return Ok(records
            .iter()
            .find(|it| it.second.as_deref() == Some(code))
            .map(|it| it.id));
    }
    let named = records.iter().filter(|it| it.name == name);
    let mut named: Vec<&Flat> = named
        .filter(|it| {
            row.external.is_none() || it.external.is_none() || it.external.as_deref() == row.external
        })
        .collect();
    named.sort_by_key(|it| it.rank());
    match named.as_slice() {
        [] => Ok(None),
        [one, other, ..] if one.rank() == other.rank() => Err(()),
        [one, ..] => Ok(Some(one.id)),
    }
}

/// Whether two rows that would each make something would make the same.
fn same_name(kind: Kind, earlier: &Row, row: &Row) -> bool {
    match kind {
        Kind::Customer => row.name.is_some() && (earlier.name, earlier.second) == (row.name, row.second),
        Kind::Project if row.second.is_some() => earlier.second == row.second,
        Kind::Project => row.name.is_some() && earlier.name == row.name,
    }
}

/// What becomes of each row, and of the records.
#[expect(
    clippy::too_many_lines,
    reason = "a model is read from its beginning to its end"
)]
pub fn import(kind: Kind, stored: &[Flat], rows: &[Row]) -> (Vec<Outcome>, Vec<Flat>) {
    let mut records = stored.to_vec();
    let mut outcomes: Vec<Outcome> = Vec::new();
    // Which row is about which record; which ids of the payload name which; which bad rows would
    // have made something; which rows know their record by name alone.
    let (mut claims, mut aliases, mut ghosts, mut called) = (vec![], vec![], vec![], vec![]);
    let mut told: Vec<usize> = Vec::new();
    for (index, row) in rows.iter().enumerate() {
        let find = |id: u128| records.iter().find(|it| it.id == id).map(|it| it.id);
        let alias = |id: u128| {
            aliases
                .iter()
                .rev()
                .find(|(from, _)| *from == id)
                .map(|(_, to)| *to)
        };
        let by_id = row.id.and_then(|id| find(id).or(alias(id)));
        let id_ghost = told.iter().find(|it| row.id.is_some() && rows[**it].id == row.id);
        let external = row
            .external
            .and_then(|external| records.iter().find(|it| it.external.as_deref() == Some(external)));
        let external_ghost = told
            .iter()
            .find(|it| row.external.is_some() && rows[**it].external == row.external);
        let key = by_key(kind, &records, row);
        let name_ghost = ghosts
            .iter()
            .find(|it: &&usize| same_name(kind, &rows[**it], row));
        let mut is_by_name = false;
        let found: Result<u128, Option<usize>> = if let Some(row) = id_ghost.or(external_ghost) {
            Err(Some(*row))
        } else if let Some(id) = by_id.or(external.map(|it| it.id)) {
            Ok(id)
        } else {
            match key {
                Err(()) => {
                    told.push(index);
                    ghosts.push(index);
                    outcomes.push(Outcome::Failed);
                    continue;
                }
                Ok(Some(id)) => {
                    is_by_name = kind == Kind::Project && row.second.is_none();
                    Ok(id)
                }
                Ok(None) => Err(name_ghost.copied()),
            }
        };
        let first = match found {
            Ok(id) => claims
                .iter()
                .find(|(claimed, _)| *claimed == id)
                .map(|(_, row)| *row),
            Err(ghost) => ghost,
        };
        if let Some(first) = first {
            let is_twin = rows[first] == *row && outcomes[first] != Outcome::Failed;
            outcomes.push(if is_twin {
                Outcome::Unchanged
            } else {
                Outcome::Failed
            });
            continue;
        }
        told.push(index);
        let existing = found
            .ok()
            .and_then(|id| records.iter().find(|it| it.id == id).cloned());
        let has_name = row.name.is_some() || (kind == Kind::Project && row.second.is_some());
        if existing.is_none() && row.deleted == Some(true) && !has_name {
            ghosts.push(index);
            outcomes.push(Outcome::Unchanged);
            continue;
        }
        let id = existing
            .as_ref()
            .map(|it| it.id)
            .or(row.id)
            .unwrap_or(2_000 + index as u128);
        claims.push((id, index));
        if let (Some(incoming), Some(existing)) = (row.id, &existing) {
            aliases.push((incoming, existing.id));
        }
        let stored_last = existing.as_ref().and_then(|it| it.last);
        let is_older = row
            .last
            .zip(stored_last)
            .is_some_and(|(given, stored)| given < stored);
        if is_by_name && (row.external.is_none() || is_older) {
            called.push((row.name.unwrap(), id, row.external));
        }
        if is_older {
            outcomes.push(Outcome::Skipped);
            continue;
        }
        let before = existing.clone().unwrap_or(Flat {
            id,
            name: String::new(),
            second: None,
            external: None,
            more: None,
            is_active: true,
            last: None,
        });
        let or = |given: Option<&str>, stored: &Option<String>| given.map(str::to_owned).or(stored.clone());
        let after = Flat {
            id,
            name: row.name.map_or(before.name.clone(), str::to_owned),
            second: or(row.second, &before.second),
            external: or(row.external, &before.external),
            more: or(row.more, &before.more),
            is_active: row.deleted.map_or(before.is_active, |deleted| !deleted),
            last: row.last.or(before.last),
        };
        let is_renamed = existing
            .as_ref()
            .is_none_or(|it| (&it.name, &it.second) != (&after.name, &after.second));
        let others = || records.iter().filter(|it| it.id != id);
        let is_taken = others().any(|it| it.external.is_some() && it.external == after.external)
            || is_renamed
                && others().any(|it| match kind {
                    Kind::Customer => (&it.name, &it.second) == (&after.name, &after.second),
                    Kind::Project if after.second.is_some() => it.second == after.second,
                    Kind::Project => {
                        let is_told_apart = it.external.is_some() && after.external.is_some();
                        it.name == after.name && it.second.is_none() && !is_told_apart
                    }
                })
            || existing.as_ref().is_none_or(|it| it.name != after.name)
                && called.iter().any(|(name, meant, external)| {
                    let meant = records.iter().find(|it| it.id == *meant);
                    let is_told_apart = external.is_some()
                        && after.external.is_some()
                        && *external != after.external.as_deref();
                    *name == after.name
                        && !is_told_apart
                        && meant.is_some_and(|it| it.id != id && after.rank() <= it.rank())
                });
        if after.name.is_empty() || is_taken {
            if existing.is_none() {
                ghosts.push(index);
            }
            outcomes.push(Outcome::Failed);
            continue;
        }
        outcomes.push(match &existing {
            None => Outcome::Created,
            Some(it) if it.is_active && !after.is_active => Outcome::Archived,
            Some(it) if *it == after => Outcome::Unchanged,
            Some(_) => Outcome::Updated,
        });
        records.retain(|it| it.id != id);
        records.push(after);
    }
    (outcomes, records)
}

//! The model of a branch: whether its rows fit together at all, and if so, what the tree becomes.
//! Every question is a search through all that is there.

use proptest::prelude::*;

use super::super::kit::*;
use super::{flag, task_key, text, time};
use crate::domain::hours::Hours;
use crate::domain::import::{Collection, Reference, TaskRow};

type Stored = Vec<(prop::sample::Index, &'static str, Option<usize>, bool)>;

const EXTERNALS: [&str; 4] = ["x", "y", "z", "w"];

/// Tasks below earlier ones, with names, external ids (each at most once) and whether in use.
pub fn stored() -> impl Strategy<Value = Stored> {
    let name = prop::sample::select(&["A", "B", "C"][..]);
    let task = (
        any::<prop::sample::Index>(),
        name,
        prop::option::of(0..3_usize),
        prop::bool::weighted(0.9),
    );
    prop::collection::vec(task, 0..6)
}

pub fn row() -> impl Strategy<Value = TaskRow> {
    let id = prop_oneof![3 => Just(None), 1 => (1..6_u128).prop_map(Some), 1 => (50..53_u128).prop_map(Some)];
    let parent = prop_oneof![
        3 => Just(None),
        1 => prop_oneof![1..6_u128, 50..53_u128, Just(1_001_u128)].prop_map(|id| Some(by_id(id))),
        1 => prop::sample::select(&EXTERNALS[..]).prop_map(|it| Some(external(it))),
        2 => prop::sample::select(&["A", "B", "C", "D", "Main"][..]).prop_map(|it| Some(key(it))),
    ];
    let name =
        prop_oneof![1 => Just(None), 6 => prop::sample::select(&["A", "B", "C", "D"][..]).prop_map(Some)];
    (
        id,
        text(&EXTERNALS),
        parent,
        name,
        prop::option::of(1..4_i32),
        flag(),
        time(),
    )
        .prop_map(|(id, external, parent, name, estimate, deleted, last)| TaskRow {
            id: id.map(tsk),
            external_id: external.map(str::to_owned),
            parent,
            name: name.map(str::to_owned),
            estimate: estimate.map(|it| Some(Hours::whole(it))),
            deleted,
            last_update: last.map(at),
            ..TaskRow::default()
        })
}

/// A task, as far as it matters here.
#[derive(Clone, PartialEq, Eq, Debug)]
struct Node {
    id: u128,
    name: String,
    external: Option<String>,
    /// Where its parent is in the list.
    lead: Option<usize>,
    number: u32,
    estimate: Option<Hours>,
    is_active: bool,
    last: Option<i64>,
    /// The row about it, once that is settled.
    row: Option<usize>,
}

fn nodes(world: &World) -> Vec<Node> {
    let tasks: Vec<_> = world.tasks().cloned().collect();
    let place = |id| tasks.iter().position(|it| it.id == id).unwrap();
    let node = |it: &std::sync::Arc<crate::domain::task::ProjectTask>| Node {
        id: it.id.uuid().as_u128(),
        name: it.name.to_string(),
        external: it.external_id.as_deref().map(str::to_owned),
        lead: it.lead_task_id.map(place),
        number: it.number,
        estimate: it.estimate,
        is_active: it.meta.is_active,
        last: it.last_update.map(crate::domain::time::Instant::epoch_micros),
        row: None,
    };
    tasks.iter().map(node).collect()
}

/// Every task by its way down from the top, sorted, without ids that nobody gave.
fn comparable(nodes: &[Node]) -> Vec<String> {
    let mut all: Vec<String> = nodes
        .iter()
        .map(|node| {
            let mut way = String::new();
            let mut at = Some(node);
            while let Some(node) = at {
                way = format!("/{}{}{way}", node.number, node.name);
                at = node.lead.map(|lead| &nodes[lead]);
            }
            let id = Some(node.id).filter(|id| *id < 10_000);
            let Node {
                external,
                estimate,
                is_active,
                last,
                ..
            } = node;
            format!("{way} {id:?} {external:?} {estimate:?} {is_active} {last:?}")
        })
        .collect();
    all.sort();
    all
}

/// Something is wrong with some row.
#[derive(Debug)]
struct Wrong;

/// The tree after the rows; or that they are faulty.
#[expect(
    clippy::too_many_lines,
    reason = "a model is read from its beginning to its end"
)]
fn import(before: &[Node], is_common: bool, rows: &[TaskRow]) -> Result<Vec<Node>, Wrong> {
    let mut nodes = before.to_vec();
    let main = if is_common {
        None
    } else {
        nodes.iter().position(|it| it.lead.is_none())
    };
    let rows: Vec<&TaskRow> = (0..rows.len())
        .filter(|at| !rows[..*at].contains(&rows[*at]))
        .map(|at| &rows[at])
        .collect();
    let find_external = |row: &TaskRow| {
        before
            .iter()
            .position(|it| it.external.is_some() && it.external == row.external_id)
    };
    let mut about: Vec<Option<usize>> = rows
        .iter()
        .map(|row| {
            before
                .iter()
                .position(|it| Some(tsk(it.id)) == row.id)
                .or_else(|| find_external(row))
        })
        .collect();
    for (at, row) in rows.iter().enumerate() {
        for other in 0..at {
            let is_same_id = row.id.is_some() && row.id == rows[other].id;
            let is_same_external = row.external_id.is_some() && row.external_id == rows[other].external_id;
            if is_same_id || is_same_external || (about[at].is_some() && about[at] == about[other]) {
                return Err(Wrong);
            }
        }
    }
    let claimed = about.clone();
    let is_stale = |at: usize, node: Option<usize>| {
        let stored = node.and_then(|node| before.get(node)?.last);
        rows[at]
            .last_update
            .map(crate::domain::time::Instant::epoch_micros)
            .zip(stored)
            .is_some_and(|(given, stored)| given < stored)
    };
    let name_of = |at: usize| {
        let given = rows[at].name.clone().filter(|_| !is_stale(at, claimed[at]));
        given
            .or(claimed[at].map(|node| before[node].name.clone()))
            .unwrap_or_default()
    };
    // Rows first, then what no row is about.
    let parent_of = |at: usize| -> Result<Result<usize, usize>, Wrong> {
        let free = |node: &usize| !claimed.contains(&Some(*node));
        let known = |node: usize| {
            claimed
                .iter()
                .position(|it| *it == Some(node))
                .map_or(Ok(node), Err)
        };
        match rows[at].parent.as_ref().unwrap() {
            Reference::Id(id) => {
                if let Some(row) = rows.iter().position(|it| it.id == Some((*id).into())) {
                    return Ok(Err(row));
                }
                before
                    .iter()
                    .position(|it| it.id == id.as_u128())
                    .map(known)
                    .ok_or(Wrong)
            }
            Reference::ExternalId(external) => {
                if let Some(row) = rows
                    .iter()
                    .position(|it| it.external_id.as_deref() == Some(external))
                {
                    return Ok(Err(row));
                }
                let node = before
                    .iter()
                    .position(|it| it.external.as_deref() == Some(external))
                    .ok_or(Wrong)?;
                match known(node) {
                    Err(row) if rows[row].external_id.is_some() && !is_stale(row, claimed[row]) => Err(Wrong),
                    found => Ok(found),
                }
            }
            Reference::Key(name) => {
                let called: Vec<usize> = (0..rows.len())
                    .filter(|row| *row != at && name_of(*row) == **name)
                    .collect();
                let stored: Vec<usize> = (0..before.len())
                    .filter(free)
                    .filter(|node| before[*node].name == **name)
                    .collect();
                match (called.as_slice(), stored.as_slice()) {
                    ([row], _) => Ok(Err(*row)),
                    ([], [node]) => Ok(Ok(*node)),
                    ([], []) if name_of(at) == **name => Ok(Err(at)),
                    ([], [one, other]) if name_of(at) == **name && before[*other].lead == Some(*one) => {
                        Ok(Ok(*one))
                    }
                    ([], [other, one]) if name_of(at) == **name && before[*other].lead == Some(*one) => {
                        Ok(Ok(*one))
                    }
                    _ => Err(Wrong),
                }
            }
            Reference::NameAndNumber(..) => Err(Wrong),
        }
    };
    let mut leads: Vec<Option<Option<usize>>> = vec![None; rows.len()];
    let mut called: Vec<(Option<usize>, String, usize)> = Vec::new();
    let mut arrivals: Vec<(usize, usize)> = Vec::new();
    loop {
        // The first row that is open and whose parent is settled; who takes what another row is still
        // to give up comes last.
        let mut next = None;
        let mut takers = Vec::new();
        for at in 0..rows.len() {
            if leads[at].is_some() {
                continue;
            }
            let lead = match (&rows[at].parent, claimed[at]) {
                // What is unknown and gone is nowhere.
                (_, None) if rows[at].deleted == Some(true) && rows[at].name.is_none() => Some(main),
                (_, Some(node)) if is_stale(at, Some(node)) => Some(before[node].lead),
                (None, Some(node)) => Some(before[node].lead),
                (None, None) => Some(main),
                (Some(_), _) => match parent_of(at)? {
                    Ok(node) => Some(Some(node)),
                    Err(row) => leads[row]
                        .is_some()
                        .then(|| about[row])
                        .map(|node| node.ok_or(Wrong))
                        .transpose()?
                        .map(Some),
                },
            };
            let is_taken = rows.iter().enumerate().any(|(other, row)| {
                let held = claimed[other].and_then(|node| before[node].external.as_ref());
                let gives_up = row.external_id.is_some() && row.external_id.as_ref() != held;
                let is_open = leads[other].is_none() && !is_stale(other, claimed[other]);
                is_open && gives_up && held.is_some() && held == rows[at].external_id.as_ref()
            });
            match lead {
                Some(lead) if is_taken => takers.push((at, lead)),
                Some(lead) => {
                    next = Some((at, lead));
                    break;
                }
                None => {}
            }
        }
        let next = next.or(takers.first().copied());
        let Some((at, lead)) = next else { break };
        let row = rows[at];
        leads[at] = Some(lead);
        if about[at].is_none()
            && let Some(name) = &row.name
        {
            let bears = |node: &usize| {
                let it = &nodes[*node];
                let is_settled = it.row.is_some() || !claimed.contains(&Some(*node));
                is_settled && (it.lead, &it.name) == (lead, name)
            };
            let bearers: Vec<usize> = (0..nodes.len()).filter(bears).collect();
            let (plain, known): (Vec<usize>, Vec<usize>) = bearers
                .into_iter()
                .partition(|node| nodes[*node].external.is_none());
            about[at] = match (plain.as_slice(), known.as_slice(), &row.external_id) {
                ([one], _, _) | ([], [one], None) => Some(*one),
                ([], [], _) | ([], _, Some(_)) => None,
                _ => return Err(Wrong),
            };
            if let Some(node) = about[at] {
                if nodes[node].row.is_some() {
                    return Err(Wrong);
                }
                if row.external_id.is_none() {
                    called.push((lead, name.clone(), node));
                }
            }
        }
        if is_stale(at, about[at]) {
            nodes[about[at].unwrap()].row = Some(at);
            continue;
        }
        if about[at].is_none() && row.deleted == Some(true) && row.name.is_none() {
            continue;
        }
        let existing = about[at].map(|node| nodes[node].clone());
        let node = about[at].unwrap_or(nodes.len());
        let new = || -> Result<Node, Wrong> {
            Ok(Node {
                id: row.id.map_or(20_000, |id| id.uuid().as_u128()),
                name: row.name.clone().ok_or(Wrong)?,
                external: None,
                lead,
                number: 0,
                estimate: None,
                is_active: true,
                last: None,
                row: None,
            })
        };
        let mut after = existing.clone().map_or_else(new, Ok)?;
        if existing.as_ref().is_none_or(|it| it.lead != lead) {
            arrivals.push((at, node));
        }
        after.lead = lead;
        after.name = row.name.clone().unwrap_or(after.name);
        after.external = row.external_id.clone().or(after.external);
        after.estimate = row.estimate.unwrap_or(after.estimate);
        after.is_active = row.deleted.map_or(after.is_active, |deleted| !deleted);
        after.last = row
            .last_update
            .map(crate::domain::time::Instant::epoch_micros)
            .or(after.last);
        after.row = Some(at);
        let keeps = existing
            .as_ref()
            .is_some_and(|it| (it.lead, &it.name) == (after.lead, &after.name));
        for (other, it) in nodes.iter().enumerate().filter(|(other, _)| *other != node) {
            if after.external.is_some() && it.external == after.external {
                return Err(Wrong);
            }
            let is_settled = it.row.is_some() || !claimed.contains(&Some(other));
            let is_named_so = is_settled && (it.lead, &it.name) == (after.lead, &after.name);
            let is_told_apart = it.external.is_some() && after.external.is_some();
            let is_called = called.iter().any(|(_, _, node)| *node == other);
            let is_free = is_told_apart || (keeps && it.row.is_none());
            if is_named_so && (!is_free || (is_called && !keeps)) {
                return Err(Wrong);
            }
        }
        if node == nodes.len() {
            about[at] = Some(node);
            nodes.push(after);
        } else {
            nodes[node] = after;
        }
    }
    if leads.contains(&None) {
        return Err(Wrong);
    }
    for start in 0..nodes.len() {
        let mut at = nodes[start].lead;
        for _ in 0..nodes.len() {
            at = at.and_then(|node| nodes[node].lead);
        }
        if at.is_some() {
            return Err(Wrong);
        }
    }
    for (at, row) in rows.iter().enumerate() {
        let Some(node) = about[at] else { continue };
        let is_new = before.get(node).is_none_or(|it| it.lead != nodes[node].lead);
        let names_it = row.parent.is_some() && !is_stale(at, about[at]);
        let parent = nodes[node].lead.map(|lead| &nodes[lead]);
        if is_new && names_it && row.deleted != Some(true) && parent.is_some_and(|it| !it.is_active) {
            return Err(Wrong);
        }
    }
    arrivals.sort_unstable();
    for (_, node) in &arrivals {
        nodes[*node].number = u32::MAX;
    }
    for lead in (0..nodes.len()).map(Some).chain([None]) {
        let mut branch: Vec<usize> = (0..nodes.len())
            .filter(|node| nodes[*node].lead == lead)
            .collect();
        let arrival = |node: usize| arrivals.iter().position(|(_, it)| *it == node);
        branch.sort_by_key(|node| (nodes[*node].number, arrival(*node)));
        for (number, node) in (0..).zip(branch) {
            nodes[node].number = number;
        }
    }
    Ok(nodes)
}

/// Compares the import with the model, and imports again.
pub fn check(is_common: bool, stored: &Stored, rows: &[TaskRow]) -> Result<(), TestCaseError> {
    let mut world = World::default();
    if !is_common {
        world.project(1, "Main", None, None);
    }
    let mut externals = EXTERNALS.to_vec();
    for (id, (lead, name, external, is_active)) in (1..).zip(stored) {
        let leads: Vec<u128> = std::iter::once(1_001).chain(1..id).collect();
        let lead = (!is_common).then(|| *lead.get(&leads));
        let external = external
            .filter(|_| !externals.is_empty())
            .map(|at| externals.remove(at % externals.len()));
        world.task(id, (!is_common).then_some(1), lead, name, external);
        if !is_active {
            world.archive(task_key(id));
        }
    }
    let mut rows = rows.to_vec();
    for row in &mut rows {
        if is_common {
            row.parent = None;
        } else {
            row.project = Some(by_id(1));
        }
    }
    let expected = import(&nodes(&world), is_common, &rows);
    let (payload, list) = if is_common {
        (common(rows), Collection::CommonTasks)
    } else {
        (tasks(rows), Collection::Tasks)
    };
    let before = comparable(&nodes(&world));
    // What lands of a faulty payload leaves whole trees: that is checked with every commit.
    world.clone().skip(&payload);
    let ran = world.import(&payload);
    prop_assert_eq!(ran.report.has_faults(), expected.is_err(), "{:?}", ran.faults());
    let Ok(expected) = expected else {
        prop_assert_eq!(comparable(&nodes(&world)), before);
        return Ok(());
    };
    prop_assert_eq!(comparable(&nodes(&world)), comparable(&expected));
    let again = world.import(&payload);
    let [created, updated, _, archived, _, failed] = again.counts(list);
    prop_assert_eq!(
        [created, updated, archived, failed],
        [0; 4],
        "{:?}",
        again.faults()
    );
    prop_assert!(again.changes.puts.is_empty());
    Ok(())
}

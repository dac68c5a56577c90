//! How much work the fragments of a document make for whoever checks that its fields can be
//! merged. Validation expands them again for every selection set and every operation, so a text
//! of some kilobytes can keep it busy for seconds; this counts what it would do, and stops early.

use std::collections::{HashMap, HashSet};

use apollo_compiler::Name;
use apollo_compiler::ast::{Definition, Document, Selection};

/// Whether expanding every selection set of every operation visits more than `limit` selections.
/// The document need not be valid.
pub fn exceeds(document: &Document, limit: usize) -> bool {
    Counter::new(document, limit).is_none_or(|counter| counter.operations(document).is_none())
}

/// The content of each fragment, and what it costs by itself.
struct Counter<'a> {
    fragments: HashMap<&'a Name, (&'a [Selection], Own<'a>)>,
    left: usize,
}

/// What one definition costs, without the definitions that it leads to.
#[derive(Default)]
struct Own<'a> {
    visits: usize,
    spreads: HashSet<&'a Name>,
}

impl<'a> Counter<'a> {
    /// Counts the fragments; nothing when they are too much already.
    fn new(document: &'a Document, limit: usize) -> Option<Self> {
        let fragments = (document.definitions.iter()).filter_map(|definition| match definition {
            Definition::FragmentDefinition(fragment) => Some((
                &fragment.name,
                (fragment.selection_set.as_slice(), Own::default()),
            )),
            _ => None,
        });
        let mut counter = Self {
            fragments: fragments.collect(),
            left: limit,
        };
        let names: Vec<&Name> = counter.fragments.keys().copied().collect();
        for name in names {
            let selections = counter.fragments.get(name).map(|(selections, _)| *selections)?;
            let own = counter.own(selections)?;
            counter.fragments.insert(name, (selections, own));
        }
        counter.left = limit;
        Some(counter)
    }

    /// Counts the operations with all fragments that they lead to.
    fn operations(mut self, document: &'a Document) -> Option<()> {
        for definition in &document.definitions {
            let Definition::OperationDefinition(operation) = definition else {
                continue;
            };
            let own = self.own(&operation.selection_set)?;
            let mut seen: HashSet<&Name> = HashSet::new();
            let mut waiting: Vec<&Name> = own.spreads.into_iter().collect();
            while let Some(name) = waiting.pop() {
                if !seen.insert(name) {
                    continue;
                }
                if let Some((_, own)) = self.fragments.get(name) {
                    self.left = self.left.checked_sub(own.visits + own.spreads.len())?;
                    waiting.extend(&own.spreads);
                }
            }
        }
        Some(())
    }

    /// Expands every selection set within one definition.
    fn own(&mut self, selections: &'a [Selection]) -> Option<Own<'a>> {
        let mut own = Own::default();
        let mut sets = vec![selections];
        let mut inline = Vec::new();
        while let Some(set) = sets.pop() {
            own.visits += self.expand(set)?;
            inline.push(set);
            while let Some(part) = inline.pop() {
                for selection in part {
                    match selection {
                        Selection::Field(field) if field.selection_set.is_empty() => {}
                        Selection::Field(field) => sets.push(&field.selection_set),
                        Selection::InlineFragment(fragment) => inline.push(&fragment.selection_set),
                        Selection::FragmentSpread(spread) => drop(own.spreads.insert(&spread.fragment_name)),
                    }
                }
            }
        }
        Some(own)
    }

    /// Selections visited to find every field that `set` selects directly or through fragments.
    fn expand(&mut self, set: &'a [Selection]) -> Option<usize> {
        let mut visits = 0;
        let mut seen = HashSet::new();
        let mut waiting = vec![set];
        while let Some(part) = waiting.pop() {
            visits += part.len();
            self.left = self.left.checked_sub(part.len())?;
            for selection in part {
                match selection {
                    Selection::Field(_) => {}
                    Selection::InlineFragment(fragment) => waiting.push(&fragment.selection_set),
                    Selection::FragmentSpread(spread) => {
                        if seen.insert(&spread.fragment_name)
                            && let Some((selections, _)) = self.fragments.get(&spread.fragment_name)
                        {
                            waiting.push(selections);
                        }
                    }
                }
            }
        }
        Some(visits)
    }
}

#[cfg(test)]
mod tests {
    use super::exceeds;
    use apollo_compiler::ast::Document;

    fn wide(text: &str, limit: usize) -> bool {
        exceeds(&Document::parse(text, "test").unwrap(), limit)
    }

    #[test]
    fn every_use_of_a_fragment_counts() {
        let text = "{ a { ...F } b { ...F } } fragment F on T { x y z }";
        assert!(
            !wide(text, 13),
            "2 + 2 * (1 + 3) in the operation, 3 in the fragment"
        );
        assert!(wide(text, 12));
        let twice = "query A { ...F } query B { ...F } fragment F on T { x y z }";
        assert!(!wide(twice, 14) && wide(twice, 13));
    }

    #[test]
    fn cycles_and_unknown_fragments_end() {
        assert!(!wide(
            "{ ...A ...N } fragment A on T { ...B } fragment B on T { ...A x { ...A } }",
            100
        ));
    }
}

//! What the resolvers of root fields make of their selections, kept beside the merged form: a
//! request for a known document finds it ready. What it is, only the resolver knows.

use std::any::Any;
use std::sync::{Arc, OnceLock};

use async_graphql::{ContextSelectionSet, Name, QueryPathSegment};

use super::plan::Plan;
use super::shape::Shape;

/// What was made, in order of the response keys of the root fields.
#[derive(Debug, Default)]
pub struct Bound(Box<[(Name, Place)]>);

type Place = OnceLock<Arc<dyn Any + Send + Sync>>;

impl Bound {
    /// Places for every root field of an answer.
    pub fn places(root: &Shape) -> Self {
        let mut keys: Vec<Name> = root.slots.iter().map(|slot| slot.key.clone()).collect();
        keys.sort_unstable();
        Self(keys.into_iter().map(|key| (key, Place::new())).collect())
    }

    fn place(&self, key: &str) -> Option<&Place> {
        let index = self.0.binary_search_by(|(known, _)| known.as_str().cmp(key));
        let (_, place) = self.0.get(index.ok()?)?;
        Some(place)
    }
}

/// What `make` makes of the selection of the root field that is being answered; made once as long
/// as the document is known. It must depend on nothing but the selection.
pub fn bound<T, E>(ctx: &ContextSelectionSet<'_>, make: impl FnOnce() -> Result<T, E>) -> Result<Arc<T>, E>
where
    T: Any + Send + Sync,
{
    let place = root_key(ctx).and_then(|key| ctx.data_opt::<Arc<Plan>>()?.bound.place(key));
    let Some(place) = place else {
        return make().map(Arc::new);
    };
    if let Some(known) = place.get().and_then(|known| Arc::clone(known).downcast().ok()) {
        return Ok(known);
    }
    let new = Arc::new(make()?);
    let _another_was_first = place.set(Arc::<T>::clone(&new));
    Ok(new)
}

/// The response key of the field that is being answered, if it is one of the root.
pub(super) fn root_key<'a>(ctx: &ContextSelectionSet<'a>) -> Option<&'a str> {
    let node = ctx.path_node?;
    match node.segment {
        QueryPathSegment::Name(key) if node.parent.is_none() => Some(key),
        QueryPathSegment::Name(_) | QueryPathSegment::Index(_) => None,
    }
}

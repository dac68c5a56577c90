//! What the resolvers of root fields make of their selections, kept beside the merged form: a
//! request for a known document finds it ready. What it is, only the resolver knows.

use std::any::Any;
use std::collections::HashMap;
use std::sync::{Arc, OnceLock};

use async_graphql::{ContextSelectionSet, Name, QueryPathSegment};

use super::plan::Plan;
use super::shape::Shape;

/// What was made, by the response key of the root field.
#[derive(Debug, Default)]
pub struct Bound(HashMap<Name, OnceLock<Arc<dyn Any + Send + Sync>>>);

impl Bound {
    /// Places for every root field of an answer.
    pub fn places(root: &Shape) -> Self {
        let keys = root.slots.iter().map(|slot| slot.key.clone());
        Self(keys.map(|key| (key, OnceLock::new())).collect())
    }
}

/// What `make` makes of the selection of the root field that is being answered; made once as long
/// as the document is known. It must depend on nothing but the selection.
pub fn bound<T, E>(ctx: &ContextSelectionSet<'_>, make: impl FnOnce() -> Result<T, E>) -> Result<Arc<T>, E>
where
    T: Any + Send + Sync,
{
    let place = root_key(ctx).and_then(|key| ctx.data_opt::<Arc<Plan>>()?.bound.0.get(key));
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

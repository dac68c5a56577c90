//! Inputs that change a part: what they do not mention stays, and null clears.

/// A new value for something that may be without one: `None` leaves it as it is, `Some(None)`
/// clears it.
pub type Patch<T> = Option<Option<T>>;

/// What `current` is after `patch`.
pub fn patched<T>(current: Option<T>, patch: Patch<T>) -> Option<T> {
    patch.unwrap_or(current)
}

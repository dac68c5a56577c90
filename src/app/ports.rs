//! What the application needs of the outside, beside the store, the clock and the ids.

/// Draws secrets.
pub trait Secrets: Send + Sync {
    /// 32 bytes that nobody can guess.
    fn draw(&self) -> [u8; 32];
}

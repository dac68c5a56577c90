//! What a GraphQL caller may ask for at once. Each number is a default that a person or a program
//! of good will does not meet, and that keeps the cost of a hostile request to milliseconds.

use std::time::Duration;

/// Limits of one document and its execution.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Bytes of a document's text; one beyond it is refused unread.
    pub document_bytes: usize,
    /// Tokens of a document: 20,000 hold a sheet of 100 lines a week written as literals.
    pub tokens: usize,
    /// Open brackets at any place of a document. Parsers recurse on them, so it is checked first.
    pub nesting: usize,
    /// Levels of fields in an answer. The introspection query of GraphiQL needs 15.
    pub depth: usize,
    /// Fields of an answer's shape once fragments are inlined and equal keys merged.
    pub fields: usize,
    /// Selections visited while merging; stops documents that are merged for ever into little.
    pub merge_steps: usize,
    /// Weight of an operation: one for each field, those below a list as often as the list is long
    /// (its `first` or `last`, else an assumed length).
    pub cost: u64,
    /// Documents kept parsed.
    pub cached_documents: usize,
    /// Bytes that the kept documents may take, as far as they can be estimated.
    pub cached_bytes: usize,
    /// Merged forms kept for each operation: one for each combination of `@skip` and `@include`
    /// values and absent variables that was seen.
    pub plans_per_operation: usize,
    /// Errors reported for one document.
    pub errors: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            document_bytes: 256 * 1024,
            tokens: 20_000,
            nesting: 100,
            depth: 20,
            fields: 5_000,
            merge_steps: 100_000,
            cost: 500_000,
            cached_documents: 1_000,
            cached_bytes: 32 * 1024 * 1024,
            plans_per_operation: 16,
            errors: 20,
        }
    }
}

/// Limits of the transports: HTTP bodies, event streams and sockets.
#[derive(Debug, Clone, Copy)]
pub struct TransportLimits {
    /// Bytes of a request's body, and of one message over a socket.
    pub body_bytes: usize,
    /// Operations that run at once on one socket.
    pub operations_per_socket: usize,
    /// How long a socket may wait with its `connection_init` (close code 4408).
    pub init_within: Duration,
    /// How often a socket is pinged; one that shows no life for two of these is closed.
    pub ping_every: Duration,
    /// How long one message may take to be written before the socket counts as stalled.
    pub write_within: Duration,
    /// Messages that wait for one socket; an operation that has more to say waits too.
    pub queued_messages: usize,
    /// How often an event stream that has nothing to say sends a comment.
    pub keep_alive_every: Duration,
}

impl Default for TransportLimits {
    fn default() -> Self {
        Self {
            body_bytes: 1024 * 1024,
            operations_per_socket: 100,
            init_within: Duration::from_secs(5),
            ping_every: Duration::from_secs(15),
            write_within: Duration::from_secs(10),
            queued_messages: 16,
            keep_alive_every: Duration::from_secs(12),
        }
    }
}

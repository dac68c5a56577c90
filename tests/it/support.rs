//! What tests share: servers to talk to, and raw connections to misbehave on.

pub mod absent_store;
pub mod client;
pub mod process;
pub mod server;
pub mod stack;

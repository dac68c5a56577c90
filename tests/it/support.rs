//! What tests share: servers to talk to, raw connections to misbehave on, and a small company to
//! ask about.

pub mod absent_store;
pub mod client;
pub mod company;
pub mod counted;
pub mod gated;
pub mod process;
pub mod records;
pub mod server;
pub mod stack;
pub mod staffed;

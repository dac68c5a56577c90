//! The protocol layer over real connections: the front, HTTP, event streams and WebSockets.

mod documents;
mod hostile;
mod http;
mod variables;
mod ws;

//! HTTP around the faces.

mod limits;
mod sessions;
mod shutdown;
mod tls;
mod unread;
mod watching;

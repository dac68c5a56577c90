//! HTTP around the faces.

mod limits;
mod shutdown;
mod tls;
mod watching;

//! Where the parts are joined: the store, the application, the faces and HTTP. The only module
//! that names a backend.

pub mod first_start;
pub mod system;

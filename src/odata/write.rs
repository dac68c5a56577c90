//! Writes of timesheets: PUT saves a sheet whole, PATCH its scalars, DELETE deletes it. All of them
//! become the commands that GraphQL sends too.

pub mod body;

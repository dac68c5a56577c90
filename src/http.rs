//! HTTP around the faces: connections, limits, authentication, logs and figures. What a request
//! means is the faces' matter; they are handed in as one router.

pub mod accept;
pub mod admin;
pub mod answer;
pub mod area;
pub mod auth;
pub mod closing;
pub mod gate;
pub mod health;
pub mod limits;
pub mod logs;
pub mod metrics;
pub mod request_id;
pub mod sync;
pub mod tls;
pub mod ui;
pub mod unread;
pub mod uploads;

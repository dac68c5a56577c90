//! Imports as the application plans them, over a real store: against a simple model, and rule by
//! rule.

mod bookings;
mod desk;
mod model;
mod refusals;

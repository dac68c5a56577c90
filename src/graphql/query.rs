//! The queries. None of them writes: a timesheet that is not there yet is opened by a mutation.

use async_graphql::MergedObject;

pub mod approvals;
pub mod booking;
pub mod filter;
pub mod input;
pub mod lists;
pub mod names;
pub mod order;
pub mod paging;
pub mod past;
pub mod records;

/// What can be asked. Nothing here changes anything, and nothing is shown that the caller may not
/// see: it is null, or not listed.
#[derive(MergedObject, Default)]
#[graphql(name = "Query")]
pub struct Query(
    approvals::Approving,
    booking::Booking,
    lists::Lists,
    records::Records,
    past::Past,
);

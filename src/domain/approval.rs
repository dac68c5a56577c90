//! The states of a sheet. The table of their transitions comes with the approval actions.

use serde::{Deserialize, Serialize};
use uuid::{Uuid, uuid};

/// Where a sheet stands.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
pub enum ApprovalStatus {
    /// Being filled in.
    Draft,
    /// Handed in, waiting for the approver.
    Submitted,
    /// Accepted.
    Approved,
    /// Sent back with a comment.
    Rejected,
}

impl ApprovalStatus {
    /// All of them, in the order in which a sheet goes through them.
    pub const ALL: [Self; 4] = [Self::Draft, Self::Submitted, Self::Approved, Self::Rejected];

    /// The code as every face spells it.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Draft => "Draft",
            Self::Submitted => "Submitted",
            Self::Approved => "Approved",
            Self::Rejected => "Rejected",
        }
    }

    /// The fixed id under which OData clients know the state; Draft's is the one in the seed.
    pub const fn id(self) -> Uuid {
        match self {
            Self::Draft => uuid!("0aefb600-42fb-4aa5-991c-d70dc7ac7b27"),
            Self::Submitted => uuid!("0aefb600-42fb-4aa5-991c-d70dc7ac7b28"),
            Self::Approved => uuid!("0aefb600-42fb-4aa5-991c-d70dc7ac7b29"),
            Self::Rejected => uuid!("0aefb600-42fb-4aa5-991c-d70dc7ac7b2a"),
        }
    }

    /// Whether the owner may work on the sheet in this state (SPEC 6).
    pub const fn is_open(self) -> bool {
        matches!(self, Self::Draft | Self::Rejected)
    }
}

//! Exact decimals other than hours, such as prices and rates of tax: an integer of 1/100,000,
//! never a float.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::hours::{Hours, InvalidHours};

/// A decimal number with at most five places.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Amount(i64);

impl Amount {
    /// Nothing.
    pub const ZERO: Self = Self(0);

    /// A whole number.
    pub const fn whole(number: i32) -> Self {
        Self(Hours::whole(number).units())
    }

    /// From units of 1/100,000.
    pub const fn from_units(units: i64) -> Self {
        Self(units)
    }

    /// In units of 1/100,000.
    pub const fn units(self) -> i64 {
        self.0
    }
}

impl From<Hours> for Amount {
    /// The same number; both are kept alike.
    fn from(number: Hours) -> Self {
        Self(number.units())
    }
}

impl FromStr for Amount {
    type Err = InvalidHours;

    /// Reads a number as [`Hours`] does: a sixth place is an error and never rounded.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        text.parse().map(|hours: Hours| Self(hours.units()))
    }
}

impl fmt::Display for Amount {
    /// The shortest exact decimal.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Hours::from_units(self.0).fmt(f)
    }
}

impl fmt::Debug for Amount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

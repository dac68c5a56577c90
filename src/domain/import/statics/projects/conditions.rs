//! Whether a project is paid, limited in time and restricted in working time, and what each of these
//! needs (I8).

use super::required;
use crate::domain::amount::Amount;
use crate::domain::error::Fault;
use crate::domain::hours::Hours;
use crate::domain::import::row::ProjectRow;
use crate::domain::patch::{Patch, patched};
use crate::domain::project::{BillingType, Project, Terms};
use crate::domain::time::Date;

/// What a row says of these.
pub struct Conditions {
    /// How the hours are billed.
    pub billing_type: BillingType,
    /// What they cost.
    pub terms: Patch<Terms>,
    /// The first date that may be booked.
    pub start_date: Patch<Date>,
    /// The last.
    pub end_date: Patch<Date>,
    /// The most hours that it is to take.
    pub working_time_limit: Patch<Hours>,
}

/// Reads them over what is stored. What a flag needs may be stored already; a flag that is `false`
/// clears it, whatever else the row says.
pub fn read(row: &ProjectRow, existing: Option<&Project>, faults: &mut Vec<Fault>) -> Conditions {
    let (start_date, end_date) = dates(row, existing, faults);
    Conditions {
        billing_type: billing_type(row, existing),
        terms: terms(row, existing.and_then(|it| it.terms.as_deref()), faults),
        start_date,
        end_date,
        working_time_limit: limit(row, existing, faults),
    }
}

/// Where the row does not say it, whether it is paid does; that is no news of a project that is
/// billable already.
fn billing_type(row: &ProjectRow, existing: Option<&Project>) -> BillingType {
    let before = existing.map_or(BillingType::NonBillable, |it| it.billing_type);
    match (row.billing_type, row.is_paid) {
        (Some(billing_type), _) => billing_type,
        (None, Some(false)) => BillingType::NonBillable,
        (None, Some(true)) if !before.is_billable() => BillingType::TimeAndMaterial,
        (None, _) => before,
    }
}

/// Price, tax and currency go together.
fn terms(row: &ProjectRow, stored: Option<&Terms>, faults: &mut Vec<Fault>) -> Patch<Terms> {
    if row.is_paid == Some(false) {
        return Some(None);
    }
    let is_said = row.price_per_hour.is_some() || row.vat.is_some() || row.currency.is_some();
    if !is_said && row.is_paid.is_none() {
        return None;
    }
    let price: Option<Amount> = patched(stored.map(|it| it.price_per_hour), row.price_per_hour);
    let vat: Option<Amount> = patched(stored.map(|it| it.vat_percent), row.vat);
    let currency = match &row.currency {
        Some(currency) => currency.as_deref(),
        None => stored.map(|it| &*it.currency),
    };
    if let (Some(price_per_hour), Some(vat_percent), Some(currency)) = (price, vat, currency) {
        let currency = currency.into();
        return Some(Some(Terms {
            price_per_hour,
            vat_percent,
            currency,
        }));
    }
    let is_nothing = price.is_none() && vat.is_none() && currency.is_none();
    if is_nothing && row.is_paid.is_none() {
        return Some(None);
    }
    let parts = [
        ("pricePerHour", price.is_some()),
        ("vat", vat.is_some()),
        ("currency", currency.is_some()),
    ];
    for (member, _) in parts.into_iter().filter(|(_, is_there)| !is_there) {
        let message = "paid hours need a price, value-added tax and a currency";
        faults.push(required(member, message));
    }
    None
}

fn dates(
    row: &ProjectRow,
    existing: Option<&Project>,
    faults: &mut Vec<Fault>,
) -> (Patch<Date>, Patch<Date>) {
    if row.is_time_limited == Some(false) {
        return (Some(None), Some(None));
    }
    if row.is_time_limited == Some(true) {
        let first = patched(existing.and_then(|it| it.first_booking_date), row.start_date);
        let last = patched(existing.and_then(|it| it.last_booking_date), row.end_date);
        for (member, date) in [("startDate", first), ("endDate", last)] {
            if date.is_none() {
                let message = "a project that is limited in time needs both dates";
                faults.push(required(member, message));
            }
        }
    }
    (row.start_date, row.end_date)
}

fn limit(row: &ProjectRow, existing: Option<&Project>, faults: &mut Vec<Fault>) -> Patch<Hours> {
    if row.is_working_time_restricted == Some(false) {
        return Some(None);
    }
    let limit = patched(
        existing.and_then(|it| it.working_time_limit),
        row.max_working_time,
    );
    if row.is_working_time_restricted == Some(true) && limit.is_none() {
        let message = "a project whose working time is restricted needs its maximum";
        faults.push(required("maxWorkingTime", message));
    }
    row.max_working_time
}

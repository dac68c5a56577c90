//! What bookings make of one sheet: which of them it takes, and what it remembers of them.

use std::collections::{BTreeMap, BTreeSet};

use super::cells::{Cells, Obstacle};
use super::{Course, Refused, Step, Weaving, Work, Woven};
use crate::domain::error::{Fault, FaultCode, Path};
use crate::domain::hours::Hours;
use crate::domain::id::RowIds;
use crate::domain::time::Date;
use crate::domain::time_entry::WorkedTime;
use crate::domain::timesheet::contributions::{Contribution, ContributionRef, Contributions};
use crate::domain::timesheet::lock::Lock;
use crate::domain::timesheet::references::LineTarget;
use crate::domain::timesheet::rows::{Rows, TimesheetLine};
use crate::domain::timesheet::{LineRef, Timesheet};

/// What a booking contributes to: not a cell, but what its line is booked on, and its date.
pub(super) type Spot = (LineTarget, Date);

/// What contributions bring to one spot.
#[derive(Default)]
pub(super) struct Brought<'a> {
    /// The work.
    pub(super) worked: WorkedTime,
    /// What was done, each thing once, in the order of the bookings.
    said: Vec<&'a str>,
}

/// What happens to one spot.
#[derive(Default)]
pub(super) struct Touched<'a> {
    /// What was brought before.
    pub(super) before: Brought<'a>,
    /// What is brought from now on.
    pub(super) after: Brought<'a>,
    /// The changes that do it.
    changes: BTreeSet<u32>,
}

impl<'a> Brought<'a> {
    fn add(&mut self, worked: WorkedTime, description: &'a str) {
        self.worked = self.worked + worked;
        if !description.is_empty() && !self.said.contains(&description) {
            self.said.push(description);
        }
    }

    /// What was done, as far as a comment has room for it.
    pub(super) fn comment(&self) -> String {
        let mut comment = self.said.join("; ");
        if let Some((end, _)) = comment.char_indices().nth(Timesheet::MAX_COMMENT_CHARS) {
            comment.truncate(end);
        }
        comment
    }
}

impl Weaving<'_> {
    /// The sheet with what the steps bring; or which changes it does not take.
    pub(super) fn bring(&self, work: Work<'_>, mut ids: RowIds) -> Result<Woven, Vec<Refused>> {
        let Work {
            mut sheet,
            before,
            steps,
        } = work;
        self.admit(&sheet, steps)?;
        let contributions = self.contributions(&sheet, steps);
        let touched = self.touched(&sheet, &contributions, steps);
        let lines: Vec<TimesheetLine> = sheet.lines().map(LineRef::to_line).collect();
        let mut fresh = ids.by_ref().filter(|id| !sheet.rows.has_row(*id));
        let mut cells = Cells::new(lines, self.now, &mut fresh);
        let mut refused = Vec::new();
        for (spot, touched) in &touched {
            if let Err(obstacle) = cells.bring(*spot, touched) {
                refused.extend(self.culprits(*spot, touched, steps, obstacle));
            }
        }
        if !refused.is_empty() {
            return Err(refused);
        }
        let lines = cells.into_lines();
        let all = |code, message: String| {
            let fault = Fault {
                path: Path::ROOT,
                code,
                message,
            };
            refuse_all(steps, &fault)
        };
        if lines.len() > Timesheet::MAX_LINES {
            let message = format!(
                "the timesheet would have more than {} lines",
                Timesheet::MAX_LINES
            );
            return Err(all(FaultCode::OutOfRange, message));
        }
        if contributions.len() > Timesheet::MAX_CONTRIBUTIONS {
            let most = Timesheet::MAX_CONTRIBUTIONS;
            let message = format!("the timesheet would have more than {most} time entries");
            return Err(all(FaultCode::OutOfRange, message));
        }
        let rows = Rows::pack(sheet.period.from(), &lines);
        let packed = Contributions::pack(contributions);
        let (Some(rows), Some(packed)) = (rows, packed) else {
            let message = "more than a timesheet can hold".to_owned();
            return Err(all(FaultCode::OutOfRange, message));
        };
        if before.is_some() {
            sheet.meta = sheet.meta.changed();
        }
        sheet.rows = rows;
        sheet.contributions = (!packed.is_empty()).then(|| Box::new(packed));
        Ok(Woven { sheet, before })
    }

    /// I12: the sheet is open, and the day is not locked.
    fn admit(&self, sheet: &Timesheet, steps: &[Step]) -> Result<(), Vec<Refused>> {
        if !sheet.status.is_open() {
            let fault = Fault {
                path: Path::ROOT,
                code: FaultCode::WrongState,
                message: format!("the timesheet {} is {}", sheet.name, sheet.status.code()),
            };
            return Err(refuse_all(steps, &fault));
        }
        let lock = Lock::of(self.settings, self.owner);
        let refused: Vec<Refused> = steps
            .iter()
            .filter(|step| lock.covers(step.date))
            .map(|step| Refused {
                change: step.change,
                fault: Fault {
                    path: Path::ROOT,
                    code: FaultCode::Locked,
                    message: format!("{} takes no hours: {}", step.date, lock.reason()),
                },
            })
            .collect();
        if refused.is_empty() { Ok(()) } else { Err(refused) }
    }

    /// The spots that the steps meet, with what is brought to them before and after.
    fn touched<'a>(
        &self,
        sheet: &'a Timesheet,
        contributions: &'a [Contribution],
        steps: &[Step],
    ) -> BTreeMap<Spot, Touched<'a>> {
        let mut touched: BTreeMap<Spot, Touched<'a>> = BTreeMap::new();
        let mut touch = |spot, change| touched.entry(spot).or_default().changes.insert(change);
        for step in steps {
            let Some(change) = self.change(*step) else {
                continue;
            };
            match step.course {
                Course::Comes(_) => drop(touch((change.entry.target, step.date), step.change)),
                Course::Leaves => {
                    let left = sheet
                        .contributions()
                        .filter(|it| it.id() == change.entry.id && it.date() == step.date);
                    for contribution in left {
                        touch((contribution.target(), step.date), step.change);
                    }
                }
            }
        }
        for it in sheet.contributions().filter(|it| !it.is_deleted()) {
            if let Some(touched) = touched.get_mut(&(it.target(), it.date())) {
                touched.before.add(it.worked(), it.description());
            }
        }
        for Contribution { entry, date, worked } in contributions {
            if !entry.is_deleted
                && let Some(touched) = touched.get_mut(&(entry.target, *date))
            {
                touched.after.add(*worked, &entry.description);
            }
        }
        touched
    }

    /// All contributions to the sheet after the steps.
    fn contributions(&self, sheet: &Timesheet, steps: &[Step]) -> Vec<Contribution> {
        let gone: BTreeSet<_> = steps
            .iter()
            .filter(|step| step.course == Course::Leaves)
            .filter_map(|step| Some((self.change(*step)?.entry.id, step.date)))
            .collect();
        let stay = sheet
            .contributions()
            .filter(|it| !gone.contains(&(it.id(), it.date())))
            .map(ContributionRef::to_contribution);
        let come = steps.iter().filter_map(|step| {
            let (change, part) = self.part(*step)?;
            Some(Contribution {
                entry: change.entry.clone(),
                date: part.date,
                worked: part.worked,
            })
        });
        let mut all: Vec<Contribution> = stay.chain(come).collect();
        all.sort_by(Contribution::in_order);
        all
    }

    /// Which changes a cell does not take: all, or, where they come together to too many hours, the
    /// last of the payload that make them too many.
    fn culprits(
        &self,
        spot: Spot,
        touched: &Touched<'_>,
        steps: &[Step],
        obstacle: Obstacle,
    ) -> Vec<Refused> {
        let (mut excess, fault) = match obstacle {
            Obstacle::Closed(fault) => return refuse(touched.changes.iter().copied(), &fault),
            Obstacle::TooFull(excess, fault) => (excess, fault),
        };
        let mut here: Vec<(u32, Hours)> = steps
            .iter()
            .filter_map(|step| {
                let (change, part) = self.part(*step)?;
                let is_here = (change.entry.target, part.date) == spot && part.worked > WorkedTime::ZERO;
                is_here.then(|| (step.change, part.worked.to_hours()))
            })
            .collect();
        here.sort_unstable_by_key(|(change, _)| std::cmp::Reverse(*change));
        let too_many = here.into_iter().take_while(|(_, hours)| {
            let is_too_many = excess > Hours::ZERO;
            excess = excess - *hours;
            is_too_many
        });
        refuse(too_many.map(|(change, _)| change), &fault)
    }
}

fn refuse_all(steps: &[Step], fault: &Fault) -> Vec<Refused> {
    let changes: BTreeSet<u32> = steps.iter().map(|step| step.change).collect();
    refuse(changes, fault)
}

fn refuse(changes: impl IntoIterator<Item = u32>, fault: &Fault) -> Vec<Refused> {
    let refused = changes.into_iter().map(|change| Refused {
        change,
        fault: fault.clone(),
    });
    refused.collect()
}

//! What the sheets hold, read back page by page, and whether it is what the rows say.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::Result;
use crate::api::Api;
use crate::data::{Data, Hundredths, decimal, hundredths, sip};

const SHEETS: &str = "query($after: String) {
  timesheets(first: 200, after: $after) {
    nodes {
      id rowVersion user { externalId }
      lines { id project { externalId } cells { id date hours } }
    }
    pageInfo { hasNextPage endCursor }
  }
}";

/// All sheets of the developers.
pub struct Booked {
    per_developer: BTreeMap<String, Hundredths>,
    per_project: BTreeMap<String, Hundredths>,
    versions: BTreeMap<String, String>,
    cells: BTreeMap<String, Hundredths>,
}

impl Booked {
    pub async fn read(api: &Api) -> Result<Self> {
        let mut booked = Self {
            per_developer: BTreeMap::new(),
            per_project: BTreeMap::new(),
            versions: BTreeMap::new(),
            cells: BTreeMap::new(),
        };
        let mut after = Value::Null;
        loop {
            let data = api.graphql(SHEETS, json!({ "after": after })).await?;
            let page = &data["timesheets"];
            for sheet in page["nodes"].as_array().into_iter().flatten() {
                booked.add(sheet)?;
            }
            if page["pageInfo"]["hasNextPage"] != true {
                return Ok(booked);
            }
            after = page["pageInfo"]["endCursor"].clone();
        }
    }

    fn add(&mut self, sheet: &Value) -> Result<()> {
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let developer = text(&sheet["user"]["externalId"]);
        if !developer.starts_with("sip:") {
            return Ok(());
        }
        self.versions
            .insert(text(&sheet["id"]), text(&sheet["rowVersion"]));
        for line in sheet["lines"].as_array().into_iter().flatten() {
            let project = text(&line["project"]["externalId"]);
            for cell in line["cells"].as_array().into_iter().flatten() {
                let hours = hundredths(cell["hours"].as_str().unwrap_or_default())?;
                *self.per_developer.entry(developer.clone()).or_default() += hours;
                *self.per_project.entry(project.clone()).or_default() += hours;
                self.cells.insert(text(&cell["id"]), hours);
            }
        }
        Ok(())
    }

    pub fn total(&self) -> String {
        decimal(self.cells.values().sum())
    }

    /// To the last digit, per developer, per project and in all.
    pub fn prove(&self, data: &Data) -> Result<()> {
        let (mut per_developer, mut per_project) = (BTreeMap::new(), BTreeMap::new());
        for booking in &data.bookings {
            *per_developer.entry(sip(&booking.developer)).or_default() += booking.hours;
            *per_project.entry(sip(&booking.project)).or_default() += booking.hours;
        }
        same("developer", &per_developer, &self.per_developer)?;
        same("project", &per_project, &self.per_project)
    }

    pub fn prove_same_versions(&self, later: &Self) -> Result<()> {
        if self.versions == later.versions {
            Ok(())
        } else {
            Err("a second run took versions".into())
        }
    }

    pub fn prove_one_cell_apart(&self, later: &Self) -> Result<()> {
        let apart = later
            .cells
            .iter()
            .filter(|(id, hours)| self.cells.get(*id) != Some(hours))
            .count();
        let sheets = later
            .versions
            .iter()
            .filter(|(id, version)| self.versions.get(*id) != Some(version))
            .count();
        if (apart, sheets, self.cells.len()) == (1, 1, later.cells.len()) {
            Ok(())
        } else {
            Err(format!("{apart} cells in {sheets} sheets changed").into())
        }
    }
}

fn same(
    what: &str,
    wanted: &BTreeMap<String, Hundredths>,
    found: &BTreeMap<String, Hundredths>,
) -> Result<()> {
    for (name, hours) in wanted {
        let held = found.get(name).copied().unwrap_or_default();
        if held != *hours {
            return Err(format!(
                "{what} {name}: {} in the rows, {} in the sheets",
                decimal(*hours),
                decimal(held)
            )
            .into());
        }
    }
    if wanted.len() == found.len() {
        Ok(())
    } else {
        Err(format!("sheets of another {what}").into())
    }
}

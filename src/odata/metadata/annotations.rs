//! What `$metadata` says of the service beside its types: which options, writes and forms it offers.
//! What stands here is what the service does; tests hold it to that.

use serde_json::{Map, Value, json};

use crate::odata::schema::{Edm, Property, Set, Source, Type};
use crate::odata::types::timesheet;

/// A term with its value.
pub struct Annotation {
    /// With the vocabulary's short name.
    pub term: &'static str,
    /// Its value.
    pub value: Term,
}

/// The value of a term.
pub enum Term {
    /// True or false.
    Bool(bool),
    /// A number.
    Int(i64),
    /// A text.
    Text(&'static str),
    /// A member of an enumeration: its type and its name.
    Member(&'static str, &'static str),
    /// Paths to properties.
    Paths(&'static [&'static str]),
    /// Texts.
    Texts(&'static [&'static str]),
    /// Named values.
    Record(Vec<(&'static str, Term)>),
}

/// What something is.
pub const fn description(text: &'static str) -> Annotation {
    Annotation {
        term: "Core.Description",
        value: Term::Text(text),
    }
}

/// Of a property: what it is, and whether the server makes it.
pub fn of_property(of: &Type, property: &Property) -> Vec<Annotation> {
    let mut annotations = vec![description(property.description)];
    if !is_written(of, property) {
        annotations.push(Annotation {
            term: "Core.Computed",
            value: Term::Bool(true),
        });
    }
    annotations
}

/// Whether a client may set it, beside ids of new rows.
fn is_written(of: &Type, property: &Property) -> bool {
    let written: &[&str] = if std::ptr::eq(of, &raw const timesheet::SHEET) {
        &["id", "name", "rowVersion"]
    } else if std::ptr::eq(of, &raw const timesheet::LINE) {
        &["id", "projectId", "projectTaskId", "activityId", "orderNumber"]
    } else if std::ptr::eq(of, &raw const timesheet::CELL) {
        &["id", "date", "duration", "comments"]
    } else {
        &["id"]
    };
    written.contains(&property.name)
}

/// Of the whole service.
pub fn of_service() -> Vec<Annotation> {
    let record = |members| Term::Record(members);
    vec![
        Annotation {
            term: "Core.ODataVersions",
            value: Term::Text("4.0 4.01"),
        },
        Annotation {
            term: "Capabilities.ConformanceLevel",
            value: Term::Member("Capabilities.ConformanceLevelType", "Advanced"),
        },
        Annotation {
            term: "Capabilities.SupportedFormats",
            value: Term::Texts(&[
                "application/json;odata.metadata=minimal;IEEE754Compatible=false",
                "application/json;odata.metadata=full;IEEE754Compatible=true",
                "application/json;odata.metadata=none",
            ]),
        },
        Annotation {
            term: "Capabilities.AsynchronousRequestsSupported",
            value: Term::Bool(false),
        },
        Annotation {
            term: "Capabilities.CrossJoinSupported",
            value: Term::Bool(true),
        },
        Annotation {
            term: "Capabilities.KeyAsSegmentSupported",
            value: Term::Bool(true),
        },
        Annotation {
            term: "Capabilities.SelectSupport",
            value: record(vec![
                ("Supported", Term::Bool(true)),
                ("InstanceAnnotationsSupported", Term::Bool(false)),
                ("Expandable", Term::Bool(false)),
                ("Filterable", Term::Bool(true)),
                ("Searchable", Term::Bool(false)),
                ("TopSupported", Term::Bool(true)),
                ("SkipSupported", Term::Bool(true)),
                ("ComputeSupported", Term::Bool(false)),
                ("Countable", Term::Bool(true)),
                ("Sortable", Term::Bool(true)),
            ]),
        },
        Annotation {
            term: "Capabilities.ComputeSupported",
            value: Term::Bool(true),
        },
        Annotation {
            term: "Capabilities.QuerySegmentSupported",
            value: Term::Bool(true),
        },
        Annotation {
            term: "Capabilities.BatchSupport",
            value: record(vec![
                ("Supported", Term::Bool(true)),
                ("ContinueOnErrorSupported", Term::Bool(true)),
                ("ReferencesAcrossChangeSetsSupported", Term::Bool(true)),
                ("EtagReferencesSupported", Term::Bool(false)),
                ("RequestDependencyConditionsSupported", Term::Bool(false)),
                (
                    "SupportedFormats",
                    Term::Texts(&["multipart/mixed", "application/json"]),
                ),
            ]),
        },
    ]
}

/// Of a set.
pub fn of_set(set: &Set) -> Vec<Annotation> {
    let is_sheets = std::ptr::eq(set.of, &raw const timesheet::SHEET);
    let mut annotations = vec![
        Annotation {
            term: "Capabilities.InsertRestrictions",
            value: Term::Record(vec![("Insertable", Term::Bool(false))]),
        },
        Annotation {
            term: "Capabilities.UpdateRestrictions",
            value: Term::Record(vec![
                ("Updatable", Term::Bool(is_sheets)),
                ("Upsertable", Term::Bool(false)),
                ("DeltaUpdateSupported", Term::Bool(false)),
                ("FilterSegmentSupported", Term::Bool(is_sheets)),
                ("TypecastSegmentSupported", Term::Bool(is_sheets)),
            ]),
        },
        Annotation {
            term: "Capabilities.DeleteRestrictions",
            value: Term::Record(vec![
                ("Deletable", Term::Bool(is_sheets)),
                ("FilterSegmentSupported", Term::Bool(is_sheets)),
                ("TypecastSegmentSupported", Term::Bool(is_sheets)),
            ]),
        },
        Annotation {
            term: "Capabilities.SearchRestrictions",
            value: Term::Record(vec![("Searchable", Term::Bool(has_text(set)))]),
        },
        Annotation {
            term: "Capabilities.ExpandRestrictions",
            value: Term::Record(vec![
                ("Expandable", Term::Bool(!set.of.navigations.is_empty())),
                ("MaxLevels", Term::Int(10)),
            ]),
        },
    ];
    let mut tracking = vec![("Supported", Term::Bool(matches!(set.source, Source::Records(_))))];
    if is_sheets {
        tracking.push(("ExpandableProperties", Term::Paths(&["timeSheetLines"])));
    }
    annotations.push(Annotation {
        term: "Capabilities.ChangeTracking",
        value: Term::Record(tracking),
    });
    if matches!(set.source, Source::Records(_)) {
        annotations.push(Annotation {
            term: "Core.OptimisticConcurrency",
            value: Term::Paths(&["rowVersion"]),
        });
    }
    annotations
}

fn has_text(set: &Set) -> bool {
    set.of
        .properties
        .iter()
        .any(|property| matches!(property.edm, Edm::String))
}

impl Term {
    /// As JSON.
    pub fn to_json(&self) -> Value {
        match self {
            Self::Bool(it) => json!(it),
            Self::Int(it) => json!(it),
            Self::Text(it) | Self::Member(_, it) => json!(it),
            Self::Paths(them) | Self::Texts(them) => json!(them),
            Self::Record(members) => {
                let members = members
                    .iter()
                    .map(|(name, term)| ((*name).to_owned(), term.to_json()));
                Value::Object(members.collect::<Map<String, Value>>())
            }
        }
    }
}

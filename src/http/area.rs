//! Which part of the server a path belongs to: what its first segment says.

use crate::domain::change::Face;

/// A part of the server.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Area {
    /// `/graphql`.
    GraphQl,
    /// `/odata`, however it is written.
    OData,
    /// `/admin`, what only the command line calls.
    Admin,
    /// `/metrics`.
    Metrics,
    /// `/sync`, imports over plain HTTP.
    Sync,
    /// `/sync/static-data` and `/sync/time-entries`, whose bodies may be of any length.
    Upload,
    /// Everything else: the pages and health, which are open to everybody and hold no data.
    Page,
}

impl Area {
    /// All of them.
    pub const ALL: [Self; 7] = [
        Self::GraphQl,
        Self::OData,
        Self::Admin,
        Self::Metrics,
        Self::Sync,
        Self::Upload,
        Self::Page,
    ];

    /// The area of a path.
    pub fn of(path: &str) -> Self {
        let mut segments = path.split('/').skip(1);
        match (segments.next(), segments.next()) {
            (Some("graphql"), _) => Self::GraphQl,
            (Some("odata" | "OData" | "Odata" | "ODATA"), _) => Self::OData,
            (Some("admin"), _) => Self::Admin,
            (Some("metrics"), _) => Self::Metrics,
            (Some("sync"), Some("static-data" | "time-entries")) => Self::Upload,
            (Some("sync"), _) => Self::Sync,
            _ => Self::Page,
        }
    }

    /// Its name among the figures.
    pub const fn name(self) -> &'static str {
        match self {
            Self::GraphQl => "graphql",
            Self::OData => "odata",
            Self::Admin => "admin",
            Self::Metrics => "metrics",
            Self::Sync => "sync",
            Self::Upload => "upload",
            Self::Page => "page",
        }
    }

    /// The face that its callers come over.
    pub const fn face(self) -> Face {
        match self {
            Self::GraphQl | Self::Metrics | Self::Page => Face::GraphQl,
            Self::OData => Face::OData,
            Self::Admin => Face::CommandLine,
            Self::Sync | Self::Upload => Face::Import,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Area;

    #[test]
    fn the_first_segment_decides_and_nothing_that_looks_like_it() {
        let cases = [
            ("/graphql", Area::GraphQl),
            ("/graphql/", Area::GraphQl),
            ("/graphiql", Area::Page),
            ("/odata", Area::OData),
            ("/OData/TimeSheets(1)", Area::OData),
            ("/odatas", Area::Page),
            ("/GraphQL", Area::Page),
            ("/", Area::Page),
            ("", Area::Page),
            ("//graphql", Area::Page),
            ("/metrics", Area::Metrics),
            ("/admin/backup", Area::Admin),
            ("/sync/jobs/1/events", Area::Sync),
            ("/sync/time-entries", Area::Upload),
            ("/sync/static-data?rows=tasks", Area::Sync),
            ("/sync/time-entries/1", Area::Upload),
            ("/synchronous", Area::Page),
            ("/administrator", Area::Page),
            ("/health/live", Area::Page),
        ];
        for (path, area) in cases {
            assert_eq!(Area::of(path), area, "{path}");
        }
    }
}

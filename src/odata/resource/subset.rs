//! Some of several rows: `$filter(...)` on the way, and `$each` of them, to be written. What a filter
//! means is for the binder; members are found through the same lists that are read.

use uuid::Uuid;

use super::{Call, Many, One, Resource, Target, is_cast_to};
use crate::app::Reader;
use crate::odata::error::Refusal;
use crate::odata::operations::{self, Returns};
use crate::odata::query::{self, Plan, Rows};
use crate::odata::schema::{Edm, Set};
use crate::odata::types;
use crate::odata::url::ast::{
    Arguments, BinaryOp, Expr, Literal, Options, Path, Root, Segment, Step, Transformation,
};

impl Target {
    /// Follows `$filter(...)` or `$each`.
    pub(super) fn narrow(mut self, segment: &Segment) -> Result<Self, Refusal> {
        let name = segment.name.to_ascii_lowercase();
        match (name.as_str(), &segment.arguments, self.resource) {
            ("$filter", Some(Arguments::Single(filter)), resource) => {
                if !is_list(&resource) {
                    return Err(Refusal::bad_request("$filter(...) narrows collections").about("$filter"));
                }
                self.filters.push((**filter).clone());
                Ok(Self { resource, ..self })
            }
            ("$filter", ..) => {
                Err(Refusal::bad_request("$filter takes a condition, as in $filter(@f)").about("$filter"))
            }
            ("$each", None, Resource::Many(many)) => Ok(Self {
                resource: Resource::Each(many, None),
                ..self
            }),
            ("$each", ..) => Err(Refusal::bad_request(
                "$each stands behind a set or a navigation to many",
            )),
            _ => Err(Refusal::not_supported(format!(
                "{} is not offered here",
                segment.name
            ))),
        }
    }

    /// Follows what is behind a `$filter(...)` or an `$each`.
    pub(super) async fn within(
        self,
        reader: &Reader,
        segment: &Segment,
        options: &Options,
    ) -> Result<Self, Refusal> {
        let name = segment.name.as_str();
        let unknown = || Refusal::not_found(format!("resource: {name}"));
        match self.resource {
            Resource::Each(many, None) => {
                if operations::find(name, many.of, false).is_some() {
                    return Err(Refusal::not_supported(
                        "functions are called on one entity, not on each",
                    ));
                }
                let action = operations::find_action(name, many.of).ok_or_else(unknown)?;
                Ok(Self {
                    resource: Resource::Each(many, Some(action)),
                    ..self
                })
            }
            Resource::Many(many) if is_cast_to(name, many.of) => Ok(Self {
                resource: Resource::Many(many),
                ..self
            }),
            Resource::Many(many) => match (Uuid::try_parse(name), &segment.arguments) {
                (Ok(id), None) => {
                    let member = many.member_of(reader, self.filters, id, options).await?;
                    Ok(Self::of(Resource::One(member)))
                }
                _ => Err(unknown()),
            },
            _ => Err(unknown()),
        }
    }
}

impl Many {
    /// The member with this id, if it is among those that the filters leave.
    async fn member_of(
        self,
        reader: &Reader,
        filters: Vec<Expr>,
        id: Uuid,
        options: &Options,
    ) -> Result<One, Refusal> {
        let key = Expr::Path(Path {
            root: Root::Name,
            steps: vec![Step::Name("id".to_owned())],
        });
        let is_it = Expr::Binary(
            BinaryOp::Eq,
            Box::new(key),
            Box::new(Expr::Literal(Literal::Guid(id))),
        );
        let asked = Options {
            filter: Some(is_it),
            apply: filtering(filters),
            aliases: options.aliases.clone(),
            ..Options::default()
        };
        let plan = Plan::bind(self.base(reader).await?, &asked, 1)?;
        let (of, set) = (self.of, self.set);
        let row = match query::run(reader, &plan, None).await?.rows {
            Rows::Entities(rows) => rows.into_iter().next(),
            Rows::Columns(..) => None,
        };
        let row = row.ok_or_else(|| Refusal::not_found(format!("{}: {id}", of.name)))?;
        Ok(One { row, of, set })
    }
}

/// How many sets are joined at most.
const MAX_SETS: usize = 4;

/// The combinations of the members of sets.
pub(super) fn join(names: &[String]) -> Result<Resource, Refusal> {
    let mut sets: Vec<&'static Set> = Vec::new();
    for name in names.iter().take(MAX_SETS + 1) {
        let set = types::set(name).ok_or_else(|| Refusal::not_found(format!("set: {name}")))?;
        if sets.iter().any(|known| std::ptr::eq(*known, set)) {
            return Err(Refusal::bad_request(format!("{} is joined twice", set.name)));
        }
        sets.push(set);
    }
    if sets.len() > MAX_SETS {
        return Err(Refusal::bad_request(format!(
            "at most {MAX_SETS} sets are joined"
        )));
    }
    Ok(Resource::Join(sets))
}

/// The path's filters as the first of what is done to a list.
pub fn filtering(filters: Vec<Expr>) -> Vec<Transformation> {
    filters.into_iter().map(Transformation::Filter).collect()
}

fn is_list(resource: &Resource) -> bool {
    match resource {
        Resource::Many(_) => true,
        Resource::Property(_, property) => property.edm == Edm::ScheduleDays,
        Resource::Call(Call { operation, .. }) => matches!(operation.returns, Returns::List(_)),
        Resource::Service
        | Resource::Metadata
        | Resource::Join(_)
        | Resource::One(_)
        | Resource::Nothing
        | Resource::Action(..)
        | Resource::Each(..) => false,
    }
}

//! What a resource path leads to: segment after segment, through sets, keys, navigations,
//! properties and functions. Rows on the way are read as the caller sees them; what is not to be
//! seen is not there (F11).

use uuid::Uuid;

use super::NAMESPACE;
use super::bind::constant;
use super::error::Refusal;
use super::operations::{self, Action, Operation, Verb};
use super::query::Base;
use super::row::Row;
use super::schema::{Edm, Navigation, Property, Set, Type};
use super::url;
use super::url::ast::{Arguments, Expr, Options, ResourcePath, Segment};
use super::value::Value;
use super::{rows, types};
use crate::app::Reader;

mod subset;

pub use subset::filtering;

/// Where a path leads.
pub enum Resource {
    /// To the service document.
    Service,
    /// To `$metadata`.
    Metadata,
    /// To every combination of the members of these sets.
    Join(Vec<&'static Set>),
    /// To several rows.
    Many(Many),
    /// To one row.
    One(One),
    /// To a navigation without a target.
    Nothing,
    /// To a property of a row.
    Property(One, &'static Property),
    /// To a function; its arguments are checked.
    Call(Call),
    /// To an action on a row.
    Action(One, &'static Action),
    /// To each of several rows, to be written, or to have the same action done on it.
    Each(Many, Option<&'static Action>),
}

/// Several rows, which have not been read yet.
pub struct Many {
    /// Whose members or targets they are.
    pub origin: Origin,
    /// Their type.
    pub of: &'static Type,
    /// The set that they are in.
    pub set: &'static str,
}

/// Where several rows come from.
pub enum Origin {
    /// They are a set.
    Set(&'static Set),
    /// A navigation leads to them.
    Related(Row, &'static Navigation),
}

/// One row.
pub struct One {
    /// The row.
    pub row: Row,
    /// Its type.
    pub of: &'static Type,
    /// The set that it is in.
    pub set: &'static str,
}

/// A call of a function.
pub struct Call {
    /// Which.
    pub operation: &'static Operation,
    /// The sheet that it is bound to; none if it is bound to the set.
    pub on: Option<One>,
    /// Its arguments, by the place of their parameters.
    pub arguments: Vec<Option<Argument>>,
}

impl Call {
    /// Whether it may make a sheet: then it is authorized as a write, and HEAD does not call it (P11).
    pub const fn creates(&self) -> bool {
        matches!(
            self.operation.verb,
            Verb::IdForPeriod | Verb::NextId | Verb::PreviousId
        )
    }
}

/// The value of a parameter.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Argument {
    /// A date.
    Date(crate::domain::time::Date),
    /// An id.
    Id(Uuid),
}

/// What of a resource is asked for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Suffix {
    /// `$count`
    Count,
    /// `$value`
    Value,
    /// `$ref`
    Reference,
}

/// A resource and what of it is asked for.
pub struct Target {
    /// The resource.
    pub resource: Resource,
    /// What of it; [`None`] for itself.
    pub suffix: Option<Suffix>,
    /// Which of its rows: all of what the path's `$filter(...)` say.
    pub filters: Vec<Expr>,
}

/// Where `path` leads; keys and arguments may be aliases among the options.
pub async fn resolve(reader: &Reader, path: &ResourcePath, options: &Options) -> Result<Target, Refusal> {
    let mut segments = path.segments.iter();
    let Some(first) = segments.next() else {
        return Ok(Target::of(Resource::Service));
    };
    let mut target = Target::of(beginning(reader, first, options).await?);
    for segment in segments {
        target = target.follow(reader, segment, options).await?;
    }
    Ok(target)
}

async fn beginning(reader: &Reader, segment: &Segment, options: &Options) -> Result<Resource, Refusal> {
    let name = segment.name.as_str();
    if name.eq_ignore_ascii_case("$metadata") && segment.arguments.is_none() {
        return Ok(Resource::Metadata);
    }
    if let Some(Arguments::Sets(names)) = &segment.arguments {
        return subset::join(names);
    }
    if name.starts_with('$') {
        return Err(Refusal::not_supported(format!("{name} is not offered")));
    }
    let set = types::set(name).ok_or_else(|| Refusal::not_found(format!("set: {name}")))?;
    let many = Many {
        origin: Origin::Set(set),
        of: set.of,
        set: set.name,
    };
    match &segment.arguments {
        None | Some(Arguments::Empty) => Ok(Resource::Many(many)),
        Some(key) => many.member(reader, key_of(key, &options.aliases)?).await,
    }
}

impl Target {
    const fn of(resource: Resource) -> Self {
        Self {
            resource,
            suffix: None,
            filters: Vec::new(),
        }
    }

    async fn follow(self, reader: &Reader, segment: &Segment, options: &Options) -> Result<Self, Refusal> {
        if self.suffix.is_some() {
            return Err(Refusal::not_found(format!(
                "resource: nothing is behind {:?}",
                segment.name
            )));
        }
        if let Some(suffix) = suffix_of(segment) {
            let suffix = self.resource.checked(suffix)?;
            return Ok(Self {
                suffix: Some(suffix),
                ..self
            });
        }
        if segment.name.starts_with('$') {
            return self.narrow(segment);
        }
        if !self.filters.is_empty() || matches!(self.resource, Resource::Each(..)) {
            return self.within(reader, segment, options).await;
        }
        let resource = match self.resource {
            Resource::Many(many) => many.follow(reader, segment, options).await?,
            Resource::One(one) => one.follow(reader, segment, options).await?,
            Resource::Nothing => return Err(Refusal::not_found("resource")),
            Resource::Service
            | Resource::Metadata
            | Resource::Join(_)
            | Resource::Property(..)
            | Resource::Call(_)
            | Resource::Action(..)
            | Resource::Each(..) => {
                return Err(Refusal::not_found(format!("resource: {}", segment.name)));
            }
        };
        Ok(Self::of(resource))
    }
}

fn suffix_of(segment: &Segment) -> Option<Suffix> {
    if segment.arguments.is_some() {
        return None;
    }
    match segment.name.to_ascii_lowercase().as_str() {
        "$count" => Some(Suffix::Count),
        "$value" => Some(Suffix::Value),
        "$ref" => Some(Suffix::Reference),
        _ => None,
    }
}

impl Resource {
    /// The suffix, if it fits.
    fn checked(&self, suffix: Suffix) -> Result<Suffix, Refusal> {
        let fits = match (self, suffix) {
            (Self::Many(_), Suffix::Count | Suffix::Reference)
            | (Self::Join(_), Suffix::Count)
            | (Self::One(_) | Self::Nothing, Suffix::Reference) => true,
            (Self::Property(_, property), Suffix::Count) => matches!(property.edm, Edm::ScheduleDays),
            (Self::Property(_, property), Suffix::Value) => !matches!(property.edm, Edm::ScheduleDays),
            (Self::Call(call), Suffix::Count) => {
                matches!(call.operation.returns, operations::Returns::List(_))
            }
            (Self::Call(call), Suffix::Value) => {
                matches!(call.operation.returns, operations::Returns::Value(_))
            }
            _ => false,
        };
        if fits {
            Ok(suffix)
        } else {
            Err(Refusal::bad_request(
                "$count fits collections, $value single values, and $ref entities",
            ))
        }
    }
}

impl Many {
    /// Where their rows are to be read.
    pub async fn base(&self, reader: &Reader) -> Result<Base, Refusal> {
        match &self.origin {
            Origin::Set(set) => Ok(Base::of_set(set)),
            Origin::Related(row, navigation) => Ok(Base::of_navigation(reader, row, navigation).await?),
        }
    }

    async fn follow(
        self,
        reader: &Reader,
        segment: &Segment,
        options: &Options,
    ) -> Result<Resource, Refusal> {
        if is_cast_to(&segment.name, self.of) {
            return Ok(Resource::Many(self));
        }
        let is_set = matches!(self.origin, Origin::Set(_));
        if let Some(operation) = operations::find(&segment.name, self.of, true).filter(|_| is_set) {
            let arguments = arguments_of(operation, segment.arguments.as_ref(), options)?;
            return Ok(Resource::Call(Call {
                operation,
                on: None,
                arguments,
            }));
        }
        match (Uuid::try_parse(&segment.name), &segment.arguments) {
            (Ok(id), None) => self.member(reader, id).await,
            _ => Err(Refusal::not_found(format!("resource: {}", segment.name))),
        }
    }

    async fn member(self, reader: &Reader, id: Uuid) -> Result<Resource, Refusal> {
        self.one(reader, id).await.map(Resource::One)
    }

    /// The row with this id among them.
    pub async fn one(self, reader: &Reader, id: Uuid) -> Result<One, Refusal> {
        let (of, set) = (self.of, self.set);
        let found = match self.origin {
            Origin::Set(set) => rows::by_key(reader, set, id).await?,
            Origin::Related(row, navigation) => rows::member(reader, &row, navigation, id).await?,
        };
        let row = found.ok_or_else(|| Refusal::not_found(format!("{}: {id}", of.name)))?;
        Ok(One { row, of, set })
    }
}

impl One {
    async fn follow(
        self,
        reader: &Reader,
        segment: &Segment,
        options: &Options,
    ) -> Result<Resource, Refusal> {
        let name = segment.name.as_str();
        if is_cast_to(name, self.of) {
            return Ok(Resource::One(self));
        }
        if let Some(navigation) = self.of.navigation(name) {
            return self.navigate(reader, navigation, segment, options).await;
        }
        if let Some(operation) = operations::find(name, self.of, false) {
            let arguments = arguments_of(operation, segment.arguments.as_ref(), options)?;
            return Ok(Resource::Call(Call {
                operation,
                on: Some(self),
                arguments,
            }));
        }
        if let Some(action) = operations::find_action(name, self.of) {
            return match segment.arguments {
                None | Some(Arguments::Empty) => Ok(Resource::Action(self, action)),
                Some(_) => Err(Refusal::bad_request(format!(
                    "the parameters of {} are members of the body",
                    action.name
                ))),
            };
        }
        match (self.of.property(name), &segment.arguments) {
            (Some(property), None) => Ok(Resource::Property(self, property)),
            _ => Err(Refusal::not_found(format!("member of {}: {name}", self.of.name))),
        }
    }

    async fn navigate(
        self,
        reader: &Reader,
        navigation: &'static Navigation,
        segment: &Segment,
        options: &Options,
    ) -> Result<Resource, Refusal> {
        let (of, set) = ((navigation.to)(), navigation.set);
        if navigation.is_collection() {
            let origin = Origin::Related(self.row, navigation);
            let many = Many { origin, of, set };
            return match &segment.arguments {
                None | Some(Arguments::Empty) => Ok(Resource::Many(many)),
                Some(key) => many.member(reader, key_of(key, &options.aliases)?).await,
            };
        }
        if segment.arguments.is_some() {
            return Err(Refusal::bad_request(format!(
                "{} leads to one {}, and takes no key",
                navigation.name, of.name
            )));
        }
        let target = rows::target(reader, &self.row, navigation).await?;
        Ok(target.map_or(Resource::Nothing, |row| Resource::One(One { row, of, set })))
    }
}

/// Whether a segment names the type that is there anyway.
fn is_cast_to(name: &str, of: &Type) -> bool {
    name.split_once('.')
        .is_some_and(|(namespace, name)| namespace.eq_ignore_ascii_case(NAMESPACE) && name == of.name)
}

/// The key in parentheses: an id, plain or in quotes, or `id=`.
pub fn key_of(arguments: &Arguments, aliases: &[(String, Expr)]) -> Result<Uuid, Refusal> {
    let wrong = || {
        Refusal::bad_request("the key of an entity is its id, such as (cd935d85-09ec-48fc-8103-7c0baa3afebc)")
    };
    let key = match arguments {
        Arguments::Single(key) => key,
        Arguments::Named(named) => match named.as_slice() {
            [(name, key)] if name.eq_ignore_ascii_case("id") => key,
            _ => return Err(wrong()),
        },
        Arguments::Empty | Arguments::Sets(_) => return Err(wrong()),
    };
    match constant("key", key, aliases, Edm::Guid) {
        Ok(Value::Id(id)) => Ok(id),
        _ => Err(wrong()),
    }
}

/// The arguments of a call, by the place of their parameters.
fn arguments_of(
    operation: &Operation,
    arguments: Option<&Arguments>,
    options: &Options,
) -> Result<Vec<Option<Argument>>, Refusal> {
    let named: &[(String, Expr)] = match arguments {
        None | Some(Arguments::Empty) => &[],
        Some(Arguments::Named(named)) => named,
        Some(Arguments::Single(_) | Arguments::Sets(_)) => {
            return Err(Refusal::bad_request(format!(
                "the arguments of {} have names: {}",
                operation.name,
                spelt(operation)
            )));
        }
    };
    for (name, _) in named {
        if !operation
            .parameters
            .iter()
            .any(|it| it.name.eq_ignore_ascii_case(name))
        {
            return Err(Refusal::bad_request(format!(
                "{} has no parameter {name}; it is called as {}",
                operation.name,
                spelt(operation)
            ))
            .about(name.clone()));
        }
    }
    let of_parameter = |parameter: &operations::Parameter| {
        let mut given = named
            .iter()
            .filter(|(name, _)| name.eq_ignore_ascii_case(parameter.name));
        // What is not in parentheses may be an option of its own (4.01).
        let implicit = options
            .custom
            .iter()
            .find(|(name, _)| name.eq_ignore_ascii_case(parameter.name));
        let implicit = implicit.map(|(_, text)| url::expression(text)).transpose()?;
        let value = given.next().map(|(_, value)| value).or(implicit.as_ref());
        let value = value.map(|value| constant(parameter.name, value, &options.aliases, parameter.edm));
        match value.transpose()? {
            Some(Value::Date(date)) => Ok(Some(Argument::Date(date))),
            Some(Value::Id(id)) => Ok(Some(Argument::Id(id))),
            // An alias that is not there, or null, leaves the argument out.
            _ if !parameter.is_required => Ok(None),
            _ => Err(Refusal::bad_request(format!(
                "{} needs {}; it is called as {}",
                operation.name,
                parameter.name,
                spelt(operation)
            ))
            .about(parameter.name)),
        }
    };
    operation.parameters.iter().map(of_parameter).collect()
}

/// How an operation is called.
fn spelt(operation: &Operation) -> String {
    let parameters: Vec<String> = operation
        .parameters
        .iter()
        .map(|parameter| format!("{}=...", parameter.name))
        .collect();
    format!("{NAMESPACE}.{}({})", operation.name, parameters.join(","))
}

//! The options of a request as a plan.

use super::{Base, Plan, Shown};
use crate::odata::apply::Pipeline;
use crate::odata::bind::{BindError, BindErrorKind, Binder};
use crate::odata::expression::{Column, Expr};
use crate::odata::url::ast::{Options, SelectItem};

impl Plan {
    /// The plan of a request for a list, with so many rows in an answer at most.
    pub fn bind(base: Base, options: &Options, page_size: usize) -> Result<Self, BindError> {
        let mut binder = Binder::new(base.of(), &options.aliases);
        let pipeline = if options.apply.is_empty() {
            None
        } else {
            let of = base.of();
            Some(Pipeline::bind(of, &options.apply, &mut binder, &options.aliases)?)
        };
        match pipeline {
            Some(pipeline) if pipeline.groups() => Self::of_groups(base, pipeline, options, page_size),
            pipeline => Self::of_entities(base, pipeline, options, page_size, binder),
        }
    }

    fn of_entities(
        base: Base,
        pipeline: Option<Pipeline>,
        options: &Options,
        page_size: usize,
        mut binder: Binder<'_>,
    ) -> Result<Self, BindError> {
        binder.compute(&options.compute)?;
        let filter = binder.restriction(options)?;
        // What only filters is one filter with the request's own.
        let (pipeline, first) = match pipeline.as_ref().and_then(Pipeline::filter) {
            Some(first) => (None, first),
            None => (pipeline, None),
        };
        Ok(Self {
            base,
            pipeline,
            filter: joined(first, filter),
            order: binder.order(&options.order_by)?,
            skip: options.skip.unwrap_or_default(),
            top: options.top,
            count: options.count == Some(true),
            page_size,
            shape: Shown::Entities(binder.shown(options, 0)?),
        })
    }

    fn of_groups(
        base: Base,
        mut pipeline: Pipeline,
        options: &Options,
        page_size: usize,
    ) -> Result<Self, BindError> {
        if !options.expand.is_empty() {
            return Err(BindError {
                kind: BindErrorKind::Unsupported,
                message: "what $apply has brought together cannot be expanded".to_owned(),
                target: "$expand".to_owned(),
            });
        }
        let columns = pipeline.columns().to_vec();
        let mut binder = Binder::of_columns(&columns, &options.aliases);
        pipeline.extend(&mut binder, &options.compute)?;
        let columns = pipeline.columns().to_vec();
        let mut binder = Binder::of_columns(&columns, &options.aliases);
        let filter = binder.restriction(options)?;
        let order = binder.order(&options.order_by)?;
        Ok(Self {
            base,
            filter,
            order,
            skip: options.skip.unwrap_or_default(),
            top: options.top,
            count: options.count == Some(true),
            page_size,
            shape: Shown::Columns(shown(&columns, &options.select)?),
            pipeline: Some(pipeline),
        })
    }
}

fn joined(first: Option<Expr>, second: Option<Expr>) -> Option<Expr> {
    match (first, second) {
        (Some(first), Some(second)) => Some(first.and(second)),
        (first, second) => first.or(second),
    }
}

/// The columns that `$select` names, with all columns below a name.
fn shown(columns: &[Column], select: &[SelectItem]) -> Result<Vec<(usize, Column)>, BindError> {
    let all = columns.iter().cloned().enumerate();
    let mut names: Vec<&[String]> = Vec::new();
    for item in select {
        match item {
            SelectItem::All => return Ok(all.collect()),
            SelectItem::Operations(_) => {}
            SelectItem::Path(path) => names.push(path),
            SelectItem::Within(path, _) => {
                return Err(BindError {
                    kind: BindErrorKind::Type,
                    message: format!("{} is a plain value and takes no options", path.join("/")),
                    target: "$select".to_owned(),
                });
            }
        }
    }
    if names.is_empty() {
        return Ok(all.collect());
    }
    let is_below = |column: &Column, names: &[String]| {
        let mut pairs = column.path.iter().zip(names);
        column.path.len() >= names.len() && pairs.all(|(a, b)| a.eq_ignore_ascii_case(b))
    };
    for name in &names {
        if !columns.iter().any(|column| is_below(column, name)) {
            return Err(BindError {
                kind: BindErrorKind::Unknown,
                message: format!("after $apply there is no {}", name.join("/")),
                target: "$select".to_owned(),
            });
        }
    }
    let is_named = |column: &Column| names.iter().any(|name| is_below(column, name));
    Ok(all.filter(|(_, column)| is_named(column)).collect())
}

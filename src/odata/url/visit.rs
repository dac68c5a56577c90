//! Visits the expressions of a URL, each before what it is made of.

use super::ast::{Arguments, Expr, Options, ResourcePath, Search, SelectItem, Step, Transformation};

/// Visits every expression of a path and its options, those of expansions included. What `visit` puts
/// in an expression's place is visited too.
pub fn expressions(path: &mut ResourcePath, options: &mut Options, visit: &mut impl FnMut(&mut Expr)) {
    for segment in &mut path.segments {
        if let Some(arguments) = &mut segment.arguments {
            of_arguments(arguments, visit);
        }
    }
    of_options(options, visit);
}

fn of_options(options: &mut Options, visit: &mut impl FnMut(&mut Expr)) {
    let Options {
        filter,
        order_by,
        select,
        expand,
        compute,
        apply,
        search: _,
        top: _,
        skip: _,
        count: _,
        levels: _,
        format: _,
        skip_token: _,
        delta_token: _,
        schema_version: _,
        id: _,
        index: _,
        aliases,
        custom: _,
    } = options;
    let orders = order_by.iter_mut().map(|key| &mut key.by);
    let computed = compute.iter_mut().map(|computed| &mut computed.expr);
    let aliased = aliases.iter_mut().map(|(_, expr)| expr);
    for expr in filter.iter_mut().chain(orders).chain(computed).chain(aliased) {
        of_expr(expr, visit);
    }
    for transformation in apply {
        of_transformation(transformation, visit);
    }
    for item in select {
        match item {
            SelectItem::All | SelectItem::Operations(_) | SelectItem::Path(_) => {}
            SelectItem::Within(_, options) => of_options(options, visit),
        }
    }
    for item in expand {
        of_options(&mut item.options, visit);
    }
}

fn of_transformation(transformation: &mut Transformation, visit: &mut impl FnMut(&mut Expr)) {
    match transformation {
        Transformation::Identity
        | Transformation::Search(_)
        | Transformation::Top(_)
        | Transformation::Skip(_) => {}
        Transformation::Filter(filter) => of_expr(filter, visit),
        Transformation::Compute(computed) => {
            for computed in computed {
                of_expr(&mut computed.expr, visit);
            }
        }
        Transformation::OrderBy(keys) => {
            for key in keys {
                of_expr(&mut key.by, visit);
            }
        }
        Transformation::Aggregate(aggregates) => {
            for aggregate in aggregates {
                if let Some(of) = &mut aggregate.of {
                    of_expr(of, visit);
                }
            }
        }
        Transformation::GroupBy(_, within) => {
            for transformation in within {
                of_transformation(transformation, visit);
            }
        }
    }
}

fn of_expr(expr: &mut Expr, visit: &mut impl FnMut(&mut Expr)) {
    visit(expr);
    match expr {
        Expr::Literal(_) | Expr::Alias(_) => {}
        Expr::Path(path) => {
            for step in &mut path.steps {
                of_step(step, visit);
            }
        }
        Expr::Not(it) | Expr::Negate(it) => of_expr(it, visit),
        Expr::Binary(_, left, right) | Expr::In(left, right) => {
            of_expr(left, visit);
            of_expr(right, visit);
        }
        Expr::List(items) | Expr::Call(_, items) => {
            for item in items {
                of_expr(item, visit);
            }
        }
        Expr::Cast(of, _) | Expr::IsOf(of, _) => {
            if let Some(of) = of {
                of_expr(of, visit);
            }
        }
        Expr::Case(cases) => {
            for (condition, value) in cases {
                of_expr(condition, visit);
                of_expr(value, visit);
            }
        }
    }
}

fn of_step(step: &mut Step, visit: &mut impl FnMut(&mut Expr)) {
    match step {
        Step::Name(_) | Step::Any(None) => {}
        Step::Call(_, arguments) => of_arguments(arguments, visit),
        Step::Count(filter, search) => {
            let _: &Option<Search> = search;
            if let Some(filter) = filter {
                of_expr(filter, visit);
            }
        }
        Step::Filter(filter) => of_expr(filter, visit),
        Step::Any(Some(lambda)) | Step::All(lambda) => of_expr(&mut lambda.predicate, visit),
    }
}

fn of_arguments(arguments: &mut Arguments, visit: &mut impl FnMut(&mut Expr)) {
    match arguments {
        Arguments::Empty | Arguments::Sets(_) => {}
        Arguments::Single(expr) => of_expr(expr, visit),
        Arguments::Named(named) => {
            for (_, expr) in named {
                of_expr(expr, visit);
            }
        }
    }
}

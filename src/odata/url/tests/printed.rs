//! Syntax trees as text that reads as the same tree: everything in parentheses, one spelling of
//! each literal.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE;

use super::super::ast::*;

pub fn expr(expr: &Expr) -> String {
    match expr {
        Expr::Literal(it) => literal(it),
        Expr::Path(it) => path(it),
        Expr::Alias(name) => format!("@{name}"),
        Expr::Not(it) => format!("(not {})", self::expr(it)),
        Expr::Negate(it) => format!("(-({}))", self::expr(it)),
        Expr::Binary(op, left, right) => {
            format!(
                "({} {} {})",
                self::expr(left),
                format!("{op:?}").to_lowercase(),
                self::expr(right)
            )
        }
        Expr::In(left, right) => format!("({} in {})", self::expr(left), self::expr(right)),
        Expr::List(items) => format!("[{}]", joined(items, ",", self::expr)),
        Expr::Call(name, values) => format!("{name}({})", joined(values, ",", self::expr)),
        Expr::Cast(of, to) => format!("cast({}{to})", before_type(of.as_deref())),
        Expr::IsOf(of, to) => format!("isof({}{to})", before_type(of.as_deref())),
        Expr::Case(branches) => {
            let branch = |(when, then): &(Expr, Expr)| format!("({}):{}", self::expr(when), self::expr(then));
            format!("case({})", joined(branches, ",", branch))
        }
    }
}

fn before_type(of: Option<&Expr>) -> String {
    of.map(|of| format!("{},", expr(of))).unwrap_or_default()
}

fn joined<T>(items: &[T], separator: &str, print: impl Fn(&T) -> String) -> String {
    items.iter().map(print).collect::<Vec<_>>().join(separator)
}

fn literal(literal: &Literal) -> String {
    match literal {
        Literal::Null => "null".to_owned(),
        Literal::Bool(it) => it.to_string(),
        Literal::Int(it) => it.to_string(),
        Literal::Decimal(it) => it.to_string(),
        Literal::Double(it) if it.is_nan() => "NaN".to_owned(),
        Literal::Double(it) if it.is_infinite() => if *it > 0.0 { "INF" } else { "-INF" }.to_owned(),
        Literal::Double(it) => format!("{it:e}"),
        Literal::Date(it) => it.to_string(),
        Literal::Instant(it) => it.to_string(),
        Literal::TimeOfDay(micros) => {
            let (seconds, micros) = (micros / 1_000_000, micros % 1_000_000);
            format!(
                "{:02}:{:02}:{:02}.{micros:06}",
                seconds / 3600,
                seconds / 60 % 60,
                seconds % 60
            )
        }
        Literal::Duration(micros) => {
            let (sign, size) = (if *micros < 0 { "-" } else { "" }, micros.unsigned_abs());
            format!("duration'{sign}PT{}.{:06}S'", size / 1_000_000, size % 1_000_000)
        }
        Literal::Guid(it) => it.to_string(),
        Literal::Text(it) => quoted(it),
        Literal::Binary(it) => format!("binary'{}'", URL_SAFE.encode(it)),
        Literal::Enum(name, members) => format!("{name}{}", quoted(members)),
    }
}

fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

pub fn path(path: &Path) -> String {
    let root = match path.root {
        Root::Name => None,
        Root::It => Some("$it"),
        Root::This => Some("$this"),
        Root::Service => Some("$root"),
    };
    root.map(str::to_owned)
        .into_iter()
        .chain(path.steps.iter().map(step))
        .collect::<Vec<_>>()
        .join("/")
}

fn step(step: &Step) -> String {
    match step {
        Step::Name(name) => name.clone(),
        Step::Call(name, within) => format!("{name}{}", arguments(within)),
        Step::Count(None, None) => "$count".to_owned(),
        Step::Count(filter, found) => {
            let filter = filter.iter().map(|it| format!("$filter={}", expr(it)));
            let found = found.iter().map(|it| format!("$search={}", search(it)));
            format!("$count({})", filter.chain(found).collect::<Vec<_>>().join(";"))
        }
        Step::Filter(it) => format!("$filter({})", expr(it)),
        Step::Any(None) => "any()".to_owned(),
        Step::Any(Some(it)) => format!("any({}:{})", it.variable, expr(&it.predicate)),
        Step::All(it) => format!("all({}:{})", it.variable, expr(&it.predicate)),
    }
}

fn arguments(arguments: &Arguments) -> String {
    match arguments {
        Arguments::Empty => "()".to_owned(),
        Arguments::Sets(names) => format!("({})", names.join(",")),
        Arguments::Single(it) => format!("({})", expr(it)),
        Arguments::Named(named) => format!(
            "({})",
            joined(named, ",", |(name, it)| format!("{name}={}", expr(it)))
        ),
    }
}

pub fn search(search: &Search) -> String {
    match search {
        Search::Term(text) => format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\"")),
        Search::Not(it) => format!("(NOT {})", self::search(it)),
        Search::And(all) => format!("({})", joined(all, " AND ", self::search)),
        Search::Or(any) => format!("({})", joined(any, " OR ", self::search)),
    }
}

/// The options, with `;` or `&` between them.
pub fn options(options: &Options, separator: &str) -> String {
    let Options {
        filter,
        order_by,
        select,
        expand,
        compute,
        apply,
        search,
        top,
        skip,
        count,
        levels,
        format,
        skip_token,
        delta_token,
        schema_version,
        id,
        index,
        aliases,
        custom,
    } = options;
    let list = |items: String| (!items.is_empty()).then_some(items);
    let levels = levels.map(|it| match it {
        Levels::Max => "max".to_owned(),
        Levels::Number(number) => number.to_string(),
    });
    let named = [
        ("filter", filter.as_ref().map(expr)),
        ("orderby", list(joined(order_by, ",", order_key))),
        ("select", list(joined(select, ",", select_item))),
        ("expand", list(joined(expand, ",", expand_item))),
        ("compute", list(joined(compute, ",", computed))),
        ("apply", list(joined(apply, "/", transformation))),
        ("search", search.as_ref().map(self::search)),
        ("top", top.map(|it| it.to_string())),
        ("skip", skip.map(|it| it.to_string())),
        ("count", count.map(|it| it.to_string())),
        ("levels", levels),
        ("format", format.clone()),
        ("skiptoken", skip_token.clone()),
        ("deltatoken", delta_token.clone()),
        ("schemaversion", schema_version.clone()),
        ("id", id.clone()),
        ("index", index.map(|it| it.to_string())),
    ];
    let named = named
        .into_iter()
        .filter_map(|(name, value)| Some(format!("${name}={}", value?)));
    let aliases = aliases.iter().map(|(name, it)| format!("@{name}={}", expr(it)));
    let custom = custom.iter().map(|(name, value)| format!("{name}={value}"));
    named
        .chain(aliases)
        .chain(custom)
        .collect::<Vec<_>>()
        .join(separator)
}

fn order_key(key: &OrderKey) -> String {
    format!(
        "{} {}",
        expr(&key.by),
        if key.descending { "desc" } else { "asc" }
    )
}

fn select_item(item: &SelectItem) -> String {
    match item {
        SelectItem::All => "*".to_owned(),
        SelectItem::Operations(namespace) => format!("{namespace}.*"),
        SelectItem::Path(path) => path.join("/"),
        SelectItem::Within(path, within) => format!("{}({})", path.join("/"), options(within, ";")),
    }
}

fn expand_item(item: &ExpandItem) -> String {
    let path = if item.path.is_empty() {
        "*".to_owned()
    } else {
        item.path.join("/")
    };
    let what = match item.what {
        Expanded::Entities => "",
        Expanded::References => "/$ref",
        Expanded::Count => "/$count",
    };
    let options = options(&item.options, ";");
    let options = if options.is_empty() {
        options
    } else {
        format!("({options})")
    };
    format!("{path}{what}{options}")
}

fn computed(computed: &Computed) -> String {
    format!("{} as {}", expr(&computed.expr), computed.name)
}

fn transformation(transformation: &Transformation) -> String {
    match transformation {
        Transformation::Identity => "identity".to_owned(),
        Transformation::Filter(it) => format!("filter({})", expr(it)),
        Transformation::Search(it) => format!("search({})", search(it)),
        Transformation::Compute(it) => format!("compute({})", joined(it, ",", computed)),
        Transformation::OrderBy(it) => format!("orderby({})", joined(it, ",", order_key)),
        Transformation::Top(it) => format!("top({it})"),
        Transformation::Skip(it) => format!("skip({it})"),
        Transformation::Aggregate(it) => format!("aggregate({})", joined(it, ",", aggregate)),
        Transformation::GroupBy(by, each) => {
            let each = joined(each, "/", self::transformation);
            let each = if each.is_empty() { each } else { format!(",{each}") };
            format!("groupby(({}){each})", joined(by, ",", |path| path.join("/")))
        }
    }
}

fn aggregate(aggregate: &Aggregate) -> String {
    let Aggregate { of, with, name } = aggregate;
    match of {
        None => format!("$count as {name}"),
        Some(of) if with == "$count" => format!("{}/$count as {name}", expr(of)),
        Some(of) => format!("{} with {with} as {name}", expr(of)),
    }
}

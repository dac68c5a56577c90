//! Any text at all is answered, and what is printed is read as it was.

use proptest::prelude::*;
use proptest::{collection::vec, option::of, sample::select};

use super::super::ast::*;
use super::super::{expression, options, resource_path};
use super::printed;
use crate::domain::time::{Date, Instant};

/// A name that is no keyword where operands stand.
fn name() -> impl Strategy<Value = String> + Clone {
    select(vec![
        "a",
        "name",
        "timeSheetLines",
        "_x1",
        "Дата",
        "eq",
        "and",
        "div",
        "asc",
        "T",
        "PT",
    ])
    .prop_map(str::to_owned)
}

fn literal() -> impl Strategy<Value = Literal> {
    const DAY: i64 = 86_400_000_000;
    prop_oneof![
        Just(Literal::Null),
        any::<bool>().prop_map(Literal::Bool),
        any::<i64>().prop_map(Literal::Int),
        (any::<i64>(), 1_u32..20)
            .prop_map(|(number, scale)| Literal::Decimal(rust_decimal::Decimal::new(number, scale))),
        any::<f64>()
            .prop_filter("one that equals itself", |it| !it.is_nan())
            .prop_map(Literal::Double),
        (Date::MIN.epoch_days()..=Date::MAX.epoch_days())
            .prop_map(|days| Literal::Date(Date::from_epoch_days(days).unwrap())),
        (-60_000_000_000_000_000_i64..250_000_000_000_000_000)
            .prop_map(|micros| Literal::Instant(Instant::from_epoch_micros(micros))),
        (0..DAY).prop_map(Literal::TimeOfDay),
        (i64::MIN + 1..=i64::MAX).prop_map(Literal::Duration),
        any::<u128>().prop_map(|it| Literal::Guid(uuid::Uuid::from_u128(it))),
        any::<String>().prop_map(Literal::Text),
        vec(any::<u8>(), 0..20).prop_map(Literal::Binary),
        ("WP\\.[A-Z][a-z]{0,5}", "[a-z',]{0,8}").prop_map(|(name, members)| Literal::Enum(name, members)),
    ]
}

fn searched() -> impl Strategy<Value = Search> {
    let term = any::<String>()
        .prop_filter("something in it", |it| !it.trim().is_empty())
        .prop_map(Search::Term);
    term.prop_recursive(3, 12, 3, |inner| {
        prop_oneof![
            inner.clone().prop_map(|it| Search::Not(Box::new(it))),
            vec(inner.clone(), 2..4).prop_map(Search::And),
            vec(inner, 2..4).prop_map(Search::Or),
        ]
    })
}

fn arguments(expr: impl Strategy<Value = Expr> + Clone) -> impl Strategy<Value = Arguments> {
    prop_oneof![
        Just(Arguments::Empty),
        expr.clone().prop_map(|it| Arguments::Single(Box::new(it))),
        vec((name(), expr), 1..3).prop_map(Arguments::Named),
    ]
}

fn step(expr: impl Strategy<Value = Expr> + Clone) -> impl Strategy<Value = Step> {
    let lambda = (name(), expr.clone()).prop_map(|(variable, predicate)| Lambda {
        variable,
        predicate: Box::new(predicate),
    });
    prop_oneof![
        4 => name().prop_map(Step::Name),
        1 => name().prop_map(|name| Step::Name(format!("WP.{name}"))),
        1 => (name(), arguments(expr.clone())).prop_map(|(name, within)| Step::Call(name, within)),
        1 => (of(expr.clone()), of(searched())).prop_map(|(filter, found)| Step::Count(filter.map(Box::new), found)),
        1 => expr.clone().prop_map(|it| Step::Filter(Box::new(it))),
        1 => of(lambda.clone()).prop_map(Step::Any),
        1 => lambda.prop_map(Step::All),
    ]
}

fn path(expr: impl Strategy<Value = Expr> + Clone) -> impl Strategy<Value = Expr> {
    prop_oneof![
        (name(), vec(step(expr.clone()), 0..3)).prop_map(|(first, steps)| {
            let steps = std::iter::once(Step::Name(first)).chain(steps).collect();
            Expr::Path(Path {
                root: Root::Name,
                steps,
            })
        }),
        (select(vec![Root::It, Root::This]), vec(step(expr.clone()), 0..3))
            .prop_map(|(root, steps)| Expr::Path(Path { root, steps })),
        vec(step(expr), 1..3).prop_map(|steps| Expr::Path(Path {
            root: Root::Service,
            steps
        })),
    ]
}

fn operator() -> impl Strategy<Value = BinaryOp> {
    use BinaryOp::{Add, And, Div, DivBy, Eq, Ge, Gt, Has, Le, Lt, Mod, Mul, Ne, Or, Sub};
    select(vec![
        Or, And, Eq, Ne, Lt, Le, Gt, Ge, Has, Add, Sub, Mul, Div, DivBy, Mod,
    ])
}

fn expr() -> impl Strategy<Value = Expr> + Clone {
    let leaf = prop_oneof![
        literal().prop_map(Expr::Literal),
        name().prop_map(Expr::Alias),
        name().prop_map(|it| Expr::Path(Path {
            root: Root::Name,
            steps: vec![Step::Name(it)]
        })),
    ];
    let function = select(vec!["contains", "now", "geometry", "concat"]).prop_map(str::to_owned);
    let to = select(vec!["Edm.String", "Collection(Edm.Int32)", "user"]).prop_map(str::to_owned);
    leaf.prop_recursive(4, 24, 3, move |inner| {
        let boxed = inner.clone().prop_map(Box::new);
        let members = prop_oneof![
            vec(inner.clone(), 0..4).prop_map(Expr::List),
            name().prop_map(Expr::Alias),
            path(inner.clone()),
        ];
        prop_oneof![
            4 => (operator(), boxed.clone(), boxed.clone()).prop_map(|(op, left, right)| Expr::Binary(op, left, right)),
            1 => boxed.clone().prop_map(Expr::Not),
            1 => boxed.clone().prop_map(Expr::Negate),
            1 => (boxed.clone(), members.prop_map(Box::new)).prop_map(|(left, members)| Expr::In(left, members)),
            1 => vec(inner.clone(), 0..4).prop_map(Expr::List),
            2 => (function.clone(), vec(inner.clone(), 0..4)).prop_map(|(name, values)| Expr::Call(name, values)),
            1 => (of(boxed.clone()), to.clone()).prop_map(|(of, to)| Expr::Cast(of, to)),
            1 => (of(boxed), to.clone()).prop_map(|(of, to)| Expr::IsOf(of, to)),
            1 => vec((inner.clone(), inner.clone()), 1..3).prop_map(Expr::Case),
            3 => path(inner),
        ]
    })
}

prop_compose! {
    fn flat_options()(
        filter in of(expr()),
        order_by in vec((expr(), any::<bool>()).prop_map(|(by, descending)| OrderKey { by, descending }), 0..3),
        select in vec(prop_oneof![
            Just(SelectItem::All),
            Just(SelectItem::Operations("WP".to_owned())),
            vec(name(), 1..3).prop_map(SelectItem::Path),
        ], 0..3),
        compute in vec((expr(), name()).prop_map(|(expr, name)| Computed { expr, name }), 0..2),
        search in of(searched()),
        (top, skip) in any::<(Option<u64>, Option<u64>)>(),
        count in any::<Option<bool>>(),
        aliases in of(("p", expr())),
    ) -> Options {
        let aliases = aliases.into_iter().collect();
        Options { filter, order_by, select, compute, search, top, skip, count, aliases, ..Options::default() }
    }
}

fn any_options() -> impl Strategy<Value = Options> {
    let levels = of(prop_oneof![Just(Levels::Max), (1_u32..).prop_map(Levels::Number)]);
    let nested = (flat_options(), levels).prop_map(|(options, levels)| Options { levels, ..options });
    let nested = nested.prop_recursive(2, 4, 2, |inner| {
        (flat_options(), expanded(inner)).prop_map(|(options, expand)| Options { expand, ..options })
    });
    (flat_options(), expanded(nested)).prop_map(|(options, expand)| Options { expand, ..options })
}

fn expanded(options: impl Strategy<Value = Options>) -> impl Strategy<Value = Vec<ExpandItem>> {
    let what = select(vec![Expanded::Entities, Expanded::References, Expanded::Count]);
    let item = (vec(name(), 1..3), what, options);
    let item = item.prop_map(|(path, what, options)| ExpandItem {
        path,
        what,
        options: Box::new(fitting(what, options)),
    });
    vec(item, 0..2)
}

/// The options that references or a count may have of these.
fn fitting(what: Expanded, mut options: Options) -> Options {
    if what != Expanded::Entities {
        options.select.clear();
        options.expand.clear();
        options.compute.clear();
        options.levels = None;
    }
    if what == Expanded::Count {
        options.order_by.clear();
        (options.top, options.skip, options.count) = (None, None, None);
    }
    options
}

/// Percent-encodes what a choice of bits says, and always what would split.
fn encoded(text: &str, mut choice: u64) -> String {
    let mut raw = String::new();
    for character in text.chars() {
        choice = choice.rotate_left(1);
        match character {
            ' ' if choice & 2 == 0 => raw.push('+'),
            '%' | '+' | '&' => encode(&mut raw, u32::from(character)),
            _ if choice & 1 == 0 => raw.push(character),
            _ => character
                .to_string()
                .bytes()
                .for_each(|byte| encode(&mut raw, byte.into())),
        }
    }
    raw
}

fn encode(raw: &mut String, byte: u32) {
    let digit = |value: u32| char::from_digit(value, 16).unwrap();
    raw.extend(['%', digit(byte / 16), digit(byte % 16).to_ascii_uppercase()]);
}

/// Texts of what the grammar is made of, in any order.
fn scrambled() -> impl Strategy<Value = String> {
    let token = select(vec![
        "(",
        ")",
        "[",
        "]",
        "{",
        "'",
        "''",
        "\"",
        ",",
        ";",
        ":",
        "/",
        "@",
        "$",
        "=",
        "&",
        "%",
        "%27",
        "+",
        "-",
        ".",
        " ",
        "\t",
        "a",
        "Ж",
        "eq",
        "and",
        "or",
        "not",
        "in",
        "has",
        "add",
        "any(",
        "all(",
        "$it",
        "$count",
        "$filter",
        "$expand=",
        "$filter=",
        "$select=",
        "$search=",
        "$apply=",
        "$orderby=",
        "top=",
        "case(",
        "cast(",
        "as",
        "with",
        "null",
        "1",
        "10:20",
        "2021-03-22",
        "T08:00:00Z",
        "1e5",
        "INF",
        "cd935d85-09ec-48fc-8103-7c0baa3afebc",
        "duration'",
        "binary'",
        "NOT",
        "AND",
        "groupby((",
        "aggregate(",
        "\\",
        "\u{301}",
        "\u{0}",
    ]);
    vec(token, 0..40).prop_map(|tokens| tokens.concat())
}

proptest! {
    #[test]
    fn what_is_printed_is_read_as_it_was(expr in expr()) {
        let text = printed::expr(&expr);
        prop_assert_eq!(expression(&text), Ok(expr), "{}", text);
    }

    #[test]
    fn options_are_read_as_they_were(options in any_options(), choice in any::<u64>()) {
        let parts = printed::options(&options, "\u{1}");
        let raw = parts.split('\u{1}').map(|part| {
            let (name, value) = part.split_once('=').unwrap_or((part, ""));
            format!("{}={}", encoded(name, choice), encoded(value, choice))
        });
        // A text with the separator in it cannot be put together again.
        prop_assume!(!printed::options(&options, "").contains('\u{1}'));
        let raw = if parts.is_empty() { String::new() } else { raw.collect::<Vec<_>>().join("&") };
        prop_assert_eq!(super::super::options(&raw), Ok(options), "{}", raw);
    }

    #[test]
    fn any_text_is_answered(text in prop_oneof![any::<String>(), scrambled()]) {
        drop(expression(&text));
        drop(options(&text));
        drop(resource_path(&text));
        for option in ["$filter", "$expand", "$select", "$orderby", "$compute", "$search", "$apply", "@p"] {
            drop(options(&format!("{option}={text}")));
        }
    }

    #[test]
    fn any_bytes_are_answered(bytes in vec(any::<u8>(), 0..60)) {
        let mut raw = String::new();
        for byte in &bytes {
            encode(&mut raw, u32::from(*byte));
        }
        drop(options(&format!("$filter={raw}&$expand=a({raw})")));
        drop(resource_path(&format!("a({raw})/{raw}")));
        drop(options(&String::from_utf8_lossy(&bytes)));
    }
}

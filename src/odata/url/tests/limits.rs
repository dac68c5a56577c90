//! Nothing that anybody sends overflows the stack or takes long.

use std::time::{Duration, Instant};

use super::super::ast::Options;
use super::super::{Kind, SyntaxError, expression, options, resource_path};

/// Far more than is needed, far less than anything quadratic over a megabyte takes.
const PATIENCE: Duration = Duration::from_secs(3);

const MEGABYTE: usize = 1_000_000;

fn read(query: &str) -> Result<Options, SyntaxError> {
    let started = Instant::now();
    let read = options(query);
    assert!(
        started.elapsed() < PATIENCE,
        "{:.40} took {:?}",
        query,
        started.elapsed()
    );
    read
}

fn too_large(query: &str) -> String {
    let error = read(query).expect_err(query.get(..40).unwrap_or(query));
    assert_eq!(error.kind, Kind::TooLarge, "{query:.40}: {error}");
    error.message
}

fn nested(depth: usize, open: &str, inner: &str, close: &str) -> String {
    format!("$filter={}{inner}{}", open.repeat(depth), close.repeat(depth))
}

#[test]
fn a_hundred_levels_are_read_and_one_more_is_not() {
    for (open, inner, close) in [
        ("(", "a", ")"),
        ("f(", "a", ")"),
        ("[", "a", "]"),
        ("not ", "a", ""),
        ("- ", "a", ""),
        ("a/any(b:", "a", ")"),
        ("a/$count($filter=", "a", ")"),
        ("case(a:", "a", ")"),
        ("case(", "a", ":a)"),
        ("cast(", "a add 1", ",Edm.String)"),
        ("a in (", "a", ")"),
        ("WP.f(x=", "a", ")"),
        ("a eq (", "a", ")"),
    ] {
        assert!(read(&nested(100, open, inner, close)).is_ok(), "{open}");
        assert_eq!(
            too_large(&nested(101, open, inner, close)),
            "it nests deeper than 100 levels",
            "{open}"
        );
        for depth in [3_000, 100_000] {
            too_large(&nested(depth, open, inner, close));
            too_large(&nested(depth, open, "", ""));
        }
    }
    assert!(read(&format!("$filter={}1", "-".repeat(101))).is_ok());
    too_large(&format!("$filter={}1", "-".repeat(102)));
}

#[test]
fn the_deepest_trees_fit_into_the_stack_of_a_worker() {
    let deepest = [
        nested(100, "(", "a", ")"),
        nested(100, "f(", "a", ")"),
        nested(100, "a/any(b:", "a", ")"),
        nested(100, "a/$count($filter=", "a", ")"),
        nested(100, "case(a:", "a", ")"),
        nested(28, "a or a and a eq a add a mul f(", "a", ")"),
        nested(100, "not ", "a", ""),
        format!("$filter=a{}", " add 1".repeat(199)),
        format!("$expand={}a{}", "a($expand=".repeat(12), ")".repeat(12)),
        format!("$search={}a{}", "(".repeat(100), ")".repeat(100)),
        format!("$apply={}identity{}", "groupby((a),".repeat(99), ")".repeat(99)),
    ];
    let worker = std::thread::Builder::new().stack_size(2 << 20).spawn(move || {
        for query in deepest {
            let options = read(&query).unwrap_or_else(|error| panic!("{query:.40}: {error}"));
            drop(options.clone());
        }
    });
    worker.unwrap().join().unwrap();
}

#[test]
fn chains_of_operators_stay_low() {
    assert!(read(&format!("$filter=a eq 1{}", " or a eq 2".repeat(999))).is_ok());
    assert!(read(&format!("$filter=a{}", " add 1".repeat(200))).is_ok());
    assert_eq!(
        too_large(&format!("$filter=a{}", " add 1".repeat(201))),
        "its operators nest deeper than 200 levels"
    );
    // Low ones side by side add nothing up.
    assert!(
        read(&format!(
            "$filter=a gt 1{}",
            " and b add c add d gt 2".repeat(300)
        ))
        .is_ok()
    );
    // A chain around a chain does.
    let inner = format!("(a{})", " add 1".repeat(100));
    too_large(&format!("$filter={inner}{}", " add 1".repeat(100)));
    too_large(&format!("$filter=1{} add {inner}", " mul (2 add 1)".repeat(199)));
}

#[test]
fn a_url_has_at_most_4000_nodes() {
    let nodes = "a URL has at most 4000 names, values and operators";
    for (first, more) in [
        ("a", " and a"),
        ("a", " or a"),
        ("a in (1", ",2"),
        ("concat(a", ",a"),
        ("a", "/a"),
        ("a", ".a"),
        ("case(a:a", ",a:a"),
    ] {
        let query = format!("$filter={first}{}", more.repeat(100_000));
        assert_eq!(too_large(&query), nodes, "{more}");
    }
    for (first, more) in [
        ("$select=a", ",a"),
        ("$select=a", "/a"),
        ("$expand=a", ",a"),
        ("$expand=a", "/a"),
        ("$expand=a(@b0=1", ";"),
        ("$orderby=a", ",a"),
        ("$compute=a as b", ",a as b"),
        ("$search=a", " a"),
        ("$search=a", " OR a"),
        ("$apply=identity", "/identity"),
        ("$apply=groupby((a", ",a"),
        ("$apply=aggregate($count as a", ",$count as a"),
    ] {
        let query = format!("{first}{}", more.repeat(100_000));
        let error = read(&query).expect_err(first);
        assert!(error.kind == Kind::TooLarge || more == ";", "{first}: {error}");
    }
    // The limit is that of the URL, not of each option.
    let half = format!("a{}", " or a".repeat(1_200));
    assert!(read(&format!("$filter={half}")).is_ok());
    assert_eq!(too_large(&format!("$filter={half}&$orderby={half}")), nodes);
}

#[test]
fn expand_nests_12_levels() {
    let nested = |depth: usize| format!("$expand={}a{}", "a($expand=".repeat(depth), ")".repeat(depth));
    assert!(read(&nested(12)).is_ok());
    for depth in [13, 400, 50_000] {
        assert_eq!(too_large(&nested(depth)), "$expand nests deeper than 12 levels");
    }
}

#[test]
fn searches_and_transformations_nest_100_levels() {
    for (option, open, inner, close) in [
        ("search", "(", "a", ")"),
        ("search", "NOT ", "a", ""),
        ("apply", "groupby((a),", "identity", ")"),
    ] {
        let nested = |depth: usize| format!("${option}={}{inner}{}", open.repeat(depth), close.repeat(depth));
        assert!(read(&nested(99)).is_ok(), "{open}");
        for depth in [101, 3_000, 50_000] {
            too_large(&nested(depth));
        }
    }
}

#[test]
fn a_query_has_at_most_200_options() {
    let many = |count: usize| {
        (0..count)
            .map(|number| format!("x{number}=1"))
            .collect::<Vec<_>>()
            .join("&")
    };
    assert!(read(&many(200)).is_ok());
    assert_eq!(too_large(&many(201)), "a query has at most 200 options");
    assert!(read(&"&".repeat(MEGABYTE)).is_ok());
}

#[test]
fn megabytes_are_read_in_one_pass() {
    let text = "a".repeat(MEGABYTE);
    let quotes = "''".repeat(MEGABYTE / 2);
    let escapes = "\\n".repeat(MEGABYTE / 2);
    let blanks = " ".repeat(MEGABYTE);
    for query in [
        format!("$filter=a eq '{text}'"),
        format!("$filter=a eq '{quotes}'"),
        format!("$filter=a eq \"{escapes}\""),
        format!("$filter=a eq {blanks}1{blanks}"),
        format!("$filter=contains{blanks}(a)"),
        format!("$filter=not{blanks}a"),
        format!("$filter=a eq binary'{text}'"),
        format!("$filter=a eq WP.Color'{text}'"),
        format!("$search={text}"),
        format!("$search=\"{text}\""),
        format!("$skiptoken={text}"),
        format!("$expand=a($filter=b eq '{quotes}')"),
        format!("x={text}"),
    ] {
        assert!(read(&query).is_ok(), "{query:.40}");
    }
}

#[test]
fn megabytes_of_nonsense_are_refused_in_one_pass() {
    let text = "a".repeat(MEGABYTE);
    for query in [
        format!("$filter={text}"),
        format!("$filter={}", "1".repeat(MEGABYTE)),
        format!("$filter=1.{}", "1".repeat(MEGABYTE)),
        format!("$filter=1e{}", "1".repeat(MEGABYTE)),
        format!("$filter='{text}"),
        format!("$filter=duration'P{}D'", "1".repeat(MEGABYTE)),
        format!("$filter=08:00:00.{}", "1".repeat(MEGABYTE)),
        format!("$filter={}", "(".repeat(MEGABYTE)),
        format!("$filter={}", "[".repeat(MEGABYTE)),
        format!("$filter={}", "\"".repeat(MEGABYTE)),
        format!("$filter={}", "'".repeat(MEGABYTE + 1)),
        format!("$filter={}", "a.".repeat(MEGABYTE / 2)),
        format!("$filter={}", "cast(".repeat(MEGABYTE / 5)),
        format!("$filter={}", "case(10:20:".repeat(MEGABYTE / 11)),
        format!("$filter={}'{text}", "case(10:20 eq ".repeat(99)),
        format!("$filter=a eq {}", "10:20 add ".repeat(MEGABYTE / 10)),
        format!("$filter=case({}", "10:20 add ".repeat(MEGABYTE / 10)),
        format!("${text}=1"),
        format!("@{text}=1"),
        format!("$top={}", "1".repeat(MEGABYTE)),
        format!("$top={}", "%".repeat(MEGABYTE)),
        format!("$expand={}", "a(".repeat(MEGABYTE / 2)),
        format!("$search={}", "(".repeat(MEGABYTE)),
        format!("$search={}", "\"".repeat(MEGABYTE + 1)),
        format!("$search={}", "NOT ".repeat(MEGABYTE / 4)),
        format!("$search={}", "a AND ".repeat(MEGABYTE / 6)),
    ] {
        let error = read(&query).expect_err(&query[..40]);
        assert!(error.to_string().len() < 600, "{error}");
    }
}

#[test]
fn long_paths_are_read_in_one_pass() {
    for raw in [
        "a/".repeat(MEGABYTE),
        "a(".repeat(MEGABYTE / 2),
        format!("a({}", "/".repeat(MEGABYTE)),
        format!("a('{}')", "x/%27%27".repeat(MEGABYTE / 8)),
        "%28".repeat(MEGABYTE / 3),
        "'".repeat(MEGABYTE),
        format!("a({}1{})", "(".repeat(3_000), ")".repeat(3_000)),
    ] {
        let started = Instant::now();
        drop(resource_path(&raw));
        assert!(
            started.elapsed() < PATIENCE,
            "{raw:.40} took {:?}",
            started.elapsed()
        );
    }
    assert!(expression(&"a".repeat(128)).is_ok());
    assert_eq!(
        expression(&"a".repeat(129)).expect_err("too long").kind,
        Kind::TooLarge
    );
}

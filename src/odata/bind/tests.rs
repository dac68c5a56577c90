//! What is refused, why, and how literals are widened.

use std::fmt::Write as _;

use super::{BindError, BindErrorKind, Binder, constant};
use crate::odata::expression::Expr;
use crate::odata::plan::Shape;
use crate::odata::schema::Edm;
use crate::odata::types::project::PROJECT;
use crate::odata::types::timesheet::{CELL, SHEET};
use crate::odata::url;
use crate::odata::url::ast;
use crate::odata::value::Value;

fn filter(text: &str) -> Result<Expr, BindError> {
    let options = url::options(&format!("$filter={}", text.replace(' ', "%20"))).unwrap();
    Binder::new(&SHEET, &options.aliases).filter(&options.filter.unwrap())
}

fn shape(options: &str) -> Result<Shape, BindError> {
    let options = url::options(&options.replace(' ', "%20")).unwrap();
    Binder::new(&SHEET, &options.aliases).shape(&options)
}

#[test]
fn what_means_nothing_is_refused_with_a_reason() {
    use BindErrorKind::{Type, Unknown, Unsupported};
    let cases = [
        ("nothing eq 1", Unknown, "TimeSheet has no property nothing"),
        ("user/nothing eq 1", Unknown, "User has no property nothing"),
        ("name/first eq 'x'", Unknown, "name has no parts"),
        ("dateFrom eq 'never'", Type, "never is not a value of Edm.Date"),
        ("dateFrom eq 5", Type, "5 is not a value of Edm.Date"),
        ("userId eq 'x'", Type, "x is not a value of Edm.Guid"),
        ("name eq 5", Type, "5 is not a value of Edm.String"),
        ("name gt dateFrom", Type, "Edm.Date does not go with Edm.String"),
        ("name", Type, "a condition must be true or false, not Edm.String"),
        ("user", Type, "an entity is no value: name one of its properties"),
        (
            "user eq user",
            Type,
            "an entity can only be said to be, or not to be, null",
        ),
        (
            "timeSheetLines/id eq null",
            Type,
            "timeSheetLines leads to many: use timeSheetLines/any(...), timeSheetLines/all(...) or timeSheetLines/$count",
        ),
        (
            "user/any(u:true)",
            Type,
            "$count, $filter, any and all stand behind what leads to many",
        ),
        ("contains(name)", Type, "contains takes 2 arguments, not 1"),
        (
            "contains(dateFrom,'x')",
            Type,
            "contains takes Edm.String, not Edm.Date",
        ),
        ("frobnicate(name)", Unknown, "there is no function frobnicate"),
        (
            "name add 1 eq 2",
            Type,
            "there is no such arithmetic of Edm.String and Edm.Int64",
        ),
        (
            "matchespattern(name,'(')",
            Type,
            "the pattern of matchespattern is no regular expression, or looks back or around",
        ),
        (
            "matchespattern(name,name)",
            Unsupported,
            "matchespattern takes a pattern that is spelt out",
        ),
        (
            "$root/Users(cd935d85-09ec-48fc-8103-7c0baa3afebc)/name eq 'x'",
            Unsupported,
            "values of other resources by $root cannot be used here",
        ),
        (
            "cast(name,Edm.Color) eq 1",
            Unknown,
            "there is no primitive type Edm.Color to cast to",
        ),
    ];
    for (text, kind, message) in cases {
        let error = filter(text).unwrap_err();
        assert_eq!(
            (error.kind, error.message.as_str(), error.target.as_str()),
            (kind, message, "$filter"),
            "{text}"
        );
    }
    assert_eq!(filter("name has WP.Color'Red'").unwrap_err().kind, Unsupported);
}

#[test]
fn names_are_known_whatever_their_case() {
    for text in [
        "USERID eq null",
        "TimeSheetLines/any(l:l/ProjectId ne null)",
        "$it/User/Name eq 'x'",
        "WP.TimeSheet/name eq 'x'",
        "Contains(Name,'x')",
    ] {
        assert!(filter(text).is_ok(), "{text}: {:?}", filter(text));
    }
    // Variables are told apart by case, being the client's own.
    assert!(filter("timeSheetLines/any(l:L/projectId ne null)").is_err());
}

#[test]
fn literals_are_widened_to_what_they_are_compared_with() {
    type Check = fn(&Value<'_>) -> bool;
    let cases: [(&str, Check); 8] = [
        ("userId eq 'CD935D85-09EC-48FC-8103-7C0BAA3AFEBC'", |it| {
            matches!(it, Value::Id(_))
        }),
        ("name eq cd935d85-09ec-48fc-8103-7c0baa3afebc", |it| {
            matches!(it, Value::Text(_))
        }),
        ("created ge 2021-03-22", |it| matches!(it, Value::Instant(_))),
        ("created ge '2021-03-22T08:00:00%2B03:00'", |it| {
            matches!(it, Value::Instant(_))
        }),
        ("billableDuration gt 8", |it| matches!(it, Value::Hours(_))),
        ("billableDuration gt 8e0", |it| matches!(it, Value::Hours(_))),
        ("rowVersion eq 3268", |it| matches!(it, Value::Binary(_))),
        (
            "rowVersion eq 'AAAAAAAADMQ='",
            |it| matches!(it, Value::Binary(bytes) if bytes[6..] == [0x0C, 0xC4]),
        ),
    ];
    for (text, is_right) in cases {
        let Expr::Compare(_, _, right) = filter(text).unwrap() else {
            panic!("{text} is a comparison");
        };
        let Expr::Value(value) = *right else {
            panic!("{text} compares with a value");
        };
        assert!(is_right(&value), "{text}: {value:?}");
    }
}

#[test]
fn aliases_stand_for_what_they_are_given() {
    assert!(filter("userId eq @u&@u=cd935d85-09ec-48fc-8103-7c0baa3afebc").is_ok());
    assert!(filter("name in @list&@list=['a','b']").is_ok());
    assert!(filter("name eq @nobody").is_ok());
    let error = filter("name eq @a&@a=concat(@b,'x')&@b=tolower(@a)").unwrap_err();
    assert_eq!(error.message, "the parameter alias a stands for itself");
}

#[test]
fn what_grows_when_it_is_replaced_has_a_limit() {
    let mut text = "name eq @a0".to_owned();
    for at in 0..40 {
        let _ = write!(text, "&@a{at}=concat(@a{},@a{})", at + 1, at + 1);
    }
    assert_eq!(filter(&text).unwrap_err().kind, BindErrorKind::Limit);
    let mut compute = "$compute=length(name) as c0".to_owned();
    for at in 0..40 {
        let _ = write!(compute, ",c{at} add c{at} as c{}", at + 1);
    }
    assert_eq!(shape(&compute).unwrap_err().kind, BindErrorKind::Limit);
}

#[test]
fn long_chains_are_taken_and_deep_nests_refused() {
    let chain = |count: usize| {
        let parts: Vec<String> = (0..count).map(|at| format!("name eq '{at}'")).collect();
        parts.join(" or ")
    };
    let literal = |it: i64| Box::new(ast::Expr::Literal(ast::Literal::Int(it)));
    assert!(filter(&chain(50)).is_ok());
    let mut deep = literal(1);
    for _ in 0..5_000 {
        deep = Box::new(ast::Expr::Negate(deep));
    }
    let error = Binder::new(&SHEET, &[])
        .expression("$orderby", &deep)
        .unwrap_err();
    assert_eq!(error.kind, BindErrorKind::Limit);
}

#[test]
fn a_selection_is_in_the_order_of_the_type() {
    let names = |shape: &Shape| shape.properties.iter().map(|it| it.name).collect::<Vec<_>>();
    let all = shape("").unwrap();
    assert!(all.is_whole && names(&all).len() == SHEET.properties.len());
    assert_eq!(names(&shape("$select=Name,id,user").unwrap()), ["id", "name"]);
    assert_eq!(names(&shape("$select=user").unwrap()), [""; 0]);
    assert_eq!(
        names(&shape("$select=*,WP.*").unwrap()).len(),
        SHEET.properties.len()
    );
    assert_eq!(shape("$select=nothing").unwrap_err().target, "$select");
    let error = shape("$select=user/name").unwrap_err();
    assert_eq!(
        error.message,
        "to select parts of user, use $expand=user($select=name)"
    );
    let computed = shape("$compute=length(name) as size,2 as two&$select=id,SIZE").unwrap();
    assert_eq!(computed.computed.len(), 1);
    assert_eq!(computed.computed[0].name, "size");
    assert_eq!(shape("$compute=1 as name").unwrap_err().target, "$compute");
}

#[test]
fn expansions_are_bound_level_by_level() {
    let shape = shape(
        "$expand=TimeSheetLines($expand=TimeAllocations($filter=duration gt 1;$orderby=date desc;$top=2;$count=true),project;$select=id),user($select=name)",
    )
    .unwrap();
    let names: Vec<&str> = shape.expanded.iter().map(|it| it.navigation.name).collect();
    assert_eq!(names, ["user", "timeSheetLines"]);
    let lines = &shape.expanded[1];
    assert_eq!(lines.shape.properties.len(), 1);
    let cells = &lines.shape.expanded[1];
    assert_eq!(cells.navigation.name, "timeAllocations");
    assert!(cells.filter.is_some() && cells.with_count && cells.top == Some(2) && cells.order.len() == 1);
}

#[test]
fn expansions_have_their_own_refusals() {
    for (options, kind) in [
        ("$expand=nothing", BindErrorKind::Unknown),
        ("$expand=name", BindErrorKind::Unknown),
        ("$expand=user,USER", BindErrorKind::Type),
        (
            "$expand=timeSheetLines($filter=$it/orderNumber eq 1)",
            BindErrorKind::Unknown,
        ),
        ("$select=name($top=1)", BindErrorKind::Type),
        ("$expand=user($expand=manager($levels=11))", BindErrorKind::Limit),
        (
            "$expand=timeSheetLines($filter=dateFrom eq null)",
            BindErrorKind::Unknown,
        ),
    ] {
        let error = shape(options).unwrap_err();
        assert_eq!(error.kind, kind, "{options}: {error}");
    }
    let all = shape("$expand=*,user($select=name)").unwrap();
    assert_eq!(all.expanded.len(), SHEET.navigations.len());
    assert_eq!(all.expanded[0].shape.properties.len(), 1);
    let path = shape("$expand=timeSheetLines/timeAllocations").unwrap();
    assert_eq!(
        path.expanded[0].shape.expanded[0].navigation.name,
        "timeAllocations"
    );
}

#[test]
fn a_constant_is_a_value_of_its_type() {
    let of = |text: &str, edm| constant("userId", &url::expression(text).unwrap(), &[], edm);
    assert!(matches!(
        of("'cd935d85-09ec-48fc-8103-7c0baa3afebc'", Edm::Guid),
        Ok(Value::Id(_))
    ));
    assert!(matches!(of("2021-03-22", Edm::Date), Ok(Value::Date(_))));
    assert_eq!(
        of("x", Edm::Guid).unwrap_err().message,
        "a plain value is expected, not a name"
    );
    assert_eq!(of("'x'", Edm::Guid).unwrap_err().target, "userId");
    let aliases = [(
        "u".to_owned(),
        url::expression("cd935d85-09ec-48fc-8103-7c0baa3afebc").unwrap(),
    )];
    let alias = constant("userId", &ast::Expr::Alias("u".to_owned()), &aliases, Edm::Guid);
    assert!(matches!(alias, Ok(Value::Id(_))));
}

#[test]
fn every_property_of_every_type_can_be_filtered_and_ordered_by() {
    for of in [&SHEET, &CELL, &PROJECT] {
        for property in of.properties.iter().filter(|it| it.edm != Edm::ScheduleDays) {
            let mut binder = Binder::new(of, &[]);
            let text = format!("{} eq null", property.name);
            assert!(binder.filter(&url::expression(&text).unwrap()).is_ok(), "{text}");
        }
    }
}

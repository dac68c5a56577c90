//! Values: exact numbers, spans of time, and null.

use std::borrow::Cow;
use std::cmp::Ordering;

use proptest::prelude::*;
use rust_decimal::Decimal;

use super::arithmetic::{Arithmetic, ArithmeticError};
use super::cast::Primitive;
use super::{DAY_MICROS, Value};
use crate::domain::hours::Hours;

fn text(text: &str) -> Value<'_> {
    Value::Text(Cow::Borrowed(text))
}

fn decimal(text: &str) -> Value<'static> {
    Value::Decimal(text.parse().unwrap())
}

fn date(text: &str) -> Value<'static> {
    Value::Date(text.parse().unwrap())
}

fn instant(text: &str) -> Value<'static> {
    Value::Instant(text.parse().unwrap())
}

#[test]
fn numbers_compare_whatever_their_kind() {
    let three = [
        Value::Int(3),
        Value::Hours(Hours::whole(3)),
        decimal("3.0"),
        Value::Double(3.0),
    ];
    for a in &three {
        for b in &three {
            assert!(a.equals(b), "{a:?} {b:?}");
        }
        assert_eq!(a.compare(&decimal("3.00001")), Some(Ordering::Less), "{a:?}");
    }
    assert_eq!(Value::Int(1).compare(&text("1")), None);
    assert!(!Value::Double(f64::NAN).equals(&Value::Double(f64::NAN)));
}

#[test]
fn null_is_the_lowest_and_equals_itself_alone() {
    assert!(Value::Null.equals(&Value::Null));
    assert!(!Value::Null.equals(&Value::Int(0)));
    assert_eq!(Value::Null.compare(&Value::Int(0)), None);
    assert_eq!(Value::Null.order(&Value::Int(i64::MIN)), Ordering::Less);
    assert_eq!(text("").order(&Value::Null), Ordering::Greater);
}

#[test]
fn a_date_stands_for_its_first_moment_in_utc() {
    let day = date("2021-03-22");
    assert!(day.equals(&instant("2021-03-22T00:00:00Z")));
    assert_eq!(
        day.compare(&instant("2021-03-22T02:59:59+03:00")),
        Some(Ordering::Greater)
    );
    assert_eq!(
        instant("2021-03-22T08:00:00Z").compare(&day),
        Some(Ordering::Greater)
    );
}

#[test]
fn arithmetic_is_exact_and_says_when_it_cannot_be() {
    use Arithmetic::{Add, Div, DivBy, Mod, Mul, Sub};
    let hours = Value::Hours("3.25".parse().unwrap());
    let cases = [
        (Add, Value::Int(2), Value::Int(3), Ok(Value::Int(5))),
        (Div, Value::Int(7), Value::Int(2), Ok(Value::Int(3))),
        (DivBy, Value::Int(7), Value::Int(2), Ok(decimal("3.5"))),
        (Mod, Value::Int(-7), Value::Int(2), Ok(Value::Int(-1))),
        (Mod, Value::Int(i64::MIN), Value::Int(-1), Ok(Value::Int(0))),
        (Add, decimal("0.1"), decimal("0.2"), Ok(decimal("0.3"))),
        (Add, hours.clone(), Value::Int(1), Ok(decimal("4.25"))),
        (Mul, hours.clone(), hours, Ok(decimal("10.5625"))),
        (Sub, Value::Null, Value::Int(1), Ok(Value::Null)),
        (Add, Value::Double(0.5), decimal("0.25"), Ok(Value::Double(0.75))),
        (
            Div,
            Value::Int(1),
            Value::Int(0),
            Err(ArithmeticError::DivisionByZero),
        ),
        (
            Mod,
            decimal("1.5"),
            Value::Int(0),
            Err(ArithmeticError::DivisionByZero),
        ),
        (
            Add,
            Value::Int(i64::MAX),
            Value::Int(1),
            Err(ArithmeticError::Overflow),
        ),
        (
            Mul,
            Value::Decimal(Decimal::MAX),
            Value::Int(2),
            Err(ArithmeticError::Overflow),
        ),
        (
            Sub,
            instant("2021-03-22T08:00:00Z"),
            date("2021-03-21"),
            Ok(Value::Duration(32 * 3_600_000_000)),
        ),
        (
            Add,
            date("2021-02-28"),
            Value::Duration(DAY_MICROS + 5),
            Ok(date("2021-03-01")),
        ),
        (
            Sub,
            date("2021-03-01"),
            Value::Duration(DAY_MICROS),
            Ok(date("2021-02-28")),
        ),
        (
            Add,
            date("9999-12-31"),
            Value::Duration(DAY_MICROS),
            Err(ArithmeticError::Overflow),
        ),
        (Mul, Value::Duration(10), decimal("1.5"), Ok(Value::Duration(15))),
    ];
    for (operator, left, right, expected) in cases {
        assert_eq!(
            operator.apply(&left, &right),
            expected,
            "{left:?} {operator:?} {right:?}"
        );
    }
}

#[test]
fn casts_are_exact_or_null() {
    let cases = [
        (
            Primitive::String,
            Value::Hours("3.25".parse().unwrap()),
            text("3.25"),
        ),
        (
            Primitive::String,
            Value::Duration(30_600_000_000),
            text("PT8H30M"),
        ),
        (Primitive::String, Value::Duration(0), text("PT0S")),
        (
            Primitive::String,
            Value::Duration(-DAY_MICROS - 1),
            text("-P1DT0.000001S"),
        ),
        (
            Primitive::String,
            Value::TimeOfDay(28_800_500_000),
            text("08:00:00.5"),
        ),
        (
            Primitive::String,
            instant("2021-03-22T08:00:00+03:00"),
            text("2021-03-22T05:00:00Z"),
        ),
        (Primitive::Int32, decimal("3.99"), Value::Int(3)),
        (Primitive::Byte, Value::Int(256), Value::Null),
        (Primitive::Decimal, text("3.25000"), decimal("3.25000")),
        (Primitive::Decimal, text("three"), Value::Null),
        (Primitive::Decimal, text("1e3"), decimal("1000")),
        (Primitive::Decimal, text("1e4000000000"), Value::Null),
        (Primitive::Decimal, text("1e99999999999999"), Value::Null),
        (Primitive::Decimal, text("1e-4000000000"), Value::Null),
        (Primitive::Decimal, Value::Double(1e300), Value::Null),
        (Primitive::Int64, Value::Double(f64::NAN), Value::Null),
        (
            Primitive::Date,
            instant("2021-03-22T01:00:00+03:00"),
            date("2021-03-21"),
        ),
        (
            Primitive::TimeOfDay,
            text("23:59"),
            Value::TimeOfDay(DAY_MICROS - 60_000_000),
        ),
        (Primitive::TimeOfDay, text("24:00"), Value::Null),
        (
            Primitive::Duration,
            text("P1DT2H3M4.5S"),
            Value::Duration(93_784_500_000),
        ),
        (Primitive::Duration, text("PT"), Value::Null),
        (Primitive::Duration, text("P"), Value::Null),
        (Primitive::Duration, text("PT1S1H"), Value::Null),
        (Primitive::Guid, text("no"), Value::Null),
        (Primitive::Boolean, text("TRUE"), Value::Bool(true)),
        (Primitive::Guid, Value::Int(1), Value::Null),
    ];
    for (to, value, expected) in cases {
        assert_eq!(to.cast(value.clone()), expected, "{value:?} as {to:?}");
    }
}

proptest! {
    #[test]
    fn what_a_duration_prints_is_read_back(micros in any::<i64>().prop_map(|it| it / 2)) {
        let printed = Value::Duration(micros).print().unwrap();
        prop_assert_eq!(Primitive::Duration.parse(&printed), Some(Value::Duration(micros)), "{}", printed);
    }

    #[test]
    fn any_text_can_be_cast(text in "\\PC{0,30}") {
        for to in ["Edm.Duration", "Edm.TimeOfDay", "Edm.Decimal", "Edm.Binary", "Edm.DateTimeOffset"] {
            let _ = Primitive::named(to).unwrap().cast(Value::Text(text.clone().into()));
        }
    }

    #[test]
    fn the_order_of_values_is_total(units in proptest::collection::vec(any::<Option<i32>>(), 3)) {
        let values: Vec<Value<'_>> = units
            .iter()
            .map(|it| it.map_or(Value::Null, |it| if it % 2 == 0 { Value::Int(it.into()) } else { Value::Decimal(it.into()) }))
            .collect();
        let [a, b, c] = values.as_slice() else { unreachable!() };
        prop_assert_eq!(a.order(b), b.order(a).reverse());
        if a.order(b).is_le() && b.order(c).is_le() {
            prop_assert!(a.order(c).is_le());
        }
    }
}

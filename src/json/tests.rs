//! What is written by hand is what the values, and `serde_json`, print.

use proptest::prelude::*;

use super::*;

fn written(value: impl Put) -> String {
    let mut json = Json::new();
    json.put(value);
    json.into_text()
}

fn quoted(value: &impl ToString) -> String {
    serde_json::to_string(&value.to_string()).unwrap()
}

proptest! {
    #[test]
    fn texts_are_written_as_serde_json_writes_them(text in r#"(?s)(.{0,40}|[ -~]{0,12}["\\\n]?[ -~é]{0,20})"#) {
        prop_assert_eq!(written(text.clone()), serde_json::to_string(&text).unwrap());
    }

    #[test]
    fn values_are_written_as_they_print_themselves(
        number in any::<i32>(),
        days in Date::MIN.epoch_days()..=Date::MAX.epoch_days(),
        micros in any::<i64>(),
        places in prop_oneof![Just(1_i64), Just(1_000), Just(1_000_000)],
        units in any::<i64>(),
        version in any::<u64>(),
        id in any::<u128>(),
    ) {
        let date = Date::from_epoch_days(days).unwrap();
        let instant = Instant::from_epoch_micros(micros / 100 / places * places);
        prop_assert_eq!(written(number), number.to_string());
        prop_assert_eq!(written(date), quoted(&date));
        prop_assert_eq!(written(instant), quoted(&instant));
        prop_assert_eq!(written(Hours::from_units(units)), quoted(&Hours::from_units(units)));
        prop_assert_eq!(written(Hours::from_units(units % 1_000_000)), quoted(&Hours::from_units(units % 1_000_000)));
        let quarters = Hours::from_units(units % 1_000 * 25_000);
        prop_assert_eq!(written(quarters), quoted(&quarters));
        for places in 0..=5 {
            let mut json = Json::new();
            json.hours_with_places(Hours::from_units(units), places);
            prop_assert_eq!(json.into_text(), Hours::from_units(units).with_places(places.into()).to_string());
        }
        prop_assert_eq!(written(RowVersion::new(version)), quoted(&RowVersion::new(version)));
        prop_assert_eq!(written(Uuid::from_u128(id)), quoted(&Uuid::from_u128(id)));
    }

    #[test]
    fn dates_that_recur_are_written_as_they_print_themselves(
        days in proptest::collection::vec(Date::MIN.epoch_days()..Date::MIN.epoch_days() + 40, 0..60),
    ) {
        let mut json = Json::new();
        let mut expected = String::new();
        for date in days.into_iter().filter_map(Date::from_epoch_days) {
            json.put(date);
            expected.push_str(&quoted(&date));
        }
        prop_assert_eq!(json.into_text(), expected);
    }
}

#[test]
fn nothing_and_truth_are_words() {
    assert_eq!(written(None::<bool>), "null");
    assert_eq!(written(Some(true)), "true");
    assert_eq!(written(false), "false");
    assert_eq!(written(Hours::whole(8)), "\"8\"");
}

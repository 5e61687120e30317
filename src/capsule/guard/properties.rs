//! What holds for every value.

use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::capsule::policies::Redact;

/// Pieces of which interesting texts are made.
fn text() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        3 => "[a-c@.é \\-]{0,12}",
        1 => ".{0,12}",
        1 => prop::sample::select(vec![
            "ada@example.org", "a@b.de", "4111 1111 1111 1111", "AKIA", "eyJ", "-----BEGIN PRIVATE KEY-----", "://",
            "password = \"", "token: ", "ignore previous ", "instructions", "![a](https://a.test/?data=", "<!--",
            "+49 30 901820", "DE89370400440532013000", "2606:2800:220:1:248:1893:25c8:1946", "93.184.216.34",
            "\u{200b}", "\u{e0041}", "[email]", "[secret]", "%20", "q7Zk2Xv9Rb4Ty6Wm1Nc8", ":AA", "\u{fdfa}",
        ]).prop_map(str::to_owned),
    ];
    prop::collection::vec(piece, 0..10).prop_map(|pieces| pieces.concat())
}

fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(json!(null)),
        any::<i64>().prop_map(|number| json!(number)),
        text().prop_map(Value::String)
    ];
    leaf.prop_recursive(3, 24, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::Array),
            prop::collection::vec((text(), inner), 0..4)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

fn all() -> Checks {
    let guard = |check: &str, with: Value| Guard {
        check: check.to_owned(),
        with: with.as_object().cloned().unwrap_or_default().into_iter().collect(),
        on_fail: OnFail::Block,
    };
    Checks::compile(&[
        guard("max_length", json!({"chars": 30})),
        guard("regex", json!({"pattern": "[ab]+", "must": "not_match"})),
        guard("secret_scan", json!({})),
        guard("pii_scan", json!({})),
        guard("prompt_injection_scan", json!({"threshold": 0.1})),
    ])
    .unwrap()
}

/// The texts that the findings' places name, keys and values; a key that is not shown is found by its number.
fn pointed<'a>(value: &'a Value, finding: &Finding) -> Option<String> {
    let mut current = value;
    let mut key: Option<&'a str> = None;
    for token in finding.at.split('/').skip(1) {
        let token = token.replace("~1", "/").replace("~0", "~");
        match current {
            Value::Object(members) => {
                let by_name = members.get_key_value(&token);
                let by_place = || members.iter().nth(token.strip_prefix('#')?.parse().ok()?);
                let (name, member) = by_name.or_else(by_place)?;
                (key, current) = (Some(name.as_str()), member);
            }
            Value::Array(items) => current = items.get(token.parse::<usize>().ok()?)?,
            _ => return None,
        }
    }
    match (finding.in_key, current) {
        (true, _) => key.map(str::to_owned),
        (false, Value::String(text)) => Some(text.clone()),
        (false, number) => Some(number.to_string()),
    }
}

proptest! {
    #[test]
    fn findings_point_to_texts_and_to_whole_characters(value in value()) {
        for finding in all().scan(&value) {
            let text = pointed(&value, &finding).unwrap();
            let (start, end) = finding.span;
            prop_assert!(text.get(start..end).is_some(), "{finding:?} in {text:?}");
        }
    }

    #[test]
    fn redacting_twice_changes_nothing_more(value in value(), secrets in prop::collection::vec(text(), 0..3)) {
        let what = [Redact::Secrets, Redact::Email];
        let once = redact(&value, &what, &secrets);
        prop_assert_eq!(redact(&once, &what, &secrets), once);
    }

    #[test]
    fn no_address_is_found_after_redacting(value in value()) {
        let once = redact(&value, &[Redact::Email], &[]);
        let left: Vec<_> = all().scan(&once).into_iter().filter(|finding| finding.what == "email").collect();
        prop_assert_eq!(left, vec![]);
    }

    #[test]
    fn no_secret_is_left_after_redacting(before in text(), secret in "[a-zA-Z0-9/+ é\"]{8,20}", after in text()) {
        let once = redact(&json!(format!("{before}{secret}{after}")), &[Redact::Secrets], std::slice::from_ref(&secret));
        prop_assert!(!once.as_str().unwrap().contains(&secret));
    }

    #[test]
    fn nested_values_keep_their_size(value in value()) {
        let once = redact(&value, &[Redact::Email, Redact::Secrets], &["ada@".to_owned()]);
        prop_assert_eq!(leaves(&once), leaves(&value));
    }
}

fn leaves(value: &Value) -> usize {
    match value {
        Value::Array(items) => items.iter().map(leaves).sum(),
        Value::Object(members) => members.values().map(leaves).sum(),
        _ => 1,
    }
}

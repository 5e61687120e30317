use serde_json::json;

use super::*;

fn clean(value: Value, secrets: &[&str]) -> Value {
    let secrets: Vec<String> = secrets.iter().map(|secret| (*secret).to_owned()).collect();
    redact(&value, &[Redact::Secrets, Redact::Email], &secrets)
}

#[test]
fn every_form_of_a_secret_is_taken_out() {
    let secret = "s3cr/t ä\"key?";
    let value = json!({
        "plain": format!("a{secret}b"),
        "base64": STANDARD.encode(secret),
        "url": URL_SAFE_NO_PAD.encode(secret),
        "basic": format!("Basic {}", STANDARD.encode(format!("user:{secret}"))),
        "hex": "733363722f7420c3a4226b65793f",
        "HEX": "733363722F7420C3A4226B65793F",
        "percent": "s3cr%2Ft%20%C3%A4%22key%3F",
        "form": "s3cr%2ft+%c3%a4%22key%3f",
        "json": "{\"x\": \"s3cr/t ä\\\"key?\"}",
        "ascii": "s3cr/t \\u00e4\\\"key?",
    });
    let cleaned = clean(value, &[secret]);
    let basic = cleaned["basic"].as_str().unwrap();
    assert!(
        basic.contains("[secret]") && !basic.contains(&STANDARD.encode(secret)[2..10]),
        "{basic}"
    );
    let mut cleaned = cleaned.as_object().unwrap().clone();
    cleaned.remove("basic");
    assert_eq!(
        Value::Object(cleaned),
        json!({
            "plain": "a[secret]b", "base64": "[secret]", "url": "[secret]", "hex": "[secret]", "HEX": "[secret]",
            "percent": "[secret]", "form": "[secret]", "json": "{\"x\": \"[secret]\"}", "ascii": "[secret]",
        })
    );
}

#[test]
fn the_longest_secret_is_taken_out_first() {
    assert_eq!(
        clean(json!("abcdef abcd"), &["abcd", "abcdef"]),
        json!("[secret] [secret]")
    );
}

#[test]
fn keys_and_numbers_are_redacted_and_no_member_is_lost() {
    assert_eq!(
        clean(
            json!({"a@x.de": 1, "b@x.de": [2, 90210357], "[email]": null, "n": 12}),
            &["90210357"]
        ),
        json!({"[email] (2)": 1, "[email] (3)": [2, "[secret]"], "[email]": null, "n": 12})
    );
}

#[test]
fn secrets_that_are_too_short_and_empty_ones_are_not_looked_for() {
    assert_eq!(clean(json!("a b abc"), &["", "a", "abc"]), json!("a b abc"));
}

#[test]
fn only_what_is_named_is_taken_out() {
    let secrets = ["hunter22".to_owned()];
    let value = json!("hunter22 of ada@example.org");
    assert_eq!(redact(&value, &[], &secrets), value);
    assert_eq!(redact(&value, &[Redact::Email], &secrets), json!("hunter22 of [email]"));
    assert_eq!(
        redact(&value, &[Redact::Secrets], &secrets),
        json!("[secret] of ada@example.org")
    );
}

#[test]
fn a_secret_may_look_like_its_replacement() {
    for secret in ["secret", "[secret]", "email]", "]sec", "cret"] {
        let once = clean(json!("x secret [secret] a@b.de cret"), &[secret]);
        assert_eq!(clean(once.clone(), &[secret]), once, "{secret}");
    }
}

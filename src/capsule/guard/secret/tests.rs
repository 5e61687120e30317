//! Every token here was made for its test; literals are split so that scanners of repositories pass by.

use super::super::MAX_FINDINGS;
use super::structure::{crc32, ends_with_crc32};
use super::*;

fn found(text: &str) -> Vec<(&'static str, &str)> {
    let hits = scan(&Leaf::Text { text, key: None }, MAX_FINDINGS);
    hits.into_iter()
        .map(|hit| (hit.what, &text[hit.span.0..hit.span.1]))
        .collect()
}

fn names(text: &str) -> Vec<&'static str> {
    found(text).into_iter().map(|(what, _)| what).collect()
}

/// As many characters of an unruly text of letters and digits.
fn noise(length: usize) -> String {
    let text = "q7Zk2Xv9Rb4Ty6Wm1Nc8Jd3Hf5Gs0LpQaEuYoVtSi";
    text.chars().cycle().take(length).collect()
}

fn hex(length: usize) -> String {
    "7f3a9c01e5d28b46".chars().cycle().take(length).collect()
}

fn github(prefix: &str) -> String {
    let random = noise(30);
    let mut rest = crc32(random.as_bytes());
    let mut check = Vec::new();
    for _ in 0..6 {
        check.push("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz".as_bytes()[rest as usize % 62]);
        rest /= 62;
    }
    check.reverse();
    format!("{prefix}{random}{}", String::from_utf8(check).unwrap())
}

fn jwt(header: &str, claims: &str) -> String {
    use base64::Engine as _;
    let encode = |part: &str| base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(part);
    format!("{}.{}.{}", encode(header), encode(claims), noise(43))
}

/// Name, and a text of exactly this secret.
fn genuine() -> Vec<(&'static str, String)> {
    vec![
        ("aws_access_key", format!("AKIA{}", "Q3EGV7ZKM2XNP5TW")),
        ("aws_access_key", format!("ASIA{}", "Q3EGV7ZKM2XNP5TW")),
        ("github_token", github("ghp_")),
        ("github_token", github("ghs_")),
        ("github_token", format!("github_pat_{}_{}", noise(22), noise(59))),
        ("gitlab_token", format!("glpat-{}", noise(20))),
        (
            "slack_token",
            format!("xoxb-{}-{}-{}", "2847561930", "5938271640", noise(24)),
        ),
        (
            "slack_webhook",
            format!("hooks.slack.com/services/T{}/B{}/{}", "024BE7LD", "03K5M7PQ", noise(24)),
        ),
        (
            "discord_webhook",
            format!("discord.com/api/webhooks/{}/{}", "938271640593827164", noise(68)),
        ),
        ("google_api_key", format!("AIza{}", noise(35))),
        ("google_oauth_token", format!("ya29.{}", noise(60))),
        ("google_client_secret", format!("GOCSPX-{}", noise(28))),
        ("stripe_key", format!("sk_live_{}", noise(24))),
        ("stripe_test_key", format!("sk_test_{}", noise(99))),
        ("npm_token", format!("npm_{}", noise(36))),
        ("pypi_token", format!("pypi-AgEIcHlwaS5vcmc{}", noise(140))),
        ("anthropic_key", format!("sk-ant-api03-{}-{}AA", noise(52), noise(40))),
        ("openai_key", format!("sk-{}T3BlbkFJ{}", noise(20), noise(20))),
        ("openai_key", format!("sk-proj-{}T3BlbkFJ{}", noise(74), noise(74))),
        ("openrouter_key", format!("sk-or-v1-{}", hex(64))),
        ("groq_key", format!("gsk_{}", noise(52))),
        ("huggingface_token", format!("hf_{}", noise(34))),
        ("sendgrid_key", format!("SG.{}.{}", noise(22), noise(43))),
        ("digitalocean_token", format!("dop_v1_{}", hex(64))),
        ("shopify_token", format!("shpat_{}", hex(32))),
        ("docker_token", format!("dckr_pat_{}", noise(27))),
        ("postman_key", format!("PMAK-{}-{}", hex(24), hex(34))),
        ("vault_token", format!("hvs.{}", noise(90))),
        ("databricks_token", format!("dapi{}", hex(32))),
        ("grafana_token", format!("glsa_{}_{}", noise(32), hex(8))),
        ("linear_key", format!("lin_api_{}", noise(40))),
        ("rubygems_key", format!("rubygems_{}", hex(48))),
        ("crates_io_token", format!("cio{}", noise(32))),
        ("telegram_token", format!("{}:AA{}", "593827164", noise(33))),
        ("jwt", jwt(r#"{"alg":"HS256","typ":"JWT"}"#, r#"{"sub":"42"}"#)),
    ]
}

#[test]
fn the_checksum_of_github_is_the_one_that_it_publishes() {
    // The example of a revoked token that GitHub's announcement of the format is explained with.
    assert!(ends_with_crc32(concat!("zQWBuTSOoRi4A9spHcVY5", "ncnsDkxkJ0mLq17")));
    assert!(!ends_with_crc32(concat!("zQWBuTSOoRi4A9spHcVY5", "ncnsDkxkJ0mLq18")));
    assert_eq!(crc32(b"123456789"), 0xCBF4_3926);
}

#[test]
fn issued_secrets_are_found_wherever_they_stand() {
    for (what, secret) in genuine() {
        for (before, after) in [
            ("", ""),
            ("see ", "."),
            ("\"", "\","),
            ("x='", "'\n"),
            ("(", ")"),
            ("é", "é"),
        ] {
            let text = format!("{before}{secret}{after}");
            assert_eq!(found(&text), [(what, secret.as_str())], "{text}");
        }
    }
}

#[test]
fn a_secret_that_is_cut_or_goes_on_is_none() {
    for (what, secret) in genuine() {
        let fixed = !matches!(
            what,
            "gitlab_token"
                | "slack_token"
                | "discord_webhook"
                | "google_oauth_token"
                | "stripe_key"
                | "docker_token"
                | "stripe_test_key"
                | "pypi_token"
                | "anthropic_key"
                | "openai_key"
                | "vault_token"
                | "jwt"
                | "telegram_token"
                | "slack_webhook"
        );
        if fixed {
            assert_eq!(names(&secret[..secret.len() - 1]), Vec::<&str>::new(), "{secret}, cut");
            assert_eq!(names(&format!("{secret}Zz")), Vec::<&str>::new(), "{secret}, longer");
        }
        let inside = format!("abc{secret}");
        let is_url = matches!(what, "slack_webhook" | "discord_webhook");
        assert!(is_url || !names(&inside).contains(&what), "{inside}");
    }
}

#[test]
fn what_only_looks_like_a_secret_is_passed_by() {
    for text in [
        concat!("AKIA", "IOSFODNN7EXAMPLE").to_owned(),
        format!("AKIA{}", "q3egv7zkm2xnp5tw"),
        format!("AKIA{}", "Q3EGV7ZKM2XNP518"),
        format!("ghp_{}", noise(36)),
        format!("ghp_{}", "x".repeat(36)),
        format!("sk_live_{}", "0".repeat(24)),
        format!("npm_{}", "x".repeat(36)),
        format!("sk-{}", noise(48)),
        format!("xoxb-{}-{}", "token", noise(24)),
        format!("pypi-{}", noise(140)),
        "npm_config_registry, hf_hub_download, sk-learn, task-runner-with-long-name-that-goes-on-and-on".to_owned(),
        "eyJhbGciOi is how they begin; eyJ.eyJ.eyJ".to_owned(),
        jwt(r#"{"typ":"JWT"}"#, r#"{"sub":"42"}"#),
        jwt("[1]", "{}"),
        "-----BEGIN PRIVATE KEY-----\n...\n-----END PRIVATE KEY-----".to_owned(),
        format!("-----BEGIN CERTIFICATE-----\n{}\n-----END CERTIFICATE-----", noise(64)),
        "https://example.org:8080/a@b and https://user:password@host and http://user:${PASS}@host".to_owned(),
        "commit 7f3a9c01e5d28b467f3a9c01e5d28b467f3a9c01, sha256:7f3a9c01e5d28b467f3a9c01e5d28b46".to_owned(),
    ] {
        assert_eq!(found(&text), [], "{text}");
    }
}

#[test]
fn private_keys_are_found_as_blocks_and_inside_of_strings() {
    let lines = [noise(64), noise(64), noise(20)];
    for kind in ["", "RSA ", "EC ", "OPENSSH ", "ENCRYPTED "] {
        let label = format!("{kind}PRIVATE KEY");
        for line_end in ["\n", "\r\n", "\\n"] {
            let block = format!(
                "-----BEGIN {label}-----{line_end}{}{line_end}-----END {label}-----",
                lines.join(line_end)
            );
            let text = format!("key: {block}\nmore");
            assert_eq!(found(&text), [("private_key", block.as_str())]);
        }
    }
    let cut = format!("-----BEGIN PRIVATE KEY-----\n{}", noise(64));
    assert_eq!(names(&cut), ["private_key"]);
    let pgp = format!(
        "-----BEGIN PGP PRIVATE KEY BLOCK-----\nVersion: 2\n\n{}\n-----END PGP PRIVATE KEY BLOCK-----",
        noise(64)
    );
    assert_eq!(found(&pgp), [("private_key", pgp.as_str())]);
}

#[test]
fn assigned_values_are_found_by_their_names_and_their_disorder() {
    for (text, expected) in [
        ("password = \"t7#kW9qZ\"", Some(("generic_password", "t7#kW9qZ"))),
        (
            "DB_PASSWORD='correct9horse'",
            Some(("generic_password", "correct9horse")),
        ),
        (
            "\"password\": \"Tr0ub4dor&3\",",
            Some(("generic_password", "Tr0ub4dor&3")),
        ),
        (
            "api_key: q7Zk2Xv9Rb4Ty6Wm1Nc8",
            Some(("generic_secret", "q7Zk2Xv9Rb4Ty6Wm1Nc8")),
        ),
        (
            "API-KEY=q7Zk2Xv9Rb4Ty6Wm1Nc8\n",
            Some(("generic_secret", "q7Zk2Xv9Rb4Ty6Wm1Nc8")),
        ),
        (
            "{\\\"client_secret\\\": \\\"q7Zk2Xv9Rb4Ty6Wm1Nc8\\\"}",
            Some(("generic_secret", "q7Zk2Xv9Rb4Ty6Wm1Nc8")),
        ),
        (
            "Authorization: Bearer q7Zk2Xv9Rb4Ty6Wm1Nc8",
            Some(("generic_secret", "q7Zk2Xv9Rb4Ty6Wm1Nc8")),
        ),
        (
            "postgres://app:q7Zk2Xv9@db.internal/x",
            Some(("url_password", "q7Zk2Xv9")),
        ),
        ("password = \"hunter\"", None),
        ("password = \"password123\"", None),
        ("password: \"${DB_PASSWORD1}\"", None),
        ("password = get_password(user1)", None),
        ("password == \"t7#kW9qZ\"", None),
        ("token = self.tokens.next_token2()", None),
        ("token: config.auth.v2.accessToken", None),
        ("max_tokens = 120000", None),
        ("tokenizer: \"q7Zk2Xv9Rb4Ty6Wm1Nc8\"", None),
        ("secret: secret://keyring/mail2", None),
        ("api_key = \"YOUR_API_KEY_2024_HERE\"", None),
        ("token: path/to/some/file-name-12", None),
        ("password_hash = \"q7Zk2Xv9Rb4Ty6Wm1Nc8\"", None),
    ] {
        assert_eq!(found(text), expected.into_iter().collect::<Vec<_>>(), "{text}");
    }
}

#[test]
fn the_key_of_a_member_names_its_value() {
    for (key, text, expected) in [
        ("password", "t7#kW9qZ", Some((0, 8))),
        ("dbPassword", " t7#kW9qZ\n", Some((1, 9))),
        ("x-api-key", "q7Zk2Xv9Rb4Ty6Wm1Nc8", Some((0, 20))),
        ("accessToken", "q7Zk2Xv9Rb4Ty6Wm1Nc8", Some((0, 20))),
        ("password", "is too short for 8 people", None),
        ("tokens", "q7Zk2Xv9Rb4Ty6Wm1Nc8", None),
        ("title", "q7Zk2Xv9Rb4Ty6Wm1Nc8", None),
    ] {
        let hits = scan(&Leaf::Text { text, key: Some(key) }, MAX_FINDINGS);
        let spans: Vec<_> = hits.into_iter().map(|hit| hit.span).collect();
        assert_eq!(spans, expected.into_iter().collect::<Vec<_>>(), "{key}: {text}");
    }
}

#[test]
fn a_shape_speaks_before_a_name_and_each_place_once() {
    let token = github("ghp_");
    let text = format!("token = \"{token}\", password: \"t7#kW9qZ\"");
    assert_eq!(
        found(&text),
        [("github_token", token.as_str()), ("generic_password", "t7#kW9qZ")]
    );
    let link = format!("https://oauth2:{token}@github.com/x/y");
    assert_eq!(names(&link), ["github_token"]);
}

#[test]
fn no_shape_hides_in_the_list_of_names() {
    assert!(ANCHORS.is_some());
    assert_eq!(entropy(""), 0.0);
    assert_eq!(entropy("abcdabcd"), 2.0);
}

//! What looks like a secret. Says so; never keeps or shows the value.

/// What names of secrets have in them.
const NAMED: [&str; 9] = [
    "token",
    "secret",
    "password",
    "passwd",
    "credential",
    "apikey",
    "api_key",
    "api-key",
    "authorization",
];
/// How keys of well-known services begin.
const PREFIXES: [&str; 18] = [
    "ghp_",
    "gho_",
    "ghs_",
    "github_pat_",
    "glpat-",
    "sk-",
    "sk_live_",
    "rk_live_",
    "xoxb-",
    "xoxp-",
    "xapp-",
    "AKIA",
    "AIza",
    "hf_",
    "npm_",
    "pypi-",
    "eyJ",
    "lin_api_",
];

/// Whether `value`, which is called `name`, looks like a secret.
pub(crate) fn looks_secret(name: &str, value: &str) -> bool {
    let name = name.to_ascii_lowercase();
    let is_named =
        NAMED.iter().any(|part| name.contains(part)) || name.ends_with("_key") || name == "key" || name == "pat";
    let value = value
        .strip_prefix("Bearer ")
        .or_else(|| value.strip_prefix("Basic "))
        .unwrap_or(value);
    let is_plain = matches!(value, "" | "true" | "false" | "none" | "null") || value.parse::<f64>().is_ok();
    if is_plain || value.starts_with(['/', '.', '~']) {
        return false;
    }
    let begins = PREFIXES
        .iter()
        .any(|prefix| value.len() >= prefix.len() + 8 && value.starts_with(prefix));
    (is_named && value.len() >= 6) || begins || looks_random(value)
}

/// Long, of letters and digits, and with few of them twice.
fn looks_random(value: &str) -> bool {
    let has = |is: fn(&u8) -> bool| value.bytes().any(|byte| is(&byte));
    let is_word = value
        .bytes()
        .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'+' | b'='));
    if value.len() < 24 || !is_word || !has(u8::is_ascii_digit) || !has(u8::is_ascii_alphabetic) {
        return false;
    }
    let mut counts = [0_u32; 256];
    for byte in value.bytes() {
        counts[usize::from(byte)] += 1;
    }
    let length = value.len() as f64;
    let shares = counts
        .iter()
        .filter(|count| **count > 0)
        .map(|count| f64::from(*count) / length);
    let bits: f64 = shares.map(|share| -share * share.log2()).sum();
    bits > 3.5
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_look_secret_and_settings_do_not() {
        for (name, value) in [
            ("GITHUB_TOKEN", "abcdef123"),
            ("X", "ghp_0123456789abcdef"),
            ("Authorization", "Bearer abcdefgh"),
            ("X", "f3a9c81be2774d60a1b2c3d4e5f60718"),
            ("arg", "sk-ant-0123456789"),
            ("OPENAI_KEY", "anything-at-all"),
        ] {
            assert!(looks_secret(name, value), "{name}={value}");
        }
        for (name, value) in [
            ("LOG_LEVEL", "debug"),
            ("TOKEN_LIMIT", "4096"),
            ("TOKEN_FILE", "/run/secrets/token"),
            ("PATH", "/usr/bin"),
            ("PACKAGE", "@modelcontextprotocol/server-filesystem"),
            ("NAME", "a-quite-long-name-of-a-server"),
            ("USE_TOKEN", "true"),
        ] {
            assert!(!looks_secret(name, value), "{name}={value}");
        }
    }
}

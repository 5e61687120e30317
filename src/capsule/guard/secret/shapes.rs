//! What issued secrets look like.

use super::entropy;
use super::structure;

/// Below this many bits per byte a body is a placeholder (`xxxxxxxx`, `00000000`), not a secret.
const LEAST_ENTROPY: f64 = 2.5;

/// The characters of a body.
#[derive(Debug, Clone, Copy)]
enum Set {
    /// `A`–`Z`, `2`–`7`.
    Base32,
    /// `0`–`9`, `a`–`f`.
    Hex,
    /// Letters and digits.
    Alnum,
    /// Letters, digits, `_`, `-`.
    Url,
    /// Letters, digits, `_`, `-`, `.`.
    Dotted,
}

/// A prefix and what follows it.
#[derive(Debug)]
pub(super) struct Shape {
    /// What a finding calls it.
    pub(super) what: &'static str,
    /// How it begins, in its own case.
    pub(super) prefix: &'static str,
    rest: Rest,
}

#[derive(Debug)]
enum Rest {
    /// A body of a set, with its least and greatest length.
    Body(Set, usize, usize),
    /// The same, and a test of the body.
    Tested(Set, usize, usize, fn(&str) -> bool),
    /// Reads from the start of the prefix; gives the span.
    Read(fn(&str, usize) -> Option<(usize, usize)>),
}

impl Shape {
    /// The span of a secret of this shape whose prefix stands at `at`.
    pub(super) fn read(&self, text: &str, at: usize) -> Option<(usize, usize)> {
        if !text.get(at..)?.starts_with(self.prefix) {
            return None;
        }
        let (set, least, most, test): (_, _, _, fn(&str) -> bool) = match self.rest {
            Rest::Read(read) => return read(text, at),
            Rest::Body(set, least, most) => (set, least, most, |_| true),
            Rest::Tested(set, least, most, test) => (set, least, most, test),
        };
        if text.as_bytes()[..at]
            .last()
            .is_some_and(|byte| byte.is_ascii_alphanumeric() || *byte == b'_')
        {
            return None;
        }
        let start = at + self.prefix.len();
        let rest = &text.as_bytes()[start..];
        let length = rest.iter().take(most + 1).take_while(|byte| set.holds(**byte)).count();
        let body = text.get(start..start + length)?;
        // A sentence may end behind it.
        let body = body.trim_end_matches(['.', '-']);
        let goes_on = rest
            .get(length)
            .is_some_and(|byte| byte.is_ascii_alphanumeric() || *byte == b'_');
        let fits = (least..=most).contains(&body.len()) && !goes_on && entropy(body) >= LEAST_ENTROPY && test(body);
        fits.then_some((at, start + body.len()))
    }
}

impl Set {
    fn holds(self, byte: u8) -> bool {
        match self {
            Self::Base32 => matches!(byte, b'A'..=b'Z' | b'2'..=b'7'),
            Self::Hex => matches!(byte, b'0'..=b'9' | b'a'..=b'f'),
            Self::Alnum => byte.is_ascii_alphanumeric(),
            Self::Url => byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'),
            Self::Dotted => byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.'),
        }
    }
}

const fn body(what: &'static str, prefix: &'static str, set: Set, least: usize, most: usize) -> Shape {
    Shape {
        what,
        prefix,
        rest: Rest::Body(set, least, most),
    }
}

const fn tested(
    what: &'static str,
    prefix: &'static str,
    (set, least, most): (Set, usize, usize),
    test: fn(&str) -> bool,
) -> Shape {
    Shape {
        what,
        prefix,
        rest: Rest::Tested(set, least, most, test),
    }
}

const fn read(what: &'static str, prefix: &'static str, read: fn(&str, usize) -> Option<(usize, usize)>) -> Shape {
    Shape {
        what,
        prefix,
        rest: Rest::Read(read),
    }
}

/// Every shape. Sources: what the issuers document about their tokens.
pub(super) const SHAPES: &[Shape] = &[
    tested(
        "aws_access_key",
        "AKIA",
        (Set::Base32, 16, 16),
        structure::is_no_example,
    ),
    tested(
        "aws_access_key",
        "ASIA",
        (Set::Base32, 16, 16),
        structure::is_no_example,
    ),
    tested("github_token", "ghp_", (Set::Alnum, 36, 36), structure::ends_with_crc32),
    tested("github_token", "gho_", (Set::Alnum, 36, 36), structure::ends_with_crc32),
    tested("github_token", "ghu_", (Set::Alnum, 36, 36), structure::ends_with_crc32),
    tested("github_token", "ghs_", (Set::Alnum, 36, 36), structure::ends_with_crc32),
    tested("github_token", "ghr_", (Set::Alnum, 36, 36), structure::ends_with_crc32),
    tested(
        "github_token",
        "github_pat_",
        (Set::Url, 82, 82),
        structure::is_github_pat,
    ),
    body("gitlab_token", "glpat-", Set::Dotted, 20, 300),
    body("gitlab_token", "gldt-", Set::Url, 20, 64),
    body("gitlab_token", "glrt-", Set::Dotted, 20, 300),
    body("gitlab_token", "glptt-", Set::Hex, 40, 40),
    body("gitlab_token", "glcbt-", Set::Url, 20, 128),
    tested("slack_token", "xoxb-", (Set::Url, 24, 255), structure::is_slack),
    tested("slack_token", "xoxp-", (Set::Url, 24, 255), structure::is_slack),
    tested("slack_token", "xoxa-", (Set::Url, 24, 255), structure::is_slack),
    tested("slack_token", "xoxr-", (Set::Url, 24, 255), structure::is_slack),
    tested("slack_token", "xoxs-", (Set::Url, 24, 255), structure::is_slack),
    tested("slack_token", "xoxe-", (Set::Url, 24, 255), structure::is_slack),
    tested("slack_token", "xapp-", (Set::Url, 24, 255), structure::is_slack),
    read("slack_webhook", "hooks.slack.com/services/", structure::slack_webhook),
    read(
        "discord_webhook",
        "discord.com/api/webhooks/",
        structure::discord_webhook,
    ),
    body("google_api_key", "AIza", Set::Url, 35, 35),
    body("google_oauth_token", "ya29.", Set::Url, 40, 2048),
    body("google_client_secret", "GOCSPX-", Set::Url, 28, 28),
    body("stripe_key", "sk_live_", Set::Alnum, 24, 247),
    body("stripe_key", "rk_live_", Set::Alnum, 24, 247),
    body("stripe_test_key", "sk_test_", Set::Alnum, 24, 247),
    body("stripe_webhook_secret", "whsec_", Set::Alnum, 32, 64),
    body("npm_token", "npm_", Set::Alnum, 36, 36),
    tested("pypi_token", "pypi-", (Set::Url, 85, 1024), structure::is_pypi),
    tested("anthropic_key", "sk-ant-", (Set::Url, 80, 256), structure::is_anthropic),
    tested("openai_key", "sk-", (Set::Url, 40, 256), structure::is_openai),
    body("openrouter_key", "sk-or-v1-", Set::Hex, 64, 64),
    body("groq_key", "gsk_", Set::Alnum, 52, 52),
    body("xai_key", "xai-", Set::Alnum, 80, 80),
    body("perplexity_key", "pplx-", Set::Alnum, 48, 64),
    body("replicate_token", "r8_", Set::Alnum, 37, 37),
    body("huggingface_token", "hf_", Set::Alnum, 34, 34),
    tested("sendgrid_key", "SG.", (Set::Dotted, 66, 66), structure::is_sendgrid),
    body("digitalocean_token", "dop_v1_", Set::Hex, 64, 64),
    body("digitalocean_token", "doo_v1_", Set::Hex, 64, 64),
    body("shopify_token", "shpat_", Set::Hex, 32, 32),
    body("shopify_token", "shpss_", Set::Hex, 32, 32),
    body("docker_token", "dckr_pat_", Set::Url, 27, 36),
    tested("postman_key", "PMAK-", (Set::Url, 59, 59), structure::is_postman),
    body("vault_token", "hvs.", Set::Url, 24, 200),
    body("databricks_token", "dapi", Set::Hex, 32, 32),
    tested("grafana_token", "glsa_", (Set::Url, 41, 41), structure::is_grafana),
    body("linear_key", "lin_api_", Set::Alnum, 40, 40),
    body("rubygems_key", "rubygems_", Set::Hex, 48, 48),
    body("crates_io_token", "cio", Set::Alnum, 32, 32),
    body("age_key", "AGE-SECRET-KEY-1", Set::Alnum, 58, 58),
    read("telegram_token", ":AA", structure::telegram),
    read("azure_storage_key", "AccountKey=", structure::azure_storage),
    read("private_key", "-----BEGIN ", structure::private_key),
    read("jwt", "eyJ", structure::jwt),
    read("url_password", "://", structure::url_password),
];

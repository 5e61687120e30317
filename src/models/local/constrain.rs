//! Answers that conform to a JSON Schema or match a pattern while they are written, token by token.
//!
//! The grammar engine sees our own vocabulary. What it cannot enforce (`uniqueItems`, `if`, `not`,
//! …) it refuses; every complete answer is validated again by another library all the same. That
//! is what holds `oneOf` to exactly one: while it is written, it is held to any.

use std::sync::Arc;

use llguidance::api::TopLevelGrammar;
use llguidance::toktrie::{InferenceCapabilities, SimpleVob, TokEnv, TokRxInfo, TokTrie, TokenId, TokenizerEnv};
use llguidance::{Matcher, ParserFactory};
use serde_json::{Value, json};

use super::tokenizer::Tokenizer;
use crate::models::ask::{AskError, rounded};

/// Makes grammars over one vocabulary.
pub(super) struct Grammars {
    parsers: ParserFactory,
}

/// What an answer must conform to, with the state of one answer.
pub(super) struct Grammar {
    matcher: Matcher,
    check: Check,
}

/// What is validated once an answer is complete.
enum Check {
    Schema(Box<jsonschema::Validator>),
    Pattern(regex::Regex),
}

struct Vocabulary {
    trie: TokTrie,
    tokenizer: Arc<Tokenizer>,
}

impl TokenizerEnv for Vocabulary {
    fn tok_trie(&self) -> &TokTrie {
        &self.trie
    }

    fn tokenize_bytes(&self, bytes: &[u8]) -> Vec<TokenId> {
        self.trie.tokenize_with_greedy_fallback(bytes, |text| {
            let ids = self.tokenizer.encode_within(text);
            ids.unwrap_or_else(|_| self.trie.greedy_tokenize(text.as_bytes()))
        })
    }
}

/// Parts of the vocabulary whose masks are worked out once: texts of strings by their length, so that a bounded string
/// finds most of what it allows ready.
const SLICES: [&str; 5] = [
    r"[\x20\x0A\x0D\x09]+",
    r#"[^"\\\x00-\x1F\x7F]{1,6}"#,
    r#"[^"\\\x00-\x1F\x7F]{1,16}"#,
    r#"[^"\\\x00-\x1F\x7F]{1,30}"#,
    r#"[^"\\\x00-\x1F\x7F]+"#,
];

impl Grammars {
    pub(super) fn new(tokenizer: &Arc<Tokenizer>) -> Result<Self, AskError> {
        let words: Vec<Vec<u8>> = (0..tokenizer.len() as u32)
            .map(|id| {
                let bytes = tokenizer.bytes(id);
                if tokenizer.is_special(id) {
                    [&[TokTrie::SPECIAL_TOKEN_MARKER], bytes].concat()
                } else {
                    bytes.to_vec()
                }
            })
            .collect();
        let info = TokRxInfo::new(tokenizer.len() as u32, tokenizer.end_of_turn());
        let vocabulary: TokEnv = Arc::new(Vocabulary {
            trie: TokTrie::from(&info, &words),
            tokenizer: Arc::clone(tokenizer),
        });
        let capabilities = InferenceCapabilities {
            ff_tokens: true,
            ..InferenceCapabilities::default()
        };
        let mut parsers = ParserFactory::new(&vocabulary, capabilities, &SLICES.map(str::to_owned))
            .map_err(|error| AskError::Compute { why: error.to_string() })?;
        parsers.quiet();
        parsers.limits_mut().verbose_errors = false;
        Ok(Self { parsers })
    }

    /// Compiles `schema`, which must be an object.
    pub(super) fn compile(&self, schema: &Value) -> Result<Grammar, AskError> {
        let wrong = |why: String| AskError::Constraint { why };
        if let Some(at) = rounded(schema) {
            let why = "of the schema is beyond ±2⁵³ and would be rounded; write it as a text";
            return Err(wrong(format!("the number at `{at}` {why}")));
        }
        let validator = jsonschema::validator_for(schema).map_err(|error| wrong(error.to_string()))?;
        let mut compact = schema.clone();
        match compact.as_object_mut() {
            Some(object) => {
                let options = json!({"whitespace_flexible": false, "coerce_one_of": true});
                object.insert("x-guidance".to_owned(), options)
            }
            None => return Err(wrong("a schema must be an object".to_owned())),
        };
        self.grammar(
            TopLevelGrammar::from_json_schema(compact),
            Check::Schema(Box::new(validator)),
        )
    }

    /// Compiles a regular expression that the whole answer matches.
    pub(super) fn compile_pattern(&self, pattern: &str) -> Result<Grammar, AskError> {
        let whole = regex::Regex::new(&format!("^(?:{pattern})$")).map_err(|error| AskError::Constraint {
            why: format!("`{pattern}` is no regular expression: {error}"),
        })?;
        self.grammar(TopLevelGrammar::from_regex(pattern), Check::Pattern(whole))
    }

    fn grammar(&self, grammar: TopLevelGrammar, check: Check) -> Result<Grammar, AskError> {
        let matcher = Matcher::new(self.parsers.create_parser(grammar));
        match matcher.get_error() {
            Some(why) => Err(broken(&why)),
            None => Ok(Grammar { matcher, check }),
        }
    }
}

impl Grammar {
    /// The tokens that must come next, already accepted.
    pub(super) fn forced(&mut self) -> Result<Vec<u32>, AskError> {
        let forced = self.matcher.consume_ff_tokens();
        // A matcher that failed counts as stopped, too.
        match self.matcher.get_error() {
            Some(why) => Err(broken(&why)),
            None => Ok(forced),
        }
    }

    /// Whether nothing may follow.
    pub(super) fn complete(&self) -> bool {
        self.matcher.is_stopped()
    }

    /// Whether `id` may come next: what [`allowed`](Self::allowed) says of it, without working out all others.
    pub(super) fn may_come(&mut self, id: u32, tokenizer: &Tokenizer) -> Result<bool, AskError> {
        // The text of a special token would count as if somebody had written it, and an empty one as always right.
        let has_a_text = !tokenizer.is_special(id) && !tokenizer.bytes(id).is_empty();
        if !has_a_text && id != tokenizer.end_of_turn() {
            return Ok(false);
        }
        let valid = self.matcher.validate_tokens(&[id]);
        valid
            .map(|valid| valid == 1)
            .map_err(|error| broken(&error.to_string()))
    }

    /// The tokens that may come next.
    pub(super) fn allowed(&mut self) -> Result<SimpleVob, AskError> {
        self.matcher
            .compute_mask_or_eos()
            .map_err(|error| broken(&error.to_string()))
    }

    /// Takes one of the allowed tokens.
    pub(super) fn accept(&mut self, id: u32) -> Result<(), AskError> {
        self.matcher
            .consume_token(id)
            .map_err(|error| broken(&error.to_string()))
    }

    /// Reads the complete answer and validates it.
    pub(super) fn value(&self, text: &str) -> Result<Value, AskError> {
        let invalid = |why: String| AskError::Invalid {
            why,
            text: text.to_owned(),
        };
        match &self.check {
            Check::Schema(validator) => {
                let value: Value = serde_json::from_str(text).map_err(|error| invalid(error.to_string()))?;
                validator.validate(&value).map_err(|error| invalid(error.to_string()))?;
                Ok(value)
            }
            Check::Pattern(whole) if whole.is_match(text) => Ok(Value::String(text.to_owned())),
            Check::Pattern(whole) => Err(invalid(format!("it does not match `{whole}`"))),
        }
    }
}

/// The matcher gave up: its limits were reached, or it stopped in an error.
fn broken(why: &str) -> AskError {
    AskError::Constraint { why: told(why) }
}

/// What the grammar engine says, in words of whoever wrote the schema.
fn told(why: &str) -> String {
    const TOO_MUCH: [&str; 7] = [
        "fuel exhausted",
        "Too many items",
        "too many expressions",
        "too many states",
        "schema too large",
        "stack level exceeded",
        "Current row has",
    ];
    let after = |sign: &str| why.split_once(sign).map(|(_, rest)| first_line(rest));
    // These name parts of the schema, whose words could be any.
    if let Some(keys) = after("Unimplemented keys: ") {
        return format!("{keys} cannot be enforced; docs/models.md lists the keywords that can");
    }
    if let Some(format) = after("Unknown format: ") {
        return format!("the format `{format}` cannot be enforced; docs/models.md lists those that can");
    }
    if let Some(why) = after("Unsatisfiable schema: ") {
        return format!("nothing is valid under the schema: {why}");
    }
    if TOO_MUCH.iter().any(|sign| why.contains(sign)) {
        return "it takes too much to work out what may come next: bound strings and lists more narrowly, or ask for less at once"
            .to_owned();
    }
    if why.contains("NoExtensionBias") {
        return "nothing that is allowed can follow what was written: parts of the schema or the pattern contradict each \
                other"
            .to_owned();
    }
    first_line(why)
}

fn first_line(text: &str) -> String {
    text.lines().next().unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::models::fixture;

    /// Walks along `text` and asks about every token at each step.
    fn walked(mut grammar: Grammar, text: &str) {
        let model = fixture::model();
        let tokenizer = &model.tokenizer;
        let mut rest = text.as_bytes();
        while !grammar.complete() {
            let forced = grammar.forced().unwrap();
            if !forced.is_empty() {
                for id in forced.into_iter().filter(|id| !tokenizer.is_special(*id)) {
                    rest = rest.strip_prefix(tokenizer.bytes(id)).unwrap();
                }
                continue;
            }
            let allowed = grammar.allowed().unwrap();
            for id in 0..tokenizer.len() as u32 {
                let text = String::from_utf8_lossy(tokenizer.bytes(id));
                assert_eq!(
                    grammar.may_come(id, tokenizer).unwrap(),
                    allowed.is_allowed(id),
                    "`{text}` ({id}) before {:?}",
                    String::from_utf8_lossy(rest)
                );
            }
            // The longest that the text goes on with.
            let fitting = (0..tokenizer.len() as u32).filter(|id| {
                let bytes = tokenizer.bytes(*id);
                !tokenizer.is_special(*id) && !bytes.is_empty() && rest.starts_with(bytes)
            });
            let next = fitting.max_by_key(|id| tokenizer.bytes(*id).len());
            match next {
                Some(id) => {
                    grammar.accept(id).unwrap();
                    rest = &rest[tokenizer.bytes(id).len()..];
                }
                None => {
                    assert!(rest.is_empty(), "{rest:?}");
                    grammar.accept(tokenizer.end_of_turn()).unwrap();
                }
            }
        }
        assert!(rest.is_empty(), "{rest:?}");
    }

    #[test]
    fn what_the_engine_says_is_told_as_what_can_be_done() {
        let refused = |schema: Value| {
            let refused = fixture::model().grammars().unwrap().compile(&schema).map(|_| ());
            refused.unwrap_err().to_string()
        };
        let keys = refused(json!({"type": "array", "uniqueItems": true}));
        assert!(
            keys.contains("uniqueItems") && keys.contains("docs/models.md"),
            "{keys}"
        );
        let nothing = refused(json!({"type": "integer", "minimum": 5, "maximum": 3}));
        assert!(nothing.contains("nothing is valid under the schema"), "{nothing}");
        assert!(told("fuel exhausted when checking relevance of lexemes (1000)").contains("bound strings"));
        assert!(told("NoExtensionBias").contains("contradict"));
        assert_eq!(told("something else\nbelow"), "something else");
    }

    #[test]
    fn asking_about_a_token_says_what_the_mask_says() {
        let grammars = fixture::model().grammars().unwrap();
        let item = json!({
            "type": "object", "required": ["name", "legs"], "additionalProperties": false,
            "properties": {
                "name": {"type": "string", "minLength": 2, "maxLength": 12},
                "legs": {"type": "integer", "minimum": 0, "maximum": 100},
            },
        });
        let schema = json!({"type": "array", "items": item, "maxItems": 2});
        let text = r#"[{"name":"an \"owl\" é","legs":2},{"name":"cat","legs":14}]"#;
        walked(grammars.compile(&schema).unwrap(), text);
        walked(
            grammars.compile_pattern("(feat|fix): [A-Za-z ]{5,12}!?").unwrap(),
            "fix: the login!",
        );
    }
}

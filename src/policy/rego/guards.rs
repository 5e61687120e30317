//! What a call of a builtin will cost, charged before it is made, and arguments that it may not have.

use regorus::Value;

use super::weight::{self, as_count, steps_for};
use super::work::{self, Limit};

/// A pattern is written by a person.
const LONGEST_PATTERN: usize = 256;

/// regorus compiles a pattern at every call and gives up at 100 KiB, which takes about as long as these steps.
const DEAREST_PATTERN: u64 = 4000;

/// A number is written in a few digits; `1e999999999` is eleven bytes of text and hundreds of megabytes of number.
const LONGEST_NUMBER: usize = 64;
const MOST_EXPONENT_DIGITS: usize = 3;

/// A time, or the layout of one.
const LONGEST_TIME: usize = 128;

/// How wide a format may make a field.
const MOST_WIDTH_DIGITS: usize = 3;

/// Why a builtin is not called.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(super) enum Refusal {
    #[error(transparent)]
    Limit(#[from] Limit),
    #[error("{0}")]
    Argument(&'static str),
}

type Guarded = Result<(), Refusal>;

fn text(arguments: &[Value], at: usize) -> &str {
    match arguments.get(at) {
        Some(Value::String(text)) => text,
        _ => "",
    }
}

fn members(arguments: &[Value], at: usize) -> u64 {
    arguments.get(at).map_or(0, weight::members)
}

pub(super) fn nothing(_: &[Value]) -> Guarded {
    Ok(())
}

pub(super) fn look_over(arguments: &[Value]) -> Guarded {
    arguments
        .iter()
        .try_for_each(|argument| Ok(weight::look_over(argument)?))
}

pub(super) fn read_through(arguments: &[Value]) -> Guarded {
    arguments
        .iter()
        .try_for_each(|argument| Ok(weight::read_through(argument)?))
}

/// Counting asks a collection for its length and reads only a text.
pub(super) fn count(arguments: &[Value]) -> Guarded {
    Ok(work::spend(steps_for(text(arguments, 0).len()), 0)?)
}

pub(super) fn object_get(arguments: &[Value]) -> Guarded {
    arguments.get(1).map_or(Ok(()), |key| Ok(weight::read_through(key)?))
}

pub(super) fn sort(arguments: &[Value]) -> Guarded {
    let doublings = u64::from(members(arguments, 0).checked_ilog2().unwrap_or(0));
    (0..=doublings).try_for_each(|_| read_through(arguments))
}

/// Each object is put into a copy of those before it.
pub(super) fn union_n(arguments: &[Value]) -> Guarded {
    read_through(arguments)?;
    Ok(work::spend(
        members(arguments, 0).saturating_mul(members(arguments, 0)),
        0,
    )?)
}

pub(super) fn concat(arguments: &[Value]) -> Guarded {
    read_through(arguments)?;
    let pieces = match arguments.get(1) {
        Some(Value::Array(items)) => items.iter().map(length).sum(),
        Some(Value::Set(items)) => items.iter().map(length).sum(),
        _ => 0_u64,
    };
    let between = members(arguments, 1).saturating_mul(as_count(text(arguments, 0).len()));
    Ok(weight::afford_text(pieces.saturating_add(between))?)
}

fn length(value: &Value) -> u64 {
    match value {
        Value::String(text) => as_count(text.len()),
        _ => 0,
    }
}

pub(super) fn replace(arguments: &[Value]) -> Guarded {
    look_over(arguments)?;
    let (whole, old, new) = (text(arguments, 0), text(arguments, 1), text(arguments, 2));
    let found = as_count(whole.matches(old).count());
    let grown = found
        .saturating_mul(as_count(new.len()))
        .saturating_add(as_count(whole.len()));
    Ok(weight::afford_text(grown)?)
}

pub(super) fn split(arguments: &[Value]) -> Guarded {
    look_over(arguments)?;
    Ok(weight::afford_list(
        1 + as_count(text(arguments, 0).matches(text(arguments, 1)).count()),
    )?)
}

pub(super) fn sprintf(arguments: &[Value]) -> Guarded {
    read_through(arguments)?;
    let mut fields = text(arguments, 0).split('%').skip(1);
    while let Some(field) = fields.next() {
        if field.is_empty() {
            // Two in a row stand for one; what follows the second is text.
            fields.next();
            continue;
        }
        let width = field.strip_prefix('.').unwrap_or(field);
        let digits = width.chars().take_while(|c| c.is_numeric());
        // regorus takes any numeral for a digit and then panics over those that are none.
        if digits.clone().any(|c| !c.is_ascii_digit()) || digits.count() > MOST_WIDTH_DIGITS {
            return Err(Refusal::Argument("a width in a format has at most three ASCII digits"));
        }
    }
    Ok(())
}

/// For a text in a text, or texts at the start or the end of texts, each of one is held against each of the other.
pub(super) fn each_with_each(arguments: &[Value]) -> Guarded {
    read_through(arguments)?;
    let size = |at| match arguments.get(at) {
        Some(Value::String(text)) => (1, as_count(text.len())),
        Some(Value::Array(items)) => (as_count(items.iter().len()), items.iter().map(length).sum()),
        Some(Value::Set(items)) => (as_count(items.len()), items.iter().map(length).sum()),
        _ => (0, 0_u64),
    };
    let ((some, bytes), (others, other_bytes)) = (size(0), size(1));
    let pairs = some.saturating_mul(others) / 4;
    Ok(work::spend(
        pairs.saturating_add(bytes.saturating_mul(other_bytes) / 1024),
        0,
    )?)
}

pub(super) fn strings_count(arguments: &[Value]) -> Guarded {
    if text(arguments, 1).is_empty() {
        return Err(Refusal::Argument("an empty text cannot be counted"));
    }
    each_with_each(arguments)
}

pub(super) fn range(arguments: &[Value]) -> Guarded {
    let bound = |at| match arguments.get(at) {
        Some(Value::Number(number)) => number.as_i64(),
        _ => None,
    };
    let (Some(from), Some(to)) = (bound(0), bound(1)) else {
        return Err(Refusal::Argument(
            "a range goes from one whole number of 64 bits to another",
        ));
    };
    if arguments.len() > 2 && bound(2).is_none_or(|step| step <= 0) {
        return Err(Refusal::Argument("the step of a range is a whole number above 0"));
    }
    let step = bound(2).map_or(1, i64::unsigned_abs).max(1);
    Ok(weight::afford_list((from.abs_diff(to) / step).saturating_add(1))?)
}

pub(super) fn number_text(arguments: &[Value]) -> Guarded {
    if is_short_number(text(arguments, 0)) {
        Ok(())
    } else {
        Err(Refusal::Argument(
            "a number is written in at most 64 bytes, with an exponent of at most three digits",
        ))
    }
}

/// Whether a number that is written like that fits into memory.
pub(super) fn is_short_number(text: &str) -> bool {
    text.len() <= LONGEST_NUMBER
        && text.split(['e', 'E']).skip(1).all(|rest| {
            let digits = rest.trim_start_matches(['+', '-']);
            digits
                .bytes()
                .take_while(|byte| byte.is_ascii_digit() || *byte == b'_')
                .count()
                <= MOST_EXPONENT_DIGITS
        })
}

pub(super) fn time(arguments: &[Value]) -> Guarded {
    read_through(arguments)?;
    work::spend(16, 0)?;
    let texts = arguments.iter().flat_map(|argument| match argument {
        Value::Array(items) => items.iter().collect(),
        other => vec![other],
    });
    for argument in texts {
        match argument {
            // It is another one on another machine.
            Value::String(zone) if &**zone == "Local" => {
                return Err(Refusal::Argument(
                    "the time zone `Local` is not in the input; name a zone",
                ));
            }
            // regorus cuts layouts at bytes, and panics where those are inside of a character.
            Value::String(text) if !text.is_ascii() || text.len() > LONGEST_TIME => {
                return Err(Refusal::Argument(
                    "a time and its layout have at most 128 bytes, all of them ASCII",
                ));
            }
            _ => {}
        }
    }
    Ok(())
}

pub(super) fn regex(arguments: &[Value]) -> Guarded {
    pattern(text(arguments, 0), text(arguments, 1), PatternKind::Regex)
}

pub(super) fn regex_parts(arguments: &[Value]) -> Guarded {
    regex(arguments)?;
    Ok(weight::afford_list(1 + as_count(text(arguments, 1).len()))?)
}

pub(super) fn regex_groups(arguments: &[Value]) -> Guarded {
    regex(arguments)?;
    let groups = 2 + as_count(text(arguments, 0).matches('(').count());
    Ok(weight::afford_list(
        (1 + as_count(text(arguments, 1).len())).saturating_mul(groups),
    )?)
}

pub(super) fn regex_replace(arguments: &[Value]) -> Guarded {
    let (whole, new) = (text(arguments, 0), text(arguments, 2));
    pattern(text(arguments, 1), whole, PatternKind::Regex)?;
    // At worst it is put at every byte, and repeats what it matched each time it refers to it.
    let inserted = (1 + as_count(whole.len())).saturating_mul(as_count(new.len()));
    let repeated = as_count(whole.len()).saturating_mul(1 + as_count(new.matches('$').count()));
    Ok(weight::afford_text(inserted.saturating_add(repeated))?)
}

pub(super) fn glob(arguments: &[Value]) -> Guarded {
    arguments.get(1).map_or(Ok(()), weight::read_through)?;
    // Each delimiter goes over both texts once more and may triple them.
    let delimiters = members(arguments, 1);
    if delimiters > 4 {
        return Err(Refusal::Argument("a glob has at most four delimiters"));
    }
    (0..=delimiters * 3).try_for_each(|_| pattern(text(arguments, 0), text(arguments, 2), PatternKind::Glob))
}

/// Whether a pattern is one that a person wrote.
pub(super) fn is_short_enough(pattern: &str) -> bool {
    pattern.len() <= LONGEST_PATTERN
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum PatternKind {
    Regex,
    Glob,
}

fn pattern(pattern: &str, text: &str, kind: PatternKind) -> Guarded {
    if !is_short_enough(pattern) {
        return Err(Refusal::Argument("a pattern has at most 256 bytes"));
    }
    let cost = match kind {
        PatternKind::Regex => regex_cost(pattern),
        PatternKind::Glob => 100 + 4 * as_count(pattern.len()),
    };
    let search = cost.saturating_mul(as_count(text.len())) / 2048;
    Ok(work::spend(
        cost.saturating_add(search).saturating_add(steps_for(text.len())),
        0,
    )?)
}

/// What it costs to compile a pattern: what it is made of, as often as it is repeated.
fn regex_cost(pattern: &str) -> u64 {
    let mut total = 100_u64;
    let mut last = 0;
    let mut groups = Vec::new();
    let mut rest = pattern.chars();
    while let Some(c) = rest.next() {
        match c {
            '(' => {
                groups.push(total);
                // Case is folded over all of Unicode.
                total += if rest.as_str().starts_with("?i") { 300 } else { 4 };
            }
            ')' => last = total.saturating_sub(groups.pop().unwrap_or(total)),
            '{' => {
                let counts = rest.as_str().split('}').next().unwrap_or_default();
                let most = counts
                    .split(',')
                    .filter_map(|count| count.trim().parse::<u64>().ok())
                    .max();
                total = total.saturating_add(last.saturating_mul(most.unwrap_or(0)));
            }
            _ => {
                last = match c {
                    '\\' => class_cost(rest.next()),
                    '[' => bracket_cost(&mut rest),
                    '.' => 20,
                    _ => 4,
                };
                total = total.saturating_add(last);
            }
        }
    }
    total.min(DEAREST_PATTERN)
}

/// Classes are made of ranges, hundreds of them where they are about letters.
const fn class_cost(class: Option<char>) -> u64 {
    match class {
        Some('w' | 'W' | 'p' | 'P') => 700,
        Some('d' | 'D' | 's' | 'S' | 'b' | 'B') => 150,
        _ => 4,
    }
}

fn bracket_cost(rest: &mut std::str::Chars<'_>) -> u64 {
    let mut cost = 20;
    while let Some(c) = rest.next().filter(|c| *c != ']') {
        cost += if c == '\\' { class_cost(rest.next()) } else { 4 };
    }
    cost
}

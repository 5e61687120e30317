//! What values weigh: what it costs to read one through, and the input on its way in.

use std::collections::BTreeMap;

use regorus::Value;
use serde_json::Value as Json;

use super::work::{self, DEEPEST, Limit};

/// Numbers beyond this are no amounts, and multiplying them costs more than a step.
const WIDEST_NUMBER: u64 = 1024;

/// The largest input, in values and in bytes of text.
pub(super) const MOST_VALUES: u64 = 20_000;
pub(super) const MOST_TEXT: u64 = 1024 * 1024;

/// How many bytes of text are read, compared or copied in the time of one step.
const TEXT_PER_STEP: u64 = 512;

/// What regorus keeps in order, members of sets and keys, it compares at every look-up, without counting: they are
/// small. A text of 16 KiB weighs this.
const HEAVIEST_KEY: u64 = 32;

/// About what one value takes in a collection.
const SLOT: u64 = 64;

/// Why an input is not judged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(super) enum Oversize {
    #[error("the input has more than {MOST_VALUES} values")]
    Values,
    #[error("the input has more than {MOST_TEXT} bytes of text")]
    Text,
    #[error("the input lies more than {DEEPEST} levels deep")]
    Depth,
    #[error("the input has a field with a name of more than {} bytes", HEAVIEST_KEY * TEXT_PER_STEP)]
    Key,
    #[error("the input has a number beyond what is finite")]
    Number,
}

/// Charges for reading `value` through, everything in it as often as it is in it.
///
/// regorus shares what is in a collection, and compares it as if it did not: sixty lists of twice the one before are
/// sixty allocations and 2^60 comparisons. So everything that a policy puts into a collection comes through here.
pub(super) fn read_through(value: &Value) -> Result<(), Limit> {
    let room = work::left();
    let mut rest = room;
    match take(value, DEEPEST, &mut rest) {
        Ok(()) => work::spend(room.saturating_sub(rest), 0),
        Err(limit) => Err(work::stop(limit)),
    }
}

/// Charges for a member of a set or for a key.
pub(super) fn keep_in_order(value: &Value) -> Result<(), Limit> {
    let mut rest = HEAVIEST_KEY + 1;
    match take(value, DEEPEST, &mut rest) {
        Ok(()) => work::spend(HEAVIEST_KEY + 1 - rest, SLOT),
        Err(_) => Err(work::stop(Limit::Key)),
    }
}

fn take(value: &Value, levels: u32, room: &mut u64) -> Result<(), Limit> {
    let own = match value {
        Value::String(text) => 1 + steps_for(text.len()),
        Value::Number(_) if is_wide(value) => return Err(Limit::Bytes),
        _ => 1,
    };
    *room = room.checked_sub(own).ok_or(Limit::Steps)?;
    let inner = || levels.checked_sub(1).ok_or(Limit::Depth);
    match value {
        Value::Array(items) => {
            let levels = inner()?;
            items.iter().try_for_each(|item| take(item, levels, room))
        }
        Value::Set(items) => {
            let levels = inner()?;
            items.iter().try_for_each(|item| take(item, levels, room))
        }
        Value::Object(fields) => {
            let levels = inner()?;
            fields.iter().try_for_each(|(key, value)| {
                take(key, levels, room)?;
                take(value, levels, room)
            })
        }
        _ => Ok(()),
    }
}

fn is_wide(value: &Value) -> bool {
    match value {
        Value::Number(number) => {
            number.as_i64().is_none()
                && number.as_u64().is_none()
                && number.as_big().is_some_and(|big| big.bits() > WIDEST_NUMBER)
        }
        _ => false,
    }
}

/// Charges for the members of `value` alone, and for its text.
pub(super) fn look_over(value: &Value) -> Result<(), Limit> {
    work::spend(1 + extent(value), 0)
}

/// Charges for looking for something in `value`. In a set it is found without going through it.
pub(super) fn look_through(value: &Value) -> Result<(), Limit> {
    match value {
        Value::Set(_) => Ok(()),
        listed => look_over(listed),
    }
}

/// Charges for a value that a builtin just made: for its members, and for theirs where they are lists.
pub(super) fn made(value: &Value) -> Result<(), Limit> {
    if is_wide(value) {
        return Err(work::stop(Limit::Bytes));
    }
    let bytes = |value: &Value| match value {
        Value::String(text) => as_count(text.len()),
        _ => members(value).saturating_mul(SLOT),
    };
    if let Value::Array(items) = value {
        items
            .iter()
            .try_for_each(|item| work::spend(extent(item), bytes(item)))?;
    }
    work::spend(extent(value), bytes(value))
}

/// Ends the judgement if a list of up to `length` could not be paid for, before it is made.
pub(super) fn afford_list(length: u64) -> Result<(), Limit> {
    work::afford(length, length.saturating_mul(SLOT))
}

/// Ends the judgement if a text of up to `length` bytes could not be paid for, before it is made.
pub(super) fn afford_text(length: u64) -> Result<(), Limit> {
    work::afford(length / TEXT_PER_STEP, length)
}

/// How many members a collection has.
pub(super) fn members(value: &Value) -> u64 {
    as_count(match value {
        Value::Array(items) => items.iter().len(),
        Value::Set(items) => items.len(),
        Value::Object(fields) => fields.len(),
        _ => 0,
    })
}

fn extent(value: &Value) -> u64 {
    match value {
        Value::String(text) => steps_for(text.len()),
        _ => members(value),
    }
}

pub(super) fn steps_for(bytes: usize) -> u64 {
    as_count(bytes) / TEXT_PER_STEP
}

pub(super) fn as_count(size: usize) -> u64 {
    u64::try_from(size).unwrap_or(u64::MAX)
}

/// The input as regorus has it. It goes value by value: regorus' own way takes an object with a certain field for a
/// number, and what somebody calls a field is not to decide that.
pub(super) fn input(json: &Json) -> Result<(Value, u64), Oversize> {
    let mut room = Room {
        values: MOST_VALUES,
        text: MOST_TEXT,
    };
    let value = taken_in(json, DEEPEST, &mut room)?;
    let steps = (MOST_VALUES - room.values) + (MOST_TEXT - room.text) / TEXT_PER_STEP;
    Ok((value, steps))
}

struct Room {
    values: u64,
    text: u64,
}

impl Room {
    fn text(&mut self, text: &str) -> Result<Value, Oversize> {
        self.text = self.text.checked_sub(as_count(text.len())).ok_or(Oversize::Text)?;
        Ok(Value::String(text.into()))
    }
}

fn taken_in(json: &Json, levels: u32, room: &mut Room) -> Result<Value, Oversize> {
    room.values = room.values.checked_sub(1).ok_or(Oversize::Values)?;
    let inner = || levels.checked_sub(1).ok_or(Oversize::Depth);
    Ok(match json {
        Json::Null => Value::Null,
        Json::Bool(truth) => Value::from(*truth),
        Json::Number(number) => match (number.as_i64(), number.as_u64(), number.as_f64()) {
            (Some(number), _, _) => Value::from(number),
            (_, Some(number), _) => Value::from(number),
            (_, _, Some(number)) if number.is_finite() => Value::from(number),
            _ => return Err(Oversize::Number),
        },
        Json::String(text) => room.text(text)?,
        Json::Array(items) => {
            let levels = inner()?;
            let items: Result<Vec<_>, _> = items.iter().map(|item| taken_in(item, levels, room)).collect();
            Value::from(items?)
        }
        Json::Object(fields) => {
            let levels = inner()?;
            let mut taken = BTreeMap::new();
            for (key, value) in fields {
                if steps_for(key.len()) > HEAVIEST_KEY {
                    return Err(Oversize::Key);
                }
                taken.insert(room.text(key)?, taken_in(value, levels, room)?);
            }
            Value::from(taken)
        }
    })
}

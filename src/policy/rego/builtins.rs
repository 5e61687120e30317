//! The builtins that a policy may call, and how each is kept in bounds.
//!
//! regorus looks for a function of its host before it looks among its own. So each of its builtins that is called is
//! registered once more, as a function that charges for what its arguments will cost and then calls the original.

use regorus::unstable::{BUILTINS, Expr, Ref, Source, Span};
use regorus::{Extension, Value};

use super::guards::{self, Refusal};
use super::weight;

/// A builtin that may be called.
#[derive(Debug, Clone, Copy)]
pub(super) struct Offered {
    pub(super) name: &'static str,
    pub(super) arguments: u8,
    /// Whether it gives a text, a number or a truth, so that nothing has to be charged for keeping it.
    pub(super) scalar: bool,
    /// Which argument is a pattern.
    pub(super) pattern: Option<usize>,
    guard: Guard,
}

type Guard = fn(&[Value]) -> Result<(), Refusal>;

const SCALAR: bool = true;
const COLLECTION: bool = false;

const fn offered(name: &'static str, arguments: u8, scalar: bool, guard: Guard) -> Offered {
    Offered {
        name,
        arguments,
        scalar,
        pattern: None,
        guard,
    }
}

const fn matching(name: &'static str, arguments: u8, scalar: bool, guard: Guard, pattern: usize) -> Offered {
    Offered {
        name,
        arguments,
        scalar,
        pattern: Some(pattern),
        guard,
    }
}

const OFFERED: &[Offered] = &[
    offered("abs", 1, SCALAR, guards::look_over),
    offered("array.concat", 2, COLLECTION, guards::look_over),
    offered("array.reverse", 1, COLLECTION, guards::look_over),
    offered("array.slice", 3, COLLECTION, guards::look_over),
    offered("bits.and", 2, SCALAR, guards::look_over),
    offered("bits.negate", 1, SCALAR, guards::look_over),
    offered("bits.or", 2, SCALAR, guards::look_over),
    offered("bits.xor", 2, SCALAR, guards::look_over),
    offered("ceil", 1, SCALAR, guards::look_over),
    offered("concat", 2, SCALAR, guards::concat),
    offered("contains", 2, SCALAR, guards::look_over),
    offered("count", 1, SCALAR, guards::count),
    offered("endswith", 2, SCALAR, guards::look_over),
    offered("floor", 1, SCALAR, guards::look_over),
    offered("format_int", 2, SCALAR, guards::look_over),
    matching("glob.match", 3, SCALAR, guards::glob, 0),
    offered("glob.quote_meta", 1, SCALAR, guards::look_over),
    offered("indexof", 2, SCALAR, guards::each_with_each),
    offered("indexof_n", 2, COLLECTION, guards::each_with_each),
    offered("intersection", 1, COLLECTION, guards::read_through),
    offered("is_array", 1, SCALAR, guards::nothing),
    offered("is_boolean", 1, SCALAR, guards::nothing),
    offered("is_null", 1, SCALAR, guards::nothing),
    offered("is_number", 1, SCALAR, guards::nothing),
    offered("is_object", 1, SCALAR, guards::nothing),
    offered("is_set", 1, SCALAR, guards::nothing),
    offered("is_string", 1, SCALAR, guards::nothing),
    offered("json.marshal", 1, SCALAR, guards::read_through),
    offered("lower", 1, SCALAR, guards::look_over),
    offered("max", 1, COLLECTION, guards::read_through),
    offered("min", 1, COLLECTION, guards::read_through),
    offered("numbers.range", 2, COLLECTION, guards::range),
    offered("numbers.range_step", 3, COLLECTION, guards::range),
    offered("object.filter", 2, COLLECTION, guards::read_through),
    offered("object.get", 3, COLLECTION, guards::object_get),
    offered("object.keys", 1, COLLECTION, guards::read_through),
    offered("object.remove", 2, COLLECTION, guards::read_through),
    offered("object.union", 2, COLLECTION, guards::read_through),
    offered("object.union_n", 1, COLLECTION, guards::union_n),
    matching(
        "regex.find_all_string_submatch_n",
        3,
        COLLECTION,
        guards::regex_groups,
        0,
    ),
    matching("regex.find_n", 3, COLLECTION, guards::regex_parts, 0),
    offered("regex.is_valid", 1, SCALAR, guards::regex),
    matching("regex.match", 2, SCALAR, guards::regex, 0),
    matching("regex.replace", 3, SCALAR, guards::regex_replace, 1),
    matching("regex.split", 2, COLLECTION, guards::regex_parts, 0),
    offered("replace", 3, SCALAR, guards::replace),
    offered("round", 1, SCALAR, guards::look_over),
    offered("semver.compare", 2, SCALAR, guards::look_over),
    offered("semver.is_valid", 1, SCALAR, guards::look_over),
    offered("sort", 1, COLLECTION, guards::sort),
    offered("split", 2, COLLECTION, guards::split),
    offered("sprintf", 2, SCALAR, guards::sprintf),
    offered("startswith", 2, SCALAR, guards::look_over),
    offered("strings.any_prefix_match", 2, SCALAR, guards::each_with_each),
    offered("strings.any_suffix_match", 2, SCALAR, guards::each_with_each),
    offered("strings.count", 2, SCALAR, guards::strings_count),
    offered("strings.reverse", 1, SCALAR, guards::look_over),
    offered("substring", 3, SCALAR, guards::look_over),
    offered("sum", 1, SCALAR, guards::look_over),
    offered("time.add_date", 4, SCALAR, guards::time),
    offered("time.clock", 1, COLLECTION, guards::time),
    offered("time.date", 1, COLLECTION, guards::time),
    offered("time.diff", 2, COLLECTION, guards::time),
    offered("time.format", 1, SCALAR, guards::time),
    offered("time.parse_duration_ns", 1, SCALAR, guards::time),
    offered("time.parse_ns", 2, SCALAR, guards::time),
    offered("time.parse_rfc3339_ns", 1, SCALAR, guards::time),
    offered("time.weekday", 1, SCALAR, guards::time),
    offered("to_number", 1, SCALAR, guards::number_text),
    offered("trim", 2, SCALAR, guards::each_with_each),
    offered("trim_left", 2, SCALAR, guards::each_with_each),
    offered("trim_prefix", 2, SCALAR, guards::look_over),
    offered("trim_right", 2, SCALAR, guards::each_with_each),
    offered("trim_space", 1, SCALAR, guards::look_over),
    offered("trim_suffix", 2, SCALAR, guards::look_over),
    offered("type_name", 1, SCALAR, guards::nothing),
    offered("union", 1, COLLECTION, guards::read_through),
    offered("units.parse", 1, SCALAR, guards::number_text),
    offered("units.parse_bytes", 1, SCALAR, guards::number_text),
    offered("upper", 1, SCALAR, guards::look_over),
];

/// Builtins of Rego that answer from something else than their arguments, or tell somebody else.
const IMPURE: &[&str] = &[
    "http.",
    "io.",
    "net.lookup_ip_addr",
    "opa.",
    "print",
    "rand.",
    "rego.",
    "time.now_ns",
    "trace",
    "uuid.rfc4122",
];

/// Builtins of regorus that are left out because nothing bounds them, or because they panic.
const UNBOUNDED: &[&str] = &[
    "__builtin_sets.intersection",
    "__builtin_sets.union",
    "bits.lsh",
    "bits.rsh",
    "json.filter",
    "json.is_valid",
    "json.marshal_with_options",
    "json.remove",
    "json.unmarshal",
    "object.subset",
    "product",
    "regex.template_match",
    "strings.replace_n",
    "walk",
];

/// The builtin of that name, if it may be called.
pub(super) fn find(name: &str) -> Option<Offered> {
    OFFERED.iter().find(|offered| offered.name == name).copied()
}

/// Why a policy may not name the builtin of that name; `None` if it is no builtin that has to be kept out.
pub(super) fn objection(name: &str) -> Option<&'static str> {
    let impure = |stem: &&str| name == *stem || (stem.ends_with('.') && name.starts_with(*stem));
    if IMPURE.iter().any(impure) {
        Some("a policy answers from its input alone, so that the same input has the same answer")
    } else if UNBOUNDED.contains(&name) {
        Some("nothing bounds the work or the memory that it takes")
    } else if BUILTINS.contains_key(name) && find(name).is_none() {
        Some("it is not among the builtins that were checked")
    } else {
        None
    }
}

impl Offered {
    /// What is registered in place of the builtin.
    pub(super) fn guarded(self) -> Option<Box<dyn Extension>> {
        let original = BUILTINS.get(self.name)?.0;
        let (span, places) = nowhere(self.name, self.arguments)?;
        let guard = self.guard;
        Some(Box::new(move |arguments: Vec<Value>| match guard(&arguments) {
            Ok(()) => match original(&span, &places, &arguments, true) {
                Ok(value) => match weight::made(&value) {
                    Ok(()) => Ok(value),
                    Err(limit) => Err(limit.into()),
                },
                failed => failed,
            },
            Err(refusal) => Err(refusal.into()),
        }))
    }

    /// Whether `pattern`, written in a policy, is one. The builtin itself is asked.
    pub(super) fn takes(self, pattern: &str) -> bool {
        let probe = match self.name {
            "glob.match" => vec![Value::from(pattern), Value::Null, Value::from("")],
            _ => vec![Value::from(pattern)],
        };
        let name = if self.name == "glob.match" {
            self.name
        } else {
            "regex.is_valid"
        };
        let (Some(builtin), Some(count)) = (BUILTINS.get(name), u8::try_from(probe.len()).ok()) else {
            return false;
        };
        guards::is_short_enough(pattern)
            && nowhere(name, count)
                .and_then(|(span, places)| builtin.0(&span, &places, &probe, true).ok())
                .is_some_and(|answer| name == "glob.match" || answer == Value::from(true))
    }
}

/// regorus' builtins point at their arguments when they complain. The call itself is pointed at by whoever calls.
fn nowhere(name: &str, arguments: u8) -> Option<(Span, Vec<Ref<Expr>>)> {
    let source = Source::from_contents(name.to_owned(), String::new()).ok()?;
    let span = Span {
        source,
        line: 1,
        col: 1,
        start: 0,
        end: 0,
    };
    let place = || {
        Ref::new(Expr::Null {
            span: span.clone(),
            value: Value::Null,
            eidx: 0,
        })
    };
    let places = (0..arguments).map(|_| place()).collect();
    Some((span, places))
}

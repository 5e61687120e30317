//! Any text as what an MCP server says of itself and asks, and as another program's file about servers.

#![no_main]

use std::collections::BTreeMap;

use libfuzzer_sys::fuzz_target;
use serde_json::Value;
use somagent::tools::mcp::{Described, Limits, Reach, bounded, contracts, import, wanted};

fuzz_target!(|text: &str| {
    if let Ok(imported) = import(text) {
        for remark in imported.remarks.iter().map(ToString::to_string) {
            assert!(is_harmless(&remark), "{remark:?}");
        }
    }
    let Ok(value) = serde_json::from_str::<Value>(text) else {
        return;
    };
    if let Err(error) = wanted(&value) {
        assert!(is_harmless(&error.to_string()), "{error:?}");
    }
    let Value::Array(entries) = value else { return };
    let limits = Limits::default();
    let kept = bounded(entries.clone(), &limits);
    let bytes: usize = kept.items.iter().map(|item| item.to_string().len()).sum();
    assert!(
        bytes <= limits.total_bytes + 1_024 * (kept.items.len() + 1),
        "{bytes} bytes are kept"
    );
    let (mut tools, mut undescribed) = (Vec::new(), Vec::new());
    for (index, entry) in entries.into_iter().enumerate() {
        match Described::of(entry, index) {
            Ok(tool) => {
                assert_eq!(Described::of(tool.entry(), index).as_ref(), Ok(&tool));
                tools.push(tool);
            }
            Err(why) => undescribed.push(why),
        }
    }
    let reach = Reach {
        network: true,
        writes: true,
    };
    let offered = tools.len() + undescribed.len();
    let mapped = contracts("server", "1", tools, undescribed, reach, &BTreeMap::new());
    assert_eq!(
        mapped.calls.len() + mapped.refused.len(),
        offered,
        "each tool is used or refused"
    );
    assert_eq!(mapped.spec.actions.len(), mapped.calls.len());
    for (action, call) in mapped.spec.actions.iter().zip(&mapped.calls) {
        assert_eq!(action.name, call.action);
        assert!(
            !action.name.is_empty()
                && action
                    .name
                    .bytes()
                    .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-')),
            "{:?}",
            action.name
        );
        assert!(is_harmless(&action.summary), "{:?}", action.summary);
    }
    for refused in &mapped.refused {
        assert!(is_harmless(&refused.to_string()), "{refused}");
    }
});

/// Whether a text cannot steer a terminal.
fn is_harmless(text: &str) -> bool {
    !text
        .chars()
        .any(|character| character.is_control() && character != '\n')
}

//! From what the user says of a server, and what somebody approved, to the contract that capsules are checked against.

use serde_json::{Value, json};

use super::super::lent::SAMPLING;
use super::super::mcp::{
    Beside, Described, Mapped, Place, Reach, Schema, ServerConfig, Setting, Transport, Undescribed, contracts,
    has_member, reading,
};
use super::super::open_form::ANSWERS;
use super::{asked, lending, start};
use crate::capsule::tool_spec::{ActionSpec, Fixed, Sink, Touch};
use crate::net::Destination;

/// What a server offers: its tools, those entries that are none, and what it has beside them.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Offer {
    /// The tools that are described as the protocol asks.
    pub described: Vec<Described>,
    /// The other entries.
    pub undescribed: Vec<Undescribed>,
    /// What it has beside tools.
    pub beside: Vec<Beside>,
}

/// What the offer of a server comes to under what the user says of it.
pub fn mapped(name: &str, config: &ServerConfig, version: &str, offer: Offer) -> Mapped {
    let is_free = config.transport() == Transport::Http || !config.sandbox;
    let reach = Reach {
        network: is_free || !config.hosts.is_empty(),
        writes: is_free || !config.write.is_empty(),
    };
    let Offer {
        mut described,
        undescribed,
        beside,
    } = offer;
    described.retain(|tool| config.tools.allows(&tool.name));
    let mut mapped = contracts(name, &semantic(version), described, undescribed, reach, &config.known);
    mapped.spec.actions.iter_mut().for_each(take_along);
    for what in beside {
        // A tool of the same name is what people mean by it.
        if mapped.spec.action(what.action()).is_none() && config.tools.allows(what.action()) {
            mapped.spec.actions.push(reading(name, what, reach, &config.known));
        }
    }
    for action in &mut mapped.spec.actions {
        action.always = always(config);
    }
    mapped
}

/// Lets an action take along what is answered when its server asks, and a model that is lent to it.
fn take_along(action: &mut ActionSpec) {
    let about =
        "Forms that are filled in when the server asks for some, in their order: what a gate before the step gave";
    let answers = json!({"type": "array", "items": {"type": "object"}, "maxItems": asked::MOST, "description": about});
    take(action, ANSWERS, answers);
    if take(action, SAMPLING, lending::argument()) {
        action.sinks.push(Sink {
            param: format!("/{SAMPLING}"),
            touch: Touch::Infer,
            default: None,
        });
    }
    // Whether it was lent one or not: a server may ask.
    if let Some(properties) = action.output["properties"].as_object_mut() {
        properties.insert("sampled".to_owned(), lending::told());
    }
}

/// Adds an argument, unless the tool has one of that name itself; says whether it did.
fn take(action: &mut ActionSpec, name: &str, schema: Value) -> bool {
    if has_member(&action.params, name) {
        return false;
    }
    let Some(params) = action.params.as_object_mut() else {
        return false;
    };
    let properties = params.entry("properties").or_insert_with(|| json!({}));
    let properties = properties.as_object_mut();
    properties.is_some_and(|properties| properties.insert(name.to_owned(), schema).is_none())
}

/// Whether an argument of an action is none of its tool's own: the tool has none of that name.
pub(super) fn takes(tool: &Described, name: &str) -> bool {
    // A tool whose schema is none is no action.
    Schema::of(&tool.input).is_ok_and(|input| !has_member(input.value(), name))
}

/// What every action of a server touches, whatever its arguments say.
fn always(config: &ServerConfig) -> Vec<Fixed> {
    let fixed = |touch, value: String| Fixed { touch, value };
    let mut always = Vec::new();
    always.extend(config.url.iter().map(|url| {
        let value = |place: &Place| match place {
            Place::Env(name) => std::env::var(name).ok(),
            Place::Input(_) | Place::Secret(_) | Place::Workspace => None,
        };
        let url = url.resolve(value).unwrap_or_else(|_| url.as_written().to_owned());
        // Its server is what is judged; the rest may hold what is secret. What has no value leads nowhere, and is
        // refused with that.
        fixed(
            Touch::Url,
            Destination::of(&url).map_or(url, |(_, destination)| destination.to_string()),
        )
    }));
    always.extend(config.hosts.iter().map(|host| fixed(Touch::Url, start::url(host))));
    let places = |settings: &[Setting]| settings.iter().filter_map(in_workspace).collect::<Vec<_>>();
    always.extend(
        places(&config.read)
            .into_iter()
            .map(|path| fixed(Touch::ReadPath, path)),
    );
    always.extend(
        places(&config.write)
            .into_iter()
            .map(|path| fixed(Touch::WritePath, path)),
    );
    always
}

/// The path in the workspace that a setting names; `None` where it names another one, which the user gave once for all.
pub(super) fn in_workspace(setting: &Setting) -> Option<String> {
    let written = setting.as_written();
    let path = match written.strip_prefix("${workspace}") {
        Some(rest) => rest,
        None if written.starts_with('/') || written.contains("${") || written.starts_with("secret://") => return None,
        None => written,
    };
    let parts = path.split('/').filter(|part| !matches!(*part, "" | "."));
    let parts: Vec<&str> = parts.collect();
    Some(match parts.is_empty() {
        true => ".".to_owned(),
        false => parts.join("/"),
    })
}

/// A version with three numbers, as capsules ask for one; what else it says is left out.
fn semantic(version: &str) -> String {
    if semver::Version::parse(version).is_ok() {
        return version.to_owned();
    }
    let numbers = version.trim_start_matches(['v', 'V']).split(['.', '-', '+', ' ']);
    let mut numbers = numbers.map_while(|number| number.parse::<u32>().ok());
    let mut next = || numbers.next().unwrap_or(0);
    format!("{}.{}.{}", next(), next(), next())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tools::Loan;

    #[test]
    fn a_version_has_three_numbers() {
        for (written, read) in [
            ("1.2.3", "1.2.3"),
            ("v2.1", "2.1.0"),
            ("2026.1.14", "2026.1.14"),
            ("0.6.2-beta+5", "0.6.2-beta+5"),
            ("1.02.3", "1.2.3"),
            ("unknown", "0.0.0"),
            ("", "0.0.0"),
        ] {
            assert_eq!(semantic(written), read, "{written}");
        }
    }

    #[test]
    fn what_a_server_may_touch_stands_in_every_action() {
        let mut config = ServerConfig::program("x");
        config.hosts = vec!["api.example".to_owned(), "http://b.example:81".to_owned()];
        config.read = [
            "${workspace}/",
            "${workspace}/docs",
            "/opt/x",
            "${env:HOME}/y",
            "./",
            "",
        ]
        .map(Setting::new)
        .to_vec();
        config.write = vec![Setting::new("./out/")];
        let said: Vec<String> = always(&config)
            .iter()
            .map(|fixed| format!("{:?} {}", fixed.touch, fixed.value))
            .collect();
        assert_eq!(
            said,
            [
                "Url https://api.example",
                "Url http://b.example:81",
                "ReadPath .",
                "ReadPath docs",
                "ReadPath .",
                "ReadPath .",
                "WritePath out"
            ]
        );
    }

    #[test]
    fn a_tool_takes_answers_and_a_loan_unless_it_has_arguments_of_those_names() {
        let with = |schema: Value| Described::of(json!({"name": "act", "inputSchema": schema}), 0).unwrap();
        let tool = |properties: Value| with(json!({"type": "object", "properties": properties}));
        let own = json!({"properties": {"answers": {"type": "string"}, "sampling": {"type": "string"}}});
        for (own, takes) in [
            (tool(json!({})), true),
            (
                tool(json!({"answers": {"type": "string"}, "sampling": {"type": "string"}})),
                false,
            ),
            (with(json!({"type": "object", "allOf": [own]})), false),
            (
                with(json!({"type": "object", "$ref": "#/$defs/own", "$defs": {"own": own}})),
                false,
            ),
        ] {
            let offer = Offer {
                described: vec![own.clone()],
                beside: vec![Beside::Resource],
                ..Offer::default()
            };
            let mapped = mapped("odd", &ServerConfig::program("x"), "1", offer);
            let names: Vec<&str> = mapped.spec.actions.iter().map(|action| action.name.as_str()).collect();
            assert_eq!(names, ["act", "read_resource"]);
            let action = &mapped.spec.actions[0];
            let arguments = &action.params["properties"];
            assert_eq!(super::takes(&own, ANSWERS), takes);
            assert_eq!(super::takes(&own, SAMPLING), takes);
            assert_eq!(arguments[ANSWERS]["maxItems"] == 16, takes, "{arguments}");
            assert_eq!(arguments[SAMPLING]["type"] == "object", takes, "{arguments}");
            // What lends a model is judged as asking one, and nothing else is.
            let lent = json!({"sampling": {"times": 1, "max_output_tokens": 5}});
            assert_eq!((action.infers(&lent), action.infers(&json!({}))), (takes, false));
            let loan = Loan::of(action, &lent).map(|loan| loan.tokens());
            assert_eq!(loan, takes.then_some(2_048 + 5));
        }
    }
}

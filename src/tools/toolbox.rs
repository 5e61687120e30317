//! The tools of this build, by name.

use std::path::PathBuf;
use std::sync::{Arc, LazyLock};

use super::archive::Archives;
use super::artifact::Artifacts;
use super::attached::{Attached, Attachment, Wiring};
use super::contract::shared;
use super::data::Data;
use super::fs::FileSystem;
use super::git::Git;
use super::http::Http;
use super::log::Log;
use super::sandbox::Sandbox;
use super::shell::Shell;
use super::vector::Vector;
use super::{Tool, code, text};
use crate::capsule::tool_spec::ToolSpec;
use crate::models::{KeptEmbedder, Store};
use crate::net::Net;

/// Every tool that a capsule can name.
pub struct Toolbox {
    tools: Vec<Arc<dyn Tool>>,
    /// How many of them are of this build; attached servers come after them.
    built_in: usize,
}

impl Toolbox {
    /// The built-in tools; artifacts go under `artifacts_root`, one directory a run. Requests go over `net`, pages that
    /// were fetched are kept in `pages`, vectors come from `embedder`, programs run in `sandbox`.
    pub fn new(
        artifacts_root: PathBuf,
        net: Net,
        embedder: Arc<KeptEmbedder>,
        pages: PathBuf,
        sandbox: Sandbox,
    ) -> Self {
        let tools: Vec<Arc<dyn Tool>> = vec![
            Arc::new(Git::new()),
            Arc::new(FileSystem::new()),
            Arc::new(Artifacts::new(artifacts_root)),
            Arc::new(text::tool()),
            Arc::new(Log::new()),
            Arc::new(code::tool()),
            Arc::new(Vector::new(embedder)),
            Arc::new(Archives::new()),
            Arc::new(Data::new()),
            Arc::new(Http::new(net, pages)),
            Arc::new(Shell::new(sandbox, net)),
        ];
        Self {
            built_in: tools.len(),
            tools,
        }
    }

    /// The same with these servers, as far as their tools are approved.
    #[must_use]
    pub fn with(mut self, servers: Vec<Attachment>, wiring: &Wiring) -> Self {
        let servers = servers.into_iter();
        let servers = servers.filter_map(|server| Attached::new(server, wiring.clone()));
        self.tools
            .extend(servers.map(|server| Arc::new(server) as Arc<dyn Tool>));
        self
    }

    /// The contracts of the attached servers.
    pub fn attached(&self) -> impl Iterator<Item = &ToolSpec> {
        self.tools[self.built_in..].iter().map(|tool| tool.spec())
    }

    /// The contracts of the built-in tools, for whoever only reads them; made once.
    pub fn contracts() -> &'static [Arc<ToolSpec>] {
        static CONTRACTS: LazyLock<Vec<Arc<ToolSpec>>> = LazyLock::new(Toolbox::made_to_be_read);
        &CONTRACTS
    }

    fn made_to_be_read() -> Vec<Arc<ToolSpec>> {
        let nowhere = PathBuf::from("/nonexistent");
        let sandbox = Sandbox::from_env(|_| None);
        let embedder = Arc::new(KeptEmbedder::new(Store::at(&nowhere)));
        let toolbox = Self::new(nowhere.clone(), Net::new(true), embedder, nowhere, sandbox);
        toolbox
            .specs()
            .map(|spec| shared(&spec.name, || spec.clone()))
            .collect()
    }

    /// The contracts, in a fixed order.
    pub fn specs(&self) -> impl Iterator<Item = &ToolSpec> {
        self.tools.iter().map(|tool| tool.spec())
    }

    /// The tools, in a fixed order.
    pub fn tools(&self) -> impl Iterator<Item = &dyn Tool> {
        self.tools.iter().map(AsRef::as_ref)
    }

    /// The tool called `name`: `git`, not `git.log`.
    pub fn get(&self, name: &str) -> Option<&Arc<dyn Tool>> {
        self.tools.iter().find(|tool| tool.spec().name == name)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use serde_json::Value;

    use super::*;
    use crate::capsule::tool_spec::OutputTrust;

    /// The schema of what a pointer finds; `*` stands for every member.
    fn at<'a>(schema: &'a Value, pointer: &str) -> &'a Value {
        pointer.split('/').skip(1).fold(schema, |schema, part| match part {
            "*" if schema.get("items").is_some() => &schema["items"],
            "*" => &schema["additionalProperties"],
            part => &schema["properties"][part],
        })
    }

    #[test]
    fn every_contract_is_closed_and_its_schemas_compile() {
        let mut names = BTreeSet::new();
        for spec in Toolbox::contracts() {
            for action in &spec.actions {
                let name = format!("{}.{}", spec.name, action.name);
                assert_eq!(action.params["additionalProperties"], false, "{name}");
                assert_eq!(action.output["type"], "object", "{name}");
                jsonschema::validator_for(&action.params).unwrap();
                jsonschema::validator_for(&action.output).unwrap();
                for sink in &action.sinks {
                    // What judges reads a text there: nothing else may pass the schema.
                    let param = at(&action.params, &sink.pointer());
                    assert_eq!(param["type"], "string", "{name} {}", sink.param);
                }
                for pointer in action.field_trust.keys() {
                    assert!(at(&action.output, pointer).is_object(), "{name} {pointer}");
                }
                let computes = action.trust == OutputTrust::Arguments;
                assert_eq!(computes, action.sinks.is_empty(), "{name}");
                assert!(names.insert(name));
            }
        }
        assert!(
            names.contains("http.request")
                && names.contains("git.log")
                && names.contains("text.ground")
                && names.contains("artifact.put")
        );
    }
}

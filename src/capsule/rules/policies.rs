//! Rules for the run as a whole: what it waits for, what checks it, whom it may reach.

use serde_json::Value;

use super::super::document::{ToolUse, WrittenGuard};
use super::super::guard;
use super::super::host::HostPattern;
use super::super::policies::{Concurrency, Guard, MAX_PARALLEL, Policies};
use super::super::problem::Code;
use super::super::tool_spec::{ActionSpec, ToolSpec, Touch};
use super::Checker;
use super::amount::milliseconds;
use super::texts::{Roots, Surroundings};

impl Checker<'_> {
    /// Checks `policies`, `guardrails`, the hosts of tools and the times of `defaults`.
    pub(super) fn policies(&mut self) -> Policies {
        let document = self.document;
        let written = &document.policies;
        if document.defaults.timeout.as_deref().and_then(milliseconds) == Some(0) {
            self.time("/defaults/timeout", document.defaults.timeout.as_ref());
        }
        Policies {
            on_budget_exhausted: written.on_budget_exhausted,
            requires_review: written.requires_review,
            max_parallel: written.max_parallel.unwrap_or(MAX_PARALLEL),
            deadline_ms: self.time("/policies/deadline", written.deadline.as_ref()),
            concurrency: self.concurrency(),
            hosts: self.hosts(),
            redact: written.data.redact.clone(),
            guard_input: self.guards("/guardrails/input", &document.guardrails.input),
            guard_output: self.guards("/guardrails/output", &document.guardrails.output),
        }
    }

    fn concurrency(&mut self) -> Option<Concurrency> {
        let written = self.document.policies.concurrency.as_ref()?;
        let at = Surroundings {
            roots: Roots::Inputs,
            ..Surroundings::default()
        };
        self.templates(&at, "/policies/concurrency/key", &Value::String(written.key.clone()));
        Some(Concurrency {
            key: written.key.clone(),
            limit: written.limit.unwrap_or(1),
            on_conflict: written.on_conflict,
        })
    }

    fn hosts(&mut self) -> Vec<HostPattern> {
        let mut hosts = Vec::new();
        for (index, used) in self.document.tools.iter().enumerate() {
            self.has_hosts(index, used);
            for (number, host) in used.hosts.iter().enumerate().filter(|(_, host)| !host.is_empty()) {
                match HostPattern::parse(host) {
                    Ok(host) => hosts.push(host),
                    Err(error) => {
                        let span = self.span(&format!("/tools/{index}/hosts/{number}"));
                        let help = "no scheme and no path; a port after `:`, or `:*` for every port";
                        self.error(Code::C002, span, error.to_string(), help);
                    }
                }
            }
        }
        hosts.sort();
        hosts.dedup();
        hosts
    }

    fn has_hosts(&mut self, index: usize, used: &ToolUse) {
        let tool = self.catalogue.tool(&used.adapter);
        if !used.hosts.is_empty() && tool.is_some_and(|tool| !reaches_hosts(tool)) {
            let message = format!("`{}` reaches no hosts", used.adapter);
            let span = self.root.key_span_at(&format!("/tools/{index}/hosts"));
            self.error(Code::C002, span, message, "remove it: it would have no effect");
        }
    }

    fn guards(&mut self, pointer: &str, all: &[WrittenGuard]) -> Vec<Guard> {
        let mut guards = Vec::with_capacity(all.len());
        for (index, written) in all.iter().enumerate() {
            let place = format!("{pointer}/{index}");
            if written.check.is_empty() {
                continue;
            }
            if !guard::NAMES.contains(&written.check.as_str()) {
                let message = format!("there is no check `{}`", written.check);
                let span = self.span(&format!("{place}/use"));
                self.unknown(Code::C002, span, message, &written.check, guard::NAMES.iter().copied());
            } else if let Err(reason) = guard::check_params(&written.check, &written.with) {
                let message = format!("`{}` cannot be checked like this: {reason}", written.check);
                let help = "what a check needs to know stands beside its `use`";
                self.error(Code::C002, self.span(&place), message, help);
            }
            guards.push(Guard {
                check: written.check.clone(),
                with: written.with.clone(),
                on_fail: written.on_fail,
            });
        }
        guards
    }
}

/// Whether an action of the tool reaches addresses that a capsule can name.
fn reaches_hosts(tool: &ToolSpec) -> bool {
    let reaches = |action: &ActionSpec| {
        action.sinks.iter().any(|sink| sink.touch == Touch::Url)
            || action.always.iter().any(|fixed| fixed.touch == Touch::Url)
    };
    tool.actions.iter().any(reaches)
}

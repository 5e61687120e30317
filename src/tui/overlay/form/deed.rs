//! The command line that a filled in form stands for.

use super::super::super::act::{Act, Deed};
use super::entry::{Entry, Role};
use super::{Form, Purpose};
use crate::engine::fact::question::{APPROVE, REJECT};

impl Form {
    /// What it will do, as far as it is filled in.
    pub fn deed(&self) -> Deed {
        let words = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>();
        match &self.purpose {
            Purpose::Answer { id, choice, then } => {
                // What is not chosen yet is named as the help does; it is never sent like that.
                let choice = match self.written(Role::Choice) {
                    Some(written) => written,
                    None if choice.is_empty() => "CHOICE",
                    None => choice,
                };
                // Nobody fills in a default after the answer: what is seen is what is sent. A refusal needs none of it.
                let params = match choice {
                    REJECT => self.params(Entry::is_default),
                    _ => self.params(Entry::is_unsaid),
                };
                let mut args = match choice {
                    APPROVE if params.is_empty() => words(&["approvals", "approve", id]),
                    REJECT if params.is_empty() => words(&["approvals", "deny", id]),
                    choice => words(&["approvals", "answer", id, "--choice", choice]),
                };
                args.extend(params);
                args.extend(self.why());
                Deed {
                    args,
                    says: format!("answered: {choice}"),
                    drives: false,
                    opens: false,
                    then: then.iter().cloned().map(Act::Do).collect(),
                }
            }
            Purpose::Start { capsule } => {
                let mut args = words(&["run", capsule]);
                args.extend(self.params(Entry::is_default));
                Deed {
                    args,
                    says: format!("started {capsule}"),
                    drives: true,
                    opens: true,
                    then: Vec::new(),
                }
            }
            Purpose::Cancel { run } => {
                let mut args = words(&["runs", "cancel", run]);
                args.extend(self.why());
                Deed {
                    args,
                    says: "the run is being cancelled".to_owned(),
                    drives: false,
                    opens: false,
                    then: Vec::new(),
                }
            }
        }
    }

    /// The command line that says what a run would do; none when the form starts none.
    pub fn rehearsal(&self) -> Option<Vec<String>> {
        match &self.purpose {
            Purpose::Start { .. } => {
                let mut args = self.deed().args;
                args.push("--dry-run".to_owned());
                Some(args)
            }
            Purpose::Answer { .. } | Purpose::Cancel { .. } => None,
        }
    }

    /// What is given besides, but for what is `left_out`.
    fn params(&self, left_out: impl Fn(&Entry) -> bool) -> Vec<String> {
        let of_params = self.entries.iter().filter(|entry| entry.role == Role::Param);
        let said = of_params.filter(|entry| !left_out(entry));
        let given = |entry: &Entry| ["-p".to_owned(), format!("{}={}", entry.field.name, entry.value())];
        said.flat_map(given).collect()
    }

    fn why(&self) -> Vec<String> {
        let reason = self.written(Role::Reason);
        reason.map_or_else(Vec::new, |reason| vec!["--reason".to_owned(), reason.to_owned()])
    }

    /// What is written in the field with this role, if anything is.
    fn written(&self, role: Role) -> Option<&str> {
        let entry = self.entries.iter().find(|entry| entry.role == role)?;
        (!entry.value().is_empty()).then(|| entry.value())
    }
}

//! The long text of each code, printed by `capsule explain`.

use super::problem::Code;

impl Code {
    /// Explains the rule, with an example wrong and right.
    pub fn explain(self) -> &'static str {
        match self {
            Self::C001 => C001,
            Self::C002 => C002,
            Self::C003 => C003,
            Self::C010 => C010,
            Self::C011 => C011,
            Self::C012 => C012,
            Self::C013 => C013,
            Self::C014 => C014,
            Self::C020 => C020,
            Self::C021 => C021,
            Self::C022 => C022,
            Self::C023 => C023,
            Self::C024 => C024,
            Self::C030 => C030,
            Self::C031 => C031,
            Self::C032 => C032,
            Self::C040 => C040,
            Self::C041 => C041,
            Self::C042 => C042,
            Self::C050 => C050,
            Self::C051 => C051,
            Self::C060 => C060,
            Self::C070 => C070,
            Self::C071 => C071,
        }
    }
}

const C001: &str = "\
C001: unknown key

Every key of a capsule means something. A key that is misspelt, in the wrong place, or that this
version does not have yet (`persona`, `agent.run`, …) is refused: read and ignored, it would
promise something that does not happen.

Wrong:
  steps:
    - {name: log, action: git.log, neds: [fetch]}
Right:
  steps:
    - {name: log, action: git.log, needs: [fetch]}
";

const C002: &str = "\
C002: malformed

The file is not YAML, a value has the wrong type, a required key is missing, or a template, an
expression, a schema, a version or an amount is not written as it must be. YAML 1.2 decides what a
plain word is: `no` is a text, `1.0` is a number, and a text that looks like a number needs quotes.

Templates are Jinja with `{{ }}`, `{% if %}` and `{% for %}`, and without anything that loads files
or keeps state. `when` and `foreach.items` are expressions: they stand without braces.

Wrong:
  version: 1.0
  when: \"{{ inputs.dry_run }}\"
Right:
  version: \"1.0.0\"
  when: inputs.dry_run
";

const C003: &str = "\
C003: unsupported schema

The first key says which version of the format a file has; with another value it is of one that this
version cannot read. A file without it is of version 0, the blueprints' own, and is read as such
(`somagent capsule migrate` rewrites it), unless it has a key that only version 1 has, such as
`inputs`, `outputs_from`, `budget`, `mode`, `needs` or `when`: then the first line was forgotten.

Wrong:
  capsule_id: notes
  inputs: {properties: {repo: {type: string}}}
Right:
  schema: somagent.dev/capsule/v1
  capsule_id: notes
  inputs: {properties: {repo: {type: string}}}
";

const C010: &str = "\
C010: two steps have one name

Templates and `needs` name steps, so a name says which one.

Wrong:
  steps: [{name: log, action: git.log}, {name: log, action: git.diff}]
Right:
  steps: [{name: log, action: git.log}, {name: diff, action: git.diff}]
";

const C011: &str = "\
C011: a circle

A step runs after all that it needs. Steps that need each other could never begin; the message
prints the way around. In `mode: sequence` each step also needs the one before it.

Wrong:
  - {name: a, needs: [b], action: git.log}
  - {name: b, needs: [a], action: git.diff}
Right:
  - {name: a, action: git.log}
  - {name: b, needs: [a], action: git.diff}
";

const C012: &str = "\
C012: a name that is not there to be used

A template may use `inputs.NAME` of an input that is declared, `steps.NAME` of a step that certainly
comes before (it is in `needs`, or in the `needs` of one that is), `run.id`, `run.usage`, and inside
a `foreach` the item and `loop_index`. `compensate` and `found_when` also have an `output`, webhooks
have an `event` and nothing else, `concurrency.key` has the inputs alone, and hooks after the run have
every step and `run.status`. `needs` may name steps of this capsule, and `workspace: {of: NAME}` one that
certainly comes before, has a directory of its own and no `foreach`. Anything else is undefined when the
capsule runs, so it is refused before.

Wrong:
  - {name: log, action: git.log}
  - {name: sum, action: model.call, params: {prompt: \"{{ steps.log.output.text }}\"}}   # mode: dag
Right:
  - {name: log, action: git.log}
  - {name: sum, needs: [log], action: model.call, params: {prompt: \"{{ steps.log.output.text }}\"}}
";

const C013: &str = "\
C013: a field that is not in the output

A step's output has the fields of its `output_schema`, else of its tool's. An object schema that lists
`properties` has those and no others, unless it says `additionalProperties`. The output of
`model.call` is a text without an `output_schema`; that of a gate is `{decision, by, reason, form}`;
that of `capsule.run` is what the capsule gives; the output of a `foreach` is a list of these, and with
`on_item_error: collect` there is `steps.NAME.errors` too, a list of `{item, kind, message}`. A
`model.call` with `choices` and without `foreach` has a `steps.NAME.confidence`, from 0 to 1 or null.

Wrong:
  prompt: \"{{ steps.log.output.comits }}\"
Right:
  prompt: \"{{ steps.log.output.commits }}\"
";

const C014: &str = "\
C014: a value that may be absent

A step with `when` may be skipped; its status is `skipped` then and its output is `none`. An input
that is neither required nor has a default may be missing. Whoever uses such a value says what
happens without it: `default`, `or`, a condition, or the same `when`. A hook after the run comes however
the run ended, so for it every other step may be absent.

Wrong:
  - {name: sum, when: \"inputs.long\", action: model.call, params: {prompt: x}}
  - {name: say, action: text.write, params: {text: \"{{ steps.sum.output }}\"}}
Right:
  - {name: sum, when: \"inputs.long\", action: model.call, params: {prompt: x}}
  - {name: say, action: text.write, params: {text: \"{{ steps.sum.output | default('') }}\"}}
or:
  - {name: say, when: \"steps.sum.status == 'done'\", action: text.write, params: {text: \"{{ steps.sum.output }}\"}}
";

const C020: &str = "\
C020: an action that may not be used

A capsule lists each tool with the version it was written for and the actions it uses; a step may
use those, `model.call` and `capsule.run`; so may `compensate` and `reconcile`, but only tools. The tool
must be there in a version that meets the requirement, and so must a capsule, a persona, a store of
knowledge. An MCP server must be approved as its entry is now, and switched on.

Wrong:
  tools: [{adapter: git, version: \"^1\", actions: [log]}]
  steps: [{name: d, action: git.diff}]
Right:
  tools: [{adapter: git, version: \"^1\", actions: [log, diff]}]
  steps: [{name: d, action: git.diff}]
";

const C021: &str = "\
C021: against the contract

The parameters must fit the schema of the action, the outputs that of the capsule. Constants are
checked exactly; a template by the types that it can give, where they are known. A step may say what
its action does to the world (`effect`), as long as the tool is sure that it is no worse. Only a step
without effect, without a `workspace` and without a `sampling` that lends a model may have a `cache`,
only one with an effect a `reconcile`, and what `reconcile` calls has none itself. An action of `git`
has no `workspace` that is a worktree.

Wrong:
  - {name: log, action: git.log, params: {limit: many}}
Right:
  - {name: log, action: git.log, params: {limit: 20}}
";

const C022: &str = "\
C022: an external effect without a way to settle doubt (warning)

Repeating an `external` action is a second effect: a second mail, a second payment. When a run is
interrupted inside such a step, nobody knows whether it happened. The run then stops and asks. A gate
before the step, or `requires_review`, has somebody look beforehand; `reconcile` finds out by itself;
`on_uncertain` says what to do without knowing.

Prefer an action that takes an idempotency key (`keyed`) where the tool has one.

Wrong:
  - {name: pay, action: bank.pay, params: {sum: 3}}
Right:
  - {name: pay, action: bank.pay, params: {sum: 3}, on_uncertain: review}
";

const C023: &str = "\
C023: another attempt after a timeout, of an external effect

A timeout says that no answer came, not that nothing happened. Another attempt at an `external` effect
may be a second effect. `timeout` in `defaults.retry.on` is not meant for external steps and does not
count for them; a step that says it itself is refused.

Wrong:
  - {name: pay, action: bank.pay, retry: {max_attempts: 3, on: [timeout, unavailable]}}
Right:
  - {name: pay, action: bank.pay, retry: {max_attempts: 3, on: [unavailable]}}
";

const C024: &str = "\
C024: an endorsement of what may be anything

What a model says counts as untrusted when it read something untrusted. `endorse` makes an exception for parts
of an answer that are bounded by what the capsule says: true or false, or one of a list of texts, under
`choices` or an `output_schema`. A number or a free text can carry whatever a page wanted it to carry, and is
never endorsed. The constitution has to allow it, and each endorsement is recorded.

Wrong:
  - {name: to, action: model.call, params: {prompt: \"Who asks?\"}, endorse: [\"\"]}
Right:
  - {name: to, action: model.call, params: {prompt: \"Which team?\"}, choices: [red, blue], endorse: [\"\"]}
";

const C030: &str = "\
C030: a secret in the wrong place

A capsule names the secrets that it uses and never has their values. A tool gets them when it is called,
if its step lists them. Whatever a model reads, a file keeps or a cache compares is not for secrets, so
neither templates nor texts there may name them.

Wrong:
  steps: [{name: ask, action: model.call, params: {prompt: \"{{ secrets.TOKEN }}\"}}]
Right:
  secrets: [TOKEN]
  steps: [{name: send, action: http.post, secrets: [TOKEN], params: {url: \"https://example.com\"}}]
";

const C031: &str = "\
C031: the steps may spend more than the capsule (warning)

The sum of the steps' budgets is above `policies.budget`. The capsule's budget holds: it stops the
run before the steps have used theirs.

Wrong:
  policies: {budget: {tokens: 1000}}
  steps: [{name: a, action: model.call, budget: {tokens: 5000}, params: {prompt: x}}]
Right:
  policies: {budget: {tokens: 5000}}
";

const C032: &str = "\
C032: a loop without an end

The length of a list is often decided by data from outside. `max_items` says how many are the most;
a longer list fails the step before it costs anything.

Wrong:
  foreach: {items: steps.log.output.commits, as: commit}
Right:
  foreach: {items: steps.log.output.commits, as: commit, max_items: 200}
";

const C040: &str = "\
C040: a time that does not exist

A schedule has five fields: minute, hour, day of the month, month, day of the week, and may have seconds
in front of them. Its time zone is a name of the IANA database.

Wrong:
  schedule: {cron: \"0 25 * * *\", tz: Berlin}
Right:
  schedule: {cron: \"0 23 * * *\", tz: Europe/Berlin}
";

const C041: &str = "\
C041: a webhook that anybody could use

A request from outside starts a run and gives it inputs. It must be signed with a secret that only its
sender has.

Wrong:
  webhook: {path: /hooks/release, dedupe_key: event.id}
Right:
  webhook: {path: /hooks/release, auth: hmac_sha256, secret: HOOK_SECRET, dedupe_key: event.id}
";

const C042: &str = "\
C042: a webhook that cannot tell a request from its repetition

Senders send again what was not answered in time. `dedupe_key` is an expression over the request that
is the same for both, so that one run starts.

Wrong:
  webhook: {path: /hooks/release, auth: hmac_sha256, secret: HOOK_SECRET}
Right:
  webhook: {path: /hooks/release, auth: hmac_sha256, secret: HOOK_SECRET, dedupe_key: event.delivery_id}
";

const C050: &str = "\
C050: capsules without an end

A capsule that runs itself, directly or through others, would never end. At most eight capsules run
below each other.

Wrong:
  capsule_id: notes
  steps: [{name: again, action: capsule.run, params: {capsule: notes}}]
Right:
  capsule_id: notes
  steps: [{name: draft, action: capsule.run, params: {capsule: \"draft@^1\"}}]
";

const C051: &str = "\
C051: inputs that the other capsule does not take

The inputs of `capsule.run` must fit the `inputs` of the capsule that it names. Constants are checked
exactly; a template by the types that it can give, where they are known.

Wrong:
  params: {capsule: draft, inputs: {lines: 3}}
Right:
  params: {capsule: draft, inputs: {lines: [one, two]}}
";

const C060: &str = "\
C060: an artifact outside of the run's directory

The path of an artifact is relative, with `/` between its parts and without `..`. What a template puts
into it is checked again when the capsule runs.

Wrong:
  artifacts: [{name: notes, path: ../notes.md}]
Right:
  artifacts: [{name: notes, path: notes/summary.md}]
";

const C070: &str = "\
C070: a limit of the file

A capsule has at most 1 MiB, 2,000 steps, 64 levels and 200,000 values, is one YAML document, and has
no anchors or aliases, so that reading one costs little whoever wrote it.

Wrong:
  defaults: &d {limit: 20}
  params: *d
Right:
  params: {limit: 20}
";

const C071: &str = "\
C071: a key is written twice

YAML readers differ in which of two equal keys counts, so neither does.

Wrong:
  params: {limit: 20, limit: 50}
Right:
  params: {limit: 50}
";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_text_begins_with_its_code() {
        for code in Code::ALL {
            assert!(code.explain().starts_with(&format!("{code}: ")), "{code}");
        }
    }
}

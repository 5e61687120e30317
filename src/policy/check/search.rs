//! The questions that are put to the solver, and what their answers mean.

use batsat::Lit;

use super::super::draft::Draft;
use super::super::outline::says;
use super::super::rule::{Hosts, Rule, Scope};
use super::super::score::{FULL, HEAVIEST, Standard};
use super::super::verdict::Decision;
use super::encoding::Encoding;
use super::solver::Model;
use super::witness::{Witness, confirmed};
use super::{CheckError, Finding, Kind, Remedy, Severity, What};
use crate::capsule::host::HostPattern;
use crate::capsule::tool_spec::SideEffect;
use crate::label::Confidentiality;

/// Everything that is found in `draft`.
pub(super) fn findings(draft: &Draft) -> Result<Vec<Finding>, CheckError> {
    let mut search = Search::of(draft);
    let mut found = Vec::new();
    for (at, rule) in draft.constitution.rules().iter().enumerate() {
        if let Some(finding) = search.dead(at, rule)? {
            found.push(finding);
            continue;
        }
        found.extend(search.overruled(at, rule)?);
        found.extend(search.sidestepped(at, rule)?);
    }
    found.extend(search.weighing()?);
    // The others have nothing that somebody could aim, and leave nothing.
    for kind in [Kind::Read, Kind::Write, Kind::Egress, Kind::Act] {
        found.extend(search.flow_alone(kind)?);
        found.extend(search.worst_unasked(kind)?);
    }
    Ok(found)
}

struct Search<'a> {
    draft: &'a Draft,
    encoding: Encoding,
    /// Where it holds the score reaches the threshold.
    enough: Lit,
    /// Where it holds the score does not; absent where nothing is weighed.
    short: Option<Lit>,
}

impl<'a> Search<'a> {
    fn of(draft: &'a Draft) -> Self {
        let mut encoding = Encoding::of(&draft.constitution);
        let groups = encoding.score.clone();
        let bounds = draft.constitution.standard().zip(groups).map(|(standard, groups)| {
            let least = encoding.problem.at_least(&groups, standard.threshold());
            let most = encoding.problem.at_most(&groups, standard.threshold() - 1);
            (least, most)
        });
        Self {
            draft,
            enough: bounds.map_or(encoding.problem.yes(), |(enough, _)| enough),
            short: bounds.map(|(_, short)| short),
            encoding,
        }
    }

    fn rules(&self) -> &'a [Rule] {
        self.draft.constitution.rules()
    }

    fn witness(&self, model: &Model) -> Result<Witness, CheckError> {
        confirmed(self.draft, &self.encoding, model)
    }

    /// An action of which all of `given` holds.
    fn one(&mut self, given: &[Lit]) -> Option<Model> {
        self.encoding.problem.solve(given)
    }

    /// The one with the least score, where the constitution weighs.
    fn worst(&mut self, given: &[Lit]) -> Option<Model> {
        let mut worst = self.one(given)?;
        let (Some(groups), Some(mut score)) = (self.encoding.score.clone(), self.encoding.scored(&worst)) else {
            return Some(worst);
        };
        let kept = self.encoding.problem.sums();
        let standard = self.draft.constitution.standard();
        let bound = standard.filter(|_| given.contains(&self.enough));
        let mut least = bound.map_or(0, Standard::threshold);
        while least < score {
            let middle = least + (score - least) / 2;
            let below = self.encoding.problem.at_most(&groups, middle);
            let found = self.one(&[given, &[below]].concat());
            self.encoding.problem.forget(kept);
            match found {
                Some(model) => {
                    score = self.encoding.scored(&model).unwrap_or(least);
                    worst = model;
                }
                None => least = middle + 1,
            }
        }
        Some(worst)
    }

    /// That nothing stops the action: rules, score and information flow.
    fn unasked(&self) -> [Lit; 3] {
        [self.encoding.passes, self.enough, !self.encoding.caught]
    }

    /// That no rule of a stricter decision than this is about the action.
    fn no_stricter(&self, decision: Decision) -> Vec<Lit> {
        let [_, ask, deny] = self.encoding.some;
        match decision {
            Decision::Allow => vec![!ask, !deny],
            Decision::Ask => vec![!deny],
            Decision::Deny => Vec::new(),
        }
    }

    /// That at most one rule of this decision is about the action.
    fn only(&self, decision: Decision) -> Lit {
        let [allow, ask, deny] = self.encoding.more;
        match decision {
            Decision::Allow => !allow,
            Decision::Ask => !ask,
            Decision::Deny => !deny,
        }
    }

    /// A rule that never decides anything.
    fn dead(&mut self, at: usize, rule: &Rule) -> Result<Option<Finding>, CheckError> {
        let about = self.encoding.rules[at];
        let Some(model) = self.one(&[about]) else {
            let text = "it is about no action that there can be".to_owned();
            return Ok(Some(of_rule(Severity::Error, What::Unmatched, rule, text, None)));
        };
        let mut given = vec![about];
        given.extend(self.no_stricter(rule.decision));
        if self.one(&given).is_none() {
            let witness = self.witness(&model)?;
            let stricter = self.rules().iter();
            let stricter = stricter.filter(|other| other.decision > rule.decision && witness.rules.contains(&other.id));
            let stricter: Vec<String> = stricter.map(|other| format!("`{}`", other.id)).collect();
            let text = format!(
                "whatever it is about, a stricter rule decides; here {}",
                stricter.join(", ")
            );
            let finding = of_rule(Severity::Error, What::Overshadowed, rule, text, Some(witness));
            return Ok(Some(finding));
        }
        given.push(self.only(rule.decision));
        if self.one(&given).is_none() {
            let text = "whatever it is about is decided the same without it".to_owned();
            let witness = self.witness(&model)?;
            return Ok(Some(of_rule(
                Severity::Warning,
                What::Redundant,
                rule,
                text,
                Some(witness),
            )));
        }
        Ok(None)
    }

    /// An action that other rules and the score let pass, and that only this rule stops.
    fn overruled(&mut self, at: usize, rule: &Rule) -> Result<Option<Finding>, CheckError> {
        let [allow, ask, deny] = self.encoding.some;
        let alone = match rule.decision {
            Decision::Allow => return Ok(None),
            Decision::Ask => [!deny, self.only(Decision::Ask)],
            Decision::Deny => [!ask, self.only(Decision::Deny)],
        };
        // What information flow stops as well is not stopped by this rule alone.
        let given = [self.encoding.rules[at], allow, self.enough, !self.encoding.caught];
        let (model, by) = match self.worst(&[given.as_slice(), &alone].concat()) {
            Some(model) => (model, "only this rule"),
            None => match self.worst(&given) {
                Some(model) => (model, "only rules like this one"),
                None => return Ok(None),
            },
        };
        let witness = self.witness(&model)?;
        let remedies = remedies(&witness);
        let text = match (self.short.is_some(), remedies.is_empty()) {
            (false, _) => format!("{by} stands against what other rules let pass"),
            (true, false) => format!("{by} stands against what other rules and the score let pass"),
            (true, true) => format!(
                "{by} stands against what other rules and the score let pass; nothing that is measured counts against \
                 it, so no weight can make the score agree"
            ),
        };
        let mut finding = of_rule(Severity::Note, What::Overruled, rule, text, Some(witness));
        finding.remedies = remedies;
        Ok(Some(finding))
    }

    /// An action that goes where the rule does not want it, in a way that the rule does not name.
    fn sidestepped(&mut self, at: usize, rule: &Rule) -> Result<Vec<Finding>, CheckError> {
        let mut found = Vec::new();
        match (&rule.scope, rule.decision) {
            (_, Decision::Allow) => {}
            (Scope::Egress(hosts), Decision::Ask | Decision::Deny) => {
                for pattern in &hosts.of {
                    found.extend(self.other_port(at, rule, hosts, pattern)?);
                    found.extend(self.bare_name(at, rule, pattern)?);
                }
            }
            (Scope::Read(_), Decision::Deny) => {
                let (write, within) = (self.encoding.kind(Kind::Write), self.encoding.within(rule));
                if let Some(model) = self.one(&[&[write, within][..], &self.unasked()].concat()) {
                    let text = "what may not be read there may be written".to_owned();
                    let witness = Some(self.witness(&model)?);
                    found.push(of_rule(Severity::Warning, What::Sidestepped, rule, text, witness));
                }
            }
            (
                Scope::Read(_)
                | Scope::Write(_)
                | Scope::Artifact
                | Scope::Infer
                | Scope::Compute
                | Scope::Endorse
                | Scope::Act(_),
                Decision::Ask | Decision::Deny,
            ) => {}
        }
        Ok(found)
    }

    /// The same host at a port that no rule names, where the rule names none either.
    fn other_port(
        &mut self,
        at: usize,
        rule: &Rule,
        hosts: &Hosts,
        pattern: &HostPattern,
    ) -> Result<Option<Finding>, CheckError> {
        if !pattern.means_usual_ports() {
            return Ok(None);
        }
        let mut given = vec![
            self.encoding.kind(Kind::Egress),
            self.encoding.names(pattern),
            self.encoding.strange_port(),
            !self.encoding.rules[at],
        ];
        // What the rule excepts, it leaves alone on purpose.
        given.extend(hosts.except.iter().map(|except| !self.encoding.names(except)));
        let port = |pattern: &HostPattern| format!("`{pattern}` means ports 80 and 443 only");
        let passes = self.one(&[&given[..], &self.unasked()].concat());
        let [_, ask, deny] = self.encoding.some;
        let (severity, text, model) = match (passes, rule.decision) {
            (Some(model), _) => {
                let text = format!("{}, and at another one it passes", port(pattern));
                (Severity::Error, text, model)
            }
            (None, Decision::Deny) => match self.one(&[&given[..], &[ask, !deny]].concat()) {
                Some(model) => {
                    let text = format!("{}, and at another one a person may approve it", port(pattern));
                    (Severity::Warning, text, model)
                }
                None => return Ok(None),
            },
            (None, Decision::Allow | Decision::Ask) => return Ok(None),
        };
        let witness = Some(self.witness(&model)?);
        Ok(Some(of_rule(severity, What::Sidestepped, rule, text, witness)))
    }

    /// The name below which a pattern means every name, where no rule allows it by that name.
    fn bare_name(&mut self, at: usize, rule: &Rule, pattern: &HostPattern) -> Result<Option<Finding>, CheckError> {
        let Some(name) = pattern.host().strip_prefix("*.") else {
            return Ok(None);
        };
        let is_meant = self.rules().iter().any(|other| match &other.scope {
            Scope::Egress(hosts) => {
                other.decision == Decision::Allow && hosts.of.iter().any(|host| host.host() == name)
            }
            Scope::Read(_)
            | Scope::Write(_)
            | Scope::Artifact
            | Scope::Infer
            | Scope::Compute
            | Scope::Endorse
            | Scope::Act(_) => false,
        });
        if is_meant {
            return Ok(None);
        }
        let given = [
            self.encoding.kind(Kind::Egress),
            self.encoding.host(name),
            !self.encoding.rules[at],
        ];
        let Some(model) = self.one(&[&given[..], &self.unasked()].concat()) else {
            return Ok(None);
        };
        let text = format!("`{pattern}` does not mean `{name}` itself, and that passes");
        let witness = Some(self.witness(&model)?);
        Ok(Some(of_rule(Severity::Warning, What::Sidestepped, rule, text, witness)))
    }

    /// Kinds of actions that the score always stops, or never.
    fn weighing(&mut self) -> Result<Vec<Finding>, CheckError> {
        let Some(short) = self.short else {
            return Ok(Vec::new());
        };
        let (passes, enough) = (self.encoding.passes, self.enough);
        let mut found = Vec::new();
        let (mut allowed, mut idle) = (0, 0);
        for kind in Kind::ALL {
            let is = self.encoding.kind(kind);
            let Some(model) = self.one(&[is, passes]) else {
                continue;
            };
            allowed += 1;
            let name = kind.name();
            if self.one(&[is, passes, enough]).is_none() {
                let text =
                    format!("rules allow `{name}`, and no such action ever reaches the threshold: all are asked about");
                let witness = Some(self.witness(&model)?);
                found.push(of_kind(Severity::Error, What::OutOfReach, kind, text, witness));
            } else if self.one(&[is, passes, short]).is_none() {
                idle += 1;
                let text =
                    format!("the score asks about no action with `{name}`: even the worst reaches the threshold");
                let worst = self
                    .worst(&[is, passes])
                    .map_or(Ok(None), |worst| self.witness(&worst).map(Some))?;
                found.push(of_kind(Severity::Note, What::NeverShort, kind, text, worst));
            }
        }
        if allowed > 0 && idle == allowed {
            found.push(Finding {
                severity: Severity::Warning,
                what: What::NeverShort,
                rule: None,
                kind: None,
                says: "the score asks about nothing at all: weights and threshold do nothing".to_owned(),
                witness: None,
                remedies: Vec::new(),
            });
        }
        Ok(found)
    }

    /// The action with the least score that rules and score let pass and information flow stops.
    fn flow_alone(&mut self, kind: Kind) -> Result<Option<Finding>, CheckError> {
        let (is, passes) = (self.encoding.kind(kind), self.encoding.passes);
        let Some(model) = self.worst(&[is, passes, self.enough, self.encoding.caught]) else {
            return Ok(None);
        };
        let text = format!("of `{}`, only information flow stops this", kind.name());
        let witness = Some(self.witness(&model)?);
        Ok(Some(of_kind(Severity::Note, What::FlowAlone, kind, text, witness)))
    }

    /// The action with the least score that nothing stops; a warning where it cannot be taken back or lets out what is
    /// private.
    fn worst_unasked(&mut self, kind: Kind) -> Result<Option<Finding>, CheckError> {
        let given = [&[self.encoding.kind(kind)][..], &self.unasked()].concat();
        let (is_final, lets_out) = (self.encoding.is_final(), self.encoding.lets_out());
        // What is worst is not always what scores least: both faults at once, then each, then neither.
        for faults in [&[is_final, lets_out][..], &[is_final], &[lets_out], &[]] {
            let Some(model) = self.worst(&[&given[..], faults].concat()) else {
                continue;
            };
            let witness = self.witness(&model)?;
            let is_open = witness.sends && witness.confidentiality >= Confidentiality::Private;
            let severity = match witness.leaves {
                SideEffect::Irreversible => Severity::Warning,
                SideEffect::None | SideEffect::Reversible if is_open => Severity::Warning,
                SideEffect::None | SideEffect::Reversible => Severity::Note,
            };
            let text = format!("of `{}`, this is the worst that happens unasked", kind.name());
            return Ok(Some(of_kind(severity, What::Unasked, kind, text, Some(witness))));
        }
        Ok(None)
    }
}

fn of_rule(severity: Severity, what: What, rule: &Rule, text: String, witness: Option<Witness>) -> Finding {
    Finding {
        severity,
        what,
        rule: Some(rule.id.clone()),
        kind: None,
        says: format!("{} {}: {text}", rule.article, says(rule)),
        witness,
        remedies: Vec::new(),
    }
}

fn of_kind(severity: Severity, what: What, kind: Kind, says: String, witness: Option<Witness>) -> Finding {
    Finding {
        severity,
        what,
        rule: None,
        kind: Some(kind),
        says,
        witness,
        remedies: Vec::new(),
    }
}

/// What would bring the score of `witness` below the threshold: a fault of it that weighs more, while the threshold
/// stays as far below the best score as it is.
fn remedies(witness: &Witness) -> Vec<Remedy> {
    let (Some(score), Some(threshold)) = (witness.score, witness.threshold) else {
        return Vec::new();
    };
    let faults = witness.features.iter().filter(|measured| measured.value < FULL);
    let heavier = faults.filter_map(|measured| {
        // Each unit of weight lifts the threshold by FULL and the score by less.
        let more = (score - threshold) / (FULL - measured.value) + 1;
        let weight = measured.weight + more;
        (weight <= HEAVIEST).then_some(Remedy {
            feature: measured.feature,
            weight,
            threshold: threshold + more * FULL,
        })
    });
    heavier.collect()
}

//! Whose question is answered ahead, about what, and whose is not.

use super::*;
use crate::capsule::host::HostPattern;
use crate::capsule::tool_spec::Touch;
use crate::policy::compare::{Effect, compare, effect};
use crate::policy::fixture::{action, law_of, law_of_text, situation};
use crate::policy::{Action, DEFAULT_CONSTITUTION, Decision, Draft};

/// The rule of the default constitution that asks about other hosts.
const ASKS: &str = "ask-before-reaching-others";

fn reaching(host: &str) -> Action {
    action(&[(Touch::Url, &format!("https://{host}/x"))])
}

fn open() -> Situation {
    Situation {
        hosts: vec![HostPattern::parse("*:*").unwrap()],
        ..situation()
    }
}

/// The default constitution with these entries.
fn with(entries: &[&str]) -> String {
    let lines: String = entries.iter().map(|entry| format!("  - {entry}\n")).collect();
    format!("{DEFAULT_CONSTITUTION}remembered:\n{lines}")
}

fn decided(text: &str, action: &Action, situation: &Situation) -> Decision {
    law_of_text(text).judge(action, situation).decision()
}

#[test]
fn a_question_is_answered_for_its_subject_and_in_its_run() {
    let asked = law_of_text(DEFAULT_CONSTITUTION).judge(&reaching("a.example"), &open());
    assert_eq!(asked.decision(), Decision::Ask);
    let [subject] = asked.subjects() else {
        panic!("{:?}", asked.subjects())
    };
    assert_eq!(subject.rule, ASKS);
    let answered = Situation {
        remembered: [subject.clone()].into(),
        ..open()
    };
    let law = law_of_text(DEFAULT_CONSTITUTION);
    assert_eq!(law.judge(&reaching("a.example"), &answered).decision(), Decision::Allow);
    assert!(law.judge(&reaching("a.example"), &answered).subjects().is_empty());
    assert_eq!(law.judge(&reaching("b.example"), &answered).decision(), Decision::Ask);
    // Whoever renames the rule, or forbids what it asked about, is not answered.
    let renamed = DEFAULT_CONSTITUTION.replace(ASKS, "asks");
    assert_eq!(decided(&renamed, &reaching("a.example"), &answered), Decision::Ask);
    let forbidden = DEFAULT_CONSTITUTION.replace("decision: ask", "decision: deny");
    assert_eq!(decided(&forbidden, &reaching("a.example"), &answered), Decision::Deny);
}

#[test]
fn an_answer_about_a_program_is_about_that_call_only() {
    let asks = "  - {id: asks, article: A1, decision: ask, access: act, tools: [\"*\"]}\n";
    let law = law_of(asks);
    let running = |command: &str| action(&[(Touch::Command, command)]);
    let asked = law.judge(&running("ls -l"), &situation());
    assert!(
        asked.because()[0].text.contains("`tool.act` of `ls -l`"),
        "{:?}",
        asked.because()
    );
    let answered = Situation {
        remembered: asked.subjects().iter().cloned().collect(),
        ..situation()
    };
    assert_eq!(law.judge(&running("ls -l"), &answered).decision(), Decision::Allow);
    assert_eq!(law.judge(&running("ls -la"), &answered).decision(), Decision::Ask);
    // No entry could name it, and one for the tool would be about every program.
    assert_eq!(
        asked.subjects()[0].entry(&situation(), &Bearer::everybody(), "said"),
        None
    );
}

#[test]
fn an_entry_answers_for_its_host_its_capsule_and_its_account() {
    let capsule = situation().capsule;
    let other = Situation {
        capsule: Digest::of(b"another"),
        actor: "user:eve".to_owned(),
        ..open()
    };
    let everybody = format!("{{rule: {ASKS}, hosts: [a.example]}}");
    let one_capsule = format!("{{rule: {ASKS}, hosts: [\"a.example:443\"], capsule: \"{capsule}\"}}");
    let one_account = format!("{{rule: {ASKS}, hosts: [\"*.example\"], actor: \"user:test\", reason: we know it}}");
    for (entry, here, there) in [
        (&everybody, Decision::Allow, Decision::Allow),
        (&one_capsule, Decision::Allow, Decision::Ask),
        (&one_account, Decision::Allow, Decision::Ask),
    ] {
        let text = with(&[entry]);
        assert_eq!(decided(&text, &reaching("a.example"), &open()), here, "{entry}");
        assert_eq!(decided(&text, &reaching("a.example"), &other), there, "{entry}");
        assert_eq!(decided(&text, &reaching("b.test"), &open()), Decision::Ask, "{entry}");
    }
}

#[test]
fn what_is_remembered_answers_no_other_question() {
    let entry = format!("{{rule: {ASKS}, hosts: [\"*:*\"]}}");
    let text = with(&[&entry]);
    let demanded = Situation {
        demands: vec![crate::policy::Demand {
            decision: Decision::Ask,
            because: "a review".to_owned(),
        }],
        ..open()
    };
    assert_eq!(decided(&text, &reaching("a.example"), &demanded), Decision::Ask);
    let denied = text.replace(
        "\nflow:",
        "  - {id: never, article: A6, decision: deny, access: egress, hosts: [a.example]}\n\nflow:",
    );
    assert_eq!(decided(&denied, &reaching("a.example"), &open()), Decision::Deny);
    let also = text.replace(
        "\nflow:",
        "  - {id: other, article: A6, decision: ask, access: egress, hosts: [a.example]}\n\nflow:",
    );
    assert_eq!(decided(&also, &reaching("a.example"), &open()), Decision::Ask);
    // A capsule that does not claim the host is not helped.
    assert_eq!(decided(&text, &reaching("a.example"), &situation()), Decision::Deny);
}

#[test]
fn entries_that_answer_nothing_are_refused_with_their_place() {
    for (entry, says) in [
        ("{rule: none, hosts: [a.b]}", "there is no rule `none`"),
        ("{rule: read-workspace, within: workspace}", "does not ask"),
        ("{rule: ask-before-reaching-others}", "needs `hosts`"),
        (
            "{rule: ask-before-reaching-others, tools: [x]}",
            "only a rule with access `act`",
        ),
        (
            "{rule: ask-before-reaching-others, hosts: [a.b], capsule: mine}",
            "digest of its text",
        ),
        (
            "{rule: ask-before-reaching-others, hosts: [a.b], actor: ''}",
            "the account is empty",
        ),
        (
            "{rule: ask-before-reaching-others, hosts: [a.b], except: [c.d]}",
            "except",
        ),
    ] {
        let refused = Draft::read(with(&[entry]).as_bytes()).unwrap_err();
        assert!(refused.message.contains(says), "{entry}: {refused}");
        assert!(refused.line > 90, "{entry}: {refused}");
    }
}

#[test]
fn remembering_loosens_and_forgetting_tightens() {
    let draft = |text: &str| Draft::read(text.as_bytes()).unwrap();
    let entry = format!("{{rule: {ASKS}, hosts: [a.example]}}");
    let (plain, known) = (draft(DEFAULT_CONSTITUTION), draft(&with(&[&entry])));
    assert_eq!(effect(&compare(&plain, &known)), Effect::Looser);
    assert_eq!(effect(&compare(&known, &plain)), Effect::Stricter);
    assert_eq!(compare(&known, &known), Vec::new());
    // A rule that does not ask about everything is no reason to do without another one that does.
    let both = with(&[&entry]).replace(
        "\nflow:",
        "  - {id: other, article: A6, decision: ask, access: egress, hosts: [a.example]}\n\nflow:",
    );
    assert_eq!(effect(&compare(&draft(&both), &known)), Effect::Looser);
}

#[test]
fn what_no_constitution_can_name_is_no_entry() {
    let subject = |access: Access| Subject {
        rule: "r".to_owned(),
        access,
    };
    let entry = |access| subject(access).entry(&situation(), &Bearer::everybody(), "why");
    for access in [
        Access::Infer,
        Access::Compute,
        Access::Artifact { name: "a".to_owned() },
        Access::Endorse {
            at: "/urgent".to_owned(),
        },
        Access::Read {
            path: "../outside".to_owned(),
        },
    ] {
        assert_eq!(entry(access.clone()), None, "{access:?}");
    }
    assert_eq!(
        entry(Access::Read {
            path: "./a/../b".to_owned()
        })
        .as_deref(),
        Some(r#"{rule: "r", within: "workspace/b", reason: "why"}"#)
    );
}

#[test]
fn to_endorse_unasked_is_looser() {
    let draft = |rules: &str| {
        let head = DEFAULT_CONSTITUTION.split("rules:").next().unwrap();
        Draft::read(format!("{head}rules:\n{rules}").as_bytes()).unwrap()
    };
    let allow = "  - {id: a, article: A10, decision: allow, access: endorse}\n";
    for strict in ["deny", "ask"] {
        let both = format!("{allow}  - {{id: b, article: A10, decision: {strict}, access: endorse}}\n");
        assert_eq!(
            effect(&compare(&draft(&both), &draft(allow))),
            Effect::Looser,
            "{strict}"
        );
        assert_eq!(
            effect(&compare(&draft(allow), &draft(&both))),
            Effect::Stricter,
            "{strict}"
        );
    }
}

#[test]
fn an_answer_about_a_directory_that_is_made_for_a_step_is_about_nothing_else() {
    use crate::capsule::Separate;
    let asks = "  - {id: w, article: A1, decision: ask, access: write, within: workspace}\n  \
                - {id: p, article: A1, decision: ask, access: act, tools: [\"*\"]}\n";
    let law = law_of(asks);
    let apart = Situation {
        separate: Some(Separate::Scratch),
        ..situation()
    };
    for touched in [(Touch::WritePath, "x"), (Touch::Command, "ls -l")] {
        let action = action(&[touched]);
        // What is said in the run's workspace holds there alone.
        let asked = law.judge(&action, &situation());
        let subjects = asked.subjects();
        assert!(!subjects.is_empty());
        let remembered = subjects.iter().cloned().collect();
        let answered = |situation: &Situation| Situation {
            remembered: Clone::clone(&remembered),
            ..situation.clone()
        };
        assert_eq!(law.judge(&action, &answered(&situation())).decision(), Decision::Allow);
        assert_eq!(law.judge(&action, &answered(&apart)).decision(), Decision::Ask);
        // And what is said there can be said once only.
        assert_eq!(law.judge(&action, &apart).subjects(), []);
        for subject in subjects {
            assert_eq!(subject.entry(&apart, &Bearer::everybody(), "said"), None);
        }
    }
}

#[test]
fn a_situation_that_is_not_separate_is_written_as_it_was_before_there_were_others() {
    use crate::capsule::Separate;
    let written = serde_json::to_value(situation()).unwrap();
    assert_eq!(written.get("separate"), None);
    assert_eq!(serde_json::from_value::<Situation>(written).unwrap(), situation());
    let apart = Situation {
        separate: Some(Separate::Worktree),
        ..situation()
    };
    let written = serde_json::to_value(&apart).unwrap();
    assert_eq!(written["separate"], "worktree");
    assert_eq!(serde_json::from_value::<Situation>(written).unwrap(), apart);
}

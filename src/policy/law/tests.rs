//! What rules make of accesses, and the reasons that they give.

use super::*;
use crate::capsule::tool_spec::Touch;
use crate::policy::DEFAULT_CONSTITUTION;
use crate::policy::fixture::{action, law_of, law_of_text as law, situation};
use crate::policy::verdict::Refused;

#[test]
fn each_action_meets_each_rule() {
    use Decision::{Allow, Deny};
    use Touch::{Infer, ReadPath, WriteArtifact, WritePath};
    let read = "  - {id: r, article: A1, decision: allow, access: read, within: workspace}\n";
    let read_docs = "  - {id: d, article: A1, decision: allow, access: read, within: workspace/docs}\n";
    let hide_git = "  - {id: g, article: A5, decision: deny, access: read, within: workspace/.git}\n";
    let write = "  - {id: w, article: A2, decision: allow, access: write, within: workspace}\n";
    let no_write = "  - {id: n, article: A5, decision: deny, access: write, within: workspace}\n";
    let artifact = "  - {id: a, article: A2, decision: allow, access: artifact}\n";
    let infer = "  - {id: i, article: A3, decision: allow, access: infer}\n";
    let compute = "  - {id: c, article: A4, decision: allow, access: compute}\n";
    type Row<'a> = (&'a [&'a str], &'a [(Touch, &'a str)], Decision);
    let table: &[Row<'_>] = &[
        (&[read], &[(ReadPath, "src/main.rs")], Allow),
        (&[read], &[(ReadPath, ".")], Allow),
        (&[read], &[(ReadPath, "")], Allow),
        (&[read], &[(ReadPath, "/home/u/project/x")], Allow),
        (&[read], &[(ReadPath, "a/../b")], Allow),
        (&[read], &[(ReadPath, "../other")], Deny),
        (&[read], &[(ReadPath, "../project/x")], Allow),
        (&[read], &[(ReadPath, "a/../../../etc/passwd")], Deny),
        (&[read], &[(ReadPath, "/etc/passwd")], Deny),
        (&[read], &[(ReadPath, "/home/u/project-2/x")], Deny),
        (&[read], &[(ReadPath, "/")], Deny),
        (&[read], &[(WritePath, "x")], Deny),
        (&[read], &[(Infer, "hello")], Deny),
        (&[read], &[], Deny),
        (&[read_docs], &[(ReadPath, "docs/a.md")], Allow),
        (&[read_docs], &[(ReadPath, "docs")], Allow),
        (&[read_docs], &[(ReadPath, "docs/../src")], Deny),
        (&[read_docs], &[(ReadPath, "documents")], Deny),
        (&[read_docs], &[(ReadPath, ".")], Deny),
        (&[read, hide_git], &[(ReadPath, "src")], Allow),
        (&[read, hide_git], &[(ReadPath, ".git/config")], Deny),
        (&[hide_git, read], &[(ReadPath, "x/../.git")], Deny),
        (&[hide_git, read], &[(ReadPath, ".gitignore")], Allow),
        // What encloses a forbidden place reaches into it.
        (&[hide_git, read], &[(ReadPath, ".")], Deny),
        (&[write], &[(WritePath, "x")], Allow),
        (&[write, no_write], &[(WritePath, "x")], Deny),
        (&[no_write, write], &[(WritePath, "x")], Deny),
        (&[write], &[(ReadPath, "x")], Deny),
        (&[artifact], &[(WriteArtifact, "report.md")], Allow),
        (&[artifact], &[(WriteArtifact, "../report.md")], Deny),
        (&[artifact], &[(WriteArtifact, "/report.md")], Deny),
        (&[artifact], &[(WriteArtifact, "")], Deny),
        (&[artifact], &[(WritePath, "report.md")], Deny),
        (&[infer], &[(Infer, "hello")], Allow),
        (&[infer], &[], Deny),
        (&[compute], &[], Allow),
        (&[compute], &[(Infer, "hello")], Deny),
        // Every access counts.
        (&[read, artifact], &[(ReadPath, "a"), (WriteArtifact, "b")], Allow),
        (&[read], &[(ReadPath, "a"), (WriteArtifact, "b")], Deny),
        (&[read, artifact], &[(ReadPath, "a"), (ReadPath, "../a")], Deny),
    ];
    for (rules, touches, expected) in table {
        let verdict = law_of(&rules.concat()).judge(&action(touches), &situation());
        assert_eq!(
            verdict.decision(),
            *expected,
            "{rules:?} {touches:?} {:?}",
            verdict.because()
        );
        assert!(!verdict.because().is_empty(), "{rules:?} {touches:?}");
    }
}

#[test]
fn the_default_constitution_lets_an_agent_look_think_and_hand_over() {
    let law = law(DEFAULT_CONSTITUTION);
    let judge = |touches: &[(Touch, &str)]| law.judge(&action(touches), &situation());
    for touches in [
        &[(Touch::ReadPath, "README.md")][..],
        &[(Touch::WriteArtifact, "report.md")],
        &[(Touch::Infer, "summarise")],
        &[],
    ] {
        assert_eq!(judge(touches).decision(), Decision::Allow, "{touches:?}");
    }
    assert_eq!(judge(&[(Touch::WritePath, "x")]).decision(), Decision::Ask);
    assert_eq!(judge(&[(Touch::WritePath, "../x")]).decision(), Decision::Deny);
    assert_eq!(law.articles().len(), 11);
}

#[test]
fn reasons_name_what_was_touched_and_what_would_change_it() {
    let law = law_of(
        "  - {id: r, article: A1, decision: allow, access: read, within: workspace}
  - {id: n, article: A5, decision: deny, access: write, within: workspace/.git, reason: history is not for agents}
",
    );
    let texts = |touches: &[(Touch, &str)]| -> Vec<String> {
        let verdict = law.judge(&action(touches), &situation());
        verdict.because().iter().map(|reason| reason.text.clone()).collect()
    };
    assert_eq!(
        texts(&[(Touch::ReadPath, "a"), (Touch::ReadPath, "b")]),
        [
            "A1 allows reading `a` in the workspace",
            "A1 allows reading `b` in the workspace"
        ]
    );
    assert_eq!(
        texts(&[
            (Touch::ReadPath, "a"),
            (Touch::WritePath, ".git/hooks/pre-commit"),
            (Touch::WritePath, "x")
        ]),
        [
            "A5 does not allow writing `.git/hooks/pre-commit` in the workspace: history is not for agents",
            "no article allows writing `x` in the workspace: a rule with decision `allow` and access `write` \
                 within `workspace` would have to",
        ]
    );
    assert_eq!(
        texts(&[(Touch::WritePath, "./a/..")])[0],
        "A5 does not allow writing `./a/..` in the workspace, which holds `workspace/.git`: \
             history is not for agents"
    );
    assert_eq!(
        texts(&[(Touch::ReadPath, "../x")]),
        ["`../x` lies outside the workspace, and no rule can allow that: start the run in a directory that holds it"]
    );
    let hostile = texts(&[(Touch::ReadPath, &format!("../\u{1b}[2J\u{202e}{}", "x".repeat(10_000)))]).concat();
    assert!(
        hostile.len() < 400 && !hostile.contains(['\u{1b}', '\u{202e}']),
        "{hostile}"
    );
}

#[test]
fn a_verdict_carries_the_constitution_and_the_rules_that_judged() {
    let first = law(DEFAULT_CONSTITUTION);
    let reworded = law(&DEFAULT_CONSTITUTION.replace("Such work touches nothing.", "It touches nothing."));
    let stricter = law(&DEFAULT_CONSTITUTION.replace(
        "decision: allow\n    access: infer",
        "decision: deny\n    access: infer",
    ));
    assert_ne!(first.constitution(), reworded.constitution());
    assert_eq!(first.policy, reworded.policy);
    assert_ne!(first.policy, stricter.policy);
    let verdict = first.judge(&action(&[(Touch::ReadPath, "x")]), &situation());
    assert_eq!(verdict.constitution(), first.constitution());
    let recorded = serde_json::to_value(&verdict).unwrap();
    assert_eq!(recorded["policy"], first.policy.to_string());
    assert_eq!(recorded["situation"]["run"], situation().run);
}

#[test]
fn a_grant_does_not_cover_changed_arguments() {
    let law = law(DEFAULT_CONSTITUTION);
    let judged = action(&[(Touch::ReadPath, "a")]);
    let grant = law.judge(&judged, &situation()).grant(None).unwrap();
    assert_eq!(grant.covers(&judged), Ok(()));
    for other in [
        action(&[(Touch::ReadPath, "b")]),
        action(&[(Touch::ReadPath, "a ")]),
        action(&[(Touch::WriteArtifact, "a")]),
        action(&[]),
    ] {
        let refused = grant.covers(&other).unwrap_err();
        assert_eq!(
            refused,
            Refused::OtherAction {
                action: "tool.act".into()
            }
        );
    }
    assert_eq!(grant.workspace(), situation().workspace);
}

#[test]
fn a_denial_gives_no_grant_and_says_why() {
    let verdict = law(DEFAULT_CONSTITUTION).judge(&action(&[(Touch::WritePath, "../x")]), &situation());
    let reasons = verdict.because().to_vec();
    let refused = verdict.grant(None).unwrap_err();
    assert_eq!(refused, Refused::Denied { because: reasons });
    assert!(
        refused
            .to_string()
            .starts_with("denied: `../x` lies outside the workspace"),
        "{refused}"
    );
}

//! Rules of the directories that are made for steps.

use super::*;

/// A step `made` with this workspace, and a step `x` after it.
fn after(made: &str, rest: &str) -> String {
    whole(&format!(
        "    - {{name: made, action: bank.look, {made}}}\n    - {{name: x, needs: [made], action: bank.look, {rest}}}\n"
    ))
}

#[test]
fn a_step_says_what_its_directory_is() {
    let own = |rest: &str| step(&format!("action: bank.look, workspace: {rest}"));
    check(&[
        (own("scratch"), vec![]),
        (own("worktree"), vec![]),
        (own("{kind: scratch, keep: always}"), vec![]),
        (own("{kind: worktree, ref: main, keep: on_failure}"), vec![]),
        (own("{kind: worktree, ref: v1.2.0, keep: never}"), vec![]),
        (own("scrach"), vec![(C002, "scrach")]),
        (own("3"), vec![(C002, "3")]),
        (own("{}"), vec![(C002, "{}")]),
        (own("{keep: always}"), vec![(C002, "{keep: always}")]),
        (own("{kind: scrach}"), vec![(C002, "scrach")]),
        (own("{kind: scratch, keep: sometimes}"), vec![(C002, "sometimes")]),
        (own("{kind: scratch, kep: always}"), vec![(C001, "kep")]),
        (own("{kind: scratch, ref: main}"), vec![(C002, "ref")]),
        (own("{kind: worktree, ref: \"\"}"), vec![(C002, "\"\"")]),
        (
            own("{kind: worktree, ref: \"{{ inputs.repo }}\"}"),
            vec![(C002, "\"{{ inputs.repo }}\"")],
        ),
    ]);
    let help = |text: &str| {
        let problems = Capsule::parse(text, &rich()).unwrap_err();
        problems[0].help.clone().unwrap_or_default()
    };
    assert_eq!(help(&own("scrach")), "did you mean `scratch`?");
    assert_eq!(help(&own("{kind: worktre}")), "did you mean `worktree`?");
    assert_eq!(help(&own("{kind: scratch, kep: always}")), "did you mean `keep`?");
}

#[test]
fn what_is_read_back_is_what_was_written() {
    let text = after(
        "workspace: {kind: worktree, ref: main, keep: on_failure}",
        "workspace: {of: made}",
    );
    let capsule = Capsule::parse(&text, &rich()).unwrap();
    let own = OwnWorkspace {
        kind: Separate::Worktree,
        reference: Some("main".to_owned()),
        keep: KeepWorkspace::OnFailure,
    };
    let steps = capsule.steps();
    assert_eq!(steps[0].workspace, Some(Workspace::Own(own.clone())));
    assert_eq!(steps[1].workspace, Some(Workspace::Of("made".to_owned())));
    for step in steps {
        assert_eq!(capsule.workspace_of(step), Some((&steps[0], &own)));
    }
    let plain = Capsule::parse(&step("action: bank.look"), &rich()).unwrap();
    assert_eq!(plain.workspace_of(&plain.steps()[1]), None);
}

#[test]
fn the_directory_of_another_step_is_there_when_it_is_needed() {
    let with = |of: &str| after("workspace: scratch", &format!("workspace: {{of: {of}}}"));
    check(&[
        (with("made"), vec![]),
        (with("mde"), vec![(C012, "mde")]),
        (with("x"), vec![(C012, "x")]),
        (with("made").replace("needs: [made]", "needs: []"), vec![(C012, "made")]),
        (
            after("when: inputs.areas", "workspace: {of: made}"),
            vec![(C012, "made")],
        ),
        (
            after(
                "foreach: {items: inputs.areas, as: area, max_items: 3}, workspace: scratch",
                "workspace: {of: made}",
            ),
            vec![(C012, "made")],
        ),
        (
            after("workspace: scratch", "workspace: {of: made, keep: always}"),
            vec![(C002, "keep")],
        ),
        (
            after("workspace: scratch", "workspace: {of: made, kind: scratch}"),
            vec![(C002, "kind")],
        ),
        (
            after("workspace: scratch", "workspace: {of: made}")
                + "    - {name: y, needs: [x], action: bank.look, workspace: {of: x}}\n",
            vec![(C012, "x")],
        ),
    ]);
    let problems = Capsule::parse(&with("mde"), &rich()).unwrap_err();
    assert_eq!(problems[0].help.as_deref(), Some("did you mean `made`?"));
}

#[test]
fn only_actions_of_tools_have_one_and_neither_it_nor_a_loan_is_answered_from_a_cache() {
    check(&[
        (
            step("gate: {prompt: \"Go on?\"}, workspace: scratch"),
            vec![(C002, "workspace")],
        ),
        (
            step("action: model.call, params: {prompt: hi}, workspace: scratch"),
            vec![(C002, "workspace")],
        ),
        (
            step("action: capsule.run, params: {capsule: draft, inputs: {lines: []}}, workspace: scratch"),
            vec![(C002, "workspace")],
        ),
        (
            step("action: bank.look, workspace: scratch, cache: {}"),
            vec![(C021, "cache")],
        ),
        (
            step("action: bank.ask, params: {sampling: {times: 1}}, cache: {}"),
            vec![(C021, "cache")],
        ),
        (step("action: bank.ask, params: {sampling: {times: 1}}"), vec![]),
        (step("action: bank.ask, cache: {}"), vec![]),
        (step("action: git.log, workspace: worktree"), vec![(C021, "workspace")]),
        (step("action: git.log, workspace: scratch"), vec![]),
        (
            step("action: bank.look") + "hooks: {pre: [{name: before, action: git.log, workspace: scratch}]}\n",
            vec![(C001, "workspace")],
        ),
    ]);
}

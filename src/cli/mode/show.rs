//! `somagent mode show`.

use serde_json::{Map, Value, json};

use super::super::failure::Failure;
use super::super::output::{Format, Output, harmless};
use super::super::{Context, table, time};
use super::{posture, variable};
use crate::engine::mode::{At, Posture};
use crate::engine::now_ms;
use crate::exit::Exit;
use crate::policy::mode::Setting;
use crate::policy::{InForce, Mode};

/// Show what each mode changes, which one is in force, and where that comes from
#[derive(Debug, clap::Args)]
pub struct Args {}

/// Runs the command.
///
/// # Errors
/// The store cannot be read.
pub fn run(_args: &Args, context: &Context, output: &mut Output) -> Result<Exit, Failure> {
    let now = now_ms();
    let posture = posture(context)?;
    let in_force = super::in_force(context)?;
    match output.format() {
        Format::Table => output.text(&harmless(&shown(context, &posture, &in_force, now)))?,
        Format::Json | Format::Jsonl => output.json(&data(context, &posture, &in_force, now))?,
    }
    Ok(Exit::Succeeded)
}

fn is_debug(context: &Context, posture: &Posture, now: i64) -> bool {
    posture.setting(now).is_debug || variable::is_debug(&context.asked)
}

fn data(context: &Context, posture: &Posture, in_force: &InForce, now: i64) -> Value {
    let said = |to: Setting, by: &str, at: i64, reason: &str| json!({"mode": to, "by": by, "at": time::rfc3339(at), "reason": reason});
    let changed = posture
        .changed()
        .map(|At { at, what }| said(what.to, &what.by, *at, &what.reason));
    let elevation = posture.elevation(now).map(|At { at, what }| {
        let mut elevation = said(what.to, &what.by, *at, &what.reason);
        elevation["until"] = json!(time::rfc3339(what.until));
        elevation
    });
    let variables = context.asked.iter().map(|variable| {
        json!({
            "name": variable.name, "mode": variable.setting, "effect": variable.effect(posture, now).word(),
        })
    });
    let rows = in_force.terms().rows();
    let rows = rows.iter().enumerate().map(|(at, row)| {
        let modes = Mode::ALL.map(|mode| (mode.name().to_owned(), json!(mode.terms().rows()[at].value)));
        let modes: Map<String, Value> = modes.into_iter().collect();
        json!({"name": row.name, "says": row.says, "in_force": row.value, "modes": modes})
    });
    json!({
        "v": 1, "in_force": in_force, "debug": is_debug(context, posture, now), "recorded": posture.recorded(),
        "changed": changed, "elevation": elevation, "variables": variables.collect::<Vec<_>>(),
        "table": rows.collect::<Vec<_>>(),
    })
}

fn shown(context: &Context, posture: &Posture, in_force: &InForce, now: i64) -> String {
    let mut text = columns(in_force);
    let debug = if is_debug(context, posture, now) {
        "  and says more about what is judged"
    } else {
        ""
    };
    text.push_str(&format!("\nin force  {in_force}{debug}\n"));
    text.push_str(&match posture.changed() {
        None => format!("recorded  nothing: a store begins as {}\n", posture.recorded()),
        Some(At { at, what }) => format!(
            "recorded  {} by {} at {}: {}\n",
            what.to,
            what.by,
            time::rfc3339(*at),
            what.reason
        ),
    });
    if let Some(At { what, .. }) = posture.elevation(now) {
        text.push_str(&format!(
            "elevated  {} by {} until {}: {}\n",
            what.to,
            what.by,
            time::rfc3339(what.until),
            what.reason
        ));
    }
    for variable in &context.asked {
        text.push_str(&format!(
            "variable  {}={}  {}\n",
            variable.name,
            variable.setting,
            variable.effect(posture, now).word()
        ));
    }
    text.push('\n');
    for row in in_force.terms().rows() {
        text.push_str(&format!("{:<13} {}\n", row.name, row.says));
    }
    text
}

/// The table; what is in force is marked, and when that is several modes together it has a column of its own.
fn columns(in_force: &InForce) -> String {
    let is_joined = in_force.modes().count() > 1;
    let cell = |mode: Mode, text: &str| {
        let mark = if in_force.modes().any(|one| one == mode) {
            "*"
        } else {
            ""
        };
        format!("{text}{mark}")
    };
    let joined = |text: &str| if is_joined { text.to_owned() } else { String::new() };
    let header = Mode::ALL.map(|mode| cell(mode, &mode.name().to_uppercase()));
    let [one, two, three, four, five] = header;
    let mut rows = vec![[
        "CAPABILITY".to_owned(),
        one,
        two,
        three,
        four,
        five,
        joined("IN FORCE*"),
    ]];
    for (at, row) in in_force.terms().rows().into_iter().enumerate() {
        let [one, two, three, four, five] = Mode::ALL.map(|mode| mode.terms().rows()[at].value.clone());
        rows.push([row.name.to_owned(), one, two, three, four, five, joined(&row.value)]);
    }
    table::columns(&rows)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_column_in_force_is_marked_and_a_join_has_one_of_its_own() {
        let one = columns(&Mode::Test.into());
        assert!(one.starts_with("CAPABILITY    DEVELOPER  TRAINING  TEST*"), "{one}");
        assert_eq!((one.lines().count(), one.contains("IN FORCE")), (8, false));
        let both = columns(&InForce::from(Mode::Test).joined(&Mode::Production.into()));
        let reach = both.lines().find(|line| line.starts_with("reach")).unwrap();
        assert!(both.lines().next().unwrap().ends_with("IN FORCE*"), "{both}");
        assert!(reach.ends_with("this machine"), "{reach}");
    }
}

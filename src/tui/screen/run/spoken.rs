//! What is said of a run before what is there.

use super::super::super::app::App;
use super::super::super::flat::Heading;
use super::selected;
use super::words::tail;
use crate::sight::text::harmless;

/// The run, and which of its panes and tabs is there.
pub fn heading(app: &App) -> Heading {
    let Some(opened) = &app.sight.opened else {
        return Heading {
            name: "Run".to_owned(),
            rows: None,
        };
    };
    let plan = app.run.plan.of(opened.run.capsule());
    let run = format!("Run {} of {}", tail(&opened.row.id), harmless(&opened.row.capsule));
    if !app.run.is_on_detail {
        return Heading {
            name: format!("{run}, steps"),
            rows: Some(plan.order.len()),
        };
    }
    let step = plan.name(selected(&app.run, opened, &plan)).unwrap_or_default();
    Heading {
        name: format!("{run}, {} of {step}", app.run.tab().name()),
        rows: None,
    }
}

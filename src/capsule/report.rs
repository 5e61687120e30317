//! Problems as text for people: the place in the file, what is wrong, what would change it.

use miette::{GraphicalReportHandler, GraphicalTheme, LabeledSpan, NamedSource};

use super::problem::{Problem, Severity};

/// How a report looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Look {
    /// Whether it has colours.
    pub colour: bool,
    /// Columns of the terminal.
    pub width: usize,
}

/// Writes out `problems` of the file called `name` whose text is `text`.
pub fn report(name: &str, text: &str, problems: &[Problem], look: Look) -> String {
    let theme = if look.colour {
        GraphicalTheme::unicode()
    } else {
        GraphicalTheme::unicode_nocolor()
    };
    let handler = GraphicalReportHandler::new_themed(theme)
        .with_links(false)
        .with_width(look.width);
    let source = NamedSource::new(name, printable(text));
    let mut out = String::new();
    for problem in problems {
        let finding = Finding {
            problem,
            source: &source,
        };
        // Writing to a String cannot fail; a span outside of the text is shown without the text.
        if handler.render_report(&mut out, &finding).is_err() {
            out.push_str(&format!("{}: {}\n", problem.code, problem.message));
        }
    }
    out
}

/// Writes out the errors among `problems` of a `text` that nobody wrote by hand: a line each, with the way to its place
/// instead of the text. What lies below `within`, a way of keys and indexes, is named from there.
pub fn lines(text: &str, problems: &[Problem], within: &[&str]) -> String {
    let root = super::node::parse(text).ok().map(|(root, _)| root);
    let mut out = String::new();
    for problem in problems.iter().filter(|problem| problem.severity == Severity::Error) {
        let mut way = root.as_ref().map(|root| root.way_to(&problem.span)).unwrap_or_default();
        if way.len() > within.len() && way.iter().zip(within).all(|(step, known)| step == known) {
            way.drain(..within.len());
        }
        let place = way.join(".");
        let between = if place.is_empty() { "" } else { ": " };
        out.push_str(&format!("{}{between}{}", printable(&place), problem.message));
        if let Some(help) = &problem.help {
            out.push_str(&format!("; {help}"));
        }
        out.push('\n');
    }
    out
}

/// The text with other bytes in place of control characters, as many: a file must not drive a terminal.
fn printable(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if c.is_control() && c != '\n' && c != '\t' {
            out.extend(std::iter::repeat_n('?', c.len_utf8()));
        } else {
            out.push(c);
        }
    }
    out
}

#[derive(Debug)]
struct Finding<'a> {
    problem: &'a Problem,
    source: &'a NamedSource<String>,
}

impl std::fmt::Display for Finding<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.problem.message)
    }
}

impl std::error::Error for Finding<'_> {}

impl miette::Diagnostic for Finding<'_> {
    fn code<'a>(&'a self) -> Option<Box<dyn std::fmt::Display + 'a>> {
        Some(Box::new(self.problem.code))
    }

    fn severity(&self) -> Option<miette::Severity> {
        Some(match self.problem.severity {
            Severity::Warning => miette::Severity::Warning,
            Severity::Error => miette::Severity::Error,
        })
    }

    fn help<'a>(&'a self) -> Option<Box<dyn std::fmt::Display + 'a>> {
        self.problem
            .help
            .as_ref()
            .map(|help| Box::new(help) as Box<dyn std::fmt::Display>)
    }

    fn source_code(&self) -> Option<&dyn miette::SourceCode> {
        Some(self.source)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        let label = LabeledSpan::new_with_span(None, self.problem.span.clone());
        Some(Box::new(std::iter::once(label)))
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Capsule, Catalogue};
    use super::*;

    #[test]
    fn a_report_shows_the_place_and_the_help() {
        let text = "schema: somagent.dev/capsule/v1\ncapsule_id: x\nversion: 1.0.0\nexecution:\n  steps:\n    - {name: a, action: model.call, params: {prompt: \"{{ inputs.repoo }}\"}}\ninputs: {properties: {repo: {type: string}}, required: [repo]}\n";
        let problems = Capsule::parse(text, &Catalogue::default()).unwrap_err();
        let plain = report(
            "x.yaml",
            text,
            &problems,
            Look {
                colour: false,
                width: 90,
            },
        );
        insta::assert_snapshot!(plain, @r#"
        C012

          × there is no input `repoo`
           ╭─[x.yaml:6:58]
         5 │   steps:
         6 │     - {name: a, action: model.call, params: {prompt: "{{ inputs.repoo }}"}}
           ·                                                          ────────────
         7 │ inputs: {properties: {repo: {type: string}}, required: [repo]}
           ╰────
          help: did you mean `repo`?
        "#);
        let coloured = report(
            "x.yaml",
            text,
            &problems,
            Look {
                colour: true,
                width: 90,
            },
        );
        assert!(!plain.contains('\u{1b}') && coloured.contains('\u{1b}'));
    }

    #[test]
    fn an_error_is_told_by_the_way_to_its_place() {
        let text = serde_json::json!({
            "schema": "somagent.dev/capsule/v1", "capsule_id": "x", "version": "1.0.0",
            "execution": {"steps": [{"name": "a", "action": "model.call", "params": {"prompt": "hi", "turns": [3], "sytem": "x"}}]},
        })
        .to_string();
        let problems = Capsule::parse(&text, &Catalogue::default()).unwrap_err();
        let told = lines(&text, &problems, &["execution", "steps", "0"]);
        let mut told: Vec<&str> = told.lines().collect();
        told.sort_unstable();
        assert_eq!(
            told,
            [
                "params.sytem: `model.call` takes no `sytem`; did you mean `system`?",
                "params.turns.0: `turns.0` of `model.call` is `3`; expected a mapping",
            ]
        );
        assert!(lines(&text, &problems, &["hooks"]).contains("execution.steps.0.params.turns.0: "));
    }

    #[test]
    fn a_file_cannot_drive_the_terminal() {
        let text = "schema: x\u{9b}2J\n\"a\\e[2Jb\": 1\n\"c\\u009bd\": 1\nschema: \"\\e[31m\"\n";
        let problems = Capsule::parse(text, &Catalogue::default()).unwrap_err();
        let look = Look {
            colour: false,
            width: 90,
        };
        let shown = report("x.yaml", text, &problems, look) + &format!("{problems:?}");
        assert!(!shown.chars().any(|c| c.is_control() && c != '\n'), "{shown:?}");
        assert!(
            problems.iter().all(|problem| !problem.message.contains('\u{1b}')),
            "{problems:?}"
        );
    }
}

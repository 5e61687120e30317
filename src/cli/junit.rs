//! A run as JUnit XML: the surefire dialect that GitHub, GitLab and Jenkins read.
//!
//! Makes a text from plain data and writes nothing itself. One `testsuite` is a run, one `testcase` a step.
//! Sources: the schema of Maven surefire's reports, XML 1.0 (fifth edition) for characters.

use std::fmt::Write as _;

/// A run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Suite {
    /// The capsule's name: the suite's name, and the class of every case.
    pub capsule: String,
    /// The run's id.
    pub run_id: String,
    /// What the command ends with.
    pub exit_code: u8,
    /// Hash of the newest event of the run, in hexadecimal.
    pub audit_head: String,
    /// How long the run took, in milliseconds, waiting included.
    pub time_ms: u64,
    /// The steps, in their order.
    pub cases: Vec<Case>,
}

/// A step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Case {
    /// The step's name; with its item for a step that ran for each of a list.
    pub name: String,
    /// How long it took, in milliseconds.
    pub time_ms: u64,
    /// How it ended.
    pub result: CaseResult,
}

/// How a step ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CaseResult {
    /// As it should.
    Passed,
    /// The step's own work said no: an assertion, a gate, a guard.
    Failed {
        /// One line.
        message: String,
        /// Everything else that is known.
        detail: String,
    },
    /// Something kept it from saying anything: a fault, a timeout, a refusal.
    Errored {
        /// One line.
        message: String,
        /// Everything else that is known.
        detail: String,
    },
    /// It did not run.
    Skipped {
        /// Why.
        message: String,
    },
}

impl Suite {
    /// The XML document, with a line break at its end.
    ///
    /// Characters that XML 1.0 cannot hold become U+FFFD; times are seconds with three decimals.
    pub fn to_xml(&self) -> String {
        let count = |is_one: fn(&CaseResult) -> bool| self.cases.iter().filter(|case| is_one(&case.result)).count();
        let counts = format!(
            "tests=\"{}\" failures=\"{}\" errors=\"{}\" skipped=\"{}\" time=\"{}\"",
            self.cases.len(),
            count(|result| matches!(result, CaseResult::Failed { .. })),
            count(|result| matches!(result, CaseResult::Errored { .. })),
            count(|result| matches!(result, CaseResult::Skipped { .. })),
            seconds(self.time_ms),
        );
        let name = attribute(&self.capsule);
        let mut xml = format!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"{name}\" {counts}>\n  \
             <testsuite name=\"{name}\" {counts}>\n    <properties>\n"
        );
        let exit_code = self.exit_code.to_string();
        for (name, value) in [
            ("run_id", &self.run_id),
            ("exit_code", &exit_code),
            ("audit_head", &self.audit_head),
        ] {
            // Writing to a string cannot fail, here and below.
            let _ = writeln!(xml, "      <property name=\"{name}\" value=\"{}\"/>", attribute(value));
        }
        xml.push_str("    </properties>\n");
        for case in &self.cases {
            let _ = write!(
                xml,
                "    <testcase classname=\"{name}\" name=\"{}\" time=\"{}\"",
                attribute(&case.name),
                seconds(case.time_ms)
            );
            xml.push_str(&result(&case.result));
        }
        xml.push_str("  </testsuite>\n</testsuites>\n");
        xml
    }
}

/// What follows the attributes of a case.
fn result(result: &CaseResult) -> String {
    let element = |name: &str, message: &str, detail: &str| {
        let (message, detail) = (attribute(message), content(detail));
        format!(">\n      <{name} message=\"{message}\" type=\"{name}\">{detail}</{name}>\n    </testcase>\n")
    };
    match result {
        CaseResult::Passed => "/>\n".to_owned(),
        CaseResult::Failed { message, detail } => element("failure", message, detail),
        CaseResult::Errored { message, detail } => element("error", message, detail),
        CaseResult::Skipped { message } => {
            format!(
                ">\n      <skipped message=\"{}\"/>\n    </testcase>\n",
                attribute(message)
            )
        }
    }
}

fn seconds(ms: u64) -> String {
    format!("{}.{:03}", ms / 1000, ms % 1000)
}

/// Escapes a value for double quotes; line breaks and tabs survive the normalisation of XML 1.0, 3.3.3.
fn attribute(value: &str) -> String {
    value
        .chars()
        .fold(String::with_capacity(value.len()), |mut escaped, letter| {
            match letter {
                '"' => escaped.push_str("&quot;"),
                '\n' => escaped.push_str("&#10;"),
                '\t' => escaped.push_str("&#9;"),
                other => push(&mut escaped, other),
            }
            escaped
        })
}

/// Escapes text between tags.
fn content(text: &str) -> String {
    text.chars()
        .fold(String::with_capacity(text.len()), |mut escaped, letter| {
            push(&mut escaped, letter);
            escaped
        })
}

fn push(escaped: &mut String, letter: char) {
    match letter {
        '&' => escaped.push_str("&amp;"),
        '<' => escaped.push_str("&lt;"),
        // `]]>` must not stand in text (XML 1.0, 2.4).
        '>' => escaped.push_str("&gt;"),
        // A reader would make a line feed of it (XML 1.0, 2.11).
        '\r' => escaped.push_str("&#13;"),
        '\t' | '\n' | ' '..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'.. => escaped.push(letter),
        _ => escaped.push('\u{fffd}'),
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;
    use std::process::{Command, Stdio};

    use serde_json::{Value, json};

    use super::*;

    /// Reads XML and writes it as `[tag, attributes, text, children]`.
    const READER: &str = r"
import json, sys
import xml.etree.ElementTree as tree
def plain(node): return [node.tag, node.attrib, (node.text or '').strip(' \n') and node.text, [plain(child) for child in node]]
json.dump(plain(tree.fromstring(sys.stdin.buffer.read())), sys.stdout)
";

    fn parsed(xml: &str) -> Value {
        let mut python = Command::new("python3")
            .args(["-c", READER])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        python.stdin.take().unwrap().write_all(xml.as_bytes()).unwrap();
        let output = python.wait_with_output().unwrap();
        assert!(output.status.success(), "{xml}");
        serde_json::from_slice(&output.stdout).unwrap()
    }

    fn suite(cases: Vec<Case>) -> Suite {
        Suite {
            capsule: "repo_digest".to_owned(),
            run_id: "0199f3c2".to_owned(),
            exit_code: 7,
            audit_head: "ab12".to_owned(),
            time_ms: 61_005,
            cases,
        }
    }

    fn case(name: &str, result: CaseResult) -> Case {
        Case {
            name: name.to_owned(),
            time_ms: 1_020,
            result,
        }
    }

    #[test]
    fn a_run_is_a_suite_and_each_step_a_case() {
        let xml = suite(vec![
            case("log", CaseResult::Passed),
            case(
                "check",
                CaseResult::Failed {
                    message: "3 > 2".to_owned(),
                    detail: "a\n<b> ]]>".to_owned(),
                },
            ),
            case(
                "send",
                CaseResult::Errored {
                    message: "refused".to_owned(),
                    detail: String::new(),
                },
            ),
            case(
                "tell",
                CaseResult::Skipped {
                    message: "`when` is false".to_owned(),
                },
            ),
        ])
        .to_xml();
        let counts = json!({"name": "repo_digest", "tests": "4", "failures": "1", "errors": "1", "skipped": "1", "time": "61.005"});
        let step = |name: &str| json!({"classname": "repo_digest", "name": name, "time": "1.020"});
        assert_eq!(
            parsed(&xml),
            json!(["testsuites", counts, "", [["testsuite", counts, "", [
                ["properties", {}, "", [
                    ["property", {"name": "run_id", "value": "0199f3c2"}, "", []],
                    ["property", {"name": "exit_code", "value": "7"}, "", []],
                    ["property", {"name": "audit_head", "value": "ab12"}, "", []],
                ]],
                ["testcase", step("log"), "", []],
                ["testcase", step("check"), "", [["failure", {"message": "3 > 2", "type": "failure"}, "a\n<b> ]]>", []]]],
                ["testcase", step("send"), "", [["error", {"message": "refused", "type": "error"}, "", []]]],
                ["testcase", step("tell"), "", [["skipped", {"message": "`when` is false"}, "", []]]],
            ]]]])
        );
    }

    #[test]
    fn every_character_comes_back_or_is_marked_as_one_that_xml_cannot_hold() {
        let all: String = (0..0x3000_u32)
            .chain([0xd7ff, 0xe000, 0xfffd, 0xfffe, 0xffff, 0x10000, 0x10ffff])
            .filter_map(char::from_u32)
            .collect();
        let expected: String = all
            .chars()
            .map(|letter| match letter {
                '\0'..='\u{8}' | '\u{b}' | '\u{c}' | '\u{e}'..='\u{1f}' | '\u{fffe}' | '\u{ffff}' => '\u{fffd}',
                other => other,
            })
            .collect();
        let xml = suite(vec![case(
            &all,
            CaseResult::Failed {
                message: all.clone(),
                detail: format!("x{all}x"),
            },
        )])
        .to_xml();
        let read = parsed(&xml);
        let case = &read[3][0][3][1];
        assert_eq!(case[1]["name"], json!(expected));
        assert_eq!(case[3][0][1]["message"], json!(expected));
        assert_eq!(case[3][0][2], json!(format!("x{expected}x")));
    }

    #[test]
    fn a_run_without_steps_is_an_empty_suite() {
        assert_eq!(parsed(&suite(Vec::new()).to_xml())[1]["tests"], json!("0"));
    }
}

//! `somagent ask`: one question to a model, as a run of one step.

use std::fs::File;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde_json::{Map, Value, json};

use super::capsules::Located;
use super::failure::Failure;
use super::manner::Manner;
use super::output::Output;
use super::watch::{Driver, Telling};
use super::{Context, callable, engine, model, result};
use crate::engine::{Job, start};
use crate::exit::Exit;

/// The most of what is given besides the question, in bytes: more than any context of a model here takes.
const LARGEST: u64 = 4 * 1024 * 1024;

/// Ask a model one question
///
/// The answer goes to standard output, word by word on a terminal; standard error says what it took. It is a run like any
/// other: judged, recorded, with a budget, and `somagent runs show` has it afterwards.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The question; `-` reads it from standard input
    prompt: String,
    /// The model: a name that `somagent model list` shows, or the path of a GGUF file
    #[arg(short, long, value_name = "MODEL")]
    model: Option<String>,
    /// What the model is told of its task before the question
    #[arg(long, value_name = "TEXT")]
    system: Option<String>,
    /// A file that the question is about; may be given more than once
    #[arg(short, long = "file", value_name = "FILE")]
    files: Vec<PathBuf>,
    /// Standard input is what the question is about
    #[arg(long)]
    stdin: bool,
    /// The answer is one of these, chosen by their exact probabilities
    #[arg(long, value_name = "A,B,…", value_delimiter = ',', conflicts_with = "schema")]
    choices: Vec<String>,
    /// The answer is JSON under this JSON Schema: a file, or the schema itself
    #[arg(long, value_name = "SCHEMA")]
    schema: Option<String>,
    /// The most tokens of the answer
    #[arg(long, value_name = "N")]
    max_output_tokens: Option<u32>,
    /// 0 takes the likeliest word each time, 1 draws from what the model thinks likely
    #[arg(long, value_name = "T")]
    temperature: Option<f64>,
    /// Seed of what is drawn, so that an answer can be repeated
    #[arg(long, default_value_t = 0)]
    seed: u64,
    #[command(flatten)]
    manner: Manner,
}

/// Runs the command.
///
/// # Errors
/// Anything that keeps the run from ending well; the run's own failure is an exit code, not an error.
pub async fn run(args: Args, context: &Context, output: &mut Output) -> Result<Exit, Failure> {
    let ended = begin(args, context, output).await;
    result::tell(output, None, ended)
}

async fn begin(args: Args, context: &Context, output: &mut Output) -> Result<Exit, Failure> {
    let inputs = inputs(&args)?;
    let document = Located {
        text: capsule(&args, &inputs)?.to_string(),
        file: None,
    };
    let (capsule, catalogue) = callable::checked("ask", &document, context)?;
    let capsule = Arc::new(capsule);
    let model = model::chosen(args.model.as_deref(), context, output).await?;
    engine::set_up(context, output).await?;
    engine::pull_model(context, output, &model).await?;
    let engine = Arc::new(engine::open_with(context, output, model)?);
    let inputs = Value::Object(inputs);
    let workspace = start::workspace(&inputs, &context.directory).map_err(|reason| {
        let message = format!("cannot work here: {reason}");
        Failure::new(Exit::Usage, "directory", message).hint("change to a directory that exists")
    })?;
    let job = Job {
        limit: capsule.limit(),
        children: start::children(&capsule, &catalogue),
        capsule,
        inputs,
        workspace,
        seed: args.seed,
        idempotency_key: None,
        deadline_ms: None,
        forked: None,
    };
    let driver = Driver {
        context,
        engine: &engine,
        manner: &args.manner,
        file: None,
        telling: Telling::Answer,
    };
    let (owned, command) = engine.begin(job)?;
    driver.drive(output, owned, vec![command]).await
}

/// The question, and what it is about.
fn inputs(args: &Args) -> Result<Map<String, Value>, Failure> {
    let is_piped = args.prompt == "-";
    if is_piped && args.stdin {
        return Err(Failure::new(
            Exit::Usage,
            "stdin_twice",
            "standard input cannot be both the question and what it is about",
        )
        .hint("write the question as an argument, or leave `--stdin` out"));
    }
    let prompt = match is_piped {
        true => text_of(io::stdin(), "standard input")?,
        false => args.prompt.clone(),
    };
    if prompt.trim().is_empty() {
        return Err(Failure::new(Exit::Usage, "no_question", "the question is empty").hint("write what to ask"));
    }
    let mut about = Vec::new();
    for file in &args.files {
        about.push((file.display().to_string(), file_text(file)?));
    }
    if args.stdin {
        about.push(("standard input".to_owned(), text_of(io::stdin(), "standard input")?));
    }
    let mut inputs = Map::from_iter([("question".to_owned(), json!(prompt))]);
    if !about.is_empty() {
        let parts = about
            .iter()
            .map(|(name, text)| format!("{name}:\n{}\n", text.trim_end()));
        let parts: Vec<String> = parts.collect();
        inputs.insert("about".to_owned(), json!(parts.join("\n")));
    }
    Ok(inputs)
}

fn file_text(file: &Path) -> Result<String, Failure> {
    let opened = File::open(file).map_err(|reason| unreadable(&file.display().to_string(), &reason))?;
    text_of(opened, &file.display().to_string())
}

/// A text that is not larger than anything a model could take.
fn text_of(from: impl io::Read, name: &str) -> Result<String, Failure> {
    let mut bytes = Vec::new();
    from.take(LARGEST + 1)
        .read_to_end(&mut bytes)
        .map_err(|reason| unreadable(name, &reason))?;
    if bytes.len() as u64 > LARGEST {
        let message = format!("`{name}` has more than {LARGEST} bytes");
        return Err(Failure::new(Exit::Usage, "too_large", message).hint("no model reads that much; give a part of it"));
    }
    String::from_utf8(bytes).map_err(|_| {
        let message = format!("`{name}` is not UTF-8 text");
        Failure::new(Exit::Usage, "no_text", message).hint("give a text, or convert it to UTF-8 first")
    })
}

fn unreadable(name: &str, reason: &io::Error) -> Failure {
    let exit = match reason.kind() {
        io::ErrorKind::NotFound => Exit::NotFound,
        _ => Exit::Usage,
    };
    Failure::new(exit, "unreadable", format!("cannot read `{name}`: {reason}"))
}

/// The capsule of one step that asks it. What was given stands in its inputs, so that the record says what was asked.
fn capsule(args: &Args, inputs: &Map<String, Value>) -> Result<Value, Failure> {
    let prompt = match inputs.contains_key("about") {
        true => "{{ inputs.question }}\n\n{{ inputs.about }}",
        false => "{{ inputs.question }}",
    };
    let mut params = json!({"prompt": prompt});
    if let Some(system) = &args.system {
        params["system"] = json!(literal(system));
    }
    let mut step = json!({"name": "answer", "action": "model.call", "params": params, "model": {}});
    if let Some(tokens) = args.max_output_tokens {
        step["model"]["max_output_tokens"] = json!(tokens);
    }
    if let Some(temperature) = args.temperature {
        step["model"]["temperature"] = json!(temperature);
    }
    if !args.choices.is_empty() {
        let choices = args.choices.iter().map(|choice| literal(choice.trim()));
        step["choices"] = json!(choices.collect::<Vec<String>>());
    }
    let mut answer = json!({"type": "string"});
    if let Some(schema) = &args.schema {
        answer = json_schema(schema)?;
        step["output_schema"] = answer.clone();
    }
    let text = json!({"type": "string"});
    let properties: Map<String, Value> = inputs.keys().map(|name| (name.clone(), text.clone())).collect();
    Ok(json!({
        "schema": "somagent.dev/capsule/v1", "capsule_id": "ask", "version": "1.0.0",
        "description": "One question to a model.",
        "inputs": {
            "type": "object", "required": inputs.keys().collect::<Vec<_>>(), "properties": properties,
            "additionalProperties": false,
        },
        "outputs": {"type": "object", "required": ["answer"], "properties": {"answer": answer}},
        "outputs_from": {"answer": "{{ steps.answer.output }}"},
        "execution": {"mode": "sequence", "steps": [step]},
    }))
}

/// A text that is no template, whatever stands in it.
fn literal(text: &str) -> String {
    if text.contains("{{") || text.contains("{%") || text.contains("{#") {
        // A string in an expression: what JSON writes, the expression reads.
        format!("{{{{ {} }}}}", Value::from(text))
    } else {
        text.to_owned()
    }
}

/// A schema as it is written, or that of a file.
fn json_schema(given: &str) -> Result<Value, Failure> {
    let text = if given.trim_start().starts_with('{') {
        given.to_owned()
    } else {
        file_text(Path::new(given))?
    };
    let schema: Value = serde_json::from_str(&text).map_err(|error| {
        let message = format!("the schema is not JSON: {error}");
        Failure::new(Exit::Usage, "bad_schema", message).hint("give a JSON Schema, or a file that holds one")
    })?;
    if schema.is_object() {
        return Ok(schema);
    }
    Err(Failure::new(Exit::Usage, "bad_schema", "the schema is not a JSON object").hint("give a JSON Schema"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_that_looks_like_a_template_is_taken_as_it_is() {
        assert_eq!(literal("plain {x}"), "plain {x}");
        assert_eq!(literal("a {{ b }} \"c\""), r#"{{ "a {{ b }} \"c\"" }}"#);
        assert_eq!(literal("{# no #}"), r##"{{ "{# no #}" }}"##);
    }

    #[test]
    fn a_schema_is_an_object() {
        assert_eq!(json_schema(r#"{"type": "object"}"#).unwrap(), json!({"type": "object"}));
        assert_eq!(json_schema("{").unwrap_err().exit, Exit::Usage);
        assert_eq!(json_schema("no/such/file.json").unwrap_err().exit, Exit::NotFound);
    }
}

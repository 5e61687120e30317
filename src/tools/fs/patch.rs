//! Unified diffs: read as `diff -u` and git write them, and found in a text as `git apply` finds them.
//!
//! A hunk fits where its kept and removed lines are, exactly; elsewhere than it says only where exactly those lines
//! stand ([`super::place`]). Pure. Never guesses.

use std::borrow::Cow;

/// What a diff does to one file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct FilePatch<'a> {
    /// The name on the left, as written; `None` where the file is not there before.
    pub old: Option<String>,
    /// The name on the right, as written; `None` where the file goes.
    pub new: Option<String>,
    /// The mode it is to have, where the diff says one.
    pub mode: Option<u32>,
    /// In the order of the file.
    pub hunks: Vec<Hunk<'a>>,
}

/// Lines that stand together, and what becomes of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Hunk<'a> {
    /// The first line on the left, counted from 1; the line before it where there is none on the left.
    pub start: usize,
    /// Its lines with their line feeds.
    pub lines: Vec<(Mark, Cow<'a, [u8]>)>,
    /// Its place in the diff, a line counted from 1.
    pub at: usize,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mark {
    /// It stays.
    Keep,
    /// It goes.
    Remove,
    /// It comes.
    Add,
}

/// Why a text is no diff that can be applied.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(super) enum PatchError {
    /// A line of it is not what has to stand there.
    #[error("line {at} of the diff: expected {expected}, found `{found}`")]
    Unreadable {
        at: usize,
        expected: &'static str,
        found: String,
    },
    /// It ends in the middle.
    #[error("the diff ends inside the hunk of line {at}: {missing} more lines were announced")]
    Short { at: usize, missing: usize },
    /// It does what is not done here.
    #[error("line {at} of the diff {what}, which is not applied here")]
    Unsupported { at: usize, what: &'static str },
    /// There is none.
    #[error("there is no hunk in the diff: expected lines such as `--- a/x`, `+++ b/x` and `@@ -1,3 +1,4 @@`")]
    Empty,
    /// A hunk does not fit.
    #[error("the hunk in line {at} of the diff does not fit at line {line}: expected {expected}, found {found}")]
    Misfit {
        at: usize,
        line: usize,
        expected: String,
        found: String,
    },
}

/// Reads a diff of one or several files; what stands around them, such as a commit message, is passed over.
///
/// # Errors
/// A hunk is broken, or the diff renames, copies, links or is binary.
pub(super) fn parse(diff: &str) -> Result<Vec<FilePatch<'_>>, PatchError> {
    let lines: Vec<&[u8]> = diff.as_bytes().split_inclusive(|byte| *byte == b'\n').collect();
    let mut files: Vec<FilePatch<'_>> = Vec::new();
    let mut head = Head::default();
    let mut at = 0;
    while at < lines.len() {
        let line = text_of(lines[at]);
        let number = at + 1;
        let unsupported = |what| PatchError::Unsupported { at: number, what };
        if let Some(names) = line.strip_prefix("diff --git ") {
            files.extend(head.take().without_hunks());
            head.git = Some(names.to_owned());
        } else if let Some(mode) = line.strip_prefix("new file mode ") {
            head.mode = Some(mode_of(mode, number)?);
            head.is_new = true;
        } else if let Some(mode) = line.strip_prefix("new mode ") {
            head.mode = Some(mode_of(mode, number)?);
        } else if line.starts_with("deleted file mode ") {
            head.is_gone = true;
        } else if line.starts_with("rename from ") || line.starts_with("rename to ") {
            return Err(unsupported("renames a file"));
        } else if line.starts_with("copy from ") || line.starts_with("copy to ") {
            return Err(unsupported("copies a file"));
        } else if line.starts_with("GIT binary patch")
            || (line.starts_with("Binary files ") && line.ends_with(" differ"))
        {
            return Err(unsupported("changes a binary file"));
        } else if let Some(old) = line.strip_prefix("--- ")
            && let Some(new) = lines.get(at + 1).and_then(|next| text_of(next).strip_prefix("+++ "))
        {
            let (old, new) = (name_of(old, number)?, name_of(new, number + 1)?);
            let taken = head.take();
            files.push(FilePatch {
                old: old.filter(|_| !taken.is_new),
                new: new.filter(|_| !taken.is_gone),
                mode: taken.mode,
                hunks: Vec::new(),
            });
            at += 1;
        } else if line.starts_with("@@ ") {
            let Some(file) = files.last_mut() else {
                return Err(PatchError::Unreadable {
                    at: number,
                    expected: "`--- a/x` and `+++ b/x` before the first hunk",
                    found: shown(line.as_bytes()),
                });
            };
            let (hunk, next) = hunk(&lines, at)?;
            file.hunks.push(hunk);
            at = next;
            continue;
        }
        at += 1;
    }
    files.extend(head.take().without_hunks());
    if files.is_empty() {
        return Err(PatchError::Empty);
    }
    Ok(files)
}

/// What git says of a file before its hunks.
#[derive(Debug, Default)]
struct Head {
    git: Option<String>,
    mode: Option<u32>,
    is_new: bool,
    is_gone: bool,
}

impl Head {
    fn take(&mut self) -> Self {
        std::mem::take(self)
    }

    /// The file where only its mode changes, or where it is empty and comes or goes.
    fn without_hunks(self) -> Option<FilePatch<'static>> {
        let git = self.git?;
        if self.mode.is_none() && !self.is_gone {
            return None;
        }
        // Both names are the same but for `a/` and `b/`, so the middle is where the second one begins.
        let (old, new) = git.split_at_checked(git.len() / 2)?;
        let (old, new) = (name_of(old, 0).ok()??, name_of(new.strip_prefix(' ')?, 0).ok()??);
        Some(FilePatch {
            old: (!self.is_new).then_some(old),
            new: (!self.is_gone).then_some(new),
            mode: self.mode,
            hunks: Vec::new(),
        })
    }
}

fn text_of(line: &[u8]) -> &str {
    // A diff came as a text, and a line of it ends between characters.
    std::str::from_utf8(line)
        .unwrap_or_default()
        .trim_end_matches(['\n', '\r'])
}

/// The beginning of a line as it can be shown.
pub(super) fn shown(line: &[u8]) -> String {
    let text = String::from_utf8_lossy(line);
    let text = text.trim_end_matches(['\n', '\r']);
    text.chars().take(120).flat_map(char::escape_debug).collect()
}

/// Two lines that are not the same, with what makes them different: where they read alike, that is how they end, or what
/// stands far behind or is not UTF-8.
pub(super) fn told_apart(one: &[u8], other: &[u8]) -> (String, String) {
    let ((body, end), (other_body, other_end)) = (parted(one), parted(other));
    if body == other_body {
        let with = |end: &[u8]| match end {
            b"" => format!("`{}` without an end of line", shown(body)),
            b"\n" => format!("`{}` with a line feed", shown(body)),
            b"\r" => format!("`{}` with a carriage return", shown(body)),
            _ => format!("`{}` with a carriage return and a line feed", shown(body)),
        };
        return (with(end), with(other_end));
    }
    let (text, other_text) = (shown(body), shown(other_body));
    if text != other_text {
        return (format!("`{text}`"), format!("`{other_text}`"));
    }
    let same = body.iter().zip(other_body).take_while(|(one, other)| one == other);
    let from = same.count().saturating_sub(20);
    let ahead = if from > 0 { "…" } else { "" };
    let rest = |body: &[u8]| {
        let rest: String = body[from..]
            .iter()
            .take(60)
            .copied()
            .flat_map(std::ascii::escape_default)
            .map(char::from)
            .collect();
        format!("`{ahead}{rest}`")
    };
    (rest(body), rest(other_body))
}

/// A line and its end.
fn parted(line: &[u8]) -> (&[u8], &[u8]) {
    let body = line.strip_suffix(b"\n").unwrap_or(line);
    let body = body.strip_suffix(b"\r").unwrap_or(body);
    line.split_at(body.len())
}

fn mode_of(text: &str, at: usize) -> Result<u32, PatchError> {
    match text.trim() {
        "100644" => Ok(0o644),
        "100755" => Ok(0o755),
        "120000" => Err(PatchError::Unsupported {
            at,
            what: "makes a symbolic link",
        }),
        "160000" => Err(PatchError::Unsupported {
            at,
            what: "changes a submodule",
        }),
        other => Err(PatchError::Unreadable {
            at,
            expected: "mode 100644 or 100755",
            found: shown(other.as_bytes()),
        }),
    }
}

/// A name after `---` or `+++`: plain up to a tab, or in quotes as git writes what is not ASCII.
fn name_of(text: &str, at: usize) -> Result<Option<String>, PatchError> {
    let unreadable = || PatchError::Unreadable {
        at,
        expected: "the name of a file",
        found: shown(text.as_bytes()),
    };
    let name = match text.strip_prefix('"') {
        Some(quoted) => unquoted(quoted).ok_or_else(unreadable)?,
        None => text.split('\t').next().unwrap_or_default().to_owned(),
    };
    match name.as_str() {
        "" => Err(unreadable()),
        "/dev/null" => Ok(None),
        _ => Ok(Some(name)),
    }
}

/// What stands before the closing quote, as C writes texts.
fn unquoted(text: &str) -> Option<String> {
    let mut bytes = Vec::new();
    let mut rest = text.as_bytes();
    loop {
        let (byte, after) = rest.split_first()?;
        rest = after;
        match byte {
            b'"' => return String::from_utf8(bytes).ok(),
            b'\\' => {
                let (escape, after) = rest.split_first()?;
                rest = after;
                bytes.push(match escape {
                    b'n' => b'\n',
                    b't' => b'\t',
                    b'r' => b'\r',
                    b'a' => 7,
                    b'b' => 8,
                    b'f' => 12,
                    b'v' => 11,
                    b'"' | b'\\' => *escape,
                    b'0'..=b'3' => {
                        let digits = std::str::from_utf8(rest.get(..2)?).ok()?;
                        rest = &rest[2..];
                        let tail = u8::from_str_radix(digits, 8).ok()?;
                        (escape - b'0') * 64 + tail
                    }
                    _ => return None,
                });
            }
            byte => bytes.push(*byte),
        }
    }
}

/// The hunk that begins in line `at`, and the line after it.
fn hunk<'a>(lines: &[&'a [u8]], at: usize) -> Result<(Hunk<'a>, usize), PatchError> {
    let header = text_of(lines[at]);
    let unreadable = |expected| PatchError::Unreadable {
        at: at + 1,
        expected,
        found: shown(header.as_bytes()),
    };
    let spans = header.strip_prefix("@@ -").and_then(|rest| rest.split_once(" @@"));
    let spans = spans.and_then(|(spans, _)| spans.split_once(" +"));
    let spans = spans.and_then(|(old, new)| Some((span(old)?, span(new)?)));
    let ((start, mut old), (_, mut new)) = spans.ok_or_else(|| unreadable("`@@ -LINE,COUNT +LINE,COUNT @@`"))?;
    let mut body: Vec<(Mark, Cow<'a, [u8]>)> = Vec::new();
    let mut next = at + 1;
    while old > 0 || new > 0 {
        let Some(line) = lines.get(next) else {
            return Err(PatchError::Short {
                at: at + 1,
                missing: old.max(new),
            });
        };
        let (mark, text) = match line.split_first() {
            Some((b' ', text)) => (Mark::Keep, text),
            Some((b'-', text)) => (Mark::Remove, text),
            Some((b'+', text)) => (Mark::Add, text),
            // Some programs take the blank off an empty line.
            Some((b'\n' | b'\r', _)) => (Mark::Keep, *line),
            Some((b'\\', _)) => {
                without_end(body.last_mut());
                next += 1;
                continue;
            }
            Some(_) | None => {
                return Err(PatchError::Unreadable {
                    at: next + 1,
                    expected: "a line of the hunk, which begins with a blank, `-` or `+`, as many as its header says",
                    found: shown(line),
                });
            }
        };
        let (needs_old, needs_new) = (mark != Mark::Add, mark != Mark::Remove);
        if (needs_old && old == 0) || (needs_new && new == 0) {
            return Err(PatchError::Unreadable {
                at: next + 1,
                expected: "no more such lines than the header of the hunk says",
                found: shown(line),
            });
        }
        old -= usize::from(needs_old);
        new -= usize::from(needs_new);
        // A diff that was cut at its end lacks a line feed that is meant.
        let text = match text.last() {
            Some(b'\n') => Cow::Borrowed(text),
            Some(_) | None => Cow::Owned([text, b"\n"].concat()),
        };
        body.push((mark, text));
        next += 1;
    }
    if lines.get(next).is_some_and(|line| line.starts_with(b"\\")) {
        without_end(body.last_mut());
        next += 1;
    }
    let hunk = Hunk {
        start,
        lines: body,
        at: at + 1,
    };
    Ok((hunk, next))
}

/// Takes the line feed off: `\ No newline at end of file`.
fn without_end(line: Option<&mut (Mark, Cow<'_, [u8]>)>) {
    if let Some((_, text)) = line {
        let bytes = text.strip_suffix(b"\n").unwrap_or(text);
        *text = Cow::Owned(bytes.to_vec());
    }
}

/// `LINE` or `LINE,COUNT`.
fn span(text: &str) -> Option<(usize, usize)> {
    let number = |text: &str| text.parse::<u32>().ok().and_then(|number| usize::try_from(number).ok());
    match text.split_once(',') {
        Some((start, length)) => Some((number(start)?, number(length)?)),
        None => Some((number(text)?, 1)),
    }
}

impl FilePatch<'_> {
    /// Lets every line end with a carriage return, where none of the diff does: for files that are written so.
    pub fn with_carriage_returns(&mut self) {
        let lines = || self.hunks.iter().flat_map(|hunk| &hunk.lines);
        if lines().any(|(_, text)| text.ends_with(b"\r\n")) {
            return;
        }
        for (_, text) in self.hunks.iter_mut().flat_map(|hunk| &mut hunk.lines) {
            if let Some(line) = text.strip_suffix(b"\n") {
                *text = Cow::Owned([line, b"\r\n"].concat());
            }
        }
    }
}

//! What the settings of a repository and of a person say that a change needs: names, line ends, formats.
//!
//! Nothing that names a program is among them: what is not listed here does not reach git when it writes.

use super::super::ToolError;
use super::super::contract::failed;
use super::process::{Person, collected};
use super::repository::Repository;

/// How files are read, compared and stored. All others of git's settings have their defaults.
const KEPT: [&str; 16] = [
    "core.autocrlf",
    "core.checkroundtripencoding",
    "core.checkstat",
    "core.compression",
    "core.eol",
    "core.filemode",
    "core.ignorecase",
    "core.logallrefupdates",
    "core.loosecompression",
    "core.precomposeunicode",
    "core.safecrlf",
    "core.sharedrepository",
    "core.sparsecheckout",
    "core.sparsecheckoutcone",
    "core.symlinks",
    "core.trustctime",
];

/// Files of patterns, which count where the person or the system names them: a repository could name any file.
const PATTERNS: [&str; 2] = ["core.attributesfile", "core.excludesfile"];

/// Extensions of a repository that change nothing about how commits and branches are written.
const HARMLESS: [&str; 5] = [
    "extensions.noop",
    "extensions.partialclone",
    "extensions.preciousobjects",
    "extensions.relativeworktrees",
    "extensions.worktreeconfig",
];

/// The most bytes of settings.
const SETTINGS_MAX: usize = 1024 * 1024;

/// The settings, in the order in which they count: the last one of a name holds.
#[derive(Debug, Clone, Default)]
pub(super) struct Settings {
    found: Vec<Setting>,
}

#[derive(Debug, Clone)]
struct Setting {
    /// Whether the repository says it, not the person or the system.
    is_own: bool,
    key: String,
    value: Vec<u8>,
}

/// Who writes a commit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Identity {
    /// The name.
    pub name: String,
    /// The address.
    pub email: String,
}

impl Settings {
    /// The first of the repository's own files of patterns that is not read here.
    pub(super) fn unread_patterns(&self) -> Option<&'static str> {
        PATTERNS.into_iter().find(|key| self.last_of(key, true).is_some())
    }

    /// Reads what counts in `repository` for `person`.
    ///
    /// # Errors
    /// Git cannot be run, or a file of settings cannot be read.
    pub async fn read(repository: &Repository, person: &Person) -> Result<Self, ToolError> {
        let names: Vec<&str> = KEPT
            .iter()
            .chain(&PATTERNS)
            .filter_map(|key| key.strip_prefix("core."))
            .collect();
        let pattern = format!(
            "^(core\\.({})|extensions\\..+|(user|author|committer)\\.(name|email))$",
            names.join("|")
        );
        let command = repository.program().settings(repository.directory(), person, &pattern);
        let (bytes, more, ended) = collected(command, SETTINGS_MAX).await?;
        // Nothing found is the exit code 1, without a word.
        if more || (!ended.ok && !ended.complaint.is_empty()) {
            return Err(failed(
                format!(
                    "cannot read the settings of `{}`: {}",
                    repository.shown(),
                    ended.complaint
                ),
                "look at `git config --list --show-origin` there",
            ));
        }
        Ok(Self::parsed(&bytes))
    }

    fn parsed(bytes: &[u8]) -> Self {
        let mut tokens = bytes.split(|byte| *byte == 0);
        let mut found = Vec::new();
        while let (Some(scope), Some(entry)) = (tokens.next(), tokens.next()) {
            let end = entry.iter().position(|byte| *byte == b'\n');
            // A name alone means yes.
            let (key, value) = end.map_or((entry, &b"true"[..]), |end| (&entry[..end], &entry[end + 1..]));
            found.push(Setting {
                is_own: matches!(scope, b"local" | b"worktree"),
                key: String::from_utf8_lossy(key).into_owned(),
                value: value.to_vec(),
            });
        }
        Self { found }
    }

    fn last(&self, key: &str) -> Option<&[u8]> {
        let found = self.found.iter().rfind(|setting| setting.key == key);
        found.map(|setting| setting.value.as_slice())
    }

    fn last_of(&self, key: &str, is_own: bool) -> Option<&[u8]> {
        let found = self
            .found
            .iter()
            .rfind(|setting| setting.key == key && setting.is_own == is_own);
        found.map(|setting| setting.value.as_slice())
    }

    /// Who writes as `role`, `author` or `committer`; `None` where the name or the address is not set.
    pub fn identity(&self, role: &str) -> Option<Identity> {
        let of = |part: &str| {
            let value = self.last(&format!("{role}.{part}"));
            let value = value.or_else(|| self.last(&format!("user.{part}")))?;
            let text = String::from_utf8_lossy(value).trim().to_owned();
            (!text.is_empty()).then_some(text)
        };
        Some(Identity {
            name: of("name")?,
            email: of("email")?,
        })
    }

    /// The settings with which git writes there, as the text of a file.
    ///
    /// # Errors
    /// The repository is of a format that is not known here.
    pub fn text(&self, shown: &str, is_bare: bool) -> Result<Vec<u8>, ToolError> {
        let mut formats = Vec::new();
        for setting in self
            .found
            .iter()
            .filter(|setting| setting.key.starts_with("extensions."))
        {
            match (setting.key.as_str(), setting.value.as_slice()) {
                ("extensions.objectformat", b"sha1" | b"sha256") => formats.push(("objectFormat", setting)),
                ("extensions.refstorage", b"files" | b"reftable") => formats.push(("refStorage", setting)),
                (key, _) if HARMLESS.contains(&key) => {}
                (key, value) => {
                    return Err(failed(
                        format!(
                            "`{shown}` has `{key}` set to `{}`",
                            String::from_utf8_lossy(value).escape_debug()
                        ),
                        "repositories of this format are read here, not written: use git itself",
                    ));
                }
            }
        }
        let version = u8::from(!formats.is_empty());
        let mut text = format!(
            "[core]\n\trepositoryFormatVersion = {version}\n\tbare = {is_bare}\n\tsplitIndex = false\n\
             \tfsmonitor = false\n\thooksPath = /dev/null\n[gc]\n\tauto = 0\n[maintenance]\n\tauto = false\n"
        )
        .into_bytes();
        let kept = KEPT.iter().map(|key| (key, self.last(key)));
        let patterns = PATTERNS.iter().map(|key| (key, self.last_of(key, false)));
        text.extend_from_slice(b"[core]\n");
        for (key, value) in kept.chain(patterns) {
            if let (Some(name), Some(value)) = (key.strip_prefix("core."), value) {
                line(&mut text, name, value);
            }
        }
        if version > 0 {
            text.extend_from_slice(b"[extensions]\n");
        }
        for (name, setting) in formats {
            line(&mut text, name, &setting.value);
        }
        Ok(text)
    }
}

/// Adds a setting to the text of a file, its value in quotes.
fn line(text: &mut Vec<u8>, name: &str, value: &[u8]) {
    text.push(b'\t');
    text.extend_from_slice(name.as_bytes());
    text.extend_from_slice(b" = \"");
    for byte in value {
        match byte {
            b'"' | b'\\' => text.extend_from_slice(&[b'\\', *byte]),
            b'\n' => text.extend_from_slice(b"\\n"),
            byte => text.push(*byte),
        }
    }
    text.extend_from_slice(b"\"\n");
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings(tokens: &[&str]) -> Settings {
        Settings::parsed(format!("{}\0", tokens.join("\0")).as_bytes())
    }

    #[test]
    fn the_last_of_a_name_holds_and_a_name_alone_means_yes() {
        let settings = settings(&[
            "global",
            "user.name\nZoë",
            "global",
            "core.autocrlf",
            "global",
            "core.excludesfile\n~/mine",
            "local",
            "user.name\nAda",
            "local",
            "core.excludesfile\n/etc/passwd",
            "local",
            "committer.email\nada@example.org",
        ]);
        assert_eq!(settings.identity("author"), None, "an address is missing");
        let committer = settings.identity("committer").unwrap();
        assert_eq!(
            (committer.name.as_str(), committer.email.as_str()),
            ("Ada", "ada@example.org")
        );
        let text = String::from_utf8(settings.text("x", false).unwrap()).unwrap();
        assert!(text.contains("\tautocrlf = \"true\"\n"), "{text}");
        assert!(text.contains("\texcludesfile = \"~/mine\"\n"), "{text}");
        assert!(!text.contains("passwd") && !text.contains("extensions"), "{text}");
    }

    #[test]
    fn formats_that_are_not_known_are_not_written() {
        let known = settings(&[
            "local",
            "extensions.objectformat\nsha256",
            "local",
            "extensions.worktreeconfig\ntrue",
        ]);
        let text = String::from_utf8(known.text("x", false).unwrap()).unwrap();
        assert!(text.contains("repositoryFormatVersion = 1"), "{text}");
        assert!(text.ends_with("[extensions]\n\tobjectFormat = \"sha256\"\n"), "{text}");
        for strange in [
            "extensions.refstorage\nfiles:///elsewhere",
            "extensions.compatobjectformat\nsha1",
        ] {
            assert!(settings(&["local", strange]).text("x", false).is_err(), "{strange}");
        }
    }

    #[test]
    fn a_value_stays_a_value() {
        let hostile = settings(&["local", "core.eol\nlf\"\n[filter \"x\"]\n\tclean = evil\\"]);
        let text = String::from_utf8(hostile.text("x", false).unwrap()).unwrap();
        let line = text.lines().last().unwrap();
        assert_eq!(line, r#"	eol = "lf\"\n[filter \"x\"]\n	clean = evil\\""#);
    }
}

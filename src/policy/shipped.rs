//! The constitutions that come with this build, the loosest first: texts to sign, law only once they are signed.

/// A constitution that comes with this build.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shipped {
    /// Its name: `production`.
    pub name: &'static str,
    /// For whom it is, in a few words.
    pub says: &'static str,
    /// Its text, of version 1.
    pub text: &'static str,
}

/// How the first version is written in each of them.
const FIRST: &str = "\nversion: 1\n";

impl Shipped {
    /// All of them: none allows what one before it does not.
    pub const ALL: [Self; 4] = [
        Self {
            name: "developer",
            says: "somebody's own workstation: where a store begins",
            text: super::DEFAULT_CONSTITUTION,
        },
        Self {
            name: "production",
            says: "others depend on what happens: tools only look unasked, every request is asked about",
            text: include_str!("shipped/production.yaml"),
        },
        Self {
            name: "enterprise",
            says: "it is looked into afterwards: every call of a tool is asked about, only named hosts are reached",
            text: include_str!("shipped/enterprise.yaml"),
        },
        Self {
            name: "locked",
            says: "nothing is left behind: reading, computing and thinking",
            text: include_str!("shipped/locked.yaml"),
        },
    ];

    /// The one with this name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|shipped| shipped.name == name)
    }

    /// Its text as `version`, to be put in force after another one.
    pub fn at_version(&self, version: u64) -> String {
        self.text.replacen(FIRST, &format!("\nversion: {version}\n"), 1)
    }
}

#[cfg(test)]
mod tests;

//! Who sits here: the account that the process runs under, as the system names it.
//!
//! Never a variable, because anybody sets those to anything. Whoever may become another account is that account.

use std::fs;
use std::process::{Command, Stdio};

/// Where accounts are listed.
const ACCOUNTS: &str = "/etc/passwd";

/// The program that knows accounts of a network too.
const ID: &str = "/usr/bin/id";

/// The name of the account, or its number where it has no name.
pub fn name() -> String {
    let uid = rustix::process::getuid().as_raw();
    let listed = fs::read_to_string(ACCOUNTS).ok();
    let listed = listed.and_then(|accounts| listed_name(&accounts, uid).map(str::to_owned));
    listed.or_else(asked_name).unwrap_or_else(|| uid.to_string())
}

/// The name of `uid` in a list of accounts: `name:password:uid:…`, a line each.
fn listed_name(accounts: &str, uid: u32) -> Option<&str> {
    accounts.lines().find_map(|line| {
        let mut fields = line.split(':');
        let (name, number) = (fields.next()?, fields.nth(1)?);
        (number.parse() == Ok(uid) && !name.is_empty()).then_some(name)
    })
}

fn asked_name() -> Option<String> {
    let asked = Command::new(ID)
        .arg("-run")
        .env_clear()
        .stdin(Stdio::null())
        .stderr(Stdio::null())
        .output();
    let asked = asked.ok().filter(|asked| asked.status.success())?;
    let name = String::from_utf8(asked.stdout).ok()?;
    Some(name.trim().to_owned()).filter(|name| !name.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_account_is_found_by_its_number() {
        let accounts = "root:x:0:0:root:/root:/bin/sh\n\n# a comment\nann:x:1000:1000:Ann:/home/ann:/bin/sh\n:x:7:7\n";
        assert_eq!(listed_name(accounts, 0), Some("root"));
        assert_eq!(listed_name(accounts, 1000), Some("ann"));
        for nobody in [1, 7, 10, 100] {
            assert_eq!(listed_name(accounts, nobody), None);
        }
    }
}
